//! What a project gets of a distribution that it does not take live: which version, who says so, and where exactly that
//! version's code is.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use pep440_rs::{Operator, Version, VersionSpecifiers};

use super::releases::{Origin, Release};
use super::{Dependency, GitSource, Place, Project, Provision, Workspace};
use crate::manifest::{DistributionName, LockSource, parse_version, specifier_admits};
use crate::source::git::{Repository, object_name, same_remote, tag_version, uv_checkout};
use crate::source::index::IndexError;
use crate::source::shelves::Candidate;

/// What one project gets of one distribution.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The version; unknown for a commit whose manifest states none, and where nothing decides.
    pub version: Option<Version>,
    /// The folder of the project that holds exactly this code: a tree, one that is mounted, or what is recorded of an
    /// installed distribution.
    pub code: Option<Utf8PathBuf>,
    /// What leads there, in the order of the questions.
    pub said: Vec<Said>,
}

/// A step towards a version and its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A lock's entry.
    Locked {
        /// The version, or the commit, as the lock has it.
        what: String,
        /// Where.
        place: Place,
    },
    /// The requirement admits one version only.
    Pinned(Version, Place),
    /// A git source's reference.
    Reference(String, Place),
    /// The environment has it.
    Installed(Version, Utf8PathBuf),
    /// Of the versions known here the requirement admits only this one.
    Only(Version),
    /// The code is at this tag of this repository.
    Tag(String, Utf8PathBuf),
    /// The code is in this commit of this repository.
    Commit(String, Utf8PathBuf),
    /// The code is in an archive: which, in words, and where.
    Archive(String, Utf8PathBuf),
    /// The code is the tree at this folder, which has this version and no tags.
    Tree(Utf8PathBuf),
    /// There is no such code at hand, in the user's words.
    Missing(String),
}

impl Workspace {
    /// What `project` gets of a distribution, required by itself or by something that it requires. Of a live dependency
    /// it is the tree.
    pub fn effective(&self, project: &Project, dependency: &Dependency) -> Arc<Effective> {
        let at = &dependency.place;
        let key = format!("{}\n{}\n{}:{}", project.dir, dependency.name, at.file.path(), at.range.start);
        self.structure.effective.get(&key, || Arc::new(self.work_out_effective(project, dependency)))
    }

    fn work_out_effective(&self, project: &Project, dependency: &Dependency) -> Effective {
        if let (Provision::Git(_) | Provision::Registry | Provision::Url, Some(version)) =
            (&dependency.provision, self.supposed.get(&dependency.name))
        {
            let mut said = Vec::new();
            let code = self.code_of_version(&dependency.name, version, &mut said);
            return Effective { version: Some(version.clone()), code, said };
        }
        match &dependency.provision {
            Provision::Live { dir, .. } => {
                let version = self.project_at(dir).and_then(|project| self.version(&project));
                Effective { version, code: Some(dir.clone()), said: Vec::new() }
            }
            Provision::Git(source) => self.of_git(project, dependency, source),
            Provision::Archive(path) => self.of_archive(dependency, path),
            Provision::Registry | Provision::Url => self.of_registry(project, dependency),
            Provision::NoFolder(_) | Provision::NoProject(_) | Provision::NotMember(_) => {
                Effective { version: None, code: None, said: Vec::new() }
            }
        }
    }

