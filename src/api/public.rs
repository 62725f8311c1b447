//! The public API of one version of a project.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::known::Knowledge;
use super::symbols::{Shape, Symbol, is_private};
use crate::python::{
    DefinitionId, DefinitionKind, Exports, ImportKind, ModuleName, ModuleSummary, Name, ScopeId, ValueVia,
};
use crate::semantics::{Entity, Semantics};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Place, Project, Workspace};

/// What a version of a project offers to others: by `__all__` where a module has one, else what does not begin with an
/// underscore and is not imported.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// Every dotted path of a public module, and of what these hold, with what it leads to. Members of classes are found
    /// through their class.
    pub names: BTreeMap<String, ApiName>,
    /// What public names lead to, by the path where it is defined; a name of a private module stands here, too, if it is
    /// re-exported.
    pub symbols: BTreeMap<String, Symbol>,
}

/// One path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiName {
    /// The key in [`Api::symbols`]; none for what comes from code that is not at hand.
    pub symbol: Option<String>,
    /// Where the name is bound: the definition or the import.
    pub place: Place,
    /// Whether it is public.
    pub standing: Standing,
}

/// What makes a name of a module public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is in `__all__`; or there is none, and it is defined here without an underscore, or imported as itself
    /// (`from .io import load as load`).
    Stated,
    /// A package imports it from itself into its `__init__` without saying so in `__all__`; others use such names all the
    /// same.
    Reexported,
    /// It is not public, but there.
    Bound,
}

/// `__all__` is followed through other modules' this far.
const MAX_EXPORTS: usize = 8;

impl Api {
    /// Reads the API of the tree that a project lives in.
    pub fn of(workspace: &Workspace, project: &Project) -> Self {
        let semantics = Semantics::new(workspace);
        let knowledge = Knowledge::new(&semantics);
        let mut reader = Reader { knowledge: &knowledge, api: Api::default(), waiting: Vec::new() };
        for (module, file) in project.layout.modules(&workspace.files) {
            semantics.restart();
            let place = Place { file: file.clone(), range: TextRange::default() };
            if module.segments().any(|segment| segment.starts_with('_')) {
                continue;
            }
            let symbol = Symbol { shape: Shape::Module, place: place.clone(), deprecated: None };
            let path = module.to_string();
            reader.api.symbols.insert(path.clone(), symbol);
            // A name in the package wins over its submodule.
            let named = ApiName { symbol: Some(path.clone()), place, standing: Standing::Stated };
            reader.api.names.entry(path).or_insert(named);
            reader.module(&module, &file);
        }
        while let Some((path, file, id)) = reader.waiting.pop() {
            semantics.restart();
            reader.define(path, &file, id);
        }
        reader.api
    }

    /// The public paths.
    pub fn public(&self) -> impl Iterator<Item = (&String, &ApiName)> {
        self.names.iter().filter(|(_, name)| name.standing != Standing::Bound)
    }

    /// What a path leads to.
    pub fn symbol(&self, path: &str) -> Option<&Symbol> {
        self.symbols.get(self.names.get(path)?.symbol.as_deref()?)
    }
}

struct Reader<'k, 's, 'w> {
    knowledge: &'k Knowledge<'s, 'w>,
    api: Api,
    /// Symbols that are named and not read yet.
    waiting: Vec<(String, FileId, DefinitionId)>,
}

