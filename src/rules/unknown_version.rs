//! # unknown-version (warning)
//!
//! ## What it does
//!
//! Reports exact pins on a first-party distribution that name a version which no tag of its repository has, although older
//! and newer ones have.
//!
//! ## Why it matters
//!
//! Such a version cannot be installed, or is one that somebody uploaded past the release process. It is mostly a typing
//! mistake. A shallow clone, and one without tags, say nothing; nor does a version that is at hand in some other way, or that
//! some lock has from an index: it was released, and never tagged.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.1.3"
//! #! tag shared v0.1.3
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #! tag shared v0.2.0
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared==0.1.31"]
//! #                           ^^^^^^^^ warning[unknown-version]: `acme-shared` has no version 0.1.31
//! ```
//!
//! ## Fix
//!
//! Pins to the next version that has a tag.

use pep440_rs::Version;
use rustc_hash::FxHashSet;

use super::pins_differ::exact;
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits, tagged, versions};
use crate::workspace::Dependency;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-version",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("unknown_version.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let mut told = FxHashSet::default();
        for dependency in context.workspace.dependencies(project).iter() {
            if !told.contains(&dependency.name)
                && let Some(finding) = judge(context, dependency)
            {
                told.insert(dependency.name.clone());
                found.push(finding);
            }
        }
    }
    found
}

fn judge(context: &Context<'_>, dependency: &Dependency) -> Option<Finding> {
    let workspace = context.workspace;
    let name = &dependency.name;
    let (_, specifier) = versions::of_registry(dependency)?;
    let pinned = exact(&specifier.value).filter(|_| workspace.is_first_party(name))?;
    let trees = workspace.projects_named(name);
    let releases = workspace.releases(name);
    if trees.is_empty() && !releases.listed {
        return None;
    }
    if let Some(gap) = releases.gaps.first() {
        context.not_judged(gap.clone());
        return None;
    }
    let known = releases.versions();
    let tagged: Vec<&Version> = releases
        .all
        .iter()
        .filter(|found| tagged::tag_of(found).is_some())
        .map(|found| &found.version)
        .collect();
    // Releases may have been made before tags were, and are made before they are tagged.
    let between = tagged.first().is_some_and(|first| **first < pinned)
        && tagged::newest(context, name).is_some_and(|newest| pinned < newest.version);
    let public = pinned.clone().without_local();
    let is_it = |version: &Version| *version == public || *version == pinned;
    let exists = known.iter().any(|version| is_it(version))
        || trees.iter().any(|tree| workspace.version(tree).as_ref() == Some(&public));
    let locked = || workspace.locked_from_index(name).iter().any(&is_it);
    if !(between || releases.listed) || exists || locked() {
        return None;
    }
    let (place, written) = versions::written(context, &dependency.place.file, specifier)?;
    let later = known.iter().find(|version| ***version > pinned && !version.any_prerelease());
    let next = later.or_else(|| known.last())?;
    let plain = written.strip_prefix("==").is_some_and(|pinned| !pinned.starts_with('='));
    let fix = plain
        .then(|| Fix::to_review(format!("pin to `=={next}`"), edits::replace(&place, format!("=={next}"))));
    let fix = fix.map(|fix| fix.moving(name, next));
    let message = format!("`{name}` has no version {pinned}");
    Some(Finding::new(place, message, [name.as_str()]).fix(fix))
}
