//! # tag-version-mismatch (off by default)
//!
//! ## What it does
//!
//! Reports first-party distributions of which a tag names another version than the manifest in the tagged commit states.
//!
//! ## Why it matters
//!
//! `shared @ git+…@v0.1.4` then installs 0.1.3, whose code is that of 0.1.4: every pin, lock and table of versions is wrong by
//! one. Off unless configured, since every tag has to be opened. Tags that only name a version are judged where the
//! repository holds no other distribution.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! [rules]
//! tag-version-mismatch = "warning"
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.1.3"
//! #! tag shared v0.1.4
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! #       ^^^^^^^^^^^ warning[tag-version-mismatch]: tag `v0.1.4` of `acme-shared` holds version 0.1.3
//! version = "0.2.0"
//! ```
//!
//! ## Fix
//!
//! Release the version anew with the manifest in step; a published tag is better left where it is.

use super::registry::Rule;
use super::{Context, Finding, tagged};
use crate::workspace::{Place, Project};

/// The rule.
pub const RULE: Rule = Rule {
    name: "tag-version-mismatch",
    default: None,
    check: Some(check),
    source: include_str!("tag_version_mismatch.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.subjects().iter().filter_map(|project| judge(context, project)).collect()
}

fn judge(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let written = project.name.as_ref()?;
    let name = &written.value.value;
    // Which of several projects of one name a tag is of is not known.
    let [_] = context.workspace.projects_named(name).as_slice() else { return None };
    let releases = context.workspace.releases(name);
    let newest_first = releases.all.iter().rev().filter(|release| tagged::is_own(context, project, release));
    let mut wrong = newest_first.filter_map(|release| tagged::mismatch(context, name, release));
    let newest = wrong.next()?;
    let more = match wrong.count() {
        0 => String::new(),
        1 => "; so does one older tag with another".to_owned(),
        others => format!("; so do {others} older tags with others"),
    };
    let message = format!("tag `{}` of `{name}` holds version {}{more}", newest.tag, newest.version);
    let place = Place { file: written.file.clone(), range: written.value.range };
    Some(Finding::new(place, message, [name.as_str(), &newest.tag]))
}