impl Reader<'_, '_, '_> {
    fn module(&mut self, module: &ModuleName, file: &FileId) {
        let Some(summary) = self.knowledge.semantics.workspace.summary(file) else { return };
        let listed = self.exports(file, &summary, MAX_EXPORTS);
        let package = file.path().file_stem() == Some("__init__");
        let mut names: FxHashSet<Name> = self.offered(file, &summary, MAX_EXPORTS);
        names.extend(
            summary.scope(ScopeId::MODULE).into_iter().flat_map(|scope| scope.bindings.keys().cloned()),
        );
        names.extend(listed.iter().flatten().cloned());
        for name in names {
            let bound = summary.bindings(ScopeId::MODULE, &name);
            let decisive = decisive(&summary, bound);
            let span = decisive.and_then(|id| summary.spans.definitions.get(id.index()));
            let place = Place { file: file.clone(), range: span.map(|span| span.name).unwrap_or_default() };
            let import = decisive.and_then(|id| match &summary.definition(id)?.kind {
                DefinitionKind::Import(import) => Some(*import),
                _ => None,
            });
            let redundant = import.and_then(|import| summary.import(import)).is_some_and(|import| {
                matches!((&import.kind, &import.alias), (ImportKind::From(name), Some(alias)) if name == alias)
            });
            let entities = match (decisive, import) {
                (_, Some(import)) => self.knowledge.semantics.imported(file, &summary, import),
                (Some(id), None) => vec![Entity::Definition(file.clone(), id)],
                (None, None) if bound.is_empty() => self.knowledge.semantics.exported(file, &name),
                (None, None) => continue,
            };
            let own = decisive.is_some() && import.is_none();
            let standing = match &listed {
                Some(listed) if listed.contains(&name) => Standing::Stated,
                Some(_) => Standing::Bound,
                None if is_private(&name) => Standing::Bound,
                None if own || redundant => Standing::Stated,
                None if package && self.is_own(module, &entities) => Standing::Reexported,
                None => Standing::Bound,
            };
            self.lead(module, &name, &entities, place, standing);
        }
    }

    /// What the star imports of a module bring.
    fn offered(&self, file: &FileId, summary: &ModuleSummary, depth: usize) -> FxHashSet<Name> {
        let mut names = FxHashSet::default();
        for import in summary.imports.iter().filter(|import| import.kind == ImportKind::Star) {
            let module = self.knowledge.semantics.import_module(file, import);
            let target = module.and_then(|module| module.file).filter(|target| target != file && depth > 0);
            let Some(target) = target else { continue };
            let Some(summary) = self.knowledge.semantics.workspace.summary(&target) else { continue };
            match self.exports(&target, &summary, depth - 1) {
                Some(listed) => names.extend(listed),
                None => {
                    let bound =
                        summary.scope(ScopeId::MODULE).into_iter().flat_map(|scope| scope.bindings.keys());
                    names.extend(bound.filter(|name| !name.starts_with('_')).cloned());
                    names.extend(self.offered(&target, &summary, depth - 1));
                }
            }
        }
        names
    }

    /// The names in `__all__`, if it says anything.
    fn exports(&self, file: &FileId, summary: &ModuleSummary, depth: usize) -> Option<FxHashSet<Name>> {
        let Exports { names, from_modules, .. } = summary.exports.as_ref()?;
        let mut listed: FxHashSet<Name> = names.iter().map(|(name, _)| name.clone()).collect();
        for other in from_modules {
            let mut segments = other.split('.');
            let Some(first) = segments.next() else { continue };
            let mut entities = self.knowledge.semantics.name(file, summary, first, ScopeId::MODULE, u32::MAX);
            for segment in segments {
                let Some(Entity::Module(module)) = entities.first() else { break };
                entities = self.knowledge.semantics.member_of_module(module, segment);
            }
            let Some(Entity::Module(module)) = entities.first() else { continue };
            let Some(other) = module.file.as_ref().filter(|other| *other != file && depth > 0) else {
                continue;
            };
            let Some(summary) = self.knowledge.semantics.workspace.summary(other) else { continue };
            listed.extend(self.exports(other, &summary, depth - 1).into_iter().flatten());
        }
        (!listed.is_empty()).then_some(listed)
    }

    /// Whether something is defined in the same top-level package.
    fn is_own(&self, module: &ModuleName, entities: &[Entity]) -> bool {
        entities.iter().all(|entity| match entity {
            Entity::Module(_) => false,
            Entity::Definition(file, _) => {
                let other = self.knowledge.module_of(file);
                other.is_some_and(|other| other.top_level() == module.top_level())
            }
        }) && !entities.is_empty()
    }

    /// Adds a public path that leads to the only one of some entities.
    fn lead(
        &mut self,
        module: &ModuleName,
        name: &Name,
        entities: &[Entity],
        place: Place,
        standing: Standing,
    ) {
        let path = format!("{module}.{name}");
        let symbol = match entities.first() {
            Some(Entity::Module(target)) if target.name.as_str() == path => return,
            Some(Entity::Module(target)) => Some(target.name.to_string()),
            Some(Entity::Definition(file, id)) => self.symbol_of(file, *id),
            None => None,
        };
        self.api.names.insert(path, ApiName { symbol, place, standing });
    }

    /// The path where something is defined; it is read when its turn comes.
    fn symbol_of(&mut self, file: &FileId, id: DefinitionId) -> Option<String> {
        let path = self.knowledge.defined_path(file, id)?;
        if !self.api.symbols.contains_key(&path) {
            self.waiting.push((path.clone(), file.clone(), id));
        }
        Some(path)
    }

    fn define(&mut self, path: String, file: &FileId, id: DefinitionId) {
        if self.api.symbols.contains_key(&path) {
            return;
        }
        let Some((symbol, members)) = self.knowledge.symbol(&path, file, id) else { return };
        self.api.symbols.insert(path, symbol);
        for (path, found) in members {
            match found {
                super::symbols::Member::At(file, id) => self.waiting.push((path, file, id)),
                super::symbols::Member::Made(symbol) => {
                    self.api.symbols.entry(path).or_insert(symbol);
                }
            }
        }
    }
}

/// Which of a name's bindings others get: the last definition; an assignment only where there is nothing but
/// assignments, and of these one that is neither a loop's nor a block's.
pub(super) fn decisive(summary: &ModuleSummary, bound: &[DefinitionId]) -> Option<DefinitionId> {
    let kind = |id: &DefinitionId| summary.definition(*id).map(|definition| &definition.kind);
    let overload = |id: &DefinitionId| super::symbols::is_overload(summary, *id);
    let defines = |id: &&DefinitionId| {
        let made = matches!(
            kind(id),
            Some(DefinitionKind::Function(_) | DefinitionKind::Class(_) | DefinitionKind::Import(_))
        );
        made && !overload(id)
    };
    let assigns = |id: &&DefinitionId| {
        matches!(kind(id), Some(DefinitionKind::Variable(variable))
            if matches!(variable.via, ValueVia::Assign | ValueVia::Unpack(_)))
    };
    let only_overloads = || bound.iter().rfind(|id| matches!(kind(id), Some(DefinitionKind::Function(_))));
    let found = bound.iter().rfind(defines).or_else(|| bound.iter().find(assigns));
    found.or_else(only_overloads).copied()
}
