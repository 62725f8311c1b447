//! `crossloc upgrade` on locations that are pinned to tags of one real repository.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code may fail loudly")]

use std::process::Output;

use assert_cmd::Command;
use camino::{Utf8Path, Utf8PathBuf};

const OLD_IO: &str = "\
LIMIT = 3


def load(path, *, strict=False): ...


def save(path, mode=\"w\"): ...
";

const NEW_IO: &str = "\
from warnings import deprecated


def load(path, *, mode=\"r\"): ...


@deprecated(\"use `store`\")
def save(path, mode=\"w\", *, fsync=False): ...


def store(path, /): ...


class Table:
    def rows(self, limit): ...
";

/// `etl` breaks with 0.2.0, `web` takes 0.1.3 by git and does not, `ml` has 0.2.0 and breaks with 0.1.3, `bi` is live.
struct Workspace {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Workspace {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        let workspace = Self { _folder: folder, root };
        workspace.git(&["init", "--quiet", "shared"]);
        workspace.git(&["-C", "shared", "remote", "add", "origin", "git@example.org:acme/shared.git"]);
        for (version, io) in [("0.1.3", OLD_IO), ("0.2.0", NEW_IO)] {
            workspace.project("shared", version, "acme-shared", "", &[("src/acme/io.py", io)]);
            workspace.write("shared/src/acme/__init__.py", "");
            workspace.git(&["-C", "shared", "add", "--all"]);
            workspace.git(&["-C", "shared", "commit", "--quiet", "--message", version]);
            workspace.git(&["-C", "shared", "tag", &format!("v{version}")]);
        }
        let etl = "from acme.io import LIMIT, load, save\n\nload(\"a.csv\", strict=LIMIT > 2)\nsave(\"b\")\n";
        let pin = "dependencies = [\n    \"acme-shared == 0.1.3\", # the old one\n]\n";
        workspace.project("etl", "1.0", "etl", pin, &[("src/etl/__init__.py", etl)]);
        let ml = "from acme import io\n\nio.load(\"a.csv\", mode=\"rb\")\nio.store(\"b\")\n";
        let pin = "dependencies = [\"acme-shared==0.2.0\"]\n";
        workspace.project("ml", "1.0", "ml", pin, &[("src/ml/__init__.py", ml)]);
        let web = "from acme.io import load\n\nload(\"a.csv\")\n";
        let source = "dependencies = [\"acme-shared\"]\n[tool.uv.sources]\n\
                      acme-shared = { git = \"ssh://git@example.org/acme/shared\", tag = \"v0.1.3\" }\n";
        workspace.project("web", "1.0", "web", source, &[("src/web/__init__.py", web)]);
        let source = "dependencies = [\"acme-shared\"]\n[tool.uv.sources]\n\
                      acme-shared = { path = \"../shared\", editable = true }\n";
        workspace.project("bi", "1.0", "bi", source, &[("src/bi/__init__.py", web)]);
        workspace
    }

    fn project(&self, folder: &str, version: &str, name: &str, rest: &str, files: &[(&str, &str)]) {
        let head = format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\n");
        self.write(&format!("{folder}/pyproject.toml"), &format!("{head}{rest}"));
        for (path, text) in files {
            self.write(&format!("{folder}/{path}"), text);
        }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = std::process::Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "t").env(format!("GIT_{role}_EMAIL"), "t@example.com");
        }
        let output = command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs `crossloc upgrade` in the workspace's root.
    fn upgrade(&self, arguments: &[&str]) -> Output {
        upgrade_in(&self.root, arguments)
    }
}

fn upgrade_in(folder: &Utf8Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("crossloc")
        .unwrap()
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("XDG_CONFIG_HOME", folder.join("no-configuration"))
        .arg("upgrade")
        .args(arguments)
        .output()
        .unwrap()
}

/// Exit code, stdout and stderr as one text.
fn told(output: &Output) -> String {
    let stream = |name: &str, bytes: &[u8]| match String::from_utf8_lossy(bytes).trim_end() {
        "" => String::new(),
        text => format!("--- {name}\n{text}\n"),
    };
    let code = output.status.code().unwrap();
    format!("exit {code}\n{}{}", stream("stdout", &output.stdout), stream("stderr", &output.stderr))
}

#[test]
fn what_breaks_is_told_for_each_location() {
    let workspace = Workspace::new();
    insta::assert_snapshot!(told(&workspace.upgrade(&["acme-shared", "0.2.0"])), @r#"
    exit 1
    --- stdout
    acme-shared 0.2.0

    etl, from 0.1.3: 2 places break; `== 0.1.3` at etl/pyproject.toml:5:18 would become `== 0.2.0`
      etl/src/etl/__init__.py:1:21: `LIMIT` is not in `acme.io` of `acme-shared` 0.2.0; it was there until 0.1.3
        0.1.3  LIMIT = 3
      etl/src/etl/__init__.py:3:15: `load` of `acme.io` (`acme-shared` 0.2.0) has no parameter `strict`; it takes (path, *, mode="r"); the call fitted until 0.1.3
        0.1.3  load(path, *, strict=False)
        0.2.0  load(path, *, mode="r")
      note: etl/src/etl/__init__.py:1:34: `save` of `acme.io` (`acme-shared` 0.2.0) is deprecated: use `store`
    ml, at 0.2.0 already: nothing breaks; `==0.2.0` at ml/pyproject.toml:4:29 stays
    web, from 0.1.3: nothing breaks; `v0.1.3` at web/pyproject.toml:6:67 would become `v0.2.0`
    bi takes it live from `shared`; nothing to move

    in 0.2.0, not in 0.1.3
      acme.io.load(path, *, mode="r"): parameter `mode`
      acme.io.save(path, mode="w", *, fsync=False): parameter `fsync`
      acme.io.store(path, /)
      class acme.io.Table

    2 places break in 1 of 3 projects
    "#);
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let shown =
        readme.split_once("<!-- upgrade -->\n```text\n$ crossloc upgrade acme-shared 0.2.0\n").unwrap().1;
    let shown = shown.split_once("```").unwrap().0;
    let printed = Workspace::new().upgrade(&["acme-shared", "0.2.0"]).stdout;
    assert_eq!(shown, String::from_utf8(printed).unwrap());
}

#[test]
fn a_step_back_breaks_the_others() {
    let workspace = Workspace::new();
    insta::assert_snapshot!(told(&workspace.upgrade(&["Acme_Shared", "v0.1.3"])), @r#"
    exit 1
    --- stdout
    acme-shared 0.1.3

    etl, at 0.1.3 already: nothing breaks; `== 0.1.3` at etl/pyproject.toml:5:18 stays
    ml, from 0.2.0: 2 places break; `==0.2.0` at ml/pyproject.toml:4:29 would become `==0.1.3`
      ml/src/ml/__init__.py:3:18: `load` of `acme.io` (`acme-shared` 0.1.3) has no parameter `mode`; it takes (path, *, strict=False); the call fits since 0.2.0
        0.2.0  load(path, *, mode="r")
        0.1.3  load(path, *, strict=False)
      ml/src/ml/__init__.py:4:4: `store` is not in `acme.io` of `acme-shared` 0.1.3; it is there since 0.2.0
        0.2.0  def store(path, /)
    web, at 0.1.3 already: nothing breaks; `v0.1.3` at web/pyproject.toml:6:67 stays
    bi takes it live from `shared`; nothing to move

    in 0.1.3, not in 0.2.0
      acme.io.LIMIT
      acme.io.load(path, *, strict=False): parameter `strict`

    2 places break in 1 of 3 projects
    "#);
}

#[test]
fn the_json_is_the_promised_one() {
    let workspace = Workspace::new();
    let output = workspace.upgrade(&["acme-shared", "0.2.0", "--location", "etl", "--format", "json"]);
    insta::assert_snapshot!(told(&output), @r#"
    exit 1
    --- stdout
    {
      "version": 1,
      "distribution": "acme-shared",
      "to": "0.2.0",
      "yanked": null,
      "breaks": 2,
      "consumers": [
        {
          "name": "etl",
          "project": "etl",
          "from": "0.1.3",
          "through": [],
          "pins": [
            {
              "file": "etl/pyproject.toml",
              "line": 5,
              "column": 18,
              "written": "== 0.1.3",
              "state": "moves",
              "becomes": "== 0.2.0",
              "reason": null
            }
          ],
          "breaks": [
            {
              "rule": "missing-symbol",
              "file": "etl/src/etl/__init__.py",
              "line": 1,
              "column": 21,
              "message": "`LIMIT` is not in `acme.io` of `acme-shared` 0.2.0; it was there until 0.1.3",
              "old": "LIMIT = 3",
              "new": null,
              "also": []
            },
            {
              "rule": "incompatible-call",
              "file": "etl/src/etl/__init__.py",
              "line": 3,
              "column": 15,
              "message": "`load` of `acme.io` (`acme-shared` 0.2.0) has no parameter `strict`; it takes (path, *, mode=\"r\"); the call fitted until 0.1.3",
              "old": "load(path, *, strict=False)",
              "new": "load(path, *, mode=\"r\")",
              "also": []
            }
          ],
          "mends": [],
          "deprecated": [
            {
              "rule": "deprecated-symbol",
              "file": "etl/src/etl/__init__.py",
              "line": 1,
              "column": 34,
              "message": "`save` of `acme.io` (`acme-shared` 0.2.0) is deprecated: use `store`",
              "old": null,
              "new": null,
              "also": []
            }
          ],
          "caution": null,
          "relock": null
        }
      ],
      "live": [],
      "available": {
        "since": "0.1.3",
        "names": [
          "acme.io.load(path, *, mode=\"r\"): parameter `mode`",
          "acme.io.save(path, mode=\"w\", *, fsync=False): parameter `fsync`",
          "acme.io.store(path, /)",
          "class acme.io.Table"
        ]
      },
      "not_judged": [],
      "applied": null
    }
    "#);
}

#[test]
fn one_location_alone_is_asked_about() {
    let workspace = Workspace::new();
    insta::assert_snapshot!(told(&workspace.upgrade(&["acme-shared", "0.2.0", "--location", "web"])), @r#"
    exit 0
    --- stdout
    acme-shared 0.2.0

    web, from 0.1.3: nothing breaks; `v0.1.3` at web/pyproject.toml:6:67 would become `v0.2.0`

    in 0.2.0, not in 0.1.3
      acme.io.load(path, *, mode="r"): parameter `mode`
      acme.io.save(path, mode="w", *, fsync=False): parameter `fsync`
      acme.io.store(path, /)
      class acme.io.Table

    nothing breaks in 1 project
    "#);
}

#[test]
fn pins_are_moved_as_they_are_written() {
    let workspace = Workspace::new();
    let before = workspace.read("ml/pyproject.toml");
    workspace.write("etl/uv.lock", "version = 1\nrevision = 3\nrequires-python = \">=3.10\"\n");
    insta::assert_snapshot!(told(&workspace.upgrade(&["acme-shared", "0.2.0", "--apply"])), @r#"
    exit 1
    --- stdout
    acme-shared 0.2.0

    etl, from 0.1.3: 2 places break; `== 0.1.3` at etl/pyproject.toml:5:18 became `== 0.2.0`
      etl/src/etl/__init__.py:1:21: `LIMIT` is not in `acme.io` of `acme-shared` 0.2.0; it was there until 0.1.3
        0.1.3  LIMIT = 3
      etl/src/etl/__init__.py:3:15: `load` of `acme.io` (`acme-shared` 0.2.0) has no parameter `strict`; it takes (path, *, mode="r"); the call fitted until 0.1.3
        0.1.3  load(path, *, strict=False)
        0.2.0  load(path, *, mode="r")
      note: etl/src/etl/__init__.py:1:34: `save` of `acme.io` (`acme-shared` 0.2.0) is deprecated: use `store`
    ml, at 0.2.0 already: nothing breaks; `==0.2.0` at ml/pyproject.toml:4:29 stays
    web, from 0.1.3: nothing breaks; `v0.1.3` at web/pyproject.toml:6:67 became `v0.2.0`
    bi takes it live from `shared`; nothing to move

    in 0.2.0, not in 0.1.3
      acme.io.load(path, *, mode="r"): parameter `mode`
      acme.io.save(path, mode="w", *, fsync=False): parameter `fsync`
      acme.io.store(path, /)
      class acme.io.Table

    changed etl/pyproject.toml
    changed web/pyproject.toml
    now run: uv lock --project etl

    2 places break in 1 of 3 projects
    "#);
    insta::assert_snapshot!(workspace.read("etl/pyproject.toml"), @r#"
    [project]
    name = "etl"
    version = "1.0"
    dependencies = [
        "acme-shared == 0.2.0", # the old one
    ]
    "#);
    insta::assert_snapshot!(workspace.read("web/pyproject.toml"), @r#"
    [project]
    name = "web"
    version = "1.0"
    dependencies = ["acme-shared"]
    [tool.uv.sources]
    acme-shared = { git = "ssh://git@example.org/acme/shared", tag = "v0.2.0" }
    "#);
    assert_eq!(workspace.read("ml/pyproject.toml"), before);
    let again = workspace.upgrade(&["acme-shared", "0.2.0", "--apply", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(json["applied"], serde_json::json!({ "changed": [], "left": [], "outside": [] }));
    assert_eq!(json["breaks"], 0);
    assert_eq!(again.status.code(), Some(0));
}

#[test]
fn only_the_asked_location_is_edited() {
    let workspace = Workspace::new();
    let before = workspace.read("etl/pyproject.toml");
    let output = workspace.upgrade(&["acme-shared", "0.2.0", "--location", "web", "--apply"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(workspace.read("etl/pyproject.toml"), before);
    assert!(workspace.read("web/pyproject.toml").contains("tag = \"v0.2.0\""));
}

#[test]
fn ranges_commits_and_branches_are_told_and_left() {
    let workspace = Workspace::new();
    let with = |source: &str, requirement: &str| {
        let table = match source {
            "" => String::new(),
            source => format!(
                "[tool.uv.sources]\nacme-shared = {{ git = \"ssh://git@example.org/acme/shared\", {source} }}\n"
            ),
        };
        let rest = format!("dependencies = [\"acme-shared{requirement}\"]\n{table}");
        let code = ("src/web/__init__.py", "from acme.io import load\n");
        workspace.project("web", "1.0", "web", &rest, &[code]);
        let output = workspace.upgrade(&["acme-shared", "0.2.0", "--location", "web", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let pins = json["consumers"][0]["pins"].as_array().unwrap();
        let one = |pin: &serde_json::Value| {
            let parts = ["written", "state", "becomes", "reason"].map(|key| pin[key].as_str().unwrap_or("-"));
            parts.join(" | ")
        };
        pins.iter().map(one).collect::<Vec<_>>()
    };
    let commit = |tag: &str| workspace.git(&["-C", "shared", "rev-parse", tag]);
    let (old, new) = (commit("v0.1.3"), commit("v0.2.0"));
    for (source, requirement, expected) in [
        ("", ">=0.1", vec![">=0.1 | admits | - | -".to_owned()]),
        ("", "", vec![" | admits | - | -".to_owned()]),
        ("", "<0.2,>=0.1", vec!["<0.2,>=0.1 | excludes | - | -".to_owned()]),
        ("", "==0.1.*", vec!["==0.1.* | excludes | - | -".to_owned()]),
        ("", "===0.1.3", vec!["===0.1.3 | moves | ===0.2.0 | -".to_owned()]),
        ("tag = \"v0.2.0\"", "", vec!["v0.2.0 | already | - | -".to_owned()]),
        ("branch = \"main\"", "", vec!["main | left | - | it names no version".to_owned()]),
        (
            "rev = 'v0.1.3'",
            "==0.1.3",
            vec!["v0.1.3 | moves | v0.2.0 | -".to_owned(), "==0.1.3 | moves | ==0.2.0 | -".to_owned()],
        ),
        (&format!("rev = \"{old}\""), "", vec![format!("{old} | moves | {new} | -")]),
        (&format!("rev = \"{}\"", &new), "", vec![format!("{new} | already | - | -")]),
    ] {
        assert_eq!(with(source, requirement), expected, "{source} {requirement}");
    }
}

#[test]
fn what_a_tool_has_compiled_is_not_edited() {
    let workspace = Workspace::new();
    let compiled = "# This file was autogenerated by uv via the following command:\n\
                    #    uv pip compile requirements.in -o requirements.txt\nacme-shared==0.1.3\n";
    workspace.project("web", "1.0", "web", "", &[("requirements.txt", compiled)]);
    let output = workspace.upgrade(&["acme-shared", "0.2.0", "--location", "web", "--apply"]);
    insta::assert_snapshot!(told(&output), @r#"
    exit 0
    --- stdout
    acme-shared 0.2.0

    web, from 0.1.3: nothing breaks; `==0.1.3` at web/requirements.txt:3:12 is left to you: the file is compiled; compile it again

    in 0.2.0, not in 0.1.3
      acme.io.load(path, *, mode="r"): parameter `mode`
      acme.io.save(path, mode="w", *, fsync=False): parameter `fsync`
      acme.io.store(path, /)
      class acme.io.Table

    no manifest was changed

    nothing breaks in 1 project
    "#);
    assert_eq!(workspace.read("web/requirements.txt"), compiled);
}

#[test]
fn questions_without_an_answer_exit_with_2() {
    let workspace = Workspace::new();
    workspace.project("hr", "1.0", "hr", "", &[("src/hr/__init__.py", "")]);
    for (arguments, expected) in [
        (
            &["acme-shred", "0.2.0"][..],
            "error: nothing here requires a distribution `acme-shred`\nhint: did you mean `acme-shared`?",
        ),
        (
            &["zzz", "1.0"],
            "error: nothing here requires a distribution `zzz`\n\
             hint: `crossloc locations` lists what is shared",
        ),
        (
            &["acme-shared", "two"],
            "error: `two` is not a version\nhint: versions are written as PEP 440 has it: 0.2.0, 1.0rc1",
        ),
        (&["a b", "1.0"], "error: `a b` is not the name of a distribution"),
        (
            &["acme-shared", "0.3.0"],
            "error: the code of `acme-shared` 0.3.0 is not at hand\n\
             hint: known versions: 0.2.0, 0.1.3; \
             `--allow-registry` asks package indexes",
        ),
        (
            &["acme-shared", "0.2.0", "--location", "elt"],
            "error: there is no code location `elt`\nhint: did you mean `etl`?",
        ),
        (
            &["acme-shared", "0.2.0", "--location", "bi"],
            "error: `bi` does not pin `acme-shared`\n\
             hint: bi takes it live from `shared`: there is no pin to move",
        ),
        (
            &["acme-shared", "0.2.0", "--location", "hr"],
            "error: `hr` does not take `acme-shared`\nhint: taken by bi, etl, ml, web",
        ),
        (&["hr", "1.0"], "error: nobody requires `hr`"),
    ] {
        let output = workspace.upgrade(arguments);
        assert_eq!(told(&output), format!("exit 2\n--- stderr\n{expected}\n"), "{arguments:?}");
    }
}

#[test]
fn a_tag_without_the_distribution_is_said_to_be_so() {
    let workspace = Workspace::new();
    std::fs::remove_file(workspace.root.join("shared/pyproject.toml")).unwrap();
    workspace.git(&["-C", "shared", "add", "--all"]);
    workspace.git(&["-C", "shared", "commit", "--quiet", "--message", "broken"]);
    workspace.git(&["-C", "shared", "tag", "v0.2.1"]);
    workspace.project("shared", "0.3.0", "acme-shared", "", &[]);
    insta::assert_snapshot!(told(&workspace.upgrade(&["acme-shared", "0.2.1"])), @r#"
    exit 2
    --- stderr
    error: the code of `acme-shared` 0.2.1 is not at hand: tag `v0.2.1`: no manifest of `acme-shared` in it
    hint: known versions: 0.2.1, 0.2.0, 0.1.3; `--allow-registry` asks package indexes
    "#);
}

#[test]
fn what_is_taken_through_others_breaks_with_them() {
    let workspace = Workspace::new();
    let core = "from acme.io import load\n\n\ndef orders():\n    return load(\"orders\", strict=True)\n";
    let pin = "dependencies = [\"acme-shared==0.1.3\"]\n";
    workspace.project("core", "1.0", "acme-core", pin, &[("src/acme_core/__init__.py", core)]);
    let source = "dependencies = [\"acme-core\"]\n[tool.uv.sources]\nacme-core = { path = \"../core\" }\n";
    let code = "from acme_core import orders\nfrom acme.io import LIMIT\n\norders()\n";
    workspace.project("fin", "1.0", "fin", source, &[("src/fin/__init__.py", code)]);
    for folder in ["etl", "ml", "web", "bi"] {
        std::fs::remove_dir_all(workspace.root.join(folder)).unwrap();
    }
    insta::assert_snapshot!(told(&workspace.upgrade(&["acme-shared", "0.2.0"])), @r#"
    exit 1
    --- stdout
    acme-shared 0.2.0

    acme-core, from 0.1.3: 1 place breaks; `==0.1.3` at core/pyproject.toml:4:29 would become `==0.2.0`
      core/src/acme_core/__init__.py:5:27: `load` of `acme.io` (`acme-shared` 0.2.0) has no parameter `strict`; it takes (path, *, mode="r"); the call fitted until 0.1.3
        0.1.3  load(path, *, strict=False)
        0.2.0  load(path, *, mode="r")
    fin through `acme-core`, from 0.1.3: 1 place breaks
      fin/src/fin/__init__.py:2:21: `LIMIT` is not in `acme.io` of `acme-shared` 0.2.0; it was there until 0.1.3
        0.1.3  LIMIT = 3

    in 0.2.0, not in 0.1.3
      acme.io.load(path, *, mode="r"): parameter `mode`
      acme.io.save(path, mode="w", *, fsync=False): parameter `fsync`
      acme.io.store(path, /)
      class acme.io.Table

    2 places break in 2 of 2 projects
    "#);
}

#[test]
fn pins_of_all_tools_are_moved() {
    let workspace = Workspace::new();
    let moved = |path: &str, text: &str| {
        workspace.write(&format!("web/{path}"), text);
        let output = workspace.upgrade(&["acme-shared", "0.2.0", "--location", "web", "--apply"]);
        assert_eq!(output.status.code(), Some(0), "{text}\n{}", told(&output));
        workspace.read(&format!("web/{path}"))
    };
    let head = "[project]\nname = \"web\"\nversion = \"1.0\"\n";
    for (text, from, to) in [
        (
            "[tool.poetry]\nname = \"web\"\nversion = \"1.0\"\n[tool.poetry.dependencies]\nacme-shared = \"0.1.3\"\n",
            "\"0.1.3\"",
            "\"0.2.0\"",
        ),
        (
            "[tool.poetry]\nname = \"web\"\nversion = \"1.0\"\n[tool.poetry.dependencies]\n\
             acme-shared = { version = \"==0.1.3\", source = \"private\" }\n",
            "==0.1.3",
            "==0.2.0",
        ),
        (
            "[tool.poetry]\nname = \"web\"\nversion = \"1.0\"\n[tool.poetry.dependencies]\n\
             acme-shared = { git = \"ssh://git@example.org/acme/shared\", tag = \"v0.1.3\" }\n",
            "v0.1.3",
            "v0.2.0",
        ),
        (
            &format!(
                "{head}dependencies = ['acme-shared @ git+ssh://git@example.org/acme/shared@v0.1.3#subdirectory=.']\n"
            ),
            "@v0.1.3#",
            "@v0.2.0#",
        ),
        (
            &format!("{head}dependencies = ['acme-shared[x]==0.1.3 ; python_version >= \"3.8\"']\n"),
            "==0.1.3 ;",
            "==0.2.0 ;",
        ),
        (
            &format!(
                "{head}dependencies = [\"acme-shared==0.1.3\"]\n\
                 [tool.uv]\nconstraint-dependencies = [\"acme-shared==0.1.3\"]\n"
            ),
            "==0.1.3",
            "==0.2.0",
        ),
    ] {
        assert_eq!(moved("pyproject.toml", text), text.replace(from, to));
    }
    workspace.project("web", "1.0", "web", "dynamic = [\"dependencies\"]\n", &[]);
    let requirements = "requests\r\nacme-shared==0.1.3  # old\r\n";
    assert_eq!(moved("requirements.txt", requirements), requirements.replace("0.1.3", "0.2.0"));
    let hashed = "acme-shared==0.1.3 --hash=sha256:0123\n";
    assert_eq!(moved("requirements.txt", hashed), hashed);
}

#[test]
fn what_is_broken_today_is_mended_or_was_broken_before() {
    let workspace = Workspace::new();
    let code = "from acme.io import load, store, gone\n\nload(\"a\", mode=\"r\")\n";
    let pin = "dependencies = [\"acme-shared==0.1.3\"]\n";
    workspace.project("etl", "1.0", "etl", pin, &[("src/etl/__init__.py", code)]);
    insta::assert_snapshot!(told(&workspace.upgrade(&["acme-shared", "0.2.0", "--location", "etl"])), @r#"
    exit 0
    --- stdout
    acme-shared 0.2.0

    etl, from 0.1.3: nothing breaks; `==0.1.3` at etl/pyproject.toml:4:29 would become `==0.2.0`
      mends: etl/src/etl/__init__.py:1:27: `store` is not in `acme.io` of `acme-shared` 0.1.3; it is there since 0.2.0
      mends: etl/src/etl/__init__.py:3:11: `load` of `acme.io` (`acme-shared` 0.1.3) has no parameter `mode`; it takes (path, *, strict=False); the call fits since 0.2.0

    in 0.2.0, not in 0.1.3
      acme.io.load(path, *, mode="r"): parameter `mode`
      acme.io.save(path, mode="w", *, fsync=False): parameter `fsync`
      acme.io.store(path, /)
      class acme.io.Table

    nothing breaks in 1 project
    "#);
}

#[test]
fn doubts_are_told() {
    let workspace = Workspace::new();
    let pin = "dependencies = [\"acme-shared==0.1.1\"]\n";
    workspace.project("etl", "1.0", "etl", pin, &[]);
    workspace
        .write("ml/pyproject.toml", "[project]\nname = \"ml\"\ndependencies = [\"acme-shared==0.1.3\"\n");
    insta::assert_snapshot!(told(&workspace.upgrade(&["acme-shared", "0.2.0"])), @r#"
    exit 1
    --- stdout
    acme-shared 0.2.0

    etl, from 0.1.1: 2 places break; `==0.1.1` at etl/pyproject.toml:4:29 would become `==0.2.0`
      caution: what breaks may be broken today already: the code of 0.1.1 is not at hand
      etl/src/etl/__init__.py:1:21: `LIMIT` is not in `acme.io` of `acme-shared` 0.2.0; it was there until 0.1.3
      etl/src/etl/__init__.py:3:15: `load` of `acme.io` (`acme-shared` 0.2.0) has no parameter `strict`; it takes (path, *, mode="r"); the call fitted until 0.1.3
        0.2.0  load(path, *, mode="r")
      note: etl/src/etl/__init__.py:1:34: `save` of `acme.io` (`acme-shared` 0.2.0) is deprecated: use `store`
    ml, from 0.1.3: not judged; `==0.1.3` at ml/pyproject.toml:3:29 is left to you: its manifest does not parse
      caution: its code is not judged
    web, from 0.1.3: nothing breaks; `v0.1.3` at web/pyproject.toml:6:67 would become `v0.2.0`
    bi takes it live from `shared`; nothing to move

    in 0.2.0, not in 0.1.3
      acme.io.load(path, *, mode="r"): parameter `mode`
      acme.io.save(path, mode="w", *, fsync=False): parameter `fsync`
      acme.io.store(path, /)
      class acme.io.Table

    2 places break in 1 of 3 projects; 1 project was not judged
    "#);
}

#[test]
fn code_that_is_not_judged_is_no_code_that_fits() {
    let code = "from acme.io import load\n\nload(\"a\", strict=True)\n";
    let uv = "[project]\nname = \"jobs\"\nversion = \"1\"\ndependencies = [\"acme-shared==0.1.3\"]\n[tool.uv]\npackage = false\n";
    let poetry = "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nacme-shared = \"0.1.3\"\n";
    for (manifest, text) in [
        ("requirements.txt", "acme-shared==0.1.3\n"),
        ("pyproject.toml", uv),
        ("pyproject.toml", poetry),
        ("pixi.toml", "[pypi-dependencies]\nacme-shared = \"==0.1.3\"\n"),
    ] {
        let workspace = Workspace::new();
        for folder in ["etl", "ml"] {
            std::fs::remove_dir_all(workspace.root.join(folder)).unwrap();
        }
        workspace.write(&format!("jobs/{manifest}"), text);
        workspace.write("jobs/jobs/definitions.py", code);
        let output = workspace.upgrade(&["acme-shared", "0.2.0"]);
        let all = told(&output);
        assert_eq!(output.status.code(), Some(2), "{all}");
        assert!(all.contains("\njobs, from 0.1.3: not judged; "), "{all}");
        assert!(all.contains("\nnothing breaks in 1 project; 1 project was not judged\n"), "{all}");
        // A declared location is judged.
        workspace.write(
            "workspace.yaml",
            "load_from:\n  - python_module: {module_name: jobs.definitions, location_name: jobs, working_directory: jobs}\n",
        );
        let output = workspace.upgrade(&["acme-shared", "0.2.0", "--location", "jobs"]);
        let all = told(&output);
        assert_eq!(output.status.code(), Some(1), "{all}");
        assert!(all.contains("\njobs, from 0.1.3: 1 place breaks; "), "{all}");
    }
}
