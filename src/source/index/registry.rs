//! What is asked of indexes, and what is remembered of their answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::Mutex;
use pep440_rs::Version;
use rustc_hash::FxHashMap;
use url::Url;

use super::address::{Index, Indexes, is_private};
use super::client::{Answer, Body, Client, Request, Wanted};
use super::credentials::Keys;
use super::digest::Digest;
use super::error::{IndexError, host};
use super::page::{File, FileKind, Hashes, IndexedVersion, Page};
use super::registry_config::RegistryConfig;
use super::store::{self, KeptPage, Store};
use super::{html, json};
use crate::manifest::{self, DistributionName, ManifestKind, parse_version};
use crate::source::archive::ArchiveTree;
use crate::vfs::{SourceTree, read_regular};

/// How long a page is believed without asking again: PyPI's own pages say as much.
const FRESH: Duration = Duration::from_secs(600);

/// How long a failure is believed.
const FAILED: Duration = Duration::from_secs(60);

/// The indexes as the user allows them to be asked. One object serves a whole process, from any thread. Where nothing is
/// allowed, it answers from what earlier runs kept of the same index.
pub struct Registry {
    enabled: bool,
    client: Client,
    keys: Keys,
    store: Store,
    pages: Mutex<FxHashMap<(Index, DistributionName), PageCell>>,
    /// Archives that were fetched and looked into, by address.
    archives: Mutex<FxHashMap<Url, Cell<Utf8PathBuf>>>,
}

/// An answer, locked while it is asked for.
type Cell<T> = Arc<Mutex<Option<Remembered<T>>>>;

type PageCell = Cell<Arc<Page>>;

struct Remembered<T> {
    when: Instant,
    answer: Result<T, IndexError>,
}

impl<T> Remembered<T> {
    fn is_fresh(&self) -> bool {
        self.when.elapsed() < if self.answer.is_ok() { FRESH } else { FAILED }
    }
}

impl Registry {
    /// Asks as `config` allows, and keeps what it gets below `cache` (`cache/pages`, `cache/downloads`).
    pub fn new(config: RegistryConfig, cache: Utf8PathBuf) -> Self {
        Self {
            enabled: config.enabled,
            client: Client::new(&config),
            keys: Keys::new(config),
            store: Store::new(cache),
            pages: Mutex::default(),
            archives: Mutex::default(),
        }
    }

    /// The versions that the first index has which knows the name, ascending. A later one is never asked then, and
    /// neither where an earlier one fails: it could offer a stranger's distribution of the same name.
    pub fn versions(
        &self,
        indexes: &Indexes,
        name: &DistributionName,
    ) -> Result<Vec<IndexedVersion>, IndexError> {
        self.first(indexes, name).map(|page| page.by_version())
    }

    /// The archive of a version: a wheel where there is one, else an sdist. The file lies in the cache, under its own
    /// name; it has the hash that the index gives, can be opened, and is of this distribution and version.
    pub fn fetch(
        &self,
        indexes: &Indexes,
        name: &DistributionName,
        version: &Version,
    ) -> Result<Utf8PathBuf, IndexError> {
        let versions = self.versions(indexes, name)?;
        let found = versions.into_iter().find(|indexed| indexed.version == *version);
        let Some(file) = found.and_then(|indexed| indexed.files.into_iter().next()) else {
            return Err(IndexError::NoVersion { name: name.to_string(), version: version.to_string() });
        };
        // However many projects are pinned to it, it is fetched and hashed once.
        let cell = self.archives.lock().entry(file.url.clone()).or_default().clone();
        let mut remembered = cell.lock();
        if let Some(known) = remembered.as_ref().filter(|known| known.is_fresh())
            && known.answer.as_ref().map_or(true, |path| path.is_file())
        {
            return known.answer.clone();
        }
        let answer = self.download(&file).and_then(|path| look_into(&file, &path).map(|()| path));
        let lasting = !answer.as_ref().is_err_and(IndexError::is_silence);
        *remembered = lasting.then(|| Remembered { when: Instant::now(), answer: answer.clone() });
        answer
    }

