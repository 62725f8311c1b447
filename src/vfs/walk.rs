//! The parallel walk over the opened folders: manifests and Python files, ignored places left out.

use std::sync::mpsc;

use camino::Utf8Path;
use ignore::{WalkBuilder, WalkState};

use super::FileId;

/// Folders that hold other people's code or build output, whatever a `.gitignore` says.
const NEVER_ENTERED: [&str; 14] = [
    ".git",
    ".hg",
    ".venv",
    "venv",
    "node_modules",
    "site-packages",
    "__pycache__",
    ".tox",
    ".nox",
    ".pixi",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".eggs",
];

/// What a walk found, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Python sources and stubs (`.py`, `.pyi`).
    pub python: Vec<FileId>,
    /// Files that `wanted` accepted by their name.
    pub others: Vec<FileId>,
}

/// Walks `root` in parallel and in the order of nothing; the result is sorted. `.gitignore` and its kin are
/// respected, hidden folders other than the usual caches are entered, and a folder that holds `pyvenv.cfg` is an
/// environment, not a source. A symbolic link to a folder is followed where it leads out of `root`; what lies inside is
/// met by its own path.
pub fn walk(root: &Utf8Path, wanted: impl Fn(&Utf8Path) -> bool + Sync) -> Walked {
    let (sender, receiver) = mpsc::channel::<(bool, FileId)>();
    let real_root = std::fs::canonicalize(root).ok();
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get().min(8));
    let walker = WalkBuilder::new(root)
        .hidden(false)
        .follow_links(true)
        .require_git(false)
        .threads(threads)
        .filter_entry(move |entry| {
            let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
            let inside = || {
                std::fs::canonicalize(entry.path())
                    .ok()
                    .zip(real_root.as_ref())
                    .is_some_and(|(to, root)| to.starts_with(root))
            };
            !is_dir
                || entry.depth() == 0
                || !(never_entered(entry.path()) || (entry.path_is_symlink() && inside()))
        })
        .build_parallel();
    walker.run(|| {
        let sender = sender.clone();
        let wanted = &wanted;
        Box::new(move |entry| {
            let Ok(entry) = entry else { return WalkState::Continue };
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                return WalkState::Continue;
            }
            let Some(path) = Utf8Path::from_path(entry.path()) else { return WalkState::Continue };
            let python = matches!(path.extension(), Some("py" | "pyi"));
            if python || wanted(path) {
                // The receiver lives until the walk has ended; a failed send could only mean that it has.
                let _ = sender.send((python, FileId::new(path)));
                if python && wanted(path) {
                    let _ = sender.send((false, FileId::new(path)));
                }
            }
            WalkState::Continue
        })
    });
    drop(sender);
    let mut walked = Walked::default();
    for (python, file) in receiver {
        if python { walked.python.push(file) } else { walked.others.push(file) }
    }
    walked.python.sort_unstable();
    walked.others.sort_unstable();
    walked
}

fn never_entered(path: &std::path::Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    NEVER_ENTERED.contains(&name) || path.join("pyvenv.cfg").is_file()
}
