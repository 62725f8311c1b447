//! One session from its first byte to its exit code.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::{LspService, LspServiceBuilder, Server};

use super::door::{self, Door, Log};
use super::handlers::Handlers;
use super::session::Session;
use crate::workspace::Workspace;

/// So many messages may be under way. Requests wait for their turn on their own; a low limit here would keep edits
/// and cancellations waiting behind them, and could lock up with a client that answers late.
const CONCURRENCY: usize = 4096;
/// How often the client's process is looked for.
const PROCESS_PERIOD: Duration = Duration::from_secs(1);

/// Serves one client until it says `exit`, its stream ends or its process is gone. Returns the exit code: 0 for
/// an `exit` after a `shutdown`, else 1. Of `workspace`, in which nothing is opened, it takes what is
/// known beside files.
pub async fn serve<R, W>(reader: R, writer: W, workspace: Workspace) -> i32
where
    R: AsyncRead + Unpin,
    W: AsyncWrite,
{
    serve_with(reader, writer, workspace, |service| service).await
}

/// As [`serve`], with more methods.
pub(super) async fn serve_with<R, W>(
    reader: R,
    writer: W,
    workspace: Workspace,
    extend: impl FnOnce(LspServiceBuilder<Handlers>) -> LspServiceBuilder<Handlers>,
) -> i32
where
    R: AsyncRead + Unpin,
    W: AsyncWrite,
{
    let session = Arc::new(Session::new(workspace));
    let log = Arc::new(Log::default());
    let service = LspService::build(|client| Handlers::new(session.clone(), client))
        .custom_method(door::NOT_JSON, Handlers::not_json)
        .custom_method(door::NOT_A_MESSAGE, Handlers::not_a_message);
    let (service, socket) = extend(service).finish();
    let server = Server::new(Door::new(reader, log.clone()), writer, socket);
    let orderly = tokio::select! {
        () = server.concurrency_level(CONCURRENCY).serve(service) => !log.has_ended(),
        () = client_gone(&session) => false,
    };
    session.end();
    if orderly && log.is_shut_down() { 0 } else { 1 }
}

async fn client_gone(session: &Session) {
    loop {
        tokio::time::sleep(PROCESS_PERIOD).await;
        if session.process().is_some_and(|id| !is_alive(id)) {
            tracing::warn!("the client's process is gone");
            return;
        }
    }
}

#[cfg(unix)]
fn is_alive(id: u32) -> bool {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    // One that may not be signalled is there all the same.
    id.is_none_or(|id| rustix::process::test_kill_process(id) != Err(rustix::io::Errno::SRCH))
}

/// Elsewhere the end of the client's stream is the sign.
#[cfg(not(unix))]
fn is_alive(_: u32) -> bool {
    true
}
