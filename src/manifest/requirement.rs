//! One requirement as text (PEP 508), and the URL of a direct reference.

use percent_encoding::percent_decode_str;

use super::DistributionName;
use super::literal::Literal;
use super::model::{Group, Manifest, ManifestError, Requirement, SourceEntry, SourceKind};
use super::specifier::parse_specifiers;
use crate::text::{Spanned, TextRange};

/// Reads `text` as a requirement in `group` of `manifest`; what is none becomes an error.
pub(super) fn add(manifest: &mut Manifest, text: Literal<'_>, group: &Group) {
    if let Some(requirement) = parse(text, group, &mut manifest.errors) {
        manifest.requirements.push(requirement);
    }
}

/// Reads one requirement: `name[extra] >=1 ; marker` or `name @ url ; marker`. A specifier that is not understood is
/// an error and leaves a requirement without one.
pub(super) fn parse(
    text: Literal<'_>,
    group: &Group,
    errors: &mut Vec<ManifestError>,
) -> Option<Requirement> {
    let whole = text.trim();
    let head = parse_head(whole);
    let Some(name) = head.name else {
        errors.push(ManifestError { message: not_a_name(whole.value), range: whole.range });
        return None;
    };
    let mut requirement = Requirement {
        name,
        range: whole.range,
        extras: head.extras,
        specifier: None,
        marker: None,
        group: group.clone(),
        source: None,
    };
    let rest = head.rest;
    if let Some(url) = rest.value.strip_prefix('@') {
        let (url, marker) = split_url_marker(rest.part(url));
        requirement.marker = marker;
        if url.value.is_empty() {
            errors.push(ManifestError {
                message: "a URL is missing behind `@`".to_owned(),
                range: whole.range,
            });
        } else {
            requirement.source = Some(plain_entry(source_of_url(url), url.range));
        }
        return Some(requirement);
    }
    let (specifier, marker) = rest.split_once(';').map_or((rest, None), |(left, right)| (left, Some(right)));
    requirement.marker =
        marker.map(|marker| marker.value.trim().to_owned()).filter(|marker| !marker.is_empty());
    let specifier = specifier.trim();
    let inner = specifier.value.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    let specifier = inner.map_or(specifier, |inner| specifier.part(inner)).trim();
    if specifier.value.is_empty() || specifier.value.starts_with(['<', '>', '=', '!', '~']) {
        requirement.specifier = parse_specifiers(specifier, errors);
    } else {
        let message =
            format!("expected a version specifier such as `>=1.0`, found `{}`", shortened(specifier.value));
        errors.push(ManifestError { message, range: specifier.range });
    }
    Some(requirement)
}

/// A source entry for all environments.
pub(super) fn plain_entry(kind: SourceKind, range: TextRange) -> SourceEntry {
    SourceEntry { kind, range, marker: None, only_for: None, editable: None, package: None }
}

/// What a requirement begins with.
pub(super) struct Head<'a> {
    /// The name, `None` where there is none.
    pub name: Option<Spanned<DistributionName>>,
    /// The extras in brackets.
    pub extras: Vec<String>,
    /// All that follows, trimmed.
    pub rest: Literal<'a>,
}

/// Splits name and extras off.
pub(super) fn parse_head(text: Literal<'_>) -> Head<'_> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let behind = text.value.trim_start_matches(is_name);
    let name = text.value.strip_suffix(behind).unwrap_or("");
    let spanned = DistributionName::new(name).map(|value| Spanned::new(value, text.part(name).range));
    let (extras, rest) = split_extras(text.part(behind).trim());
    Head { name: spanned, extras, rest }
}

/// Splits `[a, b]` off the front.
fn split_extras(text: Literal<'_>) -> (Vec<String>, Literal<'_>) {
    let Some((inside, rest)) = text.value.strip_prefix('[').and_then(|inner| inner.split_once(']')) else {
        return (Vec::new(), text);
    };
    (extra_names(inside), text.part(rest).trim())
}

/// The names in `a, b`.
pub(super) fn extra_names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|extra| !extra.is_empty()).map(str::to_owned).collect()
}

fn not_a_name(text: &str) -> String {
    if text.is_empty() {
        return "an empty string is not a requirement".to_owned();
    }
    format!("`{}` is not a requirement: it must begin with a distribution's name", shortened(text))
}

/// A text short enough for a message.
pub(super) fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or("")),
        None => line.to_owned(),
    }
}

