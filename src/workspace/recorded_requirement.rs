//! A requirement in the form in which what a lock recorded and what a manifest says are compared. Lists are compared by
//! what they admit: uv merges the entries of one distribution and source before it looks at them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use camino::Utf8PathBuf;
use pep440_rs::VersionSpecifiers;

use super::Place;
use crate::manifest::{
    DistributionName, Marker, Requirement, admit_the_same, admit_the_same_versions, is_pin,
};

/// More entries of one distribution than any manifest has; each may double what is compared.
const MAXIMUM_MERGED: usize = 8;

/// One requirement, its source resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRequirement {
    /// The distribution.
    pub name: DistributionName,
    /// The extras selected, normalised.
    pub extras: BTreeSet<String>,
    /// For which environments, as far as it matters for the lock's Pythons.
    pub marker: Marker,
    /// From where; none where that cannot be known, which equals anything.
    pub source: Option<RecordedSource>,
    /// As people write it.
    pub written: String,
    /// Where it is declared; for what a lock records, nowhere.
    pub place: Option<Place>,
}

/// Where a requirement is to be taken from.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordedSource {
    /// An index, the default or a named one, with the versions that are admitted.
    Index(Option<String>, Specifier),
    /// A folder.
    Folder(Utf8PathBuf, Installed),
    /// An archive on disk.
    Archive(Utf8PathBuf),
    /// A repository: URL without who asks, reference, folder inside.
    Git(String, Option<String>, Option<String>),
    /// An archive's URL.
    Url(String),
}

/// How a project on disk is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installed {
    /// As editable.
    Editable,
    /// As a copy.
    Copy,
    /// Not at all: only what it requires.
    Not,
}

/// Versions that are admitted. Two are equal that admit the same, however they are written.
#[derive(Clone, Debug)]
pub struct Specifier {
    written: VersionSpecifiers,
    /// Whether what uv sees beside the versions counts: whether what was yanked, or is no release yet, is admitted.
    strict: bool,
}

impl Specifier {
    /// Reads a specifier; `None` where it is none.
    pub fn read(text: &str) -> Option<Self> {
        let written = VersionSpecifiers::from_str(text).ok()?;
        Some(Self { written, strict: true })
    }

    /// What a requirement admits.
    pub fn of(requirement: &Requirement) -> Self {
        let written = requirement.specifier.as_ref().map(|specifier| specifier.value.clone());
        Self { written: written.unwrap_or_else(VersionSpecifiers::empty), strict: true }
    }

    /// The same for tools that look at versions alone.
    pub fn by_versions(self) -> Self {
        Self { strict: false, ..self }
    }

    fn and(&self, other: &Self) -> Self {
        let mut parts: Vec<_> = self.written.iter().cloned().collect();
        let own = self.written.iter();
        parts.extend(other.written.iter().filter(|part| !own.clone().any(|known| known == *part)).cloned());
        Self { written: parts.into_iter().collect(), strict: self.strict }
    }

    /// A version by itself, which uv keeps apart.
    fn stays_alone(&self) -> bool {
        self.strict && is_pin(&self.written)
    }
}

impl fmt::Display for Specifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written.fmt(formatter)
    }
}

impl PartialEq for Specifier {
    fn eq(&self, other: &Self) -> bool {
        if self.strict && other.strict {
            admit_the_same(&self.written, &other.written)
        } else {
            admit_the_same_versions(&self.written, &other.written)
        }
    }
}

impl RecordedRequirement {
    /// Whether two say the same.
    pub fn equals(&self, other: &Self) -> bool {
        self.name == other.name && self.marker == other.marker && self.equals_apart_from_marker(other)
    }

