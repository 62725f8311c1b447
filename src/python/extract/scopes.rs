//! Scopes and the bindings in them: Python's rules of where a name that is assigned belongs.

use smallvec::SmallVec;

use super::{Extractor, State};
use crate::python::{
    Definition, DefinitionId, DefinitionKind, DefinitionSpan, Name, Scope, ScopeId, ScopeKind, Token,
};
use crate::text::{TextRange, offset};

/// What a `global` or `nonlocal` statement says of a name in a scope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Global,
    Nonlocal,
}

impl Extractor<'_, '_> {
    /// A new scope inside `parent`.
    pub(super) fn open_scope(&mut self, kind: ScopeKind, parent: ScopeId, range: TextRange) -> ScopeId {
        let scopes = &mut self.state.summary.scopes;
        let id = ScopeId(offset(scopes.len()));
        scopes.push(Scope { kind, parent: Some(parent), range, bindings: Default::default() });
        id
    }

    /// Says that `name` in `scope` means the module's, or an outer function's.
    pub(super) fn declare(&mut self, scope: ScopeId, name: Name, reach: Reach) {
        self.state.declared.insert((scope, name), reach);
    }

    /// Binds a name, with the token that stands at its place.
    pub(super) fn define(
        &mut self,
        name: Name,
        scope: ScopeId,
        kind: DefinitionKind,
        span: DefinitionSpan,
    ) -> DefinitionId {
        let id = self.bind(name, scope, kind, span);
        self.token(span.name, Token::Definition(id));
        id
    }

    /// Binds a name whose token is another than its definition's, as an import's is.
    pub(super) fn bind(
        &mut self,
        name: Name,
        scope: ScopeId,
        kind: DefinitionKind,
        span: DefinitionSpan,
    ) -> DefinitionId {
        let id = DefinitionId(offset(self.state.summary.definitions.len()));
        let scope = match self.declared(scope, &name) {
            None => scope,
            Some(Reach::Global) => ScopeId::MODULE,
            Some(Reach::Nonlocal) => {
                self.state.nonlocal.push(id);
                scope
            }
        };
        let summary = &mut self.state.summary;
        if self.state.nonlocal.last() != Some(&id)
            && let Some(scope) = summary.scopes.get_mut(scope.index())
        {
            scope.bindings.entry(name.clone()).or_default().push(id);
        }
        summary.definitions.push(Definition { name, scope, kind, docstring: None });
        summary.spans.definitions.push(span);
        id
    }

    /// The scope from which to look for a name that is read in `scope`: a `global` statement sends it to the module.
    pub(super) fn reading_scope(&self, scope: ScopeId, name: &Name) -> ScopeId {
        if self.state.declared.is_empty() {
            return scope;
        }
        match self.declared(self.containing_scope(scope), name) {
            Some(Reach::Global) => ScopeId::MODULE,
            _ => scope,
        }
    }

    /// The nearest scope that is no comprehension's, where `:=` binds.
    pub(super) fn containing_scope(&self, mut scope: ScopeId) -> ScopeId {
        while let Some(Scope { kind: ScopeKind::Comprehension, parent: Some(parent), .. }) =
            self.state.summary.scope(scope)
        {
            scope = *parent;
        }
        scope
    }

    fn declared(&self, scope: ScopeId, name: &Name) -> Option<Reach> {
        if self.state.declared.is_empty() {
            return None;
        }
        self.state.declared.get(&(scope, name.clone())).copied()
    }
}

/// Gives the `nonlocal` bindings to the functions that own the names, which may bind them further down.
pub(super) fn settle_nonlocals(state: &mut State) {
    for id in std::mem::take(&mut state.nonlocal) {
        let Some(definition) = state.summary.definitions.get_mut(id.index()) else { continue };
        let scopes = &mut state.summary.scopes;
        let parents = std::iter::successors(
            scopes.get(definition.scope.index()).and_then(|scope| scope.parent),
            |scope| scopes.get(scope.index()).and_then(|scope| scope.parent),
        );
        let functions: SmallVec<[ScopeId; 4]> = parents
            .filter(|scope| {
                let kind = scopes.get(scope.index()).map(|scope| scope.kind);
                matches!(kind, Some(ScopeKind::Function(_) | ScopeKind::Lambda))
            })
            .collect();
        let binds = |scope: &&ScopeId| {
            scopes.get(scope.index()).is_some_and(|scope| scope.bindings.contains_key(&definition.name))
        };
        let Some(owner) = functions.iter().find(binds).or(functions.first()).copied() else { continue };
        definition.scope = owner;
        if let Some(scope) = scopes.get_mut(owner.index()) {
            let bindings = scope.bindings.entry(definition.name.clone()).or_default();
            bindings.push(id);
            bindings.sort_unstable();
        }
    }
}
