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
//! [[package]]
//! name = "acme-shared"
//! version = "0.2.0"
//! source = { registry = "https://index.example.com/simple" }
//! [[package]]
//! name = "etl"
//! version = "0.1.0"
//! source = { virtual = "." }
//! dependencies = [{ name = "acme-shared" }]
//! [package.metadata]
//! requires-dist = [{ name = "acme-shared", specifier = ">=0.1" }]
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! requires-python = ">=3.12"
//! dependencies = ["acme-shared>=0.1"]
//! #                ^^^^^^^^^^^ warning[installed-differs]: `acme-shared` is 0.1.3 in `.venv`, and 0.2.0 in `uv.lock`; run `uv sync --project etl`
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

use super::environments::{Equipped, Faults, equipped, record, requirements};
use super::registry::Rule;
use super::{Context, Finding, Fix, Severity};
use crate::manifest::{LockSource, parse_version, specifier_admits};
use crate::source::Installed;
use crate::source::environment::Origin;
use crate::workspace::{Dependency, LockAnswer, Locked, Place, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "installed-differs",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("installed_differs.rs"),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut faults = Faults::default();
    for project in context.subjects() {
        let required = requirements(context, project);
        // The cheap question first: most of what is required is nobody's business here.
        let mut judged = required.iter().filter(|dependency| {
            is_released(dependency) && context.workspace.is_first_party(&dependency.name)
        });
        match equipped(context, project) {
            Some(equipped) => {
                let differing = judged.filter_map(|one| judge(context, &equipped, one));
                differing.for_each(|finding| faults.add(&equipped, finding));
            }
            None if judged.next().is_some() => {
                context.not_judged("a project without an environment of its own: what is installed");
            }
            None => {}
        }
    }
    faults.into_findings()
}

fn judge(context: &Context<'_>, equipped: &Equipped, dependency: &Dependency) -> Option<Finding> {
    let name = &dependency.name;
    let installed = equipped.installed(context, name)?;
    let difference = match context.workspace.lock_answer(&equipped.project, name) {
        LockAnswer::Locked(locked) => unlocked(context, equipped, dependency, &installed, &locked)?,
        // Which of them is meant depends on the machine.
        LockAnswer::Ambiguous(_) => return None,
        LockAnswer::Absent | LockAnswer::NoLock => unadmitted(context, equipped, dependency, &installed)?,
    };
    let command = equipped.sync_command(context);
    let message = format!("`{name}` is {}; run `{command}`", difference.words);
    let finding = Finding::new(difference.place, message, [name.as_str()]);
    let mut finding = finding.fix(Some(Fix::to_run(command)));
    if let Some(locked) = difference.locked {
        finding = finding.related(locked, "what is locked");
    }
    Some(match record(context, &installed) {
        Some(record) => finding.related(record, "what is installed"),
        None => finding,
    })
}

/// Whether a requirement asks for a version or a commit, as opposed to whatever a tree or an archive holds.
fn is_released(dependency: &Dependency) -> bool {
    matches!(dependency.provision, Provision::Registry | Provision::Git(_))
}

/// What is installed and what should be.
struct Difference {
    /// At fault.
    place: Place,
    /// `0.1.3 in .venv, and 0.2.0 in uv.lock`.
    words: String,
    /// The lock's entry.
    locked: Option<Place>,
}

/// The difference from what is locked: by commit where both are known, else by version.
fn unlocked(
    context: &Context<'_>,
    equipped: &Equipped,
    dependency: &Dependency,
    installed: &Installed,
    locked: &Locked,
) -> Option<Difference> {
    let (here, there) = match (&locked.source, &installed.origin) {
        (LockSource::Git { commit: Some(locked), .. }, Origin::Repository { commit, .. })
            if !commit.is_empty() =>
        {
            if commit == locked {
                return None;
            }
            (format!("at {}", short(commit)), format!("at {}", short(locked)))
        }
        (source, _) if source.folder().is_some() => return None,
        _ => {
            let version = locked.version.as_ref()?;
            if parse_version(&installed.version)? == *version {
                return None;
            }
            (installed.version.clone(), version.to_string())
        }
    };
    let lock = context.shown(locked.place.file.path(), &equipped.project.dir);
    let words = format!("{here} in `{}`, and {there} in `{lock}`", equipped.shown(context));
    Some(Difference { place: dependency.place.clone(), words, locked: Some(locked.place.clone()) })
}

/// A commit as people know it.
fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

/// The specifier that the installed version breaks. Several requirements on one distribution hold for different
/// environments: what one of them admits is right somewhere.
fn unadmitted(
    context: &Context<'_>,
    equipped: &Equipped,
    dependency: &Dependency,
    installed: &Installed,
) -> Option<Difference> {
    let version = parse_version(&installed.version)?;
    let all = context.workspace.dependencies(&equipped.project);
    let mut of_name = all.iter().filter(|other| other.name == dependency.name);
    let admits = |other: &Dependency| {
        let specifier = other.requirement.as_ref().and_then(|requirement| requirement.specifier.as_ref());
        !matches!(other.provision, Provision::Registry)
            || specifier.is_none_or(|specifier| specifier_admits(&specifier.value, &version))
    };
    if of_name.any(admits) {
        return None;
    }
    let specifier = dependency.requirement.as_ref()?.specifier.as_ref()?;
    let place = Place { file: dependency.place.file.clone(), range: specifier.range };
    let source = context.workspace.files.text(&place.file).ok()?;
    let written = specifier.range.slice(&source.text);
    let words =
        format!("{} in `{}`, which `{written}` does not admit", installed.version, equipped.shown(context));
    Some(Difference { place, words, locked: None })
}
