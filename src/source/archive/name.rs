//! What the name of an archive says.

use pep440_rs::Version;

use crate::manifest::{DistributionName, parse_version};

/// Whether an archive is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArchiveKind {
    /// Built: what it holds is what is imported.
    Wheel,
    /// A source distribution: a project, to be built.
    Sdist,
}

/// The parts of an archive's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveName {
    /// Whose archive it is.
    pub distribution: DistributionName,
    /// Of which version.
    pub version: Version,
    /// Built or not.
    pub kind: ArchiveKind,
    /// A wheel's tags (`py3-none-any`); empty for a source distribution.
    pub tags: String,
}

impl ArchiveName {
    /// Whether its code is the same for all interpreters and platforms.
    pub fn is_pure(&self) -> bool {
        is_pure(&self.tags)
    }
}

/// Whether a wheel with these tags is good for every platform.
pub(in crate::source) fn is_pure(tags: &str) -> bool {
    tags.ends_with("-none-any")
}

/// Reads `acme_shared-0.1.3-py3-none-any.whl` (PEP 427), `acme_shared-0.1.3.tar.gz` (PEP 625) and the names that sdists had
/// before (`Acme-Shared-0.1.3.zip`). `None` for other files, and for archives that are not read (`.tar.bz2`, `.egg`).
pub fn parse_filename(name: &str) -> Option<ArchiveName> {
    if let Some(stem) = name.strip_suffix(".whl") {
        return parse_wheel(stem);
    }
    let stem = [".tar.gz", ".tgz", ".zip"].iter().find_map(|suffix| name.strip_suffix(suffix))?;
    // Both halves may hold hyphens; the version is what begins with a digit and is one.
    stem.match_indices('-').find_map(|(at, _)| {
        let (name, version) = (stem.get(..at)?, stem.get(at + 1..)?);
        let version = version_of(version)?;
        let distribution = DistributionName::new(name)?;
        Some(ArchiveName { distribution, version, kind: ArchiveKind::Sdist, tags: String::new() })
    })
}

/// `name-version(-build)?-python-abi-platform`; a build number begins with a digit.
fn parse_wheel(stem: &str) -> Option<ArchiveName> {
    let parts: Vec<&str> = stem.split('-').collect();
    let (name, version, tags) = match parts.as_slice() {
        [name, version, tags @ ..] if tags.len() == 3 => (name, version, tags),
        [name, version, build, tags @ ..]
            if tags.len() == 3 && build.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            (name, version, tags)
        }
        _ => return None,
    };
    if tags.iter().any(|tag| tag.is_empty()) {
        return None;
    }
    Some(ArchiveName {
        distribution: DistributionName::new(name)?,
        version: version_of(&version.replace('_', "-"))?,
        kind: ArchiveKind::Wheel,
        tags: tags.join("-"),
    })
}

fn version_of(text: &str) -> Option<Version> {
    text.starts_with(|c: char| c.is_ascii_digit()).then(|| parse_version(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_archives_are_taken_apart() {
        for (name, expected) in [
            ("acme_shared-0.1.3-py3-none-any.whl", Some("acme-shared 0.1.3 py3-none-any pure")),
            (
                "Acme.Shared-1.0-2fix-cp313-cp313-manylinux_2_17_x86_64.whl",
                Some("acme-shared 1.0 cp313-cp313-manylinux_2_17_x86_64"),
            ),
            ("acme-1.0+local.1-py2.py3-none-any.whl", Some("acme 1.0+local.1 py2.py3-none-any pure")),
            ("acme-1.0_1-py3-none-any.whl", Some("acme 1.0.post1 py3-none-any pure")),
            ("acme-1.0-py3-none.whl", None),
            ("acme-1.0-x1-py3-none-any.whl", None),
            ("acme-1.0-1-1-py3-none-any.whl", None),
            ("acme-1.0-1.whl", None),
            ("acme-one-py3-none-any.whl", None),
            ("-1.0-py3-none-any.whl", None),
            ("acme-1.0---.whl", None),
            ("acme_shared-0.1.3.tar.gz", Some("acme-shared 0.1.3 ")),
            ("Acme-Shared-0.1.3.zip", Some("acme-shared 0.1.3 ")),
            ("acme-2-shared-1.0rc1.tar.gz", Some("acme-2-shared 1.0rc1 ")),
            ("acme-1.0-beta.tgz", Some("acme 1.0b0 ")),
            ("acme-shared.tar.gz", None),
            ("acme-1.0.tar.bz2", None),
            ("acme-1.0-py3.13.egg", None),
            ("1.0.tar.gz", None),
            ("", None),
        ] {
            let read = parse_filename(name).map(|name| {
                let pure = if name.is_pure() { " pure" } else { "" };
                format!("{} {} {}{pure}", name.distribution, name.version, name.tags)
            });
            assert_eq!(read.as_deref(), expected, "{name}");
        }
    }
}
