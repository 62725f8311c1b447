//! The walk over everything known: which projects there are, and which Python files.

use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Provision, Workspace};
use crate::manifest::{DistributionName, DocumentKind, ManifestKind};
use crate::python::Name;
use crate::text::Spanned;
use crate::vfs::{self, FileId, Walked};

/// What the walk found, and which projects these files make.
#[derive(Default)]
pub struct Discovery {
    walk: Arc<Walk>,
    /// Folders of projects, sorted; also those that only a path source leads to.
    pub projects: Vec<Utf8PathBuf>,
    by_name: OnceLock<FxHashMap<DistributionName, Vec<Utf8PathBuf>>>,
    pub(super) private: OnceLock<FxHashSet<DistributionName>>,
    by_top_level: OnceLock<FxHashMap<Name, Vec<Utf8PathBuf>>>,
    by_entry: OnceLock<FxHashMap<Name, Vec<Utf8PathBuf>>>,
}

/// What the walk found.
#[derive(Default)]
pub struct Walk {
    /// The folders that were walked: the repositories around the opened folders.
    pub roots: Vec<Utf8PathBuf>,
    /// Python files, sorted.
    pub python: Vec<FileId>,
    /// Manifests of any kind, sorted; also Dagster's.
    pub manifests: Vec<FileId>,
    /// Lock files known by their names, sorted; none of them was read.
    pub locks: Vec<FileId>,
    /// Files that are links out of the repositories, and so not among the others; sorted.
    pub outside: Vec<FileId>,
}

impl std::ops::Deref for Discovery {
    type Target = Walk;

    fn deref(&self) -> &Walk {
        &self.walk
    }
}

impl Workspace {
    /// Walks everything known, once in this revision.
    pub fn discovery(&self) -> Arc<Discovery> {
        self.structure.discovery.get_or_init(|| Arc::new(self.discover())).clone()
    }

    /// The Python files below a folder and those whose names are `wanted`, without what git ignores.
    pub fn walk(&self, root: &Utf8Path, wanted: impl Fn(&Utf8Path) -> bool + Sync) -> Walked {
        vfs::walk(root, &self.grounds(), self.surroundings.git_excludes.as_deref(), wanted)
    }

    fn discover(&self) -> Discovery {
        let walk = self.walked();
        let mut discovery = Discovery { walk, ..Discovery::default() };
        let _span = tracing::debug_span!("projects").entered();
        self.add_projects(&mut discovery);
        discovery
    }

    /// What the walk found.
    pub(super) fn walked(&self) -> Arc<Walk> {
        self.structure.walked.get_or_init(|| Arc::new(self.walk_everything())).clone()
    }

    fn walk_everything(&self) -> Walk {
        let grounds = self.grounds();
        let mut roots: Vec<Utf8PathBuf> = grounds.folders().map(Utf8Path::to_owned).collect();
        roots.sort();
        let nested = |root: &Utf8PathBuf| roots.iter().any(|other| other != root && root.starts_with(other));
        let roots: Vec<Utf8PathBuf> = roots.iter().filter(|root| !nested(root)).cloned().collect();
        let excluded = exclusions(&self.configuration().config.exclude);
        let mut found = Walk::default();
        let _span = tracing::debug_span!("walk").entered();
        let walk_below = |root: &Utf8Path, found: &mut Walk| {
            let is_lock = |path: &Utf8Path| DocumentKind::of(path).lock().is_some();
            let wanted = |path: &Utf8Path| kind_of(path).is_some() || is_lock(path);
            let walked = self.walk(root, wanted);
            let kept =
                |file: &FileId| !excluded.is_match(file.path().strip_prefix(root).unwrap_or(file.path()));
            found.python.extend(walked.python.into_iter().filter(kept));
            let (locks, manifests): (Vec<FileId>, Vec<FileId>) =
                walked.others.into_iter().filter(kept).partition(|file| is_lock(file.path()));
            found.manifests.extend(manifests);
            found.locks.extend(locks);
            found.outside.extend(walked.outside.into_iter().filter(kept));
        };
        for root in &roots {
            walk_below(root, &mut found);
        }
        // Who opens a folder that the repository around it ignores wants to see what is there.
        let is_met = |folder: &Utf8Path, found: &Walk| {
            let mut met = found.python.iter().chain(&found.manifests);
            met.any(|file| file.path().starts_with(folder))
        };
        for folder in &self.folders {
            if !is_met(folder, &found) {
                walk_below(folder, &mut found);
            }
        }
        self.add_open_documents(&roots, &mut found);
        found.roots = roots;
        found
    }

    /// Documents that are not on disk yet count as if they were.
    fn add_open_documents(&self, roots: &[Utf8PathBuf], found: &mut Walk) {
        for (file, _) in self.files.open_documents() {
            if !roots.iter().any(|root| file.path().starts_with(root)) {
                continue;
            }
            if DocumentKind::of(file.path()).is_python() {
                found.python.push(file.clone());
            }
            if kind_of(file.path()).is_some() {
                found.manifests.push(file.clone());
            }
            if DocumentKind::of(file.path()).lock().is_some() {
                found.locks.push(file.clone());
            }
        }
        for list in [&mut found.python, &mut found.manifests, &mut found.locks] {
            list.sort_unstable();
            list.dedup();
        }
    }

