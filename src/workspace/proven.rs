//! Versions that exist for certain although nothing at hand holds them: somebody's tool took them from an index.

use std::collections::BTreeSet;
use std::sync::Arc;

use pep440_rs::Version;

use super::{ProjectLock, Workspace};
use crate::manifest::{DistributionName, Lock, LockKind, LockSource, parse_version};

impl Workspace {
    /// The versions of a distribution that some lock has from an index; looks into every lock that can be read.
    pub fn locked_from_index(&self, name: &DistributionName) -> Arc<BTreeSet<Version>> {
        self.structure.locked_from_index.get(name.as_str(), || {
            let discovery = self.discovery();
            let own = discovery.locks.iter().filter_map(|file| self.lock(file));
            // What requirements are compiled to is found by the project that they are for.
            let compiled = self.projects().into_iter().filter_map(|project| self.lock_of(&project));
            let compiled = compiled.map(|found: Arc<ProjectLock>| found.lock.clone());
            let compiled = compiled.filter(|lock| lock.kind == LockKind::Compiled);
            let sound = own.chain(compiled).filter(|lock| lock.errors.is_empty());
            Arc::new(sound.flat_map(|lock| versions_from_index(&lock, name)).collect())
        })
    }
}

fn versions_from_index(lock: &Lock, name: &DistributionName) -> Vec<Version> {
    let entries = lock.entries(name).into_iter();
    let from_index = entries.filter(|entry| matches!(entry.source, LockSource::Registry(_)));
    from_index.filter_map(|entry| parse_version(&entry.version.as_ref()?.value)).collect()
}
