//! Which modules a live project has and ships, by its build backend's own rules.
//!
//! A [`Layout`] is computed from the manifest and a few top-level listings. What can be imported from the live tree
//! ([`Layout::find`]) is more than what the wheel would hold ([`Layout::ships`]): an editable install puts whole
//! folders on `sys.path`. Files that a `.gitignore` names count as shipped, since backends differ in that and build
//! hooks add generated ones.

mod built;
mod flit;
mod hatch;
mod maturin;
mod modules;
mod packages;
mod pattern;
mod pdm;
mod poetry;
mod setuptools;
mod unknown;
mod uv;

use camino::{Utf8Path, Utf8PathBuf};

pub use built::{installed, unpacked};
pub use packages::{Packages, Rule};
pub use pattern::Globs;

use super::Found;
use super::lookup::find_below;
use crate::manifest::{BuildSystem, DistributionName, DocumentKind};
use crate::python::{ModuleName, is_identifier};
use crate::vfs::{FileId, Files, join};

/// Where a project's modules are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// In the order of precedence; a folder inside another one stands before it, unless it is itself a package there.
    pub roots: Vec<Root>,
    /// Compiled modules, with the crate's manifest that they are built from.
    pub native: Vec<(ModuleName, Utf8PathBuf)>,
}

/// A folder with modules.
#[derive(Clone, Debug, PartialEq)]
pub struct Root {
    /// The absolute folder; a file where a manifest places one module by itself.
    pub dir: Utf8PathBuf,
    /// The module that `dir` itself is; `None` where it is a folder for `sys.path`.
    pub prefix: Option<ModuleName>,
    /// Which of what lies below is shipped.
    pub packages: Packages,
}

/// Reads the layout of the project in `dir` (absolute). `name` is the distribution's; `build` is `None` for a virtual
/// project, whose own folder and `src` are then taken. A backend that is not known, or whose rules find nothing, is
/// answered with every place where modules could be.
pub fn layout(
    files: &Files,
    dir: &Utf8Path,
    name: Option<&DistributionName>,
    build: Option<&BuildSystem>,
) -> Layout {
    let mut layout = build.map(|build| by_backend(files, dir, name, build)).unwrap_or_default();
    // Deeper folders first, so that the first root that holds a file names it; equal depths keep the backend's order.
    layout.roots.sort_by_key(|root| (root.prefix.is_none(), usize::MAX - root.dir.components().count()));
    if layout.roots.is_empty() {
        layout.roots = unknown::roots(files, dir);
    }
    layout
}

fn by_backend(files: &Files, dir: &Utf8Path, name: Option<&DistributionName>, build: &BuildSystem) -> Layout {
    let module = name.map(DistributionName::as_module);
    let module = module.as_deref();
    let only = |roots| Layout { roots, native: Vec::new() };
    match Backend::of(build) {
        Some(Backend::Hatch) => {
            only(hatch::roots(files, dir, module, &build.hatch.clone().unwrap_or_default()))
        }
        Some(Backend::Setuptools) => {
            only(setuptools::roots(files, dir, &build.setuptools.clone().unwrap_or_default()))
        }
        Some(Backend::Poetry) => {
            only(poetry::roots(files, dir, module, &build.poetry.clone().unwrap_or_default()))
        }
        Some(Backend::Flit) => only(flit::roots(files, dir, module, &build.flit.clone().unwrap_or_default())),
        Some(Backend::Pdm) => only(pdm::roots(files, dir, &build.pdm.clone().unwrap_or_default())),
        Some(Backend::Uv) => only(uv::roots(files, dir, module, &build.uv.clone().unwrap_or_default())),
        Some(Backend::Maturin) => {
            maturin::layout(files, dir, module, &build.maturin.clone().unwrap_or_default())
        }
        None => Layout::default(),
    }
}

