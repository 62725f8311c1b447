//! Hover: what a shared name is, and which code of which version this location gets.

use camino::Utf8Path;

use super::definition::{entities, is_ours};
use super::{document, requirement, versions};
use crate::python::{DefinitionId, DefinitionKind, ModuleName};
use crate::semantics::{Entity, Semantics};
use crate::text::TextRange;
use crate::vfs::{FileId, relative};
use crate::workspace::{Found, Project, Provision, Resolution, Standing, Strategy, Witness, Workspace};

/// What to show beside a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What was asked about.
    pub range: TextRange,
    /// Markdown.
    pub markdown: String,
}

/// Longer headers are cut: a signature is to be read at a glance.
const MAX_HEADER_BYTES: usize = 2000;

/// In Python: signature, docstring, and which distribution and version this location gets, by which evidence; of several
/// definitions the first one is shown. In a manifest: what a requirement comes to. `setup.py` is both.
pub fn hover(workspace: &Workspace, file: &FileId, offset: u32) -> Option<Hover> {
    let in_manifest = || requirement::hover(workspace, file, offset);
    in_python(workspace, file, offset).or_else(in_manifest)
}

fn in_python(workspace: &Workspace, file: &FileId, offset: u32) -> Option<Hover> {
    let summary = document::python(workspace, file)?;
    let (range, token) = summary.token_at(offset)?;
    let semantics = Semantics::new(workspace);
    let found = entities(&semantics, file, &summary, token);
    let (entity, target) = found.iter().find_map(|entity| {
        let target = match entity {
            Entity::Module(module) => module.file.clone()?,
            Entity::Definition(file, _) => file.clone(),
        };
        is_ours(workspace, file, &target).then_some((entity, target))
    })?;
    let (header, docstring) = describe(workspace, entity, &target)?;
    let mut parts = vec![format!("```python\n{header}\n```")];
    parts.extend(docstring.map(|text| text.to_string()));
    parts.extend(provenance(workspace, file, &target));
    Some(Hover { range, markdown: parts.join("\n\n") })
}

/// The line of code that says what an entity is, and its docstring.
fn describe(workspace: &Workspace, entity: &Entity, target: &FileId) -> Option<(String, Option<Box<str>>)> {
    let summary = workspace.summary(target)?;
    match entity {
        Entity::Module(module) => Some((format!("(module) {}", module.name), summary.docstring.clone())),
        Entity::Definition(_, id) => {
            let definition = summary.definition(*id)?;
            let mut header = header(workspace, target, *id)?;
            if let DefinitionKind::Parameter(..) = definition.kind {
                header = format!("(parameter) {header}");
            }
            Some((header, definition.docstring.clone()))
        }
    }
}

/// What stands before the body of a definition, at the left margin: `def load(path)`, `class Table(Base)`, `LIMIT = 3`.
pub fn header(workspace: &Workspace, file: &FileId, id: DefinitionId) -> Option<String> {
    let summary = workspace.summary(file)?;
    let source = workspace.files.text(file).ok()?;
    let span = summary.spans.definitions.get(id.index())?;
    Some(dedent(span.header.slice(&source.text)))
}

/// A header as it would stand at the left margin, without the colon that opens its body.
fn dedent(header: &str) -> String {
    let mut cut = header.len().min(MAX_HEADER_BYTES);
    while !header.is_char_boundary(cut) {
        cut -= 1;
    }
    let header = header.get(..cut).unwrap_or("").trim_end().trim_end_matches(':').trim_end();
    let indents = header.lines().skip(1).filter(|line| !line.trim().is_empty());
    let common = indents.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    // A closing bracket on the last line tells how far the `def` itself is indented.
    let lines = header.lines().enumerate();
    let moved = lines.map(
        |(number, line)| if number == 0 { line } else { line.get(common..).unwrap_or(line.trim_start()) },
    );
    moved.collect::<Vec<_>>().join("\n")
}

