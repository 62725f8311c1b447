//! Pieces of bytes in a file, read one by one when they are asked for.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use camino::Utf8Path;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// A file of pieces; none where there are no pieces yet, or no place for them.
#[derive(Default)]
pub(super) struct Pages {
    file: Mutex<Option<File>>,
    /// Where the first piece begins, in bytes.
    base: u64,
}

/// A piece: its place behind the first one's, in bytes, and the hash that tells whether it is the one that was written.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Page {
    start: u64,
    length: u64,
    hash: [u8; 32],
}

/// Longer pieces are none that was written here.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

impl Pages {
    /// The pieces that begin at `base` of a file.
    pub fn of(file: File, base: u64) -> Self {
        Self { file: Mutex::new(Some(file)), base }
    }

    /// Adds a piece; the file is made in `folder` for the first one, and has no name there. None where that fails.
    pub fn append(&self, folder: &Utf8Path, bytes: &[u8]) -> Option<Page> {
        let mut held = self.file.lock();
        if held.is_none() {
            std::fs::create_dir_all(folder).ok()?;
            *held = Some(tempfile::tempfile_in(folder).ok()?);
        }
        let file = held.as_mut()?;
        let start = file.seek(SeekFrom::End(0)).ok()?.checked_sub(self.base)?;
        file.write_all(bytes).ok()?;
        let length = u64::try_from(bytes.len()).ok()?;
        Some(Page { start, length, hash: *blake3::hash(bytes).as_bytes() })
    }

    /// A piece's bytes; none where they are not those that were written.
    pub fn read(&self, page: Page) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut held = self.file.lock();
        let file = held.as_mut().filter(|_| page.length <= MAX_BYTES)?;
        file.seek(SeekFrom::Start(self.base.checked_add(page.start)?)).ok()?;
        file.take(page.length).read_to_end(&mut bytes).ok()?;
        drop(held);
        (blake3::hash(&bytes).as_bytes() == &page.hash).then_some(bytes)
    }

    /// Writes all pieces to a file, in their order.
    pub fn copy_to(&self, target: &mut File) -> std::io::Result<()> {
        let mut held = self.file.lock();
        let Some(file) = held.as_mut() else { return Ok(()) };
        file.seek(SeekFrom::Start(self.base))?;
        std::io::copy(file, target).map(drop)
    }
}
