//! Real repositories, made by the real git.

#[cfg(unix)]
mod hostile;
mod objects;
mod references;
mod uv;

use std::process::Command;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Repository;

/// A folder for repositories, removed in the end.
struct Sandbox {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Sandbox {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        Self { _folder: folder, root }
    }

    /// A new repository with one commit of these files, on the branch `main`.
    fn repository(&self, name: &str, files: &[(&str, &str)]) -> Utf8PathBuf {
        let dir = self.root.join(name);
        std::fs::create_dir_all(&dir).unwrap();
        git(&dir, &["init", "--quiet", "--initial-branch=main"]);
        write(&dir, files);
        commit(&dir, "first");
        dir
    }
}

fn write(dir: &Utf8Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Writes a program. Another process does it: one that a parallel test starts while a file is open for writing here keeps it
/// open for a moment, and such a file cannot be run.
#[cfg(unix)]
fn script(path: &Utf8Path, text: &str) {
    let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod +x \"$1\"";
    assert!(Command::new("sh").args(["-c", write, "sh", path.as_str(), text]).status().unwrap().success());
}

fn commit(dir: &Utf8Path, message: &str) -> String {
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--allow-empty", "--message", message]);
    git(dir, &["rev-parse", "HEAD"])
}

/// Runs git as its user would, without the settings of who runs the tests.
fn git(dir: &Utf8Path, arguments: &[&str]) -> String {
    let (success, output) = try_git(dir, arguments);
    assert!(success, "{arguments:?}");
    output
}

fn try_git(dir: &Utf8Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "t").env(format!("GIT_{role}_EMAIL"), "t@example.com");
    }
    let output = command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(["-c", "protocol.file.allow=always", "-c", "tag.gpgSign=false"])
        .args(arguments)
        .current_dir(dir)
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

fn open(dir: &Utf8Path) -> Arc<Repository> {
    Arc::new(Repository::open(dir).unwrap())
}
