//! Package indexes, where the user allows them: which ones a project takes a distribution from, and what they have.

use std::sync::Arc;

use camino::Utf8PathBuf;
use pep440_rs::Version;

use super::releases::{Origin, Release, Releases};
use super::{Dependency, Project, Provision, Workspace, is_public_index};
use crate::manifest::{DistributionName, Group, LockSource, SourceKind};
use crate::source::index::{IndexError, Indexes, Registry, RegistryConfig};
use crate::source::shelves::Candidate;

/// Indexes as the user who runs this allows them to be asked.
pub struct PackageIndexes {
    config: RegistryConfig,
    registry: Registry,
}

impl PackageIndexes {
    /// Asks as `config` allows; what it gets is kept below `cache` (absolute).
    pub fn new(config: RegistryConfig, cache: Utf8PathBuf) -> Self {
        Self { registry: Registry::new(config.clone(), cache), config }
    }
}

impl Workspace {
    /// Adds what the indexes list of a first-party distribution, as the first project that takes it from one sees them;
    /// of others they are asked nothing. What they do not tell is a gap, unless nobody allowed them to be asked.
    pub(super) fn add_indexed(&self, name: &DistributionName, releases: &mut Releases) {
        let Some(indexes) = self.outside.indexes.as_ref().filter(|_| self.is_first_party(name)) else {
            return;
        };
        let Some(taker) = self.taker_from_index(name) else { return };
        let asked = self.indexes_of(&taker, name);
        match indexes.registry.versions(&asked, name) {
            Ok(found) => {
                releases.listed = true;
                releases.all.extend(found.into_iter().filter(|found| !found.files.is_empty()).map(|found| {
                    Release {
                        version: found.version,
                        origin: Origin::Index { taker: taker.dir.clone(), yanked: found.yanked },
                    }
                }));
            }
            Err(error) => {
                // Without a repository the index is all there could be; with one, its tags may be enough.
                if !matches!(error, IndexError::Off | IndexError::NoDistribution { .. }) {
                    releases.gaps.push(error.to_string());
                }
                releases.untold = Some(error);
            }
        }
    }

    /// The archive of a version, fetched if it must be; or why there is none, in the user's words.
    pub(super) fn fetched(
        &self,
        name: &DistributionName,
        taker: &Project,
        version: &Version,
    ) -> Result<Candidate, String> {
        let indexes = self.outside.indexes.as_ref().ok_or_else(|| IndexError::Off.to_string())?;
        let asked = self.indexes_of(taker, name);
        let path = indexes.registry.fetch(&asked, name, version).map_err(|error| error.to_string())?;
        Candidate::at(&path).ok_or_else(|| "the index has no archive of it".to_owned())
    }

    /// The first project that takes a distribution from an index; one whose source names the index before one whose lock
    /// does, and that before others.
    fn taker_from_index(&self, name: &DistributionName) -> Option<Arc<Project>> {
        let takes = |project: &Arc<Project>| {
            let dependencies = self.dependencies(project);
            let mut of_name = dependencies.iter().filter(|dependency| dependency.name == *name);
            of_name
                .find(|found| found.provision == Provision::Registry && !matches!(found.group, Group::Build))
                .cloned()
        };
        let takers: Vec<(Arc<Project>, Dependency)> = self
            .projects()
            .into_iter()
            .filter_map(|project| Some((project.clone(), takes(&project)?)))
            .collect();
        let named = takers.iter().find(|(_, dependency)| dependency.source.is_some());
        let locked = || takers.iter().find(|(project, _)| self.locked_index(project, name).is_some());
        named.or_else(locked).or(takers.first()).map(|(project, _)| project.clone())
    }

    /// The index that a project's lock takes a distribution from, unless everybody uploads there.
    fn locked_index(&self, project: &Project, name: &DistributionName) -> Option<String> {
        match self.locked(project, name)?.source {
            LockSource::Registry(Some(url)) if url.starts_with("http") && !is_public_index(&url) => Some(url),
            _ => None,
        }
    }

    /// The indexes that a project's manifests, its lock and the user name for a distribution, in uv's order.
    fn indexes_of(&self, project: &Project, name: &DistributionName) -> Indexes {
        let Some(own) = &self.outside.indexes else { return Indexes::default() };
        let root = self.workspace_root(project).filter(|root| root.dir != project.dir);
        let owners = || std::iter::once(project).chain(root.as_deref());
        let manifests = owners().flat_map(|owner| &owner.manifests);
        let all = Indexes::new(&own.config, manifests.flat_map(|(_, manifest)| &manifest.indexes));
        let mut sources =
            owners().flat_map(|owner| &owner.sources).filter(|source| source.value.name.value == *name);
        let named = sources.find_map(|source| {
            source.value.entries.iter().find_map(|entry| match &entry.kind {
                SourceKind::Index(index) => Some(index.value.clone()),
                _ => None,
            })
        });
        match (named, self.locked_index(project, name)) {
            // An index that is not defined is asked for nothing.
            (Some(index), _) => all.only(&index).unwrap_or_default(),
            // What was locked from one index is not looked for in another, which may have a stranger's.
            (None, Some(url)) => all.at(&url),
            (None, None) => all,
        }
    }
}
