//! Summaries of Python files, and whether a file matters at all: from this run, or from an earlier one.

use std::sync::Arc;

use super::Workspace;
use crate::python::{ModuleSummary, summarize_derived};
use crate::source::Cache;
use crate::vfs::{FileId, Seen, Stamp};

impl Workspace {
    /// The summary of a Python file; `None` where it cannot be read.
    pub fn summary(&self, file: &FileId) -> Option<Arc<ModuleSummary>> {
        let summary = self.known_summary(file);
        self.files.note(file, Seen::Interface(summary.as_ref().map_or(0, |summary| summary.fingerprint)));
        summary
    }

    fn known_summary(&self, file: &FileId) -> Option<Arc<ModuleSummary>> {
        let Some((cache, stamp)) = self.cached(file) else {
            return self.files.derived(file, summarize_derived);
        };
        let text = || self.files.text(file).ok();
        let length = usize::try_from(stamp.size).unwrap_or(usize::MAX);
        if let Some(known) = self.files.restored(file, length, || cache.summary(file, stamp, text)) {
            return Some(known);
        }
        self.files.derived(file, |derivation| {
            let text = derivation.source.text.clone();
            let summary = summarize_derived(derivation);
            cache.learn_summary(file, stamp, &text, &summary);
            summary
        })
    }

    /// Whether a search called `search` wants a file for its bytes; asked once for each text.
    pub fn is_wanted(&self, file: &FileId, search: u64, wanted: impl FnOnce(&[u8]) -> bool) -> bool {
        let Some((cache, stamp)) = self.cached(file) else {
            return self.files.is_wanted(file, search, wanted);
        };
        if let Some(known) = cache.matters(file, stamp, search) {
            self.files.set_wanted(file, search, known);
            return known;
        }
        let wanted = self.files.is_wanted(file, search, wanted);
        cache.learn_matters(file, stamp, search, wanted);
        wanted
    }

    /// The cache, for files that it may answer for: what an editor holds is known to nobody else.
    fn cached(&self, file: &FileId) -> Option<(&Cache, Stamp)> {
        let cache = self.cache.as_deref()?;
        if self.files.open_document(file).is_some() {
            return None;
        }
        Some((cache, self.files.stamp(file)?))
    }
}
