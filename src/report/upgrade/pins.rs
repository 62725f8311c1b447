//! The places in a project's manifests that ask for a version of a distribution, and the edits that move them.

use std::sync::Arc;

use pep440_rs::Version;

use super::PinState;
use crate::manifest::{DistributionName, Group, LockKind, Requirement, parse_version, specifier_admits};
use crate::report::place;
use crate::rules::Edit;
use crate::source::git::tag_version;
use crate::text::{TextRange, offset};
use crate::vfs::FileId;
use crate::workspace::{
    Declared, Dependency, GitSource, Origin, Place, Project, Provision, Releases, Witness, Workspace, exact,
};

/// The version that pins are to move to.
pub(super) struct Target<'t> {
    pub name: &'t DistributionName,
    pub version: &'t Version,
    /// How the configuration says that tags are written.
    tag_form: Option<String>,
    releases: Arc<Releases>,
}

impl<'t> Target<'t> {
    pub fn new(workspace: &Workspace, name: &'t DistributionName, version: &'t Version) -> Self {
        let (tag_form, releases) = (workspace.configured_tag(name), workspace.releases(name));
        Self { name, version, tag_form, releases }
    }

    /// The version that a tag names.
    fn version_of(&self, tag: &str) -> Option<Version> {
        tag_version(tag, self.name, self.tag_form.as_deref())
    }

    /// The tag of the version, of several the one that is spelled as `like` is for its own version.
    fn tag(&self, like: &str) -> Option<&str> {
        let alike = self.version_of(like).and_then(|own| {
            like.contains(&own.to_string()).then(|| like.replace(&own.to_string(), &self.version.to_string()))
        });
        let mut tags = self.releases.all.iter().filter_map(|release| match &release.origin {
            Origin::Tag { tag, .. } if release.version == *self.version => Some(tag.as_str()),
            _ => None,
        });
        let first = tags.next()?;
        let same = tags.find(|tag| alike.as_deref() == Some(tag));
        Some(if alike.as_deref() == Some(first) { first } else { same.unwrap_or(first) })
    }
}

/// One place that asks for a version.
pub(super) struct Asked {
    place: Place,
    /// As written; empty where any version will do.
    written: String,
    state: PinState,
    becomes: Option<String>,
    reason: Option<String>,
    pub edit: Option<Edit>,
}

impl Asked {
    fn new(place: Place, written: &str, state: PinState) -> Self {
        Self { place, written: written.to_owned(), state, becomes: None, reason: None, edit: None }
    }

    fn left(place: Place, written: &str, reason: String) -> Self {
        Self { reason: Some(reason), ..Self::new(place, written, PinState::Left) }
    }

    /// Moves to a new text for a part of what is written.
    fn moved(place: Place, written: &str, part: TextRange, new_text: String) -> Self {
        let edit = Edit { file: place.file.clone(), range: part, new_text: new_text.clone() };
        let start = part.start.saturating_sub(place.range.start) as usize;
        let end = part.end.saturating_sub(place.range.start) as usize;
        let (before, after) = (written.get(..start).unwrap_or(""), written.get(end..).unwrap_or(""));
        let becomes = Some(format!("{before}{new_text}{after}"));
        Self { becomes, edit: Some(edit), ..Self::new(place, written, PinState::Moves) }
    }

    /// As the report has it.
    pub fn shown(self, witness: Witness<'_>) -> super::Pin {
        let source = witness.workspace.files.text(&self.place.file).ok();
        let start = source.map_or(crate::report::Place { line: 1, column: 1 }, |source| {
            place(&source, self.place.range.start)
        });
        super::Pin {
            file: witness.path(self.place.file.path()),
            line: start.line,
            column: start.column,
            written: self.written,
            state: self.state,
            becomes: self.becomes,
            reason: self.reason,
        }
    }
}

