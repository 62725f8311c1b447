//! Who is given which credentials.
//!
//! A repository may name any index, under any name; it must not come by a secret that way. So credentials have an
//! address to which the *user* bound them:
//!
//! - those in an address of the user's own configuration or environment: that address;
//! - `UV_INDEX_<NAME>_USERNAME` and `_PASSWORD`, and the keyring: an address of the user's own configuration or
//!   environment, whoever else names it too;
//! - netrc: its `machine`, and for an address that only a repository names no connection that others can read. The
//!   `default` entry, which means every host, means none.
//!
//! They are sent to the origin (scheme, host and port) of the index alone, never behind a redirect or link that leaves it.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use url::Url;

use super::address::{Index, is_private};
use super::registry_config::{CredentialSource, RegistryConfig, UserIndex};
use super::{keyring, netrc};
use crate::source::Secret;

/// A user and a password. The user's name is a secret too: many an index takes a token for it.
#[derive(Clone)]
pub(super) struct Credentials {
    pub username: Secret,
    pub password: Secret,
}

impl Credentials {
    pub fn new(username: &str, password: &str) -> Self {
        Self { username: Secret::new(username), password: Secret::new(password) }
    }

    /// Those in an address: `https://user:password@host`.
    pub fn of_url(url: &Url) -> Option<Self> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
        if url.username().is_empty() && url.password().is_none() {
            return None;
        }
        Some(Self::new(&decoded(url.username())?, &decoded(url.password().unwrap_or(""))?))
    }

    /// The value of the `Authorization` header.
    pub fn header(&self) -> Secret {
        let pair = format!("{}:{}", self.username.expose(), self.password.expose());
        Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair)))
    }

    /// Whether there is a password, or a name that stands for one.
    fn is_complete(&self) -> bool {
        !self.password.expose().is_empty()
    }
}

/// Everything that a user has, and what was asked of the keyring already.
pub(super) struct Keys {
    config: RegistryConfig,
    keyring: Mutex<HashMap<Index, Option<Secret>>>,
}

impl Keys {
    pub fn new(config: RegistryConfig) -> Self {
        Self { config, keyring: Mutex::default() }
    }

    /// The credentials for an index; whoever named it, only those that the user bound to its address.
    pub fn of(&self, index: &Index) -> Option<Credentials> {
        let own = self.config.indexes.iter().find(|own| own.index.is_at(index));
        let in_url = own.and_then(|own| own.credentials.clone());
        if let Some(complete) = in_url.clone().filter(Credentials::is_complete) {
            return Some(complete);
        }
        let from = |source: CredentialSource| match source {
            CredentialSource::Environment => self.environment(own?, index).filter(Credentials::is_complete),
            CredentialSource::Netrc => self.netrc(own, index),
            CredentialSource::Keyring => self.keyring(own?, in_url.as_ref(), index),
        };
        self.config.credentials.iter().find_map(|source| from(*source)).or(in_url)
    }

    /// The variables of the name that the user gave to the address. Where they gave none, the one by which a manifest
    /// calls it, unless that is the name of another index of theirs.
    fn environment(&self, own: &UserIndex, index: &Index) -> Option<Credentials> {
        let given = self.config.indexes.iter().filter(|other| other.index.is_at(&own.index));
        let given = given.filter_map(|other| other.index.name()).next();
        let name = given.or_else(|| {
            let called = index.name()?;
            let taken = self.config.indexes.iter().any(|other| {
                other.index.name().is_some_and(|name| variable_part(name) == variable_part(called))
            });
            (!taken).then_some(called)
        })?;
        let part = variable_part(name);
        let variable = |what: &str| self.config.surroundings.variable(&format!("UV_INDEX_{part}_{what}"));
        let (username, password) = (variable("USERNAME"), variable("PASSWORD"));
        if username.is_none() && password.is_none() {
            return None;
        }
        Some(Credentials::new(username.unwrap_or(""), password.unwrap_or("")))
    }

    fn netrc(&self, own: Option<&UserIndex>, index: &Index) -> Option<Credentials> {
        let url = index.url().ok()?;
        if own.is_none() && !is_private(url) {
            return None;
        }
        netrc::look_up(&netrc::place(&self.config.surroundings)?, url.host_str()?)
    }

    fn keyring(&self, own: &UserIndex, in_url: Option<&Credentials>, index: &Index) -> Option<Credentials> {
        let username = match in_url {
            Some(credentials) => credentials.username.clone(),
            None => self.environment(own, index)?.username,
        };
        if username.expose().is_empty() {
            return None;
        }
        let mut known = self.keyring.lock();
        let password = known.entry(own.index.clone()).or_insert_with(|| {
            let url = own.index.url().ok()?;
            keyring::get(url, &username, &self.config.surroundings)
        });
        password.clone().map(|password| Credentials { username, password })
    }
}

