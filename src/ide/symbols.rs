//! The symbols of one document.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::manifest::DocumentKind;
use crate::python::{DefinitionId, DefinitionKind, ModuleSummary, ScopeId};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::Workspace;

/// Classes are looked into this deep; the walk recurses, and nobody reads an outline deeper than that.
const MAX_DEPTH: usize = 64;

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

/// The outline of a Python file: classes, functions, methods, variables of modules and classes, attributes that
/// methods assign to `self`. Each variable once, where it is first bound. Source order.
pub fn document_symbols(workspace: &Workspace, file: &FileId) -> Vec<DocumentSymbol> {
    if !DocumentKind::of(file.path()).is_python() {
        return Vec::new();
    }
    let Some(summary) = workspace.summary(file) else { return Vec::new() };
    let mut by_scope: FxHashMap<ScopeId, Vec<DefinitionId>> = FxHashMap::default();
    for (at, definition) in (0..).zip(&summary.definitions) {
        by_scope.entry(definition.scope).or_default().push(DefinitionId(at));
    }
    symbols_in(&summary, &by_scope, ScopeId::MODULE, 0)
}

fn symbols_in(
    summary: &ModuleSummary,
    by_scope: &FxHashMap<ScopeId, Vec<DefinitionId>>,
    scope: ScopeId,
    depth: usize,
) -> Vec<DocumentSymbol> {
    let in_class = scope != ScopeId::MODULE;
    let mut variables = FxHashSet::default();
    let mut symbols = Vec::new();
    for id in by_scope.get(&scope).map_or(&[][..], Vec::as_slice) {
        let (Some(definition), Some(span)) =
            (summary.definition(*id), summary.spans.definitions.get(id.index()))
        else {
            continue;
        };
        let (kind, children) = match &definition.kind {
            DefinitionKind::Class(class) if depth < MAX_DEPTH => {
                (SymbolKind::Class, symbols_in(summary, by_scope, class.scope, depth + 1))
            }
            DefinitionKind::Class(_) => (SymbolKind::Class, Vec::new()),
            DefinitionKind::Function(_) if in_class => (SymbolKind::Method, Vec::new()),
            DefinitionKind::Function(_) => (SymbolKind::Function, Vec::new()),
            DefinitionKind::Variable(_) if !variables.insert(&definition.name) => continue,
            DefinitionKind::Variable(_) if in_class => (SymbolKind::Field, Vec::new()),
            DefinitionKind::Variable(_) => (SymbolKind::Variable, Vec::new()),
            DefinitionKind::Import(_) | DefinitionKind::Parameter(..) | DefinitionKind::Other(_) => continue,
        };
        let name = definition.name.to_string();
        symbols.push(DocumentSymbol { name, kind, focus: span.name, full: span.full, children });
    }
    symbols.sort_by_key(|symbol| symbol.focus.start);
    symbols
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::text::Document;
    use crate::vfs::Files;

    fn outline(name: &str, text: &str) -> Vec<String> {
        fn lines(symbols: &[DocumentSymbol], indent: usize, text: &str, out: &mut Vec<String>) {
            for symbol in symbols {
                assert_eq!(symbol.focus.slice(text), symbol.name);
                assert!(symbol.full.contains(symbol.focus), "{symbol:?}");
                out.push(format!("{:indent$}{:?} {}", "", symbol.kind, symbol.name));
                lines(&symbol.children, indent + 1, text, out);
            }
        }
        let file = FileId::new(&Utf8Path::new("/nowhere").join(name));
        let files = Files::default().with_document(&file, Document::new(text, 1), Vec::new());
        let mut out = Vec::new();
        lines(&document_symbols(&Workspace::new(files, Vec::new()), &file), 0, text, &mut out);
        out
    }

    #[test]
    fn an_outline_has_what_a_module_defines() {
        let text = "\
import os
LIMIT = 1
LIMIT = 2
def load(path):
    local = 1
    def inner(): ...
class Store:
    size = 0
    def __init__(self):
        self.path = None
        self.size = 1
    class Meta:
        name = ''
";
        let expected = [
            "Variable LIMIT",
            "Function load",
            "Class Store",
            " Field size",
            " Method __init__",
            " Field path",
            " Class Meta",
            "  Field name",
        ];
        assert_eq!(outline("a.py", text), expected);
        assert_eq!(outline("a.pyi", text), expected);
        assert_eq!(outline("a.toml", text), Vec::<String>::new());
    }

    #[test]
    fn an_outline_has_an_end() {
        let nested: String =
            (0..500).map(|depth| format!("{}class C{depth}:\n", " ".repeat(depth))).collect();
        assert!(outline("a.py", &nested).len() <= MAX_DEPTH + 1);
    }
}
