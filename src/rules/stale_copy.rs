//! # stale-copy (warning)
//!
//! ## What it does
//!
//! Reports path sources that were copied into a project's environment, and whose Python files have changed since.
//!
//! ## Why it matters
//!
//! A path source is not editable unless it says so: uv and Poetry build it once and install the result. `uv sync` and
//! `poetry install` look at its manifest alone and notice no change of its code, so that a location goes on running what
//! the shared code was when it was installed, while every editor leads to what it is now. Modules that the build writes
//! (`_version.py`, lines that assign a version) and modules that are gone from the tree are not judged.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- shared/src/acme/__init__.py
//! #- shared/src/acme/io.py
//! def load(path, limit=None): ...
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! #                ^^^^^^^^^^^ warning[stale-copy]: `acme-shared` was copied into `.venv`, and `../shared` has changed since: `acme/io.py`; run `uv sync --project etl --reinstall-package acme-shared`
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/.venv/pyvenv.cfg
//! home = /usr/bin
//! #- etl/.venv/lib/python3.13/site-packages/acme/__init__.py
//! #- etl/.venv/lib/python3.13/site-packages/acme/io.py
//! def load(path): ...
//! #- etl/.venv/lib/python3.13/site-packages/acme_shared-0.2.0.dist-info/RECORD
//! acme/__init__.py,,
//! acme/io.py,,
//! #- etl/.venv/lib/python3.13/site-packages/acme_shared-0.2.0.dist-info/direct_url.json
//! {"url": "file://$ROOT/shared", "dir_info": {}}
//! ```
//!
//! ## Fix
//!
//! None: run the command that the message names. `editable = true` at the source (`develop = true` for Poetry) cures it
//! for good where a location is never deployed from that manifest alone; it changes what the lock says.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use rustc_hash::FxHashMap;

use super::environments::{Equipped, Faults, equipped, record, requirements};
use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::python::ModuleName;
use crate::source::Installed;
use crate::source::environment::{Origin, RecordedModule, digest};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "stale-copy",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("stale_copy.rs"),
};

/// What was read of the trees already, which many environments hold copies of.
#[derive(Default)]
struct Trees {
    /// By folder: the modules that the project ships, with their files.
    modules: FxHashMap<Utf8PathBuf, Vec<(ModuleName, FileId)>>,
    /// By file; none for what is no UTF-8.
    digests: FxHashMap<FileId, Option<String>>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut trees = Trees::default();
    let mut faults = Faults::default();
    for equipped in context.subjects().iter().filter_map(|project| equipped(context, project)) {
        for dependency in requirements(context, &equipped.project) {
            if let Some(finding) = judge(context, &mut trees, &equipped, &dependency) {
                faults.add(&equipped, finding);
            }
        }
    }
    faults.into_findings()
}

fn judge(
    context: &Context<'_>,
    trees: &mut Trees,
    equipped: &Equipped,
    dependency: &Dependency,
) -> Option<Finding> {
    let Provision::Live { dir, .. } = &dependency.provision else { return None };
    let installed = equipped.installed(context, &dependency.name)?;
    let Origin::Folder { dir: copied, editable: false } = &installed.origin else { return None };
    let files = &context.workspace.files;
    if files.real_path(copied).as_str() != files.real_path(dir).as_str() {
        return None;
    }
    let provider = context.workspace.project_at(dir).filter(|provider| provider.ships && !provider.broken)?;
    let changed = changed(context, trees, &provider, &installed);
    let (module, first) = changed.first()?;
    let further = match changed.len() {
        1 => String::new(),
        2 => " and another file".to_owned(),
        count => format!(" and {} more files", count - 1),
    };
    let name = &dependency.name;
    let message = format!(
        "`{name}` was copied into `{}`, and `{}` has changed since: `{}`{further}; run `{}`",
        equipped.shown(context),
        context.shown(dir, &equipped.project.dir),
        shown(module, first),
        equipped.reinstall_command(context, name, dir)
    );
    let there = Place { file: first.clone(), range: TextRange::default() };
    let finding =
        Finding::new(dependency.place.clone(), message, [name.as_str()]).related(there, "changed since");
    Some(match record(context, &installed) {
        Some(record) => finding.related(record, "what was copied"),
        None => finding,
    })
}

/// Modules of the tree that the copy has otherwise, or not at all although it has their package.
fn changed(
    context: &Context<'_>,
    trees: &mut Trees,
    provider: &Project,
    installed: &Installed,
) -> Vec<(ModuleName, FileId)> {
    let files = &context.workspace.files;
    let recorded = installed.recorded_modules(files);
    let recorded: BTreeMap<&ModuleName, &RecordedModule> =
        recorded.iter().map(|found| (&found.module, found)).collect();
    let Trees { modules, digests } = trees;
    let modules = modules.entry(provider.dir.clone()).or_insert_with(|| provider.layout.modules(files));
    let mut changed = Vec::new();
    for (module, file) in modules.iter() {
        let is_changed = match recorded.get(module) {
            Some(copy) => differs(context, digests, file, copy),
            None => module.parent().is_some_and(|package| recorded.contains_key(&package)),
        };
        if is_changed && module.last() != "_version" {
            changed.push((module.clone(), file.clone()));
        }
    }
    changed
}

/// Whether a module's text is another one than its copy's. RECORD's hash spares reading the copy; what is no UTF-8 has
/// none to compare.
fn differs(
    context: &Context<'_>,
    digests: &mut FxHashMap<FileId, Option<String>>,
    file: &FileId,
    copy: &RecordedModule,
) -> bool {
    let files = &context.workspace.files;
    if file.path().extension() != copy.file.path().extension() {
        return false;
    }
    let known = digests.entry(file.clone()).or_insert_with(|| {
        let source = files.text(file).ok().filter(|source| !source.lossy)?;
        Some(digest(source.text.as_bytes()))
    });
    let Some(own) = known else { return false };
    if copy.hash.as_ref() == Some(own) {
        return false;
    }
    let (Ok(tree), Ok(copied)) = (files.text(file), files.text(&copy.file)) else { return false };
    !code(&tree.text).eq(code(&copied.text))
}

/// The lines that no build writes, whatever their line ends.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let assigns_version = |line: &&str| {
        let name = line.split(['=', ':']).next().unwrap_or("").trim().to_ascii_lowercase();
        line.contains('=') && matches!(name.trim_matches('_'), "version" | "version_tuple" | "version_info")
    };
    text.lines().filter(move |line| !assigns_version(line)).filter(|line| !line.trim().is_empty())
}

/// `acme/io.py`: the module's place below its root.
fn shown(module: &ModuleName, file: &FileId) -> String {
    let segments = module.segments().count() + usize::from(file.file_name().starts_with("__init__."));
    let parts: Vec<&str> = file.path().components().map(|part| part.as_str()).collect();
    let below = parts.get(parts.len().saturating_sub(segments)..).unwrap_or_default();
    below.join("/")
}
