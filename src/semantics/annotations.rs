//! Annotations: what a value annotated so is.

use super::{Semantics, Type, add_new};
use crate::python::{DefinitionId, Expression, ExpressionId, ModuleSummary, ScopeId, ScopeKind};
use crate::vfs::FileId;

/// Generic wrappers whose value is what they hold; also Dagster's markers for resources in parameters.
const TRANSPARENT: [&str; 13] = [
    "Optional",
    "Union",
    "Annotated",
    "ClassVar",
    "Final",
    "Required",
    "NotRequired",
    "ReadOnly",
    "InitVar",
    "ResourceParam",
    "ResourceDependency",
    "Awaitable",
    "Coroutine",
];

/// Generic containers whose first argument is what iterating yields.
const CONTAINERS: [&str; 29] = [
    "list",
    "List",
    "set",
    "Set",
    "frozenset",
    "FrozenSet",
    "tuple",
    "Tuple",
    "Sequence",
    "MutableSequence",
    "Iterable",
    "Iterator",
    "Generator",
    "AsyncIterable",
    "AsyncIterator",
    "AsyncGenerator",
    "Collection",
    "deque",
    "Deque",
    "AbstractSet",
    "MutableSet",
    "KeysView",
    "ValuesView",
    "Reversible",
    "Container",
    "ContextManager",
    "AbstractContextManager",
    "AsyncContextManager",
    "AbstractAsyncContextManager",
];

/// Generic mappings: from the first argument to the second.
const TABLES: [&str; 8] = [
    "dict",
    "Dict",
    "Mapping",
    "MutableMapping",
    "defaultdict",
    "DefaultDict",
    "OrderedDict",
    "WeakValueDictionary",
];

impl Semantics<'_> {
    /// What a value annotated so is.
    pub fn annotation_type(&self, file: &FileId, summary: &ModuleSummary, id: ExpressionId) -> Vec<Type> {
        self.step(|| match summary.expression(id) {
            Some(Expression::Either(parts)) => self.any_annotation(file, summary, parts),
            Some(Expression::Sequence(parts)) => self.any_annotation(file, summary, parts),
            Some(Expression::Subscript(head, arguments)) => match last_name(summary, *head) {
                Some("Annotated" | "Coroutine") => {
                    let at = if last_name(summary, *head) == Some("Coroutine") {
                        arguments.last()
                    } else {
                        arguments.first()
                    };
                    at.map(|first| self.annotation_type(file, summary, *first)).unwrap_or_default()
                }
                Some(name) if TRANSPARENT.contains(&name) => self.any_annotation(file, summary, arguments),
                Some("type" | "Type") => {
                    let instances = self.any_annotation(file, summary, arguments);
                    let class = |instance| match instance {
                        Type::Instance(file, id) => Some(Type::Class(file, id)),
                        _ => None,
                    };
                    instances.into_iter().filter_map(class).collect()
                }
                Some(name) if TABLES.contains(&name) => {
                    let part = |at: usize| {
                        let argument = arguments.get(at).copied();
                        argument.map(|part| self.annotation_type(file, summary, part)).unwrap_or_default()
                    };
                    let (keys, values) = (part(0), part(1));
                    if keys.is_empty() && values.is_empty() {
                        return Vec::new();
                    }
                    vec![Type::Table { keys, values }]
                }
                Some(name) if CONTAINERS.contains(&name) => {
                    let elements = arguments
                        .first()
                        .map(|first| self.annotation_type(file, summary, *first))
                        .unwrap_or_default();
                    if elements.is_empty() { elements } else { vec![Type::Elements(elements)] }
                }
                _ => self.annotation_type(file, summary, *head),
            },
            Some(Expression::Name(name, scope)) if name == "Self" => {
                self.enclosing_class(file, summary, *scope, Type::Instance)
            }
            Some(_) => self.instances(self.expression_type(file, summary, id)),
            None => Vec::new(),
        })
    }

    fn any_annotation(&self, file: &FileId, summary: &ModuleSummary, parts: &[ExpressionId]) -> Vec<Type> {
        let mut types = Vec::new();
        for part in parts {
            add_new(&mut types, self.annotation_type(file, summary, *part));
        }
        types
    }

    /// Instances of the classes among some types.
    pub(super) fn instances(&self, types: Vec<Type>) -> Vec<Type> {
        let instance = |found| match found {
            Type::Class(file, id) => Some(Type::Instance(file, id)),
            _ => None,
        };
        types.into_iter().filter_map(instance).collect()
    }

    /// The class around a scope, as its instance or itself.
    pub(super) fn enclosing_class(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        scope: ScopeId,
        make: fn(FileId, DefinitionId) -> Type,
    ) -> Vec<Type> {
        let mut current = Some(scope);
        while let Some(scope) = current.and_then(|id| summary.scope(id)) {
            if let ScopeKind::Class(class) = scope.kind {
                return vec![make(file.clone(), class)];
            }
            current = scope.parent;
        }
        Vec::new()
    }
}

/// `Optional` of `typing.Optional`.
pub(super) fn last_name(summary: &ModuleSummary, id: ExpressionId) -> Option<&str> {
    match summary.expression(id)? {
        Expression::Name(name, _) | Expression::Attribute(_, name) => Some(name.as_str()),
        _ => None,
    }
}
