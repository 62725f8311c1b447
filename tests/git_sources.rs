//! Git as a source of versions where git, or the repository, does not do what it should: it is said once, and everything
//! else goes on.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "test code may fail loudly"
)]

mod repository;

use assert_cmd::Command;
use camino::{Utf8Path, Utf8PathBuf};
use repository::{check, commit, git, reasons, sandbox, told, write};

/// A workspace with the repository `shared`, tagged at 0.1.3 and then changed, a location `etl` that pins the tag, and a
/// location `ml` with a fault that has nothing to do with git.
struct Sandbox {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
}

/// What is wrong with `ml`.
const OTHER_FAULT: &str = "missing-source-path";

/// What a workspace without environments never judges.
const NO_ENVIRONMENT: &str = "a project without an environment of its own: what is installed";

fn workspace(files_at_tag: &[(&str, &str)]) -> Sandbox {
    let (folder, root) = sandbox();
    let shared = root.join("shared");
    for (path, text) in files_at_tag {
        write(&shared.join(path), text);
    }
    git(&root, &["init", "--quiet", "shared"]);
    commit(&shared, "first");
    git(&shared, &["tag", "v0.1.3"]);
    write(&shared.join("pyproject.toml"), &manifest("acme-shared", "0.2.0", ""));
    write(&shared.join("src/acme/__init__.py"), "");
    write(&shared.join("src/acme/io.py"), "def load(path): ...\n");
    commit(&shared, "second");
    write(
        &root.join("etl/pyproject.toml"),
        &manifest("etl", "1.0", "dependencies = [\"acme-shared==0.1.3\"]\n"),
    );
    write(
        &root.join("etl/src/etl/__init__.py"),
        "from acme.io import load, save\nfrom acme.deep.down import x\nload(1, 2)\n",
    );
    let broken =
        "dependencies = [\"acme-models\"]\n[tool.uv.sources]\nacme-models = { path = \"../models\" }\n";
    write(&root.join("ml/pyproject.toml"), &manifest("ml", "1.0", broken));
    Sandbox { _folder: folder, root }
}

fn manifest(name: &str, version: &str, rest: &str) -> String {
    format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\n{rest}")
}

/// What the tag holds where nothing is wrong: `load` and `acme.deep.down`, without `save`.
const SOUND: [(&str, &str); 5] = [
    ("pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"0.1.3\"\n"),
    ("src/acme/__init__.py", ""),
    ("src/acme/io.py", "def load(path): ...\n"),
    ("src/acme/deep/__init__.py", ""),
    ("src/acme/deep/down.py", "x = 1\n"),
];

/// The findings of rules that compare a use with the code it gets, and that of the other location.
fn judged(root: &Utf8Path) -> (Vec<&'static str>, Vec<String>) {
    let findings = check(root);
    let rules = told(&findings).into_iter().map(|(rule, _)| rule);
    let ours = ["missing-symbol", "unresolved-import", "incompatible-call", OTHER_FAULT];
    let rules = rules.filter(|rule| ours.contains(rule)).collect();
    let reasons = reasons(&findings).into_iter().filter(|reason| *reason != NO_ENVIRONMENT);
    (rules, reasons.map(str::to_owned).collect())
}

#[test]
fn a_sound_tag_is_judged() {
    let sandbox = workspace(&SOUND);
    let (rules, reasons) = judged(&sandbox.root);
    assert_eq!(rules, ["missing-symbol", "incompatible-call", OTHER_FAULT]);
    assert_eq!(reasons, [""; 0]);
}

#[test]
fn a_tag_without_a_manifest_is_said() {
    let sandbox = workspace(&[("README.md", "# nothing yet\n")]);
    let (rules, reasons) = judged(&sandbox.root);
    assert_eq!(rules, [OTHER_FAULT]);
    let expected = "imports of a pinned version: tag `v0.1.3`: no manifest of `acme-shared` in it";
    assert_eq!(reasons, [expected]);
}

