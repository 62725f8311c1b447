//! Poetry's digest of what it locks: SHA-256 over parts of pyproject.toml, written as Python's `json.dumps` does.

use std::fmt::Write as _;

use pep440_rs::Version;
use sha2::{Digest, Sha256};

use super::parse_version;
use super::table::{Table, Value, with_piece};

/// The tables that have always counted; absent ones are `null` where nothing else counts.
const POETRY: [&str; 4] = ["dependencies", "source", "extras", "dev-dependencies"];
const PROJECT: [&str; 3] = ["requires-python", "dependencies", "optional-dependencies"];

/// More tables inside one another than any manifest has.
const MAXIMUM_DEPTH: usize = 50;

/// The digests of a pyproject.toml that Poetry accepts in a lock that this version of it wrote: its own, and where that is
/// another one, today's. Since 2.3 dependency groups count; 1.x does not know `[project]`. Of a lock that does not say who
/// wrote it all are accepted. Empty where the text is not understood.
pub fn poetry_content_hashes(text: &str, written_by: Option<&str>) -> Vec<String> {
    let written_by = written_by.and_then(parse_version);
    let since =
        |release: [u64; 2]| written_by.as_ref().is_some_and(|version| *version >= Version::new(release));
    let forms: &[(bool, bool)] = match (since([2, 3]), since([2, 0])) {
        (true, _) => &[(true, true)],
        (false, true) => &[(true, true), (true, false)],
        (false, false) => &[(true, true), (true, false), (false, false)],
    };
    let mut errors = Vec::new();
    let contents = with_piece(text, &mut errors, |root| {
        forms.iter().map(|(project, groups)| content(root, *project, *groups)).collect::<Vec<_>>()
    });
    let contents = contents.filter(|_| errors.is_empty()).into_iter().flatten().flatten();
    let mut found: Vec<String> = contents.map(|content| digest(&content)).collect();
    found.dedup();
    found
}

fn digest(content: &str) -> String {
    let mut out = String::new();
    for byte in Sha256::digest(content.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// What counts, as JSON with sorted keys; `None` where a value has no form in JSON.
fn content(root: Table<'_>, with_project: bool, with_groups: bool) -> Option<String> {
    let project = root.get("project").and_then(Value::as_table).filter(|_| with_project);
    let groups = root.get("dependency-groups").filter(|_| with_groups);
    let groups = groups.filter(|groups| groups.as_table().is_some_and(|table| !table.entries().is_empty()));
    let poetry = root.get("tool").and_then(Value::as_table);
    let poetry = poetry.and_then(|tool| tool.get("poetry")?.as_table());
    let mut standard = Vec::new();
    for key in PROJECT {
        if let Some(value) = project.and_then(|project| project.get(key)) {
            standard.push((key.to_owned(), json(value, MAXIMUM_DEPTH)?));
        }
    }
    let mut own = Vec::new();
    for key in POETRY.into_iter().chain(["group"]) {
        match poetry.and_then(|poetry| poetry.get(key)) {
            Some(value) => own.push((key.to_owned(), json(value, MAXIMUM_DEPTH)?)),
            None if key == "group" || !standard.is_empty() || groups.is_some() => {}
            None => own.push((key.to_owned(), "null".to_owned())),
        }
    }
    if standard.is_empty() && groups.is_none() {
        return Some(object(own));
    }
    let mut all = Vec::new();
    if !standard.is_empty() {
        all.push(("project".to_owned(), object(standard)));
    }
    if let Some(groups) = groups {
        all.push(("dependency-groups".to_owned(), json(groups, MAXIMUM_DEPTH)?));
    }
    all.push(("tool".to_owned(), object(vec![("poetry".to_owned(), object(own))])));
    Some(object(all))
}

fn object(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort();
    let pairs: Vec<String> =
        pairs.into_iter().map(|(key, value)| format!("{}: {value}", string(&key))).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// `None` also where tables are nested deeper than `depth`.
fn json(value: Value<'_>, depth: usize) -> Option<String> {
    if depth == 0 {
        return None;
    }
    let json = |value| json(value, depth - 1);
    if let Some(text) = value.as_string() {
        return Some(string(text.value));
    }
    if let Some(truth) = value.as_bool() {
        return Some(truth.to_string());
    }
    if let Some(items) = value.as_list() {
        let items: Option<Vec<String>> = items.into_iter().map(json).collect();
        return Some(format!("[{}]", items?.join(", ")));
    }
    if let Some(table) = value.as_table() {
        let pairs: Option<Vec<_>> = table
            .entries()
            .into_iter()
            .map(|(key, value)| Some((key.value.to_owned(), json(value)?)))
            .collect();
        return pairs.map(object);
    }
    value.integer()
}

/// A string in ASCII, as `json.dumps` writes it.
fn string(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}
