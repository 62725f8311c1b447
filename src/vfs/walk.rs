//! The parallel walk over the opened folders: manifests and Python files, ignored places left out.

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::{Condvar, Mutex};

use super::ignored::Ignored;
use super::{Disk, FileId, Grounds, SourceTree};

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
    /// What would be one of either if it were not a link that leads out.
    pub outside: Vec<FileId>,
}

/// Walks `root` in parallel and in the order of nothing; the result is sorted. `.gitignore` and its kin are
/// respected, and `users`, the user's own list of what git is to ignore; hidden folders other than the usual caches are
/// entered, and a folder that holds `pyvenv.cfg` is an environment, not a source. A link to a folder is not entered: what
/// lies inside of `root` or the other `grounds` is met by its own path, and what lies outside is not the workspace's, nor
/// are files that links lead to there.
pub fn walk(
    root: &Utf8Path,
    grounds: &Grounds,
    users: Option<&Utf8Path>,
    wanted: impl Fn(&Utf8Path) -> bool + Sync,
) -> Walked {
    let real_root = Disk.real_path(root);
    let inside = |path: &Utf8Path| {
        let own = |real: &Utf8PathBuf| real_root.as_ref().is_some_and(|root| real.starts_with(root));
        Disk.real_path(path).is_some_and(|real| own(&real) || grounds.hold_real(&real))
    };
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get().min(8));
    let queue = Queue::new(Folder { path: root.to_owned(), around: Ignored::around(root, users) });
    let walked = Mutex::new(Walked::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(taken) = queue.take() {
                    let folder = &taken.folder;
                    let (found, below) = look_into(folder, folder.path == root, &wanted, &inside);
                    let mut all = walked.lock();
                    all.python.extend(found.python);
                    all.others.extend(found.others);
                    all.outside.extend(found.outside);
                    drop(all);
                    queue.add(below);
                }
            });
        }
    });
    let mut walked = walked.into_inner();
    walked.python.sort_unstable();
    walked.others.sort_unstable();
    walked.outside.sort_unstable();
    walked
}

/// A folder to be looked into.
struct Folder {
    path: Utf8PathBuf,
    /// What the folders around it say is to be left out.
    around: Ignored,
}

/// The files and folders in a folder; nothing of an environment, unless that is where the walk begins.
fn look_into(
    folder: &Folder,
    is_root: bool,
    wanted: &impl Fn(&Utf8Path) -> bool,
    inside: &impl Fn(&Utf8Path) -> bool,
) -> (Walked, Vec<Folder>) {
    let Ok(reader) = folder.path.read_dir_utf8() else { return Default::default() };
    let entries: Vec<_> =
        reader.flatten().filter_map(|entry| Some((entry.file_type().ok()?, entry.into_path()))).collect();
    let has = |name: &str| entries.iter().any(|(_, path)| path.file_name() == Some(name));
    if !is_root && has("pyvenv.cfg") {
        return Default::default();
    }
    let ignored = folder.around.below(&folder.path, has);
    let (mut walked, mut below) = (Walked::default(), Vec::new());
    for (kind, path) in entries {
        if kind.is_dir() {
            let never = path.file_name().is_some_and(|name| NEVER_ENTERED.contains(&name));
            if !never && !ignored.leaves_out(&path, true) {
                below.push(Folder { path, around: ignored.clone() });
            }
            continue;
        }
        let python = matches!(path.extension(), Some("py" | "pyi"));
        let other = wanted(&path);
        let is_file = || kind.is_file() || (kind.is_symlink() && path.is_file());
        if (python || other) && is_file() && !ignored.leaves_out(&path, false) {
            let file = FileId::new(&path);
            if kind.is_symlink() && !inside(&path) {
                walked.outside.push(file);
                continue;
            }
            walked.others.extend(other.then(|| file.clone()));
            walked.python.extend(python.then_some(file));
        }
    }
    (walked, below)
}

/// The folders that wait, and how many are being looked into.
struct Queue {
    state: Mutex<(Vec<Folder>, usize)>,
    changed: Condvar,
}

impl Queue {
    fn new(first: Folder) -> Self {
        Self { state: Mutex::new((vec![first], 0)), changed: Condvar::new() }
    }

    /// The next folder; none once all are done.
    fn take(&self) -> Option<Taken<'_>> {
        let mut state = self.state.lock();
        loop {
            // The last one first, so that few wait, each with its ignore files.
            if let Some(folder) = state.0.pop() {
                state.1 += 1;
                return Some(Taken { folder, queue: self });
            }
            if state.1 == 0 {
                return None;
            }
            self.changed.wait(&mut state);
        }
    }

    fn add(&self, folders: Vec<Folder>) {
        self.state.lock().0.extend(folders);
        self.changed.notify_all();
    }
}

/// A folder that is being looked into, until it is dropped: nobody waits for a thread that panicked.
struct Taken<'q> {
    folder: Folder,
    queue: &'q Queue,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        state.1 = state.1.saturating_sub(1);
        drop(state);
        self.queue.changed.notify_all();
    }
}
