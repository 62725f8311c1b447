//! What stands when only the text of a manifest has changed: which files there are, where folders really lie, the projects
//! that do not read the manifest, and mostly what imports mean.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use camino::Utf8PathBuf;
use parking_lot::Mutex;
use rustc_hash::FxHasher;

use super::memo::{Memo, PathMemo};
use super::parts::Part;
use super::{Project, Resolution, Structure, Workspace};
use crate::manifest::{DistributionName, DocumentKind};
use crate::python::ModuleName;
use crate::vfs::{FileId, Files};

/// What folders say, whatever the manifests in them.
#[derive(Default)]
pub(super) struct Places {
    pub boundaries: PathMemo<Utf8PathBuf>,
    pub own_names: PathMemo<Utf8PathBuf>,
    pub real_paths: PathMemo<Utf8PathBuf>,
}

/// What imports mean: good as long as the files are there, and manifests say the same of what is reached and shipped.
pub(super) struct Imports {
    revision: u64,
    /// By the folder that importers share their answers with.
    pub resolutions: PathMemo<Arc<Memo<ModuleName, Arc<Resolution>>>>,
    /// By project: what it has of modules, and what it ships of them.
    pub parts: PathMemo<Arc<Memo<ModuleName, Arc<Part>>>>,
    pub shipped_parts: PathMemo<Arc<Memo<ModuleName, Arc<Part>>>>,
    /// By module: the projects that ship something around it.
    pub shippers: Memo<ModuleName, Arc<Vec<Utf8PathBuf>>>,
}

impl Default for Imports {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            revision: NEXT.fetch_add(1, Ordering::Relaxed),
            resolutions: PathMemo::default(),
            parts: PathMemo::default(),
            shipped_parts: PathMemo::default(),
            shippers: Memo::default(),
        }
    }
}

impl Workspace {
    /// The next revision after an editor has changed the text of a manifest or lock that was there before.
    pub fn with_manifest_text(&self, files: Files, file: &FileId) -> Self {
        if decides_the_walk(&self.files, file)
            || decides_the_walk(&files, file)
            || has_members(&self.files, file) != has_members(&files, file)
        {
            return self.with_structure(files, self.folders.clone());
        }
        let old = &self.structure;
        let reads_it = |project: &Project| project.manifests.iter().any(|(read, _)| read == file);
        let beside = [Some(file.dir()), file.dir().parent()];
        let structure = Structure {
            places: old.places.clone(),
            walked: old.walked.clone(),
            projects: old.projects.where_holds(|dir, project| {
                !beside.contains(&Some(dir.as_str().into()))
                    && project.as_deref().is_none_or(|project| !reads_it(project))
            }),
            before: Mutex::new(self.last_with_imports()),
            ..Structure::default()
        };
        Self { files, structure: Arc::new(structure), ..self.clone() }
    }

    /// This workspace, or the one before it where nobody has asked this one what imports mean.
    fn last_with_imports(&self) -> Option<Box<Self>> {
        match self.structure.imports.get() {
            Some(_) => Some(Box::new(self.clone())),
            None => self.structure.before.lock().clone(),
        }
    }

    /// What imports mean: as it was before a manifest was edited, where that changed nothing that decides it.
    pub(super) fn imports(&self) -> &Imports {
        self.structure.imports.get_or_init(|| {
            let before = self.structure.before.lock().take();
            let same = before.filter(|before| before.import_shape() == self.import_shape());
            same.and_then(|before| before.structure.imports.get().cloned()).unwrap_or_default()
        })
    }

    /// Tells what imports mean in one structure from what they mean in another.
    pub fn imports_revision(&self) -> u64 {
        self.imports().revision
    }

    /// The hash of all that manifests say of what imports mean; walks everything.
    fn import_shape(&self) -> u64 {
        let shape = || {
            let mut hasher = FxHasher::default();
            for project in self.projects() {
                self.add_shape(&project, &mut hasher);
            }
            hasher.finish()
        };
        *self.structure.import_shape.get_or_init(shape)
    }

    fn add_shape(&self, project: &Arc<Project>, hasher: &mut FxHasher) {
        (project.dir.as_str(), project.distribution(), project.ships).hash(hasher);
        (project.template, project.broken, project.computed_requirements).hash(hasher);
        format!("{:?}", project.layout).hash(hasher);
        for dependency in self.dependencies(project).iter() {
            (&dependency.name, format!("{:?}", dependency.group)).hash(hasher);
        }
        let closure = self.closure(project);
        for reach in closure.reached.iter().chain(self.pinned(project).iter()) {
            (reach.dir.as_str(), format!("{:?}", reach.strategy), &reach.via, reach.from_parent).hash(hasher);
        }
        let mut names: Vec<&DistributionName> = closure.names.iter().collect();
        names.sort_unstable();
        (closure.computed, names).hash(hasher);
        self.working_directories(project).hash(hasher);
        if let Some(environment) = self.environment(project) {
            (environment.dir.as_str(), environment.site_packages.len()).hash(hasher);
        }
    }
}

/// Whether a document may say which files are looked at: as a configuration, or as none that is known.
fn decides_the_walk(files: &Files, file: &FileId) -> bool {
    let known = matches!(DocumentKind::of(file.path()), DocumentKind::Manifest(_) | DocumentKind::Lock(_));
    !known || files.text(file).is_ok_and(|source| source.text.contains("crossloc"))
}

/// Whether a manifest may make its folder the root of a uv workspace: how far questions look hangs on it.
fn has_members(files: &Files, file: &FileId) -> bool {
    files.text(file).is_ok_and(|source| source.text.contains("workspace"))
}
