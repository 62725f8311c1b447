//! What changed in shared trees and breaks those who use it for certain: a use that fails now and did not fail with the
//! last release, or with what was committed last.
//!
//! It begins with the uses that fail. Where there is none, nothing is compared and git is not asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use rustc_hash::FxHashMap;

use super::Context;
use super::base::{At, Base, base_of};
use super::incompatible_call::MisfitCall;
use super::missing_symbol::MissingName;
use super::unresolved_import::unresolved;
use crate::api::{Callable, Knowledge, Known};
use crate::python::{DefinitionId, DefinitionKind, ModuleName, ModuleSummary, Name, ScopeId, ScopeKind};
use crate::semantics::{Module, Semantics};
use crate::source::Found;
use crate::uses::{FileUses, ImportUse};
use crate::vfs::FileId;
use crate::workspace::{Place, Project};

/// One change that breaks others.
pub(super) struct Break {
    /// Whose code changed.
    pub provider: Arc<Project>,
    /// What it is compared with.
    pub at: At,
    /// What changed.
    pub what: Changed,
    /// The thing as it is now, or what is nearest to where it was.
    pub place: Place,
    /// Who uses it and where, sorted; never empty.
    pub uses: Vec<(Arc<Project>, Place)>,
}

/// What is no longer as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Changed {
    /// A module is gone.
    Module(ModuleName),
    /// A name of a module is gone.
    Name(ModuleName, Name),
    /// How something in a module is called: its name there, and what it took before.
    Signature(ModuleName, String, String),
}

/// Deeper nesting of classes is not looked through.
const MAX_NESTING: usize = 16;

/// What is known so far: bases by folder, and breaks by what changed.
struct Collector<'c, 'w> {
    context: &'c Context<'w>,
    bases: FxHashMap<Utf8PathBuf, Option<Base>>,
    found: BTreeMap<(Utf8PathBuf, Changed), Break>,
}

/// All breaks, sorted by project and by what changed.
pub(super) fn collect(context: &Context<'_>) -> Vec<Break> {
    let mut collector = Collector { context, bases: FxHashMap::default(), found: BTreeMap::new() };
    for uses in context.judged_files() {
        unresolved(context, uses).for_each(|used| collector.module(uses, used));
    }
    context.missing_names().iter().for_each(|missing| collector.name(missing));
    context.misfit_calls().iter().for_each(|call| collector.call(call));
    let mut breaks: Vec<Break> = collector.found.into_values().collect();
    for one in &mut breaks {
        one.uses.sort_by(|a, b| (&a.0.dir, &a.1).cmp(&(&b.0.dir, &b.1)));
        one.uses.dedup_by(|next, kept| next.1 == kept.1);
    }
    breaks
}

impl Collector<'_, '_> {
    fn module(&mut self, uses: &FileUses, used: &ImportUse) {
        let Some(base) = self.base(&used.provider) else { return };
        if base.project.layout.find(&self.context.workspace.files, &used.module).is_none() {
            return;
        }
        let what = Changed::Module(used.module.clone());
        let place = manifest_name(&used.provider);
        self.add(&used.provider, base.at, what, place, &uses.project, vec![used.place(&uses.file)]);
    }

    fn name(&mut self, missing: &MissingName) {
        let MissingName { module, name, provider, project, places, .. } = missing;
        let Some(base) = self.base(provider) else { return };
        let Some(file) = self.module_in(&base, &module.name) else { return };
        let Some(summary) = self.context.workspace.summary(&file) else { return };
        let bound = !summary.bindings(ScopeId::MODULE, name).is_empty();
        let before = Module { name: module.name.clone(), file: Some(file.clone()), importer: file };
        let semantics = Semantics::new(self.context.workspace);
        if !bound && semantics.member_of_module(&before, name).is_empty() {
            return;
        }
        let place = module.file.as_ref().and_then(|now| self.nearest_place(&summary, now, name));
        let place = place.or_else(|| manifest_name(provider));
        let what = Changed::Name(module.name.clone(), name.clone());
        self.add(provider, base.at, what, place, project, places.clone());
    }

    fn call(&mut self, call: &MisfitCall) {
        let Some(base) = self.base(&call.provider) else { return };
        let Some(before) = self.callable_in(&base, call) else { return };
        let (Some(signature), Ok(())) = (before.signature(), before.fits(call.arguments())) else { return };
        let workspace = self.context.workspace;
        let Some(summary) = workspace.summary(&call.callable.file) else { return };
        let defined = summary.spans.definitions.get(call.callable.definition.index());
        let place = defined.map(|span| Place { file: call.callable.file.clone(), range: span.name });
        let (module, name) = (call.module.clone(), call.callable.name.clone());
        let what = Changed::Signature(module, name, signature.to_string());
        let uses = call.place().into_iter().collect();
        self.add(&call.provider, base.at, what, place, &call.project, uses);
    }

