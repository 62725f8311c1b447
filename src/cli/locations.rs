//! `crossloc locations`: who shares what, and how.

use std::process::ExitCode;

use super::scope::Scope;
use super::{AnswerFormat, Failure, output};
use crate::report::locations;
use crate::source::Surroundings;
use crate::vfs::Files;
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub struct Arguments {
    /// How to print
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let scope = Scope::new(&[])?;
    let workspace =
        Workspace::new(Files::default(), scope.folders).with_surroundings(Surroundings::of_process());
    let found = locations::collect(&workspace, workspace.root());
    output::data(&match arguments.format {
        AnswerFormat::Text => locations::text(&found),
        AnswerFormat::Json => locations::json(&found),
    })?;
    Ok(ExitCode::SUCCESS)
}
