//! The user's configuration: `crossloc.toml`, or `[tool.crossloc]` in a pyproject.toml. Everything in it is optional.

use std::collections::BTreeMap;

use camino::Utf8Path;
use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use crate::manifest::DistributionName;
use crate::text::{Spanned, TextRange, nearest};
use crate::vfs::{FileId, Files, Grounds};

/// What the user configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Globs of folders that are code locations beside the discovered ones.
    pub locations: Vec<Spanned<String>>,
    /// Distributions that are first-party although nothing here shows it.
    pub shared: Vec<Spanned<DistributionName>>,
    /// Globs of paths on which nothing is reported.
    pub exclude: Vec<Spanned<String>>,
    /// Sibling checkouts of shared distributions, relative to the file's folder.
    pub repositories: Vec<Spanned<String>>,
    /// For each distribution its form of tags: a text with `{version}` in it.
    pub tags: BTreeMap<DistributionName, Spanned<String>>,
    /// For each folder its source roots, relative to that folder.
    pub source_roots: BTreeMap<String, Vec<Spanned<String>>>,
    /// Severities by rule name, with the place of the name; whether a rule bears it is not known here.
    pub rules: BTreeMap<String, Spanned<RuleLevel>>,
    /// Which symbols the editor features answer for.
    pub scope: Scope,
}

/// What a rule's findings are to count as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleLevel {
    /// The rule does not run.
    Off,
    /// Worth knowing.
    Information,
    /// Likely to break.
    Warning,
    /// Broken.
    Error,
}

/// `[features] scope`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// First-party symbols that cross a project boundary, so that a type checker beside us is not echoed.
    #[default]
    Shared,
    /// Everything that can be answered.
    All,
}

/// Which of the two files a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigKind {
    /// `crossloc.toml`: the whole document.
    Crossloc,
    /// `pyproject.toml`: the table `[tool.crossloc]`.
    Pyproject,
}

/// What a configuration gets wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Whether the file is no TOML or cannot be read, so that what it wants cannot be known.
    pub fatal: bool,
    /// The text at fault.
    pub range: TextRange,
    /// Lower-case, without a trailing stop.
    pub message: String,
}

/// The configuration that holds for a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadedConfig {
    /// What it says; the default where there is none.
    pub config: Config,
    /// The file that was read.
    pub file: Option<FileId>,
    /// What is wrong in that file.
    pub problems: Vec<ConfigProblem>,
    /// The word `crossloc` in a pyproject.toml whose `[tool.crossloc]` is not heeded, because crossloc.toml lies beside it.
    pub outranked: Option<(FileId, TextRange)>,
}

const KEYS: [&str; 8] =
    ["locations", "shared", "exclude", "repositories", "tags", "source-roots", "rules", "features"];

/// The configuration in exactly this folder (absolute), if there is any.
pub(super) fn load(files: &Files, folder: &Utf8Path) -> Option<LoadedConfig> {
    let text_of = |name: &str| {
        let path = folder.join(name);
        let file = FileId::new(&path);
        files.is_file(&path).then(|| (Grounds::default().text(files, folder, &file), file))
    };
    let in_pyproject = text_of("pyproject.toml").and_then(|(text, file)| {
        let source = text.ok()?;
        let mentioned = memchr::memmem::find(source.text.as_bytes(), b"crossloc").is_some();
        let table = if mentioned { table_range(&source.text) } else { None };
        Some((source, file, table?))
    });
    let Some((own, file)) = text_of("crossloc.toml") else {
        let (source, file, _) = in_pyproject?;
        let (config, problems) = read(&source.text, ConfigKind::Pyproject);
        return Some(LoadedConfig { config, file: Some(file), problems, outranked: None });
    };
    let (config, problems) = match own {
        Ok(source) => read(&source.text, ConfigKind::Crossloc),
        Err(error) => {
            let message = error.to_string();
            (Config::default(), vec![ConfigProblem { fatal: true, range: TextRange::default(), message }])
        }
    };
    let outranked = in_pyproject.map(|(_, file, table)| (file, table));
    Some(LoadedConfig { config, file: Some(file), problems, outranked })
}

/// Reads one text. What is wrong is left out of the configuration and told; a pyproject.toml that does not parse is
/// its manifest's problem and not told here.
pub fn read(text: &str, kind: ConfigKind) -> (Config, Vec<ConfigProblem>) {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { config: Config::default(), problems: Vec::new() };
    match kind {
        ConfigKind::Crossloc => {
            for error in errors {
                let range = error.span().map_or(TextRange::default(), TextRange::from_usize);
                let message = error.message().to_owned();
                reader.problems.push(ConfigProblem { fatal: true, range, message });
            }
            reader.document(document.get_ref());
        }
        ConfigKind::Pyproject => {
            if let Some(table) = tool_table(document.get_ref()) {
                reader.document(table);
            }
        }
    }
    reader.problems.sort_by_key(|problem| problem.range);
    (reader.config, reader.problems)
}

