//! # unsatisfiable-together (error)
//!
//! ## What it does
//!
//! Reports requirements that no version can fit together with what a shared distribution, taken live, requires of the same
//! distribution; and one distribution that is to come from two commits, or from a commit here and a tree there.
//!
//! ## Why it matters
//!
//! The shared library moves to another major version of a third library in one change; the locations that hold the old
//! one back can no longer be locked, and each learns it at its own next relock. Only what holds in the same environments is
//! compared: the requirements themselves and the extras that the location selects. uv, pip and Poetry refuse two sources of
//! one distribution ("conflicting URLs"), unless both lead to one commit.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! dependencies = ["pyarrow>=27"]
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared", "pyarrow~=25.0"]
//! #                                      ^^^^^^ error[unsatisfiable-together]: `etl` requires `pyarrow` `~=25.0`, `acme-shared` requires `>=27`: no version fits both
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! ```
//!
//! ## Fix
//!
//! Widen one of the two by hand, or take one source everywhere; which one is a decision about code.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use camino::Utf8PathBuf;
use rustc_hash::FxHashSet;

use super::conflicting_sources::Sources;
use super::registry::Rule;
use super::{Context, Finding, Severity, versions};
use crate::manifest::{DistributionName, Group, admit_nothing};
use crate::vfs::FileId;
use crate::workspace::{Dependency, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unsatisfiable-together",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("unsatisfiable_together.rs"),
};

/// A live project that a requirement of `file` leads to.
struct Step {
    dir: Utf8PathBuf,
    /// The extras asked for, normalised.
    extras: BTreeSet<String>,
    /// The manifest of the location that the way began in: requirements of another file may be for another environment.
    file: FileId,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.subjects().iter().flat_map(|project| of_project(context, project)).collect()
}

fn of_project(context: &Context<'_>, project: &Arc<Project>) -> Vec<Finding> {
    let settings = versions::settings_of(context, project);
    let dependencies = context.workspace.dependencies(project);
    let own: Vec<&Dependency> = dependencies
        .iter()
        .filter(|d| d.group == Group::Main && !versions::is_overridden(&settings, &d.name))
        .collect();
    let ranges: Vec<&Dependency> = own
        .iter()
        .copied()
        .filter(|d| versions::of_registry(d).is_some_and(|(_, range)| !admit_nothing(&[&range.value])))
        .collect();
    let mut sources = Sources::new(context, project, &settings, &own);
    let mut waiting: VecDeque<Step> = dependencies
        .iter()
        .filter(|dependency| dependency.group == Group::Main)
        .filter_map(|dependency| step(context, project, dependency, &dependency.place.file))
        .collect();
    let mut seen = FxHashSet::default();
    let mut told: FxHashSet<DistributionName> = FxHashSet::default();
    let mut found = Vec::new();
    while let Some(at) = waiting.pop_front() {
        if !seen.insert((at.dir.clone(), at.extras.clone(), at.file.clone())) {
            continue;
        }
        let Some(shared) = context.workspace.project_at(&at.dir) else { continue };
        if shared.broken || shared.template || shared.dir == project.dir {
            continue;
        }
        let extras = with_own_extras(&shared, &at.extras);
        for theirs in context.workspace.dependencies(&shared).iter() {
            let wanted = match &theirs.group {
                Group::Main => true,
                Group::Extra(name) => extras.contains(&normal(name)),
                _ => false,
            };
            if !wanted {
                continue;
            }
            waiting.extend(step(context, &shared, theirs, &at.file));
            found.extend(sources.add(&shared, theirs, &at.file));
            let same = ranges.iter().filter(|ours| ours.name == theirs.name && ours.place.file == at.file);
            for ours in same {
                if told.contains(&ours.name) {
                    break;
                }
                if let Some(finding) = clash(context, project, ours, &shared, theirs) {
                    told.insert(ours.name.clone());
                    found.push(finding);
                }
            }
        }
    }
    found
}

/// Where a requirement leads that holds in all environments.
fn step(context: &Context<'_>, project: &Project, dependency: &Dependency, file: &FileId) -> Option<Step> {
    let Provision::Live { dir, .. } = &dependency.provision else { return None };
    if !versions::is_unconditional(context, project, dependency) {
        return None;
    }
    let extras = dependency.requirement.iter().flat_map(|requirement| &requirement.extras);
    let extras = extras.map(|extra| normal(extra)).collect();
    Some(Step { dir: dir.clone(), extras, file: file.clone() })
}

/// The extras asked for with those that they bring along: `all = ["acme-shared[io,db]"]`.
fn with_own_extras(shared: &Project, asked: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = asked.clone();
    let mut waiting: Vec<String> = asked.iter().cloned().collect();
    while let Some(extra) = waiting.pop() {
        let of_itself = shared.requirements.iter().map(|entry| &entry.value).filter(|requirement| {
            Some(&requirement.name.value) == shared.distribution()
                && matches!(&requirement.group, Group::Extra(name) if normal(name) == extra)
        });
        for name in of_itself.flat_map(|requirement| &requirement.extras) {
            if all.insert(normal(name)) {
                waiting.push(normal(name));
            }
        }
    }
    all
}

fn normal(extra: &str) -> String {
    DistributionName::new(extra).map_or_else(|| extra.to_owned(), |name| name.as_str().to_owned())
}

fn clash(
    context: &Context<'_>,
    project: &Project,
    ours: &Dependency,
    shared: &Project,
    theirs: &Dependency,
) -> Option<Finding> {
    let (own_requirement, own) = versions::of_registry(ours)?;
    let (other_requirement, other) = versions::of_registry(theirs)?;
    if !versions::same_environments(own_requirement, other_requirement)
        || admit_nothing(&[&other.value])
        || !admit_nothing(&[&own.value, &other.value])
    {
        return None;
    }
    let (place, written) = versions::written(context, &ours.place.file, own)?;
    let (their_place, their_written) = versions::written(context, &theirs.place.file, other)?;
    let (name, who, whose) = (&ours.name, project.display_name(), shared.display_name());
    let message = format!(
        "`{who}` requires `{name}` `{written}`, `{whose}` requires `{their_written}`: no version fits both"
    );
    let finding = Finding::new(place, message, [name.as_str(), whose]);
    Some(finding.related(their_place, format!("`{whose}` requires `{name}` here")))
}
