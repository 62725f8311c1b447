//! `.gitmodules`, in git's configuration syntax.

use super::literal::Literal;
use super::model::{Manifest, ManifestKind, Submodule};
use super::table::MAXIMUM_MENTIONS;
use crate::text::{Spanned, TextRange, offset};

/// Reads a .gitmodules. What is not understood is left out, as git's own message is the better one.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::Gitmodules);
    let mut at = 0;
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let literal = Literal::at(line, offset(at));
        let (content, comment) = split_comment(literal);
        if let Some(comment) = comment {
            manifest.comments.extend(super::comment(text, at + comment, at + line.len()));
        }
        at += line.len();
        let content = content.trim();
        if content.value.starts_with('[') {
            let name = section_name(content);
            inside = name.is_some();
            manifest.submodules.extend(name.map(|name| Submodule { name, path: None, url: None }));
        } else if let Some((key, value)) = content.split_once('=').filter(|_| inside) {
            let value = unquoted(value.trim());
            if manifest.mentions.len() < MAXIMUM_MENTIONS {
                manifest.mentions.push(value.clone());
            }
            let Some(submodule) = manifest.submodules.last_mut() else {
                continue;
            };
            match key.value.trim().to_ascii_lowercase().as_str() {
                "path" => submodule.path = Some(value),
                "url" => submodule.url = Some(value),
                _ => {}
            }
        }
    }
    manifest
}

/// The text in front of a comment and where that begins; `#` and `;` inside quotes begin none.
fn split_comment(line: Literal<'_>) -> (Literal<'_>, Option<usize>) {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in line.value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '#' | ';' if !quoted => return (line.part(line.value.get(..at).unwrap_or("")), Some(at)),
            _ => {}
        }
    }
    (line, None)
}

/// The name in `[submodule "libs/shared"]`; `None` for other sections.
fn section_name(header: Literal<'_>) -> Option<Spanned<String>> {
    let inside = header.value.strip_prefix('[')?.rsplit_once(']')?.0.trim();
    let (word, name) = inside.split_once(char::is_whitespace)?;
    word.eq_ignore_ascii_case("submodule").then(|| unquoted(header.part(name.trim())))
}

/// A value without quotes and escapes; its place is that between the quotes.
fn unquoted(value: Literal<'_>) -> Spanned<String> {
    let inner =
        value.value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value.value);
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => out.extend(characters.next()),
            '"' => {}
            _ => out.push(c),
        }
    }
    let range: TextRange = value.part(inner).range;
    Spanned::new(out, range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_with_quotes_and_comments() {
        let text = "# crossloc: ignore[submodule-drift] pinned\n[core]\n\tpath = no\r\n[submodule \"libs/a # \\\"b\"] ; note\r\n\
            \tPath = \"libs/a b\" # where\r\n\turl = git@host:org/a.git\n[submodule \"second\"]\npath=second\n";
        let manifest = read(text);
        let found: Vec<_> = manifest
            .submodules
            .iter()
            .map(|s| {
                let slice =
                    |value: &Option<Spanned<String>>| value.as_ref().map(|v| v.range.slice(text).to_owned());
                (s.name.value.as_str(), slice(&s.path), slice(&s.url))
            })
            .collect();
        assert_eq!(
            found,
            [
                ("libs/a # \"b", Some("libs/a b".to_owned()), Some("git@host:org/a.git".to_owned())),
                ("second", Some("second".to_owned()), None),
            ]
        );
        assert_eq!(manifest.comments[0].range.slice(text), "# crossloc: ignore[submodule-drift] pinned");
    }
}