#[test]
fn a_repository_that_is_none_is_said() {
    for (git_file, expected) in [
        (None, "imports of a pinned version: the code of 0.1.3 is not at hand"),
        (Some("gitdir: ../gone\n"), "`shared`: its `.git` file leads to no repository"),
        (Some("nonsense"), "`shared`: its `.git` file leads to no repository"),
        (Some(""), "`shared`: its `.git` file leads to no repository"),
    ] {
        let sandbox = workspace(&SOUND);
        let shared = sandbox.root.join("shared");
        std::fs::remove_dir_all(shared.join(".git")).unwrap();
        if let Some(text) = git_file {
            write(&shared.join(".git"), text);
        }
        let (rules, reasons) = judged(&sandbox.root);
        assert_eq!(rules, [OTHER_FAULT], "{git_file:?}");
        assert!(reasons.iter().any(|reason| reason == expected), "{git_file:?}: {reasons:?}");
        assert!(reasons.len() <= 2, "{git_file:?}: {reasons:?}");
    }
}

#[test]
fn a_shallow_clone_is_said() {
    let sandbox = workspace(&SOUND);
    let (shared, origin) = (sandbox.root.join("shared"), sandbox._folder.path().join("origin"));
    std::fs::rename(&shared, &origin).unwrap();
    let url = format!("file://{}", origin.display());
    git(&sandbox.root, &["clone", "--quiet", "--depth=1", &url, "shared"]);
    std::fs::remove_dir_all(&origin).unwrap();
    let (rules, reasons) = judged(&sandbox.root);
    assert_eq!(rules, [OTHER_FAULT]);
    let expected = "`shared` is a shallow clone, whose tags may not be all";
    assert!(reasons.iter().any(|reason| reason == expected), "{reasons:?}");
}

/// In a partial clone, or a broken one, what is missing in a tree may be there all the same.
#[test]
fn what_git_could_not_read_is_not_missing() {
    for (lost, judged_still) in [
        ("v0.1.3:src/acme/deep", &["missing-symbol", "incompatible-call"][..]),
        ("v0.1.3:src/acme/io.py", &[]),
        ("v0.1.3:src/acme", &[]),
        ("v0.1.3:src", &[]),
        ("v0.1.3^{tree}", &[]),
    ] {
        let sandbox = workspace(&SOUND);
        let shared = sandbox.root.join("shared");
        write(&shared.join("src/acme/io.py"), "def load(): ...\n");
        commit(&shared, "third");
        let object = git(&shared, &["rev-parse", lost]);
        let (folder, file) = object.split_at(2);
        std::fs::remove_file(shared.join(".git/objects").join(folder).join(file)).unwrap();
        let (rules, reasons) = judged(&sandbox.root);
        let said = reasons.iter().any(|reason| reason.ends_with("the clone lacks the object"));
        assert!(rules.contains(&OTHER_FAULT), "{lost}");
        assert!(
            rules.iter().all(|rule| *rule == OTHER_FAULT || judged_still.contains(rule)),
            "{lost}: {rules:?}"
        );
        assert!(said, "{lost}: {reasons:?}");
    }
}

fn crossloc(root: &Utf8Path, path: &Utf8Path, format: &str) -> std::process::Output {
    let mut command = Command::cargo_bin("crossloc").unwrap();
    command
        .current_dir(root)
        .env("NO_COLOR", "1")
        .env("PATH", path)
        .env("XDG_CACHE_HOME", root.join(".cache"))
        .args(["check", "--no-cache", "--format", format])
        .output()
        .unwrap()
}

