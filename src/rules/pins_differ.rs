//! # pins-differ (warning)
//!
//! ## What it does
//!
//! Reports code locations that take one first-party distribution in versions that do not fit together.
//!
//! ## Why it matters
//!
//! Each location then runs other shared code than its neighbour: what was mended for one is still broken in the other,
//! and data that both touch is written by two versions of one function. The finding stands at each requirement, from
//! an index or a git tag, that excludes the newest version another location pins; where nobody pins, at the range that
//! has no version in common with the newest.
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
//! #                           ^^^^^^^ warning[pins-differ]: `etl` pins `acme-shared` to `==0.1.3`, `ml` to `==0.2.0`
//! #- ml/pyproject.toml
//! [project]
//! name = "ml"
//! version = "0.1.0"
//! dependencies = ["acme-shared==0.2.0"]
//! ```
//!
//! ## Fix
//!
//! Aligns an exact pin with the newest one. Widen ranges and move git tags by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use pep440_rs::{Operator, Version, VersionSpecifiers};

use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits};
use crate::manifest::{DistributionName, Group, SourceKind, representatives, specifier_admits};
use crate::source::git::tag_version;
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "pins-differ",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("pins_differ.rs"),
};

/// How one location takes a distribution.
struct Taking {
    /// The location's name.
    who: String,
    /// The specifier, or the tag.
    place: Place,
    /// As written there.
    written: String,
    /// What is admitted.
    admits: Admits,
}

enum Admits {
    /// One version: by `==`, or by a git tag.
    Exactly(Version),
    /// A range.
    Range(VersionSpecifiers),
}

impl Taking {
    fn admits(&self, version: &Version) -> bool {
        match &self.admits {
            Admits::Exactly(own) => own == version,
            Admits::Range(range) => specifier_admits(range, version),
        }
    }

    fn pin(&self) -> Option<&Version> {
        match &self.admits {
            Admits::Exactly(version) => Some(version),
            Admits::Range(_) => None,
        }
    }
}

pub(super) fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_name: BTreeMap<DistributionName, Vec<Taking>> = BTreeMap::new();
    for (who, project) in locations(context) {
        let mut own: BTreeMap<&DistributionName, Vec<Taking>> = BTreeMap::new();
        let dependencies = context.workspace.dependencies(&project);
        for dependency in dependencies.iter().filter(|d| matches!(d.group, Group::Main | Group::Extra(_))) {
            own.entry(&dependency.name).or_default().extend(taking(context, &who, dependency));
        }
        for (name, takings) in own {
            // Several requirements on one distribution are for different environments: which one counts is not known.
            if let Ok([taking]) = <[Taking; 1]>::try_from(takings)
                && context.workspace.is_first_party(name)
            {
                by_name.entry(name.clone()).or_default().push(taking);
            }
        }
    }
    by_name.iter().flat_map(|(name, takings)| judge(name, takings)).collect()
}

/// The projects of code locations, each once, with the location's name.
pub(super) fn locations(context: &Context<'_>) -> BTreeMap<String, Arc<Project>> {
    let mut found: BTreeMap<String, Arc<Project>> = BTreeMap::new();
    for location in context.workspace.locations().iter() {
        let project = location.project.as_ref().and_then(|dir| context.workspace.project_at(dir));
        let Some(project) = project.filter(|project| context.is_subject(project)) else { continue };
        if !found.values().any(|other| other.dir == project.dir) {
            found.insert(location.name.clone(), project);
        }
    }
    found
}

/// `None` for what is taken otherwise than from an index or by a git tag, and for what any version will do.
fn taking(context: &Context<'_>, who: &str, dependency: &Dependency) -> Option<Taking> {
    let requirement = dependency.requirement.as_ref()?;
    let file = &dependency.place.file;
    let (place, admits) = match &dependency.provision {
        Provision::Registry => {
            let specifier = requirement.specifier.as_ref()?;
            let place = Place { file: file.clone(), range: specifier.range };
            let admits = match exact(&specifier.value) {
                Some(version) => Admits::Exactly(version),
                None => Admits::Range(specifier.value.clone()),
            };
            (place, admits)
        }
        Provision::Git(_) => {
            let (place, version) = tag(context, dependency)?;
            (place, Admits::Exactly(version))
        }
        _ => return None,
    };
    let text = context.workspace.files.text(&place.file).ok()?;
    let written = place.range.slice(&text.text).to_owned();
    Some(Taking { who: who.to_owned(), place, written, admits })
}

/// The only version that specifiers admit.
pub(super) fn exact(specifiers: &VersionSpecifiers) -> Option<Version> {
    let [only] = specifiers.as_ref() else { return None };
    matches!(only.operator(), Operator::Equal | Operator::ExactEqual).then(|| only.version().clone())
}

