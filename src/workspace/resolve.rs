//! One module, one file that imports it: which file is that, whose is it, and who says so.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Project, Reach, Setting, Workspace};
use crate::manifest::DistributionName;
use crate::python::ModuleName;
use crate::source;
use crate::vfs::FileId;

/// What an absolute module name means for one importer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// One file.
    Found(Found),
    /// A PEP 420 namespace package: the folders that make it up.
    Namespace(Vec<Utf8PathBuf>),
    /// Not declared, and several first-party projects have it.
    Ambiguous(Vec<Found>),
    /// Nothing, and why.
    NotFound(NotFound),
}

/// A module's file and who answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file: `.py`, a package's `__init__.py`, or a stub where there is nothing else.
    pub file: FileId,
    /// Who answers for it.
    pub provider: Provider,
}

/// Who answers for a module in one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The live project's folder; none for installed code and loose files.
    pub dir: Option<Utf8PathBuf>,
    /// The distribution.
    pub distribution: Option<DistributionName>,
    /// How the importer stands to it.
    pub standing: Standing,
}

/// How an importing project stands to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the project itself.
    Own,
    /// A loose file beside the importing script or test.
    Beside,
    /// In a folder that Dagster puts on `sys.path` where it loads the project's code.
    WorkingDirectory,
    /// Required, with a live source.
    Direct,
    /// Required by something that is required; the distributions on the way.
    Transitive(Vec<DistributionName>),
    /// Required for the environment by the manifest around the project.
    Environment,
    /// Required, taken from a registry, and shown by the first-party tree of that name.
    Tree,
    /// In the project's own environment.
    Installed,
    /// Not required at all; a first-party project has it.
    Undeclared,
}

/// Why a module has no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// A first-party project has the package and not this module.
    Missing {
        /// The project's folder.
        dir: Utf8PathBuf,
        /// How the importer stands to it.
        standing: Standing,
        /// The longest part of the name that is there.
        known: ModuleName,
    },
    /// It seems to belong to a required distribution that is neither first-party nor installed.
    NotInstalled(DistributionName),
    /// It is there, compiled: it has no Python text.
    Compiled,
    /// Nothing is known of it.
    Unknown,
}

impl Resolution {
    /// The file, where there is exactly one.
    pub fn found(&self) -> Option<&Found> {
        match self {
            Self::Found(found) => Some(found),
            _ => None,
        }
    }
}

impl Workspace {
    /// Resolves an absolute module name for the importing file.
    pub fn resolve(&self, from: &FileId, module: &ModuleName) -> Arc<Resolution> {
        let setting = self.setting(from);
        // Files of one project share their answers, except for what lies beside a script.
        let shared = match (&setting.beside, &setting.project) {
            (Some(beside), _) => beside,
            (None, Some(project)) => project.dir.as_path(),
            (None, None) => from.dir(),
        };
        let known = self.imports().resolutions.get(shared.as_str(), Arc::default);
        known.get(module, || Arc::new(Search::new(self, &setting, module).run()))
    }
}

/// One search: the parts of the answer as they are met.
struct Search<'w> {
    workspace: &'w Workspace,
    setting: &'w Setting,
    module: &'w ModuleName,
    namespaces: Vec<Utf8PathBuf>,
    /// The first first-party provider that has a part of the name as a real file: the longest part wins.
    nearest: Option<(ModuleName, Utf8PathBuf, Standing)>,
    compiled: bool,
}

impl<'w> Search<'w> {
    fn new(workspace: &'w Workspace, setting: &'w Setting, module: &'w ModuleName) -> Self {
        Self { workspace, setting, module, namespaces: Vec::new(), nearest: None, compiled: false }
    }

    fn run(mut self) -> Resolution {
        let Some(project) = self.setting.project.clone() else {
            let found = self.beside().map(Resolution::Found);
            return found.or_else(|| self.undeclared(None)).unwrap_or_else(|| self.give_up(None));
        };
        let closure = self.workspace.closure(&project);
        let (direct, further): (Vec<&Reach>, Vec<&Reach>) =
            closure.reached.iter().partition(|reach| reach.via.is_empty() && !reach.from_parent);
        // A declared source names what provides the module: a stale stub in the project does not win over it.
        let declared = direct.iter().find_map(|reach| self.shipped(reach));
        if let Some(found) = declared.or_else(|| self.beside()).or_else(|| self.own(&project)) {
            return Resolution::Found(found);
        }
        if let Some(found) = further.iter().find_map(|reach| self.shipped(reach)) {
            return Resolution::Found(found);
        }
        // A pinned version that has the package answers for all of it, whatever the environment holds.
        let before = self.nearest.clone();
        if let Some(found) = self.workspace.pinned(&project).iter().find_map(|reach| self.shipped(reach)) {
            return Resolution::Found(found);
        }
        if self.nearest != before {
            return self.give_up(Some(&project));
        }
        if let Some(found) =
            self.installed(&project).or_else(|| closure.reached.iter().find_map(|reach| self.editable(reach)))
        {
            return Resolution::Found(found);
        }
        // What the project has a regular package for is looked for nowhere else.
        if self.compiled || self.nearest.as_ref().is_some_and(|(.., standing)| *standing == Standing::Own) {
            return self.give_up(Some(&project));
        }
        if let Some(found) = self.in_working_directory(&project) {
            return Resolution::Found(found);
        }
        if let Some(answer) = self.undeclared(Some(&project)) {
            return answer;
        }
        self.give_up(Some(&project))
    }

