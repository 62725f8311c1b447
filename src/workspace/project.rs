//! A project: a folder whose manifests declare a Python distribution, or at least requirements.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashSet;

use crate::manifest::{
    self, BuildSystem, DistributionName, DocumentKind, Group, IncludeKind, Manifest, ManifestKind,
    PathRequirement, Requirement, Source, Version,
};
use crate::source::layout::{self, Layout};
use crate::text::{Spanned, TextRange};
use crate::vfs::{FileId, Files, Grounds, join};

mod requirements;

pub(super) use requirements::requirements_group;
use requirements::{is_constraints, is_made_from_others, required_files};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub range: TextRange,
}

/// Something a manifest declares, with the file it stands in.
#[derive(Clone, Debug)]
pub struct Declared<T> {
    /// What is declared.
    pub value: T,
    /// The manifest.
    pub file: FileId,
}

/// A folder with manifests: the sum of what they say.
///
/// A *virtual* project consumes and ships nothing: a folder with nothing but requirements files, a uv root with
/// `package = false`, a dg workspace; also code without any manifest that a declared location loads.
#[derive(Debug)]
pub struct Project {
    /// The folder.
    pub dir: Utf8PathBuf,
    /// Its manifests in the order they count, with the requirements files they include.
    pub manifests: Vec<(FileId, Arc<Manifest>)>,
    /// The distribution's name, normalised, and where it is written.
    pub name: Option<Declared<Spanned<DistributionName>>>,
    /// The version as written; see `Workspace::version` for the one that follows files.
    pub version: Declared<Version>,
    /// Whether it ships a distribution.
    pub ships: bool,
    /// Where its modules are.
    pub layout: Layout,
    /// Everything required.
    pub requirements: Vec<Declared<Requirement>>,
    /// Paths required without a name (`-e ../shared`).
    pub paths: Vec<Declared<PathRequirement>>,
    /// `[tool.uv.sources]`.
    pub sources: Vec<Declared<Source>>,
    /// Whether requirements are computed, so that the list is not all.
    pub computed_requirements: bool,
    /// Whether a manifest is a template (`{{ … }}`): nothing in it can be judged.
    pub template: bool,
    /// Whether a manifest does not parse at the moment: findings are held back.
    pub broken: bool,
}

/// File names that can make a folder a project, in the order they count.
const MANIFESTS: [&str; 6] = ["pyproject.toml", "setup.cfg", "setup.py", "pixi.toml", "Pipfile", "dg.toml"];

/// Parsed once per text. A manifest that does not parse while it is typed keeps the last form that did.
pub(super) fn manifest_of(files: &Files, file: &FileId) -> Option<Arc<Manifest>> {
    read_as(DocumentKind::of(file.path()).manifest()?, files, file)
}

/// The same of a file that a manifest names. `-r more.txt` makes requirements of what no name tells.
fn included_manifest(files: &Files, file: &FileId) -> Option<Arc<Manifest>> {
    match DocumentKind::of(file.path()) {
        DocumentKind::Other => read_as(ManifestKind::Requirements, files, file),
        _ => manifest_of(files, file),
    }
}

fn read_as(kind: ManifestKind, files: &Files, file: &FileId) -> Option<Arc<Manifest>> {
    files.derived::<Manifest>(file, |derivation| {
        let mut read = manifest::read(kind, &derivation.source.text);
        if read.unreadable
            && let Some((before, _)) = derivation.previous
        {
            let errors = std::mem::take(&mut read.errors);
            read = Manifest { errors, unreadable: true, ..(*before).clone() };
        }
        read
    })
}

