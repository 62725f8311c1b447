//! Which environment each project has, and what is installed there.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Project, Workspace};
use crate::manifest::DistributionName;
use crate::python::ModuleName;
use crate::source::environment::{self, Owner};
use crate::source::{Environment, FoundBy, Installed};
use crate::vfs::{FileId, join};

impl Workspace {
    /// The environment a project's code runs in, read as data. In this order: one selected in the editor for its folder,
    /// its own, that of its uv workspace, the process's active one if it is this project's, one selected for a folder
    /// around it. The last one stands in for several projects; see [`FoundBy::is_own`].
    pub fn environment(&self, project: &Project) -> Option<Arc<Environment>> {
        self.structure.environments.get(project.dir.as_str(), || self.find_environment(project))
    }

    /// What a project's own environment has of a distribution; `None` where it is not installed, or no environment is
    /// known. One that stands in for several projects is no evidence of what a single one gets.
    pub fn installed(&self, project: &Project, name: &DistributionName) -> Option<Installed> {
        let environment = self.environment(project).filter(|found| found.found_by.is_own())?;
        environment.distribution(&self.files, name)
    }

    fn find_environment(&self, project: &Project) -> Option<Arc<Environment>> {
        let root = self.workspace_root(project).filter(|root| root.dir != project.dir);
        let root_dir = root.as_ref().map(|root| root.dir.as_path());
        let selected = self.selected_for(project, root_dir);
        if let Some((environment, true)) = selected {
            return Some(Arc::new(environment));
        }
        let owner = Owner {
            dir: &project.dir,
            name: project.distribution(),
            workspace_root: root_dir,
            alone: self.is_alone(root_dir.unwrap_or(&project.dir)) || self.is_alone(&project.dir),
        };
        let own = || environment::find_environment(&self.files, &owner, &self.surroundings);
        let active = || environment::active_environment(&self.files, &owner, &self.surroundings);
        let of_root = || self.environment(root.as_deref()?).filter(|found| found.found_by.is_own());
        own()
            .or_else(|| selected.map(|(environment, _)| environment))
            .map(Arc::new)
            .or_else(of_root)
            .or_else(|| active().map(Arc::new))
            .or_else(|| self.selected_around(&project.dir))
    }

    /// Whether nothing but the project in a folder was opened.
    fn is_alone(&self, dir: &Utf8Path) -> bool {
        matches!(self.folders.as_slice(), [only] if only.as_str() == dir.as_str())
    }

    /// What was selected for exactly this project or its uv workspace, with whether it is an environment rather than the
    /// system's interpreter.
    fn selected_for(&self, project: &Project, root: Option<&Utf8Path>) -> Option<(Environment, bool)> {
        let selections = self.selections();
        let of = |dir: &Utf8Path| selections.iter().find(|(folder, _)| folder.as_str() == dir.as_str());
        let (_, interpreter) = of(&project.dir).or_else(|| of(root?))?;
        environment::selected_environment(&self.files, interpreter, FoundBy::Selected)
    }

    /// What was selected for the nearest folder around; read once for all projects there.
    fn selected_around(&self, dir: &Utf8Path) -> Option<Arc<Environment>> {
        let selections = self.selections();
        let around = selections.iter().filter(|(folder, _)| dir.starts_with(folder));
        // Of equally near ones the first: it was selected for the folder by name.
        let (_, interpreter) =
            around.rev().max_by_key(|(folder, _)| folder.as_str().len()).map(|(f, i)| (f, i))?;
        self.structure.selected.get(interpreter.as_str(), || {
            let found = environment::selected_environment(&self.files, interpreter, FoundBy::SelectedAround)?;
            Some(Arc::new(found.0))
        })
    }

    /// Folders with the interpreter selected for each (both absolute): those selected by name before those that hold for
    /// all opened folders.
    fn selections(&self) -> Vec<(Utf8PathBuf, Utf8PathBuf)> {
        let all = &self.surroundings.selections;
        let named = all.iter().filter_map(|one| Some((one.folder.clone()?, one)));
        let general = all.iter().filter(|one| one.folder.is_none());
        let general = general.flat_map(|one| self.folders.iter().map(move |folder| (folder.clone(), one)));
        named
            .chain(general)
            .map(|(folder, one)| {
                let interpreter = join(&folder, one.interpreter.as_str());
                (folder, interpreter)
            })
            .collect()
    }

    /// Whether an installed file belongs to a distribution of ours: one with a project here, or configured as shared.
    pub fn installed_first_party(&self, from: &FileId, installed: &FileId) -> bool {
        let Some(project) = self.project_of(from) else { return false };
        let name = self.installed_distribution(&project, installed);
        name.is_some_and(|name| self.names_its_source(&project, &name) || self.is_first_party(&name))
    }

    /// The distribution that put a file into a project's environment; none for a file elsewhere.
    pub fn installed_distribution(&self, project: &Project, installed: &FileId) -> Option<DistributionName> {
        let environment = self.environment(project)?;
        let mut site_packages = environment.site_packages.iter();
        let below = site_packages.find_map(|site| installed.path().strip_prefix(site).ok())?;
        let dotted = below.with_extension("").as_str().replace(std::path::MAIN_SEPARATOR, ".");
        let module = ModuleName::new(dotted.strip_suffix(".__init__").unwrap_or(&dotted))?;
        environment.provider_of(&self.files, &module)
    }

    /// Whether a project says itself where a distribution is taken from: an explicit index, git, a path. What comes from
    /// the public index needs no such line.
    fn names_its_source(&self, project: &Project, name: &DistributionName) -> bool {
        self.dependencies(project)
            .iter()
            .any(|dependency| dependency.name == *name && dependency.source.is_some())
    }
}
