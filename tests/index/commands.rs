//! Locations that are pinned to two versions of a distribution that lies in a private index alone: what the binary says
//! of them, with and without permission to ask.

use camino::Utf8Path;

use crate::desk::{Checked, Desk, NEW, OLD, archives, guarded, is_read_only};
use crate::packages::{metadata, page, sha256, wheel};
use crate::private_index::PypiServer;
use crate::server::{Reply, Server, ok, status};

/// What is wrong in `etl`, whose version knows neither the name nor the keyword.
const MISFITS: [&str; 2] = [
    "missing-symbol etl/src/etl/assets.py: `save` is not in `acme.io` of `acme-shared` 0.1.3; it is there since 0.2.0",
    "incompatible-call etl/src/etl/assets.py: `load` of `acme.io` (`acme-shared` 0.1.3) has no parameter `strict`; \
     it takes (path, mode=\"r\"); the call fits since 0.2.0",
];
const OFF: &str =
    "indexes are not asked, because neither your configuration nor `--allow-registry` allows it";

#[test]
fn each_location_is_judged_by_the_version_that_the_private_index_has() {
    let server = PypiServer::start(&archives());
    let desk = Desk::new(&server.index());
    let shut = desk.check(&[]);
    assert_eq!((shut.code, shut.errors()), (0, Vec::new()));
    assert_eq!(shut.not_judged(), [format!("imports of a pinned version: {OFF}")], "once, for both");
    located_without_permission(&desk);
    assert!(!desk.cache().join("downloads").exists());

    let open = desk.check(&["--allow-registry"]);
    assert_eq!((open.code, open.errors()), (1, MISFITS.map(str::to_owned).to_vec()));
    assert_eq!(open.not_judged(), [""; 0]);
    assert!(!desk.cache().join("sources").exists(), "a check writes no sources");

    located(&desk);
    for (location, version, text) in [("etl", "0.1.3", OLD), ("ml", "0.2.0", NEW)] {
        let question =
            ["resolve", "acme.io:load", "--from", location, "--format", "json", "--allow-registry"];
        let (code, answer) = desk.run(&question);
        assert_eq!(
            (code, &answer["dist_version"], &answer["strategy"]),
            (0, &version.into(), &"registry".into())
        );
        assert_eq!((&answer["line"], &answer["column"]), (&4.into(), &5.into()));
        is_read_only(&desk.root().join(answer["file"].as_str().unwrap()), text);
    }
    drop(server);
    let later = desk.check(&[]);
    assert_eq!(
        (later.code, later.errors()),
        (1, MISFITS.map(str::to_owned).to_vec()),
        "what was kept still answers"
    );
    desk.hides_the_password();
}

/// Without permission, too, a location says what it is pinned to, and why that is not opened.
fn located_without_permission(desk: &Desk) {
    let (_, found) = desk.run(&["locations", "--format", "json"]);
    for (location, version) in found["locations"].as_array().unwrap().iter().zip(["0.1.3", "0.2.0"]) {
        let shared = &location["shared"][0];
        assert_eq!((&shared["version"], &shared["source"]), (&version.into(), &serde_json::Value::Null));
        let evidence = shared["evidence"].as_array().unwrap();
        assert_eq!(evidence.last().unwrap(), OFF);
    }
}

