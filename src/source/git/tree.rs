//! The files of a commit, as a tree that is read from git's objects.

use std::fmt;
use std::sync::{Arc, OnceLock};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::{Refusal, Repository};
use crate::vfs::{EntryKind, Listing, ReadError, SourceTree};

/// Links followed on the way to one path; as many as Linux follows.
const MAXIMUM_LINKS: usize = 40;

/// Bytes in a path that a link leads to.
const MAXIMUM_LINK: usize = 4096;

/// A commit's files. Paths are relative to the repository's root, which is the empty path; links are followed inside
/// the tree, and one that leads out of it leads nowhere. Submodules are empty.
#[derive(Clone)]
pub struct GitTree {
    repository: Arc<Repository>,
    commit: String,
    root: String,
    refusal: Arc<OnceLock<Refusal>>,
}

/// One folder's entries, sorted by name.
#[derive(Debug)]
pub(super) struct Folder(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    name: Box<str>,
    mode: Mode,
    object: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    File,
    Dir,
    Link,
    /// A submodule, or what no git writes.
    Other,
}

/// What a path leads to.
struct Place {
    kind: EntryKind,
    object: String,
    /// Without links.
    path: Utf8PathBuf,
}

impl GitTree {
    pub(super) fn new(repository: Arc<Repository>, commit: String, root: String) -> Self {
        Self { repository, commit, root, refusal: Arc::default() }
    }

    /// The commit's full name.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The repository it is in.
    pub fn repository(&self) -> &Arc<Repository> {
        &self.repository
    }

    /// Why something of the tree could not be read: the first time that git refused, since the tree was made. What is not
    /// found or listed in such a tree may be there all the same.
    pub fn refusal(&self) -> Option<Refusal> {
        self.refusal.get().copied()
    }

    /// The full name of the object at a path, file or folder: equal names are equal contents, in whatever commit. For a
    /// submodule it is the commit that is recorded.
    pub fn content(&self, path: &Utf8Path) -> Option<String> {
        self.find_noted(path).ok().flatten().map(|place| place.object)
    }

    /// [`GitTree::find`], with a refusal remembered.
    fn find_noted(&self, path: &Utf8Path) -> Result<Option<Place>, Refusal> {
        self.noted(self.find(path))
    }

    fn noted<T>(&self, answer: Result<T, Refusal>) -> Result<T, Refusal> {
        // A large file is one that nobody reads, wherever it lies.
        if let Err(refusal) = &answer
            && *refusal != Refusal::TooLarge
        {
            self.refusal.get_or_init(|| *refusal);
        }
        answer
    }

    /// Follows a path from the root. `None` where nothing is there, or a link leads out of the tree or in a circle.
    fn find(&self, path: &Utf8Path) -> Result<Option<Place>, Refusal> {
        let mut pending = segments(path);
        // The folders that were entered, and their objects.
        let mut entered: Vec<(String, String)> = Vec::new();
        let mut links = 0;
        while let Some(name) = pending.pop() {
            if name == ".." {
                if entered.pop().is_none() {
                    return Ok(None);
                }
                continue;
            }
            let folder = entered.last().map_or(&self.root, |(_, object)| object);
            let folder = self.repository.folder(folder)?;
            let Some(entry) = folder.entry(&name) else { return Ok(None) };
            let kind = match entry.mode {
                Mode::Dir => {
                    entered.push((name, entry.object.to_string()));
                    continue;
                }
                Mode::Link => {
                    links += 1;
                    let Some(target) = self.link(&entry.object)?.filter(|_| links <= MAXIMUM_LINKS) else {
                        return Ok(None);
                    };
                    pending.extend(segments(&target));
                    continue;
                }
                Mode::File => EntryKind::File,
                Mode::Other => EntryKind::Other,
            };
            let mut path = joined(&entered);
            path.push(&name);
            let object = entry.object.to_string();
            return Ok(pending.is_empty().then_some(Place { kind, object, path }));
        }
        let object = entered.last().map_or(&self.root, |(_, object)| object).clone();
        Ok(Some(Place { kind: EntryKind::Dir, object, path: joined(&entered) }))
    }

    /// Where a link leads, relative to its folder; `None` for what is no path in a tree.
    fn link(&self, object: &str) -> Result<Option<Utf8PathBuf>, Refusal> {
        let target = String::from_utf8(self.repository.blob(object)?).ok();
        let inside = |target: &String| {
            !target.is_empty() && target.len() <= MAXIMUM_LINK && !Utf8Path::new(target).has_root()
        };
        Ok(target.filter(inside).map(Utf8PathBuf::from))
    }
}

/// The names in a path, last first.
fn segments(path: &Utf8Path) -> Vec<String> {
    let named = |component: Utf8Component<'_>| match component {
        Utf8Component::Normal(name) => Some(name.to_owned()),
        Utf8Component::ParentDir => Some("..".to_owned()),
        Utf8Component::CurDir | Utf8Component::RootDir | Utf8Component::Prefix(_) => None,
    };
    path.components().rev().filter_map(named).collect()
}

