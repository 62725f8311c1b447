use std::collections::BTreeMap;
use std::sync::Mutex;

use camino::Utf8Path;

use super::*;
use crate::text::Document;
use crate::vfs::{Disk, FileId, Files, Listing, ReadError, SourceTree, Stamp};
use crate::workspace::Workspace;

const LOCK: &str =
    "version = 1\n[[package]]\nname = \"etl\"\nversion = \"0\"\nsource = { virtual = \".\" }\n";

/// The disk, which counts how often each file is read.
#[derive(Default)]
struct Counting(Mutex<BTreeMap<String, usize>>);

impl SourceTree for Counting {
    fn list(&self, dir: &Utf8Path) -> Listing {
        Disk.list(dir)
    }

    fn real_path(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        Disk.real_path(path)
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, ReadError> {
        *self.0.lock().unwrap().entry(path.to_string()).or_default() += 1;
        Disk.read(path)
    }

    fn stamp(&self, path: &Utf8Path) -> Option<Stamp> {
        Disk.stamp(path)
    }
}

#[test]
fn a_lock_is_read_once_until_it_changes() {
    let dir = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(dir.path()).unwrap().to_owned();
    let (lock, python) = (root.join("uv.lock"), root.join("etl.py"));
    let project = "[project]\nname = \"etl\"\nversion = \"0\"\n";
    for (path, text) in [(&root.join("pyproject.toml"), project), (&lock, LOCK), (&python, "import etl\n")] {
        std::fs::write(path, text).unwrap();
    }
    let tree = Arc::new(Counting::default());
    let reads = || tree.0.lock().unwrap().get(lock.as_str()).copied().unwrap_or(0);
    let stale = |workspace: &Workspace| {
        let found = super::super::check(workspace).diagnostics;
        found.iter().filter(|found| found.rule == "lock-stale").count()
    };
    let mut workspace = Workspace::new(Files::new(tree.clone()), vec![root.clone()]);
    assert_eq!((stale(&workspace), stale(&workspace), reads()), (0, 0, 1));
    for number in 0..3 {
        let document = Document::new(&format!("import etl\nedit = {number}\n"), number);
        workspace =
            workspace.with_text(workspace.files.with_document(&FileId::new(&python), document, Vec::new()));
        assert_eq!((stale(&workspace), reads()), (0, 1));
    }
    std::fs::write(&lock, LOCK.replace("\"0\"", "\"1\"")).unwrap();
    let changed = workspace.files.with_changed(std::iter::once(lock.as_path()));
    workspace = workspace.with_structure(changed, vec![root]);
    assert_eq!((stale(&workspace), stale(&workspace), reads()), (1, 1, 2));
}
