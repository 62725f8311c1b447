//! # shadowed-module (warning)
//!
//! ## What it does
//!
//! Reports a regular top-level package that two providers bring into one project: the project itself and a shared
//! distribution it requires, or two of these.
//!
//! ## Why it matters
//!
//! Python takes the one that comes first on its path and never looks into the other. Which one that is differs between
//! a laptop, where a forgotten copy lies beside the code, and the image. Namespace packages are made to be shared, and
//! are not reported; nor are packages of tests.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! #                ^^^^^^^^^^^ warning[shadowed-module]: `acme` is provided by both `etl` and `acme-shared`
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/acme/__init__.py
//! #- etl/etl/__init__.py
//! import acme
//! ```
//!
//! ## Fix
//!
//! Delete the stale copy, or rename one of the two packages.

use std::sync::Arc;

use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::Group;
use crate::python::{ModuleName, Name};
use crate::source::Found;
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Place, Project, Provision, is_around};

/// The rule.
pub const RULE: Rule = Rule {
    name: "shadowed-module",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("shadowed_module.rs"),
};

/// A package's name and its `__init__.py`.
type Package = (Name, FileId);

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.subjects().iter().flat_map(|project| of_project(context, project)).collect()
}

/// One finding for each clash of a requirement with what stands before it: the project's own packages, and those of the
/// requirements above.
fn of_project(context: &Context<'_>, project: &Arc<Project>) -> Vec<Finding> {
    let workspace = context.workspace;
    let mut findings = Vec::new();
    let mut before: Vec<(Arc<Project>, Vec<Package>)> = Vec::new();
    for dependency in workspace.dependencies(project).iter() {
        let Provision::Live { dir, .. } = &dependency.provision else { continue };
        let known = *dir == project.dir || before.iter().any(|(other, _)| other.dir == *dir);
        if known || !matches!(dependency.group, Group::Main | Group::Extra(_)) {
            continue;
        }
        let Some(provider) = workspace.project_at(dir).filter(|provider| provider.ships) else { continue };
        let packages = packages(context, &provider);
        for (name, file) in &packages {
            let own = regular_package(context, project, name).map(|own| (project, own));
            let other = || {
                let clash = |(other, packages): &'_ (Arc<Project>, Vec<Package>)| {
                    let (_, theirs) = packages.iter().find(|(theirs, _)| theirs == name)?;
                    Some((other.clone(), theirs.clone()))
                };
                before.iter().find_map(clash)
            };
            let clash = own.map(|(project, own)| (project.clone(), own)).or_else(other);
            let Some((first, theirs)) = clash.filter(|(_, theirs)| theirs != file) else { continue };
            let message = format!(
                "`{name}` is provided by both `{}` and `{}`",
                first.display_name(),
                provider.display_name()
            );
            let arguments = [name.as_str(), first.display_name(), provider.display_name()];
            let start = |file: &FileId| Place { file: file.clone(), range: TextRange::empty(0) };
            findings.push(
                Finding::new(dependency.place.clone(), message, arguments)
                    .related(start(&theirs), format!("here in `{}`", first.display_name()))
                    .related(start(file), format!("here in `{}`", provider.display_name())),
            );
        }
        before.push((provider, packages));
    }
    findings
}

/// The regular top-level packages that a distribution ships.
fn packages(context: &Context<'_>, provider: &Project) -> Vec<Package> {
    let names = provider.layout.top_level(&context.workspace.files);
    names
        .into_iter()
        .filter_map(|name| {
            let file = regular_package(context, provider, &name)?;
            Some((name, file))
        })
        .collect()
}

/// A package's `__init__.py`, unless it serves tests and the like, or only makes a namespace in the old ways.
pub(super) fn regular_package(context: &Context<'_>, project: &Project, name: &str) -> Option<FileId> {
    if is_around(name) {
        return None;
    }
    let files = &context.workspace.files;
    let Some(Found::Module(file)) = project.layout.find(files, &ModuleName::new(name)?) else { return None };
    if file.file_name() != "__init__.py" {
        return None;
    }
    let source = files.text(&file).ok()?;
    let namespace = ["extend_path", "declare_namespace"].iter().any(|sign| source.text.contains(sign));
    (!namespace).then_some(file)
}
