//! Where a repository keeps its own files.

use camino::{Utf8Path, Utf8PathBuf};

use super::Refusal;
use crate::vfs::{Disk, EntryKind, SourceTree, join};

/// The folders of a repository, or of one of its work trees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Places {
    /// What belongs to this work tree alone: HEAD and the index.
    pub own: Utf8PathBuf,
    /// What all work trees share: references, objects, configuration. Mostly the same folder.
    pub common: Utf8PathBuf,
}

impl Places {
    /// Those of the repository whose work tree is `dir`, or of the bare repository at `dir`.
    pub fn of(dir: &Utf8Path) -> Result<Self, Refusal> {
        match Self::of_work_tree(dir) {
            Err(Refusal::NoRepository) if is_bare(dir) => Ok(Self::at(dir.to_owned())),
            other => other,
        }
    }

    /// Those of the repository whose work tree is `dir`: its `.git` is a folder, or a file that names one.
    pub fn of_work_tree(dir: &Utf8Path) -> Result<Self, Refusal> {
        let git = dir.join(".git");
        let own = match text(&git) {
            Some(text) => {
                let named = text.trim().strip_prefix("gitdir:").ok_or(Refusal::LeadsNowhere)?;
                let own = join(dir, named.trim());
                if !own.join("HEAD").is_file() {
                    return Err(Refusal::LeadsNowhere);
                }
                own
            }
            None if git.join("HEAD").is_file() => git,
            None => return Err(Refusal::NoRepository),
        };
        Ok(Self::at(own))
    }

    fn at(own: Utf8PathBuf) -> Self {
        let common = match text(&own.join("commondir")) {
            Some(text) => join(&own, text.trim()),
            None => own.clone(),
        };
        Self { own, common }
    }

    /// The commit that HEAD leads to; `None` where there is no commit yet, or it is kept in a reftable.
    pub fn head_commit(&self) -> Option<String> {
        let mut reference = "HEAD".to_owned();
        for _ in 0..MAXIMUM_REFERENCES {
            let text = text(&self.own.join(&reference)).or_else(|| text(&self.common.join(&reference)));
            let Some(text) = text else { return self.packed(&reference) };
            match text.trim().strip_prefix("ref:") {
                Some(next) => reference = safe_reference(next.trim())?.to_owned(),
                None => return super::object_name(text.trim()),
            }
        }
        None
    }

    fn packed(&self, reference: &str) -> Option<String> {
        let text = text(&self.common.join("packed-refs"))?;
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(_, name)| *name == reference).and_then(|(hash, _)| super::object_name(hash))
    }
}

/// Symbolic references that lead to each other are followed so far.
pub(super) const MAXIMUM_REFERENCES: usize = 5;

fn is_bare(dir: &Utf8Path) -> bool {
    let listing = Disk.list(dir);
    listing.kind("HEAD") == Some(EntryKind::File)
        && listing.kind("objects") == Some(EntryKind::Dir)
        && listing.kind("refs") == Some(EntryKind::Dir)
}

/// The text of a regular file.
pub(super) fn text(path: &Utf8Path) -> Option<String> {
    String::from_utf8(Disk.read(path).ok()?).ok()
}

/// A reference's name that stays below git's own folder.
pub(super) fn safe_reference(name: &str) -> Option<&str> {
    let inside = name.starts_with("refs/") && !name.split('/').any(|part| part == "..");
    inside.then_some(name)
}
