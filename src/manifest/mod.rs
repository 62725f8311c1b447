//! Manifests: text to [`Manifest`], with a span on everything a message may point at. Reading never fails: what
//! does not parse is in [`Manifest::errors`], what does is kept.
//!
//! One file here is one format. All fill the same [`Manifest`], so that a project is the sum of its manifests,
//! whoever wrote them.

mod dagster;
mod keyed;
mod literal;
mod model;
mod name;
mod pixi;
mod pyproject;
mod requirement;
mod requirements;
mod setup_cfg;
mod setup_py;
mod specifier;
mod table;

use camino::Utf8Path;

pub use model::{
    BuildSystem, DagsterTable, DgProject, DgWorkspace, EntryPoint, FindPackages, Flit, Group, Hatch, Include,
    IncludeKind, LocationDeclaration, LocationTarget, Manifest, ManifestError, ManifestKind, Maturin,
    PackageInclude, PathRequirement, Pdm, PixiEnvironment, Poetry, Requirement, Setuptools, Source,
    SourceEntry, SourceKind, Submodule, UvBuild, UvWorkspace, Version,
};
pub use name::DistributionName;
pub use specifier::{parse_version, specifier_admits};

use crate::text::{Spanned, TextRange};

/// The format of the file at `path`, by its name and the name of its folder; `None` for a file that is no manifest.
pub fn kind_of(path: &Utf8Path) -> Option<ManifestKind> {
    let name = path.file_name()?;
    Some(match name {
        "pyproject.toml" => ManifestKind::Pyproject,
        "pixi.toml" => ManifestKind::Pixi,
        "setup.cfg" => ManifestKind::SetupCfg,
        "setup.py" => ManifestKind::SetupPy,
        "Pipfile" => ManifestKind::Pipfile,
        ".gitmodules" => ManifestKind::Gitmodules,
        "workspace.yaml" | "workspace.yml" => ManifestKind::WorkspaceYaml,
        "dagster_cloud.yaml" | "dagster_cloud.yml" | "build.yaml" | "build.yml" => ManifestKind::DagsterCloud,
        "dg.toml" => ManifestKind::DgToml,
        _ if is_requirements_file(path, name) => ManifestKind::Requirements,
        _ => return None,
    })
}

fn is_requirements_file(path: &Utf8Path, name: &str) -> bool {
    let Some((stem, "txt" | "in")) = name.rsplit_once('.') else {
        return false;
    };
    let folder = path.parent().and_then(Utf8Path::file_name);
    stem.starts_with("requirements")
        || stem.ends_with("requirements")
        || stem.starts_with("constraints")
        || folder == Some("requirements")
}

/// Reads a manifest of a known format. Never fails; an empty or broken text gives a manifest with errors.
pub fn read(kind: ManifestKind, text: &str) -> Manifest {
    // A byte order mark gives way to an empty comment of the same length, which every format has: places stay right.
    let unmarked = text.strip_prefix('\u{feff}').map(|rest| format!("# \n{rest}"));
    let text = unmarked.as_deref().unwrap_or(text);
    match kind {
        ManifestKind::Pyproject => pyproject::read(text),
        ManifestKind::Pixi => pixi::read(text),
        ManifestKind::SetupCfg => setup_cfg::read(text),
        ManifestKind::SetupPy => setup_py::read(text),
        ManifestKind::Requirements => requirements::read(text),
        ManifestKind::DgToml => dagster::read_dg_toml(text),
        _ => Manifest::empty(kind),
    }
}

/// The comment from its `#` (or `;`) at `start` up to `end`, if it is addressed to crossloc.
fn comment(text: &str, start: usize, end: usize) -> Option<Spanned<String>> {
    let written = text.get(start..end)?.trim_end();
    let inside = written.trim_start_matches(['#', ';']).trim();
    let range = TextRange::from_usize(start..start + written.len());
    inside.starts_with("crossloc:").then(|| Spanned::new(inside.to_owned(), range))
}
