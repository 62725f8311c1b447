//! # cross-location-import (error)
//!
//! ## What it does
//!
//! Reports imports by which one declared code location reaches into the package of another.
//!
//! ## Why it matters
//!
//! Each location is deployed by itself, with its own environment: the other's package is not there, or is there in
//! another version than the one that runs. What both need belongs into a shared distribution. Where the other location
//! is required, so that the import works, this is a warning: the two can no longer be deployed apart.
//!
//! ## Example
//!
//! ```fixture
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! [tool.dagster]
//! module_name = "etl"
//! #- etl/src/etl/__init__.py
//! from ml.train import train
//! #    ^^^^^^^^ error[cross-location-import]: location `etl` imports `ml.train` of location `ml`
//! #- ml/pyproject.toml
//! [project]
//! name = "ml"
//! version = "1.0"
//! [tool.dagster]
//! module_name = "ml"
//! #- ml/src/ml/__init__.py
//! #- ml/src/ml/train.py
//! def train(): ...
//! ```
//!
//! ## Fix
//!
//! Move what both locations use into a shared distribution that both require.

use super::registry::Rule;
use super::{Context, Finding, Severity, Verdict};
use crate::workspace::Standing;

/// The rule.
pub const RULE: Rule = Rule {
    name: "cross-location-import",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("cross_location_import.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let judge = |relation: &super::Relation| {
        let Some(Verdict::CrossLocation(importer, imported)) = &relation.verdict else { return None };
        let message = format!("location `{importer}` imports `{}` of location `{imported}`", relation.module);
        let finding = relation.finding(message);
        Some(if relation.standing == Standing::Undeclared { finding } else { finding.warning() })
    };
    context.relations().iter().filter_map(judge).collect()
}
