//! # empty-range (error)
//!
//! ## What it does
//!
//! Reports requirements on a first-party distribution, or on Dagster and its libraries, that no version fits: by
//! themselves, or together with a constraint that uv heeds.
//!
//! ## Why it matters
//!
//! Nothing can be locked or installed any more, and the resolver's message names the versions that it tried, not the line
//! that leaves none. Requirements that are taken live are not judged, since their specifier is not what decides.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.3.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared>=0.3,<0.2"]
//! #                           ^^^^^^^^^^ error[empty-range]: no version of `acme-shared` fits `>=0.3,<0.2`
//! ```
//!
//! ## Fix
//!
//! Correct the bound that was forgotten when the other moved, or widen the constraint.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::{Context, Finding, Severity, family, versions};
use crate::manifest::{Group, admit_nothing};
use crate::workspace::{Dependency, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "empty-range",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("empty_range.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let settings = versions::settings_of(context, project);
        let mut told = FxHashSet::default();
        for dependency in context.workspace.dependencies(project).iter() {
            if !told.contains(&dependency.name)
                && let Some(finding) = judge(context, &settings, dependency)
            {
                told.insert(dependency.name.clone());
                found.push(finding);
            }
        }
    }
    found
}

fn judge(context: &Context<'_>, settings: &Arc<Project>, dependency: &Dependency) -> Option<Finding> {
    let name = &dependency.name;
    let (requirement, specifier) = versions::of_registry(dependency)?;
    let ours = family::is_dagster(name) || family::is_library(name) || context.workspace.is_first_party(name);
    if !ours || versions::is_overridden(settings, name) {
        return None;
    }
    let (place, written) = versions::written(context, &dependency.place.file, specifier)?;
    if admit_nothing(&[&specifier.value]) {
        let message = format!("no version of `{name}` fits `{written}`");
        return Some(Finding::new(place, message, [name.as_str()]));
    }
    let mut constraints = versions::settings(settings, &Group::Constraint).filter(|constraint| {
        constraint.value.name.value == *name && versions::same_environments(&constraint.value, requirement)
    });
    constraints.find_map(|constraint| {
        let bound = constraint.value.specifier.as_ref()?;
        if !admit_nothing(&[&specifier.value, &bound.value]) {
            return None;
        }
        let (bound_place, bound) = versions::written(context, &constraint.file, bound)?;
        let message = format!("no version of `{name}` fits `{written}` and the constraint `{bound}`");
        let finding = Finding::new(place.clone(), message, [name.as_str()]);
        Some(finding.related(bound_place, "the constraint"))
    })
}
