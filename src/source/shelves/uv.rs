//! uv's cache, as uv 0.1 to 0.13 write it.
//!
//! ```text
//! wheels-v8/{pypi | index/<hash> | url/<hash>}/<name>/<version>-<tags>    a link to archive-v0/<id>
//! sdists-v11/{pypi | index/<hash>}/<name>/<version>/<revision>/           what was built here: the wheel, a link named
//!                                                                         as the wheel, and the unpacked source in src/
//! ```
//! On Windows, and where links cannot be made, a link is a file with the text `archive-v0/<id>`. Wheels built from paths
//! and git commits say nothing of a release and are left out.

use camino::{Utf8Path, Utf8PathBuf};
use pep440_rs::Version;

use super::{Candidate, Shelf, entries};
use crate::manifest::{DistributionName, parse_version};
use crate::source::archive::{ArchiveKind, is_pure, parse_filename};
use crate::vfs::read_regular_text;

/// What lies beside a link and says how it came there.
const RECORDS: [&str; 4] = [".http", ".lock", ".msgpack", ".rev"];

/// The text that stands for a link is `archive-v0/<id>`.
const MAX_LINK_BYTES: u64 = 100;

/// Everything of a distribution in the cache.
pub(super) fn candidates(cache: &Utf8Path, name: &DistributionName) -> Vec<(Version, Candidate)> {
    let mut found = Vec::new();
    for bucket in entries(cache) {
        let dir = cache.join(&bucket);
        if bucket.starts_with("wheels-v") {
            for (folder, shelf) in indexes(&dir, &["index", "url"]) {
                found.extend(wheels(cache, &folder.join(name.as_str()), shelf));
            }
        } else if bucket.starts_with("sdists-v") || bucket.starts_with("built-wheels-v") {
            for (folder, shelf) in indexes(&dir, &["index"]) {
                found.extend(built(cache, &folder.join(name.as_str()), name, shelf));
            }
        }
    }
    found
}

/// The folders of a bucket that hold one folder for each distribution.
fn indexes(bucket: &Utf8Path, kinds: &[&str]) -> Vec<(Utf8PathBuf, Shelf)> {
    let mut folders = vec![(bucket.join("pypi"), Shelf::UvPublic)];
    for kind in kinds {
        let shelf = if *kind == "url" { Shelf::UvUrl } else { Shelf::UvIndex };
        let dir = bucket.join(kind);
        folders.extend(entries(&dir).into_iter().map(|index| (dir.join(index), shelf)));
    }
    folders
}

/// `0.1.3-py3-none-any`, or a hash where the tags are long.
fn wheels(cache: &Utf8Path, folder: &Utf8Path, shelf: Shelf) -> Vec<(Version, Candidate)> {
    let names = entries(folder).into_iter();
    names
        .filter_map(|entry| {
            if RECORDS.iter().any(|suffix| entry.ends_with(suffix)) {
                return None;
            }
            let (version, tags) = entry.split_once('-')?;
            let version = parse_version(version)?;
            let path = unpacked(cache, &folder.join(&entry))?;
            Some((version, Candidate { path, kind: ArchiveKind::Wheel, pure: is_pure(tags), shelf }))
        })
        .collect()
}

/// What was built from the source distributions of an index.
fn built(
    cache: &Utf8Path,
    folder: &Utf8Path,
    name: &DistributionName,
    shelf: Shelf,
) -> Vec<(Version, Candidate)> {
    let mut found = Vec::new();
    for version in entries(folder) {
        let Some(parsed) = parse_version(&version) else { continue };
        let revisions = folder.join(&version);
        for revision in entries(&revisions) {
            let dir = revisions.join(revision);
            for entry in entries(&dir) {
                let wheel = parse_filename(&entry).or_else(|| parse_filename(&format!("{entry}.whl")));
                let path = dir.join(&entry);
                if let Some(wheel) =
                    wheel.filter(|wheel| wheel.distribution == *name && wheel.version == parsed)
                {
                    let path = if path.as_str().ends_with(".whl") {
                        path.is_file().then_some(path)
                    } else {
                        unpacked(cache, &path)
                    };
                    let pure = wheel.is_pure();
                    let kind = ArchiveKind::Wheel;
                    found.extend(path.map(|path| (parsed.clone(), Candidate { path, kind, pure, shelf })));
                } else if entry == "src" && path.is_dir() {
                    let kind = ArchiveKind::Sdist;
                    found.push((parsed.clone(), Candidate { path, kind, pure: false, shelf }));
                }
            }
        }
    }
    found
}

/// The unpacked wheel that a link of either kind leads to, which must be one of this cache's own.
fn unpacked(cache: &Utf8Path, link: &Utf8Path) -> Option<Utf8PathBuf> {
    let metadata = link.symlink_metadata().ok()?;
    let target = if metadata.is_file() {
        let text = read_regular_text(link, MAX_LINK_BYTES)?;
        let (bucket, id) = text.trim().split_once('/')?;
        if !bucket.starts_with("archive-v") || id.contains(['/', '\\']) || id.starts_with('.') {
            return None;
        }
        cache.join(bucket).join(id)
    } else {
        link.to_owned()
    };
    let real = target.canonicalize_utf8().ok().filter(|real| real.is_dir())?;
    let inside = real.strip_prefix(cache.canonicalize_utf8().ok()?).ok()?;
    inside.as_str().starts_with("archive-v").then_some(real)
}
