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

use camino::Utf8Path;
use rustc_hash::FxHashMap;

pub use compiled::is_compiled;
pub use model::{
    LockEdge, LockEntry, LockHead, LockKind, LockManifest, LockMetadata, LockSource, LockedRequirement,
};
pub use walk::Reached;

use super::DistributionName;
use super::model::ManifestError;
use crate::text::{Spanned, TextRange};
use model::Parsed;

/// The format of the lock file at `path`, by its name; `None` for other files. Compiled requirements are not known by
/// their names.
pub fn lock_kind_of(path: &Utf8Path) -> Option<LockKind> {
    let name = path.file_name()?;
    Some(match name {
        "uv.lock" => LockKind::Uv,
        "poetry.lock" => LockKind::Poetry,
        "pdm.lock" => LockKind::Pdm,
        "Pipfile.lock" => LockKind::Pipfile,
        "pixi.lock" => LockKind::Pixi,
        _ if is_pylock(name) => LockKind::Pylock,
        _ => return None,
    })
}

/// PEP 751: `pylock.toml`, or `pylock.NAME.toml` with a name that has no dot.
fn is_pylock(name: &str) -> bool {
    let inner = name.strip_prefix("pylock.").and_then(|rest| rest.strip_suffix("toml"));
    inner.is_some_and(|inner| {
        inner.is_empty() || (inner.ends_with('.') && inner.matches('.').count() == 1 && inner.len() > 1)
    })
}

/// A lock file, split at its entries.
#[derive(Debug)]
pub struct Lock {
    /// Its format.
    pub kind: LockKind,
    /// What it says of itself.
    pub head: LockHead,
    /// What makes the lock as a whole unreadable or doubtful: cut off, of a newer format, not of this format at all.
    pub errors: Vec<ManifestError>,
    text: Arc<str>,
    slots: Vec<Slot>,
    by_name: FxHashMap<DistributionName, Vec<usize>>,
}

/// An entry that may not have been parsed yet.
#[derive(Debug)]
struct Slot {
    name: Spanned<DistributionName>,
    range: TextRange,
    parsed: OnceLock<Parsed>,
}

/// Reads a lock of a known format.
pub fn read_lock(kind: LockKind, text: &Arc<str>) -> Lock {
    let mut lock = Lock {
        kind,
        head: LockHead::default(),
        errors: Vec::new(),
        text: text.clone(),
        slots: Vec::new(),
        by_name: FxHashMap::default(),
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
    lock
}

impl Lock {
    /// The names of all distributions it locks, in no order.
    pub fn names(&self) -> impl Iterator<Item = &DistributionName> {
        self.by_name.keys()
    }

    /// The entries of one name, in the order of the file; those that cannot be read are left out.
    pub fn entries(&self, name: &DistributionName) -> Vec<Arc<LockEntry>> {
        let known = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        known.iter().filter_map(|index| self.entry(*index)).collect()
    }

    /// All entries; parses the whole lock.
    pub fn all_entries(&self) -> impl Iterator<Item = Arc<LockEntry>> {
        (0..self.slots.len()).filter_map(|index| self.entry(index))
    }

    /// Entries that lead to folders on disk: found by their text, so that no others are parsed.
    pub fn live_entries(&self) -> Vec<Arc<LockEntry>> {
        let live = |slot: &Slot| split::may_be_live(self.kind, slot.range.slice(&self.text));
        let indexes = self.slots.iter().enumerate().filter(|(_, slot)| live(slot)).map(|(index, _)| index);
        let entries = indexes.filter_map(|index| self.entry(index));
        entries.filter(|entry| entry.source.folder().is_some()).collect()
    }

    /// Whether what it locks comes from more than one package index, as far as that is told without parsing entries.
    pub fn names_several_indexes(&self) -> bool {
        split::names_several_indexes(self.kind, &self.text)
    }

    /// Whether it has an entry of that name, readable or not.
    pub fn has(&self, name: &DistributionName) -> bool {
        self.by_name.contains_key(name)
    }

    /// Where the entries of a name begin, readable or not: the name's place.
    pub fn places(&self, name: &DistributionName) -> Vec<TextRange> {
        let known = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        known.iter().filter_map(|index| Some(self.slots.get(*index)?.name.range)).collect()
    }

    /// The entry at an index, parsed on first use.
    pub fn entry(&self, index: usize) -> Option<Arc<LockEntry>> {
        self.parsed(index)?.entry.clone()
    }

    /// What could not be read of the entries that were asked for up to now.
    pub fn entry_errors(&self, name: &DistributionName) -> Vec<ManifestError> {
        let known = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        known
            .iter()
            .filter_map(|index| self.parsed(*index))
            .flat_map(|parsed| parsed.errors.clone())
            .collect()
    }

    fn parsed(&self, index: usize) -> Option<&Parsed> {
        let slot = self.slots.get(index)?;
        Some(slot.parsed.get_or_init(|| match self.kind {
            LockKind::Uv => uv::entry(index, slot.range, &self.text),
            LockKind::Poetry => poetry::entry(index, slot.range, &self.text),
            LockKind::Pdm => pdm::entry(index, slot.range, &self.text),
            LockKind::Pylock => pylock::entry(index, slot.range, &self.text),
            LockKind::Pipfile => pipfile::entry(index, slot.name.clone(), slot.range, &self.text),
            LockKind::Pixi => pixi::entry(index, slot.range, &self.text),
            LockKind::Compiled => compiled::entry(index, slot.range, &self.text),
        }))
    }

    /// Takes an entry in that is to be parsed later.
    fn add_slot(&mut self, name: Spanned<DistributionName>, range: TextRange) {
        self.by_name.entry(name.value.clone()).or_default().push(self.slots.len());
        self.slots.push(Slot { name, range, parsed: OnceLock::new() });
    }

    /// Of a lock that is not understood no part counts. Else the last entry is parsed at once: that is where a lock that
    /// was cut off shows it.
    fn check_last(&mut self) {
        if !self.errors.is_empty() {
            self.slots.clear();
            self.by_name.clear();
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
