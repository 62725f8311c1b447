//! # lock-names-missing-project (warning)
//!
//! ## What it does
//!
//! Reports lock entries that lead to a project that is gone, and those that take from an index what the manifest takes from the project next door.
//!
//! ## Why it matters
//!
//! An installation from such a lock fails, or installs a published version, or a stranger's distribution of that name,
//! instead of the code that lies beside it. A path that the manifest names itself is missing-source-path's business.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/uv.lock
//! version = 1
//! revision = 3
//! requires-python = ">=3.12"
//!
//! [[package]]
//! name = "acme-shared"
//! #       ^^^^^^^^^^^ warning[lock-names-missing-project]: `acme-shared` is locked from an index, and `etl` takes it from `../shared`; run `uv lock --project etl`
//! version = "0.1.0"
//! source = { registry = "https://pypi.org/simple" }
//!
//! [[package]]
//! name = "etl"
//! version = "0.1.0"
//! source = { virtual = "." }
//! dependencies = [
//!     { name = "acme-shared" },
//! ]
//!
//! [package.metadata]
//! requires-dist = [{ name = "acme-shared" }]
//! ```
//!
//! ## Fix
//!
//! Run the command that the message names.

use camino::Utf8Path;

use super::locks::{self, Judged};
use super::registry::Rule;
use super::sources::uninitialized_submodule;
use super::{Context, Finding, Fix, Severity};
use crate::manifest::{LockEntry, LockKind};
use crate::workspace::{Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "lock-names-missing-project",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("lock_names_missing_project.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    // What compiled requirements lead to is a source that they declare.
    let judged = locks::judged(context).into_iter().filter(|judged| judged.lock().kind != LockKind::Compiled);
    for judged in judged {
        let gone = judged.lock().live_entries();
        found.extend(gone.iter().filter_map(|entry| missing(context, &judged, entry)));
        if judged.lock().kind == LockKind::Uv {
            for member in judged.members(context) {
                found.extend(from_index(context, &judged, &member));
            }
        }
    }
    found
}

/// An entry whose folder holds no project, and that no manifest leads to any more.
fn missing(context: &Context<'_>, judged: &Judged, entry: &LockEntry) -> Option<Finding> {
    let dir = judged.folder(context, entry)?;
    let known =
        context.workspace.project_at(&dir).is_some() || uninitialized_submodule(context, &dir).is_some();
    if known || is_declared(context, judged, &dir) {
        return None;
    }
    let name = &entry.name.value;
    let path = context.shown(&dir, &judged.root.dir);
    let message = format!(
        "`{name}` is locked from `{path}`, where no project is any more; run `{}`",
        judged.command(context)
    );
    let finding = Finding::new(judged.place(entry.name.range), message, [name.as_str()]);
    Some(finding.fix(judged.relock(context).map(Fix::to_run)))
}

fn is_declared(context: &Context<'_>, judged: &Judged, dir: &Utf8Path) -> bool {
    let leads = |project: &Project| {
        let sources = context.workspace.declared_sources(project);
        sources.iter().any(|source| match &source.provision {
            Provision::NoFolder(path) | Provision::NoProject(path) => path == dir,
            _ => false,
        })
    };
    leads(&judged.root) || judged.members(context).iter().any(|member| leads(member))
}

fn from_index(context: &Context<'_>, judged: &Judged, member: &Project) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, entry) in locks::locked_from_index(context, judged, member) {
        let dependencies = context.workspace.dependencies(member);
        let Some(dependency) = dependencies.iter().find(|dependency| dependency.name == name) else {
            continue;
        };
        let Provision::Live { dir, .. } = &dependency.provision else { continue };
        let path = context.shown(dir, &member.dir);
        let message = format!(
            "`{name}` is locked from an index, and `{}` takes it from `{path}`; run `{}`",
            member.display_name(),
            judged.command(context)
        );
        let place = judged.place(entry.name.range);
        let related = dependency.source.clone().unwrap_or_else(|| dependency.place.clone());
        let finding = Finding::new(place, message, [name.as_str()]).related(related, "the source");
        found.push(finding.fix(judged.relock(context).map(Fix::to_run)));
    }
    found
}
