//! # unused-dependency (information)
//!
//! ## What it does
//!
//! Reports requirements on first-party distributions of which the project imports nothing and names nothing.
//!
//! ## Why it matters
//!
//! Each needless requirement makes an image larger, its builds slower, and every change of the shared code a change of
//! this project's lock. Any use counts: imports in tests and for type checking, strings, entry points, and the names
//! of the distribution or its modules in configuration, containers and shell scripts. So does an import that leads to
//! nobody else and is called like the distribution or like something in its tree, whether or not the distribution ships
//! it. A distribution with entry points of its own need not be imported at all, and is not reported; neither is one whose
//! modules are not known for certain, since an unknown backend, a build hook or a computed list may add some.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! #                ^^^^^^^^^^^ information[unused-dependency]: `acme-shared` is required but never imported
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! import json
//! ```
//!
//! ## Fix
//!
//! Removes the requirement, and its source where nothing else requires it.

use std::sync::Arc;

use camino::Utf8Path;
use rustc_hash::FxHashSet;

use super::mentions::{contains_quoted, contains_word, is_configuration};
use super::possible_modules::PossibleModules;
use super::registry::Rule;
use super::{Context, Finding, Severity, edits};
use crate::manifest::{DistributionName, Group};
use crate::python::{ModuleName, ModuleSummary};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-dependency",
    default: Some(Severity::Information),
    check: Some(check),
    source: include_str!("unused_dependency.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.in_subjects(RULE.name, of_project)
}

fn of_project(context: &Context<'_>, project: &Arc<Project>) -> Vec<Finding> {
    let workspace = context.workspace;
    if !workspace.folders.iter().any(|folder| project.dir.starts_with(folder)) {
        return Vec::new();
    }
    let dependencies = workspace.dependencies(project);
    let uses = context.files_of(project).flat_map(|uses| &uses.imports);
    let imported: FxHashSet<&Utf8Path> = uses.map(|used| used.provider.dir.as_path()).collect();
    let mut findings = Vec::new();
    let mut files = None;
    for dependency in dependencies.iter() {
        let Some(requirement) = dependency.requirement.as_ref().filter(|r| r.extras.is_empty()) else {
            continue;
        };
        if dependency.group != Group::Main {
            continue;
        }
        let Some(provider) = provider(context, dependency) else { continue };
        // What costs most is asked last: which modules it has, and what files say.
        if imported.contains(provider.dir.as_path())
            || acts_by_itself(context, &provider)
            || is_required_by_another(context, &dependencies, dependency)
            || brings_what_is_used(context, project, &provider, &dependencies)
        {
            continue;
        }
        let Some(modules) = PossibleModules::of(context, project, dependency, &provider) else { continue };
        if imported.iter().any(|dir| modules.are_of(dir)) {
            continue;
        }
        let files = files.get_or_insert_with(|| Files::new(context, project));
        if !files.imports_anything || files.use_any(context, &provider, &dependency.name, &modules) {
            continue;
        }
        let place = Place { file: dependency.place.file.clone(), range: requirement.range };
        let message = format!("`{}` is required but never imported", dependency.name);
        let fix = edits::remove_requirement(workspace, project, dependency);
        findings.push(Finding::new(place, message, [dependency.name.as_str()]).fix(fix));
    }
    findings
}

/// The project behind a requirement: its live source, else the only one of that name.
fn provider(context: &Context<'_>, dependency: &Dependency) -> Option<Arc<Project>> {
    let found = match &dependency.provision {
        Provision::Live { dir, .. } => context.workspace.project_at(dir)?,
        Provision::Registry | Provision::Git(_) => {
            let mut named = context.workspace.projects_named(&dependency.name);
            let found = named.pop()?;
            named.is_empty().then_some(found)?
        }
        _ => return None,
    };
    (found.ships && !found.template && !found.broken).then_some(found)
}

/// Whether others find the provider by its entry points, in whatever form they are written, so that nobody need import
/// it.
fn acts_by_itself(context: &Context<'_>, provider: &Project) -> bool {
    provider.manifests.iter().any(|(file, manifest)| {
        let named = || {
            let text = context.workspace.files.text(file);
            let signs = ["entry-points", "entry_points", "registry_modules"];
            text.map_or(true, |source| signs.iter().any(|sign| source.text.contains(sign)))
        };
        !manifest.entry_points.is_empty() || named()
    })
}

