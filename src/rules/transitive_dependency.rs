//! # transitive-dependency (warning)
//!
//! ## What it does
//!
//! Reports imports of a first-party distribution that the project requires only through another one.
//!
//! ## Why it matters
//!
//! The import fails as soon as the distribution between the two no longer needs the third, which its owners will take
//! for an inner matter of theirs.
//!
//! ## Example
//!
//! ```fixture
//! #- core/pyproject.toml
//! [project]
//! name = "acme-core"
//! version = "1.0"
//! #- core/src/core/__init__.py
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! dependencies = ["acme-core"]
//! [tool.uv.sources]
//! acme-core = { path = "../core" }
//! #- shared/src/shared/__init__.py
//! import core
//! #- ml/pyproject.toml
//! [project]
//! name = "ml"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- ml/src/ml/__init__.py
//! import shared
//! import core
//! #      ^^^^ warning[transitive-dependency]: `core` comes from `acme-core`, which `ml` requires only through `acme-shared`
//! ```
//!
//! ## Fix
//!
//! Adds the distribution to what the project requires, and from where it is taken, in the form of uv, Poetry or PDM.

use super::registry::Rule;
use super::{Context, Finding, Severity, Verdict, adding};

/// The rule.
pub const RULE: Rule = Rule {
    name: "transitive-dependency",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("transitive_dependency.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let judge = |relation: &super::Relation| {
        let Some(Verdict::Transitive(via)) = &relation.verdict else { return None };
        let (module, distribution) = (&relation.module, &relation.distribution);
        let project = relation.project.display_name();
        let message = format!(
            "`{module}` comes from `{distribution}`, which `{project}` requires only through `{via}`"
        );
        let fix = adding::add_requirement(context.workspace, &relation.project, &relation.provider);
        Some(relation.finding(message).fix(fix))
    };
    context.relations().iter().filter_map(judge).collect()
}
