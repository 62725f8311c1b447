//! # stray-lock (warning)
//!
//! ## What it does
//!
//! Reports lock files that nothing uses: a uv workspace member's own, and one beside no manifest.
//!
//! ## Why it matters
//!
//! uv reads and writes the lock at the workspace's root alone. A member's own lock is left from before it was one; it
//! grows old, and whoever installs from it, an image say, gets what nobody else has.
//!
//! ## Example
//!
//! ```fixture
//! #- pyproject.toml
//! [tool.uv.workspace]
//! members = ["etl"]
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! #- etl/uv.lock
//! version = 1
//! #         ^ warning[stray-lock]: nothing uses this lock: `etl` is a member of the workspace at `..`, whose lock counts
//! requires-python = ">=3.12"
//! ```
//!
//! ## Fix
//!
//! Delete it.

use std::sync::Arc;

use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::{DocumentKind, LockKind, ManifestKind};
use crate::vfs::FileId;
use crate::workspace::{Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "stray-lock",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("stray_lock.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let discovery = context.workspace.discovery();
    discovery.locks.iter().filter_map(|file| judge(context, file)).collect()
}

fn judge(context: &Context<'_>, file: &FileId) -> Option<Finding> {
    let workspace = context.workspace;
    let kind = DocumentKind::of(file.path()).lock()?;
    if workspace.is_around(file.dir()) {
        return None;
    }
    let packaged =
        |project: &Arc<Project>| project.manifests.iter().any(|(_, read)| read.kind != ManifestKind::DgToml);
    // A dg.toml makes a project, and says nothing that could be locked.
    let message = match workspace.project_at(file.dir()).filter(packaged) {
        Some(project) => {
            let root = workspace.workspace_root(&project).filter(|root| root.dir != project.dir)?;
            if kind != LockKind::Uv || project.template || project.broken {
                return None;
            }
            let path = context.shown(&root.dir, &project.dir);
            let name = project.display_name();
            format!(
                "nothing uses this lock: `{name}` is a member of the workspace at `{path}`, whose lock counts"
            )
        }
        None => {
            let listing = workspace.files.list(file.dir());
            let has = |name: &str| listing.kind(name).is_some();
            let manifests = ["pyproject.toml", "pixi.toml", "Pipfile", "setup.py", "setup.cfg"];
            // A lock that stands for itself may be given to an installer.
            if kind == LockKind::Pylock || manifests.into_iter().any(has) {
                return None;
            }
            "nothing uses this lock: there is no manifest beside it".to_owned()
        }
    };
    let range = workspace.lock(file).and_then(|lock| Some(lock.head.format_version.as_ref()?.range));
    let place = Place { file: file.clone(), range: range.unwrap_or_default() };
    Some(Finding::new(place, message, []))
}
