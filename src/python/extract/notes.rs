//! What is found beside the walk: `# crossloc:` comments and syntax errors.

use tree_sitter::Node;

use super::kinds::{Kind, kind};
use crate::python::Comment;
use crate::text::{TextRange, offset};

/// All comments that begin with `crossloc:`, found by their text; a string that holds the words is no comment.
pub(super) fn comments(text: &str, root: Node<'_>) -> Vec<Comment> {
    let mut comments = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"crossloc:") {
        let Some(node) = root.descendant_for_byte_range(at, at + 1) else { continue };
        let range = TextRange::from_usize(node.byte_range());
        if kind(node) != Kind::Comment {
            continue;
        }
        let body = range.slice(text).trim_start_matches('#').trim();
        if offset(at) != range.end - offset(range.slice(text).trim_start_matches('#').trim_start().len()) {
            continue;
        }
        let before = text.get(..node.start_byte()).unwrap_or_default();
        let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        let own_line = line.chars().all(|character| character.is_whitespace() || character == '\u{feff}');
        comments.push(Comment { text: body.into(), range, own_line });
    }
    comments
}

/// The outermost ERROR and MISSING nodes; a subtree without errors is not entered.
pub(super) fn errors(root: Node<'_>) -> Vec<TextRange> {
    let mut errors = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let faulty = node.is_error() || node.is_missing();
        if faulty {
            errors.push(TextRange::from_usize(node.byte_range()));
        }
        if !faulty && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return errors;
            }
        }
    }
}
