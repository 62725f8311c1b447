//! Which files can matter at all: a scan of bytes before any parse.

use std::hash::BuildHasher;

use aho_corasick::{AhoCorasick, MatchKind};
use camino::Utf8Path;
use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::manifest::DistributionName;
use crate::python::{Name, is_identifier};
use crate::workspace::{Discovery, Project, Workspace};

/// The top-level modules of all first-party projects and of the pinned versions that projects get, searched for at once.
pub(super) struct Needles {
    searcher: Option<AhoCorasick>,
    names: Vec<Name>,
    /// Beside each name, whether several projects ship something below it.
    contested: Vec<bool>,
}

/// Needles that mean nothing in the files of one project.
#[derive(Default)]
pub(super) struct OwnNames {
    /// The names.
    pub names: FxHashSet<Name>,
    /// What the search for all others is called: the same for the same needles, in every run.
    pub search: u64,
}

/// What stands in every suppression comment.
const COMMENT: &str = "crossloc:";

impl Needles {
    pub fn new(workspace: &Workspace, discovery: &Discovery) -> Self {
        let by_top_level = discovery.by_top_level(workspace);
        let pinned = pinned_names(workspace);
        let mut names: Vec<Name> = by_top_level.keys().chain(pinned.keys()).cloned().collect();
        names.extend(projects_in_working_directories(workspace, discovery));
        names.sort_unstable();
        names.dedup();
        let shipping = |name: &Name| {
            let live = by_top_level.get(name).map_or(0, Vec::len);
            live + pinned.get(name).map_or(0, FxHashSet::len)
        };
        let contested = names.iter().map(|name| shipping(name) > 1).collect();
        let texts = names.iter().map(Name::as_str).chain([COMMENT]);
        let searcher = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(texts).ok();
        Self { searcher, names, contested }
    }

    /// The needles that mean something in a file of `project`: not the names that only itself ships.
    pub fn own_names(&self, project: &Project, workspace: &Workspace) -> OwnNames {
        let mut own = project.layout.top_level(&workspace.files);
        let only_own = |name: &Name| {
            let at = self.names.binary_search(name).ok();
            at.and_then(|at| self.contested.get(at)).is_none_or(|contested| !contested)
        };
        own.retain(only_own);
        let search = FxBuildHasher.hash_one((&self.names, &own));
        OwnNames { names: own.into_iter().collect(), search }
    }

    /// Whether a file's bytes import one of the names, those in `except` aside, or hold a suppression.
    pub fn matter(&self, bytes: &[u8], except: &FxHashSet<Name>) -> bool {
        let Some(searcher) = &self.searcher else { return false };
        searcher.find_iter(bytes).any(|hit| match self.names.get(hit.pattern().as_usize()) {
            Some(name) => !except.contains(name) && is_imported(bytes, hit.start(), hit.end()),
            None => true,
        })
    }
}

/// The names of projects' folders that are packages where Dagster puts the folder around them on `sys.path`.
fn projects_in_working_directories(workspace: &Workspace, discovery: &Discovery) -> Vec<Name> {
    let opened: FxHashSet<&Utf8Path> = workspace.all_working_directories().collect();
    let inside = discovery.projects.iter().filter(|dir| dir.parent().is_some_and(|dir| opened.contains(dir)));
    inside.filter_map(|dir| dir.file_name()).filter(|name| is_identifier(name)).map(Name::from).collect()
}

/// The top-level modules of pinned versions, and beside each the distributions that ship it and have no tree here.
fn pinned_names(workspace: &Workspace) -> FxHashMap<Name, FxHashSet<DistributionName>> {
    // Their code may have to be fetched, and what is slow does not wait for each other.
    let pinned: Vec<_> = workspace.projects().par_iter().map(|project| workspace.pinned(project)).collect();
    let mut dirs: Vec<&Utf8Path> =
        pinned.iter().flat_map(|all| all.iter()).map(|reach| &*reach.dir).collect();
    dirs.sort_unstable();
    dirs.dedup();
    let mut names: FxHashMap<Name, FxHashSet<DistributionName>> = FxHashMap::default();
    for project in dirs.into_iter().filter_map(|dir| workspace.project_at(dir)) {
        let distribution =
            project.distribution().filter(|distribution| workspace.projects_named(distribution).is_empty());
        for name in project.layout.top_level(&workspace.files) {
            names.entry(name).or_default().extend(distribution.cloned());
        }
    }
    names
}

/// Whether a name at these bytes can be the beginning of a module in an import: a whole word, in a line that begins with
/// `from` or `import` (or goes on from the line above), or the beginning of a string.
fn is_imported(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b'\n');
    let after = bytes.get(end).copied().unwrap_or(b'\n');
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    if word(before) || before == b'.' || word(after) {
        return false;
    }
    let head = bytes.get(..start).unwrap_or_default();
    let line_start = memchr::memrchr2(b'\n', b'\r', head).map_or(0, |at| at + 1);
    let line = head.get(line_start..).unwrap_or_default().trim_ascii_start();
    if matches!(before, b'"' | b'\'') {
        let call = |word: &[u8]| memchr::memmem::find(line, word).is_some();
        return call(b"import_module") || call(b"__import__");
    }
    let continued = head.get(..line_start).unwrap_or_default().trim_ascii_end().ends_with(b"\\");
    // `;` and `:` may stand before an import on one line: `if x: import acme`.
    continued || contains_word(line, b"import") || contains_word(line, b"from")
}

fn contains_word(line: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find_iter(line, word).any(|at| {
        let before = at.checked_sub(1).and_then(|at| line.get(at)).copied().unwrap_or(b' ');
        let after = line.get(at + word.len()).copied().unwrap_or(b' ');
        !(before.is_ascii_alphanumeric() || before == b'_') && matches!(after, b' ' | b'\t' | b'(' | b'\\')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_imports_count() {
        for (text, expected) in [
            ("import acme", true),
            ("from acme.io import load", true),
            ("import os, acme", true),
            ("if x: import acme\n", true),
            ("import importlib; m = importlib.import_module('acme.io')", true),
            ("from \\\n    acme import x", true),
            ("acme = 1", false),
            ("from acmes import x", false),
            ("from .acme import x", false),
            ("from my.acme import x", false),
            ("# see acme", false),
            ("imported = acme", false),
            ("m = __import__('acme.io')", true),
            ("m = other('acme.io')", false),
            ("from my_acme import x", false),
            ("from éacme import x", false),
            ("from acmeé import x", false),
            ("reimport acme", false),
            ("_from acme", false),
            ("xfrom acme", false),
            ("from\tacme", true),
            ("import(acme)", true),
            ("important = acme", false),
        ] {
            let at = text.find("acme").unwrap();
            assert_eq!(is_imported(text.as_bytes(), at, at + 4), expected, "{text}");
        }
    }
}
