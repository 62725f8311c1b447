//! What the user says about indexes: their own configuration and environment, never a repository's.

use std::time::Duration;

use camino::Utf8Path;
use url::Url;

use super::address::Index;
use super::credentials::Credentials;
use super::user_file::{self, ConfigurationProblem};
use crate::source::Surroundings;

/// What the user allows, and which indexes and credentials are theirs. Holds secrets, so there is no `Debug`.
#[derive(Clone)]
pub struct RegistryConfig {
    /// Whether indexes may be asked at all. `--allow-registry` sets this for one run.
    pub enabled: bool,
    /// How long and how much.
    pub limits: Limits,
    pub(super) indexes: Vec<UserIndex>,
    pub(super) credentials: Vec<CredentialSource>,
    pub(super) surroundings: Surroundings,
}

/// What is taken of any server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until a page or a file's metadata is there, with all redirects.
    pub page: Duration,
    /// Until a file is there.
    pub download: Duration,
    /// Bytes of a page or of a file's metadata, unpacked.
    pub page_bytes: u64,
    /// Bytes of a file.
    pub file_bytes: u64,
}

impl Limits {
    /// These with the user's own patience in place of the usual one, for everything but files, which may be large.
    fn within(self, patience: Option<Duration>) -> Self {
        let Some(patience) = patience else { return self };
        Self { connect: self.connect.min(patience), page: patience, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            page: Duration::from_secs(20),
            download: Duration::from_secs(300),
            page_bytes: 64 * 1024 * 1024,
            file_bytes: 512 * 1024 * 1024,
        }
    }
}

/// An index that the user's own configuration or environment names.
#[derive(Clone)]
pub(super) struct UserIndex {
    pub index: Index,
    /// Those in its address.
    pub credentials: Option<Credentials>,
    pub role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Asked before those of manifests.
    Extra,
    /// Asked last.
    Default,
    /// Asked only where a manifest names its address too.
    Trusted,
}

/// A place that credentials are looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CredentialSource {
    Environment,
    Netrc,
    Keyring,
}

impl RegistryConfig {
    /// The configuration of the user whose surroundings these are, and what is wrong with it.
    ///
    /// `index-url` of the configuration replaces the environment's indexes: its last one is the default, those before
    /// are asked first. The environment's are then only trusted with their credentials.
    pub fn of(surroundings: Surroundings) -> (Self, Vec<ConfigurationProblem>) {
        let file = surroundings.base_config_dir().map(|dir| dir.join("crossloc/config.toml"));
        let (file, problems) = file.map(|path| user_file::load(&path)).unwrap_or_default();
        let configured = file.index_urls.len();
        let mut indexes: Vec<UserIndex> = Vec::new();
        for (number, entry) in file.index_urls.iter().enumerate() {
            let role = if number + 1 == configured { Role::Default } else { Role::Extra };
            indexes.push(UserIndex::read(entry.expose(), role));
        }
        for (variable, role) in [
            ("UV_INDEX", Role::Extra),
            ("UV_EXTRA_INDEX_URL", Role::Extra),
            ("PIP_EXTRA_INDEX_URL", Role::Extra),
            ("UV_DEFAULT_INDEX", Role::Default),
            ("UV_INDEX_URL", Role::Default),
            ("PIP_INDEX_URL", Role::Default),
        ] {
            let role = if configured > 0 { Role::Trusted } else { role };
            let entries = surroundings.variable(variable).into_iter().flat_map(str::split_whitespace);
            indexes.extend(entries.map(|entry| UserIndex::read(entry, role)));
        }
        let credentials = match file.credentials {
            Some(one) => vec![one],
            None => vec![CredentialSource::Environment, CredentialSource::Netrc],
        };
        let enabled = file.enabled.unwrap_or(false);
        let limits = Limits::default().within(patience(&surroundings));
        let config = Self { enabled, limits, indexes, credentials, surroundings };
        (config, problems)
    }

    /// The file of certificates that replaces the usual authorities, as uv and OpenSSL have it.
    pub(super) fn certificates(&self) -> Option<&Utf8Path> {
        self.surroundings.variable("SSL_CERT_FILE").map(Utf8Path::new)
    }
}

/// How long an installer here waits for an answer.
fn patience(surroundings: &Surroundings) -> Option<Duration> {
    let variables = ["UV_HTTP_TIMEOUT", "PIP_DEFAULT_TIMEOUT"];
    let seconds = variables.into_iter().find_map(|name| surroundings.variable(name))?;
    Duration::try_from_secs_f64(seconds.parse().ok()?).ok().filter(|patience| !patience.is_zero())
}

impl UserIndex {
    /// Reads `[name=]url`.
    fn read(entry: &str, role: Role) -> Self {
        let is_name = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        let named = entry.split_once('=').filter(|(name, _)| is_name(name));
        let (name, url) = named.map_or((None, entry), |(name, url)| (Some(name), url));
        let credentials = Url::parse(url).ok().as_ref().and_then(Credentials::of_url);
        Self { index: Index::new(name, url), credentials, role }
    }
}
