//! Core metadata: a wheel's or installed distribution's `METADATA`, a source distribution's `PKG-INFO`.
//! <https://packaging.python.org/en/latest/specifications/core-metadata/>

use mailparse::parse_header;

use super::literal::Literal;
use super::model::{Group, Manifest, ManifestKind, Version};
use super::pyproject::set_name;
use super::requirement;
use crate::text::{Spanned, TextRange};

/// The version of the format from which on a source distribution says which fields its build computes. What an older one
/// does not mention may be there all the same.
const TELLS_DYNAMIC: (u32, u32) = (2, 2);

/// A requirement is repeated for each extra that its marker names, of which a hostile one may name thousands.
const MAX_MARKER_BYTES: usize = 2000;

/// Reads core metadata. [`Manifest::dynamic`] holds what only a build can tell, which matters in a source distribution
/// alone.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::CoreMetadata);
    let mut format = None;
    for header in headers(text) {
        let value = header.value;
        match header.key.value.to_ascii_lowercase().as_str() {
            "metadata-version" => format = Some(value),
            "name" if manifest.name.is_none() => {
                manifest.declares_project = true;
                set_name(value, &mut manifest);
            }
            "version" => manifest.version = Version::Static(value.spanned()),
            "requires-python" => manifest.requires_python = Some(value.spanned()),
            "provides-extra" => manifest.extras.push(value.spanned()),
            "requires-dist" => add_requirement(value, &mut manifest),
            "dynamic" => {
                manifest.dynamic.extend(field(value).map(|name| value.spanned().map(|_| name.to_owned())))
            }
            _ => {}
        }
    }
    let format_range = format.map_or(TextRange::new(0, 0), |format| format.range);
    if format.and_then(|format| parse_format(format.value)).is_none_or(|format| format < TELLS_DYNAMIC) {
        manifest.dynamic.push(Spanned::new("dependencies".to_owned(), format_range));
    }
    manifest
}

struct Header<'a> {
    key: Literal<'a>,
    value: Literal<'a>,
}

/// The headers up to the first empty line, behind which stands the description.
fn headers(text: &str) -> Vec<Header<'_>> {
    let whole = Literal::at(text, 0);
    let mut headers = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && !rest.starts_with(['\n', '\r']) {
        let line = rest.find('\n').map_or(rest.len(), |at| at + 1);
        // A line that continues nothing is passed over.
        let next = match parse_header(rest.as_bytes()) {
            Ok((header, next)) => {
                let read = within(rest, header.get_key_raw()).zip(within(rest, header.get_value_raw()));
                let read = read.map(|(key, value)| Header {
                    key: whole.part(key).trim(),
                    value: whole.part(value).trim(),
                });
                headers.extend(read.filter(|header| !header.value.value.is_empty()));
                next.max(1)
            }
            Err(_) => line,
        };
        rest = rest.get(next..).unwrap_or("");
    }
    headers
}

/// The part of `text` that these bytes of it are.
fn within<'t>(text: &'t str, bytes: &[u8]) -> Option<&'t str> {
    let start = bytes.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    text.get(start..start.checked_add(bytes.len())?)
}

