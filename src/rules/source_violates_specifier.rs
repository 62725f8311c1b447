//! # source-violates-specifier (error)
//!
//! ## What it does
//!
//! Reports requirements whose source (a tree, a commit, an archive) has a version that the specifier beside it does not
//! admit.
//!
//! ## Why it matters
//!
//! uv locks and syncs such a project without a word and takes the source as it is, so that the specifier says one thing
//! and the location runs another. Whoever installs the published metadata, or drops the source, gets a conflict or
//! older code. Pre-releases are admitted: `<0.6b0,>=0.4b0` admits `0.5b0.dev0`. Versions that are computed are not
//! judged; a tag that names a version counts where its repository is not at hand.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared==0.1.3"]
//! #                           ^^^^^^^ error[source-violates-specifier]: `acme-shared` is 0.2.0 at its source `../shared`, which `==0.1.3` does not admit
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! ```
//!
//! ## Fix
//!
//! Replaces an exact pin by the source's version. Widen a range by hand, or bump the source.

use camino::Utf8Path;
use rustc_hash::FxHashSet;

use super::registry::Rule;
use super::versions::has_conditional_source;
use super::{Context, Finding, Fix, Severity, edits};
use crate::manifest::{Version, specifier_admits};
use crate::source::git::tag_version;
use crate::text::TextRange;
use crate::workspace::{Dependency, GitSource, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "source-violates-specifier",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("source_violates_specifier.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let dependencies = context.workspace.dependencies(project);
        let mut told = FxHashSet::default();
        for dependency in dependencies.iter() {
            if told.contains(&dependency.name) || is_conditional(context, project, dependency, &dependencies)
            {
                continue;
            }
            if let Some(finding) = judge(context, project, dependency) {
                told.insert(dependency.name.clone());
                found.push(finding);
            }
        }
    }
    found
}

/// Whether the source or the requirement holds in some environments only, so that they need not meet.
pub(super) fn is_conditional(
    context: &Context<'_>,
    project: &Project,
    dependency: &Dependency,
    all: &[Dependency],
) -> bool {
    let by_marker = dependency.requirement.as_ref().is_some_and(|requirement| requirement.marker.is_some())
        && all.iter().filter(|other| other.name == dependency.name).count() > 1;
    has_conditional_source(context, project, dependency) || by_marker
}

/// What a source holds.
struct AtSource {
    version: pep440_rs::Version,
    /// The source as it is written, or nearly.
    shown: String,
    /// Where the version is written.
    place: Option<Place>,
}

fn judge(context: &Context<'_>, project: &Project, dependency: &Dependency) -> Option<Finding> {
    let specifier = dependency.requirement.as_ref()?.specifier.as_ref()?;
    let at_source = match &dependency.provision {
        Provision::Live { dir, .. } => of_tree(context, project, dependency, dir)?,
        Provision::Git(source) => of_commit(context, project, dependency, source)?,
        Provision::Archive(path) => AtSource {
            version: context.workspace.effective(project, dependency).version.clone()?,
            shown: context.shown(path, &project.dir),
            place: None,
        },
        _ => return None,
    };
    let AtSource { version, shown, place: version_place } = at_source;
    if specifier_admits(&specifier.value, &version) {
        return None;
    }
    let name = &dependency.name;
    let place = Place { file: dependency.place.file.clone(), range: specifier.range };
    let source = context.workspace.files.text(&place.file).ok()?;
    let written = specifier.range.slice(&source.text);
    let message = format!("`{name}` is {version} at its source `{shown}`, which `{written}` does not admit");
    let finding = Finding::new(place.clone(), message, [name.as_str()]);
    let finding = match version_place {
        Some(place) => finding.related(place, format!("the version of `{name}`")),
        None => finding,
    };
    Some(finding.fix(repin(&place, written, &version.to_string())))
}

fn of_tree(
    context: &Context<'_>,
    project: &Project,
    dependency: &Dependency,
    dir: &Utf8Path,
) -> Option<AtSource> {
    let provider = context.workspace.project_at(dir).filter(|provider| !provider.broken)?;
    // Another name is source-name-mismatch's business.
    if provider.distribution().is_some_and(|name| *name != dependency.name) {
        return None;
    }
    let Some(version) = context.workspace.version(&provider) else {
        context.not_judged(format!("the version of `{}` is computed", dependency.name));
        return None;
    };
    let (shown, place) = (context.shown(dir, &project.dir), version_place(context, &provider));
    Some(AtSource { version, shown, place })
}

/// The version of the commit that a reference leads to, or a lock has; what the reference says where it is not here.
fn of_commit(
    context: &Context<'_>,
    project: &Project,
    dependency: &Dependency,
    source: &GitSource,
) -> Option<AtSource> {
    let (workspace, name) = (context.workspace, &dependency.name);
    let reference = source.reference.as_ref().map(|(reference, _)| reference.as_str());
    let effective = workspace.effective(project, dependency);
    let by_name = || match &effective.code {
        Some(_) => None,
        None => tag_version(reference?, name, workspace.configured_tag(name).as_deref()),
    };
    let version = effective.version.clone().or_else(by_name)?;
    Some(AtSource { version, shown: reference.unwrap_or(&source.url).to_owned(), place: None })
}

/// Where the version is written, or the file that is.
fn version_place(context: &Context<'_>, provider: &Project) -> Option<Place> {
    match &provider.version.value {
        Version::Static(text) => Some(Place { file: provider.version.file.clone(), range: text.range }),
        Version::File { path, .. } => {
            let file = context.workspace.version_file(provider, &path.value)?;
            Some(Place { file, range: TextRange::default() })
        }
        Version::Missing | Version::Dynamic => None,
    }
}

/// Only an exact pin says which version is meant.
fn repin(place: &Place, written: &str, version: &str) -> Option<Fix> {
    let pinned = written.strip_prefix("==")?;
    let exact = !pinned.starts_with('=') && !pinned.contains([',', '*']);
    exact.then(|| {
        Fix::to_review(format!("pin to `=={version}`"), edits::replace(place, format!("=={version}")))
    })
}
