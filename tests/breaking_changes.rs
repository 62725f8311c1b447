//! Changes of a shared tree held against the commits of a real repository.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code may fail loudly")]

mod repository;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::rules::{self, Diagnostic, Findings};
use crossloc::text::Document;
use crossloc::vfs::{FileId, Files};
use crossloc::workspace::Workspace;
use repository::{check, commit, git, reasons, sandbox, told, write};

const CONSUMERS: [&str; 2] = ["etl", "ml"];

/// One repository with a shared distribution and two projects that take it live, all committed.
fn workspace() -> (tempfile::TempDir, Utf8PathBuf) {
    let (folder, root) = sandbox();
    write(&root.join("shared/pyproject.toml"), "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n");
    write(&root.join("shared/src/acme/__init__.py"), "");
    write(&root.join("shared/src/acme/io.py"), "def load(path, strict=False): ...\n");
    for name in CONSUMERS {
        let manifest = format!(
            "[project]\nname = \"{name}\"\nversion = \"1.0\"\ndependencies = [\"acme-shared\"]\n\
             [tool.uv.sources]\nacme-shared = {{ path = \"../shared\", editable = true }}\n"
        );
        write(&root.join(name).join("pyproject.toml"), &manifest);
        let code = "from acme.io import load\nload(1, strict=True)\nload(2, strict=True)\n";
        write(&root.join(name).join("src").join(name).join("__init__.py"), code);
    }
    git(&root, &["init", "--quiet"]);
    commit(&root, "first");
    (folder, root)
}

fn breaking(findings: &Findings) -> Vec<&Diagnostic> {
    findings.diagnostics.iter().filter(|found| found.rule.starts_with("breaking")).collect()
}

#[test]
fn an_edit_tells_at_the_definition_whom_it_breaks() {
    let (_folder, root) = workspace();
    assert_eq!(told(&check(&root)), []);
    let io = root.join("shared/src/acme/io.py");
    write(&io, "def load(path): ...\n");
    let findings = check(&root);
    let [found] = breaking(&findings)[..] else { panic!("{findings:?}") };
    assert_eq!((found.file.path(), found.rule), (io.as_path(), "breaking-change"));
    assert_eq!(
        found.message,
        "`load` took (path, strict=False) at the last commit and is still called so by `etl`, `ml`"
    );
    let related: Vec<(String, String)> = found
        .related
        .iter()
        .map(|one| (one.file.path().strip_prefix(&root).unwrap().to_string(), one.message.clone()))
        .collect();
    let expected = [("etl", 2), ("ml", 2)].map(|(name, uses)| {
        vec![(format!("{name}/src/{name}/__init__.py"), format!("used by `{name}`")); uses]
    });
    assert_eq!(related, expected.concat());
    commit(&root, "breaks them");
    let committed = check(&root);
    assert_eq!(breaking(&committed), [] as [&Diagnostic; 0], "it is the last commit now");
    assert_eq!(told(&committed).len(), 4, "the calls are told where they stand");
}

#[test]
fn a_text_that_is_not_saved_counts() {
    let (_folder, root) = workspace();
    let file = FileId::new(&root.join("shared/src/acme/io.py"));
    let workspace = Workspace::new(Files::default(), vec![root]);
    assert_eq!(told(&rules::check(&workspace)), []);
    let edited = workspace.files.with_document(&file, Document::new("def save(): ...\n", 2), Vec::new());
    let findings = rules::check(&workspace.with_text(edited));
    let messages: Vec<&str> = breaking(&findings).iter().map(|found| found.message.as_str()).collect();
    assert_eq!(messages, ["`load` was in `acme.io` at the last commit and is still used by `etl`, `ml`"]);
}

#[test]
fn a_module_that_is_gone_is_told_at_its_distribution() {
    let (_folder, root) = workspace();
    git(&root, &["tag", "v0.2.0"]);
    std::fs::remove_file(root.join("shared/src/acme/io.py")).unwrap();
    let findings = check(&root);
    let found = breaking(&findings);
    let manifest = root.join("shared/pyproject.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let expected = [
        ("acme-shared", "`acme.io` was there in 0.2.0 and is still imported by `etl`, `ml`"),
        ("0.2.0", "0.2.0 breaks `etl`, `ml`; after 0.2.0 that takes 0.3.0 or higher"),
    ];
    assert_eq!(found.len(), expected.len());
    for (found, (written, message)) in found.into_iter().zip(expected) {
        assert_eq!(found.file.path(), manifest);
        assert_eq!((found.range.slice(&text), found.message.as_str()), (written, message));
    }
}

