//! Links that lead out of the repository: what is nobody's business there stays unread and unquoted, and code that is
//! shared or installed through links is found all the same.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "test code may fail loudly")]

use std::fs;
use std::os::unix::fs::symlink;

use assert_cmd::Command;
use camino::{Utf8Path, Utf8PathBuf};
use crossloc::ide;
use crossloc::rules::{self, Findings};
use crossloc::vfs::{FileId, Files};
use crossloc::workspace::Workspace;

const SECRET: &str = "hunter2";
/// Every parser of manifests has something to say about it.
const NETRC: &str = "machine example.com login ada password hunter2\n[hunter2\n  hunter2: {\n";

/// A repository `ws` in a folder that holds other things as well.
struct Place {
    _dir: tempfile::TempDir,
    outside: Utf8PathBuf,
    ws: Utf8PathBuf,
}

impl Place {
    /// `etl` takes `acme-shared` by path and imports a name that is not there.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let outside = Utf8PathBuf::from_path_buf(dir.path().canonicalize().unwrap()).unwrap();
        let place = Self { _dir: dir, ws: outside.join("ws"), outside };
        place.write("netrc", NETRC);
        place.write("ws/.git/HEAD", "ref: refs/heads/main\n");
        place.write("ws/etl/pyproject.toml", &manifest("etl", "../shared"));
        place.write("ws/etl/src/etl/__init__.py", "from acme.io import load, lod\n\nload(1, 2)\n");
        place.shared("ws/shared");
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.outside.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A link at a path of the repository to a path beside it.
    fn link(&self, path: &str, target: &str) {
        let path = self.ws.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(self.outside.join(target), path).unwrap();
    }

    fn shared(&self, folder: &str) {
        let project = "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n";
        self.write(&format!("{folder}/pyproject.toml"), project);
        self.write(&format!("{folder}/src/acme/__init__.py"), "");
        self.write(&format!("{folder}/src/acme/io.py"), "def load(path): ...  # in the shared tree\n");
    }

    fn workspace(&self) -> Workspace {
        Workspace::new(Files::default(), vec![self.ws.clone()])
    }

    fn findings(&self) -> Findings {
        rules::check(&self.workspace())
    }

    /// The findings as `rule path`.
    fn found(&self) -> Vec<String> {
        let path = |file: &FileId| crossloc::vfs::relative(file.path(), &self.ws);
        self.findings().diagnostics.iter().map(|d| format!("{} {}", d.rule, path(&d.file))).collect()
    }

    /// Where the name behind `import ` in the location leads.
    fn target(&self) -> Option<Utf8PathBuf> {
        let file = FileId::new(&self.ws.join("etl/src/etl/__init__.py"));
        let workspace = self.workspace();
        let text = workspace.files.text(&file).unwrap();
        let at = text.text.find("import ").unwrap() + "import ".len();
        let found = ide::definition(&workspace, &file, u32::try_from(at).unwrap())?;
        found.targets.first().map(|target| target.file.path().to_owned())
    }

    /// Exit code and all that is printed.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::cargo_bin("crossloc").unwrap();
        command.current_dir(&self.ws).env("NO_COLOR", "1").env("XDG_CACHE_HOME", self.outside.join("cache"));
        let output = command.args(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    }
}

fn manifest(name: &str, source: &str) -> String {
    format!(
        "[project]\nname = \"{name}\"\nversion = \"1.0\"\ndependencies = [\"acme-shared\"]\n\
         [tool.uv.sources]\nacme-shared = {{ path = \"{source}\", editable = true }}\n"
    )
}

const FAULTS: [&str; 2] =
    ["missing-symbol etl/src/etl/__init__.py", "incompatible-call etl/src/etl/__init__.py"];

