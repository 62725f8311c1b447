//! `crossloc server`: the language server.

use std::process::ExitCode;

use camino::Utf8PathBuf;

use crate::server::{self, Transport};

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

pub fn run(arguments: Arguments) -> ExitCode {
    let transport = match arguments {
        Arguments { port: Some(port), .. } => Transport::Tcp(port),
        Arguments { pipe: Some(path), .. } => Transport::Pipe(path),
        Arguments { stdio: _, .. } => Transport::Stdio,
    };
    ExitCode::from(u8::try_from(server::run(transport)).unwrap_or(1))
}
