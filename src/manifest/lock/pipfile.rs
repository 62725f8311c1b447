//! `Pipfile.lock`: JSON, which Pipenv writes with a line for each distribution, indented by eight spaces.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::model::{LockEntry, LockSource, Parsed};
use super::{Lock, split};
use crate::manifest::DistributionName;
use crate::manifest::model::ManifestError;
use crate::text::{Spanned, TextRange, offset};

/// Splits the text at the lines that begin a distribution.
pub(super) fn read(lock: &mut Lock) {
    let text = lock.text.clone();
    let sound = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    let mut at = 0;
    let mut section = "";
    let mut open: Option<(Spanned<DistributionName>, usize)> = None;
    for line in text.split_inclusive('\n') {
        let written = line.trim_end();
        if let Some(name) = key(written, "    ") {
            section = name;
            if name == "_meta" {
                read_meta(lock, at);
            }
        } else if let Some(name) = key(written, "        ").filter(|_| section != "_meta") {
            let start = at + "        \"".len();
            let range = TextRange::from_usize(start..start + name.len());
            open = DistributionName::new(name).map(|name| (Spanned::new(name, range), at));
        } else if (written == "        }" || written == "        },")
            && let Some((name, start)) = open.take()
        {
            lock.add_slot(name, TextRange::from_usize(start..at + "        }".len()));
        }
        at += line.len();
    }
    if !sound {
        let message = "the lock cannot be read as JSON: it was cut off, or edited by hand";
        lock.error(message, TextRange::empty(offset(text.trim_end().len())));
    } else if lock.head.format_version.is_none() {
        lock.check_version(&[]);
    } else {
        lock.check_version(&["5", "6"]);
    }
    lock.check_last();
}

/// The key of a line `"key": {` behind exactly this indentation.
fn key<'a>(line: &'a str, indentation: &str) -> Option<&'a str> {
    line.strip_prefix(indentation)?.strip_prefix('"')?.strip_suffix("\": {")
}

fn read_meta(lock: &mut Lock, at: usize) {
    let text = lock.text.clone();
    let rest = text.get(at..).unwrap_or("");
    let end = rest.find("\n    }").unwrap_or(rest.len());
    let meta = rest.get(..end).unwrap_or("");
    let value = |key: &str| {
        let needle = format!("\"{key}\": ");
        let start = meta.find(&needle)? + needle.len();
        let line = meta.get(start..)?.split('\n').next()?.trim_end().trim_end_matches(',');
        let quotes = usize::from(line.starts_with('"'));
        let range =
            TextRange::from_usize(at + start + quotes..at + start + line.len().saturating_sub(quotes));
        Some(Spanned::new(range.slice(&text).to_owned(), range))
    };
    lock.head.format_version = value("pipfile-spec");
    lock.head.content_hash = value("sha256");
    lock.head.requires_python = value("python_full_version").or_else(|| value("python_version"));
}

/// Parses one entry.
pub(super) fn entry(index: usize, name: Spanned<DistributionName>, range: TextRange, text: &str) -> Parsed {
    let whole = range.slice(text);
    let object = whole.find('{').and_then(|at| whole.get(at..)).unwrap_or("");
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(object) else {
        let message = format!("what is said of `{}` cannot be read", name.value);
        return Parsed { entry: None, errors: vec![ManifestError { message, range: name.range }] };
    };
    let plain = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
    let version = plain("version").map(|version| {
        let exact = version.trim_start_matches('=').to_owned();
        let at = whole.find(&format!("\"version\": \"{version}\"")).unwrap_or(0);
        let start = at + "\"version\": \"".len() + version.len() - exact.len();
        let place = TextRange::from_usize(start..start + exact.len()).shifted(range.start);
        Spanned::new(exact, place)
    });
    let entry = LockEntry {
        index,
        name,
        version,
        source: source(&fields),
        markers: plain("markers").into_iter().collect(),
        dependencies: Vec::new(),
        extras: Vec::new(),
        metadata: None,
        range: split::line(text, range.start as usize),
    };
    Parsed { entry: Some(Arc::new(entry)), errors: Vec::new() }
}

fn source(fields: &Map<String, Value>) -> LockSource {
    let plain = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(path) = plain("path") {
        let editable = fields.get("editable").and_then(Value::as_bool) == Some(true);
        return if editable { LockSource::Editable(path) } else { LockSource::Directory(path) };
    }
    if let Some(url) = plain("git") {
        let subdirectory = plain("subdirectory");
        return LockSource::Git { url, commit: plain("ref"), reference: None, subdirectory };
    }
    plain("file").map_or_else(|| LockSource::Registry(plain("index")), LockSource::Url)
}