    /// What one index says of a distribution. Asked once in ten minutes, by one thread at a time.
    pub fn page(&self, index: &Index, name: &DistributionName) -> Result<Arc<Page>, IndexError> {
        let cell = self.pages.lock().entry((index.clone(), name.clone())).or_default().clone();
        let mut remembered = cell.lock();
        if let Some(known) = remembered.as_ref().filter(|known| known.is_fresh()) {
            return known.answer.clone();
        }
        let answer = self.ask_page(index, name).map(Arc::new);
        // Silence passes, and the client itself remembers it for a while.
        let lasting = !answer.as_ref().map_or_else(IndexError::is_silence, |page| page.stale);
        *remembered = lasting.then(|| Remembered { when: Instant::now(), answer: answer.clone() });
        answer
    }

    /// The metadata that the index serves beside a file (PEP 658), verified. An error where there are none.
    pub fn metadata(&self, file: &File) -> Result<String, IndexError> {
        let filename = format!("{}.metadata", file.filename);
        let absent = || IndexError::NoFile { host: host(&file.url), file: filename.clone() };
        let hashes = file.core_metadata.as_ref().ok_or_else(absent)?;
        let mut url = file.url.clone();
        url.set_path(&format!("{}.metadata", url.path()));
        let limits = self.client.limits();
        let size = (limits.page, limits.page_bytes);
        let path = self.get(file, &url, &filename, hashes, size)?;
        let text = read_regular(&path, limits.page_bytes);
        let text = text.map_err(|error| IndexError::Cache { reason: error.to_string() })?;
        let text = String::from_utf8_lossy(&text).into_owned();
        agree(file, &text)?;
        Ok(text)
    }

    /// The file, in the cache, verified.
    pub fn download(&self, file: &File) -> Result<Utf8PathBuf, IndexError> {
        let limits = self.client.limits();
        if file.size.is_some_and(|size| size > limits.file_bytes) {
            return Err(IndexError::TooLarge { host: host(&file.url), limit: limits.file_bytes });
        }
        self.get(file, &file.url, &file.filename, &file.hashes, (limits.download, limits.file_bytes))
    }

    fn first(&self, indexes: &Indexes, name: &DistributionName) -> Result<Arc<Page>, IndexError> {
        for index in indexes.ordered() {
            match self.page(index, name) {
                Err(IndexError::NoDistribution { .. }) => {}
                answer => return answer,
            }
        }
        Err(IndexError::NoDistribution { name: name.to_string() })
    }

    fn ask_page(&self, index: &Index, name: &DistributionName) -> Result<Page, IndexError> {
        let url = index.page_url(name)?;
        let kept = self.store.page(&url);
        let answer =
            if self.enabled { self.send_for_page(index, &url, kept.as_ref()) } else { Err(IndexError::Off) };
        let (said, stale) = match (answer, kept) {
            (Ok(Answer::Body(body)), _) => {
                let read = read(*body, name)?;
                self.store.keep_page(&url, read.clone());
                (read, false)
            }
            (Ok(Answer::Absent), _) => {
                self.store.keep_page(&url, KeptPage::default());
                (KeptPage::default(), false)
            }
            (Ok(Answer::Unchanged), Some(kept)) => (kept, false),
            (Ok(Answer::Unchanged), None) => {
                return Err(IndexError::Failed { host: host(&url), status: 304 });
            }
            (Err(error), Some(kept)) if error.is_silence() || error == IndexError::Off => (kept, true),
            (Err(error), _) => return Err(error),
        };
        let page = said.page.ok_or_else(|| IndexError::NoDistribution { name: name.to_string() })?;
        Ok(Page::new(&page, &Arc::new(index.clone()), name, stale))
    }

    fn send_for_page(&self, index: &Index, url: &Url, kept: Option<&KeptPage>) -> Result<Answer, IndexError> {
        let limits = self.client.limits();
        self.client.ask(&Request {
            url: url.clone(),
            wanted: Wanted::Page,
            known: kept.map(|kept| &kept.validators),
            index: index.url()?,
            credentials: self.keys.of(index).as_ref(),
            patience: limits.page,
            limit: limits.page_bytes,
        })
    }

