//! Names: which binding a name means where it is read, and what the binding leads to.

use super::{Entity, Semantics, add_new};
use crate::python::{
    DefinitionId, DefinitionKind, Expression, ExpressionId, ModuleSummary, ScopeId, ScopeKind,
};
use crate::vfs::FileId;

/// More alternatives than this help nobody.
const MAX_ALTERNATIVES: usize = 5;

impl Semantics<'_> {
    /// What a name means, read in a scope at a byte offset.
    pub fn name(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        name: &str,
        scope: ScopeId,
        at: u32,
    ) -> Vec<Entity> {
        let bound = self.bindings_at(summary, name, scope, at);
        if bound.is_empty() {
            return self.step(|| self.through_stars(file, summary, name));
        }
        let mut found = Vec::new();
        for id in bound {
            add_new(&mut found, self.follow(file, summary, id));
        }
        found
    }

    /// The bindings that a name read in a scope may mean, by Python's scoping.
    pub fn bindings_at(
        &self,
        summary: &ModuleSummary,
        name: &str,
        scope: ScopeId,
        at: u32,
    ) -> Vec<DefinitionId> {
        let mut current = Some(scope);
        let mut inside_function = false;
        while let Some(id) = current {
            let Some(scope) = summary.scope(id) else { break };
            let visible = !(inside_function && matches!(scope.kind, ScopeKind::Class(_)));
            if visible {
                let bound: Vec<DefinitionId> = summary
                    .bindings(id, name)
                    .iter()
                    .copied()
                    .filter(|id| !on_instance(summary, *id))
                    .collect();
                if !bound.is_empty() {
                    return if inside_function {
                        self.choose(summary, &bound)
                    } else {
                        self.before(summary, &bound, at)
                    };
                }
            }
            inside_function |= matches!(scope.kind, ScopeKind::Function(_) | ScopeKind::Lambda);
            current = scope.parent;
        }
        Vec::new()
    }

    /// Of the bindings in the scope where a name is read: those that are over when it is read. The last one decides,
    /// except that imports and definitions before it stay possible (`try: import a` / `except: a = None`).
    fn before(&self, summary: &ModuleSummary, bound: &[DefinitionId], at: u32) -> Vec<DefinitionId> {
        let over = |id: &DefinitionId| {
            let Some(span) = summary.spans.definitions.get(id.index()) else { return false };
            match summary.definition(*id).map(|definition| &definition.kind) {
                // A loop variable or context variable lives inside its statement.
                Some(DefinitionKind::Variable(_)) => {
                    span.full.end <= at
                        || (span.name.end <= at && !span.full.touches(at))
                        || holds_body(summary, *id, at)
                }
                _ => span.name.start <= at,
            }
        };
        let earlier: Vec<DefinitionId> = bound.iter().copied().filter(|id| over(id)).collect();
        if earlier.is_empty() {
            return self.choose(summary, bound);
        }
        let plain = |id: &DefinitionId| {
            matches!(summary.definition(*id).map(|d| &d.kind), Some(DefinitionKind::Variable(_)))
        };
        if earlier.last().is_some_and(plain) && !is_none(summary, earlier.last().copied()) {
            return earlier.last().copied().into_iter().collect();
        }
        self.choose(summary, &earlier)
    }

    /// Of all bindings of a name: overloads and property setters give way to what they belong to, `None` to anything.
    pub(super) fn choose(&self, summary: &ModuleSummary, bound: &[DefinitionId]) -> Vec<DefinitionId> {
        let visible = bound.iter().copied().filter(|id| !on_instance(summary, *id));
        let mut chosen: Vec<DefinitionId> = visible.collect();
        if chosen.len() > 1 {
            prefer(&mut chosen, |id| !is_accessor_part(summary, id));
            prefer(&mut chosen, |id| !is_none(summary, Some(id)));
            prefer(&mut chosen, |id| !is_self_reference(summary, id));
        }
        chosen.truncate(MAX_ALTERNATIVES);
        chosen
    }

    /// What a binding leads to: an import is followed, everything else is the definition itself.
    pub fn follow(&self, file: &FileId, summary: &ModuleSummary, id: DefinitionId) -> Vec<Entity> {
        match summary.definition(id).map(|definition| &definition.kind) {
            Some(DefinitionKind::Import(import)) => self.step(|| self.imported(file, summary, *import)),
            Some(_) => vec![Entity::Definition(file.clone(), id)],
            None => Vec::new(),
        }
    }
}

