//! `pylock.toml` and `pylock.NAME.toml` (PEP 751).

use super::edges::{Piece, parse};
use super::model::{LockEdge, LockEntry, LockHead, LockSource, Parsed};
use super::split::Reduced;
use super::{Lock, split};
use crate::manifest::model::Group;
use crate::manifest::table::with_piece;
use crate::text::TextRange;

const HEADER: &str = "[[packages]]";

/// Splits the text and reads its head.
pub(super) fn read(lock: &mut Lock) {
    let text = lock.text.clone();
    let head = split::at_headers(lock, HEADER, text.len());
    let whole = split::reduced(&text, head, &[]);
    let mut errors = Vec::new();
    let head = with_piece(&whole.text, &mut errors, |table| {
        let piece = Piece { table, places: &whole };
        LockHead {
            format_version: piece.string("lock-version"),
            requires_python: piece.string("requires-python"),
            resolution_markers: piece.strings("environments").unwrap_or_default(),
            ..LockHead::default()
        }
    });
    lock.head = head.unwrap_or_default();
    lock.check_version(&["1"]);
    lock.check_last();
}

/// Parses one entry. Tables of its own may stand below its keys (`[packages.vcs]`).
pub(super) fn entry(index: usize, header: TextRange, reduced: &Reduced<'_>) -> Parsed {
    parse(reduced, |piece| {
        let below = piece.piece("packages");
        let table = |key: &str| piece.piece(key).or_else(|| below?.piece(key));
        let mut dependencies = piece.pieces("dependencies");
        dependencies.extend(below.map(|below| below.pieces("dependencies")).unwrap_or_default());
        let edge = |(item, _): (Piece<'_>, TextRange)| {
            Some(LockEdge {
                name: item.name("name")?,
                version: item.plain("version"),
                source: None,
                marker: item.plain("marker"),
                extras: Vec::new(),
                group: Group::Main,
            })
        };
        Some(LockEntry {
            index,
            name: piece.name("name")?,
            version: piece.string("version"),
            source: source(piece.plain("index"), table("directory"), table("vcs"), table("archive")),
            markers: piece.plain("marker").into_iter().collect(),
            dependencies: dependencies.into_iter().filter_map(edge).collect(),
            extras: Vec::new(),
            metadata: None,
            range: header,
        })
    })
}

fn source(
    index: Option<String>,
    directory: Option<Piece<'_>>,
    vcs: Option<Piece<'_>>,
    archive: Option<Piece<'_>>,
) -> LockSource {
    if let Some((table, path)) = directory.and_then(|table| Some((table, table.plain("path")?))) {
        return match table.boolean("editable") {
            Some(true) => LockSource::Editable(path),
            _ => LockSource::Directory(path),
        };
    }
    if let Some((table, url)) =
        vcs.and_then(|table| Some((table, table.plain("url").or_else(|| table.plain("path"))?)))
    {
        return LockSource::Git {
            url,
            commit: table.plain("commit-id"),
            reference: table.plain("requested-revision"),
            subdirectory: table.plain("subdirectory"),
        };
    }
    let path = archive.and_then(|table| table.plain("path")).map(LockSource::Path);
    let url = || archive.and_then(|table| table.plain("url")).map(LockSource::Url);
    path.or_else(url).unwrap_or(LockSource::Registry(index))
}
