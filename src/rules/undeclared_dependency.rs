//! # undeclared-dependency (error)
//!
//! ## What it does
//!
//! Reports imports of a first-party distribution that the importing project does not require.
//!
//! ## Why it matters
//!
//! The import works where the other project happens to be installed or on the path, on a laptop or in one large
//! environment, and fails where the project is deployed by itself. It is only a warning where the other project
//! requires this one: then adding the requirement would close a circle.
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
//! dependencies = ["dagster"]
//! #- ml/src/ml/__init__.py
//! import acme
//! #      ^^^^ error[undeclared-dependency]: `acme` comes from `acme-shared`, which `ml` does not declare
//! ```
//!
//! ## Fix
//!
//! Adds the distribution to what the project requires, and from where it is taken, in the form of uv, Poetry or PDM.

use super::registry::Rule;
use super::{Context, Finding, Severity, Verdict, adding};

/// The rule.
pub const RULE: Rule = Rule {
    name: "undeclared-dependency",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("undeclared_dependency.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let judge = |relation: &super::Relation| {
        if relation.verdict != Some(Verdict::Undeclared) {
            return None;
        }
        let (module, distribution) = (&relation.module, &relation.distribution);
        let project = relation.project.display_name();
        let message = format!("`{module}` comes from `{distribution}`, which `{project}` does not declare");
        let finding = relation.finding(message);
        if relation.closes_circle(context) {
            return Some(finding.warning());
        }
        Some(finding.fix(adding::add_requirement(context.workspace, &relation.project, &relation.provider)))
    };
    context.relations().iter().filter_map(judge).collect()
}
