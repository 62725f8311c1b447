//! The files that an answer names, made ready for the client to open them.

use rustc_hash::FxHashMap;
use tower_lsp::ls_types::Uri;

use super::session::Snapshot;
use super::uri;
use crate::vfs::FileId;

/// URIs of files that are there for the client. Making it is the step between an answer and its conversion that writes:
/// a file of a pinned version is put into the cache. What cannot be written is not named.
pub struct Named(FxHashMap<FileId, Uri>);

impl Named {
    /// Names files: as the client spells them where it holds them as documents.
    pub fn new<'f>(snapshot: &Snapshot, files: impl IntoIterator<Item = &'f FileId>) -> Self {
        let mut named = FxHashMap::default();
        for file in files {
            if !named.contains_key(file)
                && let Some(uri) = name(snapshot, file)
            {
                named.insert(file.clone(), uri);
            }
        }
        Self(named)
    }

    /// A file's URI; `None` for one that was not named.
    pub fn uri(&self, file: &FileId) -> Option<Uri> {
        self.0.get(file).cloned()
    }
}

fn name(snapshot: &Snapshot, file: &FileId) -> Option<Uri> {
    if let Some(known) = snapshot.uris.get(file) {
        return Some(known.clone());
    }
    let written = snapshot.workspace.materialise(file);
    written.inspect_err(|error| tracing::warn!("{} cannot be written: {error}", file.path())).ok()?;
    uri::uri_of(file.path())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;
    use std::sync::Arc;

    use camino::Utf8Path;

    use super::*;
    use crate::server::session::Session;
    use crate::text::Document;
    use crate::vfs::{EntryKind, Listing, ReadError, SourceTree};

    /// One file `a.py`.
    struct One;

    impl SourceTree for One {
        fn list(&self, _: &Utf8Path) -> Listing {
            Listing::new(vec![("a.py".into(), EntryKind::File)])
        }

        fn read(&self, _: &Utf8Path) -> Result<Vec<u8>, ReadError> {
            Ok(b"x = 1\n".to_vec())
        }
    }

    #[test]
    fn files_are_named_as_the_client_spells_them_and_only_where_they_are_there() {
        let session = Session::default();
        let opened = FileId::new(Utf8Path::new("/nowhere/a@b.py"));
        let spelled = Uri::from_str("file:///nowhere/a@b.py").unwrap();
        session.opened(spelled.clone(), &opened, Document::new("", 1));
        let snapshot = session.snapshot();
        // The session has no folder to write to.
        snapshot.workspace.files.mount(Utf8Path::new("/nowhere/mounted"), Arc::new(One));
        let mounted = FileId::new(Utf8Path::new("/nowhere/mounted/a.py"));
        let plain = FileId::new(Utf8Path::new("/nowhere/b.py"));
        let named = Named::new(&snapshot, [&opened, &mounted, &plain]);
        assert_eq!(named.uri(&opened), Some(spelled.clone()));
        assert_eq!(named.uri(&plain), uri::uri_of(plain.path()));
        assert_eq!(named.uri(&mounted), None);
        assert_eq!(Named::new(&snapshot, []).uri(&opened), None);
        session.closed(&opened);
        assert_ne!(Named::new(&session.snapshot(), [&opened]).uri(&opened), Some(spelled));
    }
}
