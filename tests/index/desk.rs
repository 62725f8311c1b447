//! A user who runs the binary in a workspace without any checkout of the shared repository.

use std::cell::RefCell;
use std::process::{Command, Output};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::packages::{page, sdist_of, sha256, wheel_of};
use crate::private_index::PASSWORD;
use crate::server::{Reply, Server, ok, status};

/// What both locations hold.
pub const CALLER: &str = "from acme.io import load, save\n\nload(\"a\", strict=True)\nsave(\"a\")\n";
/// `acme/io.py` of 0.1.3, which has no `save`.
pub const OLD: &str = "from acme.paths import Root\n\n\ndef load(path, mode=\"r\"):\n    \"\"\"Reads a table.\"\"\"\n    \
                       return Root(path)\n";
/// `acme/io.py` of 0.2.0.
pub const NEW: &str = "from acme.paths import Root\n\n\ndef load(path, *, strict=False):\n    return Root(path)\n\n\n\
                       def save(path): ...\n";
/// `acme/paths.py` of both.
const PATHS: &str = "class Root:\n    def __init__(self, path): ...\n";

/// A wheel of 0.1.3 and an sdist of 0.2.0.
pub fn archives() -> [(String, Vec<u8>); 2] {
    let old = wheel_of("0.1.3", &[("acme/__init__.py", ""), ("acme/io.py", OLD), ("acme/paths.py", PATHS)]);
    let manifest = "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n";
    let files = [
        ("pyproject.toml", manifest),
        ("src/acme/__init__.py", ""),
        ("src/acme/io.py", NEW),
        ("src/acme/paths.py", PATHS),
    ];
    [old, sdist_of("0.2.0", &files)]
}

/// An index with these archives for the user `etl`, and nobody else.
pub fn guarded(archives: Vec<(String, Vec<u8>)>) -> Server {
    let listed: Vec<String> =
        archives.iter().map(|(name, bytes)| format!("/files/{name}#sha256={}", sha256(bytes))).collect();
    let page = page(&listed.iter().map(String::as_str).collect::<Vec<_>>());
    let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("etl:{PASSWORD}")));
    Server::new(move |request| -> Reply {
        if request.header("authorization") != Some(&expected) {
            return status("401 Unauthorized");
        }
        if request.path == "/simple/acme-shared/" {
            return ok("text/html", page.as_bytes());
        }
        let file = archives.iter().find(|(name, _)| request.path == format!("/files/{name}"));
        file.map_or_else(|| status("404 Not Found"), |(_, bytes)| ok("application/octet-stream", bytes))
    })
}

/// Folders for a workspace, a home, configuration and cache; and all that was printed.
pub struct Desk {
    dir: tempfile::TempDir,
    variables: RefCell<Vec<(String, String)>>,
    printed: RefCell<Vec<u8>>,
}

impl Desk {
    /// `etl` is pinned to 0.1.3 and `ml` to 0.2.0, from the index `acme` at this address; a password is in netrc.
    pub fn new(index: &str) -> Self {
        let desk = Self::empty();
        let index = format!("[[tool.uv.index]]\nname = \"acme\"\nurl = \"{index}\"\nexplicit = true\n");
        for (name, version) in [("etl", "0.1.3"), ("ml", "0.2.0")] {
            let sources = format!("[tool.uv.sources]\nacme-shared = {{ index = \"acme\" }}\n{index}");
            desk.location(name, &format!("acme-shared=={version}"), &sources);
        }
        desk
    }

    /// Without any project.
    pub fn empty() -> Self {
        let desk = Self {
            dir: tempfile::tempdir().unwrap(),
            variables: RefCell::default(),
            printed: RefCell::default(),
        };
        std::fs::create_dir_all(desk.root()).unwrap();
        desk.write("../home/.netrc", &format!("machine 127.0.0.1 login etl password {PASSWORD}\n"));
        desk
    }

    /// A project that requires Dagster and something else, and calls the shared code.
    pub fn location(&self, name: &str, requirement: &str, tables: &str) {
        let manifest = format!(
            "[project]\nname = \"{name}\"\nversion = \"1.0\"\nrequires-python = \">=3.10\"\n\
             dependencies = [\"dagster>=1.9\", \"{requirement}\"]\n{tables}"
        );
        self.write(&format!("{name}/pyproject.toml"), &manifest);
        self.write(&format!("{name}/src/{name}/__init__.py"), "");
        self.write(&format!("{name}/src/{name}/assets.py"), CALLER);
    }