/// Where the table is named.
fn table_range(text: &str) -> Option<TextRange> {
    let (document, _) = DeTable::parse_recoverable(text);
    tool_table(document.get_ref())?;
    let tool = document.get_ref().get("tool")?.get_ref().as_table()?;
    tool.keys().find(|key| key.get_ref() == "crossloc").map(range_of)
}

fn tool_table<'t, 'i>(document: &'t DeTable<'i>) -> Option<&'t DeTable<'i>> {
    document.get("tool")?.get_ref().as_table()?.get("crossloc")?.get_ref().as_table()
}

type Value<'i> = TomlSpanned<DeValue<'i>>;

struct Reader {
    config: Config,
    problems: Vec<ConfigProblem>,
}

impl Reader {
    fn document(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "locations" => self.config.locations = self.strings(value),
                "shared" => {
                    let names = self.strings(value).into_iter();
                    self.config.shared = names
                        .filter_map(|name| Some(Spanned::new(self.distribution(&name)?, name.range)))
                        .collect();
                }
                "exclude" => self.config.exclude = self.strings(value),
                "repositories" => self.config.repositories = self.strings(value),
                "tags" => self.tags(value),
                "source-roots" => {
                    for (folder, roots) in self.table(value).into_iter().flatten() {
                        let roots = self.strings(roots);
                        self.config.source_roots.insert(folder.get_ref().to_string(), roots);
                    }
                }
                "rules" => self.rules(value),
                "features" => self.features(value),
                "registry" => self.problem(
                    range_of(key),
                    "`registry` is read from your own configuration only, not from a workspace".to_owned(),
                ),
                other => self.unknown(range_of(key), other, KEYS),
            }
        }
    }

    fn tags(&mut self, value: &Value<'_>) {
        for (name, form) in self.table(value).into_iter().flatten() {
            let name = Spanned::new(name.get_ref().to_string(), range_of(name));
            let (Some(name), Some(form)) = (self.distribution(&name), self.string(form)) else { continue };
            if form.value.contains("{version}") {
                self.config.tags.insert(name, form);
            } else {
                self.problem(form.range, "a form of tags holds `{version}`".to_owned());
            }
        }
    }

    fn rules(&mut self, value: &Value<'_>) {
        for (name, level) in self.table(value).into_iter().flatten() {
            let parsed = match level.get_ref().as_str() {
                Some("off") => RuleLevel::Off,
                Some("information") => RuleLevel::Information,
                Some("warning") => RuleLevel::Warning,
                Some("error") => RuleLevel::Error,
                _ => {
                    let message = "expected \"error\", \"warning\", \"information\" or \"off\"".to_owned();
                    self.problem(range_of(level), message);
                    continue;
                }
            };
            self.config.rules.insert(name.get_ref().to_string(), Spanned::new(parsed, range_of(name)));
        }
    }

    fn features(&mut self, value: &Value<'_>) {
        for (key, value) in self.table(value).into_iter().flatten() {
            match (key.get_ref().as_ref(), value.get_ref().as_str()) {
                ("scope", Some("shared")) => self.config.scope = Scope::Shared,
                ("scope", Some("all")) => self.config.scope = Scope::All,
                ("scope", _) => {
                    self.problem(range_of(value), "expected \"shared\" or \"all\"".to_owned());
                }
                (other, _) => self.unknown(range_of(key), other, ["scope"]),
            }
        }
    }

    fn table<'t, 'i>(&mut self, value: &'t Value<'i>) -> Option<&'t DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.mismatch(value, "a table");
        }
        table
    }

    fn strings(&mut self, value: &Value<'_>) -> Vec<Spanned<String>> {
        let Some(array) = value.get_ref().as_array() else {
            self.mismatch(value, "an array of strings");
            return Vec::new();
        };
        array.iter().filter_map(|item| self.string(item)).collect()
    }

    fn string(&mut self, value: &Value<'_>) -> Option<Spanned<String>> {
        let Some(text) = value.get_ref().as_str() else {
            self.mismatch(value, "a string");
            return None;
        };
        Some(Spanned::new(text.to_owned(), range_of(value)))
    }

    fn distribution(&mut self, name: &Spanned<String>) -> Option<DistributionName> {
        let valid = DistributionName::new(&name.value);
        if valid.is_none() {
            self.problem(name.range, format!("`{}` is no distribution's name", name.value));
        }
        valid
    }

    fn mismatch(&mut self, value: &Value<'_>, expected: &str) {
        let found = match value.get_ref() {
            DeValue::Array(_) | DeValue::Integer(_) => "an",
            _ => "a",
        };
        self.problem(
            range_of(value),
            format!("expected {expected}, found {found} {}", value.get_ref().type_str()),
        );
    }

    fn unknown<'c>(&mut self, range: TextRange, key: &str, known: impl IntoIterator<Item = &'c str>) {
        let hint = nearest(key, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        self.problem(range, format!("unknown key `{key}`{hint}"));
    }

    fn problem(&mut self, range: TextRange, message: String) {
        self.problems.push(ConfigProblem { fatal: false, range, message });
    }
}

