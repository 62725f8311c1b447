//! Where archives of a distribution lie already: the caches of uv and pip, find-links and `dist` folders, crossloc's own
//! downloads. Nothing is fetched.

mod pip;
mod uv;

use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use pep440_rs::Version;
use rustc_hash::FxHashMap;

use super::archive::{ArchiveError, ArchiveKind, ArchiveTree, FolderTree, parse_filename};
use super::{Platform, Surroundings};
use crate::manifest::DistributionName;
use crate::vfs::SourceTree;

/// The places to look in; those that are not there hold nothing.
#[derive(Debug, Default)]
pub struct Shelves {
    /// Folders that hold archives directly: find-links, the `dist` folders of first-party projects.
    pub folders: Vec<Utf8PathBuf>,
    /// uv's cache.
    pub uv_cache: Option<Utf8PathBuf>,
    /// pip's cache, of which only the wheels that were built here can be told by name: what was downloaded is keyed by a
    /// hash of its URL.
    pub pip_cache: Option<Utf8PathBuf>,
    /// crossloc's own downloads: archives, in folders of any name.
    pub own: Option<Utf8PathBuf>,
    built_by_pip: OnceLock<FxHashMap<DistributionName, Vec<(Version, Candidate)>>>,
}

/// An archive or unpacked distribution on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The archive; the folder where it is unpacked.
    pub path: Utf8PathBuf,
    /// Built or not.
    pub kind: ArchiveKind,
    /// Whether it is the same for all platforms, as far as its name tells.
    pub pure: bool,
    /// Where it was found.
    pub shelf: Shelf,
}

/// Where a candidate was found, in the order in which equal ones are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shelf {
    /// crossloc's own downloads.
    Own,
    /// A folder that was named.
    Folder,
    /// uv's cache, from another index than PyPI, or a find-links folder.
    UvIndex,
    /// uv's cache, from the URL or path of an archive.
    UvUrl,
    /// pip's cache of wheels that it built.
    Pip,
    /// uv's cache, from PyPI: a stranger's, where a first-party distribution has a name that is taken there.
    UvPublic,
}

/// An opened candidate.
#[derive(Clone)]
pub struct Opened {
    /// Its files.
    pub tree: Arc<dyn SourceTree>,
    /// A hash of its contents in hexadecimal digits.
    pub content: String,
}

impl Shelves {
    /// These folders alone.
    pub fn of_folders(folders: Vec<Utf8PathBuf>) -> Self {
        Self { folders, ..Self::default() }
    }

    /// The caches of the user who runs this, by the variables and the usual places that uv and pip look at.
    pub fn of(surroundings: &Surroundings) -> Self {
        let base = surroundings.base_cache_dir();
        let named = |variable: &str| surroundings.variable(variable).map(Utf8PathBuf::from);
        let (uv, pip) = match surroundings.platform {
            Platform::Windows => ("uv/cache", base.as_ref().map(|base| base.join("pip/Cache"))),
            Platform::MacOs => ("uv", surroundings.home().map(|home| home.join("Library/Caches/pip"))),
            Platform::Unix => ("uv", base.as_ref().map(|base| base.join("pip"))),
        };
        let uv = base.map(|base| base.join(uv));
        Self {
            uv_cache: named("UV_CACHE_DIR").or(uv),
            pip_cache: named("PIP_CACHE_DIR").or(pip),
            ..Self::default()
        }
    }

    /// All that is there of a distribution, sorted by version; of one version the best first: built before source, for all
    /// platforms before for one.
    pub fn versions(&self, name: &DistributionName) -> Vec<(Version, Candidate)> {
        let mut found = Vec::new();
        if let Some(own) = &self.own {
            let folders = entries(own).into_iter().map(|entry| own.join(entry));
            found.extend(folders.flat_map(|folder| archives_in(&folder, name, Shelf::Own)));
        }
        for folder in &self.folders {
            found.extend(archives_in(folder, name, Shelf::Folder));
        }
        if let Some(cache) = &self.uv_cache {
            found.extend(uv::candidates(cache, name));
        }
        if let Some(cache) = &self.pip_cache {
            let built = self.built_by_pip.get_or_init(|| pip::built(cache));
            found.extend(built.get(name).into_iter().flatten().cloned());
        }
        found.sort_by(|(version, one), (other_version, other)| {
            version.cmp(other_version).then_with(|| one.rank().cmp(&other.rank()))
        });
        found
    }

    /// The best that is there of one version.
    pub fn find(&self, name: &DistributionName, version: &Version) -> Option<Candidate> {
        let found = self.versions(name).into_iter().find(|(found, _)| found == version);
        found.map(|(_, candidate)| candidate)
    }
}

impl Candidate {
    /// The archive at a path, by its name; `None` for a name that no archive of a distribution has.
    pub fn at(path: &Utf8Path) -> Option<Self> {
        let name = parse_filename(path.file_name()?)?;
        Some(Self { path: path.to_owned(), kind: name.kind, pure: name.is_pure(), shelf: Shelf::Folder })
    }

    /// The version that an archive's name tells; none for what is unpacked.
    pub fn version(&self) -> Option<Version> {
        parse_filename(self.path.file_name()?).map(|name| name.version)
    }

    /// Opens the archive or folder.
    pub fn open(&self) -> Result<Opened, ArchiveError> {
        open(&self.path)
    }

    /// Where it was found, as people call it: `uv's cache`, or the folder.
    pub fn place_in_words(&self) -> String {
        match self.shelf {
            Shelf::UvIndex | Shelf::UvUrl | Shelf::UvPublic => "uv's cache".to_owned(),
            Shelf::Pip => "pip's cache".to_owned(),
            Shelf::Own => "crossloc's downloads".to_owned(),
            Shelf::Folder => format!("`{}`", self.path.parent().unwrap_or(&self.path)),
        }
    }

    /// What comes from PyPI is taken last: it need not be the distribution that is meant.
    fn rank(&self) -> impl Ord + '_ {
        (self.shelf == Shelf::UvPublic, self.kind, !self.pure, self.shelf, &self.path)
    }
}

/// Opens an archive, or a folder that one was unpacked to.
pub fn open(path: &Utf8Path) -> Result<Opened, ArchiveError> {
    if path.is_dir() {
        let tree = FolderTree::open(path)?;
        return Ok(Opened { content: tree.content(), tree: Arc::new(tree) });
    }
    let tree = ArchiveTree::open(path)?;
    Ok(Opened { content: tree.content().to_owned(), tree: Arc::new(tree) })
}

/// The archives of a distribution that lie in one folder.
fn archives_in(folder: &Utf8Path, name: &DistributionName, shelf: Shelf) -> Vec<(Version, Candidate)> {
    let files = entries(folder).into_iter();
    files
        .filter_map(|file| {
            let read = parse_filename(&file).filter(|read| read.distribution == *name)?;
            let path = folder.join(&file);
            let pure = read.is_pure();
            path.is_file().then_some((read.version, Candidate { path, kind: read.kind, pure, shelf }))
        })
        .collect()
}

/// The names in a folder, sorted.
fn entries(folder: &Utf8Path) -> Vec<String> {
    let Ok(reader) = folder.read_dir_utf8() else { return Vec::new() };
    let mut names: Vec<String> = reader.flatten().map(|entry| entry.file_name().to_owned()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests;