fn joined(entered: &[(String, String)]) -> Utf8PathBuf {
    entered.iter().map(|(name, _)| name.as_str()).collect()
}

impl SourceTree for GitTree {
    fn list(&self, dir: &Utf8Path) -> Listing {
        let folder = match self.find_noted(dir) {
            Ok(Some(place)) if place.kind == EntryKind::Dir => self.repository.folder(&place.object),
            _ => return Listing::default(),
        };
        let Ok(folder) = self.noted(folder) else { return Listing::default() };
        let kind = |entry: &Entry| match entry.mode {
            Mode::File => EntryKind::File,
            Mode::Dir => EntryKind::Dir,
            Mode::Other => EntryKind::Other,
            Mode::Link => {
                let place = self.find_noted(&dir.join(&*entry.name)).ok().flatten();
                place.map_or(EntryKind::Other, |place| place.kind)
            }
        };
        Listing::new(folder.0.iter().map(|entry| (entry.name.clone(), kind(entry))).collect())
    }

    fn real_path(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        self.find_noted(path).ok().flatten().map(|place| place.path)
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, ReadError> {
        let refused = |refusal: Refusal| match refusal {
            Refusal::TooLarge => ReadError::TooLarge,
            other => ReadError::Refused(other.to_string()),
        };
        let place = self.find_noted(path).map_err(refused)?.ok_or(ReadError::NotFound)?;
        if place.kind != EntryKind::File {
            return Err(ReadError::NotAFile);
        }
        self.noted(self.repository.blob(&place.object)).map_err(refused)
    }

    fn gap(&self) -> Option<String> {
        self.refusal().map(|refusal| refusal.to_string())
    }
}

impl fmt::Debug for GitTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.repository.dir(), self.commit)
    }
}

impl Folder {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        let at = self.0.binary_search_by(|entry| (*entry.name).cmp(name)).ok()?;
        self.0.get(at)
    }
}

/// Reads a tree object: `<mode> <name>`, a null byte, and the object's name in `name_bytes` bytes, again and again. What
/// is cut off, not UTF-8, or no name in a folder is left out.
pub(super) fn read_folder(bytes: &[u8], name_bytes: usize) -> Folder {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while let Some((entry, next)) = read_entry(rest, name_bytes) {
        rest = next;
        entries.extend(entry);
    }
    entries.sort_by(|a: &Entry, b: &Entry| a.name.cmp(&b.name));
    entries.dedup_by(|next, kept| next.name == kept.name);
    Folder(entries)
}

/// The first entry, if it can be used, and the bytes after it.
fn read_entry(bytes: &[u8], name_bytes: usize) -> Option<(Option<Entry>, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let (header, rest) = bytes.split_at_checked(end)?;
    let (object, next) = rest.get(1..)?.split_at_checked(name_bytes)?;
    let header = std::str::from_utf8(header).ok().and_then(|header| header.split_once(' '));
    let entry = header.filter(|(_, name)| is_name(name)).map(|(mode, name)| Entry {
        name: name.into(),
        mode: read_mode(mode),
        object: object.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    });
    Some((entry, next))
}

/// Whether a name means one entry of a folder on every platform.
fn is_name(name: &str) -> bool {
    let separators = if cfg!(windows) { &['/', '\\', ':'][..] } else { &['/'] };
    !matches!(name, "" | "." | "..") && !name.contains(separators) && !name.eq_ignore_ascii_case(".git")
}

fn read_mode(mode: &str) -> Mode {
    match u32::from_str_radix(mode, 8).map(|mode| mode & 0o170_000) {
        Ok(0o040_000) => Mode::Dir,
        Ok(0o100_000) => Mode::File,
        Ok(0o120_000) => Mode::Link,
        _ => Mode::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_object_is_read_whatever_is_in_it() {
        let entry = |header: &[u8]| [header, b"\0", &[0xab; 20]].concat();
        let names = |bytes: &[u8]| {
            let folder = read_folder(bytes, 20);
            folder.0.into_iter().map(|entry| (entry.name.into_string(), entry.mode)).collect::<Vec<_>>()
        };
        let bytes = [
            &entry(b"100644 b.py")[..],
            &entry(b"40000 a"),
            &entry(b"100755 c"),
            &entry(b"120000 d"),
            &entry(b"160000 e"),
            &entry(b"777777777777777 f"),
            &entry(b"100644 .."),
            &entry(b"100644 .git"),
            &entry(b"100644 x/y"),
            &entry(b"100644 \xff"),
            &entry(b"100644"),
            &entry(b"40000 b.py"),
        ]
        .concat();
        let expected = [
            ("a", Mode::Dir),
            ("b.py", Mode::File),
            ("c", Mode::File),
            ("d", Mode::Link),
            ("e", Mode::Other),
            ("f", Mode::Other),
        ];
        assert_eq!(names(&bytes), expected.map(|(name, mode)| (name.to_owned(), mode)));
        for cut in 0..entry(b"100644 b.py").len() {
            assert_eq!(names(&bytes[..cut]), [], "{cut}");
        }
        assert_eq!(*read_folder(&bytes, 20).0[0].object, *"ab".repeat(20));
    }
}
