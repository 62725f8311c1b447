//! What an index says of one distribution.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pep440_rs::Version;
use serde::{Deserialize, Serialize};
use url::Url;

use super::address::{Index, is_web, plain};
use crate::manifest::DistributionName;
use crate::source::archive::{ArchiveKind, parse_filename};

/// Hexadecimal digests, lower-case, by algorithm.
pub type Hashes = BTreeMap<String, String>;

/// A page as it was read, in HTML or JSON; also the form in which pages are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RawPage {
    pub files: Vec<RawFile>,
    pub versions: Vec<String>,
}

/// A file as the page describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RawFile {
    pub filename: String,
    pub url: String,
    pub hashes: Hashes,
    pub requires_python: Option<String>,
    pub yanked: Option<String>,
    pub core_metadata: Option<Hashes>,
    pub size: Option<u64>,
}

/// What an index has of one distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its wheels and sdists, in the order of the page. What is named like another distribution, or has no version in
    /// its name, is left out.
    pub files: Vec<File>,
    /// All versions, ascending: those of the files, and those that the page lists (PEP 700).
    pub versions: Vec<Version>,
    /// Whether the server was silent, so that this is what it said an earlier time.
    pub stale: bool,
}

/// A file of an index.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its name: letters, digits and `._+!-` only, so that it is safe in any folder.
    pub filename: String,
    /// Where it is, without user and password.
    pub url: Url,
    /// The version in its name.
    pub version: Version,
    /// What it is.
    pub kind: FileKind,
    /// What its bytes must have.
    pub hashes: Hashes,
    /// `Requires-Python`, as written.
    pub requires_python: Option<String>,
    /// PEP 592: the reason for which nobody should choose it, which may be empty.
    pub yanked: Option<String>,
    /// PEP 658: whether its metadata lie beside it, and which hashes they have.
    pub core_metadata: Option<Hashes>,
    /// In bytes, as the index says.
    pub size: Option<u64>,
    /// Who lists it.
    pub(super) index: Arc<Index>,
    pub(super) distribution: DistributionName,
}

/// The address may hold a token; the name says enough.
impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File")
            .field("filename", &self.filename)
            .field("yanked", &self.yanked)
            .finish_non_exhaustive()
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// A wheel for any platform.
    PureWheel,
    /// A wheel for one platform.
    Wheel,
    /// A source distribution, `.tar.gz` or `.zip`.
    Sdist,
}

/// A version with its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedVersion {
    /// The version.
    pub version: Version,
    /// PEP 592: the reason of the first file, where all files are yanked.
    pub yanked: Option<String>,
    /// The files, best first: wheels for any platform, other wheels, sdists. None for a version that the page lists
    /// without a file that is understood.
    pub files: Vec<File>,
}

impl Page {
    /// Makes sense of what an index says of `name`.
    pub(super) fn new(raw: &RawPage, index: &Arc<Index>, name: &DistributionName, stale: bool) -> Self {
        let files: Vec<File> = raw.files.iter().filter_map(|file| read(file, index, name)).collect();
        let listed = raw.versions.iter().filter_map(|version| crate::manifest::parse_version(version));
        let mut versions = BTreeSet::new();
        for version in files.iter().map(|file| file.version.clone()).chain(listed) {
            // Of `0.9` and `0.9.0` the first stays, which is a file's.
            versions.insert(version);
        }
        Self { files, versions: versions.into_iter().collect(), stale }
    }

    /// Its versions with their files, ascending.
    pub fn by_version(&self) -> Vec<IndexedVersion> {
        let mut files: BTreeMap<&Version, Vec<File>> =
            self.versions.iter().map(|v| (v, Vec::new())).collect();
        for file in &self.files {
            files.entry(&file.version).or_default().push(file.clone());
        }
        let versions = files.into_iter().map(|(version, mut files)| {
            files.sort_by(|a, b| (a.kind, &a.filename).cmp(&(b.kind, &b.filename)));
            let all_yanked = files.iter().all(|file| file.yanked.is_some());
            let yanked = files.first().and_then(|file| file.yanked.clone()).filter(|_| all_yanked);
            IndexedVersion { version: version.clone(), yanked, files }
        });
        versions.collect()
    }
}

