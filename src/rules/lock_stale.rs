//! # lock-stale (error)
//!
//! ## What it does
//!
//! Reports locks that no longer fit the project they are for, as `uv lock --check` and Poetry's content hash see it.
//!
//! ## Why it matters
//!
//! `uv sync --frozen` and images that install from the lock take what it says: a requirement that was added since is
//! not there, one that was removed still is. What counts is what the tool counts: for uv the project's requirements,
//! sources, version, extras and groups, `requires-python`, the members of a workspace, constraints and overrides;
//! specifiers beside live sources are not recorded. `six>=1.16` and `six>=1.16.0` say the same, and so do `six>=1` beside
//! `six<2` and `six>=1,<2`. For Poetry the hash over its tables.
//!
//! ## Example
//!
//! ```fixture
//! #- pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["six>=1.17", "requests"]
//! #- uv.lock
//! version = 1
//! revision = 3
//! requires-python = ">=3.12"
//!
//! [[package]]
//! name = "etl"
//! #       ^^^ error[lock-stale]: `etl` has changed since this was locked: it requires `requests` now, it requires `six>=1.17`, and required `six>=1.16`; run `uv lock`
//! version = "0.1.0"
//! source = { virtual = "." }
//! dependencies = [
//!     { name = "six" },
//! ]
//!
//! [package.metadata]
//! requires-dist = [{ name = "six", specifier = ">=1.16" }]
//!
//! [[package]]
//! name = "six"
//! version = "1.17.0"
//! source = { registry = "https://pypi.org/simple" }
//! ```
//!
//! ## Fix
//!
//! Run the command that the message names.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lock_violates_manifest::violations;
use super::locks::{self, Difference, Judged, requirement_differences};
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity};
use crate::manifest::{DistributionName, LockKind, LockSource, PythonRange, poetry_content_hashes};
use crate::text::TextRange;
use crate::workspace::{Installed, Place, Project, RecordedRequirement, as_constraints};

/// The rule.
pub const RULE: Rule = Rule {
    name: "lock-stale",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("lock_stale.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let judge = |judged: &Judged| match judged.lock().kind {
        LockKind::Uv => by_uv(context, judged),
        LockKind::Poetry => by_hash(context, judged),
        LockKind::Pdm | LockKind::Pylock | LockKind::Pipfile | LockKind::Pixi | LockKind::Compiled => None,
    };
    locks::judged(context).iter().filter_map(judge).collect()
}

/// One finding for a lock, at the entry of the first member that has changed.
fn by_uv(context: &Context<'_>, judged: &Judged) -> Option<Finding> {
    let members = judged.members(context);
    let head = judged.place(lock_place(judged));
    let mut place: Option<(Place, String)> = None;
    let mut all = lock_differences(context, judged, &members);
    for member in &members {
        let Some(entry) = context.workspace.lock_entry_of(member, &judged.found) else { continue };
        // What another rule says of the same name is not said twice.
        let explained = locks::locked_from_index(context, judged, member).into_iter().map(|(name, _)| name);
        let violated = violations(context, judged, member).into_iter().map(|(name, _)| name);
        let explained: Vec<DistributionName> = explained.chain(violated).collect();
        match judged.differences(context, &entry, member) {
            Ok(mut found) => {
                found.retain(|one| !one.name.as_ref().is_some_and(|name| explained.contains(name)));
                found.extend(installed_difference(context, judged, member, &entry.source));
                if !found.is_empty() && place.is_none() {
                    place = Some((judged.place(entry.name.range), member.display_name().to_owned()));
                }
                all.extend(found);
            }
            Err(reason) => context.not_judged(reason),
        }
    }
    let (place, subject) = place.unwrap_or_else(|| (head, judged.root.display_name().to_owned()));
    judged.finding(context, place, &subject, &all)
}

/// What the lock says of itself: its first line, unless it says something better.
fn lock_place(judged: &Judged) -> TextRange {
    let head = &judged.lock().head;
    let own = judged.root.distribution().and_then(|name| judged.lock().places(name).into_iter().next());
    own.or_else(|| head.format_version.as_ref().map(|version| version.range)).unwrap_or_default()
}

