//! The symbols of one document.

use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::Workspace;

/// A symbol with those inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The name's place.
    pub focus: TextRange,
    /// The whole definition.
    pub full: TextRange,
    /// Members.
    pub children: Vec<DocumentSymbol>,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A class.
    Class,
    /// A function.
    Function,
    /// A function in a class.
    Method,
    /// A variable.
    Variable,
    /// A class's or instance's attribute.
    Field,
    /// A module, table or section.
    Module,
}

/// The outline of a Python file: classes, functions, methods, module variables.
pub fn document_symbols(_workspace: &Workspace, _file: &FileId) -> Vec<DocumentSymbol> {
    Vec::new()
}
