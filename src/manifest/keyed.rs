//! Requirements written as key and value (`shared = { path = "../shared", develop = true }`), as Poetry, pixi and
//! Pipfiles have them.

use pep440_rs::Operator;

use super::DistributionName;
use super::literal::Literal;
use super::model::{Group, ManifestError, Requirement, SourceEntry, SourceKind};
use super::requirement;
use super::specifier::parse_constraint;
use super::table::{Table, Value};
use crate::text::{Spanned, TextRange};

/// Reads one entry; a list of tables, which Poetry has for different environments, gives a requirement for each.
pub(super) fn read(
    key: Literal<'_>,
    value: Value<'_>,
    group: &Group,
    errors: &mut Vec<ManifestError>,
) -> Vec<Requirement> {
    let Some(name) = DistributionName::new(key.value) else {
        let message = format!("`{}` is not a distribution's name", requirement::shortened(key.value));
        errors.push(ManifestError { message, range: key.range });
        return Vec::new();
    };
    let base = Requirement {
        name: Spanned::new(name, key.range),
        range: TextRange::new(key.range.start, value.range.end),
        extras: Vec::new(),
        specifier: None,
        marker: None,
        group: group.clone(),
        source: None,
    };
    let values = value.as_list().unwrap_or_else(|| vec![value]);
    values.into_iter().filter_map(|value| read_value(&base, value, errors)).collect()
}

fn read_value(base: &Requirement, value: Value<'_>, errors: &mut Vec<ManifestError>) -> Option<Requirement> {
    let mut requirement = base.clone();
    if let Some(constraint) = value.as_string() {
        requirement.specifier = parse_constraint(constraint, errors);
        return Some(requirement);
    }
    let Some(table) = value.as_table() else {
        let message = format!("expected a version or a table, found {}", value.type_name());
        errors.push(ManifestError { message, range: value.range });
        return None;
    };
    let version = table.string("version", errors);
    requirement.specifier = version.and_then(|version| parse_constraint(version, errors));
    requirement.extras = table.plain_strings("extras", errors).unwrap_or_default();
    requirement.marker = marker(table, errors);
    requirement.source = table_source(table, errors).map(|kind| SourceEntry {
        kind,
        range: value.range,
        marker: requirement.marker.clone(),
        only_for: None,
        editable: None,
        package: None,
    });
    Some(requirement)
}

/// For which environments: `markers`, and what Poetry has beside it, `python = "<3.11"` and `platform = "linux"`.
fn marker(table: Table<'_>, errors: &mut Vec<ManifestError>) -> Option<String> {
    let written = table.plain_string("markers", errors);
    let python = table.string("python", errors).and_then(|python| python_marker(python, errors));
    let platform = table.plain_string("platform", errors).map(|name| format!("sys_platform == '{name}'"));
    let mut all: Vec<String> = [written, python, platform].into_iter().flatten().collect();
    match all.len() {
        0 | 1 => all.pop(),
        _ => Some(all.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" and ")),
    }
}

/// Pythons in Poetry's dialect as a marker; none where any will do.
fn python_marker(python: Literal<'_>, errors: &mut Vec<ManifestError>) -> Option<String> {
    let mut alternatives = Vec::new();
    for part in python.value.split("||") {
        let range = parse_constraint(python.part(part), errors)?;
        let bounds = range.value.iter().map(|one| match one.operator() {
            Operator::EqualStar | Operator::NotEqualStar => {
                format!("python_full_version {} '{}.*'", one.operator(), one.version())
            }
            _ => format!("python_full_version {} '{}'", one.operator(), one.version()),
        });
        alternatives.push(bounds.collect::<Vec<_>>().join(" and "));
    }
    Some(alternatives.join(" or "))
}

/// The source that `path`, `file`, `git` or `url` of a table name. `editable` is uv's, pixi's and Pipenv's word,
/// `develop` Poetry's.
pub(super) fn table_source(table: Table<'_>, errors: &mut Vec<ManifestError>) -> Option<SourceKind> {
    let subdirectory = table.plain_string("subdirectory", errors);
    if let Some(path) = table.string("path", errors) {
        let editable = table.boolean("editable", errors).or_else(|| table.boolean("develop", errors));
        let stripped = path.part(path.value.strip_prefix("file://").unwrap_or(path.value));
        return Some(SourceKind::Path { path: stripped.spanned(), editable, subdirectory });
    }
    if let Some(url) = table.string("git", errors) {
        let reference = ["rev", "tag", "branch", "ref"].iter().find_map(|key| table.spanned(key, errors));
        return Some(SourceKind::Git { url: url.spanned(), reference, subdirectory });
    }
    if let Some(file) = table.string("file", errors) {
        return Some(requirement::source_of_url(file));
    }
    table.string("url", errors).map(|url| match requirement::source_of_url(url) {
        SourceKind::Path { path, editable, .. } => SourceKind::Path { path, editable, subdirectory },
        _ => SourceKind::Url(url.spanned()),
    })
}
