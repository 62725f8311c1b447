//! Python source text to [`ModuleSummary`], from one file's text alone.
//!
//! A summary has three parts. The *interface* is what other files can see of this one; its [`fingerprint`]
//! (ModuleSummary::fingerprint) is free of positions, and an edit that leaves it alone concerns nobody else.
//! The *uses* are imports, names, attribute chains and calls as position-free arenas ([`ExpressionId`],
//! [`DefinitionId`]). The *spans* lie beside the arenas and are looked up only when an answer needs a place.

mod name;
mod summary;

pub use name::{ModuleName, Name, is_identifier};
pub use summary::{
    Argument, ArgumentKind, Class, Comment, Definition, DefinitionId, DefinitionKind, DefinitionSpan,
    Exports, Expression, ExpressionId, ExpressionSpan, Function, Import, ImportId, ImportKind, ImportSpan,
    ModuleGetattr, ModuleSummary, Parameter, ParameterKind, Scope, ScopeId, ScopeKind, Spans, StringModule,
    Token, ValueVia, Variable,
};
