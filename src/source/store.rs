//! Files of trees that are no folders (a commit, an archive), written out so that an editor can open them.
//!
//! ```text
//! sources/acme-shared/0.1.3-0123456789ab/acme/io.py    read-only, written when a location in it is given to an editor
//! sources/acme-shared/0.1.3-0123456789ab.json          where it came from, for a server that is started later
//! ```
//! A place is what its distribution, version and contents name, so that a file written once stays right. Nothing outside
//! of the folder is ever written or deleted, whatever links somebody has put into it.

mod origin;

use std::io::{self, Write};
use std::time::SystemTime;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use parking_lot::Mutex;

pub use origin::OriginRecord;

use super::{Surroundings, cache_folder};
use crate::manifest::DistributionName;
use crate::vfs::{normalize, read_regular, read_regular_text};

/// What all places may take together.
const LIMIT_BYTES: u64 = 500 * 1024 * 1024;
/// Names that Windows takes for devices, whatever follows behind a dot.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
/// A folder that nobody cleans is kept small.
const MAX_TEMPORARY_BYTES: u64 = 50 * 1024 * 1024;
const MAX_VERSION_CHARS: usize = 64;

/// The folder of written files.
#[derive(Debug)]
pub struct SourceStore {
    root: Utf8PathBuf,
    limit: u64,
    writable: bool,
    /// Bytes of all places, once they have been counted; what other processes write is not noticed.
    bytes: Mutex<Option<u64>>,
}

impl Default for SourceStore {
    fn default() -> Self {
        Self::of(&Surroundings::default())
    }
}

impl SourceStore {
    /// The store in the user's cache folder or, where there is no such place, below the folder for temporary files.
    pub fn of(surroundings: &Surroundings) -> Self {
        let kept = cache_folder(surroundings).map(|folder| Self::new(folder.join("sources"), LIMIT_BYTES));
        let temporary = || {
            let folder = surroundings.temporary.as_ref()?.join("crossloc/sources");
            Some(Self::new(folder, MAX_TEMPORARY_BYTES))
        };
        kept.or_else(temporary).unwrap_or_else(Self::nowhere)
    }

    /// A store that nothing is written to: its places are names for what is mounted, and no more.
    fn nowhere() -> Self {
        let root = if cfg!(windows) { "C:\\crossloc\\sources" } else { "/crossloc/sources" };
        Self { writable: false, ..Self::new(Utf8PathBuf::from(root), 0) }
    }

    /// A store in an absolute folder, made when it is needed, that is kept below so many bytes.
    pub fn new(root: Utf8PathBuf, limit: u64) -> Self {
        Self { root: normalize(&root), limit, writable: true, bytes: Mutex::new(None) }
    }

    /// The folder of one distribution's files at one version. `content` is a hash of all of them in hexadecimal digits, or
    /// whatever else names them for good.
    pub fn place(&self, distribution: &DistributionName, version: &str, content: &str) -> Utf8PathBuf {
        let content: String = content.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
        self.root.join(folder_name(distribution)).join(format!("{}-{content}", version_name(version)))
    }

    /// Writes one file of a place, read-only, unless it is there already. Fails for a path that is none of a place.
    pub fn write(&self, file: &Utf8Path, text: &[u8]) -> io::Result<()> {
        let inside = self.parts(file).filter(|(_, below)| !below.as_str().is_empty());
        let (place, _) = inside.ok_or_else(outside)?;
        let parent = self.folder(file.parent().unwrap_or(&place))?;
        touch(&record_path(&place));
        if std::fs::symlink_metadata(file).is_ok_and(|known| known.is_file() && known.len() == length(text))
            && read_regular(file, length(text)).is_ok_and(|known| known == text)
        {
            return Ok(());
        }
        self.put(file, &parent, text, true)?;
        self.keep_below_limit(&place, length(text));
        Ok(())
    }

    /// Notes where a place's files come from.
    pub fn record(&self, place: &Utf8Path, origin: &OriginRecord) -> io::Result<()> {
        let (place, _) =
            self.parts(place).filter(|(_, below)| below.as_str().is_empty()).ok_or_else(outside)?;
        let parent = self.folder(place.parent().unwrap_or(&self.root))?;
        self.put(&record_path(&place), &parent, origin.to_json().as_bytes(), false)
    }

    /// The place that a path is or lies in, and where its files come from. `None` for paths elsewhere, and where the record
    /// cannot be understood.
    pub fn origin_of(&self, path: &Utf8Path) -> Option<(Utf8PathBuf, OriginRecord)> {
        let (place, _) = self.parts(path)?;
        let record = record_path(&place);
        let metadata = std::fs::symlink_metadata(&record).ok()?;
        if !metadata.is_file() || self.is_link(place.parent()?) {
            return None;
        }
        let origin = OriginRecord::from_json(&read_regular_text(&record, origin::MAX_BYTES)?)?;
        Some((place, origin))
    }

    /// A path of the store as its place and what lies below; `None` where it leads elsewhere or could not be written on
    /// every platform.
    fn parts(&self, path: &Utf8Path) -> Option<(Utf8PathBuf, Utf8PathBuf)> {
        let mut below = path.strip_prefix(&self.root).ok()?.components();
        let mut plain = || match below.next()? {
            Utf8Component::Normal(name)
                if !name.contains(['\\', ':']) && !name.contains(char::is_control) =>
            {
                Some(Some(name.to_owned()))
            }
            _ => Some(None),
        };
        let place = self.root.join(plain()??).join(plain()??);
        let mut rest = Utf8PathBuf::new();
        while let Some(name) = plain() {
            rest.push(name?);
        }
        Some((place, rest))
    }

