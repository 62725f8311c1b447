//! # module-not-packaged (error)
//!
//! ## What it does
//!
//! Reports imports of modules that lie in the tree of a shared distribution and outside of what its build backend puts
//! into a wheel.
//!
//! ## Why it matters
//!
//! On a laptop the import works, since an editable install puts the whole folder on the path. It fails where a wheel is
//! built: in the image, in CI, and with a path source that is not editable. It happens to a new subpackage that a list of
//! packages lacks, or to one without `__init__.py` where the backend wants one. Tests are not judged, nor are layouts
//! that are computed.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! [build-system]
//! requires = ["setuptools"]
//! build-backend = "setuptools.build_meta"
//! [tool.setuptools]
//! packages = ["acme"]
//! #- shared/acme/__init__.py
//! #- shared/acme/jobs/__init__.py
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! #- etl/src/etl/__init__.py
//! import acme.jobs
//! #      ^^^^^^^^^ error[module-not-packaged]: `acme.jobs` is not in what `acme-shared` ships
//! ```
//!
//! ## Fix
//!
//! Add the package where the manifest lists packages, or the missing `__init__.py`.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::absent::is_live;
use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::python::{ImportKind, ModuleName, ScopeId};
use crate::source::Found;
use crate::text::TextRange;
use crate::uses::ImportUse;
use crate::vfs::FileId;
use crate::workspace::{Place, Project, is_around};

/// The rule.
pub const RULE: Rule = Rule {
    name: "module-not-packaged",
    default: Some(Severity::Error),
    check: Some(check),
    source: include_str!("module_not_packaged.rs"),
};

/// How many further imports a finding names.
const MAX_RELATED: usize = 20;

/// Once for each module and importing project.
fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<(Utf8PathBuf, ModuleName), Finding> = BTreeMap::new();
    for uses in context.judged_files() {
        for used in uses.imports.iter().filter(|used| !used.optional && is_live(&used.standing)) {
            let Some((module, range, file)) = unshipped(context, used) else { continue };
            let place = Place { file: uses.file.clone(), range };
            let key = (uses.project.dir.clone(), module.clone());
            if let Some(finding) = found.get_mut(&key) {
                if finding.related.len() < MAX_RELATED && finding.place != place {
                    *finding = finding.clone().related(place, "imported here, too");
                }
                continue;
            }
            let whose = used.provider.display_name();
            let message = format!("`{module}` is not in what `{whose}` ships");
            let there = Place { file, range: TextRange::default() };
            let finding = Finding::new(place, message, [module.as_str(), whose]);
            found.insert(key, finding.related(there, "it lies here"));
        }
    }
    found.into_values().collect()
}

/// The module that an import leads to and the provider does not ship, with the name's place and the module's file.
fn unshipped(context: &Context<'_>, used: &ImportUse) -> Option<(ModuleName, TextRange, FileId)> {
    let provider = &used.provider;
    let file = used.file.as_ref()?;
    if !provider.ships || !is_known(provider) {
        return None;
    }
    if !ships(context, provider, &used.module) {
        return judged(provider, file, &used.module).then(|| (used.module.clone(), used.range, file.clone()));
    }
    // `from acme import jobs`, where `jobs` is a module below the package.
    let import = &used.import;
    let ImportKind::From(name) = &import.kind else { return None };
    if import.module != used.module.as_str() || file.file_name() != "__init__.py" {
        return None;
    }
    let module = used.module.child(name);
    let Some(Found::Module(below)) = provider.layout.find(&context.workspace.files, &module) else {
        return None;
    };
    let package = context.workspace.summary(file)?;
    let bound = !package.bindings(ScopeId::MODULE, name).is_empty();
    if bound || ships(context, provider, &module) || !judged(provider, &below, &module) {
        return None;
    }
    Some((module, used.name?, below))
}

fn ships(context: &Context<'_>, provider: &Project, module: &ModuleName) -> bool {
    provider.layout.ships(&context.workspace.files, module)
}

/// Whether the layout follows from the manifest alone.
fn is_known(provider: &Project) -> bool {
    let computed = provider
        .manifests
        .iter()
        .any(|(_, manifest)| manifest.build.setuptools.as_ref().is_some_and(|setuptools| setuptools.dynamic));
    !computed && !provider.broken && !provider.layout.is_guessed()
}

/// Tests and the like are not meant to be shipped, and files elsewhere are not the provider's.
fn judged(provider: &Project, file: &FileId, module: &ModuleName) -> bool {
    !module.segments().any(is_around)
        && file.path().extension() == Some("py")
        && file.path().starts_with(&provider.dir)
}
