//! `crossloc upgrade` where the shared code is nowhere but on a private index.

use std::process::Output;

use assert_cmd::Command;

use crate::User;
use crate::packages::wheel_of;
use crate::private_index::{PASSWORD, PypiServer};

const MANIFEST: &str = "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\"acme-shared==0.1.3\"]\n[tool.crossloc]\n\
     shared = [\"acme-shared\"]\n";

fn upgrade(user: &User, index: &str, arguments: &[&str]) -> Output {
    Command::cargo_bin("crossloc")
        .unwrap()
        .current_dir(user.folder().join("etl"))
        .env("NO_COLOR", "1")
        .env("XDG_CACHE_HOME", user.cache())
        .env("XDG_CONFIG_HOME", user.folder())
        .env("UV_DEFAULT_INDEX", index)
        .args(["upgrade", "acme-shared", "0.2.0"])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn versions_that_are_only_on_an_index_are_compared() {
    let files = [
        wheel_of("0.1.3", &[("acme_shared/__init__.py", "def load(path): ...\n")]),
        wheel_of(
            "0.2.0",
            &[("acme_shared/__init__.py", "def load(path, mode): ...\n\ndef save(path): ...\n")],
        ),
    ];
    let server = PypiServer::start(&files);
    let user = User::new();
    let etl = user.folder().join("etl");
    std::fs::create_dir_all(etl.join("src/etl")).unwrap();
    std::fs::write(etl.join("pyproject.toml"), MANIFEST).unwrap();
    std::fs::write(etl.join("src/etl/__init__.py"), "from acme_shared import load\n\nload(\"a\")\n").unwrap();
    let index = server.index_as(&format!("etl:{PASSWORD}"));

    let offline = upgrade(&user, &index, &[]);
    assert_eq!(offline.status.code(), Some(2));
    let told = String::from_utf8_lossy(&offline.stderr);
    assert!(told.contains("`--allow-registry` asks package indexes"), "{told}");

    let refused = upgrade(&user, &server.index_as("etl:wrong"), &["--allow-registry"]);
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stdout));

    let asked = upgrade(&user, &index, &["--allow-registry", "--apply"]);
    insta::assert_snapshot!(String::from_utf8_lossy(&asked.stdout), @r#"
    acme-shared 0.2.0

    etl, from 0.1.3: 1 place breaks; `==0.1.3` at pyproject.toml:4:29 became `==0.2.0`
      src/etl/__init__.py:3:1: `load` of `acme_shared` (`acme-shared` 0.2.0) is called without `mode`; it takes (path, mode); the call fitted until 0.1.3
        0.1.3  load(path)
        0.2.0  load(path, mode)

    in 0.2.0, not in 0.1.3
      acme_shared.load(path, mode): parameter `mode`
      acme_shared.save(path)

    changed pyproject.toml

    1 place breaks in 1 of 1 project
    "#);
    assert_eq!(asked.status.code(), Some(1));
    let moved = std::fs::read_to_string(etl.join("pyproject.toml")).unwrap();
    assert_eq!(moved, MANIFEST.replace("0.1.3", "0.2.0"));
    for output in [offline, refused, asked] {
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!told.contains(PASSWORD) && !told.contains("wrong"), "{told}");
    }
}
