//! `crossloc server`: the language server.

use std::process::ExitCode;

use camino::Utf8PathBuf;

use super::Failure;
use super::world::{Network, World};
use crate::server::{self, Transport};
use crate::source::{Cache, Surroundings};
use crate::vfs::Files;

#[derive(clap::Args)]
#[group(multiple = false)]
pub struct Arguments {
    /// Speak over standard input and output (the default)
    #[arg(long)]
    stdio: bool,
    /// Speak over a TCP port of this machine
    #[arg(long, value_name = "N", visible_alias = "socket")]
    port: Option<u16>,
    /// Speak over a named pipe or socket file
    #[arg(long, value_name = "PATH")]
    pipe: Option<Utf8PathBuf>,
}

pub fn run(arguments: Arguments, surroundings: &Surroundings) -> Result<ExitCode, Failure> {
    // What a repository's editor settings say cannot allow the network: only the user's own configuration can.
    let world = World::of(surroundings, &Network { allow_registry: false })?;
    let workspace = world.workspace(Files::default(), Vec::new())?.with_cache_of(Cache::of_workspace);
    let transport = match arguments {
        Arguments { port: Some(port), .. } => Transport::Tcp(port),
        Arguments { pipe: Some(path), .. } => Transport::Pipe(path),
        Arguments { stdio: _, .. } => Transport::Stdio,
    };
    Ok(ExitCode::from(u8::try_from(server::run(transport, workspace)).unwrap_or(1)))
}
