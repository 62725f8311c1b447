//! # broken-namespace (warning)
//!
//! ## What it does
//!
//! Reports an `__init__.py` in a package that other projects share as a PEP 420 namespace, where one project gets both.
//!
//! ## Why it matters
//!
//! Python stops at the first folder with an `__init__.py`, wherever it stands on the path: the parts that the other
//! projects ship cannot be imported any more, unless all are copied into one folder, as wheels are. Packages that extend their own path (`pkgutil.extend_path`) are namespaces
//! in the old way, and are not reported.
//!
//! ## Example
//!
//! ```fixture
//! #- core/pyproject.toml
//! [project]
//! name = "acme-core"
//! version = "1.0"
//! #- core/src/acme/core/__init__.py
//! #- io/pyproject.toml
//! [project]
//! name = "acme-io"
//! version = "1.0"
//! #- io/src/acme/__init__.py
//! """All of acme."""
//! #<<<<<<<<<<<<<<<<< warning[broken-namespace]: this file hides the parts of `acme` that `acme-core` ships
//! #- io/src/acme/io/__init__.py
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-core", "acme-io"]
//! [tool.uv.sources]
//! acme-core = { path = "../core" }
//! acme-io = { path = "../io" }
//! ```
//!
//! ## Fix
//!
//! Delete the file; what it holds moves into a module of its own.

use std::sync::Arc;

use camino::Utf8PathBuf;
use rustc_hash::{FxHashMap, FxHashSet};

use super::registry::Rule;
use super::shadowed_module::regular_package;
use super::{Context, Finding, Severity};
use crate::python::{ModuleName, Name, is_identifier};
use crate::source::Found;
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Place, Project, is_around};

/// The rule.
pub const RULE: Rule = Rule {
    name: "broken-namespace",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("broken_namespace.rs"),
};

/// Deeper namespaces are not looked at.
const MAX_DEPTH: usize = 5;

/// How many parts that are hidden a finding names as related.
const MAX_RELATED: usize = 20;

/// A part of a namespace: whose, and its folder.
type Part = (Arc<Project>, Utf8PathBuf);

fn check(context: &Context<'_>) -> Vec<Finding> {
    let workspace = context.workspace;
    let discovery = workspace.discovery();
    let mut waiting: Vec<(ModuleName, Vec<Arc<Project>>)> = Vec::new();
    for (name, dirs) in discovery.by_top_level(workspace) {
        let projects = dirs.iter().filter_map(|dir| workspace.project_at(dir));
        let projects: Vec<_> = projects.filter(|project| context.is_subject(project)).collect();
        if let Some(module) = ModuleName::new(name).filter(|_| projects.len() > 1 && !is_around(name)) {
            waiting.push((module, projects));
        }
    }
    let mut found = Vec::new();
    while let Some((module, projects)) = waiting.pop() {
        let (mut parts, mut regular) = (Vec::new(), Vec::new());
        for project in projects {
            match project.layout.find(&workspace.files, &module) {
                Some(Found::Namespace(dir)) => parts.push((project, dir)),
                Some(Found::Module(_)) => {
                    let file = regular_package(context, &project, module.as_str());
                    regular.extend(file.map(|file| (project, file)));
                }
                _ => {}
            }
        }
        found.extend(regular.iter().filter_map(|(project, file)| {
            let hidden = |(other, _): &&Part| {
                is_hidden(context, project, &module, other) && meet(context, project, other)
            };
            let parts: Vec<Part> = parts.iter().filter(hidden).cloned().collect();
            tell(context, &module, file, &parts)
        }));
        if module.segments().count() < MAX_DEPTH {
            waiting.extend(below(context, &module, &parts));
        }
    }
    found
}

/// Packages below a namespace that several of its projects ship something of.
fn below(context: &Context<'_>, module: &ModuleName, parts: &[Part]) -> Vec<(ModuleName, Vec<Arc<Project>>)> {
    let mut by_name: FxHashMap<Name, Vec<Arc<Project>>> = FxHashMap::default();
    for (project, dir) in parts {
        let listing = context.workspace.files.list(dir);
        for name in listing.dirs().filter(|name| is_identifier(name) && !is_around(name)) {
            by_name.entry(Name::from(name)).or_default().push(project.clone());
        }
    }
    by_name.retain(|_, projects| projects.len() > 1);
    let shipped = by_name.into_iter().map(|(name, mut projects)| {
        let child = module.child(&name);
        projects.retain(|project| project.layout.ships(&context.workspace.files, &child));
        (child, projects)
    });
    shipped.filter(|(_, projects)| projects.len() > 1).collect()
}

/// Whether a part holds anything that `one`, whose package is regular, does not look for elsewhere: a package below that
/// extends its path is looked for in all folders.
fn is_hidden(context: &Context<'_>, one: &Project, module: &ModuleName, other: &Project) -> bool {
    let files = &context.workspace.files;
    let depth = module.segments().count();
    let shipped = other.layout.modules(files);
    let below = shipped.iter().filter(|(shipped, _)| shipped != module && shipped.starts_with(module));
    let mut children = below.filter_map(|(shipped, _)| Some(module.child(shipped.segments().nth(depth)?)));
    children.any(|child| match one.layout.find(files, &child) {
        Some(Found::Module(file)) if file.file_name() == "__init__.py" => {
            regular_package(context, one, child.as_str()).is_some()
        }
        _ => true,
    })
}

/// Whether some project gets both: then they are on one path.
fn meet(context: &Context<'_>, one: &Project, other: &Project) -> bool {
    context.subjects().iter().any(|project| {
        let closure = context.workspace.closure(project);
        let gets = |wanted: &Project| {
            project.dir == wanted.dir || closure.reached.iter().any(|reach| reach.dir == wanted.dir)
        };
        gets(one) && gets(other)
    })
}

fn tell(context: &Context<'_>, module: &ModuleName, file: &FileId, parts: &[Part]) -> Option<Finding> {
    let (first, _) = parts.first()?;
    let source = context.workspace.files.text(file).ok()?;
    let range = source.lines().line_range(&source.text, 0).unwrap_or_default();
    let whose = match parts.len() {
        1 => format!("`{}` ships", first.display_name()),
        2 => format!("`{}` and another project ship", first.display_name()),
        count => format!("`{}` and {} other projects ship", first.display_name(), count - 1),
    };
    let message = format!("this file hides the parts of `{module}` that {whose}");
    let finding = Finding::new(Place { file: file.clone(), range }, message, [module.as_str()]);
    let mut seen = FxHashSet::default();
    let related = parts.iter().filter_map(|(project, dir)| {
        let module = context
            .workspace
            .files
            .list(dir)
            .files()
            .find(|name| name.ends_with(".py"))
            .map(|name| dir.join(name));
        let place = match (module, &project.name) {
            (Some(path), _) => Place { file: FileId::new(&path), range: TextRange::default() },
            (None, Some(name)) => Place { file: name.file.clone(), range: name.value.range },
            (None, None) => return None,
        };
        seen.insert(project.dir.clone()).then(|| (place, format!("a part in `{}`", project.display_name())))
    });
    Some(related.take(MAX_RELATED).fold(finding, |finding, (place, message)| finding.related(place, message)))
}
