//! What a name or an expression means, across files: the original definition behind re-exports, star imports and
//! aliases, and the types that members are looked up in.
//!
//! Everything here prefers no answer to a wrong one: what is not known statically has no type.

mod absence;
mod annotations;
mod calls;
mod members;
mod modules;
mod names;
mod types;

use std::cell::Cell;

use crate::python::{DefinitionId, ModuleName};
use crate::vfs::FileId;
use crate::workspace::Workspace;

/// What a name leads to in the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A module or namespace package.
    Module(Module),
    /// A definition that is no import.
    Definition(FileId, DefinitionId),
}

/// A module as one importer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Module {
    /// Its absolute name.
    pub name: ModuleName,
    /// Its file; none for a namespace package.
    pub file: Option<FileId>,
    /// The file that imported it, for which its submodules are resolved.
    pub importer: FileId,
}

/// What an expression may evaluate to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A module.
    Module(Module),
    /// A class itself.
    Class(FileId, DefinitionId),
    /// An instance of a class.
    Instance(FileId, DefinitionId),
    /// A function or method itself.
    Function(FileId, DefinitionId),
    /// Something that yields these when iterated or indexed.
    Elements(Vec<Type>),
    /// Something of fixed length, with what stands at each place.
    Tuple(Vec<Vec<Type>>),
    /// A mapping.
    Table {
        /// What iterating yields.
        keys: Vec<Type>,
        /// What indexing yields.
        values: Vec<Type>,
    },
}

/// How deep one question may lead through other questions, and how many it may ask in all: cycles of imports, bases
/// and assignments end here.
const MAX_DEPTH: u32 = 48;
const MAX_STEPS: u32 = 4000;

/// Answers questions about one revision. Cheap to make; one is made for each request.
pub struct Semantics<'w> {
    /// The revision.
    pub workspace: &'w Workspace,
    depth: Cell<u32>,
    steps: Cell<u32>,
}

impl<'w> Semantics<'w> {
    /// For one request or one file's worth of questions.
    pub fn new(workspace: &'w Workspace) -> Self {
        Self { workspace, depth: Cell::new(0), steps: Cell::new(0) }
    }

    /// Forgets how many steps were taken, for the next independent question.
    pub fn restart(&self) {
        self.depth.set(0);
        self.steps.set(0);
    }

    /// Runs one step of a question, unless it has led too far.
    fn step<T>(&self, work: impl FnOnce() -> Vec<T>) -> Vec<T> {
        let (depth, steps) = (self.depth.get(), self.steps.get());
        if depth >= MAX_DEPTH || steps >= MAX_STEPS {
            return Vec::new();
        }
        self.depth.set(depth + 1);
        self.steps.set(steps + 1);
        let answer = work();
        self.depth.set(depth);
        answer
    }
}

/// Adds what is not there yet, keeping the order.
fn add_new<T: PartialEq>(out: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for item in more {
        if !out.contains(&item) {
            out.push(item);
        }
    }
}
