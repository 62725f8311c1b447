//! Where code lives: the layout of a live project, the environments that distributions are installed in, the archives of
//! released ones, and what git records.
//!
//! But for git's own files and archives everything is read through [`Files`](crate::vfs::Files), so that open documents and revisions stay consistent;
//! no project code, build backend or interpreter is ever run.

pub mod archive;
mod cache;
pub mod environment;
pub mod git;
pub mod index;
pub mod layout;
mod lookup;
mod record;
mod secret;
pub mod shelves;
pub mod store;
mod surroundings;

pub use cache::{Cache, cache_folder};
pub use environment::{Environment, FoundBy, Installed};
pub use lookup::{Found, find_in, find_named};
pub use secret::Secret;
pub use surroundings::{Platform, Selection, Surroundings};
