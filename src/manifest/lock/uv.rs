//! `uv.lock`: version 1 of the format in all its revisions, some of which hold no metadata.

use memchr::memmem;

use super::edges::{Piece, parse, requirements, source};
use super::model::{
    LockEdge, LockEntry, LockHead, LockManifest, LockMetadata, LockSource, LockedRequirement, Parsed,
};
use super::split::Reduced;
use super::{Lock, split};
use crate::manifest::DistributionName;
use crate::manifest::literal::Literal;
use crate::manifest::model::Group;
use crate::manifest::table::{Value, with_piece};
use crate::text::{Spanned, TextRange};

/// How an entry begins, and how it began in the first locks of this format, which uv still reads.
const HEADERS: [&str; 2] = ["[[package]]", "[[distribution]]"];

/// Splits the text and reads its head.
pub(super) fn read(lock: &mut Lock) {
    let text = lock.text.clone();
    let begins = |header: &&str| memmem::find(text.as_bytes(), format!("\n{header}").as_bytes()).is_some();
    let header = HEADERS.into_iter().find(begins).unwrap_or(HEADERS[0]);
    let head = split::at_headers(lock, header, text.len());
    read_head(lock, head.slice(&text));
    lock.check_last();
}

fn read_head(lock: &mut Lock, text: &str) {
    let mut errors = Vec::new();
    let whole = split::reduced(text, TextRange::from_usize(0..text.len()), &[]);
    let head = with_piece(text, &mut errors, |table| {
        let piece = Piece { table, places: &whole };
        let number = |key| table.get(key).and_then(|value| Some(Spanned::new(value.integer()?, value.range)));
        let mut manifest = piece.piece("manifest").map(manifest).unwrap_or_default();
        if table.get("manifest").is_some() {
            manifest.range = table.key_range("manifest");
        }
        LockHead {
            format_version: number("version"),
            revision: number("revision").and_then(|revision| revision.value.parse().ok()).unwrap_or(0),
            requires_python: piece.string("requires-python"),
            resolution_markers: piece.strings("resolution-markers").unwrap_or_default(),
            manifest,
            ..LockHead::default()
        }
    });
    if let Some(error) = errors.into_iter().next() {
        lock.error(format!("this is no lock that uv wrote: {}", error.message), error.range);
        return;
    }
    lock.head = head.unwrap_or_default();
    lock.check_version(&["1"]);
}

fn manifest(piece: Piece<'_>) -> LockManifest {
    let members = piece.table.get("members").and_then(|list| list.as_list()).unwrap_or_default();
    let member = |item: Value<'_>| {
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

fn groups(piece: Option<Piece<'_>>) -> Vec<(String, Vec<LockedRequirement>)> {
    let Some(piece) = piece else { return Vec::new() };
    let group =
        |(name, list): (Literal<'_>, _)| (name.value.to_owned(), requirements(piece.items(Some(list))));
    piece.entries().into_iter().map(group).collect()
}

/// Parses one entry.
pub(super) fn entry(index: usize, header: TextRange, reduced: &Reduced<'_>) -> Parsed {
    let key = if header.len() as usize == HEADERS[1].len() { "distribution" } else { "package" };
    parse(reduced, |piece| {
        let mut entry = read_entry(piece, index, header)?;
        if let Some(package) = piece.piece(key) {
            read_tables(package, &mut entry);
        }
        Some(entry)
    })
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
        extras: Vec::new(),
        metadata: None,
        range,
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
            extras: Vec::new(),
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
