//! Which files have other texts than in an earlier revision.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::FileId;

/// So many steps are remembered; who looks back further has to look at everything anew.
const STEPS: usize = 1024;

/// Revisions are numbered in one row, whatever they come from, so that a number is never met in another history.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A revision's number and the steps that led to it.
#[derive(Clone)]
pub(super) struct History {
    revision: u64,
    /// The revisions before, oldest first, each with the files that the next one has other texts of.
    steps: Arc<Vec<(u64, Vec<FileId>)>>,
}

impl Default for History {
    /// The history of a revision that nothing is known before.
    fn default() -> Self {
        Self { revision: NEXT.fetch_add(1, Ordering::Relaxed), steps: Arc::default() }
    }
}

impl History {
    /// The revision's number.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Takes a step to a new revision, in which these files changed.
    pub fn advance(&mut self, changed: Vec<FileId>) {
        let before = std::mem::replace(&mut self.revision, NEXT.fetch_add(1, Ordering::Relaxed));
        let steps = Arc::make_mut(&mut self.steps);
        if steps.len() >= STEPS {
            steps.drain(..STEPS / 2);
        }
        steps.push((before, changed));
    }

    /// The files that changed since a revision, sorted; none where that revision is not among those remembered.
    pub fn changed_since(&self, revision: u64) -> Option<Vec<FileId>> {
        if revision == self.revision {
            return Some(Vec::new());
        }
        let from = self.steps.iter().rposition(|(before, _)| *before == revision)?;
        let since = self.steps.iter().skip(from);
        let mut changed: Vec<FileId> = since.flat_map(|(_, files)| files.iter().cloned()).collect();
        changed.sort_unstable();
        changed.dedup();
        Some(changed)
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;

    fn file(number: usize) -> FileId {
        FileId::new(Utf8Path::new(&format!("/nowhere/{number:05}.py")))
    }

    #[test]
    fn what_changed_since_a_revision_is_known_in_its_own_history() {
        let mut history = History::default();
        let first = history.revision();
        let mut branch = history.clone();
        for number in [2, 1, 2] {
            history.advance(vec![file(number)]);
        }
        assert_eq!(history.changed_since(first), Some(vec![file(1), file(2)]));
        assert_eq!(history.changed_since(history.revision()), Some(vec![]));
        branch.advance(vec![file(3)]);
        assert_eq!(history.changed_since(branch.revision()), None);
        assert_eq!(branch.changed_since(first), Some(vec![file(3)]));
        assert_eq!(History::default().changed_since(first), None);
    }

    #[test]
    fn the_distant_past_is_forgotten() {
        let mut history = History::default();
        let first = history.revision();
        (0..STEPS).for_each(|number| history.advance(vec![file(number)]));
        assert_eq!(history.changed_since(first).map(|files| files.len()), Some(STEPS));
        let late = history.revision();
        history.advance(vec![file(1)]);
        assert_eq!(history.changed_since(first), None);
        assert_eq!(history.changed_since(late), Some(vec![file(1)]));
    }
}
