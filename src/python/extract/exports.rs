//! `__all__`: its literal names, wherever the module assigns or extends it.

use tree_sitter::Node;

use super::Extractor;
use super::kinds::{Field, Kind, kind};
use super::{MAX_DEPTH, in_field};
use crate::python::{Exports, Name, Token};
use crate::text::offset;

impl<'t> Extractor<'t, '_> {
    /// `__all__ = value` and `__all__ += value`; an annotation alone assigns nothing.
    pub(super) fn exports_assigned(&mut self, value: Option<Node<'t>>) {
        if let Some(value) = value {
            self.exports_value(value);
        }
    }

    /// `__all__.extend(value)`, `.append("name")`, and any other method, which makes it dynamic.
    pub(super) fn exports_call(&mut self, call: Node<'t>) {
        let Some(method) = self.text_of(call).strip_prefix("__all__.") else { return };
        let method = method.split('(').next().unwrap_or_default().trim();
        let parts = self.children(call);
        let arguments =
            in_field(&parts, Field::Arguments).map(|list| self.children(list)).unwrap_or_default();
        let mut values = arguments.iter().filter(|child| child.node.is_named());
        match (method, values.next(), values.next()) {
            ("extend", Some(value), None) => self.exports_value(value.node),
            ("append", Some(value), None) => self.exported(value.node),
            _ => self.exports().dynamic = true,
        }
    }

    fn exports(&mut self) -> &mut Exports {
        self.state.summary.exports.get_or_insert_default()
    }

    /// A sequence of names: a literal one, another module's `__all__`, or a sum of such.
    fn exports_value(&mut self, value: Node<'t>) {
        self.exports();
        let mut values = vec![(value, 0)];
        while let Some((value, depth)) = values.pop() {
            match kind(value) {
                _ if depth > MAX_DEPTH => self.exports().dynamic = true,
                Kind::List | Kind::Tuple | Kind::Set | Kind::ExpressionList => {
                    for child in self.children(value).into_iter().filter(|child| child.node.is_named()) {
                        match child.kind {
                            Kind::ListSplat => self.exported_elsewhere(child.node, true),
                            _ => self.exported(child.node),
                        }
                    }
                }
                Kind::BinaryOperator | Kind::Parenthesized => {
                    let children = self.children(value);
                    let sum = children.iter().any(|child| child.kind == Kind::Plus);
                    if kind(value) == Kind::BinaryOperator && !sum {
                        self.exports().dynamic = true;
                    }
                    let named = children.into_iter().rev().filter(|child| child.node.is_named());
                    values.extend(named.map(|child| (child.node, depth + 1)));
                }
                _ => self.exported_elsewhere(value, false),
            }
        }
    }

    /// A literal name.
    fn exported(&mut self, string: Node<'t>) {
        let Some(literal) = self.literal(string).filter(|literal| literal.is_plain()) else {
            self.exports().dynamic = true;
            return;
        };
        let name = Name::new(literal.inside.slice(self.text));
        let exports = self.exports();
        let at = offset(exports.names.len());
        exports.names.push((name, literal.inside));
        self.token(literal.inside, Token::Export(at));
    }

    /// `module.__all__`, or the same behind a `*`.
    fn exported_elsewhere(&mut self, value: Node<'t>, starred: bool) {
        let text = self.text_of(value);
        let text = if starred { text.trim_start_matches('*').trim() } else { text };
        match text.strip_suffix(".__all__") {
            Some(module) if crate::python::ModuleName::new(module).is_some() => {
                self.exports().from_modules.push(Name::new(module));
            }
            _ => self.exports().dynamic = true,
        }
    }
}
