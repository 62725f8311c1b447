//! What a project reaches beyond the live trees: the pinned versions of our own distributions, each as the project that
//! its code is.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Dependency, Project, Provision, Reach, Strategy, Workspace};
use crate::manifest::{DistributionName, Group};

/// No more pinned versions are opened for one project.
const MAX_PINNED: usize = 200;

struct Wanted {
    dependency: Dependency,
    via: Vec<DistributionName>,
    from_parent: bool,
}

impl Workspace {
    /// The first-party distributions whose code at exactly the project's version is at hand, nearest first; walks
    /// everything. What is live is in [`Workspace::closure`].
    pub fn pinned(&self, project: &Project) -> Arc<Vec<Reach>> {
        self.structure.pinned.get(project.dir.as_str(), || Arc::new(self.work_out_pinned(project)))
    }

    fn work_out_pinned(&self, project: &Project) -> Vec<Reach> {
        let closure = self.closure(project);
        let live: FxHashSet<DistributionName> = closure
            .reached
            .iter()
            .filter_map(|reach| self.project_at(&reach.dir)?.distribution().cloned())
            .collect();
        let mut seen = live;
        let mut waiting = VecDeque::new();
        self.want(project, true, &[], false, &mut waiting);
        for parent in self.environment_parents(project) {
            self.want(&parent, true, &[], true, &mut waiting);
        }
        for reach in &closure.reached {
            if let Some(next) = self.project_at(&reach.dir) {
                let mut via = reach.via.clone();
                via.extend(next.distribution().cloned());
                self.want(&next, false, &via, reach.from_parent, &mut waiting);
            }
        }
        let mut pinned = Vec::new();
        while let Some(Wanted { dependency, via, from_parent }) = waiting.pop_front() {
            if pinned.len() >= MAX_PINNED || seen.contains(&dependency.name) || !self.is_ours(&dependency) {
                continue;
            }
            seen.insert(dependency.name.clone());
            let Some(dir) = self.effective(project, &dependency).code.clone() else { continue };
            let Some(next) = self.project_at(&dir).filter(|next| next.dir != project.dir) else { continue };
            let strategy = match dependency.provision {
                Provision::Git(_) => Strategy::Git,
                Provision::Live { strategy, .. } => strategy,
                _ => Strategy::Registry,
            };
            let mut further = via.clone();
            further.push(dependency.name.clone());
            self.want(&next, false, &further, from_parent, &mut waiting);
            pinned.push(Reach { dir, strategy, via, from_parent });
        }
        pinned
    }

    fn want(
        &self,
        project: &Project,
        own: bool,
        via: &[DistributionName],
        from_parent: bool,
        waiting: &mut VecDeque<Wanted>,
    ) {
        let mounted = self.files.mount_of(&project.dir).is_some();
        for dependency in self.dependencies(project).iter() {
            let needed = match own {
                true => !(from_parent && dependency.group.is_development()),
                false => matches!(dependency.group, Group::Main | Group::Extra(_)),
            };
            // What is live beside a live project is in the closure; beside a mounted one it is a part of its commit.
            let live = matches!(dependency.provision, Provision::Live { .. });
            if needed && (!live || mounted) {
                waiting.push_back(Wanted { dependency: dependency.clone(), via: via.to_vec(), from_parent });
            }
        }
    }

    /// Whether a dependency that is not live is first-party: taken from git or an archive by its manifest, or by name.
    pub fn is_ours(&self, dependency: &Dependency) -> bool {
        match &dependency.provision {
            Provision::Live { .. } | Provision::Git(_) | Provision::Archive(_) => true,
            Provision::Registry | Provision::Url => self.is_first_party(&dependency.name),
            Provision::NoFolder(_) | Provision::NoProject(_) | Provision::NotMember(_) => false,
        }
    }
}
