//! Names of code that is not at hand: `functools.wraps` of `from functools import wraps`.

use super::known::Knowledge;
use crate::python::{
    DefinitionId, DefinitionKind, Expression, ExpressionId, ImportKind, ModuleSummary, ScopeId, ScopeKind,
};
use crate::vfs::FileId;

/// Re-exports are followed this far.
const MAX_DEPTH: usize = 8;

impl Knowledge<'_, '_> {
    /// The dotted name under which an expression is known everywhere, followed through imports: what a call calls and
    /// what a subscript is applied to count for the whole. A name that nothing binds is a builtin one.
    pub(super) fn qualified(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        mut id: ExpressionId,
    ) -> Option<String> {
        let mut behind = Vec::new();
        for _ in 0..MAX_DEPTH {
            match summary.expression(id)? {
                Expression::Call(inner, _) | Expression::Subscript(inner, _) if behind.is_empty() => {
                    id = *inner;
                }
                Expression::Attribute(object, name) => {
                    behind.push(name.as_str());
                    id = *object;
                }
                Expression::Name(name, scope) => {
                    let bound = visible(summary, name, *scope);
                    let mut dotted = if bound.is_empty() {
                        let stars = summary.imports.iter().any(|import| import.kind == ImportKind::Star);
                        if stars {
                            return None;
                        }
                        format!("builtins.{name}")
                    } else {
                        self.of_bindings(file, summary, &bound, MAX_DEPTH)?
                    };
                    for name in behind.iter().rev() {
                        dotted.push('.');
                        dotted.push_str(name);
                    }
                    return Some(dotted);
                }
                _ => return None,
            }
        }
        None
    }

    /// Imports that end in the same name are alternatives of one thing: `from typing import override`, and the same of
    /// `typing_extensions` where that fails.
    fn of_bindings(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        bound: &[DefinitionId],
        depth: usize,
    ) -> Option<String> {
        let mut names = Vec::new();
        for id in bound {
            let DefinitionKind::Import(import) = &summary.definition(*id)?.kind else { return None };
            let import = summary.import(*import)?;
            names.push(match &import.kind {
                ImportKind::Module if import.alias.is_some() => import.module.to_string(),
                ImportKind::Module => import.module.split('.').next()?.to_owned(),
                ImportKind::From(name) => match self.semantics.import_module(file, import) {
                    Some(module) => self.of_member(module.file.as_ref()?, name, depth.checked_sub(1)?)?,
                    None if import.level == 0 => format!("{}.{name}", import.module),
                    None => return None,
                },
                ImportKind::Star | ImportKind::Dynamic => return None,
            });
        }
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        let first = names.first()?.clone();
        names.iter().all(|name| last(name) == last(&first)).then_some(first)
    }

    /// What a module re-exports under a name.
    fn of_member(&self, file: &FileId, name: &str, depth: usize) -> Option<String> {
        let summary = self.semantics.workspace.summary(file)?;
        self.of_bindings(file, &summary, summary.bindings(ScopeId::MODULE, name), depth)
    }
}

/// All bindings that a name read in a scope may mean, wherever they stand in the scope that has them.
pub(super) fn visible(summary: &ModuleSummary, name: &str, scope: ScopeId) -> Vec<DefinitionId> {
    let mut current = Some(scope);
    let mut inside_function = false;
    while let Some(id) = current {
        let Some(scope) = summary.scope(id) else { break };
        if !(inside_function && matches!(scope.kind, ScopeKind::Class(_))) {
            let in_body = |id: &DefinitionId| {
                !matches!(
                    summary.definition(*id).map(|definition| &definition.kind),
                    Some(DefinitionKind::Variable(variable)) if variable.on_instance
                )
            };
            let bound: Vec<DefinitionId> =
                summary.bindings(id, name).iter().copied().filter(in_body).collect();
            if !bound.is_empty() {
                return bound;
            }
        }
        inside_function |= matches!(scope.kind, ScopeKind::Function(_) | ScopeKind::Lambda);
        current = scope.parent;
    }
    Vec::new()
}
