//! # member-glob-empty (warning)
//!
//! ## What it does
//!
//! Reports globs of uv's `members` and `exclude`, and of dg's `projects`, that match no folder.
//!
//! ## Why it matters
//!
//! uv passes over such a pattern in silence: the project that was meant is locked and installed without the workspace,
//! or excluded no longer. What git ignores may be made later, and is not missed by `exclude`.
//!
//! ## Example
//!
//! ```fixture
//! #- pyproject.toml
//! [tool.uv.workspace]
//! members = ["etl", "package/*"]
//! #                  ^^^^^^^^^ warning[member-glob-empty]: `package/*` matches no folder
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! #- packages/shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.1.0"
//! ```
//!
//! ## Fix
//!
//! Correct the pattern, or remove it.

use camino::Utf8Path;

use super::absent::is_ignored;
use super::registry::Rule;
use super::{Context, Finding, Severity, sources};
use crate::text::Spanned;
use crate::vfs::{FileId, join};
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "member-glob-empty",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("member_glob_empty.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, manifest) in context.workspace.all_manifests() {
        if manifest.unreadable || context.workspace.is_around(file.dir()) {
            continue;
        }
        if let Some(workspace) = &manifest.workspace {
            let absent = |pattern: &&Spanned<String>| !is_made_later(context, &file, pattern);
            found.extend(workspace.members.iter().filter_map(|pattern| judge(context, &file, pattern)));
            let exclude = workspace.exclude.iter().filter(absent);
            found.extend(exclude.filter_map(|pattern| judge(context, &file, pattern)));
        }
        // A plain path that leads nowhere is no glob.
        let globs = manifest.dg_workspace.iter().flat_map(|dg| &dg.projects);
        let globs = globs.filter(|path| path.value.contains(['*', '?', '[']));
        found.extend(globs.filter_map(|pattern| judge(context, &file, pattern)));
    }
    found
}

fn judge(context: &Context<'_>, file: &FileId, pattern: &Spanned<String>) -> Option<Finding> {
    let workspace = context.workspace;
    let written = &pattern.value;
    let is_glob = |segment: &&str| segment.contains(['*', '?', '[', '{']);
    let fixed: Vec<&str> = written.split('/').take_while(|segment| !is_glob(segment)).collect();
    let base = join(file.dir(), &fixed.join("/"));
    let whole = fixed.len() == written.split('/').count();
    let there = if whole {
        workspace.files.kind(&base).is_some()
    } else {
        !workspace.expand(file.dir(), written).is_empty()
    };
    if there || sources::uninitialized_submodule(context, &base).is_some() {
        return None;
    }
    let message = format!("`{written}` matches no folder");
    let place = Place { file: file.clone(), range: pattern.range };
    Some(Finding::new(place, message, [written.as_str()]))
}

/// Whether what is excluded may come to be: hidden folders, and what git ignores.
fn is_made_later(context: &Context<'_>, file: &FileId, pattern: &Spanned<String>) -> bool {
    let segments = || pattern.value.split('/').filter(|segment| !segment.is_empty() && *segment != ".");
    let hidden = segments().any(|segment| segment.starts_with('.') || segment == "node_modules");
    let plain: Vec<&str> = segments().filter(|segment| !segment.contains('*')).collect();
    let folder = file.dir().join(plain.join("/"));
    let ignored = |path: &Utf8Path| is_ignored(context.workspace, path);
    hidden || plain.is_empty() || ignored(&folder) || ignored(&folder.join("inside"))
}
