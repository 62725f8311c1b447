//! The protocol's messages, each led to the session or to a question.
//!
//! Handlers are polled concurrently and keep their order only up to their first `.await`: each changes or
//! snapshots the state before it. None waits for the client.

use std::sync::Arc;

use camino::Utf8PathBuf;
use tokio::sync::Semaphore;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::request::{GotoDeclarationParams, GotoDeclarationResponse};
use tower_lsp::ls_types::{
    CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, DidChangeConfigurationParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentSymbolParams,
    DocumentSymbolResponse, FileChangeType, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams,
    InitializeParams, InitializeResult, InitializedParams, Range, ServerInfo, TextDocumentPositionParams,
    Uri, WorkspaceFolder,
};
use tower_lsp::{Client, LanguageServer};

use super::capabilities::{self, ClientFeatures};
use super::convert;
use super::door;
use super::events::{FileEvent, FileEventKind};
use super::named::Named;
use super::publish::{self, Checked};
use super::session::{DocumentEdit, Introduction, Session, Snapshot};
use super::settings;
use super::uri::file_of;
use super::watch;
use super::work::{caught, off_thread};
use crate::ide;
use crate::rules;
use crate::text::Document;
use crate::vfs::FileId;

/// Requests beyond this many wait for their turn, with their snapshots taken.
const AT_ONCE: usize = 8;

/// The server as the protocol library sees it.
pub struct Handlers {
    session: Arc<Session>,
    client: Client,
    turns: Arc<Semaphore>,
}

