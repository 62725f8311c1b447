//! Whether two URLs name one repository, and URLs without credentials.

use camino::Utf8Path;
use percent_encoding::percent_decode_str;

use crate::vfs::normalize;

/// Whether two remotes, each in any of git's, pip's or uv's spellings, are one repository: `git@host:org/repo.git`,
/// `ssh://git@host/org/repo`, `https://host/org/repo/`, `git+https://user:secret@HOST/org/repo.git?rev=x#egg=y`; a path and
/// `file://` with it. Who asks does not count, nor do ports between different protocols, nor the case of what a host is
/// asked for: no host has two repositories that differ in nothing else.
pub fn same_remote(a: &str, b: &str) -> bool {
    match (Remote::read(a), Remote::read(b)) {
        (Some(a), Some(b)) => a.is(&b),
        _ => false,
    }
}

/// The URL without anything secret in it: no password, over HTTP no user either, which there may be a token. A user
/// without a password stays where it is a part of the address (`git@host:org/repo`).
pub fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let Some((user, host)) = authority.rsplit_once('@') else { return url.to_owned() };
    let user = match user.split_once(':') {
        Some((user, _)) => user,
        None => user,
    };
    let http = scheme.to_ascii_lowercase().trim_start_matches("git+").starts_with("http");
    if http || user.is_empty() {
        format!("{scheme}://{host}{path}")
    } else {
        format!("{scheme}://{user}@{host}{path}")
    }
}

struct Remote {
    /// In lower case; `None` for a path.
    scheme: Option<String>,
    /// In lower case; empty for a path.
    host: String,
    /// `None` for the protocol's own.
    port: Option<String>,
    /// Without a slash at its end, and without `.git`; below a host also without one in front, and in lower case.
    path: String,
}

impl Remote {
    fn is(&self, other: &Self) -> bool {
        let ports = self.scheme != other.scheme || self.port == other.port;
        self.scheme.is_some() == other.scheme.is_some()
            && self.host == other.host
            && self.path == other.path
            && ports
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("git+").unwrap_or(text);
        if let Some((scheme, rest)) = text.split_once("://") {
            let scheme = scheme.to_ascii_lowercase();
            let rest = rest.split(['?', '#']).next().unwrap_or("");
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let path = percent_decode_str(path).decode_utf8().ok()?;
            if scheme == "file" {
                let local = matches!(authority, "" | "localhost");
                return local.then(|| Self::local(&format!("/{path}")))?;
            }
            let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            let (host, port) = split_port(authority);
            return Self::at_host(&scheme, host, port, &path);
        }
        // A drive's letter is no host.
        match text.split_once(':') {
            Some((host, path)) if !host.contains(['/', '\\']) && host.len() > 1 => {
                let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
                Self::at_host("ssh", host, None, path)
            }
            _ => Self::local(text),
        }
    }

    fn at_host(scheme: &str, host: &str, port: Option<&str>, path: &str) -> Option<Self> {
        let own = match scheme {
            "ssh" => "22",
            "https" => "443",
            "http" => "80",
            "git" => "9418",
            _ => "",
        };
        let path = path.to_lowercase();
        let path = without_ending(&path).trim_start_matches('/').to_owned();
        let host = host.to_ascii_lowercase();
        let port = port.filter(|port| *port != own).map(str::to_owned);
        let named = !host.is_empty() && !path.is_empty();
        named.then(|| Self { scheme: Some(scheme.to_owned()), host, port, path })
    }

    fn local(path: &str) -> Option<Self> {
        let drive = |text: &str| {
            let mut characters = text.chars();
            characters.next().is_some_and(|c| c.is_ascii_alphabetic()) && characters.next() == Some(':')
        };
        let path = path.strip_prefix('/').filter(|rest| drive(rest)).unwrap_or(path);
        let path = if drive(path) {
            // Drives and what is on them are known by any case.
            path.replace('\\', "/").to_lowercase()
        } else {
            path.to_owned()
        };
        let folded = normalize(Utf8Path::new(&path)).into_string();
        let path = without_ending(&folded).to_owned();
        (!path.is_empty()).then(|| Self { scheme: None, host: String::new(), port: None, path })
    }
}

fn without_ending(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/')
}

/// Host and port; an IPv6 address stands in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port).filter(|port| !port.is_empty())),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_repository_are_the_same() {
        let groups: [&[&str]; 5] = [
            &[
                "git@host.com:org/repo.git",
                "host.com:org/repo",
                "host.com:/org/repo/",
                "ssh://git@host.com/org/repo",
                "ssh://git@HOST.com:22/org/repo.git/",
                "git+ssh://git@host.com/org/repo.git",
                "https://host.com/org/repo",
                "https://host.com/org/repo.git/",
                "https://user:secret@Host.com:443/org/repo",
                "git+https://host.com/org/repo.git?rev=v1#egg=x",
                "git://host.com/org/repo",
                "https://host.com/org/%72epo",
                "https://host.com/Org/Repo.git",
                "git@host.com:Org/repo.GIT",
            ],
            &["https://host.com/org/other", "git@host.com:org/other"],
            &[
                "/srv/repo",
                "/srv/repo/",
                "/srv/repo.git",
                "/srv/repo/.git",
                "file:///srv/repo",
                "/srv/x/../repo",
            ],
            &["C:\\Code\\Repo", "C:/Code/Repo/", "file:///c:/Code/Repo.git"],
            &["ssh://[::1]/org/repo", "ssh://git@[::1]:22/org/repo"],
        ];
        for (i, a) in groups.iter().enumerate() {
            for (j, b) in groups.iter().enumerate() {
                for (a, b) in a.iter().flat_map(|a| b.iter().map(move |b| (a, b))) {
                    assert_eq!(same_remote(a, b), i == j, "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn other_repositories_are_not_the_same() {
        for (a, b) in [
            ("https://host.com:8443/org/repo", "https://host.com/org/repo"),
            ("/srv/Repo", "/srv/repo"),
            ("https://host.com/", "https://host.com/"),
            ("", ""),
            ("://", "://"),
            ("file://server/share", "/share"),
            ("host:repo", "/repo"),
            ("./host:repo", "host:repo"),
            ("a\\b:repo", "ssh://a\\b/repo"),
            ("c:repo", "ssh://c/repo"),
            ("https:///org/repo", "git:///org/repo"),
            ("https://host.com/org/repo", "https://host.com:/org/repos"),
        ] {
            assert!(!same_remote(a, b), "{a} {b}");
        }
        assert!(same_remote("https://host.com:/org/repo", "https://host.com/org/repo"));
        // Reached by different protocols, a port says nothing.
        assert!(same_remote("ssh://git@host.com:2222/org/repo", "https://host.com/org/repo"));
    }

    #[test]
    fn credentials_are_removed() {
        for (url, expected) in [
            ("https://user:secret@host/org/repo", "https://host/org/repo"),
            ("https://secret@host:8443/org/repo@v1", "https://host:8443/org/repo@v1"),
            ("git+https://se@cret@host", "git+https://host"),
            ("ssh://git@host/repo", "ssh://git@host/repo"),
            ("ssh://git:secret@host/repo", "ssh://git@host/repo"),
            ("git@host:org/repo", "git@host:org/repo"),
            ("ssh://:secret@host/repo", "ssh://host/repo"),
            ("https://host/a@b", "https://host/a@b"),
            ("/srv/repo", "/srv/repo"),
        ] {
            assert_eq!(without_credentials(url), expected);
        }
    }
}
