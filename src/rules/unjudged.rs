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
        let open = opened && left_out && !is_package(&project);
        if open && takes_shared(context, &project) && has_code(context, &project) {
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

/// The root of a workspace and a list for some tool have none.
fn has_code(context: &Context<'_>, project: &Project) -> bool {
    let discovery = context.workspace.discovery();
    let below = discovery.python.partition_point(|file| file.path() < project.dir.as_path());
    let inside = discovery.python.iter().skip(below).take_while(|file| file.path().starts_with(&project.dir));
    let mut own = inside.filter(|file| context.workspace.is_deployed(file));
    own.any(|file| context.workspace.project_of(file).is_some_and(|owner| owner.dir == project.dir))
}

fn takes_shared(context: &Context<'_>, project: &Project) -> bool {
    let dependencies = context.workspace.dependencies(project);
    dependencies.iter().any(|dependency| {
        matches!(dependency.provision, Provision::Live { .. })
            || context.workspace.is_first_party(&dependency.name)
    })
}