/// The version that the tag of a git source names, and where the tag is written.
fn tag(context: &Context<'_>, dependency: &Dependency) -> Option<(Place, Version)> {
    let source = dependency.source.as_ref()?;
    let inline = dependency.requirement.as_ref().and_then(|requirement| requirement.source.clone());
    let entry = match inline {
        Some(entry) => entry,
        None => {
            let manifest = context.workspace.manifest(&source.file)?;
            let declared = manifest.sources.iter().find(|declared| declared.range == source.range)?;
            let [only] = declared.entries.as_slice() else { return None };
            only.clone()
        }
    };
    let SourceKind::Git { reference: Some(reference), .. } = entry.kind else { return None };
    let configuration = context.workspace.configuration();
    let form = configuration.config.tags.get(&dependency.name).map(|form| form.value.as_str());
    let version = tag_version(&reference.value, &dependency.name, form)?;
    Some((Place { file: source.file.clone(), range: reference.range }, version))
}

fn judge(name: &DistributionName, takings: &[Taking]) -> Vec<Finding> {
    let pinned = takings.iter().filter(|taking| taking.pin().is_some());
    // Of equal versions the first location speaks.
    let newest = pinned.reduce(|best, next| if next.pin() > best.pin() { next } else { best });
    match newest {
        Some(newest) => takings.iter().filter_map(|taking| against_pin(name, taking, newest)).collect(),
        None => ranges(name, takings),
    }
}

fn against_pin(name: &DistributionName, taking: &Taking, newest: &Taking) -> Option<Finding> {
    let version = newest.pin().filter(|version| !taking.admits(version))?;
    let (who, written, other, pin) = (&taking.who, &taking.written, &newest.who, &newest.written);
    let message = match taking.admits {
        Admits::Exactly(_) => format!("`{who}` pins `{name}` to `{written}`, `{other}` to `{pin}`"),
        Admits::Range(_) => format!("`{who}` requires `{name}` `{written}`, `{other}` pins it to `{pin}`"),
    };
    let exact = written.starts_with("==") && taking.pin().is_some();
    let fix = exact.then(|| {
        Fix::to_review(
            format!("pin to `=={version}`, as `{other}` does"),
            edits::replace(&taking.place, format!("=={version}")),
        )
        .moving(name, version)
    });
    let related = format!("`{other}` pins `{name}` here");
    Some(
        Finding::new(taking.place.clone(), message, [name.as_str()])
            .related(newest.place.clone(), related)
            .fix(fix),
    )
}

/// Ranges that no version fits: those that have none in common with the range that begins highest.
fn ranges(name: &DistributionName, takings: &[Taking]) -> Vec<Finding> {
    let ranges = takings.iter().filter_map(|taking| match &taking.admits {
        Admits::Range(range) => Some(range),
        Admits::Exactly(_) => None,
    });
    let candidates = representatives(ranges);
    let lowest = |taking: &Taking| candidates.iter().find(|version| taking.admits(version)).cloned();
    let highest = takings
        .iter()
        .filter_map(|taking| Some((lowest(taking)?, taking)))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    let Some((_, highest)) = highest else { return Vec::new() };
    let apart = |taking: &&Taking| {
        lowest(taking).is_some()
            && !candidates.iter().any(|version| taking.admits(version) && highest.admits(version))
    };
    takings
        .iter()
        .filter(apart)
        .map(|taking| {
            let message = format!(
                "`{}` requires `{name}` `{}`, `{}` requires `{}`: no version fits both",
                taking.who, taking.written, highest.who, highest.written
            );
            Finding::new(taking.place.clone(), message, [name.as_str()])
                .related(highest.place.clone(), format!("`{}` requires `{name}` here", highest.who))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use camino::Utf8Path;

    use super::*;
    use crate::text::TextRange;
    use crate::vfs::FileId;

    #[test]
    fn ranges_are_apart_where_no_version_lies_between() {
        let name = DistributionName::new("acme-shared").unwrap();
        for (texts, expected) in [
            (&[">=0.2", "<0.2"][..], &["<0.2"][..]),
            (&[">1.0,<2", "<1.5"], &[]),
            (&[">1.0", "<=1.0"], &["<=1.0"]),
            (&["~=1.4.2", ">=1.4"], &[]),
            (&["==1.2.*", "==1.3.*"], &["==1.2.*"]),
            (&[">=2", "<1", "<3"], &["<1"]),
            (&["<0.5b0", ">=0.5b0"], &["<0.5b0"]),
            (&["<1,>2", "<1"], &[]),
            (&[">=1"], &[]),
        ] {
            let place = Place { file: FileId::new(Utf8Path::new("/a")), range: TextRange::default() };
            let taking = |text: &&str| Taking {
                who: "x".to_owned(),
                place: place.clone(),
                written: (*text).to_owned(),
                admits: Admits::Range(VersionSpecifiers::from_str(text).unwrap()),
            };
            let takings: Vec<Taking> = texts.iter().map(taking).collect();
            let found: Vec<String> = ranges(&name, &takings).into_iter().map(|f| f.message).collect();
            assert_eq!(found.len(), expected.len(), "{texts:?} {found:?}");
            for (message, text) in found.iter().zip(expected) {
                assert!(message.starts_with(&format!("`x` requires `acme-shared` `{text}`,")), "{message}");
            }
        }
    }
}
