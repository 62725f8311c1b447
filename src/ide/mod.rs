//! What an editor asks, answered in byte ranges and [`FileId`]s: one file per feature, no protocol types.
//!
//! Every feature is a function of an immutable [`Workspace`](crate::workspace::Workspace), a file and a byte offset,
//! and returns `None` or nothing where the question is not ours to answer.

mod definition;
mod document;
mod hover;
mod requirement;
mod symbols;
mod versions;

use crate::text::TextRange;
use crate::vfs::FileId;

pub use definition::{Definitions, definition};
pub use hover::{Hover, header, hover};
pub use symbols::{DocumentSymbol, SymbolKind, document_symbols};

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NavigationTarget {
    /// The file.
    pub file: FileId,
    /// Exactly the name, so that editors merge equal answers of several servers; empty at 0 for a whole module.
    pub focus: TextRange,
    /// The whole definition.
    pub full: TextRange,
}
