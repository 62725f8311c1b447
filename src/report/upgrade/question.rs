//! Who takes a distribution, whether the question can be answered, and the answer.

use std::sync::Arc;

use camino::Utf8Path;
use pep440_rs::Version;

use super::available;
use super::breaks::Difference;
use super::pins::{self, Target};
use super::{Consumer, Live, Pin, PinState, Upgrade, relock};
use crate::manifest::DistributionName;
use crate::rules::{self, Edit};
use crate::text::nearest;
use crate::workspace::{
    Dependency, Effective, Origin, Project, Provision, Releases, Said, Witness, Workspace,
};

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The distribution.
    pub distribution: &'q DistributionName,
    /// The version that it should have.
    pub version: &'q Version,
    /// The only location to speak of; it is one of the workspace's.
    pub location: Option<&'q str>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Lower-case, without a trailing stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Obstacle {
    fn new(message: String, hint: Option<String>) -> Self {
        Self { message, hint }
    }
}

/// Known versions named in one message.
const MAX_VERSIONS: usize = 12;

/// A location, or a project that is none, with the way it takes the distribution.
struct Taker {
    name: String,
    project: Arc<Project>,
    way: Way,
}

enum Way {
    /// By a requirement of its own, or of the manifest around it.
    Direct(Box<Dependency>, Arc<Effective>),
    /// Brought along by these distributions, as the project in this folder.
    Through(Vec<String>, Arc<Project>),
}

/// The answer of a workspace; paths are shown relative to `root`.
pub fn collect(workspace: &Workspace, root: &Utf8Path, question: Question<'_>) -> Result<Upgrade, Obstacle> {
    let Question { distribution, version, .. } = question;
    let witness = Witness { workspace, root };
    let (live, takers): (Vec<Taker>, Vec<Taker>) =
        takers(workspace, question).into_iter().partition(|taker| live_folder(taker).is_some());
    let pinning = takers.iter().find_map(|taker| match &taker.way {
        Way::Direct(dependency, _) if is_pinnable(&dependency.provision) => Some((taker, dependency)),
        _ => None,
    });
    if pinning.is_none() && !takers.iter().any(|taker| matches!(taker.way, Way::Through(..))) {
        return Err(nobody(witness, question, &live, &takers));
    }
    let supposed = workspace.supposing(distribution, version);
    let Some(code) = code_of(&supposed, &takers, distribution) else {
        return Err(not_at_hand(workspace, &supposed, &takers, question));
    };
    let target = Target::new(workspace, distribution, version);
    let mut found = Difference::between(workspace, &supposed);
    let mut upgrade = Upgrade {
        distribution: distribution.to_string(),
        to: version.to_string(),
        yanked: yanked(&workspace.releases(distribution), version),
        not_judged: found.take_not_judged(),
        ..Upgrade::default()
    };
    for taker in &takers {
        let consumer = consumer(witness, &supposed, &target, taker, &found, &mut upgrade.edits);
        upgrade.consumers.push(consumer);
    }
    upgrade.live = live.iter().filter_map(|taker| live_of(witness, taker)).collect();
    upgrade.breaks = upgrade.consumers.iter().map(Consumer::places).sum();
    upgrade.edits.sort_by(|a, b| (&a.file, a.range).cmp(&(&b.file, b.range)));
    upgrade.edits.dedup();
    upgrade.available =
        available::since_lowest(workspace, &in_use(workspace, &takers), &supposed, (version, &code));
    Ok(upgrade)
}

/// Why an index says that a version was withdrawn.
fn yanked(releases: &Releases, version: &Version) -> Option<String> {
    releases.all.iter().filter(|release| release.version == *version).find_map(|release| {
        match &release.origin {
            Origin::Index { yanked, .. } => yanked.clone(),
            Origin::Tag { .. } | Origin::Archive(_) => None,
        }
    })
}

