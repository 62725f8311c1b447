//! # dev-only-dependency (error)
//!
//! ## What it does
//!
//! Reports deployed code that imports a first-party distribution required only for development: in a group such as
//! `dev`, `test` or `docs` that is not optional.
//!
//! ## Why it matters
//!
//! On a laptop the group is installed and everything works; the image is built without it, and the import fails there.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! #- ml/pyproject.toml
//! [project]
//! name = "ml"
//! version = "1.0"
//! [dependency-groups]
//! dev = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- ml/src/ml/__init__.py
//! import acme
//! #      ^^^^ error[dev-only-dependency]: `acme` comes from `acme-shared`, which `ml` requires only in group `dev`
//! ```
//!
//! ## Fix
//!
//! Moves the requirement from the group to the end of `dependencies`, where both are lists of the pyproject.toml and
//! the first holds something already. Elsewhere move it by hand.

use super::registry::Rule;
use super::{Context, Finding, Severity, Verdict, edits};

/// The rule.
pub const RULE: Rule = Rule {
    name: "dev-only-dependency",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("dev_only_dependency.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let judge = |relation: &super::Relation| {
        let Some(Verdict::DevelopmentOnly(group)) = &relation.verdict else { return None };
        let (module, distribution) = (&relation.module, &relation.distribution);
        let project = relation.project.display_name();
        let message = format!(
            "`{module}` comes from `{distribution}`, which `{project}` requires only in group `{group}`"
        );
        let dependencies = context.workspace.dependencies(&relation.project);
        let finding = relation.finding(message);
        let finding = if relation.closes_circle(context) { finding.warning() } else { finding };
        let required = dependencies.iter().find(|dependency| dependency.name == relation.distribution);
        let Some(dependency) = required else { return Some(finding) };
        let finding = finding.related(dependency.place.clone(), "required here");
        let moved = || edits::move_to_dependencies(context.workspace, &relation.project, dependency);
        let fix = if relation.closes_circle(context) { None } else { moved() };
        Some(finding.fix(fix))
    };
    context.relations().iter().filter_map(judge).collect()
}
