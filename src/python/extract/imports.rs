//! Imports of every form.

use smallvec::SmallVec;

use super::kinds::{Field, Kind};
use super::{Child, Context, Extractor, in_field, of_kind};
use crate::python::{
    ArgumentKind, DefinitionKind, DefinitionSpan, Expression, ExpressionId, Import, ImportId, ImportKind,
    ImportSpan, ModuleName, Name, ScopeId, Token,
};
use crate::text::{TextRange, offset};

/// How many bindings of a name in one scope are looked at to see whether it is `importlib`'s.
const MAX_BINDINGS: usize = 8;

impl<'t> Extractor<'t, '_> {
    /// An import statement.
    pub(super) fn import(&mut self, statement: Child<'t>, cx: Context) {
        let children = self.children(statement.node);
        let range = self.range(statement.node);
        let from = match statement.kind {
            Kind::Import => None,
            Kind::FutureImport => children.get(1).map(|future| self.module(*future)),
            _ => in_field(&children, Field::ModuleName)
                .and_then(|module| children.iter().find(|child| child.node == module))
                .map(|module| self.module(*module)),
        };
        if statement.kind != Kind::Import && from.is_none() {
            return;
        }
        let mut tokens_done = false;
        let from = from.as_ref();
        if let (Some(from), Some(star)) = (from, of_kind(&children, Kind::WildcardImport)) {
            let name = Some(self.range(star));
            let span = ImportSpan { statement: range, name, ..from.span.clone() };
            self.record(ImportKind::Star, from, None, span, &mut tokens_done, cx);
        }
        for child in children.into_iter().filter(|child| child.field == Field::Name) {
            let parts = if child.kind == Kind::AliasedImport {
                self.children(child.node)
            } else {
                [child].into_iter().collect()
            };
            let Some(named) = parts.first().copied() else { continue };
            let alias = in_field(&parts, Field::Alias);
            let span_alias = alias.map(|alias| self.range(alias));
            let alias = alias.map(|alias| self.name_of(alias));
            if let Some(from) = from {
                let name = Some(self.range(named.node));
                let span = ImportSpan { statement: range, name, alias: span_alias, ..from.span.clone() };
                let kind = ImportKind::From(self.name_of(named.node));
                self.record(kind, from, alias, span, &mut tokens_done, cx);
            } else {
                let module = self.module(named);
                let span = ImportSpan { statement: range, alias: span_alias, ..module.span.clone() };
                self.record(ImportKind::Module, &module, alias, span, &mut false, cx);
            }
        }
    }

    /// A dotted module as written, with or without leading dots.
    fn module(&mut self, child: Child<'t>) -> Module {
        let mut module = Module { level: 0, name: Name::default(), span: ImportSpan::default() };
        module.span.module = self.range(child.node);
        let mut dotted = Some(child);
        if child.kind == Kind::RelativeImport {
            dotted = None;
            for part in self.children(child.node) {
                match part.kind {
                    // Dots may stand apart (`from . . import x`).
                    Kind::ImportPrefix => {
                        module.level = offset(self.text_of(part.node).matches('.').count());
                    }
                    _ => dotted = Some(part),
                }
            }
        }
        let Some(dotted) = dotted else { return module };
        let parts = self.children(dotted.node);
        for part in parts.iter().filter(|part| part.kind == Kind::Identifier) {
            if !module.name.is_empty() {
                module.name.push('.');
            }
            module.name.push_str(self.text_of(part.node));
            module.span.segments.push(self.range(part.node));
        }
        // `__future__` is a keyword of the grammar.
        if parts.is_empty() {
            module.name.push_str(self.text_of(dotted.node));
            module.span.segments.push(self.range(dotted.node));
        }
        module
    }

    /// Records one imported name with its binding; the segments of a `from` are tokens of its first name.
    fn record(
        &mut self,
        kind: ImportKind,
        module: &Module,
        alias: Option<Name>,
        span: ImportSpan,
        tokens_done: &mut bool,
        cx: Context,
    ) {
        let id = ImportId(offset(self.state.summary.imports.len()));
        if !std::mem::replace(tokens_done, true) {
            for (segment, at) in span.segments.iter().zip(0u32..) {
                self.token(*segment, Token::ImportSegment(id, at));
            }
        }
        let first = span.segments.first().copied().unwrap_or_default();
        let bound = match &kind {
            ImportKind::From(name) => Some((name.clone(), span.name.unwrap_or_default())),
            ImportKind::Module => {
                Some((module.name.split('.').next().map(Name::new).unwrap_or_default(), first))
            }
            ImportKind::Star | ImportKind::Dynamic => None,
        };
        if let (ImportKind::From(_), Some(name)) = (&kind, span.name) {
            self.token(name, Token::ImportName(id));
        }
        if let Some(alias) = span.alias {
            self.token(alias, Token::ImportAlias(id));
        }
        let definition = bound.map(|(name, range)| {
            let name = alias.clone().unwrap_or(name);
            let place = span.alias.unwrap_or(range);
            let places = DefinitionSpan { name: place, full: span.statement, header: span.statement };
            self.bind(name, cx.scope, DefinitionKind::Import(id), places)
        });
        let scope = definition
            .and_then(|id| self.state.summary.definition(id))
            .map_or(cx.scope, |definition| definition.scope);
        self.state.summary.imports.push(Import {
            kind,
            level: module.level,
            module: module.name.clone(),
            alias,
            scope,
            definition,
            type_checking: cx.type_checking,
            guarded: cx.guarded,
            local: cx.local,
            for_version: cx.for_version,
        });
        self.state.summary.spans.imports.push(span);
    }

    /// Records a call of `importlib.import_module` or `__import__` with a literal absolute module.
    pub(super) fn dynamic_import(&mut self, id: ExpressionId, cx: Context) {
        let Some(Expression::Call(callee, arguments)) = self.state.summary.expression(id) else { return };
        let Some(argument) = arguments.first().filter(|first| first.kind == ArgumentKind::Positional) else {
            return;
        };
        let Some(Expression::String(Some(text))) = self.state.summary.expression(argument.value) else {
            return;
        };
        if !self.imports_modules(*callee) {
            return;
        }
        let Some(module) = ModuleName::new(text) else { return };
        let spans = &self.state.summary.spans.expressions;
        let (Some(call), Some(string)) = (spans.get(id.index()), spans.get(argument.value.index())) else {
            return;
        };
        let written = string.full.slice(self.text);
        let quotes = written.find(module.as_str()).map(offset).unwrap_or_default();
        let start = string.full.start + quotes;
        let mut at = start;
        let mut segments = SmallVec::new();
        for segment in module.segments() {
            let range = TextRange::new(at, at + offset(segment.len()));
            at = range.end + 1;
            segments.push(range);
        }
        let range = TextRange::new(start, at - 1);
        let span = ImportSpan { statement: call.full, module: range, segments, name: None, alias: None };
        // The literal was met a moment ago, as the string that it also is.
        let strings = &mut self.state.summary.string_modules;
        if let Some(last) = strings.iter().rposition(|string| string.range.start <= start)
            && strings.get(last).is_some_and(|string| string.range == range)
        {
            strings.remove(last);
        }
        let module = Module { level: 0, name: Name::new(module.as_str()), span: span.clone() };
        self.record(ImportKind::Dynamic, &module, None, span, &mut false, cx);
    }

    /// Whether a callee is `__import__`, or `import_module` as it comes from `importlib`.
    fn imports_modules(&self, callee: ExpressionId) -> bool {
        let summary = &self.state.summary;
        let imported = |name: &Name, scope: ScopeId, fits: fn(&Import) -> bool| {
            let scopes = std::iter::successors(Some(scope), |scope| summary.scope(*scope)?.parent);
            let last = |scope| summary.bindings(scope, name).iter().rev().take(MAX_BINDINGS);
            scopes.flat_map(last).any(|id| {
                let kind = summary.definition(*id).map(|definition| &definition.kind);
                matches!(kind, Some(DefinitionKind::Import(import)) if summary.import(*import).is_some_and(fits))
            })
        };
        match summary.expression(callee) {
            Some(Expression::Name(name, scope)) => {
                name == "__import__"
                    || imported(name, *scope, |import| {
                        import.module == "importlib"
                            && import.level == 0
                            && matches!(&import.kind, ImportKind::From(name) if name == "import_module")
                    })
            }
            Some(Expression::Attribute(object, name)) if name == "import_module" => {
                let Some(Expression::Name(object, scope)) = summary.expression(*object) else { return false };
                imported(object, *scope, |import| {
                    import.kind == ImportKind::Module
                        && (import.module == "importlib"
                            || (import.alias.is_none() && import.module.starts_with("importlib.")))
                })
            }
            _ => false,
        }
    }
}

/// The module a statement names.
struct Module {
    level: u32,
    name: Name,
    span: ImportSpan,
}
