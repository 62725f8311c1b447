//! What a lock file says, whatever its format.

use std::sync::Arc;

use super::super::DistributionName;
use super::super::model::{Group, ManifestError};
use crate::text::{Spanned, TextRange};

/// Which format a lock file is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LockKind {
    /// `uv.lock`.
    Uv,
    /// `poetry.lock`.
    Poetry,
    /// `pdm.lock`.
    Pdm,
    /// `pylock.toml` and `pylock.NAME.toml` (PEP 751).
    Pylock,
    /// `Pipfile.lock`.
    Pipfile,
    /// `pixi.lock`.
    Pixi,
    /// A requirements file that pip-tools or uv compiled.
    Compiled,
}

impl LockKind {
    /// The tool that writes it, as messages name it.
    pub fn tool(self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Poetry => "Poetry",
            Self::Pdm => "PDM",
            Self::Pylock => "a locking tool",
            Self::Pipfile => "Pipenv",
            Self::Pixi => "pixi",
            Self::Compiled => "pip-compile",
        }
    }

    /// Whether a project's own entry stands among the others, with edges that lead from it.
    pub fn has_members(self) -> bool {
        self == Self::Uv
    }
}

/// What the head of a lock says of it as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockHead {
    /// The version of the format, as written (`1`, `2.1`).
    pub format_version: Option<Spanned<String>>,
    /// uv's `revision` of the format; 0 where none is given.
    pub revision: u32,
    /// The Python versions it was made for, as written; Poetry's as PEP 440 where it can be said so.
    pub requires_python: Option<Spanned<String>>,
    /// uv's `resolution-markers`: the environments that were resolved by themselves.
    pub resolution_markers: Vec<String>,
    /// What it was made from, where that is recorded.
    pub manifest: LockManifest,
    /// The version of the tool that wrote it, where it says so.
    pub written_by: Option<String>,
    /// Poetry's, PDM's and Pipenv's digest of the manifest.
    pub content_hash: Option<Spanned<String>>,
}

/// uv's `[manifest]`: what the lock was made from, beside the projects' own metadata.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockManifest {
    /// The table's place; empty where there is none.
    pub range: TextRange,
    /// The members of the workspace; empty for a single project.
    pub members: Vec<Spanned<DistributionName>>,
    /// Requirements of a root that is no project itself.
    pub requirements: Vec<LockedRequirement>,
    /// Constraints.
    pub constraints: Vec<LockedRequirement>,
    /// Overrides.
    pub overrides: Vec<LockedRequirement>,
    /// Dependency groups of a root that is no project itself.
    pub groups: Vec<(String, Vec<LockedRequirement>)>,
}

/// One distribution, as locked.
#[derive(Clone, Debug, PartialEq)]
pub struct LockEntry {
    /// Which of the lock's entries it is, from 0.
    pub index: usize,
    /// Its name, at its place.
    pub name: Spanned<DistributionName>,
    /// Its version; none for a project on disk whose version is computed.
    pub version: Option<Spanned<String>>,
    /// Where it is taken from.
    pub source: LockSource,
    /// For which environments it is locked, each as a marker; empty for all.
    pub markers: Vec<String>,
    /// The extras that it is an entry for, where they have entries of their own (PDM).
    pub extras: Vec<String>,
    /// What it requires.
    pub dependencies: Vec<LockEdge>,
    /// What its manifest said when it was locked, where that is recorded.
    pub metadata: Option<LockMetadata>,
    /// The first line of the entry.
    pub range: TextRange,
}

/// Where a locked distribution is taken from. Paths are relative to the lock file's folder, or absolute.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LockSource {
    /// A package index: its URL where one is recorded.
    Registry(Option<String>),
    /// A git repository.
    Git {
        /// Its URL, without reference and commit.
        url: String,
        /// The commit.
        commit: Option<String>,
        /// Tag, branch or revision asked for.
        reference: Option<String>,
        /// The folder inside.
        subdirectory: Option<String>,
    },
    /// A folder whose project is copied when it is installed.
    Directory(String),
    /// A folder whose project is installed as editable.
    Editable(String),
    /// A folder whose project is not installed.
    Virtual(String),
    /// An archive on disk.
    Path(String),
    /// An archive's URL.
    Url(String),
}

impl LockSource {
    /// The folder of a project on disk.
    pub fn folder(&self) -> Option<&str> {
        match self {
            Self::Directory(path) | Self::Editable(path) | Self::Virtual(path) => Some(path),
            Self::Registry(_) | Self::Git { .. } | Self::Path(_) | Self::Url(_) => None,
        }
    }
}

/// A requirement of a locked distribution, and which entry it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockEdge {
    /// The distribution.
    pub name: Spanned<DistributionName>,
    /// Its version, where the name alone does not tell.
    pub version: Option<String>,
    /// Its source, where name and version do not tell.
    pub source: Option<LockSource>,
    /// For which environments.
    pub marker: Option<String>,
    /// The extras it is taken with.
    pub extras: Vec<String>,
    /// In which list it stands: what is always needed, an extra, a group.
    pub group: Group,
}

/// What a project's manifest said when it was locked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockMetadata {
    /// The list of requirements; empty where there is none.
    pub range: TextRange,
    /// Requirements, those of extras with a marker `extra == '…'`; without those that Poetry calls optional.
    pub requires_dist: Vec<LockedRequirement>,
    /// The extras; none in formats that did not record them.
    pub provides_extras: Option<Vec<String>>,
    /// What each extra brings, where that stands by itself (Poetry); none where it is not understood.
    pub extras: Vec<(String, Option<Vec<LockedRequirement>>)>,
    /// Dependency groups, empty ones among them.
    pub groups: Vec<(String, Vec<LockedRequirement>)>,
}

/// A requirement as a lock recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedRequirement {
    /// The distribution.
    pub name: Spanned<DistributionName>,
    /// The whole item.
    pub range: TextRange,
    /// Extras selected.
    pub extras: Vec<String>,
    /// For which environments.
    pub marker: Option<String>,
    /// The specifier; none beside a source on disk.
    pub specifier: Option<String>,
    /// Where it is to be taken from, unless from the default index.
    pub source: Option<LockSource>,
}

/// What was read of an entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    /// The entry; `None` where the text is none.
    pub entry: Option<Arc<LockEntry>>,
    /// What could not be read.
    pub errors: Vec<ManifestError>,
}
