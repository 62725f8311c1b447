//! What a project requires, and where each requirement is taken from.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Declared, Place, Project, Workspace};
use crate::manifest::{
    DistributionName, DocumentKind, Group, ManifestKind, Requirement, SourceEntry, SourceKind,
};
use crate::vfs::{FileId, join};

/// One requirement with its effective source.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The distribution.
    pub name: DistributionName,
    /// The requirement; none for a path without a name (`-e ../shared`).
    pub requirement: Option<Requirement>,
    /// In which list it stands.
    pub group: Group,
    /// Where it is declared: the requirement's name, or the path.
    pub place: Place,
    /// Where it is taken from.
    pub provision: Provision,
    /// Where the source is declared, if it is.
    pub source: Option<Place>,
}

/// Where a requirement is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provision {
    /// A project on disk, by path, workspace or editable requirement.
    Live {
        /// The project's folder.
        dir: Utf8PathBuf,
        /// By which strategy.
        strategy: Strategy,
    },
    /// A path source that leads to no folder.
    NoFolder(Utf8PathBuf),
    /// A path source whose folder holds no project.
    NoProject(Utf8PathBuf),
    /// `workspace = true` for what is no member of the workspace at this root, or of none at all.
    NotMember(Option<Utf8PathBuf>),
    /// An archive on disk.
    Archive(Utf8PathBuf),
    /// A git repository.
    Git(GitSource),
    /// An archive's URL.
    Url,
    /// An index: the default, or a named one.
    Registry,
}

/// A git source as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitSource {
    /// The URL as written.
    pub url: String,
    /// Tag, revision or branch, with its place; none for whatever the default branch holds.
    pub reference: Option<(String, Place)>,
    /// The folder of the project inside.
    pub subdirectory: Option<String>,
}

/// How shared code is shared, as reports name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strategy {
    /// A path source.
    Path,
    /// A member of the same uv workspace.
    Workspace,
    /// In a git submodule.
    Submodule,
    /// A commit of a git repository.
    Git,
    /// A version from a package index.
    Registry,
}

impl Strategy {
    /// The strategy by which something is taken; none where it cannot be.
    pub fn of(provision: &Provision) -> Option<Self> {
        match provision {
            Provision::Live { strategy, .. } => Some(*strategy),
            Provision::Git(_) => Some(Self::Git),
            Provision::Registry | Provision::Url => Some(Self::Registry),
            Provision::Archive(_) => Some(Self::Path),
            Provision::NoFolder(_) | Provision::NoProject(_) | Provision::NotMember(_) => None,
        }
    }

    /// The word of the JSON interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Workspace => "workspace",
            Self::Submodule => "submodule",
            Self::Git => "git",
            Self::Registry => "registry",
        }
    }
}

impl Workspace {
    /// Everything a project requires, in the order of its manifests; its own name (`etl[extra]`) is left out.
    pub fn dependencies(&self, project: &Project) -> Arc<Vec<Dependency>> {
        self.structure
            .dependencies
            .get(project.dir.as_str(), || Arc::new(self.work_out_dependencies(project)))
    }

    fn work_out_dependencies(&self, project: &Project) -> Vec<Dependency> {
        let root = self.workspace_root(project);
        let mut out = Vec::new();
        for declared in &project.requirements {
            let requirement = &declared.value;
            let name = requirement.name.value.clone();
            if project.distribution() == Some(&name)
                || matches!(requirement.group, Group::Constraint | Group::Override | Group::Build)
            {
                continue;
            }
            let (provision, source) = self.provision(project, root.as_deref(), declared);
            out.push(Dependency {
                name,
                group: requirement.group.clone(),
                place: Place { file: declared.file.clone(), range: requirement.name.range },
                requirement: Some(requirement.clone()),
                provision,
                source,
            });
        }
        for declared in project.paths.iter().filter(|path| path.value.group != Group::Constraint) {
            let Some(provision) = self.entry(project, None, &declared.value.entry, &declared.file) else {
                continue;
            };
            let found = match &provision {
                Provision::Live { dir, .. } if *dir != project.dir => {
                    self.project_at(dir).and_then(|p| p.distribution().cloned())
                }
                Provision::Live { .. } => continue,
                _ => None,
            };
            let guessed = || {
                let path = match &provision {
                    Provision::NoFolder(path) | Provision::NoProject(path) => path,
                    _ => return None,
                };
                DistributionName::new(path.file_name()?)
            };
            let Some(name) = found.or_else(guessed) else { continue };
            let place = Place { file: declared.file.clone(), range: declared.value.range };
            let source = Some(place.clone());
            out.push(Dependency {
                name,
                requirement: None,
                group: declared.value.group.clone(),
                place,
                provision,
                source,
            });
        }
        out
    }

