//! Modules: what an import names, and what a module offers under a name.

use super::{Entity, Module, Semantics, add_new};
use crate::python::{
    DefinitionKind, Expression, ExpressionId, Import, ImportId, ImportKind, ModuleGetattr, ModuleName,
    ModuleSummary, ScopeId,
};
use crate::source::{self, find_in};
use crate::vfs::FileId;
use crate::workspace::Resolution;

impl Semantics<'_> {
    /// The entities that an import binds its name to.
    pub fn imported(&self, file: &FileId, summary: &ModuleSummary, id: ImportId) -> Vec<Entity> {
        let Some(import) = summary.import(id) else { return Vec::new() };
        match &import.kind {
            ImportKind::Module if import.alias.is_none() => {
                let top = ModuleName::new(import.module.split('.').next().unwrap_or(""));
                top.and_then(|top| self.module(file, top)).map(Entity::Module).into_iter().collect()
            }
            ImportKind::Module => self.import_module(file, import).map(Entity::Module).into_iter().collect(),
            ImportKind::From(name) => match self.import_module(file, import) {
                Some(module) => self.step(|| self.member_of_module(&module, name)),
                None => Vec::new(),
            },
            ImportKind::Star | ImportKind::Dynamic => Vec::new(),
        }
    }

    /// The module that a call of `importlib.import_module` with a literal gives.
    pub(super) fn imported_by_call(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        call: ExpressionId,
    ) -> Option<Module> {
        let place = summary.spans.expressions.get(call.index())?.full;
        let imports = summary.imports.iter().zip(&summary.spans.imports);
        let mut calls = imports.filter(|(import, _)| import.kind == ImportKind::Dynamic);
        let (import, _) = calls.find(|(_, span)| span.statement == place)?;
        let name = ModuleName::new(&import.module)?;
        // `__import__("a.b")` gives `a`.
        let Some(Expression::Call(callee, _)) = summary.expression(call) else { return None };
        let name = match summary.expression(*callee) {
            Some(Expression::Name(function, _)) if function == "__import__" => {
                ModuleName::new(name.top_level())?
            }
            _ => name,
        };
        self.module(file, name)
    }

    /// The module that an import statement names before its `import`.
    pub fn import_module(&self, file: &FileId, import: &Import) -> Option<Module> {
        if import.level == 0 {
            return self.module(file, ModuleName::new(&import.module)?);
        }
        self.relative_module(file, import.level, &import.module)
    }

    /// An absolute module as `file` imports it.
    pub fn module(&self, file: &FileId, name: ModuleName) -> Option<Module> {
        let target = match &*self.workspace.resolve(file, &name) {
            Resolution::Found(found) => Some(found.file.clone()),
            Resolution::Namespace(_) => None,
            Resolution::Ambiguous(found) => Some(found.first()?.file.clone()),
            Resolution::NotFound(_) => return None,
        };
        Some(Module { name, file: target, importer: file.clone() })
    }

    /// A relative import, by folders: `level` dots, then `module` (may be empty).
    fn relative_module(&self, file: &FileId, level: u32, module: &str) -> Option<Module> {
        let mut dir = file.dir();
        for _ in 1..level {
            dir = dir.parent()?;
        }
        let files = &self.workspace.files;
        let package = FileId::new(&dir.join("__init__.py"));
        // The dotted name matters only for messages and for parts of a namespace that lie in other projects.
        let base = self.workspace.module_of(&package);
        let name = match (base, module.is_empty()) {
            (Some(base), true) => base,
            (Some(base), false) => ModuleName::new(&format!("{base}.{module}"))?,
            (None, true) => ModuleName::new(dir.file_name()?)?,
            (None, false) => ModuleName::new(module)?,
        };
        let target = if module.is_empty() {
            let stub = FileId::new(&dir.join("__init__.pyi"));
            [package, stub].into_iter().find(|file| files.is_file(file.path()))
        } else {
            match find_in(files, dir, &ModuleName::new(module)?) {
                Some(source::Found::Module(target)) => Some(target),
                Some(source::Found::Namespace(_)) => None,
                Some(source::Found::Native(_)) => return None,
                None => return self.module(file, name).filter(|found| found.file.as_ref() != Some(file)),
            }
        };
        Some(Module { name, file: target, importer: file.clone() })
    }

    /// What `module.name` is: an attribute, else a submodule, else what a `__getattr__` answers.
    pub fn member_of_module(&self, module: &Module, name: &str) -> Vec<Entity> {
        if let Some(file) = &module.file {
            let found = self.exported(file, name);
            if !found.is_empty() {
                return found;
            }
        }
        if let Some(submodule) = self.submodule(module, name) {
            return vec![Entity::Module(submodule)];
        }
        module.file.as_ref().map(|file| self.answered_on_demand(file, name)).unwrap_or_default()
    }

    /// What a module's `__getattr__` (PEP 562) answers for a name that it compares with: what it imports under this
    /// name, else the function itself.
    fn answered_on_demand(&self, file: &FileId, name: &str) -> Vec<Entity> {
        let Some(summary) = self.workspace.summary(file) else { return Vec::new() };
        let Some(id) = summary.bindings(ScopeId::MODULE, "__getattr__").last() else { return Vec::new() };
        let listed =
            matches!(&summary.module_getattr, ModuleGetattr::Names(names) if names.iter().any(|n| n == name));
        let mut found = Vec::new();
        if let Some(DefinitionKind::Function(function)) = summary.definition(*id).map(|d| &d.kind) {
            for bound in summary.bindings(function.scope, name) {
                let import =
                    matches!(summary.definition(*bound).map(|d| &d.kind), Some(DefinitionKind::Import(_)));
                if import {
                    add_new(&mut found, self.follow(file, &summary, *bound));
                }
            }
        }
        if found.is_empty() && listed { vec![Entity::Definition(file.clone(), *id)] } else { found }
    }

    /// A submodule by its name.
    pub fn submodule(&self, module: &Module, name: &str) -> Option<Module> {
        let child = ModuleName::new(&format!("{}.{name}", module.name))?;
        if let Some(file) = &module.file
            && file.path().file_stem() == Some("__init__")
            && let Some(source::Found::Module(target)) =
                find_in(&self.workspace.files, file.dir(), &ModuleName::new(name)?)
        {
            return Some(Module { name: child, file: Some(target), importer: module.importer.clone() });
        }
        self.module(&module.importer, child)
    }

    /// What a module's file binds to a name, through its own imports and star imports.
    pub fn exported(&self, file: &FileId, name: &str) -> Vec<Entity> {
        self.step(|| {
            let Some(summary) = self.workspace.summary(file) else { return Vec::new() };
            let bound = self.choose(&summary, summary.bindings(ScopeId::MODULE, name));
            let mut found = Vec::new();
            for id in &bound {
                add_new(&mut found, self.follow(file, &summary, *id));
            }
            if found.is_empty() && bound.is_empty() {
                found = self.through_stars(file, &summary, name);
            }
            if found.is_empty() && bound.is_empty() {
                found = self.stub_beside(file).map(|stub| self.exported(&stub, name)).unwrap_or_default();
            }
            found
        })
    }

    /// The stub beside a source file: where names are made on demand, it says where they come from.
    fn stub_beside(&self, file: &FileId) -> Option<FileId> {
        let stub = file.path().with_extension("pyi");
        let source = file.path().extension() == Some("py");
        (source && self.workspace.files.is_file(&stub)).then(|| FileId::new(&stub))
    }

    /// What the star imports of a file bring under a name; the last one wins.
    pub(super) fn through_stars(&self, file: &FileId, summary: &ModuleSummary, name: &str) -> Vec<Entity> {
        let stars = summary.imports.iter().filter(|import| import.kind == ImportKind::Star);
        for import in stars.rev() {
            let Some(module) = self.import_module(file, import) else { continue };
            let Some(target) = module.file.clone().filter(|target| target != file) else { continue };
            if !self.star_exports(&target, name) {
                continue;
            }
            let found = self.member_of_module(&module, name);
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// Whether `from module import *` brings `name`: what `__all__` says, else every public name.
    pub(super) fn star_exports(&self, file: &FileId, name: &str) -> bool {
        let Some(summary) = self.workspace.summary(file) else { return false };
        match &summary.exports {
            Some(exports) => {
                exports.dynamic
                    || !exports.from_modules.is_empty()
                    || exports.names.iter().any(|(export, _)| export == name)
            }
            None => !name.starts_with('_'),
        }
    }
}
