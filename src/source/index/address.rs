//! Indexes, and in which order they are asked.

use std::collections::BTreeMap;
use std::fmt;

use url::{Host, Url};

use super::error::{IndexError, host};
use super::registry_config::{RegistryConfig, Role};
use crate::manifest::{self, DistributionName};

/// The index that is asked last where neither the user nor a manifest names another one.
const PUBLIC: &str = "https://pypi.org/simple";

/// An index by its address. User names and passwords are no part of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Index {
    name: Option<String>,
    /// Without user, query and fragment; `None` where it is neither http nor https.
    url: Option<Url>,
}

impl Index {
    /// An index. One whose address cannot be asked is kept: it answers with an error in its turn, so that nothing is
    /// taken from a later index which this one may have.
    pub fn new(name: Option<&str>, url: &str) -> Self {
        let url = Url::parse(url.trim()).ok().filter(is_web).map(|url| {
            let mut url = plain(url);
            url.set_query(None);
            let path = url.path().trim_end_matches('/').to_owned();
            url.set_path(&path);
            url
        });
        Self { name: name.map(str::to_owned), url }
    }

    /// What sources call it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its address, without the slash at the end.
    pub(super) fn url(&self) -> Result<&Url, IndexError> {
        self.url.as_ref().ok_or_else(|| IndexError::Address { index: self.to_string() })
    }

    /// The address of a distribution's page.
    pub(super) fn page_url(&self, name: &DistributionName) -> Result<Url, IndexError> {
        let mut url = self.url()?.clone();
        let path = format!("{}/{name}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(url)
    }

    /// Whether both are at the same address, whatever they are called.
    pub(super) fn is_at(&self, other: &Self) -> bool {
        self.url.is_some() && self.url == other.url
    }
}

/// Name and host; a path may hold a token.
impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.as_ref().map(host);
        match (&self.name, host) {
            (Some(name), Some(host)) => write!(f, "`{name}` ({host})"),
            (Some(name), None) => write!(f, "`{name}`"),
            (None, Some(host)) => write!(f, "`{host}`"),
            (None, None) => f.write_str("without a name"),
        }
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The indexes that hold for one project.
#[derive(Clone, Debug, Default)]
pub struct Indexes {
    named: BTreeMap<String, Index>,
    ordered: Vec<Index>,
}

impl Indexes {
    /// uv's order: the user's own indexes, those of the manifests (the project's before its workspace root's), then the
    /// default. What the user says outranks what a repository says: their default replaces the manifest's, and a name
    /// that both give means the user's. Explicit indexes are only found by name.
    pub fn new<'m>(
        config: &RegistryConfig,
        manifests: impl IntoIterator<Item = &'m manifest::Index>,
    ) -> Self {
        let mut indexes = Self::default();
        for own in config.indexes.iter().filter(|own| own.role == Role::Extra) {
            indexes.add(own.index.clone());
        }
        let mut default = None;
        for declared in manifests {
            let index =
                Index::new(declared.name.as_ref().map(|name| name.value.as_str()), &declared.url.value);
            if declared.default {
                default.get_or_insert_with(|| index.clone());
            }
            if declared.explicit || declared.default {
                indexes.call(&index);
            } else {
                indexes.add(index);
            }
        }
        let own = config.indexes.iter().find(|own| own.role == Role::Default);
        let own = own.map(|own| own.index.clone()).or(default);
        indexes.add(own.unwrap_or_else(|| Index::new(None, PUBLIC)));
        indexes
    }

    /// The one index that a source names, alone; `None` where no index has the name.
    pub fn only(&self, name: &str) -> Option<Self> {
        let index = self.named.get(name)?.clone();
        let named = BTreeMap::from([(name.to_owned(), index.clone())]);
        Some(Self { named, ordered: vec![index] })
    }

    /// The one index at an address, alone; called as here, if it is one of these.
    pub fn at(&self, url: &str) -> Self {
        let wanted = Index::new(None, url);
        let known = self.named.values().chain(&self.ordered).find(|known| known.is_at(&wanted)).cloned();
        Self { named: BTreeMap::new(), ordered: vec![known.unwrap_or(wanted)] }
    }

    /// In the order they are asked for what no source takes from elsewhere.
    pub fn ordered(&self) -> &[Index] {
        &self.ordered
    }

    fn add(&mut self, index: Index) {
        self.call(&index);
        if !self.ordered.iter().any(|known| known.is_at(&index)) {
            self.ordered.push(index);
        }
    }

    fn call(&mut self, index: &Index) {
        if let Some(name) = &index.name {
            self.named.entry(name.clone()).or_insert_with(|| index.clone());
        }
    }
}