/// What concerns the lock as a whole.
fn lock_differences(context: &Context<'_>, judged: &Judged, members: &[Arc<Project>]) -> Vec<Difference> {
    let head = &judged.lock().head;
    let mut found = member_differences(judged, members);
    found.extend(python_difference(judged, members));
    let Some(manifest) = locks::root_manifest(judged) else { return found };
    let python = judged.python();
    let dir = judged.found.file.dir();
    let workspace = context.workspace;
    type Form = fn(Vec<RecordedRequirement>) -> Vec<RecordedRequirement>;
    let lists: [(_, _, Form, _); 2] = [
        (&manifest.uv.constraints, &head.manifest.constraints, as_constraints, " as a constraint"),
        (&manifest.uv.overrides, &head.manifest.overrides, |all| all, " as an override"),
    ];
    for (now, before, form, list) in lists {
        let now = workspace.recorded_list(&judged.root, now, &python);
        match (now, workspace.recorded_in_lock(dir, before, &python)) {
            (Ok(mut now), Ok(before)) => {
                // What is new and speaks of nothing that is locked changes nothing, for uv (0.13.9) neither.
                let known = |name: &DistributionName| before.iter().any(|one| one.name == *name);
                now.retain(|one| judged.lock().has(&one.name) || known(&one.name));
                found.extend(requirement_differences(&form(now), &form(before), list));
            }
            (Err(reason), _) | (_, Err(reason)) => context.not_judged(reason),
        }
    }
    // The groups of a root that is a project stand at its entry.
    if !manifest.declares_project
        && let Ok(groups) = workspace.recorded_groups(&judged.root, &python)
    {
        let mut names: BTreeSet<&String> = groups.keys().collect();
        names.extend(head.manifest.groups.iter().map(|(name, _)| name));
        for name in names {
            let locked = head.manifest.groups.iter().find(|(group, _)| group == name);
            let locked = locked.map_or(&[][..], |(_, list)| list.as_slice());
            let now = groups.get(name).map_or(&[][..], Vec::as_slice);
            if let Ok(before) = workspace.recorded_in_lock(dir, locked, &python) {
                found.extend(requirement_differences(now, &before, &format!(" in the group `{name}`")));
            }
        }
    }
    found
}

/// A lock for one project lists no members.
fn member_differences(judged: &Judged, members: &[Arc<Project>]) -> Vec<Difference> {
    let names: BTreeSet<&DistributionName> =
        members.iter().filter_map(|member| member.distribution()).collect();
    let alone =
        locks::root_manifest(judged).is_some_and(|manifest| manifest.declares_project) && names.len() == 1;
    let locked: BTreeSet<&DistributionName> =
        judged.lock().head.manifest.members.iter().map(|member| &member.value).collect();
    let mut found = Vec::new();
    let lost = |name: &&DistributionName| !judged.lock().has(name);
    if alone {
        for name in names.iter().copied().filter(lost) {
            found.push(difference(format!("the lock has no entry of `{name}`")));
        }
        for name in locked {
            found.push(difference(format!("`{name}` is no longer a member of a workspace")));
        }
        return found;
    }
    for name in names.difference(&locked) {
        found.push(difference(format!("`{name}` is a member of the workspace now")));
    }
    for name in locked.difference(&names) {
        found.push(difference(format!("`{name}` is no longer a member of the workspace")));
    }
    found
}

fn difference(text: String) -> Difference {
    Difference { text, name: None, place: None }
}

/// The Pythons that all members admit. Where none says which, uv takes the one at hand.
fn python_difference(judged: &Judged, members: &[Arc<Project>]) -> Option<Difference> {
    let locked = judged.lock().head.requires_python.as_ref()?;
    let before = PythonRange::parse(&locked.value)?;
    let mut now = PythonRange::any();
    let mut said = None;
    for member in members {
        let Some((file, manifest)) = member.main_manifest() else { continue };
        if let Some(written) = &manifest.requires_python {
            now = now.and(&PythonRange::parse(&written.value)?);
            said = Some((Place { file: file.clone(), range: written.range }, written.value.clone()));
        }
    }
    let (place, written) = said?;
    let text = format!("`requires-python` is `{written}`, and was `{}`", locked.value);
    (now != before).then(|| Difference { text, name: None, place: Some(place) })
}

/// Whether a member is installed in another way than it was.
fn installed_difference(
    context: &Context<'_>,
    judged: &Judged,
    member: &Project,
    source: &LockSource,
) -> Option<Difference> {
    let now = context.workspace.member_installed(&judged.root, member);
    let text = match (now, source) {
        (Installed::Not, LockSource::Virtual(_))
        | (Installed::Editable, LockSource::Editable(_))
        | (Installed::Copy, LockSource::Directory(_)) => return None,
        (Installed::Not, _) => "is no longer a package that is installed",
        (_, LockSource::Virtual(_)) => "is a package that is installed now",
        (Installed::Editable, _) => "is editable now",
        (Installed::Copy, _) => "is no longer editable",
    };
    Some(difference(format!("`{}` {text}", member.display_name())))
}

/// Poetry's own test: a digest over the parts of the manifest that decide.
fn by_hash(context: &Context<'_>, judged: &Judged) -> Option<Finding> {
    let locked = judged.lock().head.content_hash.as_ref()?;
    let (file, _) = judged.root.manifest(crate::manifest::ManifestKind::Pyproject)?;
    let text = context.workspace.files.text(file).ok()?;
    let known = poetry_content_hashes(&text.text, judged.lock().head.written_by.as_deref());
    if known.is_empty() {
        context.not_judged(format!("the content hash of `{}`", judged.root.display_name()));
        return None;
    }
    if known.contains(&locked.value) {
        return None;
    }
    let subject = judged.root.display_name();
    let message = format!(
        "the requirements of `{subject}` have changed since this was locked; run `{}`",
        judged.command(context)
    );
    let whole = Place { file: file.clone(), range: TextRange::default() };
    let finding = Finding::new(judged.place(locked.range), message, [subject]);
    Some(finding.fix(judged.relock(context).map(Fix::to_run)).related(whole, "what was locked"))
}
