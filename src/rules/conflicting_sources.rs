//! One distribution that is to come from two places in one closure, as far as git is one of them. It is a part of
//! unsatisfiable-together.

use std::sync::Arc;

use camino::Utf8Path;

use super::{Context, Finding, versions};
use crate::manifest::{DistributionName, LockKind, ManifestKind};
use crate::source::git::{same_remote, tag_version, without_credentials};
use crate::vfs::{FileId, normalize};
use crate::workspace::{Dependency, GitSource, Place, Project, Provision};

/// What the closure of one project takes by git or live, until now.
pub(super) struct Sources<'c, 'w> {
    context: &'c Context<'w>,
    project: Arc<Project>,
    /// Whose overrides count.
    settings: Arc<Project>,
    taken: Vec<Taken>,
    told: Vec<DistributionName>,
}

/// One requirement that says where its distribution is to come from.
struct Taken {
    owner: Arc<Project>,
    dependency: Dependency,
    /// The manifest of the project that the way began in.
    file: FileId,
}

impl<'c, 'w> Sources<'c, 'w> {
    /// Begins with what a project requires itself.
    pub fn new(
        context: &'c Context<'w>,
        project: &Arc<Project>,
        settings: &Arc<Project>,
        own: &[&Dependency],
    ) -> Self {
        let (project, settings) = (project.clone(), settings.clone());
        let mut sources = Self { context, project, settings, taken: Vec::new(), told: Vec::new() };
        for dependency in own {
            let owner = sources.project.clone();
            sources.take(&owner, dependency, &dependency.place.file);
        }
        sources
    }

    /// Adds what a shared project requires, and answers with what clashes with it.
    pub fn add(&mut self, owner: &Arc<Project>, dependency: &Dependency, file: &FileId) -> Option<Finding> {
        if !self.heeds(dependency) || !self.take(owner, dependency, file) {
            return None;
        }
        let added = self.taken.last()?;
        let same = |other: &&Taken| other.dependency.name == added.dependency.name && other.file == *file;
        let clash = self.taken.iter().filter(same).find(|other| self.clash(other, added))?;
        let finding = self.finding(clash, added)?;
        self.told.push(dependency.name.clone());
        Some(finding)
    }

    fn take(&mut self, owner: &Arc<Project>, dependency: &Dependency, file: &FileId) -> bool {
        let placed = matches!(dependency.provision, Provision::Git(_) | Provision::Live { .. });
        let counts = placed
            && versions::is_unconditional(self.context, owner, dependency)
            && !versions::is_overridden(&self.settings, &dependency.name)
            && !self.told.contains(&dependency.name);
        if counts {
            let (owner, dependency, file) = (owner.clone(), dependency.clone(), file.clone());
            self.taken.push(Taken { owner, dependency, file });
        }
        counts
    }

    /// uv's table of a shared project says nothing to other tools; what stands in the requirement, or in what a build
    /// backend makes of it, says it to all.
    fn heeds(&self, dependency: &Dependency) -> bool {
        let in_table = dependency.requirement.as_ref().is_none_or(|requirement| requirement.source.is_none());
        let manifest = self.project.manifest(ManifestKind::Pyproject).map(|(_, manifest)| manifest);
        let others = manifest.is_some_and(|manifest| {
            !manifest.tools.contains(&LockKind::Uv) && manifest.tools.iter().any(|tool| *tool != LockKind::Uv)
        });
        !(in_table && others)
    }

    /// Whether two cannot be one; where it is not known whether two references are one commit, they can.
    fn clash(&self, one: &Taken, other: &Taken) -> bool {
        match (&one.dependency.provision, &other.dependency.provision) {
            (Provision::Git(a), Provision::Git(b)) => {
                let folder = |source: &GitSource| {
                    normalize(Utf8Path::new(source.subdirectory.as_deref().unwrap_or("")))
                };
                !same_remote(&a.url, &b.url)
                    || folder(a) != folder(b)
                    || self.commits_differ(&one.dependency.name, a, b)
            }
            (Provision::Git(_), Provision::Live { .. }) | (Provision::Live { .. }, Provision::Git(_)) => true,
            _ => false,
        }
    }

    fn commits_differ(&self, name: &DistributionName, a: &GitSource, b: &GitSource) -> bool {
        let written = |source: &GitSource| source.reference.as_ref().map(|(reference, _)| reference.clone());
        let (first, second) = (written(a), written(b));
        if first == second {
            return false;
        }
        let workspace = self.context.workspace;
        if let (Some(first), Some(second)) = (workspace.settled_commit(a), workspace.settled_commit(b)) {
            return first != second;
        }
        // Tags of two versions are two commits, here or not.
        let form = workspace.configured_tag(name);
        let version = |reference: Option<String>| tag_version(&reference?, name, form.as_deref());
        version(first).zip(version(second)).is_some_and(|(first, second)| first != second)
    }

    fn finding(&self, one: &Taken, other: &Taken) -> Option<Finding> {
        // What the project says itself is what it can change.
        let place = place(one)?;
        let name = &one.dependency.name;
        let (who, whose) = (one.owner.display_name(), other.owner.display_name());
        let (from, theirs) = (self.shown(one), self.shown(other));
        let both = if one.owner.dir == self.project.dir {
            "it cannot have both".to_owned()
        } else {
            format!("`{}` cannot have both", self.project.display_name())
        };
        let message = format!("`{who}` takes `{name}` from `{from}`, `{whose}` from `{theirs}`: {both}");
        let finding = Finding::new(place, message, [name.as_str(), whose]);
        Some(match self::place(other) {
            Some(place) => finding.related(place, format!("`{whose}` takes `{name}` from here")),
            None => finding,
        })
    }

    fn shown(&self, taken: &Taken) -> String {
        match &taken.dependency.provision {
            Provision::Git(source) => match &source.reference {
                Some((reference, _)) => reference.clone(),
                None => without_credentials(&source.url),
            },
            Provision::Live { dir, .. } => self.context.shown(dir, &taken.owner.dir),
            _ => String::new(),
        }
    }
}

fn place(taken: &Taken) -> Option<Place> {
    match &taken.dependency.provision {
        Provision::Git(GitSource { reference: Some((_, place)), .. }) => Some(place.clone()),
        _ => taken.dependency.source.clone().or_else(|| Some(taken.dependency.place.clone())),
    }
}
