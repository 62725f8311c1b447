//! Fixes that let a project require another, in the form of the tool that manages it.

use super::edits::{add_to_dependencies, is_editable};
use super::path_leaves_repository::leads_out;
use super::toml_edits::{Replacement, requires_by_poetry, table_entry};
use super::{Edit, Fix};
use crate::manifest::{DistributionName, LockKind, Manifest, ManifestKind};
use crate::vfs::{FileId, SourceText, relative};
use crate::workspace::{Project, Workspace};

const UV: [&str; 3] = ["tool", "uv", "sources"];
const POETRY: [&str; 3] = ["tool", "poetry", "dependencies"];

/// Adds a requirement on `provider`, and from where it is taken: for a pyproject.toml of a project that uv, Poetry or PDM
/// manages. Other manifests have too many ways to guess one. `None` where the path would lead out of the repository,
/// since nobody else has that.
pub(super) fn add_requirement(workspace: &Workspace, project: &Project, provider: &Project) -> Option<Fix> {
    let name = provider.distribution()?;
    let (file, manifest) = project.manifest(ManifestKind::Pyproject)?;
    let source = workspace.files.text(file).ok().filter(|_| is_editable(manifest))?;
    let target = Target { file, source: &source };
    let path = relative(&provider.dir, &project.dir);
    let plain = !path.contains(['"', '\\', '$', '{']) && !path.contains(char::is_control);
    // What is mounted is a version that nobody has in a folder.
    let mounted = workspace.files.mount_of(&provider.dir).is_some();
    if mounted || leads_out(workspace, &project.dir, &provider.dir) || !plain {
        return None;
    }
    let required = || add_to_dependencies(file, &source, manifest, name.as_str());
    let mut edits = Vec::new();
    match manager(workspace, project, manifest)? {
        Tool::Uv => {
            edits.push(required()?);
            if !has_source(workspace, project, name) {
                let value = match is_member(workspace, project, provider) {
                    true => "{ workspace = true }".to_owned(),
                    false => format!("{{ path = \"{path}\", editable = true }}"),
                };
                edits.push(target.entry(&UV, name, &value)?);
            }
        }
        Tool::Poetry => {
            let value = format!("{{ path = \"{path}\", develop = true }}");
            if requires_by_poetry(&source.text) {
                let title = format!("add `{name}` to `[tool.poetry.dependencies]`");
                return Some(Fix::safe(title, vec![target.entry(&POETRY, name, &value)?]));
            }
            edits.extend([required()?, target.entry(&POETRY, name, &value)?]);
        }
        Tool::Pdm => {
            // As a URL has it; PDM puts the project's folder in the place of the variable.
            let path = path.replace('%', "%25").replace(' ', "%20").replace('#', "%23");
            let requirement = format!("{name} @ file:///${{PROJECT_ROOT}}/{path}");
            edits.push(add_to_dependencies(file, &source, manifest, &requirement)?);
            return Some(Fix::safe(format!("add `{name}` to `dependencies` with its path"), edits));
        }
    }
    let what = if edits.len() > 1 { " with its source" } else { "" };
    Some(Fix::safe(format!("add `{name}` to `dependencies`{what}"), edits))
}

/// Adds an entry behind the last one of `[tool.uv.sources]`, or the table with it at the end of the pyproject.toml; none
/// where uv does not manage the project.
pub(super) fn add_source_entry(
    workspace: &Workspace,
    project: &Project,
    name: &DistributionName,
    value: &str,
) -> Option<Edit> {
    let (file, manifest) = project.manifest(ManifestKind::Pyproject)?;
    let source = workspace.files.text(file).ok().filter(|_| is_editable(manifest))?;
    let by_uv = manager(workspace, project, manifest) == Some(Tool::Uv);
    by_uv.then(|| Target { file, source: &source }.entry(&UV, name, value)).flatten()
}

/// Where edits go.
struct Target<'t> {
    file: &'t FileId,
    source: &'t SourceText,
}

impl Target<'_> {
    fn entry(&self, table: &[&str], name: &DistributionName, value: &str) -> Option<Edit> {
        let Replacement { range, new_text } = table_entry(&self.source.text, table, name.as_str(), value)?;
        Some(Edit { file: self.file.clone(), range, new_text })
    }
}

/// A tool whose way to say from where a requirement is taken is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Uv,
    Poetry,
    Pdm,
}

impl Tool {
    fn of_lock(kind: LockKind) -> Option<Self> {
        match kind {
            LockKind::Uv => Some(Self::Uv),
            LockKind::Poetry => Some(Self::Poetry),
            LockKind::Pdm => Some(Self::Pdm),
            LockKind::Pixi | LockKind::Pipfile | LockKind::Pylock | LockKind::Compiled => None,
        }
    }
}

/// The tool that manages a project: by a uv workspace around it or sources for uv, by its lock, by the tables that its
/// manifest has, by the backend that only one tool's users have. Without any sign it is uv. `None` for tools with forms of
/// their own.
fn manager(workspace: &Workspace, project: &Project, manifest: &Manifest) -> Option<Tool> {
    if workspace.workspace_root(project).is_some() || !project.sources.is_empty() {
        return Some(Tool::Uv);
    }
    let files = [LockKind::Pylock, LockKind::Compiled];
    let lock = workspace.lock_of(project).map(|lock| lock.lock.kind).filter(|kind| !files.contains(kind));
    if let Some(kind) = lock.or_else(|| manifest.tools.first().copied()) {
        return Tool::of_lock(kind);
    }
    let backend = manifest.build.backend.as_ref().map_or("", |backend| backend.value.as_str());
    Some(match backend.split(['.', '_', '-']).next() {
        Some("poetry") => Tool::Poetry,
        Some("pdm") => Tool::Pdm,
        _ => Tool::Uv,
    })
}

/// Whether the project, or the workspace around it, says already from where the distribution is taken.
fn has_source(workspace: &Workspace, project: &Project, name: &DistributionName) -> bool {
    let named = |project: &Project| project.sources.iter().any(|source| source.value.name.value == *name);
    named(project) || workspace.workspace_root(project).is_some_and(|root| named(&root))
}

fn is_member(workspace: &Workspace, project: &Project, provider: &Project) -> bool {
    let root = workspace.workspace_root(project);
    root.is_some_and(|root| workspace.workspace_members(&root).contains(&provider.dir))
}
