//! `pixi.lock`: YAML, as pixi writes it. Only what comes from Python's indexes and from folders is read: conda's
//! packages are no distributions.

use std::sync::Arc;

use memchr::memmem;

use super::edges::requirement_lines;
use super::model::{LockEntry, LockMetadata, LockSource, Parsed};
use super::{Lock, split};
use crate::manifest::DistributionName;
use crate::manifest::literal::Literal;
use crate::text::{Spanned, TextRange, offset};

/// Splits the list of packages at its items. Formats before version 6 named an item's kind in a line of its own.
pub(super) fn read(lock: &mut Lock) {
    let text = lock.text.clone();
    if let Some(version) = text.lines().next().and_then(|line| line.strip_prefix("version: ")) {
        let range = TextRange::from_usize("version: ".len().."version: ".len() + version.len());
        lock.head.format_version = Some(Spanned::new(version.to_owned(), range));
    }
    lock.check_version(&["4", "5", "6", "7"]);
    let Some(list) = memmem::find(text.as_bytes(), b"\npackages:\n").filter(|_| lock.errors.is_empty())
    else {
        if lock.errors.is_empty() {
            let range = TextRange::empty(offset(text.trim_end().len()));
            lock.error("the lock has no list of packages: it was cut off", range);
        }
        return;
    };
    let starts: Vec<usize> = memmem::find_iter(text.get(list..).unwrap_or("").as_bytes(), b"\n- ")
        .map(|at| list + at + 1)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    for (start, end) in starts.iter().copied().zip(ends) {
        let range = TextRange::from_usize(start..end);
        let item = range.slice(&text);
        let pypi = item.starts_with("- pypi: ") || item.starts_with("- kind: pypi");
        if let Some(name) = field(item, "name").filter(|_| pypi)
            && let Some(value) = DistributionName::new(name.value)
        {
            lock.add_slot(Spanned::new(value, name.range.shifted(range.start)), range);
        }
    }
}

/// Parses one entry.
pub(super) fn entry(index: usize, range: TextRange, text: &str) -> Parsed {
    let item = range.slice(text);
    let place = |found: Literal<'_>| Spanned::new(found.value.to_owned(), found.range.shifted(range.start));
    let Some(name) = field(item, "name")
        .map(place)
        .and_then(|name| Some(Spanned::new(DistributionName::new(&name.value)?, name.range)))
    else {
        return Parsed::default();
    };
    let listed = requirement_lines(list(item, "requires_dist"), range.start);
    let address = item.lines().next().and_then(|line| line.strip_prefix("- pypi: ")).map(str::to_owned);
    let address = address
        .or_else(|| field(item, "path").or_else(|| field(item, "url")).map(|found| found.value.to_owned()));
    let editable = field(item, "editable").is_some_and(|value| value.value == "true");
    let entry = LockEntry {
        index,
        name,
        version: field(item, "version").map(place),
        source: source(address.as_deref().unwrap_or(""), editable),
        markers: Vec::new(),
        extras: Vec::new(),
        dependencies: listed.edges,
        metadata: listed.complete.then_some(LockMetadata {
            range: listed.range,
            requires_dist: listed.requirements,
            ..LockMetadata::default()
        }),
        range: split::line(text, range.start as usize),
    };
    Parsed { entry: Some(Arc::new(entry)), errors: Vec::new() }
}

/// The value of a line `  key: value`, without quotes.
fn field<'a>(item: &'a str, key: &str) -> Option<Literal<'a>> {
    let needle = format!("\n  {key}: ");
    let start = item.find(&needle)? + needle.len();
    let value = item.get(start..)?.split('\n').next()?.trim_end();
    let bare = value.trim_matches(['\'', '"']);
    let quotes = usize::from(bare.len() < value.len());
    Some(Literal::at(bare, offset(start + quotes)))
}

/// The items below a line `  key:`.
fn list<'a>(item: &'a str, key: &str) -> Vec<Literal<'a>> {
    let needle = format!("\n  {key}:\n");
    let Some(mut at) = item.find(&needle).map(|at| at + needle.len()) else { return Vec::new() };
    let mut items = Vec::new();
    for line in item.get(at..).unwrap_or("").split_inclusive('\n') {
        let Some(value) = line.strip_prefix("  - ") else { break };
        items.push(Literal::at(value.trim_end(), offset(at + "  - ".len())));
        at += line.len();
    }
    items
}

fn source(address: &str, editable: bool) -> LockSource {
    if let Some(git) = address.strip_prefix("git+") {
        let (url, commit) = git.split_once('#').map_or((git, None), |(url, commit)| (url, Some(commit)));
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let value = |key: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| *name == key).map(|(_, value)| value.to_owned())
        };
        return LockSource::Git {
            url: url.to_owned(),
            commit: commit.map(str::to_owned),
            reference: value("tag").or_else(|| value("rev")).or_else(|| value("branch")),
            subdirectory: value("subdirectory"),
        };
    }
    if address.contains("://") {
        return LockSource::Registry(None);
    }
    let archive = [".whl", ".gz", ".zip"].iter().any(|end| address.ends_with(end));
    match (archive, editable) {
        (true, _) => LockSource::Path(address.to_owned()),
        (false, true) => LockSource::Editable(address.to_owned()),
        (false, false) => LockSource::Directory(address.to_owned()),
    }
}