/// The project in a folder; `None` where no manifest there declares or requires anything.
///
/// A built distribution is one as well: an unpacked wheel by its root, an installed one by its `.dist-info` folder. An
/// unpacked source distribution has `PKG-INFO` beside the usual manifests, which tells what those leave to the build.
///
/// Manifests that are links out of `grounds` are none of the project's; neither are requirements files elsewhere that one of
/// its own includes.
pub(super) fn load(files: &Files, grounds: &Grounds, dir: &Utf8Path) -> Option<Project> {
    let built = built(files, dir);
    // What is mounted is known to be a distribution; a wheel may hold its project's pyproject.toml. In a work tree the
    // manifests that people wrote count.
    if let Some((metadata, layout)) =
        built.clone().filter(|_| is_dist_info(dir) || files.mount_of(dir).is_some())
    {
        return of_metadata(files, dir, &metadata, layout);
    }
    let manifests = Written { files, grounds, dir }.all();
    if manifests.is_empty() {
        let (metadata, layout) = built?;
        return of_metadata(files, dir, &metadata, layout);
    }
    let speaks = |m: &Manifest| {
        m.declares_project
            || m.workspace.is_some()
            || m.dg_project.is_some()
            || m.dg_workspace.is_some()
            || m.dagster.is_some()
            || !m.requirements.is_empty()
            || !m.paths.is_empty()
            || m.name.is_some()
    };
    manifests.iter().any(|(_, manifest)| speaks(manifest)).then(|| assemble(files, dir, manifests, None))
}

fn of_metadata(files: &Files, dir: &Utf8Path, metadata: &FileId, layout: Layout) -> Option<Project> {
    let manifest = manifest_of(files, metadata)?;
    Some(assemble(files, dir, vec![(metadata.clone(), manifest)], Some(layout)))
}

fn is_dist_info(dir: &Utf8Path) -> bool {
    dir.extension() == Some("dist-info")
}

/// The core metadata of the built distribution in a folder, and its layout. A folder with several is one that
/// distributions are installed in.
fn built(files: &Files, dir: &Utf8Path) -> Option<(FileId, Layout)> {
    if is_dist_info(dir) {
        let metadata = dir.join("METADATA");
        return files.is_file(&metadata).then(|| (FileId::new(&metadata), layout::installed(files, dir)));
    }
    if matches!(dir.file_name(), Some("site-packages" | "dist-packages")) {
        return None;
    }
    let listing = files.list(dir);
    let infos = listing.dirs().filter(|name| name.ends_with(".dist-info"));
    let mut found = infos.map(|name| dir.join(name).join("METADATA")).filter(|path| files.is_file(path));
    let metadata = found.next().filter(|_| found.next().is_none())?;
    Some((FileId::new(&metadata), layout::unpacked(files, dir)))
}

/// The manifests of a folder that people wrote.
struct Written<'w> {
    files: &'w Files,
    grounds: &'w Grounds,
    dir: &'w Utf8Path,
}

impl Written<'_> {
    /// All of them, and behind them what a build wrote of them.
    fn all(&self) -> Vec<(FileId, Arc<Manifest>)> {
        let mut manifests = Vec::new();
        let listing = self.files.list(self.dir);
        for name in MANIFESTS {
            if listing.kind(name).is_some() {
                self.collect(&self.dir.join(name), &mut manifests);
            }
        }
        self.requirements(self.dir, &mut manifests);
        if listing.kind("requirements").is_some() {
            self.requirements(&self.dir.join("requirements"), &mut manifests);
        }
        if !manifests.is_empty() && listing.kind("PKG-INFO").is_some() {
            self.collect(&self.dir.join("PKG-INFO"), &mut manifests);
        }
        manifests
    }

    fn requirements(&self, dir: &Utf8Path, manifests: &mut Vec<(FileId, Arc<Manifest>)>) {
        for name in self.files.list(dir).files() {
            let path = dir.join(name);
            if DocumentKind::of(&path) == DocumentKind::Manifest(ManifestKind::Requirements) {
                self.collect(&path, manifests);
            }
        }
    }

    /// Adds a manifest and the requirements files it includes, each once.
    fn collect(&self, path: &Utf8Path, manifests: &mut Vec<(FileId, Arc<Manifest>)>) {
        let mut waiting = vec![FileId::new(path)];
        let mut seen: FxHashSet<FileId> = manifests.iter().map(|(file, _)| file.clone()).collect();
        while let Some(file) = waiting.pop() {
            if !seen.insert(file.clone()) || seen.len() > 200 {
                continue;
            }
            if !self.grounds.own(self.files, self.dir, file.path()) {
                continue;
            }
            let Some(manifest) = included_manifest(self.files, &file) else { continue };
            let included = manifest.includes.iter();
            let included = included.filter(|include| include.kind == IncludeKind::Requirements);
            waiting.extend(included.map(|include| FileId::new(&join(file.dir(), &include.path.value))));
            manifests.push((file, manifest));
        }
    }
}

