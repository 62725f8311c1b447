//! `[tool.hatch]`.

use super::super::literal::Literal;
use super::super::model::{Group, Hatch, Include, IncludeKind, Manifest, ManifestError, Version};
use super::super::requirement;
use super::super::table::{Table, Value};

/// Reads `[tool.hatch]`.
pub(super) fn read(tool: Table<'_>, manifest: &mut Manifest) {
    let Some(hatch) = tool.table("hatch", &mut manifest.errors) else {
        return;
    };
    read_version(hatch, manifest);
    read_environments(hatch, manifest);
    read_requirements_hook(hatch, manifest);
    if let Some(build) = hatch.table("build", &mut manifest.errors) {
        let errors = &mut manifest.errors;
        let mut settings = Hatch::default();
        read_build(build, &mut settings, errors);
        let targets = build.table("targets", errors);
        if let Some(wheel) = targets.and_then(|targets| targets.table("wheel", errors)) {
            read_build(wheel, &mut settings, errors);
        }
        manifest.build.hatch = Some(settings);
    }
}

fn read_version(hatch: Table<'_>, manifest: &mut Manifest) {
    let Some(version) = hatch.table("version", &mut manifest.errors) else {
        return;
    };
    let source = version.string("source", &mut manifest.errors).map_or("regex", |source| source.value);
    let path = version.spanned("path", &mut manifest.errors);
    if matches!(manifest.version, Version::Static(_)) {
        return;
    }
    let computed = version.get("expression").is_some();
    manifest.version = match path {
        Some(path) if !computed && matches!(source, "regex" | "code") => {
            Version::File { path, attribute: None }
        }
        _ => Version::Dynamic,
    };
}

fn read_environments(hatch: Table<'_>, manifest: &mut Manifest) {
    let Some(environments) = hatch.table("envs", &mut manifest.errors) else {
        return;
    };
    for (name, value) in environments.entries() {
        let Some(table) = value.as_table() else {
            continue;
        };
        let group = Group::Environment(name.value.to_owned());
        for key in ["dependencies", "extra-dependencies"] {
            for text in table.strings(key, &mut manifest.errors).unwrap_or_default() {
                requirement::add(manifest, text, &group);
            }
        }
    }
}

/// The hook `hatch-requirements-txt` names files, and so its `dependencies` are no secret.
fn read_requirements_hook(hatch: Table<'_>, manifest: &mut Manifest) {
    let hook = hatch
        .get("metadata")
        .and_then(Value::as_table)
        .and_then(|table| table.get("hooks")?.as_table()?.get("requirements_txt")?.as_table());
    let Some(hook) = hook else {
        return;
    };
    let mut files = hook.strings("files", &mut manifest.errors).unwrap_or_default();
    files.extend(hook.string("filename", &mut manifest.errors));
    if files.is_empty() {
        return;
    }
    for file in files {
        let (kind, path) = (IncludeKind::Requirements, file.spanned());
        manifest.includes.push(Include { kind, path, group: Group::Main });
    }
    manifest.dynamic.retain(|field| field.value != "dependencies");
}

/// Settings that are given replace those that are there.
fn read_build(table: Table<'_>, settings: &mut Hatch, errors: &mut Vec<ManifestError>) {
    if let Some(packages) = table.strings("packages", errors) {
        settings.packages = Some(packages.into_iter().map(Literal::spanned).collect());
    }
    if let Some(include) = table.plain_strings("include", errors) {
        settings.include = Some(include);
    }
    if let Some(exclude) = table.plain_strings("exclude", errors) {
        settings.exclude = exclude;
    }
    if let Some(only_include) = table.plain_strings("only-include", errors) {
        settings.only_include = Some(only_include);
    }
    if let Some(force_include) = table.table("force-include", errors) {
        settings.force_include = pairs(force_include);
    }
    if let Some(directories) = table.plain_strings("dev-mode-dirs", errors) {
        settings.dev_mode_dirs = directories;
    }
    match table.get("sources") {
        Some(sources) if sources.as_table().is_some() => {
            settings.sources = sources.as_table().map(pairs).unwrap_or_default();
        }
        Some(_) => {
            let removed = table.plain_strings("sources", errors).unwrap_or_default();
            settings.sources = removed.into_iter().map(|prefix| (prefix, String::new())).collect();
        }
        None => {}
    }
}

/// The string values of a table with their keys.
fn pairs(table: Table<'_>) -> Vec<(String, String)> {
    let entries = table.entries().into_iter();
    entries
        .filter_map(|(key, value)| Some((key.value.to_owned(), value.as_string()?.value.to_owned())))
        .collect()
}
