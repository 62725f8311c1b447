//! pip's cache of the wheels it built: `wheels/<2 digits>/<2>/<2>/<rest of a hash>/<wheel>`, beside each an `origin.json` that
//! says what it was built from.

use camino::{Utf8Path, Utf8PathBuf};
use pep440_rs::Version;
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::{Candidate, Shelf, entries};
use crate::manifest::DistributionName;
use crate::source::archive::{ArchiveKind, parse_filename};
use crate::vfs::read_regular_text;

/// An `origin.json` holds one address.
const MAX_ORIGIN_BYTES: u64 = 64 * 1024;

/// All wheels, by distribution. Nothing but a walk tells which there are.
pub(super) fn built(cache: &Utf8Path) -> FxHashMap<DistributionName, Vec<(Version, Candidate)>> {
    let mut found: FxHashMap<DistributionName, Vec<(Version, Candidate)>> = FxHashMap::default();
    let mut folders = vec![cache.join("wheels")];
    for _ in 0..4 {
        folders =
            folders.iter().flat_map(|dir| entries(dir).into_iter().map(|name| dir.join(name))).collect();
    }
    for folder in folders {
        for entry in entries(&folder) {
            let read = parse_filename(&entry).filter(|name| name.kind == ArchiveKind::Wheel);
            let Some(name) = read.filter(|_| !is_of_a_commit(&folder)) else { continue };
            let path: Utf8PathBuf = folder.join(&entry);
            let pure = name.is_pure();
            let candidate = Candidate { path, kind: ArchiveKind::Wheel, pure, shelf: Shelf::Pip };
            found.entry(name.distribution).or_default().push((name.version, candidate));
        }
    }
    found
}

/// A wheel built from a commit or a folder has the version of that tree, which need not be what was released as it.
fn is_of_a_commit(folder: &Utf8Path) -> bool {
    let text = read_regular_text(&folder.join("origin.json"), MAX_ORIGIN_BYTES).unwrap_or_default();
    let origin: Value = serde_json::from_str(&text).unwrap_or_default();
    origin.get("vcs_info").is_some() || origin.get("dir_info").is_some()
}
