//! What `.gitignore` and its kin leave out, read like every other file of a workspace: regular files within a limit.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::read_regular;

/// People write some dozens of lines.
const MAX_BYTES: u64 = 256 * 1024;
/// Patterns from a walk's root to one folder; each takes some kilobytes once it is compiled. Those beyond are not heeded.
const MAX_PATTERNS: u64 = 10_000;
/// No path is longer.
const MAX_LINE: usize = 4096;

/// The ignore files of a folder and of those around it.
#[derive(Clone, Default)]
pub(super) struct Ignored(Option<Arc<Level>>);

struct Level {
    /// In the order in which they count.
    matchers: [Gitignore; KINDS],
    above: Ignored,
    /// Here and above.
    patterns: u64,
}

/// `.ignore` outranks `.gitignore`, that the repository's own list, and that the user's own.
const KINDS: usize = 4;
const NAMES: [&str; KINDS - 1] = [".ignore", ".gitignore", ".git/info/exclude"];

impl Ignored {
    /// What holds for the folder that a walk begins at: the user's own list of what git is to ignore, and the files of
    /// the folders around it.
    pub fn around(root: &Utf8Path, users: Option<&Utf8Path>) -> Self {
        let users = users.map(|path| vec![path.to_owned()]).unwrap_or_default();
        let outermost = Self::default().level(root, [vec![], vec![], vec![], users]);
        let mut around: Vec<&Utf8Path> = root.ancestors().skip(1).collect();
        around.reverse();
        around.into_iter().fold(outermost, |ignored, dir| ignored.below(dir, |_| true))
    }

    /// With the files of one more folder; `has` tells of a name whether it is there.
    pub fn below(&self, dir: &Utf8Path, has: impl Fn(&str) -> bool) -> Self {
        let there = |name: &str| has(name.split('/').next().unwrap_or(name));
        let [own, git, excluded] =
            NAMES.map(|name| if there(name) { vec![dir.join(name)] } else { Vec::new() });
        self.level(dir, [own, git, excluded, Vec::new()])
    }

    fn level(&self, dir: &Utf8Path, files: [Vec<Utf8PathBuf>; KINDS]) -> Self {
        let mut left = MAX_PATTERNS.saturating_sub(self.0.as_ref().map_or(0, |level| level.patterns));
        let matchers = files.map(|files| matcher(dir, &files, &mut left));
        if matchers.iter().all(Gitignore::is_empty) {
            return self.clone();
        }
        let level = Level { matchers, above: self.clone(), patterns: MAX_PATTERNS.saturating_sub(left) };
        Self(Some(Arc::new(level)))
    }

    /// Whether a path is left out: by the kind of file that ranks first, and of it by the nearest that says anything.
    pub fn leaves_out(&self, path: &Utf8Path, is_dir: bool) -> bool {
        let levels = || std::iter::successors(self.0.as_deref(), |level| level.above.0.as_deref());
        (0..KINDS)
            .find_map(|kind| {
                levels().find_map(|level| match level.matchers.get(kind)?.matched(path, is_dir) {
                    Match::None => None,
                    Match::Ignore(_) => Some(true),
                    Match::Whitelist(_) => Some(false),
                })
            })
            .unwrap_or(false)
    }
}

/// The patterns of files that hold for what lies below `dir`. As git does, a link is not followed: it could lead anywhere.
fn matcher(dir: &Utf8Path, files: &[Utf8PathBuf], left: &mut u64) -> Gitignore {
    let mut builder = GitignoreBuilder::new(dir);
    for file in files {
        let is_link = file.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        let Some(bytes) = read_regular(file, MAX_BYTES).ok().filter(|_| !is_link) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.trim_start_matches('\u{feff}').lines();
        let patterns = lines.filter(|line| line.len() <= MAX_LINE && !line.starts_with('#'));
        for line in patterns.filter(|line| !line.trim().is_empty()) {
            let Some(rest) = left.checked_sub(1) else { break };
            *left = rest;
            // What is no pattern says nothing, as in git.
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
