//! Running git where nothing of the user's own set-up may matter: no hooks, no signing, no configuration.

use std::process::{Command, Stdio};

use camino::Utf8Path;

use super::Failure;
use crate::source::Surroundings;

/// Commits made here are the same on every machine, hash and all.
const AUTHOR: &str = "crossloc demo";
const EMAIL: &str = "demo@crossloc.invalid";
const DATE: &str = "2025-01-06T09:00:00+00:00";

/// The user's git, without their set-up.
pub struct Git<'s> {
    surroundings: &'s Surroundings,
}

impl<'s> Git<'s> {
    /// The git of these surroundings.
    pub fn of(surroundings: &'s Surroundings) -> Self {
        Self { surroundings }
    }

    /// Runs it with these arguments in a folder; a failure holds what git said.
    pub fn run(&self, folder: &Utf8Path, arguments: &[&str]) -> Result<(), Failure> {
        let mut command = Command::new("git");
        // A hook that called us has set variables that would lead to its own repository.
        for name in &self.surroundings.git_variables {
            command.env_remove(name);
        }
        run(command, folder, arguments)
    }
}

fn run(mut command: Command, folder: &Utf8Path, arguments: &[&str]) -> Result<(), Failure> {
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
