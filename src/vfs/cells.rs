//! One revision of all files: cells that are filled once, shared between revisions, replaced by changes.

use std::any::Any;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::{Mutex, RwLock};
use rustc_hash::{FxHashMap, FxHasher};

use super::mounts::Mounted;
use super::{Disk, EntryKind, FileId, Listing, ReadError, SourceTree, Stamp, split};
use crate::text::{Document, LineIndex, TextChange};

/// An edit clones one shard, so that its cost does not grow with the workspace.
const SHARDS: usize = 256;

/// The decoded text of a file with its line index.
///
/// A byte-order mark is kept as a character of the text (U+FEFF), so that offsets stay those of the file;
/// invalid UTF-8 is replaced, as editors show it, and said in `lossy`.
#[derive(Debug)]
pub struct SourceText {
    /// The text.
    pub text: Arc<str>,
    /// Whether bytes that are no UTF-8 were replaced; ranges then fit the text, not the file.
    pub lossy: bool,
    lines: OnceLock<LineIndex>,
}

impl SourceText {
    /// Wraps a text.
    pub fn new(text: Arc<str>, lossy: bool) -> Self {
        Self { text, lossy, lines: OnceLock::new() }
    }

    fn decode(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(Arc::from(text), false),
            Err(error) => Self::new(Arc::from(String::from_utf8_lossy(error.as_bytes())), true),
        }
    }

    /// Where its lines begin; computed on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// What a derived value may be computed from: the text, and the value of the text before with the edits between.
pub struct Derivation<'a, T> {
    /// The text to derive from.
    pub source: &'a SourceText,
    /// The value derived from an earlier text of the same open document, and the edits since, in order.
    pub previous: Option<(Arc<T>, &'a [TextChange])>,
    /// Whether an editor holds this file, so that the value may keep what makes the next derivation cheap.
    pub open: bool,
}

type Derived = Arc<dyn Any + Send + Sync>;

#[derive(Default)]
struct Cell {
    text: OnceLock<Result<Arc<SourceText>, ReadError>>,
    derived: OnceLock<Derived>,
    stamp: OnceLock<Option<Stamp>>,
    /// Whether the bytes matter to a search, by which search.
    scan: OnceLock<(u64, bool)>,
    previous: Mutex<Option<(Derived, Vec<TextChange>)>>,
}

type Shard<K, V> = Arc<RwLock<FxHashMap<K, V>>>;

/// A revision: cheap to clone, consistent to read, shared between threads.
#[derive(Clone)]
pub struct Files {
    tree: Arc<Mounted>,
    cells: Vec<Shard<FileId, Arc<Cell>>>,
    /// Keyed by the folder's path as text, which hashes and compares faster than as a path.
    listings: Vec<Shard<Box<str>, Arc<Listing>>>,
    open: Arc<FxHashMap<FileId, Arc<Document>>>,
}

impl Default for Files {
    fn default() -> Self {
        Self::new(Arc::new(Disk))
    }
}

impl Files {
    /// A first revision over a tree; nothing is read yet.
    pub fn new(tree: Arc<dyn SourceTree>) -> Self {
        Self::over(Arc::new(Mounted::new(tree)))
    }

    fn over(tree: Arc<Mounted>) -> Self {
        let shards = || (0..SHARDS).map(|_| Arc::default()).collect();
        Self {
            tree,
            cells: shards(),
            listings: (0..SHARDS).map(|_| Arc::default()).collect(),
            open: Arc::default(),
        }
    }

    /// Makes a tree that never changes answer for the paths below `root`, in this revision and all that come of it. The
    /// first tree at a root stays.
    pub fn mount(&self, root: &Utf8Path, tree: Arc<dyn SourceTree>) {
        self.tree.add(root, tree);
    }

    /// The root of the mounted tree that a path is or lies in; none for what is on disk.
    pub fn mount_of(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        self.tree.root_of(path)
    }

    /// Why something of the mounted tree that a path is or lies in could not be read, in the user's words: what was not
    /// found in it may be there all the same.
    pub fn gap_around(&self, path: &Utf8Path) -> Option<String> {
        self.tree.gap_around(path)
    }

    /// A file's text, read on first use and the same ever after in this revision.
    pub fn text(&self, file: &FileId) -> Result<Arc<SourceText>, ReadError> {
        self.text_of(file, &self.cell(file))
    }

    /// A file's text, if its bytes are `wanted`; those of an unwanted file are let go at once, so that a scan over a
    /// whole workspace keeps only what it needs.
    pub fn text_if(&self, file: &FileId, wanted: impl FnOnce(&[u8]) -> bool) -> Option<Arc<SourceText>> {
        let cell = self.cell(file);
        if let Some(text) = cell.text.get() {
            return text.clone().ok().filter(|source| wanted(source.text.as_bytes()));
        }
        let bytes = self.tree.read(file.path()).ok()?;
        if !wanted(&bytes) {
            return None;
        }
        cell.text.get_or_init(|| Ok(Arc::new(SourceText::decode(bytes)))).clone().ok()
    }

