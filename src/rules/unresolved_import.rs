//! # unresolved-import (error)
//!
//! ## What it does
//!
//! Reports imports of modules that the shared distribution does not have, in the code that this project gets.
//!
//! ## Why it matters
//!
//! The import fails when the location is loaded. A module that was renamed or removed in the shared tree breaks every
//! location that still imports it, and the tree itself shows nothing.
//!
//! Modules that a build generates or compiles are not missed, nor are imports guarded against ImportError.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! import acme.gone
//! #      ^^^^^^^^^ error[unresolved-import]: `acme.gone` is not in `acme-shared` 1.0
//! ```
//!
//! ## Fix
//!
//! Replaces a module that looks misspelt by the nearest one that has the imported name.

use rustc_hash::FxHashMap;

use super::absent::{is_live, may_be_there, with_version};
use super::availability::{Available, availability};
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits};
use crate::python::{ImportKind, ModuleName};
use crate::semantics::Semantics;
use crate::source::Found;
use crate::text::nearest;
use crate::uses::{FileUses, ImportUse};
use crate::workspace::Project;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unresolved-import",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("unresolved_import.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.judged_files().flat_map(|uses| of_file(context, uses)).collect()
}

/// Once for each module: further imports of it are related.
fn of_file(context: &Context<'_>, uses: &FileUses) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut told: FxHashMap<&ModuleName, usize> = FxHashMap::default();
    for used in unresolved(context, uses) {
        let place = used.place(&uses.file);
        if let Some(finding) = told.get(&used.module).and_then(|at| findings.get_mut(*at)) {
            let known = finding.place == place || finding.related.iter().any(|r| r.range == place.range);
            if !known {
                *finding = finding.clone().related(place, "imported here, too");
            }
            continue;
        }
        told.insert(&used.module, findings.len());
        let whose = with_version(context, &used.provider);
        let has = |project: &Project| {
            matches!(project.layout.find(&context.workspace.files, &used.module), Some(Found::Module(_)))
        };
        let when = availability(context, &used.provider, has).as_ref().map(Available::there);
        let message = format!("`{}` is not in {whose}{}", used.module, when.unwrap_or_default());
        let arguments = [used.module.as_str(), used.provider.display_name()];
        findings.push(Finding::new(place, message, arguments).fix(correction(context, uses, used)));
    }
    findings
}

/// The imports of modules that the other project, whose code the importer gets, surely does not have.
pub(super) fn unresolved<'u>(
    context: &Context<'_>,
    uses: &'u FileUses,
) -> impl Iterator<Item = &'u ImportUse> {
    uses.imports.iter().filter(|used| {
        let missing = used.file.is_none() && !used.optional && is_live(&used.standing);
        missing && !may_be_there(context.workspace, &used.provider, &used.module)
    })
}

/// The nearest module, where putting its name there makes the statement work: `from acme.oi import load`, and
/// `acme.io` has `load`. After `import acme.oi` the name is used further on.
fn correction(context: &Context<'_>, uses: &FileUses, used: &ImportUse) -> Option<Fix> {
    let import = &used.import;
    let ImportKind::From(name) = &import.kind else { return None };
    if import.module != used.module.as_str() {
        return None;
    }
    let same_statement = uses.imports.iter().filter(|other| other.range == used.range).count();
    if same_statement > 1 {
        return None;
    }
    let modules = used.provider.layout.modules(&context.workspace.files);
    let semantics = Semantics::new(context.workspace);
    let having = modules.iter().filter(|(_, file)| !semantics.exported(file, name).is_empty());
    let found = nearest(used.module.as_str(), having.map(|(module, _)| module.as_str()))?;
    let title = format!("import `{name}` from `{found}`");
    Some(Fix::to_review(title, edits::replace(&used.place(&uses.file), found)))
}
