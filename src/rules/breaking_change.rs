//! # breaking-change (warning)
//!
//! ## What it does
//!
//! Reports changes of a shared tree that break those who use it: a name or module that is gone and still used, a
//! signature that calls no longer fit. The tree is compared with its newest release, the tag up to its version, and
//! where it has no tags with the last commit.
//!
//! ## Why it matters
//!
//! Whoever edits shared code sees here, at the line they changed, which locations it breaks, before anybody's pipeline
//! fails. The calls and imports themselves are reported where they stand, as errors; what was adapted together with the
//! change is not reported at all.
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
//! def load(path, strict=False): ...
//! #! tag shared v0.2.0
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.3.0"
//! #- shared/src/acme/io.py
//! def load(path): ...
//! #   ^^^^ warning[breaking-change]: `load` took (path, strict=False) in 0.2.0 and is still called so by `etl`
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! #- etl/src/etl/__init__.py
//! from acme.io import load
//! load("a.csv", strict=True)
//! #             ^^^^^^ error[incompatible-call]
//! ```
//!
//! ## Fix
//!
//! Keep what is used, as a deprecated name or parameter, until all locations have moved; or change them together.

use super::breaks::{Break, Changed};
use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::workspace::Project;

/// The rule.
pub const RULE: Rule = Rule {
    name: "breaking-change",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("breaking_change.rs"),
};

/// How many uses a finding names as related.
const MAX_RELATED: usize = 20;

/// How many users a message names.
const MAX_NAMED: usize = 3;

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.breaks().iter().map(|one| finding(context, one)).collect()
}

fn finding(context: &Context<'_>, one: &Break) -> Finding {
    let (at, users) = (&one.at, users(context, std::slice::from_ref(one)));
    let message = match &one.what {
        Changed::Module(module) => format!("`{module}` was there {at} and is still imported by {users}"),
        Changed::Name(module, name) => {
            format!("`{name}` was in `{module}` {at} and is still used by {users}")
        }
        Changed::Signature(_, name, before) => {
            format!("`{name}` took {before} {at} and is still called so by {users}")
        }
    };
    let arguments = match &one.what {
        Changed::Module(module) => [module.as_str(), ""],
        Changed::Name(module, name) => [module.as_str(), name.as_str()],
        Changed::Signature(module, name, _) => [module.as_str(), name.as_str()],
    };
    let finding = Finding::new(one.place.clone(), message, arguments);
    one.uses.iter().take(MAX_RELATED).fold(finding, |finding, (project, place)| {
        finding.related(place.clone(), format!("used by `{}`", user(context, project)))
    })
}

/// The projects that changes break, each once: "`etl`, `ml` and 2 more".
pub(super) fn users(context: &Context<'_>, breaks: &[Break]) -> String {
    let projects = breaks.iter().flat_map(|one| &one.uses).map(|(project, _)| project);
    let mut names: Vec<String> = projects.map(|project| format!("`{}`", user(context, project))).collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(MAX_NAMED);
    names.truncate(MAX_NAMED);
    let named = names.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// The location that a project is, else the project itself.
fn user(context: &Context<'_>, project: &Project) -> String {
    let location = context.location_of(project);
    location.map_or_else(|| project.display_name().to_owned(), |location| location.name)
}