/// Whether the layout of what a backend ships is known: no backend is setuptools, one that is known by its tables alone
/// wraps another and may add to what that does.
pub fn knows_backend(build: &BuildSystem) -> bool {
    build.backend.as_ref().is_none_or(|backend| Backend::named(&backend.value).is_some())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backend {
    Hatch,
    Setuptools,
    Poetry,
    Flit,
    Pdm,
    Uv,
    Maturin,
}

impl Backend {
    /// By the backend's name; where that is none we know (a wrapper of the project's own), by the only table that is
    /// filled.
    fn of(build: &BuildSystem) -> Option<Self> {
        let written = build.backend.as_ref().map(|backend| backend.value.as_str()).unwrap_or("");
        if let Some(backend) = Self::named(written) {
            return Some(backend);
        }
        let tables = [
            (build.hatch.is_some(), Backend::Hatch),
            (build.setuptools.is_some(), Backend::Setuptools),
            (build.poetry.is_some(), Backend::Poetry),
            (build.flit.is_some(), Backend::Flit),
            (build.pdm.is_some(), Backend::Pdm),
            (build.uv.is_some(), Backend::Uv),
            (build.maturin.is_some(), Backend::Maturin),
        ];
        let mut filled = tables.iter().filter(|(filled, _)| *filled);
        let only = filled.next();
        if filled.next().is_some() { None } else { only.map(|(_, backend)| *backend) }
    }

    fn named(written: &str) -> Option<Self> {
        const NAMES: [(&str, Backend); 9] = [
            ("hatchling", Backend::Hatch),
            ("setuptools", Backend::Setuptools),
            ("poetry", Backend::Poetry),
            ("flit", Backend::Flit),
            ("pdm", Backend::Pdm),
            ("uv_build", Backend::Uv),
            ("uv", Backend::Uv),
            ("maturin", Backend::Maturin),
            ("hatch", Backend::Hatch),
        ];
        let head = written.split(['.', ':']).next().unwrap_or("");
        let named = NAMES.iter().find(|(name, _)| {
            head.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        });
        named.map(|(_, backend)| *backend)
    }
}

impl Root {
    /// A folder for `sys.path`.
    fn path(dir: Utf8PathBuf, packages: Packages) -> Self {
        Self { dir, prefix: None, packages }
    }

    /// The module as segments below this root; `None` where it lies elsewhere.
    fn below<'m>(&self, module: &'m ModuleName) -> Option<Vec<&'m str>> {
        let skip = match &self.prefix {
            None => 0,
            Some(prefix) => module.starts_with(prefix).then(|| prefix.segments().count())?,
        };
        Some(module.segments().skip(skip).collect())
    }

    /// The module that a file below this root is, where its path spells one.
    pub(super) fn module_of(&self, path: &Utf8Path) -> Option<ModuleName> {
        let mut segments: Vec<&str> = self.prefix.iter().flat_map(|prefix| prefix.segments()).collect();
        let relative = path.strip_prefix(&self.dir).ok()?;
        if !relative.as_str().is_empty() {
            if !DocumentKind::of(relative).is_python() {
                return None;
            }
            let top = segments.len();
            segments.extend(relative.parent().iter().flat_map(|dir| dir.components()).map(|c| c.as_str()));
            segments.extend(relative.file_stem().filter(|stem| *stem != "__init__"));
            if let (0, Some(first)) = (top, segments.first_mut()) {
                *first = first.strip_suffix("-stubs").unwrap_or(first);
            }
        }
        ModuleName::new(&segments.join("."))
    }
}

impl Layout {
    /// What answers for a module in the live tree: everything below the roots that are on `sys.path`, and what the
    /// manifest places elsewhere. Files win over compiled modules, these over parts of a namespace.
    pub fn find(&self, files: &Files, module: &ModuleName) -> Option<Found> {
        let mut second = self.native_module(module);
        for root in &self.roots {
            let found = match root.below(module) {
                Some(segments) => find_below(files, &root.dir, &segments),
                None => root
                    .prefix
                    .as_ref()
                    .filter(|prefix| prefix.starts_with(module))
                    .map(|_| Found::Namespace(root.dir.clone())),
            };
            match (found, &second) {
                (Some(Found::Module(file)), _) => return Some(Found::Module(file)),
                (Some(found @ Found::Native(_)), None | Some(Found::Namespace(_))) => second = Some(found),
                (Some(found), None) => second = Some(found),
                _ => {}
            }
        }
        second
    }

    /// The module that a file is by its place below a root; what is asked is the path alone.
    pub fn module_of(&self, file: &FileId) -> Option<ModuleName> {
        self.roots.iter().find_map(|root| root.module_of(file.path()))
    }

    /// Whether the backend's rules found nothing, or there are none, so that every place where modules could be was taken.
    pub fn is_guessed(&self) -> bool {
        self.roots.iter().any(|root| root.packages.exclude.contains(&Rule::OtherProjects))
    }

    fn native_module(&self, module: &ModuleName) -> Option<Found> {
        let (_, crate_manifest) = self.native.iter().find(|(name, _)| name == module)?;
        Some(Found::Native(crate_manifest.clone()))
    }
}

/// Adds rules to the root with this folder and prefix, which is made where it is not there yet.
fn add(roots: &mut Vec<Root>, dir: Utf8PathBuf, prefix: Option<ModuleName>, include: Vec<Rule>) {
    match roots.iter_mut().find(|root| (&root.dir, &root.prefix) == (&dir, &prefix)) {
        Some(root) => root.packages.include.extend(include),
        None => roots.push(Root { dir, prefix, packages: Packages { include, exclude: Vec::new() } }),
    }
}

/// The name of the entry of `dir` that is `name`, else of the only one that is `name` but for its case: backends
/// compare with the name as the project writes it, of which only the normalised form is known here.
fn entry(files: &Files, dir: &Utf8Path, name: &str) -> Option<String> {
    let listing = files.list(dir);
    if listing.kind(name).is_some() {
        return Some(name.to_owned());
    }
    let mut same = listing.iter().filter(|(entry, _)| entry.to_lowercase() == name.to_lowercase());
    let only = same.next().map(|(entry, _)| entry.to_owned());
    if same.next().is_some() { None } else { only }
}

/// A folder path of a manifest as the module it becomes: `acme/io` is `acme.io`, and the empty path `None`.
/// The outer `None` means that it is no module at all.
fn prefix_of(path: &str) -> Option<Option<ModuleName>> {
    let segments: Vec<&str> =
        path.split('/').filter(|segment| !segment.is_empty() && *segment != ".").collect();
    if segments.is_empty() {
        return Some(None);
    }
    ModuleName::new(&segments.join(".")).map(Some)
}

/// `path` of a manifest as an absolute folder.
fn at(dir: &Utf8Path, path: &str) -> Utf8PathBuf {
    join(dir, path.trim_end_matches('/'))
}

/// Whether a folder's name can be that of a package, stubs included.
fn is_package_name(name: &str) -> bool {
    is_identifier(name.strip_suffix("-stubs").unwrap_or(name))
}

#[cfg(test)]
mod tests;