impl Semantics<'_> {
    /// The `@overload` definitions that stand beside a function.
    pub fn overloads(&self, summary: &ModuleSummary, function: DefinitionId) -> Vec<DefinitionId> {
        let Some(definition) = summary.definition(function) else { return Vec::new() };
        let same = summary.bindings(definition.scope, &definition.name).iter().copied();
        same.filter(|id| is_decorated(summary, *id, &["overload"])).collect()
    }
}

/// Keeps what satisfies the wish, if anything does.
fn prefer(ids: &mut Vec<DefinitionId>, wish: impl Fn(DefinitionId) -> bool) {
    if ids.iter().any(|id| wish(*id)) {
        ids.retain(|id| wish(*id));
    }
}

fn on_instance(summary: &ModuleSummary, id: DefinitionId) -> bool {
    matches!(summary.definition(id).map(|d| &d.kind), Some(DefinitionKind::Variable(variable)) if variable.on_instance)
}

/// `for x in xs:` and `with open() as f:` bind for their whole body, which is part of their statement.
fn holds_body(summary: &ModuleSummary, id: DefinitionId, at: u32) -> bool {
    use crate::python::ValueVia;
    let Some(DefinitionKind::Variable(variable)) = summary.definition(id).map(|d| &d.kind) else {
        return false;
    };
    let span = summary.spans.definitions.get(id.index()).copied().unwrap_or_default();
    let value = variable.value.and_then(|value| summary.spans.expressions.get(value.index()));
    matches!(variable.via, ValueVia::For | ValueVia::With)
        && span.name.end <= at
        && value.is_none_or(|value| !value.full.touches(at))
}

/// `@overload def f`, `@x.setter def x`, `@x.deleter def x`.
fn is_accessor_part(summary: &ModuleSummary, id: DefinitionId) -> bool {
    is_decorated(summary, id, &["overload", "setter", "deleter", "register"])
}

fn is_decorated(summary: &ModuleSummary, id: DefinitionId, names: &[&str]) -> bool {
    let Some(DefinitionKind::Function(function)) = summary.definition(id).map(|d| &d.kind) else {
        return false;
    };
    let mut written = function.decorators.iter().filter_map(|decorator| decorator_name(summary, *decorator));
    written.any(|name| names.contains(&name))
}

/// The last name of a decorator: `setter` of `@x.setter`, `asset` of `@dagster.asset(…)`.
pub(super) fn decorator_name(summary: &ModuleSummary, decorator: ExpressionId) -> Option<&str> {
    match summary.expression(decorator)? {
        Expression::Name(name, _) | Expression::Attribute(_, name) => Some(name.as_str()),
        Expression::Call(callee, _) => match summary.expression(*callee)? {
            Expression::Name(name, _) | Expression::Attribute(_, name) => Some(name.as_str()),
            _ => None,
        },
        _ => None,
    }
}

fn is_none(summary: &ModuleSummary, id: Option<DefinitionId>) -> bool {
    let Some(DefinitionKind::Variable(variable)) = id.and_then(|id| summary.definition(id)).map(|d| &d.kind)
    else {
        return false;
    };
    variable.annotation.is_none()
        && matches!(variable.value.and_then(|value| summary.expression(value)), Some(Expression::None))
}

/// `x = wrap(x)` says less than the `x` it wraps.
fn is_self_reference(summary: &ModuleSummary, id: DefinitionId) -> bool {
    let Some(definition) = summary.definition(id) else { return false };
    let DefinitionKind::Variable(variable) = &definition.kind else { return false };
    let Some(Expression::Call(_, arguments)) = variable.value.and_then(|value| summary.expression(value))
    else {
        return false;
    };
    arguments.iter().any(|argument| {
        matches!(summary.expression(argument.value), Some(Expression::Name(name, _)) if *name == definition.name)
    })
}
