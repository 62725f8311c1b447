//! `crossloc demo`: a small workspace with every way to share code and a few faults, written and checked.

use std::process::ExitCode;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::git::Git;
use super::scope::{current_folder, reason};
use super::{Failure, output};
use crate::report::{self, Report};
use crate::rules;
use crate::source::Surroundings;
use crate::source::git::Repositories;
use crate::vfs::{Files, join, relative};
use crate::workspace::{Outside, Workspace};

#[derive(clap::Args)]
pub struct Arguments {
    /// Where to write it; must be empty or not exist [default: crossloc-demo]
    #[arg(value_name = "DIR")]
    folder: Option<Utf8PathBuf>,
}

const DEFAULT_FOLDER: &str = "crossloc-demo";

// Each text holds files behind `#- path` lines.
const WORKSPACE: &str = include_str!("demo/workspace.txt");
const BILLING: &str = include_str!("demo/billing.txt");
const SHARED: [(&str, &str); 2] =
    [("v0.1.3", include_str!("demo/shared-0.1.3.txt")), ("v0.2.0", include_str!("demo/shared-0.2.0.txt"))];
const METRICS: [(&str, &str); 2] =
    [("v1.0.0", include_str!("demo/metrics-1.0.0.txt")), ("v1.1.0", include_str!("demo/metrics-1.1.0.txt"))];

pub fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<ExitCode, Failure> {
    let current = current_folder()?;
    let git = Git::of(surroundings);
    // Where git is missing nothing is written at all.
    git.run(&current, &["--version"])?;
    let folder = match &arguments.folder {
        Some(folder) => empty_folder(&join(&current, folder.as_str()))?,
        None => default_folder(&current, surroundings)?,
    };
    write_workspace(&folder, &git)?;
    output::data(&transcript(&folder, &current, surroundings))?;
    Ok(ExitCode::SUCCESS)
}

/// `crossloc-demo` in the current folder or, where nothing may be written there, a new folder for temporary files.
fn default_folder(current: &Utf8Path, surroundings: &Surroundings) -> Result<Utf8PathBuf, Failure> {
    let folder = current.join(DEFAULT_FOLDER);
    if folder.exists() {
        return empty_folder(&folder);
    }
    if std::fs::create_dir(&folder).is_ok() {
        return Ok(folder);
    }
    let temporary = tempfile::Builder::new()
        .prefix("crossloc-demo-")
        .tempdir_in(surroundings.temporary.as_deref().unwrap_or(current))
        .map_err(|error| Failure::new(format!("cannot make a folder for the demo: {}", reason(&error))))?;
    Utf8PathBuf::from_path_buf(temporary.keep())
        .map_err(|path| Failure::new(format!("the folder's name is not UTF-8: {}", path.display())))
}

/// Makes the folder unless it is there; nothing that is in it may be touched.
fn empty_folder(folder: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    let failed =
        |error: std::io::Error| Failure::new(format!("cannot write to {folder}: {}", reason(&error)));
    std::fs::create_dir_all(folder).map_err(failed)?;
    if folder.read_dir().map_err(failed)?.next().is_some() {
        return Err(Failure::new(format!("{folder} is not empty"))
            .with_hint("name a new folder: `crossloc demo DIR`"));
    }
    Ok(folder.to_owned())
}

/// Three repositories and two plain projects side by side:
///
/// ```text
/// shared/                   a repository, tagged v0.1.3 and v0.2.0
/// orders/                   takes ../shared
/// billing/                  a repository with the submodule vendor/shared-metrics
/// reports/                  pins acme-shared==0.1.3, and has it installed
/// remotes/shared-metrics.git  where the submodule comes from
/// ```
fn write_workspace(folder: &Utf8Path, git: &Git<'_>) -> Result<(), Failure> {
    write_files(folder, WORKSPACE)?;
    write_releases(&folder.join("shared"), &SHARED, git)?;
    write_remote(folder, git)?;
    write_billing(&folder.join("billing"), git)
}

/// A repository with a tagged commit for each release; the last one is checked out.
fn write_releases(folder: &Utf8Path, releases: &[(&str, &str)], git: &Git<'_>) -> Result<(), Failure> {
    create_folder(folder)?;
    git.run(folder, &["init", "--quiet"])?;
    for (tag, files) in releases {
        write_files(folder, files)?;
        git.run(folder, &["add", "--all"])?;
        git.run(folder, &["commit", "--quiet", "--message", &format!("Release {tag}")])?;
        git.run(folder, &["tag", tag])?;
    }
    Ok(())
}

