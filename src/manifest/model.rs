//! What a manifest says, whatever its format.

use pep440_rs::VersionSpecifiers;

use super::{DistributionName, LockKind};
use crate::text::{Spanned, TextRange};

/// Which format a file is in; decided by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ManifestKind {
    /// `pyproject.toml` with all its tool tables.
    Pyproject,
    /// `pixi.toml`.
    Pixi,
    /// `setup.cfg`.
    SetupCfg,
    /// `setup.py`, read as text.
    SetupPy,
    /// `requirements*.txt`, `requirements/*.txt`, `constraints*.txt`, and `.in`.
    Requirements,
    /// `Pipfile`.
    Pipfile,
    /// `.gitmodules`.
    Gitmodules,
    /// Dagster's `workspace.yaml` and `dagster_cloud.yaml`, also named `build.yaml`, and what is called nearly so: which
    /// of them it is, or none, is decided by its content.
    CodeLocations,
    /// `dg.toml`.
    DgToml,
    /// `METADATA` in a `*.dist-info` folder, `PKG-INFO`: what a build says of a distribution. Never one of the manifests
    /// that people write, so that no rule speaks of it.
    CoreMetadata,
}

impl ManifestKind {
    /// Whether such manifests are TOML documents.
    pub fn is_toml(self) -> bool {
        matches!(self, Self::Pyproject | Self::Pixi | Self::Pipfile | Self::DgToml)
    }
}

/// One manifest, as far as it could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Its format.
    pub kind: ManifestKind,
    /// What could not be read, and why. Empty for a sound file.
    pub errors: Vec<ManifestError>,
    /// Whether the text breaks its format's syntax, so that what was read may be a part of it.
    pub unreadable: bool,
    /// The distribution's name as written.
    pub name: Option<Spanned<String>>,
    /// The version.
    pub version: Version,
    /// `requires-python`, as written.
    pub requires_python: Option<Spanned<String>>,
    /// Fields that the build computes (`[project] dynamic`, computed arguments of `setup()`); `dependencies` among
    /// them means that [`Manifest::requirements`] is not all.
    pub dynamic: Vec<Spanned<String>>,
    /// Everything required, in every group, source order.
    pub requirements: Vec<Requirement>,
    /// Names of the extras, also empty ones.
    pub extras: Vec<Spanned<String>>,
    /// `[tool.uv.sources]`: where requirements are to be taken from. Poetry's, PDM's and pixi's inline paths are at
    /// the requirement ([`Requirement::source`]).
    pub sources: Vec<Source>,
    /// `[[tool.uv.index]]`.
    pub indexes: Vec<Index>,
    /// Folders and pages that hold archives: uv's `find-links`, a requirements file's `--find-links`; relative to the
    /// manifest's folder.
    pub find_links: Vec<Spanned<String>>,
    /// `[tool.uv.workspace]`.
    pub workspace: Option<UvWorkspace>,
    /// What else of `[tool.uv]` a lock is made from.
    pub uv: UvSettings,
    /// `[dependency-groups]`, empty ones among them, and what they include.
    pub groups: Vec<DeclaredGroup>,
    /// `[tool.uv] package`, Poetry's `package-mode`: `false` for a project that ships nothing.
    pub package: Option<bool>,
    /// Whether a `[project]` table, `[tool.poetry]`, `setup()` or `[metadata]` makes this a project at all.
    pub declares_project: bool,
    /// How it is built.
    pub build: BuildSystem,
    /// `[project.entry-points]`, `[project.scripts]` (group `console_scripts`), `gui-scripts`, `[tool.poetry.scripts]`,
    /// `[tool.poetry.plugins]`, setup's `entry_points`.
    pub entry_points: Vec<EntryPoint>,
    /// What is required by place alone, without a name: a requirements file's `../shared` or `-e ../shared[io]`.
    pub paths: Vec<PathRequirement>,
    /// `-r` and `-c` lines of requirements files, and files that a build backend reads dependencies from.
    pub includes: Vec<Include>,
    /// Dagster code locations declared here.
    pub locations: Vec<LocationDeclaration>,
    /// Whether a YAML file is one that declares code locations, as its content shows.
    pub declares_locations: bool,
    /// `[tool.dg.project]` or `dg.toml`'s `[project]`.
    pub dg_project: Option<DgProject>,
    /// `[tool.dg.workspace]` or `dg.toml`'s `[workspace]`.
    pub dg_workspace: Option<DgWorkspace>,
    /// `[tool.dagster]`.
    pub dagster: Option<DagsterTable>,
    /// The tools whose tables it carries, by the locks they write, in the order [`LockKind`] has them.
    pub tools: Vec<LockKind>,
    /// pixi environments and the features they are made of.
    pub pixi: Vec<PixiEnvironment>,
    /// `.gitmodules` sections.
    pub submodules: Vec<Submodule>,
    /// `# crossloc: …` comments: the text behind `#`, and the comment's range.
    pub comments: Vec<Spanned<String>>,
    /// All string values of the file, for "is this name mentioned anywhere"; at most 5000.
    pub mentions: Vec<Spanned<String>>,
    /// Whether the file is a template yet to be filled in (`name = "{{ project }}"`). Then there is one error that
    /// says so, and nothing else was read.
    pub template: bool,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    /// In the user's words, lower-case, without a trailing stop.
    pub message: String,
    /// The text at fault.
    pub range: TextRange,
}

