//! Files: what they are called, and one consistent view of their contents.
//!
//! A [`Files`] is a *revision*: each file is read at most once in it, on first need, and every range that is
//! computed travels with that text. A change makes a new revision that shares all untouched cells.

mod cell;
mod cells;
mod disk;
mod grounds;
mod history;
mod ignored;
mod mounts;
mod reads;
mod regular;
mod retention;
mod source_text;
mod walk;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

pub use cell::{Derivation, Value};
pub use cells::Files;
pub use disk::{Disk, EntryKind, Listing, ReadError, SourceTree, Stamp, nanoseconds};
pub use grounds::Grounds;
pub use reads::{Reads, Seen};
pub use regular::{open_regular, read_regular, read_regular_text};
pub use source_text::SourceText;
pub use walk::{Walked, walk};

/// Larger files are reported and not read.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// A file's name: its absolute path, without `.` or `..`, symbolic links unresolved.
///
/// Which [`SourceTree`] answers for the path is decided by [`Files`]: the disk, or a tree that is no folder on disk (a
/// commit, an archive) and is mounted at the place in crossloc's cache where its files are written when a client has
/// to open one, so that a path is a file's one name everywhere.
#[derive(Clone, PartialOrd, Ord)]
pub struct FileId(Arc<Utf8Path>);

impl FileId {
    /// Names the file at an absolute path; `.` and `..` are folded away.
    pub fn new(path: &Utf8Path) -> Self {
        Self(if is_normal(path) { Arc::from(path) } else { Arc::from(normalize(path)) })
    }

    /// The absolute path.
    pub fn path(&self) -> &Utf8Path {
        &self.0
    }

    /// The folder the file is in.
    pub fn dir(&self) -> &Utf8Path {
        self.0.parent().unwrap_or(&self.0)
    }

    /// The last segment of the path.
    pub fn file_name(&self) -> &str {
        self.0.file_name().unwrap_or("")
    }
}

/// As text, which for a folded path says the same as its components do, and is many times faster.
impl PartialEq for FileId {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for FileId {}

impl Hash for FileId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Folds `.` and `..` away without asking the disk; `..` above the root stays at the root.
pub fn normalize(path: &Utf8Path) -> Utf8PathBuf {
    use camino::Utf8Component;
    let mut out = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                if !matches!(
                    out.components().next_back(),
                    None | Some(Utf8Component::RootDir | Utf8Component::Prefix(_))
                ) {
                    out.pop();
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// Whether [`normalize`] is known to leave a path as it is; most are, and need no copy. Answers false too often.
fn is_normal(path: &Utf8Path) -> bool {
    let text = path.as_str().as_bytes();
    let doubtful = text.windows(2).any(|pair| matches!(pair, [b'/', b'/' | b'.']));
    cfg!(unix) && text.starts_with(b"/") && !text.ends_with(b"/") && !doubtful
}

/// Whether cutting a path at its last `/` gives its folder and its name. Answers false too often.
fn is_plain(dir: &str, name: &str) -> bool {
    cfg!(unix) && !dir.is_empty() && !dir.ends_with(['/', '.']) && !matches!(name, "" | "." | "..")
}

/// The folder of a path and the name in it.
fn split(path: &Utf8Path) -> Option<(&Utf8Path, &str)> {
    match path.as_str().rsplit_once('/') {
        Some((dir, name)) if is_plain(dir, name) => Some((Utf8Path::new(dir), name)),
        _ => Some((path.parent()?, path.file_name()?)),
    }
}

/// `path` joined to `base` unless it is absolute itself, folded by [`normalize`]. Manifests write `/` on every
/// platform; a `\` in one is a separator only on Windows.
pub fn join(base: &Utf8Path, path: &str) -> Utf8PathBuf {
    normalize(&base.join(path))
}

/// `path` relative to `base`, with `/` between the segments and `../` where it lies outside; what people read.
pub fn relative(path: &Utf8Path, base: &Utf8Path) -> String {
    let shared = path.components().zip(base.components()).take_while(|(a, b)| a == b).count();
    let up = base.components().count() - shared;
    let mut parts: Vec<&str> = std::iter::repeat_n("..", up).collect();
    parts.extend(path.components().skip(shared).map(|c| c.as_str()));
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_folded_and_related() {
        assert_eq!(normalize(Utf8Path::new("/a/./b/../c")), "/a/c");
        assert_eq!(normalize(Utf8Path::new("/../a")), "/a");
        assert_eq!(join(Utf8Path::new("/ws/etl"), "../shared"), "/ws/shared");
        assert_eq!(relative(Utf8Path::new("/ws/shared/x.py"), Utf8Path::new("/ws/etl")), "../shared/x.py");
        assert_eq!(relative(Utf8Path::new("/ws/a/b"), Utf8Path::new("/ws")), "a/b");
        assert_eq!(relative(Utf8Path::new("/ws"), Utf8Path::new("/ws")), ".");
    }

    #[test]
    fn a_path_is_cut_as_its_components_say() {
        for path in [
            "/", "/a", "/a/b", "/a/b/", "/a//b", "/a/./b", "/a/../b", "/a/b/.", "/a/b/..", "/a./b", "a/b",
            "a",
        ] {
            let path = Utf8Path::new(path);
            let expected = path.parent().zip(path.file_name());
            assert_eq!(split(path), expected, "{path}");
            assert!(!is_normal(path) || normalize(path).as_str() == path.as_str(), "{path}");
        }
    }
}
