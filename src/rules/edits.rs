//! Edits that several rules' fixes are made of.

use super::{Edit, Fix};
use crate::manifest::{DistributionName, Group, ManifestKind};
use crate::text::TextRange;
use crate::vfs::relative;
use crate::workspace::{Place, Project, Workspace};

/// Adds a requirement on `provider`, and its source where sources are declared by uv: for a pyproject.toml that has a
/// `dependencies` list with at least one entry. Other manifests have too many ways to guess one.
pub fn add_requirement(workspace: &Workspace, project: &Project, provider: &Project) -> Option<Fix> {
    let name = provider.distribution()?;
    let (file, manifest) = project.manifest(ManifestKind::Pyproject)?;
    let text = workspace.files.text(file).ok()?;
    let last = manifest
        .requirements
        .iter()
        .filter(|r| r.group == Group::Main && quoted(&text.text, r.range))
        .max_by_key(|r| r.range)?;
    let behind = last.range.end + 1;
    let line = text.lines().line_of(last.range.start);
    let begin = text.lines().line_range(&text.text, line)?;
    let lead = TextRange::new(begin.start, last.range.start.saturating_sub(1)).slice(&text.text);
    let new_text =
        if lead.trim().is_empty() { format!(",\n{lead}\"{name}\"") } else { format!(", \"{name}\"") };
    let mut edits = vec![Edit { file: file.clone(), range: TextRange::empty(behind), new_text }];
    edits.extend(add_source(workspace, project, provider, name)?);
    let what = if edits.len() > 1 { " with its source" } else { "" };
    Some(Fix { title: format!("add `{name}` to `dependencies`{what}"), edits })
}

/// The entry of `[tool.uv.sources]`: none where one is inherited already; `None` where uv is not what the project uses.
fn add_source(
    workspace: &Workspace,
    project: &Project,
    provider: &Project,
    name: &DistributionName,
) -> Option<Vec<Edit>> {
    let (file, manifest) = project.manifest(ManifestKind::Pyproject)?;
    let root = workspace.workspace_root(project);
    let inherited =
        root.iter().any(|root| root.sources.iter().any(|source| source.value.name.value == *name));
    if inherited || project.sources.iter().any(|source| source.value.name.value == *name) {
        return Some(Vec::new());
    }
    let member = root.as_ref().is_some_and(|root| workspace.workspace_members(root).contains(&provider.dir));
    let value = if member {
        "{ workspace = true }".to_owned()
    } else {
        format!("{{ path = \"{}\", editable = true }}", relative(&provider.dir, &project.dir))
    };
    let text = workspace.files.text(file).ok()?;
    let edit = |range, new_text| vec![Edit { file: file.clone(), range, new_text }];
    if let Some(last) = manifest.sources.iter().max_by_key(|source| source.range) {
        return Some(edit(TextRange::empty(last.range.end), format!("\n{name} = {value}")));
    }
    if manifest.build.poetry.is_some() || manifest.build.pdm.is_some() {
        return None;
    }
    let end = crate::text::offset(text.text.len());
    let gap = if text.text.ends_with('\n') { "\n" } else { "\n\n" };
    Some(edit(TextRange::empty(end), format!("{gap}[tool.uv.sources]\n{name} = {value}\n")))
}

/// Whether a requirement stands between double or single quotes, as in a TOML list.
fn quoted(text: &str, range: TextRange) -> bool {
    let byte = |at: Option<u32>| at.and_then(|at| text.as_bytes().get(at as usize)).copied();
    let before = byte(range.start.checked_sub(1));
    matches!(before, Some(b'"' | b'\'')) && before == byte(Some(range.end))
}

/// Puts other text at a place.
pub fn replace(title: String, place: &Place, new_text: String) -> Fix {
    Fix { title, edits: vec![Edit { file: place.file.clone(), range: place.range, new_text }] }
}
