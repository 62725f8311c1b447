//! Servers that do not answer, or not as an index does.

use std::io::Write;

use crossloc::source::index::{IndexError, Registry};

use crate::packages::{page, sha256, wheel};
use crate::server::{Reply, Server, ok, redirect, reply, status};
use crate::{NOBODY, User, acme, shown};

/// What a user is told whose only index answers so; `HOST` stands for its address.
fn told(reply: Reply) -> String {
    let server = Server::always(reply);
    let user = User::of(&server.index());
    let error = user.versions().unwrap_err();
    error.to_string().replace(&server.at(""), "HOST")
}

#[test]
fn every_status_has_its_words() {
    for (code, expected) in [
        ("401 Unauthorized", "`HOST` asks for credentials, and there are none for it"),
        ("403 Forbidden", "`HOST` asks for credentials, and there are none for it"),
        ("404 Not Found", "no index has a distribution `acme-shared`"),
        ("410 Gone", "no index has a distribution `acme-shared`"),
        ("500 Internal Server Error", "`HOST` failed with status 500"),
        ("503 Service Unavailable", "`HOST` failed with status 503"),
        ("418 I'm a teapot", "`HOST` failed with status 418"),
        ("304 Not Modified", "`HOST` failed with status 304"),
        ("204 No Content", "`HOST` failed with status 204"),
    ] {
        assert_eq!(told(status(code)), expected, "{code}");
    }
}

#[test]
fn what_is_no_index_page_is_said_to_be_none() {
    let html = page(&["acme_shared-1-py3-none-any.whl"]);
    let unpacked = {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![b' '; 50_000_000]).unwrap();
        packed.finish().unwrap()
    };
    let head = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let no_page = |reason: &str| format!("what `HOST` says is no index page: {reason}");
    let too_large = "`HOST` sends more than the 1000000 bytes that are taken".to_owned();
    for (case, reply, expected) in [
        (
            "a type that is none of an index",
            ok("text/plain; charset=utf-8", html.as_bytes()),
            no_page("it is `text/plain`"),
        ),
        ("no type", reply("200 OK", &[], html.as_bytes()), no_page("it has no type")),
        (
            "an API of the future",
            ok("application/vnd.pypi.simple.v2+json", b"{}"),
            no_page("it is `application/vnd.pypi.simple.v2+json`"),
        ),
        (
            "another API in the JSON",
            ok(
                "application/vnd.pypi.simple.v1+json",
                b"{\"meta\": {\"api-version\": \"2.1\"}, \"files\": []}",
            ),
            no_page("its API version is 2.1, and only 1 is understood"),
        ),
        (
            "broken JSON",
            ok("application/json", b"{\"files\": ["),
            no_page("its JSON is not that of an index, line 1"),
        ),
        (
            "a page to log in with",
            ok("text/html", b"<form></form>"),
            no_page("it is a page for people, without any file"),
        ),
        ("no HTTP", Reply::Bytes(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()), no_page("it is no HTTP")),
        (
            "broken compression",
            reply("200 OK", &[("Content-Type", "text/html"), ("Content-Encoding", "gzip")], html.as_bytes()),
            no_page("it cannot be unpacked"),
        ),
        (
            "a compressed bomb",
            reply("200 OK", &[("Content-Type", "text/html"), ("Content-Encoding", "gzip")], &unpacked),
            too_large.clone(),
        ),
        ("a long body", ok("text/html", &vec![b' '; 1_000_001]), too_large.clone()),
        (
            "an endless body",
            Reply::Endless(head("HTTP/1.1 200 OK\nContent-Type: text/html\n\n"), vec![b' '; 1000]),
            too_large.clone(),
        ),
        (
            "endless pieces",
            Reply::Endless(
                head("HTTP/1.1 200 OK\nContent-Type: text/html\nTransfer-Encoding: chunked\n\n"),
                head("4\n    \n"),
            ),
            too_large,
        ),
        (
            "an endless header line",
            Reply::Endless(head("HTTP/1.1 200 OK\nX-Long: "), vec![b'x'; 1000]),
            "`HOST` sends more than the 65536 bytes that are taken".to_owned(),
        ),
        (
            "a truncated body",
            Reply::Bytes(head("HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 500\n\n<a href=")),
            "`HOST` cannot be reached: the connection ended before the answer did".to_owned(),
        ),
        (
            "a truncated header",
            Reply::Bytes(head("HTTP/1.1 200 OK\nContent-Ty")),
            "`HOST` cannot be reached: the connection ended before the answer did".to_owned(),
        ),
        (
            "a redirect to nowhere",
            reply("302 Found", &[], b""),
            "`HOST` leads to no address, which is not followed".to_owned(),
        ),
        (
            "a redirect to a file",
            redirect("file:///etc/passwd"),
            "`HOST` leads to something that is neither http nor https, which is not followed".to_owned(),
        ),
        (
            "a redirect to itself",
            redirect("/again"),
            "`HOST` leads in circles, which is not followed".to_owned(),
        ),
    ] {
        assert_eq!(told(reply), expected, "{case}");
    }
}

