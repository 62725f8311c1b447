//! What the rules about locks have in common: which locks are judged, and how what they recorded differs from what the
//! manifests say now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::{Context, Finding, Fix, commands};
use crate::manifest::{
    DistributionName, Group, Lock, LockEntry, LockKind, LockSource, Manifest, ManifestKind, PythonRange,
    Version, parse_version,
};
use crate::vfs::join;
use crate::workspace::{Place, Project, ProjectLock, Recorded, RecordedRequirement, RecordedSource, merged};

/// Differences that a message names; the others are counted.
const MAXIMUM_NAMED: usize = 3;

/// A lock with the project it is for.
pub(super) struct Judged {
    /// The project in the lock's folder.
    pub root: Arc<Project>,
    /// The lock.
    pub found: Arc<ProjectLock>,
}

/// One way in which a lock and the manifests disagree.
pub(super) struct Difference {
    /// What is said now and was not, or the other way round: `requires \`six\` now`.
    pub text: String,
    /// The distribution concerned, if it is one.
    pub name: Option<DistributionName>,
    /// Where the manifest says so.
    pub place: Option<Place>,
}

impl Difference {
    fn new(text: String, place: Option<Place>) -> Self {
        Self { text, name: None, place }
    }
}

/// The locks that some project uses, each once, sorted by file: those beside a project that is no template, test or
/// sample, and whose manifests can be read. What is no sound lock is parse-error's business.
pub(super) fn judged(context: &Context<'_>) -> Vec<Judged> {
    let workspace = context.workspace;
    let judged = workspace.projects().into_iter().filter_map(|root| {
        let found = workspace.lock_of(&root)?;
        // A member of a workspace is judged with its root. Compiled requirements may lie in a folder below.
        let elsewhere = found.lock.kind == LockKind::Uv && found.file.dir() != root.dir;
        if elsewhere || !found.lock.errors.is_empty() {
            return None;
        }
        let sound = !root.template && !root.broken && !workspace.is_around(&root.dir);
        sound.then_some(Judged { root, found })
    });
    let mut judged: Vec<Judged> = judged.collect();
    judged.sort_by(|a, b| a.found.file.cmp(&b.found.file));
    judged
}

impl Judged {
    /// The lock.
    pub fn lock(&self) -> &Lock {
        &self.found.lock
    }

    /// The Pythons the lock was made for.
    pub fn python(&self) -> PythonRange {
        let written = self.lock().head.requires_python.as_ref();
        written.and_then(|written| PythonRange::parse(&written.value)).unwrap_or_else(PythonRange::any)
    }

    /// The members of the uv workspace, or the one project; sorted by folder. Those that uv does not manage are none.
    pub fn members(&self, context: &Context<'_>) -> Vec<Arc<Project>> {
        let workspace = context.workspace;
        let is_root = workspace.workspace_root(&self.root).is_some_and(|root| root.dir == self.root.dir);
        let dirs = if is_root {
            workspace.workspace_members(&self.root)
        } else {
            Arc::new(vec![self.root.dir.clone()])
        };
        let member = |project: &Arc<Project>| {
            let manifest = project.manifest(ManifestKind::Pyproject);
            manifest
                .is_some_and(|(_, manifest)| manifest.declares_project && manifest.uv.managed != Some(false))
        };
        dirs.iter().filter_map(|dir| workspace.project_at(dir)).filter(member).collect()
    }

    /// The folder that an entry on disk leads to.
    pub fn folder(&self, context: &Context<'_>, entry: &LockEntry) -> Option<Utf8PathBuf> {
        let folder = entry.source.folder()?;
        Some(context.workspace.own_name(&join(self.found.file.dir(), folder)))
    }

    /// The command that makes the lock anew, as typed in the first opened folder.
    pub fn relock(&self, context: &Context<'_>) -> Option<String> {
        commands::relock(context, &self.found, &self.root.dir)
    }

    /// The same as messages name it.
    pub fn command(&self, context: &Context<'_>) -> String {
        let dir = || context.shown(&self.root.dir, context.workspace.root());
        self.relock(context).unwrap_or_else(|| format!("uv pip compile` in `{}", dir()))
    }

    /// A place in the lock.
    pub fn place(&self, range: crate::text::TextRange) -> Place {
        Place { file: self.found.file.clone(), range }
    }

    /// A finding about what differs, in one sentence.
    pub fn finding(
        &self,
        context: &Context<'_>,
        place: Place,
        subject: &str,
        differences: &[Difference],
    ) -> Option<Finding> {
        differences.first()?;
        let mut named: Vec<&str> =
            differences.iter().take(MAXIMUM_NAMED).map(|one| one.text.as_str()).collect();
        let more = match differences.len().saturating_sub(MAXIMUM_NAMED) {
            1 => "one more change".to_owned(),
            more => format!("{more} more changes"),
        };
        if differences.len() > MAXIMUM_NAMED {
            named.push(&more);
        }
        let message = format!(
            "`{subject}` has changed since this was locked: {}; run `{}`",
            named.join(", "),
            self.command(context)
        );
        let finding = Finding::new(place, message, [subject]).fix(self.relock(context).map(Fix::to_run));
        let places = differences.iter().filter_map(|one| Some((one.place.clone()?, one.text.clone())));
        Some(places.take(MAXIMUM_NAMED).fold(finding, |finding, (place, text)| finding.related(place, text)))
    }

