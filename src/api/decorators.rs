//! Decorators: which of them leave the way a function or class is called as it is written.

use super::known::{Knowledge, Known};
use crate::python::{
    ArgumentKind, Class, DefinitionId, DefinitionKind, Expression, ExpressionId, Function, ModuleSummary,
    ParameterKind, ScopeId, ScopeKind,
};
use crate::vfs::FileId;

/// What a decorator makes of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Something called in the same way with the same result.
    Same,
    /// Something called in the same way.
    SameCall,
    /// A static method.
    Static,
    /// A class method.
    Class,
    /// A property.
    Property,
    /// Who knows.
    Unknown,
}

/// How a function in a class takes its object or class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// The object, where it is read from one.
    Plain,
    /// Neither.
    Static,
    /// The class, always.
    Class,
}

const SAME: [&str; 19] = [
    "functools.cache",
    "functools.lru_cache",
    "functools.wraps",
    "abc.abstractmethod",
    "typing.override",
    "typing.final",
    "typing.overload",
    "typing.no_type_check",
    "typing_extensions.override",
    "typing_extensions.final",
    "typing_extensions.overload",
    "typing_extensions.deprecated",
    "overrides.override",
    "warnings.deprecated",
    "types.coroutine",
    "asyncio.coroutine",
    "atexit.register",
    "tenacity.retry",
    "backoff.on_exception",
];

const SAME_CLASS: [&str; 24] = [
    "dataclasses.dataclass",
    "attr.s",
    "attr.attrs",
    "attr.attributes",
    "attr.dataclass",
    "attr.define",
    "attr.mutable",
    "attr.frozen",
    "attrs.define",
    "attrs.mutable",
    "attrs.frozen",
    "typing.final",
    "typing.runtime_checkable",
    "typing.deprecated",
    "typing_extensions.final",
    "typing_extensions.runtime_checkable",
    "typing_extensions.runtime",
    "typing_extensions.deprecated",
    "typing_extensions.disjoint_base",
    "typing.runtime",
    "warnings.deprecated",
    "functools.total_ordering",
    "enum.unique",
    "abc.update_abstractmethods",
];

impl Knowledge<'_, '_> {
    /// How a function is called, if as it is written.
    pub(super) fn method(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        function: &Function,
        name: &str,
    ) -> Option<Method> {
        let mut method = match name {
            "__new__" => Method::Static,
            "__init_subclass__" | "__class_getitem__" => Method::Class,
            _ => Method::Plain,
        };
        for decorator in &function.decorators {
            match self.effect(file, summary, *decorator) {
                Effect::Same | Effect::SameCall => {}
                Effect::Static => method = Method::Static,
                Effect::Class => method = Method::Class,
                Effect::Property | Effect::Unknown => return None,
            }
        }
        Some(method)
    }

    /// Whether what a function returns is what its caller gets.
    pub(super) fn keeps_result(&self, file: &FileId, summary: &ModuleSummary, function: &Function) -> bool {
        let keeps = |decorator: &ExpressionId| {
            matches!(self.effect(file, summary, *decorator), Effect::Same | Effect::Static | Effect::Class)
        };
        function.yielded.is_empty() && function.decorators.iter().all(keeps)
    }

    /// Whether a definition is a property or a part of one.
    pub(super) fn is_property(&self, file: &FileId, summary: &ModuleSummary, id: DefinitionId) -> bool {
        let Some(DefinitionKind::Function(function)) = summary.definition(id).map(|d| &d.kind) else {
            return false;
        };
        function.decorators.iter().any(|d| self.effect(file, summary, *d) == Effect::Property)
    }

    /// Whether the decorators of a class leave it what it is; those that add an `__init__` do.
    pub(super) fn keeps_class(&self, file: &FileId, summary: &ModuleSummary, class: &Class) -> bool {
        class.decorators.iter().all(|decorator| {
            let known = self.qualified(file, summary, *decorator);
            known.is_some_and(|name| SAME_CLASS.contains(&name.as_str()))
                || self.gives_what_it_takes(file, summary, *decorator)
        })
    }

    fn effect(&self, file: &FileId, summary: &ModuleSummary, decorator: ExpressionId) -> Effect {
        if let Some(Expression::Attribute(_, name)) = summary.expression(decorator)
            && matches!(name.as_str(), "setter" | "getter" | "deleter")
        {
            return Effect::Property;
        }
        match self.qualified(file, summary, decorator).as_deref() {
            Some("builtins.staticmethod" | "abc.abstractstaticmethod") => Effect::Static,
            Some("builtins.classmethod" | "abc.abstractclassmethod") => Effect::Class,
            Some("builtins.property" | "abc.abstractproperty" | "functools.cached_property") => {
                Effect::Property
            }
            Some("contextlib.contextmanager" | "contextlib.asynccontextmanager") => Effect::SameCall,
            Some(name) if SAME.contains(&name) => Effect::Same,
            _ if self.gives_what_it_takes(file, summary, decorator) => Effect::Same,
            _ => Effect::Unknown,
        }
    }

