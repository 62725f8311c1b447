//! # editable-elsewhere (warning)
//!
//! ## What it does
//!
//! Reports editable installs in a project's environment that lead into another checkout than the project's source does,
//! or than the project itself lies in.
//!
//! ## Why it matters
//!
//! What runs is then not the code beside the project: edits there have no effect, and tests pass or fail for what somebody
//! left in another folder. It happens when an environment is copied into a second checkout or a git worktree, or when
//! somebody installed a tree by hand. Folders that are not on this machine are not judged: such an environment was made
//! in a container.
//!
//! ## Example
//!
//! ```fixture
//! #- one/shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- two/shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- two/etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! #                ^^^^^^^^^^^ warning[editable-elsewhere]: `acme-shared` is installed in `.venv` as editable from `../../one/shared`, and its source is `../shared`; run `uv sync --project two/etl`
//! [tool.uv.sources]
//! acme-shared = { path = "../shared", editable = true }
//! #- two/etl/.venv/pyvenv.cfg
//! home = /usr/bin
//! #- two/etl/.venv/lib/python3.13/site-packages/acme_shared-0.2.0.dist-info/direct_url.json
//! {"url": "file://$ROOT/one/shared", "dir_info": {"editable": true}}
//! ```
//!
//! ## Fix
//!
//! None: run the command that the message names.

use camino::{Utf8Path, Utf8PathBuf};

use super::environments::{Equipped, Faults, equipped, record, requirements, shown};
use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::DistributionName;
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "editable-elsewhere",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("editable_elsewhere.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut faults = Faults::default();
    for equipped in context.subjects().iter().filter_map(|project| equipped(context, project)) {
        let required = requirements(context, &equipped.project);
        let judged = required.iter().filter_map(|dependency| judge(context, &equipped, dependency));
        for finding in own(context, &equipped).into_iter().chain(judged) {
            faults.add(&equipped, finding);
        }
    }
    faults.into_findings()
}

/// The project itself, installed from another checkout of it.
fn own(context: &Context<'_>, equipped: &Equipped) -> Option<Finding> {
    let project = &equipped.project;
    let name = project.name.as_ref().filter(|_| project.ships)?;
    let elsewhere = elsewhere(context, equipped, &name.value.value, &[&project.dir])?;
    let message = format!(
        "`{}` is installed in `{}` as editable from `{}`, and not from here; run `{}`",
        name.value.value,
        equipped.shown(context),
        shown(context, &elsewhere, &project.dir),
        equipped.sync_command(context)
    );
    let place = Place { file: name.file.clone(), range: name.value.range };
    Some(finding(context, equipped, &name.value.value, place, message))
}

fn judge(context: &Context<'_>, equipped: &Equipped, dependency: &Dependency) -> Option<Finding> {
    let Provision::Live { dir, .. } = &dependency.provision else { return None };
    let name = &dependency.name;
    let sources = sources(context, &equipped.project, name);
    let admitted: Vec<&Utf8Path> = sources.iter().map(Utf8PathBuf::as_path).chain([dir.as_path()]).collect();
    let elsewhere = elsewhere(context, equipped, name, &admitted)?;
    let message = format!(
        "`{name}` is installed in `{}` as editable from `{}`, and its source is `{}`; run `{}`",
        equipped.shown(context),
        shown(context, &elsewhere, &equipped.project.dir),
        context.shown(dir, &equipped.project.dir),
        equipped.sync_command(context)
    );
    Some(finding(context, equipped, name, dependency.place.clone(), message))
}

/// All folders that a distribution may be taken from: which entry of a list holds depends on the machine.
fn sources(context: &Context<'_>, project: &Project, name: &DistributionName) -> Vec<Utf8PathBuf> {
    let root = context.workspace.workspace_root(project);
    let owners = std::iter::once(project).chain(root.as_deref());
    let declared = owners.flat_map(|owner| context.workspace.declared_sources(owner));
    let live = declared.filter(|source| source.name.as_ref() == Some(name)).filter_map(|source| match source
        .provision
    {
        Provision::Live { dir, .. } => Some(dir),
        _ => None,
    });
    live.collect()
}

/// The folder that is installed as editable, where it is there and none of these.
fn elsewhere(
    context: &Context<'_>,
    equipped: &Equipped,
    name: &DistributionName,
    admitted: &[&Utf8Path],
) -> Option<Utf8PathBuf> {
    let files = &context.workspace.files;
    let installed = equipped.installed(context, name)?;
    let tree = installed.origin.live_tree()?;
    let real = files.real_path(tree);
    if admitted.iter().any(|dir| files.real_path(dir).as_str() == real.as_str()) {
        return None;
    }
    if !files.is_dir(tree) {
        context.not_judged("an editable install from a folder that is not on this machine");
        return None;
    }
    Some(tree.to_owned())
}

fn finding(
    context: &Context<'_>,
    equipped: &Equipped,
    name: &DistributionName,
    place: Place,
    message: String,
) -> Finding {
    let finding = Finding::new(place, message, [name.as_str()]);
    let installed = equipped.installed(context, name);
    match installed.and_then(|installed| record(context, &installed)) {
        Some(record) => finding.related(record, "what is installed"),
        None => finding,
    }
}
