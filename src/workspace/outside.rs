//! What lies beyond the live trees: git's objects, archives, package indexes. It is shared by all revisions of a
//! workspace, as an edit changes nothing of it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::{Mutex, RwLock};
use pep440_rs::Version;
use rustc_hash::{FxHashMap, FxHashSet};

use super::indexes::PackageIndexes;
use super::{Project, Workspace};
use crate::manifest::DistributionName;
use crate::source::archive::ArchiveError;
use crate::source::git::{Refusal, Repositories, Repository};
use crate::source::index::RegistryConfig;
use crate::source::shelves::{Candidate, Opened, Shelves};
use crate::source::store::{OriginRecord, SourceStore};
use crate::source::{Surroundings, cache_folder};
use crate::vfs::{Disk, FileId, SourceTree, Stamp, join};

/// What may be asked about versions that are not live. The default knows nothing but what lies in the workspace itself.
pub struct Outside {
    /// Repositories that were opened, by folder.
    pub repositories: Repositories,
    /// Where archives lie beside those of the workspace: the caches of installers.
    pub shelves: Shelves,
    /// Package indexes; none where they are never asked.
    pub indexes: Option<PackageIndexes>,
    /// Where the code of versions is put for clients to open.
    pub store: SourceStore,
    /// What is mounted, by the mount's root.
    mounted: RwLock<FxHashMap<Utf8PathBuf, OriginRecord>>,
    /// Files of mounted trees that were written for clients.
    written: Mutex<FxHashSet<FileId>>,
    /// Archives that were opened, with what they looked like then.
    opened: Mutex<FxHashMap<Utf8PathBuf, (Option<Stamp>, Opened)>>,
}

impl Default for Outside {
    fn default() -> Self {
        Self::new(SourceStore::default(), Shelves::default())
    }
}

impl Outside {
    /// Where sources are put, and where archives lie.
    pub fn new(store: SourceStore, shelves: Shelves) -> Self {
        Self {
            repositories: Repositories::default(),
            shelves,
            indexes: None,
            store,
            mounted: RwLock::default(),
            written: Mutex::default(),
            opened: Mutex::default(),
        }
    }

    /// With all that the user who runs this has. Indexes are asked where `config` allows it; otherwise what earlier runs
    /// kept of them answers.
    pub fn of(surroundings: &Surroundings, config: RegistryConfig) -> Self {
        // Downloads are asked for by their index alone: a name says nothing of where they came from.
        let outside = Self::new(SourceStore::of(surroundings), Shelves::of(surroundings));
        let indexes = cache_folder(surroundings).map(|cache| PackageIndexes::new(config, cache));
        Self { repositories: Repositories::of(surroundings), indexes, ..outside }
    }
}

impl Workspace {
    /// The repository in a folder, opened once.
    pub fn repository(&self, folder: &Utf8Path) -> Result<Arc<Repository>, Refusal> {
        self.outside.repositories.open(folder)
    }

    /// The commit that a repository's index records for the submodule at `path`, relative to it.
    pub fn recorded_commit(&self, repository: &Utf8Path, path: &str) -> Result<String, Refusal> {
        self.outside.repositories.recorded_commit(repository, path)
    }

    /// The folder of the innermost repository around a folder; none for what is mounted.
    pub fn repository_around(&self, dir: &Utf8Path) -> Option<Utf8PathBuf> {
        if self.files.mount_of(dir).is_some() {
            return None;
        }
        dir.ancestors()
            .find(|ancestor| self.files.list(ancestor).kind(".git").is_some())
            .map(Utf8Path::to_owned)
    }

    /// The repositories that hold first-party projects, sorted; walks everything.
    pub fn repositories(&self) -> Vec<Utf8PathBuf> {
        let discovery = self.discovery();
        let dirs = discovery.projects.iter().chain(&discovery.roots);
        let mut found: Vec<Utf8PathBuf> = dirs.filter_map(|dir| self.repository_around(dir)).collect();
        found.sort();
        found.dedup();
        found
    }

    /// The file of a work tree that has the same text as one of a mounted commit, so that people edit the one they know;
    /// else the file itself.
    pub fn live_twin(&self, file: &FileId) -> FileId {
        let twin = || {
            let root = self.files.mount_of(file.path())?;
            let OriginRecord::Git { repository, .. } = self.outside.mounted.read().get(&root)?.clone() else {
                return None;
            };
            let tree = Utf8PathBuf::from(repository);
            let twin = FileId::new(&tree.join(file.path().strip_prefix(&root).ok()?));
            let same = self.files.is_file(twin.path())
                && self.files.text(&twin).ok()?.text == self.files.text(file).ok()?.text;
            same.then_some(twin)
        };
        twin().unwrap_or_else(|| file.clone())
    }

    /// Mounts a tree where clients will find its files; `origin` leads back to it.
    pub(super) fn mount(&self, root: &Utf8Path, tree: Arc<dyn SourceTree>, origin: OriginRecord) {
        self.outside.mounted.write().insert(root.to_owned(), origin);
        self.files.mount(root, tree);
    }

