//! The process that we are: nothing else asks it for its variables and folders.

use std::path::PathBuf;

use camino::Utf8PathBuf;

use crate::source::Surroundings;

/// What is told about the program, if anybody asks.
const LOG_VARIABLE: &str = "CROSSLOC_LOG";

/// Where we run; nothing is selected yet.
pub fn of_process() -> Surroundings {
    let path = |path: PathBuf| Utf8PathBuf::from_path_buf(path).ok();
    let texts = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut surroundings = Surroundings::of(texts);
    surroundings.program = std::env::current_exe().ok().and_then(path);
    surroundings.temporary = path(std::env::temp_dir());
    surroundings.git_excludes = ignore::gitignore::gitconfig_excludes_path().and_then(path);
    match surroundings.home() {
        Some(_) => surroundings,
        // The system knows it even where no variable says it.
        None => std::env::home_dir()
            .and_then(path)
            .into_iter()
            .fold(surroundings, |known, home| known.with("HOME", home.as_str())),
    }
}

/// The level to log at; with `debug`, each step of a check says how long it took.
pub fn log_level() -> Option<String> {
    std::env::var(LOG_VARIABLE).ok()
}
