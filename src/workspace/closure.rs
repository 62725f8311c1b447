//! The live projects a project reaches through its requirements.

use std::collections::VecDeque;
use std::sync::Arc;

use camino::Utf8PathBuf;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Dependency, Project, Provision, Strategy, Workspace};
use crate::manifest::{DistributionName, Group, ManifestKind};

/// What a project reaches, nearest first.
#[derive(Debug, Default)]
pub struct Closure {
    /// Live projects, direct requirements first.
    pub reached: Vec<Reach>,
    /// Names of all distributions required, directly or not, wherever they come from.
    pub names: FxHashSet<DistributionName>,
    /// Projects whose requirements are computed were met on the way: the closure may not be all.
    pub computed: bool,
}

/// Who takes which project live: by the project's folder, the requiring projects with the dependency that does.
pub type Consumers = FxHashMap<Utf8PathBuf, Vec<(Arc<Project>, Dependency)>>;

/// A live project and how it is reached.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Its folder.
    pub dir: Utf8PathBuf,
    /// By which strategy the last step takes it.
    pub strategy: Strategy,
    /// The distributions on the way, from a direct requirement on; empty for a direct one.
    pub via: Vec<DistributionName>,
    /// Required by the environment's parent (a pixi manifest or requirements file around), not by the project itself.
    pub from_parent: bool,
}

impl Workspace {
    /// The live projects that `project` reaches: through all its own requirements, and through what these need to run.
    pub fn closure(&self, project: &Project) -> Arc<Closure> {
        self.structure.closures.get(project.dir.as_str(), || Arc::new(self.work_out_closure(project)))
    }

    fn work_out_closure(&self, project: &Project) -> Closure {
        let mut closure = Closure { computed: project.computed_requirements, ..Closure::default() };
        let mut seen = FxHashSet::from_iter([project.dir.clone()]);
        let mut waiting = VecDeque::new();
        self.step(project, true, &[], false, &mut waiting, &mut closure);
        for parent in self.environment_parents(project) {
            closure.computed |= parent.computed_requirements;
            self.step(&parent, true, &[], true, &mut waiting, &mut closure);
        }
        while let Some(reach) = waiting.pop_front() {
            if !seen.insert(reach.dir.clone()) {
                continue;
            }
            if let Some(next) = self.project_at(&reach.dir) {
                closure.computed |= next.computed_requirements;
                let mut via = reach.via.clone();
                via.extend(next.distribution().cloned());
                self.step(&next, false, &via, reach.from_parent, &mut waiting, &mut closure);
            }
            closure.reached.push(reach);
        }
        closure
    }

    fn step(
        &self,
        project: &Project,
        own: bool,
        via: &[DistributionName],
        from_parent: bool,
        waiting: &mut VecDeque<Reach>,
        closure: &mut Closure,
    ) {
        for dependency in self.dependencies(project).iter() {
            let needed = match own {
                true => !(from_parent && dependency.group.is_development()),
                false => matches!(dependency.group, Group::Main | Group::Extra(_)),
            };
            if !needed {
                continue;
            }
            closure.names.insert(dependency.name.clone());
            if let Provision::Live { dir, strategy } = &dependency.provision {
                waiting.push_back(Reach {
                    dir: dir.clone(),
                    strategy: *strategy,
                    via: via.to_vec(),
                    from_parent,
                });
            }
        }
    }

    /// All that requiring these names brings along, also what the first-party trees of those taken from a registry
    /// require; walks everything.
    pub fn names_behind(&self, names: &FxHashSet<DistributionName>) -> FxHashSet<DistributionName> {
        let mut names = names.clone();
        let mut waiting: Vec<DistributionName> = names.iter().cloned().collect();
        while let Some(name) = waiting.pop() {
            for project in self.projects_named(&name) {
                for dependency in self
                    .dependencies(&project)
                    .iter()
                    .filter(|d| matches!(d.group, Group::Main | Group::Extra(_)))
                {
                    if names.insert(dependency.name.clone()) {
                        waiting.push(dependency.name.clone());
                    }
                }
            }
        }
        names
    }

    /// All that a project's requirements bring along; see [`Workspace::names_behind`].
    pub(super) fn names_behind_closure(&self, project: &Project) -> Arc<FxHashSet<DistributionName>> {
        let names = || Arc::new(self.names_behind(&self.closure(project).names));
        self.structure.behind.get(project.dir.as_str(), names)
    }

    /// Projects around `project` whose environment it is installed into: a folder above with a pixi manifest or
    /// requirements that name `project` by path. What only development or docs install is no such environment.
    pub fn environment_parents(&self, project: &Project) -> Vec<Arc<Project>> {
        let boundary = self.boundary(&project.dir);
        let above = project.dir.ancestors().skip(1).take_while(|dir| dir.starts_with(&boundary));
        let parents = above.filter_map(|dir| self.project_at(dir));
        let names_it = |parent: &Arc<Project>| {
            self.dependencies(parent).iter().any(|dependency| {
                let environment = matches!(dependency.group, Group::Environment(_)) || is_environment_file(parent, dependency);
                let live = matches!(&dependency.provision, Provision::Live { dir, strategy: Strategy::Path | Strategy::Submodule }
                    if *dir == project.dir);
                environment && live && !dependency.group.is_development()
            })
        };
        parents.filter(names_it).collect()
    }

    /// Who requires each project live; walks everything.
    pub fn consumers(&self) -> Consumers {
        let mut consumers = Consumers::default();
        for project in self.projects() {
            for dependency in self.dependencies(&project).iter() {
                if let Provision::Live { dir, .. } = &dependency.provision {
                    consumers.entry(dir.clone()).or_default().push((project.clone(), dependency.clone()));
                }
            }
        }
        consumers
    }
}

/// Requirements files and pixi manifests describe an environment; a pyproject's own list describes a distribution.
fn is_environment_file(parent: &Project, dependency: &Dependency) -> bool {
    let kind = parent
        .manifests
        .iter()
        .find(|(file, _)| *file == dependency.place.file)
        .map(|(_, manifest)| manifest.kind);
    matches!(kind, Some(ManifestKind::Pixi | ManifestKind::Requirements | ManifestKind::Pipfile))
        || !parent.ships
}
