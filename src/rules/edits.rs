//! Edits that several rules' fixes are made of.

use super::toml_edits::{Replacement, first_dependency};
use super::{Edit, Fix};
use crate::manifest::{Group, Manifest, ManifestKind, Requirement};
use crate::text::TextRange;
use crate::vfs::{FileId, SourceText};
use crate::workspace::{Dependency, Place, Project, Workspace};

/// Moves a requirement, as it is written, to the end of `dependencies`: for a pyproject.toml in which both lists are plain.
pub fn move_to_dependencies(
    workspace: &Workspace,
    project: &Project,
    dependency: &Dependency,
) -> Option<Fix> {
    let (file, manifest) = project.manifest(ManifestKind::Pyproject)?;
    let requirement = dependency.requirement.as_ref()?;
    let source = workspace.files.text(file).ok()?;
    if *file != dependency.place.file || !quoted(&source.text, requirement.range) {
        return None;
    }
    let added = add_to_dependencies(file, &source, manifest, requirement.range.slice(&source.text))?;
    let removed =
        Edit { file: file.clone(), range: element(&source, requirement.range)?, new_text: String::new() };
    Some(Fix::safe(format!("move `{}` to `dependencies`", dependency.name), vec![added, removed]))
}

/// Moves a constraint or override, as it is written, to the end of the list of that name in the root of the workspace.
pub fn move_setting(
    workspace: &Workspace,
    project: &Project,
    root: &Project,
    entry: &Requirement,
    list: &str,
) -> Option<Fix> {
    let (file, _) = project.manifest(ManifestKind::Pyproject)?;
    let (root_file, root_manifest) = root.manifest(ManifestKind::Pyproject)?;
    let source = workspace.files.text(file).ok()?;
    let root_source = workspace.files.text(root_file).ok()?;
    if !quoted(&source.text, entry.range) {
        return None;
    }
    let text = entry.range.slice(&source.text);
    let added = append(root_file, &root_source, root_manifest, &entry.group, text)?;
    let removed = Edit { file: file.clone(), range: element(&source, entry.range)?, new_text: String::new() };
    let title = format!("move `{text}` to `{list}` of the workspace's root");
    // It has held for nobody until now, and holds for all members then.
    Some(Fix::to_review(title, vec![added, removed]))
}

/// Whether text of a manifest can be edited: it is read as a whole, and is not yet to be filled in.
pub fn is_editable(manifest: &Manifest) -> bool {
    !manifest.unreadable && !manifest.template
}

/// Puts a requirement at the end of `[project] dependencies`, in the form that the list has.
pub fn add_to_dependencies(
    file: &FileId,
    source: &SourceText,
    manifest: &Manifest,
    requirement: &str,
) -> Option<Edit> {
    append(file, source, manifest, &Group::Main, requirement).or_else(|| {
        let plain = is_editable(manifest) && !requirement.contains(['"', '\\']);
        let Replacement { range, new_text } =
            first_dependency(&source.text, requirement).filter(|_| plain)?;
        Some(Edit { file: file.clone(), range, new_text })
    })
}

/// Puts an element behind the last one of a list, on a line of its own if that has one.
fn append(
    file: &FileId,
    source: &SourceText,
    manifest: &Manifest,
    group: &Group,
    element: &str,
) -> Option<Edit> {
    let listed = manifest.requirements.iter().filter(|r| r.group == *group && quoted(&source.text, r.range));
    let last = listed.max_by_key(|requirement| requirement.range)?;
    if element.contains(['"', '\\']) {
        return None;
    }
    let lines = source.lines();
    let begin = lines.line_range(&source.text, lines.line_of(last.range.start))?;
    let lead = TextRange::new(begin.start, last.range.start.saturating_sub(1)).slice(&source.text);
    let new_text =
        if lead.trim().is_empty() { format!(",\n{lead}\"{element}\"") } else { format!(", \"{element}\"") };
    Some(Edit { file: file.clone(), range: TextRange::empty(last.range.end + 1), new_text })
}

