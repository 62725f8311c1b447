//! Incremental equals fresh: whatever a session went through, its answers are those of a workspace made anew.

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;

use crate::ide;
use crate::rules::{Memory, Selection, check_again};
use crate::server::events::{FileEvent, FileEventKind};
use crate::server::session::{DocumentEdit, Introduction, Session};
use crate::server::uri::uri_of;
use crate::text::{Document, LineColumn};
use crate::vfs::{FileId, Files};
use crate::workspace::Workspace;

/// Files and the lines that they are made of, in any choice and order.
const FILES: [(&str, &[&str]); 8] = [
    (
        "shared/pyproject.toml",
        &["[project]", "name = \"acme-shared\"", "version = \"0.2.0\"", "name = \"acme-other\"", "[broken"],
    ),
    (
        "shared/src/acme/__init__.py",
        &["from .io import load", "from .io import *", "import acme.io", "LIMIT = 1", "def (:"],
    ),
    (
        "shared/src/acme/io.py",
        &[
            "def load(): ...",
            "class Table:",
            "    rows = 1",
            "def store(): ...",
            "__all__ = ['store']",
            "'''",
        ],
    ),
    ("shared/src/acme/extra.py", &["from acme.io import Table", "class Extra(Table): ...", "x = Table()"]),
    (
        "etl/pyproject.toml",
        &[
            "[project]",
            "name = \"etl\"",
            "version = \"1.0\"",
            "dependencies = [\"acme-shared\"]",
            "dependencies = [\"acme-shared==0.1.3\"]",
            "[tool.uv.sources]",
            "acme-shared = { path = \"../shared\" }",
            "acme-shared = { path = \"../gone\" }",
            "# crossloc: ignore[missing-source-path] soon",
        ],
    ),
    (
        "etl/src/etl/assets.py",
        &[
            "from acme import load, LIMIT",
            "from acme.io import store",
            "import acme.extra",
            "acme.extra.x.rows",
            "load()",
            "store().x",
            "(((",
        ],
    ),
    (
        "ml/pyproject.toml",
        &[
            "[project]",
            "name = \"ml\"",
            "version = \"1.0\"",
            "dependencies = [\"etl\"]",
            "[tool.dg]",
            "[tool.dg.project]",
        ],
    ),
    (
        "ml/src/ml/train.py",
        &["from etl.assets import load", "from acme.io import load", "from acme.gone import x", "load()"],
    ),
];

#[derive(Clone, Debug)]
enum Step {
    Open(usize, Vec<usize>),
    ReplaceLine(usize, u32, usize),
    Type(usize, u32, u32, &'static str),
    Close(usize),
    Write(usize, Vec<usize>),
    Delete(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let file = || 0..FILES.len();
    let lines = || prop::collection::vec(0usize..9, 0..8);
    let typed = prop_oneof![Just("x"), Just("("), Just("\n"), Just("'''"), Just(""), Just(" = 1\n")];
    let step = prop_oneof![
        (file(), lines()).prop_map(|(file, lines)| Step::Open(file, lines)),
        (file(), 0u32..8, 0usize..9).prop_map(|(file, line, with)| Step::ReplaceLine(file, line, with)),
        (file(), 0u32..8, 0u32..12, typed)
            .prop_map(|(file, line, column, text)| Step::Type(file, line, column, text)),
        file().prop_map(Step::Close),
        (file(), lines()).prop_map(|(file, lines)| Step::Write(file, lines)),
        file().prop_map(Step::Delete),
    ];
    prop::collection::vec(step, 1..14)
}

/// A session over a folder, with how its documents are numbered.
struct Editor {
    root: Utf8PathBuf,
    session: Session,
    version: i32,
}

impl Editor {
    fn new(root: &Utf8Path) -> Self {
        for (path, lines) in FILES {
            write(&root.join(path), &lines.join("\n"));
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
            Step::Open(file, lines) => {
                let path = self.path(*file);
                let document = Document::new(&text(*file, lines), self.version);
                self.session.opened(uri_of(&path).unwrap(), &FileId::new(&path), document);
            }
            Step::ReplaceLine(file, line, with) => {
                let new = text(*file, &[*with]);
                self.edit(*file, at(*line, 0), at(*line, 999), new.trim_end());
            }
            Step::Type(file, line, column, new) => {
                self.edit(*file, at(*line, *column), at(*line, column + 1), new)
            }
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

    fn edit(&self, file: usize, start: LineColumn, end: LineColumn, text: &str) {
        let edit = DocumentEdit { range: Some((start, end)), text: text.to_owned() };
        self.session.edited(&FileId::new(&self.path(file)), self.version, vec![edit]);
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

fn text(file: usize, lines: &[usize]) -> String {
    let known = FILES[file].1;
    lines.iter().map(|line| format!("{}\n", known[line % known.len()])).collect()
}

fn write(path: &Utf8Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// All findings, and where each name of each Python file leads.
fn answers(workspace: &Workspace, root: &Utf8Path, memory: &Memory) -> Vec<String> {
    let found = check_again(workspace, &Selection::default(), memory, &|| false).unwrap();
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    /// A manifest that does not parse keeps its last good form, which a fresh look cannot know: such states are passed
    /// through and not compared.
    #[test]
    fn incremental_equals_fresh(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        let mut editor = Editor::new(&root);
        for step in &steps {
            editor.take(step);
            // Asking in between fills what the next step has to keep or drop.
            let now = editor.session.snapshot().workspace;
            let said = answers(&now, &root, editor.session.memory());
            let fresh = editor.fresh();
            let broken = fresh.all_manifests().iter().any(|(_, manifest)| manifest.unreadable);
            if !broken {
                prop_assert_eq!(said, answers(&fresh, &root, &Memory::default()), "after {:?}", step);
            }
        }
    }
}
