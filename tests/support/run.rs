//! A fixture on disk, asked every question its marks answer.

use std::collections::BTreeSet;
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::ide::{self, Definitions, Hover};
use crossloc::rules::{self, Findings};
use crossloc::text::{Encoding, LineColumn, TextRange, offset};
use crossloc::vfs::{FileId, Files, relative};
use crossloc::workspace::Workspace;

use super::history::{History, path_of};
use super::parse::{File, Fixture, Form, Label, Mark, ROOT, Told, parse};
use super::{Problem, command, compare};

/// What is expected beside the marks; each with the number of lines between the fixture's text and the block's, so
/// that a problem's line can be told in the terms of the fixture.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expected<'a> {
    /// The files that applying all fixes changes, with their new text.
    pub fix: Option<(usize, &'a str)>,
    /// Parts of different lines that hover at `$0` shows, in order; blank for no hover at all.
    pub hover: Option<(usize, &'a str)>,
    /// A line for each reason why something was not judged, behind how many times; none where all was.
    pub not_judged: Option<(usize, &'a str)>,
    /// A line for each code location: its name, then in brackets the folder of its project and its module.
    pub locations: Option<(usize, &'a str)>,
    /// Arguments of the command, and all that it says.
    pub runs: &'a [(&'a str, (usize, &'a str))],
}

/// Who answers. The library, but for the tests of this language.
#[derive(Clone, Copy)]
pub struct Answers {
    /// Definition.
    pub definition: fn(&Workspace, &FileId, u32) -> Option<Definitions>,
    /// Hover.
    pub hover: fn(&Workspace, &FileId, u32) -> Option<Hover>,
    /// All findings.
    pub check: fn(&Workspace) -> Findings,
}

impl Default for Answers {
    fn default() -> Self {
        Self { definition: ide::definition, hover: ide::hover, check: rules::check }
    }
}

/// Everything that is not as the fixture says, sorted by line.
pub fn problems(text: &str, expected: &Expected<'_>) -> Vec<Problem> {
    problems_of(text, expected, Answers::default())
}

/// As [`problems`], of somebody's answers.
pub fn problems_of(text: &str, expected: &Expected<'_>, answers: Answers) -> Vec<Problem> {
    let Staged { dir: _dir, root, folders, fixture, history } = match stage(text) {
        Ok(staged) => staged,
        Err(problems) => return problems,
    };
    let workspace = Workspace::new(Files::default(), folders);
    let asked = Asked { root, workspace, fixture, history, answers };
    let findings = (answers.check)(&asked.workspace);
    let mut problems = asked.definitions();
    problems.extend(asked.told(&findings));
    problems.extend(expected.fix.iter().flat_map(|fix| asked.fixes(&findings, *fix)));
    problems.extend(expected.not_judged.iter().flat_map(|block| not_judged(&findings, *block)));
    problems.extend(expected.locations.iter().flat_map(|block| asked.locations(*block)));
    problems.extend(expected.hover.iter().filter_map(|hover| asked.hover(*hover)));
    let runs = expected.runs.iter();
    problems.extend(runs.filter_map(|(arguments, block)| command::problem(&asked.root, arguments, *block)));
    problems.sort();
    problems
}

/// A fixture that was written to a folder of its own, which goes with it.
pub struct Staged {
    dir: tempfile::TempDir,
    /// The folder, without links.
    pub root: Utf8PathBuf,
    /// The folders that are opened.
    pub folders: Vec<Utf8PathBuf>,
    fixture: Fixture,
    history: History,
}

/// Writes a fixture, with its commits and archives.
pub fn stage(text: &str) -> Result<Staged, Vec<Problem>> {
    let fixture = parse(text)?;
    let failed = |message: String| vec![Problem::new(0, message)];
    let dir = tempfile::Builder::new().prefix("crossloc-case-").tempdir();
    let dir = dir.map_err(|error| failed(error.to_string()))?;
    let root = match dir.path().canonicalize().map(Utf8PathBuf::from_path_buf) {
        Ok(Ok(root)) => root,
        other => return Err(failed(format!("{other:?}"))),
    };
    let history = History::write(&root, &fixture).map_err(|problem| vec![problem])?;
    let folders = match fixture.folders.as_slice() {
        [] => vec![root.clone()],
        folders => folders.iter().map(|folder| root.join(folder)).collect(),
    };
    Ok(Staged { dir, root, folders, fixture, history })
}

/// Writes one section's file.
pub(super) fn write_file(root: &Utf8Path, file: &File) -> std::io::Result<()> {
    let path = root.join(&file.path);
    if file.form == Form::Dir {
        return std::fs::create_dir_all(path);
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let text = file.text.replace(ROOT, root.as_str());
    match &file.form {
        Form::Link(target) => link(target, &path),
        Form::Crlf => std::fs::write(path, text.replace('\n', "\r\n")),
        Form::Bom => std::fs::write(path, format!("\u{feff}{}", text)),
        Form::Latin1 => {
            let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
            std::fs::write(path, bytes)
        }
        Form::Plain | Form::Dir => std::fs::write(path, text),
    }
}

#[cfg(unix)]
fn link(target: &str, path: &Utf8Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(target: &str, path: &Utf8Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, path)
}

/// A range as people count: path, and 0-based lines and columns in characters, shown 1-based.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    path: String,
    start: LineColumn,
    end: LineColumn,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.start.line + 1, self.start.column + 1)?;
        match (self.end.line == self.start.line, self.end == self.start) {
            (_, true) => write!(f, " (empty)"),
            (true, _) => write!(f, "-{}", self.end.column + 1),
            (false, _) => write!(f, "-{}:{}", self.end.line + 1, self.end.column + 1),
        }
    }
}

/// A workspace on disk with its fixture.
struct Asked {
    root: Utf8PathBuf,
    workspace: Workspace,
    fixture: Fixture,
    history: History,
    answers: Answers,
}

impl Asked {
    /// Asks at the first and at the last character of each reference.
    fn definitions(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for mark in &self.fixture.marks {
            let expected: BTreeSet<Place> = match &mark.label {
                Label::Reference(name) => self.definitions_of(name),
                Label::NoDefinition => BTreeSet::new(),
                Label::Definition(_) | Label::Told(..) => continue,
            };
            let columns = BTreeSet::from([mark.start, mark.end.saturating_sub(1)]);
            let found = columns.into_iter().filter_map(|column| self.definition(mark, column, &expected));
            // The second answer is nearly always the first one again.
            problems.extend(found.take(1));
        }
        problems
    }

    fn definitions_of(&self, name: &str) -> BTreeSet<Place> {
        let marks = self.fixture.marks.iter();
        marks
            .filter(|mark| matches!(&mark.label, Label::Definition(other) if other == name))
            .map(|mark| self.place_of(mark))
            .collect()
    }

    fn definition(&self, mark: &Mark, column: u32, expected: &BTreeSet<Place>) -> Option<Problem> {
        let file = self.file(mark.file);
        let source = self.workspace.files.text(&file).ok()?;
        let at = LineColumn { line: mark.line, column };
        let at = source.lines().offset(&source.text, at, Encoding::Utf32);
        let answer = (self.answers.definition)(&self.workspace, &file, at);
        let targets = answer.iter().flat_map(|answer| &answer.targets);
        let found: BTreeSet<Place> = targets.map(|target| self.place(&target.file, target.focus)).collect();
        if found != *expected {
            let message =
                format!("definition\n    expected {}\n    found    {}", list(expected), list(&found));
            return Some(Problem::new(mark.written, message));
        }
        let origin = self.place(&file, answer?.origin);
        let asked = self.place_of(mark);
        (origin != asked).then(|| {
            let message = format!(
                "definition is answered for another range\n    expected {asked}\n    found    {origin}"
            );
            Problem::new(mark.written, message)
        })
    }

    /// What was told and not expected, and the reverse. Related places and fixes are compared where some are expected.
    fn told(&self, findings: &Findings) -> Vec<Problem> {
        let is_expected = |wanted: fn(Told) -> bool| {
            self.fixture.marks.iter().any(|mark| matches!(mark.label, Label::Told(told, ..) if wanted(told)))
        };
        let with_related = is_expected(|told| told == Told::Related);
        let with_fixes = is_expected(|told| matches!(told, Told::Fix | Told::UnsafeFix));
        let mut missing: Vec<&Mark> =
            self.fixture.marks.iter().filter(|mark| matches!(mark.label, Label::Told(..))).collect();
        let mut problems = Vec::new();
        let mut tell = |place: Place, told: Told, rule: &str, message: &str| {
            let expected = missing.iter().position(|mark| {
                let Label::Told(wanted, of, text) = &mark.label else { return false };
                *wanted == told
                    && of == rule
                    && text.as_ref().is_none_or(|text| text == message)
                    && self.place_of(mark) == place
            });
            match expected {
                Some(index) => drop(missing.remove(index)),
                None => {
                    let label = label(told, rule, Some(message));
                    let message = format!("unexpected at {place}\n    {}", drawn(&place, &label));
                    problems.push(Problem::new(self.written_line(&place), message));
                }
            }
        };
        for found in &findings.diagnostics {
            let place = self.place(&found.file, found.range);
            tell(place.clone(), Told::Finding(found.severity), found.rule, &found.message);
            for other in found.related.iter().filter(|_| with_related) {
                tell(self.place(&other.file, other.range), Told::Related, found.rule, &other.message);
            }
            if let Some(fix) = found.fix.as_ref().filter(|_| with_fixes) {
                let told = if fix.safe { Told::Fix } else { Told::UnsafeFix };
                tell(place, told, found.rule, &fix.title);
            }
        }
        problems.extend(missing.into_iter().map(|mark| {
            let Label::Told(told, rule, message) = &mark.label else { return Problem::new(0, "") };
            let place = self.place_of(mark);
            let label = label(*told, rule, message.as_deref());
            Problem::new(mark.written, format!("missing at {place}\n    {}", drawn(&place, &label)))
        }));
        problems
    }

    fn fixes(&self, findings: &Findings, (base, block): (usize, &str)) -> Vec<Problem> {
        let fixed = match parse(block) {
            Ok(fixed) => fixed,
            Err(problems) => {
                return problems.into_iter().map(|p| Problem::new(p.line + base, p.message)).collect();
            }
        };
        let before = |path: &str| {
            let file = FileId::new(&self.root.join(path));
            self.workspace.files.text(&file).map(|source| source.text.to_string()).unwrap_or_default()
        };
        let mut problems = Vec::new();
        let edits = findings.diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
        let edits = edits.flat_map(|fix| &fix.edits).map(|edit| {
            (
                relative(edit.file.path(), &self.root),
                (edit.range.start, edit.range.end, edit.new_text.clone()),
            )
        });
        let mut after = compare::apply(edits, before).unwrap_or_else(|message| {
            problems.push(Problem::new(base, message));
            Default::default()
        });
        for file in &fixed.files {
            let actual = after.remove(&file.path).unwrap_or_else(|| before(&file.path));
            let wanted = match file.form {
                Form::Crlf => file.text.replace('\n', "\r\n"),
                _ => file.text.clone(),
            };
            if actual != wanted {
                let diff = compare::line_diff(&wanted, &actual);
                let message = format!("fixed `{}` (- expected, + found)\n{diff}", file.path);
                problems.push(Problem::new(base + file.header, message));
            }
        }
        for (path, text) in after {
            problems.push(Problem::new(base, format!("a fix also changes `{path}` to\n{text}")));
        }
        problems
    }

    fn locations(&self, (base, block): (usize, &str)) -> Option<Problem> {
        let all = self.workspace.locations();
        let shown = all.iter().map(|location| {
            let project = location.project.as_ref().map(|dir| relative(dir, &self.root));
            let known: Vec<String> = project.into_iter().chain(location.module.clone()).collect();
            format!("{} ({})\n", location.name, known.join(", "))
        });
        let shown: String = shown.collect();
        let message = || format!("locations (- expected, + found)\n{}", compare::line_diff(block, &shown));
        (shown != block).then(|| Problem::new(base, message()))
    }

    fn hover(&self, (base, block): (usize, &str)) -> Option<Problem> {
        let Some((index, line, column)) = self.fixture.cursor else {
            return Some(Problem::new(base, "a `hover` block needs a `$0` in its fixture"));
        };
        let file = self.file(index);
        let source = self.workspace.files.text(&file).ok()?;
        let at = source.lines().offset(&source.text, LineColumn { line, column }, Encoding::Utf32);
        let hover = (self.answers.hover)(&self.workspace, &file, at);
        let shown = hover.map(|hover| hover.markdown);
        if block.trim().is_empty() {
            return shown
                .map(|shown| Problem::new(base, format!("hover\n    expected nothing\n    found\n{shown}")));
        }
        let shown = shown.unwrap_or_default();
        let mut lines = shown.lines();
        for (number, wanted) in block.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            if !lines.any(|line| line.contains(wanted.trim())) {
                let message =
                    format!("hover does not show (or not in this order)\n    {wanted}\n  but\n{shown}");
                return Some(Problem::new(base + number, message));
            }
        }
        None
    }

    fn file(&self, index: usize) -> FileId {
        FileId::new(&self.root.join(&self.fixture.files[index].path))
    }

    fn place_of(&self, mark: &Mark) -> Place {
        let column = |column| LineColumn { line: mark.line, column };
        let path = path_of(&self.fixture, mark.file);
        Place { path, start: column(mark.start), end: column(mark.end) }
    }

    /// Lines and columns in the text that the workspace itself read, so that encodings and line ends do not matter.
    fn place(&self, file: &FileId, range: TextRange) -> Place {
        let named = self.history.name(&self.workspace.files, file.path());
        let path = named.unwrap_or_else(|| relative(file.path(), &self.root));
        let Ok(source) = self.workspace.files.text(file) else {
            let start = LineColumn { line: 0, column: range.start };
            return Place { path, start, end: LineColumn { line: 0, column: range.end } };
        };
        let at = |at: u32| {
            source.lines().line_column(&source.text, at.min(offset(source.text.len())), Encoding::Utf32)
        };
        Place { path, start: at(range.start), end: at(range.end) }
    }

    /// The fixture's line in which a place is written, 0 for files the fixture does not hold.
    fn written_line(&self, place: &Place) -> usize {
        let mut files = self.fixture.files.iter().enumerate();
        let file =
            files.find(|(index, _)| path_of(&self.fixture, *index) == place.path).map(|(_, file)| file);
        file.map_or(0, |file| file.lines.get(place.start.line as usize).copied().unwrap_or(file.header))
    }
}

/// What was not judged and was to be, and the reverse; a line may leave out the end of a reason.
fn not_judged(findings: &Findings, (base, block): (usize, &str)) -> Vec<Problem> {
    let found: Vec<String> =
        findings.not_judged.iter().map(|one| format!("{} {}", one.count, one.reason)).collect();
    let wanted: Vec<&str> = block.lines().collect();
    let unexpected = found.iter().filter(|one| !wanted.iter().any(|line| one.starts_with(line)));
    let unexpected = unexpected.map(|one| Problem::new(base, format!("also not judged\n    {one}")));
    let missing =
        wanted.iter().enumerate().filter(|(_, line)| !found.iter().any(|one| one.starts_with(*line)));
    let missing = missing.map(|(at, line)| {
        Problem::new(base + at, format!("is judged, or not this number of times\n    {line}"))
    });
    unexpected.chain(missing).collect()
}

fn list(places: &BTreeSet<Place>) -> String {
    let shown: Vec<String> = places.iter().map(Place::to_string).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
}

fn label(told: Told, rule: &str, message: Option<&str>) -> String {
    let told = match told {
        Told::Finding(severity) => severity.as_str(),
        Told::Related => "related",
        Told::Fix => "fix",
        Told::UnsafeFix => "unsafe-fix",
    };
    let message = message.map(|message| format!(": {message}")).unwrap_or_default();
    format!("{told}[{rule}]{message}")
}

/// The mark line that would expect a finding, ready to be pasted.
fn drawn(place: &Place, label: &str) -> String {
    let width = (place.end.column.max(place.start.column + 1) - place.start.column) as usize;
    match place.start.column as usize {
        0 if place.start == place.end => format!("#- {} {label}", place.path),
        0 => format!("#{} {label}", "<".repeat(width.saturating_sub(1).max(1))),
        column => format!("#{}{} {label}", " ".repeat(column - 1), "^".repeat(width)),
    }
}
