//! Wheels and other zip files.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use zip::read::ZipArchiveMetadata;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive, ZipReadOptions};

use super::catalogue::{Builder, Catalogue, refused};
use super::{MAX_KEPT_BYTES, is_bomb, is_kept};
use crate::vfs::{MAX_FILE_BYTES, ReadError, open_regular};

/// The directory at a zip's end, for the largest number of entries that is admitted.
const MAX_DIRECTORY_BYTES: u64 = 32 * 1024 * 1024;
/// The bits of a Unix mode that tell what a file is, and their values for what is admitted.
const FORMAT: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

/// A zip file whose entries are read when they are asked for. It is opened anew each time, so that nobody is kept from
/// replacing it; a file put in its place fails on its checksums.
pub(super) struct Zipped {
    path: Utf8PathBuf,
    directory: Arc<ZipArchiveMetadata>,
    /// For each number of the catalogue, the entry's.
    entries: Vec<usize>,
}

/// Reads the names of a zip file.
pub(super) fn read(path: &Utf8Path, without_top: bool) -> Result<(Catalogue, Zipped), String> {
    let directory = directory(path)?;
    let mut builder = Builder::default();
    let mut entries = Vec::new();
    let (mut packed, mut unpacked) = (0_u64, 0_u64);
    for index in 0..directory.len() {
        let entry = directory.entry(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?;
        match entry.unix_mode().map_or(0, |mode| mode & FORMAT) {
            0 | REGULAR | FOLDER => {}
            LINK => return Err(refused(&name, "is a link")),
            _ => return Err(refused(&name, "is neither a file nor a folder")),
        }
        if entry.is_dir() {
            builder.folder(&name)?;
            continue;
        }
        let placed = builder.file(&name)?;
        if placed.again {
            return Err(refused(&name, "is there twice"));
        }
        entries.push(index);
        if !is_kept(&placed.path) {
            continue;
        }
        if entry.encrypted() {
            return Err(refused(&name, "is encrypted"));
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(refused(&name, "is compressed in a way that is not read"));
        }
        packed = packed.saturating_add(entry.compressed_size());
        unpacked = unpacked.saturating_add(entry.size());
        if unpacked > MAX_KEPT_BYTES || is_bomb(packed, unpacked) {
            return Err(refused(&name, "makes it unpack to more than is read"));
        }
    }
    let zip = Zipped { path: path.to_owned(), directory, entries };
    Ok((builder.finish(without_top), zip))
}

/// Reads the directory; entries that share bytes are refused, which is how a small zip unpacks to a huge one.
fn directory(path: &Utf8Path) -> Result<Arc<ZipArchiveMetadata>, String> {
    let open = || open_regular(path).map_err(|error| error.to_string());
    let budget = Budget { file: open()?, left: MAX_DIRECTORY_BYTES };
    let directory = ZipArchive::new(BufReader::new(budget)).map_err(damaged)?.metadata();
    if directory.has_duplicate_names() {
        return Err("two of its entries have the same name".to_owned());
    }
    let budget = Budget { file: open()?, left: MAX_DIRECTORY_BYTES };
    let mut unbuffered = ZipArchive::new(BufReader::with_capacity(64, budget)).map_err(damaged)?;
    match unbuffered.has_overlapping_entries().map_err(damaged)? {
        true => Err("its entries overlap".to_owned()),
        false => Ok(directory),
    }
}

fn damaged(error: ZipError) -> String {
    match error {
        ZipError::InvalidArchive(why) => format!("it is damaged: {why}"),
        ZipError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "it is damaged: it ends too early".to_owned()
        }
        other => other.to_string(),
    }
}

impl Zipped {
    /// The bytes of a file by its number.
    pub fn read(&self, number: usize) -> Result<Vec<u8>, ReadError> {
        let refused = |error: &dyn std::fmt::Display| ReadError::Refused(error.to_string());
        let index = *self.entries.get(number).ok_or(ReadError::NotFound)?;
        let entry = self.directory.entry(index).map_err(|error| refused(&error))?;
        if entry.size() > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge);
        }
        let mut file = open_regular(&self.path).map_err(|error| refused(&error))?;
        let opened = entry.with_reader(&mut file, ZipReadOptions::new());
        let mut bytes = Vec::new();
        let reader = opened.map_err(|error| refused(&error))?;
        reader.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| refused(&error))?;
        Ok(bytes)
    }
}

/// A file of which only so many bytes may be read.
struct Budget {
    file: File,
    left: u64,
}

impl Read for Budget {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let bytes = u64::try_from(read).unwrap_or(u64::MAX);
        self.left =
            self.left.checked_sub(bytes).ok_or_else(|| io::Error::other("it has too many entries"))?;
        Ok(read)
    }
}

impl Seek for Budget {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}
