//! Lock files: text to [`Lock`]. Reading never fails, and reads little: the text is split at its entries, and an entry
//! is parsed when it is asked for, once. A lock of a megabyte has some five hundred entries, of which a question needs
//! a handful.

mod compiled;
mod edges;
mod model;
mod pdm;
mod pipfile;
mod pixi;
mod poetry;
mod pylock;
mod split;
mod uv;
mod walk;

use std::sync::{Arc, OnceLock};

pub use compiled::is_compiled;
pub use model::{
    LockEdge, LockEntry, LockHead, LockKind, LockManifest, LockMetadata, LockSource, LockedRequirement,
};
pub use walk::Reached;

use super::DistributionName;
use super::model::ManifestError;
use crate::text::{Spanned, TextRange};
use model::Parsed;
use split::{Kept, Reduced};

/// A lock file, split at its entries.
#[derive(Debug)]
pub struct Lock {
    /// Its format.
    pub kind: LockKind,
    /// What it says of itself.
    pub head: LockHead,
    /// What makes the lock as a whole unreadable or doubtful: cut off, of a newer format, not of this format at all.
    pub errors: Vec<ManifestError>,
    /// The whole; of the formats that list archives only what is left without them, once the lock is read.
    text: Arc<str>,
    several_indexes: bool,
    slots: Vec<Slot>,
    /// Indexes of the entries, sorted by their names, those of one name in the order of the file.
    by_name: Vec<u32>,
}

/// An entry that may not have been parsed yet.
#[derive(Debug)]
struct Slot {
    name: Spanned<DistributionName>,
    range: TextRange,
    header: TextRange,
    /// What is left of it without its archives, once the lock is read.
    kept: Option<Kept>,
    parsed: OnceLock<Parsed>,
}

/// Reads a lock of a known format.
pub fn read_lock(kind: LockKind, text: &Arc<str>) -> Lock {
    let mut lock = Lock {
        kind,
        head: LockHead::default(),
        errors: Vec::new(),
        text: text.clone(),
        several_indexes: split::names_several_indexes(kind, text),
        slots: Vec::new(),
        by_name: Vec::new(),
    };
    if let Some(range) = split::conflict(text) {
        lock.error("the lock holds a merge conflict: resolve it, or delete the lock and lock anew", range);
        return lock;
    }
    match kind {
        LockKind::Uv => uv::read(&mut lock),
        LockKind::Poetry => poetry::read(&mut lock),
        LockKind::Pdm => pdm::read(&mut lock),
        LockKind::Pylock => pylock::read(&mut lock),
        LockKind::Pipfile => pipfile::read(&mut lock),
        LockKind::Pixi => pixi::read(&mut lock),
        LockKind::Compiled => compiled::read(&mut lock),
    }
    lock.sort();
    lock.reduce();
    lock
}

impl Lock {
    /// The names of all distributions it locks, in no order.
    pub fn names(&self) -> impl Iterator<Item = &DistributionName> {
        let mut last = None;
        let names = self.by_name.iter().filter_map(|at| Some(&self.slots.get(*at as usize)?.name.value));
        names.filter(move |name| last.replace(*name) != Some(*name))
    }

    /// The indexes of the entries of one name, in the order of the file.
    fn named(&self, name: &DistributionName) -> impl Iterator<Item = usize> {
        let name_of = |at: &u32| self.slots.get(*at as usize).map(|slot| &slot.name.value);
        let from = self.by_name.partition_point(|at| name_of(at) < Some(name));
        let behind = self.by_name.get(from..).unwrap_or_default().iter();
        behind.take_while(move |at| name_of(at) == Some(name)).map(|at| *at as usize)
    }

    /// The entries of one name, in the order of the file; those that cannot be read are left out.
    pub fn entries(&self, name: &DistributionName) -> Vec<Arc<LockEntry>> {
        self.named(name).filter_map(|index| self.entry(index)).collect()
    }

    /// All entries; parses the whole lock.
    pub fn all_entries(&self) -> impl Iterator<Item = Arc<LockEntry>> {
        (0..self.slots.len()).filter_map(|index| self.entry(index))
    }

    /// Entries that lead to folders on disk: found by their text, so that no others are parsed.
    pub fn live_entries(&self) -> Vec<Arc<LockEntry>> {
        let live = |slot: &Slot| split::may_be_live(self.kind, &self.reduced(slot).text);
        let indexes = self.slots.iter().enumerate().filter(|(_, slot)| live(slot)).map(|(index, _)| index);
        let entries = indexes.filter_map(|index| self.entry(index));
        entries.filter(|entry| entry.source.folder().is_some()).collect()
    }

