//! Dagster code locations: who declares them, and which project each belongs to.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashMap;

use super::{Place, Project, Workspace};
use crate::manifest::{LocationDeclaration, LocationTarget, Manifest, ManifestKind};
use crate::python::ModuleName;
use crate::text::{Spanned, TextRange};
use crate::vfs::{FileId, join};

/// What Dagster loads: a name and a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLocation {
    /// Its name.
    pub name: String,
    /// The project whose code it is; none where only a name is known (a gRPC server).
    pub project: Option<Utf8PathBuf>,
    /// The module that is loaded.
    pub module: Option<String>,
    /// Where it is declared, sorted; empty where it counts as a location only because no project requires it.
    pub declared_in: Vec<Place>,
}

impl CodeLocation {
    /// Whether some Dagster file or the configuration declares it; location rules speak of no others.
    pub fn is_declared(&self) -> bool {
        !self.declared_in.is_empty()
    }
}

/// One declaration, before those of the same location are put together.
struct Declaration {
    name: Option<String>,
    /// How much the name counts: a deployment's explicit name over dg's over a guess.
    rank: u8,
    project: Option<Utf8PathBuf>,
    module: Option<String>,
    place: Place,
}

impl Workspace {
    /// All code locations, sorted by name; walks everything.
    pub fn locations(&self) -> Arc<Vec<CodeLocation>> {
        self.structure.locations.get_or_init(|| Arc::new(self.collect_locations())).clone()
    }

    /// The declared location that a project's code is deployed as.
    pub fn location_of(&self, project: &Project) -> Option<CodeLocation> {
        let locations = self.locations();
        let by_project = self.structure.locations_by_project.get_or_init(|| {
            let declared = locations.iter().enumerate().filter(|(_, location)| location.is_declared());
            let mut first = FxHashMap::default();
            for (at, dir) in declared.filter_map(|(at, location)| Some((at, location.project.as_ref()?))) {
                first.entry(dir.to_string()).or_insert(at);
            }
            first
        });
        by_project.get(project.dir.as_str()).and_then(|at| locations.get(*at)).cloned()
    }

    fn collect_locations(&self) -> Vec<CodeLocation> {
        let discovery = self.discovery();
        let mut declarations = Vec::new();
        for dir in &discovery.projects {
            let Some(project) = self.project_at(dir) else { continue };
            self.of_project(&project, &mut declarations);
        }
        for file in &discovery.manifests {
            let Some(manifest) = self.manifest(file) else { continue };
            if file.path().as_str().contains("{{") {
                continue;
            }
            if matches!(manifest.kind, ManifestKind::WorkspaceYaml | ManifestKind::DagsterCloud) {
                declarations
                    .extend(manifest.locations.iter().map(|declared| self.of_deployment(file, declared)));
            }
        }
        self.of_configuration(&mut declarations);
        let mut locations = put_together(declarations);
        if locations.is_empty() {
            locations = self.unrequired_projects();
        }
        locations.sort_by(|a, b| (&a.name, &a.project).cmp(&(&b.name, &b.project)));
        locations
    }

    /// dg's and `[tool.dagster]`'s declarations in a project's own manifests.
    fn of_project(&self, project: &Project, declarations: &mut Vec<Declaration>) {
        for (file, manifest) in &project.manifests {
            let place = |range: TextRange| Place { file: file.clone(), range };
            if let Some(dg) = &manifest.dg_project {
                let root = dg.root_module.as_ref().map(|root| root.value.clone());
                let default = root.or_else(|| project.distribution().map(|name| name.as_module()));
                let module = dg
                    .target_module
                    .as_ref()
                    .map(|m| m.value.clone())
                    .or(default.map(|root| format!("{root}.definitions")));
                declarations.push(Declaration {
                    name: dg
                        .location_name
                        .as_ref()
                        .map(|name| name.value.clone())
                        .or_else(|| folder_name(&project.dir)),
                    rank: if dg.location_name.is_some() { 2 } else { 1 },
                    project: Some(project.dir.clone()),
                    module,
                    place: place(dg.range),
                });
            }
            if let Some(dagster) = &manifest.dagster {
                for target in dagster.modules.iter().chain(&dagster.python_file) {
                    declarations.push(Declaration {
                        name: dagster
                            .location_name
                            .as_ref()
                            .map(|name| name.value.clone())
                            .or_else(|| folder_name(&project.dir)),
                        rank: if dagster.location_name.is_some() { 2 } else { 0 },
                        project: Some(project.dir.clone()),
                        module: Some(target.value.clone()),
                        place: place(target.range),
                    });
                }
            }
        }
    }