/// A distribution's version, as far as text can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// None is given.
    #[default]
    Missing,
    /// Written down.
    Static(Spanned<String>),
    /// In a file of the project that holds a literal `__version__ = "…"` (`attr:`, `file:`, `[tool.hatch.version] path`,
    /// PDM's and flit's equivalents): the path, relative to the manifest, and the attribute's name where one is given.
    /// For `attr: pkg.mod.name` the path is `pkg/mod`, to be completed with `.py` or `/__init__.py` below a source root.
    /// For `file: VERSION` the file's whole content is the version.
    File {
        /// Relative path.
        path: Spanned<String>,
        /// The attribute; `__version__` or `VERSION` where none.
        attribute: Option<String>,
    },
    /// Computed in a way that is not read (tags, code).
    Dynamic,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// The name, normalised, at the place of the name alone.
    pub name: Spanned<DistributionName>,
    /// The whole requirement: the text between the quotes, the line of a requirements file without its comment, or
    /// key and value of a Poetry-like table.
    pub range: TextRange,
    /// Extras selected, as written.
    pub extras: Vec<String>,
    /// The specifier, PEP 440; Poetry's and pixi's carets and tildes translated. `None` where any version will do or
    /// the specifier is not understood. The place is that of the specifier's text.
    pub specifier: Option<Spanned<VersionSpecifiers>>,
    /// The environment marker, as text.
    pub marker: Option<String>,
    /// In which list it stands.
    pub group: Group,
    /// Where it says itself it is to be taken from.
    pub source: Option<SourceEntry>,
}

/// A requirement that says where and not what: its distribution is whatever the project found there is called.
/// With a name (`name @ ../shared`, `#egg=name`) it is a [`Requirement`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRequirement {
    /// From where.
    pub entry: SourceEntry,
    /// The whole line without its comment.
    pub range: TextRange,
    /// Extras selected, as written.
    pub extras: Vec<String>,
    /// In which list it stands.
    pub group: Group,
}

/// In which list a requirement stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// What the distribution needs to run.
    Main,
    /// An extra (`[project.optional-dependencies]`, `extras_require`).
    Extra(String),
    /// A dependency group (PEP 735, Poetry, PDM, uv's `dev-dependencies` as `dev`, Pipfile's `dev-packages` as `dev`).
    Group {
        /// Its name, as written.
        name: String,
        /// Whether it is only installed when asked for (Poetry's `optional = true`).
        optional: bool,
    },
    /// `[build-system] requires`.
    Build,
    /// A pixi feature or hatch environment by name, not part of the distribution.
    Environment(String),
    /// A constraint: it requires nothing, and narrows what is required elsewhere.
    Constraint,
    /// uv's `override-dependencies`: it requires nothing, and replaces what is required elsewhere.
    Override,
}

