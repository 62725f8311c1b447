//! Why there is no answer, and what to do about it.

use super::Question;
use super::takers::{Taker, Way, live_folder, takers};
use super::text::listed;
use crate::manifest::DistributionName;
use crate::source::index::IndexError;
use crate::text::nearest;
use crate::workspace::{Provision, Said, Witness, Workspace};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Lower-case, without a trailing stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Obstacle {
    pub(super) fn new(message: String, hint: Option<String>) -> Self {
        Self { message, hint }
    }
}

/// Nobody takes a version that could move.
pub(super) fn nobody(
    witness: Witness<'_>,
    question: Question<'_>,
    live: &[Taker],
    others: &[Taker],
) -> Obstacle {
    let (workspace, name) = (witness.workspace, question.distribution);
    let unpinned = match question.location {
        Some(location) => format!("`{location}` does not pin `{name}`"),
        None => format!("nobody pins `{name}`"),
    };
    if let Some(taker) = live.first() {
        let source = live_folder(taker).map(|dir| witness.path(dir)).unwrap_or_default();
        let who: Vec<&str> = live.iter().map(|taker| taker.name.as_str()).collect();
        let (take, who) = (if who.len() == 1 { "takes" } else { "take" }, listed(&who));
        let hint = format!("{who} {take} it live from `{source}`: there is no pin to move");
        return Obstacle::new(unpinned, Some(hint));
    }
    if let Some(taker) = others.first() {
        let hint = match &taker.way {
            Way::Direct(dependency, _) => witness.dependency(dependency).pop(),
            Way::Through(..) => None,
        };
        return Obstacle::new(unpinned, hint);
    }
    if let Some(location) = question.location {
        let message = format!("`{location}` does not take `{name}`");
        let all = takers(workspace, Question { location: None, ..question });
        let who: Vec<&str> = all.iter().map(|taker| taker.name.as_str()).collect();
        if !who.is_empty() {
            return Obstacle::new(message, Some(format!("taken by {}", listed(&who))));
        }
    }
    if !workspace.projects_named(name).is_empty() {
        return Obstacle::new(format!("nobody requires `{name}`"), None);
    }
    let known = known_names(workspace);
    let near = nearest(name.as_str(), known.iter().map(DistributionName::as_str));
    let hint = near.map_or("`crossloc locations` lists what is shared".to_owned(), |near| {
        format!("did you mean `{near}`?")
    });
    Obstacle::new(format!("nothing here requires a distribution `{name}`"), Some(hint))
}

/// The first-party distributions: those with a project, and those that are required and ours.
fn known_names(workspace: &Workspace) -> Vec<DistributionName> {
    let projects = workspace.projects();
    let mut names: Vec<DistributionName> = Vec::new();
    for project in &projects {
        names.extend(project.distribution().cloned());
        let required = workspace.dependencies(project);
        let required = required.iter().map(|dependency| &dependency.name);
        names.extend(required.filter(|name| workspace.is_first_party(name)).cloned());
    }
    names.sort();
    names.dedup();
    names
}

/// The code of the version is not here.
pub(super) fn not_at_hand(
    workspace: &Workspace,
    supposed: &Workspace,
    takers: &[Taker],
    question: Question<'_>,
) -> Obstacle {
    let Question { distribution: name, version, .. } = question;
    let releases = workspace.releases(name);
    let refusal = takers.iter().find_map(|taker| {
        let Way::Direct(dependency, _) = &taker.way else { return None };
        let effective = supposed.effective(&taker.project, dependency);
        effective.said.iter().find_map(|said| match said {
            Said::Missing(reason) => Some(reason.clone()),
            _ => None,
        })
    });
    let known: Vec<String> = releases.versions().iter().rev().map(|version| format!("{version}")).collect();
    let is_known = known.contains(&version.to_string());
    let failed = releases.untold.as_ref().filter(|untold| **untold != IndexError::Off);
    let reason = refusal.filter(|_| is_known).or_else(|| releases.gaps.first().cloned());
    let reason = reason.or_else(|| failed.map(ToString::to_string));
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let shown: Vec<&str> = known.iter().map(String::as_str).collect();
    let by_index = |taker: &Taker| match &taker.way {
        Way::Direct(dependency, _) => dependency.provision == Provision::Registry,
        Way::Through(..) => false,
    };
    let unasked =
        !releases.listed && failed.is_none() && releases.gaps.is_empty() && takers.iter().any(by_index);
    let ask = if unasked { "; `--allow-registry` asks package indexes" } else { "" };
    let hint = if shown.is_empty() {
        format!("no version of `{name}` is known here, by a tag or an archive{ask}")
    } else {
        format!("known versions: {}{ask}", listed(&shown))
    };
    Obstacle::new(format!("the code of `{name}` {version} is not at hand{reason}"), Some(hint))
}
