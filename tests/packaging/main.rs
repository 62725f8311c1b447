//! Holds what we read of versions, specifiers, requirements, markers and names against the `packaging` library from PyPI,
//! on generated cases. Each disagreement is either a fault or listed in [`explained`] with its reason.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod generate;
#[path = "../python/mod.rs"]
mod python;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;

use crossloc::manifest::{
    DistributionName, Group, ManifestKind, Requirement, SourceKind, parse_marker, parse_version, read,
    specifier_admits,
};
use generate::Dice;
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree};
use serde_json::{Value, json};

/// How many cases of each kind are generated.
const CASES: usize = 3000;

/// Versions that every specifier is asked about, beside some that are generated with it.
const VERSIONS: [&str; 24] = [
    "0",
    "0.1.dev3",
    "1",
    "1.dev0",
    "1.0a1",
    "1.0a1.dev0",
    "1.0a1.post1",
    "1.0b2",
    "1.0rc1",
    "1.0",
    "1.0+local",
    "1.0+1",
    "1.0.post1",
    "1.0.post2.dev1",
    "1.0.1",
    "1.1",
    "1.2.3",
    "2.0.dev1",
    "2.0rc1",
    "2.0",
    "2.3.1.0",
    "3",
    "1!1.0",
    "1!2.1",
];

/// Environments that every marker is asked about: Python, platform, implementation, extra.
const ENVIRONMENTS: [[&str; 4]; 5] = [
    ["3.8.0", "linux", "CPython", ""],
    ["3.10.4", "win32", "CPython", "io"],
    ["3.12.0rc1", "linux", "PyPy", "db"],
    ["3.12.1", "darwin", "CPython", "d-b"],
    ["2.7.18", "linux", "CPython", "other"],
];

/// One question with our answer.
struct Case {
    question: Value,
    ours: Value,
}

#[test]
fn what_we_read_is_what_packaging_reads() {
    let mut dice = Dice::new(0x00C0_FFEE_1234_5678);
    let mut cases = Vec::new();
    for _ in 0..CASES {
        cases.extend([
            version(&mut dice),
            order(&mut dice),
            specifier(&mut dice),
            requirement(&mut dice),
            marker(&mut dice),
            name(&mut dice),
        ]);
    }
    let theirs = ask(&cases);
    let (mut counts, mut faults) = (BTreeMap::<String, [usize; 3]>::new(), Vec::new());
    for (case, theirs) in cases.iter().zip(&theirs) {
        let kind = case.question[0].as_str().unwrap();
        let [all, agreed, reasoned] = counts.entry(kind.to_owned()).or_default();
        *all += 1;
        if agrees(kind, &case.ours, theirs) {
            *agreed += 1;
        } else if explained(case, theirs).is_some() {
            *reasoned += 1;
        } else {
            faults.push(difference(case, theirs));
        }
    }
    for (kind, [all, agreed, explained]) in &counts {
        println!("{kind}: {all} cases, {agreed} agreed, {explained} explained");
    }
    let shown: Vec<&str> = faults.iter().take(4000).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} disagreements\n{}", faults.len(), shown.join("\n"));
}

fn version(dice: &mut Dice) -> Case {
    let text = generate::version(dice);
    Case {
        ours: json!(parse_version(&text).map(|version| version.to_string())),
        question: json!(["version", text]),
    }
}

fn order(dice: &mut Dice) -> Case {
    let (one, other) = (generate::plain_version(dice), generate::plain_version(dice));
    let order = parse_version(&one).unwrap().cmp(&parse_version(&other).unwrap());
    Case { ours: json!(order as i8), question: json!(["order", one, other]) }
}

fn specifier(dice: &mut Dice) -> Case {
    let text = generate::specifier(dice);
    let versions = versions(dice);
    let ours = match required(&format!("acme{text}")) {
        Some(found) if found.marker.is_none() && found.name.value.as_str() == "acme" => {
            admitted(&found, &versions)
        }
        _ => Value::Null,
    };
    Case { ours, question: json!(["specifier", text, versions]) }
}

fn requirement(dice: &mut Dice) -> Case {
    let text = generate::requirement(dice);
    let versions = versions(dice);
    let ours = required(&text).map_or(Value::Null, |found| {
        let extras = found
            .extras
            .iter()
            .map(|extra| DistributionName::new(extra).map_or(extra.clone(), |name| name.to_string()));
        let mut extras: Vec<String> = extras.collect();
        extras.sort();
        json!({
            "name": found.name.value.as_str(),
            "extras": extras,
            "admits": admitted(&found, &versions),
            "url": found.source.as_ref().map(|source| address(&source.kind)),
            "marker": found.marker.as_deref().map(in_words),
        })
    });
    Case { ours, question: json!(["requirement", text, versions]) }
}

