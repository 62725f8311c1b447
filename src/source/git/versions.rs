//! Tags that name versions.

use pep440_rs::Version;

use super::{Refusal, Repository};
use crate::manifest::{DistributionName, parse_version};

/// A version and the tag that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedVersion {
    /// The version of the distribution that was asked for.
    pub version: Version,
    /// The tag's name.
    pub tag: String,
}

/// The version of `name` that a tag names. With a `configured` form (`release-{version}`) that is the only one;
/// otherwise `v0.1.3`, `0.1.3`, `shared-0.1.3`, `shared-v0.1.3`, `shared/v0.1.3`, `shared@0.1.3`, `shared==0.1.3`, the name in
/// any of its spellings. A commit's name may look like a number and is none.
pub fn tag_version(tag: &str, name: &DistributionName, configured: Option<&str>) -> Option<Version> {
    read(tag, name, configured).map(|(_, version)| version)
}

/// How a tag names a version; the later outranks the earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Manner {
    Bare,
    Named,
}

fn read(tag: &str, name: &DistributionName, configured: Option<&str>) -> Option<(Manner, Version)> {
    if let Some(form) = configured {
        let (before, after) = form.split_once("{version}")?;
        let text = tag.strip_prefix(before)?.strip_suffix(after)?;
        let certain = !before.is_empty() || !after.is_empty() || text.contains('.');
        return certain.then(|| Some((Manner::Named, parse_version(text)?)))?;
    }
    let behind = behind_name(tag, name);
    let behind =
        behind.and_then(|rest| ["==", "-", "/", "@"].iter().find_map(|mark| rest.strip_prefix(mark)));
    let (manner, text) = match behind {
        Some(text) => (Manner::Named, text),
        None => (Manner::Bare, tag),
    };
    let version = text.contains('.').then(|| parse_version(&text.to_ascii_lowercase()))??;
    Some((manner, version))
}

/// What follows the distribution's name, spelled with any case and separators (PEP 503).
fn behind_name<'a>(tag: &'a str, name: &DistributionName) -> Option<&'a str> {
    let mut rest = tag;
    for (position, part) in name.as_str().split('-').enumerate() {
        if position > 0 {
            let next = rest.trim_start_matches(['-', '_', '.']);
            if next.len() == rest.len() {
                return None;
            }
            rest = next;
        }
        rest.get(..part.len()).filter(|spelled| spelled.eq_ignore_ascii_case(part))?;
        rest = rest.get(part.len()..)?;
    }
    Some(rest)
}

impl Repository {
    /// The versions of a distribution that tags name, each once, oldest first. Of several tags of one version one that
    /// names the distribution speaks; a bare tag counts even where others name other distributions.
    pub fn versions(
        &self,
        name: &DistributionName,
        configured: Option<&str>,
    ) -> Result<Vec<TaggedVersion>, Refusal> {
        let references = self.references()?;
        let mut found: Vec<(Version, Manner, &str)> = references
            .tags()
            .filter_map(|tag| read(tag, name, configured).map(|(manner, version)| (version, manner, tag)))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then(a.2.cmp(b.2)));
        found.dedup_by(|next, kept| next.0 == kept.0);
        Ok(found
            .into_iter()
            .map(|(version, _, tag)| TaggedVersion { version, tag: tag.to_owned() })
            .collect())
    }

    /// The version that setuptools-scm, hatch-vcs and their like give to what is checked out, where that is one of the
    /// tags; the newest of several. `None` behind a tag, where it depends on the day and on changes not committed. For
    /// those no look is taken: that would cost a look at every file.
    pub fn described_version(&self, name: &DistributionName, configured: Option<&str>) -> Option<Version> {
        let head = self.head()?;
        let mut versions = self.versions(name, configured).ok()?;
        versions.reverse();
        let at_head = |tagged: &TaggedVersion| {
            self.commit_of(&format!("refs/tags/{}", tagged.tag)).is_ok_and(|commit| commit == head)
        };
        versions.into_iter().find(at_head).map(|tagged| tagged.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_versions() {
        let name = DistributionName::new("acme-shared").unwrap();
        for (tag, expected) in [
            ("v0.1.3", Some("0.1.3")),
            ("0.1.3", Some("0.1.3")),
            ("V1.0", Some("1.0")),
            ("acme-shared-0.1.3", Some("0.1.3")),
            ("acme-shared-v0.1.3", Some("0.1.3")),
            ("acme_shared/0.1.3", Some("0.1.3")),
            ("acme.shared/v0.1.3", Some("0.1.3")),
            ("acme-shared==0.1.3", Some("0.1.3")),
            ("Acme-Shared@V1.0rc1", Some("1.0rc1")),
            ("main", None),
            ("v1", None),
            ("1234567", None),
            ("0123456789012345678901234567890123456789", None),
            ("step-27.5.7-32", None),
            ("other-0.1.3", None),
            ("acme-shared-other-0.1.3", None),
            ("acme-shared0.1.3", None),
            ("acmeshared-0.1.3", None),
            ("acme-shared-", None),
            ("acme-", None),
            ("äcme-1.0", None),
            ("", None),
        ] {
            let found = tag_version(tag, &name, None).map(|version| version.to_string());
            assert_eq!(found.as_deref(), expected, "{tag}");
        }
    }

    #[test]
    fn a_configured_form_is_the_only_one() {
        let name = DistributionName::new("acme-shared").unwrap();
        for (form, tag, expected) in [
            ("release-{version}", "release-0.1.3", Some("0.1.3")),
            ("release-{version}", "release-7", Some("7")),
            ("release-{version}", "v0.1.3", None),
            ("release-{version}", "acme-shared-0.1.3", None),
            ("{version}-final", "1.0-final", Some("1.0")),
            ("{version}", "1234567", None),
            ("{version}-final", "7-final", Some("7")),
            ("{version}", "v1.2", Some("1.2")),
            ("no version", "1.2", None),
            ("a{version}a", "a", None),
        ] {
            let found = tag_version(tag, &name, Some(form)).map(|version| version.to_string());
            assert_eq!(found.as_deref(), expected, "{form} {tag}");
        }
    }
}
