//! What pip really records of a copied and of an editable path source, held against the rules of environments.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::rules;
use crossloc::vfs::{Files, relative};
use crossloc::workspace::Workspace;

const SHARED: &str = "[build-system]\nrequires = []\nbuild-backend = \"hatchling.build\"\n\
    [project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n\
    [tool.hatch.build.targets.wheel]\npackages = [\"src/acme\"]\n";
const ETL: &str = "[project]\nname = \"etl\"\nversion = \"0.1.0\"\ndependencies = [\"acme-shared\"]\n\
    [tool.uv.sources]\nacme-shared = { path = \"../shared\" }\n";

/// A checkout of a shared distribution and of a location that imports it.
fn checkout(root: &Utf8Path) {
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("shared/pyproject.toml", SHARED);
    put("shared/src/acme/__init__.py", "");
    put("shared/src/acme/io.py", "def load(path): ...\n");
    put("etl/pyproject.toml", ETL);
    put("etl/src/etl/__init__.py", "from acme.io import load\n\nload(1)\n");
    put("etl/.venv/pyvenv.cfg", "home = /usr/bin\n");
}

fn install(root: &Utf8Path, project: &Utf8Path, editable: &[&str]) {
    let target = root.join("etl/.venv/lib/python3/site-packages");
    let mut pip = Command::new(super::backends().as_std_path());
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]);
    pip.args(["--no-build-isolation", "--upgrade", "--target", target.as_str()]);
    super::python::run(pip.args(editable).arg(project.as_str()));
}

/// `rule file`, of the checkout alone.
fn found(root: &Utf8Path) -> Vec<String> {
    let workspace = Workspace::new(Files::default(), vec![root.to_owned()]);
    let findings = rules::check(&workspace).diagnostics;
    findings.iter().map(|one| format!("{} {}", one.rule, relative(one.file.path(), root))).collect()
}

#[test]
fn what_pip_records_is_held_against_the_trees() {
    let temp = tempfile::tempdir().unwrap();
    let base = Utf8PathBuf::from_path_buf(temp.path().canonicalize().unwrap()).unwrap();
    let (one, two) = (base.join("one"), base.join("two"));
    checkout(&one);
    checkout(&two);
    let none: [&str; 0] = [];
    install(&one, &one.join("shared"), &[]);
    assert_eq!(found(&one), none, "a fresh copy");
    std::fs::write(one.join("shared/src/acme/io.py"), "def load(path, limit=None): ...\n").unwrap();
    assert_eq!(found(&one), ["stale-copy etl/pyproject.toml"]);
    install(&one, &one.join("shared"), &["--editable"]);
    assert_eq!(found(&one), none, "an editable install");
    install(&one, &two.join("shared"), &["--editable"]);
    assert_eq!(found(&one), ["editable-elsewhere etl/pyproject.toml"]);
}
