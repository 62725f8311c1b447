//! The versions of a distribution that are known here: tags of its repository, archives at hand, what an allowed index
//! lists. Nothing is opened before it is asked for.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use pep440_rs::Version;

use super::{Project, Workspace};
use crate::manifest::DistributionName;
use crate::source::git::{Refusal, Repository};
use crate::source::index::IndexError;
use crate::source::shelves::Candidate;
use crate::source::store::OriginRecord;

/// The known versions of one distribution.
#[derive(Clone, Debug, Default)]
pub struct Releases {
    /// Sorted by version; of one version the tag stands before archives.
    pub all: Vec<Release>,
    /// Why there may be more than these, in the user's words; empty where the tags of all its repositories are known.
    pub gaps: Vec<String>,
    /// Whether any of its repositories has tags of versions.
    pub tagged: bool,
    /// Whether an index was asked and lists all that it has.
    pub listed: bool,
    /// Why no index told of any version, where somebody takes it from one.
    pub untold: Option<IndexError>,
}

/// One version, and where its code is.
#[derive(Clone, Debug)]
pub struct Release {
    /// The version.
    pub version: Version,
    /// Where its code is.
    pub origin: Origin,
}

/// Where the code of a version is.
#[derive(Clone, Debug)]
pub enum Origin {
    /// At a tag of a repository.
    Tag {
        /// The repository's folder.
        repository: Utf8PathBuf,
        /// The tag.
        tag: String,
        /// The project's folder in the live tree, relative to the repository; where to look first.
        folder: Utf8PathBuf,
    },
    /// In an archive, or unpacked by an installer.
    Archive(Candidate),
    /// On an index, fetched when it is opened.
    Index {
        /// The folder of a project that takes the distribution from there.
        taker: Utf8PathBuf,
        /// Whether the index says that it was withdrawn, and why.
        yanked: Option<String>,
    },
}

impl Releases {
    /// The release of a version that is at hand, the first one for choice.
    pub fn find(&self, version: &Version) -> Option<&Release> {
        self.all.iter().find(|release| release.version == *version)
    }

    /// The distinct versions, sorted.
    pub fn versions(&self) -> Vec<&Version> {
        let mut versions: Vec<&Version> = self.all.iter().map(|release| &release.version).collect();
        versions.dedup();
        versions
    }
}

/// How deep, and through how many folders, a project is looked for in a tagged tree where it is not at its usual place.
const MAX_SEARCH_DEPTH: usize = 4;
const MAX_SEARCH_FOLDERS: usize = 2000;

impl Workspace {
    /// The known versions of a distribution; walks everything.
    pub fn releases(&self, name: &DistributionName) -> Arc<Releases> {
        self.structure.releases.get(name.as_str(), || Arc::new(self.collect_releases(name)))
    }

    fn collect_releases(&self, name: &DistributionName) -> Releases {
        let mut releases = Releases::default();
        for (repository, folder) in self.repositories_of(name) {
            self.add_tags(name, &repository, &folder, &mut releases);
        }
        let archived = self.archives(name).into_iter();
        releases.all.extend(
            archived.map(|(version, candidate)| Release { version, origin: Origin::Archive(candidate) }),
        );
        self.add_indexed(name, &mut releases);
        releases.all.sort_by(|a, b| a.version.cmp(&b.version));
        releases
    }

    fn add_tags(
        &self,
        name: &DistributionName,
        folder: &Utf8Path,
        inside: &Utf8Path,
        releases: &mut Releases,
    ) {
        let repository = match self.repository(folder) {
            Ok(repository) => repository,
            Err(refusal) => {
                releases.gaps.push(gap(folder, self.root(), &refusal));
                return;
            }
        };
        if repository.is_shallow() {
            let shown = crate::vfs::relative(folder, self.root());
            releases.gaps.push(format!("`{shown}` is a shallow clone, whose tags may not be all"));
        }
        match repository.versions(name, self.configured_tag(name).as_deref()) {
            Ok(found) => {
                releases.tagged |= !found.is_empty();
                releases.all.extend(found.into_iter().map(|tagged| Release {
                    version: tagged.version,
                    origin: Origin::Tag {
                        repository: folder.to_owned(),
                        tag: tagged.tag,
                        folder: inside.to_owned(),
                    },
                }));
            }
            Err(refusal) => releases.gaps.push(gap(folder, self.root(), &refusal)),
        }
    }

