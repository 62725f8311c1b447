//! `crossloc resolve`: where one import leads.

use std::process::ExitCode;

use camino::Utf8PathBuf;

use super::scope::{Scope, current_folder};
use super::world::{Network, World};
use super::{AnswerFormat, Failure, output};
use crate::python::ModuleName;
use crate::report::resolution::{self, Question, Status};
use crate::source::Surroundings;
use crate::vfs::{Files, join};

#[derive(clap::Args)]
pub struct Arguments {
    /// A module, and a name in it: `acme.io`, `acme.io:load`, `acme.io:Table.rows`
    #[arg(value_name = "MODULE[:SYMBOL]")]
    target: String,
    /// The folder whose code imports it
    #[arg(long, value_name = "DIR")]
    from: Utf8PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
    #[command(flatten)]
    network: Network,
}

/// Exit code 1 where the import leads nowhere.
pub fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<ExitCode, Failure> {
    let (module, symbol) = match arguments.target.split_once(':') {
        Some((module, symbol)) => (module, Some(symbol)),
        None => (arguments.target.as_str(), None),
    };
    let module = ModuleName::new(module)
        .ok_or_else(|| Failure::new(format!("`{module}` is not the name of a module")))?;
    let current = current_folder()?;
    let from = join(&current, arguments.from.as_str());
    if !from.is_dir() {
        return Err(Failure::new(format!("`{}` is not a folder", arguments.from)));
    }
    let scope = Scope::new(std::slice::from_ref(&arguments.from))?;
    let workspace =
        World::of(surroundings, &arguments.network)?.workspace(Files::default(), scope.folders)?;
    let answer = resolution::collect(&workspace, &current, Question { module: &module, symbol, from: &from });
    if let Some(target) = &answer.target
        && let Err(error) = workspace.materialise(target)
    {
        output::note(&format!("warning: `{}` cannot be written: {error}", target.path()));
    }
    output::data(&match arguments.format {
        AnswerFormat::Text => resolution::text(&answer),
        AnswerFormat::Json => resolution::json(&answer),
    })?;
    Ok(if answer.status == Status::NotFound { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
