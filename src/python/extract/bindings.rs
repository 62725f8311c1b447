//! What binds names besides definitions and imports: assignments, loops, `with`, `except`, patterns, `:=`.

use tree_sitter::Node;

use super::kinds::{Field, Kind, kind};
use super::{Child, Context, Extractor, MAX_DEPTH, in_field};
use crate::python::{DefinitionKind, DefinitionSpan, ExpressionId, ScopeId, ScopeKind, ValueVia, Variable};
use crate::text::TextRange;

/// What a target is bound to.
#[derive(Clone, Copy, Default)]
pub(super) struct Bound {
    pub(super) annotation: Option<ExpressionId>,
    pub(super) value: Option<ExpressionId>,
    pub(super) via: ValueVia,
    pub(super) full: TextRange,
    pub(super) header: TextRange,
}

impl<'t> Extractor<'t, '_> {
    /// `a = b = value`, `x: T = value`, `x: T`. A chain is nested to the right, one assignment in another.
    pub(super) fn assignment(&mut self, node: Node<'t>, cx: Context) {
        let full = self.range(node);
        let mut bound = Bound { full, header: self.first_line(full), ..Bound::default() };
        let mut targets = Vec::with_capacity(1);
        let mut next = Some(node);
        let mut exported = None;
        let mut alias = false;
        while let Some(assignment) = next.take() {
            let children = self.children(assignment);
            targets.extend(in_field(&children, Field::Left));
            if let Some(annotation) = in_field(&children, Field::Type) {
                alias = self.text_of(annotation).ends_with("TypeAlias");
                bound.annotation = Some(self.annotation(annotation, cx));
            }
            let Some(right) = children.iter().find(|child| child.field == Field::Right) else { break };
            exported = Some(right.node);
            match right.kind {
                Kind::Assignment => next = Some(right.node),
                Kind::AugmentedAssignment => self.walk(*right, cx),
                _ => bound.value = Some(self.expression(right.node, Context { annotation: alias, ..cx })),
            }
        }
        for target in targets {
            if cx.scope == ScopeId::MODULE && self.text_of(target) == "__all__" {
                self.exports_assigned(exported);
            }
            self.bind_target(target, bound, cx);
        }
    }

    /// `x += value`.
    pub(super) fn augmented_assignment(&mut self, node: Node<'t>, cx: Context) {
        let children = self.children(node);
        let full = self.range(node);
        let right = in_field(&children, Field::Right);
        let value = right.map(|right| self.expression(right, cx));
        let Some(target) = in_field(&children, Field::Left) else { return };
        if cx.scope == ScopeId::MODULE && self.text_of(target) == "__all__" {
            self.exports_assigned(right);
        }
        let via = ValueVia::Unknown;
        self.bind_target(
            target,
            Bound { annotation: None, value, via, full, header: self.first_line(full) },
            cx,
        );
    }

    /// `name := value`, bound outside all comprehensions; gives the value.
    pub(super) fn walrus(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let children = self.children(node);
        let Some(value) = in_field(&children, Field::Value) else { return self.other(node, cx) };
        let value = self.expression(value, cx);
        if let Some(name) = in_field(&children, Field::Name) {
            let full = self.range(node);
            let bound = Bound { value: Some(value), full, header: self.first_line(full), ..Bound::default() };
            let scope = self.containing_scope(cx.scope);
            self.bind_target(name, bound, cx.in_scope(scope));
        }
        value
    }

    /// Binds all names of a target; what is read in it (`a[i].b = …`) is recorded as read.
    pub(super) fn bind_target(&mut self, target: Node<'t>, bound: Bound, cx: Context) {
        let cx = cx.deeper();
        if cx.depth > MAX_DEPTH {
            return;
        }
        match kind(target) {
            Kind::Identifier => {
                let span =
                    DefinitionSpan { name: self.range(target), full: bound.full, header: bound.header };
                self.define(self.name_of(target), cx.scope, variable(bound, false), span);
            }
            Kind::Attribute => self.bind_attribute(target, bound, cx),
            Kind::AsTarget | Kind::Parenthesized => {
                if let Some(inner) = self.inner(target) {
                    self.bind_target(inner.node, bound, cx);
                }
            }
            Kind::ListSplatPattern | Kind::ListSplat => {
                if let Some(inner) = self.inner(target) {
                    self.bind_target(inner.node, Bound { via: ValueVia::Unknown, ..bound }, cx);
                }
            }
            Kind::PatternList
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::Tuple
            | Kind::List
            | Kind::ExpressionList => self.bind_elements(target, bound, cx),
            found => self.walk(Child { node: target, kind: found, field: Field::Other }, cx.value()),
        }
    }

    fn bind_elements(&mut self, target: Node<'t>, bound: Bound, cx: Context) {
        let children = self.children(target);
        let commas = children.iter().any(|child| child.kind == Kind::Comma);
        let lone = !commas && matches!(kind(target), Kind::TuplePattern | Kind::Tuple);
        let mut starred = false;
        let elements = children.into_iter().filter(|child| child.node.is_named());
        for (child, at) in elements.zip(0u32..) {
            starred |= matches!(child.kind, Kind::ListSplatPattern | Kind::ListSplat);
            let via = match bound.via {
                via if lone => via,
                ValueVia::Assign if !starred => ValueVia::Unpack(at),
                ValueVia::For if !starred => ValueVia::ForUnpack(at),
                _ => ValueVia::Unknown,
            };
            self.bind_target(child.node, Bound { via, annotation: None, ..bound }, cx);
        }
    }

    /// `self.x = …` in a method is a member of the class; other attributes are only read.
    fn bind_attribute(&mut self, target: Node<'t>, bound: Bound, cx: Context) {
        let children = self.children(target);
        let object = in_field(&children, Field::Object);
        let name = in_field(&children, Field::AttributeName);
        let (Some(object), Some(name)) = (object, name) else { return self.walk_children(target, cx) };
        let receiver = self.state.frames.last().and_then(|frame| frame.receiver.clone());
        match receiver {
            Some((receiver, class))
                if kind(object) == Kind::Identifier && self.text_of(object) == receiver =>
            {
                self.expression(object, cx);
                let span = DefinitionSpan { name: self.range(name), full: bound.full, header: bound.header };
                self.define(self.name_of(name), class, variable(bound, true), span);
            }
            _ => {
                self.expression(target, cx.value());
            }
        }
    }

    /// `for x in value:`.
    pub(super) fn for_loop(&mut self, node: Node<'t>, cx: Context) {
        let children = self.children(node);
        let value = in_field(&children, Field::Right).map(|right| self.expression(right, cx));
        if let Some(left) = in_field(&children, Field::Left) {
            let span = self.clause_span(left, node, in_field(&children, Field::Body));
            let bound =
                Bound { annotation: None, value, via: ValueVia::For, full: span.full, header: span.header };
            self.bind_target(left, bound, cx);
        }
        for child in children {
            if matches!(child.field, Field::Body | Field::Alternative) {
                self.walk(child, cx);
            }
        }
    }

    /// `with value as x:`; its items bind as they are met.
    pub(super) fn with(&mut self, node: Node<'t>, cx: Context) {
        let mut guarded = cx.guarded;
        for child in self.children(node) {
            if child.field == Field::Body {
                self.walk(child, Context { guarded, ..cx });
            } else if child.node.is_named() {
                guarded |= self.suppresses_import_error(child.node);
                self.walk(child, cx);
            }
        }
    }

    /// Whether an item of a `with` is `contextlib.suppress(ImportError)`.
    fn suppresses_import_error(&mut self, clause: Node<'t>) -> bool {
        if !self.text_of(clause).contains("suppress") {
            return false;
        }
        for item in self.children(clause) {
            let Some(value) = self.inner(item.node).filter(|value| value.kind == Kind::Call) else {
                continue;
            };
            let parts = self.children(value.node);
            let function = in_field(&parts, Field::Function).map(|function| self.text_of(function));
            let arguments = in_field(&parts, Field::Arguments);
            if function.is_some_and(|function| function.rsplit('.').next() == Some("suppress"))
                && arguments.is_some_and(|arguments| self.catches_import_error(arguments))
            {
                return true;
            }
        }
        false
    }

    /// `value as target` of a `with` item; gives the value.
    pub(super) fn as_pattern(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let children = self.children(node);
        let Some(value) = children.first() else { return self.other(node, cx) };
        let value = self.expression(value.node, cx);
        if let Some(target) = in_field(&children, Field::Alias) {
            let full = self.range(node);
            let header = self.first_line(full);
            let via = ValueVia::With;
            self.bind_target(target, Bound { annotation: None, value: Some(value), via, full, header }, cx);
        }
        value
    }

    /// `except E as e:`.
    pub(super) fn except(&mut self, node: Node<'t>, cx: Context) {
        let mut children = self.children(node);
        let body = children.last().filter(|child| child.kind == Kind::Block).map(|body| body.node);
        if let Some(pattern) = children.iter().position(|child| child.kind == Kind::AsPattern)
            && let Some(pattern) = children.get(pattern).copied()
        {
            children.retain(|child| child.kind != Kind::AsPattern);
            let parts = self.children(pattern.node);
            children.extend(parts.first().map(|first| Child { field: Field::Value, ..*first }));
            let target = in_field(&parts, Field::Alias).and_then(|target| self.inner(target));
            children.extend(target.map(|target| Child { field: Field::Alias, ..target }));
        }
        let mut class = None;
        for child in children.iter().filter(|child| child.field == Field::Value) {
            class = Some(self.expression(child.node, cx));
        }
        if let Some(name) = in_field(&children, Field::Alias).filter(|name| kind(*name) == Kind::Identifier) {
            let span = self.clause_span(name, node, body);
            self.define(self.name_of(name), cx.scope, DefinitionKind::Other(class), span);
        }
        for child in children.iter().filter(|child| child.kind == Kind::Block) {
            self.walk(*child, cx);
        }
    }

    /// `case pattern if guard:`.
    pub(super) fn case(&mut self, node: Node<'t>, cx: Context) {
        for child in self.children(node) {
            match child.kind {
                Kind::CasePattern => self.pattern(child, cx),
                _ => self.walk(child, cx),
            }
        }
    }

    /// A pattern: a single name is captured, a dotted one is read.
    fn pattern(&mut self, child: Child<'t>, cx: Context) {
        let cx = cx.deeper();
        if cx.depth > MAX_DEPTH {
            return;
        }
        match child.kind {
            Kind::Identifier => self.capture(child.node, cx.scope),
            Kind::DottedName if child.node.named_child_count() == 1 => {
                if let Some(name) = child.node.named_child(0) {
                    self.capture(name, cx.scope);
                }
            }
            Kind::ClassPattern | Kind::KeywordPattern => {
                let children = self.children(child.node);
                for (at, part) in children.into_iter().filter(|part| part.node.is_named()).enumerate() {
                    match (child.kind, at) {
                        (Kind::ClassPattern, 0) => {
                            self.expression(part.node, cx);
                        }
                        // The keyword of `C(x=1)` names an attribute of an unknown class.
                        (Kind::KeywordPattern, 0) => {}
                        _ => self.pattern(part, cx),
                    }
                }
            }
            Kind::DottedName | Kind::String | Kind::ConcatenatedString => self.walk(child, cx),
            _ => {
                for part in self.children(child.node) {
                    if part.node.is_named() {
                        self.pattern(part, cx);
                    }
                }
            }
        }
    }

    fn capture(&mut self, name: Node<'t>, scope: ScopeId) {
        if self.text_of(name) != "_" {
            let range = self.range(name);
            let span = DefinitionSpan { name: range, full: range, header: range };
            self.define(self.name_of(name), scope, DefinitionKind::Other(None), span);
        }
    }

    /// A comprehension: the first iterable is evaluated outside, everything else inside.
    pub(super) fn comprehension(&mut self, node: Node<'t>, cx: Context) {
        let scope = self.open_scope(ScopeKind::Comprehension, cx.scope, self.range(node));
        let inside = cx.in_scope(scope);
        let mut first = true;
        for child in self.children(node) {
            if child.kind != Kind::ForIn {
                self.walk(child, inside);
                continue;
            }
            let parts = self.children(child.node);
            let evaluated = if std::mem::take(&mut first) { cx } else { inside };
            let mut value = None;
            for part in parts.iter().filter(|part| part.field == Field::Right && part.node.is_named()) {
                value = Some(self.expression(part.node, evaluated));
            }
            if let Some(left) = in_field(&parts, Field::Left) {
                let full = self.range(child.node);
                let via = ValueVia::For;
                self.bind_target(left, Bound { annotation: None, value, via, full, header: full }, inside);
            }
        }
    }

    /// The first line of a range.
    pub(super) fn first_line(&self, range: TextRange) -> TextRange {
        let text = range.slice(self.text);
        let line = text.lines().next().unwrap_or_default().trim_end();
        TextRange { start: range.start, end: range.start + crate::text::offset(line.len()) }
    }
}

fn variable(bound: Bound, on_instance: bool) -> DefinitionKind {
    let Bound { annotation, value, via, .. } = bound;
    DefinitionKind::Variable(Box::new(Variable { annotation, value, via, on_instance }))
}