/// What a project's manifests and those of the environment around it ask for, in their order.
pub(super) fn of(workspace: &Workspace, project: &Arc<Project>, target: &Target<'_>) -> Vec<Asked> {
    let mut projects = vec![project.clone()];
    projects.extend(workspace.environment_parents(project));
    let mut found: Vec<Asked> = Vec::new();
    for project in projects {
        for declared in project.requirements.iter().filter(|one| one.value.name.value == *target.name) {
            for asked in of_requirement(workspace, &project, declared, target) {
                if !found.iter().any(|known| known.place == asked.place) {
                    found.push(asked);
                }
            }
        }
    }
    found
}

fn of_requirement(
    workspace: &Workspace,
    project: &Project,
    declared: &Declared<Requirement>,
    target: &Target<'_>,
) -> Vec<Asked> {
    let requirement = &declared.value;
    if matches!(requirement.group, Group::Constraint | Group::Override) {
        let bound = requirement.specifier.is_some();
        let asked = bound.then(|| specifier(workspace, project, declared, target));
        return asked.flatten().into_iter().filter(|asked| asked.state != PinState::Admits).collect();
    }
    let dependencies = workspace.dependencies(project);
    let place = Place { file: declared.file.clone(), range: requirement.name.range };
    let own = |dependency: &&Dependency| dependency.place == place;
    let Some(dependency) = dependencies.iter().find(own) else { return Vec::new() };
    match &dependency.provision {
        Provision::Registry => specifier(workspace, project, declared, target).into_iter().collect(),
        Provision::Git(source) => {
            let mut asked = vec![reference(workspace, dependency, source, target)];
            let bound = requirement.specifier.is_some();
            asked.extend(bound.then(|| specifier(workspace, project, declared, target)).flatten());
            asked
        }
        Provision::Url | Provision::Archive(_) => {
            let place = dependency.source.clone().unwrap_or_else(|| dependency.place.clone());
            let reason = "an archive is named, and not a version".to_owned();
            vec![Asked::left(place.clone(), &written(workspace, &place), reason)]
        }
        Provision::Live { .. }
        | Provision::NoFolder(_)
        | Provision::NoProject(_)
        | Provision::NotMember(_) => Vec::new(),
    }
}

/// What the specifier of a requirement asks for.
fn specifier(
    workspace: &Workspace,
    project: &Project,
    declared: &Declared<Requirement>,
    target: &Target<'_>,
) -> Option<Asked> {
    let (requirement, file) = (&declared.value, &declared.file);
    let Some(specifier) = &requirement.specifier else {
        let place = Place { file: file.clone(), range: requirement.name.range };
        return Some(Asked::new(place, "", PinState::Admits));
    };
    let source = workspace.files.text(file).ok()?;
    let place = Place { file: file.clone(), range: specifier.range };
    let text = specifier.range.slice(&source.text);
    let Some(pinned) = exact(&specifier.value) else {
        let admits = specifier_admits(&specifier.value, target.version);
        return Some(Asked::new(place, text, if admits { PinState::Admits } else { PinState::Excludes }));
    };
    if pinned == *target.version {
        return Some(Asked::new(place, text, PinState::Already));
    }
    if let Some(reason) = untouchable(project, file, requirement.range.slice(&source.text)) {
        return Some(Asked::left(place, text, reason));
    }
    Some(match version_in(text, &pinned).filter(|_| !source.lossy) {
        Some(part) => {
            let part = part.shifted(place.range.start);
            Asked::moved(place, text, part, target.version.to_string())
        }
        None => Asked::left(place, text, "it is written in a way that is not edited".to_owned()),
    })
}

/// Why a requirement is not to be edited: a tool has written it, or nobody knows what is written.
fn untouchable(project: &Project, file: &FileId, line: &str) -> Option<String> {
    let manifest = project.manifests.iter().find(|(known, _)| known == file).map(|(_, manifest)| manifest);
    if manifest.is_some_and(|manifest| manifest.unreadable) {
        return Some("its manifest does not parse".to_owned());
    }
    if manifest.is_some_and(|manifest| manifest.tools == [LockKind::Compiled]) {
        return Some("the file is compiled; compile it again".to_owned());
    }
    line.contains("--hash").then(|| "its hashes are those of this version".to_owned())
}

