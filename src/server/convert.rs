//! Our answers in the protocol's words, and its positions in ours. Nothing is written here: the files that an answer names
//! were made ready before.

use std::collections::HashMap;
use std::str::FromStr;

use tower_lsp::ls_types::{
    CodeAction, CodeActionKind, CodeDescription, Diagnostic, DiagnosticRelatedInformation,
    DiagnosticSeverity, DocumentChanges, DocumentSymbol, DocumentSymbolResponse, GotoDefinitionResponse,
    Hover, HoverContents, Location, LocationLink, MarkupContent, MarkupKind, NumberOrString, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, SymbolInformation, SymbolKind,
    TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::named::Named;
use super::session::Snapshot;
use crate::ide;
use crate::rules;
use crate::text::{LineColumn, TextRange};
use crate::vfs::FileId;

/// Where the rules' pages are, one file a rule.
const RULE_PAGES: &str = "https://github.com/crossloc/crossloc/blob/main/docs/rules";
/// Editors recurse over symbols, and so does the encoder; nobody reads an outline this deep.
const MAX_SYMBOL_DEPTH: usize = 64;

/// A position as line and column.
pub fn line_column(position: Position) -> LineColumn {
    LineColumn { line: position.line, column: position.character }
}

impl Snapshot {
    /// A position as byte offset, clamped to the text; `None` where the file cannot be read.
    pub fn offset(&self, file: &FileId, position: Position) -> Option<u32> {
        let source = self.workspace.files.text(file).ok()?;
        Some(source.lines().offset(&source.text, line_column(position), self.encoding))
    }

    /// A byte range as lines and columns; the file's start where it cannot be read, as for a folder.
    pub fn range(&self, file: &FileId, range: TextRange) -> Range {
        let Ok(source) = self.workspace.files.text(file) else { return Range::default() };
        let position = |at: u32| {
            let place = source.lines().line_column(&source.text, at, self.encoding);
            Position { line: place.line, character: place.column }
        };
        Range { start: position(range.start), end: position(range.end) }
    }

    fn location(&self, named: &Named, file: &FileId, range: TextRange) -> Option<Location> {
        Some(Location { uri: named.uri(file)?, range: self.range(file, range) })
    }
}

/// Definitions, as links where the client takes them; of targets that were named.
pub fn definitions(
    snapshot: &Snapshot,
    named: &Named,
    file: &FileId,
    definitions: &ide::Definitions,
    links: bool,
) -> GotoDefinitionResponse {
    if !links {
        let locations = definitions.targets.iter();
        return GotoDefinitionResponse::Array(
            locations.filter_map(|target| snapshot.location(named, &target.file, target.focus)).collect(),
        );
    }
    let origin = snapshot.range(file, definitions.origin);
    let link = |target: &ide::NavigationTarget| {
        Some(LocationLink {
            origin_selection_range: Some(origin),
            target_uri: named.uri(&target.file)?,
            target_range: snapshot.range(&target.file, enclosing(target.full, target.focus)),
            target_selection_range: snapshot.range(&target.file, target.focus),
        })
    };
    GotoDefinitionResponse::Link(definitions.targets.iter().filter_map(link).collect())
}

/// The protocol wants the selected range inside the full one.
fn enclosing(full: TextRange, focus: TextRange) -> TextRange {
    if full.contains(focus) { full } else { focus }
}

/// A hover, as Markdown where the client shows it.
pub fn hover(snapshot: &Snapshot, file: &FileId, hover: ide::Hover) -> Hover {
    let contents = if snapshot.features.hover_markdown {
        MarkupContent { kind: MarkupKind::Markdown, value: hover.markdown }
    } else {
        MarkupContent { kind: MarkupKind::PlainText, value: plain(&hover.markdown) }
    };
    Hover { contents: HoverContents::Markup(contents), range: Some(snapshot.range(file, hover.range)) }
}

/// Markdown without its fences and code marks, which are all that hovers use.
fn plain(markdown: &str) -> String {
    let lines = markdown.lines().filter(|line| !line.trim_start().starts_with("```"));
    lines.map(|line| line.replace('`', "")).collect::<Vec<_>>().join("\n")
}

/// An outline, nested where the client takes it.
pub fn symbols(
    snapshot: &Snapshot,
    named: &Named,
    file: &FileId,
    symbols: &[ide::DocumentSymbol],
) -> DocumentSymbolResponse {
    if snapshot.features.nested_symbols {
        return DocumentSymbolResponse::Nested(nested(snapshot, file, symbols, 0));
    }
    let mut flat = Vec::new();
    if let Some(uri) = named.uri(file) {
        flatten(snapshot, file, &uri, symbols, None, 0, &mut flat);
    }
    DocumentSymbolResponse::Flat(flat)
}

fn nested(
    snapshot: &Snapshot,
    file: &FileId,
    symbols: &[ide::DocumentSymbol],
    depth: usize,
) -> Vec<DocumentSymbol> {
    let one = |symbol: &ide::DocumentSymbol| {
        let deeper = depth < MAX_SYMBOL_DEPTH && !symbol.children.is_empty();
        #[allow(deprecated, reason = "the type has no constructor")]
        DocumentSymbol {
            name: symbol.name.clone(),
            detail: None,
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: snapshot.range(file, enclosing(symbol.full, symbol.focus)),
            selection_range: snapshot.range(file, symbol.focus),
            children: deeper.then(|| nested(snapshot, file, &symbol.children, depth + 1)),
        }
    };
    symbols.iter().map(one).collect()
}

fn flatten(
    snapshot: &Snapshot,
    file: &FileId,
    uri: &Uri,
    symbols: &[ide::DocumentSymbol],
    container: Option<&str>,
    depth: usize,
    out: &mut Vec<SymbolInformation>,
) {
    for symbol in symbols {
        #[allow(deprecated, reason = "the type has no constructor")]
        out.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            location: Location { uri: uri.clone(), range: snapshot.range(file, symbol.full) },
            container_name: container.map(str::to_owned),
        });
        if depth < MAX_SYMBOL_DEPTH {
            flatten(snapshot, file, uri, &symbol.children, Some(&symbol.name), depth + 1, out);
        }
    }
}

