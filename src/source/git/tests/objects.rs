use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;

use super::super::command::Program;
use super::super::{Refusal, Repository};
#[cfg(unix)]
use super::script;
use super::{Sandbox, commit, git, open, write};
use crate::vfs::{EntryKind, MAX_FILE_BYTES, ReadError, SourceTree};

fn program(name: &str) -> Program {
    Program { name: name.to_owned(), ..Program::default() }
}

fn listed(tree: &dyn SourceTree, dir: &str) -> Vec<(String, EntryKind)> {
    tree.list(Utf8Path::new(dir)).iter().map(|(name, kind)| (name.to_owned(), kind)).collect()
}

#[test]
fn a_commit_is_read_as_a_tree() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("src/acme/__init__.py", ""), ("src/acme/io.py", "x = 1\n")]);
    let old = open(&dir).commit_of("HEAD").unwrap();
    write(&dir, &[("src/acme/io.py", "x = 2\n"), ("run.sh", "#!/bin/sh\n"), ("src/ä b.py", "")]);
    commit(&dir, "second");
    let repository = open(&dir);
    let (old, new) = (repository.tree(&old).unwrap(), repository.tree("main").unwrap_err());
    assert_eq!(new, Refusal::NotFound, "a branch is no commit");
    let new = repository.tree(&repository.commit_of("main").unwrap()).unwrap();
    assert_eq!(listed(&old, ""), [("src".to_owned(), EntryKind::Dir)]);
    assert_eq!(
        listed(&new, "src"),
        [("acme".to_owned(), EntryKind::Dir), ("ä b.py".to_owned(), EntryKind::File)]
    );
    assert_eq!(listed(&new, "src/acme/io.py"), []);
    assert_eq!(listed(&new, "none"), []);
    for (tree, text) in [(&old, "x = 1\n"), (&new, "x = 2\n")] {
        assert_eq!(tree.read("src/acme/io.py".into()).unwrap(), text.as_bytes());
    }
    assert_eq!(new.read("src".into()), Err(ReadError::NotAFile));
    assert_eq!(new.read("".into()), Err(ReadError::NotAFile));
    assert_eq!(new.read("src/io.py".into()), Err(ReadError::NotFound));
    assert_eq!(new.read("run.sh/x".into()), Err(ReadError::NotFound));
    let path = Utf8Path::new("src/acme/__init__.py");
    assert_eq!(old.content(path), new.content(path));
    assert_eq!(old.content(path).unwrap(), git(&dir, &["rev-parse", "HEAD:src/acme/__init__.py"]));
    assert_ne!(old.content("src".into()), new.content("src".into()));
    assert_eq!(old.content("x".into()), None);
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_tree_only() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("src/acme/io.py", "x = 1\n"), ("secret", "no")]);
    for (link, target) in [
        ("to_file", "src/acme/io.py"),
        ("to_dir", "./src/acme/"),
        ("src/up", "../to_dir/io.py"),
        ("src/here", "."),
        ("circle", "circle"),
        ("gone", "none"),
        ("out", "../shared/secret"),
        ("root", "/etc/hostname"),
        ("through_file", "secret/x"),
    ] {
        symlink(target, dir.join(link)).unwrap();
    }
    let repository = open(&dir);
    let tree = repository.tree(&commit(&dir, "links")).unwrap();
    for (path, real) in [
        ("to_file", Some("src/acme/io.py")),
        ("to_dir/io.py", Some("src/acme/io.py")),
        ("src/up", Some("src/acme/io.py")),
        ("src/here/here/here/up", Some("src/acme/io.py")),
        ("to_dir", Some("src/acme")),
        ("", Some("")),
        ("circle", None),
        ("gone", None),
        ("out", None),
        ("root", None),
        ("through_file", None),
    ] {
        assert_eq!(tree.real_path(path.into()).as_deref(), real.map(Utf8Path::new), "{path}");
    }
    assert_eq!(tree.read("src/up".into()).unwrap(), b"x = 1\n");
    assert_eq!(tree.read("out".into()), Err(ReadError::NotFound));
    let kinds = tree.list("".into());
    for (name, kind) in [
        ("to_file", EntryKind::File),
        ("to_dir", EntryKind::Dir),
        ("circle", EntryKind::Other),
        ("gone", EntryKind::Other),
        ("out", EntryKind::Other),
    ] {
        assert_eq!(kinds.kind(name), Some(kind), "{name}");
    }
}

#[test]
fn submodules_deep_folders_and_large_files_are_answered() {
    let sandbox = Sandbox::new();
    let lib = sandbox.repository("lib", &[("x", "")]);
    let dir = sandbox.repository("shared", &[]);
    git(&dir, &["submodule", "--quiet", "add", lib.as_str(), "libs/lib"]);
    let deep = "d/".repeat(100) + "x.py";
    write(&dir, &[(&deep, "deep = 1\n")]);
    let large = std::fs::File::create(dir.join("large")).unwrap();
    large.set_len(MAX_FILE_BYTES + 1).unwrap();
    let repository = open(&dir);
    let tree = repository.tree(&commit(&dir, "all")).unwrap();
    assert_eq!(listed(&tree, "libs"), [("lib".to_owned(), EntryKind::Other)]);
    assert_eq!(listed(&tree, "libs/lib"), []);
    assert_eq!(tree.content("libs/lib".into()), Some(git(&lib, &["rev-parse", "HEAD"])));
    assert_eq!(tree.read(Utf8Path::new(&deep)).unwrap(), b"deep = 1\n");
    assert_eq!(tree.read("large".into()), Err(ReadError::TooLarge));
    assert_eq!(tree.read(Utf8Path::new(&deep)).unwrap(), b"deep = 1\n");
}

