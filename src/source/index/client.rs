//! Requests to indexes: what is sent to whom, and how much of an answer is taken.

use std::io::Read;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use ureq::http::header;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use url::{Origin, Url};

use super::address::{is_loopback, may_lead};
use super::credentials::Credentials;
use super::error::{IndexError, host};
use super::registry_config::{Limits, RegistryConfig};
use super::store::Validators;
use crate::vfs::{MAX_FILE_BYTES, read_regular};

/// Redirects followed for one question.
const MAXIMUM_REDIRECTS: usize = 5;

/// Bytes of an answer's header.
const MAXIMUM_HEADER: usize = 64 * 1024;

/// A server that was silent is not asked again for so long: each of two hundred distributions would wait for it.
const SILENCE: Duration = Duration::from_secs(60);

/// Asks servers, and remembers which were silent.
pub(super) struct Client {
    agent: ureq::Agent,
    limits: Limits,
    silent: Mutex<FxHashMap<Origin, (Instant, IndexError)>>,
}

/// A question.
pub(super) struct Request<'a> {
    pub url: Url,
    pub wanted: Wanted,
    /// What is known already of the answer.
    pub known: Option<&'a Validators>,
    /// The address of the index: no other origin is sent `credentials`.
    pub index: &'a Url,
    pub credentials: Option<&'a Credentials>,
    /// How long all of it may take.
    pub patience: Duration,
    /// Bytes of the body.
    pub limit: u64,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The page of a distribution.
    Page,
    /// A file, byte for byte.
    File,
}

impl Wanted {
    /// Of pages JSON first; old servers say HTML whatever is asked.
    fn accept(self) -> &'static str {
        match self {
            Self::Page => {
                "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
            }
            Self::File => "*/*",
        }
    }
}

/// An answer.
pub(super) enum Answer {
    /// What is known already holds.
    Unchanged,
    /// 404 or 410.
    Absent,
    /// A body.
    Body(Box<Body>),
}

/// A body that is yet to be read.
pub(super) struct Body {
    /// Where it came from, behind all redirects.
    pub url: Url,
    /// The media type, lower-case, without parameters.
    pub media_type: String,
    pub validators: Validators,
    reader: ureq::BodyReader<'static>,
    limit: u64,
}

impl Client {
    pub fn new(config: &RegistryConfig) -> Self {
        let limits = config.limits;
        let settings = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // They are followed here, where it is known who may be sent what.
            .max_redirects(0)
            .max_response_header_size(MAXIMUM_HEADER)
            .timeout_connect(Some(limits.connect))
            .timeout_resolve(Some(limits.connect))
            .user_agent(concat!("crossloc/", env!("CARGO_PKG_VERSION")));
        let tls = TlsConfig::builder().root_certs(authorities(config)).build();
        let agent = settings.tls_config(tls).build().new_agent();
        Self { agent, limits, silent: Mutex::default() }
    }

    /// Asks, and follows redirects as far as they may lead.
    pub fn ask(&self, request: &Request<'_>) -> Result<Answer, IndexError> {
        let origin = request.url.origin();
        if let Some((when, error)) = self.silent.lock().get(&origin)
            && when.elapsed() < SILENCE
        {
            return Err(error.clone());
        }
        let answer = self.follow(request);
        match &answer {
            Err(error) if error.is_silence() => {
                self.silent.lock().insert(origin, (Instant::now(), error.clone()));
            }
            _ => {}
        }
        answer
    }

