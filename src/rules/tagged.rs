//! What tags say of a distribution's versions, as far as it can be believed.

use pep440_rs::Version;

use super::Context;
use crate::manifest::{DistributionName, Version as Written, parse_version};
use crate::workspace::{Origin, Project, Release};

/// What a tag's own manifest says against its name.
pub(super) struct Mismatch {
    /// The tag.
    pub tag: String,
    /// The version in the manifest at that tag.
    pub version: Version,
}

/// The tag of a release; `None` for what is an archive.
pub(super) fn tag_of(release: &Release) -> Option<&str> {
    match &release.origin {
        Origin::Tag { tag, .. } => Some(tag),
        Origin::Archive(_) | Origin::Index { .. } => None,
    }
}

/// Whether a tag is certainly of this project: it names the distribution, or the repository holds no other.
pub(super) fn is_own(context: &Context<'_>, project: &Project, release: &Release) -> bool {
    // A text that is nothing but a version names no distribution.
    tag_of(release).is_some_and(|tag| parse_version(tag).is_none()) || is_alone(context, project)
}

/// Where the manifest at a tag states another version than the tag; `None` also where it states none.
pub(super) fn mismatch(
    context: &Context<'_>,
    name: &DistributionName,
    release: &Release,
) -> Option<Mismatch> {
    let tag = tag_of(release)?;
    let project = context.workspace.project_of_release(name, release)?;
    let Written::Static(text) = &project.version.value else { return None };
    let version = parse_version(&text.value)?;
    let differs = version != release.version;
    differs.then(|| Mismatch { tag: tag.to_owned(), version })
}

/// The newest final version whose tag can be believed: the manifest there has the same version or, where it states none,
/// the tag is certainly of this distribution.
pub(super) fn newest(context: &Context<'_>, name: &DistributionName) -> Option<Release> {
    let releases = context.workspace.releases(name);
    let tagged = releases.all.iter().rev().filter(|release| tag_of(release).is_some());
    let mut settled = tagged.filter(|release| !release.version.any_prerelease());
    // Opening a tag costs a process's answer: one of the newest few is believed, or none.
    settled.by_ref().take(3).find(|release| is_believed(context, name, release)).cloned()
}

/// Whether the manifest at a tag has the tag's version or, where it states none, the tag is certainly of this
/// distribution.
pub(super) fn is_believed(context: &Context<'_>, name: &DistributionName, release: &Release) -> bool {
    let Some(project) = context.workspace.project_of_release(name, release) else { return false };
    match &project.version.value {
        Written::Static(text) => parse_version(&text.value).as_ref() == Some(&release.version),
        _ => is_own(context, &project, release),
    }
}

/// Whether no other distribution lives in the repositories that hold this one.
fn is_alone(context: &Context<'_>, project: &Project) -> bool {
    let Some(name) = project.distribution() else { return false };
    let workspace = context.workspace;
    let homes: Vec<_> = workspace
        .projects_named(name)
        .iter()
        .filter_map(|own| workspace.repository_around(&own.dir))
        .collect();
    !workspace.projects().iter().any(|other| {
        other.ships
            && other.distribution().is_some_and(|found| found != name)
            && workspace.repository_around(&other.dir).is_some_and(|home| homes.contains(&home))
    })
}
