//! The decoded text of a file.

use std::sync::{Arc, OnceLock};

use crate::text::LineIndex;

/// The decoded text of a file with its line index.
///
/// A byte-order mark is kept as a character of the text (U+FEFF), so that offsets stay those of the file;
/// invalid UTF-8 is replaced, as editors show it, and said in `lossy`.
#[derive(Debug)]
pub struct SourceText {
    /// The text.
    pub text: Arc<str>,
    /// Whether bytes that are no UTF-8 were replaced; ranges then fit the text, not the file.
    pub lossy: bool,
    lines: OnceLock<LineIndex>,
}

impl SourceText {
    /// Wraps a text.
    pub fn new(text: Arc<str>, lossy: bool) -> Self {
        Self { text, lossy, lines: OnceLock::new() }
    }

    pub(super) fn decode(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(Arc::from(text), false),
            Err(error) => Self::new(Arc::from(String::from_utf8_lossy(error.as_bytes())), true),
        }
    }

    /// Where its lines begin; computed on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}
