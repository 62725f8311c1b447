//! Which configuration counts for this workspace.

use std::sync::Arc;

use camino::Utf8PathBuf;

use super::config::{self, Config, LoadedConfig};
use super::{Project, Workspace};
use crate::source::layout::{Layout, Packages, Root};
use crate::vfs::join;

impl Workspace {
    /// The configuration of the nearest folder upward from the first opened one that has any, not beyond its
    /// repository. Read once in a revision, by whoever asks first.
    pub fn configuration(&self) -> Arc<LoadedConfig> {
        let load = || {
            let Some(opened) = self.folders.first() else { return Arc::default() };
            let boundary = self.boundary(opened);
            let upward = opened.ancestors().take_while(|dir| dir.starts_with(&boundary));
            Arc::new(upward.filter_map(|dir| config::load(&self.files, dir)).next().unwrap_or_default())
        };
        self.structure.configuration.get_or_init(load).clone()
    }

    /// What is configured.
    pub fn config(&self) -> Config {
        self.configuration().config.clone()
    }

    /// `repositories`, absolute.
    pub fn sibling_repositories(&self) -> Vec<Utf8PathBuf> {
        let configuration = self.configuration();
        let Some(file) = &configuration.file else { return Vec::new() };
        configuration.config.repositories.iter().map(|path| join(file.dir(), &path.value)).collect()
    }

    /// The layout that `source-roots` prescribes for a project's folder.
    pub(super) fn prescribed_layout(&self, project: &Project) -> Option<Layout> {
        let configuration = self.configuration();
        let base = configuration.file.as_ref()?.dir();
        let mut prescribed = configuration.config.source_roots.iter();
        let (_, roots) = prescribed.find(|(dir, _)| join(base, dir) == project.dir)?;
        let root =
            |path: &String| Root { dir: join(&project.dir, path), prefix: None, packages: Packages::all() };
        Some(Layout { roots: roots.iter().map(|path| root(&path.value)).collect(), native: Vec::new() })
    }
}
