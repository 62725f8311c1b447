//! The scan that splits a TOML lock at its entries, without parsing it, and takes from an entry what nobody asks for.

use std::borrow::Cow;

use memchr::memmem;
use smallvec::SmallVec;

use super::{Lock, LockKind};
use crate::manifest::DistributionName;
use crate::text::{Spanned, TextRange, offset};

/// Splits at lines that are `header`, such as `[[package]]`. What stands before the first is the head, whose range is
/// answered; an entry reaches up to the next header, the last one to `end`, an offset into the text.
pub(super) fn at_headers(lock: &mut Lock, header: &str, end: usize) -> TextRange {
    let text = lock.text.clone();
    let bytes = text.as_bytes().get(..end).unwrap_or_default();
    let starts: Vec<usize> = memmem::find_iter(bytes, header.as_bytes())
        .filter(|at| *at == 0 || bytes.get(at - 1) == Some(&b'\n'))
        .collect();
    let first = starts.first().copied().unwrap_or(end);
    let ends = starts.iter().skip(1).copied().chain([end]);
    for (start, end) in starts.iter().copied().zip(ends) {
        let range = TextRange::from_usize(start..end);
        if let Some(name) = name_of(&text, range) {
            lock.add_slot(name, range);
        } else if end < text.len() || start + header.len() + 1 < end {
            let message = "an entry of the lock has no name, so that nothing is known of it";
            lock.error(message, TextRange::from_usize(start..start + header.len()));
        }
    }
    TextRange::from_usize(0..first)
}

/// The `name = "…"` of an entry, which every tool writes as its first line.
fn name_of(text: &str, range: TextRange) -> Option<Spanned<DistributionName>> {
    let entry = range.slice(text);
    let at = memmem::find(entry.as_bytes(), b"\nname = \"")? + "\nname = \"".len();
    let rest = entry.get(at..)?;
    let end = memchr::memchr2(b'"', b'\n', rest.as_bytes())?;
    let name = DistributionName::new(rest.get(..end)?)?;
    Some(Spanned::new(name, TextRange::from_usize(at..at + end).shifted(range.start)))
}

/// A text from which parts were taken out, and where what is left stood.
pub(super) struct Reduced<'t> {
    /// What is left.
    pub text: Cow<'t, str>,
    moves: Moves,
    /// Whether a part that was taken out has no end.
    pub unclosed: bool,
    /// The first line of the whole.
    pub first_line: TextRange,
}

/// Offsets of what is left with how far what follows them is to be moved, in order.
type Moves = SmallVec<[(u32, u32); 3]>;

/// What is left of an entry, in the text that is left of all.
#[derive(Debug)]
pub(super) struct Kept {
    range: TextRange,
    moves: Moves,
    unclosed: bool,
    first_line: TextRange,
}

impl Kept {
    /// Adds what is left of an entry to what is left of those before.
    pub fn of(reduced: Reduced<'_>, all: &mut String) -> Self {
        let start = all.len();
        all.push_str(&reduced.text);
        let Reduced { moves, unclosed, first_line, .. } = reduced;
        Self { range: TextRange::from_usize(start..all.len()), moves, unclosed, first_line }
    }

    /// The entry in the text that is left of all.
    pub fn reduced<'t>(&self, all: &'t str) -> Reduced<'t> {
        Reduced {
            text: Cow::Borrowed(self.range.slice(all)),
            moves: self.moves.clone(),
            unclosed: self.unclosed,
            first_line: self.first_line,
        }
    }
}

impl Reduced<'_> {
    /// A range of what is left as one of the whole lock.
    pub fn range(&self, range: TextRange) -> TextRange {
        let moved = |at: u32| {
            let by = self.moves.iter().rev().find(|(from, _)| *from <= at).map_or(0, |(_, by)| *by);
            at.saturating_add(by)
        };
        TextRange::new(moved(range.start), moved(range.end))
    }
}

/// The line that begins an entry, such as `[[package]]`, without its end.
pub(super) fn header(text: &str, entry: TextRange) -> TextRange {
    let length = entry.slice(text).find("]]").map_or(0, |at| at + "]]".len());
    TextRange::new(entry.start, entry.start.saturating_add(offset(length)))
}

/// The keys whose values nobody asks for: the lists of archives, most of a lock. `None` for formats that are parsed from
/// their whole text.
pub(super) fn archives(kind: LockKind) -> Option<&'static [&'static str]> {
    match kind {
        LockKind::Uv | LockKind::Pylock => Some(&["sdist", "wheels"]),
        LockKind::Poetry | LockKind::Pdm => Some(&["files"]),
        LockKind::Pipfile | LockKind::Pixi | LockKind::Compiled => None,
    }
}

