//! What is asked twice, what is kept, and what it is good for.

use std::sync::Mutex;

use crate::packages::{page, sha256, wheel};
use crate::server::{Reply, Server, ok, reply, status};
use crate::{User, acme, shown};

/// A server with a page that says how it is to be asked about again.
fn versioned(header: &'static str, value: &'static str, condition: &'static str) -> Server {
    let page = page(&["/f/acme_shared-1.tar.gz"]);
    Server::new(move |request| {
        if request.header(condition) == Some(value) {
            return reply("304 Not Modified", &[], b"");
        }
        reply("200 OK", &[("Content-Type", "text/html"), (header, value)], page.as_bytes())
    })
}

#[test]
fn an_unchanged_page_is_not_sent_again() {
    for (header, value, condition) in [
        ("ETag", "\"abc\"", "if-none-match"),
        ("Last-Modified", "Mon, 06 Jan 2025 09:00:00 GMT", "if-modified-since"),
    ] {
        let server = versioned(header, value, condition);
        let user = User::of(&server.index());
        for _ in 0..2 {
            let (registry, indexes) = (user.registry(), user.indexes());
            let versions = registry.versions(&indexes, &acme()).unwrap();
            assert_eq!(versions[0].files[0].url.as_str(), server.at("/f/acme_shared-1.tar.gz"));
            assert_eq!(shown(&registry, &indexes).unwrap(), ["1"], "one process asks once");
        }
        let conditions: Vec<_> =
            server.seen().iter().map(|request| request.header(condition).map(str::to_owned)).collect();
        assert_eq!(conditions, [None, Some(value.to_owned())]);
    }
}

#[test]
fn a_silent_server_is_answered_for_by_what_it_said_before() {
    let server = versioned("ETag", "\"abc\"", "if-none-match");
    let user = User::of(&server.index());
    let index = user.indexes().ordered()[0].clone();
    assert!(!user.registry().page(&index, &acme()).unwrap().stale);
    server.hang_up();
    let page = user.registry().page(&index, &acme()).unwrap();
    assert!(page.stale);
    assert_eq!(page.versions.len(), 1);
    let other = crossloc::manifest::DistributionName::new("acme-other").unwrap();
    assert!(user.registry().versions(&user.indexes(), &other).is_err());
}

#[test]
fn that_an_index_has_no_such_distribution_is_kept_too() {
    let (first, second) =
        (Server::always(status("404 Not Found")), versioned("ETag", "\"abc\"", "if-none-match"));
    let user = User::of(&second.index()).with("UV_INDEX", &first.index());
    assert_eq!(user.versions().unwrap(), ["1"]);
    first.hang_up();
    second.hang_up();
    assert_eq!(user.versions().unwrap(), ["1"]);
}

#[test]
fn a_server_that_speaks_is_believed_over_what_it_said_before() {
    let replies = Mutex::new(vec![
        reply("403 Forbidden", &[], b""),
        reply("404 Not Found", &[], b""),
        reply("500 No", &[], b""),
        reply("304 Not Modified", &[], b""),
        ok("text/html", page(&["acme_shared-1.tar.gz"]).as_bytes()),
    ]);
    let server = Server::new(move |_| replies.lock().unwrap().pop().unwrap_or(Reply::Stalled(Vec::new())));
    let user = User::of(&server.index());
    assert_eq!(user.versions().unwrap(), ["1"]);
    assert_eq!(user.versions().unwrap(), ["1"], "304 without a condition that was met");
    for status in ["500", "no index has", "asks for credentials"] {
        let error = user.versions().unwrap_err().to_string();
        assert!(error.contains(status), "{error}");
    }
}

#[test]
fn many_threads_ask_once() {
    let (name, bytes) = wheel("1");
    let page = page(&[&format!("/f/{name}#sha256={}", sha256(&bytes))]);
    let server = Server::new(move |request| {
        if request.path.starts_with("/f/") {
            ok("application/zip", &bytes)
        } else {
            ok("text/html", page.as_bytes())
        }
    });
    let user = User::of(&server.index());
    let (registry, indexes) = (user.registry(), user.indexes());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(shown(&registry, &indexes).unwrap(), ["1"]));
        }
    });
    assert_eq!(server.paths(), ["/simple/acme-shared/"]);
    let version = "1".parse().unwrap();
    let paths: Vec<_> = std::thread::scope(|scope| {
        let fetch = || registry.fetch(&indexes, &acme(), &version).unwrap();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(fetch)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(paths.iter().all(|path| *path == paths[0]));
}

#[test]
fn a_damaged_cache_is_asked_around() {
    let server = versioned("ETag", "\"abc\"", "if-none-match");
    let user = User::of(&server.index());
    user.versions().unwrap();
    for entry in user.cache().join("pages").read_dir_utf8().unwrap() {
        std::fs::write(entry.unwrap().path(), b"nonsense").unwrap();
    }
    assert_eq!(user.versions().unwrap(), ["1"]);
    let conditional =
        server.seen().iter().filter(|request| request.header("if-none-match").is_some()).count();
    assert_eq!(conditional, 0);
}
