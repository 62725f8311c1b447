//! # source-lost-on-publish (off by default)
//!
//! ## What it does
//!
//! Reports requirements without any bound whose source is declared in `[tool.uv.sources]`, in projects that are
//! published.
//!
//! ## Why it matters
//!
//! A wheel's metadata holds no sources: whoever installs the published project gets any version of the distribution
//! that the index has, however old. A project counts as published if it has classifiers (none of them `Private ::`), a
//! `publish-url`, or a workflow of its own that uploads it.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! [rules]
//! source-lost-on-publish = "warning"
//! #- core/pyproject.toml
//! [project]
//! name = "acme-core"
//! version = "1.2.0"
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! classifiers = ["Programming Language :: Python :: 3"]
//! dependencies = ["acme-core"]
//! #                ^^^^^^^^^ warning[source-lost-on-publish]: `acme-shared` is published without the source of `acme-core`, and any version will do
//! [tool.uv.sources]
//! acme-core = { path = "../core" }
//! ```
//!
//! ## Fix
//!
//! Adds the version of the live tree as lower bound.

use super::registry::Rule;
use super::{Context, Edit, Finding, Fix, sources};
use crate::manifest::{Group, ManifestKind};
use crate::text::TextRange;
use crate::workspace::{Dependency, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "source-lost-on-publish",
    default: None,
    check: Some(check),
    source: include_str!("source_lost_on_publish.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects().iter().filter(|project| sources::is_published(context, project)) {
        let dependencies = context.workspace.dependencies(project);
        found.extend(dependencies.iter().filter_map(|dependency| judge(context, project, dependency)));
    }
    found
}

fn judge(context: &Context<'_>, project: &Project, dependency: &Dependency) -> Option<Finding> {
    let requirement = dependency.requirement.as_ref()?;
    let (file, _) = project.manifest(ManifestKind::Pyproject)?;
    let shipped = matches!(dependency.group, Group::Main | Group::Extra(_)) && dependency.place.file == *file;
    // A source in the requirement itself goes with the metadata.
    let in_table = requirement.source.is_none() && dependency.source.is_some();
    let elsewhere = matches!(dependency.provision, Provision::Live { .. } | Provision::Git(_));
    if !shipped || !in_table || !elsewhere || requirement.specifier.is_some() {
        return None;
    }
    let (name, who) = (&dependency.name, project.display_name());
    let message = format!("`{who}` is published without the source of `{name}`, and any version will do");
    let finding = Finding::new(dependency.place.clone(), message, [name.as_str()]);
    Some(finding.fix(add_bound(context, dependency)))
}

/// Behind the name, where nothing else stands.
fn add_bound(context: &Context<'_>, dependency: &Dependency) -> Option<Fix> {
    let Provision::Live { dir, .. } = &dependency.provision else { return None };
    let requirement = dependency.requirement.as_ref()?;
    let provider = context.workspace.project_at(dir)?;
    let version = context.workspace.version(&provider)?;
    if requirement.range != requirement.name.range {
        return None;
    }
    let range = TextRange::empty(requirement.range.end);
    let edit = Edit { file: dependency.place.file.clone(), range, new_text: format!(">={version}") };
    Some(Fix::safe(format!("require `{}>={version}`", dependency.name), vec![edit]))
}