/// Whether an address can be asked at all.
pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

/// An address without user, password and fragment.
pub(super) fn plain(mut url: Url) -> Url {
    // Only addresses without a host refuse these, and they have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}

/// Whether an address is this machine's, where nobody can listen in or change what is said.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether nobody on the way can read or change what is said.
pub(super) fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

/// Whether the user is led on from one address to another, by a redirect or a link; if not, where it leads instead. A
/// stranger's index must not make this machine ask its own services, nor take away encryption.
pub(super) fn may_lead(from: &Url, to: &Url) -> Result<(), &'static str> {
    if !is_web(to) {
        return Err("to something that is neither http nor https");
    }
    if is_loopback(to) && !is_loopback(from) {
        return Err("from another machine to this one");
    }
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err("from https to http");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Surroundings;
    use crate::text::{Spanned, TextRange};

    fn declared(name: Option<&str>, url: &str, explicit: bool, default: bool) -> manifest::Index {
        let spanned = |text: &str| Spanned::new(text.to_owned(), TextRange::default());
        manifest::Index { name: name.map(spanned), url: spanned(url), explicit, default }
    }

    fn order(variables: &[(&str, &str)], manifests: &[manifest::Index]) -> Vec<String> {
        let surroundings = variables
            .iter()
            .fold(Surroundings::default(), |surroundings, (name, value)| surroundings.with(name, value));
        let (config, problems) = RegistryConfig::of(surroundings);
        assert_eq!(problems, []);
        Indexes::new(&config, manifests).ordered().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn indexes_are_asked_in_the_order_of_uv() {
        let manifests = [
            declared(Some("b"), "https://b.example/simple", false, false),
            declared(Some("hidden"), "https://hidden.example/simple", true, false),
            declared(None, "https://nameless.example/simple", false, false),
            declared(Some("base"), "https://base.example/simple", false, true),
            declared(Some("again"), "https://b.example/simple/", false, false),
            declared(Some("folder"), "./wheels", false, false),
        ];
        for (variables, expected) in [
            (
                &[][..],
                &[
                    "`b` (https://b.example)",
                    "`https://nameless.example`",
                    "`folder`",
                    "`base` (https://base.example)",
                ][..],
            ),
            (
                &[
                    ("UV_INDEX", "own=https://u:p@own.example/x"),
                    ("UV_DEFAULT_INDEX", "https://mine.example"),
                ],
                &[
                    "`own` (https://own.example)",
                    "`b` (https://b.example)",
                    "`https://nameless.example`",
                    "`folder`",
                    "`https://mine.example`",
                ],
            ),
        ] {
            assert_eq!(order(variables, &manifests), expected);
        }
        assert_eq!(order(&[], &[]), ["`https://pypi.org`"]);
    }

    #[test]
    fn a_name_leads_to_one_index_and_the_users_own_outranks_the_repositorys() {
        let manifests = [
            declared(Some("hidden"), "https://hidden.example", true, false),
            declared(Some("own"), "https://stranger.example", false, false),
        ];
        let surroundings = Surroundings::default().with("UV_INDEX", "own=https://own.example");
        let indexes = Indexes::new(&RegistryConfig::of(surroundings).0, &manifests);
        let only = |name: &str| Some(format!("{:?}", indexes.only(name)?.ordered()));
        assert_eq!(only("hidden").as_deref(), Some("[`hidden` (https://hidden.example)]"));
        assert_eq!(only("own").as_deref(), Some("[`own` (https://own.example)]"));
        assert_eq!(only("other"), None);
    }

    #[test]
    fn nobody_is_led_where_they_would_be_worse_off() {
        let led =
            |from: &str, to: &str| may_lead(&Url::parse(from).unwrap(), &Url::parse(to).unwrap()).is_ok();
        for (from, to, expected) in [
            ("https://a.example/", "https://b.example/", true),
            ("http://a.example/", "https://a.example/", true),
            ("https://a.example/", "http://a.example/", false),
            ("https://a.example/", "https://127.0.0.1:8080/", false),
            ("https://a.example/", "https://[::1]/", false),
            ("http://a.example/", "http://localhost/", false),
            ("http://a.example/", "file:///etc/passwd", false),
            ("http://a.example/", "ftp://a.example/", false),
            ("http://127.0.0.1:1/", "http://localhost:2/", true),
            ("https://a.example/", "https://x.localhost/", false),
            ("https://a.example/", "https://xlocalhost/", true),
        ] {
            assert_eq!(led(from, to), expected, "{from} {to}");
        }
    }
}
