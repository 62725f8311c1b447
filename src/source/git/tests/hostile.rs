use camino::{Utf8Path, Utf8PathBuf};

use super::super::{Refusal, Repositories};
use super::{Sandbox, git, open, script};
use crate::manifest::DistributionName;
use crate::vfs::{ReadError, SourceTree};

/// A program that leaves a marker behind, and the marker.
fn trap(root: &Utf8Path) -> (Utf8PathBuf, Utf8PathBuf) {
    let (trap, sprung) = (root.join("trap.sh"), root.join("sprung"));
    script(&trap, &format!("touch {sprung}\nexec git-upload-pack \"$@\""));
    (trap, sprung)
}

/// Sets everything in a repository that could start a program.
fn booby_trap(git_dir: &Utf8Path, trap: &Utf8Path) {
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.sshCommand",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "pager.cat-file",
        "pager.for-each-ref",
        "credential.helper",
        "gpg.program",
        "diff.x.textconv",
        "diff.external",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "remote.origin.uploadpack",
        "uploadpack.packObjectsHook",
    ] {
        git(git_dir, &["config", key, trap.as_str()]);
    }
    for name in ["cat-file", "for-each-ref", "rev-parse", "ls-files"] {
        git(git_dir, &["config", &format!("alias.{name}"), &format!("!{trap}")]);
    }
    git(git_dir, &["config", "protocol.allow", "always"]);
    git(git_dir, &["config", "core.hooksPath", git_dir.join("hooks").as_str()]);
    for hook in ["post-index-change", "post-checkout", "fsmonitor-watchman", "reference-transaction"] {
        std::fs::create_dir_all(git_dir.join("hooks")).unwrap();
        script(&git_dir.join("hooks").join(hook), trap.as_str());
    }
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let sandbox = Sandbox::new();
    let (trap, sprung) = trap(&sandbox.root);
    let files = [("a.py", "x = 1\n"), (".gitattributes", "* filter=x diff=x\n")];
    let dir = sandbox.repository("shared", &files);
    git(&dir, &["tag", "--annotate", "--message=m", "v1.0"]);
    booby_trap(&dir.join(".git"), &trap);
    let _ = std::fs::remove_file(&sprung);
    let repository = open(&dir);
    let commit = repository.commit_of("v1.0").unwrap();
    let tree = repository.tree(&commit).unwrap();
    assert_eq!(tree.list("".into()).files().count(), 2);
    assert_eq!(tree.read("a.py".into()).unwrap(), b"x = 1\n");
    assert_eq!(repository.is_reachable(&commit), Ok(true));
    let name = DistributionName::new("shared").unwrap();
    assert_eq!(repository.described_version(&name, None).unwrap().to_string(), "1.0");
    assert_eq!(Repositories::default().recorded_commit(&dir, "a.py"), Err(Refusal::NotRecorded));
    assert_eq!(repository.commit_of("0123456"), Err(Refusal::NotFound));
    assert!(!sprung.exists());
    // The trap does spring for who walks in.
    let ran = super::try_git(&dir, &["-c", &format!("core.fsmonitor={trap}"), "status"]);
    assert!(sprung.exists(), "{ran:?}");
}

#[test]
fn a_partial_clone_fetches_nothing() {
    let sandbox = Sandbox::new();
    let (trap, sprung) = trap(&sandbox.root);
    let dir = sandbox.repository("shared", &[("a.py", "x = 1\n")]);
    git(&dir, &["config", "uploadpack.allowFilter", "true"]);
    git(&dir, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let url = format!("file://{dir}");
    git(&sandbox.root, &["clone", "--quiet", "--bare", "--filter=blob:none", &url, "partial"]);
    let partial = sandbox.root.join("partial");
    booby_trap(&partial, &trap);
    let _ = std::fs::remove_file(&sprung);
    let repository = open(&partial);
    let tree = repository.tree(&repository.head().unwrap()).unwrap();
    let refused = ReadError::Refused(Refusal::NotFetched.to_string());
    assert_eq!(tree.read("a.py".into()), Err(refused));
    assert!(!sprung.exists());
    // Who may fetch, does.
    assert_eq!(git(&partial, &["cat-file", "-p", "HEAD:a.py"]), "x = 1");
    assert!(sprung.exists());
}

#[test]
fn a_repository_cannot_lead_elsewhere_by_its_configuration() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("a.py", "x = 1\n")]);
    let commit = open(&dir).commit_of("HEAD").unwrap();
    for (key, value) in
        [("core.worktree", "/nowhere"), ("core.bare", "true"), ("safe.bareRepository", "explicit")]
    {
        git(&dir, &["config", "--file", ".git/config", key, value]);
        let tree = open(&dir).tree(&commit).unwrap();
        assert_eq!(tree.read("a.py".into()).unwrap(), b"x = 1\n", "{key}");
    }
    git(&dir, &["config", "--file", ".git/config", "extensions.invented", "true"]);
    git(&dir, &["config", "--file", ".git/config", "core.repositoryFormatVersion", "1"]);
    assert_eq!(open(&dir).tree(&commit).unwrap_err(), Refusal::Failed);
}

#[test]
fn broken_objects_are_refused_and_the_rest_goes_on() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("a.py", "x = 1\n"), ("b.py", "y = 1\n")]);
    let blob = git(&dir, &["rev-parse", "HEAD:a.py"]);
    let (folder, file) = blob.split_at(2);
    let path = dir.join(".git/objects").join(folder).join(file);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "nonsense").unwrap();
    let repository = open(&dir);
    let tree = repository.tree(&repository.head().unwrap()).unwrap();
    assert!(matches!(tree.read("a.py".into()), Err(ReadError::Refused(_))));
    assert_eq!(tree.read("b.py".into()).unwrap(), b"y = 1\n");
}
