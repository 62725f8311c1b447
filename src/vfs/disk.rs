//! Where code lives, as a tree that can be listed and read; and the tree everybody has, the disk.

use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{MAX_FILE_BYTES, read_regular};

/// What a name in a folder is. Symbolic links count as what they lead to; one that leads nowhere, and anything
/// that is neither file nor folder (fifos, sockets, devices), is `Other` and never opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// Everything that is not read.
    Other,
}

/// The names in one folder, sorted. Asking a listing instead of the disk keeps case exact on every platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    entries: Vec<(Box<str>, EntryKind)>,
    /// Which of the names are links, sorted; mostly none.
    links: Vec<Box<str>>,
}

impl Listing {
    /// From names in any order.
    pub fn new(mut entries: Vec<(Box<str>, EntryKind)>) -> Self {
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Self { entries, links: Vec::new() }
    }

    /// Whether `name` is a symbolic link.
    pub fn is_link(&self, name: &str) -> bool {
        self.links.binary_search_by(|link| (**link).cmp(name)).is_ok()
    }

    /// What `name` is here, if it is here.
    pub fn kind(&self, name: &str) -> Option<EntryKind> {
        let at = self.entries.binary_search_by(|(entry, _)| (**entry).cmp(name)).ok()?;
        self.entries.get(at).map(|(_, kind)| *kind)
    }

    /// All names with what they are, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, EntryKind)> {
        self.entries.iter().map(|(name, kind)| (&**name, *kind))
    }

    /// The names of the regular files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.iter().filter(|(_, kind)| *kind == EntryKind::File).map(|(name, _)| name)
    }

    /// The names of the folders.
    pub fn dirs(&self) -> impl Iterator<Item = &str> {
        self.iter().filter(|(_, kind)| *kind == EntryKind::Dir).map(|(name, _)| name)
    }

    /// Whether nothing is here.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Why a file has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not there.
    #[error("no such file")]
    NotFound,
    /// The system refused, in its own words.
    #[error("{0}")]
    Refused(String),
    /// Over [`MAX_FILE_BYTES`].
    #[error("larger than {} MiB", MAX_FILE_BYTES / 1024 / 1024)]
    TooLarge,
    /// Not a regular file.
    #[error("not a regular file")]
    NotAFile,
    /// It was read in this revision, let go, and is another file by now.
    #[error("changed while it was looked at")]
    Changed,
    /// A link, or one on the way, leads it out of the repositories; see [`Grounds`](super::Grounds).
    #[error("it is a link that leads out of the repository")]
    LeadsOut,
}

/// What tells, without reading a file, that it is the one seen before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Its length in bytes.
    pub size: u64,
    /// When its contents changed, in nanoseconds since 1970.
    pub modified: u64,
    /// When the file or what is said of it changed, which nobody can set back; 0 where the system does not tell.
    pub changed: u64,
}

impl Stamp {
    /// The later of the two times.
    pub fn latest(self) -> u64 {
        self.modified.max(self.changed)
    }
}

/// A time in nanoseconds since 1970; 0 for an earlier one.
pub fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// A tree of files, wherever it is kept. A tree that is mounted (a commit, an archive) is asked for paths below its root,
/// which is the empty path.
pub trait SourceTree: Send + Sync {
    /// The names in a folder; empty where there is none or it may not be read.
    fn list(&self, dir: &Utf8Path) -> Listing;
    /// The path without symbolic links; `None` where nothing is there.
    fn real_path(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        Some(path.to_owned())
    }
    /// A file's bytes.
    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, ReadError>;
    /// What tells that a regular file is the one seen before; none where that cannot be told.
    fn stamp(&self, _path: &Utf8Path) -> Option<Stamp> {
        None
    }
    /// Why something of the tree could not be read so far, in the user's words: what was not found in it may be there
    /// all the same.
    fn gap(&self) -> Option<String> {
        None
    }
}

/// The live file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl SourceTree for Disk {
    fn list(&self, dir: &Utf8Path) -> Listing {
        let Ok(reader) = dir.read_dir_utf8() else { return Listing::default() };
        let kind_of = |kind: std::fs::FileType| match kind {
            kind if kind.is_file() => EntryKind::File,
            kind if kind.is_dir() => EntryKind::Dir,
            _ => EntryKind::Other,
        };
        let mut links = Vec::new();
        let entries = reader.flatten().map(|entry| {
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => {
                    links.push(Box::from(entry.file_name()));
                    entry.path().metadata().map(|m| kind_of(m.file_type()))
                }
                other => other.map(kind_of),
            };
            (Box::from(entry.file_name()), kind.unwrap_or(EntryKind::Other))
        });
        let listing = Listing::new(entries.collect());
        links.sort_unstable();
        Listing { links, ..listing }
    }

    fn real_path(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        path.canonicalize_utf8().ok()
    }

    fn stamp(&self, path: &Utf8Path) -> Option<Stamp> {
        let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let modified = nanoseconds(metadata.modified().ok()?);
        Some(Stamp { size: metadata.len(), modified, changed: changed(&metadata) })
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, ReadError> {
        read_regular(path, MAX_FILE_BYTES)
    }
}

#[cfg(unix)]
fn changed(metadata: &std::fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(u64::try_from(metadata.ctime_nsec()).unwrap_or_default())
}

#[cfg(not(unix))]
fn changed(_: &std::fs::Metadata) -> u64 {
    0
}
