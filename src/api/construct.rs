//! Calls of classes: whose `__init__` or `__new__` takes the arguments.

use super::Signature;
use super::callable::Callable;
use super::fields::Maker;
use super::known::{ClassId, Knowledge, Known, Reader};
use crate::python::{DefinitionKind, ModuleSummary};

/// Ancestors that leave a call to the `__init__` of a class derived from them. Without one, they take what is not
/// known here, except for those that take nothing.
const INDIFFERENT: [&str; 13] = [
    "builtins.object",
    "abc.ABC",
    "typing.Generic",
    "typing_extensions.Generic",
    "builtins.Exception",
    "builtins.BaseException",
    "builtins.ValueError",
    "builtins.RuntimeError",
    "builtins.TypeError",
    "builtins.KeyError",
    "builtins.dict",
    "builtins.list",
    "builtins.set",
];

/// Of these, the ones that take no arguments.
const EMPTY: usize = 4;

/// Metaclasses that do not change how a class is called.
const METACLASSES: [&str; 2] = ["abc.ABCMeta", "builtins.type"];

impl Knowledge<'_, '_> {
    /// How a class is called.
    pub(super) fn construction(&self, class: &ClassId) -> Option<Callable> {
        let (order, named) = self.ancestry(class)?;
        let mut pydantic = false;
        let mut tuple = false;
        for name in &named {
            match name.as_str() {
                "pydantic.BaseModel" | "pydantic.main.BaseModel" => pydantic = true,
                "typing.NamedTuple" => tuple = true,
                name if INDIFFERENT.contains(&name) => {}
                _ => return None,
            }
        }
        let mut made_by_new = None;
        let mut initialised = None;
        for ancestor in &order {
            let summary = self.semantics.workspace.summary(&ancestor.0)?;
            let DefinitionKind::Class(definition) = &summary.definition(ancestor.1)?.kind else {
                return None;
            };
            if !summary.errors.is_empty() || !self.keeps_class(&ancestor.0, &summary, definition) {
                return None;
            }
            for (name, value) in &definition.keywords {
                match name.as_deref()? {
                    "metaclass" => {
                        let metaclass = self.qualified(&ancestor.0, &summary, *value)?;
                        METACLASSES.contains(&metaclass.as_str()).then_some(())?;
                    }
                    // What pydantic is told by keywords of the class is not read.
                    _ if pydantic => return None,
                    _ => {}
                }
            }
            let method = |name: &str| {
                let bound = summary.bindings(definition.scope, name);
                if bound.is_empty() {
                    return Ok(None);
                }
                match self.bindings(&ancestor.0, &summary, bound, Reader::Instance) {
                    Some(Known::Function { file, definitions, from }) => {
                        self.function(&file, &definitions, from).map(Some).ok_or(())
                    }
                    _ => Err(()),
                }
            };
            if made_by_new.is_none() {
                made_by_new = method("__new__").ok()?;
            }
            if initialised.is_none() {
                initialised = match method("__init__").ok()? {
                    Some(own) => Some(own),
                    None => match self.maker(ancestor, &summary, definition)? {
                        maker if maker.makes() => {
                            let order = self.semantics.linearized(&ancestor.0, ancestor.1);
                            Some(self.made(ancestor, &maker, &order)?)
                        }
                        _ => None,
                    },
                };
            }
        }
        let takes_nothing =
            named.iter().all(|name| INDIFFERENT.iter().take(EMPTY).any(|empty| empty == name));
        let mut callable = match (made_by_new, initialised) {
            // Of a tuple's own `__new__` only the class that has the fields knows.
            _ if tuple => {
                let [only] = order.as_slice() else { return None };
                self.made(only, &Maker::NamedTuple, &order)?
            }
            (None, Some(initialised)) => initialised,
            (None, None) if pydantic => self.made(class, &Maker::Pydantic, &order)?,
            (None, None) if takes_nothing => {
                let signatures = vec![Signature::default()];
                Callable { file: class.0.clone(), definition: class.1, name: String::new(), signatures }
            }
            // `__new__` takes its class itself, whoever reads it.
            (Some(made), None) if takes_nothing => {
                let mut made = made;
                for signature in &mut made.signatures {
                    if signature.parameters.is_empty() {
                        return None;
                    }
                    if !super::known::is_variadic(signature.parameters.first()?.kind) {
                        signature.parameters.remove(0);
                    }
                }
                made
            }
            _ => return None,
        };
        callable.name = self.class_name(class)?;
        Some(callable)
    }

    fn class_name(&self, class: &ClassId) -> Option<String> {
        let summary = self.semantics.workspace.summary(&class.0)?;
        Some(summary.definition(class.1)?.name.to_string())
    }

    /// The signature that a library gives a class by its fields.
    fn made(&self, class: &ClassId, maker: &Maker, order: &[ClassId]) -> Option<Callable> {
        let signature = self.signature_of_fields(maker, order)?;
        let (file, definition) = class.clone();
        Some(Callable { file, definition, name: String::new(), signatures: vec![signature] })
    }
}

/// Whether a class body has a method under one of these decorators, by the last part of the name.
pub(super) fn has_decorated(summary: &ModuleSummary, scope: crate::python::ScopeId, names: &[&str]) -> bool {
    use crate::python::Expression;
    let Some(scope) = summary.scope(scope) else { return false };
    let mut functions =
        scope.bindings.values().flatten().filter_map(|id| match &summary.definition(*id)?.kind {
            DefinitionKind::Function(function) => Some(&**function),
            _ => None,
        });
    functions.any(|function| {
        function.decorators.iter().any(|decorator| {
            let callee = match summary.expression(*decorator) {
                Some(Expression::Call(callee, _)) => *callee,
                _ => *decorator,
            };
            matches!(
                summary.expression(callee),
                Some(Expression::Name(name, _) | Expression::Attribute(_, name)) if names.contains(&name.as_str())
            )
        })
    })
}
