//! The workspace: projects, code locations, and what each import means in each of them.

mod closure;
pub mod config;
mod carried;
mod configuration;
mod context;
mod dependencies;
mod discovery;
mod effective;
mod environments;
mod evidence;
mod indexes;
mod listed;
mod locations;
mod lock;
mod memo;
mod outside;
mod parts;
mod pinned;
mod project;
mod proven;
mod recorded;
mod recorded_requirement;
mod releases;
mod resolve;
mod roots;
mod sources;
mod summaries;
mod takings;
mod version;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::Mutex;
use pep440_rs::Version;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::manifest::{DistributionName, Manifest, Reached};
use crate::source::shelves::Shelves;
use crate::source::{Cache, Environment, Surroundings};
use crate::vfs::{FileId, Files, Grounds, Reads};

pub use carried::Moved;
pub use closure::{Closure, Consumers, Reach};
pub use config::{Config, LoadedConfig, RuleLevel, Scope};
pub use context::{Setting, is_around};
pub use dependencies::{Dependency, GitSource, Provision, Strategy};
pub use discovery::Discovery;
pub use effective::{Effective, Said, exact};
pub use evidence::Witness;
pub use indexes::PackageIndexes;
pub use listed::Listed;
pub use locations::CodeLocation;
pub use lock::{LockAnswer, Locked, ProjectLock};
pub use outside::Outside;
pub use project::{Declared, Place, Project};
pub use recorded::Recorded;
pub use recorded_requirement::{Installed, RecordedRequirement, RecordedSource, as_constraints, merged};
pub use releases::{Origin, Release, Releases};
pub use resolve::{Found, NotFound, Provider, Resolution, Standing};
pub use sources::{DeclaredSource, is_public_index};
pub use takings::Taking;

use carried::{Imports, Places};
use discovery::Walk;
use locations::{Locations, loose_folders};
use memo::{Memo, PathMemo};
use version::VersionInPython;

/// Everything under the opened folders, as one immutable revision: cheap to clone, safe to share between threads.
///
/// Nothing is read when one is made; projects are loaded as questions need them, and the whole is walked
/// only when a question needs all of it.
#[derive(Clone)]
pub struct Workspace {
    /// The files of this revision.
    pub files: Files,
    /// The opened folders; what is reported is limited to them, what is known is not.
    pub folders: Vec<Utf8PathBuf>,
    cache: Option<Arc<Cache>>,
    /// What opens the cache of an opened folder.
    cache_of: Option<CacheOf>,
    outside: Arc<Outside>,
    /// Versions that are supposed instead of those that requirements and locks say.
    supposed: Arc<BTreeMap<DistributionName, Version>>,
    surroundings: Arc<Surroundings>,
    structure: Arc<Structure>,
}

/// Opens the cache of what earlier runs learned of the files in a folder, where there is a place for one.
pub type CacheOf = fn(&Utf8Path, &Surroundings) -> Option<Cache>;

/// What was learned from manifests and folders: good as long as none of them changes.
#[derive(Default)]
struct Structure {
    revision: StructureRevision,
    places: Arc<Places>,
    walked: OnceLock<Arc<Walk>>,
    imports: OnceLock<Arc<Imports>>,
    import_shape: OnceLock<u64>,
    /// The workspace before the edit of a manifest's text that made this structure, until it is known whether what imports
    /// mean is as it was.
    before: Mutex<Option<Box<Workspace>>>,
    /// The last edits that made this structure of earlier ones and changed comments alone.
    moved: Vec<Arc<Moved>>,
    projects: PathMemo<Option<Arc<Project>>>,
    project_dirs: PathMemo<Option<Utf8PathBuf>>,
    workspace_roots: PathMemo<Option<Utf8PathBuf>>,
    members: PathMemo<Arc<Vec<Utf8PathBuf>>>,
    dependencies: PathMemo<Arc<Vec<Dependency>>>,
    closures: PathMemo<Arc<Closure>>,
    /// By project: all that its requirements bring along.
    behind: PathMemo<Arc<FxHashSet<DistributionName>>>,
    settings: PathMemo<Arc<Setting>>,
    environments: PathMemo<Option<Arc<Environment>>>,
    /// By project and requirement.
    effective: PathMemo<Arc<Effective>>,
    pinned: PathMemo<Arc<Vec<Reach>>>,
    dirty: PathMemo<Option<bool>>,
    versions_in_python: Mutex<FxHashMap<FileId, VersionInPython>>,
    /// By distribution.
    releases: PathMemo<Arc<Releases>>,
    locked_from_index: PathMemo<Arc<BTreeSet<Version>>>,
    shelves: OnceLock<Arc<Shelves>>,
    locks: PathMemo<Option<Arc<ProjectLock>>>,
    /// By lock file and entry: all that the entry leads to.
    reached: PathMemo<Arc<Memo<usize, Arc<Reached>>>>,
    /// By interpreter: what was selected for folders around projects.
    selected: PathMemo<Option<Arc<Environment>>>,
    configuration: OnceLock<Arc<LoadedConfig>>,
    grounds: OnceLock<Arc<Grounds>>,
    discovery: OnceLock<Arc<Discovery>>,
    /// Code that locations load and no manifest lies around.
    loose: OnceLock<Vec<Arc<Project>>>,
    locations: OnceLock<Locations>,
}

