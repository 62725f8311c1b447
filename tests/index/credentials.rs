//! To whom credentials are sent, and that nothing else ever holds them.

use std::sync::{Arc, Mutex, OnceLock};

use crossloc::source::index::IndexError;

use crate::packages::{page, sha256, wheel};
use crate::server::{Request, Server, ok, redirect, status};
use crate::{NOBODY, User, acme, declared, shown};

const PASSWORD: &str = "Xk29-hidden-QQ7";
/// `me:Xk29-hidden-QQ7` in base 64.
const HEADER: &str = "Basic bWU6WGsyOS1oaWRkZW4tUVE3";

/// An index that wants them, and holds a wheel of version 1.
fn guarded() -> Server {
    let (name, bytes) = wheel("1");
    let page = page(&[&format!("/f/{name}#sha256={}", sha256(&bytes))]);
    Server::new(move |request| match request.header("authorization") {
        Some(HEADER) if request.path.starts_with("/f/") => ok("application/zip", &bytes),
        Some(HEADER) => ok("text/html", page.as_bytes()),
        _ => status("401 Unauthorized"),
    })
}

fn with_user(url: &str, user: &str) -> String {
    url.replacen("://", &format!("://{user}@"), 1)
}

fn sent(server: &Server) -> Vec<Option<String>> {
    let header = |request: Request| request.header("authorization").map(str::to_owned);
    server.seen().into_iter().map(header).collect()
}

/// What is logged meanwhile, on the finest level.
fn logged<T>(act: impl FnOnce() -> T) -> (T, Vec<u8>) {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::level_filters::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let answer = tracing::subscriber::with_default(subscriber, act);
    let bytes = log.0.lock().unwrap().clone();
    (answer, bytes)
}

#[test]
fn every_source_of_credentials_opens_the_index() {
    let server = guarded();
    let netrc = format!("machine 127.0.0.1 login me password {PASSWORD}");
    for (source, user) in [
        ("address", User::of(&with_user(&server.index(), &format!("me:{PASSWORD}")))),
        ("netrc", User::of(&server.index()).with_netrc(&netrc)),
        (
            "environment",
            User::new()
                .with("UV_DEFAULT_INDEX", &format!("my-corp={}", server.index()))
                .with("UV_INDEX_MY_CORP_USERNAME", "me")
                .with("UV_INDEX_MY_CORP_PASSWORD", PASSWORD),
        ),
    ] {
        let (path, log) = logged(|| user.fetch("1"));
        let path = path.unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(std::fs::read(path).unwrap(), wheel("1").1, "{source}");
        let cached = user.cached();
        assert!(!cached.is_empty() && String::from_utf8_lossy(&log).contains("127.0.0.1"), "{source}");
        for secret in [PASSWORD, HEADER, "bWU6WGsyOS"] {
            for kept in [&cached, &log] {
                assert!(memchr::memmem::find(kept, secret.as_bytes()).is_none(), "{source}");
            }
        }
    }
}

#[test]
fn missing_and_wrong_credentials_are_told_apart_without_being_told() {
    let server = guarded();
    let host = server.at("");
    let missing = User::of(&server.index()).versions().unwrap_err();
    assert_eq!(missing, IndexError::CredentialsMissing { host: host.clone() });
    let wrong = User::of(&with_user(&server.index(), &format!("someone:wrong-{PASSWORD}")));
    let refused = wrong.versions().unwrap_err();
    assert_eq!(refused, IndexError::CredentialsRefused { host });
    for text in [format!("{refused:?}"), refused.to_string(), format!("{:?}", wrong.indexes())] {
        assert!(!text.contains("someone") && !text.contains(PASSWORD), "{text}");
    }
}

#[test]
fn an_unreachable_index_is_told_of_without_its_credentials() {
    let url = with_user(NOBODY, &format!("me:{PASSWORD}"));
    let error = User::of(&url).versions().unwrap_err();
    assert!(matches!(error, IndexError::Unreachable { .. }));
    assert!(!format!("{error:?} {error}").contains(PASSWORD) && !error.to_string().contains("me@"));
}

