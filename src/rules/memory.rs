//! What earlier checks worked out, as far as it holds in the revision that is checked.
//!
//! There are *units*, what one question comes to in one file, and *nodes*, what a rule or a fact that several rules ask
//! comes to in all. Each was worked out through a workspace that notes which Python files are looked at. When such a
//! file changes, what saw it is dropped; what was learned of manifests and folders stands behind everything, so that
//! another structure drops all.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::uses::{Index, Uses};
use crate::vfs::{FileId, Seen};
use crate::workspace::Workspace;

/// Remembers between checks; the server has one for its session, a command one for itself.
#[derive(Default)]
pub struct Memory {
    index: Index,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    at: Option<Revision>,
    uses: Option<Arc<Uses>>,
    units: FxHashMap<UnitName, Unit>,
    /// By file: the units that saw it.
    readers: FxHashMap<FileId, FxHashSet<UnitName>>,
    nodes: FxHashMap<&'static str, (Arc<dyn Any + Send + Sync>, Arc<Account>)>,
}

/// What a state holds for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Revision {
    structure: u64,
    files: u64,
}

/// A question and the file that it is asked of.
type UnitName = (&'static str, FileId);

struct Unit {
    answer: Arc<dyn Any + Send + Sync>,
    /// Whether it names places. What found nothing depends on no more of other files than they show to others.
    found: bool,
    seen: Vec<(FileId, Seen)>,
}

/// What something was worked out from, and what it could not judge.
#[derive(Default)]
pub(super) struct Account {
    /// Python files that were looked at, sorted.
    pub seen: Vec<FileId>,
    /// Whether the list of all uses was.
    pub of_uses: bool,
    /// Whether units were asked.
    pub of_units: bool,
    /// The nodes that were asked.
    pub nodes: BTreeSet<&'static str>,
    /// What could not be judged, and how often.
    pub not_judged: BTreeMap<String, usize>,
}

impl Memory {
    /// Goes over to a workspace's revision: what does not hold there is dropped. Gives all uses in it.
    pub(super) fn advance(&self, workspace: &Workspace) -> Arc<Uses> {
        let uses = self.index.uses(workspace);
        let now = Revision { structure: workspace.structure_revision(), files: workspace.files.revision() };
        let mut state = self.state.lock();
        let before = state.at.replace(now).filter(|before| before.structure == now.structure);
        match before.and_then(|before| workspace.files.changed_since(before.files)) {
            Some(changed) => state.forget(workspace, &changed, &uses),
            None => *state = State { at: Some(now), ..State::default() },
        }
        state.uses = Some(uses.clone());
        uses
    }

    /// The answer to a question about a file, if it is remembered.
    pub(super) fn unit<T: Any + Send + Sync>(&self, question: &'static str, file: &FileId) -> Option<Arc<T>> {
        let answer = self.state.lock().units.get(&(question, file.clone()))?.answer.clone();
        answer.downcast().ok()
    }

    /// Remembers an answer that was worked out in a workspace's revision.
    pub(super) fn keep_unit<T: Any + Send + Sync>(
        &self,
        workspace: &Workspace,
        (question, file): (&'static str, &FileId),
        (answer, found): (Arc<T>, bool),
        seen: Vec<(FileId, Seen)>,
    ) {
        let name = (question, file.clone());
        let mut state = self.state.lock();
        if !state.holds_for(workspace) {
            return;
        }
        for (seen, _) in &seen {
            state.readers.entry(seen.clone()).or_default().insert(name.clone());
        }
        state.readers.entry(file.clone()).or_default().insert(name.clone());
        state.units.insert(name, Unit { answer, found, seen });
    }

    /// What a rule or fact came to, if it is remembered.
    pub(super) fn node<T: Any + Send + Sync>(&self, name: &'static str) -> Option<(Arc<T>, Arc<Account>)> {
        let (value, account) = self.state.lock().nodes.get(name)?.clone();
        Some((value.downcast().ok()?, account))
    }

    /// What a remembered rule or fact was worked out from.
    pub(super) fn account(&self, name: &'static str) -> Option<Arc<Account>> {
        self.state.lock().nodes.get(name).map(|(_, account)| account.clone())
    }

    /// Remembers what was worked out in a workspace's revision.
    pub(super) fn keep_node<T: Any + Send + Sync>(
        &self,
        workspace: &Workspace,
        name: &'static str,
        value: Arc<T>,
        account: Arc<Account>,
    ) {
        let mut state = self.state.lock();
        if state.holds_for(workspace) {
            state.nodes.insert(name, (value, account));
        }
    }
}

impl State {
    fn holds_for(&self, workspace: &Workspace) -> bool {
        let of = Revision { structure: workspace.structure_revision(), files: workspace.files.revision() };
        self.at == Some(of)
    }

    /// Drops what saw one of the files that changed.
    fn forget(&mut self, workspace: &Workspace, changed: &[FileId], uses: &Arc<Uses>) {
        let mut dropped = false;
        for file in changed {
            let Some(readers) = self.readers.remove(file) else { continue };
            let now = workspace.summary(file).map_or(0, |summary| summary.fingerprint);
            let (kept, gone): (FxHashSet<UnitName>, FxHashSet<UnitName>) =
                readers.into_iter().partition(|name| self.still_holds(name, file, now));
            dropped |= !gone.is_empty();
            gone.iter().for_each(|name| drop(self.units.remove(name)));
            if !kept.is_empty() {
                self.readers.insert(file.clone(), kept);
            }
        }
        let same_uses = self.uses.as_ref().is_some_and(|before| Arc::ptr_eq(before, uses));
        self.nodes.retain(|_, (_, account)| {
            let saw = changed.iter().any(|file| account.seen.binary_search(file).is_ok());
            !(saw || (account.of_uses && !same_uses) || (account.of_units && dropped))
        });
    }

    /// Whether a unit holds though a file that it saw has another text: it found nothing, is about another file, and saw
    /// only what this one shows to others, which has the same hash as before.
    fn still_holds(&self, name: &UnitName, file: &FileId, now: u64) -> bool {
        let Some(unit) = self.units.get(name) else { return false };
        let seen = unit.seen.iter().find(|(seen, _)| seen == file);
        name.1 != *file && !unit.found && seen.is_some_and(|(_, seen)| *seen == Seen::Interface(now))
    }
}
