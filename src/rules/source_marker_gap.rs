//! # source-marker-gap (error)
//!
//! ## What it does
//!
//! Reports entries of `[tool.uv.sources]` whose markers do not cover all environments that the requirement holds for.
//!
//! ## Why it matters
//!
//! Where no entry of the source holds, uv takes the distribution from the index without a word: from the public one, a
//! stranger's project that happens to bear the name. What the requirement's own marker and `requires-python` leave out
//! need not be covered.
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
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = [{ path = "../shared", marker = "sys_platform == 'linux'" }]
//! #<<<<<<<<<< error[source-marker-gap]: no source of `acme-shared` holds where `sys_platform != 'linux'`: there it comes from the index
//! ```
//!
//! ## Fix
//!
//! Add an entry for the other environments, drop the marker, or give the requirement the same marker.

use pep508_rs::MarkerTree;
use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::{Context, Finding, Severity, sources};
use crate::manifest::{Source, SourceEntry, parse_marker, python_marker};
use crate::workspace::{Declared, Dependency, Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "source-marker-gap",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("source_marker_gap.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut told = FxHashSet::default();
    let mut found = Vec::new();
    for project in context.subjects() {
        for dependency in context.workspace.dependencies(project).iter() {
            let Some(source) = source_of(context, project, dependency) else { continue };
            if !source.value.entries.iter().any(|entry| entry.marker.is_some()) {
                continue;
            }
            let place = Place { file: source.file.clone(), range: source.value.name.range };
            if told.contains(&place) {
                continue;
            }
            let Some(gap) = gap(context, project, dependency, &source.value.entries) else { continue };
            told.insert(place.clone());
            let name = &dependency.name;
            let message = format!("no source of `{name}` holds where `{gap}`: there it comes from the index");
            let finding = Finding::new(place, message, [name.as_str()]);
            found.push(finding.related(dependency.place.clone(), "required here"));
        }
    }
    found
}

/// The entry of `[tool.uv.sources]` that serves a requirement.
fn source_of(context: &Context<'_>, project: &Project, dependency: &Dependency) -> Option<Declared<Source>> {
    let place = dependency.source.as_ref()?;
    let root = context.workspace.workspace_root(project);
    let inherited = root.iter().flat_map(|root| &root.sources);
    let mut sources = project.sources.iter().chain(inherited);
    sources.find(|source| (&source.file, source.value.range) == (&place.file, place.range)).cloned()
}

/// The environments in which the requirement holds and none of the entries, as a marker; `None` where there are none or
/// it cannot be told.
fn gap(
    context: &Context<'_>,
    project: &Project,
    dependency: &Dependency,
    entries: &[SourceEntry],
) -> Option<String> {
    let workspace = context.workspace;
    if entries.iter().any(|entry| entry.only_for.is_some()) || !workspace.is_first_party(&dependency.name) {
        return None;
    }
    // Members of the workspace are taken live in every environment, and what is published may be meant to come from
    // the index elsewhere.
    let homes = workspace.projects_named(&dependency.name);
    if sources::is_member(context, project, &dependency.name)
        || homes.iter().any(|home| sources::is_published(context, home))
    {
        return None;
    }
    let Some((mut gap, admitted)) = uncovered(dependency, entries).zip(admitted(context, project)) else {
        context.not_judged(format!("for which environments `{}` has a source", dependency.name));
        return None;
    };
    let shown = gap.try_to_string()?;
    gap.and(admitted);
    (!gap.is_false()).then_some(shown)
}

fn uncovered(dependency: &Dependency, entries: &[SourceEntry]) -> Option<MarkerTree> {
    let mut covered = MarkerTree::FALSE;
    for entry in entries {
        covered.or(entry.marker.as_deref().map_or(Some(MarkerTree::TRUE), without_extras)?);
    }
    let mut gap = covered.negate();
    if let Some(marker) = dependency.requirement.as_ref().and_then(|requirement| requirement.marker.as_ref())
    {
        gap.and(without_extras(marker)?);
    }
    Some(gap)
}

/// The environments that a marker names; `None` where it is not understood in all its parts, or speaks of extras.
fn without_extras(text: &str) -> Option<MarkerTree> {
    if text.contains("extra") { None } else { parse_marker(text) }
}

/// The environments that uv locks the project for: all members of a workspace have a say. `None` where settings limit
/// them in ways that are not read.
fn admitted(context: &Context<'_>, project: &Project) -> Option<MarkerTree> {
    let workspace = context.workspace;
    let root = workspace.workspace_root(project);
    let mut dirs = vec![project.dir.clone()];
    dirs.extend(root.iter().flat_map(|root| workspace.workspace_members(root).to_vec()));
    let mut all = MarkerTree::TRUE;
    for member in dirs.iter().filter_map(|dir| workspace.project_at(dir)) {
        for (file, manifest) in &member.manifests {
            if let Some(python) = &manifest.requires_python {
                all.and(python_marker(&python.value));
            }
            let source = workspace.files.text(file).ok()?;
            if source.text.lines().any(|line| line.trim_start().starts_with("environments")) {
                return None;
            }
        }
    }
    Some(all)
}
