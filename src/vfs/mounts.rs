//! Trees that are no folders on disk (a commit, an archive), each at the place where its files are written when a client
//! has to open one.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::RwLock;
use rustc_hash::FxHashMap;

use super::{EntryKind, Listing, ReadError, SourceTree, Stamp};

/// The disk with what is mounted on it.
///
/// What is mounted never changes, and nobody can ask for a path below a mount before it is there, so that mounts are
/// shared by all revisions and may be added at any time.
pub(super) struct Mounted {
    disk: Arc<dyn SourceTree>,
    /// By root, none inside another one.
    mounts: RwLock<FxHashMap<String, Arc<dyn SourceTree>>>,
}

impl Mounted {
    pub fn new(disk: Arc<dyn SourceTree>) -> Self {
        Self { disk, mounts: RwLock::default() }
    }

    /// Mounts a tree, unless one is there already.
    pub fn add(&self, root: &Utf8Path, tree: Arc<dyn SourceTree>) {
        self.mounts.write().entry(root.as_str().to_owned()).or_insert(tree);
    }

    /// The root of the mount that a path is or lies in.
    pub fn root_of(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        self.find(path).map(|(root, _)| root)
    }

    /// Why something of the tree that is mounted around a path could not be read.
    pub fn gap_around(&self, path: &Utf8Path) -> Option<String> {
        self.find(path).and_then(|(_, tree)| tree.gap())
    }

    fn find(&self, path: &Utf8Path) -> Option<(Utf8PathBuf, Arc<dyn SourceTree>)> {
        let mounts = self.mounts.read();
        if mounts.is_empty() {
            return None;
        }
        path.ancestors().find_map(|ancestor| {
            mounts.get(ancestor.as_str()).map(|tree| (ancestor.to_owned(), tree.clone()))
        })
    }

    /// The tree that answers for a path, and the path as it knows it.
    fn answering<'p>(&self, path: &'p Utf8Path) -> (Arc<dyn SourceTree>, &'p Utf8Path) {
        match self.find(path) {
            Some((root, tree)) => (tree, path.strip_prefix(root).unwrap_or(path)),
            None => (self.disk.clone(), path),
        }
    }
}

impl SourceTree for Mounted {
    fn list(&self, dir: &Utf8Path) -> Listing {
        let (tree, below) = self.answering(dir);
        tree.list(below)
    }

    fn real_path(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        match self.find(path) {
            Some(_) => Some(path.to_owned()),
            None => self.disk.real_path(path),
        }
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, ReadError> {
        let (tree, below) = self.answering(path);
        tree.read(below)
    }

    fn stamp(&self, path: &Utf8Path) -> Option<Stamp> {
        let (tree, below) = self.answering(path);
        tree.stamp(below)
    }
}

impl Mounted {
    /// What a path is that only a mount makes: its root is a folder, whatever the disk has there.
    pub fn kind_of_root(&self, path: &Utf8Path) -> Option<EntryKind> {
        self.mounts.read().contains_key(path.as_str()).then_some(EntryKind::Dir)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FileId, Files};
    use super::*;

    /// One folder `pkg` with one file.
    struct One;

    impl SourceTree for One {
        fn list(&self, dir: &Utf8Path) -> Listing {
            match dir.as_str() {
                "" => Listing::new(vec![("pkg".into(), EntryKind::Dir)]),
                "pkg" => Listing::new(vec![("a.py".into(), EntryKind::File)]),
                _ => Listing::default(),
            }
        }

        fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, ReadError> {
            if path == "pkg/a.py" { Ok(b"x = 1\n".to_vec()) } else { Err(ReadError::NotFound) }
        }
    }

    #[test]
    fn a_mounted_tree_answers_for_its_place_and_for_nothing_else() {
        let files = Files::default();
        let root = Utf8Path::new("/nowhere/sources/acme/1.0-abc");
        let later = files.with_changed(std::iter::once(Utf8Path::new("/nowhere/x.py")));
        files.mount(root, Arc::new(One));
        for files in [files, later] {
            assert_eq!(files.mount_of(&root.join("pkg/a.py")).as_deref(), Some(root));
            assert_eq!(files.mount_of(Utf8Path::new("/nowhere/sources/acme/1.0-abcd/pkg")), None);
            assert!(
                files.is_dir(root)
                    && files.is_dir(&root.join("pkg"))
                    && files.is_file(&root.join("pkg/a.py"))
            );
            assert!(!files.is_file(&root.join("pkg/b.py")));
            assert_eq!(&*files.text(&FileId::new(&root.join("pkg/a.py"))).unwrap().text, "x = 1\n");
            assert_eq!(files.real_path(&root.join("pkg")), root.join("pkg"));
            assert_eq!(files.stamp(&FileId::new(&root.join("pkg/a.py"))), None);
        }
    }
}
