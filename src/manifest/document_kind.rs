//! What a document is, decided once and from its path alone: everybody who has to know asks here, the watcher among them.

mod pattern;

use camino::Utf8Path;

use super::{LockKind, ManifestKind};

/// What a file is, as its path says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A Python source or stub, and nothing else.
    Python,
    /// A manifest. `setup.py` is Python as well.
    Manifest(ManifestKind),
    /// A lock. Compiled requirements are not known by their names: they are manifests here.
    Lock(LockKind),
    /// The YAML of a Dagster component.
    Component,
    /// Our own configuration, alone in its file; a `pyproject.toml` may hold it too.
    Configuration,
    /// What says where environments are and what is installed in them.
    Environment,
    /// Which commit a repository has checked out.
    GitHead,
    /// What configures other tools; a module that it names is used.
    Settings,
    /// Nothing that its name tells: a script, if an editor shows it as Python.
    Other,
}

/// The kinds and the names of their files: the only place that says so. A name belongs to the first pattern that fits it.
const NAMES: &[(DocumentKind, &[&str])] = &[
    (DocumentKind::Manifest(ManifestKind::SetupPy), &["setup.py"]),
    (DocumentKind::Python, &["*.py", "*.pyi"]),
    (DocumentKind::Manifest(ManifestKind::Pyproject), &["pyproject.toml"]),
    (DocumentKind::Manifest(ManifestKind::Pixi), &["pixi.toml"]),
    (DocumentKind::Manifest(ManifestKind::SetupCfg), &["setup.cfg"]),
    (DocumentKind::Manifest(ManifestKind::Pipfile), &["Pipfile"]),
    (DocumentKind::Manifest(ManifestKind::Gitmodules), &[".gitmodules"]),
    // Dagster takes files of any name for these; those in use say what they are in one of these words.
    (
        DocumentKind::Manifest(ManifestKind::CodeLocations),
        &[
            "*workspace*.yaml",
            "*workspace*.yml",
            "*dagster*.yaml",
            "*dagster*.yml",
            "*cloud*.yaml",
            "*cloud*.yml",
            "*location*.yaml",
            "*location*.yml",
            "build.yaml",
            "build.yml",
        ],
    ),
    (DocumentKind::Manifest(ManifestKind::DgToml), &["dg.toml"]),
    (DocumentKind::Manifest(ManifestKind::CoreMetadata), &["PKG-INFO", "*.dist-info/METADATA"]),
    (
        DocumentKind::Manifest(ManifestKind::Requirements),
        &[
            "*requirements*.txt",
            "*requirements*.in",
            "*constraints*.txt",
            "*constraints*.in",
            "requirements/*.txt",
            "requirements/*.in",
        ],
    ),
    (DocumentKind::Lock(LockKind::Uv), &["uv.lock"]),
    (DocumentKind::Lock(LockKind::Poetry), &["poetry.lock"]),
    (DocumentKind::Lock(LockKind::Pdm), &["pdm.lock"]),
    (DocumentKind::Lock(LockKind::Pipfile), &["Pipfile.lock"]),
    (DocumentKind::Lock(LockKind::Pixi), &["pixi.lock"]),
    (DocumentKind::Lock(LockKind::Pylock), &["pylock.toml", "pylock.*.toml"]),
    (DocumentKind::Component, &["defs.yaml", "defs.yml", "component.yaml"]),
    (DocumentKind::Configuration, &["crossloc.toml"]),
    (DocumentKind::Environment, &[".env", "pyvenv.cfg", "*.pth", "direct_url.json", "RECORD"]),
    // A submodule's lies in `.git/modules/NAME` of the repository that holds it.
    (DocumentKind::GitHead, &[".git/**/HEAD"]),
    (DocumentKind::Settings, &["*.toml", "*.yaml", "*.yml", "*.cfg"]),
];

impl DocumentKind {
    /// The kind of the file at a path; only its name and those of the folders around it count.
    pub fn of(path: &Utf8Path) -> Self {
        let Some(name) = path.file_name() else { return Self::Other };
        let fits = |(kind, patterns): &&(Self, &[&str])| {
            patterns.iter().any(|written| pattern::fits(written, path, name)) && kind.admits(name)
        };
        NAMES.iter().find(fits).map_or(Self::Other, |(kind, _)| *kind)
    }

    /// What no pattern can say: NAME in `pylock.NAME.toml` has no dot (PEP 751).
    fn admits(self, name: &str) -> bool {
        self != Self::Lock(LockKind::Pylock)
            || (name.split('.').count() <= 3 && name.split('.').all(|part| !part.is_empty()))
    }

    /// Whether it is Python, whatever else it is.
    pub fn is_python(self) -> bool {
        matches!(self, Self::Python | Self::Manifest(ManifestKind::SetupPy))
    }

    /// The manifest's format; none for what is no manifest.
    pub fn manifest(self) -> Option<ManifestKind> {
        match self {
            Self::Manifest(kind) => Some(kind),
            _ => None,
        }
    }

    /// The lock's format; none for what is no lock.
    pub fn lock(self) -> Option<LockKind> {
        match self {
            Self::Lock(kind) => Some(kind),
            _ => None,
        }
    }

    /// Globs, as LSP has them, for the files of all kinds but [`DocumentKind::Other`], wherever they lie.
    pub fn globs() -> Vec<String> {
        pattern::globs(NAMES.iter().flat_map(|(_, patterns)| patterns.iter().copied()))
    }
}

#[cfg(test)]
mod tests;
