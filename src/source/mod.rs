//! Where code lives: the layout of a live project, the environments that distributions are installed in, and
//! what git records.
//!
//! But for git's own files everything is read through [`Files`](crate::vfs::Files), so that open documents and revisions stay consistent;
//! no project code, build backend or interpreter is ever run.

mod cache;
pub mod environment;
pub mod git;
pub mod index;
pub mod layout;
mod lookup;

pub use cache::Cache;
pub use environment::{Environment, find_environment};
pub use lookup::{Found, find_in};