fn read(raw: &RawFile, index: &Arc<Index>, name: &DistributionName) -> Option<File> {
    let plain_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '!' | '-');
    if !raw.filename.chars().all(plain_name) {
        return None;
    }
    let read = parse_filename(&raw.filename).filter(|read| read.distribution == *name)?;
    let kind = match read.kind {
        ArchiveKind::Wheel if read.is_pure() => FileKind::PureWheel,
        ArchiveKind::Wheel => FileKind::Wheel,
        ArchiveKind::Sdist => FileKind::Sdist,
    };
    let url = plain(Url::parse(&raw.url).ok().filter(is_web)?);
    Some(File {
        filename: raw.filename.clone(),
        url,
        version: read.version,
        kind,
        hashes: raw.hashes.clone(),
        requires_python: raw.requires_python.clone(),
        yanked: raw.yanked.clone(),
        core_metadata: raw.core_metadata.clone(),
        size: raw.size,
        index: index.clone(),
        distribution: name.clone(),
    })
}

/// PEP 629: a page of another major version must not be read.
pub(super) fn is_supported(api_version: &str) -> Result<(), String> {
    let version = crate::manifest::parse_version(api_version).ok_or("its API version is no version")?;
    match version.release().first() {
        Some(1) => Ok(()),
        _ => Err(format!("its API version is {version}, and only 1 is understood")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(files: &[(&str, Option<&str>)], versions: &[&str]) -> Page {
        let file = |(name, yanked): &(&str, Option<&str>)| RawFile {
            filename: (*name).to_owned(),
            url: format!("https://u:p@i.example/{name}"),
            yanked: yanked.map(str::to_owned),
            ..RawFile::default()
        };
        let raw = RawPage {
            files: files.iter().map(file).collect(),
            versions: versions.iter().map(|version| (*version).to_owned()).collect(),
        };
        let index = Arc::new(Index::new(None, "https://i.example"));
        Page::new(&raw, &index, &DistributionName::new("acme-shared").unwrap(), false)
    }

    #[test]
    fn versions_are_sorted_and_have_their_best_file_first() {
        let page = page(
            &[
                ("acme_shared-0.10-py3-none-any.whl", None),
                ("acme-shared-0.9.tar.gz", None),
                ("acme_shared-0.9-cp311-cp311-linux_x86_64.whl", None),
                ("acme_shared-0.9-py3-none-any.whl", None),
                ("acme_other-0.9-py3-none-any.whl", None),
                ("../acme_shared-0.11.tar.gz", None),
                ("acme_shared-0.11\\.zip", None),
                ("acme_shared-0.11\u{202e}.zip", None),
                ("acme-shared-more-0.11.zip", None),
                ("acme_shared-latest.zip", None),
            ],
            &["0.8", "0.9.0", "nonsense"],
        );
        let shown: Vec<String> = page
            .by_version()
            .iter()
            .map(|version| {
                let files: Vec<&str> = version.files.iter().map(|file| file.filename.as_str()).collect();
                format!("{}: {}", version.version, files.join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "0.8: ",
                "0.9: acme_shared-0.9-py3-none-any.whl acme_shared-0.9-cp311-cp311-linux_x86_64.whl acme-shared-0.9.tar.gz",
                "0.10: acme_shared-0.10-py3-none-any.whl",
            ]
        );
        assert_eq!(page.files[0].url.as_str(), "https://i.example/acme_shared-0.10-py3-none-any.whl");
    }

    #[test]
    fn a_version_is_yanked_when_all_its_files_are() {
        let page = page(
            &[
                ("acme_shared-1-py3-none-any.whl", Some("broken")),
                ("acme_shared-1.tar.gz", Some("")),
                ("acme_shared-2-py3-none-any.whl", Some("half")),
                ("acme_shared-2.tar.gz", None),
                ("acme_shared-3.tar.gz", Some("")),
            ],
            &["4"],
        );
        let yanked: Vec<Option<String>> =
            page.by_version().into_iter().map(|version| version.yanked).collect();
        assert_eq!(yanked, [Some("broken".to_owned()), None, Some(String::new()), None]);
    }
}