    fn of_git(&self, project: &Project, dependency: &Dependency, source: &GitSource) -> Effective {
        let name = &dependency.name;
        let mut said = Vec::new();
        let locked = self.locked(project, name).and_then(|locked| {
            let LockSource::Git { commit: Some(commit), .. } = &locked.source else { return None };
            let commit = commit.clone();
            said.push(Said::Locked { what: short(&commit).to_owned(), place: locked.place.clone() });
            Some(commit)
        });
        if let Some((reference, place)) = &source.reference {
            said.push(Said::Reference(reference.clone(), place.clone()));
        }
        let missing = |said: Vec<Said>, reason: String| {
            let said = said.into_iter().chain([Said::Missing(reason)]).collect();
            Effective { version: None, code: None, said }
        };
        let reference = source.reference.as_ref().map_or("HEAD", |(reference, _)| reference.as_str());
        // A commit's name is proof of what is in it, wherever it lies.
        let exact = object_name(locked.as_deref().unwrap_or(reference));
        let by_url = self.repository_of_url(&source.url);
        let holds =
            |opened: &Repository| exact.as_ref().is_none_or(|commit| opened.commit_of(commit).is_ok());
        let found = match by_url {
            Some(found) if holds(&found.1) => Some(found),
            other => exact.as_deref().and_then(|commit| self.repository_with(commit)).or(other),
        };
        let Some((folder, repository)) = found else {
            return missing(said, "its repository is not at hand".to_owned());
        };
        let commit = match locked.map_or_else(|| repository.commit_of(reference), Ok) {
            Ok(commit) => commit,
            Err(refusal) => return missing(said, format!("`{reference}`: {refusal}")),
        };
        said.push(Said::Commit(short(&commit).to_owned(), folder));
        let below = Utf8Path::new(source.subdirectory.as_deref().unwrap_or(""));
        match self.open_commit(name, &repository, &commit, reference, below) {
            Ok(dir) => {
                let tagged = || tag_version(reference, name, self.configured_tag(name).as_deref());
                let version =
                    self.project_at(&dir).and_then(|project| self.version(&project)).or_else(tagged);
                Effective { version, code: Some(dir), said }
            }
            Err(reason) => missing(said, reason),
        }
    }

    fn of_archive(&self, dependency: &Dependency, path: &Utf8Path) -> Effective {
        let Some(candidate) = Candidate::at(path) else {
            let reason = format!("`{}` is no archive of a distribution", path.file_name().unwrap_or(""));
            return Effective { version: None, code: None, said: vec![Said::Missing(reason)] };
        };
        let version = candidate.version();
        let shown = version.as_ref().map(Version::to_string).unwrap_or_default();
        let mut said = vec![Said::Archive(path.file_name().unwrap_or("").to_owned(), path.to_owned())];
        let code = self.open_archive(&dependency.name, &shown, &candidate);
        said.extend(code.as_ref().err().map(|reason| Said::Missing(reason.clone())));
        Effective { version, code: code.ok(), said }
    }

    fn of_registry(&self, project: &Project, dependency: &Dependency) -> Effective {
        let name = &dependency.name;
        let mut said = Vec::new();
        let installed = self.installed(project, name);
        let installed_version = installed.as_ref().and_then(|found| parse_version(&found.version));
        let Some(version) = self.decided_version(project, dependency, installed_version.as_ref(), &mut said)
        else {
            said.push(Said::Missing("nothing decides its version".to_owned()));
            return Effective { version: None, code: None, said };
        };
        let code = match installed.filter(|_| installed_version.as_ref() == Some(&version)) {
            Some(installed) => {
                if !said.iter().any(|step| matches!(step, Said::Installed(..))) {
                    said.push(Said::Installed(version.clone(), installed.dist_info.clone()));
                }
                let live = installed.origin.live_tree().filter(|dir| self.project_at(dir).is_some());
                Some(live.map_or(installed.dist_info.clone(), Utf8Path::to_owned))
            }
            None => self.code_of_version(name, &version, &mut said),
        };
        Effective { version: Some(version), code, said }
    }

    /// Lock, else exact specifier, else what is installed, else the only known version that the specifier admits.
    fn decided_version(
        &self,
        project: &Project,
        dependency: &Dependency,
        installed: Option<&Version>,
        said: &mut Vec<Said>,
    ) -> Option<Version> {
        let name = &dependency.name;
        // A lock that takes it from a folder was made for another manifest.
        if let Some(locked) = self.locked(project, name).filter(|locked| locked.source.folder().is_none())
            && let Some(version) = locked.version.clone()
        {
            said.push(Said::Locked { what: version.to_string(), place: locked.place.clone() });
            return Some(version);
        }
        let specifier =
            dependency.requirement.as_ref().and_then(|requirement| requirement.specifier.as_ref());
        if let Some((specifier, version)) = specifier.and_then(|found| Some((found, exact(&found.value)?))) {
            let place = Place { file: dependency.place.file.clone(), range: specifier.range };
            said.push(Said::Pinned(version.clone(), place));
            return Some(version);
        }
        if let (Some(version), Some(installed)) = (installed, self.installed(project, name)) {
            said.push(Said::Installed(version.clone(), installed.dist_info.clone()));
            return Some(version.clone());
        }
        let specifier = specifier?;
        let releases = self.releases(name);
        let mut versions = releases.versions();
        versions.retain(|version| specifier_admits(&specifier.value, version));
        let others = |only: &Version| {
            let locked = self.locked_from_index(name);
            locked.iter().any(|version| version != only && specifier_admits(&specifier.value, version))
        };
        match versions.as_slice() {
            [only] if releases.gaps.is_empty() && !others(only) => {
                said.push(Said::Only((*only).clone()));
                Some((*only).clone())
            }
            _ => None,
        }
    }