#[test]
fn without_a_git_binary_the_rest_is_judged() {
    let sandbox = workspace(&SOUND);
    let empty = sandbox.root.join(".empty");
    std::fs::create_dir(&empty).unwrap();
    let output = crossloc(&sandbox.root, &empty, "json");
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let reason = "imports of a pinned version: tag `v0.1.3`: there is no git binary";
    let expected = [NO_ENVIRONMENT, reason].map(|reason| serde_json::json!({ "reason": reason, "count": 1 }));
    assert_eq!(json["summary"]["not_judged"], serde_json::json!(expected));
    let rules: Vec<&str> =
        json["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, [OTHER_FAULT]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, format!("not judged: {NO_ENVIRONMENT} (1)\nnot judged: {reason} (1)\n"));
}

/// One that answers every question with the same object, one that answers nonsense, one that ends at once.
#[cfg(unix)]
#[test]
fn a_git_that_lies_is_said() {
    for does in [
        "exit 0",
        "exit 1",
        "while read -r line; do echo \"$line missing\"; done",
        "while read -r line; do echo nonsense; done",
        "while read -r line; do echo \"0123456789012345678901234567890123456789 commit 5\"; echo \"tree \"; done",
        "while read -r line; do echo \"0123456789012345678901234567890123456789 tree 0\"; echo; done",
        "while read -r line; do echo \"$line blob 99999999999999999999\"; done",
    ] {
        let sandbox = workspace(&SOUND);
        let (binaries, fake) = (sandbox.root.join(".bin"), sandbox.root.join(".bin/git"));
        std::fs::create_dir(&binaries).unwrap();
        // Another process writes it, as one that is started meanwhile could keep it open here.
        let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod +x \"$1\"";
        let mut script = std::process::Command::new("sh");
        assert!(script.args(["-c", write, "sh", fake.as_str(), does]).status().unwrap().success());
        let output = crossloc(&sandbox.root, &binaries, "concise");
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(1), "{does}: {stderr}");
        assert!(stdout.contains(OTHER_FAULT), "{does}: {stdout}");
        assert_eq!(stdout.lines().count(), 1, "{does}: {stdout}");
        let said: Vec<&str> = stderr.lines().filter(|line| !line.contains(NO_ENVIRONMENT)).collect();
        let begins = "not judged: imports of a pinned version: tag `v0.1.3`: ";
        assert!(matches!(said.as_slice(), [only] if only.starts_with(begins)), "{does}: {stderr}");
    }
}

#[test]
fn a_malicious_archive_of_a_pinned_version_is_refused() {
    let sandbox = workspace(&SOUND);
    let (shared, root) = (sandbox.root.join("shared"), &sandbox.root);
    std::fs::remove_dir_all(shared.join(".git")).unwrap();
    let path = shared.join("dist/acme_shared-0.1.3-py3-none-any.whl");
    let outside = root.join("escaped.py");
    write(&path, "");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, text) in [
        ("../../escaped.py", "x = 1\n"),
        ("acme/io.py", "def load(path): ...\n"),
        (
            "acme_shared-0.1.3.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: acme-shared\nVersion: 0.1.3\n",
        ),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let (rules, reasons) = judged(root);
    assert_eq!(rules, [OTHER_FAULT]);
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].starts_with("imports of a pinned version: "), "{reasons:?}");
    assert!(!outside.exists());
}

/// A location `etl` that takes `acme-shared` by git, and what is said of it.
fn by_git(sandbox: &Sandbox, source: &str, rest: &str) -> Vec<(&'static str, String)> {
    let rest = format!(
        "dependencies = [\"acme-shared\", \"core\"]\n[tool.uv.sources]\nacme-shared = {{ {source} }}\n\
         core = {{ path = \"../core\" }}\n{rest}"
    );
    write(&sandbox.root.join("core/pyproject.toml"), &manifest("core", "1.0", ""));
    write(&sandbox.root.join("etl/pyproject.toml"), &manifest("etl", "1.0", &rest));
    let wanted = ["missing-symbol", "unsatisfiable-together"];
    told(&check(&sandbox.root)).into_iter().filter(|(rule, _)| wanted.contains(rule)).collect()
}

fn missing_at(sandbox: &Sandbox, source: &str) -> bool {
    let found = by_git(sandbox, source, "");
    assert!(found.iter().all(|(rule, _)| *rule == "missing-symbol"), "{found:?}");
    !found.is_empty()
}

