//! What no rule judges, whatever it looks for.

use super::Context;
use super::context::{can_be_judged, is_package};
use crate::workspace::{Project, Provision};

/// A reason, in the user's words, for each thing that is not judged at all.
pub(super) fn reasons(context: &Context<'_>) -> Vec<String> {
    let workspace = context.workspace;
    let locations = workspace.locations();
    let mut reasons: Vec<String> = locations.iter().filter_map(|location| location.gap.clone()).collect();
    for project in workspace.projects() {
        let opened = workspace.folders.iter().any(|folder| project.dir.starts_with(folder));
        let left_out = can_be_judged(workspace, &project) && !context.is_subject(&project);
        if opened && left_out && !is_package(&project) && takes_shared(context, &project) {
            let name = project.display_name();
            let folder = context.shown(&project.dir, workspace.root());
            reasons.push(format!(
                "`{name}` takes shared code, ships nothing and is declared nowhere as a code location; \
                 `locations = [\"{folder}\"]` in crossloc.toml declares it"
            ));
        }
    }
    reasons
}

fn takes_shared(context: &Context<'_>, project: &Project) -> bool {
    let dependencies = context.workspace.dependencies(project);
    dependencies.iter().any(|dependency| {
        matches!(dependency.provision, Provision::Live { .. })
            || context.workspace.is_first_party(&dependency.name)
    })
}
