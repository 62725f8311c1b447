//! A project's own environment, read as data: what is installed in it, and from where.
//!
//! No interpreter is asked. A virtual environment is recognised by `pyvenv.cfg`, a pixi one by `conda-meta`; what is
//! importable is its `site-packages`, the folders that `.pth` files name, and what editable installs map.

mod editable;
mod installed;

use camino::{Utf8Path, Utf8PathBuf};

pub use installed::{Installed, Origin};

use super::Found;
use super::layout::{Layout, Packages, Root};
use crate::manifest::DistributionName;
use crate::python::ModuleName;
use crate::vfs::{FileId, Files, join};

/// An environment on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// Its folder.
    pub dir: Utf8PathBuf,
    /// Where distributions are installed.
    pub site_packages: Vec<Utf8PathBuf>,
    /// Everything that is importable in it, `site-packages` first. Only [`Layout::find`] means something here.
    search: Layout,
}

/// The environment of the project in `project`: the one that dg's `.env` names, `.venv`, `venv`, or one of pixi's
/// (`default` before the others); then likewise at the root of the project's workspace.
pub fn find_environment(
    files: &Files,
    project: &Utf8Path,
    workspace_root: Option<&Utf8Path>,
) -> Option<Environment> {
    [Some(project), workspace_root].into_iter().flatten().find_map(|dir| {
        let declared = declared(files, dir).into_iter();
        let usual = [".venv", "venv"].map(|name| dir.join(name));
        let usual = usual.into_iter().filter(|dir| files.is_file(&dir.join("pyvenv.cfg")));
        let pixi = pixi(files, dir).filter(|dir| files.is_dir(&dir.join("conda-meta")));
        declared.chain(usual).chain(pixi).find_map(|dir| Environment::at(files, &dir))
    })
}

/// The folder of the interpreter that dg's `.env` names, two levels up (`.venv/bin/python`) or, as conda has it on
/// Windows, one.
fn declared(files: &Files, dir: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Ok(source) = files.text(&FileId::new(&dir.join(".env"))) else { return Vec::new() };
    let value = source.text.lines().find_map(|line| {
        let line = line.trim();
        let (key, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        (key.trim() == "DG_PROJECT_PYTHON_EXECUTABLE").then(|| value.trim().trim_matches(['"', '\'']))
    });
    let Some(value) = value.filter(|value| !value.is_empty()) else { return Vec::new() };
    let interpreter = join(dir, value);
    let (folder, above) = (interpreter.parent(), interpreter.parent().and_then(Utf8Path::parent));
    [above, folder].into_iter().flatten().map(Utf8Path::to_owned).collect()
}

fn pixi<'f>(files: &'f Files, dir: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> + use<'f> {
    let environments = dir.join(".pixi/envs");
    let mut names: Vec<String> = files.list(&environments).dirs().map(str::to_owned).collect();
    names.sort_by_key(|name| name != "default");
    names.into_iter().map(move |name| environments.join(name))
}

impl Environment {
    /// The environment in a folder; `None` where it has no `site-packages`.
    pub fn at(files: &Files, dir: &Utf8Path) -> Option<Self> {
        let library = dir.join("lib");
        let listing = files.list(&library);
        let versions = listing.dirs().filter(|name| name.starts_with("python3") || name.starts_with("pypy3"));
        let unix = versions.map(|name| library.join(name).join("site-packages"));
        let windows = dir.join("Lib").join("site-packages");
        let site_packages: Vec<Utf8PathBuf> =
            unix.chain([windows]).filter(|folder| files.is_dir(folder)).collect();
        if site_packages.is_empty() {
            return None;
        }
        let mut roots: Vec<Root> = site_packages
            .iter()
            .map(|dir| Root { dir: dir.clone(), prefix: None, packages: Packages::all() })
            .collect();
        for folder in &site_packages {
            roots.extend(editable::roots(files, folder));
        }
        let search = Layout { roots, native: Vec::new() };
        Some(Self { dir: dir.to_owned(), site_packages, search })
    }

    /// What answers for a module in this environment.
    pub fn find(&self, files: &Files, module: &ModuleName) -> Option<Found> {
        self.search.find(files, module)
    }

    /// Names and versions of all that is installed, from the names of the folders alone; sorted.
    pub fn distributions(&self, files: &Files) -> Vec<(DistributionName, String)> {
        let mut all: Vec<_> = self.records(files).map(|(name, version, _)| (name, version)).collect();
        all.sort();
        all.dedup();
        all
    }

    /// What is recorded of one installed distribution.
    pub fn distribution(&self, files: &Files, name: &DistributionName) -> Option<Installed> {
        let (name, version, dist_info) = self.records(files).find(|(installed, _, _)| installed == name)?;
        Some(Installed::read(files, name, version, dist_info))
    }

    /// The distribution that a module was installed by: by the RECORD that lists its file, or by the live tree its
    /// file lies in. Distributions named like the module are asked first, which spares reading all records.
    pub fn provider_of(&self, files: &Files, module: &ModuleName) -> Option<DistributionName> {
        let Some(Found::Module(file)) = self.find(files, module) else { return None };
        let mut records: Vec<_> = self.records(files).collect();
        let top = module.top_level().to_lowercase();
        records.sort_by_key(|(name, _, _)| name.as_module() != top);
        let installed = |(name, version, dist_info)| Installed::read(files, name, version, dist_info);
        if self.site_packages.iter().any(|folder| file.path().starts_with(folder)) {
            let listed = records.into_iter().map(installed).find(|installed| installed.lists(files, &file));
            return listed.map(|installed| installed.name);
        }
        let live = records
            .into_iter()
            .map(installed)
            .filter(|installed| installed.origin.live_tree().is_some_and(|dir| file.path().starts_with(dir)));
        // The innermost tree: a workspace root may be installed as well as its member.
        live.max_by_key(|installed| installed.origin.live_tree().map(|dir| dir.components().count()))
            .map(|installed| installed.name)
    }

    /// Name, version and folder of each installed distribution.
    fn records<'f>(
        &'f self,
        files: &'f Files,
    ) -> impl Iterator<Item = (DistributionName, String, Utf8PathBuf)> + 'f {
        self.site_packages.iter().flat_map(move |folder| {
            let listing = files.list(folder);
            let read = |(entry, _): (&str, _)| {
                let (name, version) = installed::name_and_version(entry)?;
                Some((name, version, folder.join(entry)))
            };
            listing.iter().filter_map(read).collect::<Vec<_>>()
        })
    }
}

#[cfg(test)]
mod tests;
