use std::sync::Arc;

use super::super::{Refusal, Repositories, Repository};
use super::{Sandbox, commit, git, open, try_git, write};
use crate::manifest::DistributionName;

/// Two commits; on the older one a lightweight, an annotated and a doubly annotated tag.
fn tagged(sandbox: &Sandbox) -> (camino::Utf8PathBuf, [String; 2]) {
    let dir = sandbox.repository("shared", &[("a.py", "x = 1\n")]);
    let first = git(&dir, &["rev-parse", "HEAD"]);
    git(&dir, &["tag", "v0.1.0"]);
    git(&dir, &["tag", "--annotate", "--message=m", "acme-v0.1.0"]);
    git(&dir, &["tag", "--annotate", "--message=m", "nested/tag", "acme-v0.1.0"]);
    git(&dir, &["tag", "file", "HEAD:a.py"]);
    write(&dir, &[("a.py", "x = 2\n")]);
    let second = commit(&dir, "second");
    (dir, [first, second])
}

fn assert_names(repository: &Repository, [first, second]: &[String; 2]) {
    for (name, expected) in [
        ("v0.1.0", first),
        ("acme-v0.1.0", first),
        ("nested/tag", first),
        ("refs/tags/nested/tag", first),
        ("main", second),
        ("refs/heads/main", second),
        ("HEAD", second),
        (first.get(..8).unwrap(), first),
        (first, first),
        (&second.to_uppercase(), second),
    ] {
        assert_eq!(repository.commit_of(name).as_ref(), Ok(expected), "{name}");
    }
    for name in ["v9", "", "-", "file", "refs/tags/main", "../HEAD", "main\nHEAD", "v0.1.0^", &"0".repeat(40)]
    {
        assert_eq!(repository.commit_of(name), Err(Refusal::NotFound), "{name}");
    }
    let references = repository.references().unwrap();
    assert_eq!(references.tags().collect::<Vec<_>>(), ["acme-v0.1.0", "file", "nested/tag", "v0.1.0"]);
}

#[test]
fn tags_and_branches_lead_to_commits_loose_and_packed() {
    let sandbox = Sandbox::new();
    let (dir, commits) = tagged(&sandbox);
    let repository = open(&dir);
    assert_names(&repository, &commits);
    assert_eq!(repository.references().unwrap().branches().collect::<Vec<_>>(), ["main"]);
    git(&dir, &["pack-refs", "--all"]);
    assert_names(&repository, &commits);
    assert_names(&open(&dir), &commits);
    // As old versions of git wrote it.
    let path = dir.join(".git/packed-refs");
    let text = std::fs::read_to_string(&path).unwrap();
    let old: Vec<&str> = text.lines().filter(|line| !line.starts_with(['#', '^'])).collect();
    std::fs::write(&path, old.join("\n") + "\n").unwrap();
    assert_names(&open(&dir), &commits);
    git(&dir, &["gc", "--quiet"]);
    assert_names(&repository, &commits);
}

#[test]
fn work_trees_bare_repositories_clones_and_submodules_are_opened() {
    let sandbox = Sandbox::new();
    let (dir, commits) = tagged(&sandbox);
    git(&dir, &["worktree", "add", "--quiet", "--detach", "../linked"]);
    git(&sandbox.root, &["clone", "--quiet", "--bare", "shared", "bare.git"]);
    git(&sandbox.root, &["init", "--quiet", "outer"]);
    git(&sandbox.root.join("outer"), &["submodule", "--quiet", "add", "../shared", "libs/shared"]);
    for folder in ["linked", "bare.git", "outer/libs/shared", "shared/.git"] {
        assert_names(&open(&sandbox.root.join(folder)), &commits);
    }
    let submodule = open(&sandbox.root.join("outer/libs/shared"));
    let references = submodule.references().unwrap();
    assert_eq!(references.remote_branches().collect::<Vec<_>>(), ["origin/HEAD", "origin/main"]);
    git(&dir, &["branch", "later"]);
    git(&sandbox.root.join("outer/libs/shared"), &["fetch", "--quiet"]);
    assert_eq!(submodule.commit_of("later").as_ref(), Ok(&commits[1]));
    assert_eq!(submodule.commit_of("origin/later").as_ref(), Ok(&commits[1]));
}

