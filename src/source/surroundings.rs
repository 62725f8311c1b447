//! What is known beside files: some variables and folders of our own process, and the interpreters selected in an editor.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Secret;
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

/// Where we run: whatever else than files decides, and where things of the user lie. It is made where the process begins
/// and handed down. A default one knows nothing, so that answers depend on files alone. Its variables may hold secrets, so
/// there is no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// Whose folders are looked into.
    pub platform: Platform,
    /// What was selected, in no order.
    pub selections: Vec<Selection>,
    /// The user's own list of what git is to ignore (`core.excludesFile`); it may not be there.
    pub git_excludes: Option<Utf8PathBuf>,
    /// Our own program.
    pub program: Option<Utf8PathBuf>,
    /// The folder for temporary files.
    pub temporary: Option<Utf8PathBuf>,
    /// The names of git's own variables, which lead a git that is started with them to what they say.
    pub git_variables: Vec<String>,
    pub(super) variables: BTreeMap<String, Secret>,
}

/// The variables that are read, so that no others are kept.
const NAMES: [&str; 19] = [
    "APPDATA",
    "CONDA_DEFAULT_ENV",
    "CONDA_PREFIX",
    "HATCH_CONFIG",
    "HATCH_DATA_DIR",
    "HOME",
    "LOCALAPPDATA",
    "NETRC",
    "PATH",
    "POETRY_CACHE_DIR",
    "POETRY_CONFIG_DIR",
    "POETRY_VIRTUALENVS_IN_PROJECT",
    "POETRY_VIRTUALENVS_PATH",
    "SSL_CERT_FILE",
    "USERPROFILE",
    "VIRTUAL_ENV",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
];
/// Installers' folders, environments, lists of indexes and credentials.
const PREFIXES: [&str; 2] = ["PIP_", "UV_"];

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            platform: Platform::HERE,
            selections: Vec::new(),
            git_excludes: None,
            program: None,
            temporary: None,
            git_variables: Vec::new(),
            variables: BTreeMap::new(),
        }
    }
}

impl Surroundings {
    /// Those in which these variables are set, as far as anybody asks for them.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        variables.into_iter().fold(Self::default(), |mut surroundings, (name, value)| {
            if name.starts_with("GIT_") {
                surroundings.git_variables.push(name);
                return surroundings;
            }
            let wanted =
                NAMES.contains(&name.as_str()) || PREFIXES.iter().any(|start| name.starts_with(start));
            if wanted { surroundings.with(&name, &value) } else { surroundings }
        })
    }

    /// The same with another variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), Secret::new(value));
        self
    }

    /// The same where this is selected, and nothing else.
    pub fn with_selections(self, selections: Vec<Selection>) -> Self {
        Self { selections, ..self }
    }

    /// A variable; an empty one counts as unset.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(Secret::expose).filter(|value| !value.is_empty())
    }

    /// The folders that programs are looked for in. Relative ones are left out: they would lead into the repository, which
    /// then could bring its own.
    pub fn program_folders(&self) -> Vec<Utf8PathBuf> {
        let folders = std::env::split_paths(self.variable("PATH").unwrap_or_default());
        let folders = folders.filter_map(|folder| Utf8PathBuf::from_path_buf(folder).ok());
        folders.filter(|folder| folder.is_absolute()).collect()
    }

    /// The user's own folder.
    pub fn home(&self) -> Option<Utf8PathBuf> {
        let windows = (self.platform == Platform::Windows).then(|| self.variable("USERPROFILE")).flatten();
        windows.or_else(|| self.variable("HOME")).map(Utf8PathBuf::from)
    }

    /// Where caches lie for tools that keep to the XDG base directories on macOS, too, as uv and crossloc do.
    pub(super) fn base_cache_dir(&self) -> Option<Utf8PathBuf> {
        match self.platform {
            Platform::Windows => Some(Utf8PathBuf::from(self.variable("LOCALAPPDATA")?)),
            Platform::MacOs | Platform::Unix => self.base("XDG_CACHE_HOME", ".cache"),
        }
    }

    /// Where settings lie for such tools.
    pub(super) fn base_config_dir(&self) -> Option<Utf8PathBuf> {
        match self.platform {
            // Who sets the variable there means it.
            Platform::Windows if self.variable("XDG_CONFIG_HOME").is_none() => {
                Some(Utf8PathBuf::from(self.variable("APPDATA")?))
            }
            _ => self.base("XDG_CONFIG_HOME", ".config"),
        }
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
        Some(self.base(variable, usual)?.join(tool))
    }

    fn base(&self, variable: &str, usual: &str) -> Option<Utf8PathBuf> {
        let base = self.variable(variable).map(Utf8PathBuf::from).filter(|path| path.is_absolute());
        base.or_else(|| Some(self.home()?.join(usual)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(platform: Platform, variables: &[(&str, &str)]) -> Surroundings {
        let start = Surroundings { platform, ..Surroundings::default() };
        variables.iter().fold(start, |all, (name, value)| all.with(name, value))
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

    #[test]
    fn what_nobody_asks_for_is_not_kept() {
        let set =
            [("HOME", "/home/ada"), ("AWS_SECRET_ACCESS_KEY", "x"), ("UV_INDEX", "y"), ("GIT_DIR", "/z")];
        let surroundings = Surroundings::of(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let kept: Vec<&str> = surroundings.variables.keys().map(String::as_str).collect();
        assert_eq!(kept, ["HOME", "UV_INDEX"]);
        assert_eq!(surroundings.git_variables, ["GIT_DIR"]);
    }

    #[test]
    fn programs_are_looked_for_in_absolute_folders_only() {
        let folders = std::env::join_paths([".", "", "/usr/bin", "bin"]).unwrap();
        let surroundings = Surroundings::default().with("PATH", folders.to_str().unwrap());
        assert_eq!(surroundings.program_folders(), ["/usr/bin"]);
    }

    #[test]
    fn base_folders_are_the_same_on_macos_and_others_on_windows() {
        let windows = [("LOCALAPPDATA", "/L"), ("APPDATA", "/R"), ("USERPROFILE", "/U")];
        for (surroundings, cache, config) in [
            (on(Platform::Unix, &[("HOME", "/h")]), "/h/.cache", "/h/.config"),
            (on(Platform::MacOs, &[("HOME", "/h")]), "/h/.cache", "/h/.config"),
            (on(Platform::MacOs, &[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")]), "/c", "/h/.config"),
            (on(Platform::Windows, &windows), "/L", "/R"),
            (on(Platform::Windows, &windows).with("XDG_CONFIG_HOME", "/x"), "/L", "/x"),
        ] {
            assert_eq!(surroundings.base_cache_dir().as_deref(), Some(Utf8Path::new(cache)));
            assert_eq!(surroundings.base_config_dir().as_deref(), Some(Utf8Path::new(config)));
        }
    }
}
