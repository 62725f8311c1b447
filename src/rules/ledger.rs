//! What a rule or a fact looks at, noted while it is worked out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rustc_hash::FxHashSet;

use super::memory::Account;
use crate::vfs::{FileId, Reads};

/// The account while it is kept.
#[derive(Default)]
pub(super) struct Ledger {
    /// The files that are looked at.
    pub reads: Arc<Reads>,
    of_uses: AtomicBool,
    questions: Mutex<BTreeSet<&'static str>>,
    absorbed: Mutex<(FxHashSet<FileId>, BTreeSet<&'static str>)>,
    not_judged: Mutex<BTreeMap<String, usize>>,
}

impl Ledger {
    /// The list of all uses is looked at.
    pub fn note_uses(&self) {
        self.of_uses.store(true, Ordering::Relaxed);
    }

    /// Units of a question are asked.
    pub fn note_question(&self, question: &'static str) {
        self.questions.lock().insert(question);
    }

    /// Something could not be judged.
    pub fn count(&self, reason: String) {
        *self.not_judged.lock().entry(reason).or_default() += 1;
    }

    /// What was asked leans on all that the answer leans on.
    pub fn absorb(&self, name: &'static str, account: &Account) {
        self.of_uses.fetch_or(account.of_uses, Ordering::Relaxed);
        self.questions.lock().extend(&account.questions);
        let mut absorbed = self.absorbed.lock();
        if absorbed.1.insert(name) {
            absorbed.0.extend(account.seen.iter().cloned());
            absorbed.1.extend(&account.nodes);
        }
    }

    /// The account of all that was noted.
    pub fn close(self) -> Account {
        let (mut seen, nodes) = self.absorbed.into_inner();
        seen.extend(self.reads.take().into_iter().map(|(file, _)| file));
        let mut seen: Vec<FileId> = seen.into_iter().collect();
        seen.sort_unstable();
        Account {
            seen,
            of_uses: self.of_uses.into_inner(),
            questions: self.questions.into_inner(),
            nodes,
            not_judged: self.not_judged.into_inner(),
        }
    }
}