/// Where the version stands in `== 0.1.3`, `===0.1.3`, `(==0.1.3)`, Poetry's `0.1.3`.
fn version_in(text: &str, pinned: &Version) -> Option<TextRange> {
    let is_around = |c: char| c.is_whitespace() || matches!(c, '=' | '(' | ')');
    let behind = text.trim_start_matches(is_around);
    let core = behind.trim_end_matches(is_around);
    let start = offset(text.len() - behind.len());
    (parse_version(core).as_ref() == Some(pinned)).then(|| TextRange::new(start, start + offset(core.len())))
}

/// What a git source's tag, revision or branch asks for.
fn reference(
    workspace: &Workspace,
    dependency: &Dependency,
    source: &GitSource,
    target: &Target<'_>,
) -> Asked {
    let Some((reference, place)) = &source.reference else {
        let place = dependency.source.clone().unwrap_or_else(|| dependency.place.clone());
        return Asked::left(place, "", "it follows the default branch".to_owned());
    };
    let place = place.clone();
    if target.version_of(reference).as_ref() == Some(target.version) {
        return Asked::new(place, reference, PinState::Already);
    }
    let Some(tag) = target.tag(reference) else {
        return Asked::left(place, reference, format!("no tag of {} is known", target.version));
    };
    let plain = written(workspace, &place) == *reference;
    let new_text = match target.version_of(reference) {
        Some(_) => Some(tag.to_owned()),
        None if is_commit(reference) => target.releases.find(target.version).and_then(|release| {
            let commit = workspace.commit_of_release(release)?;
            Some(commit.get(..reference.len()).unwrap_or(&commit).to_owned())
        }),
        None => None,
    };
    let owner = workspace.project_of(&place.file);
    let refused = owner.and_then(|owner| untouchable(&owner, &place.file, ""));
    match new_text {
        Some(new_text) if new_text == *reference => Asked::new(place, reference, PinState::Already),
        Some(_) if refused.is_some() => {
            Asked { reason: refused, ..Asked::new(place, reference, PinState::Left) }
        }
        Some(new_text) if plain => Asked::moved(place.clone(), reference, place.range, new_text),
        Some(_) => Asked::left(place, reference, "it is written in a way that is not edited".to_owned()),
        None => Asked::left(place, reference, "it names no version".to_owned()),
    }
}

/// A commit's name, whole or shortened.
fn is_commit(reference: &str) -> bool {
    (7..=40).contains(&reference.len()) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn written(workspace: &Workspace, place: &Place) -> String {
    let source = workspace.files.text(&place.file).ok();
    source.map(|source| place.range.slice(&source.text).to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_inside_of_its_specifier() {
        for (text, pinned, found) in [
            ("==0.1.3", "0.1.3", Some("0.1.3")),
            ("== 0.1.3 ", "0.1.3", Some("0.1.3")),
            ("===0.1.3", "0.1.3", Some("0.1.3")),
            ("(==0.1.3)", "0.1.3", Some("0.1.3")),
            ("0.1.3", "0.1.3", Some("0.1.3")),
            ("==0.1.3.0", "0.1.3", Some("0.1.3.0")),
            ("==1!0.1.post1+cu12", "1!0.1.post1+cu12", Some("1!0.1.post1+cu12")),
            ("==0.1.\\u0033", "0.1.3", None),
            ("==0.1.*", "0.1", None),
            ("", "0.1", None),
        ] {
            let range = version_in(text, &parse_version(pinned).unwrap());
            assert_eq!(range.map(|range| range.slice(text)), found, "{text}");
        }
    }

    #[test]
    fn commits_are_told_from_tags_and_branches() {
        for (reference, expected) in [
            ("0123456789abcdef0123456789abcdef01234567", true),
            ("0123abc", true),
            ("0123ab", false),
            ("main", false),
            ("release", false),
            ("0123456789abcdef0123456789abcdef012345678", false),
            ("v0.1.3", false),
        ] {
            assert_eq!(is_commit(reference), expected, "{reference}");
        }
    }
}
