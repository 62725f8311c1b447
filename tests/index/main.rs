//! The client of indexes against a real private index, and against servers that fail, hang and lie. All of them listen
//! on this machine only; nothing here asks another one, but pip, which installs the index.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod commands;
mod credentials;
mod desk;
mod editor;
mod failures;
mod lies;
mod order;
mod packages;
mod private_index;
#[path = "../python/mod.rs"]
mod python;
mod remembering;
mod server;
mod upgrade;
mod yanked;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::manifest::{self, DistributionName};
use crossloc::source::Surroundings;
use crossloc::source::index::{IndexError, Indexes, Registry, RegistryConfig};
use crossloc::text::{Spanned, TextRange};
use pep440_rs::Version;

/// An index on a port that nobody listens on, as only the system's own services could.
const NOBODY: &str = "http://127.0.0.1:1/simple";

/// A user with a cache of their own.
struct User {
    dir: tempfile::TempDir,
    surroundings: Surroundings,
    /// Seconds until pages and files have to be there.
    patience: f32,
}

impl User {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), surroundings: Surroundings::default(), patience: 60.0 }
    }

    /// One whose default index is at an address.
    fn of(url: &str) -> Self {
        Self::new().with("UV_DEFAULT_INDEX", url)
    }

    fn with(mut self, variable: &str, value: &str) -> Self {
        self.surroundings = self.surroundings.with(variable, value);
        self
    }

    fn with_netrc(self, text: &str) -> Self {
        let path = self.folder().join("netrc");
        std::fs::write(&path, text).unwrap();
        self.with("NETRC", path.as_str())
    }

    fn folder(&self) -> &Utf8Path {
        Utf8Path::from_path(self.dir.path()).unwrap()
    }

    fn cache(&self) -> Utf8PathBuf {
        self.folder().join("cache")
    }

    fn config(&self) -> RegistryConfig {
        let (mut config, problems) = RegistryConfig::of(self.surroundings.clone());
        assert_eq!(problems, []);
        assert!(!config.enabled, "indexes are off unless somebody switches them on");
        config.enabled = true;
        config.limits.page = std::time::Duration::from_secs_f32(self.patience);
        config.limits.download = config.limits.page;
        config.limits.page_bytes = 1_000_000;
        config.limits.file_bytes = 1_000_000;
        config
    }

    /// As a new process would have it.
    fn registry(&self) -> Registry {
        Registry::new(self.config(), self.cache())
    }

    fn indexes(&self) -> Indexes {
        self.indexes_with(&[])
    }

    fn indexes_with(&self, declared: &[manifest::Index]) -> Indexes {
        Indexes::new(&self.config(), declared)
    }

    /// The versions of `acme-shared`, as text, asked by a new process.
    fn versions(&self) -> Result<Vec<String>, IndexError> {
        shown(&self.registry(), &self.indexes())
    }

    /// Fetches `acme-shared` in a new process.
    fn fetch(&self, version: &str) -> Result<Utf8PathBuf, IndexError> {
        self.registry().fetch(&self.indexes(), &acme(), &version.parse::<Version>().unwrap())
    }

    /// All that the cache holds, file names and contents.
    fn cached(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut folders = vec![self.cache()];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().into_iter().flatten() {
                let path = entry.unwrap().into_path();
                bytes.extend_from_slice(path.as_str().as_bytes());
                if path.is_dir() {
                    folders.push(path);
                } else {
                    bytes.extend(std::fs::read(&path).unwrap());
                }
            }
        }
        bytes
    }
}

fn acme() -> DistributionName {
    DistributionName::new("acme-shared").unwrap()
}

/// An entry of `[[tool.uv.index]]`.
fn declared(name: &str, url: &str) -> manifest::Index {
    let spanned = |text: &str| Spanned::new(text.to_owned(), TextRange::default());
    manifest::Index { name: Some(spanned(name)), url: spanned(url), explicit: false, default: false }
}

fn shown(registry: &Registry, indexes: &Indexes) -> Result<Vec<String>, IndexError> {
    let versions = registry.versions(indexes, &acme())?;
    Ok(versions.iter().map(|version| version.version.to_string()).collect())
}
