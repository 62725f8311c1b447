//! Which code locations there are, and what they are called: what crossloc says of generated declarations against what the
//! loaders of Dagster, dg and Dagster+ say, which are taken from PyPI. No code of the generated workspaces is run.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_lossless,
    clippy::format_push_string,
    reason = "test code may fail loudly"
)]

mod generate;
#[path = "../python/mod.rs"]
mod python;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::vfs::Files;
use crossloc::workspace::Workspace;
use generate::{Case, Kind};
use serde_json::{Value, json};

/// Cases that are generated, each from its number.
const CASES: u64 = 600;

/// A location: its name, and the module that is loaded (empty for a file or a server).
type Named = (String, String);

#[test]
fn locations_are_those_that_dagster_loads() {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dagster/requirements.txt");
    let interpreter = python::environment("dagster", &requirements);
    let work = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(work.path()).unwrap().canonicalize_utf8().unwrap();
    let cases: Vec<(Utf8PathBuf, Case)> =
        (0..CASES).map(|number| (root.join(number.to_string()), generate::case(number))).collect();
    for (dir, case) in &cases {
        write(dir, case);
    }
    let answers = ask(&interpreter, &cases);
    let (mut agreed, mut refused, mut faults) = (BTreeMap::new(), 0, Vec::new());
    for ((dir, case), answer) in cases.iter().zip(&answers) {
        let Some(theirs) = answer["locations"].as_array() else {
            // What no loader takes is no location by anybody's word.
            refused += 1;
            continue;
        };
        // A module that comes from the environment is none that we could tell.
        let told = |module: String| if module.starts_with('$') { String::new() } else { module };
        let mut theirs: Vec<Named> = theirs.iter().map(|one| (text(&one[0]), told(text(&one[1])))).collect();
        let mut ours = ours(dir, case.kind);
        theirs.sort();
        ours.sort();
        if ours == theirs {
            *agreed.entry(format!("{:?}", case.kind)).or_insert(0) += theirs.len();
        } else {
            faults.push(format!("{:?}: expected {theirs:?}, found {ours:?}\n{}", case.kind, shown(case)));
        }
    }
    println!("{CASES} cases, {refused} refused by the loaders; locations agreed on: {agreed:?}");
    assert!(faults.is_empty(), "{} disagreements:\n{}", faults.len(), faults.join("\n"));
    assert!(agreed.len() == 4 && agreed.values().all(|count| *count >= 100), "the cases are lopsided");
    assert!(
        refused * 20 < CASES,
        "the loaders refuse too many: {:?}",
        answers.iter().find(|one| one["error"].is_string())
    );
}

/// What crossloc says, in the form of the judge.
fn ours(dir: &Utf8Path, kind: Kind) -> Vec<Named> {
    let workspace = Workspace::new(Files::default(), vec![dir.to_owned()]);
    let locations = workspace.locations();
    let declared = locations.iter().filter(|location| location.is_declared());
    let named = declared.map(|location| {
        let module = location.module.clone().unwrap_or_default();
        // A file's module is ours to tell.
        let of_file = matches!(kind, Kind::Workspace | Kind::Cloud) && module.ends_with("repo")
            || module.ends_with("other");
        (location.name.clone(), if of_file { String::new() } else { module })
    });
    named.collect()
}

fn ask(interpreter: &Utf8Path, cases: &[(Utf8PathBuf, Case)]) -> Vec<Value> {
    let kind = |kind: Kind| match kind {
        Kind::Workspace => "workspace",
        Kind::Cloud => "cloud",
        Kind::Dagster => "dagster",
        Kind::Dg => "dg",
    };
    let questions: Vec<Value> =
        cases.iter().map(|(dir, case)| json!([kind(case.kind), dir.as_str()])).collect();
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dagster/judge.py");
    let mut child = Command::new(interpreter.as_std_path())
        .arg(judge)
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let sent = std::thread::spawn(move || input.write_all(json!(questions).to_string().as_bytes()));
    let output = child.wait_with_output().unwrap();
    sent.join().unwrap().unwrap();
    assert!(output.status.success(), "the judge failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn write(dir: &Utf8Path, case: &Case) {
    for (path, text) in &case.files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn shown(case: &Case) -> String {
    let told = case.files.iter().filter(|(_, text)| !text.is_empty());
    told.map(|(path, text)| format!("#- {path}\n{text}")).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
