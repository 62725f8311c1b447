//! One installed distribution, by its `.dist-info`.

use camino::{Utf8Path, Utf8PathBuf};
use memchr::memmem;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::manifest::DistributionName;
use crate::python::ModuleName;
use crate::source::layout::{Packages, Root};
use crate::source::record::recorded_path;
use crate::vfs::{FileId, Files, relative};

/// An installed distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its name.
    pub name: DistributionName,
    /// Its version, as the folder's name writes it.
    pub version: String,
    /// The `.dist-info` folder.
    pub dist_info: Utf8PathBuf,
    /// Where the installer took it from.
    pub origin: Origin,
}

/// A module as RECORD lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedModule {
    /// Its name.
    pub module: ModuleName,
    /// Its file.
    pub file: FileId,
    /// The [`digest`](super::digest) of what was installed, where it is recorded.
    pub hash: Option<String>,
}

/// Where an installed distribution came from (PEP 610, `direct_url.json`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From an index, by name and version; so far as is recorded.
    Index,
    /// From a folder.
    Folder {
        /// The absolute folder.
        dir: Utf8PathBuf,
        /// Whether the folder is what is imported, rather than a copy.
        editable: bool,
    },
    /// From a repository.
    Repository {
        /// Its URL, without credentials where the installer left them out.
        url: String,
        /// The commit that was checked out.
        commit: String,
        /// The branch, tag or revision that was asked for.
        reference: Option<String>,
        /// The folder inside.
        subdirectory: Option<String>,
    },
    /// From an archive at a URL.
    Archive(String),
}

impl Origin {
    /// The folder that is imported from, of an editable install.
    pub fn live_tree(&self) -> Option<&Utf8Path> {
        match self {
            Self::Folder { dir, editable: true } => Some(dir),
            _ => None,
        }
    }
}

/// Reads `Acme_Shared-0.1.3.dist-info`, and the `.egg-info` of older installs (`acme-0.1-py3.11.egg-info`).
pub(super) fn name_and_version(entry: &str) -> Option<(DistributionName, String)> {
    let stem = match entry.strip_suffix(".dist-info") {
        Some(stem) => stem,
        None => {
            let stem = entry.strip_suffix(".egg-info")?;
            stem.rsplit_once("-py").filter(|(_, tag)| tag.starts_with('3')).map_or(stem, |(stem, _)| stem)
        }
    };
    let (name, version) = stem.rsplit_once('-')?;
    Some((DistributionName::new(name)?, version.to_owned()))
}

impl Installed {
    pub(super) fn read(
        files: &Files,
        name: DistributionName,
        version: String,
        dist_info: Utf8PathBuf,
    ) -> Self {
        let origin = origin(files, &dist_info).unwrap_or(Origin::Index);
        Self { name, version, dist_info, origin }
    }

    /// All modules that RECORD lists, with their files; sorted, sources before stubs. None for an editable install, whose
    /// modules are those of its live tree.
    pub fn modules(&self, files: &Files) -> Vec<(ModuleName, FileId)> {
        self.recorded_modules(files).into_iter().map(|found| (found.module, found.file)).collect()
    }

    /// As [`Installed::modules`], with what else RECORD says of them.
    pub fn recorded_modules(&self, files: &Files) -> Vec<RecordedModule> {
        let (Some(site_packages), Some(record)) = (self.dist_info.parent(), self.record(files)) else {
            return Vec::new();
        };
        let root = Root { dir: site_packages.to_owned(), prefix: None, packages: Packages::all() };
        let mut modules: Vec<RecordedModule> = record
            .lines()
            .filter_map(|line| {
                let path =
                    recorded_path(line).filter(|path| path.ends_with(".py") || path.ends_with(".pyi"))?;
                let file = FileId::new(&site_packages.join(path));
                let hash = line.rsplit(',').nth(1).and_then(|hash| hash.strip_prefix("sha256="));
                Some(RecordedModule {
                    module: root.module_of(file.path())?,
                    file,
                    hash: hash.map(str::to_owned),
                })
            })
            .collect();
        modules.sort();
        modules.dedup_by(|later, earlier| later.module == earlier.module);
        modules
    }

    /// Whether RECORD lists this file.
    pub(super) fn lists(&self, files: &Files, file: &FileId) -> bool {
        let Some(site_packages) = self.dist_info.parent() else { return false };
        let Some(record) = self.record(files) else { return false };
        let path = relative(file.path(), site_packages);
        let found = memmem::find_iter(record.as_bytes(), path.as_bytes());
        found
            .filter_map(|at| {
                let start = record.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
                recorded_path(record.get(start..)?.lines().next()?)
            })
            .any(|recorded| recorded == path)
    }

    fn record(&self, files: &Files) -> Option<std::sync::Arc<str>> {
        Some(files.text(&FileId::new(&self.dist_info.join("RECORD"))).ok()?.text.clone())
    }
}

fn origin(files: &Files, dist_info: &Utf8Path) -> Option<Origin> {
    let source = files.text(&FileId::new(&dist_info.join("direct_url.json"))).ok()?;
    let value: Value = serde_json::from_str(&source.text).ok()?;
    let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
    let url = text(&value, "url")?;
    if let Some(info) = value.get("dir_info") {
        let editable = info.get("editable").and_then(Value::as_bool).unwrap_or(false);
        let mut dir = path_of_url(&url)?;
        dir.extend(text(&value, "subdirectory"));
        return Some(Origin::Folder { dir: crate::vfs::normalize(&dir), editable });
    }
    if let Some(info) = value.get("vcs_info") {
        return Some(Origin::Repository {
            url,
            commit: text(info, "commit_id").unwrap_or_default(),
            reference: text(info, "requested_revision"),
            subdirectory: text(&value, "subdirectory"),
        });
    }
    Some(Origin::Archive(url))
}

/// The path of a `file:` URL: `file:///ws/my%20lib`, `file://localhost/ws`, `file:///C:/ws`.
fn path_of_url(url: &str) -> Option<Utf8PathBuf> {
    let rest = url.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = percent_decode_str(rest).decode_utf8().ok()?;
    let drive = path.strip_prefix('/').filter(|path| path.as_bytes().get(1) == Some(&b':'));
    let path = drive.unwrap_or(&path).trim_end_matches('/');
    (!path.is_empty()).then(|| Utf8PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_tell_name_and_version() {
        for (entry, expected) in [
            ("Acme_Shared-0.1.3.dist-info", Some("acme-shared 0.1.3")),
            ("acme.io-1.0+local.1.dist-info", Some("acme-io 1.0+local.1")),
            ("acme-0.1-py3.11.egg-info", Some("acme 0.1")),
            ("acme-0.1.egg-info", Some("acme 0.1")),
            ("acme.egg-info", None),
            ("acme", None),
            (".dist-info", None),
            ("-.dist-info", None),
        ] {
            let read = name_and_version(entry).map(|(name, version)| format!("{name} {version}"));
            assert_eq!(read.as_deref(), expected, "{entry}");
        }
    }

    #[test]
    fn urls_of_files_are_paths() {
        for (url, expected) in [
            ("file:///ws/my%20lib/", Some("/ws/my lib")),
            ("file://localhost/ws", Some("/ws")),
            ("file:///C:/ws/lib", Some("C:/ws/lib")),
            ("https://example.org/x", None),
            ("file://", None),
        ] {
            assert_eq!(path_of_url(url).as_deref().map(Utf8Path::as_str), expected, "{url}");
        }
    }
}
