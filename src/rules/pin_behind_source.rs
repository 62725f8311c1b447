//! # pin-behind-source (information)
//!
//! ## What it does
//!
//! Reports requirements on a first-party distribution, from an index or by a git tag, that exclude the newest released
//! version known: that of a tag or, where there are no tags, that of the tree.
//!
//! ## Why it matters
//!
//! What was mended in the shared code since does not reach this location. That may be meant, so it is no more than
//! information. Pre-releases and development versions are not released; a clone without all its tags, and several
//! trees of which one is admitted, say nothing.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared==0.1.3"]
//! #                           ^^^^^^^ information[pin-behind-source]: `acme-shared` is at 0.2.0, `etl` requires `==0.1.3`
//! ```
//!
//! ## Fix
//!
//! Moves an exact pin, or a git tag, to the newest version. Move other ranges by hand.

use pep440_rs::{Version, VersionSpecifiers};
use rustc_hash::FxHashSet;

use super::pins_differ::exact;
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits, tagged, versions};
use crate::manifest::{DistributionName, Version as Written, lower_bound, specifier_admits};
use crate::source::git::tag_version;
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "pin-behind-source",
    default: Some(Severity::Information),
    check: Some(check),
    source: include_str!("pin_behind_source.rs"),
};

/// The newest released version of a distribution.
struct Newest {
    version: Version,
    /// Its tag, where it has one.
    tag: Option<String>,
    /// Where the version of the tree is written, where that is what counts.
    place: Option<Place>,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let mut told = FxHashSet::default();
        for dependency in context.workspace.dependencies(project).iter() {
            let wanted = !dependency.group.is_development() && !told.contains(&dependency.name);
            if wanted && let Some(finding) = judge(context, project, dependency) {
                told.insert(dependency.name.clone());
                found.push(finding);
            }
        }
    }
    found
}

fn judge(context: &Context<'_>, project: &Project, dependency: &Dependency) -> Option<Finding> {
    let name = &dependency.name;
    if context.workspace.projects_named(name).is_empty() {
        return None;
    }
    let (place, written, fix, newest) = match &dependency.provision {
        Provision::Registry => {
            let (requirement, specifier) = versions::of_registry(dependency)?;
            // What is for some environments only is held back for their sake.
            if requirement.marker.is_some() {
                return None;
            }
            let (place, written) = versions::written(context, &dependency.place.file, specifier)?;
            let newest =
                newest(context, name).filter(|newest| is_behind(&specifier.value, &newest.version))?;
            // A version that was never released is unknown-version's matter.
            let releases = context.workspace.releases(name);
            let released = |pinned: &Version| {
                releases.find(pinned).is_some() || context.workspace.locked_from_index(name).contains(pinned)
            };
            if releases.tagged && exact(&specifier.value).is_some_and(|pinned| !released(&pinned)) {
                return None;
            }
            let fix = repin(&place, &written, &specifier.value, &newest.version);
            let fix = fix.map(|fix| fix.moving(name, &newest.version));
            (place, written, fix, newest)
        }
        Provision::Git(source) => {
            let (reference, place) = source.reference.as_ref()?;
            let form = context.workspace.configured_tag(name);
            let version = tag_version(reference, name, form.as_deref())?;
            let newest = newest(context, name).filter(|newest| version < newest.version)?;
            let title = |tag| format!("take it from the tag `{tag}`");
            let tag = newest.tag.as_ref();
            let fix = tag.map(|tag| Fix::to_review(title(tag), edits::replace(place, tag)));
            let fix = fix.map(|fix| fix.moving(name, &newest.version));
            (place.clone(), reference.clone(), fix, newest)
        }
        _ => return None,
    };
    let who = project.display_name();
    let is = if newest.tag.is_some() { "was released as" } else { "is at" };
    let message = format!("`{name}` {is} {}, `{who}` requires `{written}`", newest.version);
    let finding = Finding::new(place, message, [name.as_str()]).fix(fix);
    Some(match newest.place {
        Some(place) => finding.related(place, format!("the version of `{name}`")),
        None => finding,
    })
}

/// Whether the newest version lies above all that is admitted.
fn is_behind(range: &VersionSpecifiers, newest: &Version) -> bool {
    !specifier_admits(range, newest) && lower_bound(range).is_none_or(|lowest| lowest < *newest)
}

fn newest(context: &Context<'_>, name: &DistributionName) -> Option<Newest> {
    let workspace = context.workspace;
    let releases = workspace.releases(name);
    if let Some(gap) = releases.gaps.first() {
        context.not_judged(gap.clone());
        return None;
    }
    if releases.tagged {
        let release = tagged::newest(context, name)?;
        let tag = tagged::tag_of(&release).map(str::to_owned);
        return Some(Newest { version: release.version, tag, place: None });
    }
    let trees = workspace.projects_named(name);
    let versions: Option<Vec<Version>> = trees.iter().map(|tree| workspace.version(tree)).collect();
    // Of several trees the lowest is the one that a requirement has to exclude, too.
    let (version, tree) = versions?.into_iter().zip(&trees).min_by(|a, b| a.0.cmp(&b.0))?;
    let place = match &tree.version.value {
        Written::Static(text) => Some(Place { file: tree.version.file.clone(), range: text.range }),
        _ => None,
    };
    (!version.any_prerelease()).then_some(Newest { version, tag: None, place })
}

fn repin(place: &Place, written: &str, range: &VersionSpecifiers, newest: &Version) -> Option<Fix> {
    let pinned = written.strip_prefix("==").filter(|pinned| !pinned.starts_with('='))?;
    exact(range).filter(|_| !pinned.contains([',', '*']))?;
    Some(Fix::to_review(format!("pin to `=={newest}`"), edits::replace(place, format!("=={newest}"))))
}
