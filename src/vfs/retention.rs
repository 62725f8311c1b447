//! How much of closed files is held.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::cell::{Cell, Part};

/// Holds the texts and values of closed files that were made last, and lets go of older ones: a workspace has any number
/// of files, and all that is kept of most is what was learned of them. Shared by all revisions.
pub(super) struct Retention {
    queue: Mutex<Queue>,
    /// About how many bytes are held.
    limit: usize,
}

#[derive(Default)]
struct Queue {
    parts: VecDeque<(Weak<Cell>, Part, usize)>,
    weight: usize,
}

/// A text that takes more than this part of all that is held, such as a large lock's, is not held at all.
const LARGE: usize = 64;
/// Nothing is gained by not holding less than this many bytes.
const PAGE: usize = 4096;
/// So many of the newest parts are looked through for those of one cell.
const LATELY: usize = 64;

impl Retention {
    pub fn new(limit: usize) -> Self {
        Self { queue: Mutex::default(), limit }
    }

    /// Lets go of a cell's parts that came in line lately.
    pub fn release(&self, cell: &Arc<Cell>) {
        let mut queue = self.queue.lock();
        let latest = queue.parts.len().saturating_sub(LATELY);
        let mut freed = 0;
        for at in (latest..queue.parts.len()).rev() {
            let is_of = |(of, _, _): &(Weak<Cell>, Part, usize)| std::ptr::eq(of.as_ptr(), Arc::as_ptr(cell));
            if queue.parts.get(at).is_some_and(is_of)
                && let Some((_, part, weight)) = queue.parts.remove(at)
            {
                freed += weight;
                cell.let_go_of(part);
            }
        }
        queue.weight = queue.weight.saturating_sub(freed);
    }

    /// Takes note of a part that is held now. No lock of the cell may be held.
    pub fn hold(&self, cell: &Arc<Cell>, part: Part, weight: usize) {
        if matches!(part, Part::Text) && weight > (self.limit / LARGE).max(PAGE) {
            cell.let_go(part);
            return;
        }
        let mut old = Vec::new();
        let mut queue = self.queue.lock();
        queue.parts.push_back((Arc::downgrade(cell), part, weight));
        queue.weight += weight;
        while queue.weight > self.limit
            && let Some(entry) = queue.parts.pop_front()
        {
            queue.weight -= entry.2;
            old.push(entry);
        }
        drop(queue);
        // What was asked for since it came in line stands in line again, once for each time.
        let asked =
            |entry: &(Weak<Cell>, Part, usize)| entry.0.upgrade().is_some_and(|cell| !cell.let_go(entry.1));
        let again: Vec<_> = old.into_iter().filter(asked).collect();
        let mut queue = self.queue.lock();
        queue.weight += again.iter().map(|(_, _, weight)| weight).sum::<usize>();
        queue.parts.extend(again);
    }
}
