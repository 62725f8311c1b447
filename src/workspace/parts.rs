//! What one project has of one module, remembered for all who ask.

use std::sync::Arc;

use camino::Utf8PathBuf;

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
    /// The same, the name itself among its beginnings.
    regular: Option<ModuleName>,
}

impl Workspace {
    /// What a project has of a module. Importers all over the workspace ask the same of the same projects: seventy may
    /// share a namespace.
    pub(super) fn part_of(&self, project: &Project, module: &ModuleName, shipped_only: bool) -> Arc<Part> {
        let parts = if shipped_only { &self.imports().shipped_parts } else { &self.imports().parts };
        let known = parts.get(project.dir.as_str(), Arc::default);
        known.get(module, || Arc::new(self.work_out_part(project, module, shipped_only)))
    }

    /// The first-party projects that ship something that is called so, or lies around it: sorted by folder. Walks
    /// everything.
    pub(super) fn shippers(&self, module: &ModuleName) -> Arc<Vec<Utf8PathBuf>> {
        self.imports().shippers.get(module, || {
            let discovery = self.discovery();
            let all = discovery.by_top_level(self).get(module.top_level()).map_or(&[][..], Vec::as_slice);
            let any = |part: &Part| part.found.is_some() || part.prefix.is_some();
            let has = |dir: &&Utf8PathBuf| {
                self.project_at(dir).is_some_and(|project| {
                    any(&self.part_of(&project, module, true)) || self.ships_around(&project, module)
                })
            };
            Arc::new(all.iter().filter(has).cloned().collect())
        })
    }

    /// Whether a project ships a package that a module lies in.
    pub(super) fn ships_around(&self, project: &Project, module: &ModuleName) -> bool {
        std::iter::successors(module.parent(), ModuleName::parent).any(|parent| {
            let part = self.part_of(project, &parent, true);
            matches!(part.found, Some(source::Found::Module(_)))
        })
    }

    fn work_out_part(&self, project: &Project, module: &ModuleName, shipped_only: bool) -> Part {
        let (files, layout) = (&self.files, &project.layout);
        let counts = !shipped_only || layout.ships(files, module);
        // A parent's answer is remembered, and thousands of modules share it.
        let above = |module: &ModuleName| {
            let parent = module.parent()?;
            self.part_of(project, &parent, shipped_only).regular.clone()
        };
        match layout.find(files, module) {
            Some(source::Found::Module(file)) if counts => {
                let extended = self.extends_its_path(&file);
                let regular = if extended { above(module) } else { Some(module.clone()) };
                Part { found: Some(source::Found::Module(file)), prefix: None, regular }
            }
            Some(source::Found::Module(_)) => Part { found: None, prefix: None, regular: above(module) },
            found => {
                let found = found.filter(|found| matches!(found, source::Found::Native(_)) || counts);
                let prefix = above(module);
                Part { found, prefix: prefix.clone(), regular: prefix }
            }
        }
    }

    fn extends_its_path(&self, file: &FileId) -> bool {
        self.says_of_its_path(file) == Some(true)
    }

    /// `__path__ = pkgutil.extend_path(__path__, __name__)` and `pkg_resources.declare_namespace(__name__)`: a package
    /// whose other parts may lie in other distributions, as those of a namespace package. `None` where the text cannot be
    /// read.
    fn says_of_its_path(&self, file: &FileId) -> Option<bool> {
        if file.path().file_stem() != Some("__init__") {
            return Some(false);
        }
        let source = self.files.text(file).ok()?;
        let has = |word: &str| memchr::memmem::find(source.text.as_bytes(), word.as_bytes()).is_some();
        Some(has("extend_path(") || has("declare_namespace("))
    }

    /// Whether a change of a Python file's text changes what was learned of manifests and folders: it holds a version, or
    /// says whether a package has parts elsewhere.
    pub(super) fn text_decides(&self, next: &Self, file: &FileId) -> bool {
        let before = self.says_of_its_path(file);
        before.is_none() || before != next.says_of_its_path(file) || next.has_another_version(file)
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::text::Document;
    use crate::vfs::Files;

    #[test]
    fn an_edit_that_opens_a_package_to_other_distributions_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        let etl = "[project]\nname = \"etl\"\nversion = \"1\"\ndependencies = [\"core\", \"more\"]\n\
            [tool.uv.sources]\ncore = { path = \"../core\" }\nmore = { path = \"../more\" }\n";
        for (path, text) in [
            ("core/pyproject.toml", "[project]\nname = \"core\"\nversion = \"1\"\n"),
            ("core/src/acme/__init__.py", ""),
            ("more/pyproject.toml", "[project]\nname = \"more\"\nversion = \"1\"\n"),
            ("more/src/acme/extra/io.py", ""),
            ("etl/pyproject.toml", etl),
            ("etl/src/etl/__init__.py", "import acme.extra.nothing\n"),
        ] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        let importer = FileId::new(&root.join("etl/src/etl/__init__.py"));
        let module = ModuleName::new("acme.extra.nothing").unwrap();
        let package = FileId::new(&root.join("core/src/acme/__init__.py"));
        let workspace = Workspace::new(Files::default(), vec![root.clone()]);
        let before = workspace.resolve(&importer, &module);
        let text = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n";
        let edited = |workspace: &Workspace, text: &str| {
            let document = Document::new(text, 1);
            workspace.with_text(workspace.files.with_document(&package, document, Vec::new()))
        };
        let opened = edited(&workspace, text);
        assert_ne!(opened.resolve(&importer, &module), before);
        assert_ne!(opened.structure_revision(), workspace.structure_revision());
        let closed = edited(&opened, "x = 1\n");
        assert_eq!(closed.resolve(&importer, &module), before);
        // What the text says beside that decides nothing.
        let same = edited(&closed, "x = 2\n");
        assert_eq!(same.structure_revision(), closed.structure_revision());
    }
}
