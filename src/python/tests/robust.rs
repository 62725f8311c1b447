//! Hostile texts, and incremental parsing held against fresh parsing.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::*;
use crate::text::TextChange;
use crate::vfs::SourceText;

#[test]
fn hostile_nesting_is_cut_off() {
    let long = 30_000;
    let nested_if: String = (0..1500).map(|at| format!("{}if x:\n", " ".repeat(at))).collect();
    let elifs = format!("if x:\n  pass\n{}", "elif x:\n  pass\n".repeat(20_000));
    let texts = [
        "(".repeat(100_000),
        "[".repeat(long),
        "{".repeat(long),
        format!("x{}", ".a".repeat(long)),
        format!("1{}", "+1".repeat(long)),
        format!("x{}", "(y)".repeat(long)),
        format!("x: {}int", "A[".repeat(long)),
        "lambda: ".repeat(long),
        "not ".repeat(long),
        "a = ".repeat(long) + "1",
        format!("x = {}", "a if b else ".repeat(long)),
        format!("match x:\n  case {}", "[".repeat(long)),
        format!("def f({}", "x=(".repeat(long)),
        format!("for {}", "(".repeat(long)),
        format!("__all__ = {}[]", "[] + ".repeat(long)),
        format!("f'{}'", "{x:".repeat(long)),
        format!("class A{}", "(B".repeat(long)),
        nested_if,
        elifs,
    ];
    for text in texts {
        let start: String = text.chars().take(12).collect();
        let summary = summarize(&text);
        assert_eq!(summary.expressions.len(), summary.spans.expressions.len(), "{start}");
    }
}

const PIECES: [&str; 24] = [
    "x",
    " = ",
    "\n",
    "\n    ",
    "def f(a, b=1):\n    return a\n",
    "class C(B):\n    x: int = 1\n",
    "(",
    ")",
    "[",
    "]",
    "'",
    "\"\"\"",
    "# crossloc: x\n",
    "import a.b\n",
    "from a import b as c\n",
    "if TYPE_CHECKING:\n    import q\n",
    "self.x",
    ".",
    ",",
    ":",
    "é",
    "\t",
    "\\",
    "f'{y}'",
];

fn derive(text: &str, previous: Option<Arc<ModuleSummary>>) -> ModuleSummary {
    let source = SourceText::new(Arc::from(text), false);
    let changes: &[TextChange] = &[];
    let previous = previous.map(|summary| (summary, changes));
    summarize_derived(Derivation { source: &source, previous, open: true })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Edits parsed from the tree before give what a fresh parse gives, in every part.
    #[test]
    fn incremental_equals_fresh(
        start in prop::collection::vec(0..PIECES.len(), 0..40),
        edits in prop::collection::vec((0usize..400, 0usize..12, prop::collection::vec(0..PIECES.len(), 0..3)), 1..8),
    ) {
        let write = |pieces: &[usize]| pieces.iter().map(|piece| PIECES[*piece]).collect::<String>();
        let mut text = write(&start);
        let mut summary = derive(&text, None);
        for (at, removed, inserted) in edits {
            let boundary = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
            let from = boundary(at.min(text.len()));
            let to = boundary((from + removed).min(text.len())).max(from);
            text.replace_range(from..to, &write(&inserted));
            summary = derive(&text, Some(Arc::new(summary)));
            let tree = summary.tree.take();
            prop_assert!(tree.is_some());
            prop_assert_eq!(format!("{summary:?}"), format!("{:?}", summarize(&text)), "{:?}", text);
            summary.tree = tree;
        }
    }
}

#[test]
fn the_tree_is_kept_for_open_files_only() {
    let source = SourceText::new(Arc::from("x = 1\n"), false);
    for open in [false, true] {
        let summary = summarize_derived(Derivation { source: &source, previous: None, open });
        assert_eq!((summary.tree.is_some(), summary.definitions.len()), (open, 1));
    }
}
