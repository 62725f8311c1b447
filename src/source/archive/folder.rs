//! An unpacked distribution.

use std::collections::VecDeque;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

use super::{ArchiveError, hexadecimal, is_kept};
use crate::vfs::{Disk, EntryKind, Listing, ReadError, SourceTree};

const MAX_FOLDERS: usize = 10_000;
const MAX_DEPTH: usize = 64;

/// A folder as a tree of its own, such as uv's `archive-v0/<id>`. Links that lead out of it are not followed.
#[derive(Clone, Debug)]
pub struct FolderTree {
    /// Without links.
    root: Utf8PathBuf,
}

impl FolderTree {
    /// The tree below a folder.
    pub fn open(root: &Utf8Path) -> Result<Self, ArchiveError> {
        let real = root.canonicalize_utf8().map_err(|error| ArchiveError::new(root, error.to_string()))?;
        match real.is_dir() {
            true => Ok(Self { root: real }),
            false => Err(ArchiveError::new(root, "it is not a folder".to_owned())),
        }
    }

    /// What stands for its contents: a hash of the RECORD that lists the hashes of all its files, else of the files that
    /// analysis reads, in hexadecimal digits.
    pub fn content(&self) -> String {
        let listing = self.list(Utf8Path::new(""));
        let infos = listing.dirs().filter(|name| name.ends_with(".dist-info"));
        let mut records = infos.filter_map(|info| self.read(&Utf8Path::new(info).join("RECORD")).ok());
        let mut digest = Sha256::new();
        match records.next() {
            Some(record) => digest.update(record),
            None => self.hash_files(&mut digest),
        }
        hexadecimal(digest)
    }

    fn hash_files(&self, digest: &mut Sha256) {
        let mut waiting = VecDeque::from([(Utf8PathBuf::new(), 0)]);
        let mut listed = 0;
        while let Some((dir, depth)) = waiting.pop_front() {
            listed += 1;
            if listed > MAX_FOLDERS || depth > MAX_DEPTH {
                continue;
            }
            for (name, kind) in self.list(&dir).iter() {
                let path = dir.join(name);
                match kind {
                    EntryKind::Dir => waiting.push_back((path, depth + 1)),
                    EntryKind::File if is_kept(path.as_str()) => {
                        let bytes = self.read(&path).unwrap_or_default();
                        digest.update(path.as_str());
                        digest.update([0]);
                        digest.update(bytes.len().to_le_bytes());
                        digest.update(bytes);
                    }
                    _ => {}
                }
            }
        }
    }

    /// The place of a path, where it is inside.
    fn inside(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        let real = self.root.join(path).canonicalize_utf8().ok()?;
        real.starts_with(&self.root).then_some(real)
    }
}

impl SourceTree for FolderTree {
    fn list(&self, dir: &Utf8Path) -> Listing {
        let Some(real) = self.inside(dir) else { return Listing::default() };
        let Ok(reader) = real.read_dir_utf8() else { return Listing::default() };
        let mut links = Vec::new();
        for entry in reader.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_symlink())
                && self.inside(&dir.join(entry.file_name())).is_none()
            {
                links.push(entry.file_name().to_owned());
            }
        }
        let listing = Disk.list(&real);
        if links.is_empty() {
            return listing;
        }
        let kind_of =
            |name: &str, kind| if links.iter().any(|link| link == name) { EntryKind::Other } else { kind };
        Listing::new(listing.iter().map(|(name, kind)| (Box::from(name), kind_of(name, kind))).collect())
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, ReadError> {
        Disk.read(&self.inside(path).ok_or(ReadError::NotFound)?)
    }
}
