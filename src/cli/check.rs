//! `crossloc check`: everything the rules find.

use std::process::ExitCode;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::fix::{self, Permitted, Wanted};
use super::scope::Scope;
use super::world::{Network, World};
use super::{Failure, output, rule};
use crate::report::{self, Report, summary::plural};
use crate::rules::{self, Findings, Rule, Selection, Severity};
use crate::source::Cache;
use crate::text::nearest;
use crate::vfs::{Files, Grounds, relative};
use crate::workspace::Workspace;
use crate::workspace::config::{self, LoadedConfig};

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

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let selection = Selection { select: known(&arguments.select)?, ignore: known(&arguments.ignore)? };
    let scope = Scope::new(&arguments.paths)?;
    let mut files = Files::default();
    tell_configuration(&files, &scope)?;
    let world = World::of_user(&arguments.network)?;
    if let Some(name) = &arguments.location {
        known_location(name, &world.workspace(files.clone(), scope.folders.clone()))?;
    }
    let root = scope.folders.first().filter(|_| !arguments.no_cache);
    let cache = root.and_then(|root| Cache::of_workspace(root)).map(Arc::new);
    let find = |files: &Files| find(files, &world, &scope, &selection, arguments, cache.as_ref());
    let mut findings = find(&files);
    if arguments.fix {
        let wanted = if arguments.unsafe_fixes { Wanted::All } else { Wanted::Safe };
        let within = Grounds::of(&files, scope.folders.iter().cloned());
        let permitted = Permitted { wanted, within: &within };
        let fixed = fix::run(&mut files, &mut findings, permitted, find)?;
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

/// Says what is wrong with the configuration; one that cannot be read at all ends the run, as nobody knows what it
/// wants.
fn tell_configuration(files: &Files, scope: &Scope) -> Result<(), Failure> {
    let names: Vec<&str> = rules::all().iter().map(|rule| rule.name).collect();
    let Some(root) = scope.folders.first() else { return Ok(()) };
    let loaded = config::load(files, root, &names);
    let LoadedConfig { file: Some(file), problems, outranked, .. } = loaded else { return Ok(()) };
    let shown = relative(file.path(), root);
    if let Some(other) = outranked {
        let other = relative(other.path(), root);
        output::note(&format!("warning: {other}: `[tool.crossloc]` is not read, because {shown} is there"));
    }
    for problem in problems {
        let at = match files.text(&file) {
            Ok(source) => {
                let start = report::place(&source, problem.range.start);
                format!("{shown}:{}:{}", start.line, start.column)
            }
            Err(_) => shown.clone(),
        };
        if problem.fatal {
            return Err(Failure::new(format!("{at}: {}", problem.message)));
        }
        output::note(&format!("warning: {at}: {}", problem.message));
    }
    Ok(())
}

/// The findings of a fresh look at the files, limited to what was asked for.
fn find(
    files: &Files,
    world: &World,
    scope: &Scope,
    selection: &Selection,
    arguments: &Arguments,
    cache: Option<&Arc<Cache>>,
) -> Findings {
    let mut workspace = world.workspace(files.clone(), scope.folders.clone());
    if let Some(cache) = cache {
        workspace = workspace.with_cache(cache.clone());
    }
    let mut findings = rules::check_selected(&workspace, selection);
    findings.diagnostics.retain(|found| {
        let wanted = arguments.location.as_ref().is_none_or(|name| found.location.as_ref() == Some(name));
        wanted && scope.covers(&found.file)
    });
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
