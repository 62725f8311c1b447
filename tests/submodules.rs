//! Submodules of real repositories: what is checked out, what is recorded, and what is not there yet.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "test code may fail loudly"
)]

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::rules::{self, Findings};
use crossloc::vfs::Files;
use crossloc::workspace::Workspace;

const SHARED: &str = "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n";
const ETL: &str = "[project]\nname = \"etl\"\nversion = \"0.1.0\"\ndependencies = [\"acme-shared\"]\n\
                   [tool.uv.sources]\nacme-shared = { path = \"vendor/shared\", editable = true }\n";

fn git(folder: &Utf8Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "t").env(format!("GIT_{role}_EMAIL"), "t@example.com");
    }
    let output = command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn write(path: &Utf8Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn commit(folder: &Utf8Path, message: &str) -> String {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message", message]);
    git(folder, &["rev-parse", "HEAD"])
}

/// A repository `etl` with the submodule `vendor/shared`, and a path source into it.
struct Repositories {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
    /// The commits of the shared repository, oldest first; the newer one is recorded and checked out.
    commits: [String; 2],
}

fn repositories() -> Repositories {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
    let (shared, etl) = (root.join("origin"), root.join("etl"));
    write(&shared.join("pyproject.toml"), SHARED);
    write(&shared.join("src/acme_shared/__init__.py"), "");
    git(&shared, &["init", "--quiet"]);
    let commits = [commit(&shared, "first"), commit(&shared, "second")];
    write(&etl.join("pyproject.toml"), ETL);
    write(&etl.join("src/etl/__init__.py"), "import acme_shared\n");
    git(&etl, &["init", "--quiet"]);
    git(&etl, &["submodule", "--quiet", "add", "--name", "shared library", "../origin", "vendor/shared"]);
    commit(&etl, "use shared code");
    Repositories { _folder: folder, root, commits }
}

fn check(folder: &Utf8Path) -> Findings {
    rules::check(&Workspace::new(Files::default(), vec![folder.to_owned()]))
}

fn told(findings: &Findings) -> Vec<(&'static str, String)> {
    findings.diagnostics.iter().map(|found| (found.rule, found.message.clone())).collect()
}

#[test]
fn a_submodule_at_the_recorded_commit_is_silent() {
    let repositories = repositories();
    let etl = repositories.root.join("etl");
    for form in ["detached", "on a branch", "packed"] {
        match form {
            "on a branch" => drop(git(&etl.join("vendor/shared"), &["checkout", "--quiet", "-B", "work"])),
            "packed" => drop(git(&etl.join("vendor/shared"), &["pack-refs", "--all"])),
            _ => {}
        }
        let findings = check(&etl);
        assert_eq!(told(&findings), [], "{form}");
        assert_eq!(findings.not_judged, [], "{form}");
    }
}

#[test]
fn another_commit_than_the_recorded_one_is_told_until_it_is_recorded() {
    let repositories = repositories();
    let etl = repositories.root.join("etl");
    let [first, second] = &repositories.commits;
    git(&etl.join("vendor/shared"), &["checkout", "--quiet", first]);
    let findings = check(&etl);
    let message = format!(
        "submodule `vendor/shared` is at `{}`, the repository records `{}`",
        &first[..7],
        &second[..7]
    );
    assert_eq!(told(&findings), [("submodule-drift", message)]);
    let found = &findings.diagnostics[0];
    assert_eq!(found.file.path(), etl.join(".gitmodules"));
    let text = std::fs::read_to_string(found.file.path()).unwrap();
    assert_eq!(found.range.slice(&text), "vendor/shared");
    git(&etl, &["add", "vendor/shared"]);
    assert_eq!(told(&check(&etl)), []);
}

#[test]
fn a_clone_without_submodules_has_one_finding() {
    let repositories = repositories();
    git(&repositories.root, &["clone", "--quiet", "etl", "clone"]);
    let findings = check(&repositories.root.join("clone"));
    let expected = "submodule `vendor/shared` is not initialised".to_owned();
    assert_eq!(told(&findings), [("submodule-uninitialized", expected)]);
    assert_eq!(findings.diagnostics[0].related.len(), 1);
}

#[test]
fn a_submodule_that_nothing_uses_may_stand_anywhere() {
    let repositories = repositories();
    let etl = repositories.root.join("etl");
    write(&etl.join("pyproject.toml"), "[project]\nname = \"etl\"\nversion = \"0.1.0\"\n");
    write(&etl.join("src/etl/__init__.py"), "");
    git(&etl.join("vendor/shared"), &["checkout", "--quiet", &repositories.commits[0]]);
    assert_eq!(told(&check(&etl)), []);
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let repositories = repositories();
    let etl = repositories.root.join("etl");
    let trap = repositories.root.join("trap.sh");
    let sprung = repositories.root.join("sprung");
    write(&trap, &format!("#!/bin/sh\ntouch {sprung}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    for key in ["core.fsmonitor", "core.pager", "core.sshCommand", "filter.x.clean", "filter.x.process"] {
        git(&etl, &["config", key, trap.as_str()]);
    }
    let hooks = etl.join(".git/hooks");
    for hook in ["post-index-change", "post-checkout", "fsmonitor-watchman"] {
        std::fs::create_dir_all(&hooks).unwrap();
        std::fs::copy(&trap, hooks.join(hook)).unwrap();
    }
    write(&etl.join(".gitattributes"), "* filter=x\n");
    git(&etl.join("vendor/shared"), &["checkout", "--quiet", &repositories.commits[0]]);
    let _ = std::fs::remove_file(&sprung);
    assert_eq!(check(&etl).diagnostics.len(), 1);
    assert!(!sprung.exists());
}

#[test]
fn a_repository_that_git_cannot_read_is_counted() {
    let repositories = repositories();
    let etl = repositories.root.join("etl");
    std::fs::write(etl.join(".git/index"), "nonsense").unwrap();
    let findings = check(&etl);
    assert_eq!(told(&findings), []);
    let reasons: Vec<&str> = findings.not_judged.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons, ["git does not tell the commit recorded for submodule `vendor/shared`"]);
}

#[test]
fn repositories_that_record_different_commits_are_told_if_both_use_them() {
    let repositories = repositories();
    let (etl, ml) = (repositories.root.join("etl"), repositories.root.join("ml"));
    let [first, second] = &repositories.commits;
    git(&repositories.root, &["clone", "--quiet", "--recurse-submodules", "etl", "ml"]);
    let url = "https://example.com/acme/shared.git";
    for folder in [&etl, &ml] {
        git(folder, &["config", "--file", ".gitmodules", "submodule.shared library.url", url]);
    }
    let both = || rules::check(&Workspace::new(Files::default(), vec![etl.clone(), ml.clone()]));
    let differ = |findings: &Findings| {
        let found = findings.diagnostics.iter().find(|found| found.rule == "submodules-differ")?;
        Some((found.file.path().to_owned(), found.message.clone()))
    };
    assert_eq!(differ(&both()), None, "the same commit");
    git(&ml.join("vendor/shared"), &["checkout", "--quiet", first]);
    git(&ml, &["add", "vendor/shared"]);
    let message =
        format!("submodule `vendor/shared` is recorded at `{}`, in `etl` at `{}`", &first[..7], &second[..7]);
    assert_eq!(differ(&both()), Some((ml.join(".gitmodules"), message)));
    write(&ml.join("pyproject.toml"), "[project]\nname = \"ml\"\nversion = \"0.1.0\"\n");
    std::fs::remove_file(ml.join("src/etl/__init__.py")).unwrap();
    assert_eq!(differ(&both()), None, "nothing in it uses the submodule");
}
