//! The text of one open document, kept as a rope so that an edit costs its own size, not the file's.

use std::sync::Arc;

use ropey::Rope;

use super::{Encoding, LineColumn, TextRange, offset};

/// One edit as it was applied: which bytes of the old text gave way to how many new ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// The replaced bytes, in the text before this change.
    pub range: TextRange,
    /// Length in bytes of what stands there now.
    pub new_len: u32,
}

/// An editor's version of a file.
#[derive(Clone, Debug)]
pub struct Document {
    rope: Rope,
    /// The client's version number.
    pub version: i32,
}

impl Document {
    /// A document as the client opened it.
    pub fn new(text: &str, version: i32) -> Self {
        Self { rope: Rope::from_str(text), version }
    }

    /// The whole text.
    pub fn text(&self) -> Arc<str> {
        Arc::from(self.rope.to_string())
    }

    /// Replaces everything.
    pub fn replace_all(&mut self, text: &str) -> TextChange {
        let change = TextChange {
            range: TextRange::new(0, offset(self.rope.len_bytes())),
            new_len: offset(text.len()),
        };
        self.rope = Rope::from_str(text);
        change
    }

    /// Replaces what lies between two places; places outside the text are clamped as LSP says.
    pub fn replace(
        &mut self,
        start: LineColumn,
        end: LineColumn,
        encoding: Encoding,
        text: &str,
    ) -> TextChange {
        let from = self.char_at(start, encoding);
        let to = self.char_at(end, encoding).max(from);
        let range = TextRange::from_usize(self.rope.char_to_byte(from)..self.rope.char_to_byte(to));
        self.rope.remove(from..to);
        self.rope.insert(from, text);
        TextChange { range, new_len: offset(text.len()) }
    }

    fn char_at(&self, place: LineColumn, encoding: Encoding) -> usize {
        let line = place.line as usize;
        if line >= self.rope.len_lines() {
            return self.rope.len_chars();
        }
        let start = self.rope.line_to_char(line);
        let mut units = 0usize;
        let mut taken = 0usize;
        for character in self.rope.line(line).chars() {
            if matches!(character, '\n' | '\r') {
                break;
            }
            units += match encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf32 => 1,
            };
            if units > place.column as usize {
                break;
            }
            taken += 1;
        }
        start + taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::LineIndex;

    fn encodings() -> impl Strategy<Value = Encoding> {
        prop_oneof![Just(Encoding::Utf8), Just(Encoding::Utf16), Just(Encoding::Utf32)]
    }

    proptest! {
        /// The rope, edited, is what a plain string edited through the line index is.
        #[test]
        fn edits_equal_those_of_a_plain_string(
            text in "[a\n\ré𝄞\u{2028} ]{0,30}",
            edits in prop::collection::vec((0u32..6, 0u32..9, 0u32..6, 0u32..9, "[b\n\rß𝄞]{0,5}", encodings()), 0..8),
        ) {
            let mut document = Document::new(&text, 1);
            let mut plain = text;
            for (line, column, end_line, end_column, new, encoding) in edits {
                let (start, end) = (LineColumn { line, column }, LineColumn { line: end_line, column: end_column });
                let index = LineIndex::new(&plain);
                let from = index.offset(&plain, start, encoding);
                let to = index.offset(&plain, end, encoding).max(from);
                let change = document.replace(start, end, encoding, &new);
                prop_assert_eq!(change.range, TextRange::new(from, to));
                plain.replace_range(from as usize..to as usize, &new);
                prop_assert_eq!(&*document.text(), plain.as_str());
            }
        }
    }
}
