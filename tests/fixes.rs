//! What fixes make of every fixture of `tests/cases`: no finding that was not there before, those aside that a command
//! cures which the user is told, and nothing that a second run would do.

#![allow(
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "test code may fail loudly"
)]

#[path = "support/markdown.rs"]
mod markdown;
#[path = "python/mod.rs"]
mod python;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use camino::Utf8PathBuf;
use crossloc::fixes::{self, Outcome, Permitted, Wanted};
use crossloc::rules::{self, Diagnostic, Findings, Fix};
use crossloc::vfs::{Files, Grounds, relative};
use crossloc::workspace::Workspace;
use markdown::Case;

/// Rules whose findings go once the command has run that the fix names.
const CURED_BY_COMMANDS: [&str; 5] = [
    "installed-differs",
    "lock-names-missing-project",
    "lock-stale",
    "lock-stale-shared-metadata",
    "lock-violates-manifest",
];

#[test]
fn fixes_make_no_finding_and_leave_nothing_to_a_second_run() {
    let cases = cases();
    let next = AtomicUsize::new(0);
    let told: Mutex<(Vec<String>, BTreeMap<String, usize>)> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for wanted in [Wanted::Safe, Wanted::All] {
                        let (faults, applied, left) = faults(case, wanted);
                        let mut told = told.lock().unwrap();
                        told.0.extend(faults.into_iter().map(|fault| format!("{}: {fault}", case.name)));
                        *told.1.entry(format!("applied {wanted:?}")).or_default() += applied;
                        for reason in left {
                            *told.1.entry(format!("left {wanted:?}: {reason}")).or_default() += 1;
                        }
                    }
                }
            });
        }
    });
    let (mut faults, counts) = told.into_inner().unwrap();
    faults.sort();
    for (what, count) in counts {
        println!("{count:5} {what}");
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// How a fix is written, as the table of `docs/fixes.md` says it.
fn kind(fix: &Fix) -> &'static str {
    match (fix.edits.is_empty(), fix.safe) {
        (true, _) => "command",
        (false, true) => "safe",
        (false, false) => "unsafe",
    }
}

#[test]
fn every_fix_is_in_the_table() {
    // What only an index says is held by `tests/index`.
    let mut found = BTreeSet::from([("yanked-version".to_owned(), "unsafe".to_owned())]);
    for case in cases() {
        let staged = support::stage(&case.fixture.text).unwrap();
        let findings = rules::check(&Workspace::new(Files::default(), staged.folders.clone()));
        let fixes = findings.diagnostics.iter().filter_map(|found| Some((found.rule, found.fix.as_ref()?)));
        found.extend(fixes.map(|(rule, fix)| (rule.to_owned(), kind(fix).to_owned())));
    }
    let table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fixes.md")).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| [")).map(|row| {
        let (rule, rest) = row.split_once("](rules/").unwrap();
        let kind = rest.strip_prefix(&format!("{rule}.md) | ")).unwrap().split(" |").next().unwrap();
        assert_eq!(
            row.matches(" | ").count(),
            3,
            "a row has a rule, a kind, what is written and a reason: {row}"
        );
        (rule.to_owned(), kind.to_owned())
    });
    let rows: Vec<(String, String)> = rows.collect();
    assert!(rows.is_sorted(), "rows are sorted by rule");
    assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), found, "the rows of docs/fixes.md");
}

/// What fixes make of a fixture: the files that changed, with their new texts, and what was left, with the reason.
fn made_of(text: &str, wanted: Wanted) -> (BTreeMap<String, String>, Vec<String>) {
    let staged = support::stage(text).unwrap();
    let outcome = settle(&staged.folders, wanted);
    let texts = outcome.texts.into_iter();
    let texts = texts.map(|(file, text)| (relative(file.path(), &staged.root), text)).collect();
    (texts, outcome.left.iter().map(|left| format!("{}: {}", left.rule, left.reason)).collect())
}

/// Two locations, of which `etl` pins a version and uses it, and three tags.
fn pinned(pins: [&str; 2], newest: &str, used: &str) -> String {
    let [etl, ml] = pins;
    let location = |name: &str, pin: &str, code: &str| {
        format!(
            "#- {name}/pyproject.toml\n[project]\nname = \"{name}\"\nversion = \"1.0\"\n\
             dependencies = [\"acme-shared=={pin}\"]\n[tool.dagster]\nmodule_name = \"{name}\"\n\
             #- {name}/src/{name}/__init__.py\n{code}\n"
        )
    };
    let mut text = String::new();
    let later = ["def load(path): ...", newest];
    for (version, code) in
        [("0.1.3", "def load(path, *, strict=False): ..."), ("0.2.0", later[0]), ("0.3.0", later[1])]
    {
        text += &format!(
            "#- shared/pyproject.toml\n[project]\nname = \"acme-shared\"\nversion = \"{version}\"\n\
             #- shared/src/acme/__init__.py\n{code}\n#! tag . v{version}\n"
        );
    }
    text + &location("etl", etl, used) + &location("ml", ml, "import acme\nacme.load(\"x\")")
}

