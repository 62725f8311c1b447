//! # submodule-drift (warning)
//!
//! ## What it does
//!
//! Reports git submodules with shared code whose checked-out commit is not the one that the repository records.
//!
//! ## Why it matters
//!
//! What is edited, tested and resolved here is the checked-out code; what everybody else and CI get is the recorded
//! commit. It happens when `git pull` was not followed by `git submodule update`, or when a new commit was made in the
//! submodule and not recorded around it. What is staged counts as recorded.
//!
//! ## Example
//!
//! ```text
//! billing/.gitmodules:2:9: warning[submodule-drift]: submodule `vendor/shared` is at `1234567`, the repository records `89abcde`
//! ```
//!
//! ## Fix
//!
//! Run `git submodule update vendor/shared` to go to the recorded commit, or `git add vendor/shared` to record the one
//! that is checked out.

use camino::Utf8PathBuf;

use super::registry::Rule;
use super::{Context, Finding, Severity, sources};
use crate::source::git::{self, Refusal};
use crate::text::Spanned;
use crate::vfs::{FileId, join};
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "submodule-drift",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("submodule_drift.rs"),
};

/// Digits of a commit's name that messages show, as git does.
const SHOWN_DIGITS: usize = 7;

/// A declared submodule that is checked out, and that something leads into.
pub(super) struct UsedSubmodule {
    /// The `.gitmodules` that declares it.
    pub file: FileId,
    /// Its path as written there.
    pub path: Spanned<String>,
    /// Its folder.
    pub folder: Utf8PathBuf,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    used_submodules(context).iter().filter_map(|submodule| judge(context, submodule)).collect()
}

/// The submodules that sources, imports or declared locations lead into. An empty folder is submodule-uninitialized's
/// business.
pub(super) fn used_submodules(context: &Context<'_>) -> Vec<UsedSubmodule> {
    let manifests = context.workspace.all_manifests();
    if manifests.iter().all(|(_, manifest)| manifest.submodules.is_empty()) {
        return Vec::new();
    }
    let used = used_folders(context);
    let mut found = Vec::new();
    for (file, manifest) in &manifests {
        for path in manifest.submodules.iter().filter_map(|submodule| submodule.path.as_ref()) {
            let folder = join(file.dir(), &path.value);
            let below = folder != file.dir() && folder.starts_with(file.dir());
            if below
                && used.iter().any(|target| target.starts_with(&folder))
                && context.workspace.files.list(&folder).kind(".git").is_some()
            {
                found.push(UsedSubmodule { file: file.clone(), path: path.clone(), folder });
            }
        }
    }
    found
}

/// What sources and declared locations lead to, and the projects that imports lead to without one.
pub(super) fn used_folders(context: &Context<'_>) -> Vec<Utf8PathBuf> {
    let mut used: Vec<Utf8PathBuf> = sources::leads(context).into_iter().map(|lead| lead.target).collect();
    let imports = context.judged_files().flat_map(|uses| &uses.imports);
    used.extend(imports.map(|import| import.provider.dir.clone()));
    let locations = context.workspace.locations();
    let declared = locations.iter().filter(|location| location.is_declared());
    used.extend(declared.filter_map(|location| location.project.clone()));
    used.sort();
    used.dedup();
    used
}

fn judge(context: &Context<'_>, submodule: &UsedSubmodule) -> Option<Finding> {
    let written = &submodule.path.value;
    let Some(checked_out) = git::head_commit(&submodule.folder) else {
        context.not_judged(format!("the commit checked out in submodule `{written}` cannot be read"));
        return None;
    };
    let recorded = recorded_commit(context, submodule).filter(|recorded| *recorded != checked_out)?;
    let message = format!(
        "submodule `{written}` is at `{}`, the repository records `{}`",
        short(&checked_out),
        short(&recorded)
    );
    let place = Place { file: submodule.file.clone(), range: submodule.path.range };
    Some(Finding::new(place, message, [written.as_str()]))
}

/// The commit that the repository around a submodule records for it; where git does not tell, that is counted.
pub(super) fn recorded_commit(context: &Context<'_>, submodule: &UsedSubmodule) -> Option<String> {
    let written = submodule.path.value.trim_end_matches('/');
    let recorded = context.workspace.recorded_commit(submodule.file.dir(), written);
    if let Err(refusal) = &recorded {
        context.not_judged(match refusal {
            Refusal::Missing => "git is not installed: recorded commits of submodules".to_owned(),
            Refusal::NotRecorded => format!("no commit is recorded for submodule `{written}`"),
            _ => format!("git does not tell the commit recorded for submodule `{written}`"),
        });
    }
    recorded.ok()
}

/// A commit's name as messages show it.
pub(super) fn short(commit: &str) -> String {
    commit.chars().take(SHOWN_DIGITS).collect()
}
