//! Indexes that say something else than is so.

use crossloc::source::index::IndexError;

use crate::packages::{metadata, page, sdist, sha256, wheel};
use crate::server::{Reply, Server, ok, reply};
use crate::{User, acme, shown};

/// An index whose page has one wheel of version 1 with this hash, and whose wheel is answered so.
fn with_wheel(hash: &str, file: Reply) -> (Server, User) {
    let page = page(&[&format!("/files/acme_shared-1-py3-none-any.whl{hash}")]);
    let server = Server::new(move |request| {
        if request.path.starts_with("/files/") { file.clone() } else { ok("text/html", page.as_bytes()) }
    });
    let user = User::of(&server.index());
    (server, user)
}

fn downloads(user: &User) -> usize {
    user.cache()
        .join("downloads")
        .read_dir_utf8()
        .into_iter()
        .flatten()
        .flatten()
        .map(|folder| folder.path().read_dir_utf8().unwrap().count())
        .sum()
}

#[test]
fn a_file_is_what_its_hash_says_or_is_not_taken() {
    let (name, bytes) = wheel("1");
    let hash = format!("#sha256={}", sha256(&bytes));
    let (_server, user) = with_wheel(&hash, ok("application/zip", &bytes));
    let path = user.fetch("1").unwrap();
    assert_eq!(path.file_name(), Some(name.as_str()));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert!(path.starts_with(user.cache().join("downloads")));
    assert_eq!(downloads(&user), 1);

    let other = wheel("2").1;
    let (_server, user) = with_wheel(&hash, ok("application/zip", &other));
    let error = user.fetch("1").unwrap_err();
    let expected = IndexError::HashDiffers {
        file: name.clone(),
        expected: format!("sha256:{}", sha256(&bytes)),
        found: sha256(&other),
    };
    assert_eq!(error, expected);
    assert_eq!(downloads(&user), 0, "nothing of it stays");
}

#[test]
fn half_a_file_and_an_endless_one_are_not_kept() {
    let bytes = wheel("1").1;
    let hash = format!("#sha256={}", sha256(&bytes));
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
    let half = [head.as_bytes(), &bytes[..bytes.len() / 2]].concat();
    let without_length = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &bytes[..bytes.len() / 2]].concat();
    for (reply, is_expected) in [
        (
            Reply::Bytes(half),
            (|error| matches!(error, IndexError::Unreachable { .. })) as fn(&IndexError) -> bool,
        ),
        (Reply::Bytes(without_length), |error| matches!(error, IndexError::HashDiffers { .. })),
        (Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![0; 1000]), |error| {
            matches!(error, IndexError::TooLarge { limit: 1_000_000, .. })
        }),
        (reply("404 Not Found", &[], b""), |error| matches!(error, IndexError::NoFile { .. })),
        (reply("500 No", &[], b""), |error| matches!(error, IndexError::Failed { status: 500, .. })),
    ] {
        let (_server, user) = with_wheel(&hash, reply);
        let error = user.fetch("1").unwrap_err();
        assert!(is_expected(&error), "{error:?}");
        assert_eq!(downloads(&user), 0, "{error:?}");
    }
}

#[test]
fn without_a_hash_that_counts_a_file_is_taken_from_this_machine_each_time() {
    let bytes = wheel("1").1;
    for hash in ["", "#md5=00000000000000000000000000000000", "#sha256"] {
        let (server, user) = with_wheel(hash, ok("application/zip", &bytes));
        assert_eq!(std::fs::read(user.fetch("1").unwrap()).unwrap(), bytes, "{hash}");
        user.fetch("1").unwrap();
        let files = server.paths().into_iter().filter(|path| path.starts_with("/files/")).count();
        assert_eq!(files, 2, "{hash}");
    }
    let (server, user) = with_wheel(&format!("#sha256={}", sha256(&bytes)), ok("application/zip", &bytes));
    let path = user.fetch("1").unwrap();
    user.fetch("1").unwrap();
    std::fs::write(&path, "damaged").unwrap();
    assert_eq!(std::fs::read(user.fetch("1").unwrap()).unwrap(), bytes, "a damaged file is fetched again");
    let files = server.paths().into_iter().filter(|path| path.starts_with("/files/")).count();
    assert_eq!(files, 2, "one with a hash is taken from the cache");
}