/// The submodule's origin is bare, so that its code lies in the workspace once.
fn write_remote(folder: &Utf8Path, git: &Git<'_>) -> Result<(), Failure> {
    let remotes = folder.join("remotes");
    let work = remotes.join("work");
    write_releases(&work, &METRICS, git)?;
    git.run(&remotes, &["clone", "--quiet", "--bare", "work", "shared-metrics.git"])?;
    git.run(&remotes.join("shared-metrics.git"), &["remote", "remove", "origin"])?;
    std::fs::remove_dir_all(&work)
        .map_err(|error| Failure::new(format!("cannot remove {work}: {}", reason(&error))))
}

/// Records v1.1.0 of the submodule and leaves v1.0.0 checked out, as a forgotten `git submodule update` does.
fn write_billing(folder: &Utf8Path, git: &Git<'_>) -> Result<(), Failure> {
    write_files(folder, BILLING)?;
    git.run(folder, &["init", "--quiet"])?;
    let submodule = ["submodule", "--quiet", "add", "../remotes/shared-metrics.git", "vendor/shared-metrics"];
    git.run(folder, &submodule)?;
    git.run(folder, &["add", "--all"])?;
    git.run(folder, &["commit", "--quiet", "--message", "Bill with shared metrics"])?;
    git.run(&folder.join("vendor/shared-metrics"), &["checkout", "--quiet", "v1.0.0"])
}

fn write_files(folder: &Utf8Path, text: &str) -> Result<(), Failure> {
    for (path, content) in sections(text) {
        let path = folder.join(path);
        create_folder(path.parent().unwrap_or(folder))?;
        std::fs::write(&path, content)
            .map_err(|error| Failure::new(format!("cannot write {path}: {}", reason(&error))))?;
    }
    Ok(())
}

fn create_folder(folder: &Utf8Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("cannot make {folder}: {}", reason(&error))))
}

/// The files of a text: paths and contents, each content whole lines.
fn sections(text: &str) -> impl Iterator<Item = (&str, String)> {
    let body = text.strip_prefix("#- ").unwrap_or_default();
    body.split("\n#- ").map(|section| {
        let (path, content) = section.split_once('\n').unwrap_or((section, ""));
        (path, content.lines().flat_map(|line| [line, "\n"]).collect())
    })
}

/// What the check finds, and what a newcomer may try next.
fn transcript(folder: &Utf8Path, current: &Utf8Path, surroundings: &Surroundings) -> String {
    let files = Files::default();
    // Of the user's surroundings git alone counts: everybody is to see the same.
    let mut outside = Outside::default();
    outside.repositories = Repositories::of(surroundings);
    let workspace = Workspace::new(files.clone(), vec![folder.to_owned()]).with_outside(Arc::new(outside));
    let findings = rules::check(&workspace);
    let report = Report { files: &files, root: folder, root_name: ".", findings: &findings };
    let inside = relative(folder, current);
    let shown = if inside.starts_with("..") { folder.as_str() } else { inside.as_str() };
    format!(
        "{}{}\n\n{}",
        report::text::render(&report),
        report::summary::render(&findings),
        next_steps(
            shown,
            &own_name(surroundings),
            findings.diagnostics.iter().map(|found| found.rule).next()
        ),
    )
}

/// What to call this program by: its name where that leads to it, else its path, as after `cargo run`.
fn own_name(surroundings: &Surroundings) -> String {
    const NAME: &str = "crossloc";
    let Some(own) = &surroundings.program else { return NAME.to_owned() };
    let folders = surroundings.program_folders().into_iter();
    let first = folders.map(|folder| folder.join(NAME)).find(|program| program.is_file());
    let same = first.and_then(|program| program.canonicalize().ok()) == own.canonicalize().ok();
    if same { NAME.to_owned() } else { own.to_string() }
}

fn next_steps(folder: &str, crossloc: &str, rule: Option<&str>) -> String {
    let rule = rule.unwrap_or("unused-suppression");
    format!(
        "\
This was `crossloc check` in {folder}: three code locations that share code by
a path (orders), a git submodule (billing) and a pinned release (reports). Nothing had to be
configured. Try next:

  cd {folder}
  {crossloc} locations
  {crossloc} resolve acme.io:save --from orders
  {crossloc} rule {rule}
  {crossloc} check --fix
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_a_list_of_files() {
        for text in [WORKSPACE, BILLING, SHARED[0].1, SHARED[1].1, METRICS[0].1, METRICS[1].1] {
            assert!(text.starts_with("#- "));
            assert!(sections(text).all(|(path, content)| !path.contains(' ') && !content.contains("#- ")));
            assert_eq!(sections(text).count(), text.matches("#- ").count());
        }
        let empty = sections(WORKSPACE).find(|(path, _)| *path == "orders/src/orders/__init__.py");
        assert_eq!(empty.map(|(_, content)| content), Some(String::new()));
    }
}
