//! # index-undefined (error)
//!
//! ## What it does
//!
//! Reports sources that name an index which neither the project nor the root of its uv workspace defines.
//!
//! ## Why it matters
//!
//! uv refuses to lock the project, wherever an index of that name may be defined otherwise.
//!
//! ## Example
//!
//! ```fixture
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { index = "acme" }
//! #                        ^^^^ error[index-undefined]: index `acme` is not defined
//! ```
//!
//! ## Fix
//!
//! Replaces a name that looks misspelt by the nearest one. Define the index in `[[tool.uv.index]]` otherwise.

use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits, sources};
use crate::manifest::SourceKind;
use crate::text::nearest;
use crate::workspace::{DeclaredSource, Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "index-undefined",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("index_undefined.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    sources::once_each(context, judge)
}

fn judge(context: &Context<'_>, project: &Project, source: &DeclaredSource) -> Option<Finding> {
    let SourceKind::Index(index) = &source.entry.kind else { return None };
    let name = source.name.as_ref()?;
    let root = context.workspace.workspace_root(project);
    let projects = || std::iter::once(project).chain(root.as_deref());
    let manifests = projects().flat_map(|project| &project.manifests);
    let known: Vec<&str> = manifests
        .flat_map(|(_, manifest)| &manifest.indexes)
        .filter_map(|index| Some(index.name.as_ref()?.value.as_str()))
        .collect();
    // uv looks at a source only where something requires it; see source-without-requirement.
    if known.contains(&index.value.as_str())
        || projects().any(|project| project.broken)
        || sources::is_required(context, project, name) == Some(false)
    {
        return None;
    }
    let place = Place { file: source.file.clone(), range: index.range };
    let message = format!("index `{}` is not defined", index.value);
    let near = nearest(&index.value, known.iter().copied());
    let title = |near| format!("take `{name}` from index `{near}`");
    let fix = near.map(|near| Fix::to_review(title(near), edits::replace(&place, near)));
    Some(Finding::new(place, message, [name.as_str(), index.value.as_str()]).fix(fix))
}
