//! One revision of all files: cells that are filled once, shared between revisions, replaced by changes.

use std::any::TypeId;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::RwLock;
use rustc_hash::{FxHashMap, FxHasher};

use super::cell::{Cell, Derivation, Held, Part, Value, content_hash};
use super::history::History;
use super::mounts::Mounted;
use super::retention::Retention;
use super::{Disk, EntryKind, FileId, Listing, ReadError, Reads, Seen, SourceText, SourceTree, Stamp, split};
use crate::text::{Document, TextChange};

/// An edit clones one shard, so that its cost does not grow with the workspace.
const SHARDS: usize = 256;

/// About how many bytes of texts and values are held for closed files.
const RETAINED: usize = 16 * 1024 * 1024;

type Shard<K, V> = Arc<RwLock<FxHashMap<K, V>>>;

/// A revision: cheap to clone, consistent to read, shared between threads.
#[derive(Clone)]
pub struct Files {
    tree: Arc<Mounted>,
    cells: Arc<Vec<Shard<FileId, Arc<Cell>>>>,
    /// Keyed by the folder's path as text, which hashes and compares faster than as a path.
    listings: Arc<Vec<Shard<Box<str>, Arc<Listing>>>>,
    open: Arc<FxHashMap<FileId, Arc<Document>>>,
    history: History,
    retention: Arc<Retention>,
    observer: Option<Arc<Reads>>,
}

impl Default for Files {
    fn default() -> Self {
        Self::new(Arc::new(Disk))
    }
}

impl Files {
    /// A first revision over a tree; nothing is read yet.
    pub fn new(tree: Arc<dyn SourceTree>) -> Self {
        Self::over(Arc::new(Mounted::new(tree)), Arc::new(Retention::new(RETAINED)))
    }

    fn over(tree: Arc<Mounted>, retention: Arc<Retention>) -> Self {
        Self {
            tree,
            cells: Arc::new((0..SHARDS).map(|_| Arc::default()).collect()),
            listings: Arc::new((0..SHARDS).map(|_| Arc::default()).collect()),
            open: Arc::default(),
            history: History::default(),
            retention,
            observer: None,
        }
    }

    /// The same revision, for one who wants to know what is read of it.
    pub fn observed(&self, observer: Arc<Reads>) -> Self {
        Self { observer: Some(observer), ..self.clone() }
    }

    /// Tells the observer what is seen of a file.
    pub fn note(&self, file: &FileId, seen: Seen) {
        if let Some(observer) = &self.observer {
            observer.note(file, seen);
        }
    }

    /// The number of this revision; no other one has it.
    pub fn revision(&self) -> u64 {
        self.history.revision()
    }

