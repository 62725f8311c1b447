//! # private-import (off by default)
//!
//! ## What it does
//!
//! Reports names that are private to a shared distribution and imported by another project: those that begin with
//! `_`, also as part of the module's name, and those that the module's `__all__` leaves out.
//!
//! ## Why it matters
//!
//! Owners of shared code change what is private without a word. Tests are not judged, nor are projects that ship parts
//! of one namespace package.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! [rules]
//! private-import = "warning"
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! _cache = {}
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! from acme import _cache
//! #                ^^^^^^ warning[private-import]: `_cache` is private to `acme-shared`
//! ```
//!
//! ## Fix
//!
//! Import a public name, or make this one public where it is defined.

use super::registry::Rule;
use super::{Context, Finding};
use crate::python::{ImportKind, ModuleName, Name};
use crate::semantics::Semantics;
use crate::source::Found;
use crate::uses::{FileUses, ImportUse};
use crate::vfs::FileId;
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "private-import",
    default: None,
    check: Some(check),
    source: include_str!("private_import.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for uses in context.judged_files() {
        let own = uses.project.layout.top_level(&context.workspace.files);
        let foreign = |used: &&ImportUse| !own.iter().any(|name| name == used.module.top_level());
        findings.extend(
            uses.imports
                .iter()
                .filter(foreign)
                .filter(|used| !used.optional)
                .filter_map(|used| judge(context, uses, used)),
        );
    }
    findings
}

fn judge(context: &Context<'_>, uses: &FileUses, used: &ImportUse) -> Option<Finding> {
    let file = used.file.as_ref()?;
    let import = &used.import;
    let name = match &import.kind {
        ImportKind::From(name) if import.module == used.module.as_str() => Some(name),
        _ => None,
    };
    let distribution = used.distribution()?;
    let place = |range| Place { file: uses.file.clone(), range };
    if let Some(name) = name {
        let at = place(used.name?);
        if is_private(name) {
            let message = format!("`{name}` is private to `{distribution}`");
            return Some(Finding::new(at, message, [used.module.as_str(), name]));
        }
        if !is_exported(context, file, name) {
            let message = format!("`{name}` is not in `__all__` of `{}`", used.module);
            return Some(Finding::new(at, message, [used.module.as_str(), name]));
        }
    }
    let public = public_part(&used.module)?;
    // `from acme._io import Reader` is the only way to it unless `acme` has it, too.
    let offered = |name: &Name| {
        let found = used.provider.layout.find(&context.workspace.files, &public);
        let Some(Found::Module(public)) = found else { return false };
        !Semantics::new(context.workspace).exported(&public, name).is_empty()
    };
    if name.is_some_and(offered) {
        return None;
    }
    let message = format!("`{}` is private to `{distribution}`", used.module);
    Some(Finding::new(used.place(&uses.file), message, [used.module.as_str()]))
}

fn is_private(name: &str) -> bool {
    name.starts_with('_') && !(name.starts_with("__") && name.ends_with("__"))
}

/// Whether `__all__` has a name, or does not tell; submodules are no matter of `__all__`.
fn is_exported(context: &Context<'_>, file: &FileId, name: &str) -> bool {
    let Some(summary) = context.workspace.summary(file) else { return true };
    let Some(exports) = &summary.exports else { return true };
    let special = name.starts_with("__");
    let bound = !summary.bindings(crate::python::ScopeId::MODULE, name).is_empty();
    let listed = exports.names.iter().any(|(known, _)| known == name);
    special || !bound || listed || exports.dynamic || !exports.from_modules.is_empty()
}

/// The part before the first private segment; `None` where none is private, or the first one is.
fn public_part(module: &ModuleName) -> Option<ModuleName> {
    let segments: Vec<&str> = module.segments().collect();
    let at = segments.iter().position(|segment| is_private(segment))?;
    ModuleName::new(&segments.get(..at)?.join("."))
}
