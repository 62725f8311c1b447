//! # locks-disagree (warning)
//!
//! ## What it does
//!
//! Reports code locations that have locked an older version, or another commit, of a shared distribution than another location has.
//!
//! ## Why it matters
//!
//! Each location's requirement admits both, so no manifest shows it: one location runs code that another does not. Only
//! what is taken from an index or from git is compared; where the pins themselves differ, pins-differ says so.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! shared = ["acme-shared"]
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared>=0.1"]
//! #- etl/pylock.toml
//! lock-version = "1.0"
//! created-by = "uv"
//!
//! [[packages]]
//! name = "acme-shared"
//! version = "0.1.0"
//! #          ^^^^^ warning[locks-disagree]: `etl` has locked `acme-shared` 0.1.0, `ml` 0.2.0
//! index = "https://pypi.org/simple"
//! #- ml/pyproject.toml
//! [project]
//! name = "ml"
//! version = "0.1.0"
//! dependencies = ["acme-shared>=0.1"]
//! #- ml/pylock.toml
//! lock-version = "1.0"
//! created-by = "uv"
//!
//! [[packages]]
//! name = "acme-shared"
//! version = "0.2.0"
//! index = "https://pypi.org/simple"
//! ```
//!
//! ## Fix
//!
//! Lock the older one anew, with an upgrade of this distribution: `uv lock --upgrade-package NAME`.

use std::collections::BTreeMap;

use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::{DistributionName, LockSource};
use crate::workspace::{Locked, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "locks-disagree",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("locks_disagree.rs"),
};

/// What one consumer has locked.
struct Taken {
    who: String,
    locked: Locked,
    /// Its specifier fixes one version.
    pinned: bool,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_name: BTreeMap<DistributionName, Vec<Taken>> = BTreeMap::new();
    for project in context.subjects() {
        let dependencies = context.workspace.dependencies(project);
        for dependency in dependencies.iter() {
            let name = &dependency.name;
            let shared = matches!(dependency.provision, Provision::Registry | Provision::Git(_))
                && !dependency.group.is_development()
                && context.workspace.is_first_party(name);
            let Some(locked) = shared.then(|| context.workspace.locked(project, name)).flatten() else {
                continue;
            };
            let all = by_name.entry(name.clone()).or_default();
            // Members of one workspace share one entry.
            if all.iter().any(|other| other.locked.place == locked.place) {
                continue;
            }
            let specifier =
                dependency.requirement.as_ref().and_then(|requirement| requirement.specifier.as_ref());
            let pinned = specifier.is_some_and(|found| found.value.to_string().starts_with("=="));
            all.push(Taken { who: project.display_name().to_owned(), locked, pinned });
        }
    }
    if by_name.values().all(|all| all.len() < 2) {
        return Vec::new();
    }
    by_name.iter().flat_map(|(name, all)| judge(name, all)).collect()
}

fn judge(name: &DistributionName, all: &[Taken]) -> Vec<Finding> {
    if all.iter().any(|taken| taken.pinned) {
        return Vec::new();
    }
    let Some(newest) =
        all.iter().reduce(|best, next| if next.locked.version > best.locked.version { next } else { best })
    else {
        return Vec::new();
    };
    let other = |taken: &&Taken| {
        let apart = match (commit(taken), commit(newest)) {
            (Some(own), Some(other)) => own != other,
            (None, None) => taken.locked.version != newest.locked.version,
            _ => false,
        };
        apart && taken.locked.text.is_some()
    };
    let finding = |taken: &Taken| {
        let message = format!(
            "`{}` has locked `{name}` {}, `{}` {}",
            taken.who,
            shown(taken),
            newest.who,
            shown(newest)
        );
        let related = format!("`{}` has locked it here", newest.who);
        Finding::new(taken.locked.place.clone(), message, [name.as_str()])
            .related(newest.locked.place.clone(), related)
    };
    all.iter().filter(other).map(finding).collect()
}

fn commit(taken: &Taken) -> Option<&str> {
    match &taken.locked.source {
        LockSource::Git { commit, .. } => commit.as_deref(),
        _ => None,
    }
}

/// A commit by its first characters, else the version.
fn shown(taken: &Taken) -> String {
    let short = commit(taken).map(|commit| commit.chars().take(9).collect::<String>());
    short.or_else(|| taken.locked.text.clone()).unwrap_or_default()
}