    /// A file that the index lists, from the cache or from the server.
    ///
    /// What has no hash that counts is taken only by https or from this machine, as nothing else would vouch for it; and
    /// then it is taken anew each time, as nothing says whether it is still the same.
    fn get(
        &self,
        file: &File,
        url: &Url,
        filename: &str,
        hashes: &Hashes,
        (patience, limit): (Duration, u64),
    ) -> Result<Utf8PathBuf, IndexError> {
        let path = self.store.file_path(filename, hashes, url);
        if is_sound(&path, filename, hashes, limit) {
            return Ok(path);
        }
        if !self.enabled {
            return Err(IndexError::Off);
        }
        let mut digest = Digest::expected(hashes);
        if digest.is_none() && !is_private(url) {
            return Err(IndexError::Unverified { file: filename.to_owned() });
        }
        let credentials = self.keys.of(&file.index);
        let answer = self.client.ask(&Request {
            url: url.clone(),
            wanted: Wanted::File,
            known: None,
            index: file.index.url()?,
            credentials: credentials.as_ref(),
            patience,
            limit,
        })?;
        let Answer::Body(body) = answer else {
            return Err(IndexError::NoFile { host: host(url), file: filename.to_owned() });
        };
        if digest.is_none() && !is_private(&body.url) {
            return Err(IndexError::Unverified { file: filename.to_owned() });
        }
        let mut target = store::temporary(&path)?;
        body.pieces(|piece| {
            if let Some((digest, _)) = &mut digest {
                digest.update(piece);
            }
            std::io::Write::write_all(&mut target, piece).map_err(store::unwritable)
        })?;
        if let Some((digest, expected)) = digest {
            digest.verify(filename, expected)?;
        }
        target.persist(&path).map_err(|error| store::unwritable(error.error))?;
        Ok(path)
    }
}

/// Whether a file of the cache has the hash that it should have.
fn is_sound(path: &Utf8Path, filename: &str, hashes: &Hashes, limit: u64) -> bool {
    let Some((mut digest, expected)) = Digest::expected(hashes) else { return false };
    let Ok(bytes) = read_regular(path, limit) else { return false };
    digest.update(&bytes);
    digest.verify(filename, expected).is_ok()
}

/// Reads a page by the type that the server gives it.
fn read(body: Body, name: &DistributionName) -> Result<KeptPage, IndexError> {
    let (url, validators) = (body.url.clone(), body.validators.clone());
    let host = host(&url);
    let no_page = |reason| IndexError::NoIndexPage { host: host.clone(), reason };
    let is_json = match body.media_type.as_str() {
        "application/vnd.pypi.simple.v1+json" | "application/json" => true,
        "application/vnd.pypi.simple.v1+html" | "text/html" | "application/xhtml+xml" => false,
        "" => return Err(no_page("it has no type".to_owned())),
        other => {
            let shown: String = other.chars().filter(|c| !c.is_control()).take(60).collect();
            return Err(no_page(format!("it is `{shown}`")));
        }
    };
    let text = body.text()?;
    let page = if is_json { json::read(&text, &url, name) } else { html::read(&text, &url) };
    Ok(KeptPage { validators, page: Some(page.map_err(no_page)?) })
}

/// Whether an archive can be read and is what its name says.
fn look_into(file: &File, path: &Utf8Path) -> Result<(), IndexError> {
    let refused = |reason: String| IndexError::Archive { file: file.filename.clone(), reason };
    let archive = ArchiveTree::open(path).map_err(|error| refused(error.reason))?;
    let metadata = match file.kind {
        FileKind::Sdist => Utf8PathBuf::from("PKG-INFO"),
        FileKind::PureWheel | FileKind::Wheel => {
            let root = archive.list(Utf8Path::new(""));
            let folder = root.dirs().find(|folder| folder.ends_with(".dist-info")).unwrap_or_default();
            Utf8Path::new(folder).join("METADATA")
        }
    };
    let text = archive.read(&metadata).map_err(|_| refused("it has no metadata".to_owned()))?;
    agree(file, &String::from_utf8_lossy(&text))
}

/// Whether metadata are about the file that they belong to.
fn agree(file: &File, metadata: &str) -> Result<(), IndexError> {
    let contradicts =
        |reason: &str| IndexError::Contradicts { file: file.filename.clone(), reason: reason.to_owned() };
    let metadata = manifest::read(ManifestKind::CoreMetadata, metadata);
    if metadata.name.and_then(|name| DistributionName::new(&name.value)).as_ref() != Some(&file.distribution)
    {
        return Err(contradicts("its metadata have another name"));
    }
    match metadata.version {
        manifest::Version::Static(version)
            if parse_version(&version.value).as_ref() == Some(&file.version) =>
        {
            Ok(())
        }
        _ => Err(contradicts("its metadata have another version")),
    }
}