/// Takes the values of `keys` out of `range` of a lock's text. Each begins a line, and ends with the line or, where a list
/// is left open there, at a line that is `]`.
pub(super) fn reduced<'t>(text: &'t str, range: TextRange, keys: &[&str]) -> Reduced<'t> {
    let whole = range.slice(text);
    let mut cuts: SmallVec<[std::ops::Range<usize>; 2]> = SmallVec::new();
    let mut unclosed = false;
    for key in keys {
        let needle = format!("\n{key} = ");
        for at in memmem::find_iter(whole.as_bytes(), needle.as_bytes()) {
            let rest = whole.get(at + needle.len()..).unwrap_or("");
            let line = rest.split('\n').next().unwrap_or("").trim_end();
            let start = at + 1;
            let length = if line.starts_with('[') && !line.ends_with(']') {
                memmem::find(rest.as_bytes(), b"\n]").map(|end| end + "\n]".len())
            } else {
                Some(line.len()).filter(|_| line.ends_with(['}', ']', '"']))
            };
            unclosed |= length.is_none();
            cuts.push(start..at + needle.len() + length.unwrap_or(rest.len()));
        }
    }
    cuts.sort_by_key(|cut| cut.start);
    let mut left = if cuts.is_empty() { Cow::Borrowed(whole) } else { Cow::Owned(String::new()) };
    let mut moves = Moves::new();
    if cuts.is_empty() {
        moves.push((0, range.start));
    }
    let mut from = 0;
    for (start, end) in cuts.iter().map(|cut| (cut.start, cut.end)).chain([(whole.len(), whole.len())]) {
        if let (Cow::Owned(left), true) = (&mut left, start >= from) {
            let at = offset(left.len());
            moves.push((at, range.start.saturating_add(offset(from)).saturating_sub(at)));
            left.push_str(whole.get(from..start).unwrap_or(""));
            from = end;
        }
    }
    let first_line = line(text, range.start as usize + whole.len() - whole.trim_start().len());
    Reduced { text: left, moves, unclosed, first_line }
}

/// Whether an entry's text may lead to a folder on disk. Answers true too often, never false.
pub(super) fn may_be_live(kind: LockKind, entry: &str) -> bool {
    let has = |word: &str| memmem::find(entry.as_bytes(), word.as_bytes()).is_some();
    match kind {
        LockKind::Uv => {
            // The line of the source is one of the first, the archives behind it are most of an entry.
            let source = memmem::find(entry.as_bytes(), b"\nsource = {").and_then(|at| entry.get(at + 1..));
            let line = source.and_then(|source| source.lines().next()).unwrap_or("");
            ["editable", "directory", "virtual"].into_iter().any(|word| line.contains(word))
        }
        LockKind::Poetry => has("\"directory\""),
        LockKind::Pylock => has("directory"),
        LockKind::Pdm | LockKind::Pipfile => has("path"),
        LockKind::Pixi | LockKind::Compiled => has("./") || has("file:") || has("-e "),
    }
}

/// A conflict that git left behind: everything is written twice, and nothing of it counts.
pub(super) fn conflict(text: &str) -> Option<TextRange> {
    let marker = b"<<<<<<< ";
    let mut starts = memmem::find_iter(text.as_bytes(), marker);
    let at = starts.find(|at| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))?;
    Some(line(text, at))
}

/// The line that an offset lies in.
pub(super) fn line_around(text: &str, at: u32) -> TextRange {
    let before = text.as_bytes().get(..at as usize).unwrap_or_default();
    line(text, memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1))
}

/// The range from `at` to the end of its line.
pub(super) fn line(text: &str, at: usize) -> TextRange {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let end = memchr::memchr2(b'\n', b'\r', rest).map_or(text.len(), |to| at + to);
    TextRange::new(offset(at), offset(end))
}
/// Whether a lock's text names several package indexes: uv writes the index into each entry, Poetry only one that is not
/// the default.
pub(super) fn names_several_indexes(kind: LockKind, text: &str) -> bool {
    let count = |needle: &str| memchr::memmem::find_iter(text.as_bytes(), needle.as_bytes()).count();
    match kind {
        LockKind::Uv => {
            const KEY: &str = "registry = \"";
            let mut urls = memchr::memmem::find_iter(text.as_bytes(), KEY.as_bytes())
                .filter_map(|at| text.get(at + KEY.len()..)?.split('"').next());
            let first = urls.next();
            first.is_some_and(|first| urls.any(|url| url != first))
        }
        LockKind::Poetry => {
            let sources = count("type = \"legacy\"");
            sources > 0 && sources < count("[[package]]")
        }
        LockKind::Pdm | LockKind::Pylock | LockKind::Pipfile | LockKind::Pixi | LockKind::Compiled => false,
    }
}
