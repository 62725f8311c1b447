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

use std::collections::{BTreeMap, BTreeSet, VecDeque};
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

/// Asked of files that are loaded.
const LOADS: &str = "what a file loads";

/// A file that does not parse on the oldest Python of a project that loads it.
struct Fault {
    feature: Feature,
    range: TextRange,
    consumer: Arc<Project>,
    oldest: Oldest,
}

/// Who loads shared files, on which Python at the oldest.
#[derive(Clone)]
struct Consumer {
    project: Arc<Project>,
    oldest: Oldest,
    /// What its deployed code imports for certain.
    first: Arc<[FileId]>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let consumers = context.in_subjects(RULE.name, of_project);
    let mut loaded = Loaded { context, known: FxHashMap::default() };
    if !loaded.may_hold_faults(&consumers) {
        return Vec::new();
    }
    let mut faults: BTreeMap<Utf8PathBuf, BTreeMap<FileId, Fault>> = BTreeMap::new();
    for consumer in &consumers {
        for file in loaded.reached(consumer.first.iter()) {
            let Some((feature, range)) = loaded.by(&file).syntax else { continue };
            let Some(shared) =
                context.workspace.project_of(&file).filter(|shared| shared.dir != consumer.project.dir)
            else {
                continue;
            };
            // What a project declares that it needs is another rule's matter.
            let oldest = &consumer.oldest;
            if parses(feature, oldest) || own_oldest(&shared).is_some_and(|own| parses(feature, &own)) {
                continue;
            }
            let of_project = faults.entry(shared.dir.clone()).or_default();
            let worst = of_project.get(&file).is_none_or(|known| oldest.version < known.oldest.version);
            if worst {
                let (consumer, oldest) = (consumer.project.clone(), oldest.clone());
                of_project.insert(file, Fault { feature, range, consumer, oldest });
            }
        }
    }
    faults.values().filter_map(|of_project| finding(context, of_project)).collect()
}

/// The project with the shared files that its deployed code imports for certain, where it says which Python is its oldest.
fn of_project(context: &Context<'_>, project: &Arc<Project>) -> Vec<Consumer> {
    let deployed = context.files_of(project).filter(|uses| uses.deployed);
    let certain = deployed.flat_map(|uses| &uses.imports).filter(|used| {
        !(used.optional || used.local || used.import.for_version) && absent::is_live(&used.standing)
    });
    let files: BTreeSet<FileId> = certain.filter_map(|used| used.file.clone()).collect();
    if files.is_empty() {
        return Vec::new();
    }
    let consumer = oldest_python(context, project).map(|oldest| Consumer {
        project: project.clone(),
        oldest,
        first: files.into_iter().collect(),
    });
    consumer.into_iter().collect()
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

/// What a file is to one who imports it.
#[derive(Clone, Default)]
struct Load {
    /// The newest syntax in it, if it was understood.
    syntax: Option<(Feature, TextRange)>,
    /// What it loads for certain itself.
    next: Vec<FileId>,
}

/// Which files an import loads, those that they import among them.
struct Loaded<'w> {
    context: &'w Context<'w>,
    known: FxHashMap<FileId, Arc<Vec<Load>>>,
}

impl Loaded<'_> {
    fn by(&mut self, file: &FileId) -> Load {
        self.of(file).first().cloned().unwrap_or_default()
    }

    fn of(&mut self, file: &FileId) -> &[Load] {
        let context = self.context;
        let known = self.known.entry(file.clone());
        known.or_insert_with_key(|file| context.in_any_file(LOADS, file, loads))
    }

    /// Whether the syntax of any file that anybody loads is too new for the oldest Python of all.
    fn may_hold_faults(&mut self, consumers: &[Consumer]) -> bool {
        let Some(oldest) = consumers.iter().map(|consumer| &consumer.oldest).min_by_key(|one| &one.version)
        else {
            return false;
        };
        let reached = self.reached(consumers.iter().flat_map(|consumer| consumer.first.iter()));
        let too_new = |load: &Load| load.syntax.is_some_and(|(feature, _)| !parses(feature, oldest));
        reached.iter().any(|file| self.of(file).iter().any(too_new))
    }

    fn reached<'f>(&mut self, first: impl Iterator<Item = &'f FileId>) -> FxHashSet<FileId> {
        let mut seen = FxHashSet::default();
        let mut waiting: VecDeque<FileId> = VecDeque::new();
        // A stub stands for a module that is not Python, and is never run.
        let mut add = |file: &FileId, waiting: &mut VecDeque<FileId>| {
            if file.path().extension() == Some("py") && !seen.contains(file) {
                seen.insert(file.clone());
                waiting.push_back(file.clone());
            }
        };
        first.for_each(|file| add(file, &mut waiting));
        while let Some(file) = waiting.pop_front() {
            for next in self.of(&file).iter().flat_map(|load| &load.next) {
                add(next, &mut waiting);
            }
        }
        seen
    }
}

/// What a file is to one who imports it.
fn loads(context: &Context<'_>, file: &FileId) -> Vec<Load> {
    let Some(summary) = context.workspace.summary(file) else { return Vec::new() };
    let syntax = summary.newest_syntax.filter(|_| summary.errors.is_empty());
    let next = Imported { context, semantics: Semantics::new(context.workspace) }.by(file);
    vec![Load { syntax, next }]
}

/// What single files import.
struct Imported<'w> {
    context: &'w Context<'w>,
    semantics: Semantics<'w>,
}

impl Imported<'_> {
    /// The first-party files that a file loads for certain when it is imported itself: its package, what it imports, and
    /// the packages around that.
    fn by(&self, file: &FileId) -> Vec<FileId> {
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
