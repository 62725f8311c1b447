//! Who takes a distribution, and by which way.

use std::sync::Arc;

use camino::Utf8Path;
use pep440_rs::Version;

use super::Question;
use crate::manifest::DistributionName;
use crate::workspace::{Dependency, Effective, Project, Provision, Workspace};

/// A location, or a project that is none, with the way it takes the distribution.
pub(super) struct Taker {
    pub name: String,
    pub project: Arc<Project>,
    pub way: Way,
}

/// How a distribution comes.
pub(super) enum Way {
    /// By a requirement of its own, or of the manifest around it.
    Direct(Box<Dependency>, Arc<Effective>),
    /// Brought along by these distributions, as the project in this folder.
    Through(Vec<String>, Arc<Project>),
}

/// Everybody who takes the distribution, or the one location that is asked about.
pub(super) fn takers(workspace: &Workspace, question: Question<'_>) -> Vec<Taker> {
    let name = question.distribution;
    let locations = workspace.locations();
    let mut found = Vec::new();
    for location in locations.iter() {
        let Some(project) = location.project.as_ref().and_then(|dir| workspace.project_at(dir)) else {
            continue;
        };
        if question.location.is_none_or(|wanted| wanted == location.name) {
            found.extend(taker(workspace, name, location.name.clone(), project));
        }
    }
    if question.location.is_none() {
        let others = workspace.projects().into_iter().filter(|project| {
            let location = locations.iter().any(|one| one.project.as_deref() == Some(&*project.dir));
            !location && !workspace.is_around(&project.dir)
        });
        found.extend(
            others.filter_map(|project| taker(workspace, name, project.display_name().to_owned(), project)),
        );
    }
    found.sort_by(|a, b| (&a.name, &a.project.dir).cmp(&(&b.name, &b.project.dir)));
    found
}

fn taker(
    workspace: &Workspace,
    name: &DistributionName,
    who: String,
    project: Arc<Project>,
) -> Option<Taker> {
    if project.distribution() == Some(name) {
        return None;
    }
    let direct = workspace.required(&project).into_iter().find(|dependency| dependency.name == *name);
    let way = match direct {
        Some(dependency) => {
            let effective = workspace.effective(&project, &dependency);
            Way::Direct(Box::new(dependency), effective)
        }
        None => workspace.pinned(&project).iter().find_map(|reach| {
            let code = workspace.project_at(&reach.dir)?;
            let via = reach.via.iter().map(ToString::to_string).collect();
            (code.distribution() == Some(name)).then_some(Way::Through(via, code))
        })?,
    };
    Some(Taker { name: who, project, way })
}

/// The folder of what is taken live.
pub(super) fn live_folder(taker: &Taker) -> Option<&Utf8Path> {
    match &taker.way {
        Way::Direct(dependency, _) => match &dependency.provision {
            Provision::Live { dir, .. } => Some(dir),
            _ => None,
        },
        Way::Through(..) => None,
    }
}

/// Whether a version decides what is taken.
pub(super) fn is_pinnable(provision: &Provision) -> bool {
    matches!(provision, Provision::Registry | Provision::Git(_) | Provision::Url)
}

/// Whether the code that is taken today is at hand.
pub(super) fn has_code(taker: &Taker) -> bool {
    match &taker.way {
        Way::Direct(_, effective) => effective.code.is_some(),
        Way::Through(..) => true,
    }
}

/// The version that is taken today.
pub(super) fn version_of(workspace: &Workspace, taker: &Taker) -> Option<Version> {
    match &taker.way {
        Way::Direct(_, effective) => effective.version.clone(),
        Way::Through(_, code) => workspace.version(code),
    }
}

/// The versions that are taken today and whose code is at hand.
pub(super) fn in_use(workspace: &Workspace, takers: &[Taker]) -> Vec<(Version, Arc<Project>)> {
    let one = |taker: &Taker| {
        let project = match &taker.way {
            Way::Direct(_, effective) => workspace.project_at(effective.code.as_deref()?)?,
            Way::Through(_, code) => code.clone(),
        };
        Some((version_of(workspace, taker)?, project))
    };
    takers.iter().filter_map(one).collect()
}
