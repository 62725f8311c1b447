//! Functions, classes, lambdas, type aliases, with their parameters.

use smallvec::SmallVec;
use tree_sitter::Node;

use super::bindings::Bound;
use super::kinds::{Field, Kind, kind};
use super::{Child, Context, Extractor, Frame, in_field};
use crate::python::{
    Class, DefinitionId, DefinitionKind, DefinitionSpan, Expression, ExpressionId, Function, Name, Parameter,
    ParameterKind, ScopeId, ScopeKind,
};
use crate::text::{TextRange, offset};

impl<'t> Extractor<'t, '_> {
    /// Decorators with the function or class below them.
    pub(super) fn decorated(&mut self, node: Node<'t>, cx: Context) {
        let mut decorators: SmallVec<[ExpressionId; 1]> = SmallVec::new();
        for child in self.children(node) {
            match child.kind {
                Kind::Decorator => {
                    if let Some(value) = self.inner(child.node) {
                        decorators.push(self.expression(value.node, cx));
                    }
                }
                Kind::Function => self.function(child.node, node, &decorators, cx),
                Kind::Class => self.class(child.node, node, &decorators, cx),
                _ => self.walk(child, cx),
            }
        }
    }

    /// A `def`; `whole` is it with its decorators.
    pub(super) fn function(
        &mut self,
        node: Node<'t>,
        whole: Node<'t>,
        decorators: &[ExpressionId],
        cx: Context,
    ) {
        let children = self.children(node);
        let name = in_field(&children, Field::Name);
        let (Some(name), Some(body)) = (name, in_field(&children, Field::Body)) else {
            return self.walk_children(node, cx);
        };
        let parameters = in_field(&children, Field::Parameters);
        let returns = in_field(&children, Field::ReturnType);
        let span = self.span(node, whole, name, returns.or(parameters));
        let id = self.define(self.name_of(name), cx.scope, DefinitionKind::Other(None), span);
        let around = self.type_parameters(in_field(&children, Field::TypeParameters), node, cx);
        let scope = self.open_scope(ScopeKind::Function(id), around.scope, self.range(node));
        let parameters = parameters.map_or_else(Vec::new, |node| self.parameters(node, id, scope, around));
        let returns = returns.map(|returns| self.annotation(returns, around));
        let receiver = self.receiver(&parameters, decorators, cx.scope);
        self.state.frames.push(Frame { receiver, ..Frame::default() });
        let inside = Context { local: true, ..cx.deeper() };
        let docstring = self.block(body, inside.in_scope(scope));
        let warning = self.deprecation(body);
        let Frame { returned, yielded, .. } = self.state.frames.pop().unwrap_or_default();
        let returned = if returns.is_some() { SmallVec::new() } else { returned };
        let is_async = children.first().is_some_and(|first| first.kind == Kind::Async);
        let decorators = SmallVec::from_slice(decorators);
        let function =
            Function { scope, parameters, returns, returned, yielded, decorators, is_async, warning };
        self.settle(id, DefinitionKind::Function(Box::new(function)), docstring);
    }

    /// A `class`; `whole` is it with its decorators.
    pub(super) fn class(
        &mut self,
        node: Node<'t>,
        whole: Node<'t>,
        decorators: &[ExpressionId],
        cx: Context,
    ) {
        let children = self.children(node);
        let name = in_field(&children, Field::Name);
        let (Some(name), Some(body)) = (name, in_field(&children, Field::Body)) else {
            return self.walk_children(node, cx);
        };
        let superclasses = in_field(&children, Field::Superclasses);
        let span = self.span(node, whole, name, superclasses.or(Some(name)));
        let id = self.define(self.name_of(name), cx.scope, DefinitionKind::Other(None), span);
        let around = self.type_parameters(in_field(&children, Field::TypeParameters), node, cx);
        let mut bases = SmallVec::new();
        let mut keywords = Vec::new();
        for base in superclasses.map(|node| self.children(node)).unwrap_or_default() {
            match base.kind {
                Kind::KeywordArgument => {
                    let parts = self.children(base.node);
                    let (name, value) = (in_field(&parts, Field::Name), in_field(&parts, Field::Value));
                    let (Some(name), Some(value)) = (name, value) else { continue };
                    keywords.push((Some(self.name_of(name)), self.expression(value, around)));
                }
                Kind::ListSplat | Kind::DictionarySplat => {
                    let Some(inner) = self.inner(base.node) else { continue };
                    let value = self.expression(inner.node, around);
                    if base.kind == Kind::DictionarySplat {
                        keywords.push((None, value));
                    } else {
                        bases.push(self.push_whole(Expression::Starred(value), base.node));
                    }
                }
                _ if base.node.is_named() => bases.push(self.expression(base.node, around)),
                _ => {}
            }
        }
        let scope = self.open_scope(ScopeKind::Class(id), around.scope, self.range(node));
        self.state.frames.push(Frame::default());
        let docstring = self.block(body, cx.deeper().in_scope(scope));
        self.state.frames.pop();
        let class = Class { scope, bases, keywords, decorators: SmallVec::from_slice(decorators) };
        self.settle(id, DefinitionKind::Class(Box::new(class)), docstring);
    }

    fn span(
        &self,
        node: Node<'t>,
        whole: Node<'t>,
        name: Node<'t>,
        last: Option<Node<'t>>,
    ) -> DefinitionSpan {
        let end = self.range(last.unwrap_or(name)).end;
        DefinitionSpan {
            name: self.range(name),
            full: self.range(whole),
            header: TextRange::new(self.range(node).start, end),
        }
    }

    fn settle(&mut self, id: DefinitionId, kind: DefinitionKind, docstring: Option<Box<str>>) {
        if let Some(definition) = self.state.summary.definitions.get_mut(id.index()) {
            definition.kind = kind;
            definition.docstring = docstring;
        }
    }

    /// The call among a body's statements that says that the function is deprecated; its expressions are recorded.
    fn deprecation(&mut self, body: Node<'t>) -> Option<ExpressionId> {
        if !self.text_of(body).contains("DeprecationWarning") {
            return None;
        }
        let statements = self.children(body);
        let calls = statements.into_iter().filter(|child| child.kind == Kind::ExpressionStatement);
        let calls: Vec<_> = calls.filter_map(|child| self.inner(child.node)).collect();
        let mut calls = calls.into_iter().filter(|child| child.kind == Kind::Call);
        let call = calls.find(|call| {
            let text = self.text_of(call.node);
            text.contains("DeprecationWarning") && text.contains("warn")
        })?;
        let range = self.range(call.node);
        let spans = &self.state.summary.spans.expressions;
        spans.iter().rposition(|span| span.full == range).map(|at| ExpressionId(offset(at)))
    }

    /// The name by which a method knows its object or class; a nested function sees it from outside.
    fn receiver(
        &self,
        parameters: &[Parameter],
        decorators: &[ExpressionId],
        scope: ScopeId,
    ) -> Option<(Name, ScopeId)> {
        let first = parameters.first().filter(|first| {
            matches!(first.kind, ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword)
        });
        if !matches!(self.state.summary.scope(scope).map(|scope| scope.kind), Some(ScopeKind::Class(_))) {
            let outer = self.state.frames.last()?.receiver.clone();
            return outer.filter(|(name, _)| parameters.iter().all(|parameter| parameter.name != *name));
        }
        let is_static = decorators.iter().any(|decorator| {
            let decorator = self.state.summary.expression(*decorator);
            matches!(decorator, Some(Expression::Name(name, _)) if name == "staticmethod")
        });
        first.filter(|_| !is_static).map(|first| (first.name.clone(), scope))
    }

    /// The parameters of function `id`, bound in its `scope`; annotations and defaults are evaluated around it.
    fn parameters(
        &mut self,
        node: Node<'t>,
        id: DefinitionId,
        scope: ScopeId,
        around: Context,
    ) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut ordinary = ParameterKind::PositionalOrKeyword;
        for child in self.children(node) {
            match child.kind {
                Kind::PositionalSeparator => {
                    for parameter in &mut parameters {
                        parameter.kind = ParameterKind::PositionalOnly;
                    }
                    continue;
                }
                Kind::KeywordSeparator => {
                    ordinary = ParameterKind::KeywordOnly;
                    continue;
                }
                _ if !child.node.is_named() => continue,
                _ => {}
            }
            let parts = self.parameter_parts(child);
            let annotation = parts.annotation.map(|annotation| self.annotation(annotation, around));
            let default = parts.default.map(|default| self.expression(default, around.value()));
            let Some(name) = parts.name.filter(|name| kind(*name) == Kind::Identifier) else {
                self.walk(child, around);
                continue;
            };
            let kind = parts.kind.unwrap_or(ordinary);
            if kind == ParameterKind::VarPositional {
                ordinary = ParameterKind::KeywordOnly;
            }
            let full = self.range(child.node);
            let span = DefinitionSpan { name: self.range(name), full, header: full };
            let at = DefinitionKind::Parameter(id, offset(parameters.len()));
            let name = self.name_of(name);
            let definition = self.define(name.clone(), scope, at, span);
            parameters.push(Parameter { name, kind, annotation, default, definition });
        }
        parameters
    }

    fn parameter_parts(&mut self, child: Child<'t>) -> ParameterParts<'t> {
        let mut parts = ParameterParts { name: None, kind: None, annotation: None, default: None };
        let mut named = child;
        if matches!(child.kind, Kind::TypedParameter | Kind::DefaultParameter | Kind::TypedDefaultParameter) {
            let children = self.children(child.node);
            parts.annotation = in_field(&children, Field::Type);
            parts.default = in_field(&children, Field::Value);
            let Some(first) = children.first() else { return parts };
            named = *first;
        }
        parts.kind = match named.kind {
            Kind::ListSplatPattern => Some(ParameterKind::VarPositional),
            Kind::DictionarySplatPattern => Some(ParameterKind::VarKeyword),
            _ => None,
        };
        parts.name = match parts.kind {
            Some(_) => self.inner(named.node).map(|inner| inner.node),
            None => Some(named.node),
        };
        parts
    }

    /// `lambda x, y=1: value`.
    pub(super) fn lambda(&mut self, node: Node<'t>, cx: Context) {
        let scope = self.open_scope(ScopeKind::Lambda, cx.scope, self.range(node));
        for child in self.children(node) {
            match child.field {
                Field::Parameters => {
                    for parameter in self.children(child.node) {
                        let parts = self.parameter_parts(parameter);
                        if let Some(default) = parts.default {
                            self.expression(default, cx);
                        }
                        if let Some(name) = parts.name.filter(|name| kind(*name) == Kind::Identifier) {
                            let full = self.range(parameter.node);
                            let span = DefinitionSpan { name: self.range(name), full, header: full };
                            self.define(self.name_of(name), scope, DefinitionKind::Other(None), span);
                        }
                    }
                }
                _ => self.walk(child, Context { local: true, ..cx.in_scope(scope) }),
            }
        }
    }

    /// Opens the scope of `[T: Bound, *Ts, **P]` (PEP 695) and binds them; without any, nothing changes.
    fn type_parameters(&mut self, list: Option<Node<'t>>, whole: Node<'t>, cx: Context) -> Context {
        let Some(list) = list else { return cx };
        let scope = self.open_scope(ScopeKind::TypeParameters, cx.scope, self.range(whole));
        let around = cx.in_scope(scope);
        for parameter in self.children(list) {
            let mut name = parameter;
            while matches!(name.kind, Kind::Type | Kind::ConstrainedType | Kind::SplatType) {
                let children = self.children(name.node);
                if name.kind == Kind::ConstrainedType
                    && let Some(bound) = children.last()
                {
                    self.annotation(bound.node, around);
                }
                match children.into_iter().find(|child| child.node.is_named()) {
                    Some(inner) => name = inner,
                    None => break,
                }
            }
            if name.kind == Kind::Identifier {
                let full = self.range(parameter.node);
                let span = DefinitionSpan { name: self.range(name.node), full, header: full };
                self.define(self.name_of(name.node), scope, DefinitionKind::Other(None), span);
            }
        }
        around
    }

    /// `type X[T] = value`.
    pub(super) fn type_alias(&mut self, node: Node<'t>, cx: Context) {
        let children = self.children(node);
        let left = in_field(&children, Field::Left).and_then(|left| self.inner(left));
        let (Some(left), Some(right)) = (left, in_field(&children, Field::Right)) else {
            return self.walk_children(node, cx);
        };
        if !matches!(left.kind, Kind::Identifier | Kind::GenericType) {
            // The grammar takes `type(x).y = value` for an alias, too.
            if let Some(keyword) = children.first() {
                self.push_name(Expression::Name(Name::new("type"), cx.scope), keyword.node);
            }
            return self.walk_children(node, cx);
        }
        let parts = if left.kind == Kind::GenericType { self.children(left.node) } else { SmallVec::new() };
        let name = parts.first().map_or(left.node, |first| first.node);
        let list = parts.iter().find(|part| part.kind == Kind::TypeParameters).map(|part| part.node);
        let around = self.type_parameters(list, node, cx);
        let value = Some(self.annotation(right, around));
        let full = self.range(node);
        let bound = Bound { value, full, header: self.first_line(full), ..Bound::default() };
        self.bind_target(name, bound, cx);
    }
}

/// The parts of one parameter.
struct ParameterParts<'t> {
    name: Option<Node<'t>>,
    kind: Option<ParameterKind>,
    annotation: Option<Node<'t>>,
    default: Option<Node<'t>>,
}
