//! Annotations, string ones included: what a forward reference says is read as if it stood there unquoted.

use super::kinds::Kind;
use super::{Context, Extractor};
use crate::python::name::is_identifier;
use crate::python::{Expression, ExpressionId, Name, parse};
use crate::text::{TextRange, offset};
use tree_sitter::Node;

impl<'t> Extractor<'t, '_> {
    /// An expression that stands for a type.
    pub(super) fn annotation(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        self.expression(node, Context { annotation: true, ..cx })
    }

    /// What a string at `inside` says; `None` where it is no expression.
    pub(super) fn forward_reference(&mut self, inside: TextRange, cx: Context) -> Option<ExpressionId> {
        let text = inside.slice(self.text);
        let trimmed = text.trim();
        let start = inside.start + offset(text.len() - text.trim_start().len());
        if trimmed.split('.').all(is_identifier) {
            return self.dotted(trimmed, start, cx);
        }
        let tree = parse::parse(trimmed, None, parse::parse_limit(trimmed))?;
        if tree.root_node().has_error() {
            return None;
        }
        let mut inner =
            Extractor { text: self.text, base: start, cursor: tree.walk(), state: &mut *self.state };
        let statements = inner.children(tree.root_node());
        let [statement] = statements.as_slice() else { return None };
        if statement.kind != Kind::ExpressionStatement {
            return None;
        }
        let expressions = inner.children(statement.node);
        let [expression] = expressions.as_slice() else { return None };
        if matches!(expression.kind, Kind::Assignment | Kind::AugmentedAssignment) {
            return None;
        }
        Some(inner.expression(expression.node, cx))
    }

    /// `a.b.C`, without a tree.
    fn dotted(&mut self, text: &str, start: u32, cx: Context) -> Option<ExpressionId> {
        let mut at = start;
        let mut object = None;
        for segment in text.split('.') {
            let range = TextRange::new(at, at + offset(segment.len()));
            at = range.end + 1;
            let name = Name::new(segment);
            object = Some(match object {
                None if segment == "None" => {
                    self.push(Expression::None, crate::python::ExpressionSpan { name: range, full: range })
                }
                None => {
                    let scope = self.reading_scope(cx.scope, &name);
                    self.push_token(Expression::Name(name, scope), range, range)
                }
                Some(object) => {
                    let full = TextRange::new(start, range.end);
                    self.push_token(Expression::Attribute(object, name), range, full)
                }
            });
        }
        object
    }
}