/// An entry of `[tool.uv.sources]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The distribution, at the key.
    pub name: Spanned<DistributionName>,
    /// Key and value.
    pub range: TextRange,
    /// One, or several for the list form.
    pub entries: Vec<SourceEntry>,
}

/// One way of taking a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceEntry {
    /// From where.
    pub kind: SourceKind,
    /// The value (the inline table, the URL, the path).
    pub range: TextRange,
    /// For which environments, as text.
    pub marker: Option<String>,
    /// Only for this extra or group.
    pub only_for: Option<String>,
    /// Whether it is said to be editable: uv's members of a workspace can be, too.
    pub editable: Option<bool>,
    /// uv's `package`: whether the project there is installed at all.
    pub package: Option<bool>,
}

/// Where a distribution is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A folder or archive on disk.
    Path {
        /// As written, without `file://`; relative to the manifest's folder (for requirements files, to the folder of
        /// the file that names it: pip takes them relative to the working folder, which is the project's).
        path: Spanned<String>,
        /// Whether it is said to be editable; `None` where nothing is said.
        editable: Option<bool>,
        /// `subdirectory` of it.
        subdirectory: Option<String>,
    },
    /// `workspace = true`.
    Workspace,
    /// A git repository.
    Git {
        /// Its URL.
        url: Spanned<String>,
        /// Tag, revision or branch as written.
        reference: Option<Spanned<String>>,
        /// The folder inside.
        subdirectory: Option<String>,
    },
    /// An archive's URL.
    Url(Spanned<String>),
    /// A named index.
    Index(Spanned<String>),
}

/// An entry of `[[tool.uv.index]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The name that sources call it by, where it has one.
    pub name: Option<Spanned<String>>,
    /// Its URL.
    pub url: Spanned<String>,
    /// Whether it is asked only for what a source takes from it by name.
    pub explicit: bool,
    /// Whether it stands for the public index, which is asked last.
    pub default: bool,
}

/// `[tool.uv.workspace]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UvWorkspace {
    /// Globs of member folders, relative to the manifest.
    pub members: Vec<Spanned<String>>,
    /// Globs of folders that are none.
    pub exclude: Vec<Spanned<String>>,
}

/// What `[tool.uv]` says about locking beside sources. The same requirements stand among [`Manifest::requirements`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UvSettings {
    /// `managed = false`: uv leaves the project alone.
    pub managed: Option<bool>,
    /// `constraint-dependencies`.
    pub constraints: Vec<Requirement>,
    /// `override-dependencies`.
    pub overrides: Vec<Requirement>,
    /// Whether there are `dev-dependencies`, which count to the group `dev`.
    pub dev_dependencies: bool,
}

/// A dependency group (PEP 735). What it lists itself is among [`Manifest::requirements`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredGroup {
    /// Its name, as written.
    pub name: Spanned<String>,
    /// The groups it includes, as written.
    pub includes: Vec<String>,
}

/// Build backend and what its table says of the packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildSystem {
    /// Whether there is a `[build-system]` table.
    pub declared: bool,
    /// `build-backend`, such as `hatchling.build`. `None` in a pyproject.toml without one means setuptools' legacy
    /// backend where the project is built at all.
    pub backend: Option<Spanned<String>>,
    /// `[tool.hatch.build]`.
    pub hatch: Option<Hatch>,
    /// `[tool.setuptools]`, setup.cfg's `[options]`, setup.py's arguments.
    pub setuptools: Option<Setuptools>,
    /// `[tool.poetry]`.
    pub poetry: Option<Poetry>,
    /// `[tool.flit]`.
    pub flit: Option<Flit>,
    /// `[tool.pdm.build]`.
    pub pdm: Option<Pdm>,
    /// `[tool.uv.build-backend]`.
    pub uv: Option<UvBuild>,
    /// `[tool.maturin]`.
    pub maturin: Option<Maturin>,
}

