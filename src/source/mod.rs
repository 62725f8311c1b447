//! Where code lives: the layout of a live project, and the environments that distributions are installed in.
//!
//! Everything is read through [`Files`](crate::vfs::Files), so that open documents and revisions stay consistent;
//! no project code, build backend or interpreter is ever run.

pub mod environment;
pub mod layout;
mod lookup;

pub use environment::{Environment, find_environment};
pub use lookup::{Found, find_in};