/// Tells one structure from another.
struct StructureRevision(u64);

impl Default for StructureRevision {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Workspace {
    /// A workspace over the opened folders (absolute paths).
    pub fn new(files: Files, folders: Vec<Utf8PathBuf>) -> Self {
        Self {
            files,
            folders,
            cache: None,
            cache_of: None,
            outside: Arc::default(),
            supposed: Arc::default(),
            surroundings: Arc::default(),
            structure: Arc::default(),
        }
    }

    /// The next revision after the text of Python files has changed: what was learned from manifests and folders is kept,
    /// unless one of these texts decides some of it.
    pub fn with_text(&self, files: Files) -> Self {
        let changed = files.changed_since(self.files.revision());
        let next = Self { files, ..self.clone() };
        match changed {
            Some(changed) if !changed.iter().any(|file| self.text_decides(&next, file)) => next,
            _ => Self { structure: Arc::default(), ..next },
        }
    }

    /// The next revision after anything else has changed: manifests, files made or gone, opened folders.
    pub fn with_structure(&self, files: Files, folders: Vec<Utf8PathBuf>) -> Self {
        let opened = self.cache_of.filter(|_| folders.first() != self.folders.first());
        let cache = match opened {
            Some(open) => folders.first().and_then(|folder| open(folder, &self.surroundings)).map(Arc::new),
            None => self.cache.clone(),
        };
        Self { files, folders, cache, structure: Arc::default(), ..self.clone() }
    }

    /// Tells what was learned of manifests and folders from what is learned after one of them has changed.
    pub fn structure_revision(&self) -> u64 {
        self.structure.revision.0
    }

    /// The same workspace, for one who wants to know which Python files are looked at.
    pub fn observed(&self, observer: Arc<Reads>) -> Self {
        Self { files: self.files.observed(observer), ..self.clone() }
    }

    /// This workspace if everybody who takes a distribution from an index or by git took this version of it.
    pub fn supposing(&self, name: &DistributionName, version: &Version) -> Self {
        let mut supposed = BTreeMap::clone(&self.supposed);
        supposed.insert(name.clone(), version.clone());
        Self { supposed: Arc::new(supposed), structure: Arc::default(), ..self.clone() }
    }

    /// This workspace with what may be asked about versions that are not live.
    pub fn with_outside(self, outside: Arc<Outside>) -> Self {
        Self { outside, ..self }
    }

    /// This workspace where more than files is known. What was learned of it is dropped.
    pub fn with_surroundings(self, surroundings: Surroundings) -> Self {
        Self { surroundings: Arc::new(surroundings), structure: Arc::default(), ..self }
    }

    /// What decides beside files.
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// This workspace with what earlier runs knew of its Python files.
    pub fn with_cache(self, cache: Arc<Cache>) -> Self {
        Self { cache: Some(cache), ..self }
    }

    /// This workspace, which opens the cache of each first folder that is opened in it.
    pub fn with_cache_of(self, cache_of: CacheOf) -> Self {
        Self { cache_of: Some(cache_of), ..self }
    }

