//! What the rules of versions have in common: which environments a requirement is for, what uv's lists of the workspace
//! root say of it, and which Pythons a project supports.

use std::str::FromStr;
use std::sync::Arc;

use pep440_rs::{Operator, Version, VersionSpecifiers};

use super::Context;
use crate::manifest::{
    DistributionName, Group, ManifestKind, Requirement, Source, lower_bound, parse_marker,
};
use crate::text::Spanned;
use crate::workspace::{Declared, Dependency, Place, Project, Provision};

/// The specifier of a requirement that is taken from an index.
pub(super) fn of_registry(dependency: &Dependency) -> Option<(&Requirement, &Spanned<VersionSpecifiers>)> {
    let requirement = dependency.requirement.as_ref()?;
    let specifier = requirement.specifier.as_ref()?;
    (dependency.provision == Provision::Registry).then_some((requirement, specifier))
}

/// The place of a specifier, and how it is written there.
pub(super) fn written(
    context: &Context<'_>,
    file: &crate::vfs::FileId,
    specifier: &Spanned<VersionSpecifiers>,
) -> Option<(Place, String)> {
    let source = context.workspace.files.text(file).ok()?;
    let text = specifier.range.slice(&source.text).to_owned();
    Some((Place { file: file.clone(), range: specifier.range }, text))
}

/// Whether two requirements hold in the same environments: both in all, or by the same marker.
pub(super) fn same_environments(one: &Requirement, other: &Requirement) -> bool {
    match (&one.marker, &other.marker) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one == other || parse_marker(one).is_some_and(|set| parse_marker(other) == Some(set))
        }
        _ => false,
    }
}

/// Whether the source of a dependency holds in some environments, or for some extra or group, only.
pub(super) fn has_conditional_source(
    context: &Context<'_>,
    project: &Project,
    dependency: &Dependency,
) -> bool {
    let root = context.workspace.workspace_root(project);
    let sources = root.iter().flat_map(|root| &root.sources).chain(&project.sources);
    let conditional = |source: &Source| match source.entries.as_slice() {
        [only] => only.marker.is_some() || only.only_for.is_some(),
        _ => true,
    };
    dependency.source.as_ref().is_some_and(|place| {
        sources
            .filter(|source| source.file == place.file && source.value.range == place.range)
            .any(|source| conditional(&source.value))
    })
}

/// Whether a dependency is there in all environments, by one source.
pub(super) fn is_unconditional(context: &Context<'_>, project: &Project, dependency: &Dependency) -> bool {
    let marked = dependency.requirement.as_ref().is_some_and(|requirement| requirement.marker.is_some());
    !marked && !has_conditional_source(context, project, dependency)
}

/// The project whose constraints and overrides uv heeds for `project`: the root of its workspace, else itself.
pub(super) fn settings_of(context: &Context<'_>, project: &Arc<Project>) -> Arc<Project> {
    context.workspace.workspace_root(project).unwrap_or_else(|| project.clone())
}

/// Entries of `constraint-dependencies` or `override-dependencies` in a pyproject.toml.
pub(super) fn settings<'p>(
    project: &'p Project,
    group: &'p Group,
) -> impl Iterator<Item = &'p Declared<Requirement>> {
    let own = project.manifest(ManifestKind::Pyproject).map(|(file, _)| file);
    let of_group = project.requirements.iter().filter(move |entry| entry.value.group == *group);
    of_group.filter(move |entry| Some(&entry.file) == own)
}

/// Whether an override replaces what is required of a distribution.
pub(super) fn is_overridden(settings: &Project, name: &DistributionName) -> bool {
    self::settings(settings, &Group::Override).any(|entry| entry.value.name.value == *name)
}

/// The oldest Python of a project.
#[derive(Clone)]
pub(super) struct Oldest {
    /// The lower bound of `requires-python`.
    pub version: Version,
    /// Where it is written.
    pub place: Place,
    /// Whose it is: another member's where uv takes the narrowest of a workspace.
    pub project: Arc<Project>,
}

/// The oldest Python that a project has to run on: in a uv workspace, whose members share one environment, the highest of
/// the members' lower bounds. `None` where nothing is said, or in a way that has no such bound.
pub(super) fn oldest_python(context: &Context<'_>, project: &Arc<Project>) -> Option<Oldest> {
    let own = own_oldest(project)?;
    let Some(root) = context.workspace.workspace_root(project) else { return Some(own) };
    let members = context.workspace.workspace_members(&root);
    let members = members.iter().filter_map(|dir| context.workspace.project_at(dir));
    let others = members.filter_map(|member| own_oldest(&member));
    Some(others.fold(own, |best, next| if next.version > best.version { next } else { best }))
}

/// The oldest Python that a project itself declares.
pub(super) fn own_oldest(project: &Arc<Project>) -> Option<Oldest> {
    let mut declared = project.manifests.iter();
    let (file, written) =
        declared.find_map(|(file, manifest)| Some((file, manifest.requires_python.as_ref()?)))?;
    let range = VersionSpecifiers::from_str(written.value.trim()).ok()?;
    // `>=3.9,!=3.9.*` begins at 3.10, which the bound does not tell.
    if range.iter().any(|specifier| *specifier.operator() == Operator::NotEqualStar) {
        return None;
    }
    let place = Place { file: file.clone(), range: written.range };
    Some(Oldest { version: lower_bound(&range)?, place, project: project.clone() })
}