/// The one requirement of a manifest that lists this text; `None` where there was anything to complain of.
fn required(text: &str) -> Option<Requirement> {
    let manifest = format!("[project]\nname = \"etl\"\ndependencies = [{}]\n", json!(text));
    let read = read(ManifestKind::Pyproject, &manifest);
    let [only] = read.requirements.as_slice() else { return None };
    (read.errors.is_empty() && only.group == Group::Main).then(|| only.clone())
}

fn versions(dice: &mut Dice) -> Vec<String> {
    let more: Vec<String> = (0..8).map(|_| generate::plain_version(dice)).collect();
    VERSIONS.iter().map(|version| (*version).to_owned()).chain(more).collect()
}

fn admitted(requirement: &Requirement, versions: &[String]) -> Value {
    let admits = |version: &String| {
        let specifier = requirement.specifier.as_ref();
        specifier.is_none_or(|found| specifier_admits(&found.value, &parse_version(version).unwrap()))
    };
    versions.iter().map(admits).collect()
}

/// A URL, put together again from what was read of it.
fn address(kind: &SourceKind) -> String {
    let below =
        |folder: &Option<String>| folder.as_ref().map_or(String::new(), |it| format!("#subdirectory={it}"));
    match kind {
        SourceKind::Git { url, reference, subdirectory } => {
            let reference = reference.as_ref().map_or(String::new(), |at| format!("@{}", at.value));
            format!("git+{}{reference}{}", url.value, below(subdirectory))
        }
        SourceKind::Url(url) => url.value.clone(),
        SourceKind::Path { path, subdirectory, .. } => {
            format!("file://{}{}", path.value, below(subdirectory))
        }
        SourceKind::Workspace | SourceKind::Index(_) => panic!("not written in a requirement"),
    }
}

