//! # path-leaves-repository (warning)
//!
//! ## What it does
//!
//! Reports path sources that lead out of the git repository that their manifest is in.
//!
//! ## Why it matters
//!
//! Whoever clones the repository, CI first of all, gets a requirement that leads nowhere. A submodule may lead into the
//! repository around it, and checkouts that `repositories` in the configuration names are known to lie there.
//!
//! ## Example
//!
//! ```fixture
//! #- etl/.git/HEAD
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #                       ^^^^^^^^^ warning[path-leaves-repository]: `../shared` leads out of the repository `etl`
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! ```
//!
//! ## Fix
//!
//! Make the other repository a submodule, take the distribution by git, or from an index.

use camino::{Utf8Path, Utf8PathBuf};

use super::registry::Rule;
use super::{Context, Finding, Severity, sources};
use crate::vfs::join;
use crate::workspace::{DeclaredSource, Project, Provision, Workspace};

/// The rule.
pub const RULE: Rule = Rule {
    name: "path-leaves-repository",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("path_leaves_repository.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    sources::once_each(context, judge)
}

fn judge(context: &Context<'_>, _: &Project, source: &DeclaredSource) -> Option<Finding> {
    let (written, place) = source.path()?;
    let target = match &source.provision {
        Provision::Live { dir, .. } => dir.clone(),
        Provision::Archive(path) => path.clone(),
        // What is not there is missing-source-path's matter, unless the path is another machine's.
        Provision::NoFolder(path) if Utf8Path::new(written).is_absolute() => path.clone(),
        _ => return None,
    };
    let repository = repository(context.workspace, source.file.dir())?;
    let lexical = join(source.file.dir(), written);
    let leaves = |path: &Utf8Path| is_outside(context.workspace, &repository, path);
    if !leaves(&lexical) || !leaves(&target) || written.contains(['$', '{', '%', '*', '<']) {
        return None;
    }
    let shown = repository.file_name().unwrap_or(".");
    let message = format!("`{written}` leads out of the repository `{shown}`");
    Some(Finding::new(place, message, [written]))
}

/// Whether a path from a folder to another leads out of the repository, and into none that the configuration names.
pub(super) fn leads_out(workspace: &Workspace, from: &Utf8Path, to: &Utf8Path) -> bool {
    repository(workspace, from).is_some_and(|repository| is_outside(workspace, &repository, to))
}

fn is_outside(workspace: &Workspace, repository: &Utf8Path, path: &Utf8Path) -> bool {
    let configured = workspace.sibling_repositories();
    !path.starts_with(repository) && !configured.iter().any(|sibling| path.starts_with(sibling))
}

/// The repository that a folder is in; for a submodule the one around it.
fn repository(workspace: &Workspace, dir: &Utf8Path) -> Option<Utf8PathBuf> {
    let is_repository = |dir: &&Utf8Path| workspace.files.kind(&dir.join(".git")).is_some();
    let mut repositories = dir.ancestors().filter(is_repository);
    let mut found = repositories.next()?;
    for outer in repositories {
        if !workspace.in_submodule(found) {
            break;
        }
        found = outer;
    }
    Some(found.to_owned())
}