    /// How a project differs from what the lock recorded of it.
    pub fn differences(
        &self,
        context: &Context<'_>,
        entry: &LockEntry,
        project: &Project,
    ) -> Result<Vec<Difference>, String> {
        let workspace = context.workspace;
        let python = self.python();
        let expected = workspace.recorded(project, &python)?;
        let mut found = Vec::new();
        found.extend(version_difference(entry, project));
        let Some(metadata) = entry.metadata.clone().or_else(|| self.keeps_metadata().then(Default::default))
        else {
            found.extend(edge_differences(entry, project, &expected));
            return Ok(found);
        };
        let dir = self.found.file.dir();
        let actual = workspace.recorded_in_lock(dir, &metadata.requires_dist, &python)?;
        // Build backends flatten what refers to the project's own extras, where they are asked for the version.
        let own = |one: &RecordedRequirement| Some(&one.name) == project.distribution();
        if !(entry.version.is_none() && expected.requires.iter().any(own)) {
            found.extend(requirement_differences(&expected.requires, &actual, ""));
        }
        if self.lock().head.revision > 0 {
            let actual = metadata.provides_extras.unwrap_or_default().into_iter().collect();
            found.extend(extra_differences(&expected.extras, &actual, project));
        }
        let empty = Vec::new();
        let mut names: BTreeSet<&String> = expected.groups.keys().collect();
        names.extend(metadata.groups.iter().map(|(name, _)| name));
        for name in names {
            let locked =
                metadata.groups.iter().find(|(group, _)| group == name).map(|(_, list)| list.as_slice());
            let now = expected.groups.get(name);
            let actual = workspace.recorded_in_lock(dir, locked.unwrap_or_default(), &python)?;
            let before = found.len();
            found.extend(requirement_differences(
                now.unwrap_or(&empty),
                &actual,
                &format!(" in the group `{name}`"),
            ));
            if before == found.len() && self.lock().head.revision > 0 && now.is_some() != locked.is_some() {
                let text = if now.is_some() { "has the group" } else { "no longer has the group" };
                found.push(Difference::new(format!("it {text} `{name}`"), None));
            }
        }
        Ok(found)
    }

    /// Whether the lock records what manifests said; some locks hold nothing but edges.
    fn keeps_metadata(&self) -> bool {
        self.lock().live_entries().iter().any(|entry| entry.metadata.is_some())
    }
}

fn version_difference(entry: &LockEntry, project: &Project) -> Option<Difference> {
    let (file, manifest) = project.manifest(ManifestKind::Pyproject)?;
    let place = |range| Some(Place { file: file.clone(), range });
    let locked = entry.version.as_ref().map(|version| version.value.as_str());
    let computed = manifest.dynamic.iter().find(|field| field.value == "version");
    match (&manifest.version, computed, locked) {
        (_, Some(field), Some(locked)) => Some(Difference::new(
            format!("its version is computed now, and was {locked}"),
            place(field.range),
        )),
        (Version::Static(now), None, Some(locked)) if parse_version(&now.value) != parse_version(locked) => {
            Some(Difference::new(format!("its version is {}, and was {locked}", now.value), place(now.range)))
        }
        (Version::Static(now), None, None) => Some(Difference::new(
            format!("its version is {} now, and was computed", now.value),
            place(now.range),
        )),
        _ => None,
    }
}

/// What two lists of requirements do not have in common, by name, the entries of one name merged.
pub(super) fn requirement_differences(
    now: &[RecordedRequirement],
    before: &[RecordedRequirement],
    list: &str,
) -> Vec<Difference> {
    let mut by_name: BTreeMap<&DistributionName, (Vec<_>, Vec<_>)> = BTreeMap::new();
    now.iter().for_each(|one| by_name.entry(&one.name).or_default().0.push(one.clone()));
    before.iter().for_each(|one| by_name.entry(&one.name).or_default().1.push(one.clone()));
    let mut found = Vec::new();
    for (name, (new, old)) in by_name {
        let (new, old) = (merged(&new), merged(&old));
        let lacks = |one: &&RecordedRequirement, all: &[RecordedRequirement]| {
            !all.iter().any(|other| other.equals(one))
        };
        let (added, gone) =
            (new.iter().find(|one| lacks(one, &old)), old.iter().find(|one| lacks(one, &new)));
        let (place, text) = match (added, gone) {
            (None, None) => continue,
            (Some(added), _) if old.is_empty() => {
                (added.place.clone(), format!("it requires `{}` now{list}", added.written))
            }
            (None, Some(gone)) if new.is_empty() => {
                (None, format!("it no longer requires `{}`{list}", gone.written))
            }
            (added, gone) => {
                let place = added.or(new.first()).and_then(|one| one.place.clone());
                (place, changed(added.or(new.first()), gone.or(old.first()), list))
            }
        };
        found.push(Difference { text, name: Some(name.clone()), place });
    }
    found
}