/// Removes a requirement from a list in a pyproject.toml, with its entry in `[tool.uv.sources]` unless another list
/// requires the same; `None` where either is written in a way that is not a line or an element of its own.
pub fn remove_requirement(workspace: &Workspace, project: &Project, dependency: &Dependency) -> Option<Fix> {
    let (file, manifest) = project.manifest(ManifestKind::Pyproject)?;
    let requirement = dependency.requirement.as_ref()?;
    let source = workspace.files.text(file).ok()?;
    if *file != dependency.place.file || !quoted(&source.text, requirement.range) {
        return None;
    }
    let edit = |range| Edit { file: file.clone(), range, new_text: String::new() };
    let mut edits = vec![edit(element(&source, requirement.range)?)];
    let needed = manifest.requirements.iter().filter(|r| r.name.value == dependency.name).count() > 1;
    let mut entries = manifest.sources.iter().filter(|entry| entry.name.value == dependency.name);
    if let (false, Some(entry)) = (needed, entries.next()) {
        edits.push(edit(source_line(&source, entry.range, manifest.sources.len() == 1)?));
    }
    // Code may need in ways that nobody sees what it does not import.
    Some(Fix::to_review(format!("remove `{}` from the requirements", dependency.name), edits))
}

/// An element of a list with its quotes and one comma; the whole line where it has one to itself.
fn element(source: &SourceText, inside: TextRange) -> Option<TextRange> {
    let text = &source.text;
    let quoted = TextRange::new(inside.start.checked_sub(1)?, inside.end + 1);
    let line = whole_line(source, quoted)?;
    let alone = line.slice(text).trim();
    if alone.strip_suffix(',').unwrap_or(alone) == quoted.slice(text) {
        return Some(line);
    }
    let before = TextRange::new(0, quoted.start).slice(text).trim_end();
    if before.ends_with(',') {
        return Some(TextRange::new(crate::text::offset(before.len() - 1), quoted.end));
    }
    let after = TextRange::new(quoted.end, crate::text::offset(text.len())).slice(text);
    let rest = after.strip_prefix(',').map_or(after, |rest| rest.trim_start_matches(' '));
    Some(TextRange::new(quoted.start, quoted.end + crate::text::offset(after.len() - rest.len())))
}

/// The line of an entry, with the header of its table and the blank line before that where it is the only one.
fn source_line(source: &SourceText, entry: TextRange, only: bool) -> Option<TextRange> {
    let text = &source.text;
    let line = whole_line(source, entry)?;
    if line.slice(text).trim() != entry.slice(text).trim() {
        return None;
    }
    if !only {
        return Some(line);
    }
    let header = whole_line(source, TextRange::empty(line.start.checked_sub(1)?))?;
    if header.slice(text).trim() != "[tool.uv.sources]" {
        return None;
    }
    let before = TextRange::new(0, header.start).slice(text);
    let last = before.strip_suffix('\n').unwrap_or(before);
    let blank = last.is_empty() || last.ends_with('\n');
    let start = if blank { crate::text::offset(last.len()) } else { header.start };
    Some(TextRange::new(start, line.end))
}

/// The one line that holds a range, with its end; `None` where there are several.
fn whole_line(source: &SourceText, range: TextRange) -> Option<TextRange> {
    let lines = source.lines();
    let line = lines.line_of(range.start);
    let within = lines.line_range(&source.text, line)?;
    let next = lines.line_range(&source.text, line + 1).map(|next| next.start);
    let end = next.unwrap_or_else(|| crate::text::offset(source.text.len()));
    (range.end <= within.end).then(|| TextRange::new(within.start, end))
}

/// Whether a requirement stands between double or single quotes, as in a TOML list; between three of them, what is put
/// beside it would be a part of it.
fn quoted(text: &str, range: TextRange) -> bool {
    let byte = |at: Option<u32>| at.and_then(|at| text.as_bytes().get(at as usize)).copied();
    let before = |steps: u32| byte(range.start.checked_sub(steps));
    let quote = before(1);
    matches!(quote, Some(b'"' | b'\'')) && quote == byte(Some(range.end)) && quote != before(2)
}

/// Puts other text at a place.
pub fn replace(place: &Place, new_text: impl Into<String>) -> Vec<Edit> {
    vec![Edit { file: place.file.clone(), range: place.range, new_text: new_text.into() }]
}
