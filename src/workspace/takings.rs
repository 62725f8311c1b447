//! Who takes a shared distribution, and which version of it each gets.

use std::sync::Arc;

use super::{CodeLocation, Dependency, Effective, Project, Workspace};
use crate::manifest::DistributionName;

/// What one code location gets of one distribution that it requires.
#[derive(Clone, Debug)]
pub struct Taking {
    /// The location.
    pub location: CodeLocation,
    /// Its project.
    pub project: Arc<Project>,
    /// The requirement: its own, or that of the manifest around it.
    pub dependency: Dependency,
    /// What it gets.
    pub effective: Arc<Effective>,
}

impl Workspace {
    /// The locations that require a distribution, in their order; walks everything.
    pub fn takings(&self, name: &DistributionName) -> Vec<Taking> {
        let locations = self.locations();
        let taking = |location: &CodeLocation| {
            let project = self.project_at(location.project.as_ref()?)?;
            let dependency = self.required(&project).into_iter().find(|found| found.name == *name)?;
            let effective = self.effective(&project, &dependency);
            Some(Taking { location: location.clone(), project, dependency, effective })
        };
        locations.iter().filter_map(taking).collect()
    }

    /// What a project and the environment it is installed into require; what it runs with stands before what it is
    /// developed with.
    pub fn required(&self, project: &Project) -> Vec<Dependency> {
        let mut dependencies = self.dependencies(project).to_vec();
        for parent in self.environment_parents(project) {
            dependencies.extend(self.dependencies(&parent).iter().cloned());
        }
        dependencies.sort_by_key(|dependency| dependency.group.is_development());
        dependencies
    }
}
