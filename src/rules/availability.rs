//! Since or until which version something exists, told from the versions that are at hand.

use pep440_rs::Version;

use super::Context;
use crate::workspace::{Origin, Project, Release};

/// No more versions than this are opened in each direction for one message.
const MAX_OPENED: usize = 20;
/// No more than this are fetched from an index.
const MAX_FETCHED: usize = 4;

/// Which other version has what is missing in the one at hand.
pub(super) enum Available {
    /// It came with this later release.
    Since(Version),
    /// A newer tree has it, which is no release.
    In(Version),
    /// This earlier release was the last to have it.
    Until(Version),
}

impl Available {
    /// `; it is there since 0.2.0`, of a module or a name.
    pub fn there(&self) -> String {
        match self {
            Self::Since(version) => format!("; it is there since {version}"),
            Self::In(version) => format!("; it is there in {version}"),
            Self::Until(version) => format!("; it was there until {version}"),
        }
    }

    /// `; the call fits since 0.2.0`.
    pub fn fits(&self) -> String {
        match self {
            Self::Since(version) => format!("; the call fits since {version}"),
            Self::In(version) => format!("; the call fits in {version}"),
            Self::Until(version) => format!("; the call fitted until {version}"),
        }
    }
}

/// The nearest version that has something which `provider`'s version lacks, the later ones first; `has` is asked of the
/// project as it is in each. `None` where no version at hand has it.
pub(super) fn availability(
    context: &Context<'_>,
    provider: &Project,
    has: impl Fn(&Project) -> bool,
) -> Option<Available> {
    let workspace = context.workspace;
    let name = provider.distribution()?;
    let current = workspace.version(provider)?;
    let releases = workspace.releases(name);
    let has_it =
        |release: &&Release| workspace.project_of_release(name, release).is_some_and(|project| has(&project));
    let later = releases.all.iter().filter(|release| release.version > current);
    if let Some(found) = few(later).find(has_it) {
        return Some(Available::Since(found.version.clone()));
    }
    if let Some(version) = newer_tree(context, provider, &current, &has) {
        return Some(Available::In(version));
    }
    let earlier = releases.all.iter().rev().filter(|release| release.version < current);
    few(earlier).find(has_it).map(|found| Available::Until(found.version.clone()))
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
    trees.into_iter().find_map(|tree| {
        let version = context.workspace.version(&tree).filter(|version| version > current)?;
        has(&tree).then_some(version)
    })
}