    /// Makes a folder of the store and those above it. A link in their place is not followed.
    fn folder(&self, dir: &Utf8Path) -> io::Result<Utf8PathBuf> {
        if !self.writable {
            return Err(io::Error::other("there is no folder to write it to"));
        }
        std::fs::create_dir_all(&self.root)?;
        let mut folder = self.root.clone();
        for name in dir.strip_prefix(&self.root).map_err(|_| outside())?.components() {
            folder.push(name);
            match std::fs::symlink_metadata(&folder) {
                Ok(known) if known.is_dir() => {}
                Ok(_) => return Err(io::Error::other(format!("`{folder}` is in the way"))),
                Err(_) => make(&folder)?,
            }
        }
        Ok(folder)
    }

    fn is_link(&self, dir: &Utf8Path) -> bool {
        !std::fs::symlink_metadata(dir).is_ok_and(|known| known.is_dir())
    }

    /// Writes a file whole or not at all; a rename replaces a link, and does not follow it.
    fn put(&self, path: &Utf8Path, parent: &Utf8Path, bytes: &[u8], read_only: bool) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(parent)?;
        file.write_all(bytes)?;
        if read_only {
            let mut permissions = file.as_file().metadata()?.permissions();
            permissions.set_readonly(true);
            file.as_file().set_permissions(permissions)?;
        }
        file.persist(path).map(drop).or_else(|failed| {
            // Windows does not replace a read-only file.
            std::fs::remove_file(path)?;
            failed.file.persist(path).map(drop).map_err(|failed| failed.error)
        })
    }

    /// Counts what was written; above the limit the places that were not written to for the longest time go, down to
    /// three quarters of it, but never the one just written to.
    fn keep_below_limit(&self, written: &Utf8Path, added: u64) {
        let mut bytes = self.bytes.lock();
        let mut total = bytes.map_or_else(|| bytes_below(&self.root), |known| known.saturating_add(added));
        if total > self.limit {
            total = bytes_below(&self.root);
            let mut places = self.places();
            places.sort();
            for (_, place) in places.into_iter().filter(|(_, place)| place != written) {
                if total <= self.limit / 4 * 3 {
                    break;
                }
                let freed = bytes_below(&place).saturating_add(bytes_below(&record_path(&place)));
                if delete(&place).is_ok() {
                    let _ = std::fs::remove_file(record_path(&place));
                    total = total.saturating_sub(freed);
                }
            }
        }
        *bytes = Some(total);
    }

    /// All places with the times of their last use.
    fn places(&self) -> Vec<(SystemTime, Utf8PathBuf)> {
        let folders = |dir: &Utf8Path| {
            let entries = dir.read_dir_utf8().into_iter().flatten().flatten();
            let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            folders.map(|entry| entry.path().to_owned()).collect::<Vec<_>>()
        };
        let used = |place: &Utf8Path| {
            let known =
                std::fs::symlink_metadata(record_path(place)).or_else(|_| std::fs::symlink_metadata(place));
            known.and_then(|known| known.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
        };
        let places = folders(&self.root).into_iter().flat_map(|distribution| folders(&distribution));
        places.map(|place| (used(&place), place)).collect()
    }
}

/// The bytes of all files in or below a folder, or of one file; links count as nothing and are not followed.
pub fn bytes_below(path: &Utf8Path) -> u64 {
    let mut total: u64 = 0;
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        match std::fs::symlink_metadata(&path) {
            Ok(known) if known.is_file() => total = total.saturating_add(known.len()),
            Ok(known) if known.is_dir() => {
                let entries = path.read_dir_utf8().into_iter().flatten().flatten();
                waiting.extend(entries.map(|entry| entry.path().to_owned()));
            }
            _ => {}
        }
    }
    total
}

/// Deletes a file, a folder with everything in it, or a link.
pub fn delete(path: &Utf8Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path)?.is_dir() {
        true => std::fs::remove_dir_all(path),
        false => std::fs::remove_file(path),
    }
}

fn make(folder: &Utf8Path) -> io::Result<()> {
    match std::fs::create_dir(folder) {
        // Another process may have been faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        other => other,
    }
}

fn touch(record: &Utf8Path) {
    if std::fs::symlink_metadata(record).is_ok_and(|known| known.is_file())
        && let Ok(file) = std::fs::File::options().append(true).open(record)
    {
        let _ = file.set_modified(SystemTime::now());
    }
}

fn record_path(place: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{place}.json"))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn outside() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "no path of the store")
}

/// A normalised name holds letters, digits and hyphens.
fn folder_name(distribution: &DistributionName) -> String {
    let name = distribution.as_str();
    let is_device = DEVICES.iter().any(|device| {
        let rest = name.strip_prefix(device);
        rest.is_some_and(|rest| {
            rest.is_empty() || (rest.len() == 1 && rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    });
    if is_device { format!("{name}_") } else { name.to_owned() }
}

/// A version as a part of a file's name; one that is none may hold anything.
fn version_name(version: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '!' | '_') { c } else { '_' };
    let name: String = version.chars().take(MAX_VERSION_CHARS).map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { name } else { format!("_{name}") }
}

#[cfg(test)]
mod tests;