/// The sum of manifests. A layout is given for what is built.
fn assemble(
    files: &Files,
    dir: &Utf8Path,
    manifests: Vec<(FileId, Arc<Manifest>)>,
    built: Option<Layout>,
) -> Project {
    let declares = manifests.iter().any(|(_, m)| m.declares_project);
    let ships = declares && !manifests.iter().any(|(_, m)| m.package == Some(false));
    let name = manifests.iter().find_map(|(file, m)| {
        let written = m.name.as_ref()?;
        let name = DistributionName::new(&written.value)?;
        Some(Declared { value: Spanned::new(name, written.range), file: file.clone() })
    });
    let is_known = |version: &Version| matches!(version, Version::Static(_));
    let metadata = manifests.iter().find(|(_, m)| m.kind == ManifestKind::CoreMetadata);
    let version = manifests.iter().find(|(_, m)| m.version != Version::Missing).or(manifests.first());
    let of_build = metadata.filter(|(_, m)| is_known(&m.version));
    let version = version.filter(|(_, m)| is_known(&m.version)).or(of_build).or(version);
    let version = match version {
        Some((file, manifest)) => Declared { value: manifest.version.clone(), file: file.clone() },
        None => Declared { value: Version::Missing, file: FileId::new(dir) },
    };
    let build = merged_build(&manifests);
    let is_built = built.is_some();
    let distribution = name.as_ref().map(|name| &name.value.value);
    let layout = built.unwrap_or_else(|| layout::layout(files, dir, distribution, ships.then_some(&build)));
    let computed_requirements = !is_built && (computes_requirements(&manifests) || says_nothing(&manifests));
    let told = metadata.filter(|(_, m)| is_built || (computed_requirements && !computes("dependencies", m)));
    let mut requirements = Vec::new();
    let mut paths = Vec::new();
    let mut sources = Vec::new();
    let included = required_files(&manifests);
    for (file, manifest) in &manifests {
        // A build lists all requirements again. Where they are computed, it is the one to be asked.
        let is_metadata = manifest.kind == ManifestKind::CoreMetadata;
        if (is_metadata && told.is_none()) || is_made_from_others(file, manifest, &manifests) {
            continue;
        }
        let group = match manifest.kind {
            ManifestKind::Requirements if is_constraints(file) && !included.contains(file) => {
                Some(Group::Constraint)
            }
            ManifestKind::Requirements => requirements_group(file),
            _ => None,
        };
        let regroup = |written: &mut Group| {
            if let (Group::Main, Some(group)) = (&*written, &group) {
                *written = group.clone();
            }
        };
        for requirement in &manifest.requirements {
            let mut value = requirement.clone();
            regroup(&mut value.group);
            if told.is_some() && !is_metadata && matches!(value.group, Group::Main | Group::Extra(_)) {
                continue;
            }
            requirements.push(Declared { value, file: file.clone() });
        }
        for path in &manifest.paths {
            let mut value = path.clone();
            regroup(&mut value.group);
            paths.push(Declared { value, file: file.clone() });
        }
        // What a source distribution was developed beside is not where it is installed.
        let live = manifest.sources.iter().filter(|_| metadata.is_none());
        sources.extend(live.map(|s| Declared { value: s.clone(), file: file.clone() }));
    }
    let computed_requirements = computed_requirements && told.is_none();
    let template = manifests.iter().any(|(_, m)| m.template) || dir.as_str().contains("{{");
    let broken = manifests.iter().any(|(_, m)| m.unreadable);
    let dir = dir.to_owned();
    Project {
        dir,
        manifests,
        name,
        version,
        ships,
        layout,
        requirements,
        paths,
        sources,
        computed_requirements,
        template,
        broken,
    }
}

