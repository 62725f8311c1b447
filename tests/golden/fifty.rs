//! A workspace of fifty locations that take shared code in every way there is, with a fault of many a rule planted. The
//! same bytes, and the same commits, on every machine.

use std::fmt::Write as _;

use camino::Utf8Path;

use crate::manifests::{self, Way};
use crate::repository::{commit, git, write};

/// Texts of shared code: files behind `#- path`, and lines that only some releases have behind `#@`.
const SHARED: &str = include_str!("shared.txt");
const CONTRACTS: &str = include_str!("contracts.txt");
const SUITE: &str = include_str!("suite.txt");

pub const LOCATIONS: usize = 50;

/// Writes it.
pub fn write_workspace(root: &Utf8Path) {
    // The last release of each is followed by a commit without a tag: what its neighbours get.
    release(&root.join("shared"), SHARED, &["0.1.0", "0.1.3", "0.2.0", "0.2.1"]);
    release(&root.join("contracts"), CONTRACTS, &["1.0.0", "1.1.0", "1.1.0"]);
    write_files(&root.join("suite"), SUITE, 0, "");
    let mut listed = String::from("load_from:\n");
    for number in 0..LOCATIONS {
        let way = Way::of(number);
        let dir = root.join(way.folder(number));
        manifests::write_manifests(&dir, number, way);
        write_code(&dir.join(format!("src/loc_{number:02}")), number);
        if number % 2 == 0 {
            let _ = writeln!(
                listed,
                "  - python_module:\n      module_name: loc_{number:02}.definitions\n      working_directory: {}/src",
                way.folder(number)
            );
        }
    }
    write(&root.join("workspace.yaml"), &listed);
}

/// A repository with a tagged commit for each version, but for the last.
fn release(dir: &Utf8Path, text: &str, versions: &[&str]) {
    std::fs::create_dir_all(dir).unwrap();
    git(dir, &["init", "--quiet"]);
    let name = dir.file_name().unwrap();
    git(dir, &["remote", "add", "origin", &format!("https://git.acme.example/{name}.git")]);
    for (number, version) in versions.iter().enumerate() {
        write_files(dir, text, number, version);
        commit(dir, &format!("Make {version}"));
        if number + 1 < versions.len() {
            git(dir, &["tag", &format!("v{version}")]);
        }
    }
}

/// The files of one release: `#@ 1-2` behind a line says of which it is a part, behind a path which have the file.
fn write_files(dir: &Utf8Path, text: &str, number: usize, version: &str) {
    for section in text.strip_prefix("#- ").unwrap().split("\n#- ") {
        let (path, content) = section.split_once('\n').unwrap();
        let Some(path) = in_release(path, number) else { continue };
        let mut written = String::new();
        for line in content.lines().filter_map(|line| in_release(line, number)) {
            written.push_str(&line.replace("$VERSION", version));
            written.push('\n');
        }
        write(&dir.join(path), &written);
    }
}

fn in_release(line: &str, number: usize) -> Option<&str> {
    let Some((line, releases)) = line.split_once(" #@ ") else { return Some(line) };
    let (first, last) = releases.split_once('-').unwrap_or((releases, releases));
    let from = first.parse().unwrap()..=last.parse().unwrap_or(usize::MAX);
    from.contains(&number).then_some(line)
}

/// Imports, and code that uses them; `$` is the number of the file.
const USES: [(&str, &str); 11] = [
    (
        "from acme.io import load, load_partition",
        "def read_$():\n    table = load_partition(\"orders\", day=\"2025-01-06\")\n    return table.rows(limit=5), load(\"x\").owner",
    ),
    (
        "import acme",
        "client_$ = acme.Client(\"https://acme.example\", timeout=3.0)\nclient_$.push(\"key\", {}, overwrite=True)\nacme.save(acme.load(\"x\"), path=\"y\")",
    ),
    (
        "from acme import tables as t",
        "def schema_$():\n    schema = t.Schema([t.Column(\"id\", nullable=False)])\n    return schema.column(\"id\").kind, t.Base.created_by",
    ),
    (
        "from acme.factories import asset_factory, schedule\nfrom acme.clients import Client",
        "made_$ = asset_factory(\"made\", Client(\"x\"), group=\"daily\")\n\n\n@schedule(every=5)\ndef job_$(): ...",
    ),
    (
        "import acme.checks\nimport acme.tables",
        "def check_$(table: acme.tables.Table):\n    return acme.checks.not_empty(table) and acme.checks.unique(table, column=\"id\")",
    ),
    (
        "from acme.config import Settings, read_settings",
        "settings_$: Settings = read_settings(prefix=\"LOC_\")\nbucket_$ = settings_$.bucket, Settings.debug",
    ),
    (
        "from acme.clients import connect as open_warehouse",
        "def query_$(sql):\n    warehouse = open_warehouse(\"x\")\n    return warehouse.query(sql), warehouse.fetch(\"key\"), warehouse.dialect",
    ),
    ("from acme.partitions import Grain, daily", "days_$ = daily(\"2025-01-06\"), Grain.DAY"),
    (
        "from acme.tables import Column, Table",
        "class Orders$(Table):\n    def describe(self):\n        return super().describe() + self.name\n\n\ndef all_$():\n    return Orders$(\"x\").rows(10), Orders$.empty().merge(Table(\"y\", owner=\"me\"))",
    ),
    (
        "import os\nfrom acme import *\nfrom .names import reading",
        "plain_$ = Table(\"x\"), load(os.sep), reading(\"y\").path",
    ),
    (
        "import dagster as dg\nimport acme.io as io",
        "@dg.asset\ndef asset_$():\n    return io.load(path=\"x\", columns=[\"a\"]), io.DEFAULT_ROOT",
    ),
];

