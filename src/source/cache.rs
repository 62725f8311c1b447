//! What earlier runs learned of Python files: whether their bytes matter, and their summaries.
//!
//! An entry is good for the text it was made of, and for no other. That a file still has this text is known without
//! reading it where its [`Stamp`] is the same and was old when it was taken; else the hash of the text decides. Files
//! lie outside of the workspace, are written whole and renamed into place, and begin with who wrote them: what another
//! build wrote, and what does not match its own checksum, is as good as absent.

use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::Mutex;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::Surroundings;
use crate::python::ModuleSummary;
use crate::vfs::{FileId, SourceText, Stamp, nanoseconds, read_regular};

/// So many files hold the entries of one workspace; a change writes one of them anew.
const SHARDS: usize = 16;
/// Larger ones nobody wrote.
const MAX_SHARD_BYTES: u64 = 1024 * 1024 * 1024;
/// A file that was changed this shortly before it was looked at may have changed again within one tick of its clock;
/// the slowest in use, FAT's, ticks every two seconds.
const TICK: Duration = Duration::from_secs(2);
/// Changed with the form of the entries.
const FORM: &str = "crossloc index 2";

/// The entries of one workspace, from earlier runs and from this one.
pub struct Cache {
    folder: Utf8PathBuf,
    writer: [u8; 32],
    now: u64,
    shards: [Shard; SHARDS],
}

#[derive(Default)]
struct Shard {
    stored: OnceLock<Stored>,
    learned: Mutex<FxHashMap<FileId, Learned>>,
}

