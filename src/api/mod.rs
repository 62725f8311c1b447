//! The API of a version: what can be called and how, what is public, and what changed since another version.
//!
//! All of it is read from summaries of whatever tree a project lives in. What is not known statically is left out: a
//! signature that may be another one at run time is none.

mod callable;
mod classes;
mod construct;
mod decorators;
mod fields;
mod known;
mod pydantic;
mod qualified;
mod signature;

pub use callable::Callable;
pub use known::{ClassId, Knowledge, Known};
pub use signature::{Parameter, Signature};
