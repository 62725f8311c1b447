//! The command that brings a project's lock up to date.

use pep440_rs::Version;

use crate::manifest::{DistributionName, LockKind};
use crate::rules::quoted;
use crate::workspace::{Project, Witness};

/// What the lock has to follow.
#[derive(Clone, Copy)]
pub(super) enum Change<'c> {
    /// A requirement that the lock no longer satisfies.
    Manifest,
    /// Nothing but the wish for this version, which the requirement admits.
    Lock(&'c DistributionName, &'c Version),
}

/// What to run, or to do, in the folder that paths are shown relative to; none where the project has no lock.
pub(super) fn command(witness: Witness<'_>, project: &Project, change: Change<'_>) -> Option<String> {
    let lock = witness.workspace.lock_of(project)?;
    let folder = quoted(witness.path(lock.file.dir()));
    let file = witness.path(lock.file.path());
    Some(match (lock.lock.kind, change) {
        (LockKind::Uv, Change::Manifest) => format!("uv lock --project {folder}"),
        (LockKind::Uv, Change::Lock(name, version)) => {
            format!("uv lock --project {folder} --upgrade-package {name}=={version}")
        }
        (LockKind::Poetry, Change::Manifest) => format!("poetry lock -C {folder}"),
        (LockKind::Poetry, Change::Lock(name, _)) => format!("poetry update -C {folder} --lock {name}"),
        (LockKind::Pdm, Change::Manifest) => format!("pdm lock -p {folder} --update-reuse"),
        (LockKind::Pdm, Change::Lock(name, _)) => format!("pdm update -p {folder} --no-sync {name}"),
        (LockKind::Pipfile, Change::Manifest) => format!("(cd {folder} && pipenv lock)"),
        (LockKind::Pipfile, Change::Lock(name, version)) => {
            format!("(cd {folder} && pipenv upgrade {name}=={version})")
        }
        (LockKind::Pixi, Change::Manifest) => format!("(cd {folder} && pixi lock)"),
        (LockKind::Pixi, Change::Lock(name, _)) => format!("(cd {folder} && pixi update {name})"),
        (LockKind::Pylock | LockKind::Compiled, _) => format!("make {file} again"),
    })
}
