//! What uv would record of a project if it locked it now, in the form in which a lock's own record can be compared.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::recorded_requirement::{Installed, RecordedRequirement, RecordedSource, Specifier, written};
use super::{Place, Project, Provision, Workspace};
use crate::manifest::{
    DistributionName, Group, LockSource, LockedRequirement, Manifest, ManifestKind, Marker, PythonRange,
    Requirement, SourceEntry, SourceKind,
};
use crate::vfs::{FileId, join};

/// What a project requires, as a lock records it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// What it requires to run, and by its extras with a marker that says so.
    pub requires: Vec<RecordedRequirement>,
    /// Dependency groups, with what the groups they include list.
    pub groups: BTreeMap<String, Vec<RecordedRequirement>>,
    /// The extras, normalised.
    pub extras: BTreeSet<String>,
}

impl Workspace {
    /// What uv would record of a project, for these Pythons. An error is the reason why that is not known.
    pub fn recorded(&self, project: &Project, python: &PythonRange) -> Result<Recorded, String> {
        let (file, manifest) = self.standard_manifest(project)?;
        let mut recorded = Recorded::default();
        for requirement in &manifest.requirements {
            match &requirement.group {
                Group::Main => {
                    recorded.requires.extend(self.lowered(project, file, requirement, None, python)?)
                }
                Group::Extra(extra) => {
                    let marker = Marker::extra(&normal(extra)).ok_or_else(|| unreadable(project))?;
                    let mut found = self.lowered(project, file, requirement, Some(extra), python)?;
                    found.iter_mut().for_each(|one| one.marker = one.marker.clone().and(&marker));
                    recorded.requires.extend(found);
                }
                Group::Group { .. }
                | Group::Build
                | Group::Environment(_)
                | Group::Constraint
                | Group::Override => {}
            }
        }
        recorded.extras = manifest.extras.iter().map(|extra| normal(&extra.value)).collect();
        recorded.groups = self.recorded_groups(project, python)?;
        Ok(recorded)
    }

    /// The dependency groups of a project.
    pub fn recorded_groups(
        &self,
        project: &Project,
        python: &PythonRange,
    ) -> Result<BTreeMap<String, Vec<RecordedRequirement>>, String> {
        let Some((file, manifest)) = project.manifest(ManifestKind::Pyproject) else {
            return Ok(BTreeMap::new());
        };
        let mut groups = BTreeMap::new();
        let mut names: BTreeSet<String> =
            manifest.groups.iter().map(|group| normal(&group.name.value)).collect();
        names.extend(manifest.uv.dev_dependencies.then(|| "dev".to_owned()));
        for name in names {
            let within = included(manifest, &name);
            let mut all: Vec<RecordedRequirement> = Vec::new();
            for requirement in &manifest.requirements {
                let Group::Group { name: own, .. } = &requirement.group else { continue };
                if within.contains(&normal(own)) {
                    for one in self.lowered(project, file, requirement, Some(&name), python)? {
                        if !all.iter().any(|known| known.equals(&one)) {
                            all.push(one);
                        }
                    }
                }
            }
            groups.insert(name, all);
        }
        Ok(groups)
    }

    /// Constraints or overrides, taken from where the root's sources say.
    pub fn recorded_list(
        &self,
        project: &Project,
        list: &[Requirement],
        python: &PythonRange,
    ) -> Result<Vec<RecordedRequirement>, String> {
        let Some((file, _)) = project.manifest(ManifestKind::Pyproject) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for requirement in list {
            found.extend(self.lowered(project, file, requirement, None, python)?);
        }
        Ok(found)
    }

