//! What a version marks as deprecated.

use super::known::Knowledge;
use crate::python::{ArgumentKind, DefinitionId, DefinitionKind, Expression, ExpressionId, ModuleSummary};
use crate::vfs::FileId;

/// A mark that something will go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecation {
    /// What its authors say about it, where that is a literal; one line.
    pub message: Option<Box<str>>,
}

/// The decorators of PEP 702 and of the libraries before it; each takes the message first, or as `reason`.
const DECORATORS: [&str; 6] = [
    "warnings.deprecated",
    "typing_extensions.deprecated",
    "typing.deprecated",
    "deprecated.deprecated",
    "deprecated.classic.deprecated",
    "deprecated.sphinx.deprecated",
];

impl Knowledge<'_, '_> {
    /// Whether a function, class or variable is marked: by `@deprecated`, by a `warnings.warn(…, DeprecationWarning)`
    /// that runs whenever it is called, or by the directive `.. deprecated::` in its documentation. A class whose `__init__`
    /// warns may still be derived from and named in annotations.
    pub fn deprecation(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        id: DefinitionId,
    ) -> Option<Deprecation> {
        let definition = summary.definition(id)?;
        let (decorators, warning) = match &definition.kind {
            DefinitionKind::Function(function) => (function.decorators.as_slice(), function.warning),
            DefinitionKind::Class(class) => (class.decorators.as_slice(), None),
            _ => (&[][..], None),
        };
        for decorator in decorators {
            let name = self.qualified(file, summary, *decorator);
            if name.is_some_and(|name| DECORATORS.contains(&name.as_str())) {
                return Some(Deprecation { message: message(summary, *decorator) });
            }
        }
        if let Some(warning) = warning {
            return Some(Deprecation { message: message(summary, warning) });
        }
        directive(definition.docstring.as_deref()?)
    }
}

/// The first string among the arguments of a call, if it is given by position, or as `reason` or `message`.
fn message(summary: &ModuleSummary, call: ExpressionId) -> Option<Box<str>> {
    let Expression::Call(_, arguments) = summary.expression(call)? else { return None };
    arguments.iter().find_map(|argument| {
        let named = match &argument.kind {
            ArgumentKind::Positional => true,
            ArgumentKind::Keyword(name) => matches!(name.as_str(), "reason" | "message"),
            ArgumentKind::Star | ArgumentKind::DoubleStar => false,
        };
        match summary.expression(argument.value) {
            Some(Expression::String(Some(text))) if named => Some(one_line(text)),
            _ => None,
        }
    })
}

/// `.. deprecated:: 1.2` with what stands indented below it; indented itself, it speaks of a parameter.
fn directive(docstring: &str) -> Option<Deprecation> {
    let mut lines = docstring.lines().skip_while(|line| !line.starts_with(".. deprecated::"));
    lines.next()?;
    let below = lines.skip_while(|line| line.trim().is_empty());
    let text: Vec<&str> = below.take_while(|line| line.starts_with([' ', '\t'])).map(str::trim).collect();
    let text = one_line(&text.join(" "));
    Some(Deprecation { message: (!text.is_empty()).then_some(text) })
}

fn one_line(text: &str) -> Box<str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").into()
}
