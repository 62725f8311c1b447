//! Git repositories as places where code lives: what is checked out and recorded, tags and the versions they name, and
//! the files of any commit, read from the object database without checking anything out.
//!
//! A repository is untrusted input. References, HEAD and remotes are read from plain files; objects, the index and
//! reftables, whose formats are not plain, by the `git` binary. That runs no hook, filter, monitor, pager or helper,
//! reaches no remote and writes nothing (see [`command`]).

mod checkout;
mod command;
mod config;
mod objects;
mod places;
mod references;
mod remote;
mod repositories;
mod repository;
mod tree;
mod uv;
mod versions;

pub use checkout::head_commit;
pub use references::References;
pub use remote::{same_remote, without_credentials};
pub use repositories::Repositories;
pub use repository::Repository;
pub use tree::GitTree;
pub use uv::uv_checkout;
pub use versions::{TaggedVersion, tag_version};

use crate::vfs::MAX_FILE_BYTES;

/// Why git gave no answer, in words that follow "because" or a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no git binary.
    #[error("there is no git binary")]
    Missing,
    /// It failed, or said something else than what was asked.
    #[error("git cannot read the repository")]
    Failed,
    /// It took longer than anybody waits.
    #[error("git takes too long")]
    TooSlow,
    /// The path is no submodule in the index, or one with conflicts.
    #[error("the index records no submodule there")]
    NotRecorded,
    /// The folder is no repository.
    #[error("there is no git repository")]
    NoRepository,
    /// There is a `.git` file, and no repository where it leads.
    #[error("its `.git` file leads to no repository")]
    LeadsNowhere,
    /// Nothing of that name is in the repository.
    #[error("the repository has no such tag, branch or commit")]
    NotFound,
    /// The repository names an object that it does not have: a partial clone that has not fetched it, and nothing is fetched
    /// for us, or a broken one.
    #[error("the clone lacks the object")]
    NotFetched,
    /// The object is over [`MAX_FILE_BYTES`].
    #[error("larger than {} MiB", MAX_FILE_BYTES / 1024 / 1024)]
    TooLarge,
    /// The answer lies in history that the clone does not have.
    #[error("the clone is shallow")]
    Shallow,
}

/// A full object name, SHA-1 or SHA-256, in lower case.
pub fn object_name(text: &str) -> Option<String> {
    let full = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    full.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
