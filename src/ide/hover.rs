//! Hover.

use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::Workspace;

/// What to show beside a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What was asked about.
    pub range: TextRange,
    /// Markdown.
    pub markdown: String,
}

/// Signature, docstring, and which distribution and version this location gets, by which evidence.
pub fn hover(_workspace: &Workspace, _file: &FileId, _offset: u32) -> Option<Hover> {
    None
}
