//! Edits of a TOML document that change nothing but comments and the space around them.

use crate::text::{TextRange, offset};

/// Where what a document says stood before such an edit, and where it stands now.
#[derive(Debug)]
pub struct Moves {
    /// Sorted by both places.
    parts: Vec<Part>,
}

/// The text of one line, or of several where a string goes over them, without comment and space at its end.
#[derive(Debug)]
struct Part {
    before: u32,
    now: u32,
    length: u32,
}

impl Moves {
    /// None where the two texts differ in more than comments, empty lines and space at the ends of lines, or hold a
    /// string that has no end.
    pub fn between(before: &str, now: &str) -> Option<Self> {
        let (old, new) = (parts(before)?, parts(now)?);
        let same = |(old, new): &(&(usize, &str), &(usize, &str))| old.1 == new.1;
        if old.len() != new.len() || !old.iter().zip(&new).all(|pair| same(&pair)) {
            return None;
        }
        let part = |((before, text), (now, _)): (&(usize, &str), &(usize, &str))| Part {
            before: offset(*before),
            now: offset(*now),
            length: offset(text.len()),
        };
        Some(Self { parts: old.iter().zip(&new).map(part).collect() })
    }

    /// Where a range stands now; none where it begins or ends in a comment or in space. A file as a whole stays where it is.
    pub fn range(&self, range: TextRange) -> Option<TextRange> {
        match range == TextRange::default() {
            true => Some(range),
            false => Some(TextRange::new(self.place(range.start)?, self.place(range.end)?)),
        }
    }

    fn place(&self, at: u32) -> Option<u32> {
        let after = self.parts.partition_point(|part| part.before <= at);
        let part = self.parts.get(after.checked_sub(1)?)?;
        let inside = at - part.before;
        (inside <= part.length).then_some(part.now + inside)
    }
}

/// What a TOML text says, line by line, with the place of each; none where a string has no end.
fn parts(text: &str) -> Option<Vec<(usize, &str)>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let mut end_part = |start: usize, end: usize| {
        let said = text.get(start..end).map_or("", str::trim_end);
        let indent = said.len() - said.trim_start().len();
        if indent < said.len() {
            parts.push((start + indent, said.trim_start()));
        }
    };
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with('#') {
            end_part(start, at);
            at += rest.find('\n').map_or(rest.len(), |line| line + 1);
            start = at;
        } else if rest.starts_with('\n') {
            end_part(start, at);
            at += 1;
            start = at;
        } else if rest.starts_with(['"', '\'']) {
            at += string_length(rest)?;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    end_part(start, text.len());
    Some(parts)
}

/// How long the string is that a text begins with; none where it has no end.
fn string_length(text: &str) -> Option<usize> {
    let quote = text.get(..1)?;
    let escapes = quote == "\"";
    let delimiter = text.get(..3).filter(|three| *three == quote.repeat(3)).unwrap_or(quote);
    let mut at = delimiter.len();
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        if rest.starts_with(delimiter) {
            // `""""` at the end is a quote and the delimiter.
            let quotes = rest.len() - rest.trim_start_matches(quote).len();
            return Some(at + if delimiter.len() == 3 { quotes.min(5) } else { 1 });
        }
        if rest.starts_with('\n') && delimiter.len() == 1 {
            return None;
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
        if escapes && rest.starts_with('\\') {
            at += text.get(at..)?.chars().next().map_or(0, char::len_utf8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "# head\n[project]  # table\nname = \"a#b\"\ntext = \"\"\"\n# no comment\n\n\"\"\"\nlist = [\n  'x',\n]\n";
    const NOW: &str = "\n[project]\n\nname = \"a#b\" # name\ntext = \"\"\"\n# no comment\n\n\"\"\"\n# new\nlist = [ # here\n  'x', # x\n]";

    fn range_of(text: &str, part: &str) -> TextRange {
        let start = text.find(part).unwrap();
        TextRange::new(offset(start), offset(start + part.len()))
    }

    #[test]
    fn what_is_said_is_found_at_its_new_place() {
        let moves = Moves::between(BEFORE, NOW).unwrap();
        for part in
            ["[project]", "name", "a#b", "\"a#b\"", "text", "# no comment\n\n", "'x'", "x", "]\n".trim()]
        {
            assert_eq!(moves.range(range_of(BEFORE, part)), Some(range_of(NOW, part)), "{part}");
        }
        let list = |text: &str| TextRange::new(range_of(text, "list").start, range_of(text, "'x',").end + 2);
        let end = list(NOW).end + offset(" # x".len());
        assert_eq!(moves.range(list(BEFORE)), Some(TextRange::new(list(NOW).start, end)));
        assert_eq!(moves.range(TextRange::default()), Some(TextRange::default()));
    }

    #[test]
    fn a_place_in_a_comment_is_nowhere() {
        let moves = Moves::between(BEFORE, NOW).unwrap();
        assert_eq!(moves.range(range_of(BEFORE, "head")), None);
        assert_eq!(moves.range(range_of(BEFORE, "table")), None);
    }

    #[test]
    fn what_says_something_else_has_not_moved() {
        for (before, now) in [
            ("a = 1\n", "a = 2\n"),
            ("a = 1\nb = 2\n", "a = 1\n"),
            ("a = \"x # y\"\n", "a = \"x # z\"\n"),
            ("a = '''\n# x\n'''\n", "a = '''\n# y\n'''\n"),
            ("a = '''\n\n'''\n", "a = '''\n'''\n"),
            ("a = 1 # b = 2\n", "a = 1\nb = 2\n"),
            ("a = \"x\n# y\n", "a = \"x\n# z\n"),
            ("a = \"\\\"# y\"\n", "a = \"\\\"# z\"\n"),
        ] {
            assert!(Moves::between(before, now).is_none(), "{now}");
        }
        let quote_at_the_end = "a = \"\"\"x\"\"\"\" # y\n";
        assert!(Moves::between(quote_at_the_end, &quote_at_the_end.replace('y', "z")).is_some());
    }
}
