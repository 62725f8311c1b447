//! # unknown-extra (error)
//!
//! ## What it does
//!
//! Reports requirements that select an extra which the shared distribution does not have in the live tree.
//!
//! ## Why it matters
//!
//! uv and pip install the distribution without what the extra was to bring, with no more than a warning; the imports
//! that need it fail when the location is loaded.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! [project.optional-dependencies]
//! spark = ["pyspark"]
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared[sparc]"]
//! #                            ^^^^^ error[unknown-extra]: `acme-shared` has no extra `sparc`
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! ```
//!
//! ## Fix
//!
//! Replaces an extra that looks misspelt by the nearest one.

use super::registry::Rule;
use super::{Context, Finding, Fix, Severity, edits};
use crate::manifest::{DistributionName, ManifestKind, Requirement};
use crate::text::{TextRange, nearest};
use crate::vfs::FileId;
use crate::workspace::{Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "unknown-extra",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("unknown_extra.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        for own in
            project.requirements.iter().filter(|own| Some(&own.value.name.value) == project.distribution())
        {
            found.extend(judge(context, &own.file, &own.value, project));
        }
        for dependency in context.workspace.dependencies(project).iter() {
            let Provision::Live { dir, .. } = &dependency.provision else { continue };
            let Some(requirement) = dependency.requirement.as_ref().filter(|r| !r.extras.is_empty()) else {
                continue;
            };
            let provider = context.workspace.project_at(dir);
            let provider = provider.filter(|provider| provider.distribution() == Some(&dependency.name));
            if let Some(provider) = provider {
                found.extend(judge(context, &dependency.place.file, requirement, &provider));
            }
        }
    }
    found
}

fn judge(
    context: &Context<'_>,
    file: &FileId,
    requirement: &Requirement,
    provider: &Project,
) -> Vec<Finding> {
    if requirement.extras.is_empty() || provider.broken || provider.template {
        return Vec::new();
    }
    if has_computed_extras(provider) {
        context.not_judged(format!("the extras of `{}` are computed", provider.display_name()));
        return Vec::new();
    }
    let declared = provider.manifests.iter().flat_map(|(file, manifest)| {
        manifest.extras.iter().map(move |extra| (extra, Place { file: file.clone(), range: extra.range }))
    });
    let declared: Vec<_> = declared.collect();
    let is_known = |extra: &str| {
        let wanted = DistributionName::new(extra);
        wanted.is_none() || declared.iter().any(|(known, _)| DistributionName::new(&known.value) == wanted)
    };
    let unknown = requirement.extras.iter().filter(|extra| !is_known(extra));
    let judged = unknown.filter_map(|extra| {
        let place = Place { file: file.clone(), range: place_of(context, file, requirement, extra)? };
        let name = &requirement.name.value;
        let message = format!("`{name}` has no extra `{extra}`");
        let near = nearest(extra, declared.iter().map(|(known, _)| known.value.as_str()));
        let fix = near.map(|near| Fix::to_review(format!("select `{near}`"), edits::replace(&place, near)));
        let finding = Finding::new(place, message, [name.as_str(), extra]).fix(fix);
        let known = declared.iter().find(|(known, _)| Some(known.value.as_str()) == near);
        Some(match known {
            Some((known, place)) => finding.related(place.clone(), format!("`{}` is one", known.value)),
            None => finding,
        })
    });
    judged.collect()
}

/// Whether there may be extras that are not read: those of a setup.py that computes them, or of a build hook.
fn has_computed_extras(provider: &Project) -> bool {
    let computes = |kind| {
        let manifest = provider.manifest(kind);
        manifest.is_some_and(|(_, m)| m.dynamic.iter().any(|field| field.value == "optional-dependencies"))
    };
    let has_setup = [ManifestKind::SetupPy, ManifestKind::SetupCfg]
        .into_iter()
        .any(|kind| provider.manifest(kind).is_some());
    computes(ManifestKind::SetupPy) || (computes(ManifestKind::Pyproject) && !has_setup)
}

/// Where an extra is written in a requirement: behind the name, as a word of its own.
fn place_of(
    context: &Context<'_>,
    file: &FileId,
    requirement: &Requirement,
    extra: &str,
) -> Option<TextRange> {
    let source = context.workspace.files.text(file).ok()?;
    let start = requirement.name.range.end.max(requirement.range.start);
    let behind = TextRange::new(start, requirement.range.end).slice(&source.text);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let (at, _) = behind.match_indices(extra).find(|(at, word)| {
        let before = behind.get(..*at).and_then(|text| text.chars().next_back());
        let after = behind.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })?;
    let start = start + crate::text::offset(at);
    Some(TextRange::new(start, start + crate::text::offset(extra.len())))
}
