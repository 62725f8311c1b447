//! Every byte of a workspace is untrusted: what cannot be read is passed over, and the rest is judged as ever.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code may fail loudly"
)]

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::ide;
use crossloc::rules;
use crossloc::vfs::{FileId, Files};
use crossloc::workspace::Workspace;

const SHARED: &str = "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n";
const ETL: &str = "[project]\nname = \"etl\"\nversion = \"1.0\"\n";

/// A sound workspace with one fault: `etl` imports `acme.io` and does not declare it.
fn sound(root: &Utf8Path) {
    write(&root.join("shared/pyproject.toml"), SHARED.as_bytes());
    write(&root.join("shared/src/acme/__init__.py"), b"");
    write(&root.join("shared/src/acme/io.py"), b"def load(): ...\n");
    write(&root.join("etl/pyproject.toml"), ETL.as_bytes());
    write(&root.join("etl/src/etl/__init__.py"), b"");
    write(&root.join("etl/src/etl/assets.py"), b"from acme.io import load\nload()\n");
}

fn write(path: &Utf8Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn workspace(root: &Utf8Path) -> Workspace {
    Workspace::new(Files::default(), vec![root.to_owned()])
}

/// The findings as `rule path`.
fn found(root: &Utf8Path) -> Vec<String> {
    let findings = rules::check(&workspace(root));
    let named = findings.diagnostics.iter();
    named
        .map(|d| format!("{} {}", d.rule, d.file.path().strip_prefix(root).unwrap_or(d.file.path())))
        .collect()
}

fn in_folder(test: impl FnOnce(&Utf8Path)) {
    let dir = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(dir.path().canonicalize().unwrap()).unwrap();
    sound(&root);
    test(&root);
}

const FAULT: &str = "undeclared-dependency etl/src/etl/assets.py";

#[test]
fn what_is_no_file_is_not_opened() {
    in_folder(|root| {
        let made =
            std::process::Command::new("mkfifo").arg(root.join("etl/src/etl/pipe.py")).status().unwrap();
        assert!(made.success());
        fs::create_dir_all(root.join("odd/pyproject.toml")).unwrap();
        fs::create_dir_all(root.join("odd/module.py")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        symlink(root.as_std_path(), root.join("etl/src/around").as_std_path()).unwrap();
        symlink("../nowhere.py", root.join("etl/src/etl/dangling.py")).unwrap();
        fs::write(
            root.as_std_path().join(std::ffi::OsStr::from_bytes(b"na\xffme.py")),
            b"from acme.io import load\n",
        )
        .unwrap();
        assert_eq!(found(root), [FAULT]);
    });
}

/// Runs in a thread, so that what waits for ever is a failure.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(std::time::Duration::from_secs(60)).expect("it ends")
}

fn fifo(path: &Utf8Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Nothing that the system makes up as it is read is a file of anybody.
#[cfg(target_os = "linux")]
#[test]
fn what_has_no_end_is_not_read() {
    in_folder(|root| {
        for (name, target) in [("zero", "/dev/zero"), ("pages", "/proc/self/pagemap"), ("log", "/proc/kmsg")]
        {
            let project = root.join(name);
            fs::create_dir_all(project.join("src")).unwrap();
            for file in
                ["pyproject.toml", "requirements.txt", "uv.lock", "src/module.py", ".env", "poetry.toml"]
            {
                symlink(target, project.join(file)).unwrap();
            }
            symlink(target, root.join(format!("etl/src/etl/{name}.py"))).unwrap();
        }
        write(
            &root.join("etl/src/etl/assets.py"),
            b"from etl import zero, pages, log\nfrom acme.io import load\nload(zero.x, pages.x, log.x)\n",
        );
        let path = root.to_owned();
        assert_eq!(in_time(move || found(&path)), [FAULT]);
    });
}

#[test]
fn ignore_files_of_any_shape_are_survived() {
    let dozens = "*.tmp\nbuild/\n".repeat(50) + "/hidden/\n";
    /// How it is made, and whether it is heeded.
    type Shape<'s> = (&'s str, &'s dyn Fn(&Utf8Path), bool);
    let shapes: [Shape<'_>; 8] = [
        ("a text", &|path| fs::write(path, &dozens).unwrap(), true),
        ("no UTF-8", &|path| fs::write(path, b"\xff\n/hidden/\n").unwrap(), true),
        ("a pattern that is none", &|path| fs::write(path, b"[z-a]\n{\n/hidden/\n").unwrap(), true),
        ("a folder", &|path| fs::create_dir(path).unwrap(), false),
        ("a fifo", &fifo, false),
        ("a device", &|path| symlink("/dev/zero", path).unwrap(), false),
        ("one line", &|path| fs::write(path, vec![b'x'; 60_000_000]).unwrap(), false),
        ("many patterns", &|path| fs::write(path, "*.x\n".repeat(100_000)).unwrap(), false),
    ];
    for (shape, make, heeded) in shapes {
        for name in [".gitignore", ".ignore", "etl/.gitignore", ".git/info/exclude"] {
            in_folder(|root| {
                let folder = root.join(name).parent().unwrap().to_owned();
                fs::create_dir_all(&folder).unwrap();
                make(&root.join(name));
                let beside = if name == ".git/info/exclude" { root.to_owned() } else { folder };
                write(&beside.join("hidden/module.py"), b"from acme.io import load\n");
                let path = root.to_owned();
                let python = in_time(move || workspace(&path).discovery().python.clone());
                let seen = python.iter().any(|file| file.path().as_str().ends_with("hidden/module.py"));
                assert_eq!(seen, !heeded, "{name} is {shape}");
                assert!(python.iter().any(|file| file.file_name() == "assets.py"), "{name} is {shape}");
            });
        }
    }
}

/// However many folders have one.
#[test]
fn patterns_are_bounded_from_the_root_down() {
    in_folder(|root| {
        let mut folder = root.join("deep");
        for depth in 0..20 {
            folder = folder.join(format!("d{depth}"));
            let patterns: String = (0..2_000).map(|n| format!("*.{depth}x{n}\n")).collect();
            write(&folder.join(".gitignore"), format!("{patterns}/hidden/\n").as_bytes());
            write(&folder.join("hidden/module.py"), b"");
        }
        let path = root.to_owned();
        let python = in_time(move || workspace(&path).discovery().python.clone());
        let seen = python.iter().filter(|file| file.path().as_str().ends_with("hidden/module.py")).count();
        assert!((10..20).contains(&seen), "{seen}");
    });
}

#[test]
fn unreadable_folders_and_files_are_passed_over() {
    in_folder(|root| {
        write(&root.join("closed/pyproject.toml"), ETL.as_bytes());
        write(&root.join("etl/src/etl/closed.py"), b"from acme.io import load\n");
        for path in ["closed", "etl/src/etl/closed.py"] {
            fs::set_permissions(root.join(path), fs::Permissions::from_mode(0o000)).unwrap();
        }
        // Root may read everything; the file is then one more place of the same fault.
        assert_eq!(found(root), [FAULT]);
        for path in ["closed", "etl/src/etl/closed.py"] {
            fs::set_permissions(root.join(path), fs::Permissions::from_mode(0o755)).unwrap();
        }
    });
}

#[test]
fn huge_and_deep_sources_are_survived() {
    in_folder(|root| {
        let line = format!("from acme.io import load; x = [{}]\n", "1, ".repeat(1_000_000));
        write(&root.join("etl/src/etl/wide.py"), line.as_bytes());
        for (name, text) in [
            (
                "brackets",
                format!("from acme.io import load\nx = {}{}\n", "(".repeat(100_000), ")".repeat(100_000)),
            ),
            ("open", format!("from acme.io import load\nx = {}\n", "[".repeat(100_000))),
            ("chain", format!("from acme.io import load\nload{}\n", ".x".repeat(50_000))),
            ("sum", format!("from acme.io import load\nx = {}1\n", "1 + ".repeat(50_000))),
            (
                "nested",
                (0..3000).fold("from acme.io import load\n".to_owned(), |text, depth| {
                    text + &" ".repeat(depth) + "if x:\n"
                }),
            ),
        ] {
            write(&root.join(format!("etl/src/etl/{name}.py")), text.as_bytes());
        }
        let workspace = workspace(root);
        let files: Vec<FileId> = workspace.discovery().python.clone();
        assert_eq!(files.len(), 10);
        for file in &files {
            let _ = ide::document_symbols(&workspace, file);
            assert!(ide::definition(&workspace, file, 99_999_999).is_none(), "{file:?}");
        }
        let errors = found(root).into_iter().filter(|found| found.starts_with("undeclared")).count();
        assert_eq!(errors, 1, "one finding for one missing line");
    });
}

#[test]
fn any_encoding_is_read() {
    in_folder(|root| {
        write(
            &root.join("shared/pyproject.toml"),
            format!("\u{feff}{}", SHARED.replace('\n', "\r\n")).as_bytes(),
        );
        write(
            &root.join("etl/src/etl/assets.py"),
            "\u{feff}from acme.io import load\r\nload()\r\n".as_bytes(),
        );
        write(&root.join("etl/src/etl/latin.py"), b"name = '\xe9t\xe9'\nfrom acme.io import load\n");
        write(&root.join("etl/src/etl/binary.py"), &(0..=255).cycle().take(70_000).collect::<Vec<u8>>());
        let workspace = workspace(root);
        let file = FileId::new(&root.join("etl/src/etl/latin.py"));
        let text = workspace.files.text(&file).unwrap();
        assert!(text.lossy);
        let at = u32::try_from(text.text.find("load").unwrap()).unwrap();
        let targets = ide::definition(&workspace, &file, at).unwrap().targets;
        assert_eq!(targets[0].file.path(), root.join("shared/src/acme/io.py"));
        assert_eq!(found(root), [FAULT]);
    });
}

#[test]
fn a_broken_manifest_hurts_its_own_project_only() {
    in_folder(|root| {
        for (name, bytes) in [
            ("cut", &b"[project]\nname = \"cut\ndependencies = ["[..]),
            ("binary", &[0, 159, 146, 150, 10, 91, 255]),
            ("deep", "[".repeat(100_000).as_bytes()),
            ("empty", b""),
        ] {
            write(&root.join(name).join("pyproject.toml"), bytes);
        }
        write(
            &root.join("cfg/setup.cfg"),
            b"[metadata\nname = x\n[options]\ninstall_requires = acme-shared ???\n",
        );
        write(&root.join("py/setup.py"), b"from setuptools import setup\nsetup(name='x', install_requires=[");
        write(&root.join("dagster/workspace.yaml"), b"load_from:\n  - python_module: {\n");
        let found = found(root);
        assert!(found.contains(&FAULT.to_owned()), "{found:?}");
        let others: Vec<&String> = found.iter().filter(|found| *found != FAULT).collect();
        assert!(others.iter().all(|found| found.starts_with("parse-error")), "{others:?}");
        for name in ["cut", "binary", "deep"] {
            assert!(
                others.iter().any(|found| found.ends_with(&format!("{name}/pyproject.toml"))),
                "{name}: {others:?}"
            );
        }
    });
}

#[test]
fn environments_of_any_shape_are_survived() {
    in_folder(|root| {
        let site = root.join("ml/.venv/lib/python3.13/site-packages");
        let manifest = "[project]\nname = \"ml\"\nversion = \"1.0\"\ndependencies = [\"acme-shared\"]\n\
            [tool.uv.sources]\nacme-shared = { path = \"../shared\" }\n";
        write(&root.join("ml/pyproject.toml"), manifest.as_bytes());
        write(
            &root.join("ml/src/ml/__init__.py"),
            b"import acme.io\nimport etc.passwd\nimport around.around.acme\n",
        );
        write(
            &root.join("ml/.env"),
            b"DG_PROJECT_PYTHON_EXECUTABLE=\n=\n\xff=\nDG_PROJECT_PYTHON_EXECUTABLE\n",
        );
        write(&root.join("ml/poetry.toml"), "[".repeat(200_000).as_bytes());
        write(
            &root.join("ml/.venv/pyvenv.cfg"),
            b"\xff\xfe\0 = \n===\ninclude-system-site-packages = true = false",
        );
        write(&site.join("everything.pth"), b"/\n..\n../../../../../..\n\0\nimport os; os.abort()\n");
        write(&site.join("long.pth"), &vec![b'x'; 1 << 20]);
        write(&site.join("odd.dist-info"), b"a file");
        write(&site.join("deep-1.0.dist-info/direct_url.json"), "[".repeat(200_000).as_bytes());
        let url = format!("{{\"url\": \"file://{root}/shared\", \"dir_info\": {{}}}}");
        write(&site.join("acme_shared-0.2.0.dist-info/direct_url.json"), url.as_bytes());
        let record = fs::File::create(site.join("acme_shared-0.2.0.dist-info/RECORD")).unwrap();
        record.set_len(50 * 1024 * 1024).unwrap();
        symlink(".", site.join("around")).unwrap();
        symlink("loop-1.0.dist-info", site.join("loop-1.0.dist-info")).unwrap();
        symlink("lib64", root.join("ml/.venv/lib64")).unwrap();
        fs::create_dir_all(root.join("loops/.venv")).unwrap();
        write(&root.join("loops/pyproject.toml"), manifest.replace("\"ml\"", "\"loops\"").as_bytes());
        symlink("../.venv", root.join("loops/.venv/lib")).unwrap();
        symlink("envs", root.join("loops/envs")).unwrap();
        assert_eq!(found(root), [FAULT]);
    });
}
