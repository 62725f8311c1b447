//! The command line: one file per subcommand. Data goes to stdout, everything else to stderr.

mod cache;
mod check;
mod demo;
mod fix;
mod git;
mod locations;
mod log;
mod output;
mod resolve;
mod rule;
mod scope;
mod server;
mod surroundings;
mod upgrade;
mod world;
mod write;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks and serves Python code that several Dagster code locations share.
#[derive(Parser)]
#[command(name = "crossloc", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Find what is wrong between code locations and the code they share
    Check(check::Arguments),
    /// Serve an editor over the Language Server Protocol
    Server(server::Arguments),
    /// List every code location: what it shares, how, and at which version
    Locations(locations::Arguments),
    /// Show which file an import leads to from one folder, and who says so
    Resolve(resolve::Arguments),
    /// Tell what breaks where if the pins of a shared distribution move to another version
    Upgrade(upgrade::Arguments),
    /// Explain a rule, or list all of them
    Rule(rule::Arguments),
    /// Show or empty the folder of what is kept between runs
    Cache(cache::Arguments),
    /// Write a small workspace with every way to share code, and check it
    Demo(demo::Arguments),
}

/// Why a command could not do its work: exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    /// Lower-case, without a trailing stop.
    message: String,
    /// What to do about it.
    hint: Option<String>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// How answers are printed.
#[derive(Clone, Copy, clap::ValueEnum)]
enum AnswerFormat {
    /// For reading
    Text,
    /// One JSON object
    Json,
}

/// Runs what the process was asked for. Exit codes: 0 fine, 1 findings, 2 could not do it.
pub fn run() -> ExitCode {
    let command = Cli::parse().command;
    log::to_stderr(surroundings::log_level());
    let surroundings = surroundings::of_process();
    let outcome = match command {
        Command::Check(arguments) => check::run(&arguments, &surroundings),
        Command::Server(arguments) => server::run(arguments, &surroundings),
        Command::Locations(arguments) => locations::run(&arguments, &surroundings),
        Command::Resolve(arguments) => resolve::run(&arguments, &surroundings),
        Command::Upgrade(arguments) => upgrade::run(&arguments, &surroundings),
        Command::Rule(arguments) => rule::run(&arguments),
        Command::Cache(arguments) => cache::run(&arguments, &surroundings),
        Command::Demo(arguments) => demo::run(&arguments, &surroundings),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            output::error(&failure);
            ExitCode::from(2)
        }
    }
}
