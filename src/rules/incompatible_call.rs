//! # incompatible-call (error)
//!
//! ## What it does
//!
//! Reports calls of shared functions, methods and classes that fail whatever they do: too many arguments, one that is
//! missing, a keyword that no parameter has.
//!
//! ## Why it matters
//!
//! The call raises `TypeError` when it is reached, which may be in the middle of a run. A parameter that was renamed or
//! added in the shared tree breaks the locations that still call it in the old way.
//!
//! Where other versions are at hand, as tags or archives, the message says since or until which one the call fits.
//!
//! Nothing is said where the signature is not known for sure: behind decorators that may change it, for classes with
//! bases or metaclasses that are not at hand, for names with several meanings, and in files that catch `TypeError` or
//! look at signatures or versions themselves.
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
//! def load(path, *, mode="r"): ...
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! from acme.io import load
//! load("a.csv", strict=True)
//! #             ^^^^^^ error[incompatible-call]: `load` of `acme.io` (`acme-shared` 0.2.0) has no parameter `strict`; it takes (path, *, mode="r")
//! ```
//!
//! ## Fix
//!
//! Renames a keyword that looks misspelt to the nearest one, if the call then fits.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::absent::{is_live, live_module, with_version};
use super::availability::{Available, availability};
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits};
use crate::api::{Callable, Knowledge, Known, Signature};
use crate::python::{
    Argument, ArgumentKind, Expression, ExpressionId, Misfit, ModuleName, ModuleSummary, Name, Token,
};
use crate::semantics::Semantics;
use crate::text::{TextRange, nearest, offset};
use crate::uses::FileUses;
use crate::vfs::FileId;
use crate::workspace::{Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "incompatible-call",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("incompatible_call.rs"),
};

/// What is written in files that adapt their calls to whatever they find.
const ADAPTS: [&str; 4] = ["except TypeError", "inspect.signature", "getfullargspec", "__version__"];

/// Builtins that tell apart what a name may be.
const NARROWS: [&str; 4] = ["isinstance", "issubclass", "hasattr", "callable"];

/// Longer chains of attributes and calls are not looked through for the name they begin with.
const MAX_SEGMENTS: usize = 64;

/// A call of another project's code that fits none of its signatures.
#[derive(Clone)]
pub(super) struct MisfitCall {
    /// Who calls.
    pub project: Arc<Project>,
    /// In which file.
    pub file: FileId,
    /// That file's summary.
    pub summary: Arc<ModuleSummary>,
    /// The call.
    pub call: ExpressionId,
    /// What is called, as an expression.
    pub callee: ExpressionId,
    /// What that surely is.
    pub known: Known,
    /// How it is called.
    pub callable: Arc<Callable>,
    /// The module that decides how it is called.
    pub module: ModuleName,
    /// Whose module.
    pub provider: Arc<Project>,
    misfit: Misfit,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.misfit_calls().iter().filter_map(|one| finding(context, one)).collect()
}

/// The calls in all judged files that do not fit.
pub(super) fn misfit_calls(context: &Context<'_>) -> Vec<MisfitCall> {
    context.in_judged_files(RULE.name, of_file)
}

/// Asks what the rule asks of one file.
pub(super) fn look(context: &Context<'_>, uses: &FileUses) {
    context.in_file(RULE.name, uses, of_file);
}

/// The calls in one file that do not fit.
fn of_file(context: &Context<'_>, uses: &FileUses) -> Vec<MisfitCall> {
    if !uses.imports.iter().any(|used| is_live(&used.standing)) || uses.error.is_some() {
        return Vec::new();
    }
    let read = (context.workspace.summary(&uses.file), context.workspace.files.text(&uses.file));
    let (Some(summary), Ok(source)) = read else { return Vec::new() };
    if ADAPTS.iter().any(|sign| source.text.contains(sign)) || catches_type_error(&source.text) {
        return Vec::new();
    }
    let summary = &summary;
    let semantics = Semantics::new(context.workspace);
    let knowledge = Knowledge::new(&semantics);
    let narrowed = narrowed(summary);
    let mut callables: FxHashMap<Known, Option<Arc<Callable>>> = FxHashMap::default();
    let mut misfits = Vec::new();
    for (index, expression) in summary.expressions.iter().enumerate() {
        let Expression::Call(callee, arguments) = expression else { continue };
        if segments(summary, *callee).any(|name| narrowed.contains(name)) {
            continue;
        }
        semantics.restart();
        let Some(known) = knowledge.expression(&uses.file, summary, *callee) else { continue };
        let callable = match callables.get(&known) {
            Some(callable) => callable.clone(),
            None => {
                let callable = knowledge.calling(&known).map(Arc::new);
                callables.insert(known.clone(), callable.clone());
                callable
            }
        };
        let Some(callable) = callable else { continue };
        let Some((module, provider)) = live_module(context, uses, &callable.file) else { continue };
        let Err(misfit) = callable.fits(arguments) else { continue };
        let (call, callee) = (ExpressionId(offset(index)), *callee);
        let (project, file, summary) = (uses.project.clone(), uses.file.clone(), summary.clone());
        misfits.push(MisfitCall {
            project,
            file,
            summary,
            call,
            callee,
            known,
            callable,
            module,
            provider,
            misfit,
        });
    }
    misfits
}

impl MisfitCall {
    /// What the call gives.
    pub fn arguments(&self) -> &[Argument] {
        match self.summary.expression(self.call) {
            Some(Expression::Call(_, arguments)) => arguments,
            _ => &[],
        }
    }