/// Whether the project imports what only this provider's own requirements bring: without it, that would be gone.
fn brings_what_is_used(
    context: &Context<'_>,
    project: &Project,
    provider: &Project,
    own: &[Dependency],
) -> bool {
    let brought = &context.workspace.closure(provider).names;
    let lacking =
        |name: &DistributionName| brought.contains(name) && !own.iter().any(|own| own.name == *name);
    context
        .files_of(project)
        .any(|uses| uses.imports.iter().any(|import| import.distribution().is_some_and(lacking)))
}

/// Whether something else that the project requires needs the same: then the requirement may be there to say from
/// where it is to be taken, or in which version.
fn is_required_by_another(context: &Context<'_>, all: &[Dependency], dependency: &Dependency) -> bool {
    all.iter().any(|other| match &other.provision {
        Provision::Live { dir, .. } if other.name != dependency.name => {
            let other = context.workspace.project_at(dir);
            other.is_some_and(|other| context.workspace.closure(&other).names.contains(&dependency.name))
        }
        _ => false,
    })
}

/// All files of a project in which something can be named.
struct Files {
    python: Vec<FileId>,
    others: Vec<FileId>,
    imports_anything: bool,
}

impl Files {
    /// Walks the project's folder. Projects inside it count too: they may live in its environment.
    fn new(context: &Context<'_>, project: &Project) -> Self {
        let workspace = context.workspace;
        let walked = workspace.walk(&project.dir, is_configuration);
        let own = |file: &FileId| {
            workspace.project_of(file).is_some_and(|owner| owner.dir == project.dir)
                && file.file_name() != "setup.py"
        };
        let imports = |file: &FileId| workspace.summary(file).is_some_and(|s| !s.imports.is_empty());
        // What uses shared code imports it, and is known already.
        let uses = context.files_of(project).any(|uses| !uses.imports.is_empty() && own(&uses.file));
        let imports_anything = uses || walked.python.iter().any(|file| own(file) && imports(file));
        Self { python: walked.python, others: walked.others, imports_anything }
    }

    fn use_any(
        &self,
        context: &Context<'_>,
        provider: &Project,
        name: &DistributionName,
        modules: &PossibleModules,
    ) -> bool {
        let theirs = |file: &FileId| file.path().starts_with(&provider.dir);
        let inside = self.python.iter().any(|file| !theirs(file));
        let mine = |file: &&FileId| !inside || !theirs(file);
        self.python.iter().filter(mine).any(|file| is_used_in(context, file, modules))
            || self.others.iter().filter(mine).any(|file| is_named_in(context, file, name, &modules.stems))
    }
}

/// Whether a Python file may import the distribution, or names one of its modules in a string.
fn is_used_in(context: &Context<'_>, file: &FileId, modules: &PossibleModules) -> bool {
    let workspace = context.workspace;
    let named = |bytes: &[u8]| modules.needles.iter().any(|name| contains_word(bytes, name));
    let Some(source) = workspace.files.text_if(file, named) else { return false };
    let quoted = modules.stems.iter().any(|stem| contains_quoted(source.text.as_bytes(), stem.as_str()));
    let imported = |summary: &ModuleSummary| modules.may_be_imported(context, file, summary);
    quoted || workspace.summary(file).is_none_or(|summary| imported(&summary))
}

/// Whether another file names a module or the distribution, the requirement and its source aside.
fn is_named_in(context: &Context<'_>, file: &FileId, name: &DistributionName, stems: &[ModuleName]) -> bool {
    let files = &context.workspace.files;
    let named = |bytes: &[u8]| {
        contains_word(bytes, name.as_str())
            || stems.iter().any(|stem| {
                contains_word(bytes, stem.as_str()) || contains_word(bytes, &stem.as_str().replace('.', "/"))
            })
    };
    let Some(source) = files.text_if(file, named) else { return false };
    let Some(manifest) = context.workspace.manifest(file) else { return true };
    let requirements = manifest.requirements.iter().filter(|r| r.name.value == *name).map(|r| r.range);
    let sources = manifest.sources.iter().filter(|s| s.name.value == *name).map(|s| s.range);
    let mut ranges: Vec<TextRange> = requirements.chain(sources).collect();
    ranges.sort_unstable();
    let mut rest = String::new();
    let mut from = 0;
    for range in ranges {
        rest.push_str(TextRange::new(from, range.start.max(from)).slice(&source.text));
        rest.push(' ');
        from = range.end.max(from);
    }
    rest.push_str(TextRange::new(from, crate::text::offset(source.text.len())).slice(&source.text));
    named(rest.as_bytes())
}
