//! The fixture language: a workspace and what is to be said about it, in one text.
//!
//! `tests/cases/README.md` is its manual, with an example of every mark. Unit tests of the library reach this module as
//! `crate::fixture`, integration tests as `mod support`; `extern crate self as crossloc` in the library lets both
//! compile the same text.
//!
//! ```text
//! fixture::check(r#"
//! #- shared/pyproject.toml
//! ...
//! "#);
//! ```

#![allow(dead_code, unused_imports, reason = "each test target uses its own part of this module")]
#![allow(clippy::string_slice, clippy::indexing_slicing, reason = "test code may fail loudly")]

mod command;
mod compare;
mod history;
mod parse;
mod run;

pub use parse::{Fixture, Label, Mark, Told, parse};
pub use run::{Answers, Expected, Staged, problems, problems_of, stage};

/// Something that is not as the fixture says: the 0-based line of the fixture's text, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// 0-based line of the fixture's text.
    pub line: usize,
    /// What was expected and what was found; several lines.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// Panics, naming every mismatch, unless the fixture's workspace is exactly as its marks say.
pub fn check(text: &str) {
    check_all(text, &Expected::default());
}

/// As [`check`]; besides, applying all fixes must change exactly these files to exactly these texts.
pub fn check_fix(text: &str, fixed: &str) {
    check_all(text, &Expected { fix: Some((0, fixed)), ..Expected::default() });
}

/// As [`check`]; besides, hover at `$0` must show these parts of lines in this order.
pub fn check_hover(text: &str, hover: &str) {
    check_all(text, &Expected { hover: Some((0, hover)), ..Expected::default() });
}

fn check_all(text: &str, expected: &Expected<'_>) {
    let problems = problems(text, expected);
    let shown: Vec<String> =
        problems.iter().map(|problem| format!("line {}: {}", problem.line + 1, problem.message)).collect();
    assert!(shown.is_empty(), "\n{}", shown.join("\n"));
}
