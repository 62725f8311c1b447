//! `crossloc check --fix`: writes the fixes of findings into the files.

use std::io::Write;

use camino::Utf8Path;
use rustc_hash::{FxHashMap, FxHashSet};

use super::scope::reason;
use super::{Failure, output};
use crate::rules::{Diagnostic, Edit, Findings, Fix};
use crate::vfs::{FileId, Files, Grounds, MAX_FILE_BYTES, read_regular};

/// One fix may make room for the next; more rounds than this would mean that two fixes undo each other.
const ROUNDS: usize = 10;

/// Which fixes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those that need nobody to look at them.
    Safe,
    /// All of them.
    All,
}

/// What may be written.
#[derive(Clone, Copy)]
pub struct Permitted<'g> {
    /// Which fixes.
    pub wanted: Wanted,
    /// The opened folders: what is known beyond them, and what links lead out to, is somebody else's.
    pub within: &'g Grounds,
}

impl Permitted<'_> {
    fn wants(self, fix: &Fix) -> bool {
        fix.safe || self.wanted == Wanted::All
    }

    fn reaches(self, fix: &Fix, files: &Files) -> bool {
        fix.edits.iter().all(|edit| self.within.hold(files, edit.file.path()))
    }
}

/// Applies fixes and looks again until none is left that was not applied before; how many were applied. `files` and
/// `findings` are those of the last look.
pub fn run(
    files: &mut Files,
    findings: &mut Findings,
    permitted: Permitted<'_>,
    look: impl Fn(&Files) -> Result<Findings, Failure>,
) -> Result<usize, Failure> {
    let mut applied = FxHashSet::default();
    for _ in 0..ROUNDS {
        let before = applied.len();
        let edits = choose(&findings.diagnostics, files, permitted, &mut applied);
        if applied.len() == before {
            break;
        }
        for (file, edits) in edits {
            rewrite(&file, edits, files, permitted.within)?;
        }
        *files = Files::default();
        *findings = look(files)?;
    }
    Ok(applied.len())
}

/// What is to be said of fixes that were left: those for somebody to look at, and those that reach too far.
pub fn left(findings: &Findings, files: &Files, permitted: Permitted<'_>) -> Vec<String> {
    let fixes = || findings.diagnostics.iter().filter_map(|found| found.fix.as_ref());
    let count = |number: usize, kind: &str| match number {
        1 => format!("1 {kind}fix was left"),
        _ => format!("{number} {kind}fixes were left"),
    };
    let unwanted = fixes().filter(|fix| !permitted.wants(fix)).count();
    let far = fixes().filter(|fix| permitted.wants(fix) && !permitted.reaches(fix, files)).count();
    let hint = "read what is proposed, then add `--unsafe-fixes` to write it";
    let unwanted = (unwanted > 0).then(|| format!("{}: {hint}", count(unwanted, "unsafe ")));
    let far =
        (far > 0).then(|| format!("{}: only what lies in the opened folders is written", count(far, "")));
    unwanted.into_iter().chain(far).collect()
}

/// What a fix cures: rule, file, arguments, and which of those equal in these. One that comes back after it was fixed
/// is not cured by its fix, and is not tried again.
type Cured = (&'static str, FileId, Vec<String>, usize);

/// The edits of as many fixes as do not touch each other, by file; the rest has its turn in the next round.
fn choose(
    diagnostics: &[Diagnostic],
    files: &Files,
    permitted: Permitted<'_>,
    applied: &mut FxHashSet<Cured>,
) -> FxHashMap<FileId, Vec<Edit>> {
    let mut chosen: FxHashMap<FileId, Vec<Edit>> = FxHashMap::default();
    let mut equals: FxHashMap<(&str, &FileId, &[String]), usize> = FxHashMap::default();
    for found in diagnostics {
        let Some(fix) = found.fix.as_ref().filter(|fix| permitted.wants(fix)) else { continue };
        let ordinal = equals.entry((found.rule, &found.file, &found.arguments)).or_default();
        *ordinal += 1;
        let cured: Cured = (found.rule, found.file.clone(), found.arguments.clone(), *ordinal);
        let writable = |edit: &Edit| {
            let live = files.mount_of(edit.file.path()).is_none();
            live && files.text(&edit.file).is_ok_and(|source| !source.lossy)
        };
        let free = |edit: &Edit| {
            let taken = chosen.get(&edit.file);
            taken.is_none_or(|taken| taken.iter().all(|other| apart(edit, other)))
        };
        let possible =
            permitted.reaches(fix, files) && fix.edits.iter().all(|edit| writable(edit) && free(edit));
        if possible && applied.insert(cured) {
            for edit in &fix.edits {
                chosen.entry(edit.file.clone()).or_default().push(edit.clone());
            }
        }
    }
    chosen
}

/// Edits that touch could depend on each other's order.
fn apart(one: &Edit, other: &Edit) -> bool {
    one.range.end < other.range.start || other.range.end < one.range.start
}

/// What became of a file that was to be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It has the new text.
    Changed,
    /// It is not what was read any more, and was not touched; the user was told.
    LeftAlone,
    /// It lies elsewhere, and was not touched.
    Outside,
}