/// `[tool.hatch.build]` and its `targets.wheel`, the target's settings winning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hatch {
    /// `packages`: each ships as its last segment.
    pub packages: Option<Vec<Spanned<String>>>,
    /// `include` globs.
    pub include: Option<Vec<String>>,
    /// `exclude` globs.
    pub exclude: Vec<String>,
    /// `only-include` paths.
    pub only_include: Option<Vec<String>>,
    /// `force-include`: from path to path in the wheel.
    pub force_include: Vec<(String, String)>,
    /// `sources`: prefixes removed (to `""`) or rewritten.
    pub sources: Vec<(String, String)>,
    /// `dev-mode-dirs`.
    pub dev_mode_dirs: Vec<String>,
}

/// What setuptools is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setuptools {
    /// `packages` as a list of dotted names.
    pub packages: Option<Vec<String>>,
    /// `packages.find`, `find_packages(…)`, `find:`.
    pub find: Option<FindPackages>,
    /// `package-dir`: package to folder; the empty package is the root of all.
    pub package_dir: Vec<(String, String)>,
    /// `py-modules`.
    pub py_modules: Option<Vec<String>>,
    /// Whether some of this is computed in a way that is not read.
    pub dynamic: bool,
}

/// setuptools' package search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindPackages {
    /// Folders to search, `["."]` by default.
    pub roots: Vec<String>,
    /// Patterns of dotted names, `["*"]` by default.
    pub include: Vec<String>,
    /// Patterns left out.
    pub exclude: Vec<String>,
    /// Whether folders without `__init__.py` count (pyproject's default is true, `find_packages` says false).
    pub namespaces: bool,
}

/// What poetry-core is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Poetry {
    /// `packages`.
    pub packages: Vec<PackageInclude>,
    /// `include` paths that go into the wheel.
    pub include: Vec<String>,
    /// `exclude` globs.
    pub exclude: Vec<String>,
}

/// An entry of Poetry's `packages`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageInclude {
    /// Package or glob, relative to `from`.
    pub include: String,
    /// Folder that is the source root.
    pub from: Option<String>,
    /// Folder in the wheel to put it below.
    pub to: Option<String>,
}

/// What flit is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flit {
    /// `[tool.flit.module] name`, or `[tool.flit.metadata] module`.
    pub module: Option<String>,
}

/// What pdm-backend is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pdm {
    /// `package-dir`.
    pub package_dir: Option<String>,
    /// `includes` globs.
    pub includes: Vec<String>,
    /// `excludes` globs.
    pub excludes: Vec<String>,
}

/// What uv_build is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UvBuild {
    /// `module-name`, one or several, dotted.
    pub module_name: Option<Vec<String>>,
    /// `module-root`, `src` by default.
    pub module_root: Option<String>,
    /// `namespace`.
    pub namespace: bool,
}

/// What maturin is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maturin {
    /// `python-source`.
    pub python_source: Option<String>,
    /// `module-name`.
    pub module_name: Option<String>,
    /// `python-packages`.
    pub python_packages: Vec<String>,
}

/// An entry point or script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// Its group; `console_scripts` for scripts.
    pub group: String,
    /// Its name.
    pub name: String,
    /// `module:object`, at its place.
    pub value: Spanned<String>,
}

/// A requirements file that this manifest names: an `-r` or `-c` line, or a file of dependencies that a build backend
/// reads (`[tool.setuptools.dynamic] dependencies = { file = … }`). Where all of a field comes from such files, the
/// field is not among [`Manifest::dynamic`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// `-r` or `-c`.
    pub kind: IncludeKind,
    /// The path as written, relative to the file's folder.
    pub path: Spanned<String>,
    /// The list that the requirements found there belong to.
    pub group: Group,
}

/// How a requirements file names another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncludeKind {
    /// `-r`
    Requirements,
    /// `-c`
    Constraints,
}

/// A code location as a Dagster file declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationDeclaration {
    /// Whether it is one of Dagster+ (`locations`), as opposed to an entry of a workspace file (`load_from`).
    pub is_cloud: bool,
    /// The explicit name.
    pub name: Option<Spanned<String>>,
    /// What is loaded.
    pub target: LocationTarget,
    /// `working_directory`.
    pub working_directory: Option<Spanned<String>>,
    /// dagster_cloud.yaml's `build.directory`.
    pub build_directory: Option<Spanned<String>>,
    /// `executable_path`.
    pub executable_path: Option<Spanned<String>>,
    /// `attribute`.
    pub attribute: Option<Spanned<String>>,
    /// The declaration: the entry's key or first line.
    pub range: TextRange,
}

