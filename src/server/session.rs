//! What a session knows: the workspace at its newest revision, and how its client wants to be talked to.
//!
//! Everything lies under one mutex that is held for the length of a state change or of a clone, and never across
//! an `.await`: the order in which messages take it is the order in which they came.

use std::sync::Arc;

use camino::Utf8PathBuf;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::sync::watch;
use tower_lsp::ls_types::Uri;

use super::capabilities::ClientFeatures;
use super::events::{self, Effect, FileEvent, FileEventKind, is_text_only};
use super::publish::Checked;
use crate::rules::Memory;
use crate::source::Selection;
use crate::text::{Document, Encoding, LineColumn, TextChange};
use crate::vfs::{FileId, Files};
use crate::workspace::Workspace;

/// How a client introduced itself.
#[derive(Clone, Debug, Default)]
pub struct Introduction {
    /// The opened folders; may be none.
    pub folders: Vec<Utf8PathBuf>,
    /// What columns count.
    pub encoding: Encoding,
    /// What it can do.
    pub features: ClientFeatures,
    /// The process that must not outlive us.
    pub process: Option<u32>,
    /// The interpreters that its user selected; none where it says nothing of them.
    pub selections: Option<Vec<Selection>>,
}

/// One replacement in an open document.
#[derive(Clone, Debug)]
pub struct DocumentEdit {
    /// What gives way; the whole text where it is `None`.
    pub range: Option<(LineColumn, LineColumn)>,
    /// What stands there then.
    pub text: String,
}

/// One consistent view, for one request.
#[derive(Clone)]
pub struct Snapshot {
    /// The workspace.
    pub workspace: Workspace,
    /// Counts state changes.
    pub revision: u64,
    /// What columns count.
    pub encoding: Encoding,
    /// What the client can do.
    pub features: ClientFeatures,
    /// How the client spells the open documents.
    pub uris: Arc<FxHashMap<FileId, Uri>>,
}

/// What those that wait for changes are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// The newest revision.
    pub revision: u64,
    /// The session is over.
    pub over: bool,
}

/// A client's session.
pub struct Session {
    state: Mutex<State>,
    pulse: watch::Sender<Pulse>,
    checked: Mutex<Option<Arc<Checked>>>,
    memory: Memory,
}

struct State {
    snapshot: Snapshot,
    process: Option<u32>,
}

impl Default for Session {
    fn default() -> Self {
        Self::new(Workspace::new(Files::default(), Vec::new()))
    }
}

impl Session {
    /// A session to which nobody has spoken yet. Of the workspace, in which nothing is opened, it takes what is known
    /// beside files.
    pub fn new(workspace: Workspace) -> Self {
        let snapshot = Snapshot {
            workspace,
            revision: 0,
            encoding: Encoding::default(),
            features: ClientFeatures::default(),
            uris: Arc::default(),
        };
        Self {
            state: Mutex::new(State { snapshot, process: None }),
            pulse: watch::Sender::default(),
            checked: Mutex::default(),
            memory: Memory::default(),
        }
    }

    /// The newest view.
    pub fn snapshot(&self) -> Snapshot {
        self.state.lock().snapshot.clone()
    }

    /// Follows the revisions.
    pub fn pulse(&self) -> watch::Receiver<Pulse> {
        self.pulse.subscribe()
    }

    /// The newest revision's number.
    pub fn revision(&self) -> u64 {
        self.pulse.borrow().revision
    }

    /// Whether the session is over.
    pub fn is_over(&self) -> bool {
        self.pulse.borrow().over
    }

    /// The client said who it is.
    pub fn introduced(&self, introduction: Introduction) {
        self.change(|state| {
            state.snapshot.encoding = introduction.encoding;
            state.snapshot.features = introduction.features;
            state.process = introduction.process;
            state.reopen(Files::default(), introduction.folders);
            state.select(introduction.selections);
        });
    }

    /// The client's process, once it is known.
    pub fn process(&self) -> Option<u32> {
        self.state.lock().process
    }

    /// Ends everything that follows the pulse.
    pub fn end(&self) {
        self.pulse.send_modify(|pulse| pulse.over = true);
    }

