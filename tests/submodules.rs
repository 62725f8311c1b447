//! Submodules of real repositories: what is checked out, what is recorded, and what is not there yet.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "test code may fail loudly"
)]

mod repository;

use camino::Utf8PathBuf;
use crossloc::rules::{self, Findings};
use crossloc::vfs::Files;
use crossloc::workspace::Workspace;
use repository::{check, commit, git, reasons, sandbox, told, write};

const SHARED: &str = "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n";
const ETL: &str = "[project]\nname = \"etl\"\nversion = \"0.1.0\"\ndependencies = [\"acme-shared\"]\n\
                   [tool.uv.sources]\nacme-shared = { path = \"vendor/shared\", editable = true }\n";

/// A repository `etl` with the submodule `vendor/shared`, and a path source into it.
struct Repositories {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
    /// The commits of the shared repository, oldest first; the newer one is recorded and checked out.
    commits: [String; 2],
}

fn repositories() -> Repositories {
    let (folder, root) = sandbox();
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
fn changes_that_are_not_committed_are_evidence() {
    let repositories = repositories();
    let etl = repositories.root.join("etl");
    let told = || {
        let workspace = Workspace::new(Files::default(), vec![etl.clone()]);
        let found = crossloc::report::locations::collect(&workspace, &etl);
        let evidence = &found.locations[0].shared[0].evidence;
        evidence.iter().any(|step| step == "`vendor/shared` has changes that are not committed")
    };
    assert!(!told());
    write(&etl.join("vendor/shared/src/acme_shared/new.py"), "not tracked\n");
    assert!(!told());
    write(&etl.join("vendor/shared/src/acme_shared/__init__.py"), "x = 1\n");
    assert!(told());
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
    assert_eq!(reasons(&findings), ["git does not tell the commit recorded for submodule `vendor/shared`"]);
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

#[test]
fn a_recorded_commit_that_no_branch_or_tag_leads_to_is_told() {
    let repositories = repositories();
    let etl = repositories.root.join("etl");
    let shared = etl.join("vendor/shared");
    git(&shared, &["checkout", "--quiet", "--detach"]);
    let lost = commit(&shared, "made on no branch");
    git(&etl, &["add", "vendor/shared"]);
    let findings = check(&etl);
    let message =
        format!("commit `{}`, recorded for submodule `vendor/shared`, is on no branch or tag", &lost[..7]);
    assert_eq!(told(&findings), [("submodule-unreachable", message)]);
    let found = &findings.diagnostics[0];
    let text = std::fs::read_to_string(found.file.path()).unwrap();
    assert_eq!(found.range.slice(&text), "vendor/shared");
    for reference in ["refs/heads/kept", "refs/tags/kept", "refs/remotes/origin/kept"] {
        git(&shared, &["update-ref", reference, &lost]);
        assert_eq!(told(&check(&etl)), [], "{reference}");
        git(&shared, &["update-ref", "-d", reference]);
    }
    git(&shared, &["update-ref", "refs/heads/above", &commit(&shared, "on top of it")]);
    git(&shared, &["checkout", "--quiet", &lost]);
    assert_eq!(told(&check(&etl)), [], "behind a branch");
}

#[test]
fn clones_that_lack_history_do_not_judge_what_is_reachable() {
    for (option, expected) in [
        ("--depth=1", "submodule `vendor/shared`: the clone is shallow or partial"),
        ("--filter=blob:none", "submodule `vendor/shared`: the clone is shallow or partial"),
        ("--no-local", "submodule `vendor/shared`: the clone does not have the recorded commit"),
    ] {
        let repositories = repositories();
        let (etl, origin) = (repositories.root.join("etl"), repositories.root.join("origin"));
        let shared = etl.join("vendor/shared");
        let _ = std::fs::remove_dir_all(&shared);
        git(&origin, &["config", "uploadpack.allowFilter", "true"]);
        let url = format!("file://{origin}");
        git(&repositories.root, &["clone", "--quiet", option, &url, shared.as_str()]);
        git(&shared, &["checkout", "--quiet", "--detach"]);
        let lost = commit(&shared, "made on no branch");
        git(&etl, &["add", "vendor/shared"]);
        if option == "--no-local" {
            git(&shared, &["checkout", "--quiet", "main"]);
            let (folder, file) = lost.split_at(2);
            std::fs::remove_file(shared.join(".git/objects").join(folder).join(file)).unwrap();
        }
        let findings = check(&etl);
        let unreachable = told(&findings).into_iter().filter(|(rule, _)| *rule == "submodule-unreachable");
        assert_eq!(unreachable.count(), 0, "{option}");
        assert_eq!(reasons(&findings), [expected], "{option}");
    }
}