    /// Whether a search called `search` wants a file for its bytes; asked once for each text.
    pub fn is_wanted(&self, file: &FileId, search: u64, wanted: impl FnOnce(&[u8]) -> bool) -> bool {
        let cell = self.cell(file);
        if let Some((_, known)) = cell.scan.get().filter(|(known, _)| *known == search) {
            return *known;
        }
        let wanted = self.text_if(file, wanted).is_some();
        let _ = cell.scan.set((search, wanted));
        wanted
    }

    /// Notes what another run found out: whether the search wants the file.
    pub fn set_wanted(&self, file: &FileId, search: u64, wanted: bool) {
        let _ = self.cell(file).scan.set((search, wanted));
    }

    /// What tells that a file is the one seen before: taken before the file is read. None for documents an editor
    /// holds, and for files that were read without it.
    pub fn stamp(&self, file: &FileId) -> Option<Stamp> {
        let cell = self.cell(file);
        let unread = cell.text.get().is_none();
        *cell.stamp.get_or_init(|| unread.then(|| self.tree.stamp(file.path())).flatten())
    }

    /// The value that `derive` makes of a file's text: made at most once for each text (and type) while the
    /// text stays. `None` where the file cannot be read.
    pub fn derived<T: Any + Send + Sync>(
        &self,
        file: &FileId,
        derive: impl FnOnce(Derivation<'_, T>) -> T,
    ) -> Option<Arc<T>> {
        let cell = self.cell(file);
        if let Some(value) = cell.derived.get() {
            return value.clone().downcast::<T>().ok();
        }
        let source = self.text_of(file, &cell).ok()?;
        let open = self.open.contains_key(file);
        let value = cell.derived.get_or_init(|| {
            let previous = cell.previous.lock().take();
            let known = previous
                .as_ref()
                .and_then(|(value, edits)| Some((value.clone().downcast::<T>().ok()?, edits.as_slice())));
            Arc::new(derive(Derivation { source: &source, previous: known, open }))
        });
        value.clone().downcast::<T>().ok()
    }

    /// The value of a file's text that an earlier run knows, instead of one derived: `known` answers only for the text
    /// that the file has. A value that is there already stays.
    pub fn restored<T: Any + Send + Sync>(
        &self,
        file: &FileId,
        known: impl FnOnce() -> Option<T>,
    ) -> Option<Arc<T>> {
        let cell = self.cell(file);
        if cell.derived.get().is_none() {
            let value = known()?;
            let _ = cell.derived.set(Arc::new(value));
        }
        cell.derived.get()?.clone().downcast::<T>().ok()
    }

    /// The names in a folder, listed on first use.
    pub fn list(&self, dir: &Utf8Path) -> Arc<Listing> {
        let Some(shard) = self.listings.get(shard_of(dir)) else { return Arc::default() };
        if let Some(listing) = shard.read().get(dir.as_str()) {
            return listing.clone();
        }
        let listing = Arc::new(self.tree.list(dir));
        shard.write().entry(Box::from(dir.as_str())).or_insert(listing).clone()
    }

    /// What a path leads to, as its folder's listing says; open documents that are not on disk count as files.
    pub fn kind(&self, path: &Utf8Path) -> Option<EntryKind> {
        let Some((dir, name)) = split(path) else {
            return path.parent().is_none().then_some(EntryKind::Dir);
        };
        self.list(dir).kind(name).or_else(|| self.tree.kind_of_root(path)).or_else(|| {
            let open = !self.open.is_empty() && self.open.contains_key(&FileId::new(path));
            open.then_some(EntryKind::File)
        })
    }

    /// Whether a path is a regular file.
    pub fn is_file(&self, path: &Utf8Path) -> bool {
        self.kind(path) == Some(EntryKind::File)
    }

    /// Whether a path is a folder.
    pub fn is_dir(&self, path: &Utf8Path) -> bool {
        self.kind(path) == Some(EntryKind::Dir)
    }

    /// A path without symbolic links; the path itself where nothing is there.
    pub fn real_path(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.tree.real_path(path).unwrap_or_else(|| path.to_owned())
    }

    /// The documents an editor holds.
    pub fn open_documents(&self) -> impl Iterator<Item = (&FileId, &Document)> {
        self.open.iter().map(|(file, document)| (file, &**document))
    }

    /// The open document of a file.
    pub fn open_document(&self, file: &FileId) -> Option<&Document> {
        self.open.get(file).map(|document| &**document)
    }

    /// The revision in which an editor holds `file` with this text; `edits` tells how it came from the text of
    /// this revision, where that is known.
    pub fn with_document(&self, file: &FileId, document: Document, edits: Vec<TextChange>) -> Self {
        let mut next = self.clone();
        let cell = Cell::default();
        if !edits.is_empty() && self.open.contains_key(file) {
            *cell.previous.lock() = self.carried(file, edits);
        }
        let _ = cell.text.set(Ok(Arc::new(SourceText::new(document.text(), false))));
        next.put(file, Some(Arc::new(cell)));
        Arc::make_mut(&mut next.open).insert(file.clone(), Arc::new(document));
        next
    }

    /// The revision in which the editor has let go of `file`: the disk speaks for it again.
    pub fn without_document(&self, file: &FileId) -> Self {
        let mut next = self.with_changed(std::iter::once(file.path()));
        Arc::make_mut(&mut next.open).remove(file);
        next.put(file, None);
        next
    }

    /// The revision in which these paths changed on disk (made, edited or gone): their contents, the listings of
    /// their folders and their own listings are read anew. Documents an editor holds keep the editor's text.
    pub fn with_changed<'p>(&self, paths: impl Iterator<Item = &'p Utf8Path>) -> Self {
        let mut next = self.clone();
        for path in paths {
            let file = FileId::new(path);
            if !self.open.contains_key(&file) {
                next.put(&file, None);
            }
            next.forget_listing(path);
            if let Some(dir) = path.parent() {
                next.forget_listing(dir);
            }
        }
        next
    }

