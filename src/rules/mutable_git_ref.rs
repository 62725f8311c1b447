//! # mutable-git-ref (warning)
//!
//! ## What it does
//!
//! Reports git sources that name a branch, or nothing, where no lock records the commit.
//!
//! ## Why it matters
//!
//! Two builds of one commit then run different shared code, depending on the day. With a lock it is decided when somebody
//! relocks, which is a change that people see. A reference that may be a tag is not judged.
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
//! acme-shared = { git = "https://example.com/acme/shared.git", branch = "main" }
//! #                                                                      ^^^^ warning[mutable-git-ref]: `acme-shared` is taken from the branch `main`, and no lock records the commit
//! ```
//!
//! ## Fix
//!
//! Name a tag or a commit, or commit a lock.

use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::LockSource;
use crate::workspace::{Dependency, GitSource, LockAnswer, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "mutable-git-ref",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("mutable_git_ref.rs"),
};

/// Names that only branches bear.
const BRANCHES: [&str; 6] = ["main", "master", "develop", "dev", "trunk", "HEAD"];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    // All members inherit the sources of a workspace's root.
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for project in context.subjects() {
        for dependency in context.workspace.dependencies(project).iter() {
            let Provision::Git(source) = &dependency.provision else { continue };
            let Some(place) = mutable(context, dependency, source) else { continue };
            if told.contains(&place) || is_locked(context, project, dependency) {
                continue;
            }
            told.insert(place.clone());
            let name = &dependency.name;
            let from = match &source.reference {
                Some((branch, _)) => format!("the branch `{branch}`"),
                None => "the default branch".to_owned(),
            };
            let message = format!("`{name}` is taken from {from}, and no lock records the commit");
            found.push(Finding::new(place, message, [name.as_str()]));
        }
    }
    found
}

/// The place of what may lead elsewhere tomorrow.
fn mutable(context: &Context<'_>, dependency: &Dependency, source: &GitSource) -> Option<Place> {
    let Some((reference, place)) = &source.reference else {
        return dependency.source.clone();
    };
    let text = context.workspace.files.text(&place.file).ok()?;
    let before = text.text.get(..place.range.start as usize)?.trim_end_matches(['"', '\'']);
    let key = before.trim_end().strip_suffix('=').map_or("", |before| before.trim_end());
    let branch = key.ends_with("branch") || BRANCHES.contains(&reference.as_str());
    branch.then(|| place.clone())
}

/// Whether a lock holds the commit, for this project or for another that shares it; also where a lock has several of
/// them, or cannot be read.
fn is_locked(context: &Context<'_>, project: &Project, dependency: &Dependency) -> bool {
    match context.workspace.lock_answer(project, &dependency.name) {
        LockAnswer::Locked(locked) if matches!(locked.source, LockSource::Git { commit: Some(_), .. }) => {
            true
        }
        LockAnswer::Ambiguous(_) => true,
        // A member may have pins of its own beside the lock of its workspace.
        LockAnswer::Locked(_) | LockAnswer::Absent | LockAnswer::NoLock => {
            let root = context.workspace.workspace_root(project);
            let projects = std::iter::once(project).chain(root.as_deref());
            projects.filter_map(|project| context.workspace.lock_of(project)).any(|found| {
                !found.lock.errors.is_empty()
                    || found
                        .lock
                        .entries(&dependency.name)
                        .iter()
                        .any(|entry| matches!(entry.source, LockSource::Git { commit: Some(_), .. }))
            })
        }
    }
}