    /// The effective source of one requirement: what it says itself, the project's own table, the workspace root's, the
    /// environment's, a registry.
    fn provision(
        &self,
        project: &Project,
        root: Option<&Project>,
        declared: &Declared<Requirement>,
    ) -> (Provision, Option<Place>) {
        let requirement = &declared.value;
        if let Some(entry) = &requirement.source
            && let Some(provision) = self.entry(project, root, entry, &declared.file)
        {
            return (provision, Some(Place { file: declared.file.clone(), range: entry.range }));
        }
        let tables =
            std::iter::once((project, &project.sources)).chain(root.map(|root| (root, &root.sources)));
        for (owner, sources) in tables {
            let of_name = sources.iter().filter(|source| source.value.name.value == requirement.name.value);
            for source in of_name {
                let place = Place { file: source.file.clone(), range: source.value.range };
                let mut answers = source
                    .value
                    .entries
                    .iter()
                    .filter_map(|entry| self.entry(owner, root, entry, &source.file));
                // Of a list, navigation takes the first live one: which marker holds depends on a machine.
                let first = answers.next();
                let live = |answer: &Provision| matches!(answer, Provision::Live { .. });
                let chosen = match first {
                    Some(first) if !live(&first) => answers.find(live).or(Some(first)),
                    other => other,
                };
                if let Some(provision) = chosen {
                    return (provision, Some(place));
                }
            }
        }
        self.environment_source(project, root, requirement).unwrap_or((Provision::Registry, None))
    }

    /// From where the environment that a project is installed into takes a distribution: pixi's tables of the project and
    /// of a folder above, and requirements there, say it beside what the project itself requires.
    fn environment_source(
        &self,
        project: &Project,
        root: Option<&Project>,
        requirement: &Requirement,
    ) -> Option<(Provision, Option<Place>)> {
        let wanted = &requirement.name.value;
        let of_environment = |entry: &&Declared<Requirement>| {
            entry.value.name.value == *wanted && matches!(entry.value.group, Group::Environment(_))
        };
        let own = project.requirements.iter().filter(of_environment).find_map(|declared| {
            let entry = declared.value.source.as_ref()?;
            let place = Place { file: declared.file.clone(), range: entry.range };
            Some((self.entry(project, root, entry, &declared.file)?, Some(place)))
        });
        own.or_else(|| {
            let parents = self.environment_parents(project).into_iter();
            parents.flat_map(|parent| self.dependencies(&parent).to_vec()).find_map(|dependency| {
                let live = matches!(dependency.provision, Provision::Live { .. });
                let counts = dependency.name == *wanted && live && !dependency.group.is_development();
                counts.then_some((dependency.provision, dependency.source))
            })
        })
    }

    /// What one source entry leads to; `owner` is the project whose manifest holds it.
    pub(super) fn entry(
        &self,
        owner: &Project,
        root: Option<&Project>,
        entry: &SourceEntry,
        file: &FileId,
    ) -> Option<Provision> {
        Some(match &entry.kind {
            SourceKind::Path { path, subdirectory, .. } => {
                let mut target = join(file.dir(), &path.value);
                if let Some(below) = subdirectory {
                    target = join(&target, below);
                }
                self.path_provision(file, &path.value, target)
            }
            SourceKind::Workspace => {
                let name = self.source_name(owner, entry, file)?;
                let Some(root) = root else { return Some(Provision::NotMember(None)) };
                match self.member_named(root, &name) {
                    Some(dir) => Provision::Live { dir, strategy: Strategy::Workspace },
                    None => Provision::NotMember(Some(root.dir.clone())),
                }
            }
            SourceKind::Git { url, reference, subdirectory } => {
                let place = |range| Place { file: file.clone(), range };
                let reference = reference.as_ref().map(|found| (found.value.clone(), place(found.range)));
                let (url, subdirectory) = (url.value.clone(), subdirectory.clone());
                Provision::Git(GitSource { url, reference, subdirectory })
            }
            SourceKind::Url(_) => Provision::Url,
            SourceKind::Index(_) => Provision::Registry,
        })
    }