fn symbol_kind(kind: ide::SymbolKind) -> SymbolKind {
    match kind {
        ide::SymbolKind::Class => SymbolKind::CLASS,
        ide::SymbolKind::Function => SymbolKind::FUNCTION,
        ide::SymbolKind::Method => SymbolKind::METHOD,
        ide::SymbolKind::Variable => SymbolKind::VARIABLE,
        ide::SymbolKind::Field => SymbolKind::FIELD,
        ide::SymbolKind::Module => SymbolKind::MODULE,
    }
}

/// A finding, without what the client cannot show.
pub fn diagnostic(snapshot: &Snapshot, named: &Named, diagnostic: &rules::Diagnostic) -> Diagnostic {
    let related = |related: &rules::Related| {
        let location = snapshot.location(named, &related.file, related.range)?;
        Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
    };
    let features = snapshot.features;
    let page = || Uri::from_str(&format!("{RULE_PAGES}/{}.md", diagnostic.rule)).ok();
    Diagnostic {
        range: snapshot.range(&diagnostic.file, diagnostic.range),
        severity: Some(match diagnostic.severity {
            rules::Severity::Error => DiagnosticSeverity::ERROR,
            rules::Severity::Warning => DiagnosticSeverity::WARNING,
            rules::Severity::Information => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(diagnostic.rule.to_owned())),
        code_description: features.code_description.then(page).flatten().map(|href| CodeDescription { href }),
        source: Some("crossloc".to_owned()),
        message: diagnostic.message.clone(),
        related_information: (features.related_information && !diagnostic.related.is_empty())
            .then(|| diagnostic.related.iter().filter_map(related).collect()),
        tags: None,
        data: None,
    }
}

/// A finding's cure as a quick fix; `None` where it has no edits, or an edit's file was not named.
pub fn quick_fix(
    snapshot: &Snapshot,
    named: &Named,
    found: &rules::Diagnostic,
    fix: &rules::Fix,
) -> Option<CodeAction> {
    fix.edits.first()?;
    let mut by_file: Vec<(&FileId, Vec<TextEdit>)> = Vec::new();
    for edit in &fix.edits {
        let change =
            TextEdit { range: snapshot.range(&edit.file, edit.range), new_text: edit.new_text.clone() };
        match by_file.iter_mut().find(|(file, _)| *file == &edit.file) {
            Some((_, changes)) => changes.push(change),
            None => by_file.push((&edit.file, vec![change])),
        }
    }
    Some(CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic(snapshot, named, found)]),
        edit: Some(workspace_edit(snapshot, named, by_file)?),
        // Editors apply what is preferred without showing it.
        is_preferred: fix.safe.then_some(true),
        ..CodeAction::default()
    })
}

fn workspace_edit(
    snapshot: &Snapshot,
    named: &Named,
    by_file: Vec<(&FileId, Vec<TextEdit>)>,
) -> Option<WorkspaceEdit> {
    if !snapshot.features.versioned_edits {
        // The key is compared by its text, which never changes.
        #[allow(clippy::mutable_key_type, reason = "the protocol's own type")]
        let changes: Option<HashMap<Uri, Vec<TextEdit>>> =
            by_file.into_iter().map(|(file, edits)| Some((named.uri(file)?, edits))).collect();
        return Some(WorkspaceEdit { changes: Some(changes?), ..WorkspaceEdit::default() });
    }
    let edits: Option<Vec<TextDocumentEdit>> = by_file
        .into_iter()
        .map(|(file, edits)| {
            let version = snapshot.workspace.files.open_document(file).map(|document| document.version);
            let text_document = OptionalVersionedTextDocumentIdentifier { uri: named.uri(file)?, version };
            Some(TextDocumentEdit { text_document, edits: edits.into_iter().map(OneOf::Left).collect() })
        })
        .collect();
    Some(WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits?)), ..WorkspaceEdit::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_keeps_the_words() {
        assert_eq!(plain("```python\ndef f()\n```\nfrom `a` *b*"), "def f()\nfrom a *b*");
    }
}