    /// A document was opened; one that is open already is replaced.
    pub fn opened(&self, uri: Uri, file: &FileId, document: Document) {
        self.change(|state| {
            state.snapshot.workspace.remount(file);
            let files = &state.snapshot.workspace.files;
            let known = files.text(file).is_ok_and(|known| known.text == document.text());
            let next = files.with_document(file, document, Vec::new());
            let same_structure = known || (is_text_only(file) && files.is_file(file.path()));
            Arc::make_mut(&mut state.snapshot.uris).insert(file.clone(), uri);
            if state.snapshot.workspace.folders.is_empty() {
                state.reopen(next, vec![file.dir().to_owned()]);
            } else if same_structure {
                state.retext(next);
            } else {
                state.restructure(next);
            }
        });
    }

    /// An open document was edited; the edits apply one after the other. One that was never opened has no text to
    /// edit, so that nothing happens.
    pub fn edited(&self, file: &FileId, version: i32, edits: Vec<DocumentEdit>) {
        self.change(|state| {
            let files = &state.snapshot.workspace.files;
            let Some(mut document) = files.open_document(file).cloned() else {
                tracing::warn!(file = %file.path(), "edit of a document that is not open");
                return;
            };
            let encoding = state.snapshot.encoding;
            let changes: Vec<TextChange> = edits
                .into_iter()
                .map(|edit| match edit.range {
                    Some((start, end)) => document.replace(start, end, encoding, &edit.text),
                    None => document.replace_all(&edit.text),
                })
                .collect();
            document.version = version;
            let next = files.with_document(file, document, changes);
            if is_text_only(file) { state.retext(next) } else { state.remanifest(next, file) }
        });
    }

    /// An open document was closed; the disk speaks for it again.
    pub fn closed(&self, file: &FileId) {
        self.change(|state| {
            let files = &state.snapshot.workspace.files;
            if files.open_document(file).is_none() {
                return;
            }
            let held = files.text(file);
            let next = files.without_document(file);
            let on_disk = next.text(file);
            let known = matches!((&held, &on_disk), (Ok(held), Ok(now)) if held.text == now.text);
            Arc::make_mut(&mut state.snapshot.uris).remove(file);
            if known || (is_text_only(file) && on_disk.is_ok()) {
                state.retext(next);
            } else {
                state.restructure(next);
            }
        });
    }

    /// An open document was saved. That changes no text; but a file may be there now that was not.
    pub fn saved(&self, file: &FileId) {
        let files = self.snapshot().workspace.files;
        if files.list(file.dir()).kind(file.file_name()).is_none() {
            let path = file.path().to_owned();
            self.changed_on_disk(&[FileEvent { path, kind: FileEventKind::Created }]);
        }
    }

    /// Files changed on disk.
    pub fn changed_on_disk(&self, events: &[FileEvent]) {
        self.change(|state| match events::effect(&state.snapshot.workspace.files, events) {
            Effect::None => {}
            Effect::Text(next) => state.retext(next),
            Effect::Structure(next) => state.restructure(next),
        });
    }

    /// Folders were opened and closed.
    pub fn folders_changed(&self, added: &[Utf8PathBuf], removed: &[Utf8PathBuf]) {
        self.change(|state| {
            let mut folders = state.snapshot.workspace.folders.clone();
            folders.retain(|folder| !removed.contains(folder));
            for folder in added {
                if !folders.contains(folder) {
                    folders.push(folder.clone());
                }
            }
            let files = state.snapshot.workspace.files.clone();
            state.reopen(files, folders);
        });
    }

    /// The client's settings changed: everything is judged anew. `selections` are the interpreters that are selected now;
    /// none where the settings say nothing of them.
    pub fn settings_changed(&self, selections: Option<Vec<Selection>>) {
        self.change(|state| {
            state.select(selections);
            state.snapshot.revision += 1;
        });
    }

    /// Keeps what the last check found, for the code actions.
    pub fn keep(&self, checked: Arc<Checked>) {
        *self.checked.lock() = Some(checked);
    }

    /// What the last check found.
    pub fn checked(&self) -> Option<Arc<Checked>> {
        self.checked.lock().clone()
    }

    /// What the last check worked out, for the next one.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The folders to watch.
    pub fn folders(&self) -> Vec<Utf8PathBuf> {
        self.state.lock().snapshot.workspace.folders.clone()
    }

