//! What the command says in a fixture's folder.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use camino::Utf8Path;

use super::parse::ROOT;
use super::{Problem, compare};

/// How what the command says differs from what is expected: its output, what it complains about, and its exit code where
/// that is not 0. The fixture's folder is `$ROOT` in it, the user's `$HOME`.
pub fn problem(root: &Utf8Path, arguments: &str, (base, expected): (usize, &str)) -> Option<Problem> {
    let home = tempfile::tempdir_in(root.parent().unwrap_or(root)).ok()?;
    let output = match run(root, home.path(), arguments) {
        Ok(output) => output,
        Err(message) => return Some(Problem::new(base, message)),
    };
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => {}
        code => said.push_str(&format!("exit {}\n", code.unwrap_or(-1))),
    }
    let beside = format!("../{}", home.path().file_name()?.to_string_lossy());
    let said = said.replace(root.as_str(), ROOT).replace(&beside, "$HOME");
    let said: String = said.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    (said != expected).then(|| {
        let diff = compare::line_diff(expected, &said);
        Problem::new(base, format!("`crossloc {arguments}` (- expected, + found)\n{diff}"))
    })
}

/// With no settings, caches or repositories but the fixture's own.
fn run(root: &Utf8Path, home: &Path, arguments: &str) -> Result<Output, String> {
    let mut command = Command::cargo_bin("crossloc").map_err(|error| error.to_string())?;
    for name in
        ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR"]
    {
        command.env(name, home);
    }
    for name in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        command.env_remove(name);
    }
    command.current_dir(root).env("NO_COLOR", "1").args(arguments.split_whitespace());
    command.output().map_err(|error| error.to_string())
}
