//! Whether calls fit, against `inspect.signature(…).bind` and the calls themselves.

use std::process::Command;

use camino::Utf8PathBuf;
use crossloc::api::Knowledge;
use crossloc::python::Expression;
use crossloc::semantics::Semantics;
use crossloc::vfs::{FileId, Files};
use crossloc::workspace::Workspace;

use crate::generate::{Numbers, arguments, subject};
use crate::{here, interpreter, python};

const SUBJECTS: usize = 2000;
const CALLS: usize = 4;

const HEAD: &str = "\
import abc
import dataclasses
import functools
from dataclasses import KW_ONLY, InitVar, dataclass
from typing import Any, Callable, ClassVar, Generic, NamedTuple, TypeVar

import attr
import attrs
import pydantic

T = TypeVar(\"T\")

def keeps(function: T) -> T:
    return function

";

/// One call as it is written.
struct Call {
    callee: String,
    arguments: String,
    start: u32,
    end: u32,
}

#[test]
fn calls_fit_as_python_says() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut definitions = HEAD.to_owned();
    let mut wanted = Vec::new();
    for at in 0..SUBJECTS {
        let subject = subject(&mut numbers, at);
        definitions.push_str(&subject.text);
        for callee in &subject.callees {
            let calls = (0..CALLS).map(|_| (callee.clone(), arguments(&mut numbers, &subject.names)));
            wanted.extend(calls);
        }
    }
    let mut text = definitions.clone();
    let mut calls = Vec::new();
    for (callee, arguments) in wanted {
        let start = u32::try_from(text.len()).unwrap();
        text.push_str(&format!("{callee}({arguments})"));
        calls.push(Call { callee, arguments, start, end: u32::try_from(text.len()).unwrap() });
        text.push('\n');
    }
    let temp = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(temp.path().canonicalize().unwrap()).unwrap();
    std::fs::write(root.join("cases.py"), &text).unwrap();
    std::fs::write(root.join("definitions.py"), &definitions).unwrap();
    let pairs: Vec<[&str; 2]> =
        calls.iter().map(|call| [call.callee.as_str(), call.arguments.as_str()]).collect();
    std::fs::write(root.join("calls.json"), serde_json::to_string(&pairs).unwrap()).unwrap();
    let mut command = Command::new(interpreter().as_std_path());
    command.arg(here("bind.py")).args([root.join("definitions.py"), root.join("calls.json")]);
    let answers: Vec<[bool; 2]> = serde_json::from_slice(&python::run(&mut command)).unwrap();
    let found = answers_of_ours(&root, &calls);
    let (mut agreed, mut fitting) = (0, 0);
    let mut explained = [0; REASONS.len()];
    let mut differences = Vec::new();
    for ((call, [binds, called]), ours) in calls.iter().zip(answers).zip(found) {
        fitting += usize::from(called);
        let answer = Answer { call, ours, binds, called };
        if ours == Some(called) && binds == called {
            agreed += 1;
        } else if let Some(at) = REASONS.iter().position(|(_, holds)| holds(&answer)) {
            explained[at] += 1;
        } else {
            differences.push(format!(
                "{}({}): {ours:?}, Python binds it: {binds}, and calls it: {called}",
                call.callee, call.arguments
            ));
        }
    }
    for ((why, _), count) in REASONS.iter().zip(explained) {
        println!("explained: {count} where {why}");
    }
    println!(
        "calls: {} run, {agreed} agreed, {} explained; {fitting} of them fit",
        calls.len(),
        explained.iter().sum::<usize>()
    );
    assert!(calls.len() > 10_000 && fitting > 2_000 && fitting < calls.len() - 2_000);
    assert!(
        differences.is_empty(),
        "{} differ\n{}",
        differences.len(),
        differences[..differences.len().min(60)].join("\n")
    );
}

/// What was said of one call.
struct Answer<'a> {
    call: &'a Call,
    /// Whether we say that it fits, if anything.
    ours: Option<bool>,
    /// What `inspect.signature(…).bind` says.
    binds: bool,
    /// Whether Python makes the call.
    called: bool,
}

type Holds = fn(&Answer<'_>) -> bool;

/// Why an answer differs from one of Python's two.
const REASONS: [(&str, Holds); 3] = [
    ("a method is given its object by name beside `**kwargs`: `bind` does not know of it either", |answer| {
        answer.call.arguments.contains("self=1") && answer.ours == Some(answer.binds) && answer.binds
    }),
    ("a model ignores what it does not know, which its shown signature does not say", |answer| {
        answer.call.callee.starts_with(['P', 'Q']) && answer.ours == Some(answer.called) && answer.called
    }),
    ("`bind` before Python 3.13 refuses for `**kwargs` the name of a parameter by position only", |answer| {
        answer.call.arguments.contains('=')
            && answer.ours == Some(answer.called)
            && answer.called
            && !answer.binds
    }),
];

/// Whether each call fits; `None` where nothing is said of it.
fn answers_of_ours(root: &Utf8PathBuf, calls: &[Call]) -> Vec<Option<bool>> {
    let workspace = Workspace::new(Files::default(), vec![root.clone()]);
    let file = FileId::new(&root.join("cases.py"));
    let summary = workspace.summary(&file).unwrap();
    assert!(summary.errors.is_empty(), "the generated text is Python");
    let semantics = Semantics::new(&workspace);
    let knowledge = Knowledge::new(&semantics);
    let written: std::collections::BTreeMap<(u32, u32), usize> = summary
        .spans
        .expressions
        .iter()
        .enumerate()
        .filter(|(at, _)| matches!(summary.expressions[*at], Expression::Call(..)))
        .map(|(at, span)| ((span.full.start, span.full.end), at))
        .collect();
    let answer = |call: &Call| {
        let Expression::Call(callee, arguments) = &summary.expressions[written[&(call.start, call.end)]]
        else {
            panic!("not a call")
        };
        semantics.restart();
        let callable = knowledge.callable(&file, &summary, *callee)?;
        Some(callable.fits(arguments).is_ok())
    };
    calls.iter().map(answer).collect()
}