    /// What is taken.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    fn follow(&self, request: &Request<'_>) -> Result<Answer, IndexError> {
        let end = Instant::now() + request.patience;
        let mut url = request.url.clone();
        may_lead(request.index, &url)
            .map_err(|reason| IndexError::Led { host: host(request.index), reason })?;
        let mut credentials = request.credentials;
        for _ in 0..=MAXIMUM_REDIRECTS {
            // What has once left the origin stays without, wherever it leads then.
            if url.origin() != request.index.origin() {
                credentials = None;
            }
            let response = self.send(request, &url, credentials, end)?;
            let status = response.status();
            let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
            match status.as_u16() {
                304 if request.known.is_some() => return Ok(Answer::Unchanged),
                200 => return body(response, url, request.limit),
                301 | 302 | 303 | 307 | 308 => {
                    let led = |reason| IndexError::Led { host: host(&url), reason };
                    let next = header(header::LOCATION).and_then(|to| url.join(to).ok());
                    let next = next.ok_or_else(|| led("to no address"))?;
                    may_lead(&url, &next).map_err(led)?;
                    url = super::address::plain(next);
                }
                401 | 403 if credentials.is_some() => {
                    return Err(IndexError::CredentialsRefused { host: host(&url) });
                }
                401 | 403 => return Err(IndexError::CredentialsMissing { host: host(&url) }),
                404 | 410 => return Ok(Answer::Absent),
                status => return Err(IndexError::Failed { host: host(&url), status }),
            }
        }
        Err(IndexError::Led { host: host(&request.url), reason: "in circles" })
    }

    fn send(
        &self,
        request: &Request<'_>,
        url: &Url,
        credentials: Option<&Credentials>,
        end: Instant,
    ) -> Result<ureq::http::Response<ureq::Body>, IndexError> {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(IndexError::TimedOut { host: host(url) });
        }
        tracing::debug!(host = host(url), credentials = credentials.is_some(), "asking an index");
        let mut call = self.agent.get(url.as_str()).header(header::ACCEPT, request.wanted.accept());
        if let Some(known) = request.known {
            let validators =
                [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)];
            for (name, value) in validators {
                call = value.iter().fold(call, |call, value| call.header(&name, value));
            }
        }
        if request.wanted == Wanted::File {
            // It is hashed as it is stored: the `gz` of `.tar.gz` is no encoding to be taken away on the way.
            call = call.header(header::ACCEPT_ENCODING, "identity");
        }
        if let Some(credentials) = credentials {
            call = call.header(header::AUTHORIZATION, credentials.header().expose());
        }
        let mut settings = call.config().timeout_global(Some(left));
        if is_loopback(url) {
            settings = settings.proxy(None);
        }
        settings.build().call().map_err(|error| told(error, url))
    }
}

/// The usual authorities, or the user's own in their place.
fn authorities(config: &RegistryConfig) -> RootCerts {
    let own = config.certificates().and_then(|path| read_regular(path, MAX_FILE_BYTES).ok());
    let Some(own) = own else { return RootCerts::WebPki };
    let certificates = parse_pem(&own).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let certificates: Vec<_> = certificates.collect();
    RootCerts::new_with_certs(&certificates)
}

fn body(response: ureq::http::Response<ureq::Body>, url: Url, limit: u64) -> Result<Answer, IndexError> {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let media_type = header(header::CONTENT_TYPE).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let validators = Validators { etag: header(header::ETAG), last_modified: header(header::LAST_MODIFIED) };
    if response.body().content_length().is_some_and(|length| length > limit) {
        return Err(IndexError::TooLarge { host: host(&url), limit });
    }
    // The limit of the library's own reader is that of this one; it is only told apart here.
    let reader = response.into_body().into_with_config().limit(u64::MAX).reader();
    Ok(Answer::Body(Box::new(Body { url, media_type, validators, reader, limit })))
}

impl Body {
    /// Hands all of it on, piece by piece.
    pub fn pieces(mut self, mut take: impl FnMut(&[u8]) -> Result<(), IndexError>) -> Result<(), IndexError> {
        let mut buffer = vec![0; 64 * 1024];
        let mut left = self.limit;
        loop {
            let read = match self.reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(told(error.into(), &self.url)),
            };
            left = left
                .checked_sub(u64::try_from(read).unwrap_or(u64::MAX))
                .ok_or_else(|| IndexError::TooLarge { host: host(&self.url), limit: self.limit })?;
            take(buffer.get(..read).unwrap_or_default())?;
        }
    }

    /// All of it as text; what is no UTF-8 is replaced.
    pub fn text(self) -> Result<String, IndexError> {
        let mut bytes = Vec::new();
        self.pieces(|piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The library's errors in our words. Some of its own hold addresses.
fn told(error: ureq::Error, url: &Url) -> IndexError {
    let host = host(url);
    let reason = match error {
        ureq::Error::Timeout(_) => return IndexError::TimedOut { host },
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            return IndexError::TimedOut { host };
        }
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            "the connection ended before the answer did".to_owned()
        }
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::HostNotFound => "nobody knows this host".to_owned(),
        ureq::Error::Rustls(error) => error.to_string(),
        ureq::Error::Tls(reason) => reason.to_owned(),
        ureq::Error::Protocol(_) => {
            return IndexError::NoIndexPage { host, reason: "it is no HTTP".to_owned() };
        }
        ureq::Error::LargeResponseHeader(..) => {
            let limit = u64::try_from(MAXIMUM_HEADER).unwrap_or(u64::MAX);
            return IndexError::TooLarge { host, limit };
        }
        ureq::Error::Decompress(..) => {
            return IndexError::NoIndexPage { host, reason: "it cannot be unpacked".to_owned() };
        }
        _ => "the request failed".to_owned(),
    };
    IndexError::Unreachable { host, reason }
}
