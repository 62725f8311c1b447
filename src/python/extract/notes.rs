//! What is found beside the walk: `# crossloc:` comments, syntax errors, and signs in the text.

use tree_sitter::Node;

use super::kinds::{Kind, kind};
use crate::python::Comment;
use crate::text::TextRange;

/// Text by which a module writes into its own namespace, or puts another module in its own place.
const WRITES_NAMES: [&str; 8] = [
    "globals()",
    "vars()",
    "locals()",
    "exec(",
    "sys.modules[",
    "setattr(sys.modules",
    "import_module(__name__",
    "__dict__.update",
];

pub(super) fn writes_names(text: &str) -> bool {
    WRITES_NAMES.iter().any(|sign| memchr::memmem::find(text.as_bytes(), sign.as_bytes()).is_some())
}

/// All comments that begin with `crossloc:`. The words are looked for in the text, then the tree is descended once,
/// into the nodes that hold them: in a string they are no comment.
pub(super) fn comments(text: &str, root: Node<'_>) -> Vec<Comment> {
    let mut places = memchr::memmem::find_iter(text.as_bytes(), b"crossloc:").peekable();
    let mut comments = Vec::new();
    let mut cursor = root.walk();
    while let Some(place) = places.peek().copied() {
        let node = cursor.node();
        if node.end_byte() <= place {
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return comments;
                }
            }
        } else if node.start_byte() > place || kind(node) == Kind::Comment || !cursor.goto_first_child() {
            if kind(node) == Kind::Comment {
                comments.extend(comment(text, node, place));
            }
            places.next();
        }
    }
    comments
}

/// The comment, where the words at `place` are its first.
fn comment(text: &str, node: Node<'_>, place: usize) -> Option<Comment> {
    let range = TextRange::from_usize(node.byte_range());
    let lead = text.get(node.start_byte()..place)?;
    if !lead.chars().all(|character| character == '#' || character.is_whitespace()) {
        return None;
    }
    let body = text.get(place..node.end_byte())?.trim();
    let before = text.get(..node.start_byte())?;
    let line = before.rsplit(['\n', '\r']).next()?;
    let own_line = line.chars().all(|character| character.is_whitespace() || character == '\u{feff}');
    Some(Comment { text: body.into(), range, own_line })
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
