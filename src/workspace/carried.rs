//! What stands when only the text of a manifest has changed: which files there are, where folders really lie, the projects
//! that do not read the manifest, and mostly what imports mean.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::Mutex;
use rustc_hash::FxHasher;

use super::memo::{Memo, PathMemo};
use super::parts::Part;
use super::project::manifest_of;
use super::{Dependency, Project, Resolution, Structure, Workspace};
use crate::manifest::{DistributionName, DocumentKind, ManifestKind, Moves, Version};
use crate::python::ModuleName;
use crate::vfs::{FileId, Files};

/// More edits of comments one after the other are not told of.
const MAX_MOVES: usize = 64;

/// An edit of a manifest that changed its comments alone.
pub struct Moved {
    /// The structure before it.
    from: u64,
    /// The manifest.
    pub file: FileId,
    /// Where what it says stands now.
    pub moves: Moves,
}

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
        let moves = self.comments_moved(&files, file);
        let beside = [Some(file.dir()), file.dir().parent()];
        let readers = Mutex::new(Vec::new());
        let projects = old.projects.where_holds(|dir, project| {
            let reads = project.as_deref().is_some_and(|project| project.reads(file));
            if reads {
                readers.lock().push(dir.clone());
            }
            !reads && !beside.contains(&Some(dir.as_str().into()))
        });
        let structure = Structure {
            places: old.places.clone(),
            walked: old.walked.clone(),
            projects,
            before: Mutex::new(self.last_with_imports()),
            ..Structure::default()
        };
        let mut next = Self { files, structure: Arc::new(structure), ..self.clone() };
        let mut readers = readers.into_inner();
        readers.extend(beside.into_iter().flatten().map(|dir| dir.as_str().to_owned()));
        let dependencies = self.dependencies_without(&next, &readers, file);
        let Some(structure) = Arc::get_mut(&mut next.structure) else { return next };
        structure.dependencies = dependencies.unwrap_or_default();
        if let Some(moves) = moves.filter(|_| !self.has_computed_version(&readers)) {
            let moved = Moved { from: old.revision.0, file: file.clone(), moves };
            let earlier = old.moved.iter().rev().take(MAX_MOVES - 1).rev().cloned();
            structure.moved = earlier.chain([Arc::new(moved)]).collect();
            structure.discovery = old.discovery.clone();
            if old.imports.get().is_some() {
                structure.imports = old.imports.clone();
                structure.before = Mutex::default();
            }
        }
        next
    }

    /// How places moved in the structures since one of this number, if what manifests say has not changed since.
    pub fn moved_since(&self, structure: u64) -> Option<&[Arc<Moved>]> {
        let moved = &self.structure.moved;
        moved.get(moved.iter().position(|one| one.from == structure)?..)
    }

    /// How places move where an edit of a manifest changes comments alone.
    fn comments_moved(&self, files: &Files, file: &FileId) -> Option<Moves> {
        let DocumentKind::Manifest(kind) = DocumentKind::of(file.path()) else { return None };
        let sound = self.manifest(file).filter(|manifest| !manifest.template && manifest.errors.is_empty());
        if !kind.is_toml() || sound.is_none() {
            return None;
        }
        let (before, now) = (self.files.text(file).ok()?, files.text(file).ok()?);
        let placeholder = |text: &str| text.contains("{{") || text.contains("{%");
        let marked = |text: &str| text.starts_with('\u{feff}');
        if [&before.text, &now.text].into_iter().any(|text| placeholder(text) || marked(text)) {
            return None;
        }
        Moves::between(&before.text, &now.text)
    }

    /// Whether the version of a project in one of these folders hangs on whether its files are as they were committed.
    fn has_computed_version(&self, dirs: &[String]) -> bool {
        let mut projects = dirs.iter().filter_map(|dir| self.project_at(Utf8Path::new(dir)));
        projects.any(|project| project.version.value == Version::Dynamic)
    }

    /// What projects require in the next structure, too: all but those in the folders whose manifest was edited. None where
    /// others may have to be asked again, since one in these folders has another name, or is the root of a uv workspace.
    fn dependencies_without(
        &self,
        next: &Self,
        edited: &[String],
        file: &FileId,
    ) -> Option<PathMemo<Arc<Vec<Dependency>>>> {
        if DocumentKind::of(file.path()) == DocumentKind::Manifest(ManifestKind::Gitmodules) {
            return None;
        }
        let is_root = |project: &Project| {
            project
                .manifest(ManifestKind::Pyproject)
                .is_some_and(|(_, manifest)| manifest.workspace.is_some())
        };
        let same = |dir: &String| {
            let project = |workspace: &Self| workspace.project_at(Utf8Path::new(dir));
            let (before, now) = (project(self), project(next));
            let named = |project: &Option<Arc<Project>>| {
                project.as_ref().map(|project| project.distribution().cloned())
            };
            let read = [&before, &now].into_iter().flatten().any(|project| project.reads(file));
            let root = [&before, &now].into_iter().flatten().any(|project| is_root(project));
            !read || (named(&before) == named(&now) && !root)
        };
        let holds = |dir: &String, _: &Arc<Vec<Dependency>>| !edited.contains(dir);
        edited.iter().all(same).then(|| self.structure.dependencies.where_holds(holds))
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
    let known = match DocumentKind::of(file.path()) {
        // Most YAML of such names is some tool's.
        DocumentKind::Manifest(ManifestKind::CodeLocations) => {
            manifest_of(files, file).is_some_and(|manifest| manifest.declares_locations)
        }
        DocumentKind::Manifest(_) | DocumentKind::Lock(_) => true,
        _ => false,
    };
    !known || files.text(file).is_ok_and(|source| source.text.contains("crossloc"))
}

/// Whether a manifest may make its folder the root of a uv workspace: how far questions look hangs on it.
fn has_members(files: &Files, file: &FileId) -> bool {
    files.text(file).is_ok_and(|source| source.text.contains("workspace"))
}
