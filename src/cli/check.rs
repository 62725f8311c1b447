//! `crossloc check`: everything the rules find.

use std::process::ExitCode;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::scope::Scope;
use super::world::{Network, World};
use super::{Failure, fix, output, rule, write};
use crate::fixes::{self, Permitted, Wanted};
use crate::report::{self, Report};
use crate::rules::{self, Diagnostic, Findings, NotJudged, Rule, Selection, Severity};
use crate::source::{Cache, Surroundings};
use crate::text::nearest;
use crate::vfs::{Files, Grounds};
use crate::workspace::Workspace;

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("fixing").args(["fix", "diff"]).multiple(true))]
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
    /// Show what `--fix` would change as a patch, and write nothing; exit code 1 where there is something
    #[arg(long, conflicts_with_all = ["format", "statistics", "fail_on"])]
    diff: bool,
    /// Write, or show, also the fixes that let a project get another version, drop a requirement, or guess what was meant
    #[arg(long, requires = "fixing")]
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
    let covers = |workspace: &Workspace, found: &Diagnostic| {
        let concerns = |name: &String| {
            workspace.locations_of_file(&found.file).iter().any(|location| location.name == *name)
        };
        let wanted = arguments.location.as_ref().is_none_or(concerns);
        (wanted && scope.covers(&found.file)) || rules::concerns_everybody(found.rule)
    };
    let find = |workspace: &Workspace| {
        let mut findings = rules::check_selected(workspace, &selection);
        findings.diagnostics.retain(|found| covers(workspace, found));
        let blank = scope.blanks(workspace).into_iter().map(|reason| NotJudged { reason, count: 1 });
        findings.not_judged.extend(blank);
        findings
    };
    let root = scope.folders.first().cloned().unwrap_or_default();
    let mut made = Vec::new();
    let findings = if arguments.fix || arguments.diff {
        let within = Grounds::of(&files, scope.folders.iter().cloned());
        let wanted = if arguments.unsafe_fixes { Wanted::All } else { Wanted::Safe };
        let selected =
            |found: &Diagnostic| selection.select.is_empty() || selection.select.contains(&found.rule);
        let permitted = Permitted {
            wanted,
            covers: &|workspace, found| covers(workspace, found) && selected(found),
            within: &within,
            files: &files,
            refusal: &write::refusal,
        };
        let outcome = fixes::settle(&files, &permitted, over, |workspace| everything(workspace, &selection))?;
        let commands = fixes::commands(&fixes::made(&outcome.before, &outcome.findings));
        if arguments.diff {
            fix::tell(&outcome, "would fix", &root);
            fix::tell_commands(&commands);
            output::data(&fix::diff(&outcome, &files, &root))?;
            return Ok(if outcome.texts.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) });
        }
        fix::write(&outcome, &files)?;
        fix::tell(&outcome, "fixed", &root);
        files = Files::default();
        let findings = find(&over(&files)?);
        made = fixes::made(&outcome.before, &findings).into_iter().cloned().collect();
        findings
    } else {
        find(&workspace)
    };
    if let Some(cache) = &cache {
        cache.save();
    }
    let report = Report { files: &files, root: &root, root_name: &scope.root_name, findings: &findings };
    print(&report, arguments)?;
    fix::tell_commands(&fixes::commands(&made.iter().collect::<Vec<_>>()));
    // What goes once the user has run the commands is no fault of theirs yet.
    let fails =
        findings.diagnostics.iter().any(|found| is_bad(found, arguments.fail_on) && !made.contains(found));
    Ok(if fails { ExitCode::from(1) } else { ExitCode::SUCCESS })
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

/// What is found whether or not it was asked for: a fix must not make any of it.
fn everything(workspace: &Workspace, selection: &Selection) -> Findings {
    let mut findings = rules::check_selected(workspace, selection);
    if !selection.select.is_empty() {
        let others = Selection { select: Vec::new(), ignore: selection.ignore.clone() };
        let mut others = rules::check_selected(workspace, &others).diagnostics;
        others.retain(|found| !selection.select.contains(&found.rule));
        findings.diagnostics.extend(others);
    }
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

fn is_bad(found: &Diagnostic, fail_on: FailOn) -> bool {
    let least = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Information => Severity::Information,
        FailOn::Never => return false,
    };
    found.severity >= least
}
