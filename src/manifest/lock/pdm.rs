//! `pdm.lock`.

use super::edges::{Piece, parse, strings_as_requirements};
use super::model::{LockEntry, LockHead, LockMetadata, LockSource, Parsed};
use super::split::Reduced;
use super::{Lock, split};
use crate::manifest::table::with_piece;
use crate::text::{Spanned, TextRange};

const HEADER: &str = "[[package]]";

/// Splits the text and reads its head.
pub(super) fn read(lock: &mut Lock) {
    let text = lock.text.clone();
    let head = split::at_headers(lock, HEADER, text.len());
    let whole = split::reduced(&text, head, &[]);
    let mut errors = Vec::new();
    let head = with_piece(&whole.text, &mut errors, |table| {
        let metadata = Piece { table, places: &whole }.piece("metadata")?;
        Some(LockHead {
            format_version: metadata.string("lock_version"),
            requires_python: requires_python(metadata),
            content_hash: metadata.string("content_hash"),
            ..LockHead::default()
        })
    });
    lock.head = head.flatten().unwrap_or_default();
    lock.check_version(&["3", "4"]);
    lock.check_last();
}

/// Since version 4.5 of the format it is said by environment; of several nothing is known of all.
fn requires_python(metadata: Piece<'_>) -> Option<Spanned<String>> {
    let targets = metadata.pieces("targets");
    match targets.as_slice() {
        [] => metadata.string("requires_python"),
        [(only, _)] => only.string("requires_python"),
        _ => None,
    }
}

/// Parses one entry.
pub(super) fn entry(index: usize, header: TextRange, reduced: &Reduced<'_>) -> Parsed {
    parse(reduced, |piece| {
        let listed = strings_as_requirements(piece, "dependencies");
        Some(LockEntry {
            index,
            name: piece.name("name")?,
            version: piece.string("version"),
            source: source(piece),
            markers: piece.plain("marker").into_iter().collect(),
            extras: piece.strings("extras").unwrap_or_default(),
            dependencies: listed.edges,
            metadata: listed.complete.then_some(LockMetadata {
                range: listed.range,
                requires_dist: listed.requirements,
                ..LockMetadata::default()
            }),
            range: header,
        })
    })
}

fn source(entry: Piece<'_>) -> LockSource {
    if let Some(path) = entry.plain("path") {
        let archive = [".whl", ".gz", ".zip"].iter().any(|end| path.ends_with(end));
        return match (archive, entry.boolean("editable")) {
            (true, _) => LockSource::Path(path),
            (false, Some(true)) => LockSource::Editable(path),
            (false, _) => LockSource::Directory(path),
        };
    }
    if let Some(url) = entry.plain("git") {
        return LockSource::Git {
            url,
            commit: entry.plain("revision"),
            reference: entry.plain("ref"),
            subdirectory: entry.plain("subdirectory"),
        };
    }
    entry.plain("url").map_or(LockSource::Registry(None), LockSource::Url)
}