    /// What a lock in a folder recorded, in the same form.
    pub fn recorded_in_lock(
        &self,
        dir: &Utf8Path,
        list: &[LockedRequirement],
        python: &PythonRange,
    ) -> Result<Vec<RecordedRequirement>, String> {
        let one = |locked: &LockedRequirement| {
            let unread = || {
                format!(
                    "a marker in the lock is not understood: `{}`",
                    locked.marker.as_deref().unwrap_or("")
                )
            };
            let marker =
                locked.marker.as_deref().map_or(Some(Marker::always()), Marker::parse).ok_or_else(unread)?;
            let specifier = locked.specifier.as_deref().unwrap_or("");
            let folder = |path: &str, how| Some(RecordedSource::Folder(self.own_name(&join(dir, path)), how));
            let index = |url: Option<&str>| {
                Some(RecordedSource::Index(url.map(plain_url), Specifier::read(specifier)?))
            };
            let source = match &locked.source {
                None => index(None),
                Some(LockSource::Registry(url)) => index(url.as_deref()),
                Some(LockSource::Editable(path)) => folder(path, Installed::Editable),
                Some(LockSource::Directory(path)) => folder(path, Installed::Copy),
                Some(LockSource::Virtual(path)) => folder(path, Installed::Not),
                Some(LockSource::Path(path)) => Some(RecordedSource::Archive(join(dir, path))),
                Some(LockSource::Url(url)) => Some(RecordedSource::Url(plain_url(url))),
                Some(LockSource::Git { url, reference, subdirectory, .. }) => {
                    Some(RecordedSource::Git(plain_url(url), reference.clone(), subdirectory.clone()))
                }
            };
            Ok(RecordedRequirement {
                name: locked.name.value.clone(),
                extras: locked.extras.iter().map(|extra| normal(extra)).collect(),
                marker: marker.within(python),
                written: written(&locked.name.value, locked.extras.iter().map(String::as_str), specifier),
                source,
                place: None,
            })
        };
        list.iter().map(one).collect()
    }