impl Handlers {
    /// Handlers for one client.
    pub fn new(session: Arc<Session>, client: Client) -> Self {
        Self { session, client, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Answers a message that was no JSON.
    pub async fn not_json(&self) -> Result<()> {
        Err(door::not_json())
    }

    /// Answers a message that was no JSON-RPC.
    pub async fn not_a_message(&self) -> Result<()> {
        Err(door::not_a_message())
    }

    /// Answers from a snapshot of this moment. The snapshot is taken when the future is first polled, before
    /// anything is awaited.
    pub(super) async fn answer<T: Send + 'static>(
        &self,
        kind: &'static str,
        question: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<T> {
        let snapshot = self.session.snapshot();
        let _turn = self.turns.acquire().await.map_err(|_| Error::internal_error())?;
        off_thread(kind, move || question(&snapshot)).await.ok_or_else(Error::internal_error)
    }

    /// Changes the session's state, at once.
    fn change(&self, kind: &'static str, change: impl FnOnce(&Session)) {
        caught(kind, || change(&self.session));
    }

    async fn definitions(
        &self,
        kind: &'static str,
        asked: TextDocumentPositionParams,
        links: fn(ClientFeatures) -> bool,
    ) -> Result<Option<GotoDefinitionResponse>> {
        self.answer(kind, move |snapshot| {
            let (file, offset) = place(snapshot, &asked)?;
            let found = ide::definition(&snapshot.workspace, &file, offset)?;
            let named = Named::new(snapshot, found.targets.iter().map(|target| &target.file));
            Some(convert::definitions(snapshot, &named, &file, &found, links(snapshot.features)))
        })
        .await
    }
}

impl LanguageServer for Handlers {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let encoding = capabilities::encoding(&params.capabilities);
        let introduction = Introduction {
            encoding,
            features: ClientFeatures::new(&params.capabilities),
            process: params.process_id,
            selections: params.initialization_options.as_ref().and_then(settings::selections),
            folders: folders(params),
        };
        self.change("initialize", |session| session.introduced(introduction));
        Ok(InitializeResult {
            capabilities: capabilities::offered(encoding),
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        tokio::spawn(publish::run(self.session.clone(), self.client.clone()));
        tokio::spawn(watch::run(self.session.clone(), self.client.clone()));
    }

    /// The door has noted it; see [`door::Log`].
    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let Some(file) = file_of(&document.uri) else { return };
        self.change("didOpen", |session| {
            session.opened(document.uri, &file, Document::new(&document.text, document.version));
        });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let Some(file) = file_of(&params.text_document.uri) else { return };
        let places = |range: Range| (convert::line_column(range.start), convert::line_column(range.end));
        let edits = params.content_changes.into_iter();
        let edits =
            edits.map(|edit| DocumentEdit { range: edit.range.map(places), text: edit.text }).collect();
        self.change("didChange", |session| session.edited(&file, params.text_document.version, edits));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let Some(file) = file_of(&params.text_document.uri) else { return };
        self.change("didClose", |session| session.closed(&file));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        let Some(file) = file_of(&params.text_document.uri) else { return };
        self.change("didSave", |session| session.saved(&file));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let event = |change: tower_lsp::ls_types::FileEvent| {
            let kind = match change.typ {
                FileChangeType::CREATED => FileEventKind::Created,
                FileChangeType::DELETED => FileEventKind::Deleted,
                _ => FileEventKind::Changed,
            };
            Some(FileEvent { path: file_of(&change.uri)?.path().to_owned(), kind })
        };
        let events: Vec<FileEvent> = params.changes.into_iter().filter_map(event).collect();
        self.change("didChangeWatchedFiles", |session| session.changed_on_disk(&events));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let (added, removed) = (paths(&params.event.added), paths(&params.event.removed));
        self.change("didChangeWorkspaceFolders", |session| session.folders_changed(&added, &removed));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        let selections = settings::selections(&params.settings);
        self.change("didChangeConfiguration", |session| session.settings_changed(selections));
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let asked = params.text_document_position_params;
        self.definitions("definition", asked, |features| features.definition_link).await
    }

    async fn goto_declaration(
        &self,
        params: GotoDeclarationParams,
    ) -> Result<Option<GotoDeclarationResponse>> {
        let asked = params.text_document_position_params;
        self.definitions("declaration", asked, |features| features.declaration_link).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.answer("hover", move |snapshot| {
            let (file, offset) = place(snapshot, &params.text_document_position_params)?;
            let found = ide::hover(&snapshot.workspace, &file, offset)?;
            Some(convert::hover(snapshot, &file, found))
        })
        .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.answer("documentSymbol", move |snapshot| {
            let file = file_of(&params.text_document.uri)?;
            let symbols = ide::document_symbols(&snapshot.workspace, &file);
            let named = Named::new(snapshot, [&file]);
            Some(convert::symbols(snapshot, &named, &file, &symbols))
        })
        .await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let checked = self.session.checked();
        self.answer("codeAction", move |snapshot| {
            let file = file_of(&params.text_document.uri)?;
            let wanted = params.context.only.is_none_or(|only| only.iter().any(includes_quick_fixes));
            let able = snapshot.features.code_action_literals && wanted;
            let fixes =
                if able { quick_fixes(snapshot, &*checked?, &file, params.range) } else { Vec::new() };
            Some(fixes)
        })
        .await
    }
}

/// The quick fixes of the findings that a range touches. What was found in an older text is left out where that
/// text, or one that the fix edits, has changed since: its ranges are wrong by now.
pub(super) fn quick_fixes(
    snapshot: &Snapshot,
    checked: &Checked,
    file: &FileId,
    range: Range,
) -> CodeActionResponse {
    let unchanged = |file: &FileId| {
        let texts = (snapshot.workspace.files.text(file), checked.snapshot.workspace.files.text(file));
        matches!(texts, (Ok(now), Ok(then)) if now.text == then.text)
    };
    if !unchanged(file) {
        return Vec::new();
    }
    let offset = |position| snapshot.offset(file, position).unwrap_or_default();
    let (start, end) = (offset(range.start), offset(range.end));
    let touched = |found: &&rules::Diagnostic| {
        found.file == *file && found.range.start <= end && start <= found.range.end
    };
    let source = snapshot.workspace.files.text(file);
    let actions: Vec<(&rules::Diagnostic, rules::Fix)> = checked
        .findings
        .diagnostics
        .iter()
        .filter(touched)
        .flat_map(|found| {
            let cover = source.as_ref().ok().and_then(|source| rules::cover(source, found));
            found.fix.clone().into_iter().chain(cover).map(move |fix| (found, fix))
        })
        .filter(|(_, fix)| fix.edits.iter().all(|edit| unchanged(&edit.file)))
        .collect();
    let files =
        actions.iter().flat_map(|(found, fix)| found.files().chain(fix.edits.iter().map(|edit| &edit.file)));
    let named = Named::new(snapshot, files);
    let actions = actions.iter().filter_map(|(found, fix)| convert::quick_fix(snapshot, &named, found, fix));
    actions.map(CodeActionOrCommand::CodeAction).collect()
}

/// Kinds are hierarchical: an empty one asks for all.
fn includes_quick_fixes(kind: &CodeActionKind) -> bool {
    kind.as_str().is_empty() || *kind == CodeActionKind::QUICKFIX
}

/// The file and byte offset of a question; `None` for documents that are no files, and unreadable ones.
fn place(snapshot: &Snapshot, asked: &TextDocumentPositionParams) -> Option<(FileId, u32)> {
    let file = file_of(&asked.text_document.uri)?;
    let offset = snapshot.offset(&file, asked.position)?;
    Some((file, offset))
}

/// The opened folders: the client's list, else the one root that older clients name.
#[allow(deprecated, reason = "older clients send nothing else")]
fn folders(params: InitializeParams) -> Vec<Utf8PathBuf> {
    let listed = paths(&params.workspace_folders.unwrap_or_default());
    if !listed.is_empty() {
        return listed;
    }
    let root = params.root_uri.as_ref().and_then(path_of);
    let named = || params.root_path.map(|path| crate::vfs::normalize(path.as_str().into()));
    root.or_else(|| named().filter(|path| path.is_absolute())).into_iter().collect()
}

fn paths(folders: &[WorkspaceFolder]) -> Vec<Utf8PathBuf> {
    folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
}

fn path_of(uri: &Uri) -> Option<Utf8PathBuf> {
    Some(file_of(uri)?.path().to_owned())
}
