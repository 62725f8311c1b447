//! # python-range-too-narrow (error)
//!
//! ## What it does
//!
//! Reports requirements on a shared distribution, taken live, that needs a newer Python than the oldest one that the
//! requiring project supports.
//!
//! ## Why it matters
//!
//! uv refuses to lock such a project: "the requested Python version (>=3.9) does not satisfy Python>=3.11". Whoever raises
//! the bound of the shared distribution is not told; each location learns it at its own next relock. A requirement with a
//! marker is not judged, nor are members of one uv workspace, whose bounds count together. Upper bounds do not matter.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! requires-python = ">=3.11"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! requires-python = ">=3.9"
//! dependencies = ["acme-shared"]
//! #                ^^^^^^^^^^^ error[python-range-too-narrow]: `acme-shared` needs Python 3.11, `etl` supports 3.9
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! ```
//!
//! ## Fix
//!
//! Raise the bound of the requiring project, or lower that of the shared one, by hand.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::versions::{self, Oldest, oldest_python, own_oldest};
use super::{Context, Finding, Severity};
use crate::manifest::Group;
use crate::workspace::{Dependency, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "python-range-too-narrow",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("python_range_too_narrow.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let Some(oldest) = oldest_python(context, project) else { continue };
        let mut told = FxHashSet::default();
        for dependency in context.workspace.dependencies(project).iter() {
            if !told.contains(&dependency.name)
                && let Some(finding) = judge(context, project, &oldest, dependency)
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
    project: &Arc<Project>,
    own: &Oldest,
    dependency: &Dependency,
) -> Option<Finding> {
    let Provision::Live { dir, .. } = &dependency.provision else { return None };
    let installed = matches!(dependency.group, Group::Main | Group::Extra(_) | Group::Group { .. });
    if !installed || !versions::is_unconditional(context, project, dependency) {
        return None;
    }
    let shared = context.workspace.project_at(dir).filter(|shared| !shared.broken && !shared.template)?;
    let needed = own_oldest(&shared)?;
    if needed.version <= own.version {
        return None;
    }
    let (name, who) = (&dependency.name, project.display_name());
    let message = format!("`{name}` needs Python {}, `{who}` supports {}", needed.version, own.version);
    let finding = Finding::new(dependency.place.clone(), message, [name.as_str()]);
    Some(
        finding
            .related(needed.place.clone(), format!("what `{}` needs", needed.project.display_name()))
            .related(own.place.clone(), format!("what `{}` supports", own.project.display_name())),
    )
}
