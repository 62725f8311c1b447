//! Manifests: text to [`Manifest`], with a span on everything a message may point at. Reading never fails: what
//! does not parse is in [`Manifest::errors`], what does is kept.
//!
//! One file here is one format. All fill the same [`Manifest`], so that a project is the sum of its manifests,
//! whoever wrote them.

mod core_metadata;
mod comments;
mod content_hash;
mod dagster;
mod document_kind;
mod gitmodules;
mod keyed;
mod literal;
mod locations;
mod lock;
mod marker;
mod model;
mod name;
mod pipfile;
mod pixi;
mod pyproject;
mod ranges;
mod requirement;
mod requirements;
mod setup_cfg;
mod setup_py;
mod specifier;
mod table;
mod yaml;

pub use comments::Moves;
pub use content_hash::poetry_content_hashes;
pub use document_kind::DocumentKind;
pub use lock::{
    Lock, LockEdge, LockEntry, LockHead, LockKind, LockManifest, LockMetadata, LockSource, LockedRequirement,
    Reached, is_compiled, read_lock,
};
pub use marker::{Marker, PythonRange, parse_marker, python_marker};
pub use model::{
    BuildSystem, DagsterTable, DeclaredGroup, DgProject, DgWorkspace, EntryPoint, FindPackages, Flit, Group,
    Hatch, Include, IncludeKind, Index, LocationDeclaration, LocationTarget, Manifest, ManifestError,
    ManifestKind, Maturin, PackageInclude, PathRequirement, Pdm, PixiEnvironment, Poetry, Requirement,
    Setuptools, Source, SourceEntry, SourceKind, Submodule, UvBuild, UvSettings, UvWorkspace, Version,
};
pub use name::DistributionName;
pub use ranges::{
    admit_nothing, admit_the_same, admit_the_same_versions, is_open_above, is_pin, lower_bound,
    representatives,
};
pub use specifier::{parse_version, specifier_admits};

use crate::text::{Spanned, TextRange};

/// Errors that are looked at in search of a template's placeholders.
const MAXIMUM_ERRORS_FOR_TEMPLATE: usize = 20;

/// Reads a manifest of a known format. Never fails: a broken text gives a manifest with errors, and of a template
/// nothing but the word that it is one.
pub fn read(kind: ManifestKind, text: &str) -> Manifest {
    // A byte order mark gives way to an empty comment of the same length, which every format has: places stay right.
    let unmarked = text.strip_prefix('\u{feff}').map(|rest| format!("# \n{rest}"));
    let text = unmarked.as_deref().unwrap_or(text);
    let manifest = read_format(kind, text);
    let Some(range) = placeholder(&manifest, text) else {
        return manifest;
    };
    let message = "this is a template with placeholders, not a manifest".to_owned();
    Manifest { template: true, errors: vec![ManifestError { message, range }], ..Manifest::empty(kind) }
}

fn read_format(kind: ManifestKind, text: &str) -> Manifest {
    match kind {
        ManifestKind::Pyproject => pyproject::read(text),
        ManifestKind::Pixi => pixi::read(text),
        ManifestKind::SetupCfg => setup_cfg::read(text),
        ManifestKind::SetupPy => setup_py::read(text),
        ManifestKind::Requirements => requirements::read(text),
        ManifestKind::DgToml => dagster::read_dg_toml(text),
        ManifestKind::Pipfile => pipfile::read(text),
        ManifestKind::Gitmodules => gitmodules::read(text),
        ManifestKind::CodeLocations => locations::read(text),
        ManifestKind::CoreMetadata => core_metadata::read(text),
    }
}

/// The placeholder that shows a text to be a template: it stands for the name, or in a line that could not be read.
/// Many a sound manifest has `{{ … }}` in the settings of some tool.
fn placeholder(manifest: &Manifest, text: &str) -> Option<TextRange> {
    let is_placeholder = |name: &str| {
        let dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
        dunder || name.contains(['{', '<', '$', '%'])
    };
    let name = manifest.name.as_ref().filter(|name| is_placeholder(&name.value));
    if let Some(name) = name {
        return Some(name.range);
    }
    manifest.errors.iter().take(MAXIMUM_ERRORS_FOR_TEMPLATE).find_map(|error| {
        let at = error.range.start as usize;
        let (before, behind) = (text.get(..at)?, text.get(at..)?);
        let start = before.rfind('\n').map_or(0, |line_break| line_break + 1);
        let end = behind.find('\n').map_or(text.len(), |line_break| at + line_break);
        let line = text.get(start..end)?;
        let open = ["{{", "{%"].into_iter().filter_map(|open| line.find(open)).min()?;
        Some(TextRange::from_usize(start + open..start + open + 2))
    })
}

/// The comment from its `#` (or `;`) at `start` up to `end`, if it is addressed to crossloc.
fn comment(text: &str, start: usize, end: usize) -> Option<Spanned<String>> {
    let written = text.get(start..end)?.trim_end();
    let inside = written.trim_start_matches(['#', ';']).trim();
    let range = TextRange::from_usize(start..start + written.len());
    inside.starts_with("crossloc:").then(|| Spanned::new(inside.to_owned(), range))
}

impl crate::vfs::Value for Manifest {
    const WEIGHT: Option<usize> = None;
}

#[cfg(test)]
mod tests;
