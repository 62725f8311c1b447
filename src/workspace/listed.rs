//! What a project's manifest lists, in the form in which locks of Poetry, PDM and pixi hold it: without what uv's tables
//! say of sources, which these tools do not read.

use std::collections::BTreeMap;

use super::recorded_requirement::{RecordedRequirement, RecordedSource, Specifier, written};
use super::{Place, Project, Workspace};
use crate::manifest::{DistributionName, Group, ManifestKind, Marker, PythonRange, Requirement};
use crate::vfs::FileId;

/// What a manifest lists, as far as it matters for some Pythons.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// What it requires to run.
    pub main: Vec<RecordedRequirement>,
    /// What each of its extras brings, by normalised name.
    pub extras: BTreeMap<String, Vec<RecordedRequirement>>,
}

impl Workspace {
    /// What a project lists. An error is the reason why that is not known.
    pub fn listed(&self, project: &Project, python: &PythonRange) -> Result<Listed, String> {
        let name = project.display_name();
        let found =
            project.manifest(ManifestKind::Pyproject).filter(|(_, manifest)| manifest.declares_project);
        let Some((file, manifest)) = found else {
            return Err(format!("what `{name}` requires is known to its build backend only"));
        };
        let unreadable = || format!("what `{name}` requires cannot be read in full");
        if project.broken || project.template {
            return Err(unreadable());
        }
        // What Poetry's table lists is written down, whatever `[project]` calls dynamic.
        let computed = ["dependencies", "optional-dependencies"];
        let dynamic = manifest.dynamic.iter().any(|field| computed.contains(&field.value.as_str()));
        if dynamic && manifest.build.poetry.is_none() {
            return Err(format!("what `{name}` requires is computed"));
        }
        let mut listed = Listed::default();
        for extra in &manifest.extras {
            listed.extras.entry(normal(&extra.value)).or_default();
        }
        for requirement in &manifest.requirements {
            let list = match &requirement.group {
                Group::Main => &mut listed.main,
                Group::Extra(extra) => listed.extras.entry(normal(extra)).or_default(),
                _ => continue,
            };
            list.push(one(requirement, file, python).ok_or_else(unreadable)?);
        }
        Ok(listed)
    }
}

/// Where a requirement comes from matters only as far as it is no index: the paths in these locks are relative to one
/// manifest or another.
fn one(requirement: &Requirement, file: &FileId, python: &PythonRange) -> Option<RecordedRequirement> {
    let marker = requirement.marker.as_deref().map_or(Some(Marker::always()), Marker::parse)?;
    let specifier = Specifier::of(requirement);
    let extras = requirement.extras.iter().map(String::as_str);
    Some(RecordedRequirement {
        name: requirement.name.value.clone(),
        extras: requirement.extras.iter().map(|extra| normal(extra)).collect(),
        marker: marker.within(python),
        written: written(&requirement.name.value, extras, &specifier.to_string()),
        source: requirement
            .source
            .is_none()
            .then(|| RecordedSource::Index(None, specifier.clone().by_versions())),
        place: Some(Place { file: file.clone(), range: requirement.name.range }),
    })
}

fn normal(name: &str) -> String {
    DistributionName::new(name).map_or_else(|| name.to_owned(), |name| name.to_string())
}
