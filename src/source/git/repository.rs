//! One repository: its references, remotes, commits and trees.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::command::Program;
use super::objects::{Kind, Object, Objects};
use super::places::Places;
use super::references::{self, References, Stamp};
use super::tree::{Folder, GitTree, read_folder};
use super::{Refusal, command, config, object_name, without_credentials};
use crate::vfs::{Disk, SourceTree};

/// Entries of folders kept in memory, over all commits; a hundred bytes each.
const MAXIMUM_ENTRIES: usize = 500_000;

/// A repository on disk. It may be asked by several threads; the process behind it starts when the first object is
/// needed, and ends with this value.
#[derive(Debug)]
pub struct Repository {
    dir: Utf8PathBuf,
    pub(super) places: Places,
    program: Program,
    pub(super) objects: Objects,
    references: Mutex<Option<(Arc<References>, Stamp)>>,
    /// The commits that objects named by references lead to.
    commits: Mutex<FxHashMap<String, String>>,
    folders: Mutex<Folders>,
}

#[derive(Debug, Default)]
struct Folders {
    by_name: FxHashMap<Box<str>, Arc<Folder>>,
    entries: usize,
}

impl Repository {
    /// The repository whose work tree is `dir`, a linked work tree or a submodule too, or the bare repository at `dir`.
    /// Costs a few looks at the disk; folders above are not searched.
    pub fn open(dir: &Utf8Path) -> Result<Self, Refusal> {
        Self::open_with(dir, Program::default())
    }

    /// [`Repository::open`], with another binary.
    pub(super) fn open_with(dir: &Utf8Path, program: Program) -> Result<Self, Refusal> {
        let places = Places::of(dir)?;
        if !places.common.join("objects").is_dir() {
            let led = dir.join(".git").is_file();
            return Err(if led { Refusal::LeadsNowhere } else { Refusal::NoRepository });
        }
        Ok(Self {
            dir: dir.to_owned(),
            objects: Objects::new(program.clone(), places.own.clone()),
            program,
            places,
            references: Mutex::default(),
            commits: Mutex::default(),
            folders: Mutex::default(),
        })
    }

    /// The folder it was opened at.
    pub fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    /// Whether the clone lacks history, so that what it does not know may exist all the same.
    pub fn is_shallow(&self) -> bool {
        Disk.stamp(&self.places.common.join("shallow")).is_some_and(|stamp| stamp.size > 0)
    }

    /// Whether the clone fetches objects only as they are needed.
    pub fn is_partial(&self) -> bool {
        let packs = Disk.list(&self.places.common.join("objects").join("pack"));
        packs.files().any(|name| name.ends_with(".promisor"))
    }

    /// The URLs of the remotes in its configuration, without credentials. `url.….insteadOf` is not applied.
    pub fn remotes(&self) -> Vec<String> {
        config::remotes(&self.places).iter().map(|url| without_credentials(url)).collect()
    }

    /// The commit that is checked out.
    pub fn head(&self) -> Option<String> {
        self.places.head_commit().or_else(|| {
            // A reftable tells by the binary only.
            let reftable = self.places.common.join("reftable").is_dir();
            reftable.then(|| self.one_line(&["rev-parse", "--verify", "--quiet", "HEAD"]).ok())?
        })
    }

    fn one_line(&self, arguments: &[&str]) -> Result<String, Refusal> {
        let mut command = command::git(&self.program, &self.places.own, &self.places.own)?;
        command.args(arguments);
        object_name(command::output(&self.program, command)?.trim()).ok_or(Refusal::Failed)
    }

    /// Tags and branches; read again once their files have changed. As long as they have not, it is the same `Arc`.
    pub fn references(&self) -> Result<Arc<References>, Refusal> {
        let mut known = self.references.lock();
        if let Some((references, stamp)) = &*known
            && stamp.holds()
        {
            return Ok(Arc::clone(references));
        }
        let (read, stamp) = references::read(&self.places, &self.program)?;
        let references = match known.take() {
            Some((old, _)) if *old == read => old,
            _ => Arc::new(read),
        };
        *known = Some((Arc::clone(&references), stamp));
        Ok(references)
    }