    /// The code of exactly this version: of a tag, of an archive, of a tree that has this version and no tags.
    fn code_of_version(
        &self,
        name: &DistributionName,
        version: &Version,
        said: &mut Vec<Said>,
    ) -> Option<Utf8PathBuf> {
        let releases = self.releases(name);
        let mut reasons = Vec::new();
        for release in releases.all.iter().filter(|release| release.version == *version) {
            match self.open_release(name, release) {
                Ok(dir) => {
                    said.push(self.origin(release, &dir));
                    return Some(dir);
                }
                Err(reason) => reasons.push(reason),
            }
        }
        // The tree of a repository with tags is what came after the last of them, whatever its manifest says.
        let trees =
            if releases.tagged || !releases.gaps.is_empty() { Vec::new() } else { self.projects_named(name) };
        if let Some(tree) = trees.iter().find(|tree| self.version(tree).as_ref() == Some(version)) {
            said.push(Said::Tree(tree.dir.clone()));
            return Some(tree.dir.clone());
        }
        let why = match (reasons.into_iter().next(), &releases.untold) {
            (Some(reason), _) => reason,
            // Who releases by tags is not told to ask an index.
            (None, Some(untold)) if !(releases.tagged && *untold == IndexError::Off) => untold.to_string(),
            (None, _) if releases.listed => format!("the index lists no `{name}` {version}"),
            (None, _) => format!("the code of {version} is not at hand"),
        };
        said.push(Said::Missing(why));
        None
    }

    /// Where the code of a release is, which was opened at `dir`.
    fn origin(&self, release: &Release, dir: &Utf8Path) -> Said {
        match &release.origin {
            Origin::Tag { repository, tag, .. } => Said::Tag(tag.clone(), repository.clone()),
            Origin::Archive(candidate) => Said::Archive(candidate.place_in_words(), candidate.path.clone()),
            Origin::Index { .. } => {
                let archive = self.mounted_archive(dir).unwrap_or_default();
                Said::Archive("the package index".to_owned(), archive)
            }
        }
    }

    /// The commit that a git source names for good: by its hash, or by a tag of a repository at hand. Where a branch is
    /// now is known to its remote alone.
    pub fn settled_commit(&self, source: &GitSource) -> Option<String> {
        let (reference, _) = source.reference.as_ref()?;
        object_name(reference).or_else(|| {
            let (_, repository) = self.repository_of_url(&source.url)?;
            let hash = reference.bytes().all(|byte| byte.is_ascii_hexdigit());
            let tagged = repository.commit_of(&format!("refs/tags/{reference}"));
            tagged.ok().or_else(|| repository.commit_of(reference).ok().filter(|_| hash))
        })
    }

    /// An opened repository that holds a commit, by its full hash.
    fn repository_with(&self, commit: &str) -> Option<(Utf8PathBuf, Arc<Repository>)> {
        self.repositories().into_iter().find_map(|folder| {
            let repository = self.repository(&folder).ok()?;
            repository.commit_of(commit).is_ok().then_some((folder, repository))
        })
    }

    /// The first-party repository, or the one in uv's cache, that a URL names.
    fn repository_of_url(&self, url: &str) -> Option<(Utf8PathBuf, Arc<Repository>)> {
        let own = self.repositories().into_iter().find_map(|folder| {
            let repository = self.repository(&folder).ok()?;
            let same = |remote: &String| same_remote(remote, url);
            let is = repository.remotes().iter().any(same) || same_remote(folder.as_str(), url);
            is.then_some((folder, repository))
        });
        own.or_else(|| {
            let folder = uv_checkout(self.outside.shelves.uv_cache.as_deref()?, url)?;
            let repository = self.repository(&folder).ok()?;
            Some((folder, repository))
        })
    }
}

/// The only version that specifiers admit.
pub fn exact(specifiers: &VersionSpecifiers) -> Option<Version> {
    let [only] = specifiers.as_ref() else { return None };
    matches!(only.operator(), Operator::Equal | Operator::ExactEqual).then(|| only.version().clone())
}

/// A commit as people write it.
fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
