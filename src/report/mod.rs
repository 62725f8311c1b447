//! What a run has to say, written down: one file per output format. Text in, text out; nothing is printed here.

pub mod concise;
mod fingerprint;
pub mod json;
pub mod locations;
pub mod resolution;
pub mod rule_pages;
pub mod statistics;
pub mod summary;
pub mod text;
pub mod upgrade;

use std::sync::Arc;

use camino::Utf8Path;

use crate::rules::Findings;
use crate::text::{Encoding, TextRange};
use crate::vfs::{FileId, Files, SourceText, relative};

pub use fingerprint::fingerprints;

/// A check's result with what is needed to show it.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The revision that was checked: ranges are shown against its texts.
    pub files: &'a Files,
    /// The folder that paths are shown relative to.
    pub root: &'a Utf8Path,
    /// How that folder is called where the command was given: "." for the current folder.
    pub root_name: &'a str,
    /// What was found.
    pub findings: &'a Findings,
}

/// A place as people count: from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
}

impl Report<'_> {
    /// A path as it is shown.
    pub fn path(&self, file: &FileId) -> String {
        relative(file.path(), self.root)
    }

    /// Where a range begins and ends; line 1, column 1 where the file cannot be read.
    pub fn places(&self, file: &FileId, range: TextRange) -> (Place, Place) {
        let Some(source) = self.source(file) else {
            let start = Place { line: 1, column: 1 };
            return (start, start);
        };
        (place(&source, range.start), place(&source, range.end))
    }

    /// The text that a file had in this run.
    pub fn source(&self, file: &FileId) -> Option<Arc<SourceText>> {
        self.files.text(file).ok()
    }

    /// Whether lines of a file may be shown.
    pub fn may_quote(&self, file: &FileId) -> bool {
        self.findings.quotable.hold(self.files, file.path())
    }
}

/// A byte offset as people count.
pub fn place(source: &SourceText, at: u32) -> Place {
    let found = source.lines().line_column(&source.text, at, Encoding::Utf32);
    Place { line: found.line + 1, column: found.column + 1 }
}

/// A JSON document as text, indented by two, with a line end. Our values have string keys only, and so cannot fail.
pub fn to_json<T: serde::Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// Control characters made visible, so that a hostile file name or manifest can neither colour the terminal nor
/// forge a line.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
pub(crate) mod fixture {
    //! A small workspace in memory with findings made by hand.

    use camino::{Utf8Path, Utf8PathBuf};

    use super::Report;
    use crate::rules::{Diagnostic, Edit, Findings, Fix, NotJudged, Related, Severity};
    use crate::text::{Document, TextRange, offset};
    use crate::vfs::{FileId, Files, Grounds};

    pub const ASSETS: &str = "import os\nx = 'é𝄞'; from acme.io import lod\n";
    pub const SHARED: &str = "def load(): ...\n";

    pub struct Fixture {
        pub files: Files,
        pub root: Utf8PathBuf,
        pub findings: Findings,
    }

    impl Fixture {
        pub fn report(&self) -> Report<'_> {
            Report { files: &self.files, root: &self.root, root_name: ".", findings: &self.findings }
        }
    }

    pub fn file(path: &str) -> FileId {
        FileId::new(&Utf8Path::new("/w").join(path))
    }

    pub fn range(text: &str, needle: &str) -> TextRange {
        let start = text.find(needle).unwrap();
        TextRange::new(offset(start), offset(start + needle.len()))
    }

    pub fn sample() -> Fixture {
        let assets = file("etl/assets.py");
        let shared = file("shared/io.py");
        let files = Files::default().with_document(&assets, Document::new(ASSETS, 1), vec![]).with_document(
            &shared,
            Document::new(SHARED, 1),
            vec![],
        );
        let at = range(ASSETS, "lod");
        let error = Diagnostic {
            rule: "missing-symbol",
            severity: Severity::Error,
            message: "`acme.io` has no `lod`".to_owned(),
            file: assets.clone(),
            range: at,
            location: Some("etl".to_owned()),
            related: vec![Related {
                file: shared,
                range: range(SHARED, "load"),
                message: "`load` is here".to_owned(),
            }],
            fix: Some(Fix::to_review(
                "write `load`",
                vec![Edit { file: assets.clone(), range: at, new_text: "load".to_owned() }],
            )),
            arguments: vec!["acme.io".to_owned(), "lod".to_owned()],
        };
        let warning = Diagnostic {
            rule: "unused-suppression",
            severity: Severity::Warning,
            message: "nothing here is suppressed by `x`".to_owned(),
            range: TextRange::new(0, 6),
            location: None,
            related: vec![],
            fix: None,
            arguments: vec![],
            file: assets,
        };
        let findings = Findings {
            diagnostics: vec![warning, error],
            not_judged: vec![NotJudged { reason: "shallow clone: no tags of `shared`".to_owned(), count: 3 }],
            quotable: Grounds::default(),
            files: 2,
            projects: 2,
            locations: 1,
        };
        Fixture { files, root: Utf8PathBuf::from("/w"), findings }
    }
}
