//! Byte offsets to lines and columns and back, in each of LSP's position encodings.

use super::{TextRange, offset};

/// What a column counts. LSP's default is UTF-16; UTF-8 and UTF-32 are negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    #[default]
    Utf16,
    /// Unicode scalar values; also what reports count.
    Utf32,
}

/// A place as a line and a column, both 0-based, the column in some [`Encoding`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// 0-based line.
    pub line: u32,
    /// 0-based column.
    pub column: u32,
}

/// Where the lines of one text begin. Line ends are `\n`, `\r\n` and `\r`, as in LSP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Scans `text` once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 40 + 1);
        starts.push(0);
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let crlf = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            if !crlf {
                starts.push(offset(at + 1));
            }
        }
        Self { starts }
    }

    /// Number of lines, at least 1.
    pub fn lines(&self) -> u32 {
        offset(self.starts.len())
    }

    /// The bytes of a 0-based line without its line end; `None` past the last line.
    pub fn line_range(&self, text: &str, line: u32) -> Option<TextRange> {
        let start = *self.starts.get(line as usize)?;
        let next = self.starts.get(line as usize + 1).copied().unwrap_or(offset(text.len()));
        let body = TextRange::new(start, next).slice(text);
        let kept = body.trim_end_matches(['\n', '\r']).len();
        // A `\r` or `\n` that ends the last line without a following line cannot exist: it starts a new one.
        Some(TextRange::new(start, start + offset(kept)))
    }

    /// The 0-based line that holds a byte offset.
    pub fn line_of(&self, at: u32) -> u32 {
        offset(self.starts.partition_point(|start| *start <= at).saturating_sub(1))
    }

    /// A byte offset as line and column. Offsets past the end count as the end; one inside a character
    /// counts as that character's start.
    pub fn line_column(&self, text: &str, at: u32, encoding: Encoding) -> LineColumn {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.line_of(offset(at));
        let start = self.starts.get(line as usize).copied().unwrap_or(0);
        let before = TextRange::new(start, offset(at)).slice(text);
        let column = match encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 if before.is_ascii() => before.len(),
            Encoding::Utf16 => before.encode_utf16().count(),
            Encoding::Utf32 => before.chars().count(),
        };
        LineColumn { line, column: offset(column) }
    }

    /// A line and column as byte offset. As LSP says, a column past the line's end counts as its end, and
    /// a line past the last one as the end of the text; a column inside a character is its start.
    pub fn offset(&self, text: &str, place: LineColumn, encoding: Encoding) -> u32 {
        let Some(range) = self.line_range(text, place.line) else { return offset(text.len()) };
        let line = range.slice(text);
        let mut units = 0u32;
        for (at, character) in line.char_indices() {
            let width = match encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf32 => 1,
            };
            units = units.saturating_add(offset(width));
            if units > place.column {
                return range.start + offset(at);
            }
        }
        range.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_those_of_lsp() {
        let text = "a\nb\r\nc\rd\u{2028}e\u{c}f\n";
        let index = LineIndex::new(text);
        assert_eq!(index.lines(), 5);
        let lines: Vec<_> =
            (0..5).filter_map(|line| index.line_range(text, line)).map(|r| r.slice(text)).collect();
        assert_eq!(lines, ["a", "b", "c", "d\u{2028}e\u{c}f", ""]);
        assert_eq!(index.line_range(text, 5), None);
    }

    #[test]
    fn columns_count_what_was_negotiated() {
        let text = "x = '𝄞é' + y\n";
        let index = LineIndex::new(text);
        let at = offset(text.find('y').unwrap());
        for (encoding, column) in [(Encoding::Utf8, 15), (Encoding::Utf16, 12), (Encoding::Utf32, 11)] {
            let place = LineColumn { line: 0, column };
            assert_eq!(index.line_column(text, at, encoding), place, "{encoding:?}");
            assert_eq!(index.offset(text, place, encoding), at, "{encoding:?}");
        }
    }

    #[test]
    fn places_outside_the_text_are_clamped() {
        let text = "ab\n𝄞";
        let index = LineIndex::new(text);
        let at = |line, column| index.offset(text, LineColumn { line, column }, Encoding::Utf16);
        assert_eq!(at(0, 99), 2);
        assert_eq!(at(99, 0), 7);
        assert_eq!(at(1, 1), 3, "inside a surrogate pair is its start");
        assert_eq!(index.line_column(text, 5, Encoding::Utf16), LineColumn { line: 1, column: 0 });
    }
}
