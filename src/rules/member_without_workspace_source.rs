//! # member-without-workspace-source (error)
//!
//! ## What it does
//!
//! Reports members of a uv workspace that require another member without the source `{ workspace = true }`.
//!
//! ## Why it matters
//!
//! uv refuses to lock or to sync the whole workspace, whether the requirement has no source at all, or one by path, git
//! or index. A source that the workspace's root declares serves all members.
//!
//! ## Example
//!
//! ```fixture
//! #- pyproject.toml
//! [tool.uv.workspace]
//! members = ["etl", "shared"]
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! #                ^^^^^^^^^^^ error[member-without-workspace-source]: `acme-shared` is a member of the workspace, `etl` requires it without a source
//! ```
//!
//! ## Fix
//!
//! Takes the distribution from the workspace, by an entry of `[tool.uv.sources]`.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, adding, edits};
use crate::manifest::{DistributionName, Group, ManifestKind, Source, SourceKind};
use crate::workspace::{Declared, Dependency, Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "member-without-workspace-source",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("member_without_workspace_source.rs"),
};

/// The members of one uv workspace by name.
type Members = FxHashMap<DistributionName, Arc<Project>>;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut known: FxHashMap<String, Members> = FxHashMap::default();
    let mut told = FxHashSet::default();
    let mut found = Vec::new();
    for project in context.subjects() {
        let Some(root) = context.workspace.workspace_root(project).filter(|root| !root.broken) else {
            continue;
        };
        let members = known.entry(root.dir.to_string()).or_insert_with(|| members(context, &root));
        if members.len() < 2 || !is_uvs_own(project) {
            continue;
        }
        for dependency in context.workspace.dependencies(project).iter() {
            let Some(member) = members.get(&dependency.name).filter(|member| member.dir != project.dir)
            else {
                continue;
            };
            let place = judge(project, &root, dependency);
            let Some(Fault { place, how, fix }) = place.filter(|fault| told.insert(fault.place.clone()))
            else {
                continue;
            };
            let name = &dependency.name;
            let who = project.display_name();
            let message = format!("`{name}` is a member of the workspace, `{who}` {how}");
            let fix = match fix {
                Some(Mend::Replace(entry)) => {
                    let title = format!("take `{name}` from the workspace");
                    Some(Fix::safe(title, edits::replace(&entry, "{ workspace = true }")))
                }
                Some(Mend::Add) => add(context, project, name),
                None => None,
            };
            let mut finding = Finding::new(place, message, [name.as_str()]).fix(fix);
            if let Some(own) = &member.name {
                let place = Place { file: own.file.clone(), range: own.value.range };
                finding = finding.related(place, "the member");
            }
            found.push(finding);
        }
    }
    found
}

fn members(context: &Context<'_>, root: &Project) -> Members {
    let workspace = context.workspace;
    let dirs = workspace.workspace_members(root);
    let projects = dirs.iter().filter_map(|dir| workspace.project_at(dir));
    let sound = projects.filter(|project| !project.broken && !project.template && is_uvs_own(project));
    sound.filter_map(|project| Some((project.distribution()?.clone(), project.clone()))).collect()
}

/// Whether uv reads the requirements: from `[project]`, not from what other tools keep.
fn is_uvs_own(project: &Project) -> bool {
    let own = project.manifest(ManifestKind::Pyproject);
    own.is_some_and(|(_, manifest)| manifest.declares_project && manifest.build.poetry.is_none())
}

/// What is wrong with how a member takes another.
struct Fault {
    place: Place,
    /// As the message goes on behind the name of the member that requires.
    how: &'static str,
    fix: Option<Mend>,
}

enum Mend {
    /// The entry at this place gives way.
    Replace(Place),
    /// There is no entry yet.
    Add,
}

fn judge(project: &Project, root: &Project, dependency: &Dependency) -> Option<Fault> {
    let requirement = dependency.requirement.as_ref()?;
    let (file, _) = project.manifest(ManifestKind::Pyproject)?;
    let read = matches!(dependency.group, Group::Main | Group::Extra(_) | Group::Group { .. });
    if !read || dependency.place.file != *file {
        return None;
    }
    let of_name = |sources: &'_ [Declared<Source>]| {
        sources.iter().find(|source| source.value.name.value == dependency.name).cloned()
    };
    let Some(source) = of_name(&project.sources).or_else(|| of_name(&root.sources)) else {
        let how =
            if requirement.source.is_some() { "requires it by URL" } else { "requires it without a source" };
        let fix = requirement.source.is_none().then_some(Mend::Add);
        return Some(Fault { place: dependency.place.clone(), how, fix });
    };
    let other = source.value.entries.iter().find(|entry| entry.kind != SourceKind::Workspace)?;
    let how = match other.kind {
        SourceKind::Path { .. } => "takes it by path",
        SourceKind::Git { .. } => "takes it from git",
        SourceKind::Url(_) => "takes it by URL",
        SourceKind::Index(_) => "takes it from an index",
        SourceKind::Workspace => return None,
    };
    let at = |range| Place { file: source.file.clone(), range };
    let alone = source.value.entries.len() == 1 && other.marker.is_none() && other.only_for.is_none();
    let fix = alone.then(|| Mend::Replace(at(other.range)));
    Some(Fault { place: at(source.value.name.range), how, fix })
}

fn add(context: &Context<'_>, project: &Project, name: &DistributionName) -> Option<Fix> {
    let edit = adding::add_source_entry(context.workspace, project, name, "{ workspace = true }")?;
    Some(Fix::safe(format!("take `{name}` from the workspace"), vec![edit]))
}
