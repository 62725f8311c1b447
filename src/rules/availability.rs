//! Since or until which version something exists, told from the versions that are at hand.

use pep440_rs::Version;

use super::Context;
use crate::workspace::{Origin, Project, Release};

/// No more versions than this are opened in each direction for one message.
const MAX_OPENED: usize = 20;
/// No more than this are fetched from an index.
const MAX_FETCHED: usize = 4;

/// `; it is there since 0.2.0`, or `; it was there until 0.1.2`, for something that `provider`'s version lacks and
/// `has` finds in others; empty where no version at hand has it.
pub(super) fn availability(
    context: &Context<'_>,
    provider: &Project,
    has: impl Fn(&Project) -> bool,
) -> String {
    let workspace = context.workspace;
    let (Some(name), Some(current)) = (provider.distribution(), workspace.version(provider)) else {
        return String::new();
    };
    let releases = workspace.releases(name);
    let has_it =
        |release: &&Release| workspace.project_of_release(name, release).is_some_and(|project| has(&project));
    let later = releases.all.iter().filter(|release| release.version > current);
    if let Some(found) = few(later).find(has_it) {
        return format!("; it is there since {}", found.version);
    }
    if let Some(version) = newer_tree(context, provider, &current, &has) {
        return format!("; it is there in {version}");
    }
    let earlier = releases.all.iter().rev().filter(|release| release.version < current);
    match few(earlier).find(has_it) {
        Some(found) => format!("; it was there until {}", found.version),
        None => String::new(),
    }
}

/// The first of these: opening them takes time, and fetching them more of it.
fn few<'r>(releases: impl Iterator<Item = &'r Release>) -> impl Iterator<Item = &'r Release> {
    let mut fetched = 0;
    releases.take(MAX_OPENED).take_while(move |release| {
        fetched += usize::from(matches!(release.origin, Origin::Index { .. }));
        fetched <= MAX_FETCHED
    })
}

/// The version of a live tree of the same distribution that is newer and has it.
fn newer_tree(
    context: &Context<'_>,
    provider: &Project,
    current: &Version,
    has: &impl Fn(&Project) -> bool,
) -> Option<Version> {
    let trees = context.workspace.projects_named(provider.distribution()?);
    trees.into_iter().filter(|tree| tree.dir != provider.dir).find_map(|tree| {
        let version = context.workspace.version(&tree).filter(|version| version > current)?;
        has(&tree).then_some(version)
    })
}
