//! Every source as declared, whether or not anything is taken from it; and which distributions are first-party.

use rustc_hash::FxHashSet;

use super::{Place, Project, Provision, Workspace};
use crate::manifest::{DistributionName, Index, LockSource, SourceEntry, SourceKind};
use crate::vfs::FileId;

/// One way of taking a distribution, as a manifest declares it.
#[derive(Clone, Debug)]
pub struct DeclaredSource {
    /// The distribution; none for a path without a name (`-e ../shared`).
    pub name: Option<DistributionName>,
    /// Where the name is written: the table's key, the requirement's name, or the whole line that has no name.
    pub key: Place,
    /// From where.
    pub entry: SourceEntry,
    /// The manifest.
    pub file: FileId,
    /// What the entry leads to.
    pub provision: Provision,
    /// Whether it stands in `[tool.uv.sources]`, as opposed to in the requirement itself.
    pub in_table: bool,
}

impl DeclaredSource {
    /// The path as written, with its place, where it leads to a folder.
    pub fn path(&self) -> Option<(&str, Place)> {
        let SourceKind::Path { path, .. } = &self.entry.kind else { return None };
        Some((path.value.as_str(), Place { file: self.file.clone(), range: path.range }))
    }
}

/// Hosts of indexes that everybody takes strangers' distributions from.
const PUBLIC_INDEXES: [&str; 6] = [
    "pypi.org",
    "test.pypi.org",
    "files.pythonhosted.org",
    "download.pytorch.org",
    "pypi.nvidia.com",
    "pypi.anaconda.org",
];

impl Workspace {
    /// All sources that the project's own manifests declare, in their order: each entry of a list by itself.
    pub fn declared_sources(&self, project: &Project) -> Vec<DeclaredSource> {
        let root = self.workspace_root(project);
        let root = root.as_deref();
        let mut found = Vec::new();
        let mut add = |name, key, entry: &SourceEntry, file: &FileId, in_table| {
            if let Some(provision) = self.entry(project, root, entry, file) {
                let key = Place { file: file.clone(), range: key };
                let (entry, file) = (entry.clone(), file.clone());
                found.push(DeclaredSource { name, key, entry, file, provision, in_table });
            }
        };
        for declared in &project.sources {
            let source = &declared.value;
            for entry in &source.entries {
                add(Some(source.name.value.clone()), source.name.range, entry, &declared.file, true);
            }
        }
        for declared in &project.requirements {
            let requirement = &declared.value;
            if let Some(entry) = &requirement.source {
                let name = Some(requirement.name.value.clone());
                add(name, requirement.name.range, entry, &declared.file, false);
            }
        }
        for declared in &project.paths {
            add(None, declared.value.range, &declared.value.entry, &declared.file, false);
        }
        found
    }

    /// Whether a distribution is of our own making: it has a project here, is configured as shared, or is taken from a
    /// named index that is not a public one.
    pub fn is_first_party(&self, name: &DistributionName) -> bool {
        self.configuration().config.shared.iter().any(|shared| shared.value == *name)
            || !self.projects_named(name).is_empty()
            || self.discovery().private.get_or_init(|| self.privately_indexed()).contains(name)
    }

    /// What some project's source takes from a named index that is not public.
    fn privately_indexed(&self) -> FxHashSet<DistributionName> {
        let mut names = FxHashSet::default();
        for project in self.projects() {
            let root = self.workspace_root(&project);
            for source in &project.sources {
                for entry in &source.value.entries {
                    let SourceKind::Index(index) = &entry.kind else { continue };
                    let known = self.index_url(&project, root.as_deref(), &index.value);
                    if !known.is_some_and(|url| is_public_index(&url)) {
                        names.insert(source.value.name.value.clone());
                    }
                }
            }
            names.extend(self.privately_locked(&project));
        }
        names
    }

    /// What a project requires and its lock takes from an index that is not public, while other things come from a
    /// public one. Where everything comes from one index, that is a mirror.
    fn privately_locked(&self, project: &Project) -> Vec<DistributionName> {
        let Some(found) = self.lock_of(project).filter(|found| found.lock.names_several_indexes()) else {
            return Vec::new();
        };
        let private = |name: &DistributionName| {
            found.lock.entries(name).iter().any(|entry| match &entry.source {
                LockSource::Registry(Some(url)) => !is_public_index(url),
                _ => false,
            })
        };
        let names = project.requirements.iter().map(|requirement| &requirement.value.name.value);
        names.filter(|name| private(name)).cloned().collect()
    }

    /// The URL of the index that a project's sources call by a name; its workspace root's indexes count.
    pub fn index_url(&self, project: &Project, root: Option<&Project>, name: &str) -> Option<String> {
        let manifests = std::iter::once(project).chain(root).flat_map(|project| &project.manifests);
        let mut indexes = manifests.flat_map(|(_, manifest)| &manifest.indexes);
        let named = |index: &&Index| index.name.as_ref().is_some_and(|own| own.value == name);
        indexes.find(named).map(|index| index.url.value.clone())
    }
}

/// Whether an index is one that everybody uploads to.
pub fn is_public_index(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or("");
    let host = host.rsplit('@').next().unwrap_or("");
    PUBLIC_INDEXES.contains(&host.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_indexes_are_known_by_their_host() {
        for (url, expected) in [
            ("https://download.pytorch.org/whl/cu118", true),
            ("https://user:secret@PyPI.org/simple", true),
            ("https://index.example.com/simple", false),
            ("https://example.com/pypi.org/", false),
            ("../wheels", false),
        ] {
            assert_eq!(is_public_index(url), expected, "{url}");
        }
    }
}