    /// Whether what it locks comes from more than one package index, as far as that is told without parsing entries.
    pub fn names_several_indexes(&self) -> bool {
        self.several_indexes
    }

    /// Whether it has an entry of that name, readable or not.
    pub fn has(&self, name: &DistributionName) -> bool {
        self.named(name).next().is_some()
    }

    /// Where the entries of a name begin, readable or not: the name's place.
    pub fn places(&self, name: &DistributionName) -> Vec<TextRange> {
        self.named(name).filter_map(|index| Some(self.slots.get(index)?.name.range)).collect()
    }

    /// The entry at an index, parsed on first use.
    pub fn entry(&self, index: usize) -> Option<Arc<LockEntry>> {
        self.parsed(index)?.entry.clone()
    }

    fn parsed(&self, index: usize) -> Option<&Parsed> {
        let slot = self.slots.get(index)?;
        Some(slot.parsed.get_or_init(|| match self.kind {
            LockKind::Uv => uv::entry(index, slot.header, &self.reduced(slot)),
            LockKind::Poetry => poetry::entry(index, slot.header, &self.reduced(slot)),
            LockKind::Pdm => pdm::entry(index, slot.header, &self.reduced(slot)),
            LockKind::Pylock => pylock::entry(index, slot.header, &self.reduced(slot)),
            LockKind::Pipfile => pipfile::entry(index, slot.name.clone(), slot.range, &self.text),
            LockKind::Pixi => pixi::entry(index, slot.range, &self.text),
            LockKind::Compiled => compiled::entry(index, slot.range, &self.text),
        }))
    }

    /// What is left of an entry without its archives.
    fn reduced(&self, slot: &Slot) -> Reduced<'_> {
        match &slot.kept {
            Some(kept) => kept.reduced(&self.text),
            None => {
                let body = TextRange::new(slot.header.end, slot.range.end);
                split::reduced(&self.text, body, split::archives(self.kind).unwrap_or_default())
            }
        }
    }

    /// Lets go of what nobody will ask for: archives are most of a lock's text.
    fn reduce(&mut self) {
        if split::archives(self.kind).is_none() {
            return;
        }
        let mut left = String::new();
        let kept: Vec<Kept> = self.slots.iter().map(|slot| Kept::of(self.reduced(slot), &mut left)).collect();
        self.text = Arc::from(left);
        self.slots.iter_mut().zip(kept).for_each(|(slot, kept)| slot.kept = Some(kept));
    }

    /// Takes an entry in that is to be parsed later.
    fn add_slot(&mut self, name: Spanned<DistributionName>, range: TextRange) {
        let header = match split::archives(self.kind) {
            Some(_) => split::header(&self.text, range),
            None => TextRange::empty(range.start),
        };
        self.slots.push(Slot { name, range, header, kept: None, parsed: OnceLock::new() });
    }

    /// Sorts what was taken in by name.
    fn sort(&mut self) {
        let mut by_name: Vec<u32> = (0..crate::text::offset(self.slots.len())).collect();
        by_name.sort_by_key(|at| self.slots.get(*at as usize).map(|slot| &slot.name.value));
        self.by_name = by_name;
    }

    /// Of a lock that is not understood no part counts. Else the last entry is parsed at once: that is where a lock that
    /// was cut off shows it.
    fn check_last(&mut self) {
        if !self.errors.is_empty() {
            self.slots.clear();
        }
        if let Some(last) = self.slots.len().checked_sub(1)
            && let Some(error) = self.parsed(last).and_then(|parsed| parsed.errors.first()).cloned()
        {
            let message =
                format!("the lock ends in the middle of an entry, it was cut off: {}", error.message);
            self.error(message, error.range);
        }
    }

    /// Reads the version of the format; one that is none of the `known` makes the lock one that is not understood.
    fn check_version(&mut self, known: &[&str]) {
        let tool = self.kind.tool();
        match self.head.format_version.clone() {
            None => {
                let range = split::line(&self.text, 0);
                self.error(
                    format!("this is no lock that {tool} wrote, or it was cut off: it has no version"),
                    range,
                );
            }
            Some(version) if !known.contains(&version.value.split('.').next().unwrap_or("")) => {
                let number = version.value;
                let message =
                    format!("made by another {tool} (lock version {number}), which crossloc does not know");
                self.error(message, version.range);
            }
            Some(_) => {}
        }
    }

    /// What is no more than a point is shown as the line it lies in.
    fn error(&mut self, message: impl Into<String>, range: TextRange) {
        let range = if range.is_empty() { split::line_around(&self.text, range.start) } else { range };
        self.errors.push(ManifestError { message: message.into(), range });
    }
}

impl crate::vfs::Value for Lock {
    const WEIGHT: Option<usize> = None;
}

#[cfg(test)]
mod tests;
