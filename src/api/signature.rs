//! Signatures: what a call has to give, and whether it does.

use std::fmt;

use crate::python::{
    Argument, ExpressionId, Function, Misfit, ModuleSummary, Name, ParameterKind, Slot, fit,
};

/// What a call takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// In order; a bound first parameter is not among them.
    pub parameters: Vec<Parameter>,
}

/// One parameter, free of the file it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// How it takes arguments.
    pub kind: ParameterKind,
    /// The annotation as written.
    pub annotation: Option<Box<str>>,
    /// The default as written, `...` where there is one that nothing shows; none for a required parameter.
    pub default: Option<Box<str>>,
}

/// Longer signatures are cut where messages show them.
const SHOWN: usize = 120;

impl Signature {
    /// That of a function as it is written in `text`; `bound` leaves out the first parameter, which a method's object
    /// or class fills. `None` where there is no such parameter.
    pub fn of(text: &str, summary: &ModuleSummary, function: &Function, bound: bool) -> Option<Self> {
        let first = function.parameters.first().map(|first| first.kind);
        let skipped = match first {
            _ if !bound => 0,
            Some(ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword) => 1,
            // `def method(*args)` takes the object as one of them.
            Some(ParameterKind::VarPositional) => 0,
            Some(ParameterKind::KeywordOnly | ParameterKind::VarKeyword) | None => return None,
        };
        let parameters = function.parameters.iter().skip(skipped).map(|parameter| Parameter {
            name: parameter.name.clone(),
            kind: parameter.kind,
            annotation: parameter.annotation.map(|id| written(text, summary, id)),
            default: parameter.default.map(|id| written(text, summary, id)),
        });
        Some(Self { parameters: parameters.collect() })
    }

    /// Whether a call with these arguments fits.
    pub fn fits(&self, arguments: &[Argument]) -> Result<(), Misfit> {
        let slots: Vec<Slot<'_>> = self.parameters.iter().map(Parameter::slot).collect();
        fit(&slots, arguments)
    }

    /// The names by which arguments can be given by keyword.
    pub fn keywords(&self) -> impl Iterator<Item = &Name> {
        let by_keyword = |parameter: &&Parameter| {
            matches!(parameter.kind, ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly)
        };
        self.parameters.iter().filter(by_keyword).map(|parameter| &parameter.name)
    }
}

impl Parameter {
    fn slot(&self) -> Slot<'_> {
        Slot { name: &self.name, kind: self.kind, required: self.default.is_none() }
    }
}

/// An expression as it is written.
pub(super) fn written(text: &str, summary: &ModuleSummary, id: ExpressionId) -> Box<str> {
    summary.spans.expressions.get(id.index()).map_or("", |span| span.full.slice(text)).into()
}

/// `(path, /, *, mode="r")`: names and defaults on one line, the end cut off where it is long.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        let mut before = None;
        for parameter in &self.parameters {
            if before == Some(ParameterKind::PositionalOnly)
                && parameter.kind != ParameterKind::PositionalOnly
            {
                parts.push("/".to_owned());
            }
            let separated = matches!(before, Some(ParameterKind::VarPositional | ParameterKind::KeywordOnly));
            if parameter.kind == ParameterKind::KeywordOnly && !separated {
                parts.push("*".to_owned());
            }
            let stars = match parameter.kind {
                ParameterKind::VarPositional => "*",
                ParameterKind::VarKeyword => "**",
                _ => "",
            };
            let mut part = format!("{stars}{}", parameter.name);
            if let Some(default) = &parameter.default {
                let short = default.len() <= 24 && !default.contains('\n');
                part.push('=');
                part.push_str(if short { default } else { "..." });
            }
            parts.push(part);
            before = Some(parameter.kind);
        }
        if before == Some(ParameterKind::PositionalOnly) {
            parts.push("/".to_owned());
        }
        f.write_str("(")?;
        let mut length = 0;
        for (at, part) in parts.iter().enumerate() {
            length += part.chars().count() + 2;
            f.write_str(if at == 0 { "" } else { ", " })?;
            if length > SHOWN {
                f.write_str("…")?;
                break;
            }
            f.write_str(part)?;
        }
        f.write_str(")")
    }
}
