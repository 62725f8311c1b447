//! The one door to the contents of files on disk: regular files, and no more of them than a limit.
//!
//! A name in a workspace may lead anywhere: to a fifo, which makes who opens it wait, to a device that never ends, into
//! `/proc`, where files say that they are empty and go on for ever.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};

use camino::Utf8Path;

use super::ReadError;

/// Opens a regular file to be read. What stands there is asked for before, as opening a device does things, and again
/// after it, as it may have been replaced.
pub fn open_regular(path: &Utf8Path) -> Result<File, ReadError> {
    open(path).map(|(file, _)| file)
}

/// All bytes of a regular file; fails for one that has more than `limit`, whatever it says of its length.
pub fn read_regular(path: &Utf8Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let (mut file, metadata) = open(path)?;
    if metadata.len() > limit {
        return Err(ReadError::TooLarge);
    }
    if metadata.len() == 0 {
        // What has no length and yet something to read is made up by the system as it is read.
        return match file.read(&mut [0]).map_err(refused)? {
            0 => Ok(Vec::new()),
            _ => Err(ReadError::NotAFile),
        };
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(refused)?;
    if u64::try_from(read).is_ok_and(|read| read <= limit) { Ok(bytes) } else { Err(ReadError::TooLarge) }
}

/// The same as text; none where it cannot be read or is no UTF-8.
pub fn read_regular_text(path: &Utf8Path, limit: u64) -> Option<String> {
    String::from_utf8(read_regular(path, limit).ok()?).ok()
}

fn open(path: &Utf8Path) -> Result<(File, Metadata), ReadError> {
    regular(std::fs::metadata(path))?;
    let file = options().open(path).map_err(refused)?;
    let metadata = regular(file.metadata())?;
    Ok((file, metadata))
}

fn regular(metadata: io::Result<Metadata>) -> Result<Metadata, ReadError> {
    let metadata = metadata.map_err(refused)?;
    if metadata.is_file() { Ok(metadata) } else { Err(ReadError::NotAFile) }
}

/// A fifo that was put in the file's place is opened without waiting for a writer.
#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    options.read(true).custom_flags(flags);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

pub(super) fn refused(error: io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::NotFound,
        _ => ReadError::Refused(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(dir.path()).unwrap().join("a.txt");
        for (length, read) in [(0, true), (9, true), (10, true), (11, false)] {
            std::fs::write(&path, vec![b'x'; length]).unwrap();
            assert_eq!(read_regular(&path, 10).ok().map(|bytes| bytes.len()), read.then_some(length));
        }
        assert_eq!(read_regular(path.parent().unwrap(), 10), Err(ReadError::NotAFile));
        assert_eq!(read_regular(&path.join("b"), 10), Err(ReadError::NotFound));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_file_or_has_no_end_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = Utf8Path::from_path(dir.path()).unwrap().join("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        for path in [fifo.as_path(), Utf8Path::new("/dev/zero"), Utf8Path::new("/dev/null")] {
            assert_eq!(read_regular(path, 10), Err(ReadError::NotAFile), "{path}");
            assert!(open_regular(path).is_err(), "{path}");
        }
        for path in ["/proc/self/pagemap", "/proc/self/status", "/proc/kmsg"] {
            assert!(read_regular(Utf8Path::new(path), u64::MAX).is_err(), "{path}");
        }
    }
}
