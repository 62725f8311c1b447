//! # parse-error (error)
//!
//! ## What it does
//!
//! Reports what cannot be read in manifests and locks, and syntax errors in Python files that share code.
//!
//! ## Why it matters
//!
//! While a manifest does not parse, nothing else is said about its project: half of what it declares may be missing.
//! In Python, where the type checker and the interpreter tell the same, the finding is for information: it says which
//! files were understood in part only. Templates (`{{ … }}`), samples and requirements files that belong to no project
//! are left alone.
//!
//! ## Example
//!
//! ```fixture
//! #- etl/pyproject.toml
//! [project]
//! name = etl
//! #      ^^^ error[parse-error]
//! version = "0.1.0"
//! ```
//!
//! ## Fix
//!
//! Correct the text at the place that is shown; what follows it is mostly a consequence.

use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::{Manifest, ManifestKind};
use crate::uses::FileUses;
use crate::vfs::FileId;
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "parse-error",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("parse_error.rs"),
};

/// A parser that has lost its way complains of every line.
const MAXIMUM_ERRORS: usize = 3;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = manifests(context);
    found.extend(locks(context));
    found.extend(python(context));
    found
}

fn manifests(context: &Context<'_>) -> Vec<Finding> {
    let projects = context.workspace.projects();
    let of_projects: FxHashSet<&FileId> = projects
        .iter()
        .filter(|project| project.name.is_some() || project.broken)
        .flat_map(|project| project.manifests.iter().map(|(file, _)| file))
        .collect();
    let mut found = Vec::new();
    for (file, manifest) in context.workspace.all_manifests() {
        let judged = is_judged(&manifest, of_projects.contains(&file));
        if manifest.template || !judged || context.workspace.is_around(file.dir()) {
            continue;
        }
        for error in manifest.errors.iter().take(MAXIMUM_ERRORS) {
            let place = Place { file: file.clone(), range: error.range };
            found.push(Finding::new(place, error.message.clone(), [error.message.as_str()]));
        }
    }
    found
}

/// Locks that cannot be read, or not be believed, as a whole. Those beside no project are nobody's.
fn locks(context: &Context<'_>) -> Vec<Finding> {
    let workspace = context.workspace;
    let mut found = Vec::new();
    for file in &workspace.discovery().locks {
        let project = workspace.project_at(file.dir());
        if project.is_none_or(|project| project.template) || workspace.is_around(file.dir()) {
            continue;
        }
        let Some(error) = workspace.lock(file).and_then(|lock| lock.errors.first().cloned()) else {
            continue;
        };
        let place = Place { file: file.clone(), range: error.range };
        found.push(Finding::new(place, error.message.clone(), [error.message.as_str()]));
    }
    found
}

/// Many tools have a `build.yaml`, and any text may be called `requirements.txt`.
fn is_judged(manifest: &Manifest, of_project: bool) -> bool {
    match manifest.kind {
        ManifestKind::Requirements | ManifestKind::SetupPy | ManifestKind::SetupCfg => of_project,
        ManifestKind::CoreMetadata => false,
        ManifestKind::Pyproject
        | ManifestKind::Pixi
        | ManifestKind::Pipfile
        | ManifestKind::Gitmodules
        | ManifestKind::DgToml => true,
        ManifestKind::CodeLocations => manifest.declares_locations,
    }
}

/// Files that use or provide shared code, and were read.
fn python(context: &Context<'_>) -> Vec<Finding> {
    let mut places = context.in_judged_files(RULE.name, of_file);
    places.sort_by(|one, other| (&one.file, one.range).cmp(&(&other.file, other.range)));
    places.dedup();
    let finding = |place| {
        let mut finding = Finding::new(place, "syntax error".to_owned(), []);
        finding.at_most = Severity::Information;
        finding
    };
    places.into_iter().map(finding).collect()
}

/// Asks what the rule asks of one file.
pub(super) fn look(context: &Context<'_>, uses: &FileUses) {
    context.in_file(RULE.name, uses, of_file);
}

/// Where a file, and those that it imports from, do not parse first.
fn of_file(context: &Context<'_>, uses: &FileUses) -> Vec<Place> {
    if uses.imports.is_empty() {
        return Vec::new();
    }
    let own = uses.error.map(|range| Place { file: uses.file.clone(), range });
    let imported = uses.imports.iter().filter_map(|import| {
        let file = import.file.clone()?;
        let range = context.workspace.summary(&file)?.errors.first().copied()?;
        let project = context.workspace.project_of(&file)?;
        context.is_subject(&project).then_some(Place { file, range })
    });
    own.into_iter().chain(imported).collect()
}
