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

/// Reads a pyproject.toml. A template, which is one that is not TOML or has a placeholder for a name, is not read.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::Pyproject);
    let mut sound = true;
    with_table(text, &mut manifest, |root, manifest| {
        sound = manifest.errors.is_empty();
        read_tables(root, manifest);
    });
    let placeholder = ["{{", "{%"].iter().filter_map(|open| text.find(open)).min();
    let placeholder = placeholder
        .filter(|_| !sound || manifest.name.as_ref().is_some_and(|name| name.value.contains("{{")));
    let Some(at) = placeholder else {
        return manifest;
    };
    let mut template = Manifest::empty(ManifestKind::Pyproject);
    template.template = true;
    template.errors.push(ManifestError {
        message: "this is a template with placeholders, not a manifest".to_owned(),
        range: TextRange::from_usize(at..at + 2),
    });
    template
}

fn read_tables(root: Table<'_>, manifest: &mut Manifest) {
    project::read(root, manifest);
    let Some(tool) = root.table("tool", &mut manifest.errors) else {
        return;
    };
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
