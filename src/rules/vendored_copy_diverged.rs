//! # vendored-copy-diverged (warning)
//!
//! ## What it does
//!
//! Reports copies of a shared distribution's package inside another project, of which files differ from the source.
//!
//! ## Why it matters
//!
//! What was mended in the shared distribution is still broken in the copy, or the other way round, and nothing but a
//! comparison by hand tells. A folder counts as a copy if it bears the package's name and has at least three of its files
//! under the same names, most of them with nearly the same text. A copy that equals its source is not reported.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! NAME = "acme"
//! #- shared/src/acme/io.py
//! def load(): ...
//! #- shared/src/acme/text.py
//! def clean(text):
//!     return text.strip().lower()
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! #- etl/etl/vendor/acme/__init__.py
//! NAME = "acme"
//! #- etl/etl/vendor/acme/io.py
//! def load(): ...
//! #- etl/etl/vendor/acme/text.py
//! def clean(text):
//! #<<<<<<<<<<<<<<< warning[vendored-copy-diverged]: `etl/vendor/acme` is a copy of `acme` of `acme-shared`, 1 of 3 files differs
//!     return text.strip()
//! ```
//!
//! ## Fix
//!
//! Delete the copy, and require the shared distribution.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashMap;

use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::python::{ModuleName, Name};
use crate::source::Found;
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Place, Project, is_around};

/// The rule.
pub const RULE: Rule = Rule {
    name: "vendored-copy-diverged",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("vendored_copy_diverged.rs"),
};

/// A copy has so many files of its source under the same names.
const LEAST_FILES: usize = 3;

/// No more files are compared of one copy.
const MOST_FILES: usize = 300;

/// How many further files that differ a finding names.
const MAX_RELATED: usize = 20;

/// A shared package: its project and its folder.
type Package = (Arc<Project>, Utf8PathBuf);

fn check(context: &Context<'_>) -> Vec<Finding> {
    let packages = packages(context);
    if packages.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for ((folder, name), files) in candidates(context, &packages) {
        let Some(project) = context.workspace.project_around(&folder) else { continue };
        if !context.is_subject(&project) || context.workspace.is_around(&folder) {
            continue;
        }
        let sources = packages.get(&name).into_iter().flatten();
        let other = |(owner, dir): &&Package| {
            owner.distribution() != project.distribution()
                && !folder.starts_with(dir)
                && !dir.starts_with(&folder)
        };
        found.extend(
            sources.filter(other).find_map(|package| judge(context, &project, &folder, &files, package)),
        );
    }
    found
}

/// Regular top-level packages of shared distributions, by name.
fn packages(context: &Context<'_>) -> FxHashMap<Name, Vec<Package>> {
    let files = &context.workspace.files;
    let mut packages: FxHashMap<Name, Vec<Package>> = FxHashMap::default();
    for project in context.subjects().iter().filter(|project| project.ships) {
        if context.location_of(project).is_some() {
            continue;
        }
        for name in project.layout.top_level(files) {
            let Some(module) = ModuleName::new(&name).filter(|_| !is_around(&name)) else { continue };
            if let Some(Found::Module(file)) = project.layout.find(files, &module)
                && file.file_name() == "__init__.py"
            {
                packages.entry(name).or_default().push((project.clone(), file.dir().to_owned()));
            }
        }
    }
    packages
}

/// Folders outside the packages that bear the name of one, with the files below.
fn candidates(
    context: &Context<'_>,
    packages: &FxHashMap<Name, Vec<Package>>,
) -> BTreeMap<(Utf8PathBuf, Name), Vec<FileId>> {
    let discovery = context.workspace.discovery();
    let mut known: FxHashMap<&Utf8Path, Vec<(&Utf8Path, &Name)>> = FxHashMap::default();
    let mut candidates: BTreeMap<(Utf8PathBuf, Name), Vec<FileId>> = BTreeMap::new();
    for file in &discovery.python {
        let bearing = known.entry(file.dir()).or_insert_with(|| {
            let known = |dir: &&Utf8Path| discovery.roots.iter().any(|root| dir.starts_with(root));
            let above = file.dir().ancestors().take_while(known);
            let bearing = above.filter_map(|dir| {
                let (name, packages) = packages.get_key_value(dir.file_name()?)?;
                let apart = |(_, own): &Package| !own.starts_with(dir) && !dir.starts_with(own);
                packages.iter().any(apart).then_some((dir, name))
            });
            bearing.collect()
        });
        for (dir, name) in bearing {
            candidates.entry((dir.to_path_buf(), (*name).clone())).or_default().push(file.clone());
        }
    }
    candidates.retain(|_, files| files.len() >= LEAST_FILES);
    candidates
}

fn judge(
    context: &Context<'_>,
    project: &Project,
    folder: &Utf8Path,
    files: &[FileId],
    (owner, source): &Package,
) -> Option<Finding> {
    let below =
        |file: &FileId| file.path().strip_prefix(folder).ok().map(|path| FileId::new(&source.join(path)));
    let pairs = files.iter().filter_map(|file| {
        let original = below(file)?;
        context.workspace.files.is_file(original.path()).then(|| (file.clone(), original))
    });
    let pairs: Vec<(FileId, FileId)> = pairs.take(MOST_FILES).collect();
    if pairs.len() < LEAST_FILES || pairs.len() * 2 < files.len() {
        return None;
    }
    let (mut compared, mut near) = (0, 0);
    let mut differing = Vec::new();
    for (copy, original) in pairs {
        let text = |file| context.workspace.files.text(file).ok();
        let (Some(ours), Some(theirs)) = (text(&copy), text(&original)) else { continue };
        // Empty files say nothing about where they come from.
        if ours.text.trim().is_empty() && theirs.text.trim().is_empty() {
            continue;
        }
        compared += 1;
        let same = lines(&ours.text) == lines(&theirs.text);
        near += usize::from(same || is_near(&ours.text, &theirs.text));
        if !same {
            let range = ours.lines().line_range(&ours.text, 0).unwrap_or_default();
            differing.push((Place { file: copy, range }, original));
        }
    }
    if compared < LEAST_FILES || near * 3 < compared * 2 {
        return None;
    }
    let ((place, original), others) = differing.split_first()?;
    let (shown, name, whose) =
        (context.shown(folder, &project.dir), folder.file_name()?, owner.display_name());
    let verb = if others.is_empty() { "differs" } else { "differ" };
    let count = differing.len();
    let message = format!("`{shown}` is a copy of `{name}` of `{whose}`, {count} of {compared} files {verb}");
    let origin = Place { file: original.clone(), range: TextRange::default() };
    let finding = Finding::new(place.clone(), message, [shown.as_str(), whose]).related(origin, "the source");
    let others = others.iter().take(MAX_RELATED);
    Some(others.fold(finding, |finding, (place, _)| finding.related(place.clone(), "differs, too")))
}

/// The lines that count: without blank ones, and whatever ends them.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect()
}

/// Whether three in five of the lines of the longer text are in the other.
fn is_near(one: &str, other: &str) -> bool {
    let (one, other) = (lines(one), lines(other));
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    for line in &one {
        *counts.entry(line).or_default() += 1;
    }
    let shared = other.iter().filter(|line| match counts.get_mut(*line) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    });
    shared.count() * 5 >= one.len().max(other.len()) * 3
}
