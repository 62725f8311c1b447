//! Holds the computed layouts against the real build backends: each project below is built by its own backend, and
//! the Python files of the wheel are compared with what `Layout::modules` says that it ships. Likewise what backends
//! write for an editable install is read as an `Environment`, which has to lead to the same files. The built archives
//! are mounted, and the projects in them have to ship the same modules once more.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod archives;
mod cases;
mod installs;
#[path = "../python/mod.rs"]
mod python;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::manifest::{DistributionName, ManifestKind, Setuptools, read};
use crossloc::python::ModuleName;
use crossloc::source::Found;
use crossloc::source::environment::{Environment, FoundBy};
use crossloc::source::layout::{Layout, layout};
use crossloc::vfs::{FileId, Files};

/// A project to build.
#[derive(Clone)]
struct Case {
    /// What is special about it; also its folder's name.
    title: &'static str,
    /// `build-backend`; empty for a project without `[build-system]`.
    backend: &'static str,
    /// What stands in the manifest below `[project]`.
    tables: &'static str,
    /// Its Python files, separated by spaces.
    files: &'static str,
    /// Other files with their text.
    extra: &'static [(&'static str, &'static str)],
}

const NAME: &str = "acme-shared";

/// What these ship from outside their source folder, or by another name than its folder has, is copied, left out or
/// refused by an editable install.
const NOT_EDITABLE: &[&str] = &[
    "hatch-sources-rewritten",
    "hatch-force-include",
    "poetry-packages",
    "poetry-globs-and-includes",
    "pdm-includes",
];