    /// What a live project ships.
    fn shipped(&mut self, reach: &Reach) -> Option<Found> {
        let project = self.workspace.project_at(&reach.dir)?;
        let standing = standing(reach);
        self.in_project(&project, standing, true)
    }

    /// What a live project has without shipping it: an editable install puts its whole source root on `sys.path`.
    fn editable(&mut self, reach: &Reach) -> Option<Found> {
        let project = self.workspace.project_at(&reach.dir)?;
        let standing = standing(reach);
        self.in_project(&project, standing, false)
    }

    fn own(&mut self, project: &Project) -> Option<Found> {
        self.in_project(project, Standing::Own, false)
    }

    fn in_project(&mut self, project: &Project, standing: Standing, shipped_only: bool) -> Option<Found> {
        let part = self.workspace.part_of(project, self.module, shipped_only);
        match &part.found {
            Some(source::Found::Module(file)) => {
                let provider = Provider {
                    dir: Some(project.dir.clone()),
                    distribution: project.distribution().cloned(),
                    standing,
                };
                return Some(Found { file: self.own_name(file), provider });
            }
            Some(source::Found::Namespace(dir)) => self.add_namespace(dir.clone()),
            Some(source::Found::Native(_)) => self.compiled = true,
            None => {}
        }
        // The longest part of the name that is a regular package or module; the first project that has it answers.
        if let Some(prefix) = &part.prefix
            && !self.nearest.as_ref().is_some_and(|(known, ..)| known.starts_with(prefix))
        {
            self.nearest = Some((prefix.clone(), project.dir.clone(), standing));
        }
        None
    }

    /// A file or package that is linked into a project is opened where it really lies.
    fn own_name(&self, file: &FileId) -> FileId {
        FileId::new(&self.workspace.own_name(file.path()))
    }

    fn add_namespace(&mut self, dir: Utf8PathBuf) {
        if !self.namespaces.contains(&dir) {
            self.namespaces.push(dir);
        }
    }

    /// Loose files beside a script or test.
    fn beside(&mut self) -> Option<Found> {
        let dir = self.setting.beside.as_deref()?;
        let project = self.setting.project.as_ref();
        match source::find_in(&self.workspace.files, dir, self.module)? {
            source::Found::Module(file) => Some(Found {
                file: self.own_name(&file),
                provider: Provider {
                    dir: project.map(|project| project.dir.clone()),
                    distribution: project.and_then(|project| project.distribution().cloned()),
                    standing: Standing::Beside,
                },
            }),
            source::Found::Namespace(dir) => {
                self.add_namespace(dir);
                None
            }
            source::Found::Native(_) => {
                self.compiled = true;
                None
            }
        }
    }

    /// What a declared location's `working_directory` makes importable: the project's own code, or that of another.
    fn in_working_directory(&mut self, project: &Project) -> Option<Found> {
        for root in self.workspace.working_directories(project) {
            let file = match source::find_in(&self.workspace.files, root, self.module) {
                Some(source::Found::Module(file)) => self.own_name(&file),
                Some(source::Found::Namespace(dir)) => {
                    self.add_namespace(dir);
                    continue;
                }
                Some(source::Found::Native(_)) => {
                    self.compiled = true;
                    continue;
                }
                None => continue,
            };
            let home = self.workspace.project_of(&file);
            let home = home.as_deref().unwrap_or(project);
            return Some(Found {
                file,
                provider: Provider {
                    dir: Some(home.dir.clone()),
                    distribution: home.distribution().cloned(),
                    standing: Standing::WorkingDirectory,
                },
            });
        }
        None
    }

