//! The remotes that a repository's configuration names, read as data: nothing is included, nothing is run.

use super::places::{Places, text};

/// The URLs in `[remote "…"]` sections of the repository's own configuration, as written, in its order.
pub(super) fn remotes(places: &Places) -> Vec<String> {
    text(&places.common.join("config")).map(|text| urls(&text)).unwrap_or_default()
}

fn urls(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        // A section's header may have a setting on its line.
        let setting = match line.strip_prefix('[').and_then(|line| line.rsplit_once(']')) {
            Some((header, rest)) => {
                let word = header.split(|c: char| c.is_whitespace() || c == '"').next().unwrap_or("");
                inside = word.eq_ignore_ascii_case("remote");
                rest
            }
            None => line,
        };
        let Some((key, value)) = setting.split_once('=').filter(|_| inside) else { continue };
        if key.trim().eq_ignore_ascii_case("url") {
            found.push(unquoted(value.trim()));
        }
    }
    found
}

/// A value without quotes, escapes and comment.
fn unquoted(value: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => out.extend(characters.next()),
            '#' | ';' if !quoted => break,
            _ => out.push(c),
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_remotes_are_read_and_nothing_else() {
        let text = "[core]\n\turl = no\n[remote \"origin\"]\n\turl = https://h/a.git # comment\n\tfetch = +x:y\n\
                    [Remote \"two\"] URL = \"/a b;c\"\nurl = C:\\\\x\n[branch \"main\"]\n\tremote = origin\n\
                    [url \"https://h/\"]\n\tinsteadOf = h:\n[remote]\nurl=short\n[remote \"broken";
        assert_eq!(urls(text), ["https://h/a.git", "/a b;c", "C:\\x", "short"]);
    }
}
