//! Dagster's TOML: `[tool.dagster]`, `[tool.dg]` and `dg.toml`.

use super::literal::Literal;
use super::model::{DagsterTable, DgProject, DgWorkspace, Manifest, ManifestKind};
use super::table::{Table, with_table};

/// Reads a dg.toml, whose root is what `[tool.dg]` is in a pyproject.toml.
pub(super) fn read_dg_toml(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::DgToml);
    with_table(text, &mut manifest, read_dg);
    manifest
}

/// Reads both tables below `[tool]`.
pub(super) fn read_tool(tool: Table<'_>, manifest: &mut Manifest) {
    if let Some(dg) = tool.table("dg", &mut manifest.errors) {
        read_dg(dg, manifest);
    }
    let Some(dagster) = tool.table("dagster", &mut manifest.errors) else {
        return;
    };
    let errors = &mut manifest.errors;
    let mut modules: Vec<_> = dagster.spanned("module_name", errors).into_iter().collect();
    for module in dagster.list("modules", errors).unwrap_or_default() {
        let Some(table) = module.as_table() else { continue };
        if table.spanned("type", errors).is_none_or(|kind| kind.value == "module") {
            modules.extend(table.spanned("name", errors));
        }
    }
    manifest.dagster = Some(DagsterTable {
        range: tool.key_range("dagster"),
        modules,
        location_name: dagster.spanned("code_location_name", errors),
    });
}

fn read_dg(dg: Table<'_>, manifest: &mut Manifest) {
    let errors = &mut manifest.errors;
    if let Some(project) = dg.table("project", errors) {
        let registry = project.strings("registry_modules", errors).unwrap_or_default();
        manifest.dg_project = Some(DgProject {
            range: dg.key_range("project"),
            root_module: project.spanned("root_module", errors),
            defs_module: project.spanned("defs_module", errors),
            target_module: project.spanned("code_location_target_module", errors),
            location_name: project.spanned("code_location_name", errors),
            registry_modules: registry.into_iter().map(Literal::spanned).collect(),
        });
    }
    if let Some(workspace) = dg.table("workspace", errors) {
        let mut projects = Vec::new();
        for project in workspace.list("projects", errors).unwrap_or_default() {
            projects.extend(project.as_table().and_then(|table| table.spanned("path", errors)));
        }
        manifest.dg_workspace = Some(DgWorkspace { range: dg.key_range("workspace"), projects });
    }
}
