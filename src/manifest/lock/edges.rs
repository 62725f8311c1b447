//! The parts that entries of TOML locks are made of.

use std::sync::Arc;

use super::model::{LockEdge, LockEntry, LockSource, LockedRequirement, Parsed};
use super::split::Reduced;
use crate::manifest::DistributionName;
use crate::manifest::literal::Literal;
use crate::manifest::model::{Group, ManifestError, SourceKind};
use crate::manifest::requirement;
use crate::manifest::table::{Table, Value, with_piece};
use crate::text::{Spanned, TextRange};

/// A table read from what is left of a part of the lock's text.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    /// The table.
    pub table: Table<'a>,
    /// Where its text stands.
    pub places: &'a Reduced<'a>,
}

/// Parses what is left of an entry and hands it to `read`. An entry with an error is none.
pub(super) fn parse(reduced: &Reduced<'_>, read: impl FnOnce(Piece<'_>) -> Option<LockEntry>) -> Parsed {
    let mut errors = Vec::new();
    let entry =
        with_piece(&reduced.text, &mut errors, |table| read(Piece { table, places: reduced })).flatten();
    for error in &mut errors {
        error.range = reduced.range(error.range);
    }
    let start = reduced.first_line;
    if errors.is_empty() && reduced.unclosed {
        errors.push(ManifestError { message: "a list is not closed".to_owned(), range: start });
    }
    if errors.is_empty() && entry.is_none() {
        let message = "an entry does not say what it is".to_owned();
        errors.push(ManifestError { message, range: start });
    }
    let sound = errors.is_empty();
    Parsed { entry: entry.filter(|_| sound).map(Arc::new), errors }
}

impl<'a> Piece<'a> {
    /// The string at `key`, if it is one.
    pub fn string(self, key: &str) -> Option<Spanned<String>> {
        self.table.get(key)?.as_string().map(|text| self.place(text.spanned()))
    }

    /// The string at `key` without its place.
    pub fn plain(self, key: &str) -> Option<String> {
        Some(self.table.get(key)?.as_string()?.value.to_owned())
    }

    /// The table at `key`.
    pub fn piece(self, key: &str) -> Option<Self> {
        self.table.get(key)?.as_table().map(|table| Self { table, ..self })
    }

    /// The boolean at `key`.
    pub fn boolean(self, key: &str) -> Option<bool> {
        self.table.get(key)?.as_bool()
    }

    /// The tables of the list at `key`, each with its place.
    pub fn pieces(self, key: &str) -> Vec<(Self, TextRange)> {
        self.items(self.table.get(key))
    }

    /// The strings of the list at `key`.
    pub fn strings(self, key: &str) -> Option<Vec<String>> {
        let items = self.table.get(key)?.as_list()?;
        Some(items.into_iter().filter_map(|item| Some(item.as_string()?.value.to_owned())).collect())
    }

    /// Keys and values in the order they are written.
    pub fn entries(self) -> Vec<(Literal<'a>, Value<'a>)> {
        self.table.entries()
    }

    /// The tables of a list.
    pub fn items(self, list: Option<Value<'a>>) -> Vec<(Self, TextRange)> {
        let items = list.and_then(Value::as_list).unwrap_or_default();
        let piece =
            |item: Value<'a>| Some((Self { table: item.as_table()?, ..self }, self.range(item.range)));
        items.into_iter().filter_map(piece).collect()
    }

    /// The name at `key`.
    pub fn name(self, key: &str) -> Option<Spanned<DistributionName>> {
        let text = self.string(key)?;
        Some(Spanned::new(DistributionName::new(&text.value)?, text.range))
    }

    /// A range of the piece as one of the lock.
    pub fn range(self, range: TextRange) -> TextRange {
        self.places.range(range)
    }

    fn place(self, text: Spanned<String>) -> Spanned<String> {
        Spanned::new(text.value, self.range(text.range))
    }
}

/// uv's way of saying where something is taken from, in a source, a requirement or an edge.
pub(super) fn source(piece: Piece<'_>) -> Option<LockSource> {
    let registry = |url| LockSource::Registry(Some(url));
    let on_disk = || {
        let editable = piece.plain("editable").map(LockSource::Editable);
        let directory = || piece.plain("directory").map(LockSource::Directory);
        let unpackaged = || piece.plain("virtual").map(LockSource::Virtual);
        editable.or_else(directory).or_else(unpackaged).or_else(|| piece.plain("path").map(LockSource::Path))
    };
    if let Some(found) = on_disk() {
        return Some(found);
    }
    if let Some(url) = piece.plain("git") {
        return Some(git(&url));
    }
    let index = piece.plain("registry").or_else(|| piece.plain("index"));
    index.map(registry).or_else(|| piece.plain("url").map(LockSource::Url))
}

