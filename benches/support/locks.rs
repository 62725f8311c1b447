//! Code locations with locks as large as real ones are: five hundred packages, a megabyte.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::generate::put;

const LOCATIONS: usize = 200;
const PACKAGES: usize = 500;
/// Wheels of a package; each takes some 300 bytes.
const WHEELS: usize = 7;

/// The folder of 200 locations that take one shared library live, each with a lock that fits, or without one. Written
/// below cargo's folder for such things where it is not there yet.
pub fn locked_workspace(locked: bool) -> PathBuf {
    let name = if locked { "locks-1-with" } else { "locks-1-without" };
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let complete = root.join(".complete");
    if !complete.exists() {
        let _ = std::fs::remove_dir_all(&root);
        write_workspace(&root, locked);
        put(&complete, "");
    }
    root
}

fn write_workspace(root: &Path, locked: bool) {
    put(&root.join("crossloc.toml"), "");
    put(
        &root.join("libs/shared/pyproject.toml"),
        "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\nrequires-python = \">=3.11\"\n\
         dependencies = [\"package-001\"]\n\n[build-system]\nrequires = [\"hatchling\"]\n\
         build-backend = \"hatchling.build\"\n\n[tool.hatch.build.targets.wheel]\npackages = [\"src/acme\"]\n",
    );
    put(&root.join("libs/shared/src/acme/__init__.py"), "def load(): ...\n");
    let strangers: String = (0..PACKAGES).map(package).collect();
    for location in 0..LOCATIONS {
        let dir = root.join(format!("locations/loc_{location:03}"));
        put(
            &dir.join("pyproject.toml"),
            &format!(
                "[project]\nname = \"loc-{location:03}\"\nversion = \"0.1.0\"\nrequires-python = \">=3.11\"\n\
                 dependencies = [\"package-000\", \"acme-shared\"]\n\n[tool.uv.sources]\n\
                 acme-shared = {{ path = \"../../libs/shared\", editable = true }}\n\n[build-system]\n\
                 requires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n"
            ),
        );
        put(&dir.join(format!("src/loc_{location:03}/__init__.py")), "from acme import load\n\nload()\n");
        if locked {
            put(&dir.join("uv.lock"), &format!("{}{strangers}", own_entries(location)));
        }
    }
}

/// The head of a lock, and the entries of the shared library and of the location.
fn own_entries(location: usize) -> String {
    format!(
        "version = 1\nrevision = 3\nrequires-python = \">=3.11\"\n\n\
         [[package]]\nname = \"acme-shared\"\nversion = \"0.2.0\"\nsource = {{ editable = \"../../libs/shared\" }}\n\
         dependencies = [\n    {{ name = \"package-001\" }},\n]\n\n[package.metadata]\n\
         requires-dist = [{{ name = \"package-001\" }}]\n\n\
         [[package]]\nname = \"loc-{location:03}\"\nversion = \"0.1.0\"\nsource = {{ editable = \".\" }}\n\
         dependencies = [\n    {{ name = \"acme-shared\" }},\n    {{ name = \"package-000\" }},\n]\n\n\
         [package.metadata]\nrequires-dist = [\n    {{ name = \"acme-shared\", editable = \"../../libs/shared\" }},\n    \
         {{ name = \"package-000\" }},\n]\n\n"
    )
}

/// The entry of one package, which needs the five that follow it.
fn package(number: usize) -> String {
    let mut text = format!(
        "[[package]]\nname = \"package-{number:03}\"\nversion = \"1.{number}.0\"\n\
         source = {{ registry = \"https://pypi.org/simple\" }}\ndependencies = [\n"
    );
    for other in (number + 1..PACKAGES).take(5) {
        let _ = writeln!(text, "    {{ name = \"package-{other:03}\" }},");
    }
    text.push_str("]\nwheels = [\n");
    let hash = format!("{number:064x}");
    for wheel in 0..WHEELS {
        let _ = writeln!(
            text,
            "    {{ url = \"https://files.pythonhosted.org/packages/{hash}/package_{number:03}-1.{number}.0-cp31{wheel}\
             -cp31{wheel}-manylinux_2_17_x86_64.whl\", hash = \"sha256:{hash}\", size = {number}, \
             upload-time = \"2026-01-01T00:00:00Z\" }},"
        );
    }
    text.push_str("]\n\n");
    text
}
