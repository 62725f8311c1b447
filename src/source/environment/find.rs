//! Which environment is a project's.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Environment, FoundBy, hatch, poetry};
use crate::manifest::DistributionName;
use crate::source::Surroundings;
use crate::vfs::{FileId, Files, Grounds, join, normalize};

/// A project that an environment is looked for, as far as that matters.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'p> {
    /// Its folder.
    pub dir: &'p Utf8Path,
    /// Its distribution.
    pub name: Option<&'p DistributionName>,
    /// The root of its uv workspace, where that is another folder.
    pub workspace_root: Option<&'p Utf8Path>,
    /// Whether it is the only project that was opened: then what is said to the whole process is said of it.
    pub alone: bool,
}

impl Owner<'_> {
    /// Where uv keeps the environment.
    fn uv_root(&self) -> &Utf8Path {
        self.workspace_root.unwrap_or(self.dir)
    }

    /// Whether an environment that the process was told of is this project's.
    fn may_own(&self, environment: &Utf8Path) -> bool {
        self.alone || environment.starts_with(self.uv_root())
    }
}

/// Names of environments in a project's folder.
const USUAL: [&str; 5] = [".venv", "venv", "env", ".conda", "envs/default"];

/// The environment that a project has of its own: the one that dg's `.env` names; that of `UV_PROJECT_ENVIRONMENT`;
/// `.venv` and its like in its folder; one of pixi's (`default` before the others); Poetry's and hatch's outside of it.
pub fn find_environment(
    files: &Files,
    owner: &Owner<'_>,
    surroundings: &Surroundings,
) -> Option<Environment> {
    let at = |found_by| move |dir: Utf8PathBuf| Environment::at(files, &dir, found_by);
    let poetry =
        || poetry::environments(files, owner, surroundings).into_iter().find_map(at(FoundBy::Poetry));
    let out_of_tree = poetry::keeps_out(files, owner.dir, surroundings);
    let declared = || declared(files, owner.dir).into_iter().find_map(at(FoundBy::DgVariable));
    declared()
        .or_else(|| uv(owner, surroundings).and_then(at(FoundBy::UvVariable)))
        .or_else(|| if out_of_tree { poetry() } else { None })
        .or_else(|| usual(files, owner.dir).find_map(at(FoundBy::Folder)))
        .or_else(|| pixi(files, owner.dir).find_map(at(FoundBy::Pixi)))
        .or_else(poetry)
        .or_else(|| hatch::environment(files, owner, surroundings).and_then(at(FoundBy::Hatch)))
}

/// The environment that is active in our process, where it is this project's: it lies in the project or its uv
/// workspace, or no other project is open. One shell's environment must not answer for ten locations.
pub fn active_environment(
    files: &Files,
    owner: &Owner<'_>,
    surroundings: &Surroundings,
) -> Option<Environment> {
    // `base` is conda's own and active in most shells; it is no project's.
    let is_base = surroundings.variable("CONDA_DEFAULT_ENV") == Some("base");
    ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter(|name| !(is_base && *name == "CONDA_PREFIX")).find_map(
        |name| {
            let dir = normalize(Utf8Path::new(surroundings.variable(name)?));
            let known = dir.is_absolute() && owner.may_own(&dir);
            if known { Environment::at(files, &dir, FoundBy::Active(name)) } else { None }
        },
    )
}

/// The environment of an interpreter (or the environment's folder) that was selected for a project, with whether it is an environment at all: where
/// the system's own interpreter was selected, or taken because there was no other, an environment of the project's own
/// says more.
pub fn selected_environment(
    files: &Files,
    interpreter: &Utf8Path,
    found_by: FoundBy,
) -> Option<(Environment, bool)> {
    let folder = files.is_dir(interpreter).then(|| interpreter.to_owned());
    let around = folder.is_none().then(|| around(interpreter));
    folder.into_iter().chain(around.into_iter().flatten()).find_map(|dir| {
        let made = files.is_file(&dir.join("pyvenv.cfg")) || files.is_dir(&dir.join("conda-meta"));
        Some((Environment::at(files, &dir, found_by)?, made))
    })
}

/// The environment of the interpreter that dg's `.env` names.
fn declared(files: &Files, dir: &Utf8Path) -> Vec<Utf8PathBuf> {
    let file = dir.join(".env");
    if !files.is_file(&file) {
        return Vec::new();
    }
    let Ok(source) = Grounds::default().text(files, dir, &FileId::new(&file)) else { return Vec::new() };
    let value = source.text.lines().find_map(|line| {
        let line = line.trim();
        let (key, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        (key.trim() == "DG_PROJECT_PYTHON_EXECUTABLE").then(|| value.trim().trim_matches(['"', '\'']))
    });
    let interpreter = value.filter(|value| !value.is_empty()).map(|value| join(dir, value));
    interpreter.iter().flat_map(|interpreter| around(interpreter)).collect()
}

/// The folder of an interpreter's environment is two levels up (`.venv/bin/python`) or, as conda has it on Windows, one.
fn around(interpreter: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> + use<> {
    let (folder, above) = (interpreter.parent(), interpreter.parent().and_then(Utf8Path::parent));
    [above, folder].map(|dir| dir.map(Utf8Path::to_owned)).into_iter().flatten()
}

/// uv takes the variable relative to the root of the workspace.
fn uv(owner: &Owner<'_>, surroundings: &Surroundings) -> Option<Utf8PathBuf> {
    let written = surroundings.variable("UV_PROJECT_ENVIRONMENT")?;
    Some(join(owner.uv_root(), written)).filter(|dir| owner.may_own(dir))
}

/// Environments have a `pyvenv.cfg` or, of conda, a `conda-meta`; other folders may be called the same.
fn usual<'f>(files: &'f Files, dir: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> + use<'f> {
    let is_one = |dir: &Utf8PathBuf| {
        files.is_dir(dir) && (files.is_file(&dir.join("pyvenv.cfg")) || files.is_dir(&dir.join("conda-meta")))
    };
    USUAL.map(|name| dir.join(name)).into_iter().filter(is_one)
}

/// What `detached-environments` moves elsewhere, `.pixi/envs` links to.
fn pixi<'f>(files: &'f Files, dir: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> + use<'f> {
    let environments = dir.join(".pixi/envs");
    let mut names: Vec<String> = files.list(&environments).dirs().map(str::to_owned).collect();
    names.sort_by_key(|name| name != "default");
    names
        .into_iter()
        .map(move |name| environments.join(name))
        .filter(|dir| files.is_dir(&dir.join("conda-meta")))
}