#[test]
fn what_is_listed_for_another_distribution_does_not_count() {
    let page = page(&[
        "acme_other-3-py3-none-any.whl",
        "../../x/acme_shared-1-py3-none-any.whl",
        "acme-shared-more-4.tar.gz",
        "acme_shared-latest.tar.gz",
        "%2e%2e%2facme_shared-5.tar.gz",
        "acme_shared-6%00.zip",
        "javascript:acme_shared-7.zip",
        "acme_shared-8.egg",
    ]);
    let server = Server::pages(&[("/simple/acme-shared/", page)]);
    assert_eq!(User::of(&server.index()).versions().unwrap(), ["1"]);
}

#[test]
fn an_archive_that_means_harm_or_is_another_is_not_handed_out() {
    let packed = |entries: &[(&str, &str)]| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (path, text) in entries {
            archive.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let info = "acme_shared-1.dist-info/METADATA";
    let archive = "acme_shared-1-py3-none-any.whl` is no archive that can be read";
    for (case, bytes, expected) in [
        ("an entry above", packed(&[(info, &metadata("1")), ("../../.bashrc", "")]), archive),
        ("an absolute entry", packed(&[(info, &metadata("1")), ("/etc/cron.d/x", "")]), archive),
        ("no archive", b"<html>".to_vec(), archive),
        ("no metadata", packed(&[("acme_shared/__init__.py", "")]), "it has no metadata"),
        ("another version", packed(&[(info, &metadata("2"))]), "its metadata have another version"),
        ("another name", packed(&[(info, "Name: evil\nVersion: 1\n")]), "its metadata have another name"),
    ] {
        let (_server, user) =
            with_wheel(&format!("#sha256={}", sha256(&bytes)), ok("application/zip", &bytes));
        for _ in 0..2 {
            let error = user.fetch("1").unwrap_err().to_string();
            assert!(error.contains(expected), "{case}: {error}");
        }
    }
}

#[test]
fn odd_markup_is_read() {
    let page = "\u{feff}<HTML><head><TITLE>a < b <a href=no-1.zip></title><base href='/files/'></head>\
        <!-- <a href=acme_shared-9.zip> -->< a><p><A  rel = internal HREF = acme_shared-1.zip\n data-yanked>x</A\n>\
        <a href='acme_shared-2.tar.gz?x=1&amp;y=2#sha256=00&amp;egg=acme' data-requires-python='&gt;=3'>\
        <a href=\"//127.0.0.1/acme_shared-3.zip\"/><a href=\"acme_shared-4.zip";
    let server = Server::pages(&[("/simple/acme-shared/", page.to_owned())]);
    let user = User::of(&server.index());
    let found = user.registry().versions(&user.indexes(), &acme()).unwrap();
    let found: Vec<String> = found
        .iter()
        .flat_map(|version| version.files.iter().map(move |file| (&version.yanked, file)))
        .map(|(yanked, file)| {
            format!("{yanked:?} {} {:?}", file.url.as_str().replace(&server.at(""), ""), file.requires_python)
        })
        .collect();
    assert_eq!(
        found,
        [
            "Some(\"\") /files/acme_shared-1.zip None",
            "None /files/acme_shared-2.tar.gz?x=1&y=2 Some(\">=3\")",
            "None http://127.0.0.1/acme_shared-3.zip None",
        ]
    );
}

#[test]
fn metadata_beside_a_file_are_verified() {
    let sound = metadata("1");
    let hash = sha256(sound.as_bytes());
    for (said, attribute, text, expected) in [
        ("the right hash", format!("sha256={hash}"), sound.clone(), Ok(())),
        ("no hash", "true".to_owned(), sound.clone(), Ok(())),
        (
            "a wrong hash",
            format!("sha256={}", sha256(b"")),
            sound.clone(),
            Err("acme_shared-1-py3-none-any.whl.metadata` is not what the index says"),
        ),
        ("another version", "true".to_owned(), metadata("2"), Err("its metadata have another version")),
        (
            "another name",
            "true".to_owned(),
            metadata("1").replace("acme_shared", "evil"),
            Err("its metadata have another name"),
        ),
        ("no metadata", "true".to_owned(), "\0".repeat(1000), Err("its metadata have another name")),
        ("none promised", "false".to_owned(), sound, Err("does not have the file")),
    ] {
        let page =
            format!("<a href='/f/acme_shared-1-py3-none-any.whl' data-core-metadata='{attribute}'>x</a>");
        let server = Server::pages(&[
            ("/simple/acme-shared/", page),
            ("/f/acme_shared-1-py3-none-any.whl.metadata", text.clone()),
        ]);
        let user = User::of(&server.index());
        let registry = user.registry();
        let versions = registry.versions(&user.indexes(), &acme()).unwrap();
        let answer = registry.metadata(&versions[0].files[0]).map_err(|error| error.to_string());
        match expected {
            Ok(()) => assert_eq!(answer, Ok(text), "{said}"),
            Err(part) => assert!(answer.clone().unwrap_err().contains(part), "{said}: {answer:?}"),
        }
    }
}

#[test]
fn wheels_come_before_sdists_and_yanks_are_told() {
    let (wheel_name, wheel_bytes) = wheel("1");
    let (sdist_name, sdist_bytes) = sdist("2");
    let text = format!(
        r#"{{"meta": {{"api-version": "1.1"}}, "name": "acme-shared", "versions": ["0.5", "1", "2"], "files": [
            {{"filename": "acme_shared-1.tar.gz", "url": "/f/no.tar.gz", "hashes": {{}}}},
            {{"filename": "{wheel_name}", "url": "/f/{wheel_name}", "hashes": {{"sha256": "{}"}}}},
            {{"filename": "{sdist_name}", "url": "/f/{sdist_name}", "hashes": {{"sha256": "{}"}}, "yanked": "loses rows"}}]}}"#,
        sha256(&wheel_bytes),
        sha256(&sdist_bytes)
    );
    let server = Server::new(move |request| match request.path.as_str() {
        "/simple/acme-shared/" => ok("application/vnd.pypi.simple.v1+json", text.as_bytes()),
        path if path.ends_with(".whl") => ok("application/zip", &wheel_bytes),
        _ => ok("application/gzip", &sdist_bytes),
    });
    let user = User::of(&server.index());
    let (registry, indexes) = (user.registry(), user.indexes());
    let versions = registry.versions(&indexes, &acme()).unwrap();
    let yanked: Vec<Option<&str>> = versions.iter().map(|version| version.yanked.as_deref()).collect();
    assert_eq!(shown(&registry, &indexes).unwrap(), ["0.5", "1", "2"]);
    assert_eq!(yanked, [None, None, Some("loses rows")]);
    assert_eq!(user.fetch("1").unwrap().file_name(), Some(wheel_name.as_str()));
    assert_eq!(user.fetch("2").unwrap().file_name(), Some(sdist_name.as_str()), "a pin may be yanked");
    for (version, expected) in [
        ("0.5", "the index has no file of `acme-shared` 0.5"),
        ("3", "the index has no file of `acme-shared` 3"),
    ] {
        assert_eq!(user.fetch(version).unwrap_err().to_string(), expected);
    }
    let accept = server.seen()[0].header("accept").unwrap().to_owned();
    assert!(
        accept.starts_with("application/vnd.pypi.simple.v1+json, ") && accept.contains("text/html;q="),
        "{accept}"
    );
}