    /// The full name of the commit that a reference means: `HEAD`, a tag, a branch, origin's branch, a full or abbreviated
    /// commit. A tag outranks a branch of its name, as git has it; a full commit outranks both.
    pub fn commit_of(&self, reference: &str) -> Result<String, Refusal> {
        if let Some(name) = object_name(reference) {
            return self.peel(&name);
        }
        if reference == "HEAD" {
            return self.head().ok_or(Refusal::NotFound);
        }
        match self.references()?.named(reference) {
            Some(object) => self.peel(object),
            None => Ok(self.objects.commit(reference)?.ok_or(Refusal::NotFound)?.name),
        }
    }

    /// The commit that a commit or annotated tag leads to. What leads to none is not remembered: it may be fetched.
    fn peel(&self, object: &str) -> Result<String, Refusal> {
        if let Some(commit) = self.commits.lock().get(object) {
            return Ok(commit.clone());
        }
        let commit = self.objects.commit(object)?.ok_or(Refusal::NotFound)?.name;
        self.commits.lock().insert(object.to_owned(), commit.clone());
        Ok(commit)
    }

    /// Whether a commit, by its full name, is on a branch or behind a tag known here. An error where that is not known:
    /// the commit is not here, or the clone is shallow and what it has does not lead there.
    pub fn is_reachable(&self, commit: &str) -> Result<bool, Refusal> {
        let commit = self.peel(&object_name(commit).ok_or(Refusal::NotFound)?)?;
        if self.references()?.objects().any(|object| object == commit) {
            return Ok(true);
        }
        let mut command = command::git(&self.program, &self.places.own, &self.places.own)?;
        command.args(["for-each-ref", "--count=1", "--format=%(objectname)", "--contains", &commit]);
        command.args(["refs/heads", "refs/remotes", "refs/tags"]);
        let contained = !command::output(&self.program, command)?.trim().is_empty();
        if !contained && self.is_shallow() {
            return Err(Refusal::Shallow);
        }
        Ok(contained)
    }

    /// The files of a commit, by its full or abbreviated name.
    pub fn tree(self: &Arc<Self>, commit: &str) -> Result<GitTree, Refusal> {
        let commit = self.objects.commit(commit)?.ok_or(Refusal::NotFound)?;
        let first = commit.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let root = std::str::from_utf8(first).ok().and_then(|line| line.strip_prefix("tree "));
        let root = root.and_then(object_name).ok_or(Refusal::Failed)?;
        Ok(GitTree::new(Arc::clone(self), commit.name, root))
    }

    /// A tree object's entries; kept in memory, as the trees of two versions share most of their folders.
    pub(super) fn folder(&self, name: &str) -> Result<Arc<Folder>, Refusal> {
        if let Some(folder) = self.folders.lock().by_name.get(name) {
            return Ok(Arc::clone(folder));
        }
        let object = self.object(name, Kind::Tree)?;
        let folder = Arc::new(read_folder(&object.bytes, name.len() / 2));
        let mut folders = self.folders.lock();
        folders.entries += folder.len();
        if folders.entries > MAXIMUM_ENTRIES {
            *folders = Folders { entries: folder.len(), ..Folders::default() };
        }
        folders.by_name.insert(name.into(), Arc::clone(&folder));
        Ok(folder)
    }

    /// A blob's bytes.
    pub(super) fn blob(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        self.object(name, Kind::Blob).map(|object| object.bytes)
    }

    fn object(&self, name: &str, kind: Kind) -> Result<Object, Refusal> {
        let object = self.objects.get(name)?.ok_or(Refusal::NotFetched)?;
        if object.kind == kind { Ok(object) } else { Err(Refusal::Failed) }
    }
}
