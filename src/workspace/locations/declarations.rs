//! Each declaration of a code location, in whatever file it stands.

use std::sync::Arc;

use camino::Utf8Path;

use super::samples;
use super::targets::Code;
use crate::manifest::{DgProject, DocumentKind, LocationDeclaration, Manifest, ManifestKind};
use crate::text::Spanned;
use crate::vfs::{FileId, join};
use crate::workspace::{Place, Project, Workspace};

/// One declaration, before those of the same location are put together.
pub(super) struct Declaration {
    pub name: String,
    /// How much the name counts.
    pub rank: Rank,
    pub source: Source,
    /// Whether it makes a location by itself, and is not only another word for one.
    pub counts: bool,
    pub code: Code,
    pub place: Place,
}

/// In what a declaration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A workspace file.
    Workspace,
    /// A file of Dagster+.
    Cloud,
    /// `[tool.dagster]`.
    Dagster,
    /// dg's table, or our configuration.
    Listed,
}

/// How much a name counts: a deployment's over those that a project gives itself, a written one over a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// What `[tool.dagster]` loads.
    Loaded,
    /// The folder of a dg project, or of one that the configuration lists.
    Folder,
    /// `code_location_name`.
    Own,
    /// What an entry of a deployment's file loads.
    Entry,
    /// `location_name`.
    Written,
}

impl Declaration {
    /// Whether it stands in a deployment's file, as opposed to a project's own.
    pub fn is_deployment(&self) -> bool {
        matches!(self.source, Source::Workspace | Source::Cloud)
    }
}

impl Workspace {
    /// All declarations, those of projects before those of deployments; walks everything.
    pub(super) fn declarations(&self) -> Vec<Declaration> {
        let discovery = self.discovery();
        let mut declarations = Vec::new();
        for dir in &discovery.projects {
            let Some(project) = self.project_at(dir) else { continue };
            let has_table =
                project.manifests.iter().any(|(_, m)| m.dagster.is_some() || m.dg_project.is_some());
            if has_table && !self.is_sample(&project) {
                self.of_project(&project, &mut declarations);
            }
        }
        for (file, manifest) in self.deployments() {
            let meant = manifest.locations.iter().filter(|declared| !samples::is_placeholder_of(declared));
            declarations.extend(meant.filter_map(|declared| self.of_deployment(&file, declared)));
        }
        self.of_configuration(&mut declarations);
        declarations
    }

    /// dg's and `[tool.dagster]`'s declarations in a project's own manifests.
    fn of_project(&self, project: &Project, declarations: &mut Vec<Declaration>) {
        let own = |name: &Option<Spanned<String>>| name.as_ref().map(|name| (Rank::Own, name.value.clone()));
        let counts = !self.is_unlisted(project);
        // A dg.toml makes dg ignore the table in pyproject.toml.
        let with_dg = |kind| project.manifest(kind).filter(|(_, manifest)| manifest.dg_project.is_some());
        let with_dg = with_dg(ManifestKind::DgToml).or_else(|| with_dg(ManifestKind::Pyproject));
        if let Some((file, manifest)) = with_dg
            && let Some(dg) = &manifest.dg_project
        {
            let name = own(&dg.location_name).or_else(|| Some((Rank::Folder, folder_name(&project.dir)?)));
            declarations.extend(name.map(|(rank, name)| Declaration {
                name,
                rank,
                source: Source::Listed,
                counts,
                code: self.code_in(project, dg_target(dg, project)),
                place: Place { file: file.clone(), range: dg.range },
            }));
        }
        for (file, manifest) in &project.manifests {
            let Some(dagster) = &manifest.dagster else { continue };
            for target in &dagster.modules {
                let loaded = || (Rank::Loaded, target.value.clone());
                let (rank, name) = own(&dagster.location_name).unwrap_or_else(loaded);
                declarations.push(Declaration {
                    name,
                    rank,
                    source: Source::Dagster,
                    counts,
                    code: self.code_in(project, Some(target.value.clone())),
                    place: Place { file: file.clone(), range: target.range },
                });
            }
        }
    }

