//! The standard's tables: `[project]` (PEP 621), `[dependency-groups]` (PEP 735), `[build-system]` (PEP 518).

use super::super::model::{DeclaredGroup, EntryPoint, Group, Manifest, ManifestError, Version};
use super::super::requirement;
use super::super::table::Table;
use super::super::{DistributionName, literal::Literal};

/// Reads the three tables.
pub(super) fn read(root: Table<'_>, manifest: &mut Manifest) {
    if let Some(project) = root.table("project", &mut manifest.errors) {
        read_project(project, manifest);
    }
    if let Some(groups) = root.table("dependency-groups", &mut manifest.errors) {
        read_groups(groups, manifest);
    }
    if let Some(system) = root.table("build-system", &mut manifest.errors) {
        manifest.build.declared = true;
        manifest.build.backend = system.spanned("build-backend", &mut manifest.errors);
        for text in system.strings("requires", &mut manifest.errors).unwrap_or_default() {
            requirement::add(manifest, text, &Group::Build);
        }
    }
}

fn read_project(project: Table<'_>, manifest: &mut Manifest) {
    manifest.declares_project = true;
    if let Some(name) = project.string("name", &mut manifest.errors) {
        set_name(name, manifest);
    }
    manifest.requires_python = project.spanned("requires-python", &mut manifest.errors);
    let dynamic = project.strings("dynamic", &mut manifest.errors).unwrap_or_default();
    if dynamic.iter().any(|field| field.value == "version") {
        manifest.version = Version::Dynamic;
    }
    manifest.dynamic = dynamic.into_iter().map(Literal::spanned).collect();
    if let Some(version) = project.spanned("version", &mut manifest.errors) {
        manifest.version = Version::Static(version);
    }
    for text in project.strings("dependencies", &mut manifest.errors).unwrap_or_default() {
        requirement::add(manifest, text, &Group::Main);
    }
    if let Some(extras) = project.table("optional-dependencies", &mut manifest.errors) {
        for (name, _) in extras.entries() {
            manifest.extras.push(name.spanned());
            let group = Group::Extra(name.value.to_owned());
            for text in extras.strings(name.value, &mut manifest.errors).unwrap_or_default() {
                requirement::add(manifest, text, &group);
            }
        }
    }
    read_scripts(project, "scripts", "console_scripts", manifest);
    read_scripts(project, "gui-scripts", "gui_scripts", manifest);
    if let Some(groups) = project.table("entry-points", &mut manifest.errors) {
        for (group, _) in groups.entries() {
            read_scripts(groups, group.value, group.value, manifest);
        }
    }
}

/// Takes the name over; one that is none becomes an error.
pub(in crate::manifest) fn set_name(name: Literal<'_>, manifest: &mut Manifest) {
    if DistributionName::new(name.value).is_none() {
        let message = format!("`{}` is not a distribution's name", requirement::shortened(name.value));
        manifest.errors.push(ManifestError { message, range: name.range });
    }
    manifest.name = Some(name.spanned());
}

/// Reads the table at `key` as entry points of `group`.
pub(super) fn read_scripts(parent: Table<'_>, key: &str, group: &str, manifest: &mut Manifest) {
    let Some(scripts) = parent.table(key, &mut manifest.errors) else {
        return;
    };
    for (name, value) in scripts.entries() {
        // Poetry also has scripts that are tables: files to copy, or a reference with extras.
        let target = value.as_string().or_else(|| value.as_table()?.get("reference")?.as_string());
        if let Some(target) = target {
            let (group, name) = (group.to_owned(), name.value.to_owned());
            manifest.entry_points.push(EntryPoint { group, name, value: target.spanned() });
        }
    }
}

/// A group's requirements stay in the group they are written in: a group that includes another
/// (`{ include-group = "test" }`) does not repeat them.
fn read_groups(groups: Table<'_>, manifest: &mut Manifest) {
    for (name, _) in groups.entries() {
        let group = Group::Group { name: name.value.to_owned(), optional: false };
        let mut includes = Vec::new();
        for item in groups.list(name.value, &mut manifest.errors).unwrap_or_default() {
            if let Some(text) = item.as_string() {
                requirement::add(manifest, text, &group);
            } else if let Some(included) = item.as_table().and_then(|table| table.get("include-group")) {
                includes.extend(included.as_string().map(|included| included.value.to_owned()));
            } else {
                let message = format!(
                    "expected a requirement or `{{ include-group = \"…\" }}`, found {}",
                    item.type_name()
                );
                manifest.errors.push(ManifestError { message, range: item.range });
            }
        }
        manifest.groups.push(DeclaredGroup { name: name.spanned(), includes });
    }
}
