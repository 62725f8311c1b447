//! Python source text to [`ModuleSummary`], from one file's text alone.
//!
//! A summary has three parts. The *interface* is what other files can see of this one; its [`fingerprint`]
//! (ModuleSummary::fingerprint) is free of positions, and an edit that leaves it alone concerns nobody else.
//! The *uses* are imports, names, attribute chains and calls as position-free arenas ([`ExpressionId`],
//! [`DefinitionId`]). The *spans* lie beside the arenas and are looked up only when an answer needs a place.

mod docstring;
mod extract;
mod fingerprint;
mod fit;
mod name;
mod parse;
mod structure;
mod summary;
mod syntax;

use crate::text::{TextRange, offset};
use crate::vfs::Derivation;

pub use fit::{Misfit, Slot, fit};
pub use name::{ModuleName, Name, is_identifier};
pub use parse::{SyntaxTree, parse_limit};
pub use structure::{FunctionStructure, structures};
pub use summary::{
    Argument, ArgumentKind, Class, Comment, Definition, DefinitionId, DefinitionKind, DefinitionSpan,
    Exports, Expression, ExpressionId, ExpressionSpan, Function, Import, ImportId, ImportKind, ImportSpan,
    ModuleGetattr, ModuleSummary, Parameter, ParameterKind, Scope, ScopeId, ScopeKind, Spans, StringModule,
    Token, ValueVia, Variable,
};
pub use syntax::Feature;

/// The summary of a text, parsed from its beginning; no tree is kept.
pub fn summarize(text: &str) -> ModuleSummary {
    from_tree(text, parse::parse(text, None, parse_limit(text)).as_ref())
}

/// The summary of a file of some revision: parsed from the tree of the text before where that was kept. The tree is
/// kept while an editor holds the file.
pub fn summarize_derived(derivation: Derivation<'_, ModuleSummary>) -> ModuleSummary {
    let text = &derivation.source.text;
    let previous = derivation.previous.as_ref().and_then(|(summary, _)| summary.tree.as_ref());
    let tree = parse::parse(text, previous, parse_limit(text));
    // How the parser recovers from an error depends on what it could reuse: only an error-free tree is the one that
    // a fresh parse would give.
    let tree = match tree {
        Some(tree) if previous.is_some() && tree.root_node().has_error() => {
            parse::parse(text, None, parse_limit(text))
        }
        tree => tree,
    };
    let mut summary = from_tree(text, tree.as_ref());
    if derivation.open {
        summary.tree = tree.map(|tree| SyntaxTree { text: text.clone(), tree });
    }
    summary
}

/// A text that the parser gave up on is one error.
fn from_tree(text: &str, tree: Option<&tree_sitter::Tree>) -> ModuleSummary {
    let Some(tree) = tree else {
        let whole = TextRange::new(0, offset(text.len()));
        return ModuleSummary {
            scopes: vec![Scope::module(whole)],
            errors: vec![whole],
            ..Default::default()
        };
    };
    let mut summary = extract::extract(text, tree);
    summary.fingerprint = fingerprint::fingerprint(&summary);
    summary
}

impl crate::vfs::Value for ModuleSummary {
    const WEIGHT: Option<usize> = Some(16);
}

#[cfg(test)]
mod tests;
