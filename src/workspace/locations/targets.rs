//! Where the code is that a declaration loads.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::manifest::{LocationDeclaration, LocationTarget};
use crate::python::ModuleName;
use crate::source::{self, Found};
use crate::vfs::{FileId, join, relative};
use crate::workspace::{Project, Workspace};

/// What a declaration loads, as far as it was found.
pub(super) struct Code {
    /// The project whose code it is.
    pub project: Option<Utf8PathBuf>,
    /// The module, as declared or as the file is called.
    pub module: Option<String>,
    /// Its file.
    pub file: Option<FileId>,
    /// Which of its definitions.
    pub attribute: Option<String>,
    /// The folder that Dagster puts on `sys.path` for it.
    pub root: Option<Utf8PathBuf>,
    /// Why nothing of it is known.
    pub gap: Option<Gap>,
}

/// Why the code of a declaration is not known.
#[derive(Clone, Debug)]
pub(super) enum Gap {
    /// A file that is not there.
    NoFile(String),
    /// A module that no project has.
    NoModule(String),
    /// A gRPC server.
    Server,
    /// A variable of the environment.
    Environment(String),
    /// Nothing that Dagster could load.
    Nothing,
}

impl Gap {
    /// What is said of it where the location of this name should be judged.
    pub fn told_of(&self, name: &str) -> String {
        match self {
            Self::NoFile(path) => format!("`{path}`, which code location `{name}` loads, is not there"),
            Self::NoModule(module) => {
                format!("`{module}`, which code location `{name}` loads, was not found")
            }
            Self::Server => {
                format!("code location `{name}` is a gRPC server, and no file here says what it loads")
            }
            Self::Environment(variable) => {
                format!("what code location `{name}` loads comes from the environment, as `{variable}`")
            }
            Self::Nothing => format!("no file here says what code location `{name}` loads"),
        }
    }
}

/// The folders that a declaration names.
struct Folders {
    /// That of an image or a bundle, else the declaring file's.
    build: Utf8PathBuf,
    /// `working_directory`, where one is written that is no path in an image.
    working: Option<Utf8PathBuf>,
}

impl Workspace {
    /// The code of a project that itself says which module is loaded.
    pub(super) fn code_in(&self, project: &Project, module: Option<String>) -> Code {
        // An application may load what it requires.
        let brought = |module: &str| {
            let closure = self.closure(project);
            let mut live = closure.reached.iter().filter_map(|reach| self.project_at(&reach.dir));
            live.find_map(|live| self.file_in(&live, module))
        };
        let below = |module: &str| {
            let only = self.only_project(&project.dir, false, module, |project| {
                self.file_in(project, module).is_some()
            })?;
            self.file_in(&only, module)
        };
        let find = |name: &str| self.file_in(project, name).or_else(|| brought(name)).or_else(|| below(name));
        let file = module.as_deref().and_then(find);
        let (dir, root) = (project.dir.clone(), project.dir.clone());
        Code { project: Some(dir), module, file, attribute: None, root: Some(root), gap: None }
    }

