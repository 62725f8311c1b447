//! Text as bytes and lines: ranges, line indexes, the three position encodings of LSP, and the
//! rope behind an open document.
//!
//! Everything inside crossloc speaks byte offsets into UTF-8 text; lines and columns exist only where
//! something is shown to a client or a person.

mod document;
mod line_index;
mod nearest;

pub use document::{Document, TextChange};
pub use line_index::{Encoding, LineColumn, LineIndex};
pub use nearest::nearest;

/// A half-open range of byte offsets into one UTF-8 text.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct TextRange {
    /// The first byte inside.
    pub start: u32,
    /// The first byte behind.
    pub end: u32,
}

impl TextRange {
    /// The range from `start` up to, not including, `end`; an inverted pair becomes empty at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The empty range at `offset`.
    pub fn empty(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// From the `usize` offsets that parsers hand out; see [`offset`].
    pub fn from_usize(range: std::ops::Range<usize>) -> Self {
        Self::new(offset(range.start), offset(range.end))
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` is inside or at the end, as a cursor behind a word still means that word.
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: TextRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text of this range, empty where it does not fit `text`.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// The same range moved behind `base`, for text cut out of a larger one.
    pub fn shifted(self, base: u32) -> Self {
        Self { start: self.start.saturating_add(base), end: self.end.saturating_add(base) }
    }
}

/// A parser's `usize` offset as ours. Files near 4 GiB are refused before they are read
/// ([`crate::vfs::MAX_FILE_BYTES`]), so that the saturation is never seen.
pub fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// What is written.
    pub value: T,
    /// Where, in the file it was read from. For a quoted string: the text between the quotes.
    pub range: TextRange,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, range: TextRange) -> Self {
        Self { value, range }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), range: self.range }
    }
}
