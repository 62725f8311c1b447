//! The netrc file: credentials by host.

use camino::{Utf8Path, Utf8PathBuf};

use super::credentials::Credentials;
use crate::source::{Platform, Surroundings};
use crate::vfs::read_regular_text;

/// Bytes read of the file, more than any has.
const MAXIMUM: u64 = 1024 * 1024;

/// Where the file is: where `NETRC` says, else in the user's own folder.
pub(super) fn place(surroundings: &Surroundings) -> Option<Utf8PathBuf> {
    let usual = if surroundings.platform == Platform::Windows { "_netrc" } else { ".netrc" };
    let named = surroundings.variable("NETRC").map(Utf8PathBuf::from);
    named.or_else(|| surroundings.home().map(|home| home.join(usual)))
}

/// The credentials for a host in the file at `path`.
pub(super) fn look_up(path: &Utf8Path, host: &str) -> Option<Credentials> {
    credentials(&read_regular_text(path, MAXIMUM)?, host)
}

/// The first `machine` of that name. `default` ends the search: it would give a password to whoever asks.
fn credentials(text: &str, host: &str) -> Option<Credentials> {
    let words = words(text);
    let mut words = words.iter().map(String::as_str);
    let (mut inside, mut login, mut password) = (false, None, None);
    while let Some(word) = words.next() {
        match word {
            "machine" | "default" if inside => break,
            "machine" => inside = words.next().is_some_and(|name| name.eq_ignore_ascii_case(host)),
            "default" => return None,
            "login" if inside => login = words.next(),
            "password" if inside => password = words.next(),
            "login" | "password" | "account" => {
                words.next();
            }
            _ => {}
        }
    }
    Some(Credentials::new(login.unwrap_or(""), password?))
}

/// Words with quotes and backslashes taken away; without comments, and without macros, which last up to an empty line.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut in_macro = false;
    for line in text.lines() {
        if in_macro {
            in_macro = !line.trim().is_empty();
            continue;
        }
        let mut characters = line.chars().peekable();
        while let Some(first) = characters.next() {
            if first.is_whitespace() {
                continue;
            }
            if first == '#' {
                break;
            }
            let quoted = first == '"';
            let mut word = String::new();
            let mut next = if quoted { characters.next() } else { Some(first) };
            while let Some(character) = next {
                let ends = if quoted { character == '"' } else { character.is_whitespace() };
                if ends {
                    break;
                }
                let escaped = if character == '\\' { characters.next() } else { None };
                word.push(escaped.unwrap_or(character));
                next = characters.next();
            }
            in_macro |= word == "macdef" && !quoted;
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_decides() {
        let text = "# of me\nmachine other login x password y\nmacdef init\nmachine corp login m password m\n\n\
                    machine Corp\n  login me # why\n  account a\n  password \"a b\\\"c\"\nmachine \"macdef\" \t login q  password q\nmachine corp login z password z\n\
                    machine token password t\nmachine half login h\ndefault login d password d";
        for (host, expected) in [
            ("corp", Some("me:a b\"c")),
            ("other", Some("x:y")),
            ("macdef", Some("q:q")),
            ("token", Some(":t")),
            ("half", None),
            ("unknown", None),
            ("default", None),
        ] {
            let found = credentials(text, host);
            let found = found.map(|found| format!("{}:{}", found.username.expose(), found.password.expose()));
            assert_eq!(found.as_deref(), expected, "{host}");
        }
        assert!(credentials("machine a login b password", "a").is_none());
    }
}