    /// Runs one state change, and tells those that wait when it made a new revision.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        change(&mut state);
        let revision = state.snapshot.revision;
        self.pulse.send_if_modified(|pulse| std::mem::replace(&mut pulse.revision, revision) != revision);
    }
}

impl State {
    /// The texts of Python files changed and nothing else did.
    fn retext(&mut self, files: Files) {
        self.snapshot.workspace = self.snapshot.workspace.with_text(files);
        self.snapshot.revision += 1;
    }

    /// Interpreters were selected. What is installed there may be newer than what was read of it: nobody watches
    /// environments outside of the opened folders.
    fn select(&mut self, selections: Option<Vec<Selection>>) {
        let workspace = &self.snapshot.workspace;
        let Some(selections) = selections.filter(|new| *new != workspace.surroundings().selections) else {
            return;
        };
        let surroundings = workspace.surroundings().clone().with_selections(selections);
        let files = workspace.files.with_everything_changed();
        let next = workspace.with_structure(files, workspace.folders.clone());
        self.snapshot.workspace = next.with_surroundings(surroundings);
    }

    /// The text of a manifest changed that an editor holds.
    fn remanifest(&mut self, files: Files, file: &FileId) {
        self.snapshot.workspace = self.snapshot.workspace.with_manifest_text(files, file);
        self.snapshot.revision += 1;
    }

    /// Manifests changed, or which files there are.
    fn restructure(&mut self, files: Files) {
        let folders = self.snapshot.workspace.folders.clone();
        self.reopen(files, folders);
    }

    /// As [`State::restructure`], with other folders.
    fn reopen(&mut self, files: Files, folders: Vec<Utf8PathBuf>) {
        self.snapshot.workspace = self.snapshot.workspace.with_structure(files, folders);
        self.snapshot.revision += 1;
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;

    fn uri(path: &Utf8Path) -> Uri {
        crate::server::uri::uri_of(path).unwrap()
    }

    fn text(session: &Session, file: &FileId) -> String {
        session.snapshot().workspace.files.text(file).unwrap().text.to_string()
    }

    #[test]
    fn an_editors_text_wins_until_the_document_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(dir.path()).unwrap().join("a.py");
        std::fs::write(&path, "disk\n").unwrap();
        let file = FileId::new(&path);
        let session = Session::default();
        assert_eq!(text(&session, &file), "disk\n");
        session.opened(uri(&path), &file, Document::new("a\u{1d11e}b\n", 1));
        let edits = vec![
            DocumentEdit { range: Some((at(0, 3), at(0, 4))), text: "c".to_owned() },
            DocumentEdit { range: Some((at(0, 0), at(0, 0))), text: "x".to_owned() },
        ];
        session.edited(&file, 2, edits);
        assert_eq!(text(&session, &file), "xa\u{1d11e}c\n");
        assert_eq!(session.snapshot().workspace.files.open_document(&file).unwrap().version, 2);
        std::fs::write(&path, "newer\n").unwrap();
        session.changed_on_disk(&[FileEvent { path: path.clone(), kind: FileEventKind::Changed }]);
        assert_eq!(text(&session, &file), "xa\u{1d11e}c\n");
        session.closed(&file);
        assert_eq!(text(&session, &file), "newer\n");
    }

    #[test]
    fn without_folders_the_first_documents_folder_is_opened() {
        let session = Session::default();
        for name in ["/nowhere/one/a.py", "/nowhere/two/b.py"] {
            let file = FileId::new(Utf8Path::new(name));
            session.opened(uri(file.path()), &file, Document::new("", 1));
        }
        assert_eq!(session.folders(), ["/nowhere/one"]);
        session.folders_changed(&["/nowhere/three".into()], &["/nowhere/one".into()]);
        assert_eq!(session.folders(), ["/nowhere/three"]);
    }

    #[test]
    fn what_changes_nothing_makes_no_revision() {
        let session = Session::default();
        let file = FileId::new(Utf8Path::new("/nowhere/a.py"));
        session.edited(&file, 1, Vec::new());
        session.closed(&file);
        session.changed_on_disk(&[]);
        assert_eq!(session.revision(), 0);
        session.settings_changed(None);
        assert_eq!(session.revision(), 1);
    }

    fn at(line: u32, column: u32) -> LineColumn {
        LineColumn { line, column }
    }
}