    /// The revision in which anything may have changed on disk: only the documents an editor holds are known.
    pub fn with_everything_changed(&self) -> Self {
        let fresh = Self::over(self.tree.clone());
        self.open.iter().fold(fresh, |files, (file, document)| {
            files.with_document(file, Document::clone(document), Vec::new())
        })
    }

    /// The earlier derived value of an open file, with the edits since it was made.
    fn carried(&self, file: &FileId, edits: Vec<TextChange>) -> Option<(Derived, Vec<TextChange>)> {
        let cell = self.cell(file);
        if let Some(value) = cell.derived.get() {
            return Some((value.clone(), edits));
        }
        let (value, mut before) = cell.previous.lock().clone()?;
        before.extend(edits);
        Some((value, before))
    }

    fn text_of(&self, file: &FileId, cell: &Cell) -> Result<Arc<SourceText>, ReadError> {
        cell.text
            .get_or_init(|| self.tree.read(file.path()).map(|bytes| Arc::new(SourceText::decode(bytes))))
            .clone()
    }

    fn cell(&self, file: &FileId) -> Arc<Cell> {
        let Some(shard) = self.cells.get(shard_of(file.path())) else { return Arc::default() };
        if let Some(cell) = shard.read().get(file) {
            return cell.clone();
        }
        shard.write().entry(file.clone()).or_default().clone()
    }

    /// Replaces one cell in this revision alone: the shard is copied, never edited in place.
    fn put(&mut self, file: &FileId, cell: Option<Arc<Cell>>) {
        let Some(shard) = self.cells.get_mut(shard_of(file.path())) else { return };
        let mut copy = shard.read().clone();
        match cell {
            Some(cell) => copy.insert(file.clone(), cell),
            None => copy.remove(file),
        };
        *shard = Arc::new(RwLock::new(copy));
    }

    fn forget_listing(&mut self, dir: &Utf8Path) {
        let Some(shard) = self.listings.get_mut(shard_of(dir)) else { return };
        if shard.read().contains_key(dir.as_str()) {
            let mut copy = shard.read().clone();
            copy.remove(dir.as_str());
            *shard = Arc::new(RwLock::new(copy));
        }
    }
}

fn shard_of(path: &Utf8Path) -> usize {
    let hash = BuildHasherDefault::<FxHasher>::default().hash_one(path.as_str());
    usize::try_from(hash % SHARDS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_keeps_what_it_read_and_the_next_one_reads_anew() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        let path = root.join("a.py");
        std::fs::write(&path, "x = 1\n").unwrap();
        let file = FileId::new(&path);
        let first = Files::default();
        assert_eq!(&*first.text(&file).unwrap().text, "x = 1\n");
        std::fs::write(&path, "x = 2\n").unwrap();
        std::fs::write(root.join("b.py"), "").unwrap();
        assert_eq!(&*first.text(&file).unwrap().text, "x = 1\n");
        let second = first.with_changed([path.as_path(), &root.join("b.py")].into_iter());
        assert_eq!(&*second.text(&file).unwrap().text, "x = 2\n");
        assert!(second.is_file(&root.join("b.py")));
        assert_eq!(&*first.text(&file).unwrap().text, "x = 1\n");
    }

    #[test]
    fn a_derivation_sees_the_value_before_and_all_edits_since() {
        let file = FileId::new(Utf8Path::new("/nowhere/a.py"));
        let files = Files::default().with_document(&file, Document::new("ab", 1), Vec::new());
        let count = |files: &Files| {
            files.derived::<usize>(&file, |d| d.previous.map_or(0, |(_, edits)| edits.len())).unwrap()
        };
        assert_eq!(*count(&files), 0);
        let mut files = files;
        for version in 2..5 {
            let mut document = files.open_document(&file).unwrap().clone();
            let edit = document.replace_all(&"c".repeat(version));
            document.version = i32::try_from(version).unwrap();
            files = files.with_document(&file, document, vec![edit]);
        }
        assert_eq!(*count(&files), 3);
        assert_eq!(&*files.text(&file).unwrap().text, "cccc");
        assert!(files.without_document(&file).text(&file).is_err());
    }
}
