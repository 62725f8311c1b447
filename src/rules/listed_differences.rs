//! How a shared project differs from what a lock of Poetry, PDM or pixi holds of it. It is a part of
//! lock-stale-shared-metadata. Versions of trees that these locks hold mean nothing: the tree is what is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Context;
use super::locks::{Difference, Judged, requirement_differences};
use crate::manifest::{DistributionName, Group, LockEntry, LockKind, LockedRequirement, Marker};
use crate::workspace::{Listed, Project, RecordedRequirement, RecordedSource};

/// What a lock of Poetry's says that extras bring; none where that is not understood.
type Extras = BTreeMap<String, Option<Vec<RecordedRequirement>>>;

/// How a project differs from its entry.
pub(super) fn differences(
    context: &Context<'_>,
    judged: &Judged,
    entry: &Arc<LockEntry>,
    project: &Project,
) -> Result<Vec<Difference>, String> {
    let now = context.workspace.listed(project, &judged.python())?;
    let Some(metadata) = &entry.metadata else {
        return Err(format!("what the lock holds of `{}` is not understood", entry.name.value));
    };
    let before = |list: &[LockedRequirement]| {
        let python = judged.python();
        context.workspace.recorded_in_lock(judged.found.file.dir(), list, &python).map(from_anywhere)
    };
    let main = before(&metadata.requires_dist)?;
    match judged.lock().kind {
        LockKind::Poetry => {
            let mut locked = BTreeMap::new();
            for (extra, list) in &metadata.extras {
                let list = list.as_deref().map(before).transpose()?;
                locked.insert(normal(extra), list);
            }
            let mut found = of_poetry(entry, &now, &main, &locked);
            found.extend(of_extras(&now, &locked));
            Ok(found)
        }
        LockKind::Pdm => Ok(of_pdm(entry, &now, main)),
        LockKind::Pixi => {
            let extras = now.extras.iter().flat_map(|(extra, list)| {
                let asked = Marker::extra(extra).unwrap_or_else(Marker::never);
                list.iter().cloned().map(move |mut one| {
                    one.marker = one.marker.and(&asked);
                    one
                })
            });
            let all: Vec<RecordedRequirement> = now.main.iter().cloned().chain(extras).collect();
            Ok(requirement_differences(&wanted(&all), &wanted(&main), ""))
        }
        LockKind::Uv | LockKind::Pylock | LockKind::Pipfile | LockKind::Compiled => Ok(Vec::new()),
    }
}

/// What an extra brings is merged with what is always required, by rules of Poetry's own: of a name that both list only
/// whether it is always required is compared.
fn of_poetry(
    entry: &LockEntry,
    now: &Listed,
    before: &[RecordedRequirement],
    locked: &Extras,
) -> Vec<Difference> {
    let others = entry.dependencies.iter().filter(|edge| edge.group != Group::Main);
    let mut optional: BTreeSet<&DistributionName> = others.map(|edge| &edge.name.value).collect();
    let of_extras = now.extras.values().chain(locked.values().flatten()).flatten();
    optional.extend(of_extras.map(|one| &one.name));
    let (now, before) = (wanted(&now.main), wanted(before));
    let has =
        |list: &[RecordedRequirement], name: &DistributionName| list.iter().any(|one| one.name == *name);
    let told = |one: &&RecordedRequirement| {
        !optional.contains(&one.name) || has(&now, &one.name) != has(&before, &one.name)
    };
    let of = |list: &[RecordedRequirement]| list.iter().filter(told).cloned().collect::<Vec<_>>();
    requirement_differences(&of(&now), &of(&before), "")
}

fn of_extras(now: &Listed, locked: &Extras) -> Vec<Difference> {
    let mut found = Vec::new();
    let said = |text: String| Difference { text, name: None, place: None };
    for (extra, list) in &now.extras {
        match locked.get(extra) {
            None => found.push(said(format!("it has the extra `{extra}` now"))),
            Some(None) => {}
            Some(Some(before)) => {
                let list = requirement_differences(
                    &wanted(list),
                    &wanted(before),
                    &format!(" in the extra `{extra}`"),
                );
                found.extend(list);
            }
        }
    }
    let gone = locked.keys().filter(|extra| !now.extras.contains_key(*extra));
    found.extend(gone.map(|extra| said(format!("it no longer has the extra `{extra}`"))));
    found
}

/// An entry of PDM's is for the project itself, or for extras of it, which come beside it.
fn of_pdm(entry: &LockEntry, now: &Listed, before: Vec<RecordedRequirement>) -> Vec<Difference> {
    if entry.extras.is_empty() {
        return requirement_differences(&wanted(&now.main), &wanted(&before), "");
    }
    let itself = |one: &RecordedRequirement| one.name == entry.name.value;
    let before: Vec<RecordedRequirement> = before.into_iter().filter(|one| !itself(one)).collect();
    let of = entry.extras.iter().filter_map(|extra| now.extras.get(&normal(extra))).flatten();
    let now: Vec<RecordedRequirement> = of.filter(|one| !itself(one)).cloned().collect();
    let names = entry.extras.join("`, `");
    requirement_differences(&wanted(&now), &wanted(&before), &format!(" in the extra `{names}`"))
}

/// Without what no Python of the lock meets.
fn wanted(list: &[RecordedRequirement]) -> Vec<RecordedRequirement> {
    list.iter().filter(|one| !one.marker.is_never()).cloned().collect()
}

/// What does not come from an index may come from anywhere.
fn from_anywhere(mut list: Vec<RecordedRequirement>) -> Vec<RecordedRequirement> {
    for one in &mut list {
        one.source = match one.source.take() {
            Some(RecordedSource::Index(_, specifier)) => {
                Some(RecordedSource::Index(None, specifier.by_versions()))
            }
            _ => None,
        };
    }
    list
}

fn normal(name: &str) -> String {
    DistributionName::new(name).map_or_else(|| name.to_owned(), |name| name.to_string())
}
