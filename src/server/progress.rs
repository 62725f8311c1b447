//! The first indexing, shown to the user while it runs.

use std::sync::Arc;

use tower_lsp::Client;
use tower_lsp::ls_types::ProgressToken;

use super::session::{Session, Snapshot};
use super::work::off_thread;

/// Indexes a snapshot's workspace; returns when that is done or the session is over. A client that is slow to
/// answer delays the progress that it sees, and never the work.
pub async fn prepare(session: &Arc<Session>, client: &Client, snapshot: Snapshot) {
    let (finished, done) = tokio::sync::oneshot::channel::<()>();
    if snapshot.features.progress {
        tokio::spawn(show(client.clone(), done));
    }
    let session = session.clone();
    off_thread("index", move || snapshot.workspace.prepare(&|| session.is_over())).await;
    drop(finished);
}

/// Shows progress until the sender of `done` is gone.
async fn show(client: Client, done: tokio::sync::oneshot::Receiver<()>) {
    let token = ProgressToken::String("crossloc/index".to_owned());
    // Refused or unanswered: then nothing may be reported under this token.
    if client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let shown = client.progress(token, "crossloc: indexing").begin().await;
    let _ = done.await;
    shown.finish().await;
}
