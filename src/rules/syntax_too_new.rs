//! # syntax-too-new (error)
//!
//! ## What it does
//!
//! Reports shared code, taken live, whose syntax is newer than the oldest Python that a project which imports it supports.
//!
//! ## Why it matters
//!
//! On that Python the import is a `SyntaxError`, for every location that still runs there, while the shared
//! distribution's own tests pass on a newer one. Only modules are judged that the importing project's deployed code loads
//! for certain: not those behind `TYPE_CHECKING`, `try … except ImportError`, a check of `sys.version_info`, or inside
//! functions. Where the shared distribution declares that it needs the newer Python, that is
//! [python-range-too-narrow](python-range-too-narrow.md).
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- shared/src/acme/io.py
//! def load(kind):
//!     match kind:
//! #   ^^^^^^^^^^ error[syntax-too-new]: `match` statements need Python 3.10, `etl` supports 3.9
//!         case "csv":
//!             return []
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! requires-python = ">=3.9"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! #- etl/src/etl/assets.py
//! from acme.io import load
//! ```
//!
//! ## Fix
//!
//! Write it in the older form, or raise `requires-python` of both.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use camino::Utf8PathBuf;
use rustc_hash::{FxHashMap, FxHashSet};

use super::registry::Rule;
use super::versions::{Oldest, oldest_python, own_oldest};
use super::{Context, Finding, Severity, absent};
use crate::python::{Feature, Import, ImportId, ImportKind, ModuleName};
use crate::semantics::Semantics;
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "syntax-too-new",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("syntax_too_new.rs"),
};

/// How many further places a finding names.
const MAX_RELATED: usize = 20;

/// A file that does not parse on the oldest Python of a project that loads it.
struct Fault {
    feature: Feature,
    range: TextRange,
    consumer: Arc<Project>,
    oldest: Oldest,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut loaded =
        Loaded { context, semantics: Semantics::new(context.workspace), known: FxHashMap::default() };
    let mut faults: BTreeMap<Utf8PathBuf, BTreeMap<FileId, Fault>> = BTreeMap::new();
    let mut newest: FxHashMap<FileId, Option<(Feature, TextRange)>> = FxHashMap::default();
    for (consumer, oldest, first) in consumers(context) {
        for file in loaded.reached(first) {
            let of_file = newest.entry(file.clone()).or_insert_with_key(|file| newest_syntax(context, file));
            let Some((feature, range)) = *of_file else { continue };
            let Some(shared) =
                context.workspace.project_of(&file).filter(|shared| shared.dir != consumer.dir)
            else {
                continue;
            };
            // What a project declares that it needs is another rule's matter.
            if parses(feature, &oldest) || own_oldest(&shared).is_some_and(|own| parses(feature, &own)) {
                continue;
            }
            let of_project = faults.entry(shared.dir.clone()).or_default();
            let worst = of_project.get(&file).is_none_or(|known| oldest.version < known.oldest.version);
            if worst {
                let (consumer, oldest) = (consumer.clone(), oldest.clone());
                of_project.insert(file, Fault { feature, range, consumer, oldest });
            }
        }
    }
    faults.values().filter_map(|of_project| finding(context, of_project)).collect()
}

/// Projects that say which Python is their oldest, with the shared files that their deployed code imports for certain.
fn consumers(context: &Context<'_>) -> Vec<(Arc<Project>, Oldest, Vec<FileId>)> {
    let mut by_dir: BTreeMap<Utf8PathBuf, (Arc<Project>, Vec<FileId>)> = BTreeMap::new();
    for uses in context.judged_files() {
        for used in &uses.imports {
            let certain = !used.import.for_version;
            if used.optional || used.local || !certain || !absent::is_live(&used.standing) {
                continue;
            }
            let Some(file) = &used.file else { continue };
            let entry = by_dir.entry(uses.project.dir.clone());
            entry.or_insert_with(|| (uses.project.clone(), Vec::new())).1.push(file.clone());
        }
    }
    let with_oldest = by_dir.into_values().filter_map(|(project, files)| {
        let oldest = oldest_python(context, &project)?;
        Some((project, oldest, files))
    });
    with_oldest.collect()
}

fn newest_syntax(context: &Context<'_>, file: &FileId) -> Option<(Feature, TextRange)> {
    let summary = context.workspace.summary(file)?;
    summary.newest_syntax.filter(|_| summary.errors.is_empty())
}