/// Whether a field is left to the build.
fn computes(field: &str, manifest: &Manifest) -> bool {
    manifest.dynamic.iter().any(|dynamic| dynamic.value == field)
}

/// Whether the manifests that people wrote do not say all that is required.
fn computes_requirements(manifests: &[(FileId, Arc<Manifest>)]) -> bool {
    let written = || manifests.iter().filter(|(_, m)| m.kind != ManifestKind::CoreMetadata);
    let has_setup = written().any(|(_, m)| matches!(m.kind, ManifestKind::SetupPy | ManifestKind::SetupCfg));
    let computed = |m: &Manifest| computes("dependencies", m) || computes("install_requires", m);
    // `dynamic = ["dependencies"]` beside a setup.py that states them is no mystery; only what is computed there is.
    written().any(|(_, m)| computed(m) && !(m.kind == ManifestKind::Pyproject && has_setup))
}

/// Whether manifests only tell Dagster what to load, so that what is required stands elsewhere.
fn says_nothing(manifests: &[(FileId, Arc<Manifest>)]) -> bool {
    let loads = |m: &Manifest| m.dagster.is_some() || m.dg_project.is_some();
    let says = |m: &Manifest| m.declares_project || !m.requirements.is_empty() || !m.paths.is_empty();
    manifests.iter().any(|(_, m)| loads(m)) && !manifests.iter().any(|(_, m)| says(m))
}

fn merged_build(manifests: &[(FileId, Arc<Manifest>)]) -> BuildSystem {
    let mut build = BuildSystem::default();
    for (_, manifest) in manifests {
        let other = &manifest.build;
        build.declared |= other.declared;
        build.backend = build.backend.or_else(|| other.backend.clone());
        build.hatch = build.hatch.or_else(|| other.hatch.clone());
        build.setuptools = build.setuptools.or_else(|| other.setuptools.clone());
        build.poetry = build.poetry.or_else(|| other.poetry.clone());
        build.flit = build.flit.or_else(|| other.flit.clone());
        build.pdm = build.pdm.or_else(|| other.pdm.clone());
        build.uv = build.uv.or_else(|| other.uv.clone());
        build.maturin = build.maturin.or_else(|| other.maturin.clone());
    }
    build
}

impl Project {
    /// Code without any manifest. What it requires is not known.
    pub(super) fn loose(files: &Files, dir: Utf8PathBuf) -> Self {
        let nothing = assemble(files, &dir, Vec::new(), None);
        Self { computed_requirements: true, ..nothing }
    }

    /// The distribution's normalised name.
    pub fn distribution(&self) -> Option<&DistributionName> {
        self.name.as_ref().map(|name| &name.value.value)
    }

    /// What people call it: the distribution's name, else the folder's.
    pub fn display_name(&self) -> &str {
        self.distribution().map_or_else(|| self.dir.file_name().unwrap_or("."), |name| name.as_str())
    }

    /// Whether there is a manifest that says what is required, or that this is computed.
    pub fn says_what_it_requires(&self) -> bool {
        !self.manifests.is_empty() && !says_nothing(&self.manifests)
    }

    /// Whether it is what a build made, a wheel or an installed distribution, rather than what one is made of.
    pub fn is_built(&self) -> bool {
        let of_build = |(_, manifest): &(_, Arc<Manifest>)| manifest.kind == ManifestKind::CoreMetadata;
        !self.manifests.is_empty() && self.manifests.iter().all(of_build)
    }

    /// Whether a manifest is one of those that the project was read from.
    pub fn reads(&self, file: &FileId) -> bool {
        self.manifests.iter().any(|(read, _)| read == file)
    }

    /// The manifest of one kind, if there is one.
    pub fn manifest(&self, kind: ManifestKind) -> Option<&(FileId, Arc<Manifest>)> {
        self.manifests.iter().find(|(_, manifest)| manifest.kind == kind)
    }

    /// The manifest that declares the project; messages about the project as a whole stand there.
    pub fn main_manifest(&self) -> Option<&(FileId, Arc<Manifest>)> {
        self.manifests.iter().find(|(_, m)| m.declares_project).or(self.manifests.first())
    }
}

#[cfg(test)]
mod tests;
