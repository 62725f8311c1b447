//! Who says so: the lines of manifests that lead to an answer, as people read them.

use camino::Utf8Path;

use super::effective::Said;
use super::{Dependency, Found, GitSource, Place, Project, Provision, Standing, Workspace};
use crate::manifest::DistributionName;
use crate::source::Environment;
use crate::text::TextRange;
use crate::vfs::{FileId, relative};

/// Words facts about a workspace, paths relative to one folder.
#[derive(Clone, Copy)]
pub struct Witness<'w> {
    /// The workspace.
    pub workspace: &'w Workspace,
    /// The folder that paths are shown relative to.
    pub root: &'w Utf8Path,
}

impl Witness<'_> {
    /// A path as it is shown.
    pub fn path(&self, path: &Utf8Path) -> String {
        relative(path, self.root)
    }

    /// The 1-based line of a place.
    pub fn line(&self, at: &Place) -> u32 {
        self.workspace.files.text(&at.file).map_or(1, |source| source.lines().line_of(at.range.start) + 1)
    }

    /// `etl/pyproject.toml:5`.
    pub fn place(&self, at: &Place) -> String {
        format!("{}:{}", self.path(at.file.path()), self.line(at))
    }

    /// A requirement as its manifest has it, without its marker; of a path without a name, the path.
    pub fn requirement(&self, dependency: &Dependency) -> String {
        let written = |file: &FileId, range: TextRange| {
            let source = self.workspace.files.text(file).ok();
            source.map(|source| range.slice(&source.text).to_owned()).unwrap_or_default()
        };
        let range = dependency.requirement.as_ref().map_or(dependency.place.range, |found| found.range);
        let text = written(&dependency.place.file, range);
        text.split(';').next().unwrap_or_default().trim().to_owned()
    }

    /// The steps from a requirement to the code it gets.
    pub fn dependency(&self, dependency: &Dependency) -> Vec<String> {
        let name = &dependency.name;
        let mut steps =
            vec![format!("{}: requires `{}`", self.place(&dependency.place), self.requirement(dependency))];
        let target = match &dependency.provision {
            Provision::Live { dir, .. } => format!("`{}`", self.path(dir)),
            Provision::NoFolder(dir) => format!("`{}`, where no folder is", self.path(dir)),
            Provision::NoProject(dir) => format!("`{}`, where no project is", self.path(dir)),
            Provision::NotMember(Some(root)) => {
                format!("the workspace at `{}`, which has no such member", self.path(root))
            }
            Provision::NotMember(None) => "a workspace, and there is none".to_owned(),
            Provision::Archive(path) => format!("the archive `{}`", self.path(path)),
            Provision::Git(git) => match &git.reference {
                Some((reference, _)) => format!("`{reference}` of `{}`", without_credentials(&git.url)),
                None => format!("the default branch of `{}`", without_credentials(&git.url)),
            },
            Provision::Url => "a URL".to_owned(),
            Provision::Registry => "a package index".to_owned(),
        };
        let by = dependency.source.as_ref().map(|at| format!("{}: ", self.place(at))).unwrap_or_default();
        steps.push(format!("{by}takes `{name}` from {target}"));
        if let Provision::Live { dir, .. } = &dependency.provision
            && let Some(project) = self.workspace.project_at(dir)
        {
            steps.extend(self.version(&project));
        }
        steps
    }

    /// The steps from a requirement of something that `project` runs to the code that it gets, through lock, environment
    /// and tags.
    pub fn effective(&self, project: &Project, dependency: &Dependency) -> Vec<String> {
        let mut steps = self.dependency(dependency);
        let effective = self.workspace.effective(project, dependency);
        steps.extend(effective.said.iter().filter_map(|said| self.said(project, &dependency.name, said)));
        steps
    }

    /// One step; none for what the requirement itself says already.
    fn said(&self, project: &Project, name: &DistributionName, said: &Said) -> Option<String> {
        Some(match said {
            Said::Locked { what, place } => format!("{}: locks `{name}` at {what}", self.place(place)),
            Said::Pinned(..) | Said::Reference(..) => return None,
            Said::Installed(version, record) => match self.workspace.environment(project) {
                Some(environment) => {
                    format!("`{name}` {version} is installed in {}", self.environment(&environment))
                }
                None => format!("{}: `{name}` {version} is installed", self.path(record)),
            },
            Said::Only(version) => format!("{version} is the only known version that it admits"),
            Said::Tag(tag, repository) => format!("tag `{tag}` of `{}`", self.path(repository)),
            Said::Commit(commit, repository) => format!("commit {commit} of `{}`", self.path(repository)),
            Said::Archive(words, path) => match path.file_name() {
                Some(file) => format!("`{file}` in {words}"),
                None => format!("from {words}"),
            },
            Said::Tree(dir) => format!("the tree in `{}` has this version and no tags", self.path(dir)),
            Said::Missing(reason) => reason.clone(),
        })
    }

    /// Where the code that a dependency gets lies, in a word: a folder, `git:v0.1.3`, `venv:…`, `archive:…`.
    pub fn source(&self, project: &Project, dependency: &Dependency) -> Option<String> {
        match &dependency.provision {
            Provision::Live { dir, .. } | Provision::NoFolder(dir) | Provision::NoProject(dir) => {
                return Some(self.path(dir));
            }
            _ => {}
        }
        let effective = self.workspace.effective(project, dependency);
        effective.code.as_ref()?;
        effective.said.iter().rev().find_map(|said| match said {
            Said::Tag(tag, _) => Some(format!("git:{tag}")),
            Said::Commit(commit, _) => Some(match &dependency.provision {
                Provision::Git(GitSource { reference: Some((reference, _)), .. }) => {
                    format!("git:{reference}")
                }
                _ => format!("git:{commit}"),
            }),
            Said::Installed(_, record) => {
                Some(format!("venv:{}", self.path(record.ancestors().nth(4).unwrap_or(record))))
            }
            Said::Archive(_, path) => Some(format!("cache:{}", path.file_name().unwrap_or("index"))),
            Said::Tree(dir) => Some(self.path(dir)),
            _ => None,
        })
    }

    /// An environment, and why it is the project's.
    pub fn environment(&self, environment: &Environment) -> String {
        format!("`{}`, {}", self.path(&environment.dir), environment.found_by.words())
    }

    /// Which manifest gives a project its version.
    pub fn version(&self, project: &Project) -> Option<String> {
        let version = self.workspace.version_text(project)?;
        Some(format!("{}: version {version}", self.path(project.version.file.path())))
    }
}

