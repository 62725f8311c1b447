//! # missing-symbol (error)
//!
//! ## What it does
//!
//! Reports names that a shared module does not have: imported from it, or read as its attribute.
//!
//! ## Why it matters
//!
//! The import fails when the location is loaded, the attribute when the code is run. A function that was renamed or
//! removed in the shared tree breaks the locations that still use it.
//!
//! Nothing is said of modules that make names as they are loaded (`__getattr__`, `globals()`, star imports of unknown
//! code), nor of accesses guarded by `hasattr` or `AttributeError`.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! #- shared/src/acme/io.py
//! def load(): ...
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! from acme.io import save
//! #                   ^^^^ error[missing-symbol]: `save` is not in `acme.io` of `acme-shared` 1.0
//! ```
//!
//! ## Fix
//!
//! Replaces an attribute that looks misspelt by the nearest name of the module.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::absent::{count_unseen, is_live, may_be_there, with_version};
use super::availability::{Available, availability};
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits};
use crate::python::{Expression, ExpressionId, ImportKind, ModuleName, ModuleSummary, Name, ScopeId};
use crate::semantics::{Module, Semantics, Type};
use crate::source::Found;
use crate::text::{TextRange, nearest};
use crate::uses::{FileUses, ImportUse};
use crate::vfs::FileId;
use crate::workspace::{Place, Project, Resolution};

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-symbol",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("missing_symbol.rs"),
};

/// Longer chains of attributes are no modules.
const MAX_SEGMENTS: usize = 64;

/// A name that is looked for in a module of another project.
struct Wanted {
    module: Module,
    name: Name,
    range: TextRange,
    provider: Arc<Project>,
    /// Whether another name in its place mends the code.
    replaceable: bool,
}

/// A name that a file reads of a module of another project, which surely does not have it.
#[derive(Clone)]
pub(super) struct MissingName {
    /// Who reads it.
    pub project: Arc<Project>,
    /// The module, as the file sees it.
    pub module: Module,
    /// The name.
    pub name: Name,
    /// Whose module.
    pub provider: Arc<Project>,
    /// Where it is read, in one file; never empty.
    pub places: Vec<Place>,
    replaceable: bool,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    count_unseen(context);
    context.missing_names().iter().filter_map(|missing| finding(context, missing)).collect()
}

/// What is missing in all judged files, once for each file and name.
pub(super) fn missing_names(context: &Context<'_>) -> Vec<MissingName> {
    context.in_judged_files(RULE.name, of_file)
}

/// Asks what the rule asks of one file.
pub(super) fn look(context: &Context<'_>, uses: &FileUses) {
    context.in_file(RULE.name, uses, of_file);
}

fn of_file(context: &Context<'_>, uses: &FileUses) -> Vec<MissingName> {
    if uses.imports.is_empty() || uses.error.is_some() {
        return Vec::new();
    }
    let Some(summary) = context.workspace.summary(&uses.file) else { return Vec::new() };
    let semantics = Semantics::new(context.workspace);
    let mut wanted = imported(uses);
    wanted.extend(accessed(context, &semantics, uses, &summary));
    let mut found: Vec<MissingName> = Vec::new();
    let mut told: FxHashMap<(Option<FileId>, Name), Option<usize>> = FxHashMap::default();
    for one in wanted {
        let place = Place { file: uses.file.clone(), range: one.range };
        let key = (one.module.file.clone(), one.name.clone());
        match told.get(&key) {
            Some(None) => {}
            Some(Some(at)) => {
                if let Some(missing) = found.get_mut(*at) {
                    missing.places.push(place);
                }
            }
            None => {
                semantics.restart();
                let child = one.module.name.child(&one.name);
                let missing = semantics.lacks(&one.module, &one.name)
                    && !may_be_there(context.workspace, &one.provider, &child);
                told.insert(key, missing.then_some(found.len()));
                if missing {
                    let Wanted { module, name, provider, replaceable, .. } = one;
                    let (project, places) = (uses.project.clone(), vec![place]);
                    found.push(MissingName { project, module, name, provider, places, replaceable });
                }
            }
        }
    }
    found
}

fn finding(context: &Context<'_>, one: &MissingName) -> Option<Finding> {
    let (place, further) = one.places.split_first()?;
    let (module, name) = (&one.module.name, &one.name);
    let has = |project: &Project| offers(context, project, module, name);
    let when = availability(context, &one.provider, has).as_ref().map(Available::there).unwrap_or_default();
    let message = format!("`{name}` is not in `{module}` of {}{when}", with_version(context, &one.provider));
    let fix = one.replaceable.then(|| correction(context, one, place)).flatten();
    let finding = Finding::new(place.clone(), message, [module.as_str(), name.as_str()]).fix(fix);
    Some(further.iter().fold(finding, |finding, place| finding.related(place.clone(), "used here, too")))
}

/// Whether a version of the provider has a name in a module.
fn offers(context: &Context<'_>, project: &Project, module: &ModuleName, name: &str) -> bool {
    let Some(Found::Module(file)) = project.layout.find(&context.workspace.files, module) else {
        return false;
    };
    let module = Module { name: module.clone(), file: Some(file.clone()), importer: file };
    !Semantics::new(context.workspace).lacks(&module, name)
}

