//! What is known of one file in one revision: its text, and the values derived of it, each in a slot of its own type.

use std::any::{Any, TypeId};
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use rustc_hash::FxHasher;
use smallvec::SmallVec;

use super::{ReadError, SourceText, Stamp};
use crate::text::TextChange;

/// A value that is derived of a file's text.
pub trait Value: Any + Send + Sync {
    /// About how many bytes it takes for each byte of the text, for values that may be let go while nobody holds them,
    /// since they can be made again; none for those that stay with the revision.
    const WEIGHT: Option<usize>;
}

pub(super) type Derived = Arc<dyn Any + Send + Sync>;

/// What a derived value may be computed from: the text, and the value of the text before with the edits between.
pub struct Derivation<'a, T> {
    /// The text to derive from.
    pub source: &'a SourceText,
    /// The value derived from an earlier text of the same open document, and the edits since, in order.
    pub previous: Option<(Arc<T>, &'a [TextChange])>,
    /// Whether an editor holds this file, so that the value may keep what makes the next derivation cheap.
    pub open: bool,
}

/// A value that was derived of an earlier text of an open document, with the edits since, in order.
#[derive(Clone)]
pub(super) struct Previous {
    pub kind: TypeId,
    pub value: Derived,
    pub edits: Vec<TextChange>,
}

#[derive(Default)]
pub(super) struct Cell {
    pub text: Mutex<Text>,
    slots: Mutex<SmallVec<[Arc<Slot>; 1]>>,
    pub stamp: OnceLock<Option<Stamp>>,
    /// Whether the bytes matter to a search, by the search's name.
    scans: Mutex<SmallVec<[(u64, bool); 2]>>,
    pub previous: Mutex<Vec<Previous>>,
}

/// A file's text: not read yet, read, or read and let go.
#[derive(Default)]
pub(super) struct Text {
    pub held: Held<SourceText>,
    pub failed: Option<ReadError>,
    /// The hash of the bytes that were read first: in this revision the file has no other ones.
    pub hash: Option<u64>,
}

/// Something that is kept, or let go for whoever still has it.
#[derive(Default)]
pub(super) enum Held<T: ?Sized> {
    #[default]
    Nothing,
    Kept(Arc<T>),
    LetGo(Weak<T>),
}

/// The place of the values of one type.
pub(super) struct Slot {
    kind: TypeId,
    pub value: Mutex<Held<dyn Any + Send + Sync>>,
    /// Whether the value was asked for again after it was made.
    pub asked: AtomicBool,
}

impl<T: ?Sized> Held<T> {
    pub fn get(&self) -> Option<Arc<T>> {
        match self {
            Self::Nothing => None,
            Self::Kept(value) => Some(value.clone()),
            Self::LetGo(value) => value.upgrade(),
        }
    }

    fn let_go(&mut self) {
        if let Self::Kept(value) = self {
            *self = Self::LetGo(Arc::downgrade(value));
        }
    }
}

impl Cell {
    /// The slot of a type, made on first use.
    pub fn slot<T: Value>(&self) -> Arc<Slot> {
        let kind = TypeId::of::<T>();
        let mut slots = self.slots.lock();
        if let Some(slot) = slots.iter().find(|slot| slot.kind == kind) {
            return slot.clone();
        }
        let slot = Arc::new(Slot { kind, value: Mutex::default(), asked: AtomicBool::new(false) });
        slots.push(slot.clone());
        slot
    }

    /// What the next text of an open document may be derived from, by type: the value of this text, else an earlier one.
    pub fn carried(&self, edits: &[TextChange]) -> Vec<Previous> {
        let slots = self.slots.lock().clone();
        let made = slots.iter().filter_map(|slot| Some((slot.kind, slot.value.lock().get()?)));
        let mut carried: Vec<Previous> =
            made.map(|(kind, value)| Previous { kind, value, edits: edits.to_vec() }).collect();
        for before in self.previous.lock().iter() {
            if carried.iter().all(|one| one.kind != before.kind) {
                let mut before = before.clone();
                before.edits.extend_from_slice(edits);
                carried.push(before);
            }
        }
        carried
    }

    /// The value that the value of a type may be derived from; asked for once, as what is kept of an earlier text is large.
    pub fn take_previous<T: Value>(&self) -> Option<(Arc<T>, Vec<TextChange>)> {
        let mut all = self.previous.lock();
        let at = all.iter().position(|one| one.kind == TypeId::of::<T>())?;
        let Previous { value, edits, .. } = all.swap_remove(at);
        Some((value.downcast::<T>().ok()?, edits))
    }

    /// What a search came to, if it was made.
    pub fn scanned(&self, search: u64) -> Option<bool> {
        self.scans.lock().iter().find(|(known, _)| *known == search).map(|(_, wanted)| *wanted)
    }

    /// Notes what a search came to. The two newest searches are remembered: what is searched for changes with manifests.
    pub fn note_scan(&self, search: u64, wanted: bool) {
        let mut scans = self.scans.lock();
        if scans.len() == scans.inline_size() {
            scans.remove(0);
        }
        scans.push((search, wanted));
    }

    /// Lets go of a part, unless it is a value that was asked for since this was last tried, or somebody works on it;
    /// answers whether it did. It waits for nobody: two who make values of each other's files would wait for ever.
    pub fn let_go(&self, part: Part) -> bool {
        match part {
            Part::Text => self.text.try_lock().map(|mut text| text.held.let_go()).is_some(),
            Part::Value(kind) => {
                let slots = self.slots.try_lock().map(|slots| slots.clone());
                let Some(slots) = slots else { return false };
                let Some(slot) = slots.iter().find(|slot| slot.kind == kind) else { return true };
                if slot.asked.swap(false, Ordering::Relaxed) {
                    return false;
                }
                slot.value.try_lock().map(|mut value| value.let_go()).is_some()
            }
        }
    }

    /// Lets go of a part whoever asked for it.
    pub fn let_go_of(&self, part: Part) {
        if !self.let_go(part) {
            self.let_go(part);
        }
    }
}

/// What of a cell may be let go.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Text,
    Value(TypeId),
}

/// The hash that tells one content of a file from another.
pub(super) fn content_hash(bytes: &[u8]) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(bytes)
}