/// A URL ends at ` ;`, since a semicolon may be part of it.
pub(super) fn split_url_marker(text: Literal<'_>) -> (Literal<'_>, Option<String>) {
    let cut = text
        .value
        .match_indices(';')
        .find(|(at, _)| text.value.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace)));
    let Some((at, _)) = cut else {
        return (text.trim(), None);
    };
    let (url, marker) = text.value.split_at_checked(at).unwrap_or((text.value, ""));
    let marker = marker.trim_start_matches(';').trim();
    (text.part(url).trim(), (!marker.is_empty()).then(|| marker.to_owned()))
}

/// What a URL, or a plain path in its place, leads to. Relative forms of several tools are led back to a path relative
/// to the manifest: `file:../shared`, `file:///${PROJECT_ROOT}/../shared` (PDM), `{root:uri}/../shared` (Hatch).
pub(super) fn source_of_url(url: Literal<'_>) -> SourceKind {
    let (address, fragment) = url.value.split_once('#').unwrap_or((url.value, ""));
    let subdirectory = fragment_value(fragment, "subdirectory").map(str::to_owned);
    if let Some(git) = address.strip_prefix("git+") {
        return git_source(url.part(git), subdirectory);
    }
    match file_path(address) {
        Some(FilePath { up, written }) => {
            let decoded = percent_decode_str(written).decode_utf8_lossy();
            let path = format!("{}{decoded}", "../".repeat(up));
            let path = if path.is_empty() { ".".to_owned() } else { path };
            SourceKind::Path {
                path: Spanned::new(path, url.part(written).range),
                editable: None,
                subdirectory,
            }
        }
        None => SourceKind::Url(url.spanned()),
    }
}

/// The value of `key` in `egg=shared&subdirectory=lib`.
pub(super) fn fragment_value<'a>(fragment: &'a str, key: &str) -> Option<&'a str> {
    fragment
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key))
        .map(|(_, value)| value)
}

/// `https://host/org/repo.git@v1.0`: the reference is behind the last `@` of the path, since `git@host` has one too.
fn git_source(url: Literal<'_>, subdirectory: Option<String>) -> SourceKind {
    let address = url.value.split('#').next().unwrap_or("");
    let path_start = address
        .find("://")
        .and_then(|scheme| address.get(scheme + 3..)?.find('/').map(|slash| scheme + 3 + slash))
        .unwrap_or(address.len());
    let path = address.get(path_start..).unwrap_or("");
    let (base, reference) = match path.rsplit_once('@') {
        Some((before, reference)) => {
            (address.get(..path_start + before.len()).unwrap_or(address), Some(reference))
        }
        None => (address, None),
    };
    SourceKind::Git {
        url: url.part(base).spanned(),
        reference: reference.filter(|text| !text.is_empty()).map(|text| url.part(text).spanned()),
        subdirectory,
    }
}

/// A path cut out of a URL: so many folders up, then what is written.
struct FilePath<'a> {
    up: usize,
    written: &'a str,
}

fn file_path(address: &str) -> Option<FilePath<'_>> {
    let unprefixed = address.strip_prefix("file:");
    let path = unprefixed.map(|rest| rest.strip_prefix("//").unwrap_or(rest)).unwrap_or(address);
    if let Some(found) = below_root(path.strip_prefix('/').unwrap_or(path)) {
        return Some(found);
    }
    if path.contains(['{', '$']) {
        return None;
    }
    if unprefixed.is_some() {
        let path =
            path.strip_prefix("localhost/").map_or(path, |_| path.get("localhost".len()..).unwrap_or(path));
        let drive = path.strip_prefix('/').filter(|rest| is_drive(rest));
        return Some(FilePath { up: 0, written: drive.unwrap_or(path) });
    }
    is_plain_path(path).then_some(FilePath { up: 0, written: path })
}

/// Whether a text that is no URL is meant as a path: `.`, `./x`, `../x`, `/x`, `C:\x`.
pub(super) fn is_plain_path(text: &str) -> bool {
    let starts = ["./", "../", "/", ".\\", "..\\"].iter().any(|start| text.starts_with(start));
    starts || text == "." || text == ".." || is_drive(text)
}

fn is_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic())
}

