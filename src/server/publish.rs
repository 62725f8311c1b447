//! Findings pushed to the client: after a short quiet, from one snapshot, and only what differs.

use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::watch;
use tower_lsp::Client;
use tower_lsp::ls_types::{Diagnostic, Uri};

use super::convert;
use super::named::Named;
use super::progress;
use super::session::{Pulse, Session, Snapshot};
use super::work::off_thread;
use crate::rules;
use crate::vfs::FileId;

/// How long nothing may change before a check begins.
const QUIET: Duration = Duration::from_millis(150);

/// What a check found, and in what.
pub struct Checked {
    /// The view that was checked; its ranges fit no other.
    pub snapshot: Snapshot,
    /// What was found there.
    pub findings: rules::Findings,
}

type Published = FxHashMap<FileId, (Uri, Vec<Diagnostic>)>;

/// Publishes until the session is over. The first check is preceded by the indexing that it needs, with progress.
pub async fn run(session: Arc<Session>, client: Client) {
    let mut pulse = session.pulse();
    let mut published = Published::default();
    let mut prepared = false;
    while quiet(&mut pulse).await {
        let snapshot = session.snapshot();
        let revision = snapshot.revision;
        if !std::mem::replace(&mut prepared, true) {
            progress::prepare(&session, &client, snapshot.clone()).await;
        }
        if let Some((checked, fresh)) = check(&session, snapshot).await {
            session.keep(checked.clone());
            for (uri, diagnostics, file) in differences(&mut published, fresh) {
                let version = checked.snapshot.version_of(&file);
                client.publish_diagnostics(uri, diagnostics, version).await;
            }
        }
        if !changed_since(&mut pulse, revision).await {
            return;
        }
    }
}

/// Waits until nothing has changed for a while; false when the session is over.
async fn quiet(pulse: &mut watch::Receiver<Pulse>) -> bool {
    loop {
        if pulse.borrow_and_update().over {
            return false;
        }
        match tokio::time::timeout(QUIET, pulse.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return false,
            Err(_) => return true,
        }
    }
}

/// Waits for a revision other than the one that was checked; false when the session is over.
async fn changed_since(pulse: &mut watch::Receiver<Pulse>, revision: u64) -> bool {
    let newer = pulse.wait_for(|pulse| pulse.over || pulse.revision != revision).await;
    newer.is_ok_and(|pulse| !pulse.over)
}

/// Checks one snapshot; `None` when it panicked, or when the snapshot is outdated by now.
async fn check(session: &Session, snapshot: Snapshot) -> Option<(Arc<Checked>, Published)> {
    let revision = snapshot.revision;
    let result = off_thread("check", move || {
        let findings = rules::check(&snapshot.workspace);
        let named = Named::new(&snapshot, findings.diagnostics.iter().flat_map(rules::Diagnostic::files));
        let mut fresh = Published::default();
        for found in &findings.diagnostics {
            let Some(uri) = named.uri(&found.file) else { continue };
            let (_, list) = fresh.entry(found.file.clone()).or_insert_with(|| (uri, Vec::new()));
            list.push(convert::diagnostic(&snapshot, &named, found));
        }
        (Arc::new(Checked { snapshot, findings }), fresh)
    });
    result.await.filter(|_| session.revision() == revision)
}

/// What to send so that the client has `fresh`: what is new or other, and an empty list for what is gone.
fn differences(published: &mut Published, fresh: Published) -> Vec<(Uri, Vec<Diagnostic>, FileId)> {
    let mut out = Vec::new();
    for (file, (uri, _)) in published.iter() {
        // A document that was opened under another spelling is another one to the client.
        if fresh.get(file).is_none_or(|(now, _)| now != uri) {
            out.push((uri.clone(), Vec::new(), file.clone()));
        }
    }
    for (file, (uri, diagnostics)) in &fresh {
        let same = published.get(file).is_some_and(|(was, list)| was == uri && list == diagnostics);
        if !same {
            out.push((uri.clone(), diagnostics.clone(), file.clone()));
        }
    }
    out.sort_by(|a, b| (&a.2, a.1.len()).cmp(&(&b.2, b.1.len())));
    *published = fresh;
    out
}

impl Snapshot {
    /// The version to name beside an open document's diagnostics, where the client wants one.
    fn version_of(&self, file: &FileId) -> Option<i32> {
        let document = self.workspace.files.open_document(file)?;
        self.features.diagnostic_version.then_some(document.version)
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::server::uri::uri_of;

    #[test]
    fn only_differences_are_sent_and_what_is_gone_is_cleared() {
        let found = |message: &str| Diagnostic { message: message.to_owned(), ..Diagnostic::default() };
        let set = |entries: &[(&str, &str)]| -> Published {
            let mut out = Published::default();
            for (path, message) in entries {
                let file = FileId::new(Utf8Path::new(path));
                let uri = uri_of(file.path()).unwrap();
                out.entry(file).or_insert_with(|| (uri, Vec::new())).1.push(found(message));
            }
            out
        };
        let mut published = Published::default();
        let mut send = |fresh| -> Vec<(String, usize)> {
            let sent = differences(&mut published, fresh).into_iter();
            sent.map(|(_, list, file)| (file.path().to_string(), list.len())).collect()
        };
        let pair = |path: &str, count| (path.to_owned(), count);
        assert_eq!(send(set(&[("/b", "x"), ("/a", "x"), ("/a", "y")])), [pair("/a", 2), pair("/b", 1)]);
        assert_eq!(send(set(&[("/b", "x"), ("/a", "x"), ("/a", "y")])), []);
        assert_eq!(send(set(&[("/b", "z")])), [pair("/a", 0), pair("/b", 1)]);
        assert_eq!(send(Published::default()), [pair("/b", 0)]);
    }
}
