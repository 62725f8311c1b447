//! # dependency-confusion (warning)
//!
//! ## What it does
//!
//! Reports requirements on a private distribution that may be answered by a public index: another project takes it from
//! a private index by name, and this one, which has such an index besides the public one, does not say which to ask.
//!
//! ## Why it matters
//!
//! Anybody can upload a project of that name to the public index, with a higher version. Where the private index does
//! not answer, or is asked second, the stranger's code is installed.
//!
//! ## Example
//!
//! ```fixture
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared==0.2.0"]
//! [tool.uv.sources]
//! acme-shared = { index = "acme" }
//! [[tool.uv.index]]
//! name = "acme"
//! url = "https://pypi.acme.example/simple"
//! #- ml/pyproject.toml
//! [project]
//! name = "ml"
//! version = "0.1.0"
//! dependencies = ["acme-shared==0.2.0"]
//! #                ^^^^^^^^^^^ warning[dependency-confusion]: `acme-shared` is private, and nothing says that `ml` takes it from index `acme`
//! [[tool.uv.index]]
//! name = "acme"
//! url = "https://pypi.acme.example/simple"
//! ```
//!
//! ## Fix
//!
//! Takes the distribution from the index, by an entry of `[tool.uv.sources]`.

use rustc_hash::{FxHashMap, FxHashSet};

use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, adding, sources};
use crate::manifest::{DistributionName, SourceKind};
use crate::workspace::{Place, Project, Provision, is_public_index};

/// The rule.
pub const RULE: Rule = Rule {
    name: "dependency-confusion",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("dependency_confusion.rs"),
};

/// Where each private distribution is shown to be private, with the index's name and URL.
type Private = FxHashMap<DistributionName, (Place, String)>;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let private = private(context);
    if private.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for project in context.subjects() {
        let Some(indexes) = further_indexes(context, project) else { continue };
        let mut told = FxHashSet::default();
        for dependency in context.workspace.dependencies(project).iter() {
            let name = &dependency.name;
            let open = dependency.provision == Provision::Registry && dependency.source.is_none();
            let Some((shown_at, url)) = private.get(name).filter(|_| open) else { continue };
            let Some((index, _)) = indexes.iter().find(|(_, other)| other == url) else { continue };
            if sources::is_member(context, project, name) || !told.insert(name.clone()) {
                continue;
            }
            let who = project.display_name();
            let message =
                format!("`{name}` is private, and nothing says that `{who}` takes it from index `{index}`");
            let fix = adding::add_source_entry(
                context.workspace,
                project,
                name,
                &format!("{{ index = \"{index}\" }}"),
            );
            let fix = fix.map(|edit| Fix::safe(format!("take `{name}` from index `{index}`"), vec![edit]));
            found.push(
                Finding::new(dependency.place.clone(), message, [name.as_str()])
                    .related(shown_at.clone(), "taken from a private index here")
                    .fix(fix),
            );
        }
    }
    found
}

fn private(context: &Context<'_>) -> Private {
    let workspace = context.workspace;
    let mut private = Private::default();
    for project in workspace.projects().iter().filter(|project| !project.broken) {
        let root = workspace.workspace_root(project);
        for source in &project.sources {
            for entry in &source.value.entries {
                let SourceKind::Index(index) = &entry.kind else { continue };
                let url = workspace.index_url(project, root.as_deref(), &index.value);
                if let Some(url) = url.filter(|url| !is_public_index(url)) {
                    let place = Place { file: source.file.clone(), range: source.value.name.range };
                    private.entry(source.value.name.value.clone()).or_insert((place, url));
                }
            }
        }
    }
    private
}

/// Names and URLs of the indexes that stand beside the public one for a project. `None` where the public one is
/// not asked at all.
fn further_indexes(context: &Context<'_>, project: &Project) -> Option<Vec<(String, String)>> {
    let root = context.workspace.workspace_root(project);
    let mut indexes = Vec::new();
    for (_, manifest) in
        std::iter::once(project).chain(root.as_deref()).flat_map(|project| &project.manifests)
    {
        if manifest.indexes.iter().any(|index| index.default) {
            return None;
        }
        let named = manifest
            .indexes
            .iter()
            .filter_map(|index| Some((index.name.as_ref()?.value.clone(), index.url.value.clone())));
        indexes.extend(named);
    }
    Some(indexes)
}
