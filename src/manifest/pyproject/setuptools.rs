//! `[tool.setuptools]`.

use super::super::literal::Literal;
use super::super::model::{
    FindPackages, Group, Include, IncludeKind, Manifest, ManifestError, Setuptools, Version,
};
use super::super::table::{Table, Value};
use crate::text::Spanned;

/// Reads `[tool.setuptools]`.
pub(super) fn read(tool: Table<'_>, manifest: &mut Manifest) {
    let Some(table) = tool.table("setuptools", &mut manifest.errors) else {
        return;
    };
    let errors = &mut manifest.errors;
    let mut settings = Setuptools::default();
    match table.get("packages") {
        Some(packages) if packages.as_table().is_some() => {
            let find = packages.as_table().and_then(|packages| packages.table("find", errors));
            settings.find = find.map(|find| read_find(find, errors));
        }
        Some(_) => settings.packages = table.plain_strings("packages", errors),
        None => {}
    }
    if let Some(directories) = table.table("package-dir", errors) {
        for (package, _) in directories.entries() {
            let folder = directories.plain_string(package.value, errors);
            settings.package_dir.extend(folder.map(|folder| (package.value.to_owned(), folder)));
        }
    }
    settings.py_modules = table.plain_strings("py-modules", errors);
    manifest.build.setuptools = Some(settings);
    if let Some(dynamic) = table.table("dynamic", &mut manifest.errors) {
        read_dynamic(dynamic, manifest);
    }
}

fn read_find(find: Table<'_>, errors: &mut Vec<ManifestError>) -> FindPackages {
    FindPackages {
        roots: find.plain_strings("where", errors).unwrap_or_else(|| vec![".".to_owned()]),
        include: find.plain_strings("include", errors).unwrap_or_else(|| vec!["*".to_owned()]),
        exclude: find.plain_strings("exclude", errors).unwrap_or_default(),
        namespaces: find.boolean("namespaces", errors).unwrap_or(true),
    }
}

/// A field that is read from files is as good as written: its files are included and it is dynamic no more.
fn read_dynamic(dynamic: Table<'_>, manifest: &mut Manifest) {
    if let Some(version) = dynamic.get("version").and_then(Value::as_table) {
        if let Some(attribute) = version.string("attr", &mut manifest.errors) {
            manifest.version = attribute_version(attribute);
        } else if let Some(path) = files(version, &mut manifest.errors).into_iter().next() {
            manifest.version = Version::File { path: path.spanned(), attribute: None };
        }
    }
    if let Some(dependencies) = dynamic.get("dependencies").and_then(Value::as_table) {
        include_files(dependencies, "dependencies", &Group::Main, manifest);
    }
    if let Some(extras) = dynamic.table("optional-dependencies", &mut manifest.errors) {
        for (name, value) in extras.entries() {
            manifest.extras.push(name.spanned());
            if let Some(table) = value.as_table() {
                include_files(table, "optional-dependencies", &Group::Extra(name.value.to_owned()), manifest);
            }
        }
    }
}

fn include_files(table: Table<'_>, field: &str, group: &Group, manifest: &mut Manifest) {
    let files = files(table, &mut manifest.errors);
    if files.is_empty() {
        return;
    }
    for file in files {
        let (kind, path) = (IncludeKind::Requirements, file.spanned());
        manifest.includes.push(Include { kind, path, group: group.clone() });
    }
    manifest.dynamic.retain(|known| known.value != field);
}

/// `file`, a string or a list of them.
fn files<'a>(table: Table<'a>, errors: &mut Vec<ManifestError>) -> Vec<Literal<'a>> {
    match table.get("file").and_then(Value::as_string) {
        Some(one) => vec![one],
        None => table.strings("file", errors).unwrap_or_default(),
    }
}

/// `pkg.mod.__version__`: the attribute `__version__` of `pkg/mod`.
pub(in super::super) fn attribute_version(attribute: Literal<'_>) -> Version {
    let (module, name) = attribute.value.rsplit_once('.').unwrap_or(("", attribute.value));
    Version::File {
        path: Spanned::new(module.replace('.', "/"), attribute.range),
        attribute: Some(name.to_owned()),
    }
}