/// A shard's file: its entries, and the bytes that they point into.
#[derive(Default)]
struct Stored {
    entries: FxHashMap<String, Entry>,
    bytes: Vec<u8>,
    /// Where the summaries begin in `bytes`.
    summaries: usize,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    /// When the stamp was taken, in nanoseconds since 1970.
    taken: u64,
    scan: Option<Scan>,
    summary: Option<Summary>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Scan {
    needles: u64,
    matters: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct Summary {
    text: [u8; 32],
    start: usize,
    len: usize,
}

/// What this run found out about one file.
#[derive(Clone, Default)]
struct Learned {
    stamp: Stamp,
    scan: Option<Scan>,
    summary: Option<([u8; 32], Kept)>,
}

/// A summary's bytes.
#[derive(Clone)]
enum Kept {
    /// Made in this run.
    New(Vec<u8>),
    /// In the shard's file: the stamp has changed, the text has not.
    Stored,
}

/// The folder of everything that crossloc keeps, in the user's cache folder. `None` where there is no such place.
pub fn cache_folder(surroundings: &Surroundings) -> Option<Utf8PathBuf> {
    Some(surroundings.base_cache_dir()?.join("crossloc"))
}

impl Cache {
    /// The cache of the workspace in a folder, in the user's cache folder. Nothing is read yet. `None` where there is no
    /// such place.
    pub fn of_workspace(root: &Utf8Path, surroundings: &Surroundings) -> Option<Self> {
        let name = blake3::hash(root.as_str().as_bytes()).to_hex();
        let folder = cache_folder(surroundings)?.join("index").join(name.get(..16)?);
        Some(Self::new(folder, writer(surroundings.program.as_deref()), SystemTime::now()))
    }

    fn new(folder: Utf8PathBuf, writer: [u8; 32], now: SystemTime) -> Self {
        Self { folder, writer, now: nanoseconds(now), shards: Default::default() }
    }

    /// Whether the file's bytes matter to a search for these needles, where that is known of the file with this stamp.
    pub fn matters(&self, file: &FileId, stamp: Stamp, needles: u64) -> Option<bool> {
        let entry = self.stored(file)?.entries.get(file.path().as_str())?;
        let scan = entry.scan.filter(|scan| scan.needles == needles)?;
        entry.is_certain(stamp).then_some(scan.matters)
    }

    /// Notes whether a file's bytes matter; the stamp was taken before they were read.
    pub fn learn_matters(&self, file: &FileId, stamp: Stamp, needles: u64, matters: bool) {
        self.learn(file, stamp, |learned| learned.scan = Some(Scan { needles, matters }));
    }

    /// The summary of the file with this stamp. `text` reads the file, where the stamp does not settle it.
    pub fn summary(
        &self,
        file: &FileId,
        stamp: Stamp,
        text: impl FnOnce() -> Option<Arc<SourceText>>,
    ) -> Option<ModuleSummary> {
        let stored = self.stored(file)?;
        let entry = stored.entries.get(file.path().as_str())?;
        let summary = entry.summary.as_ref()?;
        if !entry.is_certain(stamp) {
            if entry.stamp.size != stamp.size
                || *blake3::hash(text()?.text.as_bytes()).as_bytes() != summary.text
            {
                return None;
            }
            self.learn(file, stamp, |learned| learned.summary = Some((summary.text, Kept::Stored)));
        }
        postcard::from_bytes(stored.summary(summary)?).ok()
    }

    /// Notes the summary of a text; the stamp was taken before it was read.
    pub fn learn_summary(&self, file: &FileId, stamp: Stamp, text: &str, summary: &ModuleSummary) {
        let Ok(bytes) = postcard::to_stdvec(summary) else { return };
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        self.learn(file, stamp, |learned| learned.summary = Some((hash, Kept::New(bytes))));
    }

    /// Writes what was learned. Where that fails, the next run learns it again.
    pub fn save(&self) {
        if self.shards.iter().all(|shard| shard.learned.lock().is_empty()) {
            return;
        }
        if std::fs::create_dir_all(&self.folder).is_err() {
            return;
        }
        self.shards.par_iter().enumerate().for_each(|(number, shard)| {
            let learned = std::mem::take(&mut *shard.learned.lock());
            if !learned.is_empty() {
                let _ = self.write(number, &self.merged(number, shard, learned));
            }
        });
    }

    fn learn(&self, file: &FileId, stamp: Stamp, change: impl FnOnce(&mut Learned)) {
        let Some(shard) = self.shards.get(shard_of(file)) else { return };
        let mut learned = shard.learned.lock();
        let entry = learned.entry(file.clone()).or_default();
        if entry.stamp != stamp {
            *entry = Learned { stamp, ..Learned::default() };
        }
        change(entry);
    }

    fn stored(&self, file: &FileId) -> Option<&Stored> {
        let number = shard_of(file);
        let shard = self.shards.get(number)?;
        Some(shard.stored.get_or_init(|| self.read(number).unwrap_or_default()))
    }

    fn path(&self, number: usize) -> Utf8PathBuf {
        self.folder.join(format!("{number:02}"))
    }

    /// A shard's file: 32 bytes of who wrote it, 32 of the checksum of what follows, 8 of the length of the entries,
    /// the entries, the summaries.
    fn read(&self, number: usize) -> Option<Stored> {
        let bytes = read_regular(&self.path(number), MAX_SHARD_BYTES).ok()?;
        let (writer, rest) = bytes.split_first_chunk::<32>()?;
        let (checksum, body) = rest.split_first_chunk::<32>()?;
        if *writer != self.writer || blake3::hash(body).as_bytes() != checksum {
            return None;
        }
        let (length, rest) = body.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let entries = postcard::from_bytes(rest.get(..length)?).ok()?;
        Some(Stored { entries, summaries: 72 + length, bytes })
    }

    fn write(
        &self,
        number: usize,
        (entries, summaries): &(FxHashMap<String, Entry>, Vec<u8>),
    ) -> std::io::Result<()> {
        let entries = postcard::to_stdvec(entries).map_err(std::io::Error::other)?;
        let mut body = Vec::with_capacity(8 + entries.len() + summaries.len());
        body.extend_from_slice(&u64::try_from(entries.len()).unwrap_or(u64::MAX).to_le_bytes());
        body.extend_from_slice(&entries);
        body.extend_from_slice(summaries);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&self.writer)?;
        file.write_all(blake3::hash(&body).as_bytes())?;
        file.write_all(&body)?;
        file.persist(self.path(number))?;
        Ok(())
    }

    /// The entries of a shard with what was learned; those of files that are gone are left out.
    fn merged(
        &self,
        number: usize,
        shard: &Shard,
        learned: FxHashMap<FileId, Learned>,
    ) -> (FxHashMap<String, Entry>, Vec<u8>) {
        let stored = shard.stored.get_or_init(|| self.read(number).unwrap_or_default());
        let mut entries = FxHashMap::default();
        let mut summaries = Vec::new();
        let mut put = |bytes: &[u8], text| {
            let start = summaries.len();
            summaries.extend_from_slice(bytes);
            Some(Summary { text, start, len: bytes.len() })
        };
        for (path, entry) in &stored.entries {
            let known = learned.contains_key(&FileId::new(path.as_str().into()));
            if !known && Utf8Path::new(path).symlink_metadata().is_ok() {
                let summary = entry.summary.as_ref().and_then(|kept| put(stored.summary(kept)?, kept.text));
                entries.insert(path.clone(), Entry { summary, ..entry.clone() });
            }
        }
        for (file, learned) in learned {
            let before = stored.entries.get(file.path().as_str());
            // What one run did not ask, an earlier one may have known of the same text.
            let same = before.filter(|before| before.is_certain(learned.stamp));
            let kept = before.and_then(|before| before.summary.as_ref());
            let summary = match learned.summary {
                Some((text, Kept::New(bytes))) => put(&bytes, text),
                Some((text, Kept::Stored)) => kept.and_then(|kept| put(stored.summary(kept)?, text)),
                None => same.and(kept).and_then(|kept| put(stored.summary(kept)?, kept.text)),
            };
            let scan = learned.scan.or(same.and_then(|same| same.scan));
            let entry = Entry { stamp: learned.stamp, taken: self.now, scan, summary };
            entries.insert(file.path().to_string(), entry);
        }
        (entries, summaries)
    }
}

impl Entry {
    /// Whether a file with this stamp has the text that the entry was made of: the stamp is the same, and the file had
    /// been left alone for a while when it was taken.
    fn is_certain(&self, stamp: Stamp) -> bool {
        let tick = u64::try_from(TICK.as_nanos()).unwrap_or(u64::MAX);
        self.stamp == stamp && stamp.latest().saturating_add(tick) < self.taken
    }
}

impl Stored {
    fn summary(&self, summary: &Summary) -> Option<&[u8]> {
        let start = self.summaries.checked_add(summary.start)?;
        self.bytes.get(start..start.checked_add(summary.len)?)
    }
}

/// Who writes: a summary means something only to the build that made it.
fn writer(program: Option<&Utf8Path>) -> [u8; 32] {
    let binary = program.and_then(|path| path.metadata().ok());
    let binary =
        binary.map(|metadata| (metadata.len(), metadata.modified().map(nanoseconds).unwrap_or_default()));
    *blake3::hash(format!("{FORM} {} {binary:?}", env!("CARGO_PKG_VERSION")).as_bytes()).as_bytes()
}

fn shard_of(file: &FileId) -> usize {
    use std::hash::BuildHasher;
    let hash = rustc_hash::FxBuildHasher.hash_one(file.path().as_str());
    usize::try_from(hash % SHARDS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests;
