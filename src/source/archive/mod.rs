//! Distributions that are no live projects: wheels and source distributions as archives, and unpacked ones.
//!
//! What an archive says of itself is not believed. It is refused as a whole for one entry that leads out of it, is a
//! link, has the name of another or unpacks to more than anybody writes by hand; what is not refused can be mounted and
//! written out without another look at its names.

mod catalogue;
mod folder;
mod name;
mod tarball;
mod zipped;

use std::io::Read;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

pub use folder::FolderTree;
pub(in crate::source) use name::is_pure;
pub use name::{ArchiveKind, ArchiveName, parse_filename};

use crate::manifest::DocumentKind;
use crate::vfs::{Listing, ReadError, SourceTree, open_regular};
use catalogue::Catalogue;

/// Larger archives are not read.
const MAX_ARCHIVE_BYTES: u64 = 1024 * 1024 * 1024;
/// Python sources and manifests of one archive, unpacked.
const MAX_KEPT_BYTES: u64 = 256 * 1024 * 1024;
/// Text packs to a tenth of its size, seldom to a fiftieth.
const MAX_RATIO: u64 = 200;
/// Below this size no ratio does harm.
const HARMLESS_BYTES: u64 = 16 * 1024 * 1024;

/// Why an archive is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read `{}`: {reason}", archive.file_name().unwrap_or(archive.as_str()))]
pub struct ArchiveError {
    /// The archive or folder.
    pub archive: Utf8PathBuf,
    /// In the user's words, lower-case, without a trailing stop; names the entry at fault.
    pub reason: String,
}

impl ArchiveError {
    fn new(archive: &Utf8Path, reason: String) -> Self {
        Self { archive: archive.to_owned(), reason }
    }
}

/// The files of a wheel (also a `.zip`) or of a source distribution (`.tar.gz`, `.zip`).
///
/// Paths are relative to the tree's root, which is the empty path. The one folder that everything in a source
/// distribution lies in is not part of them. A zip's files are read when they are asked for; a tarball is unpacked once
/// and keeps in memory what analysis reads, so that other files of it are listed but refused.
pub struct ArchiveTree {
    catalogue: Catalogue,
    files: Packed,
    content: String,
}

enum Packed {
    Zip(zipped::Zipped),
    Tarball(tarball::Unpacked),
}

impl ArchiveTree {
    /// Reads the names in an archive, whose own name says what it is. Fails for what is damaged, hostile, or packed in
    /// another way.
    pub fn open(path: &Utf8Path) -> Result<Self, ArchiveError> {
        Self::read_names(path).map_err(|reason| ArchiveError::new(path, reason))
    }

    /// The SHA-256 of the archive's bytes, in hexadecimal digits.
    pub fn content(&self) -> &str {
        &self.content
    }

    fn read_names(path: &Utf8Path) -> Result<Self, String> {
        let refused = |error: ReadError| match error {
            ReadError::NotAFile => "it is not a regular file".to_owned(),
            other => other.to_string(),
        };
        let size = open_regular(path).map_err(refused)?.metadata().map_err(|error| error.to_string())?.len();
        if size > MAX_ARCHIVE_BYTES {
            return Err(format!("it is larger than {} MiB", MAX_ARCHIVE_BYTES / 1024 / 1024));
        }
        let name = path.file_name().unwrap_or("").to_ascii_lowercase();
        let (catalogue, files) = if name.ends_with(".whl") || name.ends_with(".zip") {
            let (catalogue, zip) = zipped::read(path, name.ends_with(".zip"))?;
            (catalogue, Packed::Zip(zip))
        } else if name.ends_with(".tar.gz") || name.ends_with(".tgz") {
            let (catalogue, unpacked) = tarball::read(path, size)?;
            (catalogue, Packed::Tarball(unpacked))
        } else {
            return Err("only `.whl`, `.zip` and `.tar.gz` are read".to_owned());
        };
        Ok(Self { catalogue, files, content: digest(path)? })
    }
}

impl SourceTree for ArchiveTree {
    fn list(&self, dir: &Utf8Path) -> Listing {
        self.catalogue.list(dir)
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, ReadError> {
        let number = self.catalogue.number(path)?;
        match &self.files {
            Packed::Zip(zip) => zip.read(number),
            Packed::Tarball(unpacked) => unpacked.read(number),
        }
    }
}

/// Whether analysis may read a file of a distribution: its Python sources, its manifests and the files they name.
fn is_kept(path: &str) -> bool {
    let path = Utf8Path::new(path);
    let name = path.file_name().unwrap_or("");
    let by_extension =
        matches!(path.extension(), Some("py" | "pyi" | "pyx" | "toml" | "cfg" | "txt" | "in" | "json"));
    let by_name = matches!(name, "py.typed" | "METADATA" | "PKG-INFO" | "RECORD" | "WHEEL");
    by_extension
        || by_name
        || name.to_ascii_uppercase().contains("VERSION")
        || DocumentKind::of(path).manifest().is_some()
}

/// Whether unpacking `packed` bytes to `unpacked` ones is what no author's text does.
fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > HARMLESS_BYTES && unpacked / MAX_RATIO > packed
}

fn hexadecimal(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(path: &Utf8Path) -> Result<String, String> {
    let mut file = open_regular(path).map_err(|error| error.to_string())?.take(MAX_ARCHIVE_BYTES);
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer).map_err(|error| error.to_string())?;
        if read == 0 {
            return Ok(hexadecimal(digest));
        }
        digest.update(buffer.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
