//! The API of a version: what can be called and how, what is public, and what changed since another version.
//!
//! All of it is read from summaries of whatever tree a project lives in. What is not known statically is left out: a
//! signature that may be another one at run time is none.

mod callable;
mod classes;
mod construct;
mod counterpart;
mod decorators;
mod deprecation;
mod difference;
mod fields;
mod known;
mod parameters;
mod public;
mod pydantic;
mod qualified;
mod signature;
mod symbols;

pub use callable::Callable;
pub use deprecation::Deprecation;
pub use difference::{Addition, Change, ChangeKind, additions, difference};
pub use known::{ClassId, Knowledge, Known, Reader};
pub use public::{Api, ApiName, Standing};
pub use signature::{Parameter, Signature};
pub use symbols::{Shape, Symbol};
