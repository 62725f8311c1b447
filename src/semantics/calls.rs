//! What a call gives: through the overload that takes its arguments, with `Self` as the object it is called on.

use super::types::tuple;
use super::{Semantics, Type, add_new};
use crate::python::{
    Argument, ArgumentKind, DefinitionKind, Expression, ExpressionId, Function, ModuleSummary, Parameter,
    ScopeKind, Slot, fit,
};
use crate::vfs::FileId;

/// Parts of an annotation or of returned values that are looked at for `Self`.
const MAX_PARTS: usize = 40;

/// Builtins that give the items of what they are given, or one of them.
const BUILTINS: [&str; 11] =
    ["enumerate", "zip", "sorted", "reversed", "list", "tuple", "set", "iter", "next", "min", "max"];

impl Semantics<'_> {
    /// What `callee(arguments)` evaluates to.
    pub(super) fn returned(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        callee: ExpressionId,
        arguments: &[Argument],
    ) -> Vec<Type> {
        let mut types = Vec::new();
        if let Some(Expression::Name(name, scope)) = summary.expression(callee)
            && BUILTINS.contains(&name.as_str())
            && self.bindings_at(summary, name, *scope, u32::MAX).is_empty()
        {
            return self.of_builtin(file, summary, name, arguments);
        }
        let Some(Expression::Attribute(object, name)) = summary.expression(callee) else {
            for callee in self.expression_type(file, summary, callee) {
                add_new(&mut types, self.call(&callee, Binding::Free, arguments));
            }
            return types;
        };
        for receiver in self.expression_type(file, summary, *object) {
            add_new(&mut types, of_table(&receiver, name));
            let binding = if matches!(receiver, Type::Instance(..)) { Binding::Bound } else { Binding::Free };
            for callee in self.member_type(&receiver, name) {
                let returned = self.call(&callee, binding, arguments);
                add_new(&mut types, self.with_self(&callee, &receiver, returned));
            }
        }
        types
    }

    /// What a builtin that passes on the items of its arguments gives.
    fn of_builtin(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        name: &str,
        arguments: &[Argument],
    ) -> Vec<Type> {
        let items = |argument: &Argument| -> Vec<Type> {
            let types = self.expression_type(file, summary, argument.value);
            types.into_iter().flat_map(|items| self.iterated(items)).collect()
        };
        let positional = || arguments.iter().filter(|argument| argument.kind == ArgumentKind::Positional);
        let first = positional().next().map(items).unwrap_or_default();
        let types = match name {
            "enumerate" => tuple(vec![Vec::new(), first]),
            "zip" => tuple(positional().map(items).collect()),
            _ => first,
        };
        match name {
            _ if types.is_empty() => types,
            "next" | "min" | "max" => types,
            _ => vec![Type::Elements(types)],
        }
    }

    /// What calling something with these arguments gives: of a function's overloads, those that can take them count.
    fn call(&self, callee: &Type, binding: Binding, arguments: &[Argument]) -> Vec<Type> {
        let Type::Function(file, id) = callee else { return self.call_type(callee) };
        let Some(summary) = self.workspace.summary(file) else { return Vec::new() };
        let mut types = Vec::new();
        for overload in self.overloads(&summary, *id) {
            let Some(definition) = summary.definition(overload) else { continue };
            let DefinitionKind::Function(function) = &definition.kind else { continue };
            let in_class =
                matches!(summary.scope(definition.scope).map(|s| s.kind), Some(ScopeKind::Class(_)));
            let given = usize::from(in_class && binding == Binding::Bound);
            if takes(function.parameters.get(given..).unwrap_or(&[]), arguments) {
                add_new(&mut types, self.call_type(&Type::Function(file.clone(), overload)));
            }
        }
        if types.is_empty() { self.call_type(callee) } else { types }
    }

    /// `def get(cls) -> Self` called on a subclass gives that one, not the class it was written in.
    fn with_self(&self, callee: &Type, receiver: &Type, returned: Vec<Type>) -> Vec<Type> {
        let (Type::Function(file, id), Type::Class(class_file, class) | Type::Instance(class_file, class)) =
            (callee, receiver)
        else {
            return returned;
        };
        let Some(summary) = self.workspace.summary(file) else { return returned };
        let Some(definition) = summary.definition(*id) else { return returned };
        let DefinitionKind::Function(function) = &definition.kind else { return returned };
        let Some(ScopeKind::Class(owner)) = summary.scope(definition.scope).map(|scope| scope.kind) else {
            return returned;
        };
        if !gives_receiver(&summary, function) {
            return returned;
        }
        let written = Type::Instance(file.clone(), owner);
        let lifted = Type::Instance(class_file.clone(), *class);
        let lift = |found| if found == written { lifted.clone() } else { found };
        returned.into_iter().map(lift).collect()
    }
}

/// Whether the first parameter of a method is already filled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    Bound,
    Free,
}

/// What a method of a mapping gives.
fn of_table(object: &Type, method: &str) -> Vec<Type> {
    let Type::Table { keys, values } = object else { return Vec::new() };
    match method {
        "get" | "pop" | "setdefault" => values.clone(),
        "values" if !values.is_empty() => vec![Type::Elements(values.clone())],
        "items" => {
            let pairs = tuple(vec![keys.clone(), values.clone()]);
            if pairs.is_empty() { pairs } else { vec![Type::Elements(pairs)] }
        }
        "keys" if !keys.is_empty() => vec![Type::Elements(keys.clone())],
        "copy" => vec![object.clone()],
        _ => Vec::new(),
    }
}

/// Whether a call with these arguments fits the parameters.
fn takes(parameters: &[Parameter], arguments: &[Argument]) -> bool {
    let slots: Vec<Slot<'_>> = parameters.iter().map(Parameter::slot).collect();
    fit(&slots, arguments).is_ok()
}

/// Whether what a method gives is the object it is called on, or one of its class: `-> Self`, `return self`,
/// `return cls()`.
fn gives_receiver(summary: &ModuleSummary, function: &Function) -> bool {
    let Some(first) = function.parameters.first() else { return false };
    let (mut waiting, wanted) = match function.returns {
        Some(annotation) => (vec![annotation], "Self"),
        None => (function.returned.to_vec(), first.name.as_str()),
    };
    let annotated = function.returns.is_some();
    for _ in 0..MAX_PARTS {
        let Some(id) = waiting.pop() else { return false };
        match summary.expression(id) {
            Some(Expression::Name(name, _)) if name == wanted => return true,
            Some(Expression::Attribute(_, name)) if annotated && name == wanted => return true,
            Some(Expression::Call(callee, _)) if !annotated => waiting.push(*callee),
            Some(Expression::Subscript(_, parts)) => waiting.extend(parts),
            Some(Expression::Either(parts)) => waiting.extend(parts),
            Some(Expression::Sequence(parts)) => waiting.extend(parts),
            _ => {}
        }
    }
    false
}