#[test]
fn endless_header_lines_are_not_read_to_their_end() {
    let error = told(Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-More: x\r\n".to_vec()));
    assert!(
        error.starts_with("what `HOST` says is no index page") || error.starts_with("`HOST` sends more"),
        "{error}"
    );
}

#[test]
fn a_server_that_hangs_is_waited_for_once() {
    let server = Server::always(Reply::Stalled(Vec::new()));
    let user = User { patience: 0.2, ..User::of(&server.index()) };
    let (registry, indexes) = (user.registry(), user.indexes());
    let silent = IndexError::TimedOut { host: server.at("") };
    for name in ["acme-shared", "acme-other", "acme-shared"] {
        let name = crossloc::manifest::DistributionName::new(name).unwrap();
        assert_eq!(registry.versions(&indexes, &name).unwrap_err(), silent);
    }
    // It may not have come to look at it, where this machine is busy.
    assert!(server.seen().len() <= 1, "{:?}", server.seen());
}

#[test]
fn a_server_that_stops_in_the_middle_is_not_waited_for() {
    for begun in
        ["HTTP/1.1 200 OK\r\nContent-Ty", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<a href="]
    {
        let server = Server::always(Reply::Stalled(begun.as_bytes().to_vec()));
        let user = User { patience: 0.2, ..User::of(&server.index()) };
        assert_eq!(user.versions().unwrap_err(), IndexError::TimedOut { host: server.at("") });
    }
}

#[test]
fn nobody_listens() {
    let error = User::of(NOBODY).versions().unwrap_err();
    assert!(matches!(&error, IndexError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("cannot be reached: "), "{error}");
}

#[test]
fn nothing_is_asked_unless_the_user_allows_it() {
    let (name, bytes) = wheel("1");
    let page = page(&[&format!("/f/{name}#sha256={}", sha256(&bytes))]);
    let server = Server::new(move |request| match request.path.as_str() {
        "/simple/acme-shared/" => ok("text/html", page.as_bytes()),
        _ => ok("application/zip", &bytes),
    });
    let user = User::of(&server.index());
    let off = || {
        let mut config = user.config();
        config.enabled = false;
        Registry::new(config, user.cache())
    };
    let fetch = || off().fetch(&user.indexes(), &acme(), &"1".parse().unwrap());
    assert_eq!(shown(&off(), &user.indexes()).unwrap_err(), IndexError::Off);
    assert_eq!(server.paths(), [] as [&str; 0]);

    // What was kept while it was allowed is still known.
    assert_eq!(user.versions().unwrap(), ["1"]);
    assert_eq!(shown(&off(), &user.indexes()).unwrap(), ["1"]);
    assert_eq!(fetch().unwrap_err(), IndexError::Off);
    let fetched = user.fetch("1").unwrap();
    let asked = server.paths().len();
    assert_eq!(fetch().unwrap(), fetched);
    assert_eq!(server.paths().len(), asked);
    let elsewhere = User::of(&server.at("/elsewhere"));
    let error = shown(&off(), &elsewhere.indexes()).unwrap_err();
    assert_eq!(error, IndexError::Off, "what one index said is not another's word");
}

#[test]
fn only_the_web_is_asked() {
    for address in ["./wheels", "file:///srv/wheels", "ftp://127.0.0.1/simple", "http://", "no-address"] {
        let error = User::of(address).versions().unwrap_err();
        let expected = "the index without a name is not asked, because its address is neither http nor https";
        assert_eq!(error.to_string(), expected, "{address}");
    }
}
