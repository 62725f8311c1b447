//! # unbounded-requirement (off by default)
//!
//! ## What it does
//!
//! Reports requirements on a first-party distribution, taken from an index, that set no upper bound.
//!
//! ## Why it matters
//!
//! The next release that breaks its callers reaches this location with the next relock, whoever asked for it. Off unless
//! configured, since a lock that moves in a change of its own gives the same protection.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! [rules]
//! unbounded-requirement = "information"
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared>=0.2"]
//! #                           ^^^^^ information[unbounded-requirement]: `etl` requires `acme-shared` without an upper bound
//! ```
//!
//! ## Fix
//!
//! Adds the bound below which the scheme of versions promises that nothing breaks: `>=1.4` gets `<2`, `>=0.2` gets `<0.3`.

use pep440_rs::{Version, VersionSpecifiers};
use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::{Context, Finding, Fix, edits};
use crate::manifest::{Group, is_open_above, lower_bound};
use crate::text::TextRange;
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-requirement",
    default: None,
    check: Some(check),
    source: include_str!("unbounded_requirement.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let mut told = FxHashSet::default();
        for dependency in context.workspace.dependencies(project).iter() {
            if !told.contains(&dependency.name)
                && let Some(finding) = judge(context, project, dependency)
            {
                told.insert(dependency.name.clone());
                found.push(finding);
            }
        }
    }
    found
}

fn judge(context: &Context<'_>, project: &Project, dependency: &Dependency) -> Option<Finding> {
    let name = &dependency.name;
    let requirement = dependency.requirement.as_ref()?;
    let required = matches!(dependency.group, Group::Main | Group::Extra(_));
    if !required || dependency.provision != Provision::Registry || !context.workspace.is_first_party(name) {
        return None;
    }
    let specifier = requirement.specifier.as_ref();
    if specifier.is_some_and(|specifier| !is_open_above(&specifier.value)) {
        return None;
    }
    let range = specifier.map_or(dependency.place.range, |specifier| specifier.range);
    let place = Place { file: dependency.place.file.clone(), range };
    let message = format!("`{}` requires `{name}` without an upper bound", project.display_name());
    let fix = specifier.and_then(|specifier| bound(&place, &specifier.value));
    Some(Finding::new(place, message, [name.as_str()]).fix(fix))
}

/// The bound behind what is written.
fn bound(place: &Place, range: &VersionSpecifiers) -> Option<Fix> {
    let next = next_breaking(&lower_bound(range)?)?;
    let end = Place { file: place.file.clone(), range: TextRange::empty(place.range.end) };
    Some(Fix::to_review(format!("add the upper bound `<{next}`"), edits::replace(&end, format!(",<{next}"))))
}

/// The release that may break what fits this one: the first number counts, below 1.0 the second.
fn next_breaking(version: &Version) -> Option<Version> {
    let release = match version.release() {
        [0, minor, ..] => vec![0, minor.checked_add(1)?],
        [major, ..] => vec![major.checked_add(1)?],
        [] => return None,
    };
    Some(Version::new(release).with_epoch(version.epoch()))
}
