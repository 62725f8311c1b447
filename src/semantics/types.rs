//! Types, as far as members are looked up in them: from annotations, constructor calls, return values, `with`, loops.

use super::annotations::last_name;
use super::names::decorator_name;
use super::{Entity, Semantics, Type, add_new};
use crate::python::{
    DefinitionId, DefinitionKind, Expression, ExpressionId, Function, ModuleSummary, ParameterKind, ScopeId,
    ScopeKind, ValueVia, Variable,
};
use crate::vfs::FileId;

/// Elements of one display that are looked at.
const MAX_ELEMENTS: usize = 8;

impl Semantics<'_> {
    /// What an expression may evaluate to; empty where that is not known.
    pub fn expression_type(&self, file: &FileId, summary: &ModuleSummary, id: ExpressionId) -> Vec<Type> {
        self.step(|| match summary.expression(id) {
            Some(Expression::Name(name, scope)) => {
                let at = summary.spans.expressions.get(id.index()).map_or(0, |span| span.name.start);
                self.types_of(self.name(file, summary, name, *scope, at))
            }
            Some(Expression::Attribute(object, name)) => {
                let mut types = Vec::new();
                for object in self.expression_type(file, summary, *object) {
                    add_new(&mut types, self.member_type(&object, name));
                }
                types
            }
            Some(Expression::Call(callee, arguments)) => {
                if is_named(summary, *callee, "super") {
                    return self.enclosing_super(file, summary, *callee);
                }
                if let (Some(Expression::Name(name, _)), Some(first)) =
                    (summary.expression(*callee), arguments.first())
                    && name == "cast"
                {
                    return self.annotation_type(file, summary, first.value);
                }
                if let Some(module) = self.imported_by_call(file, summary, id) {
                    return vec![Type::Module(module)];
                }
                self.returned(file, summary, *callee, arguments)
            }
            Some(Expression::Either(parts)) => {
                let mut types = Vec::new();
                for part in parts {
                    add_new(&mut types, self.expression_type(file, summary, *part));
                }
                types
            }
            Some(Expression::Await(value)) => self.expression_type(file, summary, *value),
            Some(Expression::Starred(value)) => {
                let items = self.expression_type(file, summary, *value);
                items.into_iter().flat_map(|items| self.iterated(items)).collect()
            }
            Some(Expression::Subscript(object, _)) => {
                let mut types = Vec::new();
                for object in self.expression_type(file, summary, *object) {
                    match object {
                        Type::Elements(elements) => add_new(&mut types, elements),
                        Type::Tuple(parts) => add_new(&mut types, parts.into_iter().flatten()),
                        Type::Table { values, .. } => add_new(&mut types, values),
                        // `Base[T]` in a list of bases or a constructor call is `Base`.
                        Type::Class(..) => add_new(&mut types, [object]),
                        _ => {}
                    }
                }
                types
            }
            Some(Expression::Sequence(items)) => {
                let types = |item: &ExpressionId| self.expression_type(file, summary, *item);
                let starred =
                    |item: &ExpressionId| matches!(summary.expression(*item), Some(Expression::Starred(_)));
                let parts: Vec<Vec<Type>> = items.iter().take(MAX_ELEMENTS).map(types).collect();
                // Behind `*more` no place is known.
                if items.iter().any(starred) {
                    let mut elements = Vec::new();
                    add_new(&mut elements, parts.into_iter().flatten());
                    return if elements.is_empty() { elements } else { vec![Type::Elements(elements)] };
                }
                tuple(parts)
            }
            Some(Expression::String(_) | Expression::None | Expression::Boolean(_) | Expression::Other)
            | None => Vec::new(),
        })
    }

    /// The types of what a name leads to.
    pub fn types_of(&self, entities: Vec<Entity>) -> Vec<Type> {
        let mut types = Vec::new();
        for entity in entities {
            match entity {
                Entity::Module(module) => add_new(&mut types, [Type::Module(module)]),
                Entity::Definition(file, id) => add_new(&mut types, self.definition_type(&file, id)),
            }
        }
        types
    }

    /// What a definition's name evaluates to.
    pub fn definition_type(&self, file: &FileId, id: DefinitionId) -> Vec<Type> {
        self.step(|| {
            let Some(summary) = self.workspace.summary(file) else { return Vec::new() };
            let Some(definition) = summary.definition(id) else { return Vec::new() };
            match &definition.kind {
                DefinitionKind::Class(_) => vec![Type::Class(file.clone(), id)],
                DefinitionKind::Function(_) => vec![Type::Function(file.clone(), id)],
                DefinitionKind::Variable(variable) => {
                    self.variable_type(file, &summary, definition.scope, variable)
                }
                DefinitionKind::Parameter(function, index) => {
                    self.parameter_type(file, &summary, *function, *index)
                }
                DefinitionKind::Import(import) => self.types_of(self.imported(file, &summary, *import)),
                DefinitionKind::Other(Some(class)) => self.exception_type(file, &summary, *class),
                DefinitionKind::Other(None) => Vec::new(),
            }
        })
    }

    fn variable_type(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        scope: ScopeId,
        variable: &Variable,
    ) -> Vec<Type> {
        if let Some(annotation) = variable.annotation {
            let explicit_alias = last_name(summary, annotation) == Some("TypeAlias");
            if !explicit_alias {
                return self.annotation_type(file, summary, annotation);
            }
        }
        let Some(value) = variable.value else { return Vec::new() };
        let types = self.expression_type(file, summary, value);
        // The members of an enumeration are its instances.
        if variable.via == ValueVia::Assign
            && !variable.on_instance
            && let Some(ScopeKind::Class(class)) = summary.scope(scope).map(|scope| scope.kind)
            && self.is_enumeration(file, class)
        {
            return vec![Type::Instance(file.clone(), class)];
        }
        match variable.via {
            ValueVia::Assign => types,
            ValueVia::With => types.into_iter().flat_map(|context| self.entered(context)).collect(),
            ValueVia::For => types.into_iter().flat_map(|items| self.iterated(items)).collect(),
            ValueVia::Unpack(index) => {
                types.into_iter().flat_map(|items| self.element(items, index)).collect()
            }
            ValueVia::ForUnpack(index) => {
                let items = types.into_iter().flat_map(|items| self.iterated(items));
                items.flat_map(|item| self.element(item, index)).collect()
            }
            ValueVia::Unknown => Vec::new(),
        }
    }

    fn parameter_type(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        owner: DefinitionId,
        index: u32,
    ) -> Vec<Type> {
        let Some(DefinitionKind::Function(function)) = summary.definition(owner).map(|d| &d.kind) else {
            return Vec::new();
        };
        let Some(parameter) = function.parameters.get(index as usize) else { return Vec::new() };
        if let Some(annotation) = parameter.annotation {
            let types = self.annotation_type(file, summary, annotation);
            return match parameter.kind {
                ParameterKind::VarPositional if !types.is_empty() => vec![Type::Elements(types)],
                ParameterKind::VarKeyword => Vec::new(),
                _ => types,
            };
        }
        let scope = summary.definition(owner).map(|definition| definition.scope);
        let in_class = scope.and_then(|scope| summary.scope(scope)).map(|scope| scope.kind);
        if index == 0
            && let Some(ScopeKind::Class(class)) = in_class
        {
            let decorated =
                |name: &str| function.decorators.iter().any(|d| decorator_name(summary, *d) == Some(name));
            if decorated("staticmethod") {
                return Vec::new();
            }
            let on_class = decorated("classmethod") || parameter.name == "cls" || parameter.name == "mcs";
            let make = if on_class { Type::Class } else { Type::Instance };
            return vec![make(file.clone(), class)];
        }
        parameter.default.map(|default| self.expression_type(file, summary, default)).unwrap_or_default()
    }

    /// `except (A, B) as error`.
    fn exception_type(&self, file: &FileId, summary: &ModuleSummary, class: ExpressionId) -> Vec<Type> {
        let classes = match summary.expression(class) {
            Some(Expression::Sequence(items)) => {
                items.iter().flat_map(|item| self.expression_type(file, summary, *item)).collect()
            }
            _ => self.expression_type(file, summary, class),
        };
        self.instances(classes)
    }

    /// What calling something gives.
    pub fn call_type(&self, callee: &Type) -> Vec<Type> {
        match callee {
            Type::Class(file, id) => vec![Type::Instance(file.clone(), *id)],
            Type::Function(file, id) => self.step(|| self.return_type(file, *id)),
            Type::Instance(..) => {
                let calls = self.member_type(callee, "__call__");
                calls
                    .iter()
                    .filter(|call| matches!(call, Type::Function(..)))
                    .flat_map(|call| self.call_type(call))
                    .collect()
            }
            Type::Module(_) | Type::Elements(_) | Type::Tuple(_) | Type::Table { .. } => Vec::new(),
        }
    }

    /// What a function returns: its annotation, else what it is seen to return. A decorator that is not known may
    /// change that, so nothing is said then.
    fn return_type(&self, file: &FileId, id: DefinitionId) -> Vec<Type> {
        let Some(summary) = self.workspace.summary(file) else { return Vec::new() };
        let Some(DefinitionKind::Function(function)) = summary.definition(id).map(|d| &d.kind) else {
            return Vec::new();
        };
        let manages = |decorator: &ExpressionId| {
            decorator_name(&summary, *decorator).is_some_and(|name| name.ends_with("contextmanager"))
        };
        let known = |decorator: &ExpressionId| {
            matches!(
                decorator_name(&summary, *decorator),
                Some(
                    "staticmethod"
                        | "overload"
                        | "classmethod"
                        | "property"
                        | "cached_property"
                        | "cache"
                        | "lru_cache"
                        | "abstractmethod"
                        | "override"
                        | "final"
                        | "wraps"
                        | "retry"
                        | "deprecated"
                        | "validate_call"
                )
            )
        };
        if !function.decorators.iter().all(|decorator| known(decorator) || manages(decorator)) {
            return Vec::new();
        }
        if let Some(annotation) = function.returns {
            return self.annotation_type(file, &summary, annotation);
        }
        if !function.yielded.is_empty() {
            let elements = self.all_types(file, &summary, &function.yielded);
            return if elements.is_empty() { elements } else { vec![Type::Elements(elements)] };
        }
        self.all_types(file, &summary, &function.returned)
    }

    fn all_types(&self, file: &FileId, summary: &ModuleSummary, values: &[ExpressionId]) -> Vec<Type> {
        let mut types = Vec::new();
        for value in values.iter().take(4) {
            add_new(&mut types, self.expression_type(file, summary, *value));
        }
        types
    }

    /// What `with context as x` binds: what `__enter__` returns, what a `@contextmanager` yields.
    fn entered(&self, context: Type) -> Vec<Type> {
        match &context {
            Type::Elements(elements) => elements.clone(),
            Type::Instance(..) => {
                for name in ["__enter__", "__aenter__"] {
                    let methods = self.member_type(&context, name);
                    let entered: Vec<Type> =
                        methods.iter().flat_map(|method| self.call_type(method)).collect();
                    // A class that may only be entered with `async with` often has an `__enter__` that says so.
                    if !entered.is_empty() {
                        return self.as_receiver(&context, entered);
                    }
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// `return self` in an inherited `__enter__` gives the receiver, not the base it was written in.
    fn as_receiver(&self, receiver: &Type, types: Vec<Type>) -> Vec<Type> {
        let Type::Instance(file, id) = receiver else { return types };
        let ancestors = self.linearized(file, *id);
        let lifted = types.into_iter().map(|found| match &found {
            Type::Instance(file, id) if ancestors.contains(&(file.clone(), *id)) => receiver.clone(),
            _ => found,
        });
        lifted.collect()
    }

    /// What stands at a place of something that is unpacked.
    fn element(&self, items: Type, index: u32) -> Vec<Type> {
        match items {
            Type::Tuple(parts) => parts.into_iter().nth(index as usize).unwrap_or_default(),
            items => self.iterated(items),
        }
    }

    pub(super) fn iterated(&self, items: Type) -> Vec<Type> {
        match &items {
            Type::Elements(elements) => elements.clone(),
            Type::Tuple(parts) => parts.concat(),
            Type::Table { keys, .. } => keys.clone(),
            // `for member in Enumeration`.
            Type::Class(file, id) if self.is_enumeration(file, *id) => {
                vec![Type::Instance(file.clone(), *id)]
            }
            Type::Instance(..) => {
                let methods = self.member_type(&items, "__iter__");
                let iterators = methods.iter().flat_map(|method| self.call_type(method));
                iterators
                    .filter_map(|found| if let Type::Elements(e) = found { Some(e) } else { None })
                    .flatten()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// `super()` inside a method: an instance of the first base that is known.
    fn enclosing_super(&self, file: &FileId, summary: &ModuleSummary, callee: ExpressionId) -> Vec<Type> {
        let Some(Expression::Name(_, scope)) = summary.expression(callee) else { return Vec::new() };
        let classes = self.enclosing_class(file, summary, *scope, Type::Class);
        let mut bases = Vec::new();
        for class in classes {
            if let Type::Class(file, id) = class {
                add_new(
                    &mut bases,
                    self.bases(&file, id).into_iter().map(|(file, id)| Type::Instance(file, id)),
                );
            }
        }
        bases
    }

    /// Whether a function is read like an attribute.
    pub(super) fn is_property(&self, summary: &ModuleSummary, function: &Function) -> bool {
        function.decorators.iter().any(|decorator| {
            matches!(
                decorator_name(summary, *decorator),
                Some("property" | "cached_property" | "computed_field" | "setter" | "abstractproperty")
            )
        })
    }
}

fn is_named(summary: &ModuleSummary, id: ExpressionId, wanted: &str) -> bool {
    matches!(summary.expression(id), Some(Expression::Name(name, _)) if name == wanted)
}

/// A tuple of such parts, where anything is known of them.
pub(super) fn tuple(parts: Vec<Vec<Type>>) -> Vec<Type> {
    if parts.iter().all(Vec::is_empty) { Vec::new() } else { vec![Type::Tuple(parts)] }
}