    /// An entry of workspace.yaml or dagster_cloud.yaml.
    fn of_deployment(&self, file: &FileId, declared: &LocationDeclaration) -> Option<Declaration> {
        let written = declared.name.as_ref();
        let (rank, name) = match written {
            Some(name) => (Rank::Written, name.value.clone()),
            None => (Rank::Entry, declared.default_name()?),
        };
        let range = written.map_or(declared.range, |name| name.range);
        let code = self.code_of(file, declared);
        let place = Place { file: file.clone(), range };
        let source = if declared.is_cloud { Source::Cloud } else { Source::Workspace };
        Some(Declaration { name, rank, source, counts: true, code, place })
    }

    /// `locations = ["dg_projects/*"]` in the configuration.
    fn of_configuration(&self, declarations: &mut Vec<Declaration>) {
        let configuration = self.configuration();
        let Some(file) = &configuration.file else { return };
        for pattern in &configuration.config.locations {
            for dir in self.expand(file.dir(), &pattern.value) {
                let known = declarations.iter().filter(|known| known.counts);
                let known = known.into_iter().any(|known| known.code.project.as_ref() == Some(&dir));
                let Some(project) = self.project_at(&dir).filter(|_| !known) else { continue };
                let Some(name) = folder_name(&dir) else { continue };
                let place = Place { file: file.clone(), range: pattern.range };
                let code = Code { root: None, ..self.code_in(&project, None) };
                let (rank, source) = (Rank::Folder, Source::Listed);
                declarations.push(Declaration { name, rank, source, counts: true, code, place });
            }
        }
    }

    /// Whether the dg workspace around a project lists others and not this one: dg then leaves it out.
    fn is_unlisted(&self, project: &Project) -> bool {
        let boundary = self.boundary(&project.dir);
        let around = project.dir.ancestors().skip(1).take_while(|above| above.starts_with(&boundary));
        let workspace = around.filter_map(|above| self.project_at(above)).find_map(|above| {
            let mut tables = above.manifests.iter().rev().filter_map(|(_, m)| m.dg_workspace.as_ref());
            let listed = &tables.next()?.projects;
            let below = project.dir.strip_prefix(&above.dir).ok()?;
            let is_listed = listed.iter().any(|path| {
                let path = path.value.trim_start_matches("./").trim_end_matches('/');
                match path.contains('*') {
                    true => self.expand(&above.dir, path).contains(&project.dir),
                    false => {
                        path == below.as_str()
                            || (path.contains("..") && join(&above.dir, path) == project.dir)
                    }
                }
            });
            Some(!listed.is_empty() && !is_listed)
        });
        workspace.unwrap_or(false)
    }
}

/// What dg loads of a project.
fn dg_target(dg: &DgProject, project: &Project) -> Option<String> {
    let written = |module: &Option<Spanned<String>>| module.as_ref().map(|m| m.value.clone());
    let root = written(&dg.root_module).or_else(|| project.distribution().map(|name| name.as_module()));
    written(&dg.target_module).or_else(|| Some(format!("{}.definitions", root?)))
}

fn folder_name(dir: &Utf8Path) -> Option<String> {
    dir.file_name().map(str::to_owned)
}

impl Workspace {
    /// The YAML files that declare locations of a deployment, sorted. Those of samples declare none. From the walk alone.
    pub(super) fn deployments(&self) -> Vec<(FileId, Arc<Manifest>)> {
        let walked = self.walked();
        let kind = DocumentKind::Manifest(ManifestKind::CodeLocations);
        let files = walked.manifests.iter().filter(|file| DocumentKind::of(file.path()) == kind);
        let read = files.filter_map(|file| {
            let manifest = self.manifest(file).filter(|manifest| manifest.declares_locations)?;
            (!self.is_sample_folder(file.dir())).then(|| (file.clone(), manifest))
        });
        read.collect()
    }
}
