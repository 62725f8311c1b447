//! `crossloc rule`: the manual's pages.

use std::process::ExitCode;

use super::{AnswerFormat, Failure, output};
use crate::report::rule_pages;
use crate::rules::{self, Rule};

#[derive(clap::Args)]
pub struct Arguments {
    /// The rule to explain; without it, all are listed
    name: Option<String>,
    /// Print every rule's page
    #[arg(long, conflicts_with = "name")]
    all: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let wanted: Vec<&Rule> = match &arguments.name {
        Some(name) => vec![find(name)?],
        None => rules::all().iter().collect(),
    };
    let pages = arguments.all || arguments.name.is_some();
    let text = match arguments.format {
        AnswerFormat::Json => rule_pages::json(&wanted),
        AnswerFormat::Text if pages => rule_pages::markdown(&wanted),
        AnswerFormat::Text => rule_pages::list(&wanted),
    };
    output::data(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The rule of that name, or the failure that names the nearest.
pub fn find(name: &str) -> Result<&'static Rule, Failure> {
    rules::find(name).ok_or_else(|| {
        let failure = Failure::new(format!("there is no rule `{name}`"));
        match rules::nearest_name(name) {
            Some(near) => failure.with_hint(format!("did you mean `{near}`?")),
            None => failure.with_hint("`crossloc rule` lists all rules"),
        }
    })
}