/// What a code location loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocationTarget {
    /// `python_module`, `module_name`, `autoload_defs_module(_name)`.
    Module(Spanned<String>),
    /// `python_package`, `package_name`.
    Package(Spanned<String>),
    /// `python_file`.
    File(Spanned<String>),
    /// `grpc_server`: no code, and the name that Dagster gives it.
    Grpc(String),
    /// A value from the environment, as `$NAME`.
    Environment(String),
    /// Nothing that is understood.
    Unknown,
}

/// dg's `project` table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DgProject {
    /// The table's header or key.
    pub range: TextRange,
    /// `root_module`.
    pub root_module: Option<Spanned<String>>,
    /// `defs_module`.
    pub defs_module: Option<Spanned<String>>,
    /// `code_location_target_module`.
    pub target_module: Option<Spanned<String>>,
    /// `code_location_name`.
    pub location_name: Option<Spanned<String>>,
    /// `registry_modules`.
    pub registry_modules: Vec<Spanned<String>>,
}

/// dg's `workspace` table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DgWorkspace {
    /// The table's header or key.
    pub range: TextRange,
    /// `projects[].path`.
    pub projects: Vec<Spanned<String>>,
}

/// `[tool.dagster]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DagsterTable {
    /// The table's header.
    pub range: TextRange,
    /// `module_name`, or each `modules[].name` whose type is `module`. Dagster reads no other targets here.
    pub modules: Vec<Spanned<String>>,
    /// `code_location_name`.
    pub location_name: Option<Spanned<String>>,
}

/// A pixi environment: which features it is made of. Path requirements of a feature have [`Group::Environment`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixiEnvironment {
    /// Its name.
    pub name: String,
    /// Its features.
    pub features: Vec<String>,
    /// Whether the default feature is left out.
    pub no_default_feature: bool,
}

/// A section of `.gitmodules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submodule {
    /// The section's name.
    pub name: Spanned<String>,
    /// `path`, relative to the repository.
    pub path: Option<Spanned<String>>,
    /// `url`.
    pub url: Option<Spanned<String>>,
}

impl Manifest {
    /// A manifest that says nothing.
    pub fn empty(kind: ManifestKind) -> Self {
        Self {
            kind,
            errors: Vec::new(),
            unreadable: false,
            name: None,
            version: Version::Missing,
            requires_python: None,
            dynamic: Vec::new(),
            requirements: Vec::new(),
            extras: Vec::new(),
            sources: Vec::new(),
            indexes: Vec::new(),
            find_links: Vec::new(),
            workspace: None,
            uv: UvSettings::default(),
            groups: Vec::new(),
            package: None,
            declares_project: false,
            build: BuildSystem::default(),
            entry_points: Vec::new(),
            paths: Vec::new(),
            includes: Vec::new(),
            locations: Vec::new(),
            declares_locations: false,
            dg_project: None,
            dg_workspace: None,
            dagster: None,
            tools: Vec::new(),
            pixi: Vec::new(),
            submodules: Vec::new(),
            comments: Vec::new(),
            mentions: Vec::new(),
            template: false,
        }
    }
}

impl Group {
    /// Whether it is a group of what development needs, by its usual names; such are not installed where code is
    /// deployed. A group that has to be asked for is none.
    pub fn is_development(&self) -> bool {
        const NAMES: [&str; 13] = [
            "dev",
            "develop",
            "development",
            "test",
            "tests",
            "testing",
            "lint",
            "linting",
            "docs",
            "doc",
            "typing",
            "types",
            "ci",
        ];
        match self {
            Self::Group { name, optional: false } => {
                NAMES.contains(&name.to_ascii_lowercase().replace(['_', '.'], "-").as_str())
            }
            _ => false,
        }
    }
}