    /// Whether a decorator whose source is at hand promises to return what it is given, by its annotations, and its
    /// body does not pass other arguments on than those of the call.
    fn gives_what_it_takes(&self, file: &FileId, summary: &ModuleSummary, decorator: ExpressionId) -> bool {
        let (callee, made) = match summary.expression(decorator) {
            Some(Expression::Call(callee, _)) => (*callee, true),
            _ => (decorator, false),
        };
        let Some(Known::Function { file, definitions, .. }) = self.expression(file, summary, callee) else {
            return false;
        };
        let ([id], Some(summary)) = (definitions.as_slice(), self.semantics.workspace.summary(&file)) else {
            return false;
        };
        let Some(DefinitionKind::Function(function)) = summary.definition(*id).map(|d| &d.kind) else {
            return false;
        };
        let (Some(returns), true) = (function.returns, function.decorators.is_empty()) else { return false };
        let same = if made {
            // `Callable[[F], F]`.
            match summary.expression(returns) {
                Some(Expression::Subscript(head, parts)) if is_callable(&summary, *head) => {
                    match (parts.first().and_then(|first| summary.expression(*first)), parts.get(1)) {
                        (Some(Expression::Sequence(taken)), Some(given)) => {
                            matches!(taken.as_slice(), [taken] if self.is_same(&file, &summary, *taken, *given))
                        }
                        _ => false,
                    }
                }
                _ => false,
            }
        } else {
            let taken = function.parameters.first().and_then(|first| first.annotation);
            taken.is_some_and(|taken| self.is_same(&file, &summary, taken, returns))
        };
        same && passes_on(&summary, function.scope)
    }

    /// Whether two annotations are one type variable, or callables over one `ParamSpec`.
    fn is_same(&self, file: &FileId, summary: &ModuleSummary, a: ExpressionId, b: ExpressionId) -> bool {
        match (summary.expression(a), summary.expression(b)) {
            (Some(Expression::Name(one, scope)), Some(Expression::Name(other, _))) => {
                one == other && self.is_type_variable(file, summary, one, *scope)
            }
            (Some(Expression::Subscript(one, taken)), Some(Expression::Subscript(other, given))) => {
                let (taken, given) = (taken.first(), given.first());
                is_callable(summary, *one)
                    && is_callable(summary, *other)
                    && matches!((taken, given), (Some(taken), Some(given))
                        if matches!(summary.expression(*taken), Some(Expression::Name(..)))
                            && self.is_same(file, summary, *taken, *given))
            }
            // `type[T]`.
            _ => false,
        }
    }

    fn is_type_variable(&self, file: &FileId, summary: &ModuleSummary, name: &str, scope: ScopeId) -> bool {
        let bound = super::qualified::visible(summary, name, scope);
        let [id] = bound.as_slice() else { return false };
        let Some(definition) = summary.definition(*id) else { return false };
        match &definition.kind {
            DefinitionKind::Variable(variable) => {
                let made = variable.value.and_then(|value| self.qualified(file, summary, value));
                made.is_some_and(|made| made.ends_with(".TypeVar") || made.ends_with(".ParamSpec"))
            }
            DefinitionKind::Other(_) => {
                summary.scope(definition.scope).is_some_and(|scope| scope.kind == ScopeKind::TypeParameters)
            }
            // `from ._types import F`.
            DefinitionKind::Import(import) => {
                let entities = self.semantics.imported(file, summary, *import);
                let [crate::semantics::Entity::Definition(file, id)] = entities.as_slice() else {
                    return false;
                };
                let Some(summary) = self.semantics.workspace.summary(file) else { return false };
                let Some(DefinitionKind::Variable(variable)) = summary.definition(*id).map(|d| &d.kind)
                else {
                    return false;
                };
                let made = variable.value.and_then(|value| self.qualified(file, &summary, value));
                made.is_some_and(|made| made.ends_with(".TypeVar") || made.ends_with(".ParamSpec"))
            }
            _ => false,
        }
    }
}

fn is_callable(summary: &ModuleSummary, head: ExpressionId) -> bool {
    matches!(
        summary.expression(head),
        Some(Expression::Name(name, _) | Expression::Attribute(_, name)) if name == "Callable"
    )
}

/// Whether the functions inside a decorator that take `**kwargs` pass on exactly what they are given: annotations that
/// promise so are not checked by Python, and a wrapper that adds a session or a client breaks the promise.
fn passes_on(summary: &ModuleSummary, decorator: ScopeId) -> bool {
    let inside = |scope: ScopeId| {
        let mut current = Some(scope);
        while let Some(id) = current {
            if id == decorator {
                return true;
            }
            current = summary.scope(id).and_then(|scope| scope.parent);
        }
        false
    };
    let wrappers = summary.definitions.iter().filter_map(|definition| match &definition.kind {
        DefinitionKind::Function(function) if inside(function.scope) && function.scope != decorator => {
            Some(&**function)
        }
        _ => None,
    });
    wrappers.into_iter().all(|wrapper| {
        let rest = wrapper.parameters.iter().find(|p| p.kind == ParameterKind::VarKeyword);
        rest.is_none_or(|rest| {
            let is_rest = |id: ExpressionId| {
                matches!(summary.expression(id), Some(Expression::Name(name, scope))
                    if *name == rest.name && *scope == wrapper.scope)
            };
            summary.expressions.iter().all(|expression| match expression {
                Expression::Attribute(object, _) | Expression::Subscript(object, _) => !is_rest(*object),
                Expression::Call(_, arguments)
                    if arguments.iter().any(|argument| is_rest(argument.value)) =>
                {
                    let positional = wrapper.parameters.iter().filter(|p| {
                        matches!(p.kind, ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword)
                    });
                    let mut expected: Vec<&str> = positional.map(|p| p.name.as_str()).collect();
                    let more = wrapper.parameters.iter().find(|p| p.kind == ParameterKind::VarPositional);
                    expected.extend(more.map(|p| p.name.as_str()));
                    expected.push(&rest.name);
                    let given = arguments.iter().map(|argument| match summary.expression(argument.value) {
                        Some(Expression::Name(name, _))
                            if !matches!(argument.kind, ArgumentKind::Keyword(_)) =>
                        {
                            name.as_str()
                        }
                        _ => "",
                    });
                    given.eq(expected)
                }
                _ => true,
            })
        })
    })
}