    /// Where the name of what is called stands.
    pub fn place(&self) -> Option<Place> {
        let range = self.summary.spans.expressions.get(self.callee.index())?.name;
        Some(Place { file: self.file.clone(), range })
    }
}

/// `except (TypeError, ValueError):`.
fn catches_type_error(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("except") && line.contains("TypeError"))
}

/// The names and attributes that the file asks for what they are: inside such a branch they may be more than they are
/// declared to be.
fn narrowed(summary: &ModuleSummary) -> FxHashSet<&Name> {
    let asked = summary.expressions.iter().filter_map(|expression| {
        let Expression::Call(callee, arguments) = expression else { return None };
        match summary.expression(*callee)? {
            Expression::Name(name, _) if NARROWS.contains(&name.as_str()) => {
                segments(summary, arguments.first()?.value).next()
            }
            _ => None,
        }
    });
    asked.collect()
}

/// `c`, `b`, `a` of `a.b(1).c`.
fn segments(summary: &ModuleSummary, id: ExpressionId) -> impl Iterator<Item = &Name> {
    let mut next = Some(id);
    let names = std::iter::from_fn(move || {
        let (name, inner) = match summary.expression(next?)? {
            Expression::Name(name, _) => (Some(name), None),
            Expression::Attribute(inner, name) => (Some(name), Some(*inner)),
            Expression::Call(inner, _) | Expression::Subscript(inner, _) | Expression::Await(inner) => {
                (None, Some(*inner))
            }
            _ => (None, None),
        };
        next = inner;
        Some(name)
    });
    names.take(MAX_SEGMENTS).flatten()
}

fn finding(context: &Context<'_>, one: &MisfitCall) -> Option<Finding> {
    let signature = one.callable.signature()?;
    let arguments = one.arguments();
    let place = |range| Place { file: one.file.clone(), range };
    let callee = one.place()?.range;
    let (range, what, fault) = match &one.misfit {
        Misfit::TooManyPositional { index, given, .. } => {
            let value = arguments.get(*index)?.value;
            let range = one.summary.spans.expressions.get(value.index())?.full;
            let arguments = if *given == 1 { "argument" } else { "arguments" };
            (range, format!("is given {given} {arguments} by position"), "positional".to_owned())
        }
        Misfit::UnknownKeyword { index } => {
            let (range, name) = keyword(one, arguments, *index)?;
            (range, format!("has no parameter `{name}`"), name.to_string())
        }
        Misfit::Repeated { index } => {
            let (range, name) = keyword(one, arguments, *index)?;
            (range, format!("is given `{name}` twice"), name.to_string())
        }
        Misfit::PositionalOnlyByKeyword { index } => {
            let (range, name) = keyword(one, arguments, *index)?;
            (range, format!("has `{name}` by position only"), name.to_string())
        }
        Misfit::Missing { names } => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            (callee, format!("is called without {}", names.join(", ")), names.join(" "))
        }
    };
    let name = &one.callable.name;
    let version = with_version(context, &one.provider);
    let when = availability(context, &one.provider, |other| fits_in(context, one, arguments, other));
    let when = when.as_ref().map(Available::fits).unwrap_or_default();
    let message = format!("`{name}` of `{}` ({version}) {what}; it takes {signature}{when}", one.module);
    let summary = context.workspace.summary(&one.callable.file)?;
    let defined = summary.spans.definitions.get(one.callable.definition.index())?.name;
    let fix = match &one.misfit {
        Misfit::UnknownKeyword { index } => renamed(one, signature, arguments, *index, &place(range)),
        _ => None,
    };
    let finding = Finding::new(place(range), message, [one.module.as_str(), name, &fault]);
    let definition = Place { file: one.callable.file.clone(), range: defined };
    Some(finding.related(definition, format!("`{name}` is defined here")).fix(fix))
}

/// Whether the call surely fits what stands under the same name in another version of the provider.
fn fits_in(context: &Context<'_>, one: &MisfitCall, arguments: &[Argument], other: &Project) -> bool {
    let semantics = Semantics::new(context.workspace);
    let knowledge = Knowledge::new(&semantics);
    let there = knowledge.counterpart(&one.known, &one.provider, other);
    let callable = there.and_then(|there| knowledge.calling(&there));
    callable.is_some_and(|callable| callable.fits(arguments).is_ok())
}

/// Where the keyword of an argument stands, and which it is.
fn keyword<'a>(one: &MisfitCall, arguments: &'a [Argument], index: usize) -> Option<(TextRange, &'a Name)> {
    let ArgumentKind::Keyword(name) = &arguments.get(index)?.kind else { return None };
    let wanted = Token::Keyword(one.call, offset(index));
    let (range, _) = one.summary.spans.tokens.iter().find(|(_, token)| *token == wanted)?;
    Some((*range, name))
}

/// The nearest keyword that is not given yet, where the call fits with it.
fn renamed(
    one: &MisfitCall,
    signature: &Signature,
    arguments: &[Argument],
    index: usize,
    place: &Place,
) -> Option<Fix> {
    let ArgumentKind::Keyword(wrong) = &arguments.get(index)?.kind else { return None };
    let right = nearest(wrong, signature.keywords().map(Name::as_str))?;
    let mut mended = arguments.to_vec();
    mended.get_mut(index)?.kind = ArgumentKind::Keyword(Name::new(right));
    one.callable.fits(&mended).ok()?;
    let title = format!("replace `{wrong}` by `{right}`");
    Some(Fix::to_review(title, edits::replace(place, right)))
}
