//! `crossloc upgrade`: what breaks where if everybody who pins a distribution takes another version of it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::check::known_location;
use super::scope::Scope;
use super::world::{Network, World};
use super::write::{Written, replace};
use super::{AnswerFormat, Failure, output};
use crate::fixes;
use crate::manifest::{DistributionName, parse_version};
use crate::report::upgrade::{self, Applied, Consumer, Question, Upgrade};
use crate::rules::Edit;
use crate::source::Surroundings;
use crate::vfs::{FileId, Files, Grounds, relative};
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub struct Arguments {
    /// The shared distribution
    #[arg(value_name = "DIST")]
    distribution: String,
    /// The version that its pins would move to
    version: String,
    /// Speak of this code location only
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
    /// Write the new version into the manifests that pin another one
    #[arg(long)]
    apply: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
    #[command(flatten)]
    network: Network,
}

/// Exit code 1 where something breaks, also if the pins were moved; 2 where nothing is known to, and some code is not judged.
pub fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<ExitCode, Failure> {
    let distribution = DistributionName::new(&arguments.distribution).ok_or_else(|| {
        Failure::new(format!("`{}` is not the name of a distribution", arguments.distribution))
    })?;
    let version = parse_version(&arguments.version).ok_or_else(|| {
        Failure::new(format!("`{}` is not a version", arguments.version))
            .with_hint("versions are written as PEP 440 has it: 0.2.0, 1.0rc1")
    })?;
    let scope = Scope::new(&[])?;
    let workspace =
        World::of(surroundings, &arguments.network)?.workspace(Files::default(), scope.folders)?;
    if let Some(name) = &arguments.location {
        known_location(name, &workspace)?;
    }
    let location = arguments.location.as_deref();
    let question = Question { distribution: &distribution, version: &version, location };
    let mut found = upgrade::collect(&workspace, workspace.root(), question).map_err(|obstacle| {
        let failure = Failure::new(obstacle.message);
        match obstacle.hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    })?;
    if arguments.apply {
        found.applied = Some(apply(&workspace, &found)?);
    }
    for reason in &found.not_judged {
        output::note(&format!("not judged: {} ({})", reason.reason, reason.count));
    }
    output::data(&match arguments.format {
        AnswerFormat::Text => upgrade::text(&found),
        AnswerFormat::Json => upgrade::json(&found),
    })?;
    let open = found.consumers.iter().any(Consumer::is_open);
    Ok(match (found.breaks, open) {
        (0, false) => ExitCode::SUCCESS,
        (0, true) => ExitCode::from(2),
        _ => ExitCode::from(1),
    })
}

/// Writes the pins; a manifest outside of the opened folder, and one that has changed since it was read, is left alone.
fn apply(workspace: &Workspace, upgrade: &Upgrade) -> Result<Applied, Failure> {
    let mut by_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    for edit in &upgrade.edits {
        by_file.entry(edit.file.clone()).or_default().push(edit.clone());
    }
    let within = Grounds::of(&workspace.files, workspace.folders.iter().cloned());
    let mut applied = Applied::default();
    for (file, edits) in by_file {
        let shown = relative(file.path(), workspace.root());
        let source = workspace.files.text(&file).ok();
        let Some(text) = source.and_then(|source| fixes::text_with(&source.text, edits)) else {
            return Err(Failure::new(format!("cannot edit {shown}: an edit does not fit the text")));
        };
        match replace(&file, &text, &workspace.files, &within)? {
            Written::Changed => applied.changed.push(shown),
            Written::LeftAlone => applied.left.push(shown),
            Written::Outside => applied.outside.push(shown),
        }
    }
    Ok(applied)
}