    fn add(
        &mut self,
        provider: &Arc<Project>,
        at: At,
        what: Changed,
        place: Option<Place>,
        user: &Arc<Project>,
        uses: Vec<Place>,
    ) {
        let Some(place) = place else { return };
        let key = (provider.dir.clone(), what.clone());
        let entry = self.found.entry(key).or_insert_with(|| Break {
            provider: provider.clone(),
            at,
            what,
            place,
            uses: Vec::new(),
        });
        entry.uses.extend(uses.into_iter().map(|place| (user.clone(), place)));
    }

    /// What a tree is compared with, if it is one that people edit.
    fn base(&mut self, provider: &Arc<Project>) -> Option<Base> {
        if let Some(known) = self.bases.get(&provider.dir) {
            return known.clone();
        }
        let live = self.context.workspace.discovery().projects.binary_search(&provider.dir).is_ok();
        let base = live.then(|| base_of(self.context, provider)).flatten();
        self.bases.insert(provider.dir.clone(), base.clone());
        base
    }

    fn module_in(&self, base: &Base, module: &ModuleName) -> Option<FileId> {
        match base.project.layout.find(&self.context.workspace.files, module)? {
            Found::Module(file) => Some(file),
            Found::Namespace(_) | Found::Native(_) => None,
        }
    }

    /// How the thing that a call means was called before, by its name in its module.
    fn callable_in(&self, base: &Base, call: &MisfitCall) -> Option<Callable> {
        let workspace = self.context.workspace;
        let semantics = Semantics::new(workspace);
        let knowledge = Knowledge::new(&semantics);
        let (file, id) = match &call.known {
            Known::Class(class) | Known::Instance(class) => class,
            Known::Function { file, definitions, .. } => &(file.clone(), *definitions.last()?),
            Known::Module(_) => return None,
        };
        let module = knowledge.module_of(file)?;
        let names = qualified(&*workspace.summary(file)?, *id)?;
        let before = self.module_in(base, &module)?;
        let summary = workspace.summary(&before).filter(|summary| summary.errors.is_empty())?;
        let definitions = defined(&summary, &names)?;
        let is_class = |id: &DefinitionId| {
            matches!(summary.definition(*id).map(|found| &found.kind), Some(DefinitionKind::Class(_)))
        };
        let known = match (&call.known, definitions) {
            (Known::Class(_), [only]) if is_class(only) => Known::Class((before, *only)),
            (Known::Instance(_), [only]) if is_class(only) => Known::Instance((before, *only)),
            (Known::Function { from, .. }, all) if !all.iter().any(is_class) => {
                Known::Function { file: before, definitions: all.to_vec(), from: *from }
            }
            _ => return None,
        };
        knowledge.calling(&known)
    }

    /// The name in a module that stood nearest above a name that is gone, else the nearest below.
    fn nearest_place(&self, before: &ModuleSummary, now: &FileId, gone: &str) -> Option<Place> {
        let summary = self.context.workspace.summary(now)?;
        let at = |summary: &ModuleSummary, name: &str| {
            let id = summary.bindings(ScopeId::MODULE, name).first()?;
            Some(summary.spans.definitions.get(id.index())?.name)
        };
        let line = at(before, gone)?.start;
        let names = before.scope(ScopeId::MODULE)?.bindings.keys().map(Name::as_str);
        let left = names.filter_map(|name| Some((at(before, name)?.start, at(&summary, name)?)));
        let distance = |(start, range): &(u32, crate::text::TextRange)| {
            (*start > line, start.abs_diff(line), range.start)
        };
        let (_, range) = left.min_by_key(distance)?;
        Some(Place { file: now.clone(), range })
    }
}

/// Where the distribution is named: for what is gone with its file.
fn manifest_name(project: &Project) -> Option<Place> {
    let name = project.name.as_ref()?;
    Some(Place { file: name.file.clone(), range: name.value.range })
}

/// `["Reader", "read"]`: the classes around a definition and its name; `None` inside functions.
fn qualified(summary: &ModuleSummary, id: DefinitionId) -> Option<Vec<Name>> {
    let mut names = Vec::new();
    let mut current = id;
    for _ in 0..MAX_NESTING {
        let definition = summary.definition(current)?;
        names.push(definition.name.clone());
        match summary.scope(definition.scope)?.kind {
            ScopeKind::Module => {
                names.reverse();
                return Some(names);
            }
            ScopeKind::Class(class) => current = class,
            _ => return None,
        }
    }
    None
}

/// All bindings of such a path.
fn defined<'s>(summary: &'s ModuleSummary, names: &[Name]) -> Option<&'s [DefinitionId]> {
    let (last, around) = names.split_last()?;
    let mut scope = ScopeId::MODULE;
    for name in around {
        let [class] = summary.bindings(scope, name) else { return None };
        let DefinitionKind::Class(class) = &summary.definition(*class)?.kind else { return None };
        scope = class.scope;
    }
    Some(summary.bindings(scope, last)).filter(|bound| !bound.is_empty())
}
