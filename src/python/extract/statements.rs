//! Statements: blocks, branches, and what guards the imports inside.

use super::kinds::{Field, Kind, kind};
use super::{Child, Context, Extractor, MAX_DEPTH, in_field};
use crate::python::extract::scopes::Reach;
use crate::python::{DefinitionKind, DefinitionSpan, Expression, ScopeId, ValueVia, Variable, docstring};
use crate::text::offset;
use tree_sitter::Node;

impl<'t> Extractor<'t, '_> {
    /// The statements of a module or block; gives its docstring.
    pub(super) fn block(&mut self, node: Node<'t>, cx: Context) -> Option<Box<str>> {
        let mut found = None;
        let mut first = true;
        let mut assigned = 0..0;
        for child in self.children(node) {
            if !child.node.is_named() {
                continue;
            }
            if child.kind != Kind::ExpressionStatement {
                self.walk(child, cx);
                assigned = 0..0;
            } else if let Some(string) = self.lone_string(child.node) {
                self.note_syntax(Child { node: string, kind: kind(string), field: Field::Other });
                if first {
                    found = self.docstring(string);
                } else if !assigned.is_empty() {
                    self.document(assigned.clone(), string);
                }
                self.expression(string, cx);
                assigned = 0..0;
            } else {
                let before = self.state.summary.definitions.len();
                self.walk(child, cx);
                assigned = before..self.state.summary.definitions.len();
            }
            first = false;
        }
        found
    }

    /// Any node: statements by their kind, expressions as values nobody names, everything else part by part.
    pub(super) fn walk(&mut self, child: Child<'t>, cx: Context) {
        let cx = cx.deeper();
        if cx.depth > MAX_DEPTH {
            return;
        }
        let node = child.node;
        match child.kind {
            Kind::Block | Kind::Module => {
                self.block(node, cx);
            }
            Kind::Import | Kind::ImportFrom | Kind::FutureImport => self.import(child, cx),
            Kind::Function => self.function(node, node, &[], cx),
            Kind::Class => self.class(node, node, &[], cx),
            Kind::Decorated => self.decorated(node, cx),
            Kind::Assignment => self.assignment(node, cx),
            Kind::AugmentedAssignment => self.augmented_assignment(node, cx),
            Kind::If | Kind::Elif => self.branch(node, cx),
            Kind::For => self.for_loop(node, cx),
            Kind::With => self.with(node, cx),
            Kind::Try => self.try_statement(node, cx),
            Kind::Case => self.case(node, cx),
            Kind::Return => self.return_statement(node, cx),
            Kind::Global => self.reach(node, Reach::Global, cx),
            Kind::Nonlocal => self.reach(node, Reach::Nonlocal, cx),
            Kind::TypeAlias => self.type_alias(node, cx),
            Kind::ExpressionStatement => {
                for child in self.children(node) {
                    self.walk(child, cx);
                    if child.kind == Kind::Call && cx.scope == ScopeId::MODULE {
                        self.exports_call(child.node);
                    }
                }
            }
            Kind::Token
            | Kind::ImportPrefix
            | Kind::WildcardImport
            | Kind::KeywordSeparator
            | Kind::PositionalSeparator
            | Kind::Integer
            | Kind::Float
            | Kind::True
            | Kind::False
            | Kind::Ellipsis
            | Kind::None => {}
            kind if is_expression(kind) => {
                self.expression(node, cx);
            }
            _ => self.walk_children(node, cx),
        }
    }

    /// All named parts of a node.
    pub(super) fn walk_children(&mut self, node: Node<'t>, cx: Context) {
        for child in self.children(node) {
            if child.node.is_named() {
                self.walk(child, cx);
            }
        }
    }

    fn lone_string(&mut self, statement: Node<'t>) -> Option<Node<'t>> {
        let first = statement.child(0)?;
        let string = matches!(kind(first), Kind::String | Kind::ConcatenatedString);
        (string && statement.child_count() == 1).then_some(first)
    }

    /// A string literal below an assignment documents what that assigned.
    fn document(&mut self, assigned: std::ops::Range<usize>, string: Node<'t>) {
        let Some(text) = self.docstring(string) else { return };
        for definition in self.state.summary.definitions.get_mut(assigned).into_iter().flatten() {
            let assigns =
                |variable: &Variable| !matches!(variable.via, ValueVia::For | ValueVia::ForUnpack(_));
            if matches!(&definition.kind, DefinitionKind::Variable(variable) if assigns(variable)) {
                definition.docstring = Some(text.clone());
            }
        }
    }

    /// The text of a docstring; `None` for bytes and f-strings.
    fn docstring(&mut self, string: Node<'t>) -> Option<Box<str>> {
        if kind(string) == Kind::String {
            return self
                .literal(string)
                .filter(|l| l.is_text())
                .map(|l| docstring::clean(&l.value(self.text)));
        }
        let parts = self.children(string);
        let mut text = String::new();
        for part in parts {
            text.push_str(&self.literal(part.node).filter(|literal| literal.is_text())?.value(self.text));
        }
        Some(docstring::clean(&text))
    }

    fn branch(&mut self, node: Node<'t>, cx: Context) {
        let children = self.children(node);
        let condition = in_field(&children, Field::Condition);
        let checks = condition.and_then(|condition| self.type_checking(condition));
        let asks_version =
            condition.is_some_and(|condition| self.text_of(condition).contains("version_info"));
        let cx = Context { for_version: cx.for_version || asks_version, ..cx };
        for child in children {
            let type_checking = match child.field {
                Field::Consequence => checks == Some(true),
                Field::Alternative => checks == Some(false),
                _ => false,
            };
            if child.field == Field::Consequence {
                self.block(
                    child.node,
                    Context { type_checking: cx.type_checking || type_checking, ..cx.deeper() },
                );
            } else {
                self.walk(child, Context { type_checking: cx.type_checking || type_checking, ..cx });
            }
        }
    }

    /// Whether a condition holds for type checkers only (`Some(true)`) or for everything but them.
    fn type_checking(&mut self, condition: Node<'t>) -> Option<bool> {
        let mut holds = true;
        let mut condition = condition;
        for _ in 0..8 {
            match kind(condition) {
                Kind::NotOperator => holds = !holds,
                Kind::Parenthesized => {}
                Kind::Identifier | Kind::Attribute => {
                    let last = self.text_of(condition).rsplit('.').next();
                    return (last == Some("TYPE_CHECKING")).then_some(holds);
                }
                _ => return None,
            }
            condition = self.inner(condition)?.node;
        }
        None
    }

    fn try_statement(&mut self, node: Node<'t>, cx: Context) {
        let children = self.children(node);
        let mut catches = Vec::with_capacity(children.len());
        for child in &children {
            catches.push(child.kind == Kind::Except && self.handler_catches(child.node));
        }
        let body_guarded = catches.contains(&true);
        for (child, catches) in children.into_iter().zip(catches) {
            let guarded = cx.guarded || catches || (child.field == Field::Body && body_guarded);
            let cx = Context { guarded, ..cx };
            match child.kind {
                Kind::Except => self.except(child.node, cx.deeper()),
                _ => self.walk(child, cx),
            }
        }
    }

    /// Whether an `except` clause catches a failing import.
    fn handler_catches(&mut self, clause: Node<'t>) -> bool {
        let children = self.children(clause);
        let mut values = children.iter().filter(|child| child.field == Field::Value).peekable();
        if values.peek().is_none() {
            return true;
        }
        values.any(|value| self.catches_import_error(value.node))
    }

    /// Whether an exception class, or one in a tuple of them, is one that a failing import raises.
    pub(super) fn catches_import_error(&mut self, value: Node<'t>) -> bool {
        let mut nodes = vec![(value, 0)];
        while let Some((node, depth)) = nodes.pop() {
            match kind(node) {
                Kind::Identifier | Kind::Attribute => {
                    let last = self.text_of(node).rsplit('.').next().unwrap_or_default();
                    if matches!(last, "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException") {
                        return true;
                    }
                }
                Kind::AsPattern => nodes.extend(self.inner(node).map(|inner| (inner.node, depth + 1))),
                Kind::Tuple | Kind::Parenthesized | Kind::ArgumentList if depth < 8 => {
                    nodes.extend(self.children(node).into_iter().map(|child| (child.node, depth + 1)));
                }
                _ => {}
            }
        }
        false
    }

    fn return_statement(&mut self, node: Node<'t>, cx: Context) {
        if let Some(value) = self.inner(node) {
            let id = self.expression(value.node, cx);
            if let Some(frame) = self.frame() {
                frame.returned.push(id);
            }
        }
    }

    fn reach(&mut self, node: Node<'t>, reach: Reach, cx: Context) {
        for child in self.children(node) {
            if child.kind != Kind::Identifier {
                continue;
            }
            let name = self.name_of(child.node);
            let outer = self.state.summary.scope(cx.scope).and_then(|scope| scope.parent);
            let seen_from = match reach {
                Reach::Global => ScopeId::MODULE,
                Reach::Nonlocal => outer.unwrap_or(ScopeId::MODULE),
            };
            self.declare(cx.scope, name.clone(), reach);
            self.push_name(Expression::Name(name, seen_from), child.node);
        }
    }

    /// The places of a binding made by a statement that is more than the binding: a loop, `with`, `except`.
    pub(super) fn clause_span(
        &self,
        name: Node<'t>,
        clause: Node<'t>,
        body: Option<Node<'t>>,
    ) -> DefinitionSpan {
        let mut header = self.range(clause);
        if let Some(body) = body {
            header.end = header.end.min(offset(body.start_byte()).saturating_add(self.base));
        }
        header.end = header.start + offset(header.slice(self.text).trim_end().trim_end_matches(':').len());
        DefinitionSpan { name: self.range(name), full: header, header }
    }
}

/// Whether a kind is an expression that gets an entry in the arena.
fn is_expression(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Other
            | Kind::Pair
            | Kind::ArgumentList
            | Kind::Raise
            | Kind::Decorator
            | Kind::ForIn
            | Kind::AliasedImport
            | Kind::RelativeImport
            | Kind::Except
            | Kind::CasePattern
            | Kind::KeywordPattern
            | Kind::SplatPattern
            | Kind::ClassPattern
            | Kind::TypeParameters
            | Kind::TypedParameter
            | Kind::DefaultParameter
            | Kind::TypedDefaultParameter
            | Kind::AsTarget
            | Kind::Comparison
            | Kind::NotOperator
            | Kind::ListSplat
            | Kind::DictionarySplat
            | Kind::ListSplatPattern
            | Kind::DictionarySplatPattern
            | Kind::Dictionary
            | Kind::Set
            | Kind::Match
            | Kind::WithClause
            | Kind::Interpolation
    )
}
