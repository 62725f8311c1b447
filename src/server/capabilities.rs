//! What the client can do, and what we offer it.

use tower_lsp::ls_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    DeclarationCapability, HoverProviderCapability, MarkupKind, OneOf, PositionEncodingKind,
    ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use crate::text::Encoding;

/// The client's abilities that change an answer's form. All false for a client that says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientFeatures {
    /// Definitions may be `LocationLink`s.
    pub definition_link: bool,
    /// Declarations may be `LocationLink`s.
    pub declaration_link: bool,
    /// Hovers may be Markdown.
    pub hover_markdown: bool,
    /// Document symbols may be nested.
    pub nested_symbols: bool,
    /// Code actions may be more than commands.
    pub code_action_literals: bool,
    /// Edits may name the document version that they are for.
    pub versioned_edits: bool,
    /// Diagnostics may have related information.
    pub related_information: bool,
    /// Diagnostics may link to their rule's page.
    pub code_description: bool,
    /// Diagnostics may name the document version that they are for.
    pub diagnostic_version: bool,
    /// Progress may be shown that no request asked for.
    pub progress: bool,
    /// The client watches files for us.
    pub watched_files: bool,
}

impl ClientFeatures {
    /// Reads the capabilities of an `initialize`.
    pub fn new(client: &ClientCapabilities) -> Self {
        let document = client.text_document.as_ref();
        let workspace = client.workspace.as_ref();
        let diagnostics = document.and_then(|d| d.publish_diagnostics.as_ref());
        let yes = |flag: Option<bool>| flag == Some(true);
        Self {
            definition_link: yes(document.and_then(|d| d.definition.as_ref()?.link_support)),
            declaration_link: yes(document.and_then(|d| d.declaration.as_ref()?.link_support)),
            hover_markdown: document
                .and_then(|d| d.hover.as_ref()?.content_format.as_ref())
                .is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            nested_symbols: yes(
                document.and_then(|d| d.document_symbol.as_ref()?.hierarchical_document_symbol_support)
            ),
            code_action_literals: document
                .and_then(|d| d.code_action.as_ref()?.code_action_literal_support.as_ref())
                .is_some(),
            versioned_edits: yes(workspace.and_then(|w| w.workspace_edit.as_ref()?.document_changes)),
            related_information: yes(diagnostics.and_then(|d| d.related_information)),
            code_description: yes(diagnostics.and_then(|d| d.code_description_support)),
            diagnostic_version: yes(diagnostics.and_then(|d| d.version_support)),
            progress: yes(client.window.as_ref().and_then(|w| w.work_done_progress)),
            watched_files: yes(
                workspace.and_then(|w| w.did_change_watched_files.as_ref()?.dynamic_registration)
            ),
        }
    }
}

/// The first of the client's encodings, which it lists by preference, that is one of the protocol's three; UTF-16
/// for a client that lists none.
pub fn encoding(client: &ClientCapabilities) -> Encoding {
    let offered = client.general.as_ref().and_then(|general| general.position_encodings.as_deref());
    offered.unwrap_or_default().iter().find_map(|kind| known(kind)).unwrap_or_default()
}

fn known(kind: &PositionEncodingKind) -> Option<Encoding> {
    match kind.as_str() {
        "utf-8" => Some(Encoding::Utf8),
        "utf-16" => Some(Encoding::Utf16),
        "utf-32" => Some(Encoding::Utf32),
        _ => None,
    }
}

/// What we offer, in the negotiated encoding.
pub fn offered(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(match encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        definition_provider: Some(OneOf::Left(true)),
        declaration_provider: Some(DeclarationCapability::Simple(true)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_first_known_encoding_is_taken() {
        for (offer, expected) in [
            (r#"{}"#, Encoding::Utf16),
            (r#"{"general":{"positionEncodings":[]}}"#, Encoding::Utf16),
            (r#"{"general":{"positionEncodings":["utf-7"]}}"#, Encoding::Utf16),
            (r#"{"general":{"positionEncodings":["utf-7","utf-32","utf-8"]}}"#, Encoding::Utf32),
            (r#"{"general":{"positionEncodings":["utf-8","utf-16"]}}"#, Encoding::Utf8),
        ] {
            let capabilities: ClientCapabilities = serde_json::from_str(offer).unwrap();
            assert_eq!(encoding(&capabilities), expected, "{offer}");
        }
    }

    #[test]
    fn a_client_that_says_nothing_can_nothing() {
        assert_eq!(ClientFeatures::new(&ClientCapabilities::default()), ClientFeatures::default());
    }
}
