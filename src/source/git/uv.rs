//! The copies of git repositories that uv keeps in its cache: `git-v2/db/<hash>`, one for each URL, with all it has ever
//! fetched of it.

use camino::{Utf8Path, Utf8PathBuf};

use super::places::{Places, text};
use super::{config, same_remote};
use crate::vfs::{Disk, Listing, SourceTree, Stamp};

/// Copies looked at.
const MAXIMUM_COPIES: usize = 2000;

/// The folder of uv's copy of a repository, to be opened by [`Repository::open`](super::Repository::open); of several
/// (for other spellings of the URL) the one fetched last. `uv_cache` is the folder that `uv cache dir` names.
///
/// The hash in a copy's path is uv's own, so the URL is read from where git wrote it: `FETCH_HEAD`, or a remote.
pub fn uv_checkout(uv_cache: &Utf8Path, url: &str) -> Option<Utf8PathBuf> {
    let caches = Disk.list(uv_cache);
    let versions = caches.dirs().filter(|name| name.starts_with("git-v"));
    let databases = versions.map(|version| uv_cache.join(version).join("db"));
    let copies = databases.flat_map(|folder| {
        let listing: Listing = Disk.list(&folder);
        let dirs: Vec<_> = listing.dirs().map(|name| folder.join(name)).collect();
        dirs
    });
    let of_url = copies.take(MAXIMUM_COPIES).filter_map(|copy| {
        let places = Places::of(&copy).ok()?;
        let fetched = places.own.join("FETCH_HEAD");
        let urls = text(&fetched).map(|text| fetched_urls(&text)).unwrap_or_default();
        let known = urls.iter().chain(&config::remotes(&places)).any(|known| same_remote(known, url));
        known.then(|| (Disk.stamp(&fetched).map(Stamp::latest), copy))
    });
    of_url.max().map(|(_, copy)| copy)
}

/// Reads lines of `<hash>\t[not-for-merge]\t<what> of <url>`, or the URL alone for the remote's HEAD.
fn fetched_urls(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some(said) = line.splitn(3, '\t').nth(2) else { continue };
        let url = said.split_once("' of ").map_or(said, |(_, url)| url);
        if found.last().is_none_or(|last| last != url) {
            found.push(url.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_from_what_was_fetched() {
        let text = "5f0\t\ttag 'v0.1.0' of file:///a/shared\n5f0\tnot-for-merge\ttag 'x' of file:///a/shared\n\
                    5f0\t\thttps://host/a of b\n5f0\t\t'5f0' of https://host/c\nnonsense\n5f0\t\n";
        assert_eq!(fetched_urls(text), ["file:///a/shared", "https://host/a of b", "https://host/c"]);
    }
}
