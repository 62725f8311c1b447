//! The ways in which a client can be reached.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use tokio::net::{TcpListener, TcpStream};

use super::serve;
use crate::workspace::Workspace;

/// Where the client is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Behind standard input and output.
    Stdio,
    /// At a port of this machine.
    Tcp(u16),
    /// At a named pipe or socket file.
    Pipe(Utf8PathBuf),
}

/// Serves one client, with what `workspace` knows beside files, and returns the process's exit code. Standard output carries the protocol and nothing else;
/// logs go to standard error.
pub fn run(transport: Transport, workspace: Workspace) -> i32 {
    // One thread carries all messages, so that none changes threads but for its analysis, which has its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let code = runtime.block_on(connect(transport, workspace)).unwrap_or_else(|error| failed(&error));
    // A read of standard input that never returns, and a check under way, must not hold the process.
    runtime.shutdown_background();
    code
}

fn failed(error: &io::Error) -> i32 {
    tracing::error!(%error, "the server cannot start");
    1
}

/// Editors disagree on who listens: VS Code listens and expects us to connect, Neovim connects. So whoever is there
/// first is listened to by the other.
async fn connect(transport: Transport, workspace: Workspace) -> io::Result<i32> {
    match transport {
        Transport::Stdio => Ok(stdio(workspace).await),
        Transport::Tcp(port) => {
            let address = (std::net::Ipv4Addr::LOCALHOST, port);
            let stream = match TcpStream::connect(address).await {
                Ok(stream) => stream,
                Err(_) => TcpListener::bind(address).await?.accept().await?.0,
            };
            stream.set_nodelay(true)?;
            let (reader, writer) = stream.into_split();
            Ok(serve(reader, writer, workspace).await)
        }
        Transport::Pipe(path) => pipe(&path, workspace).await,
    }
}

/// Standard input and output as pipes that are waited for like any socket; what is no pipe is read and written on
/// threads of its own, which costs each message two changes of thread.
#[cfg(unix)]
async fn stdio(workspace: Workspace) -> i32 {
    use std::os::fd::AsFd;
    use tokio::net::unix::pipe::{Receiver, Sender};
    let reader = io::stdin().as_fd().try_clone_to_owned().and_then(Receiver::from_owned_fd);
    let writer = io::stdout().as_fd().try_clone_to_owned().and_then(Sender::from_owned_fd);
    match (reader, writer) {
        (Ok(reader), Ok(writer)) => serve(reader, writer, workspace).await,
        (Ok(reader), Err(_)) => serve(reader, tokio::io::stdout(), workspace).await,
        (Err(_), Ok(writer)) => serve(tokio::io::stdin(), writer, workspace).await,
        (Err(_), Err(_)) => serve(tokio::io::stdin(), tokio::io::stdout(), workspace).await,
    }
}

#[cfg(not(unix))]
async fn stdio(workspace: Workspace) -> i32 {
    serve(tokio::io::stdin(), tokio::io::stdout(), workspace).await
}

#[cfg(unix)]
async fn pipe(path: &Utf8Path, workspace: Workspace) -> io::Result<i32> {
    use tokio::net::{UnixListener, UnixStream};
    let stream = match UnixStream::connect(path.as_std_path()).await {
        Ok(stream) => stream,
        Err(_) => UnixListener::bind(path.as_std_path())?.accept().await?.0,
    };
    let (reader, writer) = stream.into_split();
    Ok(serve(reader, writer, workspace).await)
}

#[cfg(windows)]
async fn pipe(path: &Utf8Path, workspace: Workspace) -> io::Result<i32> {
    let stream = tokio::net::windows::named_pipe::ClientOptions::new().open(path.as_str())?;
    let (reader, writer) = tokio::io::split(stream);
    Ok(serve(reader, writer, workspace).await)
}