/// Everybody who takes the distribution, or the one location that is asked about.
fn takers(workspace: &Workspace, question: Question<'_>) -> Vec<Taker> {
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

fn live_folder(taker: &Taker) -> Option<&Utf8Path> {
    match &taker.way {
        Way::Direct(dependency, _) => match &dependency.provision {
            Provision::Live { dir, .. } => Some(dir),
            _ => None,
        },
        Way::Through(..) => None,
    }
}

/// Whether a version decides what is taken.
fn is_pinnable(provision: &Provision) -> bool {
    matches!(provision, Provision::Registry | Provision::Git(_) | Provision::Url)
}

fn live_of(witness: Witness<'_>, taker: &Taker) -> Option<Live> {
    Some(Live { name: taker.name.clone(), source: witness.path(live_folder(taker)?) })
}

/// Nobody takes a version that could move.
fn nobody(witness: Witness<'_>, question: Question<'_>, live: &[Taker], others: &[Taker]) -> Obstacle {
    let (workspace, name) = (witness.workspace, question.distribution);
    let unpinned = match question.location {
        Some(location) => format!("`{location}` does not pin `{name}`"),
        None => format!("nobody pins `{name}`"),
    };
    if let Some(taker) = live.first() {
        let source = live_folder(taker).map(|dir| witness.path(dir)).unwrap_or_default();
        let who: Vec<String> = live.iter().map(|taker| format!("`{}`", taker.name)).collect();
        let (take, who) = (if who.len() == 1 { "takes" } else { "take" }, who.join(", "));
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
        let who: Vec<String> = all.iter().map(|taker| format!("`{}`", taker.name)).collect();
        if !who.is_empty() {
            return Obstacle::new(message, Some(format!("taken by {}", who.join(", "))));
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

/// The project that is the new version's code.
fn code_of(supposed: &Workspace, takers: &[Taker], name: &DistributionName) -> Option<Arc<Project>> {
    let direct = takers.iter().find_map(|taker| match &taker.way {
        Way::Direct(dependency, _) if is_pinnable(&dependency.provision) => {
            supposed.project_at(supposed.effective(&taker.project, dependency).code.as_deref()?)
        }
        _ => None,
    });
    let through = || {
        takers.iter().find_map(|taker| {
            let reached = supposed.pinned(&taker.project);
            reached.iter().find_map(|reach| {
                supposed.project_at(&reach.dir).filter(|project| project.distribution() == Some(name))
            })
        })
    };
    direct.or_else(through)
}

fn not_at_hand(
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
    let listed = known.contains(&version.to_string());
    let reason = refusal.filter(|_| listed).or_else(|| releases.gaps.first().cloned());
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let shown: Vec<&str> = known.iter().take(MAX_VERSIONS).map(String::as_str).collect();
    let more = known.len().saturating_sub(MAX_VERSIONS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let by_index = |taker: &Taker| match &taker.way {
        Way::Direct(dependency, _) => dependency.provision == Provision::Registry,
        Way::Through(..) => false,
    };
    let unasked = !releases.listed && releases.gaps.is_empty() && takers.iter().any(by_index);
    let ask = if unasked { "; `--allow-registry` asks package indexes" } else { "" };
    let hint = if shown.is_empty() {
        format!("no version of `{name}` is known here, by a tag or an archive{ask}")
    } else {
        format!("known versions: {}{more}{ask}", shown.join(", "))
    };
    Obstacle::new(format!("the code of `{name}` {version} is not at hand{reason}"), Some(hint))
}

fn consumer(
    witness: Witness<'_>,
    supposed: &Workspace,
    target: &Target,
    taker: &Taker,
    found: &Difference,
    edits: &mut Vec<Edit>,
) -> Consumer {
    let workspace = witness.workspace;
    let mut consumer = Consumer {
        name: taker.name.clone(),
        project: witness.path(&taker.project.dir),
        from: version_of(workspace, taker).map(|version| version.to_string()),
        caution: caution(workspace, taker),
        ..Consumer::default()
    };
    match &taker.way {
        Way::Direct(..) => {
            let pins = pins::of(workspace, &taker.project, target);
            edits.extend(pins.iter().filter_map(|pin| pin.edit.clone()));
            consumer.pins = pins.into_iter().map(|pin| pin.shown(witness)).collect();
        }
        Way::Through(via, _) => consumer.through = via.clone(),
    }
    let meaning = found.of(witness, supposed, &taker.project);
    consumer.breaks = meaning.breaks;
    if !has_code(taker) {
        // What stands in for today's code is another version's.
        consumer.breaks.iter_mut().for_each(|found| found.old = None);
    }
    consumer.mends = meaning.mends;
    consumer.deprecated = meaning.deprecated;
    let moves = |state| consumer.pins.iter().any(|pin: &Pin| pin.state == state);
    let stays = workspace
        .locked(&taker.project, target.name)
        .is_none_or(|locked| locked.version.is_none_or(|locked| locked == *target.version));
    consumer.relock = if moves(PinState::Moves) {
        relock::command(witness, &taker.project, relock::Change::Manifest)
    } else if (moves(PinState::Admits) || moves(PinState::Already)) && !stays {
        relock::command(witness, &taker.project, relock::Change::Lock(target.name, target.version))
    } else {
        None
    };
    consumer
}

/// Whether the code that is taken today is at hand.
fn has_code(taker: &Taker) -> bool {
    match &taker.way {
        Way::Direct(_, effective) => effective.code.is_some(),
        Way::Through(..) => true,
    }
}

fn version_of(workspace: &Workspace, taker: &Taker) -> Option<Version> {
    match &taker.way {
        Way::Direct(_, effective) => effective.version.clone(),
        Way::Through(_, code) => workspace.version(code),
    }
}

/// Why the comparison of a project's findings may mislead.
fn caution(workspace: &Workspace, taker: &Taker) -> Option<String> {
    if !rules::is_judged(workspace, &taker.project) {
        return Some("its code is not judged".to_owned());
    }
    let Way::Direct(_, effective) = &taker.way else { return None };
    if has_code(taker) {
        return None;
    }
    let missing = effective.said.iter().find_map(|said| match said {
        Said::Missing(reason) => Some(reason.as_str()),
        _ => None,
    });
    let reason = missing.unwrap_or("its source leads nowhere");
    Some(format!("what breaks may be broken today already: {reason}"))
}

/// The versions that are taken today and whose code is at hand.
fn in_use(workspace: &Workspace, takers: &[Taker]) -> Vec<(Version, Arc<Project>)> {
    let one = |taker: &Taker| {
        let project = match &taker.way {
            Way::Direct(_, effective) => workspace.project_at(effective.code.as_deref()?)?,
            Way::Through(_, code) => code.clone(),
        };
        Some((version_of(workspace, taker)?, project))
    };
    takers.iter().filter_map(one).collect()
}
