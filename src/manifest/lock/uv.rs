//! `uv.lock`: version 1 of the format in all its revisions, some of which hold no metadata.

use std::sync::Arc;

use memchr::memmem;

use super::edges::{Piece, requirements, source};
use super::model::{LockEdge, LockEntry, LockManifest, LockMetadata, LockSource, Parsed};
use super::{Lock, split};
use crate::manifest::DistributionName;
use crate::manifest::model::{Group, ManifestError};
use crate::manifest::table::with_piece;
use crate::text::{Spanned, TextRange};

const HEADER: &str = "[[package]]";

/// The version of the format that is known.
const KNOWN_VERSION: &str = "1";

/// Splits the text and reads its head. The last entry is parsed at once: that is where a lock that was cut off shows it.
pub(super) fn read(lock: &mut Lock) {
    let text = lock.text.clone();
    if let Some(range) = split::conflict(&text) {
        lock.error("the lock holds a merge conflict; resolve it, or delete the lock and lock anew", range);
        return;
    }
    let head = split::at_headers(lock, HEADER, text.len());
    read_head(lock, head.slice(&text));
    if !lock.errors.is_empty() {
        lock.forget_entries();
        return;
    }
    if let Some(last) = lock.slots.len().checked_sub(1)
        && let Some(error) = lock.parsed(last).and_then(|parsed| parsed.errors.first()).cloned()
    {
        lock.error(
            format!("the lock ends in the middle of an entry, it was cut off: {}", error.message),
            error.range,
        );
    }
}

fn read_head(lock: &mut Lock, text: &str) {
    let mut errors = Vec::new();
    let head = with_piece(text, &mut errors, |table| {
        let piece = Piece { table, start: 0 };
        let mut head = super::LockHead {
            requires_python: piece.string("requires-python"),
            resolution_markers: piece.strings("resolution-markers").unwrap_or_default(),
            manifest: piece.piece("manifest").map(manifest).unwrap_or_default(),
            ..super::LockHead::default()
        };
        head.manifest.range =
            if table.get("manifest").is_some() { table.key_range("manifest") } else { TextRange::default() };
        head.format_version =
            table.get("version").and_then(|value| Some(Spanned::new(value.integer()?, value.range)));
        head.revision = table.get("revision").and_then(|value| value.integer()?.parse().ok()).unwrap_or(0);
        head
    });
    if let Some(error) = errors.into_iter().next() {
        lock.error(format!("this is no lock that uv wrote: {}", error.message), error.range);
        return;
    }
    lock.head = head.unwrap_or_default();
    match &lock.head.format_version {
        None => {
            let range = split::line(text, 0);
            lock.error("this is no lock that uv wrote: it has no `version`", range);
        }
        Some(version) if version.value != KNOWN_VERSION => {
            let message = format!(
                "made by a newer uv (lock version {}), which crossloc does not know yet",
                version.value
            );
            let range = version.range;
            lock.error(message, range);
        }
        Some(_) => {}
    }
}

fn manifest(piece: Piece<'_>) -> LockManifest {
    let members = piece.table.get("members").and_then(|list| list.as_list()).unwrap_or_default();
    let member = |item: crate::manifest::table::Value<'_>| {
        let text = item.as_string()?.spanned();
        Some(Spanned::new(DistributionName::new(&text.value)?, piece.range(text.range)))
    };
    LockManifest {
        range: TextRange::default(),
        members: members.into_iter().filter_map(member).collect(),
        requirements: requirements(piece.pieces("requirements")),
        constraints: requirements(piece.pieces("constraints")),
        overrides: requirements(piece.pieces("overrides")),
        groups: groups(piece.piece("dependency-groups")),
    }
}

fn groups(piece: Option<Piece<'_>>) -> Vec<(String, Vec<super::LockedRequirement>)> {
    let Some(piece) = piece else { return Vec::new() };
    let group = |(name, list): (crate::manifest::literal::Literal<'_>, _)| {
        (name.value.to_owned(), requirements(piece.items(Some(list))))
    };
    piece.entries().into_iter().map(group).collect()
}

