//! # installed-differs (warning)
//!
//! ## What it does
//!
//! Reports first-party distributions that are installed in a project's environment in another version than the project's
//! lock has or, where it has none, its requirement admits.
//!
//! ## Why it matters
//!
//! What runs and is tested on this machine is then not what will be deployed. It happens after a pull that moved a pin,
//! and after a hand-made `pip install`. Live sources have no version to compare, and only an environment of the
//! project's own is judged: one selected in the editor for a whole repository can fit only some of its projects.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! shared = ["acme-shared"]
//! #- etl/uv.lock
//! version = 1
//! requires-python = ">=3.12"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared==0.2.0"]
//! #                           ^^^^^^^ warning[installed-differs]: `acme-shared` is 0.1.3 in `.venv`, which `==0.2.0` does not admit; run `uv sync --project etl`
//! #- etl/.venv/pyvenv.cfg
//! home = /usr/bin
//! #- etl/.venv/lib/python3.13/site-packages/acme_shared-0.1.3.dist-info/METADATA
//! Name: acme-shared
//! Version: 0.1.3
//! ```
//!
//! ## Fix
//!
//! None: run the command that the message names.

use super::environments::{Equipped, equipped, record, requirements};
use super::registry::Rule;
use super::{Context, Finding, Severity};
use crate::manifest::{parse_version, specifier_admits};
use crate::source::Installed;
use crate::workspace::{Dependency, Place, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "installed-differs",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("installed_differs.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in context.subjects() {
        let required = requirements(context, project);
        // The cheap question first: most of what is required is nobody's business here.
        let mut judged = required.iter().filter(|dependency| {
            is_released(dependency) && context.workspace.is_first_party(&dependency.name)
        });
        match equipped(context, project) {
            Some(equipped) => found.extend(judged.filter_map(|one| judge(context, &equipped, one))),
            None if judged.next().is_some() => {
                context.not_judged("a project without an environment of its own: what is installed");
            }
            None => {}
        }
    }
    found
}

fn judge(context: &Context<'_>, equipped: &Equipped, dependency: &Dependency) -> Option<Finding> {
    let name = &dependency.name;
    let installed = equipped.installed(context, name)?;
    let (place, reason) = unadmitted(context, equipped, dependency, &installed)?;
    let message = format!(
        "`{name}` is {} in `{}`, which {reason}; run `{}`",
        installed.version,
        equipped.shown(context),
        equipped.sync_command(context)
    );
    let finding = Finding::new(place, message, [name.as_str()]);
    Some(match record(context, &installed) {
        Some(record) => finding.related(record, "what is installed"),
        None => finding,
    })
}

/// Whether a requirement asks for a version, as opposed to whatever a tree or an archive holds.
fn is_released(dependency: &Dependency) -> bool {
    matches!(dependency.provision, Provision::Registry)
}

/// The specifier that the installed version breaks, in words. Several requirements on one distribution hold for
/// different environments: what one of them admits is right somewhere.
fn unadmitted(
    context: &Context<'_>,
    equipped: &Equipped,
    dependency: &Dependency,
    installed: &Installed,
) -> Option<(Place, String)> {
    let version = parse_version(&installed.version)?;
    let all = context.workspace.dependencies(&equipped.project);
    let mut of_name = all.iter().filter(|other| other.name == dependency.name);
    let admits = |other: &Dependency| {
        let specifier = other.requirement.as_ref().and_then(|requirement| requirement.specifier.as_ref());
        !is_released(other) || specifier.is_none_or(|specifier| specifier_admits(&specifier.value, &version))
    };
    if of_name.any(admits) {
        return None;
    }
    let specifier = dependency.requirement.as_ref()?.specifier.as_ref()?;
    let place = Place { file: dependency.place.file.clone(), range: specifier.range };
    let source = context.workspace.files.text(&place.file).ok()?;
    let written = specifier.range.slice(&source.text).to_owned();
    Some((place, format!("`{written}` does not admit")))
}