fn range_of<T>(spanned: &TomlSpanned<T>) -> TextRange {
    TextRange::from_usize(spanned.span())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, kind: ConfigKind) -> Vec<(String, String)> {
        let told = read(text, kind).1.into_iter();
        told.map(|problem| (problem.range.slice(text).to_owned(), problem.message)).collect()
    }

    #[test]
    fn every_key_is_read_in_both_files() {
        let body = r#"
locations = ["dg_projects/*"]
shared = ["Acme_Shared"]
exclude = ["**/generated/**"]
repositories = ["../shared-repo"]
tags = { acme-shared = "release-{version}" }
source-roots = { "libs/odd" = ["python"] }
"#;
        let own = format!("{body}[rules]\npins-differ = \"off\"\n[features]\nscope = \"all\"\n");
        let pyproject = format!(
            "[tool.crossloc]{body}[tool.crossloc.rules]\npins-differ = \"off\"\n[tool.crossloc.features]\nscope = \"all\"\n"
        );
        for (text, kind) in [(own, ConfigKind::Crossloc), (pyproject, ConfigKind::Pyproject)] {
            let (config, problems) = read(&text, kind);
            assert_eq!(problems, []);
            let plain = |list: &[Spanned<String>]| -> Vec<String> {
                assert!(list.iter().all(|item| item.range.slice(&text).contains(&item.value)));
                list.iter().map(|item| item.value.clone()).collect()
            };
            assert_eq!(plain(&config.locations), ["dg_projects/*"]);
            assert_eq!(config.shared[0].value, DistributionName::new("acme-shared").unwrap());
            assert_eq!(plain(&config.exclude), ["**/generated/**"]);
            assert_eq!(plain(&config.repositories), ["../shared-repo"]);
            assert_eq!(
                config.tags[&DistributionName::new("acme-shared").unwrap()].value,
                "release-{version}"
            );
            assert_eq!(plain(&config.source_roots["libs/odd"]), ["python"]);
            let rules: Vec<_> =
                config.rules.iter().map(|(name, level)| (name.as_str(), level.value)).collect();
            assert_eq!(rules, [("pins-differ", RuleLevel::Off)]);
            assert_eq!(config.rules["pins-differ"].range.slice(&text), "pins-differ");
            assert_eq!(config.scope, Scope::All);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_the_nearest_right_word() {
        for (text, place, message) in [
            ("exclud = []", "exclud", "unknown key `exclud`; did you mean `exclude`?"),
            ("colour = 1", "colour", "unknown key `colour`"),
            (
                "[rules]\npins-differ = 'warn'",
                "'warn'",
                "expected \"error\", \"warning\", \"information\" or \"off\"",
            ),
            ("[features]\nscope = 1", "1", "expected \"shared\" or \"all\""),
            ("\u{feff}exclud = []", "exclud", "unknown key `exclud`; did you mean `exclude`?"),
            ("shared = ['-x-']", "'-x-'", "`-x-` is no distribution's name"),
            ("shared = 'x'", "'x'", "expected an array of strings, found a string"),
            ("tags = { x = 'v1' }", "'v1'", "a form of tags holds `{version}`"),
            (
                "[registry]\nenabled = true",
                "registry",
                "`registry` is read from your own configuration only, not from a workspace",
            ),
        ] {
            assert_eq!(
                problems(text, ConfigKind::Crossloc),
                [(place.to_owned(), message.to_owned())],
                "{text}"
            );
        }
    }

    #[test]
    fn broken_toml_is_told_of_crossloc_toml_alone() {
        let (config, problems) = read("exclude = ['a']\nshared = [", ConfigKind::Crossloc);
        assert!(problems.iter().any(|problem| problem.fatal), "{problems:?}");
        assert_eq!(config.exclude[0].value, "a");
        assert_eq!(read("[tool.crossloc]\nexclude = [", ConfigKind::Pyproject).1, []);
    }

    #[test]
    fn crossloc_toml_outranks_the_table() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        let load = || load(&Files::default(), root).unwrap_or_default();
        assert_eq!(load(), LoadedConfig::default());
        std::fs::write(root.join("pyproject.toml"), "[tool.crossloc]\nexclude = ['b']\n").unwrap();
        let loaded = load();
        assert_eq!((loaded.config.exclude[0].value.as_str(), loaded.outranked), ("b", None));
        std::fs::write(root.join("crossloc.toml"), "exclude = ['a']\n").unwrap();
        let loaded = load();
        assert_eq!(loaded.config.exclude[0].value, "a");
        assert_eq!(
            loaded.outranked,
            Some((FileId::new(&root.join("pyproject.toml")), TextRange::new(6, 14)))
        );
    }

    #[test]
    fn deep_nesting_is_survived() {
        let text = format!("exclude = {}", "[".repeat(200_000));
        assert!(read(&text, ConfigKind::Crossloc).1.iter().any(|problem| problem.fatal));
    }
}
