//! The uses of all files, carried from one revision to the next.

use std::sync::Arc;

use parking_lot::Mutex;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::imports::{FileUses, of_file};
use super::needles::{Needles, OwnNames};
use crate::vfs::FileId;
use crate::workspace::{Project, Workspace};

/// The uses in all files that matter below the opened folders, as one revision has them.
pub struct Uses {
    /// The revision of the files.
    revision: u64,
    /// The revision of what was learned from manifests and folders, and of what imports mean.
    structure: u64,
    imports: u64,
    needles: Arc<NeedlesOfProjects>,
    /// Sorted by file.
    files: Arc<Vec<Arc<FileUses>>>,
    /// The revision of the files in which one of them last used something else.
    since: u64,
}

/// What is searched for, by the folder of the searching project.
struct NeedlesOfProjects {
    needles: Needles,
    own: FxHashMap<String, OwnNames>,
    none: OwnNames,
}

/// Remembers the uses of the newest revision that was asked for, and makes those of the next one from them.
#[derive(Default)]
pub struct Index {
    newest: Mutex<Option<Arc<Uses>>>,
}

impl Index {
    /// The uses in a workspace's revision: as remembered, or those remembered with the files that changed since looked at
    /// anew, or all looked at; walks everything. `look` is shown each file that is looked at, while its text and summary
    /// are at hand. None where `cancelled` says so meanwhile.
    pub fn uses(
        &self,
        workspace: &Workspace,
        look: impl Fn(&FileUses) + Sync,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Option<Arc<Uses>> {
        let known = self.newest.lock().clone();
        let carried = known.and_then(|known| known.carried(workspace, &look));
        let uses = carried.unwrap_or_else(|| Arc::new(Uses::of(workspace, &look, cancelled)));
        if cancelled() {
            return None;
        }
        *self.newest.lock() = Some(uses.clone());
        Some(uses)
    }
}

impl Uses {
    /// The uses in all files.
    fn of(
        workspace: &Workspace,
        look: &(impl Fn(&FileUses) + Sync),
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Self {
        let discovery = workspace.discovery();
        let needles = Needles::new(workspace, &discovery);
        let own = |project: &Arc<Project>| (project.dir.to_string(), needles.own_names(project, workspace));
        let own = workspace.projects().iter().map(own).collect();
        let needles = NeedlesOfProjects { needles, own, none: OwnNames::default() };
        let _span = tracing::debug_span!("uses").entered();
        let files = discovery.python.par_iter().filter_map(|file| {
            if cancelled() {
                return None;
            }
            let uses = needles.uses_of(workspace, file)?;
            look(&uses);
            // Most files are imported by nobody; what is imported is asked for again.
            workspace.files.release(file);
            Some(uses)
        });
        Self {
            revision: workspace.files.revision(),
            structure: workspace.structure_revision(),
            imports: workspace.imports_revision(),
            since: workspace.files.revision(),
            files: Arc::new(files.collect()),
            needles: Arc::new(needles),
        }
    }

    /// The uses in another revision in which imports mean the same; none where that is not given.
    fn carried(self: Arc<Self>, workspace: &Workspace, look: &impl Fn(&FileUses)) -> Option<Arc<Self>> {
        if self.imports != workspace.imports_revision() {
            return None;
        }
        let changed = workspace.files.changed_since(self.revision)?;
        let (revision, structure) = (workspace.files.revision(), workspace.structure_revision());
        let same_structure = self.structure == structure;
        if changed.is_empty() && same_structure {
            return Some(self);
        }
        let mut files = match same_structure {
            true => self.files.clone(),
            false => {
                let refreshed = self.files.iter().map(|uses| uses.refreshed(workspace));
                Arc::new(refreshed.collect::<Option<_>>()?)
            }
        };
        let discovery = workspace.discovery();
        let mut since = self.since;
        for file in changed {
            let now = discovery.python.binary_search(&file).ok();
            let now = now.and_then(|_| self.needles.uses_of(workspace, &file)).inspect(|uses| look(uses));
            let at = files.binary_search_by(|uses| uses.file.cmp(&file));
            let before = at.ok().and_then(|at| files.get(at));
            if before.zip(now.as_ref()).is_some_and(|(before, now)| before.says_the_same_as(now)) {
                continue;
            }
            match (at, now) {
                (Ok(at), Some(now)) => Arc::make_mut(&mut files).splice(at..=at, [now]).for_each(drop),
                (Ok(at), None) => drop(Arc::make_mut(&mut files).remove(at)),
                (Err(at), Some(now)) => Arc::make_mut(&mut files).insert(at, now),
                (Err(_), None) => continue,
            }
            since = revision;
        }
        let (imports, needles) = (self.imports, self.needles.clone());
        Some(Arc::new(Self { revision, structure, imports, needles, files, since }))
    }

    /// What a file uses, if it matters.
    pub fn of_file(&self, file: &FileId) -> Option<&FileUses> {
        let at = self.files.binary_search_by(|uses| uses.file.cmp(file)).ok()?;
        self.files.get(at).map(|uses| &**uses)
    }

    /// All files that matter, sorted.
    pub fn files(&self) -> &[Arc<FileUses>] {
        &self.files
    }

    /// The revision of the files in which one of them last used something else.
    pub fn since(&self) -> u64 {
        self.since
    }
}

impl NeedlesOfProjects {
    /// What a file uses, if it matters.
    fn uses_of(&self, workspace: &Workspace, file: &FileId) -> Option<Arc<FileUses>> {
        if !workspace.folders.iter().any(|folder| file.path().starts_with(folder)) {
            return None;
        }
        let project = workspace.project_of(file)?;
        let own = self.own.get(project.dir.as_str()).unwrap_or(&self.none);
        let matters = |bytes: &[u8]| self.needles.matter(bytes, &own.names);
        if !workspace.is_wanted(file, own.search, matters) {
            return None;
        }
        of_file(workspace, &own.names, file, project).map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::text::Document;
    use crate::vfs::Files;

    const FILES: [(&str, &str); 6] = [
        ("shared/pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"1.0\"\n"),
        ("shared/src/acme/__init__.py", ""),
        ("shared/src/acme/io.py", "def load(path):\n    return path\n"),
        (
            "etl/pyproject.toml",
            "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\"acme-shared\"]\n",
        ),
        ("etl/src/etl/a.py", "from acme.io import load\n"),
        ("etl/src/etl/b.py", "import acme.io\n"),
    ];

    /// The files that the index looked at, by name, with all that it knows afterwards.
    fn looked_at(index: &Index, workspace: &Workspace) -> (Vec<String>, Vec<String>) {
        let looked = Mutex::new(Vec::new());
        let look = |uses: &FileUses| looked.lock().push(uses.file.file_name().to_owned());
        let uses = index.uses(workspace, look, &|| false).unwrap();
        let known = uses.files().iter().map(|uses| uses.file.file_name().to_owned()).collect();
        let mut looked = looked.into_inner();
        looked.sort();
        (looked, known)
    }

    #[test]
    fn an_edit_makes_one_files_entry_again_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        for (path, text) in FILES {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let index = Index::default();
        let mut workspace = Workspace::new(Files::default(), vec![root.clone()]);
        let edited = |workspace: &Workspace, path: &str, text: &str| {
            let file = FileId::new(&root.join(path));
            workspace.with_text(workspace.files.with_document(&file, Document::new(text, 1), Vec::new()))
        };
        let both = names(&["a.py", "b.py"]);
        assert_eq!(looked_at(&index, &workspace), (both.clone(), both.clone()));
        assert_eq!(looked_at(&index, &workspace), (vec![], both.clone()));
        workspace = edited(&workspace, "shared/src/acme/io.py", "def load(path):\n    return 1\n");
        assert_eq!(looked_at(&index, &workspace), (vec![], both.clone()));
        workspace = edited(&workspace, "etl/src/etl/a.py", "from acme.io import load\nload(1)\n");
        assert_eq!(looked_at(&index, &workspace), (names(&["a.py"]), both.clone()));
        workspace = edited(&workspace, "etl/src/etl/b.py", "import os\n");
        assert_eq!(looked_at(&index, &workspace), (vec![], names(&["a.py"])));
        assert!(index.uses(&edited(&workspace, "etl/src/etl/b.py", ""), |_| {}, &|| true).is_none());
        workspace = edited(&workspace, "etl/src/etl/b.py", "import acme\n");
        assert_eq!(looked_at(&index, &workspace), (names(&["b.py"]), both));
    }
}