/// Modules of a location, beside the planted ones.
const MODULES: [&str; 4] = ["assets", "jobs", "resources", "sensors"];

fn write_code(dir: &Utf8Path, number: usize) {
    write(&dir.join("__init__.py"), "");
    write(&dir.join("names.py"), "from acme.io import load as reading\n\n__all__ = [\"reading\"]\n");
    write(
        &dir.join("definitions.py"),
        "import dagster as dg\n\nfrom . import assets\n\ndefs = dg.Definitions()\n",
    );
    for (file, module) in MODULES.into_iter().enumerate() {
        let mut uses: Vec<(&str, &str)> = Vec::new();
        // The first ones everywhere begin with what the shared code itself asks for.
        for step in 0..2 {
            uses.push(USES[if file + step == 0 { 0 } else { (number + 3 * file + 5 * step) % USES.len() }]);
        }
        let imports: Vec<&str> = uses.iter().map(|(imports, _)| *imports).collect();
        let bodies: Vec<String> = uses
            .iter()
            .enumerate()
            .map(|(at, (_, body))| body.replace('$', &(file * 2 + at).to_string()))
            .collect();
        write(
            &dir.join(format!("{module}.py")),
            &format!(
                "\"\"\"The {module} of location {number}.\"\"\"\n\n{}\n\n\n{}\n",
                imports.join("\n"),
                bodies.join("\n\n\n")
            ),
        );
    }
    if let Some((name, text)) = planted_code(number) {
        write(&dir.join(name), text);
    }
}

/// What is wrong in the code of one location.
fn planted_code(number: usize) -> Option<(&'static str, &'static str)> {
    Some(match number {
        1 => (
            "stores.py",
            "from acme.io import load_partition, store\nimport acme.gone\n\nstore(load_partition)\n",
        ),
        2 | 40 => ("events.py", "from contracts.events import validate\n\nvalidate(None, strict=True)\n"),
        5 | 44 => ("reports.py", "from acme_tools import Report\n\nReport(None).render(wide=True)\n"),
        17 => (
            "events.py",
            "from contracts.events import Event, validate\n\nvalidate(Event(\"made\", 1.0), level=2)\n",
        ),
        4 => ("neighbours.py", "from loc_05.assets import read_0\n\nread_0()\n"),
        6 => (
            "calls.py",
            "from acme.io import load_partition, save\n\nload_partition(\"x\", \"2025-01-06\")\nsave(\"x\")\n",
        ),
        9 | 16 => ("inside.py", "from acme._retry import retry\n\nretry(print, times=1)\n"),
        8 => ("old.py", "from acme.factories import make_asset\n\nmake_asset(\"x\")\n"),
        10 => ("paths.py", "import sys\n\nsys.path.insert(0, \"../../../../contracts\")\nimport contracts\n"),
        27 => ("reports.py", "import acme  # crossloc: ignore[missing-symbol] no longer\n\nacme.load(\n"),
        33 => ("events.py", "from contracts import Event\n\nEvent(\"made\", 1.0, source=\"loc\")\n"),
        39 => (
            "tools.py",
            "from acme_tools import Report\nfrom acme_tools.reports import report_of\n\nreport_of(\"x\").render(wide=True)\nReport(None, caption=\"x\")\n",
        ),
        46 => (
            "schema.py",
            "class Schema:\n    def column(self, name: str):\n        \"\"\"The column of this name.\"\"\"\n        return next(column for column in self.columns if column.name == name)\n",
        ),
        _ => return None,
    })
}
