//! # invalid-configuration (error)
//!
//! ## What it does
//!
//! Reports what `crossloc.toml`, or `[tool.crossloc]` in a pyproject.toml, gets wrong: keys and rules that there are not,
//! values of another kind, tables that are not read.
//!
//! ## Why it matters
//!
//! What is misspelt has no effect: a folder is not excluded, a rule stays on. Everything else in the file holds. A
//! `crossloc.toml` that does not parse ends `check` with exit code 2, as nobody knows what it wants; editors go on with
//! what can be read of it.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! exclud = ["generated/**"]
//! #<<<<< warning[invalid-configuration]: unknown key `exclud`; did you mean `exclude`?
//! [rules]
//! pin-differs = "off"
//! #<<<<<<<<<< warning[invalid-configuration]: unknown rule `pin-differs`; did you mean `pins-differ`?
//! ```
//!
//! ## Fix
//!
//! Correct the text at the place that is shown, or remove it.

use super::registry::{self, Rule};
use super::{Context, Finding, Severity};
use crate::workspace::Place;
use crate::workspace::config::{ConfigProblem, LoadedConfig};

/// The rule.
pub const RULE: Rule = Rule {
    name: "invalid-configuration",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("invalid_configuration.rs"),
};

/// A parser that has lost its way complains of every line.
const MAXIMUM_ERRORS: usize = 3;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let configuration = context.workspace.configuration();
    let LoadedConfig { config, file: Some(file), problems, outranked } = &*configuration else {
        return Vec::new();
    };
    let at = |range| Place { file: file.clone(), range };
    let told = |problem: &ConfigProblem| {
        Finding::new(at(problem.range), problem.message.clone(), [problem.message.as_str()])
    };
    // What else is wrong in a file that does not parse may be a consequence.
    let fatal: Vec<Finding> =
        problems.iter().filter(|problem| problem.fatal).take(MAXIMUM_ERRORS).map(told).collect();
    if !fatal.is_empty() {
        return fatal;
    }
    let problems = problems.iter().map(|problem| told(problem).warning());
    let unknown = config.rules.iter().filter(|(name, _)| registry::find(name).is_none());
    let unknown = unknown.map(|(name, level)| {
        let near = registry::nearest_name(name);
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Finding::new(at(level.range), format!("unknown rule `{name}`{hint}"), [name.as_str()]).warning()
    });
    let outranked = outranked.iter().map(|(other, range)| {
        let place = Place { file: other.clone(), range: *range };
        let message = format!("`[tool.crossloc]` is not read, because `{}` is there", file.file_name());
        Finding::new(place, message, []).warning()
    });
    problems.chain(unknown).chain(outranked).collect()
}