/// Which distribution and version the file's project gets, who says so, and what other locations get.
fn provenance(workspace: &Workspace, file: &FileId, target: &FileId) -> Option<String> {
    let importing = workspace.project_of(file);
    if let Some(shown) = importing.as_ref().and_then(|importing| installed(workspace, importing, target)) {
        return Some(shown);
    }
    let base = importing.as_ref().map_or(workspace.root(), |project| project.dir.as_path());
    let provider = workspace.project_of(target)?;
    let name = provider.display_name().to_owned();
    let found = importing.as_ref().and_then(|_| found_module(workspace, file, target));
    let way = match (&importing, &found) {
        (Some(importing), Some(found)) => workspace.way(importing, found),
        _ => Vec::new(),
    };
    let effective =
        importing.as_ref().zip(way.last()).map(|(importing, step)| workspace.effective(importing, step));
    let version = match effective.and_then(|effective| effective.version.as_ref().map(ToString::to_string)) {
        Some(version) if !is_tree_of_unknown_version(found.as_ref()) => Some(version),
        _ => workspace.version_text(&provider),
    };
    let mut lines = vec![match &version {
        Some(version) => format!("`{name}` {version}"),
        None => format!("`{name}`"),
    }];
    lines.extend(
        importing
            .as_ref()
            .zip(found.as_ref())
            .and_then(|(importing, found)| from_where(workspace, importing, &provider, found, base)),
    );
    let witness = Witness { workspace, root: workspace.root() };
    if let Some(importing) = &importing {
        for step in &way {
            lines.extend(witness.effective(importing, step).into_iter().map(|line| format!("- {line}")));
        }
    }
    let mut shown = format!("---\n{}", lines.join("  \n"));
    if let Some(table) =
        provider.distribution().and_then(|name| versions::table(workspace, importing.as_deref(), name))
    {
        shown.push_str("\n\n");
        shown.push_str(&table);
    }
    Some(shown)
}

/// The same for a file in the project's environment, wherever that lies.
fn installed(workspace: &Workspace, importing: &Project, target: &FileId) -> Option<String> {
    let name = workspace.installed_distribution(importing, target)?;
    let environment = workspace.environment(importing)?;
    let record = environment.distribution(&workspace.files, &name)?;
    let witness = Witness { workspace, root: workspace.root() };
    let mut lines = vec![
        format!("`{name}` {}", record.version),
        format!("installed in {}", witness.environment(&environment)),
    ];
    let dependencies = workspace.dependencies(importing);
    for dependency in dependencies.iter().filter(|dependency| dependency.name == name) {
        lines.extend(witness.dependency(dependency).into_iter().map(|line| format!("- {line}")));
    }
    let table = versions::table(workspace, Some(importing), &name);
    let shown = format!("---\n{}", lines.join("  \n"));
    Some(table.into_iter().fold(shown, |shown, table| format!("{shown}\n\n{table}")))
}

/// Whether what is shown is a tree that may not be the version that the project gets.
fn is_tree_of_unknown_version(found: Option<&Found>) -> bool {
    found.is_some_and(|found| found.provider.standing == Standing::Tree)
}

/// The resolution of the module that the target file is, as the importing file sees it.
fn found_module(workspace: &Workspace, file: &FileId, target: &FileId) -> Option<Found> {
    let module: ModuleName = workspace.module_of(target)?;
    match &*workspace.resolve(file, &module) {
        Resolution::Found(found) => Some(found.clone()),
        _ => None,
    }
}

fn from_where(
    workspace: &Workspace,
    importing: &Project,
    provider: &Project,
    found: &Found,
    base: &Utf8Path,
) -> Option<String> {
    let dir = relative(&provider.dir, base);
    match &found.provider.standing {
        Standing::Own | Standing::Beside => None,
        Standing::WorkingDirectory => {
            Some(format!("`{dir}`; in the working directory of a declared code location"))
        }
        Standing::Undeclared => Some(format!("`{dir}`; `{}` does not declare it", importing.display_name())),
        Standing::Tree => {
            let step = workspace.way(importing, found).pop()?;
            let wanted = step
                .requirement
                .and_then(|requirement| requirement.specifier)
                .map(|specifier| specifier.value.to_string());
            Some(match wanted {
                Some(wanted) => format!(
                    "the tree in `{dir}`; `{}` requires `{wanted}` from an index",
                    importing.display_name()
                ),
                None => format!("the tree in `{dir}`; `{}` takes it from an index", importing.display_name()),
            })
        }
        _ => {
            let step = workspace.way(importing, found).pop()?;
            let strategy = Strategy::of(&step.provision)?.as_str();
            if let Provision::Live { .. } = step.provision {
                return Some(format!("{strategy} `{dir}`"));
            }
            let source = Witness { workspace, root: workspace.root() }.source(importing, &step)?;
            Some(format!("{strategy} `{source}`"))
        }
    }
}
