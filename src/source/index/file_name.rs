//! Names of wheels and source distributions.

use pep440_rs::Version;

use super::page::FileKind;
use crate::manifest::{DistributionName, parse_version};

/// What a file of the distribution `name` is, by its name alone; `None` for another distribution's, for other forms
/// (eggs, installers), and for what is no plain file name.
pub(super) fn read(filename: &str, name: &DistributionName) -> Option<(FileKind, Version)> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '!' | '-');
    if !filename.chars().all(plain) {
        return None;
    }
    if let Some(stem) = filename.strip_suffix(".whl") {
        let parts: Vec<&str> = stem.split('-').collect();
        let (own, version, platform) = match parts.as_slice() {
            [own, version, _, abi, platform] | [own, version, _, _, abi, platform] => {
                (own, version, (*abi, *platform))
            }
            _ => return None,
        };
        let kind = if platform == ("none", "any") { FileKind::PureWheel } else { FileKind::Wheel };
        let is_own = DistributionName::new(own).as_ref() == Some(name);
        return Some((kind, parse_version(version).filter(|_| is_own)?));
    }
    let stem = filename.strip_suffix(".tar.gz").or_else(|| filename.strip_suffix(".zip"))?;
    // Older tools leave `-` in the name, so that the name decides where it ends.
    let version = stem.match_indices('-').find_map(|(at, _)| {
        let (own, version) = (stem.get(..at)?, stem.get(at + 1..)?);
        let is_own = DistributionName::new(own).as_ref() == Some(name);
        parse_version(version).filter(|_| is_own)
    })?;
    Some((FileKind::Sdist, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_for_their_distribution() {
        for (filename, expected) in [
            ("acme_shared-1.0-py3-none-any.whl", Some((FileKind::PureWheel, "1.0"))),
            ("Acme.Shared-1.0-2-py3-none-any.whl", Some((FileKind::PureWheel, "1.0"))),
            ("acme_shared-1.0+a.1-cp311-abi3-manylinux_2_17_x86_64.whl", Some((FileKind::Wheel, "1.0+a.1"))),
            ("acme-shared-1.0rc1.tar.gz", Some((FileKind::Sdist, "1.0rc1"))),
            ("acme_shared-1!2.0.post1.zip", Some((FileKind::Sdist, "1!2.0.post1"))),
            ("acme_shared-1.0-py3.whl", None),
            ("acme-1.0.tar.gz", None),
            ("acme_shared_more-1.0.tar.gz", None),
            ("acme_shared-latest.tar.gz", None),
            ("acme_shared-1.0.egg", None),
            ("acme_shared-1.0/../../x.tar.gz", None),
            ("acme_shared-1.0\\x.zip", None),
            ("", None),
        ] {
            let read = read(filename, &DistributionName::new("acme-shared").unwrap());
            let read = read.map(|(kind, version)| (kind, version.to_string()));
            assert_eq!(read, expected.map(|(kind, version)| (kind, version.to_owned())), "{filename}");
        }
    }
}
