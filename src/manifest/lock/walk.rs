//! From a member's entry along the edges: what that member gets. A lock of several members holds more, and may hold
//! one name in several versions.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Lock, LockEdge, LockEntry};
use crate::manifest::DistributionName;
use crate::manifest::model::Group;

/// What can be reached from one entry: by name, the entries with how far away they are (1 for a direct requirement).
#[derive(Debug, Default)]
pub struct Reached {
    by_name: FxHashMap<DistributionName, Vec<(Arc<LockEntry>, usize)>>,
}

impl Reached {
    /// The names, in no order.
    pub fn names(&self) -> impl Iterator<Item = &DistributionName> {
        self.by_name.keys()
    }

    /// The entries of one name, nearest first, with their distance.
    pub fn entries(&self, name: &DistributionName) -> &[(Arc<LockEntry>, usize)] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Lock {
    /// All that an entry brings along: what it requires itself in every list, and of these what they need to run, with
    /// the extras that are asked for.
    pub fn reached_from(&self, member: &LockEntry) -> Reached {
        let mut reached = Reached::default();
        let mut seen: FxHashSet<(usize, Option<String>)> = FxHashSet::default();
        let mut waiting: VecDeque<(Arc<LockEntry>, Option<String>, usize)> = VecDeque::new();
        let follow = |edge: &LockEdge, distance: usize, waiting: &mut VecDeque<_>| {
            for target in self.targets(edge) {
                waiting.push_back((target.clone(), None, distance));
                for extra in &edge.extras {
                    waiting.push_back((target.clone(), Some(extra.clone()), distance));
                }
            }
        };
        member.dependencies.iter().for_each(|edge| follow(edge, 1, &mut waiting));
        while let Some((entry, extra, distance)) = waiting.pop_front() {
            if !seen.insert((entry.index, extra.clone())) {
                continue;
            }
            let known = reached.by_name.entry(entry.name.value.clone()).or_default();
            if !known.iter().any(|(other, _)| other.index == entry.index) {
                known.push((entry.clone(), distance));
            }
            let wanted = |edge: &&LockEdge| match (&edge.group, &extra) {
                (Group::Main, None) => true,
                (Group::Extra(name), Some(extra)) => name == extra,
                _ => false,
            };
            entry
                .dependencies
                .iter()
                .filter(wanted)
                .for_each(|edge| follow(edge, distance + 1, &mut waiting));
        }
        reached
    }

    /// The entries an edge may lead to: one, unless the lock is not what its tool writes.
    pub fn targets(&self, edge: &LockEdge) -> Vec<Arc<LockEntry>> {
        let mut entries = self.entries(&edge.name.value);
        if entries.len() > 1 {
            entries.retain(|entry| {
                let version = entry.version.as_ref().map(|version| version.value.as_str());
                edge.version.as_deref().is_none_or(|wanted| version == Some(wanted))
                    && edge.source.as_ref().is_none_or(|wanted| entry.source == *wanted)
            });
        }
        entries
    }
}
