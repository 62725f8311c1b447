//! Runs `tests/cases/*.md`; see `tests/cases/README.md`. `cargo test --test cases NAME…` runs the cases whose name
//! contains one of the words, `-- --list` names them all.

#![allow(clippy::string_slice, clippy::indexing_slicing, reason = "test code may fail loudly")]

#[path = "support/markdown.rs"]
mod markdown;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use markdown::{Block, Case};
use support::Expected;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let (cases, mut failures) = read_all();
    let all = cases.len();
    let mut cases = cases;
    cases.retain(|(_, case)| words.is_empty() || words.iter().any(|word| case.name.contains(word)));
    if arguments.iter().any(|argument| argument == "--list") {
        for (_, case) in &cases {
            println!("{}: test", case.name);
        }
        return ExitCode::SUCCESS;
    }
    println!("\nrunning {} tests", cases.len());
    failures.extend(run_all(&cases));
    if !failures.is_empty() {
        println!("\nfailures:\n\n{}", failures.join("\n\n"));
    }
    let verdict = if failures.is_empty() { "ok" } else { "FAILED" };
    let passed = cases.len().saturating_sub(failures.len());
    println!(
        "\ntest result: {verdict}. {passed} passed; {} failed; 0 ignored; 0 measured; {} filtered out\n",
        failures.len(),
        all - cases.len()
    );
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every case with its file, sorted by file; and what cannot be read.
fn read_all() -> (Vec<(PathBuf, Case)>, Vec<String>) {
    let (mut cases, mut failures) = (Vec::new(), Vec::new());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> = match folder.read_dir() {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => return (cases, vec![format!("{}: {error}", folder.display())]),
    };
    paths.sort();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                failures.push(format!("{}: {error}", path.display()));
                continue;
            }
        };
        match markdown::cases(&stem, &text) {
            Ok(read) => cases.extend(read.into_iter().map(|case| (path.clone(), case))),
            Err((line, message)) => failures.push(format!("{}:{}: {message}", shown(&path), line + 1)),
        }
    }
    (cases, failures)
}

/// Runs the cases on all processors and prints their results in order; what is returned says why some failed.
fn run_all(cases: &[(PathBuf, Case)]) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Option<String>)>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((path, case)) = cases.get(index) else { break };
                    let failure = run(path, case);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, failure));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort();
    let mut failures = Vec::new();
    for (index, failure) in results {
        println!("test {} ... {}", cases[index].1.name, if failure.is_some() { "FAILED" } else { "ok" });
        failures.extend(failure);
    }
    failures
}

/// Why a case fails, if it does: one paragraph a problem, each beginning with the Markdown file and line.
fn run(path: &Path, case: &Case) -> Option<String> {
    let base = case.fixture.line;
    fn behind(block: &Option<Block>, base: usize) -> Option<(usize, &str)> {
        block.as_ref().map(|block| (block.line - base, block.text.as_str()))
    }
    let runs: Vec<(&str, (usize, &str))> = case
        .runs
        .iter()
        .map(|(arguments, block)| (arguments.as_str(), (block.line - base, block.text.as_str())))
        .collect();
    let expected = Expected {
        fix: behind(&case.fix, base),
        hover: behind(&case.hover, base),
        not_judged: behind(&case.not_judged, base),
        locations: behind(&case.locations, base),
        runs: &runs,
    };
    let problems = catch_unwind(AssertUnwindSafe(|| support::problems(&case.fixture.text, &expected)));
    let lines: Vec<String> = match problems {
        Ok(problems) if problems.is_empty() => return None,
        Ok(problems) => problems
            .iter()
            .map(|problem| format!("{}:{}: {}", shown(path), base + problem.line + 1, problem.message))
            .collect(),
        Err(_) => vec![format!("{}:{base}: panicked", shown(path))],
    };
    Some(format!("---- {} ----\n{}", case.name, lines.join("\n")))
}

fn shown(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