/// Parses one entry. Its archives, most of the text, are left out: from `sdist` or `wheels` up to the next table.
pub(super) fn entry(index: usize, range: TextRange, text: &str) -> Parsed {
    let whole = range.slice(text);
    let body = whole.strip_prefix(HEADER).unwrap_or(whole);
    let start = range.start + (range.len() - crate::text::offset(body.len()));
    let archives =
        ["\nsdist = ", "\nwheels = "].iter().filter_map(|key| memmem::find(body.as_bytes(), key.as_bytes()));
    let archives = archives.min().unwrap_or(body.len());
    let tables = memmem::find(body.as_bytes(), b"\n[package.").map_or(body.len(), |at| at + 1);
    let mut errors = Vec::new();
    let head = body.get(..archives.min(tables)).unwrap_or(body);
    let mut found =
        with_piece(head, &mut errors, |table| read_entry(Piece { table, start }, index, range)).flatten();
    shift(&mut errors, start);
    let tail = body.get(tables..).unwrap_or("");
    if !tail.is_empty()
        && let Some(entry) = &mut found
    {
        let start = start + crate::text::offset(tables);
        let mut more = Vec::new();
        with_piece(tail, &mut more, |table| {
            if let Some(package) = (Piece { table, start }).piece("package") {
                read_tables(package, entry);
            }
        });
        shift(&mut more, start);
        errors.extend(more);
    }
    if errors.is_empty() && archives < tables && !closes(body.get(archives..tables).unwrap_or("")) {
        let message = "a list is not closed".to_owned();
        errors.push(ManifestError { message, range: split::line(text, range.start as usize) });
    }
    let sound = errors.is_empty();
    if sound && found.is_none() {
        let message = "an entry of the lock has no source, so that nothing is known of it".to_owned();
        errors.push(ManifestError { message, range: split::line(text, range.start as usize) });
    }
    Parsed { entry: found.filter(|_| sound).map(Arc::new), errors }
}

/// Whether the archives, which are not parsed, are there to their end.
fn closes(archives: &str) -> bool {
    let archives = archives.trim_end();
    archives.ends_with(['}', ']']) && archives.contains("wheels = [") == archives.ends_with(']')
}

fn shift(errors: &mut [ManifestError], start: u32) {
    for error in errors {
        error.range = error.range.shifted(start);
    }
}

fn read_entry(piece: Piece<'_>, index: usize, range: TextRange) -> Option<LockEntry> {
    let source = piece.piece("source").and_then(source)?;
    let source = match (source, piece.piece("source").and_then(|table| table.plain("subdirectory"))) {
        (LockSource::Url(url), Some(below)) => LockSource::Url(format!("{url}#subdirectory={below}")),
        (source, _) => source,
    };
    Some(LockEntry {
        index,
        name: piece.name("name")?,
        version: piece.string("version"),
        source,
        markers: piece.strings("resolution-markers").unwrap_or_default(),
        dependencies: edges(piece.pieces("dependencies"), &Group::Main),
        metadata: None,
        range: TextRange::new(range.start, range.start + crate::text::offset(HEADER.len())),
    })
}

fn read_tables(package: Piece<'_>, entry: &mut LockEntry) {
    if let Some(extras) = package.piece("optional-dependencies") {
        for (name, list) in extras.entries() {
            let group = Group::Extra(name.value.to_owned());
            entry.dependencies.extend(edges(extras.items(Some(list)), &group));
        }
    }
    if let Some(dev) = package.piece("dev-dependencies") {
        for (name, list) in dev.entries() {
            let group = Group::Group { name: name.value.to_owned(), optional: false };
            entry.dependencies.extend(edges(dev.items(Some(list)), &group));
        }
    }
    if let Some(metadata) = package.piece("metadata") {
        let list = metadata.table.get("requires-dist");
        entry.metadata = Some(LockMetadata {
            range: list
                .map_or(TextRange::default(), |_| metadata.range(metadata.table.key_range("requires-dist"))),
            requires_dist: requirements(metadata.items(list)),
            provides_extras: metadata.strings("provides-extras"),
            groups: groups(metadata.piece("requires-dev")),
        });
    }
}

fn edges(items: Vec<(Piece<'_>, TextRange)>, group: &Group) -> Vec<LockEdge> {
    let edge = |(item, _): (Piece<'_>, TextRange)| {
        Some(LockEdge {
            name: item.name("name")?,
            version: item.plain("version"),
            source: item.piece("source").and_then(source),
            marker: item.plain("marker"),
            extras: item.strings("extra").unwrap_or_default(),
            group: group.clone(),
        })
    };
    items.into_iter().filter_map(edge).collect()
}