fn parses(feature: Feature, oldest: &Oldest) -> bool {
    match oldest.version.release() {
        [3, minor, ..] => *minor >= feature.minor(),
        [3] => false,
        [major, ..] => *major > 3,
        [] => true,
    }
}

/// The faults of one shared project: one finding at the first file, the others being related.
fn finding(context: &Context<'_>, faults: &BTreeMap<FileId, Fault>) -> Option<Finding> {
    let (file, first) = faults.first_key_value()?;
    let needs = |fault: &Fault| format!("{} need Python 3.{}", fault.feature.plural(), fault.feature.minor());
    let who = first.consumer.display_name();
    let message = format!("{}, `{who}` supports {}", needs(first), first.oldest.version);
    let line_of = |file: &FileId, range: TextRange| {
        let source = context.workspace.files.text(file).ok()?;
        let first = range.slice(&source.text).lines().next()?.trim_end();
        Some(TextRange::new(
            range.start,
            range.start + crate::text::offset(first.trim_end_matches(':').len()),
        ))
    };
    let place = Place { file: file.clone(), range: line_of(file, first.range)? };
    let finding = Finding::new(place, message, [who]);
    let whose = first.oldest.project.display_name();
    let finding = finding.related(first.oldest.place.clone(), format!("what `{whose}` supports"));
    let others = faults.iter().skip(1).take(MAX_RELATED);
    Some(others.fold(finding, |finding, (file, fault)| match line_of(file, fault.range) {
        Some(range) => finding.related(Place { file: file.clone(), range }, needs(fault)),
        None => finding,
    }))
}

/// Which files an import loads, those that they import among them.
struct Loaded<'w> {
    context: &'w Context<'w>,
    semantics: Semantics<'w>,
    /// What each file imports by itself.
    known: FxHashMap<FileId, Vec<FileId>>,
}

impl Loaded<'_> {
    fn reached(&mut self, first: Vec<FileId>) -> FxHashSet<FileId> {
        let mut seen = FxHashSet::default();
        let mut waiting: VecDeque<FileId> = first.into();
        while let Some(file) = waiting.pop_front() {
            // A stub stands for a module that is not Python, and is never run.
            if file.path().extension() != Some("py") || !seen.insert(file.clone()) {
                continue;
            }
            if !self.known.contains_key(&file) {
                let next = self.imported_by(&file);
                self.known.insert(file.clone(), next);
            }
            waiting.extend(self.known.get(&file).into_iter().flatten().cloned());
        }
        seen
    }

    /// The first-party files that a file loads for certain when it is imported itself: its package, what it imports, and
    /// the packages around that.
    fn imported_by(&self, file: &FileId) -> Vec<FileId> {
        let mut found = Vec::new();
        if let Some(module) = self.context.workspace.module_of(file) {
            self.add_packages(file, &module, &mut found);
        }
        let Some(summary) = self.context.workspace.summary(file) else { return found };
        for (import, index) in summary.imports.iter().zip(0..) {
            let certain = !(import.type_checking || import.guarded || import.local || import.for_version);
            if certain && import.kind != ImportKind::Dynamic {
                self.add_import(file, &summary, ImportId(index), import, &mut found);
            }
        }
        found.retain(|found| self.is_first_party(found));
        found
    }

    fn add_import(
        &self,
        file: &FileId,
        summary: &crate::python::ModuleSummary,
        id: ImportId,
        import: &Import,
        found: &mut Vec<FileId>,
    ) {
        self.semantics.restart();
        let Some(module) = self.semantics.import_module(file, import) else { return };
        found.extend(module.file.clone());
        self.add_packages(file, &module.name, found);
        // `from acme import io`: a name that the package does not bind itself is its module.
        let ImportKind::From(_) = &import.kind else { return };
        for entity in self.semantics.imported(file, summary, id) {
            if let crate::semantics::Entity::Module(module) = entity {
                found.extend(module.file);
            }
        }
    }

    fn add_packages(&self, from: &FileId, module: &ModuleName, found: &mut Vec<FileId>) {
        for package in std::iter::successors(module.parent(), ModuleName::parent) {
            let resolution = self.context.workspace.resolve(from, &package);
            found.extend(resolution.found().map(|found| found.file.clone()));
        }
    }

    fn is_first_party(&self, file: &FileId) -> bool {
        let project = self.context.workspace.project_of(file);
        project.is_some_and(|project| !project.broken && project.layout.module_of(file).is_some())
    }
}