#[test]
fn a_repository_is_known_by_its_url_in_any_case() {
    let sandbox = workspace(&SOUND);
    git(&sandbox.root.join("shared"), &["remote", "add", "origin", "git@github.com:Acme/Shared.git"]);
    for url in [
        "https://github.com/acme/shared",
        "https://GitHub.com/ACME/shared.git",
        "ssh://git@github.com/Acme/Shared",
    ] {
        assert!(missing_at(&sandbox, &format!("git = \"{url}\", tag = \"v0.1.3\"")), "{url}");
    }
    assert!(!missing_at(&sandbox, "git = \"https://github.com/acme/shared-two\", tag = \"v0.1.3\""));
}

#[test]
fn a_commit_that_is_here_is_proof_of_its_repository() {
    let sandbox = workspace(&SOUND);
    let commit = git(&sandbox.root.join("shared"), &["rev-parse", "v0.1.3"]).trim().to_owned();
    let elsewhere = "git = \"https://git.example.com/mirrors/shared\"";
    assert!(missing_at(&sandbox, &format!("{elsewhere}, rev = \"{commit}\"")));
    // A tag of another repository proves nothing, and neither does a commit that is not here.
    assert!(!missing_at(&sandbox, &format!("{elsewhere}, tag = \"v0.1.3\"")));
    assert!(!missing_at(&sandbox, &format!("{elsewhere}, rev = \"{}\"", "a".repeat(40))));
    let lock = |commit: &str| {
        let source = format!("https://git.example.com/mirrors/shared?branch=main#{commit}");
        write(
            &sandbox.root.join("etl/uv.lock"),
            &format!(
                "version = 1\nrevision = 3\n[[package]]\nname = \"acme-shared\"\nversion = \"0.1.3\"\n\
                 source = {{ git = \"{source}\" }}\n[[package]]\nname = \"etl\"\nversion = \"1.0\"\n\
                 source = {{ virtual = \".\" }}\ndependencies = [{{ name = \"acme-shared\" }}]\n"
            ),
        );
    };
    lock(&commit);
    assert!(missing_at(&sandbox, &format!("{elsewhere}, branch = \"main\"")));
    lock(&"b".repeat(40));
    assert!(!missing_at(&sandbox, &format!("{elsewhere}, branch = \"main\"")));
}

#[test]
fn two_names_of_one_commit_do_not_clash() {
    let sandbox = workspace(&SOUND);
    let shared = sandbox.root.join("shared");
    git(&shared, &["tag", "stable", "v0.1.3"]);
    git(&shared, &["tag", "v0.2.0", "HEAD"]);
    let commit = git(&shared, &["rev-parse", "v0.1.3"]).trim().to_owned();
    let url = format!("git = \"file://{shared}\"");
    let clashes = |theirs: &str| {
        let core = format!(
            "dependencies = [\"acme-shared\"]\n[tool.uv.sources]\nacme-shared = {{ {url}, {theirs} }}\n"
        );
        by_git(&sandbox, &format!("{url}, tag = \"v0.1.3\""), "");
        write(&sandbox.root.join("core/pyproject.toml"), &manifest("core", "1.0", &core));
        told(&check(&sandbox.root)).iter().any(|(rule, _)| *rule == "unsatisfiable-together")
    };
    let short = commit.get(..9).unwrap();
    for (theirs, expected) in [
        ("tag = \"v0.1.3\"".to_owned(), false),
        ("tag = \"stable\"".to_owned(), false),
        (format!("rev = \"{commit}\""), false),
        (format!("rev = \"{short}\""), false),
        // Where a branch is now, its remote knows.
        ("branch = \"main\"".to_owned(), false),
        ("tag = \"v0.2.0\"".to_owned(), true),
        (format!("rev = \"{}\"", git(&shared, &["rev-parse", "HEAD"]).trim()), true),
    ] {
        assert_eq!(clashes(&theirs), expected, "{theirs}");
    }
}
