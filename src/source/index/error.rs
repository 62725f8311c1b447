//! Why an index gave no answer, in words for people.
//!
//! No variant holds an address as it was asked: paths, queries and user names may be credentials. `host` is scheme, host
//! and port.

use url::Url;

/// Why an index gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Nobody allowed the network, and nothing is kept from when somebody did.
    #[error("indexes are not asked, because neither your configuration nor `--allow-registry` allows it")]
    Off,
    /// A folder, another scheme, or no address at all.
    #[error("the index {index} is not asked, because its address is neither http nor https")]
    Address {
        /// What it is called.
        index: String,
    },
    /// No connection, or one that broke.
    #[error("`{host}` cannot be reached: {reason}")]
    Unreachable {
        /// Who was asked.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// No answer, or no end of it, in time.
    #[error("`{host}` did not answer in time")]
    TimedOut {
        /// Who was asked.
        host: String,
    },
    /// 401 or 403 without credentials.
    #[error("`{host}` asks for credentials, and there are none for it")]
    CredentialsMissing {
        /// Who was asked.
        host: String,
    },
    /// 401 or 403 with credentials.
    #[error("`{host}` does not accept the credentials there are for it")]
    CredentialsRefused {
        /// Who was asked.
        host: String,
    },
    /// 404: no index that was asked has the distribution.
    #[error("no index has a distribution `{name}`")]
    NoDistribution {
        /// Its name.
        name: String,
    },
    /// The first index that has the distribution has no file of the version.
    #[error("the index has no file of `{name}` {version}")]
    NoVersion {
        /// The distribution.
        name: String,
        /// The version asked for.
        version: String,
    },
    /// 404 for something that the index's own page names.
    #[error("`{host}` does not have the file `{file}` that the index lists")]
    NoFile {
        /// Who was asked.
        host: String,
        /// The file.
        file: String,
    },
    /// Any other status.
    #[error("`{host}` failed with status {status}")]
    Failed {
        /// Who was asked.
        host: String,
        /// The status.
        status: u16,
    },
    /// An answer that is no page of the Simple API, or none that is understood.
    #[error("what `{host}` says is no index page: {reason}")]
    NoIndexPage {
        /// Who was asked.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// A redirect, or a link, that is not followed.
    #[error("`{host}` leads {reason}, which is not followed")]
    Led {
        /// Who led there.
        host: String,
        /// Where to, without an address.
        reason: &'static str,
    },
    /// More bytes than are taken.
    #[error("`{host}` sends more than the {limit} bytes that are taken")]
    TooLarge {
        /// Who was asked.
        host: String,
        /// How many are taken.
        limit: u64,
    },
    /// The bytes are not those that the index names.
    #[error("`{file}` is not what the index says: its hash is {found}, not {expected}")]
    HashDiffers {
        /// The file.
        file: String,
        /// The algorithm and what the index says.
        expected: String,
        /// What the bytes have.
        found: String,
    },
    /// Nothing vouches for the bytes: no hash, and a connection that anybody can change.
    #[error("`{file}` is not taken, because the index gives no sha256 for it and it would not come by https")]
    Unverified {
        /// The file.
        file: String,
    },
    /// The file is about something else than its name says.
    #[error("`{file}` is not what its name says: {reason}")]
    Contradicts {
        /// The file.
        file: String,
        /// What it says instead.
        reason: String,
    },
    /// An archive that cannot be read or means harm.
    #[error("`{file}` is no archive that can be read: {reason}")]
    Archive {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The cache folder cannot be written.
    #[error("cannot write to the cache: {reason}")]
    Cache {
        /// What the system says.
        reason: String,
    },
}

impl IndexError {
    /// Whether the server was not heard at all, so that what it said earlier is the best answer.
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TimedOut { .. })
    }
}

/// An address as it may be shown: scheme, host and port.
pub(super) fn host(url: &Url) -> String {
    url.origin().ascii_serialization()
}