/// `https://host/repo?subdirectory=lib&tag=v0.1.3#commit`.
fn git(written: &str) -> LockSource {
    let (address, commit) = written.split_once('#').map_or((written, None), |(a, c)| (a, Some(c)));
    let (url, query) = address.split_once('?').unwrap_or((address, ""));
    let value = |wanted: &[&str]| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(key, _)| wanted.contains(key)).map(|(_, value)| value);
        found.next().map(|value| percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    LockSource::Git {
        url: url.to_owned(),
        commit: commit.filter(|commit| !commit.is_empty()).map(str::to_owned),
        reference: value(&["tag", "rev", "branch"]),
        subdirectory: value(&["subdirectory"]),
    }
}

/// A requirement as uv records it: `{ name = "shared", extras = ["io"], editable = "../shared" }`.
pub(super) fn requirement(piece: Piece<'_>, range: TextRange) -> Option<LockedRequirement> {
    Some(LockedRequirement {
        name: piece.name("name")?,
        range,
        extras: piece.strings("extras").or_else(|| piece.strings("extra")).unwrap_or_default(),
        marker: piece.plain("marker"),
        specifier: piece.plain("specifier").filter(|text| !text.is_empty()),
        source: source(piece),
    })
}

/// The requirements of a list.
pub(super) fn requirements(items: Vec<(Piece<'_>, TextRange)>) -> Vec<LockedRequirement> {
    items.into_iter().filter_map(|(item, range)| requirement(item, range)).collect()
}

/// Requirements given as text (PEP 508).
#[derive(Default)]
pub(super) struct Listed {
    /// The list's place.
    pub range: TextRange,
    /// What they lead to.
    pub edges: Vec<LockEdge>,
    /// What they say.
    pub requirements: Vec<LockedRequirement>,
    /// Whether all of it was understood.
    pub complete: bool,
}

/// The strings of the list at `key`, as requirements.
pub(super) fn strings_as_requirements(piece: Piece<'_>, key: &str) -> Listed {
    let items = piece.table.get(key).and_then(Value::as_list).unwrap_or_default();
    let texts = items.into_iter().filter_map(Value::as_string).collect();
    let mut listed = requirement_lines(texts, 0);
    let moved = |range: &mut TextRange| *range = piece.range(*range);
    listed.edges.iter_mut().for_each(|edge| moved(&mut edge.name.range));
    for requirement in &mut listed.requirements {
        moved(&mut requirement.range);
        moved(&mut requirement.name.range);
    }
    listed.range = piece.range(piece.table.key_range(key));
    listed
}

/// Where a requirement says itself it comes from.
fn placed(kind: SourceKind) -> Option<LockSource> {
    match kind {
        SourceKind::Path { path, .. } => Some(LockSource::Directory(path.value)),
        SourceKind::Git { url, reference, subdirectory } => Some(LockSource::Git {
            url: url.value,
            commit: None,
            reference: reference.map(|reference| reference.value),
            subdirectory,
        }),
        SourceKind::Url(url) => Some(LockSource::Url(url.value)),
        SourceKind::Workspace | SourceKind::Index(_) => None,
    }
}

/// Texts as requirements, their places moved by `start`.
pub(super) fn requirement_lines(texts: Vec<Literal<'_>>, start: u32) -> Listed {
    let mut listed = Listed { complete: true, ..Listed::default() };
    for text in texts {
        let mut errors = Vec::new();
        let read = requirement::parse(text, &Group::Main, &mut errors);
        listed.complete &= read.is_some() && errors.is_empty();
        let Some(read) = read else { continue };
        let name = Spanned::new(read.name.value, read.name.range.shifted(start));
        let range = read.range.shifted(start);
        listed.edges.push(LockEdge {
            name: name.clone(),
            version: None,
            source: None,
            marker: read.marker.clone(),
            extras: read.extras.clone(),
            group: Group::Main,
        });
        let specifier = read.specifier.map(|specifier| specifier.value.to_string());
        let source = read.source.and_then(|entry| placed(entry.kind));
        let (extras, marker) = (read.extras, read.marker);
        listed.requirements.push(LockedRequirement { name, range, extras, marker, specifier, source });
    }
    listed
}
