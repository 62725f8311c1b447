//! `[tool.uv]`: sources, the workspace, and lists of its own.

use super::super::DistributionName;
use super::super::literal::Literal;
use super::super::model::{
    Group, Index, Manifest, ManifestError, Requirement, Source, SourceEntry, SourceKind, UvBuild, UvWorkspace,
};
use super::super::requirement;
use super::super::table::{Table, Value};
use crate::text::{Spanned, TextRange};

/// Reads `[tool.uv]`.
pub(super) fn read(tool: Table<'_>, manifest: &mut Manifest) {
    let Some(uv) = tool.table("uv", &mut manifest.errors) else {
        return;
    };
    manifest.package = uv.boolean("package", &mut manifest.errors);
    if let Some(workspace) = uv.table("workspace", &mut manifest.errors) {
        let mut globs = |key| -> Vec<Spanned<String>> {
            let globs = workspace.strings(key, &mut manifest.errors).unwrap_or_default();
            globs.into_iter().map(Literal::spanned).collect()
        };
        manifest.workspace = Some(UvWorkspace { members: globs("members"), exclude: globs("exclude") });
    }
    manifest.uv.managed = uv.boolean("managed", &mut manifest.errors);
    manifest.uv.constraints = parsed(uv, "constraint-dependencies");
    manifest.uv.overrides = parsed(uv, "override-dependencies");
    let lists = [
        ("dev-dependencies", Group::Group { name: "dev".to_owned(), optional: false }),
        ("constraint-dependencies", Group::Constraint),
        ("override-dependencies", Group::Override),
    ];
    for (key, group) in lists {
        for text in uv.strings(key, &mut manifest.errors).unwrap_or_default() {
            requirement::add(manifest, text, &group);
        }
        manifest.uv.dev_dependencies |= key == "dev-dependencies" && uv.get(key).is_some();
    }
    let links = uv.strings("find-links", &mut manifest.errors).unwrap_or_default();
    manifest.find_links.extend(links.into_iter().map(Literal::spanned));
    for index in uv.list("index", &mut manifest.errors).unwrap_or_default() {
        let Some(table) = index.as_table() else { continue };
        let errors = &mut manifest.errors;
        let name = table.spanned("name", errors);
        let explicit = table.boolean("explicit", errors).unwrap_or(false);
        let default = table.boolean("default", errors).unwrap_or(false);
        if let Some(url) = table.spanned("url", errors) {
            manifest.indexes.push(Index { name, url, explicit, default });
        }
    }
    if let Some(sources) = uv.table("sources", &mut manifest.errors) {
        for (name, value) in sources.entries() {
            read_source(name, value, manifest);
        }
    }
    if let Some(build) = uv.table("build-backend", &mut manifest.errors) {
        let errors = &mut manifest.errors;
        let module_name = match build.get("module-name").and_then(Value::as_string) {
            Some(one) => Some(vec![one.value.to_owned()]),
            None => build.plain_strings("module-name", errors),
        };
        manifest.build.uv = Some(UvBuild {
            module_name,
            module_root: build.plain_string("module-root", errors),
            namespace: build.boolean("namespace", errors).unwrap_or(false),
        });
    }
}

/// The requirements of one list; what is wrong with them is said where they are read with all others.
fn parsed(uv: Table<'_>, key: &str) -> Vec<Requirement> {
    let items = uv.strings(key, &mut Vec::new()).unwrap_or_default();
    let read = |text| requirement::parse(text, &Group::Constraint, &mut Vec::new());
    items.into_iter().filter_map(read).collect()
}

fn read_source(key: Literal<'_>, value: Value<'_>, manifest: &mut Manifest) {
    let Some(name) = DistributionName::new(key.value) else {
        let message = format!("`{}` is not a distribution's name", requirement::shortened(key.value));
        manifest.errors.push(ManifestError { message, range: key.range });
        return;
    };
    let entries = value.as_list().unwrap_or_else(|| vec![value]);
    let entries = entries.into_iter().filter_map(|entry| read_entry(entry, &mut manifest.errors)).collect();
    manifest.sources.push(Source {
        name: Spanned::new(name, key.range),
        range: TextRange::new(key.range.start, value.range.end),
        entries,
    });
}

fn read_entry(entry: Value<'_>, errors: &mut Vec<ManifestError>) -> Option<SourceEntry> {
    let Some(table) = entry.as_table() else {
        let message =
            format!("a source must be a table such as `{{ path = \"…\" }}`, not {}", entry.type_name());
        errors.push(ManifestError { message, range: entry.range });
        return None;
    };
    let known = ["path", "workspace", "git", "url", "index"].iter().any(|key| table.get(key).is_some());
    let kind = table_source(table, errors);
    if !known {
        let message = "a source needs one of `path`, `workspace`, `git`, `url` and `index`".to_owned();
        errors.push(ManifestError { message, range: entry.range });
    }
    Some(SourceEntry {
        kind: kind?,
        range: entry.range,
        marker: table.plain_string("marker", errors),
        only_for: table.plain_string("extra", errors).or_else(|| table.plain_string("group", errors)),
        editable: table.boolean("editable", errors),
        package: table.boolean("package", errors),
    })
}

fn table_source(table: Table<'_>, errors: &mut Vec<ManifestError>) -> Option<SourceKind> {
    if table.boolean("workspace", errors) == Some(true) {
        return Some(SourceKind::Workspace);
    }
    super::super::keyed::table_source(table, errors)
        .or_else(|| table.spanned("index", errors).map(SourceKind::Index))
}