    /// The folder of the project that holds a release's code, mounted now if it is no folder on disk; or why there is
    /// none, in the user's words.
    pub fn open_release(&self, name: &DistributionName, release: &Release) -> Result<Utf8PathBuf, String> {
        match &release.origin {
            Origin::Tag { repository, tag, folder } => {
                let commit = self.repository(repository).and_then(|opened| {
                    let commit = opened.commit_of(&format!("refs/tags/{tag}"))?;
                    Ok((opened, commit))
                });
                let found = commit.map_err(|refusal| refusal.to_string()).and_then(|(opened, commit)| {
                    self.open_commit(name, &opened, &commit, &release.version.to_string(), folder)
                });
                found.map_err(|reason| format!("tag `{tag}`: {reason}"))
            }
            Origin::Archive(candidate) => self.open_archive(name, &release.version.to_string(), candidate),
            Origin::Index { taker, .. } => {
                let taker =
                    self.project_at(taker).ok_or_else(|| "nobody takes it from an index".to_owned())?;
                let candidate = self.fetched(name, &taker, &release.version)?;
                self.open_archive(name, &release.version.to_string(), &candidate)
            }
        }
    }

    /// The folder of the project called `name` in the tree of a commit, by its full hash, mounted now; or why there is
    /// none, in the user's words. `version` is what the place is called after, and the version of a tree that states
    /// none; `folder` is where to look first, relative to the repository.
    pub fn open_commit(
        &self,
        name: &DistributionName,
        repository: &Arc<Repository>,
        commit: &str,
        version: &str,
        folder: &Utf8Path,
    ) -> Result<Utf8PathBuf, String> {
        let root = self.outside.store.place(name, version, commit);
        if self.files.mount_of(&root).is_none() {
            let tree = repository.tree(commit).map_err(|refusal| refusal.to_string())?;
            let origin = OriginRecord::Git {
                distribution: name.to_string(),
                version: Some(version.to_owned()),
                repository: repository.dir().to_string(),
                commit: commit.to_owned(),
                tag: None,
                subdirectory: folder.to_string(),
            };
            self.mount(&root, Arc::new(tree), origin);
        }
        self.project_in(&root, name, folder).ok_or_else(|| {
            let none = || format!("no manifest of `{name}` in it");
            self.files.gap_around(&root).unwrap_or_else(none)
        })
    }

    pub(super) fn open_archive(
        &self,
        name: &DistributionName,
        version: &str,
        candidate: &Candidate,
    ) -> Result<Utf8PathBuf, String> {
        let opened = self.opened(candidate).map_err(|error| error.to_string())?;
        let root = self.outside.store.place(name, version, &opened.content);
        if self.files.mount_of(&root).is_none() {
            let origin = OriginRecord::Archive {
                distribution: name.to_string(),
                version: version.to_owned(),
                path: candidate.path.to_string(),
                content: opened.content,
            };
            self.mount(&root, opened.tree, origin);
        }
        self.project_at(&root).map(|_| root).ok_or_else(|| "it holds no metadata".to_owned())
    }

    /// The folder of the project called `name` below `root`: where it is in the live tree, else wherever it was then.
    pub(super) fn project_in(
        &self,
        root: &Utf8Path,
        name: &DistributionName,
        folder: &Utf8Path,
    ) -> Option<Utf8PathBuf> {
        let is =
            |dir: &Utf8Path| self.project_at(dir).is_some_and(|project| project.distribution() == Some(name));
        let usual = root.join(folder);
        if is(&usual) {
            return Some(usual);
        }
        let mut level = vec![root.to_owned()];
        let mut seen = 0;
        for _ in 0..=MAX_SEARCH_DEPTH {
            if let Some(found) = level.iter().find(|dir| is(dir)) {
                return Some(found.clone());
            }
            let mut next = Vec::new();
            for dir in level {
                seen += 1;
                if seen > MAX_SEARCH_FOLDERS {
                    return None;
                }
                let listing = self.files.list(&dir);
                next.extend(listing.dirs().filter(|name| !name.starts_with('.')).map(|name| dir.join(name)));
            }
            level = next;
        }
        None
    }

    /// The repositories that hold a project of this name, each with the project's folder in it.
    fn repositories_of(&self, name: &DistributionName) -> Vec<(Utf8PathBuf, Utf8PathBuf)> {
        let mut found: Vec<(Utf8PathBuf, Utf8PathBuf)> = Vec::new();
        for project in self.projects_named(name) {
            let Some(repository) = self.repository_around(&project.dir) else { continue };
            let inside = project.dir.strip_prefix(&repository).unwrap_or(Utf8Path::new("")).to_owned();
            if !found.iter().any(|(known, _)| *known == repository) {
                found.push((repository, inside));
            }
        }
        found
    }

    /// The commit that a release is; none for an archive.
    pub fn commit_of_release(&self, release: &Release) -> Option<String> {
        let Origin::Tag { repository, tag, .. } = &release.origin else { return None };
        self.repository(repository).ok()?.commit_of(&format!("refs/tags/{tag}")).ok()
    }

    /// The project as it is in a release.
    pub fn project_of_release(&self, name: &DistributionName, release: &Release) -> Option<Arc<Project>> {
        self.open_release(name, release).ok().and_then(|dir| self.project_at(&dir))
    }
}

fn gap(folder: &Utf8Path, root: &Utf8Path, refusal: &Refusal) -> String {
    format!("`{}`: {refusal}", crate::vfs::relative(folder, root))
}
