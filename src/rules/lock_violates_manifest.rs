//! # lock-violates-manifest (error)
//!
//! ## What it does
//!
//! Reports locked versions of shared distributions, taken from an index, that the manifest's specifier does not admit.
//!
//! ## Why it matters
//!
//! The manifest was edited and the lock was not: whoever reads the one believes in a version that whoever installs from
//! the other does not get. Live sources, overrides and requirements with markers are not judged.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! shared = ["acme-shared"]
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared>=0.2"]
//! #- etl/uv.lock
//! version = 1
//! revision = 3
//! requires-python = ">=3.12"
//!
//! [[package]]
//! name = "acme-shared"
//! version = "0.1.0"
//! #          ^^^^^ error[lock-violates-manifest]: `acme-shared` is locked at 0.1.0, which `>=0.2` of `etl` does not admit; run `uv lock --project etl`
//! source = { registry = "https://pypi.org/simple" }
//!
//! [[package]]
//! name = "etl"
//! version = "0.1.0"
//! source = { virtual = "." }
//! dependencies = [
//!     { name = "acme-shared" },
//! ]
//!
//! [package.metadata]
//! requires-dist = [{ name = "acme-shared", specifier = ">=0.1" }]
//! ```
//!
//! ## Fix
//!
//! Run the command that the message names.

use super::locks::{self, Judged};
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity};
use crate::manifest::{DistributionName, LockSource, specifier_admits};
use crate::workspace::{Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "lock-violates-manifest",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("lock_violates_manifest.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for judged in locks::judged(context) {
        for member in consumers(context, &judged) {
            for (name, finding) in violations(context, &judged, &member) {
                let known =
                    |other: &Finding| other.place == finding.place && other.arguments == [name.as_str()];
                if !found.iter().any(known) {
                    found.push(finding);
                }
            }
        }
    }
    found
}

fn consumers(context: &Context<'_>, judged: &Judged) -> Vec<std::sync::Arc<Project>> {
    let members = judged.members(context);
    if members.is_empty() { vec![judged.root.clone()] } else { members }
}

/// The requirements of a project on shared distributions that its lock does not meet, by name.
pub(super) fn violations(
    context: &Context<'_>,
    judged: &Judged,
    project: &Project,
) -> Vec<(DistributionName, Finding)> {
    let mut found: Vec<(DistributionName, Finding)> = Vec::new();
    let overridden =
        locks::root_manifest(judged).map(|manifest| manifest.uv.overrides.as_slice()).unwrap_or_default();
    for dependency in context.workspace.dependencies(project).iter() {
        let name = &dependency.name;
        let Some(requirement) =
            dependency.requirement.as_ref().filter(|requirement| requirement.marker.is_none())
        else {
            continue;
        };
        let known = found.iter().any(|(known, _)| known == name);
        let fixed = overridden.iter().any(|other| other.name.value == *name);
        let (Some(specifier), false) = (&requirement.specifier, known || fixed) else { continue };
        if dependency.provision != Provision::Registry || !context.workspace.is_first_party(name) {
            continue;
        }
        let Some(locked) = context.workspace.locked(project, name) else { continue };
        let registry =
            matches!(locked.source, LockSource::Registry(_)) && locked.place.file == judged.found.file;
        let Some(version) =
            locked.version.filter(|version| registry && !specifier_admits(&specifier.value, version))
        else {
            continue;
        };
        let place = Place { file: dependency.place.file.clone(), range: specifier.range };
        let Ok(text) = context.workspace.files.text(&place.file) else { continue };
        let message = format!(
            "`{name}` is locked at {version}, which `{}` of `{}` does not admit; run `{}`",
            specifier.range.slice(&text.text),
            project.display_name(),
            judged.command(context)
        );
        let finding = Finding::new(locked.place, message, [name.as_str()]).related(place, "the specifier");
        let finding = finding.fix(judged.relock(context).map(Fix::to_run));
        found.push((name.clone(), finding));
    }
    found
}
