//! Whose a file is: of the repositories that were opened, or somewhere else that a link leads to.
//!
//! A committed link may lead to any file of whoever checks the repository out. What is said of a repository is said of its
//! own files: its manifests, locks, settings and sources, and the lines that are quoted. Code that is installed or shared
//! through links is read all the same, for what can be imported from it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{FileId, Files, ReadError, SourceText};

/// Folders, the files in which are the workspace's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounds(Vec<Ground>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Ground {
    /// As the workspace calls it.
    named: Utf8PathBuf,
    /// Without links.
    real: Utf8PathBuf,
}

impl Grounds {
    /// These folders.
    pub fn of(files: &Files, folders: impl IntoIterator<Item = Utf8PathBuf>) -> Self {
        Self::default().with(files, folders)
    }

    /// These and others; the links on the way to one of them are whoever's who named it.
    pub fn with(mut self, files: &Files, folders: impl IntoIterator<Item = Utf8PathBuf>) -> Self {
        for named in folders {
            let real = files.real_path(&named);
            let ground = Ground { named, real };
            if !self.0.contains(&ground) {
                self.0.push(ground);
            }
        }
        self
    }

    /// The folders, as the workspace calls them.
    pub fn folders(&self) -> impl Iterator<Item = &Utf8Path> {
        self.0.iter().map(|ground| ground.named.as_path())
    }

    /// Whether a path is in one of the folders, wherever links lead on the way. What is mounted has no links that lead out
    /// of it, and what an editor holds is what its user sees.
    pub fn hold(&self, files: &Files, path: &Utf8Path) -> bool {
        let around = || self.0.iter().flat_map(|ground| [&ground.named, &ground.real]);
        let straight = |folder: &Utf8PathBuf| path.starts_with(folder) && !links_between(files, folder, path);
        around().any(straight)
            || (around().any(|folder| path.starts_with(folder)) && self.hold_real(&files.real_path(path)))
            || files.mount_of(path).is_some()
            || files.open_document(&FileId::new(path)).is_some()
    }

    /// Whether a path without links is in one of the folders.
    pub(super) fn hold_real(&self, real: &Utf8Path) -> bool {
        self.0.iter().any(|ground| real.starts_with(&ground.real))
    }

    /// Whether a file belongs to the project, or whatever else is one, in the folder `dir`. Where that is elsewhere,
    /// because a source leads there, the repository around it counts as well.
    pub fn own(&self, files: &Files, dir: &Utf8Path, path: &Utf8Path) -> bool {
        self.hold(files, path)
            || (!self.hold(files, dir) && Self::of_folder_elsewhere(files, dir).hold(files, path))
    }

    /// The text of such a file.
    pub fn text(&self, files: &Files, dir: &Utf8Path, file: &FileId) -> Result<Arc<SourceText>, ReadError> {
        if self.own(files, dir, file.path()) { files.text(file) } else { Err(ReadError::LeadsOut) }
    }

    fn of_folder_elsewhere(files: &Files, dir: &Utf8Path) -> Self {
        let real = files.real_path(dir);
        let repository = real.ancestors().find(|above| files.list(above).kind(".git").is_some());
        let repository = repository.unwrap_or(&real).to_owned();
        Self(vec![
            Ground { named: dir.to_owned(), real: repository.clone() },
            Ground { named: repository.clone(), real: repository },
        ])
    }
}

/// Whether one of the names that lead from a folder to a path below it is a link, as the listings say.
fn links_between(files: &Files, folder: &Utf8Path, path: &Utf8Path) -> bool {
    let Ok(below) = path.strip_prefix(folder) else { return false };
    let mut dir = folder.to_owned();
    below.components().any(|name| {
        let is_link = files.list(&dir).is_link(name.as_str());
        dir.push(name);
        is_link
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_links_lead_out_to_is_somebody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        for path in
            ["ws/etl/a.toml", "ws/etl/b.toml", "lib/.git/HEAD", "lib/p/c.toml", "lib/d.toml", "e.toml"]
        {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), path).unwrap();
        }
        for (link, target) in [
            ("ws/etl/inside.toml", "b.toml"),
            ("ws/etl/outside.toml", "../../e.toml"),
            ("ws/etl/twice.toml", "outside.toml"),
            ("ws/around", "etl"),
            ("ws/out", "../lib"),
            ("lib/p/own.toml", "../d.toml"),
            ("lib/p/far.toml", "../../e.toml"),
            ("named", "ws"),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        let files = Files::default();
        for name in ["ws", "named"] {
            let grounds = Grounds::of(&files, [root.join(name)]);
            for (path, held) in [
                ("etl/a.toml", true),
                ("etl/inside.toml", true),
                ("etl/outside.toml", false),
                ("etl/twice.toml", false),
                ("around/a.toml", true),
                ("around/outside.toml", false),
                ("out/d.toml", false),
                ("../e.toml", false),
            ] {
                let path = super::super::join(&root.join(name), path);
                assert_eq!(grounds.hold(&files, &path), held, "{path}");
                let read = grounds.text(&files, &root.join(name), &FileId::new(&path));
                assert_eq!(read.is_ok(), held, "{path}");
            }
            assert!(grounds.hold(&files, &root.join("ws/etl/a.toml")), "by its real name");
            assert!(!grounds.hold(&files, &root.join("lib/p/c.toml")));
            for dir in [root.join("lib/p"), root.join(name).join("out/p")] {
                for (path, own) in [("c.toml", true), ("own.toml", true), ("far.toml", false)] {
                    assert_eq!(grounds.own(&files, &dir, &dir.join(path)), own, "{dir} {path}");
                }
            }
            assert!(!grounds.own(&files, &root.join("lib/p"), &root.join("e.toml")));
        }
        let held = Files::default();
        let outside = FileId::new(&root.join("ws/etl/outside.toml"));
        let held = held.with_document(&outside, crate::text::Document::new("", 1), vec![]);
        assert!(Grounds::of(&held, [root.join("ws")]).hold(&held, outside.path()));
    }
}
