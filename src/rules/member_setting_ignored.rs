//! # member-setting-ignored (warning)
//!
//! ## What it does
//!
//! Reports constraints and overrides on a first-party distribution, or on Dagster and its libraries, in a member of a uv
//! workspace, where only those of the workspace's root count.
//!
//! ## Why it matters
//!
//! uv locks a workspace as a whole and reads `constraint-dependencies` and `override-dependencies` of its root alone. What
//! stands in a member looks as if it held a version back, and does nothing. (A member's `[tool.uv.sources]` do count.)
//!
//! ## Example
//!
//! ```fixture
//! #- pyproject.toml
//! [tool.uv.workspace]
//! members = ["etl"]
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["dagster"]
//! [tool.uv]
//! constraint-dependencies = ["dagster<1.9"]
//! #                           ^^^^^^^^^^^ warning[member-setting-ignored]: uv reads `constraint-dependencies` of the workspace's root only, `etl` is a member
//! ```
//!
//! ## Fix
//!
//! Moves the entry into the list of the workspace's root, where that has one.

use super::registry::Rule;
use super::{Context, Finding, Severity, edits, family, versions};
use crate::manifest::{Group, ManifestKind, Requirement};
use crate::workspace::{Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "member-setting-ignored",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("member_setting_ignored.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let Some(root) = context.workspace.workspace_root(project) else { continue };
        if root.dir == project.dir || root.broken {
            continue;
        }
        for group in [Group::Constraint, Group::Override] {
            for entry in versions::settings(project, &group) {
                found.extend(judge(context, project, &root, &entry.value));
            }
        }
    }
    found
}

fn judge(context: &Context<'_>, project: &Project, root: &Project, entry: &Requirement) -> Option<Finding> {
    let name = &entry.name.value;
    let ours = family::is_dagster(name) || family::is_library(name) || context.workspace.is_first_party(name);
    let (file, _) = project.manifest(ManifestKind::Pyproject)?;
    let repeated = versions::settings(root, &entry.group).any(|known| {
        known.value.name.value == *name
            && known.value.marker == entry.marker
            && known.value.specifier.as_ref().map(|s| &s.value) == entry.specifier.as_ref().map(|s| &s.value)
    });
    if !ours || repeated {
        return None;
    }
    let list =
        if entry.group == Group::Override { "override-dependencies" } else { "constraint-dependencies" };
    let who = project.display_name();
    let message = format!("uv reads `{list}` of the workspace's root only, `{who}` is a member");
    let place = Place { file: file.clone(), range: entry.range };
    let finding = Finding::new(place, message, [list, name.as_str()]);
    let finding = match &root.manifest(ManifestKind::Pyproject)?.1.workspace {
        Some(_) => finding.fix(edits::move_setting(context.workspace, project, root, entry, list)),
        None => finding,
    };
    Some(finding)
}
