//! The command line from outside: exit code, stdout and stderr.

// Clippy's allowance for tests covers `#[test]` functions, not the helpers beside them.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

fn crossloc(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("crossloc").unwrap();
    command
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
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

fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

const CLEAN: [(&str, &str); 2] = [
    ("pyproject.toml", "[project]\nname = \"etl\"\nversion = \"1.0\"\n"),
    ("etl/__init__.py", "import os\n"),
];

#[test]
fn usage_errors_exit_with_2() {
    let dir = workspace(&[]);
    for (arguments, message) in [
        (&["check", "--colour"][..], "error: unexpected argument '--colour' found"),
        (&["chekc"], "error: unrecognized subcommand 'chekc'"),
        (&["check", "--fail-on", "hint"], "error: invalid value 'hint' for '--fail-on <SEVERITY>'"),
        (&["resolve", "a b", "--from", "."], "error: `a b` is not the name of a module"),
        (&["resolve", "a", "--from", "gone"], "error: `gone` is not a folder"),
        (&["check", "gone"], "error: cannot check `gone`: no such file or folder"),
        (
            &["check", "--unsafe-fixes"],
            "error: the following required arguments were not provided:\n  <--fix|--diff>\n",
        ),
        (
            &["check", "--diff", "--format", "json"],
            "error: the argument '--diff' cannot be used with '--format <FORMAT>'",
        ),
    ] {
        let output = crossloc(dir.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with(message), "{}", told(&output));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn an_unknown_rule_is_answered_with_the_nearest() {
    let dir = workspace(&CLEAN);
    insta::assert_snapshot!(told(&crossloc(dir.path(), &["check", "--ignore", "unused-supression"])), @r#"
    exit 2
    --- stderr
    error: there is no rule `unused-supression`
    hint: did you mean `unused-suppression`?
    "#);
    insta::assert_snapshot!(told(&crossloc(dir.path(), &["rule", "no-such-thing"])), @r#"
    exit 2
    --- stderr
    error: there is no rule `no-such-thing`
    hint: `crossloc rule` lists all rules
    "#);
}

#[test]
fn a_rule_is_explained_by_its_page() {
    let dir = workspace(&[]);
    let page = crossloc(dir.path(), &["rule", "unused-suppression"]);
    assert_eq!(page.status.code(), Some(0));
    let text = String::from_utf8(page.stdout).unwrap();
    assert!(text.starts_with("# unused-suppression (warning)\n\n## What it does\n"), "{text}");
    let list = String::from_utf8(crossloc(dir.path(), &["rule"]).stdout).unwrap();
    assert!(list.contains("unused-suppression  "), "{list}");
    let all = String::from_utf8(crossloc(dir.path(), &["rule", "--all"]).stdout).unwrap();
    assert!(all.contains(&text), "{all}");
    let json = crossloc(dir.path(), &["rule", "unused-suppression", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["rules"][0]["page"].as_str(), Some(text.as_str()));
}

#[test]
fn a_clean_workspace_has_no_findings() {
    let dir = workspace(&CLEAN);
    let output = crossloc(dir.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(told(&output).contains("no findings in "), "{}", told(&output));
    assert_eq!(told(&crossloc(dir.path(), &["check", "--format", "concise"])), "exit 0\n");
    let json = crossloc(dir.path(), &["check", "--format", "json", "etl"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["root"], ".");
    assert_eq!(json["diagnostics"], serde_json::json!([]));
    assert_eq!(json["summary"]["errors"], 0);
}

#[test]
fn a_configuration_that_cannot_be_read_ends_the_run() {
    let dir = workspace(&[("crossloc.toml", "exclude = [\n\"a\"\n"), ("etl/a.py", "")]);
    insta::assert_snapshot!(told(&crossloc(dir.path(), &["check"])), @r#"
    exit 2
    --- stderr
    error: crossloc.toml:2:4: unclosed array, expected `]`
    "#);
    for arguments in [
        &["check", "etl/a.py"][..],
        &["check", "--select", "pins-differ"],
        &["locations"],
        &["resolve", "etl", "--from", "etl"],
        &["upgrade", "acme-shared", "1.0"],
    ] {
        let told = told(&crossloc(dir.path(), arguments));
        assert!(
            told.starts_with("exit 2\n--- stderr\nerror: ") && told.contains("crossloc.toml:2:4: "),
            "{told}"
        );
    }
}

#[test]
fn what_a_configuration_gets_wrong_is_told_and_the_rest_holds() {
    let dir = workspace(&CLEAN);
    std::fs::write(dir.path().join("crossloc.toml"), "exclud = []\n\n[rules]\nunused-supression = \"off\"\n")
        .unwrap();
    let manifest = dir.path().join("pyproject.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text + "[tool.crossloc]\nexclude = []\n").unwrap();
    let output = crossloc(dir.path(), &["check", "--format", "concise"]);
    insta::assert_snapshot!(told(&output), @r#"
    exit 0
    --- stdout
    crossloc.toml:1:1: warning[invalid-configuration]: unknown key `exclud`; did you mean `exclude`?
    crossloc.toml:4:1: warning[invalid-configuration]: unknown rule `unused-supression`; did you mean `unused-suppression`?
    pyproject.toml:4:7: warning[invalid-configuration]: `[tool.crossloc]` is not read, because `crossloc.toml` is there
    "#);
}

#[test]
fn what_is_unsafe_is_fixed_on_request_only() {
    let etl = "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\n    \"acme-base\",\n    \"acme-old==0.1.3\",\n]\n\
               [tool.uv.sources]\nacme-base = { path = \"../base\", editable = true }\n";
    let dir = workspace(&[
        ("shared/pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"1.0\"\n"),
        ("shared/src/acme/__init__.py", "def load(): ...\n"),
        ("base/pyproject.toml", "[project]\nname = \"acme-base\"\nversion = \"1.0\"\n"),
        ("base/src/base/__init__.py", ""),
        ("old/pyproject.toml", "[project]\nname = \"acme-old\"\nversion = \"0.2.0\"\n"),
        ("old/src/old/__init__.py", ""),
        ("etl/pyproject.toml", etl),
        ("etl/src/etl/__init__.py", "import acme\nimport old\n"),
        (
            "ml/pyproject.toml",
            "[project]\nname = \"ml\"\nversion = \"1.0\"\ndependencies = [\"acme-old==0.2.0\"]\n",
        ),
        ("ml/src/ml/__init__.py", "import old\n"),
        (
            "workspace.yaml",
            "load_from:\n  - python_module: {module_name: etl, working_directory: etl/src}\n  - python_module: {module_name: ml, working_directory: ml/src}\n",
        ),
    ]);
    let manifest = || std::fs::read_to_string(dir.path().join("etl/pyproject.toml")).unwrap();
    insta::assert_snapshot!(told(&crossloc(dir.path(), &["check", "--fix", "--format", "concise"])), @r#"
    exit 0
    --- stdout
    etl/pyproject.toml:5:6: information[unused-dependency]: `acme-base` is required but never imported
    etl/pyproject.toml:6:14: warning[pins-differ]: `etl` pins `acme-old` to `==0.1.3`, `ml` to `==0.2.0`
    --- stderr
    fixed 1 finding
      etl/pyproject.toml: add `acme-shared` to `dependencies` with its source (undeclared-dependency)
    2 unsafe fixes were left: read what is proposed, then add `--unsafe-fixes` to write it
    not judged: a project without an environment of its own: what is installed (2)
    not judged: imports of a pinned version: indexes are not asked, because neither your configuration nor `--allow-registry` allows it (1)
    "#);
    assert_eq!(
        manifest(),
        etl.replace("0.1.3\",\n", "0.1.3\",\n    \"acme-shared\",\n")
            + "acme-shared = { path = \"../shared\", editable = true }\n"
    );
    insta::assert_snapshot!(told(&crossloc(dir.path(), &["check", "--fix", "--unsafe-fixes"])), @r#"
    exit 0
    --- stdout
    no findings in 5 projects (5 files)
    --- stderr
    fixed 2 findings
      etl/pyproject.toml: remove `acme-base` from the requirements (unused-dependency)
      etl/pyproject.toml: pin to `==0.2.0`, as `ml` does (pins-differ)
    not judged: a project without an environment of its own: what is installed (2)
    "#);
    insta::assert_snapshot!(manifest(), @r#"
    [project]
    name = "etl"
    version = "1.0"
    dependencies = [
        "acme-old==0.2.0",
        "acme-shared",
    ]
    [tool.uv.sources]
    acme-shared = { path = "../shared", editable = true }
    "#);
}

/// A project that imports what it does not require, and is locked.
fn locked() -> tempfile::TempDir {
    let lock = "version = 1\nrevision = 3\nrequires-python = \">=3.12\"\n\n[[package]]\nname = \"etl\"\n\
                version = \"1.0\"\nsource = { virtual = \".\" }\n";
    workspace(&[
        ("shared/pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"1.0\"\n"),
        ("shared/src/acme/__init__.py", ""),
        (
            "etl/pyproject.toml",
            "[project]\r\nname = \"etl\"\r\nversion = \"1.0\"\r\nrequires-python = \">=3.12\"\r\ndependencies = []\r\n",
        ),
        ("etl/src/etl/__init__.py", "import acme\n"),
        ("etl/uv.lock", lock),
    ])
}

#[test]
fn a_fix_ends_with_the_commands_that_cure_what_it_made() {
    let dir = locked();
    let manifest = dir.path().join("etl/pyproject.toml");
    let before = std::fs::read(&manifest).unwrap();
    insta::assert_snapshot!(told(&crossloc(dir.path(), &["check", "--diff"])).replace('\r', "\\r"), @r#"
    exit 1
    --- stdout
    --- a/etl/pyproject.toml
    +++ b/etl/pyproject.toml
    @@ -2,4 +2,7 @@
     name = "etl"\r
     version = "1.0"\r
     requires-python = ">=3.12"\r
    -dependencies = []\r
    +dependencies = ["acme-shared"]\r
    +\r
    +[tool.uv.sources]\r
    +acme-shared = { path = "../shared", editable = true }
    --- stderr
    would fix 1 finding
      etl/pyproject.toml: add `acme-shared` to `dependencies` with its source (undeclared-dependency)
    now run: uv lock --project etl
    "#);
    assert_eq!(std::fs::read(&manifest).unwrap(), before);

    let json = crossloc(dir.path(), &["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let fix = &json["diagnostics"][0]["fix"];
    assert_eq!((&fix["safe"], &fix["command"]), (&true.into(), &"uv lock --project etl".into()));

    insta::assert_snapshot!(told(&crossloc(dir.path(), &["check", "--fix", "--format", "concise"])), @r#"
    exit 0
    --- stdout
    etl/uv.lock:6:9: error[lock-stale]: `etl` has changed since this was locked: it requires `acme-shared` now; run `uv lock --project etl`
    --- stderr
    fixed 1 finding
      etl/pyproject.toml: add `acme-shared` to `dependencies` with its source (undeclared-dependency)
    now run: uv lock --project etl
    "#);
    let fixed = std::fs::read_to_string(&manifest).unwrap();
    assert!(fixed.matches('\n').count() == fixed.matches("\r\n").count(), "{fixed:?}");

    // The next run did not make it.
    let again = crossloc(dir.path(), &["check", "--fix", "--format", "json"]);
    assert_eq!((again.status.code(), told(&again).contains("now run")), (Some(1), false));
    let json: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    let fix = serde_json::json!({
        "title": "run `uv lock --project etl`", "safe": false, "command": "uv lock --project etl", "edits": []
    });
    assert_eq!(
        (&json["diagnostics"][0]["rule"], &json["diagnostics"][0]["fix"]),
        (&"lock-stale".into(), &fix)
    );
    assert_eq!(crossloc(dir.path(), &["check", "--diff"]).status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_file_of_several_names_is_told_and_left() {
    let dir = locked();
    let manifest = dir.path().join("etl/pyproject.toml");
    std::fs::hard_link(&manifest, dir.path().join("etl/kept.toml")).unwrap();
    let output = crossloc(dir.path(), &["check", "--fix"]);
    let told = told(&output);
    let left = "left: etl/src/etl/__init__.py: add `acme-shared` to `dependencies` with its source \
                (undeclared-dependency): the file has several names (hard links), of which one would change";
    assert!(told.starts_with("exit 1") && told.contains(left), "{told}");
    assert!(!std::fs::read_to_string(&manifest).unwrap().contains("acme-shared"));
}

#[test]
fn the_cache_is_shown_and_emptied() {
    let dir = workspace(&[
        ("home/crossloc/index/0123/a", "12345"),
        ("home/crossloc/sources/acme/1.0-ab/x.py", "123"),
        ("home/crossloc/sources/acme/1.0-ab.json", "{}"),
        ("home/other/kept", "kept"),
    ]);
    let home = dir.path().join("home");
    #[cfg(unix)]
    std::os::unix::fs::symlink(home.join("other"), home.join("crossloc/linked")).unwrap();
    let linked = if cfg!(unix) { "linked            0 B  (0 bytes)\n" } else { "" };
    let cache = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("crossloc").unwrap();
        let output = command.env("XDG_CACHE_HOME", &home).arg("cache").args(arguments).output().unwrap();
        told(&output).replace(home.to_str().unwrap(), "HOME")
    };
    assert_eq!(cache(&["dir"]), "exit 0\n--- stdout\nHOME/crossloc\n");
    let sizes = format!(
        "exit 0\n--- stdout\nindex             5 B  (5 bytes)\n{linked}sources           5 B  (5 bytes)\n\
         total            10 B  (10 bytes)\n"
    );
    assert_eq!(cache(&["size"]), sizes);
    let json = cache(&["size", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(json.split_once("stdout\n").unwrap().1).unwrap();
    assert_eq!((&json["bytes"], &json["kinds"]["sources"]), (&10.into(), &5.into()));
    assert_eq!(cache(&["clean"]), "exit 0\n--- stdout\ndeleted 10 B (10 bytes) from HOME/crossloc\n");
    assert_eq!(std::fs::read_dir(home.join("crossloc")).unwrap().count(), 0);
    assert!(home.join("other/kept").exists());
    std::fs::remove_dir(home.join("crossloc")).unwrap();
    assert_eq!(cache(&["clean"]), "exit 0\n--- stdout\ndeleted 0 B (0 bytes) from HOME/crossloc\n");
    assert_eq!(cache(&["size"]), "exit 0\n--- stdout\ntotal             0 B  (0 bytes)\n");
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let dir = workspace(&[]);
    let binary = assert_cmd::cargo::cargo_bin("crossloc");
    let mut child = std::process::Command::new(binary)
        .args(["rule", "--all"])
        .current_dir(dir.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn the_demo_writes_three_strategies_and_checks_them() {
    let dir = workspace(&[]);
    let output = crossloc(dir.path(), &["demo"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let demo = dir.path().join("crossloc-demo");
    let git = |folder: &str, arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        let output = command.current_dir(demo.join(folder)).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(git("shared", &["tag"]), "v0.1.3\nv0.2.0");
    assert_eq!(git("shared", &["status", "--porcelain"]), "");
    assert_eq!(git("billing", &["status", "--porcelain"]), "M vendor/shared-metrics");
    assert_eq!(git("billing/vendor/shared-metrics", &["describe", "--tags"]), "v1.0.0");
    assert!(demo.join("reports/.venv/pyvenv.cfg").is_file());
    let printed = told(&output);
    let named = format!("  cd crossloc-demo\n  {} locations\n", env!("CARGO_BIN_EXE_crossloc"));
    assert!(printed.contains(&named), "{printed}");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, transcript) = readme.split_once("<!-- transcript -->\n```text\n").unwrap();
    let (transcript, _) = transcript.split_once("```").unwrap();
    assert!(printed.contains(transcript), "README.md shows\n{transcript}\nand the demo prints\n{printed}");

    insta::assert_snapshot!(told(&crossloc(&demo, &["locations"])), @r#"
    exit 0
    --- stdout
    billing (billing, billing.definitions)
      shared-metrics  1.0.0  submodule  billing/vendor/shared-metrics

    orders (orders, orders.definitions)
      acme-contracts  1.2.0            registry
      acme-shared     0.2.0            path      shared
      acme-testing    unknown version  path      testing

    reports (reports, reports.definitions)
      acme-contracts  1.1.0  registry
      acme-shared     0.1.3  registry  venv:reports/.venv

    shared
      acme-shared     0.2.0  shared                         used by orders
      shared-metrics  1.0.0  billing/vendor/shared-metrics  used by billing
    "#);
    insta::assert_snapshot!(told(&crossloc(&demo, &["resolve", "acme.io:save", "--from", "orders"])), @r#"
    exit 0
    --- stdout
    shared/src/acme/io.py:14:5
      acme-shared 0.2.0 (path)
      - orders/pyproject.toml:6: requires `acme-shared<0.2`
      - orders/pyproject.toml:16: takes `acme-shared` from `shared`
      - shared/pyproject.toml: version 0.2.0
    "#);
    let missing = crossloc(&demo, &["resolve", "acme.io:load_partition", "--from", "reports"]);
    insta::assert_snapshot!(told(&missing), @r#"
    exit 1
    --- stdout
    not found: `acme.io` has no `load_partition`
      acme-shared 0.1.3 (registry)
      - reports/pyproject.toml:6: requires `acme-shared==0.1.3`
      - reports/pyproject.toml:13: takes `acme-shared` from a package index
      - `acme-shared` 0.1.3 is installed in `reports/.venv`, in the project's folder
    "#);
    let undeclared = crossloc(&demo, &["resolve", "acme.io", "--from", "billing", "--format", "json"]);
    let undeclared: serde_json::Value = serde_json::from_slice(&undeclared.stdout).unwrap();
    assert_eq!((&undeclared["status"], &undeclared["strategy"]), (&"found".into(), &"undeclared".into()));
    insta::assert_snapshot!(told(&crossloc(&demo, &["check", "--location", "oders"])), @r#"
    exit 2
    --- stderr
    error: there is no code location `oders`
    hint: did you mean `orders`?
    "#);

    insta::assert_snapshot!(told(&crossloc(dir.path(), &["demo"])).replace(dir.path().to_str().unwrap(), "…"), @r#"
    exit 2
    --- stderr
    error: …/crossloc-demo is not empty
    hint: name a new folder: `crossloc demo DIR`
    "#);
}

#[test]
fn the_demo_takes_an_empty_folder_and_no_other() {
    let dir = workspace(&[("full/a.txt", "mine")]);
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    assert_eq!(crossloc(dir.path(), &["demo", "empty"]).status.code(), Some(0));
    let refused = crossloc(dir.path(), &["demo", "full"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(std::fs::read_dir(dir.path().join("full")).unwrap().count(), 1);
}

#[test]
fn the_demo_says_when_git_is_missing() {
    let dir = workspace(&[]);
    let mut command = Command::cargo_bin("crossloc").unwrap();
    let output = command.current_dir(dir.path()).env("PATH", dir.path()).arg("demo").output().unwrap();
    assert!(!dir.path().join("crossloc-demo").exists());
    insta::assert_snapshot!(told(&output), @r#"
    exit 2
    --- stderr
    error: git was not found
    hint: install git, or put it on PATH, and try again
    "#);
}

#[test]
fn the_server_ends_with_its_client() {
    let dir = workspace(&[]);
    for arguments in [&["server"][..], &["server", "--stdio"]] {
        let output = crossloc(dir.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "an end without `shutdown` and `exit`: {}", told(&output));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(crossloc(dir.path(), &["server", "--stdio", "--port", "1"]).status.code(), Some(2));
}

const SHARED: [(&str, &str); 5] = [
    ("shared/pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"1.0\"\n"),
    ("shared/src/acme/io.py", ""),
    (
        "etl/pyproject.toml",
        "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\"acme-shared\"]\n\
         [tool.uv.sources]\nacme-shared = { path = \"../shared\" }\n",
    ),
    ("etl/a/definitions.py", "from acme.io import one\n"),
    ("etl/b/definitions.py", "from acme.io import two\n"),
];

/// The names that findings of one location speak of, with the exit code.
fn concise(folder: &Path, arguments: &[&str]) -> String {
    let output = crossloc(folder, &[&["check", "--no-cache", "--format", "concise"][..], arguments].concat());
    told(&output)
}

#[test]
fn a_location_is_checked_whether_or_not_something_declares_it() {
    let dir = workspace(&SHARED);
    std::fs::write(dir.path().join("crossloc.toml"), "").unwrap();
    let all = concise(dir.path(), &["--location", "etl"]);
    assert!(all.starts_with("exit 1\n") && all.contains("`one`") && all.contains("`two`"), "{all}");
    assert!(concise(dir.path(), &["--location", "shared"]).starts_with("exit 2\n"));
    // Of several locations of one project each has its own package.
    std::fs::write(
        dir.path().join("workspace.yaml"),
        "load_from:\n  - python_module: {module_name: a.definitions, working_directory: etl}\n\
         \x20 - python_module: {module_name: b.definitions, working_directory: etl}\n  - grpc_server: {port: 1}\n",
    )
    .unwrap();
    let first = concise(dir.path(), &["--location", "a.definitions"]);
    assert!(first.starts_with("exit 1\n") && first.contains("`one`") && !first.contains("`two`"), "{first}");
    let second = concise(dir.path(), &["--location", "b.definitions"]);
    assert!(
        second.starts_with("exit 1\n") && second.contains("`two`") && !second.contains("`one`"),
        "{second}"
    );
    let server = concise(dir.path(), &["--location", "grpc:localhost:1"]);
    assert!(server.starts_with("exit 0\n"), "{server}");
    let reason =
        "not judged: code location `grpc:localhost:1` is a gRPC server, and no file here says what it loads";
    assert!(server.contains(reason), "{server}");
}

#[test]
fn what_holds_nothing_to_judge_is_told() {
    let dir = workspace(&SHARED);
    for (path, text) in [
        ("crossloc.toml", ""),
        ("docs/index.md", "# docs"),
        ("notes.txt", ""),
        ("loose/a.py", ""),
        ("config/ruff.toml", ""),
    ] {
        std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(dir.path().join(path), text).unwrap();
    }
    for (path, reason) in [
        ("docs", "there is no Python in `docs` that git does not ignore"),
        ("config", "there is no Python in `config` that git does not ignore"),
        ("notes.txt", "`notes.txt` is neither Python nor a manifest"),
        ("loose", "no manifest makes `loose` part of a project"),
        ("loose/a.py", "no manifest makes `loose/a.py` part of a project"),
    ] {
        let all = concise(dir.path(), &[path]);
        assert!(all.starts_with("exit 0\n") && all.contains(&format!("not judged: {reason} (1)")), "{all}");
    }
    for path in ["etl/pyproject.toml", "shared", "shared/src/acme/io.py", "crossloc.toml", "."] {
        let all = concise(dir.path(), &[path]);
        let told = ["there is no Python", "neither Python", "no manifest makes"];
        assert!(told.iter().all(|told| !all.contains(told)), "{all}");
    }
    let nothing = workspace(&[("a.txt", "")]);
    assert!(
        concise(nothing.path(), &[])
            .contains("not judged: there is no Python in `.` that git does not ignore (1)")
    );
}

#[test]
fn a_folder_in_no_repository_is_told_to_be_looked_at_alone() {
    let dir = workspace(&SHARED);
    let reason = "not judged: `etl` lies in no repository, so that nothing around it is known";
    let alone = concise(dir.path(), &["etl"]);
    assert!(alone.contains(reason), "{alone}");
    assert!(!concise(dir.path(), &[]).contains("lies in no repository"));
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    assert!(!concise(dir.path(), &["etl"]).contains("lies in no repository"));
}
