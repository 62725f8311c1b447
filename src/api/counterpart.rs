//! The same function or class in another version of its project.

use super::known::{Knowledge, Known, Reader};
use crate::python::{DefinitionId, ScopeId};
use crate::semantics::Entity;
use crate::source::Found;
use crate::vfs::FileId;
use crate::workspace::Project;

impl Knowledge<'_, '_> {
    /// What stands in another tree of a distribution under the module and the name of something that is known in
    /// `home`; `None` where nothing surely does, and for modules.
    pub fn counterpart(&self, known: &Known, home: &Project, other: &Project) -> Option<Known> {
        let (file, id, from) = match known {
            Known::Function { file, definitions, from } => (file, *definitions.last()?, *from),
            Known::Class((file, id)) | Known::Instance((file, id)) => (file, *id, Reader::Name),
            Known::Module(_) => return None,
        };
        let module = home.layout.module_of(file)?;
        let path = self.defined_path(file, id)?;
        let mut names = path.strip_prefix(module.as_str())?.strip_prefix('.')?.split('.');
        let files = &self.semantics.workspace.files;
        let Some(Found::Module(there)) = other.layout.find(files, &module) else { return None };
        let mut found = self.exported(&there, names.next()?)?;
        for name in names {
            let Known::Class(class) = &found else { return None };
            found = self.member(class, name, from)?;
        }
        match (known, found) {
            (Known::Instance(_), Known::Class(class)) => Some(Known::Instance(class)),
            (_, found) => Some(found),
        }
    }

    /// The only thing that a module has under a name, wherever that is defined.
    fn exported(&self, file: &FileId, name: &str) -> Option<Known> {
        let entities = self.semantics.exported(file, name);
        let Some(Entity::Definition(file, first)) = entities.first() else { return None };
        let summary = self.semantics.workspace.summary(file).filter(|summary| summary.errors.is_empty())?;
        let definition = summary.definition(*first)?;
        let bound: Vec<DefinitionId> = summary.bindings(definition.scope, &definition.name).to_vec();
        let only = entities.iter().all(
            |entity| matches!(entity, Entity::Definition(other, id) if other == file && bound.contains(id)),
        );
        let in_module = definition.scope == ScopeId::MODULE;
        (only && in_module).then(|| self.bindings(file, &summary, &bound, Reader::Name)).flatten()
    }
}