    fn path_provision(&self, file: &FileId, written: &str, target: Utf8PathBuf) -> Provision {
        let archive =
            [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"].iter().any(|end| target.as_str().ends_with(end));
        if archive {
            return Provision::Archive(target);
        }
        // pip reads paths in a requirements file from the folder it is run in, which may be any around the file.
        let by_pip = DocumentKind::of(file.path()) == DocumentKind::Manifest(ManifestKind::Requirements);
        let boundary = self.boundary(file.dir());
        let mut above = file.dir().ancestors().take_while(|dir| by_pip && dir.starts_with(&boundary));
        let found = Some(target.clone()).filter(|dir| self.files.is_dir(dir));
        let found = found
            .or_else(|| above.find_map(|dir| Some(join(dir, written)).filter(|dir| self.files.is_dir(dir))));
        let Some(dir) = found else { return Provision::NoFolder(target) };
        let has = |name: &str| self.files.is_file(&dir.join(name));
        if !(has("pyproject.toml") || has("setup.py") || has("setup.cfg")) {
            return Provision::NoProject(dir);
        }
        let strategy = if self.in_submodule(&dir) { Strategy::Submodule } else { Strategy::Path };
        Provision::Live { dir: self.own_name(&dir), strategy }
    }

    /// A source entry knows its distribution only through the table it stands in.
    fn source_name(&self, owner: &Project, entry: &SourceEntry, file: &FileId) -> Option<DistributionName> {
        let holds = |s: &&Declared<crate::manifest::Source>| {
            s.file == *file && s.value.entries.iter().any(|e| e.range == entry.range)
        };
        owner.sources.iter().find(holds).map(|source| source.value.name.value.clone())
    }

    /// The folder of a workspace's member by its distribution's name. Folders that bear the name are asked first, so
    /// that one lookup in a large workspace does not read every manifest.
    fn member_named(&self, root: &Project, name: &DistributionName) -> Option<Utf8PathBuf> {
        let members = self.workspace_members(root);
        let bears =
            |dir: &&Utf8PathBuf| dir.file_name().and_then(DistributionName::new).as_ref() == Some(name);
        let is = |dir: &&Utf8PathBuf| {
            self.project_at(dir).is_some_and(|project| project.distribution() == Some(name))
        };
        members.iter().filter(bears).find(is).or_else(|| members.iter().find(is)).cloned()
    }

    /// Whether a folder lies in a git submodule of the repository around it.
    pub fn in_submodule(&self, dir: &Utf8Path) -> bool {
        let boundary = self.boundary(dir);
        let mut ancestors = dir.ancestors().take_while(|ancestor| ancestor.starts_with(&boundary));
        ancestors.any(|ancestor| self.is_submodule(ancestor)) || self.declared_submodule(dir).is_some()
    }

    /// The `.gitmodules` entry whose path holds `dir`: the file, and the entry's folder.
    pub fn declared_submodule(&self, dir: &Utf8Path) -> Option<(FileId, Utf8PathBuf)> {
        let boundary = self.boundary(dir);
        for ancestor in dir.ancestors().skip(1).take_while(|ancestor| ancestor.starts_with(&boundary)) {
            let file = ancestor.join(".gitmodules");
            if !self.files.is_file(&file) {
                continue;
            }
            let file = FileId::new(&file);
            let manifest = self.manifest(&file)?;
            let paths = manifest.submodules.iter().filter_map(|s| s.path.as_ref());
            if let Some(path) =
                paths.map(|path| join(ancestor, &path.value)).find(|path| dir.starts_with(path))
            {
                return Some((file, path));
            }
        }
        None
    }
}