    /// Keeps what was learned of Python files for later runs.
    pub fn save(&self) {
        if let Some(cache) = &self.cache {
            cache.save();
        }
    }

    /// Walks and indexes everything now, so that later questions are quick; `cancelled` is asked now and then.
    pub fn prepare(&self, cancelled: &(dyn Fn() -> bool + Sync)) {
        let discovery = self.discovery();
        for dir in &discovery.projects {
            if cancelled() {
                return;
            }
            if let Some(project) = self.project_at(dir) {
                self.closure(&project);
            }
        }
    }

    /// The folder that paths are shown relative to: the first opened folder.
    pub fn root(&self) -> &Utf8Path {
        self.folders.first().map_or(Utf8Path::new("/"), |folder| folder.as_path())
    }

    /// A manifest as read; `None` where the file is none, cannot be read, or is a link out of the repositories.
    pub fn manifest(&self, file: &FileId) -> Option<Arc<Manifest>> {
        let own = self.grounds().own(&self.files, file.dir(), file.path());
        own.then(|| project::manifest_of(&self.files, file)).flatten()
    }

    /// The project in exactly this folder.
    pub fn project_at(&self, dir: &Utf8Path) -> Option<Arc<Project>> {
        let written = self.structure.projects.get(dir.as_str(), || {
            let mut project = project::load(&self.files, &self.grounds(), dir)?;
            if let Some(layout) = self.prescribed_layout(&project) {
                project.layout = layout;
            }
            Some(Arc::new(project))
        });
        // Who knows the folder of loose code has asked for it before.
        written.or_else(|| self.structure.loose.get()?.iter().find(|loose| loose.dir == dir).cloned())
    }

    /// The project a file belongs to: that of the nearest folder around it.
    pub fn project_of(&self, file: &FileId) -> Option<Arc<Project>> {
        self.project_around(file.dir())
    }

    /// The project of the nearest folder from `dir` upward, not beyond the repository. Where no manifest makes one, it is
    /// the code that a declared location loads from there; to know it, everything is walked.
    pub fn project_around(&self, dir: &Utf8Path) -> Option<Arc<Project>> {
        self.written_project_around(dir).or_else(|| {
            let known = self.grounds().folders().any(|ground| dir.starts_with(ground));
            let around = |loose: &&Arc<Project>| dir.starts_with(&loose.dir);
            let all = if known { self.loose_projects() } else { &[] };
            all.iter().filter(around).max_by_key(|loose| loose.dir.as_str().len()).cloned()
        })
    }

    /// The same, of projects with manifests.
    fn written_project_around(&self, dir: &Utf8Path) -> Option<Arc<Project>> {
        let found = self.structure.project_dirs.get(dir.as_str(), || {
            if self.project_at(dir).is_some_and(|project| !project.manifests.is_empty()) {
                return Some(dir.to_owned());
            }
            if dir == self.boundary(dir) {
                return None;
            }
            self.written_project_around(dir.parent()?).map(|project| project.dir.clone())
        })?;
        self.project_at(&found)
    }

    /// The projects that consist of code alone: no manifest lies around it, and a declared location loads it.
    fn loose_projects(&self) -> &[Arc<Project>] {
        let load = |dir: Utf8PathBuf| {
            let mut project = Project::loose(&self.files, dir);
            if let Some(layout) = self.prescribed_layout(&project) {
                project.layout = layout;
            }
            Arc::new(project)
        };
        self.structure.loose.get_or_init(|| loose_folders(self).into_iter().map(load).collect())
    }

    /// All projects that ship or consume, sorted by folder; walks everything.
    pub fn projects(&self) -> Vec<Arc<Project>> {
        self.discovery().projects.iter().filter_map(|dir| self.project_at(dir)).collect()
    }

    /// The first-party projects of one name, sorted by folder; walks everything.
    pub fn projects_named(&self, name: &DistributionName) -> Vec<Arc<Project>> {
        let discovery = self.discovery();
        let dirs = discovery.by_name(self).get(name).cloned().unwrap_or_default();
        dirs.iter().filter_map(|dir| self.project_at(dir)).collect()
    }
}
