//! `crossloc check --fix` and `--diff`: what the fixes of findings come to, written or shown.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::{Failure, output, write};
use crate::fixes::{self, Outcome, Reluctance};
use crate::report::summary::plural;
use crate::vfs::{FileId, Files, relative};

/// Writes the new texts into the files that are as they were read. A fix that spans files is written in all of them or in
/// none.
pub fn write(outcome: &Outcome, files: &Files) -> Result<(), Failure> {
    let mut left: BTreeSet<&FileId> =
        outcome.texts.keys().filter(|file| write::has_changed(file, files)).collect();
    left.iter().for_each(|file| write::tell(file, "it changed meanwhile"));
    loop {
        let before = left.len();
        let torn = outcome.applied.iter().filter(|one| one.edits.iter().any(|file| left.contains(file)));
        let with_them: Vec<&FileId> = torn.flat_map(|one| &one.edits).collect();
        left.extend(with_them);
        if left.len() == before {
            break;
        }
    }
    let texts = outcome.texts.iter().filter(|(file, _)| !left.contains(file));
    // Where one cannot be written, none is.
    let prepared: Result<Vec<_>, _> = texts.map(|(file, text)| write::prepare(file, text)).collect();
    prepared?.into_iter().try_for_each(write::Prepared::put)
}

/// What would be written, as one patch.
pub fn diff(outcome: &Outcome, files: &Files, root: &Utf8Path) -> String {
    let one = |(file, text): (&FileId, &String)| {
        let before = files.text(file).map(|source| source.text.to_string()).unwrap_or_default();
        fixes::unified(&relative(file.path(), root), &before, text)
    };
    outcome.texts.iter().map(one).collect()
}

/// Tells what was done and what was not; `verb` is "fixed" or "would fix".
pub fn tell(outcome: &Outcome, verb: &str, root: &Utf8Path) {
    let shown = |file: &FileId| relative(file.path(), root);
    output::note(&format!("{verb} {}", plural(outcome.applied.len(), "finding")));
    for one in &outcome.applied {
        let edited: Vec<String> = one.edits.iter().map(shown).collect();
        output::note(&format!("  {}: {} ({})", edited.join(", "), one.title, one.rule));
    }
    let count = |reason: &Reluctance| outcome.left.iter().filter(|one| one.reason == *reason).count();
    let unsafe_ones = count(&Reluctance::Unsafe);
    if unsafe_ones > 0 {
        let were = if unsafe_ones == 1 { "fix was" } else { "fixes were" };
        let hint = "read what is proposed, then add `--unsafe-fixes` to write it";
        output::note(&format!("{unsafe_ones} unsafe {were} left: {hint}"));
    }
    let far = count(&Reluctance::Outside);
    if far > 0 {
        let were = if far == 1 { "fix was" } else { "fixes were" };
        output::note(&format!("{far} {were} left: {}", Reluctance::Outside));
    }
    let counted = |reason: &Reluctance| matches!(reason, Reluctance::Unsafe | Reluctance::Outside);
    for one in outcome.left.iter().filter(|one| !counted(&one.reason)) {
        output::note(&format!("left: {}: {} ({}): {}", shown(&one.file), one.title, one.rule, one.reason));
    }
}

/// Tells which commands cure what the fixes left behind.
pub fn tell_commands(commands: &[String]) {
    commands.iter().for_each(|command| output::note(&format!("now run: {command}")));
}
