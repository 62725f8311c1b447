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

/// How long nothing may change before a check begins. What is typed meanwhile ends a check that runs.
const QUIET: Duration = Duration::from_millis(50);

/// What a check found, and in what.
pub struct Checked {
    /// The view that was checked; its ranges fit no other.
    pub snapshot: Snapshot,
    /// What was found there.
    pub findings: rules::Findings,
}

/// What the client has of each file.
type Published = FxHashMap<FileId, Told>;

/// What the client was told of one file.
#[derive(Clone)]
struct Told {
    uri: Uri,
    diagnostics: Arc<Vec<Diagnostic>>,
    /// What that was made of.
    found: Vec<rules::Diagnostic>,
}

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
        if let Some((checked, fresh)) = check(&session, snapshot, published.clone()).await {
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

/// Checks one snapshot; `None` when it panicked, or when the snapshot is outdated by now, which ends the check.
async fn check(
    session: &Arc<Session>,
    snapshot: Snapshot,
    published: Published,
) -> Option<(Arc<Checked>, Published)> {
    let revision = snapshot.revision;
    let checking = session.clone();
    let result = off_thread("check", move || {
        let session = checking;
        let outdated = || session.revision() != revision;
        let selection = rules::Selection::default();
        let findings = rules::check_again(&snapshot.workspace, &selection, session.memory(), &outdated)?;
        let before = session.checked();
        let changed = before.and_then(|before| {
            snapshot.workspace.files.changed_since(before.snapshot.workspace.files.revision())
        });
        let fresh = converted(&snapshot, &findings, &published, changed.as_deref());
        snapshot.workspace.save();
        Some((Arc::new(Checked { snapshot, findings }), fresh))
    });
    result.await.flatten().filter(|_| session.revision() == revision)
}

/// The findings by file, as the client reads them. Those of a file are taken over where they are what they were, and no
/// text that their places lie in is among the `changed`; none of these are known where all may have changed.
fn converted(
    snapshot: &Snapshot,
    findings: &rules::Findings,
    published: &Published,
    changed: Option<&[FileId]>,
) -> Published {
    let untouched = |file: &FileId| changed.is_some_and(|changed| changed.binary_search(file).is_err());
    let mut fresh = Published::default();
    for of_file in findings.diagnostics.chunk_by(|one, next| one.file == next.file) {
        let Some(file) = of_file.first().map(|found| &found.file) else { continue };
        let Some(uri) = Named::new(snapshot, [file]).uri(file) else { continue };
        let files = || of_file.iter().flat_map(|found| found.related.iter().map(|related| &related.file));
        let known = published.get(file).filter(|told| told.uri == uri && told.found == of_file);
        let told = match known.filter(|_| untouched(file) && files().all(untouched)) {
            Some(told) => told.clone(),
            None => {
                let named = Named::new(snapshot, of_file.iter().flat_map(rules::Diagnostic::files));
                let convert = |found| convert::diagnostic(snapshot, &named, found);
                let diagnostics = of_file.iter().map(convert).collect();
                Told { uri, diagnostics: Arc::new(diagnostics), found: of_file.to_vec() }
            }
        };
        fresh.insert(file.clone(), told);
    }
    fresh
}

/// What to send so that the client has `fresh`: what is new or other, and an empty list for what is gone.
fn differences(published: &mut Published, fresh: Published) -> Vec<(Uri, Vec<Diagnostic>, FileId)> {
    let mut out = Vec::new();
    for (file, was) in published.iter() {
        // A document that was opened under another spelling is another one to the client.
        if fresh.get(file).is_none_or(|now| now.uri != was.uri) {
            out.push((was.uri.clone(), Vec::new(), file.clone()));
        }
    }
    for (file, now) in &fresh {
        let same = published.get(file).is_some_and(|was| {
            was.uri == now.uri
                && (Arc::ptr_eq(&was.diagnostics, &now.diagnostics) || was.diagnostics == now.diagnostics)
        });
        if !same {
            out.push((now.uri.clone(), now.diagnostics.to_vec(), file.clone()));
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
                let told = Told { uri, diagnostics: Arc::default(), found: Vec::new() };
                Arc::make_mut(&mut out.entry(file).or_insert(told).diagnostics).push(found(message));
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
