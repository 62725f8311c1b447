//! What one project has of one module, remembered for all who ask.

use std::sync::Arc;

use super::{Project, Workspace};
use crate::python::ModuleName;
use crate::source;
use crate::vfs::FileId;

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
        let real = |name: &ModuleName| match layout.find(files, name) {
            Some(source::Found::Module(file)) => !self.extends_its_path(&file),
            _ => false,
        };
        let prefix = parents.find(|name| real(name) && counts(name));
        Part { found, prefix }
    }

    /// `__path__ = pkgutil.extend_path(__path__, __name__)` and `pkg_resources.declare_namespace(__name__)`: a package
    /// whose other parts may lie in other distributions, as those of a namespace package.
    fn extends_its_path(&self, file: &FileId) -> bool {
        let says = |text: &str| {
            let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
            has("extend_path(") || has("declare_namespace(")
        };
        file.path().file_stem() == Some("__init__")
            && self.files.text(file).is_ok_and(|source| says(&source.text))
    }
}
