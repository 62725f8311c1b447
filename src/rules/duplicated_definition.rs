//! # duplicated-definition (off by default)
//!
//! ## What it does
//!
//! Reports functions of a location that do exactly what a function of a shared distribution does: they differ in no more
//! than their own name and those of parameters and local variables.
//!
//! ## Why it matters
//!
//! What is mended in the shared function stays broken in the copy. Functions of fewer than four statements are not
//! reported, nor are methods and decorated functions; annotations, docstrings and comments make no difference.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! [rules]
//! duplicated-definition = "information"
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! #- shared/src/acme/text.py
//! def clean(text: str) -> str:
//!     """Blanks and case do not count."""
//!     words = text.split()
//!     if not words:
//!         return ""
//!     return " ".join(words).lower()
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! def normalise(value):
//! #   ^^^^^^^^^ information[duplicated-definition]: `normalise` repeats `clean` of `acme.text` (`acme-shared`)
//!     parts = value.split()
//!     if not parts:
//!         return ''
//!     return ' '.join(parts).lower()
//! ```
//!
//! ## Fix
//!
//! Import the shared function.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::registry::Rule;
use super::{Context, Finding};
use crate::python::{FunctionStructure, ModuleName, structures};
use crate::vfs::FileId;
use crate::workspace::{Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "duplicated-definition",
    default: None,
    check: Some(check),
    source: include_str!("duplicated_definition.rs"),
};

/// Shorter functions are alike by chance.
const LEAST_STATEMENTS: usize = 4;

/// A shared function.
struct Original {
    name: String,
    module: ModuleName,
    project: Arc<Project>,
    place: Place,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut originals: FxHashMap<String, Original> = FxHashMap::default();
    let mut marks: Vec<String> = Vec::new();
    for project in context.subjects().iter().filter(|project| is_shared(context, project)) {
        for (module, file) in project.layout.modules(&context.workspace.files) {
            if module.segments().any(|segment| segment.starts_with('_'))
                || !context.workspace.is_deployed(&file)
            {
                continue;
            }
            for (name, found) in long_functions(context, &file) {
                // Without a word of its own it says too little.
                if name.starts_with('_') || found.mark.is_empty() {
                    continue;
                }
                marks.push(found.mark);
                let place = Place { file: file.clone(), range: found.name };
                let (project, module) = (project.clone(), module.clone());
                originals.entry(found.shape).or_insert(Original { name, module, project, place });
            }
        }
    }
    marks.sort_unstable();
    marks.dedup();
    let Ok(searcher) = AhoCorasick::new(&marks) else { return Vec::new() };
    if originals.is_empty() {
        return Vec::new();
    }
    let discovery = context.workspace.discovery();
    let found =
        discovery.python.par_iter().flat_map_iter(|file| of_file(context, file, &searcher, &originals));
    found.collect()
}

/// Whether other projects take a project, and it is no location.
fn is_shared(context: &Context<'_>, project: &Project) -> bool {
    let others = context.consumers_of(&project.dir).iter().any(|(consumer, _)| consumer.dir != project.dir);
    let imported = || {
        context.files().iter().any(|uses| uses.imports.iter().any(|used| used.provider.dir == project.dir))
    };
    project.ships && context.location_of(project).is_none() && (others || imported())
}

/// The copies in one file; files that hold no mark of any original are not parsed.
fn of_file(
    context: &Context<'_>,
    file: &FileId,
    searcher: &AhoCorasick,
    originals: &FxHashMap<String, Original>,
) -> Vec<Finding> {
    let workspace = context.workspace;
    let Some(project) = workspace.project_of(file) else { return Vec::new() };
    if !context.is_subject(&project) || is_shared(context, &project) || !workspace.is_deployed(file) {
        return Vec::new();
    }
    if workspace.files.text_if(file, |bytes| searcher.is_match(bytes)).is_none() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (name, found) in long_functions(context, file) {
        let Some(original) = originals.get(&found.shape) else { continue };
        // A copy of the whole package is vendored-copy-diverged's matter.
        let top = original.module.top_level();
        if file.dir().components().any(|part| part.as_str() == top) {
            continue;
        }
        let (theirs, module, whose) = (&original.name, &original.module, original.project.display_name());
        let message = format!("`{name}` repeats `{theirs}` of `{module}` (`{whose}`)");
        let place = Place { file: file.clone(), range: found.name };
        let finding = Finding::new(place, message, [name.as_str(), module.as_str(), theirs]);
        findings.push(finding.related(original.place.clone(), format!("`{theirs}` is defined here")));
    }
    findings
}

/// The functions of a file that are long enough, with their names.
fn long_functions(context: &Context<'_>, file: &FileId) -> Vec<(String, FunctionStructure)> {
    let (Ok(source), Some(summary)) = (context.workspace.files.text(file), context.workspace.summary(file))
    else {
        return Vec::new();
    };
    let all = structures(&source.text, &summary).into_iter();
    all.filter(|found| found.statements >= LEAST_STATEMENTS)
        .map(|found| (found.name.slice(&source.text).to_owned(), found))
        .collect()
}