    /// The files whose texts may be others than in the revision of this number, sorted; none where that is not known, so
    /// that all may be.
    pub fn changed_since(&self, revision: u64) -> Option<Vec<FileId>> {
        self.history.changed_since(revision)
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

    /// A file's text, read on first use and the same ever after in this revision. That of a closed file is let go while
    /// nobody holds it, and read again; where the disk has another one by then, it is gone.
    pub fn text(&self, file: &FileId) -> Result<Arc<SourceText>, ReadError> {
        self.note(file, Seen::Text);
        self.text_of(file, &self.cell(file))
    }

    /// A file's text, if its bytes are `wanted`; those of an unwanted file are let go at once, so that a scan over a
    /// whole workspace keeps only what it needs.
    pub fn text_if(&self, file: &FileId, wanted: impl FnOnce(&[u8]) -> bool) -> Option<Arc<SourceText>> {
        self.note(file, Seen::Text);
        let cell = self.cell(file);
        let known = cell.text.lock().held.get();
        if let Some(source) = known {
            return Some(source).filter(|source| wanted(source.text.as_bytes()));
        }
        let bytes = self.tree.read(file.path()).ok()?;
        if !wanted(&bytes) {
            return None;
        }
        self.take_in(file, &cell, Ok(bytes)).ok()
    }

    /// Whether a search called `search` wants a file for its bytes; asked once for each text.
    pub fn is_wanted(&self, file: &FileId, search: u64, wanted: impl FnOnce(&[u8]) -> bool) -> bool {
        self.note(file, Seen::Text);
        let cell = self.cell(file);
        if let Some(known) = cell.scanned(search) {
            return known;
        }
        let wanted = self.text_if(file, wanted).is_some();
        cell.note_scan(search, wanted);
        wanted
    }

    /// Notes what another run found out: whether the search wants the file.
    pub fn set_wanted(&self, file: &FileId, search: u64, wanted: bool) {
        let cell = self.cell(file);
        if cell.scanned(search).is_none() {
            cell.note_scan(search, wanted);
        }
    }

    /// Lets go of a closed file's text and values, which nobody is likely to ask for again.
    pub fn release(&self, file: &FileId) {
        self.retention.release(&self.cell(file));
    }

    /// What tells that a file is the one seen before: taken before the file is read. None for documents an editor
    /// holds, and for files that were read without it.
    pub fn stamp(&self, file: &FileId) -> Option<Stamp> {
        let cell = self.cell(file);
        let unread = {
            let text = cell.text.lock();
            text.hash.is_none() && text.failed.is_none() && matches!(text.held, Held::Nothing)
        };
        *cell.stamp.get_or_init(|| unread.then(|| self.tree.stamp(file.path())).flatten())
    }

    /// The value that `derive` makes of a file's text: made at most once for each text (and type) while the
    /// text stays, those aside that are let go. `None` where the file cannot be read.
    pub fn derived<T: Value>(
        &self,
        file: &FileId,
        derive: impl FnOnce(Derivation<'_, T>) -> T,
    ) -> Option<Arc<T>> {
        let cell = self.cell(file);
        let open = self.open.contains_key(file);
        let slot = cell.slot::<T>();
        let mut held = slot.value.lock();
        if let Some(value) = held.get() {
            slot.asked.store(true, Ordering::Relaxed);
            return value.downcast::<T>().ok();
        }
        let source = self.text_of(file, &cell).ok()?;
        let previous = cell.take_previous::<T>();
        let previous = previous.as_ref().map(|(value, edits)| (value.clone(), edits.as_slice()));
        let value = Arc::new(derive(Derivation { source: &source, previous, open }));
        *held = Held::Kept(value.clone());
        drop(held);
        self.hold::<T>(&cell, open, source.text.len());
        Some(value)
    }

    /// The value of a file's text that an earlier run knows, instead of one derived: `known` answers only for the text
    /// that the file has, of this many bytes. A value that is there already stays.
    pub fn restored<T: Value>(
        &self,
        file: &FileId,
        length: usize,
        known: impl FnOnce() -> Option<T>,
    ) -> Option<Arc<T>> {
        let cell = self.cell(file);
        let slot = cell.slot::<T>();
        let mut held = slot.value.lock();
        if let Some(value) = held.get() {
            slot.asked.store(true, Ordering::Relaxed);
            return value.downcast::<T>().ok();
        }
        let value = Arc::new(known()?);
        *held = Held::Kept(value.clone());
        drop(held);
        self.hold::<T>(&cell, false, length);
        Some(value)
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
            *cell.previous.lock() = self.cell(file).carried(&edits);
        }
        cell.text.lock().held = Held::Kept(Arc::new(SourceText::new(document.text(), false)));
        next.put(file, Some(Arc::new(cell)));
        Arc::make_mut(&mut next.open).insert(file.clone(), Arc::new(document));
        next.history.advance(vec![file.clone()]);
        next
    }

    /// The revision in which the editor has let go of `file`: the disk speaks for it again.
    pub fn without_document(&self, file: &FileId) -> Self {
        let mut next = self.with_changed(std::iter::once(file.path()));
        Arc::make_mut(&mut next.open).remove(file);
        next.put(file, None);
        next.history.advance(vec![file.clone()]);
        next
    }

    /// The revision in which these paths changed on disk (made, edited or gone): their contents, the listings of
    /// their folders and their own listings are read anew. Documents an editor holds keep the editor's text.
    pub fn with_changed<'p>(&self, paths: impl Iterator<Item = &'p Utf8Path>) -> Self {
        let mut next = self.clone();
        let mut changed = Vec::new();
        for path in paths {
            let file = FileId::new(path);
            if !self.open.contains_key(&file) {
                next.put(&file, None);
                changed.push(file);
            }
            next.forget_listing(path);
            if let Some(dir) = path.parent() {
                next.forget_listing(dir);
            }
        }
        next.history.advance(changed);
        next
    }

    /// The revision in which anything may have changed on disk: only the documents an editor holds are known.
    pub fn with_everything_changed(&self) -> Self {
        let fresh = Self::over(self.tree.clone(), self.retention.clone());
        self.open.iter().fold(fresh, |files, (file, document)| {
            files.with_document(file, Document::clone(document), Vec::new())
        })
    }

    fn text_of(&self, file: &FileId, cell: &Arc<Cell>) -> Result<Arc<SourceText>, ReadError> {
        {
            let text = cell.text.lock();
            if let Some(error) = &text.failed {
                return Err(error.clone());
            }
            if let Some(source) = text.held.get() {
                return Ok(source);
            }
        }
        self.take_in(file, cell, self.tree.read(file.path()))
    }

    /// Makes what was read the file's text of this revision, unless it has another one already.
    fn take_in(
        &self,
        file: &FileId,
        cell: &Arc<Cell>,
        read: Result<Vec<u8>, ReadError>,
    ) -> Result<Arc<SourceText>, ReadError> {
        let mut text = cell.text.lock();
        if let Some(source) = text.held.get() {
            return Ok(source);
        }
        if let Some(error) = &text.failed {
            return Err(error.clone());
        }
        let bytes = read.inspect_err(|error| text.failed = Some(error.clone()))?;
        let hash = content_hash(&bytes);
        if text.hash.is_some_and(|first| first != hash) {
            return Err(ReadError::Changed);
        }
        text.hash = Some(hash);
        let source = Arc::new(SourceText::decode(bytes));
        text.held = Held::Kept(source.clone());
        drop(text);
        if !self.open.contains_key(file) {
            self.retention.hold(cell, Part::Text, source.text.len());
        }
        Ok(source)
    }