/// An index's name as a part of the names of its variables, as uv writes it.
fn variable_part(name: &str) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.chars().map(upper).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Surroundings;

    const NETRC: &str = "machine corp.example login n password netrc\nmachine plain.example login n password netrc\n\
                         default login d password everybody\n";

    /// What goes to `index` in the user's surroundings, as `user:password`.
    fn given(variables: &[(&str, &str)], config: &str, index: &Index) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        let folder = camino::Utf8Path::from_path(dir.path()).unwrap();
        std::fs::create_dir(folder.join("crossloc")).unwrap();
        std::fs::write(folder.join("crossloc/config.toml"), config).unwrap();
        std::fs::write(folder.join("netrc"), NETRC).unwrap();
        let start = Surroundings::default().with("NETRC", folder.join("netrc").as_str());
        let start = start.with("XDG_CONFIG_HOME", folder.as_str());
        let surroundings = variables.iter().fold(start, |all, (name, value)| all.with(name, value));
        let (config, problems) = RegistryConfig::of(surroundings);
        assert_eq!(problems, []);
        let credentials = Keys::new(config).of(index)?;
        Some(format!("{}:{}", credentials.username.expose(), credentials.password.expose()))
    }

    #[test]
    fn credentials_go_where_the_user_bound_them_and_nowhere_else() {
        let secrets = [("UV_INDEX_CORP_USERNAME", "u"), ("UV_INDEX_CORP_PASSWORD", "p")];
        let with = |name, value| [&secrets[..], &[(name, value)]].concat();
        let corp = |url: &str| Index::new(Some("corp"), url);
        let (environment, netrc) = (Some("u:p"), Some("n:netrc"));
        let config = "[registry]\nindex-url = 'https://corp.example/simple'\n";
        for (case, variables, config, index, expected) in [
            (
                "a stranger's address under the user's name",
                secrets.to_vec(),
                "",
                corp("https://evil.example/simple"),
                None,
            ),
            (
                "the same with an index configured",
                secrets.to_vec(),
                config,
                corp("https://evil.example/simple"),
                None,
            ),
            (
                "another path of the user's host",
                secrets.to_vec(),
                config,
                corp("https://corp.example/evil"),
                netrc,
            ),
            ("another port", secrets.to_vec(), config, corp("https://evil.example:8443/simple"), None),
            ("a repository's own password", vec![], "", Index::new(None, "https://x:y@evil.example"), None),
            (
                "the configured address",
                secrets.to_vec(),
                config,
                corp("https://corp.example/simple/"),
                environment,
            ),
            (
                "the same by another name",
                secrets.to_vec(),
                config,
                Index::new(Some("x"), "https://corp.example/simple"),
                netrc,
            ),
            (
                "an address in the environment",
                with("PIP_EXTRA_INDEX_URL", "https://other.example/simple"),
                "",
                corp("https://other.example/simple"),
                environment,
            ),
            (
                "a name that the user gave to another address",
                with("UV_INDEX", "corp=https://one.example two=https://two.example"),
                "",
                corp("https://two.example"),
                None,
            ),
            (
                "the user's name for an address outranks the repository's",
                with("UV_INDEX", "corp=https://one.example"),
                "",
                Index::new(Some("harmless"), "https://one.example"),
                environment,
            ),
            ("netrc by host", vec![], "", corp("https://corp.example/x"), netrc),
            (
                "netrc is not sent in the clear to where a repository says",
                vec![],
                "",
                corp("http://plain.example/x"),
                None,
            ),
            (
                "but where the user says",
                vec![("PIP_INDEX_URL", "http://plain.example/x")],
                "",
                corp("http://plain.example/x"),
                netrc,
            ),
            ("netrc's default", vec![], "", corp("https://else.example/x"), None),
            (
                "in the user's own address",
                vec![("PIP_INDEX_URL", "https://me:s%40x@mine.example/x")],
                "",
                Index::new(None, "https://mine.example/x"),
                Some("me:s@x"),
            ),
            (
                "a token for a name",
                vec![("PIP_INDEX_URL", "https://token@mine.example/x")],
                "",
                Index::new(None, "https://mine.example/x"),
                Some("token:"),
            ),
            (
                "netrc alone",
                secrets.to_vec(),
                "[registry]\ncredentials = 'netrc'\nindex-url = 'https://corp.example/simple'\n",
                corp("https://corp.example/simple"),
                netrc,
            ),
            (
                "environment alone",
                vec![],
                "[registry]\ncredentials = 'environment'\nindex-url = 'https://corp.example/simple'\n",
                corp("https://corp.example/simple"),
                None,
            ),
            (
                "a name without a password in the address, and the whole elsewhere",
                with("UV_INDEX", "corp=https://token@mine.example/x"),
                "",
                Index::new(None, "https://mine.example/x"),
                environment,
            ),
            (
                "a name alone in the environment is no credential",
                vec![("UV_INDEX", "corp=https://corp.example/x"), ("UV_INDEX_CORP_USERNAME", "u")],
                "",
                corp("https://corp.example/x"),
                netrc,
            ),
            (
                "a password alone",
                vec![("UV_INDEX", "corp=https://else.example/x"), ("UV_INDEX_CORP_PASSWORD", "p")],
                "",
                corp("https://else.example/x"),
                Some(":p"),
            ),
            (
                "a password alone in the user's own address",
                vec![("PIP_INDEX_URL", "https://:p@mine.example/x")],
                "",
                Index::new(None, "https://mine.example/x"),
                Some(":p"),
            ),
            (
                "an address with a sign of equality has no name",
                with("UV_INDEX", "https://mine.example/x?corp=1"),
                "",
                corp("https://mine.example/x?corp=1"),
                environment,
            ),
            (
                "the name of another index, spelled otherwise",
                with("UV_INDEX", "Corp=https://one.example two=https://two.example https://three.example"),
                "",
                corp("https://three.example"),
                None,
            ),
        ] {
            assert_eq!(given(&variables, config, &index).as_deref(), expected, "{case}");
        }
    }
}
