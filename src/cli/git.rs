//! Running git where nothing of the user's own set-up may matter: no hooks, no signing, no configuration.

use std::process::{Command, Stdio};

use camino::Utf8Path;

use super::Failure;

/// Commits made here are the same on every machine, hash and all.
const AUTHOR: &str = "crossloc demo";
const EMAIL: &str = "demo@crossloc.invalid";
const DATE: &str = "2025-01-06T09:00:00+00:00";

/// Runs `git` with these arguments in a folder; a failure holds what git said.
pub fn git(folder: &Utf8Path, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("git");
    // A hook that called us has set variables that would lead to its own repository.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    for (role, value) in [("NAME", AUTHOR), ("EMAIL", EMAIL), ("DATE", DATE)] {
        command.env(format!("GIT_AUTHOR_{role}"), value).env(format!("GIT_COMMITTER_{role}"), value);
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.autocrlf=false",
            "-c",
            "advice.detachedHead=false",
        ])
        .args(["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::new("git was not found").with_hint("install git, or put it on PATH, and try again")
        }
        _ => Failure::new(format!("git could not be started: {error}")),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it did not say why").to_owned();
    Err(Failure::new(format!("`git {}` failed: {said}", arguments.join(" "))))
}
