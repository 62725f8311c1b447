//! What one project has of one module, remembered for all who ask.

use std::sync::Arc;

use super::{Project, Workspace};
use crate::python::ModuleName;
use crate::source;

/// What one project has of a module.
pub(super) struct Part {
    /// What answers for the module; none where only what is shipped counts and this is not.
    pub found: Option<source::Found>,
    /// Where no file answers: the longest beginning of the name for which there is a regular package or module.
    pub prefix: Option<ModuleName>,
}

impl Workspace {
    /// What a project has of a module. Importers all over the workspace ask the same of the same projects: seventy may
    /// share a namespace.
    pub(super) fn part_of(&self, project: &Project, module: &ModuleName, shipped_only: bool) -> Arc<Part> {
        let parts = if shipped_only { &self.structure.shipped_parts } else { &self.structure.parts };
        let known = parts.get(project.dir.as_str(), Arc::default);
        known.get(module, || Arc::new(self.work_out_part(project, module, shipped_only)))
    }

    fn work_out_part(&self, project: &Project, module: &ModuleName, shipped_only: bool) -> Part {
        let (files, layout) = (&self.files, &project.layout);
        let counts = |module: &ModuleName| !shipped_only || layout.ships(files, module);
        let found = layout.find(files, module);
        match &found {
            Some(source::Found::Module(_)) if counts(module) => return Part { found, prefix: None },
            Some(source::Found::Module(_)) => return Part { found: None, prefix: None },
            _ => {}
        }
        let found = found.filter(|found| matches!(found, source::Found::Native(_)) || counts(module));
        let mut parents = std::iter::successors(module.parent(), ModuleName::parent);
        let real = |name: &ModuleName| matches!(layout.find(files, name), Some(source::Found::Module(_)));
        let prefix = parents.find(|name| real(name) && counts(name));
        Part { found, prefix }
    }
}
