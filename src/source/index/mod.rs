//! Indexes: what versions of a distribution there are, and their archives, over the Simple API (PEP 503 and 691).
//!
//! Off, unless the user's own configuration or the command line allows it. A [`Registry`] asks; [`Indexes`] says whom, in
//! uv's order; [`RegistryConfig`] says what the user allows and whose credentials there are; [`IndexError`] says why
//! there is no answer. A repository may name indexes. It can neither switch this on nor come by a credential (see
//! `credentials`), and nothing that a server says is believed beyond what its hash vouches for.

mod address;
mod client;
mod credentials;
mod digest;
mod error;
mod html;
mod json;
mod keyring;
mod netrc;
mod page;
mod registry;
mod registry_config;
mod store;
mod user_file;

pub use address::{Index, Indexes};
pub use error::IndexError;
pub use page::{File, FileKind, Hashes, IndexedVersion, Page};
pub use registry::Registry;
pub use registry_config::{Limits, RegistryConfig};
pub use user_file::ConfigurationProblem;
