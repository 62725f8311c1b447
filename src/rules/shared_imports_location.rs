//! # shared-imports-location (error)
//!
//! ## What it does
//!
//! Reports imports by which a shared distribution reaches into a declared code location.
//!
//! ## Why it matters
//!
//! Shared code is deployed with every location that requires it; the location's package only with that one. In all
//! others the import fails, and where the location requires the shared code the two import each other in a circle.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! from etl.assets import table
//! #    ^^^^^^^^^^ error[shared-imports-location]: shared `acme-shared` imports `etl.assets` of location `etl`
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! [tool.dagster]
//! module_name = "etl"
//! #- etl/src/etl/__init__.py
//! import acme
//! #- etl/src/etl/assets.py
//! table = 1
//! ```
//!
//! ## Fix
//!
//! Move what is imported into the shared distribution, or hand it over as an argument.

use super::registry::Rule;
use super::{Context, Finding, Severity, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    name: "shared-imports-location",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("shared_imports_location.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let judge = |relation: &super::Relation| {
        let Some(Verdict::SharedImportsLocation(location)) = &relation.verdict else { return None };
        let shared = relation.project.display_name();
        let module = &relation.module;
        Some(relation.finding(format!("shared `{shared}` imports `{module}` of location `{location}`")))
    };
    context.relations().iter().filter_map(judge).collect()
}
