//! Summaries of small snippets, compared in a compact rendering.

mod bindings;
mod expressions;
mod fingerprints;
mod imports;
mod near;
mod robust;
mod syntax;

use super::*;

/// An expression as it would be written; names of inner scopes with their scope, `?` for what is not known.
fn expression(summary: &ModuleSummary, id: ExpressionId) -> String {
    let all = |ids: &[ExpressionId], by: &str| {
        ids.iter().map(|id| expression(summary, *id)).collect::<Vec<_>>().join(by)
    };
    match summary.expression(id).unwrap() {
        Expression::Name(name, ScopeId::MODULE) => name.to_string(),
        Expression::Name(name, scope) => format!("{name}@{}", scope_name(summary, *scope)),
        Expression::Attribute(object, name) => format!("{}.{name}", expression(summary, *object)),
        Expression::Call(callee, arguments) => {
            let arguments: Vec<String> = arguments
                .iter()
                .map(|argument| {
                    let value = expression(summary, argument.value);
                    match &argument.kind {
                        ArgumentKind::Positional => value,
                        ArgumentKind::Keyword(name) => format!("{name}={value}"),
                        ArgumentKind::Star => format!("*{value}"),
                        ArgumentKind::DoubleStar => format!("**{value}"),
                    }
                })
                .collect();
            format!("{}({})", expression(summary, *callee), arguments.join(", "))
        }
        Expression::Subscript(object, index) => {
            format!("{}[{}]", expression(summary, *object), all(index, ", "))
        }
        Expression::Either(parts) => format!("({})", all(parts, " | ")),
        Expression::Await(value) => format!("await {}", expression(summary, *value)),
        Expression::Starred(value) => format!("*{}", expression(summary, *value)),
        Expression::Sequence(parts) => format!("[{}]", all(parts, ", ")),
        Expression::String(Some(text)) => format!("'{text}'"),
        Expression::String(None) => "''".to_owned(),
        Expression::None => "None".to_owned(),
        Expression::Boolean(true) => "True".to_owned(),
        Expression::Boolean(false) => "False".to_owned(),
        Expression::Other => "?".to_owned(),
    }
}

/// A scope's path, `C.f.<lambda>`; empty for the module.
fn scope_name(summary: &ModuleSummary, id: ScopeId) -> String {
    let scope = summary.scope(id).unwrap();
    let Some(parent) = scope.parent else { return String::new() };
    let own = match scope.kind {
        ScopeKind::Module => "",
        ScopeKind::Class(id) | ScopeKind::Function(id) => summary.definition(id).unwrap().name.as_str(),
        ScopeKind::Lambda => "<lambda>",
        ScopeKind::Comprehension => "<comp>",
        ScopeKind::TypeParameters => "<types>",
    };
    match scope_name(summary, parent).as_str() {
        "" => own.to_owned(),
        parent => format!("{parent}.{own}"),
    }
}

/// One line for each definition: scope and name, kind, what it is made of.
fn definitions(text: &str) -> Vec<String> {
    let summary = &summarize(text);
    let line = |definition: &Definition| {
        let optional = |mark: &str, id: Option<ExpressionId>| {
            id.map_or(String::new(), |id| format!("{mark}{}", expression(summary, id)))
        };
        let kind = match &definition.kind {
            DefinitionKind::Import(id) => format!("import {}", id.0),
            DefinitionKind::Function(function) => {
                let parameters: Vec<String> = function
                    .parameters
                    .iter()
                    .map(|parameter| {
                        let kind = match parameter.kind {
                            ParameterKind::PositionalOnly => "/",
                            ParameterKind::PositionalOrKeyword => "",
                            ParameterKind::VarPositional => "*",
                            ParameterKind::KeywordOnly => "=",
                            ParameterKind::VarKeyword => "**",
                        };
                        let annotation = optional(": ", parameter.annotation);
                        format!("{kind}{}{annotation}{}", parameter.name, optional(" = ", parameter.default))
                    })
                    .collect();
                let list = |mark: &str, ids: &[ExpressionId]| {
                    ids.iter().map(|id| format!(" {mark} {}", expression(summary, *id))).collect::<String>()
                };
                format!(
                    "{}def({}){}{}{}{}",
                    if function.is_async { "async " } else { "" },
                    parameters.join(", "),
                    optional(" -> ", function.returns),
                    list("return", &function.returned),
                    list("yield", &function.yielded),
                    list("@", &function.decorators),
                )
            }
            DefinitionKind::Class(class) => {
                let bases: Vec<_> = class.bases.iter().map(|base| expression(summary, *base)).collect();
                let decorators: String =
                    class.decorators.iter().map(|id| format!(" @ {}", expression(summary, *id))).collect();
                format!("class({}){decorators}", bases.join(", "))
            }
            DefinitionKind::Variable(variable) => format!(
                "{}{:?}{}{}",
                if variable.on_instance { "self " } else { "" },
                variable.via,
                optional(": ", variable.annotation),
                optional(" = ", variable.value)
            ),
            DefinitionKind::Parameter(function, at) => format!("parameter {}.{at}", function.0),
            DefinitionKind::Other(class) => format!("other{}", optional(" ", *class)),
        };
        let docstring = definition.docstring.as_deref().map_or(String::new(), |text| format!(" {text:?}"));
        let scope = match scope_name(summary, definition.scope).as_str() {
            "" => String::new(),
            scope => format!("{scope}."),
        };
        format!("{scope}{}: {kind}{docstring}", definition.name)
    };
    for (scope, at) in summary.scopes.iter().zip(0..) {
        for (name, ids) in &scope.bindings {
            for id in ids {
                let definition = summary.definition(*id).unwrap();
                assert_eq!((&definition.name, definition.scope), (name, ScopeId(at)), "{text}");
            }
        }
    }
    summary.definitions.iter().map(line).collect()
}

fn check_definitions(text: &str, expected: &[&str]) {
    assert_eq!(definitions(text), expected, "{text}");
}
