//! # unused-export (off by default)
//!
//! ## What it does
//!
//! Reports public functions and classes of a shared distribution that no other project uses, nor the distribution's own
//! deployed code.
//!
//! ## Why it matters
//!
//! Whoever changes shared code takes care not to break what others may use. What nobody uses can be changed freely, or
//! deleted; and a name that seemed to be shared, and is not, may be a misunderstanding.
//!
//! A name counts as used wherever other projects import it, read it as an attribute, or write it in a string or a
//! configuration file, tests included. Modules that are passed on as a whole, or imported by `*`, are used with all they
//! hold; so is what a decorator may register. Nothing is said of distributions that nobody here imports, or that are
//! required by projects outside the opened folders.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! [rules]
//! unused-export = "information"
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! #- shared/src/acme/io.py
//! def load(): ...
//! def save(): ...
//! #   ^^^^ information[unused-export]: no project uses `save` of `acme.io`
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! from acme.io import load
//! ```
//!
//! ## Fix
//!
//! Delete it, or begin its name with `_`.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::mentions::{contains_word, is_configuration};
use super::registry::Rule;
use super::{Context, Finding};
use crate::api::{Api, Shape, Symbol};
use crate::python::{DefinitionKind, Expression, ExpressionId, ImportKind, ModuleName, ModuleSummary, Name};
use crate::text::{TextRange, offset};
use crate::uses::FileUses;
use crate::workspace::{Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-export",
    default: None,
    check: Some(check),
    source: include_str!("unused_export.rs"),
};

/// Decorators that leave a definition to those who call it by its name.
const PLAIN_DECORATORS: [&str; 12] = [
    "asynccontextmanager",
    "cache",
    "contextmanager",
    "dataclass",
    "deprecated",
    "final",
    "lru_cache",
    "overload",
    "runtime_checkable",
    "total_ordering",
    "wraps",
    "frozen",
];

/// What others name of one distribution.
#[derive(Default)]
struct Used {
    /// Names that are imported, read as attributes, or written in strings and configuration.
    names: FxHashSet<String>,
    /// Modules that are used with all they hold.
    modules: FxHashSet<String>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let shared = context.subjects().iter().filter(|project| is_shared(context, project));
    shared.flat_map(|project| of_project(context, project)).collect()
}

/// Whether the project is no location, and all who use it are at hand, at least one among them.
fn is_shared(context: &Context<'_>, project: &Arc<Project>) -> bool {
    let opened =
        |dir: &camino::Utf8Path| context.workspace.folders.iter().any(|folder| dir.starts_with(folder));
    project.ships
        && opened(&project.dir)
        && context.location_of(project).is_none()
        && context.consumers_of(&project.dir).iter().all(|(consumer, _)| opened(&consumer.dir))
        && users(context, project).next().is_some()
}

/// Files of other projects that import the distribution, of whatever version.
fn users<'c>(context: &'c Context<'_>, project: &'c Project) -> impl Iterator<Item = &'c FileUses> {
    context.files().iter().map(|uses| &**uses).filter(move |uses| {
        let theirs = |provider: &Project| {
            provider.dir == project.dir || provider.distribution() == project.distribution()
        };
        uses.project.dir != project.dir && uses.imports.iter().any(|used| theirs(&used.provider))
    })
}

fn of_project(context: &Context<'_>, project: &Arc<Project>) -> Vec<Finding> {
    let workspace = context.workspace;
    let api = Api::of(workspace, project);
    let mut used = Used::default();
    for uses in users(context, project) {
        for of_file in context.in_file(RULE.name, uses, of_file).iter() {
            used.names.extend(of_file.names.iter().cloned());
            used.modules.extend(of_file.modules.iter().cloned());
        }
    }
    let candidates = candidates(context, project, &api, &used);
    if candidates.is_empty() {
        return Vec::new();
    }
    let tops = project.layout.top_level(&workspace.files);
    used.of_configuration(context, &tops);
    let own = own_names(context, project);
    let mut findings = Vec::new();
    for (path, names, symbol) in candidates {
        let needed = names.iter().any(|name| used.names.contains(*name) || own.contains(*name));
        if needed || used.holds(&path) {
            continue;
        }
        let Some(module) = project.layout.module_of(&symbol.place.file) else { continue };
        let Some(name) = path.strip_prefix(module.as_str()).and_then(|rest| rest.strip_prefix('.')) else {
            continue;
        };
        let message = format!("no project uses `{name}` of `{module}`");
        findings.push(Finding::new(symbol.place.clone(), message, [module.as_str(), name]));
    }
    findings
}

