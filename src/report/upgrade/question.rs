//! Whether the question can be answered, and the answer.

use std::sync::Arc;

use camino::Utf8Path;
use pep440_rs::Version;

use super::available;
use super::breaks::Difference;
use super::obstacle::{self, Obstacle};
use super::pins::{self, Target};
use super::takers::{Taker, Way, has_code, in_use, is_pinnable, live_folder, takers, version_of};
use super::{Consumer, Live, Pin, PinState, Upgrade, relock};
use crate::manifest::DistributionName;
use crate::rules::{self, Edit};
use crate::workspace::{Origin, Project, Releases, Said, Witness, Workspace};

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

/// The answer of a workspace; paths are shown relative to `root`.
pub fn collect(workspace: &Workspace, root: &Utf8Path, question: Question<'_>) -> Result<Upgrade, Obstacle> {
    let Question { distribution, version, .. } = question;
    let witness = Witness { workspace, root };
    let (live, takers): (Vec<Taker>, Vec<Taker>) =
        takers(workspace, question).into_iter().partition(|taker| live_folder(taker).is_some());
    let moves = |taker: &Taker| match &taker.way {
        Way::Direct(dependency, _) => is_pinnable(&dependency.provision),
        Way::Through(..) => true,
    };
    if !takers.iter().any(moves) {
        return Err(obstacle::nobody(witness, question, &live, &takers));
    }
    let supposed = workspace.supposing(distribution, version);
    let Some(code) = code_of(&supposed, &takers, distribution) else {
        return Err(obstacle::not_at_hand(workspace, &supposed, &takers, question));
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

fn live_of(witness: Witness<'_>, taker: &Taker) -> Option<Live> {
    Some(Live { name: taker.name.clone(), source: witness.path(live_folder(taker)?) })
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
        judged: rules::is_judged(workspace, &taker.project),
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
