//! Fields of pydantic models. A model ignores keywords it does not know unless it is told to forbid them, so that only
//! missing ones can be told.

use super::construct::has_decorated;
use super::fields::{Body, Field};
use super::signature::Parameter;
use crate::python::{Argument, ArgumentKind, Definition, Expression, ExpressionId, ParameterKind, Variable};

/// What `model_config` may say without changing which arguments are needed.
const HARMLESS: [&str; 15] = [
    "arbitrary_types_allowed",
    "frozen",
    "from_attributes",
    "use_enum_values",
    "validate_assignment",
    "validate_default",
    "extra",
    "title",
    "str_strip_whitespace",
    "strict",
    "json_encoders",
    "json_schema_extra",
    "protected_namespaces",
    "use_attribute_docstrings",
    "revalidate_instances",
];

/// The fields of one class of a model's ancestry; `None` where more than these decide what is needed.
pub(super) fn fields(body: &Body<'_, '_, '_>) -> Option<Vec<Field>> {
    let before = ["model_validator", "root_validator"];
    let nested = !body.summary.bindings(body.definition.scope, "Config").is_empty();
    if nested || has_decorated(body.summary, body.definition.scope, &before) {
        return None;
    }
    let mut fields = Vec::new();
    for (definition, variable) in body.variables()? {
        if definition.name == "model_config" {
            is_harmless(body, variable.value?).then_some(())?;
        } else if !definition.name.starts_with('_') {
            fields.extend(field(body, definition, variable)?);
        }
    }
    Some(fields)
}

fn is_harmless(body: &Body<'_, '_, '_>, config: ExpressionId) -> bool {
    let Some(Expression::Call(_, arguments)) = body.summary.expression(config) else { return false };
    arguments.iter().all(
        |argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if HARMLESS.contains(&name.as_str())),
    )
}

/// No field for a class variable; `None` for one that is given by another name.
fn field(body: &Body<'_, '_, '_>, definition: &Definition, variable: &Variable) -> Option<Option<Field>> {
    if variable.annotation.is_some_and(|annotation| body.is(annotation, &["ClassVar"])) {
        return Some(None);
    }
    let mut default = variable.value.map(|value| body.written(value));
    if let Some(value) = variable.value
        && let Some(arguments) = body.described(value, &["pydantic.Field", "pydantic.fields.Field"])?
    {
        default = described(body, arguments)?;
    }
    if default.is_none() && variable.annotation.is_none_or(|annotation| may_be_left_out(body, annotation)) {
        default = Some("...".into());
    }
    let (name, kind) = (definition.name.clone(), ParameterKind::KeywordOnly);
    let annotation = variable.annotation.map(|annotation| body.written(annotation));
    let parameter = Parameter { name: name.clone(), kind, annotation, default };
    Some(Some(Field { name, parameter, init: true }))
}

/// The default that `Field(…)` gives; `None` where it gives the field another name.
fn described(body: &Body<'_, '_, '_>, arguments: &[Argument]) -> Option<Option<Box<str>>> {
    let mut default = None;
    for (at, argument) in arguments.iter().enumerate() {
        match &argument.kind {
            ArgumentKind::Keyword(name) => match name.as_str() {
                "default" | "default_factory" => default = Some(body.written(argument.value)),
                "alias" | "validation_alias" => return None,
                _ => {}
            },
            ArgumentKind::Positional if at == 0 => default = Some(body.written(argument.value)),
            ArgumentKind::Positional => {}
            ArgumentKind::Star | ArgumentKind::DoubleStar => return None,
        }
    }
    // `Field(...)` is how a required field was written before there was a default for that.
    Some(default.filter(|default| &**default != "..." && &**default != "Ellipsis"))
}

/// `Optional[T]` was optional by itself before version 2; `Annotated` may hold a default.
fn may_be_left_out(body: &Body<'_, '_, '_>, annotation: ExpressionId) -> bool {
    let either = match body.summary.expression(annotation) {
        Some(Expression::Either(parts)) => parts.as_slice(),
        Some(Expression::Name(..) | Expression::Attribute(..) | Expression::Subscript(..)) => &[],
        // `None`, and what does not parse.
        _ => return true,
    };
    either.iter().any(|part| matches!(body.summary.expression(*part), Some(Expression::None)))
        || body.is(annotation, &["Optional", "Union", "Annotated", "Any", "Final"])
}
