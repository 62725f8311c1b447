//! String literals: their text, the module names they may hold, the expressions inside f-strings.

use std::borrow::Cow;

use tree_sitter::Node;

use super::kinds::{Kind, kind};
use super::{Context, Extractor};
use crate::python::{Expression, ExpressionId, StringModule, docstring, name::is_identifier};
use crate::text::{TextRange, offset};

/// More strings that look like modules than this are not kept from one file.
const MAX_STRING_MODULES: usize = 2000;

/// Longer string literals keep no text in the summary.
const MAX_TEXT: u32 = 200;

/// The parts of a string literal.
#[derive(Clone, Copy)]
pub(super) struct Literal {
    /// Between the quotes.
    pub(super) inside: TextRange,
    formatted: bool,
    bytes: bool,
    raw: bool,
    prefixed: bool,
    escapes: bool,
}

impl Literal {
    /// Whether what is written is its value.
    pub(super) fn is_plain(self) -> bool {
        self.is_text() && (self.raw || !self.escapes)
    }

    /// Whether it is plain and has no prefix, as a forward reference is written.
    pub(super) fn is_bare(self) -> bool {
        !self.prefixed && !self.escapes
    }

    /// Whether it is a `str` known without running anything.
    pub(super) fn is_text(self) -> bool {
        !self.formatted && !self.bytes
    }

    /// Its value.
    pub(super) fn value(self, text: &str) -> Cow<'_, str> {
        let inside = self.inside.slice(text);
        if self.is_plain() { Cow::Borrowed(inside) } else { Cow::Owned(docstring::unescape(inside)) }
    }
}

impl<'t> Extractor<'t, '_> {
    /// A string literal taken apart; `None` where its closing quotes are missing or `node` is none.
    pub(super) fn literal(&self, node: Node<'_>) -> Option<Literal> {
        if kind(node) != Kind::String {
            return None;
        }
        let range = self.range(node);
        let text = range.slice(self.text);
        let quote = text.find(['"', '\''])?;
        let (prefix, quoted) = text.split_at(quote);
        let triple = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
        let marks = quoted.get(..if triple { 3 } else { 1 })?;
        let inside = quoted.strip_prefix(marks)?.strip_suffix(marks)?;
        let start = range.start + offset(quote + marks.len());
        let has = |letter: char| prefix.contains([letter, letter.to_ascii_uppercase()]);
        Some(Literal {
            inside: TextRange::new(start, start + offset(inside.len())),
            formatted: has('f') || has('t'),
            bytes: has('b'),
            raw: has('r'),
            prefixed: !prefix.is_empty(),
            escapes: memchr::memchr(b'\\', inside.as_bytes()).is_some(),
        })
    }

    /// A string as an expression; in an annotation it is what it says.
    pub(super) fn string(&mut self, node: Node<'t>, cx: Context) -> ExpressionId {
        let Some(literal) = self.literal(node) else { return self.other(node, cx.value()) };
        if literal.formatted {
            self.walk_children(node, cx.value());
            return self.push_whole(Expression::String(None), node);
        }
        if cx.annotation
            && literal.is_bare()
            && let Some(meant) = self.forward_reference(literal.inside, cx)
        {
            return meant;
        }
        let text = literal.inside.slice(self.text);
        let kept = literal.is_plain() && literal.inside.len() < MAX_TEXT;
        if kept && names_module(text) && self.state.summary.string_modules.len() < MAX_STRING_MODULES {
            let range = literal.inside;
            self.state.summary.string_modules.push(StringModule { text: text.into(), range });
        }
        self.push_whole(Expression::String(kept.then(|| text.into())), node)
    }
}

/// `a.b`, `a.b:c`, `a:c`, `a.b:c.d`.
fn names_module(text: &str) -> bool {
    let bytes = text.as_bytes();
    if memchr::memchr2(b'.', b':', bytes).is_none() || memchr::memchr3(b' ', b'/', b'\n', bytes).is_some() {
        return false;
    }
    let dotted = |text: &str| text.split('.').all(is_identifier);
    match text.split_once(':') {
        None => dotted(text),
        Some((module, attribute)) => dotted(module) && dotted(attribute),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_name_modules() {
        for (text, names) in [
            ("a.b", true),
            ("a.b:c.d", true),
            ("a:b", true),
            ("a", false),
            ("a.", false),
            ("a.b:", false),
            ("a.b c", false),
            ("1.2", false),
            ("a:b:c", false),
            (".a.b", false),
        ] {
            assert_eq!(names_module(text), names, "{text}");
        }
    }
}
