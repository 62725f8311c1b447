//! `crossloc locations`: who shares what, and how.

use std::process::ExitCode;

use super::scope::Scope;
use super::world::{Network, World};
use super::{AnswerFormat, Failure, output};
use crate::report::locations;
use crate::source::Surroundings;
use crate::vfs::Files;

#[derive(clap::Args)]
pub struct Arguments {
    /// How to print
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
    #[command(flatten)]
    network: Network,
}

pub fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<ExitCode, Failure> {
    let scope = Scope::new(&[])?;
    let workspace =
        World::of(surroundings, &arguments.network)?.workspace(Files::default(), scope.folders)?;
    let found = locations::collect(&workspace, workspace.root());
    output::data(&match arguments.format {
        AnswerFormat::Text => locations::text(&found),
        AnswerFormat::Json => locations::json(&found),
    })?;
    Ok(ExitCode::SUCCESS)
}