fn pin_of(texts: &BTreeMap<String, String>, name: &str) -> Option<String> {
    let text = texts.get(&format!("{name}/pyproject.toml"))?;
    Some(text.split_once("acme-shared==")?.1.split_once('"')?.0.to_owned())
}

#[test]
fn pins_move_together_in_one_run() {
    let text = pinned(["0.1.3", "0.2.0"], "def load(path): ...", "import acme\nacme.load(\"x\")");
    let (texts, left) = made_of(&text, Wanted::All);
    let newest = Some("0.3.0".to_owned());
    assert_eq!((pin_of(&texts, "etl"), pin_of(&texts, "ml"), left), (newest.clone(), newest, vec![]));
    let (texts, left) = made_of(&text, Wanted::Safe);
    assert_eq!((texts.len(), left.len()), (0, 2));
}

#[test]
fn a_pin_stays_where_the_version_breaks_its_location() {
    let text =
        pinned(["0.1.3", "0.2.0"], "def load(path): ...", "import acme\nacme.load(\"x\", strict=True)");
    let (texts, left) = made_of(&text, Wanted::All);
    assert_eq!((pin_of(&texts, "etl"), pin_of(&texts, "ml")), (None, Some("0.3.0".to_owned())));
    assert_eq!(left, ["pins-differ: 0.3.0 of `acme-shared` breaks 1 place in `etl`"]);
}

#[test]
fn a_pin_stays_where_nobody_can_judge_the_version() {
    let text = "#- shared/pyproject.toml\n[project]\nname = \"acme-shared\"\nversion = \"0.1.0\"\n\
                #- shared/src/acme/__init__.py\n#! tag . v0.1.0\n\
                #- workspace.yaml\nload_from:\n  - python_module: {module_name: a, working_directory: a/src}\n  - python_module: {module_name: b, working_directory: b/src}\n\
                #- a/pyproject.toml\n[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"acme-shared==0.1.0\"]\n#- a/src/a/__init__.py\nimport acme\n\
                #- b/pyproject.toml\n[project]\nname = \"b\"\nversion = \"1\"\ndependencies = [\"acme-shared==0.2.0\"]\n#- b/src/b/__init__.py\n";
    let (texts, left) = made_of(text, Wanted::All);
    assert_eq!(texts, BTreeMap::new());
    assert_eq!(left, ["pins-differ: the code of `acme-shared` 0.2.0 is not at hand"]);
}

