//! # submodule-uninitialized (error)
//!
//! ## What it does
//!
//! Reports declared git submodules whose folder is empty although a source or a code location leads into it.
//!
//! ## Why it matters
//!
//! `git clone` leaves submodules empty. Nothing that comes from there can be installed or imported until the submodule
//! is initialised, and CI often is where that was forgotten. This one finding stands for the missing path and for all
//! imports that lead there. A submodule that nothing here uses may stay empty.
//!
//! ## Example
//!
//! ```fixture
//! #- .gitmodules
//! [submodule "shared"]
//!     path = vendor/shared
//! #          ^^^^^^^^^^^^^ error[submodule-uninitialized]: submodule `vendor/shared` is not initialised
//!     url = https://example.com/shared.git
//! #- vendor/shared/
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../vendor/shared" }
//! ```
//!
//! ## Fix
//!
//! Run `git submodule update --init vendor/shared`, in CI `git clone --recurse-submodules` or the checkout step's
//! setting for submodules. Mind that git wants the path, which may differ from the section's name.

use super::registry::Rule;
use super::{Context, Finding, Severity, sources};
use crate::vfs::join;
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "submodule-uninitialized",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("submodule_uninitialized.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let leads = sources::leads(context);
    let mut found = Vec::new();
    for (file, manifest) in context.workspace.all_manifests() {
        for path in manifest.submodules.iter().filter_map(|submodule| submodule.path.as_ref()) {
            let folder = join(file.dir(), &path.value);
            let below = folder.starts_with(file.dir());
            if !below || !context.workspace.files.list(&folder).is_empty() {
                continue;
            }
            let mut into = leads.iter().filter(|lead| lead.target.starts_with(&folder)).peekable();
            if into.peek().is_none() {
                continue;
            }
            let place = Place { file: file.clone(), range: path.range };
            let message = format!("submodule `{}` is not initialised", path.value);
            let finding = Finding::new(place, message, [path.value.as_str()]);
            found.push(into.fold(finding, |finding, lead| finding.related(lead.place.clone(), &lead.what)));
        }
    }
    found
}