#[test]
fn wheels_hold_what_layouts_ship() {
    let temp = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(temp.path().canonicalize().unwrap()).unwrap();
    let (projects, environments) = (root.join("projects"), root.join("environments"));
    let archives = root.join("archives");
    let cases = cases::cases();
    for case in &cases {
        write(case, &projects.join(case.title));
    }
    let wheels = build(&projects, &environments, &archives);
    let mut differences = Vec::new();
    for case in &cases {
        let (modules, error) = &wheels[case.title];
        if let Some(error) = error {
            differences.push(format!("{}: does not build: {error}", case.title));
            continue;
        }
        let dir = projects.join(case.title);
        let found =
            compare(case, &dir, modules).into_iter().chain(lead(case, &dir, &environments.join(case.title)));
        let found = found.chain(archives::differences(case, &archives.join(case.title), modules));
        differences.extend(found.map(|text| format!("{}: {text}", case.title)));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn write(case: &Case, dir: &Utf8Path) {
    let put = |path: &str, text: &str| {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("pyproject.toml", &manifest(case));
    case.files.split_whitespace().for_each(|path| put(path, "\"\"\"A module.\"\"\"\n"));
    case.extra.iter().for_each(|(path, text)| put(path, text));
}

fn manifest(case: &Case) -> String {
    let system = match case.backend {
        "" => String::new(),
        backend => format!("[build-system]\nrequires = []\nbuild-backend = \"{backend}\"\n"),
    };
    let project = format!("[project]\nname = \"{NAME}\"\nversion = \"0.1.0\"\ndescription = \"A test\"\n");
    format!("{system}{project}{}", case.tables)
}

fn layout_of(files: &Files, case: &Case, dir: &Utf8Path) -> Layout {
    let read = read(ManifestKind::Pyproject, &manifest(case));
    let mut build = read.build;
    // That there is nothing to read about setuptools is the sum of several files, which is not what is tested here.
    if case.backend.is_empty() {
        build.setuptools = Some(Setuptools::default());
    }
    layout(files, dir, DistributionName::new(NAME).as_ref(), Some(&build))
}

/// Differences between the wheel's modules and the layout's, and answers of the layout that disagree with each other.
fn compare(case: &Case, dir: &Utf8Path, wheel: &BTreeSet<String>) -> Vec<String> {
    let files = Files::default();
    let layout = layout_of(&files, case, dir);
    let shipped = layout.modules(&files);
    let computed: BTreeSet<String> = shipped.iter().map(|(module, _)| module.to_string()).collect();
    let mut differences = Vec::new();
    for module in wheel.difference(&computed) {
        differences.push(format!("`{module}` is in the wheel only"));
    }
    for module in computed.difference(wheel) {
        differences.push(format!("`{module}` is in the layout only"));
    }
    for (module, file) in &shipped {
        if !layout.ships(&files, module) {
            differences.push(format!("`{module}` is listed and said not to ship"));
        }
        if layout.find(&files, module) != Some(Found::Module(file.clone())) {
            differences.push(format!("`{module}` is found as {:?}", layout.find(&files, module)));
        }
        if layout.module_of(file).as_ref() != Some(module) {
            differences.push(format!("{file:?} is `{module}` and {:?}", layout.module_of(file)));
        }
    }
    for file in case.files.split_whitespace() {
        let unshipped = layout.module_of(&FileId::new(&dir.join(file)));
        if let Some(module) = unshipped.filter(|module| !wheel.contains(module.as_str()))
            && layout.ships(&files, &module)
            && !wheel.iter().any(|other| ModuleName::new(other).unwrap().starts_with(&module))
        {
            differences.push(format!("`{module}` is said to ship"));
        }
    }
    differences
}

/// Modules that the environment of an editable install does not lead to.
fn lead(case: &Case, dir: &Utf8Path, environment: &Utf8Path) -> Vec<String> {
    let files = Files::default();
    if NOT_EDITABLE.contains(&case.title) {
        return Vec::new();
    }
    let shipped = layout_of(&files, case, dir).modules(&files);
    let Some(environment) = Environment::at(&files, environment, FoundBy::Folder) else {
        return vec!["the editable install is no environment".to_owned()];
    };
    let misled = shipped.into_iter().filter_map(|(module, file)| {
        let found = environment.find(&files, &module);
        (found != Some(Found::Module(file))).then(|| format!("`{module}` is installed as {found:?}"))
    });
    misled.collect()
}

type Wheel = (BTreeSet<String>, Option<String>);

/// Builds all projects in one process, by the backends of a virtual environment that is made once.
fn build(projects: &Utf8Path, environments: &Utf8Path, archives: &Utf8Path) -> BTreeMap<String, Wheel> {
    let interpreter = backends();
    let mut command = Command::new(interpreter.as_std_path());
    command.arg(here("build.py")).args([projects, environments, archives]);
    let printed = python::run(&mut command);
    let answer: serde_json::Value = serde_json::from_slice(&printed).unwrap();
    let wheel = |value: &serde_json::Value| {
        let files = value["files"].as_array().into_iter().flatten().filter_map(|path| path.as_str());
        (files.filter_map(module).collect(), value["error"].as_str().map(str::to_owned))
    };
    answer.as_object().unwrap().iter().map(|(title, value)| (title.clone(), wheel(value))).collect()
}

/// The module that a file of a wheel is.
fn module(path: &str) -> Option<String> {
    let stem = path.strip_suffix(".py").or_else(|| path.strip_suffix(".pyi"))?;
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    let (top, rest) = stem.split_once('/').unwrap_or((stem, ""));
    let top = top.strip_suffix("-stubs").unwrap_or(top);
    let dotted = if rest.is_empty() { top.to_owned() } else { format!("{top}.{}", rest.replace('/', ".")) };
    ModuleName::new(&dotted).map(|module| module.to_string())
}

/// The interpreter that has the backends; made by the first test that needs it, as they run side by side.
fn backends() -> Utf8PathBuf {
    static MADE: OnceLock<Utf8PathBuf> = OnceLock::new();
    MADE.get_or_init(|| python::environment("wheels", &here("backends.txt"))).clone()
}

fn here(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wheels").join(name)
}
