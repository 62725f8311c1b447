//! Which files were looked at while something was worked out.

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::FileId;

/// What was seen of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Its text, or that it has none.
    Text,
    /// A value that is the same for the same text, and whose visible part has this hash.
    Interface(u64),
}

/// Notes what is read through [`Files`](super::Files) that were handed out with it: of Python files all, of others who
/// looked at their text. What is learned of manifests and folders without that is not noted: where it changes, a workspace
/// has another structure.
#[derive(Debug, Default)]
pub struct Reads {
    seen: Mutex<FxHashMap<FileId, Seen>>,
}

impl Reads {
    /// Notes that something of a file was seen; the text counts for more than its visible part.
    pub fn note(&self, file: &FileId, seen: Seen) {
        let mut all = self.seen.lock();
        match all.get_mut(file) {
            Some(known) if seen == Seen::Text => *known = seen,
            Some(_) => {}
            None => drop(all.insert(file.clone(), seen)),
        }
    }

    /// All files that were seen, in no order.
    pub fn take(&self) -> Vec<(FileId, Seen)> {
        std::mem::take(&mut *self.seen.lock()).into_iter().collect()
    }
}
