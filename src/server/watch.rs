//! Changes from outside the editor: the client watches where it offers to, and else we do.

use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tower_lsp::Client;
use tower_lsp::ls_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration, WatchKind,
};

use super::events::{FileEvent, FileEventKind, is_interesting};
use super::session::Session;
use super::work::off_thread;
use crate::manifest::DocumentKind;

/// Events come in bursts: a checkout, an installation. One burst becomes one revision.
const BURST: Duration = Duration::from_millis(50);

/// Sees to it that the session hears of changes on disk, until it is over.
pub async fn run(session: Arc<Session>, client: Client) {
    if session.snapshot().features.watched_files {
        register(&client).await;
    } else {
        watch(session).await;
    }
}

async fn register(client: &Client) {
    let watcher = |glob: String, kind| FileSystemWatcher { glob_pattern: GlobPattern::String(glob), kind };
    let globs = DocumentKind::globs();
    let mut watchers: Vec<FileSystemWatcher> = globs.into_iter().map(|glob| watcher(glob, None)).collect();
    // A deleted folder is announced by its own name alone.
    watchers.push(watcher("**/*".to_owned(), Some(WatchKind::Delete)));
    let options = DidChangeWatchedFilesRegistrationOptions { watchers };
    let registration = Registration {
        id: "crossloc/files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    if let Err(error) = client.register_capability(vec![registration]).await {
        tracing::warn!(%error, "the client does not watch files");
    }
}

async fn watch(session: Arc<Session>) {
    let (sender, mut events) = mpsc::unbounded_channel();
    let mut pulse = session.pulse();
    let mut watched: Option<(RecommendedWatcher, Vec<Utf8PathBuf>)> = None;
    loop {
        let folders = session.folders();
        if watched.as_ref().is_none_or(|(_, known)| *known != folders) {
            let sender = sender.clone();
            let wanted = folders.clone();
            watched = off_thread("watch", move || watcher(&wanted, sender))
                .await
                .flatten()
                .map(|watcher| (watcher, folders));
        }
        tokio::select! {
            first = events.recv() => {
                let Some(first) = first else { return };
                let batch = burst(first, &mut events).await;
                let session = session.clone();
                off_thread("changes on disk", move || session.changed_on_disk(&batch)).await;
            }
            changed = pulse.changed() => {
                if changed.is_err() || pulse.borrow_and_update().over {
                    return;
                }
            }
        }
    }
}

/// All that comes until nothing comes for a moment.
async fn burst(first: FileEvent, events: &mut mpsc::UnboundedReceiver<FileEvent>) -> Vec<FileEvent> {
    let mut batch = vec![first];
    while let Ok(Some(event)) = tokio::time::timeout(BURST, events.recv()).await {
        if batch.last() != Some(&event) {
            batch.push(event);
        }
    }
    batch
}

fn watcher(folders: &[Utf8PathBuf], sender: mpsc::UnboundedSender<FileEvent>) -> Option<RecommendedWatcher> {
    let handler = move |event: notify::Result<notify::Event>| {
        for event in event.map(events_of).unwrap_or_default() {
            // The receiver is gone when the session is over.
            let _ = sender.send(event);
        }
    };
    // As in the walk: a link may lead to the root of the disk.
    let mut watcher = RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false))
        .inspect_err(|error| tracing::warn!(%error, "files are not watched"))
        .ok()?;
    for folder in folders {
        if let Err(error) = watcher.watch(folder.as_std_path(), RecursiveMode::Recursive) {
            tracing::warn!(%folder, %error, "a folder is not watched");
        }
    }
    Some(watcher)
}

fn events_of(event: notify::Event) -> Vec<FileEvent> {
    use FileEventKind::{Changed, Created, Deleted};
    let kinds: &[FileEventKind] = match event.kind {
        EventKind::Create(_) => &[Created],
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => &[Deleted],
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => &[Created],
        // Some systems do not tell the old name from the new one.
        EventKind::Modify(ModifyKind::Name(RenameMode::Any | RenameMode::Other)) => &[Deleted, Created],
        // Both names were reported one by one already.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both) | ModifyKind::Metadata(_)) => &[],
        EventKind::Modify(_) | EventKind::Any => &[Changed],
        EventKind::Access(_) | EventKind::Other => &[],
    };
    let paths = event.paths.iter().filter_map(|path| Utf8Path::from_path(path));
    let each = |path: &Utf8Path| -> Vec<FileEvent> {
        kinds.iter().map(|kind| FileEvent { path: path.to_owned(), kind: *kind }).collect()
    };
    // Contents of files that are not ours would only wake the session; a folder may have any name.
    paths.flat_map(each).filter(|event| event.kind != Changed || is_interesting(&event.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::session::Introduction;
    use crate::vfs::FileId;

    /// Each step is repeated until it is noticed, for the watcher begins at a time of its own.
    async fn until_noticed(session: &Session, mut step: impl FnMut(), noticed: impl Fn(&Session) -> bool) {
        let mut pulse = session.pulse();
        while !noticed(session) {
            step();
            let _ = tokio::time::timeout(Duration::from_millis(200), pulse.changed()).await;
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_links_lead_to_is_not_watched() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        for folder in ["opened", "elsewhere"] {
            std::fs::create_dir(root.join(folder)).unwrap();
        }
        std::os::unix::fs::symlink("../elsewhere", root.join("opened/link")).unwrap();
        let (sender, mut events) = mpsc::unbounded_channel();
        let _watcher = watcher(&[root.join("opened")], sender).unwrap();
        std::fs::write(root.join("elsewhere/a.py"), "").unwrap();
        std::fs::write(root.join("opened/b.py"), "").unwrap();
        let first = events.recv().await.unwrap();
        assert_eq!(first.path, root.join("opened/b.py"));
    }

    #[tokio::test]
    async fn our_own_watcher_sees_files_edited_made_and_gone() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        let (old, new) = (root.join("old.py"), root.join("pkg/new.py"));
        std::fs::write(&old, "1").unwrap();
        let session = Arc::new(Session::default());
        session.introduced(Introduction { folders: vec![root.to_owned()], ..Introduction::default() });
        let text = |session: &Session, path: &Utf8Path| {
            let source = session.snapshot().workspace.files.text(&FileId::new(path)).ok()?;
            Some(source.text.to_string())
        };
        assert_eq!((text(&session, &old), text(&session, &new)), (Some("1".to_owned()), None));
        let watching = tokio::spawn(watch(session.clone()));
        let edit = || std::fs::write(&old, "2").unwrap();
        until_noticed(&session, edit, |session| text(session, &old).as_deref() == Some("2")).await;
        let make = || {
            std::fs::create_dir_all(root.join("pkg")).unwrap();
            std::fs::write(&new, "3").unwrap();
        };
        until_noticed(&session, make, |session| text(session, &new).as_deref() == Some("3")).await;
        let remove = || drop(std::fs::remove_dir_all(root.join("pkg")));
        until_noticed(&session, remove, |session| text(session, &new).is_none()).await;
        session.end();
        watching.await.unwrap();
    }
}
