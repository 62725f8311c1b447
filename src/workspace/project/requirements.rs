//! What requirements files are to the project beside which they lie, by their names and by who names them.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::manifest::{Group, IncludeKind, LockKind, Manifest};
use crate::vfs::{FileId, join};

/// The files that others name as requirements.
pub(super) fn required_files(manifests: &[(FileId, Arc<Manifest>)]) -> FxHashSet<FileId> {
    let includes = manifests
        .iter()
        .flat_map(|(file, manifest)| manifest.includes.iter().map(move |include| (file, include)));
    let required = includes.filter(|(_, include)| include.kind == IncludeKind::Requirements);
    required.map(|(file, include)| FileId::new(&join(file.dir(), &include.path.value))).collect()
}

/// Whether a file that nobody names as requirements says which versions may be taken of what is required elsewhere.
pub(super) fn is_constraints(file: &FileId) -> bool {
    file.path().file_stem().unwrap_or("").to_ascii_lowercase().contains("constraints")
}

/// Whether a file was compiled from requirements that stand beside it: what it lists is what these came to, and not
/// what the project asks for.
pub(super) fn is_made_from_others(
    file: &FileId,
    manifest: &Manifest,
    all: &[(FileId, Arc<Manifest>)],
) -> bool {
    let asks = |other: &Manifest| !other.requirements.is_empty() && other.tools != [LockKind::Compiled];
    manifest.tools == [LockKind::Compiled]
        && all.iter().any(|(other, manifest)| {
            let same_stem = other.path().file_stem() == file.path().file_stem();
            let is_input = other.path().extension() == Some("in") && same_stem;
            asks(manifest) && (is_input || (manifest.declares_project && other.dir() == file.dir()))
        })
}

/// `requirements-dev.txt`, `dev-requirements.txt`, `requirements/test.txt` hold what development needs.
pub(in crate::workspace) fn requirements_group(file: &FileId) -> Option<Group> {
    let stem = file.path().file_stem().unwrap_or("").to_ascii_lowercase();
    let known = |word: &str| match word {
        "rtd" | "readthedocs" | "sphinx" => Some("docs".to_owned()),
        _ => Some(word.to_owned())
            .filter(|name| Group::Group { name: name.clone(), optional: false }.is_development()),
    };
    let name = stem.split(['-', '_', '.']).find_map(known)?;
    Some(Group::Group { name, optional: false })
}
