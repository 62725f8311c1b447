//! Which Python files were looked at while something was worked out.

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

/// Notes what is read through [`Files`](super::Files) that were handed out with it. What was learned of manifests and
/// folders is not noted: it is dropped as a whole when one of them changes.
#[derive(Debug, Default)]
pub struct Reads {
    seen: Mutex<FxHashMap<FileId, Seen>>,
}

impl Reads {
    /// Notes that something of a file was seen; the text counts for more than its visible part.
    pub fn note(&self, file: &FileId, seen: Seen) {
        if !matches!(file.path().extension(), Some("py" | "pyi")) {
            return;
        }
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