#[test]
fn what_is_no_repository_is_refused_with_its_reason() {
    let sandbox = Sandbox::new();
    write(&sandbox.root, &[("gone/.git", "gitdir: ../nowhere\n"), ("odd/.git", "nonsense"), ("plain/x", "")]);
    write(
        &sandbox.root,
        &[("bare/HEAD", "ref: x"), ("half/.git/HEAD", "ref: x"), ("lost/.git", "gitdir: ../w")],
    );
    write(&sandbox.root, &[("w/HEAD", "ref: x"), ("w/commondir", "../nowhere")]);
    std::fs::create_dir_all(sandbox.root.join("empty/.git")).unwrap();
    for (folder, expected) in [
        ("gone", Refusal::LeadsNowhere),
        ("odd", Refusal::LeadsNowhere),
        ("plain", Refusal::NoRepository),
        ("empty", Refusal::NoRepository),
        ("missing", Refusal::NoRepository),
        ("bare", Refusal::NoRepository),
        ("half", Refusal::NoRepository),
        ("lost", Refusal::LeadsNowhere),
    ] {
        assert_eq!(Repository::open(&sandbox.root.join(folder)).unwrap_err(), expected, "{folder}");
    }
}

#[test]
fn repositories_without_commits_or_with_nonsense_have_no_references() {
    let sandbox = Sandbox::new();
    git(&sandbox.root, &["init", "--quiet", "new"]);
    let new = open(&sandbox.root.join("new"));
    assert_eq!(new.head(), None);
    assert_eq!(new.commit_of("HEAD"), Err(Refusal::NotFound));
    assert_eq!(new.references().unwrap().tags().count(), 0);
    let git_dir = sandbox.root.join("new/.git");
    let hash = "1".repeat(40);
    write(
        &git_dir,
        &[
            (
                "packed-refs",
                &format!("^{hash}\n{hash} refs/../../x\n{hash}\nfoo bar\n{hash} refs/tags/gone\n"),
            ),
            ("refs/tags/nonsense", "nonsense"),
            ("refs/remotes/origin/HEAD", "ref: refs/remotes/origin/HEAD"),
        ],
    );
    assert_eq!(new.references().unwrap().tags().collect::<Vec<_>>(), ["gone"]);
    assert_eq!(new.references().unwrap().remote_branches().count(), 0);
    assert_eq!(new.commit_of("gone"), Err(Refusal::NotFound));
}

#[test]
fn references_are_read_again_when_they_changed_and_only_then() {
    let sandbox = Sandbox::new();
    let (dir, _) = tagged(&sandbox);
    let repositories = Repositories::default();
    let repository = repositories.open(&dir).unwrap();
    let before = repository.references().unwrap();
    assert!(Arc::ptr_eq(&before, &repository.references().unwrap()));
    git(&dir, &["tag", "v0.2.0"]);
    let after = repositories.open(&dir).unwrap().references().unwrap();
    assert!(Arc::ptr_eq(&repository, &repositories.open(&dir).unwrap()));
    assert_eq!(after.tags().filter(|tag| *tag == "v0.2.0").count(), 1);
    git(&dir, &["tag", "--delete", "v0.2.0"]);
    assert_eq!(repository.references().unwrap(), before);
    std::fs::rename(dir.join(".git"), dir.join("elsewhere")).unwrap();
    assert_eq!(repositories.open(&dir).unwrap_err(), Refusal::NoRepository);
    std::fs::write(dir.join(".git"), "gitdir: elsewhere").unwrap();
    assert_eq!(repositories.open(&dir).unwrap().references().unwrap(), before);
}