    fn hold<T: Value>(&self, cell: &Arc<Cell>, open: bool, length: usize) {
        if let Some(weight) = T::WEIGHT.filter(|_| !open) {
            self.retention.hold(cell, Part::Value(TypeId::of::<T>()), weight.saturating_mul(length));
        }
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
        let Some(shard) = Arc::make_mut(&mut self.cells).get_mut(shard_of(file.path())) else { return };
        let mut copy = shard.read().clone();
        match cell {
            Some(cell) => copy.insert(file.clone(), cell),
            None => copy.remove(file),
        };
        *shard = Arc::new(RwLock::new(copy));
    }

    fn forget_listing(&mut self, dir: &Utf8Path) {
        let at = shard_of(dir);
        if !self.listings.get(at).is_some_and(|shard| shard.read().contains_key(dir.as_str())) {
            return;
        }
        let Some(shard) = Arc::make_mut(&mut self.listings).get_mut(at) else { return };
        let mut copy = shard.read().clone();
        copy.remove(dir.as_str());
        *shard = Arc::new(RwLock::new(copy));
    }
}

fn shard_of(path: &Utf8Path) -> usize {
    let hash = BuildHasherDefault::<FxHasher>::default().hash_one(path.as_str());
    usize::try_from(hash % SHARDS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count(usize);

    impl Value for Count {
        const WEIGHT: Option<usize> = None;
    }

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

    struct Length(usize);

    impl Value for Length {
        const WEIGHT: Option<usize> = Some(1);
    }

    #[test]
    fn values_of_several_types_stand_side_by_side() {
        let file = FileId::new(Utf8Path::new("/nowhere/setup.py"));
        let files = Files::default().with_document(&file, Document::new("ab", 1), Vec::new());
        assert_eq!(files.derived::<Count>(&file, |_| Count(7)).unwrap().0, 7);
        assert_eq!(files.derived::<Length>(&file, |d| Length(d.source.text.len())).unwrap().0, 2);
        assert_eq!(files.derived::<Count>(&file, |_| Count(8)).unwrap().0, 7);
        let mut document = files.open_document(&file).unwrap().clone();
        let edit = document.replace_all("abc");
        let next = files.with_document(&file, document, vec![edit]);
        assert_eq!(next.derived::<Count>(&file, |d| Count(d.previous.unwrap().0.0)).unwrap().0, 7);
        assert_eq!(next.derived::<Length>(&file, |d| Length(d.previous.unwrap().0.0)).unwrap().0, 2);
    }

    #[test]
    fn what_nobody_holds_is_let_go_and_never_taken_from_another_text() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        let file = |name: &str| {
            std::fs::write(root.join(name), "x = 1\n").unwrap();
            FileId::new(&root.join(name))
        };
        let (first, second) = (file("a.py"), file("b.py"));
        let files = Files::over(Arc::new(Mounted::new(Arc::new(Disk))), Arc::new(Retention::new(12)));
        let length = |file: &FileId| files.derived::<Length>(file, |d| Length(d.source.text.len()));
        let held = length(&first).unwrap();
        assert!(Arc::ptr_eq(&held, &length(&first).unwrap()));
        length(&second).unwrap();
        assert!(Arc::ptr_eq(&held, &length(&first).unwrap()), "somebody has it still");
        std::fs::write(first.path(), "x = 2\n").unwrap();
        drop(held);
        // What was asked for again stays a while longer.
        for name in ["c.py", "d.py"] {
            length(&file(name)).unwrap();
        }
        assert_eq!(files.text(&first).unwrap_err(), ReadError::Changed);
        assert!(length(&first).is_none());
        let next = files.with_changed(std::iter::once(first.path()));
        assert_eq!(&*next.text(&first).unwrap().text, "x = 2\n");
        assert_eq!(&*next.text(&second).unwrap().text, "x = 1\n");
    }

    #[test]
    fn a_derivation_sees_the_value_before_and_all_edits_since() {
        let file = FileId::new(Utf8Path::new("/nowhere/a.py"));
        let files = Files::default().with_document(&file, Document::new("ab", 1), Vec::new());
        let count = |files: &Files| {
            files
                .derived::<Count>(&file, |d| Count(d.previous.map_or(0, |(_, edits)| edits.len())))
                .unwrap()
                .0
        };
        assert_eq!(count(&files), 0);
        let mut files = files;
        for version in 2..5 {
            let mut document = files.open_document(&file).unwrap().clone();
            let edit = document.replace_all(&"c".repeat(version));
            document.version = i32::try_from(version).unwrap();
            files = files.with_document(&file, document, vec![edit]);
        }
        assert_eq!(count(&files), 3);
        assert_eq!(&*files.text(&file).unwrap().text, "cccc");
        assert!(files.without_document(&file).text(&file).is_err());
    }
}
