//! The names in an archive: checked one by one, then listed folder by folder.

use camino::Utf8Path;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::vfs::{EntryKind, Listing, ReadError};

/// Files, and likewise folders; the largest distributions have a third of it.
const MAX_ENTRIES: usize = 50_000;
const MAX_PATH_BYTES: usize = 1024;
const MAX_DEPTH: usize = 64;

/// The names of an archive's files, in folders.
pub(super) struct Catalogue {
    files: FxHashMap<String, usize>,
    folders: FxHashMap<String, Listing>,
}

impl Catalogue {
    /// The names in a folder.
    pub fn list(&self, dir: &Utf8Path) -> Listing {
        self.folders.get(dir.as_str()).cloned().unwrap_or_default()
    }

    /// The number of a file, as [`Builder::file`] gave it out.
    pub fn number(&self, path: &Utf8Path) -> Result<usize, ReadError> {
        let found = self.files.get(path.as_str()).copied();
        found.ok_or(match self.folders.contains_key(path.as_str()) {
            true => ReadError::NotAFile,
            false => ReadError::NotFound,
        })
    }
}

/// Takes an archive's names in their order. The words of a refusal name the entry.
#[derive(Default)]
pub(super) struct Builder {
    files: FxHashMap<String, usize>,
    folders: FxHashSet<String>,
}

/// A file's place in an archive.
pub(super) struct Placed {
    /// Counts the different names from 0.
    pub number: usize,
    /// Whether an earlier entry had this name.
    pub again: bool,
    /// The checked path.
    pub path: String,
}

impl Builder {
    /// Takes a file's name.
    pub fn file(&mut self, written: &str) -> Result<Placed, String> {
        let path = checked(written)?;
        if path.is_empty() || self.folders.contains(&path) {
            return Err(refused(written, "is both a file and a folder"));
        }
        self.parents(&path, written)?;
        let next = self.files.len();
        if next >= MAX_ENTRIES {
            return Err(too_many());
        }
        let number = *self.files.entry(path.clone()).or_insert(next);
        Ok(Placed { number, again: number != next, path })
    }

    /// Takes a folder's name.
    pub fn folder(&mut self, written: &str) -> Result<(), String> {
        let path = checked(written)?;
        self.parents(&path, written)?;
        self.folder_at(&path, written)
    }

    /// All names; `without_top` leaves out the folder that everything lies in, where there is one.
    pub fn finish(self, without_top: bool) -> Catalogue {
        let top = if without_top { self.top() } else { None };
        let below = |path: String| match &top {
            None => Some(path),
            Some(top) => path.strip_prefix(top.as_str())?.strip_prefix('/').map(str::to_owned),
        };
        let files: FxHashMap<String, usize> =
            self.files.into_iter().filter_map(|(path, number)| Some((below(path)?, number))).collect();
        let folders: Vec<String> = self.folders.into_iter().filter_map(below).collect();
        let mut listed: FxHashMap<String, Vec<(Box<str>, EntryKind)>> = FxHashMap::default();
        listed.entry(String::new()).or_default();
        for folder in &folders {
            listed.entry(folder.clone()).or_default();
        }
        let files_of = files.keys().map(|path| (path, EntryKind::File));
        for (path, kind) in files_of.chain(folders.iter().map(|path| (path, EntryKind::Dir))) {
            let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
            listed.entry(dir.to_owned()).or_default().push((Box::from(name), kind));
        }
        let folders = listed.into_iter().map(|(dir, names)| (dir, Listing::new(names))).collect();
        Catalogue { files, folders }
    }

    /// The folder that every file lies in.
    fn top(&self) -> Option<String> {
        let mut tops = self.files.keys().map(|path| path.split_once('/').map(|(top, _)| top));
        let first = tops.next()??;
        tops.all(|top| top == Some(first)).then(|| first.to_owned())
    }

    fn parents(&mut self, path: &str, written: &str) -> Result<(), String> {
        for (at, _) in path.match_indices('/') {
            self.folder_at(path.get(..at).unwrap_or_default(), written)?;
        }
        Ok(())
    }

    fn folder_at(&mut self, path: &str, written: &str) -> Result<(), String> {
        if path.is_empty() || self.folders.contains(path) {
            return Ok(());
        }
        if self.files.contains_key(path) {
            return Err(refused(written, "is both a file and a folder"));
        }
        if self.folders.len() >= MAX_ENTRIES {
            return Err(too_many());
        }
        self.folders.insert(path.to_owned());
        Ok(())
    }
}

/// The words for an entry that the whole archive is refused for.
pub(super) fn refused(entry: &str, why: &str) -> String {
    let shown: String = entry.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect();
    let cut = if entry.chars().nth(80).is_some() { "…" } else { "" };
    format!("its entry `{shown}{cut}` {why}")
}

fn too_many() -> String {
    format!("it has more than {MAX_ENTRIES} entries")
}

/// A name as a relative path of plain segments. Zip and tar write `/` on every platform; what would mean something else
/// on any of them is refused on all.
fn checked(written: &str) -> Result<String, String> {
    let fault = |why: &str| Err(refused(written, why));
    if written.len() > MAX_PATH_BYTES {
        return fault("has too long a name");
    }
    if written.chars().any(char::is_control) {
        return fault("has a control character in its name");
    }
    if written.contains('\\') {
        return fault("has a backslash in its name");
    }
    if written.starts_with('/')
        || matches!(written.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
    {
        return fault("is an absolute path");
    }
    let mut segments = Vec::new();
    for segment in written.split('/') {
        match segment {
            "" | "." => {}
            ".." => return fault("leads out of the archive"),
            _ => segments.push(segment),
        }
    }
    if segments.len() > MAX_DEPTH {
        return fault("lies too deep");
    }
    Ok(segments.join("/"))
}
