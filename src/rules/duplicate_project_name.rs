//! # duplicate-project-name (error)
//!
//! ## What it does
//!
//! Reports projects that bear one distribution name: two members of one uv workspace, or two projects here of which a
//! third one requires one without saying which.
//!
//! ## Why it matters
//!
//! uv refuses to lock a workspace with two members of one name. Elsewhere it depends on the tool and its settings which
//! of the two is installed; it is a warning then. A requirement with a source says which one is meant, and so
//! does a range that only one of them fits; projects that nobody requires may be called what they like.
//!
//! ## Example
//!
//! ```fixture
//! #- pyproject.toml
//! [tool.uv.workspace]
//! members = ["libs/*"]
//! #- libs/shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- libs/shared-old/pyproject.toml
//! [project]
//! name = "acme_shared"
//! #       ^^^^^^^^^^^ error[duplicate-project-name]: `libs/shared` is named `acme-shared`, too
//! version = "0.1.0"
//! ```
//!
//! ## Fix
//!
//! Rename one of the two, exclude it from the workspace, or take the one that is meant by path.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::{DistributionName, Group, specifier_admits};
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "duplicate-project-name",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("duplicate_project_name.rs"),
};

/// How many of those who require the name a finding tells.
const MAX_RELATED: usize = 20;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut told = FxHashSet::default();
    let mut found = Vec::new();
    for finding in within_workspaces(context).into_iter().chain(among_projects(context)) {
        if told.insert(finding.place.clone()) {
            found.push(finding);
        }
    }
    found
}

fn within_workspaces(context: &Context<'_>) -> Vec<Finding> {
    let workspace = context.workspace;
    let mut found = Vec::new();
    for root in workspace.projects() {
        let is_root = root.manifests.iter().any(|(_, manifest)| manifest.workspace.is_some());
        if !is_root || root.broken || root.template || workspace.is_around(&root.dir) {
            continue;
        }
        let members = workspace.workspace_members(&root);
        let members = members.iter().filter_map(|dir| workspace.project_at(dir));
        for (_, bearers) in by_name(members.filter(|member| !member.broken && !member.template)) {
            found.extend(tell(context, &bearers));
        }
    }
    found
}

/// Projects whose name another one requires without a source.
fn among_projects(context: &Context<'_>) -> Vec<Finding> {
    let shipping = context.subjects().iter().filter(|project| project.ships).cloned();
    let mut found = Vec::new();
    for (name, bearers) in by_name(shipping) {
        if bearers.len() < 2 {
            continue;
        }
        let mut consumers: Vec<Place> = Vec::new();
        for project in context.subjects().iter().filter(|project| project.distribution() != Some(&name)) {
            let dependencies = context.workspace.dependencies(project);
            let mut undecided = dependencies.iter().filter(|dependency| {
                dependency.name == name
                    && may_be_several(context, dependency, &bearers)
                    && dependency.provision == Provision::Registry
                    && dependency.source.is_none()
                    && matches!(dependency.group, Group::Main | Group::Extra(_))
            });
            consumers.extend(undecided.next().map(|dependency| dependency.place.clone()));
        }
        if consumers.is_empty() {
            continue;
        }
        for finding in tell(context, &bearers) {
            let related = consumers.iter().take(MAX_RELATED);
            let told = related.fold(finding.warning(), |finding, place| {
                finding.related(place.clone(), "required here without saying which")
            });
            found.push(told);
        }
    }
    found
}

/// Whether the specifier admits more than one of the projects by their versions.
fn may_be_several(context: &Context<'_>, dependency: &Dependency, bearers: &[Arc<Project>]) -> bool {
    let specifier = dependency.requirement.as_ref().and_then(|requirement| requirement.specifier.as_ref());
    let admitted = bearers.iter().filter(|project| {
        let version = context.workspace.version(project);
        specifier.zip(version).is_none_or(|(range, version)| specifier_admits(&range.value, &version))
    });
    admitted.count() > 1
}

fn by_name(projects: impl Iterator<Item = Arc<Project>>) -> BTreeMap<DistributionName, Vec<Arc<Project>>> {
    let mut by_name: BTreeMap<DistributionName, Vec<Arc<Project>>> = BTreeMap::new();
    for project in projects {
        if let Some(name) = project.distribution() {
            by_name.entry(name.clone()).or_default().push(project.clone());
        }
    }
    by_name
}

/// At each bearer's name but the first's.
fn tell(context: &Context<'_>, bearers: &[Arc<Project>]) -> Vec<Finding> {
    let Some((first, others)) = bearers.split_first() else { return Vec::new() };
    let Some(known) = &first.name else { return Vec::new() };
    let shown = context.shown(&first.dir, context.workspace.root());
    let at_first = Place { file: known.file.clone(), range: known.value.range };
    let judged = others.iter().filter_map(|project| {
        let own = project.name.as_ref()?;
        let place = Place { file: own.file.clone(), range: own.value.range };
        let name = &own.value.value;
        let message = format!("`{shown}` is named `{name}`, too");
        Some(Finding::new(place, message, [name.as_str()]).related(at_first.clone(), "the other project"))
    });
    judged.collect()
}
