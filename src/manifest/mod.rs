//! Manifests: text to [`Manifest`], with a span on everything a message may point at. Reading never fails: what
//! does not parse is in [`Manifest::errors`], what does is kept.
//!
//! One file here is one format. All fill the same [`Manifest`], so that a project is the sum of its manifests,
//! whoever wrote them.

mod model;
mod name;

pub use model::{
    BuildSystem, DagsterTable, DgProject, DgWorkspace, EntryPoint, FindPackages, Flit, Group, Hatch, Include,
    IncludeKind, LocationDeclaration, LocationTarget, Manifest, ManifestError, ManifestKind, Maturin,
    PackageInclude, Pdm, PixiEnvironment, Poetry, Requirement, Setuptools, Source, SourceEntry, SourceKind,
    Submodule, UvBuild, UvWorkspace, Version,
};
pub use name::DistributionName;
