//! `poetry.lock` of Poetry 1 and 2: format versions 1.x and 2.x.

use memchr::memmem;

use super::edges::{Piece, parse};
use super::model::{LockEdge, LockEntry, LockHead, LockMetadata, LockSource, LockedRequirement, Parsed};
use super::split::Reduced;
use super::{Lock, split};
use crate::manifest::DistributionName;
use crate::manifest::literal::Literal;
use crate::manifest::model::Group;
use crate::manifest::table::{Value, with_piece};
use crate::text::{Spanned, TextRange};

const HEADER: &str = "[[package]]";

/// Splits the text. What a lock says of itself stands at its end.
pub(super) fn read(lock: &mut Lock) {
    let text = lock.text.clone();
    let at = |header: &str| memmem::rfind(text.as_bytes(), header.as_bytes()).map(|at| at + 1);
    let metadata = at("\n[metadata]").unwrap_or(text.len());
    let end = at("\n[extras]").filter(|extras| *extras < metadata).unwrap_or(metadata);
    split::at_headers(lock, HEADER, end);
    // Old formats list all archives behind.
    let tail = text.get(metadata..).unwrap_or("");
    let archives = ["\n[metadata.files]", "\n[metadata.hashes]"];
    let length = archives.iter().filter_map(|header| memmem::find(tail.as_bytes(), header.as_bytes())).min();
    let whole =
        split::reduced(&text, TextRange::from_usize(metadata..metadata + length.unwrap_or(tail.len())), &[]);
    let mut errors = Vec::new();
    let head = with_piece(&whole.text, &mut errors, |table| {
        let metadata = Piece { table, places: &whole }.piece("metadata")?;
        Some(LockHead {
            format_version: metadata.string("lock-version"),
            requires_python: metadata.string("python-versions"),
            content_hash: metadata.string("content-hash"),
            ..LockHead::default()
        })
    });
    lock.head = head.flatten().unwrap_or_default();
    lock.check_version(&["1", "2"]);
    lock.check_last();
}

/// Parses one entry.
pub(super) fn entry(index: usize, header: TextRange, reduced: &Reduced<'_>) -> Parsed {
    parse(reduced, |piece| {
        let tables = piece.piece("package");
        let mut entry = LockEntry {
            index,
            name: piece.name("name")?,
            version: piece.string("version"),
            source: source(piece, tables.and_then(|tables| tables.piece("source"))),
            markers: piece.plain("markers").into_iter().collect(),
            dependencies: Vec::new(),
            metadata: None,
            range: header,
        };
        if let Some(listed) = tables.and_then(|tables| tables.piece("dependencies")) {
            read_dependencies(listed, &mut entry);
        }
        let extras = tables.and_then(|tables| tables.piece("extras"));
        if let Some(metadata) = &mut entry.metadata {
            let names = extras
                .map(|extras| extras.entries().into_iter().map(|(name, _)| name.value.to_owned()).collect());
            metadata.provides_extras = names;
        }
        Some(entry)
    })
}

fn source(entry: Piece<'_>, source: Option<Piece<'_>>) -> LockSource {
    let url = source.and_then(|source| source.plain("url"));
    let (Some(source), Some(url)) = (source, url) else { return LockSource::Registry(None) };
    match source.plain("type").unwrap_or_default().as_str() {
        "directory" if entry.boolean("develop") == Some(true) => LockSource::Editable(url),
        "directory" => LockSource::Directory(url),
        "file" => LockSource::Path(url),
        "url" => LockSource::Url(url),
        "git" => LockSource::Git {
            url,
            commit: source.plain("resolved_reference"),
            reference: source.plain("reference"),
            subdirectory: source.plain("subdirectory"),
        },
        _ => LockSource::Registry(Some(url)),
    }
}

/// `name = "constraint"`, `name = { version = …, markers = …, extras = […], optional = true }`, or a list of such.
fn read_dependencies(listed: Piece<'_>, entry: &mut LockEntry) {
    let mut metadata = LockMetadata::default();
    for (key, value) in listed.entries() {
        let Some(name) = DistributionName::new(key.value) else { continue };
        let name = Spanned::new(name, listed.range(key.range));
        for one in value.as_list().unwrap_or_else(|| vec![value]) {
            let (edge, requirement) = dependency(listed, &name, one);
            entry.dependencies.push(edge);
            metadata.requires_dist.push(requirement);
        }
    }
    metadata.range = entry.range;
    entry.metadata = Some(metadata);
}

fn dependency(
    listed: Piece<'_>,
    name: &Spanned<DistributionName>,
    value: Value<'_>,
) -> (LockEdge, LockedRequirement) {
    let table = value.as_table().map(|table| Piece { table, ..listed });
    let constraint = value.as_string().map(|text: Literal<'_>| text.value.to_owned());
    let marker = table.and_then(|table| table.plain("markers"));
    let extras = table.and_then(|table| table.strings("extras")).unwrap_or_default();
    let optional = table.and_then(|table| table.boolean("optional")) == Some(true);
    let edge = LockEdge {
        name: name.clone(),
        version: None,
        source: None,
        marker: marker.clone(),
        extras: extras.clone(),
        group: if optional { Group::Extra(String::new()) } else { Group::Main },
    };
    let requirement = LockedRequirement {
        name: name.clone(),
        range: listed.range(value.range),
        extras,
        marker,
        specifier: constraint.or_else(|| table?.plain("version")),
        source: table.and_then(|table| {
            let folder = table.plain("path").map(LockSource::Directory);
            folder.or_else(|| table.plain("git").map(git))
        }),
    };
    (edge, requirement)
}

fn git(url: String) -> LockSource {
    LockSource::Git { url, commit: None, reference: None, subdirectory: None }
}
