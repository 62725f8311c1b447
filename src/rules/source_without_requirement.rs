//! # source-without-requirement (warning)
//!
//! ## What it does
//!
//! Reports entries of `[tool.uv.sources]` for first-party distributions that nothing they serve requires.
//!
//! ## Why it matters
//!
//! A source installs nothing by itself: code that imports the shared distribution works only where something else
//! brings it along. A source serves the project in whose manifest it stands, at the root of a uv workspace all members;
//! extras, dependency groups, constraints, overrides and build requirements count. Where requirements are computed
//! nothing is said.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = []
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #<<<<<<<<<< warning[source-without-requirement]: `acme-shared` has a source but is required nowhere
//! ```
//!
//! ## Fix
//!
//! Adds the requirement where the project imports the distribution. Removes the source where it does not, nor, at the root of
//! a uv workspace, a member.

use super::registry::Rule;
use super::{Context, Edit, Finding, Fix, Severity, adding, sources};
use crate::manifest::{DistributionName, Manifest, Source};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{DeclaredSource, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "source-without-requirement",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("source_without_requirement.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in sources::declaring(context) {
        let declared = context.workspace.declared_sources(&project);
        for source in &project.sources {
            let file = &source.file;
            let name = &source.value.name.value;
            let manifest = project.manifests.iter().find(|(other, _)| other == file);
            let Some((_, manifest)) = manifest else { continue };
            if sources::is_required(context, &project, name) != Some(false)
                || project.distribution() == Some(name)
                || is_named_elsewhere(manifest, &source.value)
                || !is_ours(context, &declared, name)
            {
                continue;
            }
            let place = Place { file: file.clone(), range: source.value.name.range };
            let message = format!("`{name}` has a source but is required nowhere");
            let fix = fix(context, &project, file, &source.value);
            found.push(Finding::new(place, message, [name.as_str()]).fix(fix));
        }
    }
    found
}

/// Settings that crossloc does not read may require it too, such as `extra-build-dependencies`.
fn is_named_elsewhere(manifest: &Manifest, source: &Source) -> bool {
    manifest.mentions.iter().any(|mention| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let behind = mention.value.trim_start_matches(is_name);
        let name = mention.value.strip_suffix(behind).and_then(DistributionName::new);
        !source.range.contains(mention.range) && name.as_ref() == Some(&source.name.value)
    })
}

/// Whether it is first-party: taken from a folder, the workspace or git, or first-party wherever it is taken from.
fn is_ours(context: &Context<'_>, declared: &[DeclaredSource], name: &DistributionName) -> bool {
    let mut of_name = declared.iter().filter(|source| source.in_table && source.name.as_ref() == Some(name));
    of_name.any(|source| !matches!(source.provision, Provision::Registry | Provision::Url))
        || context.workspace.is_first_party(name)
}

fn fix(context: &Context<'_>, project: &Project, file: &FileId, source: &Source) -> Option<Fix> {
    let name = &source.name.value;
    let mut imports = context.files_of(project).filter(|uses| uses.deployed).flat_map(|uses| &uses.imports);
    if let Some(import) = imports.find(|import| import.distribution() == Some(name)) {
        return adding::add_requirement(context.workspace, project, &import.provider);
    }
    // A member that imports it is to require it, and takes it by the source of the root then.
    if serves_imports(context, project, name) { None } else { remove(context, file, source) }
}

/// Whether a member of the uv workspace that a project is the root of imports a distribution.
fn serves_imports(context: &Context<'_>, project: &Project, name: &DistributionName) -> bool {
    let workspace = context.workspace;
    let root = workspace.workspace_root(project).filter(|root| root.dir == project.dir);
    let members = root.map(|root| workspace.workspace_members(&root));
    let members = members.iter().flat_map(|members| members.iter());
    members.filter_map(|dir| workspace.project_at(dir)).any(|member| {
        let mut imports = context.files_of(&member).flat_map(|uses| &uses.imports);
        imports.any(|import| import.distribution() == Some(name))
    })
}

/// Takes the whole lines of the entry away, where it has them to itself.
fn remove(context: &Context<'_>, file: &FileId, source: &Source) -> Option<Fix> {
    let text = context.workspace.files.text(file).ok()?;
    let lines = text.lines();
    let first = lines.line_range(&text.text, lines.line_of(source.range.start))?;
    let last_line = lines.line_of(source.range.end);
    let last = lines.line_range(&text.text, last_line)?;
    let before = TextRange::new(first.start, source.range.start).slice(&text.text);
    let behind = TextRange::new(source.range.end, last.end).slice(&text.text).trim_start();
    let alone = before.trim().is_empty() && (behind.trim().is_empty() || behind.starts_with('#'));
    // A table of its own (`[tool.uv.sources.shared]`) spans lines that are not the entry's alone.
    let inline = lines.line_of(source.name.range.start) == last_line
        || TextRange::new(source.name.range.end, source.range.end)
            .slice(&text.text)
            .trim_start()
            .starts_with('=');
    let next = lines.line_range(&text.text, last_line + 1).map_or(last.end, |next| next.start);
    let range = TextRange::new(first.start, next);
    let edit = Edit { file: file.clone(), range, new_text: String::new() };
    // It may be the requirement that was forgotten.
    (alone && inline)
        .then(|| Fix::to_review(format!("remove the source of `{}`", source.name.value), vec![edit]))
}