    /// The code of an entry of workspace.yaml or dagster_cloud.yaml.
    pub(super) fn code_of(&self, file: &FileId, declared: &LocationDeclaration) -> Code {
        let folders = self.folders_of(file, declared);
        let attribute = declared.attribute.as_ref().map(|attribute| attribute.value.clone());
        let root = Some(folders.root().to_owned()).filter(|root| self.grounds().hold(&self.files, root));
        let nothing = Code { project: None, module: None, file: None, attribute, root, gap: None };
        match &declared.target {
            LocationTarget::Module(name) | LocationTarget::Package(name) => {
                let found = self.find_module(&folders, &name.value, declared);
                let gap = found.is_none().then(|| Gap::NoModule(name.value.clone()));
                let (project, file) = found.map_or((None, None), |(project, file)| (Some(project), file));
                Code { project, file, module: Some(name.value.clone()), gap, ..nothing }
            }
            LocationTarget::File(path) => {
                let found = self.find_file(&folders, &path.value);
                let target = found.clone().unwrap_or_else(|| FileId::new(&join(&folders.build, &path.value)));
                let inside = self.grounds().hold(&self.files, target.dir());
                let project = self.project_of(&target).filter(|_| inside);
                let module = found.as_ref().and_then(|file| self.module_of(file));
                Code {
                    project: project.map(|project| project.dir.clone()),
                    module: module.map(|module| module.to_string()),
                    gap: found.is_none().then(|| Gap::NoFile(relative(target.path(), self.root()))),
                    file: found,
                    ..nothing
                }
            }
            LocationTarget::Grpc(_) => Code { gap: Some(Gap::Server), ..nothing },
            LocationTarget::Environment(variable) => {
                Code { gap: Some(Gap::Environment(variable.clone())), ..nothing }
            }
            LocationTarget::Unknown => Code { gap: Some(Gap::Nothing), ..nothing },
        }
    }

    fn folders_of(&self, file: &FileId, declared: &LocationDeclaration) -> Folders {
        let home = file.dir();
        // What is relative is so to the folder that Dagster is started in: mostly the file's own, else one around it.
        let boundary = self.boundary(home);
        let find = |base: &Utf8Path, path: &str| {
            let is_there = |dir: &Utf8PathBuf| self.files.is_dir(dir);
            let around = home.ancestors().skip(1).take_while(|above| above.starts_with(&boundary));
            let elsewhere = || around.map(|above| join(above, path)).find(is_there);
            Some(join(base, path)).filter(is_there).or_else(elsewhere)
        };
        let build = declared.build_directory.as_ref().and_then(|written| find(home, &written.value));
        let build = build.unwrap_or_else(|| home.to_owned());
        let written = declared.working_directory.as_ref();
        let working = written.and_then(|written| find(&build, &written.value));
        Folders { build, working: working.filter(|dir| self.grounds().hold(&self.files, dir)) }
    }

    /// The file of a `python_file`: relative to the declaring file or the image's folder. A path in an image ends as the
    /// file's path does here.
    fn find_file(&self, folders: &Folders, path: &str) -> Option<FileId> {
        let is_there =
            |path: &Utf8PathBuf| self.files.is_file(path) && self.grounds().hold(&self.files, path);
        let bases = [Some(&folders.build), folders.working.as_ref()];
        let written = bases.into_iter().flatten().map(|base| join(base, path)).find(is_there);
        let in_image = || {
            let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            let ends = (1..parts.len()).map(|skipped| parts.iter().skip(skipped).copied());
            let mut ends = ends.map(|end| join(&folders.build, &end.collect::<Vec<_>>().join("/")));
            if path.starts_with('/') { ends.find(is_there) } else { None }
        };
        written.or_else(in_image).map(|path| FileId::new(&path))
    }

    /// The project that has a module, and the module's file: as the folders name it; else the project around them, or the
    /// only one below, or anywhere, that has it; else one that has at least its package.
    fn find_module(
        &self,
        folders: &Folders,
        name: &str,
        declared: &LocationDeclaration,
    ) -> Option<(Utf8PathBuf, Option<FileId>)> {
        if let Some(file) = self.find_by_path(folders, name) {
            return Some((self.project_of(&file)?.dir.clone(), Some(file)));
        }
        let base = folders.root();
        let interpreter = declared.executable_path.as_ref().map(|path| join(&folders.build, &path.value));
        let around = [self.project_around(base), interpreter.and_then(|path| self.project_around(&path))];
        let around: Vec<_> = around.into_iter().flatten().collect();
        let anywhere = declared.build_directory.is_none();
        let has_module = |project: &Project| self.file_in(project, name).is_some();
        if let Some(project) = around.iter().find(|project| self.file_in(project, name).is_some()) {
            return Some((project.dir.clone(), self.file_in(project, name)));
        }
        if let Some(project) = self.only_project(base, anywhere, name, has_module) {
            return Some((project.dir.clone(), self.file_in(&project, name)));
        }
        let package = name.split('.').next().unwrap_or_default();
        let has_package = |project: &Project| {
            let module = ModuleName::new(package);
            module.is_some_and(|module| project.ships && project.layout.find(&self.files, &module).is_some())
        };
        let with_package = around.into_iter().find(|project| has_package(project));
        let with_package = with_package.or_else(|| self.only_project(base, anywhere, name, has_package));
        with_package.map(|project| (project.dir.clone(), None))
    }

