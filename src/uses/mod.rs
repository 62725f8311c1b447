//! The uses of shared code: which files import what of other projects.
//!
//! A file can matter only if its bytes hold the name of something shared (`needles`); of those that do, all that others
//! ask is kept ([`FileUses`]), and neither text nor summary. An [`Index`] carries this from revision to revision: an edit
//! makes one file's entry again.

mod imports;
mod index;
mod needles;

pub use imports::{FileUses, ImportUse};
pub use index::{Index, Uses};
