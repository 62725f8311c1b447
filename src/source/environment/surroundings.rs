//! What is known beside files: some variables of our own process, and the interpreters selected in an editor.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::vfs::join;

/// Which folders an operating system keeps caches, data and settings in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Linux and whatever else follows the XDG base directories.
    Unix,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Platform {
    /// The one we run on.
    pub const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Unix
    };
}

/// An interpreter that somebody selected for the code of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The folder (absolute); none for every opened one.
    pub folder: Option<Utf8PathBuf>,
    /// The interpreter, or the folder of its environment; relative to the folder it is selected for.
    pub interpreter: Utf8PathBuf,
}

/// Where we run: whatever else than files decides which environment is a project's. A default one knows nothing, so that
/// answers depend on files alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// Whose folders are looked into.
    pub platform: Platform,
    /// Environment variables by name; only those of [`NAMES`] are ever asked for.
    pub variables: BTreeMap<String, String>,
    /// What was selected, in no order.
    pub selections: Vec<Selection>,
    /// The user's own list of what git is to ignore (`core.excludesFile`); it may not be there.
    pub git_excludes: Option<Utf8PathBuf>,
}

/// The variables that are read, so that no others (they may hold secrets) are kept.
const NAMES: [&str; 17] = [
    "APPDATA",
    "CONDA_DEFAULT_ENV",
    "CONDA_PREFIX",
    "HATCH_CONFIG",
    "HATCH_DATA_DIR",
    "HOME",
    "LOCALAPPDATA",
    "POETRY_CACHE_DIR",
    "POETRY_CONFIG_DIR",
    "POETRY_VIRTUALENVS_IN_PROJECT",
    "POETRY_VIRTUALENVS_PATH",
    "USERPROFILE",
    "UV_PROJECT_ENVIRONMENT",
    "VIRTUAL_ENV",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
];

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            platform: Platform::HERE,
            variables: BTreeMap::new(),
            selections: Vec::new(),
            git_excludes: None,
        }
    }
}

impl Surroundings {
    /// Those of this process; nothing is selected yet.
    pub fn of_process() -> Self {
        let known = |name: &&str| Some(((**name).to_owned(), std::env::var(name).ok()?));
        let git_excludes = ignore::gitignore::gitconfig_excludes_path();
        let git_excludes = git_excludes.and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
        Self { variables: NAMES.iter().filter_map(known).collect(), git_excludes, ..Self::default() }
    }

    /// A variable; an empty one counts as unset.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The user's own folder.
    pub fn home(&self) -> Option<Utf8PathBuf> {
        let windows = (self.platform == Platform::Windows).then(|| self.variable("USERPROFILE")).flatten();
        windows.or_else(|| self.variable("HOME")).map(Utf8PathBuf::from)
    }

    /// Where a tool keeps what it can make again, as platformdirs has it.
    pub(super) fn cache_dir(&self, tool: &str) -> Option<Utf8PathBuf> {
        match self.platform {
            Platform::Windows => Some(Utf8Path::new(self.variable("LOCALAPPDATA")?).join(tool).join("Cache")),
            Platform::MacOs => self.below_home("XDG_CACHE_HOME", "Library/Caches", tool),
            Platform::Unix => self.below_home("XDG_CACHE_HOME", ".cache", tool),
        }
    }

    /// Where a tool keeps what it may not lose.
    pub(super) fn data_dir(&self, tool: &str) -> Option<Utf8PathBuf> {
        match self.platform {
            Platform::Windows => Some(Utf8Path::new(self.variable("LOCALAPPDATA")?).join(tool)),
            Platform::MacOs => self.below_home("XDG_DATA_HOME", "Library/Application Support", tool),
            Platform::Unix => self.below_home("XDG_DATA_HOME", ".local/share", tool),
        }
    }

    /// Where a tool keeps its settings; on Windows in the roaming profile, or in the local one.
    pub(super) fn config_dir(&self, tool: &str, windows: &str) -> Option<Utf8PathBuf> {
        match self.platform {
            Platform::Windows => Some(Utf8Path::new(self.variable(windows)?).join(tool)),
            Platform::MacOs => self.below_home("XDG_CONFIG_HOME", "Library/Application Support", tool),
            Platform::Unix => self.below_home("XDG_CONFIG_HOME", ".config", tool),
        }
    }

    /// A path as settings write it: `~` is the home folder, a relative one begins at `base`.
    pub(super) fn expand(&self, base: &Utf8Path, written: &str) -> Utf8PathBuf {
        let below = written.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\']));
        match below.zip(self.home()) {
            Some((rest, home)) => join(&home, rest.trim_start_matches(['/', '\\'])),
            None => join(base, written),
        }
    }

    fn below_home(&self, variable: &str, usual: &str, tool: &str) -> Option<Utf8PathBuf> {
        let base = self.variable(variable).map(Utf8PathBuf::from).filter(|path| path.is_absolute());
        Some(base.or_else(|| Some(self.home()?.join(usual)))?.join(tool))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(platform: Platform, variables: &[(&str, &str)]) -> Surroundings {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Surroundings { platform, variables: variables.collect(), ..Surroundings::default() }
    }

    #[test]
    fn each_platform_has_folders_of_its_own() {
        let unix = on(Platform::Unix, &[("HOME", "/home/ada")]);
        let xdg = on(
            Platform::Unix,
            &[("HOME", "/home/ada"), ("XDG_CACHE_HOME", "/c"), ("XDG_DATA_HOME", "relative")],
        );
        let mac = on(Platform::MacOs, &[("HOME", "/Users/ada")]);
        let windows =
            on(Platform::Windows, &[("LOCALAPPDATA", "/L"), ("APPDATA", "/R"), ("USERPROFILE", "/U")]);
        for (surroundings, cache, data, config) in [
            (&unix, "/home/ada/.cache/t", "/home/ada/.local/share/t", "/home/ada/.config/t"),
            (&xdg, "/c/t", "/home/ada/.local/share/t", "/home/ada/.config/t"),
            (
                &mac,
                "/Users/ada/Library/Caches/t",
                "/Users/ada/Library/Application Support/t",
                "/Users/ada/Library/Application Support/t",
            ),
            (&windows, "/L/t/Cache", "/L/t", "/R/t"),
        ] {
            assert_eq!(surroundings.cache_dir("t").as_deref(), Some(Utf8Path::new(cache)));
            assert_eq!(surroundings.data_dir("t").as_deref(), Some(Utf8Path::new(data)));
            assert_eq!(surroundings.config_dir("t", "APPDATA").as_deref(), Some(Utf8Path::new(config)));
        }
        assert_eq!(on(Platform::Unix, &[]).cache_dir("t"), None);
        assert_eq!(windows.home().as_deref(), Some(Utf8Path::new("/U")));
    }

    #[test]
    fn paths_of_settings_are_expanded_and_empty_variables_are_unset() {
        let surroundings = on(Platform::Unix, &[("HOME", "/home/ada"), ("VIRTUAL_ENV", "")]);
        for (written, expected) in [
            ("~/envs", "/home/ada/envs"),
            ("~", "/home/ada"),
            ("~bob/envs", "/ws/~bob/envs"),
            ("/a/../b", "/b"),
        ] {
            assert_eq!(surroundings.expand(Utf8Path::new("/ws"), written), expected, "{written}");
        }
        assert_eq!(surroundings.variable("VIRTUAL_ENV"), None);
    }
}
