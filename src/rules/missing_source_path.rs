//! # missing-source-path (error)
//!
//! ## What it does
//!
//! Reports path sources that lead to no folder, or to a folder without a project.
//!
//! ## Why it matters
//!
//! Neither uv nor Poetry nor pip can install the location, and none of its imports from there can be followed. It
//! happens when the shared project was moved, or lives in another repository that is not checked out beside this one.
//! Absolute paths are not judged: they may be meant for another machine. A path into a submodule that is not
//! initialised is told by submodule-uninitialized alone.
//!
//! ## Example
//!
//! ```fixture
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../gone", editable = true }
//! #                       ^^^^^^^ error[missing-source-path]: `acme-shared` is to come from `../gone`, where there is no folder
//! ```
//!
//! ## Fix
//!
//! Leads the path to the project of that name, where there is exactly one.

use camino::{Utf8Path, Utf8PathBuf};

use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits, sources};
use crate::vfs::relative;
use crate::workspace::{DeclaredSource, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-source-path",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("missing_source_path.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    sources::once_each(context, judge)
}

fn judge(context: &Context<'_>, project: &Project, source: &DeclaredSource) -> Option<Finding> {
    let (dir, lacking) = match &source.provision {
        Provision::NoFolder(dir) => (dir, "no folder"),
        Provision::NoProject(dir) => (dir, "no project"),
        _ => return None,
    };
    let (written, place) = source.path()?;
    if Utf8Path::new(written).is_absolute() || written.contains(['$', '{', '%', ':', '\\', '*', '<']) {
        context.not_judged("a path source that is absolute or computed");
        return None;
    }
    // A source that nothing requires is no obstacle, and told by source-without-requirement.
    let unused = |name| source.in_table && sources::is_required(context, project, name) == Some(false);
    if sources::uninitialized_submodule(context, dir).is_some() || source.name.as_ref().is_some_and(unused) {
        return None;
    }
    let what = source.name.as_ref().map_or("a requirement".to_owned(), |name| format!("`{name}`"));
    let message = format!("{what} is to come from `{written}`, where there is {lacking}");
    let key = source.name.as_ref().map_or(written, |name| name.as_str());
    Some(Finding::new(place.clone(), message, [key]).fix(lead_home(context, project, source, &place)))
}

/// Replaces the path by that of the only project of the name.
pub(super) fn lead_home(
    context: &Context<'_>,
    project: &Project,
    source: &DeclaredSource,
    place: &Place,
) -> Option<Fix> {
    let name = source.name.as_ref()?;
    let homes: Vec<Utf8PathBuf> = context
        .workspace
        .projects_named(name)
        .iter()
        .filter(|home| home.dir != project.dir)
        .map(|home| home.dir.clone())
        .collect();
    let [home] = homes.as_slice() else { return None };
    let path = relative(home, source.file.dir());
    let path = if path.starts_with('.') { path } else { format!("./{path}") };
    Some(Fix::safe(format!("take `{name}` from `{path}`"), edits::replace(place, path)))
}