    fn equals_apart_from_marker(&self, other: &Self) -> bool {
        let source = match (&self.source, &other.source) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        };
        self.extras == other.extras && source
    }

    /// Whether two entries of one distribution are one for uv. A version that is pinned by itself stays by itself, for a
    /// pin admits what was yanked; so does what different extras ask for.
    fn merges_with(&self, other: &Self) -> bool {
        let source = match (&self.source, &other.source) {
            (Some(RecordedSource::Index(own, one)), Some(RecordedSource::Index(index, two))) => {
                own == index && (one == two || !(one.stays_alone() || two.stays_alone()))
            }
            (own, other) => own.is_some() && own == other,
        };
        let extras = self.marker.mentions_extras() || other.marker.mentions_extras();
        source && (!extras || self.marker == other.marker)
    }

    /// Where both are asked for: with the extras of both, in versions that both admit.
    fn combined(&self, other: &Self, marker: Marker) -> Self {
        let source = match (&self.source, &other.source) {
            (Some(RecordedSource::Index(index, one)), Some(RecordedSource::Index(_, two))) => {
                Some(RecordedSource::Index(index.clone(), one.and(two)))
            }
            (source, _) => source.clone(),
        };
        let extras: BTreeSet<String> = self.extras.union(&other.extras).cloned().collect();
        let specifier = match &source {
            Some(RecordedSource::Index(_, specifier)) => specifier.to_string(),
            _ => String::new(),
        };
        let written = written(&self.name, extras.iter().map(String::as_str), &specifier);
        Self { extras, marker, source, written, ..self.clone() }
    }
}

/// Constraints as what they restrict: extras are not part of that, and what admits everything restricts nothing.
pub fn as_constraints(mut all: Vec<RecordedRequirement>) -> Vec<RecordedRequirement> {
    let restricts = |one: &RecordedRequirement| {
        let open =
            matches!(&one.source, Some(RecordedSource::Index(_, specifier)) if specifier.written.is_empty());
        !open && !one.marker.is_never()
    };
    all.retain(restricts);
    all.iter_mut().for_each(|one| one.extras.clear());
    all
}

/// Entries of one distribution, merged: where the environments of two meet, both count; what says the same in different
/// environments is one.
pub fn merged(all: &[RecordedRequirement]) -> Vec<RecordedRequirement> {
    let mut groups: Vec<Vec<&RecordedRequirement>> = Vec::new();
    for one in all {
        match groups.iter_mut().find(|group| group.iter().any(|other| other.merges_with(one))) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    let merge = |group: Vec<&RecordedRequirement>| {
        if group.len() > MAXIMUM_MERGED {
            return group.into_iter().cloned().collect();
        }
        group.into_iter().fold(Vec::new(), with)
    };
    groups.into_iter().flat_map(merge).collect()
}

/// Regions without a common environment, and one more requirement.
fn with(regions: Vec<RecordedRequirement>, added: &RecordedRequirement) -> Vec<RecordedRequirement> {
    let mut rest = added.marker.clone();
    let mut found: Vec<RecordedRequirement> = Vec::new();
    let mut add = |region: RecordedRequirement| match found
        .iter_mut()
        .find(|other| other.equals_apart_from_marker(&region))
    {
        Some(other) => other.marker = other.marker.clone().or(&region.marker),
        None => found.push(region),
    };
    for region in regions {
        let both = region.marker.clone().and(&added.marker);
        if both.is_never() {
            add(region);
            continue;
        }
        rest = rest.and(&region.marker.not());
        let outside = region.marker.clone().and(&added.marker.not());
        add(region.combined(added, both));
        if !outside.is_never() {
            add(RecordedRequirement { marker: outside, ..region });
        }
    }
    // What is asked for nowhere stays: an override may give it other environments.
    if !rest.is_never() || added.marker.is_never() {
        add(RecordedRequirement { marker: rest, ..added.clone() });
    }
    found
}

/// A requirement as people write it.
pub(super) fn written<'e>(
    name: &DistributionName,
    extras: impl Iterator<Item = &'e str>,
    specifier: &str,
) -> String {
    let extras: Vec<&str> = extras.collect();
    let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
    let parts = specifier.split(',').map(|part| part.split_whitespace().collect::<String>());
    let mut parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.sort();
    format!("{name}{extras}{}", parts.join(","))
}
