//! # source-not-member (error)
//!
//! ## What it does
//!
//! Reports `workspace = true` for a distribution that no member of the uv workspace provides.
//!
//! ## Why it matters
//!
//! uv refuses to lock or sync anything in the workspace. The shared project is mostly there, and only the `members`
//! globs of the root miss it, or `exclude` takes it out.
//!
//! ## Example
//!
//! ```fixture
//! #- pyproject.toml
//! [tool.uv.workspace]
//! members = ["etl"]
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { workspace = true }
//! #<<<<<<<<<< error[source-not-member]: `acme-shared` is no member of the workspace at `.`
//! ```
//!
//! ## Fix
//!
//! Adds the project of that name to the root's `members`, where there is exactly one below the root and nothing is
//! excluded.

use camino::Utf8Path;

use super::registry::Rule;
use super::{Context, Edit, Finding, Fix, Severity, sources};
use crate::manifest::{DistributionName, ManifestKind, SourceKind};
use crate::text::TextRange;
use crate::vfs::relative;
use crate::workspace::{DeclaredSource, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "source-not-member",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("source_not_member.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    sources::once_each(context, judge)
}

fn judge(context: &Context<'_>, project: &Project, source: &DeclaredSource) -> Option<Finding> {
    let Provision::NotMember(root) = &source.provision else { return None };
    let name = source.name.as_ref().filter(|_| source.entry.kind == SourceKind::Workspace)?;
    // uv looks at a source only where something requires it; see source-without-requirement.
    if sources::is_required(context, project, name) == Some(false) {
        return None;
    }
    let finding = |message| Finding::new(source.key.clone(), message, [name.as_str()]);
    let root = match root {
        Some(dir) => context.workspace.project_at(dir)?,
        None => return Some(finding(without_workspace(context, project, name))),
    };
    if has_unknown_member(context, &root) {
        return None;
    }
    let shown = context.shown(&root.dir, context.workspace.root());
    let message = format!("`{name}` is no member of the workspace at `{shown}`");
    let mut finding = finding(message).fix(add_member(context, &root, name));
    if let Some(place) = members_place(&root) {
        finding = finding.related(place, "the workspace's members");
    }
    Some(finding)
}

fn without_workspace(context: &Context<'_>, project: &Project, name: &DistributionName) -> String {
    let boundary = context.workspace.boundary(&project.dir);
    let above = project.dir.ancestors().skip(1).take_while(|dir| dir.starts_with(&boundary));
    let roots = above.filter_map(|dir| context.workspace.project_at(dir));
    let around = roots.filter(|root| root.manifests.iter().any(|(_, manifest)| manifest.workspace.is_some()));
    let who = project.display_name();
    match around.map(|root| context.shown(&root.dir, context.workspace.root())).next() {
        Some(root) => {
            format!("`{name}` is to come from the workspace, but `{who}` is no member of the one at `{root}`")
        }
        None => format!("`{name}` is to come from the workspace, but there is none around `{who}`"),
    }
}

/// Whether some member's name is not known at the moment: it may be the one.
fn has_unknown_member(context: &Context<'_>, root: &Project) -> bool {
    let members = context.workspace.workspace_members(root);
    members.iter().any(|dir| {
        let member = context.workspace.project_at(dir);
        member.is_none_or(|member| member.broken || (member.name.is_none() && member.ships))
    })
}

fn members_place(root: &Project) -> Option<Place> {
    let (file, manifest) = root.manifest(ManifestKind::Pyproject)?;
    let members = &manifest.workspace.as_ref()?.members;
    let range = TextRange::new(members.first()?.range.start, members.last()?.range.end);
    Some(Place { file: file.clone(), range })
}

/// Behind the last of the root's `members`, in the quotes and on a line as that one has.
fn add_member(context: &Context<'_>, root: &Project, name: &DistributionName) -> Option<Fix> {
    let projects = context.workspace.projects_named(name);
    let below: Vec<&Utf8Path> = projects
        .iter()
        .map(|project| project.dir.as_path())
        .filter(|dir| dir.starts_with(&root.dir))
        .collect();
    let [dir] = below.as_slice() else { return None };
    let (file, manifest) = root.manifest(ManifestKind::Pyproject)?;
    let workspace = manifest.workspace.as_ref().filter(|workspace| workspace.exclude.is_empty())?;
    let last = workspace.members.last()?;
    let source = context.workspace.files.text(file).ok()?;
    let behind = last.range.end + 1;
    let quote = TextRange::new(last.range.end, behind).slice(&source.text);
    let line = source.lines().line_range(&source.text, source.lines().line_of(last.range.start))?;
    let lead = TextRange::new(line.start, last.range.start.saturating_sub(1)).slice(&source.text);
    let gap = if lead.trim().is_empty() { format!(",\n{lead}") } else { ", ".to_owned() };
    let path = relative(dir, &root.dir);
    let new_text = format!("{gap}{quote}{path}{quote}");
    let edit = Edit { file: file.clone(), range: TextRange::empty(behind), new_text };
    Some(Fix::safe(format!("add `{path}` to the workspace's members"), vec![edit]))
}