/// The names behind `from … import`.
fn imported(uses: &FileUses) -> Vec<Wanted> {
    let wanted = |used: &ImportUse| {
        let import = &used.import;
        let ImportKind::From(name) = &import.kind else { return None };
        // Of a namespace the name is the module itself.
        if used.optional || !is_live(&used.standing) || import.module != used.module.as_str() {
            return None;
        }
        let module =
            Module { name: used.module.clone(), file: Some(used.file.clone()?), importer: uses.file.clone() };
        let range = used.name?;
        let replaceable = import.alias.is_some();
        Some(Wanted { module, name: name.clone(), range, provider: used.provider.clone(), replaceable })
    };
    uses.imports.iter().filter_map(wanted).collect()
}

/// The attributes read of modules that the file imports from other projects.
fn accessed(
    context: &Context<'_>,
    semantics: &Semantics<'_>,
    uses: &FileUses,
    summary: &ModuleSummary,
) -> Vec<Wanted> {
    let roots = roots(uses, summary);
    let Ok(source) = context.workspace.files.text(&uses.file) else { return Vec::new() };
    if roots.is_empty() || source.text.contains("AttributeError") {
        return Vec::new();
    }
    let named: FxHashSet<&str> = summary.expressions.iter().filter_map(named_by_string).collect();
    let imported: Vec<ModuleName> =
        summary.imports.iter().filter_map(|import| ModuleName::new(&import.module)).collect();
    let mut wanted = Vec::new();
    let mut assigned: FxHashSet<(Option<FileId>, Name)> = FxHashSet::default();
    for (index, expression) in summary.expressions.iter().enumerate() {
        let Expression::Attribute(object, name) = expression else { continue };
        let Some(span) = summary.spans.expressions.get(index) else { continue };
        if !root(summary, *object).is_some_and(|root| roots.contains(root)) || named.contains(name.as_str()) {
            continue;
        }
        semantics.restart();
        let types = semantics.expression_type(&uses.file, summary, *object);
        let [Type::Module(module)] = types.as_slice() else { continue };
        if is_assigned(&source.text, span.full.end) {
            assigned.insert((module.file.clone(), name.clone()));
            continue;
        }
        let child = module.name.child(name);
        if imported.iter().any(|imported| imported.starts_with(&child)) {
            continue;
        }
        let Some(provider) = provider(context, uses, module) else { continue };
        let module = module.clone();
        wanted.push(Wanted { module, name: name.clone(), range: span.name, provider, replaceable: true });
    }
    wanted.retain(|one| !assigned.contains(&(one.module.file.clone(), one.name.clone())));
    wanted.sort_by_key(|one| one.range);
    wanted
}

/// The names to which the file binds modules of other projects, those left out that a guarded import binds, too.
fn roots(uses: &FileUses, summary: &ModuleSummary) -> FxHashSet<Name> {
    let bound = |import: &crate::python::Import| match (&import.alias, &import.kind) {
        (Some(alias), _) => Some(alias.clone()),
        (None, ImportKind::Module) => import.module.split('.').next().map(Name::from),
        (None, ImportKind::From(name)) => Some(name.clone()),
        (None, ImportKind::Star | ImportKind::Dynamic) => None,
    };
    let live = uses.imports.iter().filter(|used| is_live(&used.standing));
    let mut roots: FxHashSet<Name> = live.filter_map(|used| bound(&used.import)).collect();
    for import in summary.imports.iter().filter(|import| import.type_checking || import.guarded) {
        if let Some(name) = bound(import) {
            roots.remove(&name);
        }
    }
    roots
}

/// `a` of `a.b.c`.
fn root(summary: &ModuleSummary, mut object: ExpressionId) -> Option<&Name> {
    for _ in 0..MAX_SEGMENTS {
        match summary.expression(object)? {
            Expression::Name(name, _) => return Some(name),
            Expression::Attribute(inner, _) => object = *inner,
            _ => return None,
        }
    }
    None
}

/// `hasattr(io, "later")`, `patch("acme.io.later")`: whoever names an attribute in a string knows that it may be missing.
fn named_by_string(expression: &Expression) -> Option<&str> {
    match expression {
        Expression::String(Some(text)) => text.rsplit('.').next(),
        _ => None,
    }
}

/// Whether `=`, or an operator with it, follows: the attribute is made here.
fn is_assigned(text: &str, end: u32) -> bool {
    let rest = TextRange::new(end, crate::text::offset(text.len())).slice(text);
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.starts_with('=') && !rest.starts_with("==") || rest.starts_with("+=") || rest.starts_with("|=")
}

/// The project whose live module this is, if it is another's.
fn provider(context: &Context<'_>, uses: &FileUses, module: &Module) -> Option<Arc<Project>> {
    let resolution = context.workspace.resolve(&uses.file, &module.name);
    let Resolution::Found(found) = &*resolution else { return None };
    let dir = found.provider.dir.as_ref()?;
    let other = *dir != uses.project.dir && module.file.as_ref() == Some(&found.file);
    (other && is_live(&found.provider.standing)).then(|| context.workspace.project_at(dir)).flatten()
}

fn correction(context: &Context<'_>, one: &MissingName, place: &Place) -> Option<Fix> {
    let summary = context.workspace.summary(one.module.file.as_ref()?)?;
    let scope = summary.scope(ScopeId::MODULE)?;
    let mut names: Vec<&str> =
        scope.bindings.keys().map(Name::as_str).filter(|name| !name.starts_with('_')).collect();
    names.sort_unstable();
    let found = nearest(&one.name, names)?;
    Some(Fix::to_review(format!("replace `{}` by `{found}`", one.name), edits::replace(place, found)))
}
