//! What tests of real repositories have in common.

#![allow(clippy::unwrap_used, reason = "test code may fail loudly")]

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::rules::{self, Findings};
use crossloc::vfs::Files;
use crossloc::workspace::Workspace;

/// A folder that is removed in the end, and its path without links.
pub fn sandbox() -> (tempfile::TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
    (folder, root)
}

/// Runs git as its user would, without the settings of who runs the tests; what it writes.
pub fn git(folder: &Utf8Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "t").env(format!("GIT_{role}_EMAIL"), "t@example.com");
        // What is committed bears the same name on every day.
        command.env(format!("GIT_{role}_DATE"), "2025-01-06T09:00:00+00:00");
    }
    let output = command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Writes a file, with the folders around it.
pub fn write(path: &Utf8Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Commits all there is, and gives the commit's name.
pub fn commit(folder: &Utf8Path, message: &str) -> String {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message", message]);
    git(folder, &["rev-parse", "HEAD"])
}

/// What all rules find in a folder.
pub fn check(folder: &Utf8Path) -> Findings {
    rules::check(&Workspace::new(Files::default(), vec![folder.to_owned()]))
}

/// Rule and message of each finding.
pub fn told(findings: &Findings) -> Vec<(&'static str, String)> {
    findings.diagnostics.iter().map(|found| (found.rule, found.message.clone())).collect()
}

/// What could not be judged.
pub fn reasons(findings: &Findings) -> Vec<&str> {
    findings.not_judged.iter().map(|one| one.reason.as_str()).collect()
}
