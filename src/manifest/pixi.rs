//! `pixi.toml`, and the same tables below `[tool.pixi]`.

use super::LockKind;
use super::keyed;
use super::model::{Group, Manifest, ManifestKind, PixiEnvironment};
use super::table::{Table, with_table};

/// The feature that every environment has unless it says otherwise.
const DEFAULT_FEATURE: &str = "default";

/// Reads a pixi.toml.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest { tools: vec![LockKind::Pixi], ..Manifest::empty(ManifestKind::Pixi) };
    with_table(text, &mut manifest, read_tables);
    manifest
}

/// Reads pixi's tables: features' requirements and the environments made of them.
pub(super) fn read_tables(root: Table<'_>, manifest: &mut Manifest) {
    read_feature(root, DEFAULT_FEATURE, manifest);
    if let Some(features) = root.table("feature", &mut manifest.errors) {
        for (name, _) in features.entries() {
            if let Some(feature) = features.table(name.value, &mut manifest.errors) {
                read_feature(feature, name.value, manifest);
            }
        }
    }
    if let Some(environments) = root.table("environments", &mut manifest.errors) {
        for (name, value) in environments.entries() {
            let table = value.as_table();
            let features = match table {
                Some(table) => table.plain_strings("features", &mut manifest.errors),
                None => environments.plain_strings(name.value, &mut manifest.errors),
            };
            let bare = table.and_then(|table| table.get("no-default-feature")?.as_bool()).unwrap_or(false);
            manifest.pixi.push(PixiEnvironment {
                name: name.value.to_owned(),
                features: features.unwrap_or_default(),
                no_default_feature: bare,
            });
        }
    }
}

/// A feature's requirements, also those for one platform only.
fn read_feature(feature: Table<'_>, name: &str, manifest: &mut Manifest) {
    let group = Group::Environment(name.to_owned());
    read_lists(feature, &group, manifest);
    if let Some(targets) = feature.table("target", &mut manifest.errors) {
        for (platform, _) in targets.entries() {
            if let Some(target) = targets.table(platform.value, &mut manifest.errors) {
                read_lists(target, &group, manifest);
            }
        }
    }
}

fn read_lists(table: Table<'_>, group: &Group, manifest: &mut Manifest) {
    if let Some(packages) = table.table("pypi-dependencies", &mut manifest.errors) {
        for (key, value) in packages.entries() {
            let found = keyed::read(key, value, group, &mut manifest.errors);
            manifest.requirements.extend(found);
        }
    }
    // Conda's packages are of another world, except those that pixi builds from a folder. Their names and versions
    // follow conda's rules, so that what is not understood is no fault.
    if let Some(packages) = table.table("dependencies", &mut manifest.errors) {
        for (key, value) in packages.entries() {
            let found = keyed::read(key, value, group, &mut Vec::new());
            manifest
                .requirements
                .extend(found.into_iter().filter(|requirement| requirement.source.is_some()));
        }
    }
}
