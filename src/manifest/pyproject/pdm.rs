//! `[tool.pdm]`.

use super::super::literal::Literal;
use super::super::model::{Group, Manifest, Pdm, Version};
use super::super::requirement;
use super::super::requirements;
use super::super::table::Table;

/// Reads `[tool.pdm]`.
pub(super) fn read(tool: Table<'_>, manifest: &mut Manifest) {
    let Some(pdm) = tool.table("pdm", &mut manifest.errors) else {
        return;
    };
    if let Some(distribution) = pdm.boolean("distribution", &mut manifest.errors) {
        manifest.package = Some(distribution);
    }
    if let Some(groups) = pdm.table("dev-dependencies", &mut manifest.errors) {
        for (name, _) in groups.entries() {
            let group = Group::Group { name: name.value.to_owned(), optional: false };
            for text in groups.strings(name.value, &mut manifest.errors).unwrap_or_default() {
                read_requirement(text, &group, manifest);
            }
        }
    }
    if let Some(version) = pdm.table("version", &mut manifest.errors) {
        let path = version.spanned("path", &mut manifest.errors);
        let from_file =
            version.string("source", &mut manifest.errors).is_some_and(|source| source.value == "file");
        match path {
            Some(path) if from_file => manifest.version = Version::File { path, attribute: None },
            _ if !matches!(manifest.version, Version::Static(_)) => manifest.version = Version::Dynamic,
            _ => {}
        }
    }
    if let Some(build) = pdm.table("build", &mut manifest.errors) {
        let errors = &mut manifest.errors;
        manifest.build.pdm = Some(Pdm {
            package_dir: build.plain_string("package-dir", errors),
            includes: build.plain_strings("includes", errors).unwrap_or_default(),
            excludes: build.plain_strings("excludes", errors).unwrap_or_default(),
        });
    }
}

/// PDM's own lists also take `-e file:///${PROJECT_ROOT}/../shared#egg=shared`.
fn read_requirement(text: Literal<'_>, group: &Group, manifest: &mut Manifest) {
    let Some(target) = text.value.strip_prefix("-e ") else {
        requirement::add(manifest, text, group);
        return;
    };
    requirements::read_target(text, text.part(target), group, Some(true), manifest);
}