/// Asks what the rule asks of one file.
pub(super) fn look(context: &Context<'_>, uses: &FileUses) {
    context.in_file(RULE.name, uses, of_file);
}

fn of_file(context: &Context<'_>, uses: &FileUses) -> Vec<Used> {
    let summary = context.workspace.summary(&uses.file);
    summary.map(|summary| Used::of_file(&summary)).into_iter().collect()
}

/// Functions and classes that the project defines, is free to drop, and offers under names that nobody imports: by the
/// path where each is defined, with all the names under which it is public.
fn candidates<'a>(
    context: &Context<'_>,
    project: &Project,
    api: &'a Api,
    used: &Used,
) -> Vec<(String, Vec<&'a str>, &'a Symbol)> {
    let mut by_symbol: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, name) in api.public() {
        let Some(symbol) = name.symbol.as_deref() else { continue };
        by_symbol.entry(symbol).or_default().extend(path.rsplit('.').next());
    }
    let found = by_symbol.into_iter().filter_map(|(path, names)| {
        let symbol = api.symbols.get(path)?;
        let file = &symbol.place.file;
        let own = context.workspace.project_of(file).is_some_and(|owner| owner.dir == project.dir);
        let kind = matches!(symbol.shape, Shape::Function { .. } | Shape::Class { .. });
        // Python itself calls `__getattr__`.
        let unused = !names.iter().any(|name| name.starts_with("__") || used.names.contains(*name));
        (own && kind && unused && context.workspace.is_deployed(file) && is_plain(context, &symbol.place))
            .then(|| (path.to_owned(), names, symbol))
    });
    found.collect()
}

/// Whether no decorator of a definition may register it somewhere.
fn is_plain(context: &Context<'_>, place: &Place) -> bool {
    let Some(summary) = context.workspace.summary(&place.file) else { return false };
    let at = summary.spans.definitions.iter().position(|span| span.name == place.range);
    let decorators = match at.and_then(|at| summary.definitions.get(at)).map(|found| &found.kind) {
        Some(DefinitionKind::Function(function)) => &function.decorators,
        Some(DefinitionKind::Class(class)) => &class.decorators,
        _ => return false,
    };
    let plain = |id: &ExpressionId| {
        last_name(&summary, *id).is_some_and(|name| PLAIN_DECORATORS.contains(&name.as_str()))
    };
    summary.errors.is_empty() && decorators.iter().all(plain)
}

/// `lru_cache` of `@functools.lru_cache(maxsize=1)`.
fn last_name(summary: &ModuleSummary, id: ExpressionId) -> Option<&Name> {
    let callee = match summary.expression(id)? {
        Expression::Call(callee, _) => *callee,
        _ => id,
    };
    match summary.expression(callee)? {
        Expression::Name(name, _) | Expression::Attribute(_, name) => Some(name),
        _ => None,
    }
}

