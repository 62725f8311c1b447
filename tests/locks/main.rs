//! What crossloc says of locks against what uv says: projects with path dependencies and wheels at hand are generated and
//! locked by uv, then changed, and `uv lock --check --offline` is asked whether the lock is stale. Nothing is fetched but uv itself.

#![allow(
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "test code may fail loudly"
)]

#[path = "../python/mod.rs"]
mod python;
mod changes;
mod generate;
mod others;
mod wheels;

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::rules::{Selection, check_selected};
use crossloc::vfs::Files;
use crossloc::workspace::Workspace;

use generate::{Case, Tree};

/// Cases that are generated, each from its number: each change in a few shapes, or with `ALL_LOCKS=1` in many.
const CASES: u64 = 4 * changes::CHANGES.len() as u64;
const ALL_CASES: u64 = 24 * changes::CHANGES.len() as u64;

/// Rules that name what makes uv refuse or relock.
const RULES: [&str; 8] = [
    "lock-stale",
    "lock-stale-shared-metadata",
    "lock-violates-manifest",
    "lock-names-missing-project",
    "missing-source-path",
    "source-name-mismatch",
    "source-not-member",
    "member-without-workspace-source",
];

/// Changes after which uv accepts a lock of which crossloc says more, with the only rule that may.
const EXPLAINED: [(&str, &str); 3] = [
    // uv does not read the name of a project that is locked already; a new lock fails.
    ("side by side): lib renamed", "source-name-mismatch"),
    // A source that nothing locked makes use of leads nowhere.
    ("side by side): base gone", "missing-source-path"),
    ("side by side): spare gone", "missing-source-path"),
];

/// What became of a case.
enum Outcome {
    Agreed { stale: bool },
    Explained,
    Disagreed(String),
}

#[test]
fn locks_are_stale_where_uv_says_so() {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/locks/requirements.txt");
    let interpreter = python::environment("locks", &requirements);
    let programs = interpreter.parent().unwrap();
    let work = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(work.path()).unwrap();
    let all = std::env::var_os("ALL_LOCKS").is_some();
    let next = Mutex::new(0..if all { ALL_CASES } else { CASES });
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(number) = next.lock().unwrap().next() else { return };
                    let outcome = judge(programs, &root.join(number.to_string()), &generate::case(number));
                    outcomes.lock().unwrap().push((number, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by_key(|(number, _)| *number);
    let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|(_, outcome)| wanted(outcome)).count();
    let (stale, fresh) = (
        count(|outcome| matches!(outcome, Outcome::Agreed { stale: true })),
        count(|outcome| matches!(outcome, Outcome::Agreed { stale: false })),
    );
    let explained = count(|outcome| matches!(outcome, Outcome::Explained));
    println!(
        "{} cases: agreed on {stale} stale and {fresh} fresh ones, {explained} explained",
        outcomes.len()
    );
    let faults: Vec<&str> = outcomes
        .iter()
        .filter_map(|(_, outcome)| match outcome {
            Outcome::Disagreed(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert!(faults.is_empty(), "{} disagreements:\n{}", faults.len(), faults.join("\n"));
    assert!(stale >= 80 && fresh >= 50, "the cases are lopsided");
}

fn judge(programs: &Utf8Path, dir: &Utf8Path, case: &Case) -> Outcome {
    write(dir, &case.before);
    wheels::write(&dir.join("wheels"), "reg");
    let project = dir.join(&case.locked);
    let made = uv_lock(programs, &project, &[]);
    if !made.0 {
        return Outcome::Disagreed(format!("{}: uv cannot lock it at first: {}", case.title, made.1));
    }
    let fresh = findings(dir);
    if !fresh.is_empty() {
        return Outcome::Disagreed(format!(
            "{}: before the change: {fresh:?}\n{}",
            case.title,
            shown(dir, case)
        ));
    }
    for path in case.before.keys().filter(|path| !case.after.contains_key(*path)) {
        std::fs::remove_file(dir.join(path)).unwrap();
    }
    write(dir, &case.after);
    let (accepted, said) = uv_lock(programs, &project, &["--check"]);
    let found = findings(dir);
    if accepted == found.is_empty() {
        return Outcome::Agreed { stale: !accepted };
    }
    let explains = |(change, rule): &(&str, &str)| {
        case.title.contains(change) && found.iter().all(|text| text.starts_with(&format!("{rule}: ")))
    };
    if accepted && EXPLAINED.iter().any(explains) {
        return Outcome::Explained;
    }
    let answer = if accepted { "fresh" } else { "stale" };
    Outcome::Disagreed(format!("{}: uv says {answer}: {said}\n{found:?}\n{}", case.title, shown(dir, case)))
}

fn shown(dir: &Utf8Path, case: &Case) -> String {
    let mut texts: Vec<String> = case.after.iter().map(|(path, text)| format!("#- {path}\n{text}")).collect();
    let lock = dir.join(&case.locked).join("uv.lock");
    texts.push(format!("#- {lock}\n{}", std::fs::read_to_string(&lock).unwrap_or_default()));
    texts.join("")
}

fn write(dir: &Utf8Path, tree: &Tree) {
    for (path, text) in tree {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::write(dir.join("crossloc.toml"), "").unwrap();
}

/// Whether uv accepts, and what it says.
fn uv_lock(programs: &Utf8Path, project: &Utf8Path, options: &[&str]) -> (bool, String) {
    let mut command = Command::new(programs.join("uv"));
    command.args(["lock", "--offline", "--no-build", "--project", project.as_str()]).args(options);
    command.args(["--python", programs.join("python").as_str()]);
    // Settings of the one who runs the test do not count; the projects' own are what it is about.
    command.env("XDG_CONFIG_HOME", project).env("XDG_CONFIG_DIRS", project);
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What the rules find that speak of what uv judges.
fn findings(dir: &Utf8Path) -> Vec<String> {
    let workspace = Workspace::new(Files::default(), vec![Utf8PathBuf::from(dir)]);
    let found = check_selected(&workspace, &Selection::default());
    let of_locks = found.diagnostics.into_iter().filter(|found| RULES.contains(&found.rule));
    of_locks.map(|found| format!("{}: {}", found.rule, found.message)).collect()
}