impl Workspace {
    /// The requirements that lead an importing project to a found module, from its own to the one that names the
    /// provider; empty where nothing is required (own code, undeclared imports).
    pub fn way(&self, importing: &Project, found: &Found) -> Vec<Dependency> {
        let mut names: Vec<DistributionName> = match &found.provider.standing {
            Standing::Own | Standing::Beside | Standing::WorkingDirectory | Standing::Undeclared => {
                return Vec::new();
            }
            Standing::Transitive(via) => via.clone(),
            Standing::Direct | Standing::Environment | Standing::Tree | Standing::Installed => Vec::new(),
        };
        names.extend(found.provider.distribution.clone());
        let mut projects = Vec::from_iter(self.project_at(&importing.dir));
        projects.extend(self.environment_parents(importing));
        let mut way = Vec::new();
        for name in names {
            let required = |project: &Project| {
                self.dependencies(project).iter().find(|found| found.name == name).cloned()
            };
            let Some(step) = projects.iter().find_map(|project| required(project)) else { break };
            let code = match &step.provision {
                Provision::Live { dir, .. } => Some(dir.clone()),
                _ => self.effective(importing, &step).code.clone(),
            };
            projects = Vec::from_iter(code.and_then(|dir| self.project_at(&dir)));
            way.push(step);
        }
        way
    }
}

/// A URL as it may be shown: user and password are nobody's business.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        // `git@host` names no secret.
        Some((user, _)) if !user.contains(':') && scheme != "https" && scheme != "http" => url.to_owned(),
        Some((_, host)) => format!("{scheme}://{host}{path}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_urls_are_not_shown() {
        for (url, shown) in [
            ("https://user:token@example.org/org/repo.git", "https://example.org/org/repo.git"),
            ("https://token@example.org/org/repo", "https://example.org/org/repo"),
            ("ssh://git@example.org/org/repo", "ssh://git@example.org/org/repo"),
            ("ssh://git:secret@example.org/org/repo", "ssh://example.org/org/repo"),
            ("git@example.org:org/repo.git", "git@example.org:org/repo.git"),
            ("http://token@example.org/org/repo", "http://example.org/org/repo"),
            ("https://example.org/a@b", "https://example.org/a@b"),
            ("https://user:pw@example.org", "https://example.org"),
        ] {
            assert_eq!(without_credentials(url), shown, "{url}");
        }
    }
}
