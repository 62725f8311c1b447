//! What crossloc says of a workspace, as texts that are the same on every machine.

use std::collections::BTreeMap;
use std::iter;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::client::Client;
use crate::positions::{self, Position};

/// A workspace, and what is asked of it.
pub struct Workspace<'w> {
    pub root: &'w Utf8Path,
    /// The home of the user whom it belongs to: empty, so that nothing of the machine speaks.
    pub home: &'w Utf8Path,
    /// Packages and distributions that are shared.
    pub packages: &'w [&'w str],
    pub distributions: &'w [&'w str],
    /// `MODULE[:SYMBOL]` and the folder that imports it.
    pub resolved: &'w [(&'w str, &'w str)],
    /// A distribution and the version that its pins would move to.
    pub upgrade: (&'w str, &'w str),
}

/// Rules that are off unless they are asked for.
const OFF: [&str; 7] = [
    "duplicated-definition",
    "path-hack",
    "private-import",
    "source-lost-on-publish",
    "tag-version-mismatch",
    "unbounded-requirement",
    "unused-export",
];

/// Every part of a record by its name.
pub fn record(workspace: &Workspace<'_>) -> BTreeMap<&'static str, Value> {
    let resolved: BTreeMap<String, Value> = workspace
        .resolved
        .iter()
        .map(|(name, from)| {
            (format!("{name} from {from}"), said(workspace, &["resolve", name, "--from", from]))
        })
        .collect();
    let (distribution, version) = workspace.upgrade;
    let check_more: Vec<&str> =
        iter::once("check").chain(OFF.into_iter().flat_map(|rule| ["--select", rule])).collect();
    BTreeMap::from([
        ("check", said(workspace, &["check"])),
        ("check-more", said(workspace, &check_more)),
        ("locations", said(workspace, &["locations"])),
        ("resolve", json!(resolved)),
        ("upgrade", said(workspace, &["upgrade", distribution, version])),
        ("answers", answers(workspace)),
    ])
}

/// A command of the user whom the workspace belongs to: without any setting of the one who runs the test.
fn crossloc(workspace: &Workspace<'_>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossloc"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", workspace.home)
        .current_dir(workspace.root);
    command
}

/// Exit code, stderr and the JSON on stdout.
fn said(workspace: &Workspace<'_>, arguments: &[&str]) -> Value {
    let output = crossloc(workspace).args(arguments).args(["--format", "json"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let stdout: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("crossloc {arguments:?} printed no JSON ({error}): {stderr}");
    });
    let told: Vec<String> = stderr.lines().map(|line| plain(workspace, line)).collect();
    json!({ "exit": output.status.code(), "stderr": told, "stdout": stdout })
}

/// Definitions and hovers: for each position the targets, then the blocks of the hover by their names; the text of each
/// block once.
fn answers(workspace: &Workspace<'_>) -> Value {
    let capabilities = json!({ "textDocument": {
        "definition": { "linkSupport": true },
        "hover": { "contentFormat": ["markdown"] },
    } });
    let mut client = Client::connect(&mut crossloc(workspace), workspace.root.as_std_path(), &capabilities);
    let (mut answers, mut blocks) = (BTreeMap::new(), BTreeMap::new());
    let mut opened: Option<Utf8PathBuf> = None;
    let python = positions::in_python(workspace.root, workspace.packages);
    let manifests = positions::in_manifests(workspace.root, workspace.distributions);
    let asked = python
        .iter()
        .map(|position| (position, true))
        .chain(manifests.iter().map(|position| (position, false)));
    for (position, in_python) in asked {
        let path = workspace.root.join(&position.file);
        if opened.as_ref() != Some(&path) {
            client.open(path.as_std_path());
            opened = Some(path.clone());
        }
        let Position { file, line, column, name } = position;
        let mut ask = |method: &str| client.ask(method, path.as_std_path(), *line, *column);
        let mut answer = Vec::new();
        if in_python {
            answer.extend(targets(workspace, &ask("textDocument/definition")));
        }
        for block in hover_blocks(workspace, &ask("textDocument/hover")) {
            let name = &blake3::hash(block.as_bytes()).to_hex()[..8];
            answer.push(name.to_owned());
            blocks.insert(name.to_owned(), json!(block.lines().collect::<Vec<_>>()));
        }
        answers.insert(format!("{file}:{}:{} {name}", line + 1, column + 1), json!(answer.join(" ")));
    }
    json!({ "answers": answers, "blocks": blocks })
}

/// `-> FILE:LINE:COLUMN` for each target of a definition, in the order of the answer.
fn targets(workspace: &Workspace<'_>, found: &Value) -> Vec<String> {
    let links = found.as_array().map_or(&[][..], Vec::as_slice);
    let target = |link: &Value| {
        let path = link["targetUri"].as_str().unwrap().strip_prefix("file://").unwrap();
        let start = &link["targetSelectionRange"]["start"];
        let place = |axis: &str| start[axis].as_u64().unwrap() + 1;
        format!("-> {}:{}:{}", plain(workspace, path), place("line"), place("character"))
    };
    links.iter().map(target).collect()
}

fn hover_blocks(workspace: &Workspace<'_>, found: &Value) -> Vec<String> {
    let markdown = found["contents"]["value"].as_str().unwrap_or("");
    markdown.split("\n\n").filter(|block| !block.is_empty()).map(|block| plain(workspace, block)).collect()
}

/// A text without the folders of this run.
fn plain(workspace: &Workspace<'_>, text: &str) -> String {
    text.replace(&format!("{}/", workspace.root), "").replace(workspace.home.as_str(), "~")
}