/// `2.4` as two numbers.
fn parse_format(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The name in pyproject.toml of a field that matters here.
fn field(value: Literal<'_>) -> Option<&'static str> {
    Some(match value.value.to_ascii_lowercase().as_str() {
        "version" => "version",
        "requires-python" => "requires-python",
        "requires-dist" => "dependencies",
        "provides-extra" => "optional-dependencies",
        _ => return None,
    })
}

/// `lib>=1; python_version < "3.9" and extra == "io"` belongs to the extra `io`, and keeps the rest of its marker.
fn add_requirement(value: Literal<'_>, manifest: &mut Manifest) {
    let Some(mut requirement) = requirement::parse(value, &Group::Main, &mut manifest.errors) else {
        return;
    };
    let marker = requirement.marker.take().unwrap_or_default();
    let extras = extras_of(&marker);
    requirement.marker = Some(without_extra(&marker)).filter(|rest| !rest.is_empty());
    if extras.is_empty() {
        manifest.requirements.push(requirement);
        return;
    }
    for extra in extras {
        let mut of_extra = requirement.clone();
        of_extra.group = Group::Extra(extra);
        manifest.requirements.push(of_extra);
    }
}

/// The extras that a marker names, if it is one that a build would write.
fn extras_of(marker: &str) -> Vec<String> {
    if marker.len() > MAX_MARKER_BYTES {
        return Vec::new();
    }
    let mut extras: Vec<String> = Vec::new();
    for (at, _) in marker.match_indices("extra") {
        let name = extra_clause(marker.get(at..).unwrap_or("")).map(|(name, _)| name);
        if let Some(name) = name.filter(|name| !extras.contains(name)) {
            extras.push(name);
        }
    }
    extras
}

/// Reads `extra == "io"` off the front: the name, and what follows.
fn extra_clause(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix("extra")?.trim_start().strip_prefix("==")?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, behind) = rest.strip_prefix(quote)?.split_once(quote)?;
    Some((name.trim().to_owned(), behind))
}

/// A marker without the clause that builds add to what an extra requires; one that is put together otherwise stays.
fn without_extra(marker: &str) -> String {
    let clause = marker.match_indices("extra").find_map(|(at, _)| {
        let (_, behind) = extra_clause(marker.get(at..)?)?;
        Some((marker.get(..at)?.trim(), behind.trim()))
    });
    let rest = match clause {
        Some(("", "")) => "",
        Some((before, "")) if before.ends_with(" and") || before.ends_with(")and") => {
            before.strip_suffix("and").unwrap_or(before).trim()
        }
        Some(("", behind)) => match behind.strip_prefix("and").filter(|rest| rest.starts_with([' ', '('])) {
            Some(rest) => rest.trim(),
            None => marker,
        },
        _ => marker,
    };
    let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_with_their_places() {
        let text = "Metadata-Version: 2.4\r\nName: Acme_Shared\r\nVersion: 0.1.3\r\nSummary: folded\r\n    on\r\n\
            Requires-Python: >=3.9\r\nProvides-Extra: io\r\nrequires-dist: lib[x]>=1.0,<2 ; python_version < '3.9'\r\n\
            Requires-Dist: other\r\n\r\nName: not this\r\nRequires-Dist: nor-this\r\n";
        let manifest = read(text);
        assert_eq!(manifest.errors, []);
        assert!(manifest.declares_project);
        assert_eq!(manifest.name.unwrap().range.slice(text), "Acme_Shared");
        let Version::Static(version) = manifest.version else { panic!() };
        assert_eq!(version.range.slice(text), "0.1.3");
        assert_eq!(manifest.requires_python.unwrap().range.slice(text), ">=3.9");
        assert_eq!(manifest.extras[0].range.slice(text), "io");
        assert_eq!(manifest.dynamic, []);
        let names: Vec<_> = manifest.requirements.iter().map(|r| r.name.range.slice(text)).collect();
        assert_eq!(names, ["lib", "other"]);
        assert_eq!(manifest.requirements[0].specifier.as_ref().unwrap().range.slice(text), ">=1.0,<2");
        assert_eq!(manifest.requirements[0].marker.as_deref(), Some("python_version < '3.9'"));
    }

    #[test]
    fn what_an_extra_requires_is_in_its_group() {
        for (written, expected) in [
            ("lib; extra == \"io\"", "io:"),
            ("lib; extra=='io'", "io:"),
            ("lib; (python_version < \"3.9\") and extra == 'io'", "io:python_version < \"3.9\""),
            ("lib; sys_platform == 'win32' and extra == 'io'", "io:sys_platform == 'win32'"),
            ("lib; extra == 'io' and sys_platform == 'win32'", "io:sys_platform == 'win32'"),
            (
                "lib; (a == 'b' or c == 'd') and (e == 'f') and extra == 'io'",
                "io:(a == 'b' or c == 'd') and (e == 'f')",
            ),
            (
                "lib; extra == 'io' or extra == 'all'",
                "io:extra == 'io' or extra == 'all' all:extra == 'io' or extra == 'all'",
            ),
            ("lib; extra", "main:extra"),
            ("lib; platform_machine == 'extra'", "main:platform_machine == 'extra'"),
            ("lib", "main:"),
        ] {
            let manifest = read(&format!("Metadata-Version: 2.2\nRequires-Dist: {written}\n"));
            let found: Vec<String> = manifest
                .requirements
                .iter()
                .map(|requirement| {
                    let marker = requirement.marker.as_deref().unwrap_or("");
                    match &requirement.group {
                        Group::Extra(name) => format!("{name}:{marker}"),
                        group => format!("{}:{marker}", if *group == Group::Main { "main" } else { "?" }),
                    }
                })
                .collect();
            assert_eq!(found.join(" "), expected, "{written}");
        }
    }

    #[test]
    fn what_a_build_computes_is_told_or_taken_for_granted() {
        for (text, expected) in [
            (
                "Metadata-Version: 2.2\nName: a\nDynamic: Requires-Dist\nDynamic: License\n",
                vec!["dependencies"],
            ),
            ("Metadata-Version: 2.4\nName: a\nDynamic: version\n", vec!["version"]),
            ("Metadata-Version: 2.1\nName: a\n", vec!["dependencies"]),
            ("Name: a\n", vec!["dependencies"]),
            ("Metadata-Version: new\nName: a\n", vec!["dependencies"]),
            ("Metadata-Version: 2.10\nName: a\n", vec![]),
        ] {
            let found: Vec<String> = read(text).dynamic.into_iter().map(|field| field.value).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_metadata_says_nothing() {
        for text in ["", "\n", " folded\n", "no colon\n", "\u{0}\u{1}", ":", ": x\nName\n", "Näme: é\n"] {
            let manifest = read(text);
            assert!(!manifest.declares_project, "{text:?}");
        }
        let bad = read("Name: {{ x }}\nVersion: \nRequires-Dist: -x\n garbage\nRequires-Dist: ok\n");
        assert_eq!(bad.requirements.len(), 1);
        assert_eq!(bad.errors.len(), 2);
    }
}
