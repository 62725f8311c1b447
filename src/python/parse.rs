//! Text to syntax tree: one parser a thread, a limit on its time, re-parsing from the tree before.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tree_sitter::{InputEdit, ParseOptions, ParseState, Parser, Point, Tree};

/// A syntax tree with the text it is of, from which the edit to a later text is found.
#[derive(Clone, Debug)]
pub struct SyntaxTree {
    pub(super) text: Arc<str>,
    pub(super) tree: Tree,
}

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(python_parser());
}

fn python_parser() -> Parser {
    let mut parser = Parser::new();
    // Fails only where library and grammar were built for different versions; every parse then gives `None`.
    let _ = parser.set_language(&tree_sitter_python::LANGUAGE.into());
    parser
}

/// How long the parser may work on a text before it gives up: hostile texts take time out of proportion to
/// their length, honest ones a quarter of a second for each megabyte.
pub fn parse_limit(text: &str) -> Duration {
    let megabytes = u32::try_from(text.len() / 1_000_000).unwrap_or(u32::MAX);
    Duration::from_secs(2).saturating_add(Duration::from_secs(1).saturating_mul(megabytes))
}

/// The syntax tree of a text, from the tree of an earlier text where there is one; `None` where that took
/// longer than `limit`.
pub(super) fn parse(text: &str, previous: Option<&SyntaxTree>, limit: Duration) -> Option<Tree> {
    let old = previous.map(|previous| edited(previous, text));
    let begun = Instant::now();
    let mut watch = |_: &ParseState| {
        if begun.elapsed() >= limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let bytes = text.as_bytes();
    PARSER.with_borrow_mut(|parser| {
        let options = ParseOptions::new().progress_callback(&mut watch);
        let tree = parser.parse_with_options(
            &mut |at, _| bytes.get(at..).unwrap_or_default(),
            old.as_ref(),
            Some(options),
        );
        if tree.is_none() {
            parser.reset();
        }
        tree
    })
}

/// The old tree, told of the one edit that makes the old text the new one: what lies between their common
/// beginning and their common end.
fn edited(previous: &SyntaxTree, text: &str) -> Tree {
    let (old, new) = (previous.text.as_bytes(), text.as_bytes());
    let mut tree = previous.tree.clone();
    let start = boundary_before(text, common(old.iter().zip(new)));
    let room = old.len().min(new.len()) - start;
    let mut tail = common(old.iter().rev().zip(new.iter().rev())).min(room);
    while !text.is_char_boundary(new.len() - tail) {
        tail -= 1;
    }
    if start + tail == old.len() && start + tail == new.len() {
        return tree;
    }
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let start_position = point(Point::default(), old.get(..start));
    tree.edit(&InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position,
        old_end_position: point(start_position, old.get(start..old_end)),
        new_end_position: point(start_position, new.get(start..new_end)),
    });
    tree
}

fn common<'a>(pairs: impl Iterator<Item = (&'a u8, &'a u8)>) -> usize {
    pairs.take_while(|(old, new)| old == new).count()
}

fn boundary_before(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The place behind `bytes` that begin at `from`: tree-sitter counts rows by `\n` alone and columns in bytes.
fn point(from: Point, bytes: Option<&[u8]>) -> Point {
    let bytes = bytes.unwrap_or_default();
    match memchr::memrchr(b'\n', bytes) {
        None => Point { row: from.row, column: from.column + bytes.len() },
        Some(last) => Point {
            row: from.row + memchr::memchr_iter(b'\n', bytes).count(),
            column: bytes.len() - last - 1,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parse_that_takes_too_long_is_given_up_and_the_next_one_works() {
        let text = "x = [1]\n".repeat(2000);
        assert!(parse(&text, None, Duration::ZERO).is_none());
        assert!(!parse(&text, None, parse_limit(&text)).unwrap().root_node().has_error());
    }

    #[test]
    fn points_count_newlines_and_bytes() {
        let from = Point { row: 1, column: 4 };
        assert_eq!(point(from, Some(b"ab\rc")), Point { row: 1, column: 8 });
        assert_eq!(point(from, Some("a\r\n\né".as_bytes())), Point { row: 3, column: 2 });
    }
}
