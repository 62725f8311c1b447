//! What a file's place means: whose it is, what is importable beside it, whether it is deployed.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Project, Workspace};
use crate::python::ModuleName;
use crate::vfs::FileId;

/// What all Python files of one folder have in common.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The project they belong to.
    pub project: Option<Arc<Project>>,
    /// The folder that Python (for a script) or pytest (for a test) would put first on `sys.path`: the nearest one
    /// upward that is no package. None for code the project ships, which is imported, not run from its folder.
    pub beside: Option<Utf8PathBuf>,
    /// Whether it is deployed code, as opposed to tests, docs, examples, scripts and templates.
    pub deployed: bool,
}

/// Folders whose code is run around a project and never deployed with it.
const AROUND: [&str; 22] = [
    "test",
    "tests",
    "testing",
    "doc",
    "docs",
    "example",
    "examples",
    "sample",
    "samples",
    "benchmark",
    "benchmarks",
    "bench",
    "script",
    "scripts",
    "template",
    "templates",
    "tools",
    "tool",
    "ci",
    "notebooks",
    "fixtures",
    "hack",
];

impl Workspace {
    /// The setting of a file.
    pub fn setting(&self, file: &FileId) -> Arc<Setting> {
        self.setting_of_dir(file.dir())
    }

    fn setting_of_dir(&self, dir: &Utf8Path) -> Arc<Setting> {
        self.structure.settings.get(dir.as_str(), || {
            let project = self.project_around(dir);
            let top = project.as_ref().map_or_else(|| self.boundary(dir), |project| project.dir.clone());
            let shipped = project.as_ref().is_some_and(|project| self.is_shipped(project, dir));
            let beside = (!shipped).then(|| self.first_non_package(dir, &top));
            let below = dir.strip_prefix(&top).unwrap_or(dir);
            let deployed = project.is_some() && !below.components().any(|part| is_around(part.as_str()));
            Arc::new(Setting { project, beside, deployed })
        })
    }

    /// Whether a file goes where its project goes: into the wheel, if there is one.
    fn is_shipped_file(&self, file: &FileId) -> bool {
        let setting = self.setting(file);
        let Some(project) = setting.project.as_ref().filter(|project| project.ships) else { return true };
        let module = project.layout.module_of(file);
        module.is_some_and(|module| project.layout.ships(&self.files, &module))
    }

    /// Whether files in `dir` are imported as part of what the project ships.
    fn is_shipped(&self, project: &Project, dir: &Utf8Path) -> bool {
        let initial = FileId::new(&dir.join("__init__.py"));
        let Some(module) = project.layout.module_of(&initial) else { return false };
        let package = self.files.is_file(initial.path());
        project.ships && (package || module.parent().is_some()) && project.layout.ships(&self.files, &module)
    }

    fn first_non_package(&self, dir: &Utf8Path, top: &Utf8Path) -> Utf8PathBuf {
        let mut at = dir;
        while at != top && self.files.is_file(&at.join("__init__.py")) {
            let Some(above) = at.parent() else { break };
            at = above;
        }
        at.to_owned()
    }

    /// Whether a folder lies in a test, sample, doc or template folder of what was opened; what encloses the opened
    /// folders does not count, so that a sample opened by itself is judged.
    pub fn is_around(&self, dir: &Utf8Path) -> bool {
        self.below_opened(dir).components().any(|part| is_around(part.as_str()))
    }

    /// A folder without what encloses the opened one, or the repository, that it lies in.
    pub(super) fn below_opened(&self, dir: &Utf8Path) -> Utf8PathBuf {
        let opened =
            self.folders.iter().filter(|folder| dir.starts_with(folder)).max_by_key(|f| f.as_str().len());
        let around = opened.cloned().unwrap_or_else(|| self.boundary(dir));
        dir.strip_prefix(around).unwrap_or(dir).to_owned()
    }

    /// The absolute name of the module that a file is, as its own project imports it.
    pub fn module_of(&self, file: &FileId) -> Option<ModuleName> {
        let setting = self.setting(file);
        let shipped = setting.project.as_ref().and_then(|project| project.layout.module_of(file));
        match (&setting.beside, shipped) {
            (Some(beside), _) => module_below(beside, file),
            (None, shipped) => shipped,
        }
    }

    /// Whether a file is deployed code of its project: see [`Setting::deployed`]; single test files beside the code
    /// are told by their names.
    pub fn is_deployed(&self, file: &FileId) -> bool {
        let name = file.file_name();
        let test = name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py";
        let tool =
            matches!(name, "setup.py" | "noxfile.py" | "tasks.py" | "conf.py" | "dodo.py" | "fabfile.py");
        !test && !tool && self.setting(file).deployed && self.is_shipped_file(file)
    }
}

/// Whether code in a folder of this name is run around the project: `tests`, `etl_tests`, `docs`, …
pub fn is_around(name: &str) -> bool {
    AROUND.contains(&name)
        || name.ends_with("_tests")
        || name.ends_with("-tests")
        || ["example", "examples", "sample", "samples"]
            .iter()
            .any(|word| name.strip_suffix(word).is_some_and(|rest| rest.ends_with(['-', '_'])))
        || name.starts_with("tests_")
        || name.contains("{{")
}

/// The dotted name of a file below a folder on `sys.path`.
fn module_below(dir: &Utf8Path, file: &FileId) -> Option<ModuleName> {
    let below = file.path().strip_prefix(dir).ok()?.with_extension("");
    let dotted = below.as_str().replace(std::path::MAIN_SEPARATOR, ".");
    ModuleName::new(dotted.strip_suffix(".__init__").unwrap_or(&dotted))
}