/// What the project's deployed code names itself, a definition's own body aside.
fn own_names(context: &Context<'_>, project: &Project) -> FxHashSet<String> {
    let mut names = FxHashSet::default();
    for (_, file) in project.layout.modules(&context.workspace.files) {
        let Some(summary) = context.workspace.summary(&file) else { continue };
        let bodies: BTreeMap<&str, TextRange> = summary
            .definitions
            .iter()
            .zip(&summary.spans.definitions)
            .filter(|(found, _)| matches!(found.kind, DefinitionKind::Function(_) | DefinitionKind::Class(_)))
            .map(|(found, span)| (found.name.as_str(), span.full))
            .collect();
        for (expression, span) in summary.expressions.iter().zip(&summary.spans.expressions) {
            if let Expression::Name(name, _) | Expression::Attribute(_, name) = expression
                && !bodies.get(name.as_str()).is_some_and(|body| body.contains(span.name))
            {
                names.insert(name.to_string());
            }
        }
        names.extend(strings(&summary).map(str::to_owned));
    }
    names
}

impl Used {
    /// What one file that imports the distribution names.
    fn of_file(summary: &ModuleSummary) -> Self {
        let mut used = Self::default();
        let mut objects: FxHashSet<ExpressionId> = FxHashSet::default();
        let stars = summary.imports.iter().any(|import| import.kind == ImportKind::Star);
        for expression in &summary.expressions {
            if let Expression::Attribute(object, name) = expression {
                objects.insert(*object);
                used.names.insert(name.to_string());
            }
        }
        // What is passed on as a value, and not only read from.
        let mut values: FxHashSet<&str> = FxHashSet::default();
        for (index, expression) in summary.expressions.iter().enumerate() {
            if let Expression::Name(name, _) | Expression::Attribute(_, name) = expression
                && !objects.contains(&ExpressionId(offset(index)))
            {
                values.insert(name);
                if stars {
                    used.names.insert(name.to_string());
                }
            }
        }
        used.names.extend(strings(summary).map(str::to_owned));
        used.modules.extend(summary.string_modules.iter().map(|string| string.text.to_string()));
        for import in summary.imports.iter().filter(|import| import.level == 0) {
            let module = import.module.to_string();
            let bound = import.alias.as_deref();
            match &import.kind {
                ImportKind::From(name) => {
                    used.names.insert(name.to_string());
                    if values.contains(bound.unwrap_or(name.as_str())) {
                        used.modules.insert(format!("{module}.{name}"));
                    }
                }
                ImportKind::Module => {
                    let last = module.rsplit('.').next().unwrap_or_default();
                    if values.contains(bound.unwrap_or(last)) {
                        used.modules.insert(module);
                    }
                }
                ImportKind::Star | ImportKind::Dynamic => {
                    used.modules.insert(module);
                }
            }
        }
        used
    }

    /// The words of all files that configure something and name one of the distribution's packages; a module that they
    /// name is used as a whole.
    fn of_configuration(&mut self, context: &Context<'_>, tops: &[Name]) {
        let files = &context.workspace.files;
        for folder in &context.workspace.folders {
            for file in context.workspace.walk(folder, is_configuration).others {
                let wanted = |bytes: &[u8]| tops.iter().any(|top| contains_word(bytes, top));
                let Some(source) = files.text_if(&file, wanted) else { continue };
                let dotted = source.text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
                for path in dotted.filter(|path| !path.is_empty()) {
                    self.names.extend(path.split('.').filter(|word| !word.is_empty()).map(str::to_owned));
                    // `packages = ["acme"]` uses nothing.
                    if path.contains('.') {
                        self.modules.insert(path.to_owned());
                    }
                }
            }
        }
    }

    /// Whether a path lies in a module that is used as a whole.
    fn holds(&self, path: &str) -> bool {
        let mut above = ModuleName::new(path);
        while let Some(module) = above {
            if self.modules.contains(module.as_str()) {
                return true;
            }
            above = module.parent();
        }
        false
    }
}

/// The words in all short strings of a file: `getattr(io, "load")`, `patch("acme.io.load")`.
fn strings(summary: &ModuleSummary) -> impl Iterator<Item = &str> {
    let short = summary.expressions.iter().filter_map(|expression| match expression {
        Expression::String(Some(text)) => Some(&**text),
        _ => None,
    });
    let modules = summary.string_modules.iter().map(|string| &*string.text);
    short.chain(modules).flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '_')))
}
