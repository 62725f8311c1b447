//! # family-skew (warning)
//!
//! ## What it does
//!
//! Reports Dagster libraries required, or locked, in versions that belong to another release of `dagster` than the one
//! required or locked beside them.
//!
//! ## Why it matters
//!
//! `dagster` 1.N and its libraries 0.(N+16) are released together and pin each other: 0.25.3 is made for 1.9.3 and for no
//! other. Where one is moved and the other is not, the project can no longer be locked or, with an override, runs code
//! that was never tested together. Only libraries that keep this step are judged: others begin with `dagster-`, too.
//!
//! ## Example
//!
//! ```fixture
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["dagster==1.9.3", "dagster-dbt==0.24.0"]
//! #                                             ^^^^^^^^ warning[family-skew]: `dagster-dbt` `==0.24.0` belongs to another release than `dagster` `==1.9.3`
//! ```
//!
//! ## Fix
//!
//! Where `dagster` is pinned exactly, pins the library to the version that belongs to it.

use std::collections::BTreeSet;

use pep440_rs::{Operator, Version, VersionSpecifiers};

use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits, family, versions};
use crate::manifest::{DistributionName, LockSource, specifier_admits};
use crate::workspace::{Dependency, Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "family-skew",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("family_skew.rs"),
};

/// Releases of `dagster` that are tried beside those that requirements name: 1.0 to 1.99, each up to this patch.
const PATCHES: u64 = 60;
const MINORS: u64 = 100;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut places = BTreeSet::new();
    for project in context.subjects() {
        let dependencies = context.workspace.dependencies(project);
        let mut core = dependencies.iter().filter(|dependency| family::is_dagster(&dependency.name));
        let mut told = BTreeSet::new();
        // Several requirements are for different environments or groups: which one counts is not known.
        if let (Some(core), None) = (core.next(), core.next()) {
            for library in dependencies.iter().filter(|dependency| family::is_library(&dependency.name)) {
                if !told.contains(&library.name)
                    && let Some(finding) = judge(context, core, library)
                {
                    told.insert(library.name.clone());
                    found.push(finding);
                }
            }
        }
        // Members of a workspace share one lock.
        let locked = locked(context, project, &told).into_iter();
        found.extend(locked.filter(|finding| places.insert(finding.place.clone())));
    }
    found
}

/// Libraries that a lock holds beside another release of `dagster`, those aside whose requirements say so.
fn locked(context: &Context<'_>, project: &Project, told: &BTreeSet<DistributionName>) -> Vec<Finding> {
    let of_index = |name: &DistributionName| {
        let locked = context.workspace.locked(project, name)?;
        let version = locked.version.filter(|_| matches!(locked.source, LockSource::Registry(_)))?;
        Some((version, locked.place))
    };
    let core = DistributionName::new("dagster").and_then(|name| of_index(&name));
    let Some((core, core_place)) = core else { return Vec::new() };
    let Some(expected) = family::library_version(&core) else { return Vec::new() };
    let judge = |name: DistributionName| {
        let (version, place) = of_index(&name)?;
        let own = family::dagster_version(&version)?;
        if version.release() == expected.release() {
            return None;
        }
        let message = format!("`{name}` {version} belongs to `dagster` {own}, locked is {core}");
        let finding = Finding::new(place, message, [name.as_str()]);
        Some(finding.related(core_place.clone(), "`dagster` is locked here"))
    };
    family::libraries().filter(|name| !told.contains(name)).filter_map(judge).collect()
}

fn judge(context: &Context<'_>, core: &Dependency, library: &Dependency) -> Option<Finding> {
    let (core_requirement, core_range) = versions::of_registry(core)?;
    let (requirement, range) = versions::of_registry(library)?;
    if core.group != library.group
        || core.place.file != library.place.file
        || !versions::same_environments(core_requirement, requirement)
        || !are_apart(&core_range.value, &range.value)
    {
        return None;
    }
    let (core_place, core_written) = versions::written(context, &core.place.file, core_range)?;
    let (place, written) = versions::written(context, &library.place.file, range)?;
    let name = &library.name;
    let message = format!("`{name}` `{written}` belongs to another release than `dagster` `{core_written}`");
    let fix = repin(&place, &written, &core_range.value);
    Some(
        Finding::new(place, message, [name.as_str()])
            .related(core_place, "`dagster` is required here")
            .fix(fix),
    )
}

/// Whether each of the ranges admits releases that move in step, and no release of the one belongs to one of the other.
fn are_apart(core: &VersionSpecifiers, library: &VersionSpecifiers) -> bool {
    let named = core.iter().map(|specifier| specifier.version().clone());
    let by_library = library.iter().filter_map(|specifier| family::dagster_version(specifier.version()));
    let all = (0..MINORS).flat_map(|minor| (0..PATCHES).map(move |patch| Version::new([1, minor, patch])));
    let (mut some_core, mut some_library) = (false, false);
    for release in named.chain(by_library).chain(all) {
        let Some(own) = family::library_version(&release) else { continue };
        let (by_core, by_library) = (specifier_admits(core, &release), specifier_admits(library, &own));
        if by_core && by_library {
            return false;
        }
        some_core |= by_core;
        some_library |= by_library;
    }
    some_core && some_library
}

fn repin(place: &Place, written: &str, core: &VersionSpecifiers) -> Option<Fix> {
    let [only] = core.as_ref() else { return None };
    let pinned = written.strip_prefix("==")?;
    if *only.operator() != Operator::Equal || pinned.starts_with('=') || pinned.contains([',', '*']) {
        return None;
    }
    let version = family::library_version(only.version())?;
    Some(Fix::to_review(format!("pin to `=={version}`"), edits::replace(place, format!("=={version}"))))
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn ranges_are_apart_where_no_release_fits_both() {
        for (core, library, expected) in [
            ("==1.9.3", "==0.25.3", false),
            ("==1.9.3", "==0.25.4", true),
            ("==1.9.3", "==0.25.*", false),
            ("==1.9.3", "~=0.24.0", true),
            (">=1.9,<1.10", ">=0.24,<0.25", true),
            (">=1.9", ">=0.24,<0.25", true),
            (">=1.8", ">=0.24,<0.25", false),
            (">=1.5", ">=0.21", false),
            ("==1.13.0rc1", "==0.29.0rc1", false),
            ("==1.13.0rc1", "==0.29.0", true),
            ("<1", "==0.25.3", false),
            ("==1.9.3", "<0.10", false),
            ("==1.9.3", "!=0.25.3", true),
        ] {
            let range = |text| VersionSpecifiers::from_str(text).unwrap();
            assert_eq!(are_apart(&range(core), &range(library)), expected, "{core} {library}");
        }
    }
}
