//! What earlier runs learned of Python files: whether their bytes matter, and their summaries.
//!
//! An entry is good for the text it was made of, and for no other. That a file still has this text is known without
//! reading it where its [`Stamp`] is the same and was old when it was taken; else the hash of the text decides. Files
//! lie outside of the workspace, are written whole and renamed into place, and begin with who wrote them: what another
//! build wrote, and what does not match its own checksum, is as good as absent.

mod pages;

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::Mutex;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::Surroundings;
use crate::python::ModuleSummary;
use crate::vfs::{FileId, SourceText, Stamp, nanoseconds, open_regular};
use pages::{Page, Pages};

/// What stands before the entries of a shard's file.
const HEAD: usize = 72;
/// So many files hold the entries of one workspace; a change writes one of them anew.
const SHARDS: usize = 16;
/// Larger ones nobody wrote.
const MAX_SHARD_BYTES: u64 = 1024 * 1024 * 1024;
/// A file that was changed this shortly before it was looked at may have changed again within one tick of its clock;
/// the slowest in use, FAT's, ticks every two seconds.
const TICK: Duration = Duration::from_secs(2);
/// Changed with the form of the entries.
const FORM: &str = "crossloc index 3";

/// The entries of one workspace, from earlier runs and from this one.
pub struct Cache {
    folder: Utf8PathBuf,
    writer: [u8; 32],
    now: u64,
    shards: [Shard; SHARDS],
    /// The summaries that this run made, until they are saved: thousands of them would take more memory than all else.
    made: Pages,
}

#[derive(Default)]
struct Shard {
    /// None before it is asked for, and after it was written anew.
    stored: Mutex<Option<Arc<Stored>>>,
    learned: Mutex<FxHashMap<FileId, Learned>>,
}

/// A shard's file: its entries, and where the summaries lie that they point to.
#[derive(Default)]
struct Stored {
    entries: FxHashMap<String, Entry>,
    summaries: Pages,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    /// When the stamp was taken, in nanoseconds since 1970.
    taken: u64,
    scans: Scans,
    summary: Option<Summary>,
}