#[test]
fn versions_are_those_that_tags_name() {
    let sandbox = Sandbox::new();
    let (dir, _) = tagged(&sandbox);
    for tag in ["v0.10.0", "v0.2.0", "other-0.3.0", "acme==0.2.0", "release-7.0", "step-27.5.7-32"] {
        git(&dir, &["tag", tag]);
    }
    let repository = open(&dir);
    let name = DistributionName::new("Acme").unwrap();
    let versions = |form| {
        let found = repository.versions(&name, form).unwrap();
        found.into_iter().map(|one| format!("{} {}", one.version, one.tag)).collect::<Vec<_>>()
    };
    assert_eq!(versions(None), ["0.1.0 acme-v0.1.0", "0.2.0 acme==0.2.0", "0.10.0 v0.10.0"]);
    assert_eq!(versions(Some("release-{version}")), ["7.0 release-7.0"]);
    let described = |form| repository.described_version(&name, form).map(|version| version.to_string());
    assert_eq!(described(None).as_deref(), Some("0.10.0"));
    assert_eq!(described(Some("release-{version}")).as_deref(), Some("7.0"));
    commit(&dir, "later");
    assert_eq!(described(None), None);
}

#[test]
fn a_shallow_clone_does_not_deny_what_it_does_not_have() {
    let sandbox = Sandbox::new();
    let (dir, commits) = tagged(&sandbox);
    let url = format!("file://{dir}");
    git(&sandbox.root, &["clone", "--quiet", "--depth=1", &url, "clone"]);
    let (whole, clone) = (open(&dir), open(&sandbox.root.join("clone")));
    assert!(clone.is_shallow() && !whole.is_shallow());
    assert_eq!(clone.remotes(), [url.as_str()]);
    assert_eq!(clone.is_reachable(&commits[0]), Err(Refusal::NotFound));
    assert_eq!(clone.is_reachable(&commits[1]), Ok(true));
    git(&sandbox.root.join("clone"), &["checkout", "--quiet", "--detach"]);
    let loose = commit(&sandbox.root.join("clone"), "on no branch");
    assert_eq!(clone.is_reachable(&loose), Err(Refusal::Shallow));
}

#[test]
fn a_commit_is_reachable_by_branches_and_tags_only() {
    let sandbox = Sandbox::new();
    let (dir, [first, second]) = tagged(&sandbox);
    git(&dir, &["checkout", "--quiet", "--detach"]);
    let loose = commit(&dir, "on no branch");
    let repository = open(&dir);
    assert_eq!(repository.head().as_ref(), Some(&loose));
    for (commit, expected) in [(&first, true), (&second, true), (&loose, false)] {
        assert_eq!(repository.is_reachable(commit), Ok(expected));
    }
    git(&dir, &["tag", "late"]);
    commit(&dir, "later");
    assert_eq!(repository.is_reachable(&loose), Ok(true));
    assert_eq!(repository.is_reachable("main"), Err(Refusal::NotFound));
}

#[test]
fn other_formats_are_answered() {
    let sandbox = Sandbox::new();
    for format in ["--object-format=sha256", "--ref-format=reftable"] {
        let name = format.trim_start_matches('-');
        let dir = sandbox.root.join(name);
        // Old versions of git know neither; then there are no such repositories either.
        if !try_git(&sandbox.root, &["init", "--quiet", "--initial-branch=main", format, name]).0 {
            continue;
        }
        write(&dir, &[("a/b.py", "x = 1\n")]);
        let first = commit(&dir, "first");
        git(&dir, &["tag", "--annotate", "--message=m", "v1.0"]);
        let repository = open(&dir);
        for name in ["HEAD", "main", "v1.0", &first, first.get(..9).unwrap()] {
            assert_eq!(repository.commit_of(name).as_ref(), Ok(&first), "{format} {name}");
        }
        git(&dir, &["tag", "v2.0"]);
        assert_eq!(repository.references().unwrap().tags().collect::<Vec<_>>(), ["v1.0", "v2.0"]);
        let tree = repository.tree(&first).unwrap();
        assert_eq!(crate::vfs::SourceTree::read(&tree, "a/b.py".into()).unwrap(), b"x = 1\n");
    }
}