/// The path behind a placeholder for the project's folder.
fn below_root(path: &str) -> Option<FilePath<'_>> {
    let (placeholder, rest) = path.split_once('}')?;
    let up = match placeholder {
        "${PROJECT_ROOT" | "$PROJECT_ROOT" => 0,
        _ => {
            let mut words = placeholder.strip_prefix("{root")?.split(':').skip(1).peekable();
            let mut up = 0;
            for word in words.by_ref() {
                match word {
                    "parent" => up += 1,
                    "uri" | "real" => {}
                    _ => return None,
                }
            }
            up
        }
    };
    Some(FilePath { up, written: rest.trim_start_matches('/') })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Requirement>, Vec<ManifestError>) {
        let mut errors = Vec::new();
        (parse(Literal::at(text, 0), &Group::Main, &mut errors), errors)
    }

    #[test]
    fn requirements_are_taken_apart_with_their_places() {
        let cases = [
            ("shared", "shared", "", None),
            (
                "  Acme_Shared [io, x] >= 1.0, <2 ; python_version < '3.9'",
                "Acme_Shared",
                ">= 1.0, <2",
                Some("python_version < '3.9'"),
            ),
            ("shared (>=1.0)", "shared", ">=1.0", None),
            ("shared==1.0,", "shared", "==1.0,", None),
            ("shared;extra=='x'", "shared", "", Some("extra=='x'")),
        ];
        for (text, name, specifier, marker) in cases {
            let (requirement, errors) = read(text);
            let requirement = requirement.unwrap();
            assert_eq!(errors, [], "{text}");
            assert_eq!(requirement.name.range.slice(text), name);
            assert_eq!(requirement.specifier.map_or("", |s| s.range.slice(text)), specifier, "{text}");
            assert_eq!(requirement.marker.as_deref(), marker);
            assert_eq!(requirement.range.slice(text), text.trim());
        }
        assert_eq!(read("a[io, x]").0.unwrap().extras, ["io", "x"]);
    }

    #[test]
    fn what_is_no_requirement_is_said_at_its_place() {
        let cases = [
            ("", "", "an empty string is not a requirement"),
            (
                "-shared",
                "-shared",
                "`-shared` is not a requirement: it must begin with a distribution's name",
            ),
            ("shared 1.0", "1.0", "expected a version specifier such as `>=1.0`, found `1.0`"),
            ("shared>=1.0,<2.x", "<2.x", "`<2.x` is not a version specifier"),
            ("shared @", "shared @", "a URL is missing behind `@`"),
        ];
        for (text, place, message) in cases {
            let (_, errors) = read(text);
            let found: Vec<_> = errors.iter().map(|e| (e.range.slice(text), e.message.as_str())).collect();
            assert_eq!(found, [(place, message)], "{text}");
        }
    }

    #[test]
    fn urls_lead_to_paths_git_or_archives() {
        let cases = [
            ("file:///abs/shared", "path /abs/shared"),
            ("file://localhost/abs/a%20b", "path /abs/a b"),
            ("file:///C:/libs/shared", "path C:/libs/shared"),
            ("file:../shared", "path ../shared"),
            ("../shared#subdirectory=lib", "path ../shared in lib"),
            ("file:///${PROJECT_ROOT}/../shared#egg=shared", "path ../shared"),
            ("{root:uri}/../shared", "path ../shared"),
            ("{root:parent:uri}/shared", "path ../shared"),
            ("file://{root}/libs/shared", "path libs/shared"),
            ("{root:uri}", "path ."),
            ("{env:HOME}/x", "url {env:HOME}/x"),
            ("https://host/shared-1.0.whl", "url https://host/shared-1.0.whl"),
            (
                "git+ssh://git@host/org/repo.git@v0.1.3#subdirectory=lib",
                "git ssh://git@host/org/repo.git at v0.1.3 in lib",
            ),
            ("git+https://host/org/repo", "git https://host/org/repo"),
            ("git+https://host/org/repo@feature/x", "git https://host/org/repo at feature/x"),
        ];
        for (url, expected) in cases {
            let below = |sub: &Option<String>| sub.as_ref().map_or(String::new(), |s| format!(" in {s}"));
            let found = match source_of_url(Literal::at(url, 0)) {
                SourceKind::Path { path, subdirectory, .. } => {
                    format!("path {}{}", path.value, below(&subdirectory))
                }
                SourceKind::Git { url, reference, subdirectory } => {
                    let reference = reference.map_or(String::new(), |r| format!(" at {}", r.value));
                    format!("git {}{reference}{}", url.value, below(&subdirectory))
                }
                SourceKind::Url(url) => format!("url {}", url.value),
                other => format!("{other:?}"),
            };
            assert_eq!(found, expected, "{url}");
        }
    }
}
