//! A piece of text that knows where it was written.

use crate::text::{Spanned, TextRange, offset};

/// A string value and its place, from which parts can be cut without losing theirs. Every format hands its strings on
/// as these, so that the requirement parser needs to know of none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'a> {
    /// What the string says.
    pub value: &'a str,
    /// The text between the quotes.
    pub range: TextRange,
    /// Whether the text there is the value byte for byte. Where it is not, because of escapes, a part has the whole
    /// string's range.
    verbatim: bool,
}

impl<'a> Literal<'a> {
    /// A value that stands at `start` as it is.
    pub fn at(value: &'a str, start: u32) -> Self {
        Self {
            value,
            range: TextRange::new(start, start.saturating_add(offset(value.len()))),
            verbatim: true,
        }
    }

    /// A value whose text is at `range` of `text`, with or without quotes, as TOML, YAML and Python write them.
    pub fn quoted(text: &str, range: TextRange, value: &'a str) -> Self {
        let range = inside_quotes(range.slice(text), range);
        Self { value, range, verbatim: range.slice(text) == value }
    }

    /// A part, given as a slice of [`Self::value`].
    pub fn part(self, part: &'a str) -> Self {
        let start = part.as_ptr().addr().wrapping_sub(self.value.as_ptr().addr());
        if !self.verbatim || start.saturating_add(part.len()) > self.value.len() {
            return Self { value: part, ..self };
        }
        Self::at(part, self.range.start.saturating_add(offset(start)))
    }

    /// Without white space around.
    pub fn trim(self) -> Self {
        self.part(self.value.trim())
    }

    /// Before and behind the first `separator`.
    pub fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (left, right) = self.value.split_once(separator)?;
        Some((self.part(left), self.part(right)))
    }

    /// The value with its place.
    pub fn spanned(self) -> Spanned<String> {
        Spanned::new(self.value.to_owned(), self.range)
    }
}

/// A [`Literal`] that owns its value, for strings put together from parts.
#[derive(Clone, Debug)]
pub(super) struct OwnedLiteral {
    /// What the string says.
    pub value: String,
    /// The text between the quotes.
    pub range: TextRange,
    /// As in [`Literal`].
    pub verbatim: bool,
}

impl OwnedLiteral {
    /// The literal.
    pub fn borrow(&self) -> Literal<'_> {
        Literal { value: &self.value, range: self.range, verbatim: self.verbatim }
    }
}

impl From<Literal<'_>> for OwnedLiteral {
    fn from(literal: Literal<'_>) -> Self {
        Self { value: literal.value.to_owned(), range: literal.range, verbatim: literal.verbatim }
    }
}

/// The range without one or three quotes at both ends; the line break behind an opening `"""` is no part of it either.
fn inside_quotes(raw: &str, range: TextRange) -> TextRange {
    let width = [("\"\"\"", 3), ("'''", 3), ("\"", 1), ("'", 1)]
        .into_iter()
        .find(|(quote, width)| raw.len() >= 2 * width && raw.starts_with(quote) && raw.ends_with(quote))
        .map_or(0, |(_, width)| width);
    let inside = raw.get(width..raw.len() - width).unwrap_or(raw);
    let skipped = match inside.as_bytes() {
        [b'\r', b'\n', ..] if width == 3 => 2,
        [b'\n', ..] if width == 3 => 1,
        _ => 0,
    };
    TextRange::new(
        range.start.saturating_add(offset(width + skipped)),
        range.end.saturating_sub(offset(width)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_place_unless_the_string_has_escapes() {
        let text = r#"x = "a >=1" y = "a\t>=1" z = """
b""" "#;
        let plain = Literal::quoted(text, TextRange::new(4, 11), "a >=1");
        assert_eq!(plain.part(plain.value.trim_start_matches("a ")).range.slice(text), ">=1");
        let escaped = Literal::quoted(text, TextRange::new(16, 24), "a\t>=1");
        assert_eq!(escaped.part(escaped.value.trim_start_matches("a\t")).range.slice(text), r"a\t>=1");
        let long = Literal::quoted(text, TextRange::new(29, 37), "b");
        assert_eq!(long.range.slice(text), "b");
    }
}
