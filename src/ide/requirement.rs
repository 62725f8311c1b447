//! Hover in manifests: what a requirement's distribution is here, who says so, and what the other locations get of it.

use super::Hover;
use super::versions;
use crate::manifest::DocumentKind;
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Dependency, Witness, Workspace};

/// Hover over the requirement at a byte offset of a manifest, or over the entry of the source table that serves it; only
/// first-party distributions are shown.
pub(super) fn hover(workspace: &Workspace, file: &FileId, offset: u32) -> Option<Hover> {
    DocumentKind::of(file.path()).manifest()?;
    let project = workspace.project_of(file)?;
    let dependencies = workspace.dependencies(&project);
    let holds = |range: TextRange| range.start <= offset && offset <= range.end;
    let range_of = |dependency: &Dependency| {
        let own = dependency.requirement.as_ref().map_or(dependency.place.range, |found| found.range);
        let at_requirement = (dependency.place.file == *file && holds(own)).then_some(own);
        let source = dependency.source.as_ref().filter(|place| place.file == *file && holds(place.range));
        at_requirement.or(source.map(|place| place.range))
    };
    let (dependency, range) = dependencies.iter().find_map(|found| Some((found, range_of(found)?)))?;
    let name = &dependency.name;
    let effective = workspace.effective(&project, dependency);
    if effective.code.is_none() && !workspace.is_first_party(name) {
        return None;
    }
    let witness = Witness { workspace, root: workspace.root() };
    let version = effective.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
    let steps = witness.effective(&project, dependency);
    let steps: Vec<String> = steps.into_iter().skip(1).map(|step| format!("- {step}")).collect();
    let mut parts = vec![format!("`{name}`{version}"), steps.join("\n")];
    parts.extend(versions::table(workspace, Some(&project), name));
    parts.retain(|part| !part.is_empty());
    Some(Hover { range, markdown: parts.join("\n\n") })
}
