//! # lock-stale-shared-metadata (error)
//!
//! ## What it does
//!
//! Reports locks that were made before a shared distribution they take live changed what it requires, its extras, its groups or its version.
//!
//! ## Why it matters
//!
//! A lock records what the project next door required on the day of locking. When the shared distribution gains a
//! requirement, every consumer's lock lacks it. An image that installs with `--frozen` does not notice: the code is
//! there, what it imports is not. `uv lock --check` in each consumer would say so; this says it for all of them, offline.
//!
//! The shared distribution's requirements are compared by name, specifier, marker, extras and source, as uv does. Where
//! a lock holds no such record, its edges are compared by name. Versions and requirements that are computed are not judged.
//! Of locks of Poetry, PDM and pixi the requirements and, as far as they hold them, extras are compared; their own checks
//! (`poetry check --lock`, `pdm lock --check`) look at the consumer's manifest alone.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! dependencies = ["boto3>=1.40"]
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! #- etl/uv.lock
//! version = 1
//! revision = 3
//! requires-python = ">=3.12"
//!
//! [[package]]
//! name = "acme-shared"
//! #       ^^^^^^^^^^^ error[lock-stale-shared-metadata]: `acme-shared` has changed since this was locked: it requires `boto3>=1.40` now; run `uv lock --project etl`
//! version = "0.2.0"
//! source = { editable = "../shared" }
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
//! requires-dist = [{ name = "acme-shared", editable = "../shared" }]
//! ```
//!
//! ## Fix
//!
//! Run the command that the message names, in each consumer that is reported.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::listed_differences;
use super::locks::{self, Judged};
use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::{LockEntry, LockKind};
use crate::workspace::Project;

/// The rule.
pub const RULE: Rule = Rule {
    name: "lock-stale-shared-metadata",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("lock_stale_shared_metadata.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for judged in locks::judged(context) {
        match judged.lock().kind {
            LockKind::Uv | LockKind::Poetry | LockKind::Pdm | LockKind::Pixi => {}
            LockKind::Pylock | LockKind::Pipfile | LockKind::Compiled => continue,
        }
        let members = judged.members(context);
        let mut told = FxHashSet::default();
        for entry in judged.lock().live_entries() {
            let own = judged.folder(context, &entry);
            let is_own = |project: &Project| Some(&project.dir) == own.as_ref();
            // A project that uv does not manage is no member, and not shared either. PDM has an entry for each list of
            // extras that is asked for.
            let shared = !is_own(&judged.root) && !members.iter().any(|member| is_own(member));
            if shared
                && !told.contains(&own)
                && let Some(finding) = judge(context, &judged, &entry)
            {
                told.insert(own);
                found.push(finding);
            }
        }
    }
    found
}

/// A project that is gone, or has another name, is the business of the rules that say so.
fn judge(context: &Context<'_>, judged: &Judged, entry: &Arc<LockEntry>) -> Option<Finding> {
    let project = context.workspace.project_at(&judged.folder(context, entry)?)?;
    if project.distribution() != Some(&entry.name.value) {
        return None;
    }
    let differences = match judged.lock().kind {
        LockKind::Uv => judged.differences(context, entry, &project),
        _ => listed_differences::differences(context, judged, entry, &project),
    };
    match differences {
        Ok(differences) => {
            judged.finding(context, judged.place(entry.name.range), entry.name.value.as_str(), &differences)
        }
        Err(reason) => {
            context.not_judged(reason);
            None
        }
    }
}
