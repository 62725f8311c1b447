//! Incremental equals fresh: whatever a session went through, its answers are those of a workspace made anew.

use std::cell::Cell;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tower_lsp::ls_types::{Position, Range};

use crate::ide;
use crate::rules::{Findings, Memory, Selection, check_again};
use crate::server::events::{FileEvent, FileEventKind};
use crate::server::handlers::quick_fixes;
use crate::server::publish::Checked;
use crate::server::session::{DocumentEdit, Introduction, Session};
use crate::server::uri::uri_of;
use crate::text::{Document, LineColumn};
use crate::vfs::{FileId, Files};
use crate::workspace::Workspace;

use super::files::{FILES, initial, line_of, text};

#[derive(Clone, Debug)]
enum Step {
    /// Opened with other lines than the disk has.
    Open(usize, Vec<usize>),
    /// One line of the file's instead of another one of it.
    ReplaceLine(usize, usize, usize),
    Type(usize, u32, u32, &'static str),
    /// A comment before a line.
    Comment(usize, u32, &'static str),
    Close(usize),
    Write(usize, Vec<usize>),
    Delete(usize),
}

/// What is asked of the state behind a step, before anything else is.
#[derive(Clone, Copy, Debug)]
enum Question {
    Definition(usize, usize),
    Hover(usize, usize),
    Symbols(usize),
    QuickFixes(usize, u32),
    Check,
}

fn questions() -> impl Strategy<Value = Vec<Question>> {
    let file = || 0..FILES.len();
    let question = prop_oneof![
        (file(), 0usize..400).prop_map(|(file, place)| Question::Definition(file, place)),
        (file(), 0usize..400).prop_map(|(file, place)| Question::Hover(file, place)),
        file().prop_map(Question::Symbols),
        (file(), 0u32..8).prop_map(|(file, line)| Question::QuickFixes(file, line)),
        Just(Question::Check),
    ];
    prop::collection::vec(question, 0..5)
}

/// A step, the questions behind it, and whether all there is to say is compared then: what was never asked for is not kept.
fn turns() -> impl Strategy<Value = Vec<(Step, Vec<Question>, bool)>> {
    prop::collection::vec((step(), questions(), prop::bool::weighted(0.7)), 1..14)
}

fn step() -> impl Strategy<Value = Step> {
    let file = || 0..FILES.len();
    // Mostly what stands there at first, so that most texts are sound.
    let choice = prop_oneof![3 => Just(0usize), 2 => 0usize..4];
    let lines = || prop::collection::vec(choice.clone(), 8);
    let comment = prop_oneof![
        Just("# a comment\n"),
        Just("\n"),
        Just("# acme.io, crossloc\n"),
        Just("# acme, acme.io\n")
    ];
    let typed = prop_oneof![Just("x"), Just("("), Just("\n"), Just("'''"), Just(""), Just(" = 1\n")];
    prop_oneof![
        2 => (file(), lines()).prop_map(|(file, lines)| Step::Open(file, lines)),
        4 => (file(), 0usize..8, 0usize..4)
            .prop_map(|(file, line, choice)| Step::ReplaceLine(file, line, choice)),
        1 => (file(), 0u32..8, 0u32..12, typed)
            .prop_map(|(file, line, column, text)| Step::Type(file, line, column, text)),
        3 => (file(), 0u32..8, comment).prop_map(|(file, line, text)| Step::Comment(file, line, text)),
        2 => file().prop_map(Step::Close),
        2 => (file(), lines()).prop_map(|(file, lines)| Step::Write(file, lines)),
        1 => file().prop_map(Step::Delete),
    ]
}

/// A session over a folder, with how its documents are numbered.
struct Editor {
    root: Utf8PathBuf,
    session: Session,
    version: i32,
}

impl Editor {
    fn new(root: &Utf8Path) -> Self {
        for (file, (path, _)) in FILES.iter().enumerate() {
            write(&root.join(path), &initial(file));
        }
        let session = Session::default();
        session.introduced(Introduction { folders: vec![root.to_owned()], ..Introduction::default() });
        Self { root: root.to_owned(), session, version: 1 }
    }

    fn path(&self, file: usize) -> Utf8PathBuf {
        self.root.join(FILES[file].0)
    }

    fn take(&mut self, step: &Step) {
        self.version += 1;
        match step {
            Step::Open(file, lines) => self.open(*file, &text(*file, lines)),
            Step::ReplaceLine(file, line, choice) => {
                let number = line % FILES[*file].1.len();
                let row = u32::try_from(number).unwrap();
                self.edit(*file, at(row, 0), at(row, 999), line_of(*file, number, *choice));
            }
            Step::Type(file, line, column, new) => {
                self.edit(*file, at(*line, *column), at(*line, column + 1), new)
            }
            Step::Comment(file, line, text) => self.edit(*file, at(*line, 0), at(*line, 0), text),
            Step::Close(file) => self.session.closed(&FileId::new(&self.path(*file))),
            Step::Write(file, lines) => {
                let path = self.path(*file);
                let kind = if path.exists() { FileEventKind::Changed } else { FileEventKind::Created };
                write(&path, &text(*file, lines));
                self.session.changed_on_disk(&[FileEvent { path, kind }]);
            }
            Step::Delete(file) => {
                let path = self.path(*file);
                if std::fs::remove_file(&path).is_ok() {
                    self.session.changed_on_disk(&[FileEvent { path, kind: FileEventKind::Deleted }]);
                }
            }
        }
    }

    fn open(&self, file: usize, text: &str) {
        let path = self.path(file);
        let document = Document::new(text, self.version);
        self.session.opened(uri_of(&path).unwrap(), &FileId::new(&path), document);
    }

    /// An edit of a document, which is opened before where it is not.
    fn edit(&self, file: usize, start: LineColumn, end: LineColumn, text: &str) {
        let id = FileId::new(&self.path(file));
        if self.session.snapshot().workspace.files.open_document(&id).is_none() {
            self.open(file, &std::fs::read_to_string(id.path()).unwrap_or_default());
        }
        let edit = DocumentEdit { range: Some((start, end)), text: text.to_owned() };
        self.session.edited(&id, self.version, vec![edit]);
    }

    /// The answer that the session gives.
    fn answer(&self, question: Question) -> String {
        let snapshot = self.session.snapshot();
        let Question::QuickFixes(file, line) = question else {
            return said(&snapshot.workspace, &self.root, self.session.memory(), question);
        };
        // As the client asks: at a line, of the findings that were published last.
        let checked = self.session.checked().unwrap_or_else(|| {
            let findings = found(&snapshot.workspace, self.session.memory());
            Arc::new(Checked { snapshot: snapshot.clone(), findings })
        });
        self.session.keep(checked.clone());
        let position = |character| Position { line, character };
        let range = Range { start: position(0), end: position(999) };
        let file = FileId::new(&self.path(file));
        format!("{:?}", quick_fixes(&snapshot, &checked, &file, range))
    }

    /// The same state, seen for the first time.
    fn fresh(&self) -> Workspace {
        let now = self.session.snapshot().workspace;
        let documents = now.files.open_documents();
        let files = documents.fold(Files::default(), |files, (file, document)| {
            files.with_document(file, Document::new(&document.text(), document.version), Vec::new())
        });
        Workspace::new(files, now.folders.clone())
    }
}

fn at(line: u32, column: u32) -> LineColumn {
    LineColumn { line, column }
}

fn write(path: &Utf8Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn found(workspace: &Workspace, memory: &Memory) -> Findings {
    check_again(workspace, &Selection::default(), memory, &|| false).unwrap()
}

/// What a workspace says to a question.
fn said(workspace: &Workspace, root: &Utf8Path, memory: &Memory, question: Question) -> String {
    let file = |file: usize| FileId::new(&root.join(FILES[file].0));
    // Questions are asked within the text.
    let offset = |file: &FileId, place: usize| {
        let length = workspace.files.text(file).map_or(0, |source| source.text.len());
        u32::try_from(place % (length + 1)).unwrap()
    };
    match question {
        Question::Definition(of, place) => {
            let file = file(of);
            format!("{:?}", ide::definition(workspace, &file, offset(&file, place)))
        }
        Question::Hover(of, place) => {
            let file = file(of);
            format!("{:?}", ide::hover(workspace, &file, offset(&file, place)))
        }
        Question::Symbols(of) => format!("{:?}", ide::document_symbols(workspace, &file(of))),
        // What fixes there are, the findings tell.
        Question::QuickFixes(..) | Question::Check => {
            format!("{:?}", found(workspace, memory).diagnostics)
        }
    }
}

/// All findings, and where each name of each Python file leads.
fn answers(workspace: &Workspace, root: &Utf8Path, memory: &Memory) -> Vec<String> {
    let found = found(workspace, memory);
    let mut said: Vec<String> = found.diagnostics.iter().map(|d| format!("{d:?}")).collect();
    said.extend(found.not_judged.iter().map(|one| format!("{one:?}")));
    for (path, _) in FILES.iter().filter(|(path, _)| path.ends_with(".py")) {
        let file = FileId::new(&root.join(path));
        let Some(summary) = workspace.summary(&file) else { continue };
        for (range, _) in &summary.spans.tokens {
            said.push(format!("{path} {range:?} {:?}", ide::definition(workspace, &file, range.start)));
        }
    }
    said
}

/// What only one of two workspaces says.
fn differing(incremental: &[String], fresh: &[String]) -> Vec<String> {
    let only = |of: &'static str, these: &[String], others: &[String]| -> Vec<String> {
        let only = these.iter().filter(|one| !others.contains(one));
        only.map(|one| format!("{of} alone: {one}")).collect()
    };
    let mut all = only("incremental", incremental, fresh);
    all.extend(only("fresh", fresh, incremental));
    if all.is_empty() && incremental != fresh {
        all.push("the same in another order, or another number".to_owned());
    }
    all
}

/// A manifest that does not parse keeps its last good form, which a fresh look cannot know: such states are passed through
/// and not compared.
#[test]
fn incremental_equals_fresh() {
    let (compared, passed_through) = (Cell::new(0), Cell::new(0));
    let count = |counter: &Cell<usize>| counter.set(counter.get() + 1);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&(turns(), any::<bool>()), |(turns, opened)| {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        let mut editor = Editor::new(&root);
        // A first edit opens its document, and so says nothing of what an edit alone keeps.
        (0..FILES.len()).filter(|_| opened).for_each(|file| editor.open(file, &initial(file)));
        for (step, questions, is_compared) in &turns {
            editor.take(step);
            // Asking in between fills what the next step has to keep or drop, and what is asked first decides nothing.
            let answered: Vec<String> = questions.iter().map(|question| editor.answer(*question)).collect();
            if !is_compared {
                continue;
            }
            let told = answers(&editor.session.snapshot().workspace, &root, editor.session.memory());
            let fresh = editor.fresh();
            if fresh.all_manifests().iter().any(|(_, manifest)| manifest.unreadable) {
                count(&passed_through);
                continue;
            }
            count(&compared);
            let differing = differing(&told, &answers(&fresh, &root, &Memory::default()));
            prop_assert!(differing.is_empty(), "after {:?}\n{}", step, differing.join("\n"));
            for (question, answer) in questions.iter().zip(answered) {
                if !matches!(question, Question::QuickFixes(..)) {
                    prop_assert_eq!(
                        answer,
                        said(&fresh, &root, &Memory::default(), *question),
                        "{:?} after {:?}",
                        question,
                        step
                    );
                }
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(
        compared.get() > passed_through.get(),
        "{compared:?} states were compared, {passed_through:?} not"
    );
}
