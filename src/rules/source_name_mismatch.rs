//! # source-name-mismatch (error)
//!
//! ## What it does
//!
//! Reports path sources whose project bears another name than the one it is to provide.
//!
//! ## Why it matters
//!
//! uv, Poetry and pip compare the names and refuse to install. Mostly the shared project was renamed, or the path leads
//! to its neighbour. Names are compared as PEP 503 normalises them, and a name that is computed is not judged.
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
//! dependencies = ["acme-lib"]
//! [tool.uv.sources]
//! acme-lib = { path = "../shared" }
//! #<<<<<<< error[source-name-mismatch]: the project at `../shared` is named `acme-shared`, not `acme-lib`
//! ```
//!
//! ## Fix
//!
//! Leads the path to the project of the name, where there is exactly one. Where there is none, renames the source and the
//! requirements on it in the same manifest.

use super::missing_source_path::lead_home;
use super::registry::Rule;
use super::{Context, Edit, Finding, Fix, Severity, sources};
use crate::manifest::DistributionName;
use crate::workspace::{DeclaredSource, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "source-name-mismatch",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("source_name_mismatch.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    sources::once_each(context, judge)
}

fn judge(context: &Context<'_>, project: &Project, source: &DeclaredSource) -> Option<Finding> {
    let (written, _) = source.path()?;
    let name = source.name.as_ref()?;
    let Provision::Live { dir, .. } = &source.provision else { return None };
    let there = context.workspace.project_at(dir).filter(|there| !there.template && !there.broken)?;
    let own = there.name.as_ref()?;
    let actual = &own.value.value;
    if actual == name {
        return None;
    }
    let message = format!("the project at `{written}` is named `{actual}`, not `{name}`");
    let place = Place { file: own.file.clone(), range: own.value.range };
    Some(
        Finding::new(source.key.clone(), message, [name.as_str()])
            .related(place, format!("it is named `{actual}` here"))
            .fix(cure(context, project, source, (name, actual))),
    )
}

/// Where another project bears the name, the path is what is wrong: with several nobody knows which is meant.
fn cure(
    context: &Context<'_>,
    project: &Project,
    source: &DeclaredSource,
    (name, actual): (&DistributionName, &DistributionName),
) -> Option<Fix> {
    let homes = context.workspace.projects_named(name);
    if homes.iter().all(|home| home.dir == project.dir) {
        return rename(project, source, name, actual);
    }
    let (written, place) = source.path()?;
    if written.contains(['$', '{', '%', ':', '\\']) {
        return None;
    }
    let fix = lead_home(context, project, source, &place)?;
    // It may be the name that is wrong all the same.
    Some(Fix { safe: false, ..fix })
}

/// None where the right name is spoken for already.
fn rename(
    project: &Project,
    source: &DeclaredSource,
    name: &DistributionName,
    actual: &DistributionName,
) -> Option<Fix> {
    let requirements =
        || project.requirements.iter().filter(|r| r.file == source.file).map(|r| &r.value.name);
    let taken = requirements().any(|written| written.value == *actual)
        || project.sources.iter().any(|other| other.value.name.value == *actual);
    if taken {
        return None;
    }
    let mut ranges = vec![source.key.range];
    ranges.extend(requirements().filter(|written| written.value == *name).map(|written| written.range));
    ranges.sort_unstable();
    ranges.dedup();
    let edit = |range| Edit { file: source.file.clone(), range, new_text: actual.to_string() };
    // It may be the path that is wrong.
    Some(Fix::to_review(format!("rename to `{actual}`"), ranges.into_iter().map(edit).collect()))
}