#[test]
fn a_file_that_is_a_link_out_is_no_manifest_and_never_quoted() {
    let place = Place::new();
    for (folder, names) in [
        ("a", &["pyproject.toml", "uv.lock", ".env", "poetry.toml", "Cargo.toml"][..]),
        ("b", &["dg.toml", "Pipfile", "pixi.toml", "setup.cfg", "setup.py", "requirements.txt"]),
        ("c", &["workspace.yaml", "dagster_cloud.yaml", "build.yaml", ".gitmodules", "PKG-INFO"]),
        (
            "etl",
            &["uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "Pipfile.lock", "pylock.toml", "dg.toml"],
        ),
        ("etl/requirements", &["base.txt"]),
        ("shared", &["setup.cfg", "uv.lock"]),
    ] {
        for name in names {
            place.link(&format!("{folder}/{name}"), "netrc");
        }
    }
    place.link("etl/src/etl/token.py", "netrc");
    place.link(".gitmodules", "netrc");
    assert_eq!(place.found(), FAULTS);
    for format in ["text", "concise", "json"] {
        let (code, text) = place.run(&["check", "--no-cache", "--format", format]);
        assert_eq!(code, Some(1), "{text}");
        assert!(!text.contains(SECRET) && text.contains("missing-symbol"), "{text}");
        assert!(text.contains("not judged: a file that is a link out of the repository ("), "{text}");
    }
    let (_, text) = place.run(&["check", "--no-cache"]);
    assert!(text.contains("| from acme.io import load, lod"), "own lines are quoted: {text}");
    for arguments in [&["locations"][..], &["resolve", "acme.io:load", "--from", "a"]] {
        let (_, text) = place.run(arguments);
        assert!(!text.contains(SECRET), "{text}");
    }
    let workspace = place.workspace();
    for file in
        ["etl/src/etl/__init__.py", "etl/pyproject.toml", "a/pyproject.toml", "etl/dg.toml", "etl/uv.lock"]
    {
        let file = FileId::new(&place.ws.join(file));
        for at in 0..200 {
            let shown = ide::hover(&workspace, &file, at).map(|hover| hover.markdown);
            assert!(!shown.is_some_and(|shown| shown.contains(SECRET)), "{file:?}");
        }
    }
}

#[test]
fn what_a_manifest_names_elsewhere_is_not_read_either() {
    let place = Place::new();
    place.write("other/VERSION", "2.0\n");
    place.write("ws/a/requirements.txt", "-r ../../netrc\nsix\n");
    place.write("ws/b/requirements.txt", "-r ../base.txt\n");
    place.link("base.txt", "netrc");
    place.link("c/requirements", "");
    place.write("requirements.txt", NETRC);
    place.write("ws/c/pyproject.toml", "[project]\nname = \"c\"\nversion = \"1.0\"\n");
    let dynamic = "[project]\nname = \"d\"\ndynamic = [\"version\"]\n[tool.setuptools.dynamic]\n";
    place.write("ws/d/pyproject.toml", &format!("{dynamic}version = {{ file = \"../../other/VERSION\" }}\n"));
    place.write(
        "ws/e/pyproject.toml",
        &format!("{}version = {{ file = \"VERSION\" }}\n", dynamic.replace("\"d\"", "\"e\"")),
    );
    place.link("e/VERSION", "other/VERSION");
    assert_eq!(place.found(), FAULTS);
    let workspace = place.workspace();
    for name in ["d", "e"] {
        let project = workspace.project_at(&place.ws.join(name)).unwrap();
        assert_eq!(workspace.version(&project), None, "{name}");
    }
}

#[test]
fn a_configuration_that_is_a_link_out_ends_the_run() {
    let place = Place::new();
    place.link("crossloc.toml", "netrc");
    let (code, text) = place.run(&["check"]);
    assert_eq!(code, Some(2));
    assert_eq!(text, "error: crossloc.toml:1:1: it is a link that leads out of the repository\n");
}

#[test]
fn a_link_to_a_folder_outside_is_not_entered() {
    let place = Place::new();
    place.write("foreign/pyproject.toml", "[project\n");
    place.write(
        "foreign/p/pyproject.toml",
        "[project]\nname = \"p\"\nversion = \"1\"\ndependencies = [\"acme-shared\"]\n",
    );
    place.write("foreign/p/src/p/__init__.py", "from acme.io import lod\n");
    place.link("foreign", "foreign");
    place.link("etl/root", "");
    symlink("/proc", place.ws.join("proc")).unwrap();
    place.write("ws/crossloc.toml", "locations = [\"**/gone\"]\n");
    assert_eq!(place.found(), FAULTS);
    assert_eq!(place.findings().projects, 2);
}

/// Nobody links to it and then names it who does not mean it.
#[test]
fn a_folder_outside_is_looked_at_by_name() {
    let place = Place::new();
    place.shared("foreign/shared");
    place.write("foreign/ml/pyproject.toml", &manifest("ml", "../shared"));
    place.write("foreign/ml/src/ml/__init__.py", "from acme.io import lod\n");
    place.link("foreign", "foreign");
    let (code, text) = place.run(&["check", "--no-cache", "foreign"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("1 | from acme.io import lod\n"), "{text}");
    assert_eq!(place.found(), FAULTS);
}

#[test]
fn links_inside_of_the_repositories_are_followed() {
    let place = Place::new();
    place.write("ws/common/pyproject.toml", "[project\n");
    place.link("ml/pyproject.toml", "ws/common/pyproject.toml");
    place.write("sibling/broken.toml", "[project\n");
    place.write("ws/crossloc.toml", "repositories = [\"../sibling\"]\n");
    place.link("bi/pyproject.toml", "sibling/broken.toml");
    let broken = [
        "parse-error bi/pyproject.toml",
        "parse-error common/pyproject.toml",
        "parse-error ml/pyproject.toml",
    ];
    let found: Vec<String> =
        place.found().into_iter().filter(|found| found.starts_with("parse-error")).collect();
    assert_eq!(found, broken);
}

#[test]
fn a_source_may_lead_out_through_a_link() {
    for (source, members) in [("path = \"../shared\"", false), ("workspace = true", true)] {
        let place = Place::new();
        fs::remove_dir_all(place.ws.join("shared")).unwrap();
        place.shared("repo/libs/shared");
        place.link("shared", "repo/libs/shared");
        let etl = manifest("etl", "../shared").replace("path = \"../shared\", editable = true", source);
        place.write("ws/etl/pyproject.toml", &etl);
        if members {
            place.write("ws/pyproject.toml", "[tool.uv.workspace]\nmembers = [\"etl\", \"shared\"]\n");
        }
        let real = place.outside.join("repo/libs/shared/src/acme/io.py");
        assert_eq!(place.target(), Some(real), "{source}");
        assert_eq!(place.found()[..1], FAULTS[..1], "{source}");
        let (_, text) = place.run(&["check", "--no-cache"]);
        assert!(text.contains("| from acme.io import load, lod"), "{text}");
    }
}

#[test]
fn code_that_is_linked_into_a_project_is_found_and_not_quoted() {
    let place = Place::new();
    place.shared("repo");
    fs::remove_dir_all(place.ws.join("shared")).unwrap();
    place.write("ws/etl/pyproject.toml", "[project]\nname = \"etl\"\nversion = \"1.0\"\n");
    place.link("etl/src/acme", "repo/src/acme");
    assert_eq!(place.target(), Some(place.outside.join("repo/src/acme/io.py")));
    let (_, text) = place.run(&["check", "--no-cache"]);
    assert!(!text.contains("in the shared tree"), "{text}");
}

/// As uv links files from its cache, and as people link whole environments.
#[test]
fn what_is_installed_is_read_through_links() {
    for form in ["files", "packages", "environment"] {
        let place = Place::new();
        fs::remove_dir_all(place.ws.join("shared")).unwrap();
        let pinned = "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\"acme-shared==0.2.0\"]\n\
                      [tool.uv.sources]\nacme-shared = { index = \"acme\" }\n\
                      [[tool.uv.index]]\nname = \"acme\"\nurl = \"https://pypi.example.com/simple\"\n";
        place.write("ws/etl/pyproject.toml", pinned);
        let site = "lib/python3.13/site-packages";
        let info = "acme_shared-0.1.3.dist-info";
        for (path, text) in [
            ("acme/__init__.py".to_owned(), ""),
            ("acme/io.py".to_owned(), "def load(path): ...\n"),
            (format!("{info}/METADATA"), "Metadata-Version: 2.1\nName: acme-shared\nVersion: 0.1.3\n"),
            (format!("{info}/RECORD"), "acme/__init__.py,,\nacme/io.py,,\n"),
        ] {
            place.write(&format!("venvs/etl/{site}/{path}"), text);
            let inside = format!("etl/.venv/{site}/{path}");
            if form == "files" {
                place.link(&inside, &format!("venvs/etl/{site}/{path}"));
            }
        }
        if form == "packages" {
            for name in ["acme", info] {
                place.link(&format!("etl/.venv/{site}/{name}"), &format!("venvs/etl/{site}/{name}"));
            }
        }
        if form == "environment" {
            place.write("venvs/etl/pyvenv.cfg", "home = /usr/bin\n");
            place.link("etl/.venv", "venvs/etl");
        } else {
            place.write("ws/etl/.venv/pyvenv.cfg", "home = /usr/bin\n");
        }
        let target = place.target().unwrap_or_else(|| panic!("{form}: nothing is found"));
        assert!(target.ends_with("acme/io.py"), "{form}: {target}");
        assert!(
            place.found().contains(&"installed-differs etl/pyproject.toml".to_owned()),
            "{form}: {:?}",
            place.found()
        );
    }
}

#[test]
fn a_workspace_may_be_opened_through_a_link() {
    let place = Place::new();
    symlink("ws", place.outside.join("opened")).unwrap();
    place.link("etl/token.py", "netrc");
    let opened = place.outside.join("opened");
    let findings = rules::check(&Workspace::new(Files::default(), vec![opened.clone()]));
    let files: Vec<&Utf8Path> = findings.diagnostics.iter().map(|found| found.file.path()).collect();
    assert_eq!(files, [opened.join("etl/src/etl/__init__.py"), opened.join("etl/src/etl/__init__.py")]);
    assert!(findings.quotable.hold(&Files::default(), &opened.join("etl/src/etl/__init__.py")));
}

#[test]
fn only_the_opened_folder_is_written() {
    let place = Place::new();
    let pins = |name: &str, version: &str| {
        format!(
            "[project]\nname = \"{name}\"\nversion = \"1.0\"\ndependencies = [\"acme-shared=={version}\"]\n"
        )
    };
    // Where nothing is tagged, the tree is the version that it states.
    fs::remove_dir_all(place.ws.join(".git")).unwrap();
    place.write("other/lib/pyproject.toml", &pins("lib", "0.1.3"));
    place.write("other/lib/src/lib/__init__.py", "import acme.io\n");
    let etl = manifest("etl", "../../other/lib").replace("acme-shared", "lib");
    place.write("ws/etl/pyproject.toml", &etl);
    place.write("ws/etl/src/etl/__init__.py", "import lib\n");
    place.write("ws/ml/pyproject.toml", &pins("ml", "0.1.3"));
    place.write("ws/ml/src/ml/__init__.py", "import acme.io\n");
    let (_, text) = place.run(&["upgrade", "acme-shared", "0.2.0", "--apply"]);
    assert!(text.contains("changed ml/pyproject.toml\n"), "{text}");
    assert!(
        text.contains("left ../other/lib/pyproject.toml, which lies outside of the opened folder\n"),
        "{text}"
    );
    let read = |path: &str| fs::read_to_string(place.outside.join(path)).unwrap();
    assert_eq!(read("ws/ml/pyproject.toml"), pins("ml", "0.2.0"));
    assert_eq!(read("other/lib/pyproject.toml"), pins("lib", "0.1.3"));
}
