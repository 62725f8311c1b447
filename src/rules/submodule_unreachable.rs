//! # submodule-unreachable (warning)
//!
//! ## What it does
//!
//! Reports git submodules with shared code whose recorded commit is on no branch and behind no tag that is known here.
//!
//! ## Why it matters
//!
//! Nothing keeps such a commit: the server may delete it at any time, and a fresh clone of the submodule does not get
//! it. It happens when a commit made on a detached HEAD was recorded and never put on a branch, or when the branch was
//! rebased, squashed or deleted after its commit had been recorded. CI then fails with `not our ref`, or goes on building
//! code that nobody can find again.
//!
//! Nothing is said of shallow and partial clones, nor of a commit that this clone does not have.
//!
//! ## Example
//!
//! ```text
//! billing/.gitmodules:2:9: warning[submodule-unreachable]: commit `89abcde`, recorded for submodule `vendor/shared`, is on no branch or tag
//! ```
//!
//! ## Fix
//!
//! Put the commit on a branch and push it (`git -C vendor/shared push origin HEAD:main`), or record one that is on a
//! branch: `git submodule update --remote vendor/shared`, then `git add vendor/shared`.

use super::registry::Rule;
use super::submodule_drift::{UsedSubmodule, recorded_commit, short, used_submodules};
use super::{Context, Finding, Severity};
use crate::source::git::Refusal;
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "submodule-unreachable",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("submodule_unreachable.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    used_submodules(context).iter().filter_map(|submodule| judge(context, submodule)).collect()
}

fn judge(context: &Context<'_>, submodule: &UsedSubmodule) -> Option<Finding> {
    let written = &submodule.path.value;
    let recorded = recorded_commit(context, submodule)?;
    let reachable = context.workspace.repository(&submodule.folder).and_then(|repository| {
        let incomplete = repository.is_shallow() || repository.is_partial();
        if incomplete { Err(Refusal::Shallow) } else { repository.is_reachable(&recorded) }
    });
    let reason = match reachable {
        Ok(true) => return None,
        Ok(false) => {
            let short = short(&recorded);
            let message =
                format!("commit `{short}`, recorded for submodule `{written}`, is on no branch or tag");
            let place = Place { file: submodule.file.clone(), range: submodule.path.range };
            return Some(Finding::new(place, message, [written.as_str()]));
        }
        Err(Refusal::Shallow) => "the clone is shallow or partial".to_owned(),
        Err(Refusal::NotFound) => "the clone does not have the recorded commit".to_owned(),
        Err(refusal) => refusal.to_string(),
    };
    context.not_judged(format!("submodule `{written}`: {reason}"));
    None
}
