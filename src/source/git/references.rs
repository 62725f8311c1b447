//! Tags and branches, read from git's plain files: one file each below `refs`, and `packed-refs`.

use std::collections::BTreeMap;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

use super::command::Program;
use super::places::{MAXIMUM_REFERENCES, Places, safe_reference, text};
use super::{Refusal, command, object_name};
use crate::vfs::nanoseconds;

/// Folders below `refs` are read so deep; a tag's name may hold slashes.
const MAXIMUM_DEPTH: usize = 32;

/// Entries read below `refs` in all.
const MAXIMUM_LOOSE: usize = 200_000;

/// A time this close to the look at it may be that of an older change than the one after it.
const RACY: u64 = 2_000_000_000;

/// What a repository's tags and branches name, at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// For each name the object: a commit, or an annotated tag that leads to one. `packed-refs` says where a tag leads in
    /// the end, but not that it is a commit (tags may name files), so that the object has to be looked at anyway.
    tags: BTreeMap<String, String>,
    branches: BTreeMap<String, String>,
    remote_branches: BTreeMap<String, String>,
}

impl References {
    /// The tags' names, as in `v0.1.3`, sorted.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.keys().map(String::as_str)
    }

    /// The names of the local branches, sorted.
    pub fn branches(&self) -> impl Iterator<Item = &str> {
        self.branches.keys().map(String::as_str)
    }

    /// The names of the branches known of remotes, as in `origin/main`, sorted.
    pub fn remote_branches(&self) -> impl Iterator<Item = &str> {
        self.remote_branches.keys().map(String::as_str)
    }

    /// What a name means: a tag, a branch, a branch of the remote `origin`, of the remote that the name begins with, or
    /// a tag where uv keeps those of its own copies (`refs/remotes/origin/tags`); a name that begins with `refs/` is
    /// taken as it stands.
    pub(super) fn named(&self, name: &str) -> Option<&str> {
        let found = match name.strip_prefix("refs/").and_then(|name| name.split_once('/')) {
            Some(("tags", name)) => self.tags.get(name),
            Some(("heads", name)) => self.branches.get(name),
            Some(("remotes", name)) => self.remote_branches.get(name),
            _ => (self.tags.get(name))
                .or_else(|| self.branches.get(name))
                .or_else(|| self.remote_branches.get(&format!("origin/{name}")))
                .or_else(|| self.remote_branches.get(name))
                .or_else(|| self.remote_branches.get(&format!("origin/tags/{name}"))),
        };
        found.map(String::as_str)
    }

    /// The objects that anything names.
    pub(super) fn objects(&self) -> impl Iterator<Item = &str> {
        let all = self.tags.values().chain(self.branches.values()).chain(self.remote_branches.values());
        all.map(String::as_str)
    }

    fn from_names(names: BTreeMap<String, String>) -> Self {
        let mut found = Self::default();
        for (name, object) in names {
            let kinds = [
                ("refs/tags/", &mut found.tags),
                ("refs/heads/", &mut found.branches),
                ("refs/remotes/", &mut found.remote_branches),
            ];
            for (prefix, kind) in kinds {
                if let Some(name) = name.strip_prefix(prefix) {
                    kind.insert(name.to_owned(), object.clone());
                }
            }
        }
        found
    }
}

/// When the files and folders changed that references were read from.
#[derive(Debug)]
pub(super) struct Stamp {
    read_at: u64,
    times: Vec<(Utf8PathBuf, Option<u64>)>,
}

impl Stamp {
    fn now() -> Self {
        Self { read_at: nanoseconds(SystemTime::now()), times: Vec::new() }
    }

    /// To be called before the path is read.
    fn note(&mut self, path: &Utf8Path) {
        self.times.push((path.to_owned(), modified(path)));
    }

    /// Whether nothing has changed since.
    pub fn holds(&self) -> bool {
        let settled = |time: u64| time.saturating_add(RACY) < self.read_at;
        self.times.iter().all(|(path, time)| time.is_none_or(settled) && modified(path) == *time)
    }
}

fn modified(path: &Utf8Path) -> Option<u64> {
    std::fs::metadata(path).ok()?.modified().ok().map(nanoseconds)
}

/// Reads all references. What a reftable holds, and only that, is asked of `program`.
pub(super) fn read(places: &Places, program: &Program) -> Result<(References, Stamp), Refusal> {
    let mut stamp = Stamp::now();
    let tables = places.common.join("reftable").join("tables.list");
    stamp.note(&tables);
    if tables.is_file() {
        let mut command = command::git(program, &places.own, &places.own)?;
        command.args(["for-each-ref", "--format=%(objectname) %(refname)"]);
        let names = lines(&command::output(program, command)?);
        return Ok((References::from_names(names), stamp));
    }
    let packed_references = places.common.join("packed-refs");
    // Loose ones are read first: one that is packed meanwhile is then found in the other place.
    let (mut loose, mut symbolic) = (BTreeMap::new(), BTreeMap::new());
    read_loose(&places.common, &mut stamp, &mut loose, &mut symbolic);
    stamp.note(&packed_references);
    let mut names = text(&packed_references).map(|text| lines(&text)).unwrap_or_default();
    names.extend(loose);
    follow(symbolic, &mut names);
    Ok((References::from_names(names), stamp))
}

/// Enters what symbolic references lead to; in practice there is one, `refs/remotes/origin/HEAD`.
fn follow(symbolic: BTreeMap<String, String>, names: &mut BTreeMap<String, String>) {
    let end = |start: &str, names: &BTreeMap<String, String>| {
        let mut name = start;
        for _ in 0..MAXIMUM_REFERENCES {
            match symbolic.get(name) {
                Some(next) => name = next,
                None => return names.get(name).cloned(),
            }
        }
        None
    };
    for name in symbolic.keys() {
        if let Some(object) = end(name, names) {
            names.insert(name.clone(), object);
        } else {
            names.remove(name);
        }
    }
}

/// Reads `<hash> <name>` lines: `packed-refs`, but for its comment and the lines `^<hash>` behind tags, and what git says.
fn lines(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.filter_map(|(hash, name)| Some((safe_reference(name)?.to_owned(), object_name(hash)?))).collect()
}

/// Reads the files below `refs`; links are not followed.
fn read_loose(
    common: &Utf8Path,
    stamp: &mut Stamp,
    found: &mut BTreeMap<String, String>,
    symbolic: &mut BTreeMap<String, String>,
) {
    let (mut pending, mut seen) = (vec![("refs".to_owned(), 0)], 0);
    while let Some((folder, depth)) = pending.pop() {
        let path = common.join(&folder);
        stamp.note(&path);
        let Ok(entries) = path.read_dir_utf8() else { continue };
        for entry in entries.flatten() {
            seen += 1;
            if seen > MAXIMUM_LOOSE {
                return;
            }
            let name = format!("{folder}/{}", entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < MAXIMUM_DEPTH => pending.push((name, depth + 1)),
                Ok(kind) if kind.is_file() => {
                    let Some(text) = text(entry.path()) else { continue };
                    if let Some(next) = text.trim().strip_prefix("ref:") {
                        symbolic.insert(name, next.trim().to_owned());
                    } else if let Some(object) = object_name(text.trim()) {
                        found.insert(name, object);
                    }
                }
                _ => {}
            }
        }
    }
}