/// Writes edits, whose ranges do not overlap, into a file within these folders that is as it was read.
pub fn rewrite(
    file: &FileId,
    mut edits: Vec<Edit>,
    files: &Files,
    within: &Grounds,
) -> Result<Written, Failure> {
    if !within.hold(files, file.path()) {
        return Ok(Written::Outside);
    }
    let failed = |why: String| Failure::new(format!("cannot edit {}: {why}", file.path()));
    let source = files.text(file).map_err(|error| failed(error.to_string()))?;
    let now = read_regular(file.path(), MAX_FILE_BYTES).map_err(|error| failed(error.to_string()))?;
    if now != source.text.as_bytes() {
        output::note(&format!("warning: {} changed meanwhile and was left alone", file.path()));
        return Ok(Written::LeftAlone);
    }
    let mut text = source.text.to_string();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range));
    for edit in edits {
        let range = edit.range.start as usize..edit.range.end as usize;
        if text.get(range.clone()).is_none() {
            return Err(failed("an edit does not fit the text".to_owned()));
        }
        text.replace_range(range, &edit.new_text);
    }
    // What a symbolic link leads to is replaced, not the link.
    let target = file.path().canonicalize_utf8().map_err(|error| failed(reason(&error)))?;
    write_atomically(&target, text.as_bytes()).map_err(|error| failed(reason(&error)))?;
    Ok(Written::Changed)
}

/// Whoever reads the file sees the old text or the new one, never a part.
fn write_atomically(path: &Utf8Path, bytes: &[u8]) -> std::io::Result<()> {
    let permissions = std::fs::metadata(path)?.permissions();
    let mut temporary = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(path))?;
    temporary.write_all(bytes)?;
    temporary.as_file().set_permissions(permissions)?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Severity;
    use crate::text::{TextRange, offset};

    /// A rule for tests: every `a`, `c` and `u` is to be a `b`, and a `z` stays a `z` whatever its fix does. Findings on a
    /// `c` are equal in all but their place; the fix of a `u` has to be looked at.
    fn look(files: &Files, file: &FileId) -> Findings {
        let text = files.text(file).unwrap().text.clone();
        let found = text.char_indices().filter(|(_, letter)| matches!(letter, 'a' | 'c' | 'u' | 'z'));
        let diagnostics = found.map(|(at, letter)| {
            let range = TextRange::new(offset(at), offset(at + 1));
            let new_text = if letter == 'z' { "z" } else { "b" }.to_owned();
            let edits = vec![Edit { file: file.clone(), range, new_text }];
            Diagnostic {
                rule: "test",
                severity: Severity::Error,
                message: String::new(),
                file: file.clone(),
                range,
                location: None,
                related: vec![],
                fix: Some(Fix { title: String::new(), safe: letter != 'u', edits }),
                arguments: if letter == 'c' { vec![] } else { vec![at.to_string()] },
            }
        });
        Findings { diagnostics: diagnostics.collect(), ..Findings::default() }
    }

    fn fixed(text: &str, wanted: Wanted) -> (usize, String, usize) {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(dir.path()).unwrap().join("a.txt");
        std::fs::write(&path, text).unwrap();
        let file = FileId::new(&path);
        let mut files = Files::default();
        let mut findings = look(&files, &file);
        let within = Grounds::of(&files, [path.parent().unwrap().to_owned()]);
        let permitted = Permitted { wanted, within: &within };
        let count = run(&mut files, &mut findings, permitted, |files| Ok(look(files, &file))).unwrap();
        let unsafe_left = wanted == Wanted::Safe && text.contains('u');
        assert_eq!(left(&findings, &files, permitted).len(), usize::from(unsafe_left));
        (count, std::fs::read_to_string(&path).unwrap(), findings.diagnostics.len())
    }

    #[test]
    fn fixes_that_touch_take_turns_and_one_that_cures_nothing_is_tried_once() {
        for (text, count, after, found) in [
            ("aaa", 3, "bbb", 0),
            ("c-c", 2, "b-b", 0),
            ("a-a\r\né-a", 3, "b-b\r\né-b", 0),
            ("x-z", 1, "x-z", 1),
            ("\u{feff}a", 1, "\u{feff}b", 0),
        ] {
            assert_eq!(fixed(text, Wanted::Safe), (count, after.to_owned(), found), "{text}");
        }
    }

    #[test]
    fn what_has_to_be_looked_at_is_written_only_where_it_is_wanted() {
        assert_eq!(fixed("a-u-u", Wanted::Safe), (1, "b-u-u".to_owned(), 2));
        assert_eq!(fixed("a-u-u", Wanted::All), (3, "b-b-b".to_owned(), 0));
    }

    #[test]
    fn what_lies_elsewhere_is_told_and_left() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        std::fs::create_dir(root.join("opened")).unwrap();
        std::fs::write(root.join("a.txt"), "a").unwrap();
        let file = FileId::new(&root.join("a.txt"));
        let mut files = Files::default();
        let mut findings = look(&files, &file);
        let within = Grounds::of(&files, [root.join("opened")]);
        let permitted = Permitted { wanted: Wanted::All, within: &within };
        let count = run(&mut files, &mut findings, permitted, |files| Ok(look(files, &file))).unwrap();
        assert_eq!((count, std::fs::read_to_string(file.path()).unwrap().as_str()), (0, "a"));
        let told = "1 fix was left: only what lies in the opened folders is written";
        assert_eq!(left(&findings, &files, permitted), [told]);
        assert_eq!(rewrite(&file, vec![], &files, &within), Ok(Written::Outside));
    }

    #[test]
    fn a_file_that_is_no_utf_8_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(dir.path()).unwrap().join("a.txt");
        std::fs::write(&path, b"a\xff").unwrap();
        let file = FileId::new(&path);
        let mut files = Files::default();
        let mut findings = look(&files, &file);
        let within = Grounds::of(&files, [path.parent().unwrap().to_owned()]);
        let permitted = Permitted { wanted: Wanted::All, within: &within };
        let count = run(&mut files, &mut findings, permitted, |files| Ok(look(files, &file))).unwrap();
        assert_eq!(count, 0);
        assert_eq!(std::fs::read(&path).unwrap(), b"a\xff");
    }
}