#[test]
fn without_a_git_binary_plain_files_still_answer() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("a.py", "")]);
    git(&dir, &["tag", "v1.0"]);
    git(&dir, &["tag", "--annotate", "--message=m", "v2.0"]);
    let repository = Arc::new(Repository::open_with(&dir, program("no-such-git")).unwrap());
    assert_eq!(repository.references().unwrap().tags().count(), 2);
    assert!(repository.head().is_some());
    assert_eq!(repository.commit_of("v2.0"), Err(Refusal::Missing));
    assert_eq!(repository.tree(&repository.head().unwrap()).unwrap_err(), Refusal::Missing);
    assert_eq!(Refusal::Missing.to_string(), "there is no git binary");
}

#[cfg(unix)]
#[test]
fn one_process_answers_is_replaced_when_it_died_and_ended_with_the_repository() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("a.py", "x"), ("b.py", "y")]);
    let repository = open(&dir);
    assert_eq!(repository.objects.process_id(), None);
    let tree = repository.tree(&repository.head().unwrap()).unwrap();
    let first = repository.objects.process_id().unwrap();
    tree.read("a.py".into()).unwrap();
    assert_eq!(repository.objects.process_id(), Some(first));
    assert!(runs(first));
    end(first);
    assert_eq!(tree.read("b.py".into()).unwrap(), b"y");
    let second = repository.objects.process_id().unwrap();
    assert_ne!(first, second);
    drop(tree);
    assert!(runs(second));
    drop(repository);
    assert!(!runs(second));
}

#[cfg(unix)]
fn runs(process: u32) -> bool {
    std::process::Command::new("kill").args(["-0", &process.to_string()]).output().unwrap().status.success()
}

#[cfg(unix)]
fn end(process: u32) {
    let ended = std::process::Command::new("kill").args(["-9", &process.to_string()]).status().unwrap();
    assert!(ended.success());
}

#[test]
fn many_threads_are_answered_each_its_own() {
    let sandbox = Sandbox::new();
    let files: Vec<(String, String)> = (0..50).map(|i| (format!("f{i}.py"), format!("x = {i}\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let dir = sandbox.repository("shared", &files);
    let repository = open(&dir);
    let tree = repository.tree(&repository.head().unwrap()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for (path, text) in &files {
                    assert_eq!(tree.read(Utf8Path::new(path)).unwrap(), text.as_bytes());
                }
            });
        }
    });
}

#[cfg(unix)]
#[test]
fn a_git_that_answers_anything_else_is_refused() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("a.py", "x")]);
    let head = open(&dir).head().unwrap();
    let fake = sandbox.root.join("fake");
    for (does, expected) in [
        ("exit 0", Refusal::Failed),
        ("cat", Refusal::Failed),
        ("echo HEAD commit 3; echo abc; cat", Refusal::Failed),
        ("echo HEAD blob x; cat", Refusal::Failed),
        ("echo HEAD thing 3; echo abc; cat", Refusal::Failed),
        ("echo HEAD commit 100; echo short", Refusal::Failed),
        ("echo HEAD commit 3; echo longer; cat", Refusal::Failed),
        ("echo HEAD commit 999999999999; cat /dev/zero", Refusal::TooLarge),
        ("cat /dev/zero", Refusal::Failed),
        ("echo HEAD missing; cat", Refusal::NotFound),
        ("exec sleep 1000", Refusal::TooSlow),
    ] {
        script(&fake, does);
        let patience =
            if expected == Refusal::TooSlow { Duration::from_millis(20) } else { Duration::from_secs(60) };
        let program = Program { name: fake.to_string(), patience, ..Program::default() };
        let repository = Arc::new(Repository::open_with(&dir, program).unwrap());
        assert_eq!(repository.tree(&head).map(|tree| tree.commit().to_owned()), Err(expected), "{does}");
    }
}

#[cfg(unix)]
#[test]
fn a_git_that_fails_again_and_again_is_left_alone() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("a.py", "x")]);
    let (fake, started) = (sandbox.root.join("fake"), sandbox.root.join("started"));
    script(&fake, &format!("echo x >> {started}"));
    let repository = Arc::new(Repository::open_with(&dir, program(fake.as_str())).unwrap());
    let head = repository.head().unwrap();
    for _ in 0..10 {
        assert_eq!(repository.tree(&head).unwrap_err(), Refusal::Failed);
    }
    assert_eq!(std::fs::read_to_string(started).unwrap().lines().count(), 3);
}

#[test]
fn a_tree_tells_that_it_could_not_be_read() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shared", &[("src/a.py", "x"), ("b.py", "y")]);
    let folder = git(&dir, &["rev-parse", "HEAD:src"]);
    let repository = open(&dir);
    let tree = repository.tree(&repository.head().unwrap()).unwrap();
    let (start, rest) = folder.split_at(2);
    std::fs::remove_file(dir.join(".git/objects").join(start).join(rest)).unwrap();
    assert_eq!(tree.read("b.py".into()).unwrap(), b"y");
    assert_eq!(tree.read("none".into()), Err(ReadError::NotFound));
    assert_eq!(tree.refusal(), None);
    assert_eq!(listed(&tree.clone(), "src"), []);
    assert_eq!(tree.refusal(), Some(Refusal::NotFetched));
}