/// It may have moved, too: what counts is the distribution, wherever it was.
#[test]
fn a_project_that_moved_is_compared_with_where_it_was() {
    let (_folder, root) = workspace();
    git(&root, &["tag", "v0.2.0"]);
    std::fs::create_dir(root.join("packages")).unwrap();
    std::fs::rename(root.join("shared"), root.join("packages/shared")).unwrap();
    for name in CONSUMERS {
        let manifest = root.join(name).join("pyproject.toml");
        let text = std::fs::read_to_string(&manifest).unwrap().replace("../shared", "../packages/shared");
        write(&manifest, &text);
    }
    assert_eq!(told(&check(&root)), []);
    write(&root.join("packages/shared/src/acme/io.py"), "def load(path): ...\n");
    assert_eq!(breaking(&check(&root)).len(), 2);
}

/// What is wrong, how it is made so, and what is said of it.
type Broken = (&'static str, fn(&Utf8Path), &'static str);

#[test]
fn repositories_that_cannot_be_read_are_counted_and_their_consumers_judged() {
    let broken: [Broken; 3] = [
        (
            "no commit",
            |root| {
                std::fs::remove_dir_all(root.join(".git")).unwrap();
                git(root, &["init", "--quiet"]);
            },
            "what `acme-shared` was before, in `.`: the repository has no such tag, branch or commit",
        ),
        (
            "leads nowhere",
            |root| {
                std::fs::remove_dir_all(root.join(".git")).unwrap();
                write(&root.join(".git"), "gitdir: gone\n");
            },
            "what `acme-shared` was before, in `.`: its `.git` file leads to no repository",
        ),
        (
            "no manifest",
            |root| {
                git(root, &["rm", "--quiet", "--cached", "shared/pyproject.toml"]);
                git(root, &["commit", "--quiet", "--message", "forgotten"]);
            },
            "what `acme-shared` was before, in `.`: no manifest of `acme-shared` in it",
        ),
    ];
    for (what, breaks, expected) in broken {
        let (_folder, root) = workspace();
        write(&root.join("shared/src/acme/io.py"), "def load(path): ...\n");
        breaks(&root);
        let findings = check(&root);
        let calls = told(&findings).iter().filter(|(rule, _)| *rule == "incompatible-call").count();
        assert_eq!((calls, breaking(&findings).len()), (4, 0), "{what}");
        assert!(reasons(&findings).contains(&expected), "{what}: {:?}", reasons(&findings));
    }
}

/// Where no use fails, nothing is compared: a clean checkout does not wait for git.
#[cfg(unix)]
#[test]
fn git_is_asked_only_when_a_use_fails() {
    let (_folder, root) = workspace();
    let (binaries, started) = (root.join(".bin"), root.join(".started"));
    std::fs::create_dir(&binaries).unwrap();
    let write_script = "printf '#!/bin/sh\\necho >> %s\\n' \"$2\" > \"$1/git\" && chmod +x \"$1/git\"";
    let mut script = std::process::Command::new("sh");
    script.args(["-c", write_script, "sh", binaries.as_str(), started.as_str()]);
    assert!(script.status().unwrap().success());
    let run = || {
        let mut command = assert_cmd::Command::cargo_bin("crossloc").unwrap();
        command.current_dir(&root).env("PATH", &binaries).env("XDG_CACHE_HOME", root.join(".cache"));
        command.args(["check", "--no-cache"]).output().unwrap().status.code()
    };
    // An edit that breaks nobody is none to compare.
    write(&root.join("shared/src/acme/io.py"), "def load(path, strict=True, mode=None): ...\n");
    assert_eq!(run(), Some(0));
    assert!(!started.exists());
    write(&root.join("shared/src/acme/io.py"), "def load(path): ...\n");
    assert_eq!(run(), Some(1));
    assert!(started.exists());
}