    fn installed(&mut self, project: &Project) -> Option<Found> {
        let environment = self.workspace.environment(project)?;
        match environment.find(&self.workspace.files, self.module)? {
            source::Found::Module(file) => {
                // An editable install leads into a live tree: its project answers.
                let home = (!file.path().components().any(|part| part.as_str() == "site-packages"))
                    .then(|| self.workspace.project_of(&file))
                    .flatten();
                let distribution = match &home {
                    Some(home) => home.distribution().cloned(),
                    None => environment.provider_of(&self.workspace.files, self.module),
                };
                let provider = Provider {
                    dir: home.map(|home| home.dir.clone()),
                    distribution,
                    standing: Standing::Installed,
                };
                Some(Found { file, provider })
            }
            source::Found::Namespace(dir) => {
                self.add_namespace(dir);
                None
            }
            source::Found::Native(_) => {
                self.compiled = true;
                None
            }
        }
    }

    /// First-party projects that are not reached by any requirement; `None` where no such project has it.
    fn undeclared(&mut self, project: Option<&Project>) -> Option<Resolution> {
        let candidates = self.workspace.shippers(self.module);
        if candidates.is_empty() {
            return None;
        }
        let closure = project.map(|project| self.workspace.closure(project));
        let reached = |dir: &Utf8Path| {
            closure.as_ref().is_some_and(|c| c.reached.iter().any(|reach| reach.dir.as_str() == dir.as_str()))
        };
        let names = project.map(|project| self.workspace.names_behind_closure(project));
        let required = |name: Option<&DistributionName>| {
            name.is_some_and(|name| names.as_ref().is_some_and(|names| names.contains(name)))
        };
        let named = DistributionName::new(self.module.top_level());
        let (mut found, mut unshipped) = (Vec::new(), Vec::new());
        for dir in candidates.iter() {
            if project.is_some_and(|project| project.dir.as_str() == dir.as_str()) || reached(dir) {
                continue;
            }
            let Some(candidate) = self.workspace.project_at(dir) else { continue };
            let standing =
                if required(candidate.distribution()) { Standing::Tree } else { Standing::Undeclared };
            let shipped = self.in_project(&candidate, standing.clone(), true);
            if shipped.is_none() && self.workspace.ships_around(&candidate, self.module) {
                // `packages = ["acme"]` leaves `acme.io` out of a wheel; in the tree it is there.
                unshipped.extend(self.in_project(&candidate, standing, false));
            }
            found.extend(shipped);
        }
        if found.is_empty() {
            found = unshipped;
        }
        // `import dagster` where `dagster` is required from a registry is that, not a folder of this name somewhere.
        if required(named.as_ref()) {
            found.retain(|found: &Found| found.provider.standing == Standing::Tree);
        }
        if found.iter().any(|found| found.provider.standing == Standing::Tree) {
            found.retain(|found| found.provider.standing == Standing::Tree);
        }
        if found.len() > 1 {
            found = self.nearest_of(found);
        }
        match found.len() {
            0 => None,
            1 => found.pop().map(Resolution::Found),
            _ => Some(Resolution::Ambiguous(found)),
        }
    }

    /// Of several trees, those that share the most folders with the importer: a fork beside it is meant rather than
    /// one at the other end of the repository.
    fn nearest_of(&self, found: Vec<Found>) -> Vec<Found> {
        let here = self
            .setting
            .project
            .as_ref()
            .map(|project| project.dir.clone())
            .or_else(|| self.setting.beside.clone());
        let Some(here) = here else { return found };
        let shared = |found: &Found| {
            found.file.path().components().zip(here.components()).take_while(|(a, b)| a == b).count()
        };
        let most = found.iter().map(shared).max().unwrap_or(0);
        found.into_iter().filter(|candidate| shared(candidate) == most).collect()
    }

    fn give_up(self, project: Option<&Project>) -> Resolution {
        if self.compiled {
            return Resolution::NotFound(NotFound::Compiled);
        }
        if !self.namespaces.is_empty() {
            return Resolution::Namespace(self.namespaces);
        }
        if let Some((known, dir, standing)) = self.nearest {
            return Resolution::NotFound(NotFound::Missing { dir, standing, known });
        }
        let top = DistributionName::new(self.module.top_level());
        let names = project.map(|project| self.workspace.closure(project));
        match top.filter(|top| names.is_some_and(|closure| closure.names.contains(top))) {
            Some(name) => Resolution::NotFound(NotFound::NotInstalled(name)),
            None => Resolution::NotFound(NotFound::Unknown),
        }
    }
}

fn standing(reach: &Reach) -> Standing {
    match (reach.from_parent, reach.via.is_empty()) {
        (true, _) => Standing::Environment,
        (false, true) => Standing::Direct,
        (false, false) => Standing::Transitive(reach.via.clone()),
    }
}