#[test]
fn a_repository_comes_by_no_credentials() {
    let evil = Server::pages(&[("/simple/acme-shared/", page(&["acme_shared-1.tar.gz"]))]);
    let corp = guarded();
    let user = User::of(&with_user(&corp.index(), &format!("me:{PASSWORD}")))
        .with("UV_INDEX", &format!("trusted={}", corp.at("/other")))
        .with("UV_INDEX_CORP_USERNAME", "me")
        .with("UV_INDEX_CORP_PASSWORD", PASSWORD)
        .with("UV_INDEX_TRUSTED_USERNAME", "me")
        .with("UV_INDEX_TRUSTED_PASSWORD", PASSWORD)
        .with_netrc(&format!(
            "machine localhost login me password {PASSWORD} default login me password {PASSWORD}"
        ));
    for (name, url) in [
        ("corp", evil.index()),
        ("trusted", evil.index()),
        ("corp", with_user(&evil.index(), "x:y")),
        ("corp", evil.at("/redirected")),
    ] {
        let indexes = user.indexes_with(&[declared(name, &url)]);
        let one = indexes.only(name).unwrap();
        // A name of the user's own leads to the user's index; nothing else is asked there.
        let _ = shown(&user.registry(), &one);
        let _ = shown(&user.registry(), &indexes);
    }
    assert!(!evil.seen().is_empty());
    assert!(sent(&evil).iter().all(Option::is_none), "{:?}", sent(&evil));
}

#[test]
fn credentials_do_not_follow_to_another_host() {
    let other = Server::pages(&[("/simple/acme-shared/", page(&["acme_shared-1.tar.gz"]))]);
    let target = other.at("/simple/acme-shared/");
    let server = Server::new(move |_| redirect(&target));
    let user = User::of(&with_user(&server.index(), &format!("me:{PASSWORD}")))
        .with_netrc(&format!("machine 127.0.0.1 login me password {PASSWORD}"));
    assert_eq!(user.versions().unwrap(), ["1"]);
    assert_eq!(sent(&server), [Some(HEADER.to_owned())]);
    assert_eq!(sent(&other), [None]);
}

#[test]
fn credentials_stay_within_the_host_and_do_not_come_back() {
    let inside = page(&["acme_shared-1.tar.gz"]);
    let within = Server::new(move |request| match request.path.as_str() {
        "/simple/acme-shared/" => redirect("/moved"),
        _ => ok("text/html", inside.as_bytes()),
    });
    let user = User::of(&with_user(&within.index(), &format!("me:{PASSWORD}")));
    assert_eq!(user.versions().unwrap(), ["1"]);
    assert_eq!(sent(&within), [Some(HEADER.to_owned()), Some(HEADER.to_owned())]);

    // Away and back: the way back was chosen by somebody else.
    let back = Arc::new(OnceLock::<String>::new());
    let target = back.clone();
    let away = Server::new(move |_| redirect(target.get().unwrap()));
    let leave = away.at("/away");
    let home = Server::new(move |request| match request.path.as_str() {
        "/simple/acme-shared/" => redirect(&leave),
        _ => ok("text/html", b""),
    });
    back.set(home.at("/delete-everything")).unwrap();
    let user = User::of(&with_user(&home.index(), &format!("me:{PASSWORD}")));
    assert_eq!(user.versions().unwrap(), [] as [&str; 0]);
    assert_eq!(sent(&home), [Some(HEADER.to_owned()), None]);
    assert_eq!(sent(&away), [None]);
}

#[test]
fn files_elsewhere_are_asked_for_without_credentials() {
    let (name, bytes) = wheel("1");
    let page = page(&[&format!("FILES/{name}#sha256={}", sha256(&bytes))]);
    let files = Server::new(move |_| ok("application/zip", &bytes));
    // Addresses in a page may carry a user, too.
    let page = page.replace("FILES", &with_user(&files.at("/f"), "me:theirs"));
    let server = Server::new(move |_| ok("text/html", page.as_bytes()));
    let user = User::of(&with_user(&server.index(), &format!("me:{PASSWORD}")))
        .with_netrc(&format!("machine 127.0.0.1 login me password {PASSWORD}"));
    let path = user.registry().fetch(&user.indexes(), &acme(), &"1".parse().unwrap()).unwrap();
    assert_eq!(path.file_name(), Some(name.as_str()));
    assert_eq!(sent(&server), [Some(HEADER.to_owned())]);
    assert_eq!(sent(&files), [None]);
}