    /// An entry of workspace.yaml or dagster_cloud.yaml.
    fn of_deployment(&self, file: &FileId, declared: &LocationDeclaration) -> Declaration {
        let mut base = file.dir().to_owned();
        for folder in [&declared.build_directory, &declared.working_directory].into_iter().flatten() {
            base = join(&base, &folder.value);
        }
        let (module, project) = match &declared.target {
            LocationTarget::Module(name) | LocationTarget::Package(name) => {
                (Some(name.value.clone()), self.project_of_module(&base, name, declared))
            }
            LocationTarget::File(path) => {
                let target = FileId::new(&join(&base, &path.value));
                let module = self.files.is_file(target.path()).then(|| self.module_of(&target)).flatten();
                (
                    module.map(|module| module.to_string()),
                    self.project_of(&target).map(|project| project.dir.clone()),
                )
            }
            LocationTarget::Grpc | LocationTarget::Unknown => (None, None),
        };
        Declaration {
            name: declared.name.as_ref().map(|name| name.value.clone()).or_else(|| module.clone()),
            rank: if declared.name.is_some() { 3 } else { 0 },
            project,
            module,
            place: Place {
                file: file.clone(),
                range: declared.name.as_ref().map_or(declared.range, |name| name.range),
            },
        }
    }

    /// The project that has a declared target module: the one around the folder the declaration names, if it has it; else
    /// the only project anywhere that does.
    fn project_of_module(
        &self,
        base: &Utf8Path,
        name: &Spanned<String>,
        declared: &LocationDeclaration,
    ) -> Option<Utf8PathBuf> {
        let module = ModuleName::new(&name.value)?;
        let has = |project: &Project| {
            let top = ModuleName::new(module.top_level());
            top.is_some_and(|top| project.layout.find(&self.files, &top).is_some())
        };
        if let Some(project) = self.project_around(base).filter(|project| has(project)) {
            return Some(project.dir.clone());
        }
        let discovery = self.discovery();
        let below = discovery.by_top_level(self).get(module.top_level())?;
        let beside: Vec<&Utf8PathBuf> = below.iter().filter(|dir| dir.starts_with(base)).collect();
        match (beside.as_slice(), below.as_slice()) {
            ([only], _) => Some((*only).clone()),
            ([], [only]) if declared.build_directory.is_none() => Some(only.clone()),
            _ => None,
        }
    }

    /// `locations = ["dg_projects/*"]` in the configuration.
    fn of_configuration(&self, declarations: &mut Vec<Declaration>) {
        let configuration = self.configuration();
        let Some(file) = &configuration.file else { return };
        for pattern in &configuration.config.locations {
            for dir in self.expand(file.dir(), &pattern.value) {
                if self.project_at(&dir).is_none()
                    || declarations.iter().any(|d| d.project.as_ref() == Some(&dir))
                {
                    continue;
                }
                declarations.push(Declaration {
                    name: folder_name(&dir),
                    rank: 1,
                    project: Some(dir),
                    module: None,
                    place: Place { file: file.clone(), range: pattern.range },
                });
            }
        }
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
        };
        alone.map(location).collect()
    }
}

/// Declarations of one project are one location, unless they bear different explicit names; a declaration without a
/// project joins the location of its name.
fn put_together(declarations: Vec<Declaration>) -> Vec<CodeLocation> {
    let mut best_names: BTreeMap<Utf8PathBuf, (u8, String)> = BTreeMap::new();
    for declaration in &declarations {
        if let (Some(project), Some(name)) = (&declaration.project, &declaration.name) {
            let entry = best_names.entry(project.clone()).or_insert((declaration.rank, name.clone()));
            if declaration.rank > entry.0 {
                *entry = (declaration.rank, name.clone());
            }
        }
    }
    let mut by_name: BTreeMap<String, CodeLocation> = BTreeMap::new();
    let (with, without): (Vec<_>, Vec<_>) =
        declarations.into_iter().partition(|declaration| declaration.project.is_some());
    for declaration in with.into_iter().chain(without) {
        let best = declaration
            .project
            .as_ref()
            .and_then(|project| best_names.get(project))
            .map(|(_, name)| name.clone());
        let explicit = (declaration.rank >= 3).then(|| declaration.name.clone()).flatten();
        let Some(name) = explicit.or(best).or_else(|| declaration.name.clone()) else { continue };
        let location = by_name.entry(name.clone()).or_insert_with(|| CodeLocation {
            name,
            project: declaration.project.clone(),
            module: None,
            declared_in: Vec::new(),
        });
        location.module = location.module.take().or(declaration.module);
        location.declared_in.push(declaration.place);
    }
    let mut locations: Vec<CodeLocation> = by_name.into_values().collect();
    for location in &mut locations {
        location.declared_in.sort();
        location.declared_in.dedup();
    }
    locations
}

fn folder_name(dir: &Utf8Path) -> Option<String> {
    dir.file_name().map(str::to_owned)
}

impl Workspace {
    /// The manifest kinds that only Dagster reads, for "does this workspace declare locations at all".
    pub fn declares_locations(&self) -> bool {
        self.locations().iter().any(CodeLocation::is_declared)
    }

    /// A parsed manifest with its file, for each one the walk found.
    pub fn all_manifests(&self) -> Vec<(FileId, Arc<Manifest>)> {
        let discovery = self.discovery();
        discovery.manifests.iter().filter_map(|file| Some((file.clone(), self.manifest(file)?))).collect()
    }
}
