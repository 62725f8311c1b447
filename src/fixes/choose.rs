//! Which fixes are tried together.

use rustc_hash::FxHashMap;

use crate::rules::{Diagnostic, Edit, Findings, Fix};
use crate::text::{TextRange, offset};
use crate::vfs::{FileId, Files};

/// A finding's fix that has edits.
pub(super) struct Candidate {
    pub key: Key,
    /// Where the finding is.
    pub range: TextRange,
    pub fix: Fix,
}

/// What a fix cures: rule, file, arguments, and which of those equal in these.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub rule: &'static str,
    pub file: FileId,
    pub arguments: Vec<String>,
    ordinal: usize,
}

/// The fixes of those findings that are wanted, in their order.
pub(super) fn candidates(findings: &Findings, wanted: impl Fn(&Diagnostic) -> bool) -> Vec<Candidate> {
    let mut equals: FxHashMap<(&str, &FileId, &[String]), usize> = FxHashMap::default();
    let mut found = Vec::new();
    for diagnostic in findings.diagnostics.iter().filter(|found| wanted(found)) {
        let Some(fix) = diagnostic.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else { continue };
        let ordinal = equals.entry((diagnostic.rule, &diagnostic.file, &diagnostic.arguments)).or_default();
        *ordinal += 1;
        let (rule, file, arguments) =
            (diagnostic.rule, diagnostic.file.clone(), diagnostic.arguments.clone());
        let key = Key { rule, file, arguments, ordinal: *ordinal };
        found.push(Candidate { key, range: diagnostic.range, fix: fix.clone() });
    }
    found
}

/// Those, up to a number, that do not touch the ones before them; the rest has its turn in the next step.
pub(super) fn choose(candidates: Vec<Candidate>, limit: usize) -> Vec<Candidate> {
    let mut taken: FxHashMap<FileId, Vec<Edit>> = FxHashMap::default();
    let mut chosen = Vec::new();
    for candidate in candidates {
        if chosen.len() == limit {
            break;
        }
        let free = |edit: &Edit| {
            let others = taken.get(&edit.file);
            others.is_none_or(|others| others.iter().all(|other| apart(edit, other)))
        };
        if candidate.fix.edits.iter().all(free) {
            for edit in &candidate.fix.edits {
                taken.entry(edit.file.clone()).or_default().push(edit.clone());
            }
            chosen.push(candidate);
        }
    }
    chosen
}

/// Where what began at an offset of a file begins after fixes.
pub(super) fn moved<'f>(at: u32, file: &FileId, fixes: impl Iterator<Item = &'f Fix>) -> u32 {
    let edits = fixes.flat_map(|fix| &fix.edits).filter(|edit| edit.file == *file && edit.range.start < at);
    edits.fold(at, |moved, edit| {
        let gone = edit.range.end.min(at) - edit.range.start;
        (moved + offset(edit.new_text.len())).saturating_sub(gone)
    })
}

/// Edits that touch could depend on each other's order.
fn apart(one: &Edit, other: &Edit) -> bool {
    one.range.end < other.range.start || other.range.end < one.range.start
}

/// The text of a file after fixes that do not touch each other; `None` where it cannot be read or an edit does not fit it.
pub(super) fn edited<'f>(
    files: &Files,
    file: &FileId,
    fixes: impl Iterator<Item = &'f Fix>,
) -> Option<String> {
    let edits = fixes.flat_map(|fix| &fix.edits).filter(|edit| edit.file == *file);
    text_with(&files.text(file).ok()?.text, edits.cloned().collect())
}

/// A text after edits whose ranges do not overlap; `None` where one does not fit it.
pub fn text_with(text: &str, mut edits: Vec<Edit>) -> Option<String> {
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range));
    let mut text = text.to_owned();
    for edit in edits {
        let range = edit.range.start as usize..edit.range.end as usize;
        text.get(range.clone())?;
        text.replace_range(range, &edit.new_text);
    }
    Some(text)
}