fn located(desk: &Desk) {
    let (_, found) = desk.run(&["locations", "--format", "json", "--allow-registry"]);
    let shown: Vec<String> = found["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|location| {
            let shared = location["shared"].as_array().unwrap();
            assert_eq!(shared.len(), 1, "{shared:?}");
            let text = |key: &str| shared[0][key].as_str().unwrap_or("none");
            let name = location["name"].as_str().unwrap();
            format!(
                "{name}: {} {} {} {}",
                text("distribution"),
                text("strategy"),
                text("version"),
                text("source")
            )
        })
        .collect();
    let expected = [
        "etl: acme-shared registry 0.1.3 cache:acme_shared-0.1.3-py3-none-any.whl",
        "ml: acme-shared registry 0.2.0 cache:acme_shared-0.2.0.tar.gz",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn an_upgrade_is_tried_with_the_code_that_the_index_has() {
    let server = guarded(archives().to_vec());
    let desk = Desk::new(&server.index());
    let upgrade = |version: &str| {
        let question = ["upgrade", "acme-shared", version, "--allow-registry", "--format", "json"];
        let (code, found) = desk.run(&question);
        let consumers = found["consumers"].as_array().unwrap().iter();
        let shown: Vec<String> = consumers
            .map(|consumer| {
                let count = |key: &str| consumer[key].as_array().unwrap().len();
                format!(
                    "{}: {} break, {} mended",
                    consumer["name"].as_str().unwrap(),
                    count("breaks"),
                    count("mends")
                )
            })
            .collect();
        (code, shown)
    };
    let both = |etl: &str, ml: &str| vec![format!("etl: {etl}"), format!("ml: {ml}")];
    assert_eq!(upgrade("0.2.0"), (0, both("0 break, 2 mended", "0 break, 0 mended")));
    assert_eq!(upgrade("0.1.3"), (1, both("0 break, 0 mended", "2 break, 0 mended")));
    let refused = desk.command(&["upgrade", "acme-shared", "0.9", "--allow-registry"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "the index has no such version");
    let shut = Desk::new(&server.index());
    let refused = shut.command(&["upgrade", "acme-shared", "0.2.0"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("`--allow-registry`"), "{said}");
    desk.hides_the_password();
}

#[test]
fn an_index_is_asked_once_for_each_archive_and_for_nothing_of_others() {
    let server = guarded(archives().to_vec());
    let desk = Desk::new(&server.index());
    for number in 0..5 {
        let index =
            format!("[[tool.uv.index]]\nname = \"acme\"\nurl = \"{}\"\nexplicit = true\n", server.index());
        let sources = format!("[tool.uv.sources]\nacme-shared = {{ index = \"acme\" }}\n{index}");
        desk.location(&format!("etl{number}"), "acme-shared==0.1.3", &sources);
    }
    desk.check(&[]);
    desk.run(&["locations", "--format", "json"]);
    assert_eq!(server.paths(), [""; 0], "nobody allowed it");
    assert_eq!(desk.check(&["--allow-registry"]).errors().len(), 2 * 6);
    assert_eq!(
        asked(&server),
        [
            "/files/acme_shared-0.1.3-py3-none-any.whl",
            "/files/acme_shared-0.2.0.tar.gz",
            "/simple/acme-shared/",
        ]
    );
    desk.hides_the_password();
}

fn asked(server: &Server) -> Vec<String> {
    let mut paths = server.paths();
    paths.sort();
    paths
}

/// A lock of `name` in which Dagster and the shared code come from these indexes.
fn lock(name: &str, version: &str, dagster: &str, shared: &str) -> String {
    format!(
        "version = 1\nrequires-python = \">=3.10\"\n\n[[package]]\nname = \"acme-shared\"\nversion = \"{version}\"\n\
         source = {{ registry = \"{shared}\" }}\n\n[[package]]\nname = \"dagster\"\nversion = \"1.9.0\"\n\
         source = {{ registry = \"{dagster}\" }}\n\n[[package]]\nname = \"{name}\"\nversion = \"1.0\"\n\
         source = {{ virtual = \".\" }}\ndependencies = [\n    {{ name = \"acme-shared\" }},\n    \
         {{ name = \"dagster\" }},\n]\n\n[package.metadata]\nrequires-dist = [\n    {{ name = \"acme-shared\" }},\n    \
         {{ name = \"dagster\", specifier = \">=1.9\" }},\n]\n"
    )
}

#[test]
fn a_lock_tells_what_is_private_and_where_it_is() {
    let server = guarded(archives().to_vec());
    let desk = Desk::empty();
    for (name, version) in [("etl", "0.1.3"), ("ml", "0.2.0")] {
        desk.location(name, "acme-shared", "");
        desk.write(
            &format!("{name}/uv.lock"),
            &lock(name, version, "https://pypi.org/simple", &server.index()),
        );
    }
    assert_eq!(desk.check(&["--allow-registry"]).errors(), MISFITS);
    assert_eq!(asked(&server).len(), 3);
    desk.hides_the_password();
}

#[test]
fn where_everything_comes_from_one_mirror_nothing_is_taken_for_private() {
    let server = guarded(archives().to_vec());
    let desk = Desk::empty();
    desk.set("UV_DEFAULT_INDEX", &server.index());
    desk.location("etl", "acme-shared", "");
    desk.write("etl/uv.lock", &lock("etl", "0.1.3", &server.index(), &server.index()));
    let checked = desk.check(&["--allow-registry"]);
    assert_eq!((checked.code, checked.errors(), checked.not_judged()), (0, Vec::new(), Vec::new()));
    assert_eq!(server.paths(), [""; 0]);
    // Until somebody says which of it is ours.
    desk.write("crossloc.toml", "shared = [\"acme-shared\"]\n");
    assert_eq!(desk.check(&["--allow-registry"]).errors(), MISFITS);
    assert!(server.paths().iter().all(|path| path.contains("acme")), "{:?}", server.paths());
}

/// A page with one wheel of 0.1.3 under this hash, and the wheel.
fn serving(hash: &str, bytes: Vec<u8>) -> Server {
    let page = page(&[&format!("/files/acme_shared-0.1.3-py3-none-any.whl#sha256={hash}")]);
    Server::new(move |request| match request.path.starts_with("/files/") {
        true => ok("application/zip", &bytes),
        false => ok("text/html", page.as_bytes()),
    })
}

/// A wheel with an entry that leads out of it.
fn hostile() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, text) in [
        ("acme_shared-0.1.3.dist-info/METADATA", metadata("0.1.3").as_str()),
        ("../../../escaped.py", "x = 1\n"),
    ] {
        archive.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn what_goes_wrong_with_an_index_is_said_once_and_the_rest_is_judged() {
    let good = wheel("0.1.3").1;
    for (case, server, reason) in [
        ("wrong password", guarded(Vec::new()), "does not accept the credentials there are for it"),
        ("not there", Server::always(status("404 Not Found")), "no index has a distribution `acme-shared`"),
        ("failing", Server::always(status("500 No")), "failed with status 500"),
        ("bad hash", serving(&"0".repeat(64), good), "is not what the index says: its hash is"),
        ("malicious", serving(&sha256(&hostile()), hostile()), "is no archive that can be read"),
        ("hanging", Server::always(Reply::Stalled(Vec::new())), "did not answer in time"),
    ] {
        let desk = Desk::new(&server.index());
        desk.set("UV_HTTP_TIMEOUT", "0.5");
        if case == "wrong password" {
            desk.write("../home/.netrc", "machine 127.0.0.1 login etl password guessed\n");
        }
        let quiet = desk.check(&["--allow-registry"]);
        assert_eq!((quiet.code, quiet.errors()), (0, Vec::new()), "{case}: an index is no finding");
        let told = |checked: &Checked| {
            let reasons = checked.not_judged().into_iter().map(str::to_owned);
            reasons
                .filter(|told| told.starts_with("imports of a pinned version") && told.contains(reason))
                .count()
        };
        assert_eq!(told(&quiet), 1, "{case}: {:?}", quiet.not_judged());
        desk.write(
            "web/pyproject.toml",
            "[project]\nname = \"web\"\nversion = \"1\"\ndependencies = [\"lost\"]\n\
                                          [tool.uv.sources]\nlost = { path = \"../lost\" }\n",
        );
        let noisy = desk.check(&["--allow-registry"]);
        assert_eq!(noisy.code, 1, "{case}");
        assert!(noisy.errors()[0].starts_with("missing-source-path web/pyproject.toml"), "{case}");
        assert_eq!((noisy.errors().len(), told(&noisy)), (1, 1), "{case}");
        let requests = server.paths().iter().filter(|path| path.starts_with("/simple")).count();
        assert!(requests <= 2, "{case}: each run asks once: {:?}", server.paths());
        assert!(!escaped(&desk.root()), "{case}");
        desk.hides_the_password();
    }
}

fn escaped(root: &Utf8Path) -> bool {
    root.ancestors().take(3).any(|folder| folder.join("escaped.py").exists())
}