    /// The file of a module below the folders that a declaration names.
    fn find_by_path(&self, folders: &Folders, name: &str) -> Option<FileId> {
        let roots = [folders.working.as_ref(), Some(&folders.build)];
        roots.into_iter().flatten().find_map(|root| self.file_below(root, name))
    }

    /// Dagster imports by whatever name is written: `00_start.definitions` is no name that an import statement could have.
    fn file_below(&self, root: &Utf8Path, name: &str) -> Option<FileId> {
        let found = source::find_named(&self.files, root, name)?;
        match found {
            Found::Module(file) => Some(file).filter(|file| self.grounds().hold(&self.files, file.path())),
            Found::Native(_) | Found::Namespace(_) => None,
        }
    }

    fn file_in(&self, project: &Project, name: &str) -> Option<FileId> {
        match ModuleName::new(name) {
            Some(module) => match project.layout.find(&self.files, &module)? {
                Found::Module(file) => Some(file),
                Found::Native(_) | Found::Namespace(_) => None,
            },
            None => {
                let mut roots = project.layout.roots.iter().filter(|root| root.prefix.is_none());
                roots.find_map(|root| self.file_below(&root.dir, name))
            }
        }
    }

    /// The only project below a folder, or else anywhere, of which something holds; `module` is what it is to have.
    fn only_project(
        &self,
        base: &Utf8Path,
        anywhere: bool,
        module: &str,
        holds: impl Fn(&Project) -> bool,
    ) -> Option<Arc<Project>> {
        let discovery = self.discovery();
        let having = discovery.having(self, module.split('.').next().unwrap_or_default());
        let projects = having.iter().filter_map(|dir| self.project_at(dir));
        let all: Vec<_> = projects.filter(|project| holds(project)).collect();
        let mut below = all.iter().filter(|project| project.dir.starts_with(base));
        match (below.next(), below.next(), all.as_slice()) {
            (Some(only), None, _) => Some(only.clone()),
            (None, _, [only]) if anywhere => Some(only.clone()),
            _ => None,
        }
    }
}

impl Folders {
    /// What Dagster puts on `sys.path`.
    fn root(&self) -> &Utf8Path {
        self.working.as_deref().unwrap_or(&self.build)
    }
}

/// The folders of code that deployments load and no manifest lies around: each is the project of its locations. From the
/// walk and the manifests alone.
pub(in crate::workspace) fn loose_folders(workspace: &Workspace) -> Vec<Utf8PathBuf> {
    let mut loose = Vec::new();
    for (file, manifest) in workspace.deployments() {
        for declared in &manifest.locations {
            let folders = workspace.folders_of(&file, declared);
            let target = match &declared.target {
                LocationTarget::Module(name) | LocationTarget::Package(name) => {
                    workspace.find_by_path(&folders, &name.value)
                }
                LocationTarget::File(path) => workspace.find_file(&folders, &path.value),
                LocationTarget::Grpc(_) | LocationTarget::Environment(_) | LocationTarget::Unknown => None,
            };
            let Some(target) =
                target.filter(|target| workspace.written_project_around(target.dir()).is_none())
            else {
                continue;
            };
            let root = folders.root();
            let inside = target.path().starts_with(root);
            loose.push(if inside { root.to_owned() } else { target.dir().to_owned() });
        }
    }
    loose.sort();
    loose.dedup();
    loose
}
