//! Build backends with small tables: flit and maturin.

use super::super::DistributionName;
use super::super::model::{Flit, Group, Manifest, Maturin, Version};
use super::super::requirement;
use super::super::table::Table;
use super::project::read_scripts;
use crate::text::{Spanned, TextRange};

/// Reads `[tool.flit]` and `[tool.maturin]`.
pub(super) fn read(tool: Table<'_>, manifest: &mut Manifest) {
    if let Some(flit) = tool.table("flit", &mut manifest.errors) {
        read_flit(flit, manifest);
    }
    if let Some(maturin) = tool.table("maturin", &mut manifest.errors) {
        let errors = &mut manifest.errors;
        manifest.build.maturin = Some(Maturin {
            python_source: maturin.plain_string("python-source", errors),
            module_name: maturin.plain_string("module-name", errors),
            python_packages: maturin.plain_strings("python-packages", errors).unwrap_or_default(),
        });
    }
}

/// flit reads a version that is left open from the module, whether or not it has a table.
pub(super) fn complete_version(manifest: &mut Manifest) {
    let flit = manifest.build.backend.as_ref().is_some_and(|backend| backend.value.starts_with("flit"));
    if flit && matches!(manifest.version, Version::Dynamic) {
        manifest.version = module_version(manifest);
    }
}

fn read_flit(flit: Table<'_>, manifest: &mut Manifest) {
    let module = flit.table("module", &mut manifest.errors);
    let mut module = module.and_then(|module| module.plain_string("name", &mut manifest.errors));
    if let Some(metadata) = flit.table("metadata", &mut manifest.errors) {
        manifest.declares_project = true;
        let written = metadata.string("module", &mut manifest.errors);
        module = module.or_else(|| written.map(|name| name.value.to_owned()));
        let name = metadata.string("dist-name", &mut manifest.errors).or(written);
        manifest.name = manifest.name.take().or_else(|| name.map(|name| name.spanned()));
        manifest.requires_python = metadata.spanned("requires-python", &mut manifest.errors);
        manifest.version = Version::Dynamic;
        for text in metadata.strings("requires", &mut manifest.errors).unwrap_or_default() {
            requirement::add(manifest, text, &Group::Main);
        }
        if let Some(extras) = metadata.table("requires-extra", &mut manifest.errors) {
            for (name, _) in extras.entries() {
                manifest.extras.push(name.spanned());
                for text in extras.strings(name.value, &mut manifest.errors).unwrap_or_default() {
                    requirement::add(manifest, text, &Group::Extra(name.value.to_owned()));
                }
            }
        }
    }
    read_scripts(flit, "scripts", "console_scripts", manifest);
    manifest.build.flit = Some(Flit { module });
}

/// `__version__` of the module that flit packages.
fn module_version(manifest: &Manifest) -> Version {
    let written = manifest.build.flit.as_ref().and_then(|flit| flit.module.clone());
    let guessed = manifest
        .name
        .as_ref()
        .and_then(|name| DistributionName::new(&name.value))
        .map(|name| name.as_module());
    let Some(module) = written.or(guessed) else {
        return Version::Dynamic;
    };
    let range = manifest.name.as_ref().map_or(TextRange::default(), |name| name.range);
    Version::File {
        path: Spanned::new(module.replace('.', "/"), range),
        attribute: Some("__version__".to_owned()),
    }
}