    /// Sets a variable for all further runs.
    pub fn set(&self, variable: &str, value: &str) {
        self.variables.borrow_mut().push((variable.to_owned(), value.to_owned()));
    }

    /// The workspace's folder.
    pub fn root(&self) -> Utf8PathBuf {
        let dir = self.dir.path().canonicalize().unwrap();
        Utf8PathBuf::from_path_buf(dir).unwrap().join("workspace")
    }

    /// The cache that the binary makes.
    pub fn cache(&self) -> Utf8PathBuf {
        self.root().with_file_name("cache").join("crossloc")
    }

    /// Writes a file of the workspace.
    pub fn write(&self, path: &str, text: &str) {
        let path = crossloc::vfs::join(&self.root(), path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The binary in the workspace, with nothing of ours in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let root = self.root();
        let mut command = Command::new(env!("CARGO_BIN_EXE_crossloc"));
        command.current_dir(&root).args(arguments).env_clear();
        for kept in ["PATH", "SYSTEMROOT"] {
            if let Ok(value) = std::env::var(kept) {
                command.env(kept, value);
            }
        }
        command.env("HOME", root.with_file_name("home"));
        command.env("XDG_CACHE_HOME", root.with_file_name("cache"));
        command.env("XDG_CONFIG_HOME", root.with_file_name("config"));
        command.env("CROSSLOC_LOG", "trace").env("NO_COLOR", "1");
        command.envs(self.variables.borrow().iter().cloned());
        command
    }

    /// Runs it to its end; what it prints on stdout is JSON.
    pub fn run(&self, arguments: &[&str]) -> (i32, Value) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let mut printed = self.printed.borrow_mut();
        printed.extend_from_slice(&stdout);
        printed.extend_from_slice(&stderr);
        let parsed = serde_json::from_slice(&stdout);
        let parsed = parsed.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&stderr)));
        (status.code().unwrap(), parsed)
    }

    /// What `check` says.
    pub fn check(&self, more: &[&str]) -> Checked {
        let (code, report) = self.run(&[&["check", "--format", "json"], more].concat());
        Checked { code, report }
    }

    /// Asserts that nobody finds the password in what was printed or kept.
    pub fn hides_the_password(&self) {
        let mut kept = self.printed.borrow().clone();
        let mut folders = vec![self.cache()];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().into_iter().flatten() {
                let path = entry.unwrap().into_path();
                kept.extend_from_slice(path.as_str().as_bytes());
                if path.is_dir() { folders.push(path) } else { kept.extend(std::fs::read(path).unwrap()) }
            }
        }
        let encoded = BASE64_STANDARD.encode(format!("etl:{PASSWORD}"));
        for secret in [PASSWORD, encoded.as_str()] {
            assert!(memchr::memmem::find(&kept, secret.as_bytes()).is_none(), "a secret is shown or kept");
        }
    }
}

/// The outcome of `check`.
pub struct Checked {
    pub code: i32,
    report: Value,
}

impl Checked {
    /// The errors, as `rule file: message`.
    pub fn errors(&self) -> Vec<String> {
        let found = self.report["diagnostics"].as_array().unwrap().iter();
        let errors = found.filter(|found| found["severity"] == "error");
        let shown = errors.map(|found| {
            let text = |key: &str| found[key].as_str().unwrap();
            format!("{} {}: {}", text("rule"), text("file"), text("message"))
        });
        shown.collect()
    }

    /// Why something was not judged, but for environments, of which there is none.
    pub fn not_judged(&self) -> Vec<&str> {
        let reasons = self.report["summary"]["not_judged"].as_array().unwrap().iter();
        let reasons = reasons.map(|reason| reason["reason"].as_str().unwrap());
        reasons.filter(|reason| !reason.contains("what is installed")).collect()
    }
}

/// Asserts that a file of the cache is there for reading only, and holds this.
pub fn is_read_only(path: &Utf8Path, text: &str) {
    assert_eq!(std::fs::read_to_string(path).unwrap(), text, "{path}");
    assert!(std::fs::metadata(path).unwrap().permissions().readonly(), "{path}");
}
