//! The user's own configuration file, `crossloc/config.toml` in their folder of configurations.

use camino::{Utf8Path, Utf8PathBuf};
use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};
use url::Url;

use super::address::is_web;
use super::registry_config::CredentialSource;
use crate::source::Secret;
use crate::text::{Encoding, LineIndex, nearest, offset};
use crate::vfs::{ReadError, read_regular};

/// Bytes read of the file.
const MAXIMUM: u64 = 1024 * 1024;

/// What the user's own configuration gets wrong. No message repeats a value: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationProblem {
    /// The file.
    pub file: Utf8PathBuf,
    /// The line, 1-based.
    pub line: u32,
    /// The column, 1-based, in Unicode scalar values.
    pub column: u32,
    /// Whether the file cannot be read at all, so that nobody knows what it wants.
    pub fatal: bool,
    /// Lower-case, without a trailing stop.
    pub message: String,
}

/// What the file says.
#[derive(Default)]
pub(super) struct UserFile {
    pub enabled: Option<bool>,
    /// Each `[name=]url`, which may hold a password.
    pub index_urls: Vec<Secret>,
    pub credentials: Option<CredentialSource>,
}

/// Reads the file, where there is one.
pub(super) fn load(path: &Utf8Path) -> (UserFile, Vec<ConfigurationProblem>) {
    let text = match read_regular(path, MAXIMUM) {
        Err(ReadError::NotFound) => return Default::default(),
        Err(ReadError::NotAFile) => Err("is no file".to_owned()),
        Err(ReadError::TooLarge) => Err(format!("is larger than {MAXIMUM} bytes")),
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| "cannot be read: it is no UTF-8".to_owned()),
    };
    match text {
        Ok(text) => read(&text, path),
        Err(message) => {
            let problem =
                ConfigurationProblem { file: path.to_owned(), line: 1, column: 1, fatal: true, message };
            (UserFile::default(), vec![problem])
        }
    }
}

fn read(text: &str, path: &Utf8Path) -> (UserFile, Vec<ConfigurationProblem>) {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { file: UserFile::default(), path, text, problems: Vec::new() };
    for error in &errors {
        reader.problem(error.span().map_or(0, |span| span.start), true, error.message().to_owned());
    }
    for (key, value) in document.get_ref() {
        match key.get_ref().as_ref() {
            "registry" => reader.registry(value),
            other => reader.unknown(key.span().start, other, &["registry"]),
        }
    }
    reader.problems.sort_by_key(|problem| (problem.line, problem.column));
    (reader.file, reader.problems)
}

type Value<'i> = TomlSpanned<DeValue<'i>>;

struct Reader<'r> {
    file: UserFile,
    path: &'r Utf8Path,
    text: &'r str,
    problems: Vec<ConfigurationProblem>,
}

impl Reader<'_> {
    fn registry(&mut self, value: &Value<'_>) {
        let Some(table) = value.get_ref().as_table() else { return self.mismatch(value, "a table") };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "enabled" => match value.get_ref().as_bool() {
                    Some(enabled) => self.file.enabled = Some(enabled),
                    None => self.mismatch(value, "`true` or `false`"),
                },
                "index-url" => match value.get_ref().as_array() {
                    Some(list) => list.iter().for_each(|item| self.index_url(item)),
                    None => self.index_url(value),
                },
                "credentials" => self.credentials(value),
                other => self.unknown(key.span().start, other, &["enabled", "index-url", "credentials"]),
            }
        }
    }

    fn index_url(&mut self, value: &Value<'_>) {
        let Some(text) = value.get_ref().as_str() else { return self.mismatch(value, "an address") };
        let behind_name = text.split_once('=').map_or(text, |(_, url)| url);
        if [text, behind_name].iter().any(|url| Url::parse(url).is_ok_and(|url| is_web(&url))) {
            self.file.index_urls.push(Secret::new(text));
        } else {
            self.mismatch(value, "an address that begins with `https://` or `http://`");
        }
    }

    fn credentials(&mut self, value: &Value<'_>) {
        self.file.credentials = match value.get_ref().as_str() {
            Some("netrc") => Some(CredentialSource::Netrc),
            Some("environment") => Some(CredentialSource::Environment),
            Some("keyring") => Some(CredentialSource::Keyring),
            _ => return self.mismatch(value, "\"netrc\", \"environment\" or \"keyring\""),
        };
    }

    fn mismatch(&mut self, value: &Value<'_>, expected: &str) {
        self.problem(value.span().start, false, format!("expected {expected}"));
    }

    fn unknown(&mut self, at: usize, key: &str, known: &[&'static str]) {
        let near = nearest(key, known.iter().copied());
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        self.problem(at, false, format!("unknown key `{key}`{hint}"));
    }

    fn problem(&mut self, at: usize, fatal: bool, message: String) {
        let place = LineIndex::new(self.text).line_column(self.text, offset(at), Encoding::Utf32);
        self.problems.push(ConfigurationProblem {
            file: self.path.to_owned(),
            line: place.line.saturating_add(1),
            column: place.column.saturating_add(1),
            fatal,
            message,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_read() {
        let text = "[registry]\nenabled = true\nindex-url = ['a=https://u:p@a.example', 'https://b.example?x=1']\n\
                    credentials = 'keyring'\n";
        let (file, problems) = read(text, Utf8Path::new("c"));
        assert_eq!(problems, []);
        assert_eq!(file.enabled, Some(true));
        let urls: Vec<&str> = file.index_urls.iter().map(Secret::expose).collect();
        assert_eq!(urls, ["a=https://u:p@a.example", "https://b.example?x=1"]);
        assert_eq!(file.credentials, Some(CredentialSource::Keyring));
        assert_eq!(load(Utf8Path::new("/nowhere/config.toml")).1, []);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_without_the_value() {
        for (text, expected) in [
            ("[registr]\n", "1:2 unknown key `registr`; did you mean `registry`?"),
            ("[registry]\nenable = true\n", "2:1 unknown key `enable`; did you mean `enabled`?"),
            ("[registry]\nenabled = 'yes'\n", "2:11 expected `true` or `false`"),
            ("registry = 1", "1:12 expected a table"),
            (
                "[registry]\nindex-url = 'u:secret@host'",
                "2:13 expected an address that begins with `https://` or `http://`",
            ),
            ("[registry]\n'ä' = 1 # é\ncredentials = 'pass'", "2:1 unknown key `ä`"),
            ("[registry]\ncredentials = 'pass'", "2:15 expected \"netrc\", \"environment\" or \"keyring\""),
        ] {
            let problem = read(text, Utf8Path::new("c")).1.into_iter().next().unwrap();
            assert!(!problem.fatal);
            assert_eq!(format!("{}:{} {}", problem.line, problem.column, problem.message), expected);
        }
        let (_, problems) = read("[registry\nenabled = true", Utf8Path::new("c"));
        assert!(problems.iter().any(|problem| problem.fatal), "{problems:?}");
    }
}
