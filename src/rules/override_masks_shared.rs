//! # override-masks-shared (warning)
//!
//! ## What it does
//!
//! Reports requirements on a first-party distribution, taken from an index, in place of which uv's
//! `override-dependencies` puts versions that the requirement excludes.
//!
//! ## Why it matters
//!
//! The manifest says one version, the location runs another, and nothing that is printed says so: an override replaces
//! what is required instead of adding to it. Overrides do not touch what is taken live, so those are not judged.
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
//! dependencies = ["acme-shared==0.2.0"]
//! #                           ^^^^^^^ warning[override-masks-shared]: `etl` requires `acme-shared` `==0.2.0`, an override makes it `==0.1.3`
//! [tool.uv]
//! override-dependencies = ["acme-shared==0.1.3"]
//! ```
//!
//! ## Fix
//!
//! Drop the override, or require what it says.

use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::{Context, Finding, Severity, versions};
use crate::manifest::{Group, admit_nothing};
use crate::workspace::{Dependency, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "override-masks-shared",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("override_masks_shared.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let settings = versions::settings_of(context, project);
        let mut told = FxHashSet::default();
        for dependency in context.workspace.dependencies(project).iter() {
            if !told.contains(&dependency.name)
                && let Some(finding) = judge(context, project, &settings, dependency)
            {
                told.insert(dependency.name.clone());
                found.push(finding);
            }
        }
    }
    found
}

fn judge(
    context: &Context<'_>,
    project: &Project,
    settings: &Project,
    dependency: &Dependency,
) -> Option<Finding> {
    let name = &dependency.name;
    let (requirement, specifier) = versions::of_registry(dependency)?;
    if !context.workspace.is_first_party(name) || admit_nothing(&[&specifier.value]) {
        return None;
    }
    let mut overrides = versions::settings(settings, &Group::Override)
        .filter(|entry| entry.value.name.value == *name)
        .filter(|entry| {
            entry.value.marker.is_none() || versions::same_environments(&entry.value, requirement)
        });
    // Several are for different environments.
    let (entry, None) = (overrides.next()?, overrides.next()) else { return None };
    let forced = entry.value.specifier.as_ref()?;
    if !admit_nothing(&[&specifier.value, &forced.value]) {
        return None;
    }
    let (place, written) = versions::written(context, &dependency.place.file, specifier)?;
    let (forced_place, forced) = versions::written(context, &entry.file, forced)?;
    let who = project.display_name();
    let message = format!("`{who}` requires `{name}` `{written}`, an override makes it `{forced}`");
    Some(Finding::new(place, message, [name.as_str()]).related(forced_place, "the override"))
}