/// Projects of uv, each of which lacks what it imports, has it twice, or names it wrongly.
const OF_UV: &str = "\
#- libs/shared/pyproject.toml
[project]
name = \"acme-shared\"
version = \"0.2.0\"
requires-python = \">=3.9\"
#- libs/shared/src/acme/__init__.py
#- libs/io/pyproject.toml
[project]
name = \"acme-io\"
version = \"0.2.0\"
requires-python = \">=3.9\"
[project.optional-dependencies]
fast = []
#- libs/io/src/acme_io/__init__.py
#- empty/pyproject.toml
[project]
name = \"empty\"
version = \"1\"
requires-python = \">=3.9\"
dependencies = []
#- empty/src/empty/__init__.py
import acme
#- none/pyproject.toml
[project]
name = \"none\"
version = \"1\"
requires-python = \">=3.9\" # as the others
#- none/src/none/__init__.py
import acme, acme_io
#- lines/pyproject.toml
[project]
name = \"lines\"
version = \"1\"
requires-python = \">=3.9\"
dependencies = [
    \"acme-io\", # first
]
[tool.uv]
sources = { acme-io = { path = \"../libs/io\" } }
#- lines/src/lines/__init__.py
import acme, acme_io
#- dev/pyproject.toml
[project]
name = \"dev\"
version = \"1\"
requires-python = \">=3.9\"
[dependency-groups]
dev = [\"acme-shared\"]
[tool.uv.sources.acme-shared]
path = \"../libs/shared\"
#- dev/src/dev/__init__.py
import acme
#- wrong/pyproject.toml
[project]
name = \"wrong\"
version = \"1\"
requires-python = \">=3.9\"
dependencies = [\"acme-shared\", \"acme-io[fast]\"]
[tool.uv.sources]
acme-shared = { path = \"../libs/io\" }
acme-io = { path = \"../lib/io\" }
#- wrong/src/wrong/__init__.py
import acme, acme_io
#- unused/pyproject.toml
[project]
name = \"unused\"
version = \"1\"
requires-python = \">=3.9\"
dependencies = [\"acme-shared\"]
[tool.uv.sources]
acme-shared = { path = \"../libs/shared\" }
#- unused/src/unused/__init__.py
import os
#- ws/pyproject.toml
[tool.uv.workspace]
members = [\"one\", \"two\"]
#- ws/one/pyproject.toml
[project]
name = \"acme-one\"
version = \"1\"
requires-python = \">=3.9\"
#- ws/one/src/acme_one/__init__.py
#- ws/two/pyproject.toml
[project]
name = \"acme-two\"
version = \"1\"
requires-python = \">=3.9\"
#- ws/two/src/acme_two/__init__.py
import acme_one, acme
";

#[test]
fn uv_accepts_what_was_written() {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/locks/requirements.txt");
    let programs = python::environment("locks", &requirements).parent().unwrap().to_owned();
    for wanted in [Wanted::Safe, Wanted::All] {
        let staged = support::stage(OF_UV).unwrap();
        let outcome = settle(&staged.folders, wanted);
        for (file, text) in &outcome.texts {
            std::fs::write(file.path(), text).unwrap();
        }
        let fixed: Vec<String> =
            outcome.texts.keys().map(|file| relative(file.dir(), &staged.root)).collect();
        match wanted {
            Wanted::Safe => assert_eq!(fixed, ["dev", "empty", "lines", "none", "wrong", "ws/two"]),
            Wanted::All => assert_eq!(fixed, ["dev", "empty", "lines", "none", "unused", "wrong", "ws/two"]),
        }
        for dir in fixed.iter().filter(|dir| wanted == Wanted::All || *dir != "wrong") {
            let project = staged.root.join(dir);
            let mut command = std::process::Command::new(programs.join("uv"));
            command.args(["lock", "--offline", "--no-build", "--project", project.as_str()]);
            command.args(["--python", programs.join("python").as_str()]);
            command.env("XDG_CONFIG_HOME", &project).env("XDG_CONFIG_DIRS", &project);
            let output = command.output().unwrap();
            let text = std::fs::read_to_string(project.join("pyproject.toml")).unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{dir}: {said}\n{text}");
        }
    }
}

fn cases() -> Vec<Case> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            cases.extend(markdown::cases(&stem, &std::fs::read_to_string(&path).unwrap()).unwrap());
        }
    }
    cases
}

/// What is wrong with the fixes of a case, how many were applied, and why others were left.
fn faults(case: &Case, wanted: Wanted) -> (Vec<String>, usize, Vec<String>) {
    let staged = support::stage(&case.fixture.text).unwrap();
    let first = settle(&staged.folders, wanted);
    for (file, text) in &first.texts {
        std::fs::write(file.path(), text).unwrap();
    }
    let mut faults = Vec::new();
    let after = rules::check(&Workspace::new(Files::default(), staged.folders.clone()));
    let shown = |found: &Diagnostic| {
        format!(
            "{wanted:?} makes {} in {}: {}",
            found.rule,
            relative(found.file.path(), &staged.root),
            found.message
        )
    };
    faults.extend(more(&first.before, &after).filter(|found| !goes(found)).map(shown));
    if !first.applied.is_empty() {
        let second = settle(&staged.folders, wanted);
        faults.extend(
            second.applied.iter().map(|one| format!("{wanted:?} again: {} ({})", one.title, one.rule)),
        );
    }
    if after.diagnostics.len() != first.findings.diagnostics.len() {
        faults.push(format!("{wanted:?}: what is on disk is not what was foreseen"));
    }
    let kind = |reason: &fixes::Reluctance| match reason {
        fixes::Reluctance::Makes { rule, .. } => format!("makes {rule}"),
        other => other.to_string(),
    };
    let left = first.left.iter().map(|one| format!("{} {}", one.rule, kind(&one.reason))).collect();
    (faults, first.applied.len(), left)
}

fn settle(folders: &[Utf8PathBuf], wanted: Wanted) -> Outcome {
    let files = Files::default();
    let within = Grounds::of(&files, folders.iter().cloned());
    let permitted =
        Permitted { wanted, covers: &|_, _| true, within: &within, files: &files, refusal: &|_| None };
    let over = |files: &Files| Ok::<_, Infallible>(Workspace::new(files.clone(), folders.to_vec()));
    fixes::settle(&files, &permitted, over, rules::check).unwrap_or_else(|never| match never {})
}

fn goes(found: &Diagnostic) -> bool {
    CURED_BY_COMMANDS.contains(&found.rule) && found.fix.as_ref().is_some_and(|fix| fix.command.is_some())
}

/// What is found more often than before, by rule, file and arguments.
fn more<'f>(before: &Findings, after: &'f Findings) -> impl Iterator<Item = &'f Diagnostic> {
    let number = |findings: &Findings, found: &Diagnostic| {
        let same = |other: &&Diagnostic| {
            (other.rule, &other.file, &other.arguments) == (found.rule, &found.file, &found.arguments)
        };
        findings.diagnostics.iter().filter(same).count()
    };
    after.diagnostics.iter().filter(move |found| number(after, found) > number(before, found))
}
