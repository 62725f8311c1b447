//! A workspace whose git hangs, or gives up in between.

#![cfg(unix)]

use std::process::Command;
use std::time::Duration;

use super::super::Said;
use super::*;
use crate::vfs::Files;

const MANIFEST: &str = "[project]\nname = \"acme-shared\"\nversion = \"0.1.3\"\n";
const LOCATION: &str =
    "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\"acme-shared==0.1.3\"]\n";

/// A repository `shared` tagged at 0.1.3, a project `etl` that pins the tag, and a git that does something.
fn workspace(does: &str, patience: Duration) -> (tempfile::TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
    let script = "set -e; mkdir -p shared/src/acme etl; cd shared; printf %s \"$1\" > pyproject.toml
        touch src/acme/__init__.py; git init --quiet; git add --all
        git -c user.name=t -c user.email=t@example.com commit --quiet --message first
        git tag v0.1.3; cd ..; printf %s \"$2\" > etl/pyproject.toml
        printf '#!/bin/sh\\n%s\\n' \"$3\" > git; chmod +x git";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", MANIFEST, LOCATION, does]).current_dir(&root);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    assert!(command.status().unwrap().success());
    let repositories = Repositories::asking(&root.join("git"), patience);
    let outside = Outside { repositories, ..Outside::default() };
    let workspace = Workspace::new(Files::default(), vec![root]).with_outside(Arc::new(outside));
    (folder, workspace)
}

/// What is said last of where `etl` gets the code from.
fn last_said(workspace: &Workspace) -> Option<Said> {
    let etl = workspace.project_at(&workspace.root().join("etl"))?;
    let dependency = workspace.dependencies(&etl).first()?.clone();
    workspace.effective(&etl, &dependency).said.last().cloned()
}

#[test]
fn a_git_that_hangs_or_ends_is_said_with_its_reason() {
    for (does, patience, reason) in [
        ("exec sleep 1000", 20, "git takes too long"),
        ("exit 1", 60_000, "git cannot read the repository"),
        (
            "while read -r line; do echo \"$line missing\"; done",
            60_000,
            "the repository has no such tag, branch or commit",
        ),
    ] {
        let (_folder, workspace) = workspace(does, Duration::from_millis(patience));
        let expected = Said::Missing(format!("tag `v0.1.3`: {reason}"));
        assert_eq!(last_said(&workspace), Some(expected), "{does}");
        assert_eq!(workspace.gaps(), [""; 0], "{does}: there is no tree");
    }
}

/// Commit and root folder are answered, no other folder.
#[test]
fn a_git_that_gives_up_leaves_a_gap() {
    let answers = "real=$(PATH=/usr/bin:/bin:/usr/local/bin command -v git)
        folder=$($real -C \"$(dirname \"$0\")/shared\" rev-parse HEAD:src)
        while read -r line && [ \"$line\" != \"$folder\" ]; do echo \"$line\"; done | $real \"$@\"";
    let (_folder, workspace) = workspace(answers, Duration::from_secs(60));
    let said = last_said(&workspace);
    assert!(matches!(&said, Some(Said::Tag(tag, _)) if tag == "v0.1.3"), "{said:?}");
    let name = DistributionName::new("acme-shared").unwrap();
    let releases = workspace.releases(&name);
    let project = workspace.project_of_release(&name, &releases.all[0]).unwrap();
    assert_eq!(workspace.files.list(&project.dir.join("src")).files().count(), 0);
    assert_eq!(workspace.gaps(), ["`acme-shared` 0.1.3: git cannot read the repository"]);
}
