//! What git says of submodules: which commit is checked out, and which one the repository records.
//!
//! A repository is untrusted input. What is checked out is read from plain files; only the index, whose format is not,
//! is read by the `git` binary, which then runs no hook, filter, monitor or pager and asks nobody for anything.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use crate::vfs::{Disk, SourceTree, join};

/// How long git may take for one question.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes read of an answer; the one that is asked for is a line.
const MAXIMUM_ANSWER: u64 = 64 * 1024;

/// Symbolic references that lead to each other are followed so far.
const MAXIMUM_REFERENCES: usize = 5;

/// The commit that is checked out in a repository's or submodule's folder, as a hexadecimal name; `None` where there
/// is no commit yet, or it is kept in a form that is not read (reftable).
pub fn head_commit(dir: &Utf8Path) -> Option<String> {
    let own = git_dir(dir)?;
    let common = match read(&own.join("commondir")) {
        Some(text) => join(&own, text.trim()),
        None => own.clone(),
    };
    let mut reference = "HEAD".to_owned();
    for _ in 0..MAXIMUM_REFERENCES {
        let text = read(&own.join(&reference)).or_else(|| read(&common.join(&reference)));
        let Some(text) = text else { return packed(&common, &reference) };
        match text.trim().strip_prefix("ref:") {
            Some(next) => reference = safe_reference(next.trim())?.to_owned(),
            None => return commit(text.trim()),
        }
    }
    None
}

/// Why git gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no git binary.
    Missing,
    /// It failed, took too long, or said something else than what was asked.
    Failed,
    /// The path is no submodule in the index, or one with conflicts.
    NotRecorded,
}

/// The commit that the index of the repository at `repository` (the folder that holds `.git`) records for the
/// submodule at `path`, relative to it.
pub fn recorded_commit(repository: &Utf8Path, path: &str) -> Result<String, Refusal> {
    let mut command = Command::new("git");
    // A hook that called us has set variables that would lead to its own repository.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    let directory = git_dir(repository).ok_or(Refusal::Failed)?;
    let child = command
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .arg("--no-pager")
        .arg("--literal-pathspecs")
        .arg(format!("--git-dir={directory}"))
        .arg(format!("--work-tree={repository}"))
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*"])
        .args(["ls-files", "--stage", "-z", "--", path])
        .current_dir(repository)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let child = child.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Refusal::Missing,
        _ => Refusal::Failed,
    })?;
    let output = answer(child).ok_or(Refusal::Failed)?;
    recorded(&output, path)
}

/// The folder of git's own files that a `.git` is or leads to.
fn git_dir(dir: &Utf8Path) -> Option<Utf8PathBuf> {
    let git = dir.join(".git");
    match read(&git) {
        Some(text) => Some(join(dir, text.trim().strip_prefix("gitdir:")?.trim())),
        None => git.join("HEAD").is_file().then_some(git),
    }
}

/// A small text file; never anything that is not a regular file.
fn read(path: &Utf8Path) -> Option<String> {
    String::from_utf8(Disk.read(path).ok()?).ok()
}

/// A reference's name that stays below git's own folder.
fn safe_reference(name: &str) -> Option<&str> {
    let inside = name.starts_with("refs/") && !name.split('/').any(|part| part == "..");
    inside.then_some(name)
}

fn packed(common: &Utf8Path, reference: &str) -> Option<String> {
    let text = read(&common.join("packed-refs"))?;
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(_, name)| *name == reference).and_then(|(hash, _)| commit(hash))
}

/// A commit's full name, SHA-1 or SHA-256.
fn commit(text: &str) -> Option<String> {
    let full = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    full.then(|| text.to_ascii_lowercase())
}

/// What a process wrote, if it succeeds in time. One that writes on and on finds its pipe closed.
fn answer(mut child: Child) -> Option<String> {
    let written = child.stdout.take()?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        written.take(MAXIMUM_ANSWER).read_to_string(&mut text).ok().map(|_| text)
    });
    let began = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(1)),
            _ => {
                // It may have ended by itself in the meantime.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    let text = reader.join().ok()??;
    status.success().then_some(text)
}

/// Reads `160000 <hash> 0\t<path>`, ended by a null byte; other lines are files below a folder of that name.
fn recorded(output: &str, path: &str) -> Result<String, Refusal> {
    let mut entries = output.split('\0').filter(|entry| !entry.is_empty());
    let (Some(entry), None) = (entries.next(), entries.next()) else { return Err(Refusal::NotRecorded) };
    let (fields, name) = entry.split_once('\t').ok_or(Refusal::Failed)?;
    let fields: Vec<&str> = fields.split(' ').collect();
    match fields.as_slice() {
        ["160000", hash, "0"] if name == path => commit(hash).ok_or(Refusal::Failed),
        _ => Err(Refusal::NotRecorded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

    fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, Utf8PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().to_owned()).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        (dir, root)
    }

    #[test]
    fn the_commit_checked_out_is_read_from_every_form() {
        let loose = format!("{HASH}\n");
        let packed = format!("# pack-refs with: peeled\n{HASH} refs/heads/main\n^{HASH}\n");
        for (files, expected) in [
            (vec![(".git/HEAD", loose.as_str())], true),
            (vec![(".git/HEAD", "ref: refs/heads/main\n"), (".git/refs/heads/main", &loose)], true),
            (vec![(".git/HEAD", "ref: refs/heads/main\n"), (".git/packed-refs", &packed)], true),
            (vec![(".git", "gitdir: real\n"), ("real/HEAD", &loose)], true),
            (
                vec![
                    (".git", "gitdir: w/one"),
                    ("w/one/HEAD", "ref: refs/heads/main"),
                    ("w/one/commondir", "../.."),
                    ("refs/heads/main", &loose),
                ],
                true,
            ),
            (vec![(".git/HEAD", "ref: refs/heads/main\n")], false),
            (vec![(".git/HEAD", "ref: refs/heads/.invalid\n")], false),
            (vec![(".git/HEAD", "ref: refs/../../secret\n"), ("secret", &loose)], false),
            (vec![(".git/HEAD", "ref: HEAD\n")], false),
            (vec![(".git", "gitdir: gone\n")], false),
            (vec![("x", "")], false),
        ] {
            let (_dir, root) = repository(&files);
            assert_eq!(head_commit(&root).as_deref(), expected.then_some(HASH), "{files:?}");
        }
    }

    #[test]
    fn only_one_submodule_without_conflicts_is_an_answer() {
        let entry = |mode: &str, stage: &str, path: &str| format!("{mode} {HASH} {stage}\t{path}\0");
        for (output, expected) in [
            (entry("160000", "0", "lib"), Ok(HASH.to_owned())),
            (entry("100644", "0", "lib"), Err(Refusal::NotRecorded)),
            (entry("160000", "1", "lib") + &entry("160000", "2", "lib"), Err(Refusal::NotRecorded)),
            (entry("100644", "0", "lib/a"), Err(Refusal::NotRecorded)),
            (String::new(), Err(Refusal::NotRecorded)),
            ("nonsense\0".to_owned(), Err(Refusal::Failed)),
        ] {
            assert_eq!(recorded(&output, "lib"), expected, "{output}");
        }
    }
}
