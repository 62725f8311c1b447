//! # dependency-cycle (warning)
//!
//! ## What it does
//!
//! Reports first-party distributions that require each other in a circle.
//!
//! ## Why it matters
//!
//! None of them can be built, released or upgraded before the others, and modules that import each other across the
//! circle depend on who is imported first. Extras and dependency groups may lead back; only what the distributions
//! always need counts.
//!
//! ## Example
//!
//! ```fixture
//! #- core/pyproject.toml
//! [project]
//! name = "acme-core"
//! version = "1.0"
//! dependencies = ["acme-io"]
//! #                ^^^^^^^ warning[dependency-cycle]: these require each other in a circle: `acme-core`, `acme-io`
//! [tool.uv.sources]
//! acme-io = { path = "../io" }
//! #- io/pyproject.toml
//! [project]
//! name = "acme-io"
//! version = "1.0"
//! dependencies = ["acme-core"]
//! [tool.uv.sources]
//! acme-core = { path = "../core" }
//! ```
//!
//! ## Fix
//!
//! Move what both need into a third distribution, or make one of the requirements an extra.

use std::collections::VecDeque;

use camino::Utf8PathBuf;
use rustc_hash::{FxHashMap, FxHashSet};

use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::Group;
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "dependency-cycle",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("dependency_cycle.rs"),
};

/// What a project always needs of other projects, with the place of the requirement.
type Edges = FxHashMap<Utf8PathBuf, Vec<(Utf8PathBuf, Place)>>;

/// The shortest circle through each project, unless another circle was told of it.
fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut edges = Edges::default();
    for project in context.subjects() {
        edges.insert(project.dir.clone(), needs(context, project));
    }
    let mut told: FxHashSet<Utf8PathBuf> = FxHashSet::default();
    let mut found = Vec::new();
    for project in context.subjects() {
        if told.contains(&project.dir) {
            continue;
        }
        let Some(circle) = shortest_circle(&edges, &project.dir) else { continue };
        told.extend(circle.iter().map(|(dir, _)| dir.clone()));
        found.extend(tell(context, &circle));
    }
    found
}

fn needs(context: &Context<'_>, project: &Project) -> Vec<(Utf8PathBuf, Place)> {
    let dependencies = context.workspace.dependencies(project);
    let always = dependencies.iter().filter(|dependency| dependency.group == Group::Main);
    always.filter_map(|dependency| Some((target(context, dependency)?, dependency.place.clone()))).collect()
}

/// The project that a requirement leads to: its live tree, or the only one of the name.
fn target(context: &Context<'_>, dependency: &Dependency) -> Option<Utf8PathBuf> {
    let marker = dependency.requirement.as_ref().and_then(|requirement| requirement.marker.as_ref());
    if marker.is_some_and(|marker| marker.contains("extra")) {
        return None;
    }
    match &dependency.provision {
        Provision::Live { dir, .. } => Some(dir.clone()),
        Provision::Registry | Provision::Git(_) => {
            let projects = context.workspace.projects_named(&dependency.name);
            let [only] = projects.as_slice() else { return None };
            context.is_subject(only).then(|| only.dir.clone())
        }
        _ => None,
    }
}

/// The projects of a circle in order, from `start` on, each with the requirement that leads to the next.
fn shortest_circle(edges: &Edges, start: &Utf8PathBuf) -> Option<Vec<(Utf8PathBuf, Place)>> {
    let mut reached_from: FxHashMap<&Utf8PathBuf, (&Utf8PathBuf, &Place)> = FxHashMap::default();
    let mut waiting = VecDeque::from([start]);
    while let Some(dir) = waiting.pop_front() {
        for (next, place) in edges.get(dir).into_iter().flatten() {
            if reached_from.contains_key(next) {
                continue;
            }
            reached_from.insert(next, (dir, place));
            if next == start {
                return Some(way_back(&reached_from, start));
            }
            waiting.push_back(next);
        }
    }
    None
}

fn way_back(
    reached_from: &FxHashMap<&Utf8PathBuf, (&Utf8PathBuf, &Place)>,
    start: &Utf8PathBuf,
) -> Vec<(Utf8PathBuf, Place)> {
    let mut circle = Vec::new();
    let mut at = start;
    while let Some((before, place)) = reached_from.get(at) {
        circle.push(((*before).clone(), (*place).clone()));
        at = before;
        if at == start {
            break;
        }
    }
    circle.reverse();
    circle
}

fn tell(context: &Context<'_>, circle: &[(Utf8PathBuf, Place)]) -> Option<Finding> {
    let ((_, place), others) = circle.split_first()?;
    // A project that requires itself says so with an extra.
    if others.is_empty() {
        return None;
    }
    let projects = circle.iter().filter_map(|(dir, _)| context.workspace.project_at(dir));
    let names: Vec<String> = projects.map(|project| project.display_name().to_owned()).collect();
    let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("these require each other in a circle: {}", shown.join(", "));
    let finding = Finding::new(place.clone(), message, names.iter().map(String::as_str));
    Some(
        others
            .iter()
            .fold(finding, |finding, (_, place)| finding.related(place.clone(), "the circle goes on here")),
    )
}