/// The newest searches of different names: several rules search all files, each for something of its own.
type Scans = SmallVec<[Scan; 2]>;

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Scan {
    needles: u64,
    matters: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct Summary {
    text: [u8; 32],
    page: Page,
}

/// What this run found out about one file.
#[derive(Clone, Default)]
struct Learned {
    stamp: Stamp,
    scans: Scans,
    summary: Option<([u8; 32], Kept)>,
}

/// Where a summary's bytes are.
#[derive(Clone)]
enum Kept {
    /// Made in this run.
    Made(Page),
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
        let made = Pages::default();
        Self { folder, writer, now: nanoseconds(now), shards: Default::default(), made }
    }

    /// Whether the file's bytes matter to a search for these needles, where that is known of the file with this stamp.
    pub fn matters(&self, file: &FileId, stamp: Stamp, needles: u64) -> Option<bool> {
        let stored = self.stored(file)?;
        let entry = stored.entries.get(file.path().as_str())?;
        let scan = entry.scans.iter().find(|scan| scan.needles == needles)?;
        entry.is_certain(stamp).then_some(scan.matters)
    }

    /// Notes whether a file's bytes matter; the stamp was taken before they were read.
    pub fn learn_matters(&self, file: &FileId, stamp: Stamp, needles: u64, matters: bool) {
        self.learn(file, stamp, |learned| learned.scans.push(Scan { needles, matters }));
    }

    /// The summary of the file with this stamp. `text` reads the file, where the stamp does not settle it.
    pub fn summary(
        &self,
        file: &FileId,
        stamp: Stamp,
        text: impl FnOnce() -> Option<Arc<SourceText>>,
    ) -> Option<ModuleSummary> {
        if let Some(made) = self.made_here(file, stamp) {
            return Some(made);
        }
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
        postcard::from_bytes(&stored.summaries.read(summary.page)?).ok()
    }

    /// The summary that this run made of the file with this stamp.
    fn made_here(&self, file: &FileId, stamp: Stamp) -> Option<ModuleSummary> {
        let learned = self.shards.get(shard_of(file))?.learned.lock().get(file).cloned()?;
        match learned.summary.filter(|_| learned.stamp == stamp)? {
            (_, Kept::Made(page)) => postcard::from_bytes(&self.made.read(page)?).ok(),
            (_, Kept::Stored) => None,
        }
    }

    /// Notes the summary of a text; the stamp was taken before it was read.
    pub fn learn_summary(&self, file: &FileId, stamp: Stamp, text: &str, summary: &ModuleSummary) {
        let Ok(bytes) = postcard::to_stdvec(summary) else { return };
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        let Some(page) = self.made.append(&self.folder, &bytes) else { return };
        self.learn(file, stamp, |learned| learned.summary = Some((hash, Kept::Made(page))));
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
            if !learned.is_empty() && self.write(number, shard, learned).is_ok() {
                *shard.stored.lock() = None;
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

    fn stored(&self, file: &FileId) -> Option<Arc<Stored>> {
        let number = shard_of(file);
        Some(self.stored_in(number, self.shards.get(number)?))
    }

    fn stored_in(&self, number: usize, shard: &Shard) -> Arc<Stored> {
        let mut stored = shard.stored.lock();
        stored.get_or_insert_with(|| Arc::new(self.read(number).unwrap_or_default())).clone()
    }

    fn path(&self, number: usize) -> Utf8PathBuf {
        self.folder.join(format!("{number:02}"))
    }

    /// A shard's file: 32 bytes of who wrote it, 32 of the checksum of the entries with their length, 8 of that length,
    /// the entries, the summaries, of which each entry holds the checksum.
    fn read(&self, number: usize) -> Option<Stored> {
        let mut file = open_regular(&self.path(number)).ok()?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head).ok()?;
        let (writer, rest) = head.split_first_chunk::<32>()?;
        let (checksum, length) = rest.split_first_chunk::<32>()?;
        let length = u64::from_le_bytes(*length.first_chunk::<8>()?);
        let mut entries = Vec::new();
        (&mut file).take(length.min(MAX_SHARD_BYTES)).read_to_end(&mut entries).ok()?;
        if *writer != self.writer || head_checksum(length, &entries) != *checksum {
            return None;
        }
        let base = u64::try_from(HEAD).ok()?.checked_add(length)?;
        Some(Stored { entries: postcard::from_bytes(&entries).ok()?, summaries: Pages::of(file, base) })
    }

    /// Writes the entries of a shard with what was learned; those of files that are gone are left out. The summaries are
    /// written first, to a file of their own, as the entries tell where they lie.
    fn write(
        &self,
        number: usize,
        shard: &Shard,
        learned: FxHashMap<FileId, Learned>,
    ) -> std::io::Result<()> {
        let summaries = Pages::default();
        let entries = self.merged(number, shard, learned, &summaries);
        let entries = postcard::to_stdvec(&entries).map_err(std::io::Error::other)?;
        let length = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&self.writer)?;
        file.write_all(&head_checksum(length, &entries))?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(&entries)?;
        summaries.copy_to(file.as_file_mut())?;
        file.persist(self.path(number))?;
        Ok(())
    }

    fn merged(
        &self,
        number: usize,
        shard: &Shard,
        learned: FxHashMap<FileId, Learned>,
        summaries: &Pages,
    ) -> FxHashMap<String, Entry> {
        let stored = self.stored_in(number, shard);
        let mut entries = FxHashMap::default();
        let put = |bytes: Option<Vec<u8>>, text| {
            Some(Summary { text, page: summaries.append(&self.folder, &bytes?)? })
        };
        for (path, entry) in &stored.entries {
            let known = learned.contains_key(&FileId::new(path.as_str().into()));
            if !known && Utf8Path::new(path).symlink_metadata().is_ok() {
                let kept = entry.summary.as_ref();
                let summary = kept.and_then(|kept| put(stored.summaries.read(kept.page), kept.text));
                entries.insert(path.clone(), Entry { summary, ..entry.clone() });
            }
        }
        for (file, learned) in learned {
            let before = stored.entries.get(file.path().as_str());
            // What one run did not ask, an earlier one may have known of the same text.
            let same = before.filter(|before| before.is_certain(learned.stamp));
            let kept = before.and_then(|before| before.summary.as_ref());
            let summary = match learned.summary {
                Some((text, Kept::Made(page))) => put(self.made.read(page), text),
                Some((text, Kept::Stored)) => {
                    kept.and_then(|kept| put(stored.summaries.read(kept.page), text))
                }
                None => same.and(kept).and_then(|kept| put(stored.summaries.read(kept.page), kept.text)),
            };
            let mut scans = learned.scans;
            for scan in same.map(|same| same.scans.clone()).unwrap_or_default() {
                let another = scans.iter().all(|known| known.needles != scan.needles);
                if another && scans.len() < scans.inline_size() {
                    scans.push(scan);
                }
            }
            let entry = Entry { stamp: learned.stamp, taken: self.now, scans, summary };
            entries.insert(file.path().to_string(), entry);
        }
        entries
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

fn head_checksum(length: u64, entries: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&length.to_le_bytes());
    hasher.update(entries);
    *hasher.finalize().as_bytes()
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
