//! `pyproject.toml`: the standard's tables, and one file here for each family of tool tables.

mod backends;
mod hatch;
mod pdm;
mod poetry;
mod project;
mod setuptools;

mod uv;

pub(super) use project::set_name;
pub(super) use setuptools::attribute_version;

use super::model::{Manifest, ManifestKind};
use super::table::{Table, with_table};
use super::{LockKind, dagster, pixi};

/// Reads a pyproject.toml.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::Pyproject);
    with_table(text, &mut manifest, read_tables);
    manifest
}

fn read_tables(root: Table<'_>, manifest: &mut Manifest) {
    project::read(root, manifest);
    if let Some(tool) = root.table("tool", &mut manifest.errors) {
        read_tool(tool, manifest);
    }
    backends::complete_version(manifest);
}

fn read_tool(tool: Table<'_>, manifest: &mut Manifest) {
    let tools = [
        ("uv", LockKind::Uv),
        ("poetry", LockKind::Poetry),
        ("pdm", LockKind::Pdm),
        ("pixi", LockKind::Pixi),
    ];
    manifest.tools =
        tools.into_iter().filter(|(key, _)| tool.get(key).is_some()).map(|(_, kind)| kind).collect();
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
