//! Dagster code locations: who declares them, and which project each belongs to.

mod declarations;
mod identity;
mod samples;
mod targets;

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashMap;

use super::{Place, Project, Workspace};
use crate::manifest::Manifest;
use crate::python::ModuleName;
use crate::vfs::FileId;

pub(super) use targets::loose_folders;

/// What Dagster loads: a name and a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLocation {
    /// Its name.
    pub name: String,
    /// The project whose code it is; none where no code was found (a gRPC server, a file that is not there).
    pub project: Option<Utf8PathBuf>,
    /// The module that is loaded.
    pub module: Option<String>,
    /// Where it is declared, sorted; empty where it counts as a location only because no project requires it.
    pub declared_in: Vec<Place>,
    /// Why its code is not known, in the user's words; none where it is.
    pub gap: Option<String>,
}

impl CodeLocation {
    /// Whether some Dagster file or the configuration declares it; location rules speak of no others.
    pub fn is_declared(&self) -> bool {
        !self.declared_in.is_empty()
    }

    /// The top-level package of what is loaded.
    fn package(&self) -> Option<&str> {
        self.module.as_deref().and_then(|module| module.split('.').next())
    }
}

/// The locations of a workspace, and what else their declarations say.
#[derive(Default)]
pub(super) struct Locations {
    all: Arc<Vec<CodeLocation>>,
    /// By folder of a project: its locations, those that are declared before others.
    by_project: FxHashMap<String, Vec<usize>>,
    /// By folder of a project: the folders that Dagster puts on `sys.path` for it, each once.
    working_directories: FxHashMap<String, Vec<Utf8PathBuf>>,
}

impl Workspace {
    /// All code locations, sorted by name; walks everything.
    pub fn locations(&self) -> Arc<Vec<CodeLocation>> {
        self.located().all.clone()
    }

    /// The declared location that a project's code is deployed as; the first of several.
    pub fn location_of(&self, project: &Project) -> Option<CodeLocation> {
        self.locations_in(&project.dir).find(|location| location.is_declared()).cloned()
    }

    /// The locations that a file belongs to, declared or not: those of its project, and of several the ones whose package it
    /// lies in, if it lies in that of any.
    pub fn locations_of_file(&self, file: &FileId) -> Vec<CodeLocation> {
        let Some(project) = self.project_of(file) else { return Vec::new() };
        let all: Vec<&CodeLocation> = self.locations_in(&project.dir).collect();
        let inside = |location: &&CodeLocation| {
            let below = file.path().strip_prefix(&project.dir).unwrap_or(file.path());
            location.package().is_some_and(|package| {
                below
                    .components()
                    .any(|part| part.as_str().strip_suffix(".py").unwrap_or(part.as_str()) == package)
            })
        };
        let within: Vec<&CodeLocation> = all.iter().copied().filter(inside).collect();
        let chosen = if within.is_empty() { all } else { within };
        chosen.into_iter().cloned().collect()
    }

    /// Whether a module lies in the package that a declared location of the project loads.
    pub fn is_loaded_from(&self, project: &Project, module: &ModuleName) -> bool {
        let mut declared = self.locations_in(&project.dir).filter(|location| location.is_declared());
        declared.any(|location| location.package() == Some(module.top_level()))
    }

    /// The folders that Dagster puts on `sys.path` where it loads a project's code: `working_directory`, else the folder of
    /// the file that declares the location. Walks everything.
    pub(super) fn working_directories(&self, project: &Project) -> &[Utf8PathBuf] {
        self.located().working_directories.get(project.dir.as_str()).map_or(&[], Vec::as_slice)
    }

    /// All folders that Dagster puts on `sys.path` for some location; walks everything.
    pub fn all_working_directories(&self) -> impl Iterator<Item = &Utf8Path> {
        self.located().working_directories.values().flatten().map(Utf8PathBuf::as_path)
    }

    fn locations_in(&self, dir: &Utf8Path) -> impl Iterator<Item = &CodeLocation> {
        let located = self.located();
        let places = located.by_project.get(dir.as_str()).into_iter().flatten();
        places.filter_map(|at| located.all.get(*at))
    }

    fn located(&self) -> &Locations {
        self.structure.locations.get_or_init(|| {
            let declarations = self.declarations();
            let mut located = Locations::default();
            for declaration in &declarations {
                let (Some(project), Some(root)) = (&declaration.code.project, &declaration.code.root) else {
                    continue;
                };
                let roots = located.working_directories.entry(project.to_string()).or_default();
                if !roots.contains(root) {
                    roots.push(root.clone());
                }
            }
            let mut locations = identity::put_together(declarations);
            if locations.is_empty() {
                locations = self.unrequired_projects();
            }
            locations.sort_by(|a, b| (&a.name, &a.project).cmp(&(&b.name, &b.project)));
            for (at, location) in locations.iter().enumerate() {
                if let Some(project) = &location.project {
                    located.by_project.entry(project.to_string()).or_default().push(at);
                }
            }
            located.all = Arc::new(locations);
            located
        })
    }

    /// Where nothing declares locations, the projects that nobody requires count as such.
    fn unrequired_projects(&self) -> Vec<CodeLocation> {
        let consumers = self.consumers();
        let projects = self.projects();
        let alone = projects
            .iter()
            .filter(|project| project.distribution().is_some() && !consumers.contains_key(&project.dir));
        let location = |project: &Arc<Project>| CodeLocation {
            name: project.display_name().to_owned(),
            project: Some(project.dir.clone()),
            module: None,
            declared_in: Vec::new(),
            gap: None,
        };
        alone.map(location).collect()
    }

    /// A parsed manifest with its file, for each one the walk found.
    pub fn all_manifests(&self) -> Vec<(FileId, Arc<Manifest>)> {
        let discovery = self.discovery();
        discovery.manifests.iter().filter_map(|file| Some((file.clone(), self.manifest(file)?))).collect()
    }
}
