//! What is kept of indexes in the cache: pages, for conditional requests and for times without the server, and files.
//!
//! Nothing here names an address: an entry's name is a hash of it, and addresses inside a page are relative to it, as the
//! index's own may hold a token. An address with a query is not kept at all, because such are often signed.

use std::io::Write;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use url::Url;

use super::digest::Digest;
use super::error::IndexError;
use super::page::{Hashes, RawPage};
use crate::vfs::read_regular;

/// Changed with the form of kept pages.
const FORM: &str = "crossloc page 1";
/// Larger pages are not kept by anybody.
const MAX_KEPT_BYTES: u64 = 256 * 1024 * 1024;

/// The part of the cache that belongs to indexes.
pub(super) struct Store {
    folder: Utf8PathBuf,
}

/// What a server said, and what to ask it with, whether that has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptPage {
    pub validators: Validators,
    /// `None` where it has no such distribution.
    pub page: Option<RawPage>,
}

/// What a server calls one state of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

impl Store {
    pub fn new(folder: Utf8PathBuf) -> Self {
        Self { folder }
    }

    /// The page that was last seen at an address.
    pub fn page(&self, url: &Url) -> Option<KeptPage> {
        let bytes = read_regular(&self.page_path(url), MAX_KEPT_BYTES).ok()?;
        let (form, checksum, body): (String, [u8; 32], Vec<u8>) = postcard::from_bytes(&bytes).ok()?;
        if form != FORM || *blake3::hash(&body).as_bytes() != checksum {
            return None;
        }
        let mut kept: KeptPage = postcard::from_bytes(&body).ok()?;
        for file in kept.page.iter_mut().flat_map(|page| &mut page.files) {
            file.url = url.join(&file.url).ok()?.to_string();
        }
        Some(kept)
    }

    /// Keeps a page. Where that fails, the next run asks again.
    pub fn keep_page(&self, url: &Url, mut kept: KeptPage) {
        for file in kept.page.iter_mut().flat_map(|page| &mut page.files) {
            let Ok(address) = Url::parse(&file.url) else { continue };
            let mut address = super::address::plain(address);
            if address.query().is_some() {
                // Without its query the address leads nowhere, so this page answers only for versions, while the server is
                // silent.
                address.set_query(None);
                kept.validators = Validators::default();
            }
            file.url = url.make_relative(&address).unwrap_or_else(|| address.to_string());
        }
        let Ok(body) = postcard::to_stdvec(&kept) else { return };
        let checksum = *blake3::hash(&body).as_bytes();
        let Ok(bytes) = postcard::to_stdvec(&(FORM, checksum, body)) else { return };
        let _ = write(&self.page_path(url), &bytes);
    }

    /// Where a file of this name and content lies, or is to lie. Without a hash its address stands for the content.
    pub fn file_path(&self, filename: &str, hashes: &Hashes, url: &Url) -> Utf8PathBuf {
        let key = match Digest::expected(hashes) {
            Some((_, value)) => blake3::hash(value.as_bytes()),
            None => blake3::hash(url.as_str().as_bytes()),
        };
        self.folder.join("downloads").join(short(&key)).join(filename)
    }

    fn page_path(&self, url: &Url) -> Utf8PathBuf {
        self.folder.join("pages").join(short(&blake3::hash(url.as_str().as_bytes())))
    }
}

fn short(hash: &blake3::Hash) -> String {
    hash.to_hex().chars().take(32).collect()
}

/// A new file beside `path`, to be renamed to it when it is whole.
pub(super) fn temporary(path: &Utf8Path) -> Result<tempfile::NamedTempFile, IndexError> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    tempfile::NamedTempFile::new_in(folder).map_err(unwritable)
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Utf8Path, bytes: &[u8]) -> Result<(), IndexError> {
    let mut file = temporary(path)?;
    file.write_all(bytes).map_err(unwritable)?;
    file.persist(path).map_err(|error| unwritable(error.error))?;
    Ok(())
}

pub(super) fn unwritable(error: std::io::Error) -> IndexError {
    IndexError::Cache { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::index::page::RawFile;

    #[test]
    fn a_page_comes_back_and_names_no_address() {
        let dir = tempfile::tempdir().unwrap();
        let kept = |validators: &Validators, page: &RawPage| KeptPage {
            validators: validators.clone(),
            page: Some(page.clone()),
        };
        let store = Store::new(Utf8PathBuf::from_path_buf(dir.path().to_owned()).unwrap());
        let url = Url::parse("https://host.example/TOKEN/simple/acme/").unwrap();
        let page = |addresses: &[&str]| RawPage {
            files: addresses
                .iter()
                .map(|url| RawFile { url: (*url).to_owned(), ..RawFile::default() })
                .collect(),
            versions: vec!["1".to_owned()],
        };
        let validators = Validators { etag: Some("\"x\"".to_owned()), last_modified: None };
        let plain = page(&["https://host.example/TOKEN/f/a.whl", "https://cdn.example/a.whl"]);
        store.keep_page(&url, kept(&validators, &plain));
        assert_eq!(store.page(&url), Some(kept(&validators, &plain)));
        assert_eq!(store.page(&Url::parse("https://host.example/simple/acme/").unwrap()), None);
        let signed = page(&["https://u:PASSWORD@cdn.example/a.whl?sig=SIGNATURE"]);
        store.keep_page(&url, kept(&validators, &signed));
        let bare = page(&["https://cdn.example/a.whl"]);
        assert_eq!(store.page(&url), Some(kept(&Validators::default(), &bare)));
        store.keep_page(&url, KeptPage::default());
        assert_eq!(store.page(&url), Some(KeptPage::default()));
        store.keep_page(&url, kept(&validators, &page(&["https://u:PASSWORD@host.example/TOKEN/a.whl"])));
        let bytes = std::fs::read(store.page_path(&url)).unwrap();
        for secret in ["TOKEN", "PASSWORD", "SIGNATURE"] {
            assert!(memchr::memmem::find(&bytes, secret.as_bytes()).is_none(), "{secret}");
        }
        std::fs::write(store.page_path(&url), &bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(store.page(&url), None, "half a page is none");
    }
}
