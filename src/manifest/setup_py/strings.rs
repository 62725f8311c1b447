//! String literals.

use tree_sitter::Node;

use super::super::literal::OwnedLiteral;
use super::evaluate::Text;
use super::node_range;
use crate::text::TextRange;

/// A string literal; of an f-string what stands before its first placeholder. Bytes are none.
pub(super) fn string(node: Node<'_>, text: &str) -> Option<Text> {
    let mut cursor = node.walk();
    let mut value = String::new();
    let mut complete = true;
    let mut inside: Option<TextRange> = None;
    let mut raw = false;
    let mut end = None;
    for child in node.children(&mut cursor) {
        let range = node_range(child);
        match child.kind() {
            "string_start" => {
                let prefix = range.slice(text).to_ascii_lowercase();
                if prefix.contains('b') {
                    return None;
                }
                raw = prefix.contains('r');
                inside = Some(TextRange::empty(range.end));
            }
            "string_content" if complete => value.push_str(range.slice(text)),
            "interpolation" if complete => {
                complete = false;
                end = Some(range.start);
            }
            "string_end" => end = end.or(Some(range.start)),
            _ => {}
        }
    }
    let range = TextRange::new(inside?.start, end.unwrap_or(node_range(node).end));
    let verbatim = raw || !value.contains('\\');
    let value = if verbatim { value } else { unescaped(&value) };
    Some(Text {
        literal: OwnedLiteral { verbatim: verbatim && range.slice(text) == value, value, range },
        complete,
    })
}

/// The escapes that occur in manifests: line breaks, tabs, quotes, backslashes. Others stay as they are.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('\r') => {
                characters.next_if_eq(&'\n');
            }
            Some('\n') | None => {}
            Some(same @ ('\\' | '\'' | '"')) => out.push(same),
            Some(other) => out.extend(['\\', other]),
        }
    }
    out
}
