//! A project's own environment, read as data: what is installed in it, and from where.
//!
//! No interpreter is asked. A virtual environment is recognised by `pyvenv.cfg`, one of conda or pixi by `conda-meta`; what is
//! importable is its `site-packages`, the folders that `.pth` files name, and what editable installs map.

mod editable;
mod find;
mod found_by;
mod hatch;
mod installed;
mod naming;
mod poetry;
mod settings;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};

pub use find::{Owner, active_environment, find_environment, selected_environment};
pub use found_by::FoundBy;
pub use installed::{Installed, Origin, RecordedModule};
pub use naming::digest;

use super::Found;
use super::layout::{Layout, Packages, Root};
use crate::manifest::DistributionName;
use crate::python::ModuleName;
use crate::vfs::Files;

/// An environment on disk.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its folder.
    pub dir: Utf8PathBuf,
    /// Why it is the project's.
    pub found_by: FoundBy,
    /// Where distributions are installed.
    pub site_packages: Vec<Utf8PathBuf>,
    /// Everything that is importable in it, `site-packages` first. Only [`Layout::find`] means something here.
    search: Layout,
    /// What is installed, from the names of the folders alone.
    records: OnceLock<BTreeMap<DistributionName, Record>>,
}

/// Version and `.dist-info` folder of an installed distribution.
type Record = (String, Utf8PathBuf);

impl Environment {
    /// The environment in a folder; `None` where it has no `site-packages`. What its `pyvenv.cfg` says of the system's
    /// own packages is not followed: they lie outside of it, and are nobody's project.
    pub fn at(files: &Files, dir: &Utf8Path, found_by: FoundBy) -> Option<Self> {
        let site_packages = site_packages(files, dir);
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
        let dir = dir.to_owned();
        Some(Self { dir, found_by, site_packages, search, records: OnceLock::new() })
    }

    /// What answers for a module in this environment.
    pub fn find(&self, files: &Files, module: &ModuleName) -> Option<Found> {
        self.search.find(files, module)
    }

    /// Names and versions of all that is installed, from the names of the folders alone; sorted.
    pub fn distributions(&self, files: &Files) -> Vec<(DistributionName, String)> {
        self.records(files).iter().map(|(name, (version, _))| (name.clone(), version.clone())).collect()
    }

    /// What is recorded of one installed distribution.
    pub fn distribution(&self, files: &Files, name: &DistributionName) -> Option<Installed> {
        let (version, dist_info) = self.records(files).get(name)?;
        Some(Installed::read(files, name.clone(), version.clone(), dist_info.clone()))
    }

    /// The distribution that a module was installed by: by the RECORD that lists its file, or by the live tree its
    /// file lies in. Distributions named like the module are asked first, which spares reading all records.
    pub fn provider_of(&self, files: &Files, module: &ModuleName) -> Option<DistributionName> {
        let Some(Found::Module(file)) = self.find(files, module) else { return None };
        let mut records: Vec<_> = self.records(files).iter().collect();
        let top = module.top_level().to_lowercase();
        records.sort_by_key(|(name, _)| name.as_module() != top);
        let installed = |(name, (version, dist_info)): (&DistributionName, &Record)| {
            Installed::read(files, name.clone(), version.clone(), dist_info.clone())
        };
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

    /// Version and folder of each installed distribution. Of one that is there twice, Python sees the first.
    fn records(&self, files: &Files) -> &BTreeMap<DistributionName, Record> {
        self.records.get_or_init(|| {
            let mut records = BTreeMap::new();
            for folder in &self.site_packages {
                for (entry, _) in files.list(folder).iter() {
                    if let Some((name, version)) = installed::name_and_version(entry) {
                        records.entry(name).or_insert_with(|| (version, folder.join(entry)));
                    }
                }
            }
            records
        })
    }
}

/// The `site-packages` of an environment: `lib/python3.13` and `lib/pypy3.11` on Unix, also below `lib64` where that is
/// no link to `lib`, `Lib` on Windows. Python's modules are found in any spelling there, so case does not matter.
fn site_packages(files: &Files, dir: &Utf8Path) -> Vec<Utf8PathBuf> {
    let named = |folder: &Utf8Path, wanted: &str| -> Vec<Utf8PathBuf> {
        let listing = files.list(folder);
        let fitting = listing.dirs().filter(|name| name.eq_ignore_ascii_case(wanted));
        fitting.map(|name| folder.join(name)).collect()
    };
    let mut found: Vec<Utf8PathBuf> = Vec::new();
    let mut real: Vec<Utf8PathBuf> = Vec::new();
    for library in ["lib", "lib64"].into_iter().flat_map(|name| named(dir, name)) {
        let listing = files.list(&library);
        let versions = listing.dirs().filter(|name| name.starts_with("python3") || name.starts_with("pypy3"));
        let folders = versions.map(|name| library.join(name)).chain([library.clone()]);
        for folder in folders.flat_map(|folder| named(&folder, "site-packages")) {
            let path = files.real_path(&folder);
            if !real.contains(&path) {
                real.push(path);
                found.push(folder);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
