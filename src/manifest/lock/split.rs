//! The scan that splits a TOML lock at its entries, without parsing it.

use memchr::memmem;

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

/// Whether an entry's text may lead to a folder on disk. Answers true too often, never false.
pub(super) fn may_be_live(kind: LockKind, entry: &str) -> bool {
    let has = |word: &str| memmem::find(entry.as_bytes(), word.as_bytes()).is_some();
    match kind {
        LockKind::Uv => has("\nsource = {") && (has("editable") || has("directory") || has("virtual")),
        _ => true,
    }
}

/// A conflict that git left behind: everything is written twice, and nothing of it counts.
pub(super) fn conflict(text: &str) -> Option<TextRange> {
    let marker = b"<<<<<<< ";
    let mut starts = memmem::find_iter(text.as_bytes(), marker);
    let at = starts.find(|at| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))?;
    Some(line(text, at))
}

/// The range from `at` to the end of its line.
pub(super) fn line(text: &str, at: usize) -> TextRange {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let end = memchr::memchr2(b'\n', b'\r', rest).map_or(text.len(), |to| at + to);
    TextRange::new(offset(at), offset(end))
}
