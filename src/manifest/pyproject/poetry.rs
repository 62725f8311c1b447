//! `[tool.poetry]`, of Poetry 1 (all there) and Poetry 2 (beside `[project]`).

use rustc_hash::FxHashMap;

use super::super::DistributionName;
use super::super::keyed;
use super::super::model::{Group, Manifest, PackageInclude, Poetry, Requirement, Version};
use super::super::specifier::parse_constraint;
use super::super::table::{Table, Value};
use super::project::read_scripts;
use crate::text::Spanned;

/// Reads `[tool.poetry]` and what its version plugin leaves to tags.
pub(super) fn read(tool: Table<'_>, manifest: &mut Manifest) {
    let Some(poetry) = tool.table("poetry", &mut manifest.errors) else {
        return;
    };
    // Poetry 2 takes what `[project]` says before what its own table says. It also takes names that no index would,
    // such as `Acme Platform`.
    if manifest.name.is_none()
        && let Some(name) = poetry.string("name", &mut manifest.errors)
    {
        manifest.name = Some(name.spanned());
    }
    manifest.declares_project |= poetry.get("name").is_some();
    if !matches!(manifest.version, Version::Static(_))
        && let Some(version) = poetry.spanned("version", &mut manifest.errors)
    {
        manifest.version = Version::Static(version);
    }
    let versioning = tool.get("poetry-dynamic-versioning").and_then(Value::as_table);
    if versioning.and_then(|table| table.get("enable")?.as_bool()) == Some(true) {
        manifest.version = Version::Dynamic;
    }
    if let Some(mode) = poetry.boolean("package-mode", &mut manifest.errors) {
        manifest.package = Some(mode);
    }
    let extras = read_extras(poetry, manifest);
    read_main(poetry, &extras, manifest);
    read_groups(poetry, manifest);
    read_scripts(poetry, "scripts", "console_scripts", manifest);
    if let Some(plugins) = poetry.table("plugins", &mut manifest.errors) {
        for (group, _) in plugins.entries() {
            read_scripts(plugins, group.value, group.value, manifest);
        }
    }
    manifest.build.poetry = Some(read_packages(poetry, manifest));
}

/// For each distribution the extras that name it.
type Extras = FxHashMap<DistributionName, Vec<String>>;

fn read_extras(poetry: Table<'_>, manifest: &mut Manifest) -> Extras {
    let mut extras = Extras::default();
    let Some(table) = poetry.table("extras", &mut manifest.errors) else {
        return extras;
    };
    for (name, _) in table.entries() {
        manifest.extras.push(name.spanned());
        for member in table.strings(name.value, &mut manifest.errors).unwrap_or_default() {
            if let Some(member) = DistributionName::new(member.value) {
                extras.entry(member).or_default().push(name.value.to_owned());
            }
        }
    }
    extras
}

fn read_main(poetry: Table<'_>, extras: &Extras, manifest: &mut Manifest) {
    let Some(dependencies) = poetry.table("dependencies", &mut manifest.errors) else {
        return;
    };
    let mut standard: FxHashMap<DistributionName, Vec<usize>> = FxHashMap::default();
    for (place, known) in manifest.requirements.iter().enumerate() {
        if matches!(known.group, Group::Main | Group::Extra(_)) {
            standard.entry(known.name.value.clone()).or_default().push(place);
        }
    }
    for (key, value) in dependencies.entries() {
        if key.value == "python" {
            read_python(value, manifest);
            continue;
        }
        let optional = value.as_table().and_then(|table| table.get("optional")?.as_bool()) == Some(true);
        for requirement in keyed::read(key, value, &Group::Main, &mut manifest.errors) {
            if !standard.is_empty() {
                let places = standard.get(&requirement.name.value).map_or(&[][..], Vec::as_slice);
                enrich(requirement, places, manifest);
            } else if optional {
                push_optional(requirement, extras, manifest);
            } else {
                manifest.requirements.push(requirement);
            }
        }
    }
}

/// Poetry 2 beside `[project] dependencies`: the table says where the requirements at `places` are taken from, and
/// requires nothing itself.
fn enrich(entry: Requirement, places: &[usize], manifest: &mut Manifest) {
    let Some(source) = entry.source else {
        return;
    };
    for place in places {
        if let Some(known) = manifest.requirements.get_mut(*place) {
            known.source = Some(source.clone());
        }
    }
}

/// An optional dependency belongs to each extra that names it; one that none names is required by nobody.
fn push_optional(requirement: Requirement, extras: &Extras, manifest: &mut Manifest) {
    for extra in extras.get(&requirement.name.value).map_or(&[][..], Vec::as_slice) {
        manifest.requirements.push(Requirement { group: Group::Extra(extra.clone()), ..requirement.clone() });
    }
}

/// `python = "^3.9"`, as PEP 440 where it can be said so.
fn read_python(value: Value<'_>, manifest: &mut Manifest) {
    let written = value.as_string().or_else(|| value.as_table()?.get("version")?.as_string());
    if let Some(written) = written.filter(|_| manifest.requires_python.is_none()) {
        let translated = parse_constraint(written, &mut manifest.errors).map(|found| found.value.to_string());
        let text = translated.unwrap_or_else(|| written.value.to_owned());
        manifest.requires_python = Some(Spanned::new(text, written.range));
    }
}

fn read_groups(poetry: Table<'_>, manifest: &mut Manifest) {
    let dev = Group::Group { name: "dev".to_owned(), optional: false };
    read_group(poetry, "dev-dependencies", &dev, manifest);
    let Some(groups) = poetry.table("group", &mut manifest.errors) else {
        return;
    };
    for (name, _) in groups.entries() {
        let Some(table) = groups.table(name.value, &mut manifest.errors) else {
            continue;
        };
        let optional = table.boolean("optional", &mut manifest.errors).unwrap_or(false);
        let group = Group::Group { name: name.value.to_owned(), optional };
        read_group(table, "dependencies", &group, manifest);
    }
}

fn read_group(parent: Table<'_>, key: &str, group: &Group, manifest: &mut Manifest) {
    let Some(table) = parent.table(key, &mut manifest.errors) else {
        return;
    };
    for (key, value) in table.entries() {
        let found = keyed::read(key, value, group, &mut manifest.errors);
        manifest.requirements.extend(found);
    }
}

fn read_packages(poetry: Table<'_>, manifest: &mut Manifest) -> Poetry {
    let errors = &mut manifest.errors;
    let mut packages = Vec::new();
    for item in poetry.list("packages", errors).unwrap_or_default() {
        let Some(table) = item.as_table() else {
            continue;
        };
        if let Some(include) = table.plain_string("include", errors) {
            let (from, to) = (table.plain_string("from", errors), table.plain_string("to", errors));
            packages.push(PackageInclude { include, from, to });
        }
    }
    let include = poetry.list("include", errors).unwrap_or_default();
    let include = include.into_iter().filter_map(|item| {
        let path = item.as_string().or_else(|| item.as_table()?.get("path")?.as_string())?;
        Some(path.value.to_owned())
    });
    let include = include.collect();
    Poetry { packages, include, exclude: poetry.plain_strings("exclude", errors).unwrap_or_default() }
}