    /// The version under which the project in a mounted folder was asked for, where its manifest states none.
    pub(super) fn mounted_version(&self, project: &Project) -> Option<String> {
        let root = self.files.mount_of(&project.dir)?;
        let origin = self.outside.mounted.read().get(&root)?.clone();
        let (distribution, version) = match origin {
            OriginRecord::Git { distribution, version, .. } => (distribution, version?),
            OriginRecord::Archive { distribution, version, .. } => (distribution, version),
        };
        project.distribution().is_some_and(|name| name.as_str() == distribution).then_some(version)
    }

    /// The archive that a mounted folder's files are in.
    pub(super) fn mounted_archive(&self, dir: &Utf8Path) -> Option<Utf8PathBuf> {
        let root = self.files.mount_of(dir)?;
        match self.outside.mounted.read().get(&root)? {
            OriginRecord::Archive { path, .. } => Some(Utf8PathBuf::from(path)),
            OriginRecord::Git { .. } => None,
        }
    }

    /// Why not all was read of commits that were opened, in the user's words: what was not found in them may be there all
    /// the same.
    pub fn gaps(&self) -> Vec<String> {
        let mounted = self.outside.mounted.read().clone();
        let mut gaps: Vec<String> =
            mounted.iter().filter_map(|(root, origin)| self.gap(root, origin)).collect();
        gaps.sort();
        gaps
    }

    fn gap(&self, root: &Utf8Path, origin: &OriginRecord) -> Option<String> {
        let gap = self.files.gap_around(root)?;
        let OriginRecord::Git { distribution, version, subdirectory, .. } = origin else { return None };
        // Who asked for a project that is not in the tree was told why.
        self.project_in(root, &DistributionName::new(distribution)?, Utf8Path::new(subdirectory))?;
        let version = version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        Some(format!("`{distribution}`{version}: {gap}"))
    }

    /// Writes a mounted file to where its name says, so that a client can open it; files on disk are left alone.
    pub fn materialise(&self, file: &FileId) -> std::io::Result<()> {
        let Some(root) = self.files.mount_of(file.path()) else { return Ok(()) };
        // Somebody may have cleaned the cache since.
        if self.outside.written.lock().contains(file) && Disk.stamp(file.path()).is_some() {
            return Ok(());
        }
        let origin = self.outside.mounted.read().get(&root).cloned();
        let Ok(source) = self.files.text(file) else { return Ok(()) };
        if let Some(origin) = origin {
            self.outside.store.record(&root, &origin)?;
        }
        self.outside.store.write(file.path(), source.text.as_bytes())?;
        self.outside.written.lock().insert(file.clone());
        Ok(())
    }

    /// Mounts the tree that a file of the cache came from, when a client opens one that this process has not mounted.
    pub fn remount(&self, file: &FileId) {
        if self.files.mount_of(file.path()).is_some() {
            return;
        }
        let Some((root, origin)) = self.outside.store.origin_of(file.path()) else { return };
        let tree: Option<Arc<dyn SourceTree>> = match &origin {
            OriginRecord::Git { repository, commit, .. } => {
                let tree =
                    self.repository(Utf8Path::new(repository)).and_then(|repository| repository.tree(commit));
                tree.ok().map(|tree| Arc::new(tree) as Arc<dyn SourceTree>)
            }
            OriginRecord::Archive { path, content, .. } => {
                let opened = Candidate::at(Utf8Path::new(path)).and_then(|found| self.opened(&found).ok());
                opened.filter(|opened| opened.content == *content).map(|opened| opened.tree)
            }
        };
        if let Some(tree) = tree {
            self.mount(&root, tree, origin);
        }
    }

    /// The form of tags that the configuration gives for a distribution.
    pub fn configured_tag(&self, name: &DistributionName) -> Option<String> {
        self.configuration().config.tags.get(name).map(|form| form.value.clone())
    }

    /// The archives of a distribution, of one version the best first: in the workspace's own `dist` folders and
    /// `find-links`, and in the caches of installers.
    pub(super) fn archives(&self, name: &DistributionName) -> Vec<(Version, Candidate)> {
        let own = self.structure.shelves.get_or_init(|| Arc::new(self.own_shelves()));
        let mut found = own.versions(name);
        found.extend(self.outside.shelves.versions(name));
        found
    }

    fn own_shelves(&self) -> Shelves {
        let mut folders = Vec::new();
        for project in self.projects() {
            folders.push(project.dir.join("dist"));
            for (file, manifest) in &project.manifests {
                let links = manifest.find_links.iter().filter(|link| !link.value.contains("://"));
                folders.extend(links.map(|link| join(file.dir(), &link.value)));
            }
        }
        folders.sort();
        folders.dedup();
        folders.retain(|folder| self.files.is_dir(folder));
        Shelves::of_folders(folders)
    }

    /// An archive's files, opened once as long as it stays as it is.
    pub(super) fn opened(&self, candidate: &Candidate) -> Result<Opened, ArchiveError> {
        let stamp = Disk.stamp(&candidate.path);
        if let Some((known, opened)) = self.outside.opened.lock().get(&candidate.path)
            && *known == stamp
        {
            return Ok(opened.clone());
        }
        let opened = candidate.open()?;
        self.outside.opened.lock().insert(candidate.path.clone(), (stamp, opened.clone()));
        Ok(opened)
    }
}

#[cfg(test)]
mod tests;
