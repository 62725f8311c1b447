//! # yanked-version (warning)
//!
//! ## What it does
//!
//! Reports pins and locks of a first-party distribution at a version that its index has yanked (PEP 592).
//!
//! ## Why it matters
//!
//! Whoever yanks a release says that nobody should use it. Installers take it all the same where it is pinned exactly or
//! locked, so that a location stays on it until somebody looks.
//!
//! Only an index that you allow to be asked can tell: with `--allow-registry`, or by your own configuration. Of indexes
//! that were asked before, what they said then counts.
//!
//! ## Example
//!
//! ```text
//! etl/pyproject.toml:4:28: warning[yanked-version]: `acme-shared` 0.1.3 is yanked: drops rows
//! ```
//!
//! ## Fix
//!
//! Pins to the next version that is not yanked, else to the last one before. Where a lock decides, upgrade the
//! distribution in it.

use pep440_rs::Version;
use rustc_hash::FxHashSet;

use super::pins_differ::exact;
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits, versions};
use crate::manifest::LockSource;
use crate::workspace::{Dependency, Origin, Place, Project, Provision, Releases};

/// The rule.
pub const RULE: Rule = Rule {
    name: "yanked-version",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("yanked_version.rs"),
};

/// No more of an index's reason than these characters is shown.
const MAX_REASON: usize = 200;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for project in context.subjects() {
        for dependency in context.workspace.dependencies(project).iter() {
            if let Some(finding) = judge(context, project, dependency)
                && told.insert(finding.place.clone())
            {
                found.push(finding);
            }
        }
    }
    found
}

fn judge(context: &Context<'_>, project: &Project, dependency: &Dependency) -> Option<Finding> {
    let workspace = context.workspace;
    let name = &dependency.name;
    // No index is asked about what is not ours.
    if dependency.provision != Provision::Registry || !workspace.is_first_party(name) {
        return None;
    }
    let releases = workspace.releases(name);
    if !releases.listed {
        return None;
    }
    let specifier = versions::of_registry(dependency).map(|(_, specifier)| specifier);
    let pinned = specifier.and_then(|specifier| Some((specifier, exact(&specifier.value)?)));
    let (place, version, fix) = match pinned {
        Some((specifier, version)) => {
            let (place, written) = versions::written(context, &dependency.place.file, specifier)?;
            let plain = written.strip_prefix("==").is_some_and(|pinned| !pinned.starts_with('='));
            let next = replacement(&releases, &version).filter(|_| plain);
            let title = |next| format!("pin to `=={next}`");
            let repin = |next| Fix::to_review(title(next), edits::replace(&place, format!("=={next}")));
            let fix = next.map(|next| repin(next).moving(name, next));
            (place, version, fix)
        }
        None => {
            let locked = workspace.locked(project, name)?;
            let from_index = matches!(locked.source, LockSource::Registry(_));
            (locked.place, locked.version.filter(|_| from_index)?, None)
        }
    };
    let reason = yanked(&releases, &version)?;
    let message = format!("`{name}` {version} is yanked{}", shown(reason));
    Some(Finding::new(place, message, [name.as_str()]).fix(fix))
}

/// Why a version was yanked, if it was; the reason may be empty.
fn yanked<'r>(releases: &'r Releases, version: &Version) -> Option<&'r str> {
    listed(releases).find(|(known, _)| *known == version)?.1
}

/// The next version that is neither yanked nor a pre-release, else the last one before.
fn replacement<'r>(releases: &'r Releases, version: &Version) -> Option<&'r Version> {
    let mut sound: Vec<&Version> = listed(releases)
        .filter(|(known, yanked)| yanked.is_none() && !known.any_prerelease())
        .map(|(known, _)| known)
        .collect();
    sound.sort_unstable();
    let later = sound.iter().find(|known| **known > version);
    later.or_else(|| sound.iter().rfind(|known| **known < version)).copied()
}

/// What the index lists, with why each version was yanked.
fn listed(releases: &Releases) -> impl Iterator<Item = (&Version, Option<&str>)> {
    releases.all.iter().filter_map(|release| match &release.origin {
        Origin::Index { yanked, .. } => Some((&release.version, yanked.as_deref())),
        _ => None,
    })
}

/// A reason behind a colon, on one line, without a trailing stop.
fn shown(reason: &str) -> String {
    let words: Vec<&str> = reason.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line: String = words.join(" ").chars().take(MAX_REASON).collect();
    let line = line.trim().trim_end_matches('.');
    if line.is_empty() { String::new() } else { format!(": {line}") }
}
