//! # breaking-without-bump (information)
//!
//! ## What it does
//!
//! Reports the version of a shared distribution whose tree breaks those who use it, compared with its newest release,
//! and that has not moved as semantic versioning asks: to another major version, below 1.0 to another minor version.
//!
//! ## Why it matters
//!
//! Locations that take the distribution by a range, `>=0.2,<0.3` or `~=0.2`, will get the next release without being
//! asked. Nothing is said of distributions without tags, which nobody takes by version, nor of versions that are dates
//! or made from tags.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- shared/src/acme/__init__.py
//! #- shared/src/acme/io.py
//! def load(path): ...
//! def save(path): ...
//! #! tag shared v0.2.0
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.1"
//! #          ^^^^^ information[breaking-without-bump]: 0.2.1 breaks `etl`; after 0.2.0 that takes 0.3.0 or higher
//! #- shared/src/acme/io.py
//! def load(path): ...
//! #   ^^^^ warning[breaking-change]: `save` was in `acme.io` in 0.2.0 and is still used by `etl`
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! #- etl/src/etl/__init__.py
//! from acme.io import save
//! #                   ^^^^ error[missing-symbol]
//! ```
//!
//! ## Fix
//!
//! Writes the next version of that scheme.

use pep440_rs::Version;

use super::base::At;
use super::breaking_change::users;
use super::breaks::Break;
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits};
use crate::manifest::Version as Written;
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "breaking-without-bump",
    default: Some(Severity::Information),
    check: Some(check),
    source: include_str!("breaking_without_bump.rs"),
};

/// Higher numbers in front are years.
const MAX_MAJOR: u64 = 1000;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let of_one_project = context.breaks().chunk_by(|one, next| one.provider.dir == next.provider.dir);
    of_one_project.filter_map(|breaks| judge(context, breaks)).collect()
}

fn judge(context: &Context<'_>, breaks: &[Break]) -> Option<Finding> {
    let Break { provider, at: At::Release(before), .. } = breaks.first()? else { return None };
    let Written::Static(written) = &provider.version.value else { return None };
    let current = context.workspace.version(provider)?;
    let wanted = next_breaking(before)?;
    let moved = Version::new(current.release().iter().copied()).with_epoch(current.epoch()) >= wanted;
    if moved {
        return None;
    }
    let place = Place { file: provider.version.file.clone(), range: written.range };
    let users = users(context, breaks);
    let message = format!("{current} breaks {users}; after {before} that takes {wanted} or higher");
    let fix = Fix::to_review(format!("bump to {wanted}"), edits::replace(&place, wanted.to_string()));
    let finding = Finding::new(place, message, [provider.display_name()]).fix(Some(fix));
    Some(breaks.iter().fold(finding, |finding, one| finding.related(one.place.clone(), "it changed here")))
}

/// The first version that may break those who use `version`: 0.0.4 after 0.0.3, 0.3.0 after 0.2.1, 2.0.0 after 1.4.
/// `None` for dates.
fn next_breaking(version: &Version) -> Option<Version> {
    let part = |at: usize| version.release().get(at).copied().unwrap_or_default();
    let release = match (part(0), part(1), part(2)) {
        (0, 0, patch) => [0, 0, patch.checked_add(1)?],
        (0, minor, _) => [0, minor.checked_add(1)?, 0],
        (major, ..) if major < MAX_MAJOR => [major.checked_add(1)?, 0, 0],
        _ => return None,
    };
    Some(Version::new(release).with_epoch(version.epoch()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::parse_version;

    #[test]
    fn what_may_break_is_the_next_major_or_below_one_the_next_minor_version() {
        for (version, expected) in [
            ("0.0.3", Some("0.0.4")),
            ("0.2.1", Some("0.3.0")),
            ("0.2", Some("0.3.0")),
            ("1.4", Some("2.0.0")),
            ("1.4.post1", Some("2.0.0")),
            ("1!3.0", Some("1!4.0.0")),
            ("2024.5", None),
            ("20240501", None),
            ("999.18446744073709551615", Some("1000.0.0")),
            ("0.18446744073709551615", None),
        ] {
            let next = next_breaking(&parse_version(version).unwrap());
            assert_eq!(next.map(|next| next.to_string()).as_deref(), expected, "{version}");
        }
    }
}