/// A marker as `packaging` writes it: one space between words, strings in double quotes.
fn in_words(marker: &str) -> String {
    let mut words = String::new();
    for (at, part) in marker.replace('\'', "\"").split('"').enumerate() {
        if at % 2 == 1 {
            words += &format!(" \"{part}\" ");
        } else {
            words += &part.replace('(', " ( ").replace(')', " ) ");
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two spellings of a marker differ in no more than parentheses and the normal form of names.
fn same_words(one: &str, other: &str) -> bool {
    let bare = |text: &str| in_words(text).to_lowercase().replace('_', "-").replace(['(', ')', ' '], "");
    bare(one) == bare(other)
}

fn marker(dice: &mut Dice) -> Case {
    let text = generate::marker(dice);
    let ours = parse_marker(&text)
        .map_or(Value::Null, |tree| ENVIRONMENTS.iter().map(|values| evaluate(&tree, values)).collect());
    let environments: Vec<Value> = ENVIRONMENTS.iter().map(environment).collect();
    Case { ours, question: json!(["marker", text, environments]) }
}

fn evaluate(tree: &MarkerTree, values: &[&str; 4]) -> bool {
    let all = environment(values);
    let of = |key: &str| all[key].as_str().unwrap();
    let builder = MarkerEnvironmentBuilder {
        implementation_name: of("implementation_name"),
        implementation_version: of("implementation_version"),
        os_name: of("os_name"),
        platform_machine: of("platform_machine"),
        platform_python_implementation: of("platform_python_implementation"),
        platform_release: of("platform_release"),
        platform_system: of("platform_system"),
        platform_version: of("platform_version"),
        python_full_version: of("python_full_version"),
        python_version: of("python_version"),
        sys_platform: of("sys_platform"),
    };
    let extras: Vec<ExtraName> = ExtraName::from_str(of("extra")).into_iter().collect();
    tree.evaluate(&MarkerEnvironment::try_from(builder).unwrap(), &extras)
}

fn environment([python, platform, implementation, extra]: &[&str; 4]) -> Value {
    let windows = *platform == "win32";
    let minor: Vec<&str> = python.split('.').take(2).collect();
    json!({
        "implementation_name": implementation.to_lowercase(),
        "implementation_version": python,
        "os_name": if windows { "nt" } else { "posix" },
        "platform_machine": if *platform == "darwin" { "arm64" } else { "x86_64" },
        "platform_python_implementation": implementation,
        "platform_release": "1",
        "platform_system": if windows { "Windows" } else { "Linux" },
        "platform_version": "1",
        "python_full_version": python,
        "python_version": minor.join("."),
        "sys_platform": platform,
        "extra": extra,
    })
}

fn name(dice: &mut Dice) -> Case {
    let text = generate::name(dice);
    Case {
        ours: json!(DistributionName::new(&text).map(|name| name.to_string())),
        question: json!(["name", text]),
    }
}

fn ask(cases: &[Case]) -> Vec<Value> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packaging");
    let interpreter = python::environment("packaging", &here.join("requirements.txt"));
    let mut child = Command::new(interpreter.as_std_path())
        .arg(here.join("judge.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let questions: Vec<&Value> = cases.iter().map(|case| &case.question).collect();
    // All of it is read before the first answer is written.
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(&questions).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "judge.py failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A case with the answers that differ.
fn difference(case: &Case, theirs: &Value) -> String {
    let mut lines = vec![format!("{} {}", case.question[0], case.question[1])];
    let mut add = |what: &str, ours: &Value, theirs: &Value| {
        if ours != theirs {
            lines.push(format!("  {what}: ours {ours}, theirs {theirs}"));
        }
    };
    let asked = case.question[2].as_array().cloned().unwrap_or_default();
    match (&case.ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (key, value) in ours {
                add(key, value, &theirs[key]);
            }
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            for ((ours, theirs), asked) in ours.iter().zip(theirs).zip(asked) {
                add(&asked.to_string(), ours, theirs);
            }
        }
        (ours, theirs) => add("all", ours, theirs),
    }
    lines.join("\n")
}

/// Whether the answers are the same. Markers are, if they mean the same.
fn agrees(kind: &str, ours: &Value, theirs: &Value) -> bool {
    if kind != "requirement" || ours.is_null() || theirs.is_null() {
        return ours == theirs;
    }
    let (mut plain_ours, mut plain_theirs) = (ours.clone(), theirs.clone());
    plain_ours["marker"].take();
    plain_theirs["marker"].take();
    let same_marker = match (ours["marker"].as_str(), theirs["marker"].as_str()) {
        (Some(ours), Some(theirs)) => {
            parse_marker(ours).is_some_and(|own| parse_marker(theirs) == Some(own))
                || same_words(ours, theirs)
        }
        (ours, theirs) => ours == theirs,
    };
    same_marker && plain_ours == plain_theirs
}

/// Why the answers differ, where they may.
fn explained(case: &Case, theirs: &Value) -> Option<&'static str> {
    let kind = case.question[0].as_str()?;
    let text = case.question[1].as_str()?;
    match kind {
        "specifier" | "requirement" if text.contains("===") => {
            Some("`===` compares text there, also text that is no version; here it names a version")
        }
        "marker" if case.ours.is_null() => {
            Some("what a marker compares and PEP 508 gives no meaning to is unknown here, not false")
        }
        "marker" if text.contains("python_version") && text.contains("in ") => {
            Some("`in` looks for a text in a text there, for a version in a list here")
        }
        "marker" if only_differs_on_pre_release(case, theirs) => Some(
            "here `python_version` is the beginning of `python_full_version`, which a pre-release of Python is before",
        ),
        "requirement" if case.ours.is_null() => ends_its_name_badly(text),
        "requirement" if theirs.is_null() => lenient(text),
        "requirement" => None,
        _ => None,
    }
}

/// PEP 508 has names end in a letter or digit.
fn ends_its_name_badly(text: &str) -> Option<&'static str> {
    let name = text.split(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).next()?;
    let bad = name.ends_with(['-', '_', '.']);
    bad.then_some("`packaging` takes a name that ends in a separator, which PEP 508 does not")
}

/// What the reader of manifests lets pass: a resolver refuses it, and nothing that is judged here depends on it.
fn lenient(text: &str) -> Option<&'static str> {
    let (head, marker) = text.split_once(';').unwrap_or((text, ""));
    if !marker.is_empty() && (parse_marker(marker).is_none() || text.contains("://")) {
        return Some(
            "a marker that cannot be read is kept as text, and is part of a URL without a space before it",
        );
    }
    let extras = head.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(extras, _)| extras);
    if extras.is_some_and(|extras| extras.split(',').any(|extra| DistributionName::new(extra).is_none())) {
        return Some("empty and odd names of extras are kept or left out");
    }
    head.contains(",,").then_some("an empty part between two commas says nothing")
}

fn only_differs_on_pre_release(case: &Case, theirs: &Value) -> bool {
    let (Some(ours), Some(theirs)) = (case.ours.as_array(), theirs.as_array()) else { return false };
    let differ = ours.iter().zip(theirs).map(|(own, other)| own != other);
    differ.zip(ENVIRONMENTS).all(|(differs, [python, ..])| !differs || python.contains("rc"))
}
