//! `crossloc check`: everything the rules find.

use std::process::ExitCode;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::fix::{self, Permitted, Wanted};
use super::scope::Scope;
use super::world::{Network, World};
use super::{Failure, output, rule};
use crate::report::{self, Report, summary::plural};
use crate::rules::{self, Findings, NotJudged, Rule, Selection, Severity};
use crate::source::{Cache, Surroundings};
use crate::text::nearest;
use crate::vfs::{FileId, Files, Grounds};
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub struct Arguments {
    /// Files and folders to report on; more than these is read, so that nothing is misjudged [default: the current
    /// folder]
    #[arg(value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
    /// How to print findings
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The least severity that makes the exit code 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// Run only these rules, also those that are off by default
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Report only what concerns this code location
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
    /// Write the safe fixes into the files, then report what is left
    #[arg(long)]
    fix: bool,
    /// Write also the fixes that let a project get another version, drop a requirement, or guess what was meant
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
    /// Neither use nor write what earlier runs remembered of unchanged files
    #[arg(long)]
    no_cache: bool,
    /// Count the findings of each rule (on stderr with `--format json`)
    #[arg(long)]
    statistics: bool,
    #[command(flatten)]
    network: Network,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// With the code, for reading
    Text,
    /// One line per finding
    Concise,
    /// One JSON object
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Information,
    Never,
}

pub fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<ExitCode, Failure> {
    let selection = Selection { select: known(&arguments.select)?, ignore: known(&arguments.ignore)? };
    let scope = Scope::new(&arguments.paths)?;
    let mut files = Files::default();
    let world = World::of(surroundings, &arguments.network)?;
    let root = scope.folders.first().filter(|_| !arguments.no_cache);
    let cache = root.and_then(|root| Cache::of_workspace(root, surroundings)).map(Arc::new);
    let over = |files: &Files| {
        let workspace = world.workspace(files.clone(), scope.folders.clone())?;
        Ok(match &cache {
            Some(cache) => workspace.with_cache(cache.clone()),
            None => workspace,
        })
    };
    let workspace = over(&files)?;
    if let Some(name) = &arguments.location {
        known_location(name, &workspace)?;
    }
    let find = |workspace: &Workspace| find(workspace, &scope, &selection, arguments);
    let mut findings = find(&workspace);
    if arguments.fix {
        let wanted = if arguments.unsafe_fixes { Wanted::All } else { Wanted::Safe };
        let within = Grounds::of(&files, scope.folders.iter().cloned());
        let permitted = Permitted { wanted, within: &within };
        let fixed =
            fix::run(&mut files, &mut findings, permitted, |files| over(files).map(|over| find(&over)))?;
        output::note(&format!("fixed {}", plural(fixed, "finding")));
        fix::left(&findings, &files, permitted).iter().for_each(|left| output::note(left));
    }
    if let Some(cache) = &cache {
        cache.save();
    }
    let root = scope.folders.first().cloned().unwrap_or_default();
    let report = Report { files: &files, root: &root, root_name: &scope.root_name, findings: &findings };
    print(&report, arguments)?;
    Ok(if fails(&findings, arguments.fail_on) { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn known(names: &[String]) -> Result<Vec<&'static str>, Failure> {
    names.iter().map(|name| rule::find(name.trim()).map(|rule: &Rule| rule.name)).collect()
}

/// Refuses a name that is no code location's, with the nearest one.
pub(super) fn known_location(name: &str, workspace: &Workspace) -> Result<(), Failure> {
    let locations = workspace.locations();
    let mut names = locations.iter().map(|location| location.name.as_str());
    if names.any(|known| known == name) {
        return Ok(());
    }
    let failure = Failure::new(format!("there is no code location `{name}`"));
    Err(match nearest(name, locations.iter().map(|location| location.name.as_str())) {
        Some(near) => failure.with_hint(format!("did you mean `{near}`?")),
        None => failure.with_hint("`crossloc locations` lists all of them"),
    })
}

/// The findings of a fresh look, limited to what was asked for.
fn find(workspace: &Workspace, scope: &Scope, selection: &Selection, arguments: &Arguments) -> Findings {
    let mut findings = rules::check_selected(workspace, selection);
    let concerns = |file: &FileId, name: &String| {
        workspace.locations_of_file(file).iter().any(|location| location.name == *name)
    };
    findings.diagnostics.retain(|found| {
        let wanted = arguments.location.as_ref().is_none_or(|name| concerns(&found.file, name));
        (wanted && scope.covers(&found.file)) || rules::concerns_everybody(found.rule)
    });
    let blank = scope.blanks(workspace).into_iter().map(|reason| NotJudged { reason, count: 1 });
    findings.not_judged.extend(blank);
    findings
}

fn print(report: &Report<'_>, arguments: &Arguments) -> Result<(), Failure> {
    for reason in &report.findings.not_judged {
        output::note(&format!("not judged: {} ({})", reason.reason, reason.count));
    }
    let statistics =
        if arguments.statistics { report::statistics::render(report.findings) } else { String::new() };
    let text = match arguments.format {
        Format::Text => {
            let findings = report::text::render(report);
            format!("{findings}{statistics}{}\n", report::summary::render(report.findings))
        }
        Format::Concise => report::concise::render(report) + &statistics,
        Format::Json => {
            statistics.lines().for_each(output::note);
            report::json::render(report)
        }
    };
    output::data(&text)
}

fn fails(findings: &Findings, fail_on: FailOn) -> bool {
    let least = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Information => Severity::Information,
        FailOn::Never => return false,
    };
    findings.diagnostics.iter().any(|found| found.severity >= least)
}