    fn add_projects(&self, discovery: &mut Discovery) {
        let is_project_file = |file: &FileId| {
            !matches!(
                kind_of(file.path()),
                None | Some(ManifestKind::Gitmodules | ManifestKind::CodeLocations)
            )
        };
        let mut waiting: Vec<Utf8PathBuf> = Vec::new();
        for file in discovery.manifests.iter().filter(|file| is_project_file(file)) {
            let requirements = kind_of(file.path()) == Some(ManifestKind::Requirements);
            let dir = match file.dir().parent() {
                Some(above) if requirements && file.dir().file_name() == Some("requirements") => above,
                _ => file.dir(),
            };
            waiting.push(dir.to_owned());
        }
        // Manifests take long to parse, and most projects do not wait for each other.
        waiting.sort_unstable();
        waiting.dedup();
        waiting.par_iter().for_each(|dir| {
            self.project_at(dir).inspect(|project| drop(self.dependencies(project)));
        });
        let mut seen: FxHashSet<Utf8PathBuf> = FxHashSet::default();
        while let Some(dir) = waiting.pop() {
            if !seen.insert(dir.clone()) {
                continue;
            }
            let Some(project) = self.project_at(&dir) else { continue };
            if project.template {
                continue;
            }
            for dependency in self.dependencies(&project).iter() {
                if let Provision::Live { dir, .. } = &dependency.provision {
                    waiting.push(dir.clone());
                }
            }
            discovery.projects.push(dir);
        }
        discovery.projects.extend(self.loose_projects().iter().map(|loose| loose.dir.clone()));
        discovery.projects.sort();
    }
}

impl Discovery {
    /// Folders of projects by distribution name.
    pub fn by_name(&self, workspace: &Workspace) -> &FxHashMap<DistributionName, Vec<Utf8PathBuf>> {
        self.by_name.get_or_init(|| {
            let mut by_name: FxHashMap<DistributionName, Vec<Utf8PathBuf>> = FxHashMap::default();
            for dir in &self.projects {
                let Some(project) = workspace.project_at(dir) else { continue };
                if let Some(name) = project.distribution() {
                    by_name.entry(name.clone()).or_default().push(dir.clone());
                }
            }
            by_name
        })
    }

    /// Folders of projects that have anything, shipped or not, which could be a top-level module of this name, whether or not
    /// an import statement could name it.
    pub(super) fn having(&self, workspace: &Workspace, name: &str) -> &[Utf8PathBuf] {
        let by_entry = self.by_entry.get_or_init(|| {
            let mut by_entry: FxHashMap<Name, Vec<Utf8PathBuf>> = FxHashMap::default();
            for dir in &self.projects {
                let Some(project) = workspace.project_at(dir) else { continue };
                let mut names: FxHashSet<Name> = FxHashSet::default();
                for root in &project.layout.roots {
                    if let Some(prefix) = &root.prefix {
                        names.insert(Name::from(prefix.top_level()));
                        continue;
                    }
                    let listing = workspace.files.list(&root.dir);
                    names.extend(listing.dirs().map(Name::from));
                    names.extend(listing.files().filter_map(|name| name.strip_suffix(".py")).map(Name::from));
                }
                for name in names {
                    by_entry.entry(name).or_default().push(dir.clone());
                }
            }
            by_entry
        });
        by_entry.get(name).map_or(&[], Vec::as_slice)
    }

    /// Folders of projects that ship anything below a top-level module name.
    pub fn by_top_level(&self, workspace: &Workspace) -> &FxHashMap<Name, Vec<Utf8PathBuf>> {
        self.by_top_level.get_or_init(|| {
            let mut by_top_level: FxHashMap<Name, Vec<Utf8PathBuf>> = FxHashMap::default();
            for dir in &self.projects {
                let Some(project) = workspace.project_at(dir).filter(|project| project.ships) else {
                    continue;
                };
                for name in project.layout.top_level(&workspace.files) {
                    by_top_level.entry(name).or_default().push(dir.clone());
                }
            }
            by_top_level
        })
    }
}

/// The kind of a manifest that people write. What builds leave in a work tree (`acme.egg-info/PKG-INFO`) tells of an
/// earlier state of it.
fn kind_of(path: &Utf8Path) -> Option<ManifestKind> {
    DocumentKind::of(path).manifest().filter(|kind| *kind != ManifestKind::CoreMetadata)
}

fn exclusions(patterns: &[Spanned<String>]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        if let Ok(glob) =
            GlobBuilder::new(pattern.value.trim_end_matches('/')).literal_separator(true).build()
        {
            builder.add(glob);
        }
        if let Ok(glob) = GlobBuilder::new(&format!("{}/**", pattern.value.trim_end_matches('/')))
            .literal_separator(true)
            .build()
        {
            builder.add(glob);
        }
    }
    builder.build().unwrap_or_else(|_| GlobSet::empty())
}
