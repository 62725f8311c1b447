//! # deprecated-symbol (information)
//!
//! ## What it does
//!
//! Reports uses of shared functions, methods and classes that their owners mark as deprecated: by `@deprecated` (PEP 702),
//! by a `DeprecationWarning` each time they are called, or by `.. deprecated::` in their documentation.
//!
//! ## Why it matters
//!
//! What is deprecated will be gone in a later version. A warning at run time is seen by nobody who reads the code.
//!
//! Each name is reported once in a file, at its first use.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- shared/src/acme/__init__.py
//! #- shared/src/acme/io.py
//! from warnings import deprecated
//!
//! @deprecated("use `read`")
//! def load(path): ...
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! from acme.io import load
//! #                   ^^^^ information[deprecated-symbol]: `load` of `acme.io` (`acme-shared` 0.2.0) is deprecated: use `read`
//! ```
//!
//! ## Fix
//!
//! Use what the owners name in its place.

use rustc_hash::FxHashMap;

use super::absent::{is_live, live_module, with_version};
use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::api::{Knowledge, Known};
use crate::python::{DefinitionId, Expression, ExpressionId, ImportKind, ModuleSummary};
use crate::semantics::{Entity, Semantics};
use crate::text::{TextRange, offset};
use crate::uses::FileUses;
use crate::vfs::FileId;
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "deprecated-symbol",
    default: Some(Severity::Information),
    check: Some(check),
    source: include_str!("deprecated_symbol.rs"),
};

/// How many further uses a finding names.
const MAX_RELATED: usize = 20;

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.in_judged_files(RULE.name, of_file)
}

/// Asks what the rule asks of one file.
pub(super) fn look(context: &Context<'_>, uses: &FileUses) {
    context.in_file(RULE.name, uses, of_file);
}

fn of_file(context: &Context<'_>, uses: &FileUses) -> Vec<Finding> {
    let live = uses.imports.iter().any(|used| is_live(&used.standing) && !used.optional);
    if !live || uses.error.is_some() {
        return Vec::new();
    }
    let Some(summary) = context.workspace.summary(&uses.file) else { return Vec::new() };
    let semantics = Semantics::new(context.workspace);
    let knowledge = Knowledge::new(&semantics);
    let mut used = imported(&semantics, uses, &summary);
    used.extend(accessed(&semantics, &knowledge, uses, &summary));
    used.sort_by_key(|(range, _, _)| *range);
    let mut findings: Vec<Finding> = Vec::new();
    let mut told: FxHashMap<(FileId, DefinitionId), Option<usize>> = FxHashMap::default();
    for (range, file, id) in used {
        let place = Place { file: uses.file.clone(), range };
        let at = told.entry((file, id)).or_insert_with_key(|(file, id)| {
            let finding = finding(context, &knowledge, uses, &place, file, *id)?;
            findings.push(finding);
            findings.len().checked_sub(1)
        });
        if let Some(finding) = at.and_then(|at| findings.get_mut(at))
            && finding.place != place
            && finding.related.len() < MAX_RELATED
        {
            *finding = finding.clone().related(place, "used here, too");
        }
    }
    findings
}

/// Where a definition is used, and which.
type Use = (TextRange, FileId, DefinitionId);

/// The names behind `from … import`.
fn imported(semantics: &Semantics<'_>, uses: &FileUses, summary: &ModuleSummary) -> Vec<Use> {
    let named = uses.imports.iter().filter(|used| is_live(&used.standing) && !used.optional);
    let found = named.filter_map(|used| {
        matches!(used.import.kind, ImportKind::From(_)).then_some(())?;
        semantics.restart();
        let entities = semantics.imported(&uses.file, summary, used.id);
        let [Entity::Definition(file, id)] = entities.as_slice() else { return None };
        Some((used.name?, file.clone(), *id))
    });
    found.collect()
}

/// What is read from modules, classes and objects.
fn accessed(
    semantics: &Semantics<'_>,
    knowledge: &Knowledge<'_, '_>,
    uses: &FileUses,
    summary: &ModuleSummary,
) -> Vec<Use> {
    let numbered = summary.expressions.iter().enumerate();
    let attributes = numbered.filter(|(_, expression)| matches!(expression, Expression::Attribute(..)));
    let found = attributes.filter_map(|(index, _)| {
        semantics.restart();
        let (file, id) = match knowledge.expression(&uses.file, summary, ExpressionId(offset(index)))? {
            Known::Function { file, definitions, .. } => (file, *definitions.last()?),
            Known::Class(class) => class,
            Known::Instance(_) | Known::Module(_) => return None,
        };
        Some((summary.spans.expressions.get(index)?.name, file, id))
    });
    found.collect()
}

/// The finding for the first use; `None` where the definition is no other project's, or not marked.
fn finding(
    context: &Context<'_>,
    knowledge: &Knowledge<'_, '_>,
    uses: &FileUses,
    place: &Place,
    file: &FileId,
    id: DefinitionId,
) -> Option<Finding> {
    let (module, provider) = live_module(context, uses, file)?;
    let summary = context.workspace.summary(file)?;
    let deprecation = knowledge.deprecation(file, &summary, id)?;
    let path = knowledge.defined_path(file, id)?;
    let name = path.strip_prefix(module.as_str()).map_or(path.as_str(), |rest| rest.trim_start_matches('.'));
    let why = deprecation.message.map(|message| format!(": {}", message.trim_end_matches('.')));
    let version = with_version(context, &provider);
    let message = format!("`{name}` of `{module}` ({version}) is deprecated{}", why.unwrap_or_default());
    let defined = summary.spans.definitions.get(id.index())?.name;
    let definition = Place { file: file.clone(), range: defined };
    let finding = Finding::new(place.clone(), message, [module.as_str(), name]);
    Some(finding.related(definition, format!("`{name}` is defined here")))
}
