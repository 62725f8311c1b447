//! # submodule-undeclared (warning)
//!
//! ## What it does
//!
//! Reports imports from a git submodule that no manifest names as a source.
//!
//! ## Why it matters
//!
//! The import works where the submodule happens to be on the path: by a setting of an editor, an image or a shell that
//! no manifest knows of. Installers do not know of it either: a requirement on the distribution without a source is
//! answered by an index. Where another project does name the submodule as source, an import without requirement is
//! undeclared-dependency.
//!
//! ## Example
//!
//! ```fixture
//! #- .gitmodules
//! [submodule "vendor/shared"]
//!     path = vendor/shared
//!     url = https://example.com/shared.git
//! #- vendor/shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- vendor/shared/src/acme/__init__.py
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["dagster"]
//! #- etl/src/etl/__init__.py
//! import acme
//! #      ^^^^ warning[submodule-undeclared]: `acme` comes from the submodule `vendor/shared`, which no manifest names as a source
//! ```
//!
//! ## Fix
//!
//! Adds the path source, and the requirement where there is none.

use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, Verdict, adding};
use crate::vfs::relative;

/// The rule.
pub const RULE: Rule = Rule {
    name: "submodule-undeclared",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("submodule_undeclared.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let judge = |relation: &super::Relation| {
        let Some(Verdict::SubmoduleUndeclared(folder)) = &relation.verdict else { return None };
        let shown = context.shown(folder, &context.workspace.boundary(folder));
        let module = &relation.module;
        let message =
            format!("`{module}` comes from the submodule `{shown}`, which no manifest names as a source");
        Some(relation.finding(message).fix(fix(context, relation)))
    };
    context.relations().iter().filter_map(judge).collect()
}

fn fix(context: &Context<'_>, relation: &super::Relation) -> Option<Fix> {
    let (workspace, project, provider) = (context.workspace, &relation.project, &relation.provider);
    let name = &relation.distribution;
    let required = workspace.dependencies(project).iter().any(|dependency| dependency.name == *name);
    if !required {
        return adding::add_requirement(workspace, project, provider);
    }
    let path = relative(&provider.dir, &project.dir);
    let path = if path.starts_with('.') { path } else { format!("./{path}") };
    let value = format!("{{ path = \"{path}\", editable = true }}");
    let edit = adding::add_source_entry(workspace, project, name, &value)?;
    // Until then an index answers for the requirement, with another version perhaps.
    Some(Fix::to_review(format!("take `{name}` from `{path}`"), vec![edit]))
}
