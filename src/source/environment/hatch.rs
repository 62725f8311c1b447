//! hatch's environments: `{data-dir}/env/virtual/<project>/<hash>/<environment>`.

use camino::Utf8PathBuf;

use super::find::Owner;
use super::naming::hash;
use super::settings::setting;
use crate::source::{Platform, Surroundings};
use crate::vfs::Files;

/// Where the project's default environment would be, which hatch calls like the project. The others are for tests, docs
/// and tools, and hold what those need.
pub(super) fn environment(
    files: &Files,
    owner: &Owner<'_>,
    surroundings: &Surroundings,
) -> Option<Utf8PathBuf> {
    let name = owner.name?.as_str();
    let config = match surroundings.variable("HATCH_CONFIG") {
        Some(file) => Some(Utf8PathBuf::from(file)),
        None => surroundings.config_dir("hatch", "LOCALAPPDATA").map(|dir| dir.join("config.toml")),
    };
    let configured = |keys: &[&str]| {
        let written = setting(files, config.as_deref()?, keys)?;
        Some(surroundings.expand(owner.dir, &written))
    };
    let data = || {
        let own = surroundings.variable("HATCH_DATA_DIR").map(|dir| surroundings.expand(owner.dir, dir));
        own.or_else(|| configured(&["dirs", "data"])).or_else(|| surroundings.data_dir("hatch"))
    };
    let folder = configured(&["dirs", "env", "virtual"]).or_else(|| Some(data()?.join("env/virtual")))?;
    let flat = folder.starts_with(owner.dir)
        || surroundings.home().is_some_and(|home| folder.as_str() == home.join(".virtualenvs").as_str());
    if flat {
        return Some(folder.join(name));
    }
    let dir = owner.dir.as_str();
    let hashed = match surroundings.platform {
        Platform::Unix => hash(dir),
        Platform::MacOs | Platform::Windows => hash(&dir.to_lowercase()),
    };
    Some(folder.join(name).join(hashed).join(name))
}
