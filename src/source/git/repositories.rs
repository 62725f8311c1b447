//! The repositories that were opened, for as long as anybody asks.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::command::Program;
use super::places::Places;
use super::{Refusal, Repository, checkout};
use crate::source::Surroundings;

/// The repositories of a session, each with its one process and what was read from it; to be shared by all revisions.
#[derive(Debug, Default)]
pub struct Repositories {
    program: Program,
    opened: Mutex<FxHashMap<Utf8PathBuf, Arc<Repository>>>,
}

impl Repositories {
    /// Those that the user's own git answers for.
    pub fn of(surroundings: &Surroundings) -> Self {
        Self { program: Program::of(surroundings), opened: Mutex::default() }
    }

    /// The commit that the index of the repository at `repository` (the folder that holds `.git`) records for the
    /// submodule at `path`, relative to it.
    pub fn recorded_commit(&self, repository: &Utf8Path, path: &str) -> Result<String, Refusal> {
        checkout::recorded_commit(&self.program, repository, path)
    }

    /// The repository whose work tree, or bare folder, is `dir`. Refusals are not remembered: one look at the disk tells
    /// whether a repository has come into being, gone, or moved to another place.
    pub fn open(&self, dir: &Utf8Path) -> Result<Arc<Repository>, Refusal> {
        let places = Places::of(dir);
        let mut opened = self.opened.lock();
        if let Some(known) = opened.get(dir) {
            if places.as_ref() == Ok(&known.places) {
                return Ok(Arc::clone(known));
            }
            opened.remove(dir);
        }
        let repository = Arc::new(Repository::open_with(dir, self.program.clone())?);
        opened.insert(dir.to_owned(), Arc::clone(&repository));
        Ok(repository)
    }
}

#[cfg(test)]
impl Repositories {
    /// Those that another binary answers for, which may take so long.
    pub fn asking(binary: &Utf8Path, patience: std::time::Duration) -> Self {
        let program = Program { name: binary.to_string(), patience, ..Program::default() };
        Self { program, opened: Mutex::default() }
    }
}
