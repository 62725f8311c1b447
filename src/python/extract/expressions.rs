//! Expressions: every name read and every attribute gets an entry and a token.

use smallvec::SmallVec;
use tree_sitter::Node;

use super::kinds::{Field, Kind, kind};
use super::{Children, Context, Extractor, MAX_DEPTH, in_field, of_kind};
use crate::python::{Argument, ArgumentKind, Expression, ExpressionId, ExpressionSpan, Token};
use crate::text::{TextRange, offset};

impl<'t> Extractor<'t, '_> {
    /// Records an expression with all its parts, parts first.
    pub(super) fn expression(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let cx = cx.deeper();
        if cx.depth > MAX_DEPTH {
            return self.push_whole(Expression::Other, node);
        }
        match kind(node) {
            Kind::Identifier => {
                let name = self.name_of(node);
                let scope = self.reading_scope(cx.scope, &name);
                self.push_name(Expression::Name(name, scope), node)
            }
            Kind::Attribute | Kind::MemberType => self.attribute(node, cx),
            Kind::DottedName => self.dotted_name(node, cx),
            Kind::Call => self.call(node, cx),
            Kind::Subscript | Kind::GenericType => self.subscript(node, cx),
            Kind::Type | Kind::Parenthesized => match self.inner(node) {
                Some(inner) => self.expression(inner.node, cx),
                None => self.push_whole(Expression::Other, node),
            },
            Kind::BinaryOperator | Kind::BooleanOperator | Kind::UnionType => self.either(node, cx),
            Kind::Conditional => self.conditional(node, cx),
            Kind::Await => {
                let awaited = self.inner(node).map(|inner| self.expression(inner.node, cx));
                self.push_whole(awaited.map_or(Expression::Other, Expression::Await), node)
            }
            Kind::Tuple | Kind::List | Kind::ExpressionList | Kind::PatternList => self.sequence(node, cx),
            Kind::String => self.string(node, cx),
            Kind::ConcatenatedString => {
                self.walk_children(node, cx.value());
                self.push_whole(Expression::String(None), node)
            }
            Kind::None => self.push_whole(Expression::None, node),
            Kind::Walrus => self.walrus(node, cx),
            Kind::AsPattern => self.as_pattern(node, cx),
            Kind::Lambda => {
                self.lambda(node, cx.value());
                self.push_whole(Expression::Other, node)
            }
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::Generator => {
                self.comprehension(node, cx.value());
                self.push_whole(Expression::Other, node)
            }
            Kind::Yield => self.yielded(node, cx.value()),
            found @ (Kind::True | Kind::False) => {
                self.push_whole(Expression::Boolean(found == Kind::True), node)
            }
            Kind::Integer | Kind::Float | Kind::Ellipsis => self.push_whole(Expression::Other, node),
            _ => self.other(node, cx),
        }
    }

    /// An expression of which only the parts count.
    pub(super) fn other(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        self.walk_children(node, cx);
        self.push_whole(Expression::Other, node)
    }

    /// An expression that is a single token.
    pub(super) fn push_name(&mut self, expression: Expression, node: Node<'_>) -> ExpressionId {
        let range = self.range(node);
        self.push_token(expression, range, range)
    }

    /// An expression with a token at `name`.
    pub(super) fn push_token(
        &mut self,
        expression: Expression,
        name: TextRange,
        full: TextRange,
    ) -> ExpressionId {
        let id = self.push(expression, ExpressionSpan { name, full });
        self.token(name, Token::Expression(id));
        id
    }

    fn attribute(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let children = self.children(node);
        let named = |child: &&super::Child<'t>| child.node.is_named();
        let object = children.iter().find(named);
        let name = children.iter().rfind(named).filter(|name| name.kind == Kind::Identifier);
        let (Some(object), Some(name)) = (object, name) else { return self.other(node, cx) };
        let object = self.expression(object.node, cx.value());
        let text = self.name_of(name.node);
        self.push_token(Expression::Attribute(object, text), self.range(name.node), self.range(node))
    }

    /// `a.b.C` in a `case`.
    fn dotted_name(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let mut object = None;
        let start = self.range(node).start;
        for child in self.children(node) {
            if child.kind != Kind::Identifier {
                continue;
            }
            let range = self.range(child.node);
            object = Some(match object {
                None => self.expression(child.node, cx),
                Some(object) => {
                    let attribute = Expression::Attribute(object, self.name_of(child.node));
                    self.push_token(attribute, range, TextRange::new(start, range.end))
                }
            });
        }
        object.unwrap_or_else(|| self.push_whole(Expression::Other, node))
    }

    fn call(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let children = self.children(node);
        let function = in_field(&children, Field::Function);
        let list = in_field(&children, Field::Arguments);
        let (Some(function), Some(list)) = (function, list) else { return self.other(node, cx) };
        let cx = cx.value();
        let callee = self.expression(function, cx);
        let cast = self.last_name(callee) == Some("cast");
        let listed = match kind(list) {
            Kind::ArgumentList => self.children(list),
            _ => children.into_iter().filter(|child| child.field == Field::Arguments).collect(),
        };
        let mut arguments = Vec::with_capacity(listed.len() / 2);
        let mut keywords: SmallVec<[(TextRange, u32); 4]> = SmallVec::new();
        for argument in listed.into_iter().filter(|child| child.node.is_named()) {
            let (kind, value) = match argument.kind {
                Kind::KeywordArgument => {
                    let parts = self.children(argument.node);
                    let (name, value) = (in_field(&parts, Field::Name), in_field(&parts, Field::Value));
                    let (Some(name), Some(value)) = (name, value) else { continue };
                    keywords.push((self.range(name), offset(arguments.len())));
                    (ArgumentKind::Keyword(self.name_of(name)), value)
                }
                Kind::ListSplat | Kind::DictionarySplat => {
                    let Some(inner) = self.inner(argument.node) else { continue };
                    let star = argument.kind == Kind::ListSplat;
                    (if star { ArgumentKind::Star } else { ArgumentKind::DoubleStar }, inner.node)
                }
                _ => (ArgumentKind::Positional, argument.node),
            };
            let annotation = cast && arguments.is_empty();
            let value = self.expression(value, Context { annotation, ..cx });
            arguments.push(Argument { kind, value });
        }
        let id = self.push_whole(Expression::Call(callee, arguments.into_boxed_slice()), node);
        for (range, at) in keywords {
            self.token(range, Token::Keyword(id, at));
        }
        self.dynamic_import(id, cx);
        id
    }

    /// The name that an expression ends in.
    pub(super) fn last_name(&self, id: ExpressionId) -> Option<&str> {
        match self.state.summary.expression(id)? {
            Expression::Name(name, _) | Expression::Attribute(_, name) => Some(name.as_str()),
            _ => None,
        }
    }

    fn subscript(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let children = self.children(node);
        let Some(object) = children.first() else { return self.other(node, cx) };
        let object = self.expression(object.node, cx.value());
        let (first, others) = self.index_contexts(object, cx);
        let listed: Children<'t> = match of_kind(&children, Kind::TypeParameters) {
            Some(list) => self.children(list),
            None => children.into_iter().filter(|child| child.field == Field::Subscript).collect(),
        };
        let mut index = SmallVec::new();
        for child in listed.into_iter().filter(|child| child.node.is_named()) {
            let cx = if index.is_empty() { first } else { others };
            index.push(self.expression(child.node, cx));
        }
        self.push_whole(Expression::Subscript(object, index), node)
    }

    /// In an annotation, `Literal["x"]` and the metadata of `Annotated[T, "x"]` hold plain strings.
    fn index_contexts(&self, object: ExpressionId, cx: Context) -> (Context, Context) {
        match self.last_name(object) {
            _ if !cx.annotation => (cx, cx),
            Some("Literal") => (cx.value(), cx.value()),
            Some("Annotated") => (cx, cx.value()),
            _ => (cx, cx),
        }
    }

    /// `a | b` and `a or b`; other operators give nothing that is known.
    fn either(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let children = self.children(node);
        let chooses = children.iter().any(|child| matches!(child.kind, Kind::Pipe | Kind::Or));
        let mut parts = SmallVec::new();
        for child in children.into_iter().filter(|child| child.node.is_named()) {
            parts.push(self.expression(child.node, cx));
        }
        self.push_whole(if chooses { Expression::Either(parts) } else { Expression::Other }, node)
    }

    fn conditional(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let mut parts = SmallVec::new();
        let children = self.children(node);
        for (at, child) in children.into_iter().filter(|child| child.node.is_named()).enumerate() {
            let part = self.expression(child.node, cx);
            if at != 1 {
                parts.push(part);
            }
        }
        self.push_whole(Expression::Either(parts), node)
    }

    fn sequence(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let mut parts = SmallVec::new();
        for child in self.children(node).into_iter().filter(|child| child.node.is_named()) {
            let part = match child.node.named_child(0).filter(|_| child.kind == Kind::ListSplat) {
                Some(spread) => {
                    let spread = self.expression(spread, cx);
                    self.push_whole(Expression::Starred(spread), child.node)
                }
                None => self.expression(child.node, cx),
            };
            parts.push(part);
        }
        self.push_whole(Expression::Sequence(parts), node)
    }

    fn yielded(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let children = self.children(node);
        let delegates = children.iter().any(|child| child.kind == Kind::From);
        for child in children.into_iter().filter(|child| child.node.is_named()) {
            let value = self.expression(child.node, cx);
            if let Some(frame) = self.frame().filter(|_| !delegates) {
                frame.yielded.push(value);
            }
        }
        self.push_whole(Expression::Other, node)
    }
}
