//! The `git` binary, run so that nothing a repository says can make it run anything else.
//!
//! What a repository's configuration, hooks and attributes could start is shut off one by one: hooks and file monitors
//! by settings that outrank the repository's, pagers by `--no-pager` (and there is no terminal), filters and text
//! conversions by never asking for what they would touch, and lazy fetches of a partial clone twice: git since 2.45
//! has a switch for them, and before it no transport is allowed, so that there is nothing to fetch with.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::Refusal;
use crate::source::Surroundings;
use crate::vfs::MAX_FILE_BYTES;

/// Git's binary.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// Its name, or an absolute path.
    pub name: String,
    /// The folders (absolute) that it is looked for in.
    pub folders: Vec<Utf8PathBuf>,
    /// Variables of ours that it must not see beside [`ITS_OWN`].
    pub variables: Vec<String>,
    /// How long it may take for one question.
    pub patience: Duration,
}

/// Where programs are, if nobody says anything else.
#[cfg(not(windows))]
const USUAL: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];
#[cfg(windows)]
const USUAL: [&str; 1] = ["C:\\Program Files\\Git\\cmd"];

/// What `git rev-parse --local-env-vars` names: set by a hook that called us, they would lead to its own repository.
const ITS_OWN: [&str; 15] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
];

impl Default for Program {
    fn default() -> Self {
        Self {
            name: "git".to_owned(),
            folders: USUAL.map(Utf8PathBuf::from).to_vec(),
            variables: Vec::new(),
            patience: Duration::from_secs(5),
        }
    }
}

impl Program {
    /// Git as the user who runs this calls it.
    pub fn of(surroundings: &Surroundings) -> Self {
        let (folders, variables) = (surroundings.program_folders(), surroundings.git_variables.clone());
        Self { folders, variables, ..Self::default() }
    }

    fn find(&self) -> Option<Utf8PathBuf> {
        let name = format!("{}{}", self.name, std::env::consts::EXE_SUFFIX);
        self.folders.iter().map(|folder| folder.join(&name)).find(|path| is_executable(path))
    }
}

/// A call of `program` for the repository whose own files are in `directory`; arguments follow. Its input is empty and
/// its errors are dropped. `work_tree` outranks what the repository says of its work tree.
pub(super) fn git(program: &Program, directory: &Utf8Path, work_tree: &Utf8Path) -> Result<Command, Refusal> {
    let mut command = Command::new(program.find().ok_or(Refusal::Missing)?);
    for name in ITS_OWN.into_iter().chain(program.variables.iter().map(String::as_str)) {
        command.env_remove(name);
    }
    command
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .arg("--no-pager")
        .arg(format!("--git-dir={directory}"))
        .arg(format!("--work-tree={work_tree}"))
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*"])
        // Larger blobs are then written as they are unpacked, so that git holds none that nobody will read.
        .args(["-c", &format!("core.bigFileThreshold={MAX_FILE_BYTES}")])
        .current_dir(work_tree)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    Ok(command)
}

#[cfg(unix)]
fn is_executable(path: &Utf8Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Utf8Path) -> bool {
    path.is_file()
}

/// Starts a call.
pub(super) fn spawn(mut command: Command) -> Result<Child, Refusal> {
    command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Refusal::Missing,
        _ => Refusal::Failed,
    })
}

/// What a call writes, if it succeeds in time. One that writes on and on finds its pipe closed.
pub(super) fn output(program: &Program, command: Command) -> Result<String, Refusal> {
    let mut child = spawn(command)?;
    let written = child.stdout.take().ok_or(Refusal::Failed)?;
    let reader = std::thread::Builder::new().name("git output".to_owned()).spawn(move || {
        let mut text = String::new();
        written.take(MAX_FILE_BYTES).read_to_string(&mut text).ok().map(|_| text)
    });
    let began = Instant::now();
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ok(status),
            Ok(None) if began.elapsed() < program.patience => std::thread::sleep(Duration::from_millis(1)),
            Ok(None) => break Err(Refusal::TooSlow),
            Err(_) => break Err(Refusal::Failed),
        }
    };
    if ended.is_err() {
        // It may have ended by itself in the meantime.
        let _ = child.kill();
        let _ = child.wait();
    }
    let success = ended?.success();
    let text = reader.ok().and_then(|reader| reader.join().ok().flatten());
    text.filter(|_| success).ok_or(Refusal::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_looked_for_in_absolute_folders_only() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let file = folder.join(format!("tool{}", std::env::consts::EXE_SUFFIX));
        std::fs::write(&file, "").unwrap();
        let folders = std::env::join_paths([".", "", folder.as_str()]).unwrap();
        let surroundings = Surroundings::default().with("PATH", folders.to_str().unwrap());
        let find = |name: &str| Program { name: name.to_owned(), ..Program::of(&surroundings) }.find();
        assert_eq!(find("Cargo.toml"), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(find("tool"), None);
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        assert_eq!(find("tool"), Some(file));
    }
}