/// What changed between two requirements on one distribution.
fn changed(now: Option<&RecordedRequirement>, before: Option<&RecordedRequirement>, list: &str) -> String {
    let (Some(now), Some(before)) = (now, before) else { return format!("its requirements changed{list}") };
    if now.written != before.written && !matches!(now.source, Some(RecordedSource::Folder(..))) {
        return format!("it requires `{}`{list}, and required `{}`", now.written, before.written);
    }
    let what = if now.extras != before.extras {
        "with other extras"
    } else if now.source == before.source {
        "in other environments"
    } else {
        "from elsewhere"
    };
    format!("it requires `{}` {what}{list}", now.name)
}

fn extra_differences(
    now: &BTreeSet<String>,
    before: &BTreeSet<String>,
    project: &Project,
) -> Vec<Difference> {
    let place = |name: &String| {
        let (file, manifest) = project.manifest(ManifestKind::Pyproject)?;
        let extra = manifest.extras.iter().find(|extra| extra.value.eq_ignore_ascii_case(name))?;
        Some(Place { file: file.clone(), range: extra.range })
    };
    let added = now
        .difference(before)
        .map(|name| Difference::new(format!("it has the extra `{name}` now"), place(name)));
    let gone = before
        .difference(now)
        .map(|name| Difference::new(format!("it no longer has the extra `{name}`"), None));
    added.chain(gone).collect()
}

/// By the names alone, where a lock holds nothing but edges: what is always required has an edge, and every edge comes
/// from some requirement.
fn edge_differences(entry: &LockEntry, project: &Project, expected: &Recorded) -> Vec<Difference> {
    let edges = |main: bool| {
        let of = entry.dependencies.iter().filter(move |edge| (edge.group == Group::Main) == main);
        of.map(|edge| edge.name.value.clone()).collect::<BTreeSet<_>>()
    };
    let (main, others) = (edges(true), edges(false));
    let all = || expected.requires.iter().chain(expected.groups.values().flatten());
    let known: BTreeSet<&DistributionName> = all().map(|one| &one.name).collect();
    let mut found = Vec::new();
    let missing = expected.requires.iter().filter(|one| one.marker.is_always() && !main.contains(&one.name));
    for one in missing {
        let text = format!("it requires `{}` now", one.written);
        found.push(Difference { text, name: Some(one.name.clone()), place: one.place.clone() });
    }
    for name in
        main.union(&others).filter(|name| !known.contains(name) && Some(*name) != project.distribution())
    {
        let text = format!("it no longer requires `{name}`");
        found.push(Difference { text, name: Some(name.clone()), place: None });
    }
    found
}

/// Distributions that a project takes live, and its lock from an index: that one is lock-names-missing-project's word.
pub(super) fn locked_from_index(
    context: &Context<'_>,
    judged: &Judged,
    project: &Project,
) -> Vec<(DistributionName, Arc<LockEntry>)> {
    let Some(own) = context.workspace.lock_entry_of(project, &judged.found) else { return Vec::new() };
    let mut found: Vec<(DistributionName, Arc<LockEntry>)> = Vec::new();
    for dependency in context.workspace.dependencies(project).iter() {
        let live = matches!(dependency.provision, crate::workspace::Provision::Live { .. });
        let unconditional = dependency.requirement.as_ref().is_some_and(|requirement| requirement.marker.is_none())
            && project.sources.iter().filter(|source| source.value.name.value == dependency.name).all(|source| {
                matches!(source.value.entries.as_slice(), [only] if only.marker.is_none() && only.only_for.is_none())
            });
        if !live || !unconditional || found.iter().any(|(name, _)| *name == dependency.name) {
            continue;
        }
        let edges = own.dependencies.iter().filter(|edge| edge.name.value == dependency.name);
        let targets: Vec<Arc<LockEntry>> = edges.flat_map(|edge| judged.lock().targets(edge)).collect();
        let from_index = |entry: &Arc<LockEntry>| matches!(entry.source, LockSource::Registry(_));
        if !targets.is_empty() && targets.iter().all(from_index) {
            found.extend(targets.into_iter().take(1).map(|entry| (dependency.name.clone(), entry)));
        }
    }
    found
}

/// The root's manifest.
pub(super) fn root_manifest(judged: &Judged) -> Option<&Manifest> {
    judged.root.manifest(ManifestKind::Pyproject).map(|(_, manifest)| manifest.as_ref())
}

#[cfg(test)]
mod tests;