    /// The pyproject.toml of a project that says all about its requirements.
    fn standard_manifest<'p>(&self, project: &'p Project) -> Result<(&'p FileId, &'p Manifest), String> {
        let name = project.display_name();
        let found = project
            .manifest(ManifestKind::Pyproject)
            .filter(|(_, manifest)| manifest.declares_project && manifest.build.poetry.is_none());
        let Some((file, manifest)) = found else {
            return Err(format!("what `{name}` requires is known to its build backend only"));
        };
        if project.broken || project.template {
            return Err(unreadable(project));
        }
        let computed = ["dependencies", "optional-dependencies"];
        if manifest.dynamic.iter().any(|field| computed.contains(&field.value.as_str())) {
            return Err(format!("what `{name}` requires is computed"));
        }
        Ok((file, manifest))
    }

    /// A requirement taken from where the sources say: once for each source whose marker it can meet, and once from the
    /// index where these leave environments out.
    fn lowered(
        &self,
        project: &Project,
        file: &FileId,
        requirement: &Requirement,
        list: Option<&str>,
        python: &PythonRange,
    ) -> Result<Vec<RecordedRequirement>, String> {
        let marker = requirement.marker.as_deref().map_or(Some(Marker::always()), Marker::parse);
        let marker = marker.ok_or_else(|| unreadable(project))?;
        let specifier = Specifier::of(requirement);
        let with = |marker: Marker, source: Option<RecordedSource>| RecordedRequirement {
            name: requirement.name.value.clone(),
            extras: requirement.extras.iter().map(|extra| normal(extra)).collect(),
            marker: marker.within(python),
            source,
            written: written(
                &requirement.name.value,
                requirement.extras.iter().map(String::as_str),
                &specifier.to_string(),
            ),
            place: Some(Place { file: file.clone(), range: requirement.name.range }),
        };
        let root = self.workspace_root(project);
        if let Some(entry) = &requirement.source {
            let source = self.recorded_source(project, root.as_deref(), entry, file, requirement);
            return Ok(vec![with(marker, source)]);
        }
        let of = |owner: &Project| {
            let of_name = owner.sources.iter().find(|s| s.value.name.value == requirement.name.value);
            of_name.map(|declared| (declared.value.entries.clone(), declared.file.clone()))
        };
        let own = of(project).map(|found| (project, found));
        let owner = own.or_else(|| root.as_deref().and_then(|root| of(root).map(|found| (root, found))));
        let Some((owner, (entries, file))) = owner else {
            return Ok(vec![with(marker, Some(RecordedSource::Index(None, specifier.clone())))]);
        };
        let mut rest = marker.clone();
        let mut found = Vec::new();
        for entry in entries.iter().filter(|entry| {
            entry.only_for.as_deref().is_none_or(|only| list.is_some_and(|list| normal(list) == normal(only)))
        }) {
            let of_entry = entry.marker.as_deref().map_or(Some(Marker::always()), Marker::parse);
            let of_entry = of_entry.ok_or_else(|| unreadable(project))?;
            rest = rest.and(&of_entry.not());
            let source = self.recorded_source(owner, root.as_deref(), entry, &file, requirement);
            found.push(with(of_entry.and(&marker), source));
        }
        found.push(with(rest, Some(RecordedSource::Index(None, specifier.clone()))));
        found.retain(|one| !one.marker.is_never());
        Ok(found)
    }

    fn recorded_source(
        &self,
        owner: &Project,
        root: Option<&Project>,
        entry: &SourceEntry,
        file: &FileId,
        requirement: &Requirement,
    ) -> Option<RecordedSource> {
        match &entry.kind {
            SourceKind::Index(name) => {
                let url = self.index_url(owner, root, &name.value)?;
                Some(RecordedSource::Index(Some(plain_url(&url)), Specifier::of(requirement)))
            }
            SourceKind::Git { url, reference, subdirectory } => {
                let reference = reference.as_ref().map(|reference| reference.value.clone());
                Some(RecordedSource::Git(plain_url(&url.value), reference, subdirectory.clone()))
            }
            SourceKind::Url(url) => Some(RecordedSource::Url(plain_url(&url.value))),
            SourceKind::Workspace => match self.entry(owner, root, entry, file)? {
                Provision::Live { dir, .. } => {
                    let member = self.project_at(&dir)?;
                    Some(RecordedSource::Folder(dir, self.member_installed(root?, &member)))
                }
                _ => None,
            },
            SourceKind::Path { .. } => match self.entry(owner, root, entry, file)? {
                Provision::Live { dir, .. } | Provision::NoFolder(dir) | Provision::NoProject(dir) => {
                    let inside = requirement.source.is_some();
                    let packaged = || self.project_at(&dir).is_none_or(|project| is_package(&project, false));
                    let how = match entry.editable {
                        Some(true) => Installed::Editable,
                        _ if inside || entry.package.unwrap_or_else(packaged) => Installed::Copy,
                        _ => Installed::Not,
                    };
                    Some(RecordedSource::Folder(dir, how))
                }
                Provision::Archive(path) => Some(RecordedSource::Archive(path)),
                _ => None,
            },
        }
    }

    /// How a member of a uv workspace is installed: whether some source of the workspace names it decides whether it
    /// needs a build system, and may say that it is not editable.
    pub fn member_installed(&self, root: &Project, member: &Project) -> Installed {
        let mut said: Option<Option<bool>> = None;
        let members = self.workspace_members(root);
        let members = members.iter().filter_map(|dir| self.project_at(dir));
        for owner in members {
            let own = owner.distribution();
            for source in owner.sources.iter().map(|declared| &declared.value) {
                let names =
                    Some(&source.name.value) == member.distribution() && Some(&source.name.value) != own;
                for entry in
                    source.entries.iter().filter(|entry| names && entry.kind == SourceKind::Workspace)
                {
                    said = Some(entry.editable.or(said.flatten()));
                }
            }
        }
        if !is_package(member, said.is_none()) {
            return Installed::Not;
        }
        if said.flatten().unwrap_or(true) { Installed::Editable } else { Installed::Copy }
    }
}

/// Whether uv takes a project for something that is built, which needs a build system where nobody requires it.
fn is_package(project: &Project, needs_build_system: bool) -> bool {
    let Some((_, manifest)) = project.manifest(ManifestKind::Pyproject) else { return true };
    manifest.package.unwrap_or(manifest.build.declared || !needs_build_system)
}

/// A group with all that it includes, itself among them.
fn included(manifest: &Manifest, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![name.to_owned()];
    while let Some(name) = waiting.pop() {
        if found.insert(name.clone()) {
            let own = manifest.groups.iter().filter(|group| normal(&group.name.value) == name);
            waiting.extend(own.flat_map(|group| group.includes.iter().map(|include| normal(include))));
        }
    }
    found
}

fn unreadable(project: &Project) -> String {
    format!("what `{}` requires cannot be read in full", project.display_name())
}

/// The name of an extra or group as it is compared.
fn normal(name: &str) -> String {
    DistributionName::new(name).map_or_else(|| name.to_owned(), |name| name.to_string())
}

/// A URL without user, password, and what stands behind `#`.
fn plain_url(url: &str) -> String {
    let url = url.split('#').next().unwrap_or(url).trim_end_matches('/');
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    let host = host.rsplit('@').next().unwrap_or(host);
    path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
}
