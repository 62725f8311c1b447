//! Poetry's environments outside of projects: `{cache-dir}/virtualenvs/acme-shared-pTaxqXtl-py3.11`.

use camino::{Utf8Path, Utf8PathBuf};

use super::find::Owner;
use super::naming::hash;
use super::settings::setting;
use crate::source::{Platform, Surroundings};
use crate::vfs::{Files, Grounds, join};

/// What Poetry calls a project that has no name.
const NAMELESS: &str = "non-package-mode";
/// Characters of a name that Poetry takes.
const LENGTH: usize = 42;

/// Whether Poetry is told to keep environments out of projects, so that a `.venv` there is not its own.
pub(super) fn keeps_out(files: &Files, project: &Utf8Path, surroundings: &Surroundings) -> bool {
    let told =
        value(files, project, surroundings, "POETRY_VIRTUALENVS_IN_PROJECT", &["virtualenvs", "in-project"]);
    told.is_some_and(|told| matches!(told.to_lowercase().as_str(), "false" | "0"))
}

/// The folders of the project's environments, the one `poetry env use` chose before the others, these by Python version,
/// the newest first.
pub(super) fn environments(
    files: &Files,
    owner: &Owner<'_>,
    surroundings: &Surroundings,
) -> Vec<Utf8PathBuf> {
    let Some(folder) = folder(files, owner.dir, surroundings) else { return Vec::new() };
    let name = owner.name.map_or(NAMELESS, |name| name.as_str());
    let base = base_name(name, &files.real_path(owner.dir), surroundings.platform);
    let chosen = setting(files, &folder.join("envs.toml"), &[&base, "minor"]);
    let listing = files.list(&folder);
    let own =
        listing.dirs().filter_map(|entry| Some((entry, entry.strip_prefix(&*base)?.strip_prefix("-py")?)));
    let mut own: Vec<(&str, &str)> = own.collect();
    own.sort_by_key(|(_, version)| {
        let number = |part: &str| part.parse::<u32>().unwrap_or_default();
        let numbers: Vec<u32> = version.split('.').map(number).collect();
        (chosen.as_deref() == Some(version), numbers)
    });
    own.into_iter().rev().map(|(entry, _)| folder.join(entry)).collect()
}

/// `acme-shared-pTaxqXtl`, from the project's name and its real folder.
fn base_name(name: &str, dir: &Utf8Path, platform: Platform) -> String {
    const REPLACED: [char; 10] = [' ', '$', '`', '!', '*', '@', '"', '\\', '\r', '\n'];
    let name = name.to_lowercase().replace(REPLACED, "_").replace('\t', "_");
    let name: String = name.chars().take(LENGTH).collect();
    let path = match platform {
        Platform::Windows => dir.as_str().to_lowercase().replace('/', "\\"),
        Platform::Unix | Platform::MacOs => dir.as_str().to_owned(),
    };
    format!("{name}-{}", hash(&path))
}

/// Where Poetry keeps environments: `virtualenvs.path`, else `virtualenvs` in its cache.
fn folder(files: &Files, project: &Utf8Path, surroundings: &Surroundings) -> Option<Utf8PathBuf> {
    let value = |variable: &str, keys: &[&str]| value(files, project, surroundings, variable, keys);
    let cache = || match value("POETRY_CACHE_DIR", &["cache-dir"]) {
        Some(written) => Some(surroundings.expand(project, &written)),
        None => surroundings.cache_dir("pypoetry"),
    };
    match value("POETRY_VIRTUALENVS_PATH", &["virtualenvs", "path"]) {
        Some(written) if written.contains("{cache-dir}") => {
            let written = written.replace("{cache-dir}", cache()?.as_str());
            Some(surroundings.expand(project, &written))
        }
        Some(written) => Some(surroundings.expand(project, &written)),
        None => Some(join(&cache()?, "virtualenvs")),
    }
}

/// A setting as Poetry looks for it: the variable, the project's `poetry.toml`, the user's `config.toml`.
fn value(
    files: &Files,
    project: &Utf8Path,
    surroundings: &Surroundings,
    variable: &str,
    keys: &[&str],
) -> Option<String> {
    let config = || {
        let own = surroundings.variable("POETRY_CONFIG_DIR").map(Utf8PathBuf::from);
        own.or_else(|| surroundings.config_dir("pypoetry", "APPDATA"))
    };
    let of_variable = surroundings.variable(variable).map(str::to_owned);
    let of_project = || {
        let file = project.join("poetry.toml");
        Grounds::default().own(files, project, &file).then(|| setting(files, &file, keys)).flatten()
    };
    of_variable.or_else(of_project).or_else(|| setting(files, &config()?.join("config.toml"), keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_poetry_gives() {
        for (name, dir, platform, expected) in [
            ("acme-shared-io", "/ws/Acme Shared", Platform::Unix, "acme-shared-io-pTaxqXtl"),
            ("a b", "/ws/ml", Platform::Unix, "a_b-VfhoFbM7"),
            (&"x".repeat(50), "/ws/ml", Platform::MacOs, &format!("{}-VfhoFbM7", "x".repeat(42))),
        ] {
            assert_eq!(base_name(name, Utf8Path::new(dir), platform), expected);
        }
        let windows = |dir: &str| base_name("a", Utf8Path::new(dir), Platform::Windows);
        assert_eq!(windows("C:/Work/Etl"), windows("c:\\work\\etl"));
    }
}
