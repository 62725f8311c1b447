//! Source distributions as `.tar.gz`.

use std::io::{self, BufReader, Read};

use camino::Utf8Path;
use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::catalogue::{Builder, Catalogue, refused};
use super::{HARMLESS_BYTES, MAX_KEPT_BYTES, MAX_RATIO, is_kept};
use crate::vfs::{MAX_FILE_BYTES, ReadError, open_regular};

/// Everything in a tarball has to be unpacked to get at any of it.
const MAX_UNPACKED_BYTES: u64 = 1024 * 1024 * 1024;

/// The files of a tarball that analysis reads; the others are known by name.
#[derive(Default)]
pub(super) struct Unpacked {
    /// By the numbers of the catalogue.
    files: Vec<Unpacking>,
}

enum Unpacking {
    Kept(Vec<u8>),
    LeftOut,
    TooLarge,
}

/// Unpacks a tarball of so many bytes.
pub(super) fn read(path: &Utf8Path, size: u64) -> Result<(Catalogue, Unpacked), String> {
    let file = open_regular(path).map_err(|error| error.to_string())?;
    let unpacked = MultiGzDecoder::new(BufReader::new(file));
    let left = MAX_UNPACKED_BYTES.min(HARMLESS_BYTES.max(size.saturating_mul(MAX_RATIO)));
    let mut archive = Archive::new(Limited { reader: unpacked, left });
    let mut builder = Builder::default();
    let mut unpacked = Unpacked::default();
    let mut kept = 0;
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        match entry.header().entry_type() {
            EntryType::XGlobalHeader => continue,
            EntryType::Regular | EntryType::Continuous if !name.ends_with('/') => {}
            EntryType::Regular | EntryType::Directory => {
                builder.folder(&name)?;
                continue;
            }
            EntryType::Symlink | EntryType::Link => return Err(refused(&name, "is a link")),
            _ => return Err(refused(&name, "is neither a file nor a folder")),
        }
        let placed = builder.file(&name)?;
        let file = match is_kept(&placed.path) {
            false => Unpacking::LeftOut,
            true if entry.size() > MAX_FILE_BYTES => Unpacking::TooLarge,
            true => {
                let mut bytes = Vec::new();
                let read = entry.read_to_end(&mut bytes).map_err(damaged)?;
                kept += u64::try_from(read).unwrap_or(u64::MAX);
                Unpacking::Kept(bytes)
            }
        };
        if kept > MAX_KEPT_BYTES {
            return Err(refused(&name, "makes it unpack to more than is read"));
        }
        if !placed.again {
            unpacked.files.push(file);
        } else if !unpacked.files.get(placed.number).is_some_and(|first| first.is_same(&file)) {
            return Err(refused(&name, "is there twice, with different contents"));
        }
    }
    // The checksum stands behind everything.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(damaged)?;
    Ok((builder.finish(true), unpacked))
}

fn damaged(error: io::Error) -> String {
    match error.get_ref() {
        Some(inner) if inner.is::<TooMuch>() => inner.to_string(),
        _ => format!("it is damaged: {error}"),
    }
}

impl Unpacking {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Kept(one), Self::Kept(other)) => one == other,
            (Self::LeftOut, Self::LeftOut) => true,
            _ => false,
        }
    }
}

impl Unpacked {
    /// The bytes of a file by its number.
    pub fn read(&self, number: usize) -> Result<Vec<u8>, ReadError> {
        match self.files.get(number) {
            Some(Unpacking::Kept(bytes)) => Ok(bytes.clone()),
            Some(Unpacking::LeftOut) => {
                Err(ReadError::Refused("not kept of a source distribution".to_owned()))
            }
            Some(Unpacking::TooLarge) => Err(ReadError::TooLarge),
            None => Err(ReadError::NotFound),
        }
    }
}

/// A reader that fails when it has given out more than a limit.
struct Limited<R> {
    reader: R,
    left: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("it unpacks to more than is read")]
struct TooMuch;

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let bytes = u64::try_from(read).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(bytes).ok_or_else(|| io::Error::other(TooMuch))?;
        Ok(read)
    }
}
