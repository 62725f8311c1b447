//! `pyproject.toml`: the standard's tables, and one file here for each family of tool tables.

mod backends;
mod hatch;
mod pdm;
mod poetry;
mod project;
mod setuptools;

mod uv;

pub(super) use setuptools::attribute_version;

use super::model::{Manifest, ManifestError, ManifestKind};
use super::table::{Table, with_table};
use super::{dagster, pixi};
use crate::text::TextRange;

/// Reads a pyproject.toml. A template is not read: a text with placeholders that is not TOML, or whose name is one.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::Pyproject);
    let mut sound = true;
    with_table(text, &mut manifest, |root, manifest| {
        sound = manifest.errors.is_empty();
        read_tables(root, manifest);
    });
    let named = manifest.name.as_ref().filter(|name| name.value.contains(['{', '<', '$', '%']));
    let broken = ["{{", "{%"].into_iter().filter_map(|open| text.find(open)).min().filter(|_| !sound);
    let placeholder = named.map(|name| name.range).or(broken.map(|at| TextRange::from_usize(at..at + 2)));
    let Some(range) = placeholder else {
        return manifest;
    };
    let message = "this is a template with placeholders, not a manifest".to_owned();
    let errors = vec![ManifestError { message, range }];
    Manifest { template: true, errors, ..Manifest::empty(ManifestKind::Pyproject) }
}

fn read_tables(root: Table<'_>, manifest: &mut Manifest) {
    project::read(root, manifest);
    if let Some(tool) = root.table("tool", &mut manifest.errors) {
        read_tool(tool, manifest);
    }
    backends::complete_version(manifest);
}

fn read_tool(tool: Table<'_>, manifest: &mut Manifest) {
    uv::read(tool, manifest);
    poetry::read(tool, manifest);
    pdm::read(tool, manifest);
    hatch::read(tool, manifest);
    setuptools::read(tool, manifest);
    backends::read(tool, manifest);
    if let Some(table) = tool.table("pixi", &mut manifest.errors) {
        pixi::read_tables(table, manifest);
    }
    dagster::read_tool(tool, manifest);
}

#[cfg(test)]
mod tests;
