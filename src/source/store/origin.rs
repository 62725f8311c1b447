//! Where the files of a place came from.

use serde::{Deserialize, Serialize};

/// Changed with the form of a record.
const FORM: u32 = 1;
/// Longer records are none.
pub(super) const MAX_BYTES: u64 = 64 * 1024;

/// What is needed to make the tree again that a written file belongs to. It holds no credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OriginRecord {
    /// A commit of a repository on this machine.
    Git {
        /// Whose files they are.
        distribution: String,
        /// At which version, where that is known.
        version: Option<String>,
        /// The repository's absolute folder.
        repository: String,
        /// The full hash.
        commit: String,
        /// The tag that led there.
        tag: Option<String>,
        /// The folder in the repository, empty for its root.
        subdirectory: String,
    },
    /// An archive, or the folder that one was unpacked to.
    Archive {
        /// Whose files they are.
        distribution: String,
        /// At which version.
        version: String,
        /// The absolute path.
        path: String,
        /// A hash of its contents in hexadecimal digits, by which it is known again.
        content: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    origin: OriginRecord,
}

impl OriginRecord {
    pub(super) fn to_json(&self) -> String {
        let mut origin = self.clone();
        if let Self::Git { repository, .. } = &mut origin {
            *repository = without_credentials(repository);
        }
        serde_json::to_string_pretty(&Stored { version: FORM, origin }).unwrap_or_default()
    }

    pub(super) fn from_json(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        (stored.version == FORM).then_some(stored.origin)
    }
}

/// A URL without what stands before `@` in its host.
fn without_credentials(repository: &str) -> String {
    let Some((scheme, rest)) = repository.split_once("://") else { return repository.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}
