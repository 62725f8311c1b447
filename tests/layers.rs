//! Holds the sources against the layers of the architecture: who may use whom, who may touch the outside world, who may
//! speak the protocol. Sources are read as text, so that the test knows nothing but what a reader sees; comments and
//! what stands behind the first `#[cfg(test)]` of a file are left out.

#![allow(
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code may fail loudly"
)]

use std::path::{Path, PathBuf};

/// The modules in reading order: each may use itself and those before it.
const LAYERS: [&str; 15] = [
    "text",
    "vfs",
    "python",
    "manifest",
    "source",
    "workspace",
    "semantics",
    "api",
    "uses",
    "ide",
    "rules",
    "report",
    "fixes",
    "server",
    "cli",
];

/// Who may read files, start processes, open sockets. `server` moves the protocol's bytes.
const MAY_TOUCH_FILES: [&str; 4] = ["vfs", "source", "cli", "main"];
const MAY_START_PROCESSES: [&str; 3] = ["source", "cli", "main"];
const MAY_OPEN_SOCKETS: [&str; 4] = ["source", "server", "cli", "main"];
const MAY_SPEAK_PROTOCOL: [&str; 1] = ["server"];

const FILES: [&str; 12] = [
    "std::fs",
    "fs::read",
    "fs::write",
    "tokio::fs",
    "File::open",
    "File::create",
    "OpenOptions",
    ".read_dir",
    ".canonicalize(",
    ".metadata()",
    ".exists()",
    "tempfile::",
];
/// The one file that opens others: what is in a workspace, and in a cache, may be anything (a fifo, a device).
const OPENS_FILES: &str = "vfs/regular.rs";
const OPENING: [&str; 4] = ["fs::read(", "fs::read_to_string(", "File::open(", "OpenOptions"];
/// The one file that asks the process for its variables and folders; everybody else is handed what it found.
const ASKS_THE_PROCESS: &str = "cli/surroundings.rs";
const PROCESS: [&str; 8] = [
    "env::var(",
    "env::var_os(",
    "env::vars(",
    "env::vars_os(",
    "env::current_exe",
    "env::home_dir",
    "env::temp_dir",
    "gitconfig_excludes_path",
];
const PROCESSES: [&str; 3] = ["std::process", "process::Command", "tokio::process"];
const SOCKETS: [&str; 5] = ["std::net", "tokio::net", "TcpStream", "TcpListener", "ureq::"];
const PROTOCOL: [&str; 3] = ["tower_lsp", "lsp_types", "ls_types"];
const UNFINISHED: [&str; 2] = ["todo!", "unimplemented!"];

/// Longest file, without its tests.
const MAX_LINES: usize = 400;

/// Longer ones: plain data, documented field by field, which no cut would make easier to read.
const LONGER: [&str; 2] = ["manifest/model.rs", "python/summary.rs"];

#[test]
fn every_source_keeps_to_its_layer() {
    let mut faults = Vec::new();
    for source in sources() {
        faults.extend(faults_of(&source));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_crate_lists_its_modules_in_reading_order() {
    let lib = std::fs::read_to_string(src().join("lib.rs")).unwrap();
    let listed: Vec<&str> = code(&lib)
        .iter()
        .filter_map(|(_, line)| line.trim().strip_prefix("pub mod ").or(line.trim().strip_prefix("mod ")))
        .filter_map(|rest| rest.strip_suffix(';'))
        .collect();
    let expected: Vec<&str> = LAYERS.into_iter().filter(|layer| listed.contains(layer)).collect();
    assert_eq!(listed, expected, "`mod` lines of lib.rs, in the order of the layers and no others");
}

#[test]
fn each_kind_of_fault_is_found() {
    for (layer, text, faults) in [
        ("python", "use crate::workspace::Workspace;\n", 1),
        ("workspace", "use crate::python::Name;\nuse crate::workspace::Project;\nuse crate::vfs;\n", 0),
        ("vfs", "fn f() -> crate::ide::Hover { todo!() }\n", 2),
        ("text", "use crate::{\n    text::TextRange,\n    vfs::{FileId, Files},\n};\n", 1),
        ("text", "use crate::{text::{A, B}, rules};\n", 1),
        ("rules", "use crate::fixture;\n", 1),
        ("workspace", "let text = std::fs::read_to_string(path);\n", 2),
        ("vfs", "let text = std::fs::read_to_string(path);\n", 1),
        ("source", "let text = std::fs::read(path);\n", 1),
        ("source", "let text = crate::vfs::read_regular(path, 9);\n", 0),
        ("server", "use std::process::Command;\n", 1),
        ("source", "let home = std::env::var(\"HOME\");\n", 1),
        ("cli", "let all = env::vars_os();\n", 1),
        ("cli", "let version = env!(\"CARGO_PKG_VERSION\"); std::env::split_paths(x);\n", 0),
        ("ide", "use tower_lsp::ls_types::Range;\n", 1),
        ("server", "use tower_lsp::ls_types::Range;\n", 0),
        ("ide", "// As crate::cli does; todo!\nfn f() {}\n", 0),
        ("ide", "fn f() {} // not std::fs\n", 0),
        ("ide", "fn f() {}\n#[cfg(test)]\nmod tests { use crate::cli; }\n", 0),
        ("ide", "fn f() {}\n#[cfg(test)]\nuse crate::cli;\n#[cfg(test)]\n#[path = \"x\"]\nmod x;\n", 0),
        ("ide", "fn f() {}\n#[cfg(test)]\nmod tests;\npub fn g() {}\n", 1),
        ("ide", &"x();\n".repeat(400), 0),
        ("ide", &"x();\n".repeat(401), 1),
        ("main", "use crossloc::cli;\nuse std::process::ExitCode;\n", 0),
    ] {
        let source = Source { path: "file.rs".to_owned(), layer: layer.to_owned(), text: text.to_owned() };
        assert_eq!(faults_of(&source).len(), faults, "{layer}: {text}\n{:?}", faults_of(&source));
    }
}

struct Source {
    /// Relative to `src`.
    path: String,
    /// The first segment of the path, without `.rs`.
    layer: String,
    text: String,
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let (mut pending, mut found) = (vec![src()], Vec::new());
    while let Some(dir) = pending.pop() {
        for entry in dir.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if is_product_code(&path) {
                let relative = path.strip_prefix(src()).unwrap().to_string_lossy().replace('\\', "/");
                let layer = relative.split(['/', '.']).next().unwrap_or("").to_owned();
                let text = std::fs::read_to_string(&path).unwrap();
                found.push(Source { path: relative, layer, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the sources were not found");
    found
}

/// Whole files of tests are judged as little as the tests at the end of a file.
fn is_product_code(path: &Path) -> bool {
    let tests = path.components().any(|part| part.as_os_str() == "tests") && path.starts_with(src());
    path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") && !tests
}

fn faults_of(source: &Source) -> Vec<String> {
    let code = code(&source.text);
    let mut faults = upward_uses(source, &code);
    let allowed = |layers: &[&str]| layers.contains(&source.layer.as_str());
    for (needles, allowed, what) in [
        (&FILES[..], allowed(&MAY_TOUCH_FILES), "touches files"),
        (&PROCESSES[..], allowed(&MAY_START_PROCESSES), "starts processes"),
        (&SOCKETS[..], allowed(&MAY_OPEN_SOCKETS), "opens sockets"),
        (&PROTOCOL[..], allowed(&MAY_SPEAK_PROTOCOL), "names protocol types"),
        (&OPENING[..], source.path == OPENS_FILES, "opens files past `vfs::open_regular`"),
        (&PROCESS[..], source.path == ASKS_THE_PROCESS, "asks the process past `Surroundings`"),
        (&UNFINISHED[..], false, "is unfinished"),
    ] {
        let Some((number, line, needle)) = (if allowed { None } else { first(&code, needles) }) else {
            continue;
        };
        faults.push(format!("{}:{number}: {what} (`{needle}`): {}", source.path, line.trim()));
    }
    if let Some(line) = code_behind_tests(&source.text) {
        faults.push(format!("{}: code behind the tests, where it is not judged: {line}", source.path));
    }
    let lines = without_tests(&source.text).lines().count();
    let longer = LONGER.contains(&source.path.as_str());
    if lines > MAX_LINES && !longer {
        faults.push(format!("{}: {lines} lines without its tests, over {MAX_LINES}", source.path));
    }
    if lines <= MAX_LINES && longer {
        faults.push(format!("{}: is no longer an exception to the length of files", source.path));
    }
    faults
}

fn first<'a>(code: &[(usize, &'a str)], needles: &[&'static str]) -> Option<(usize, &'a str, &'static str)> {
    code.iter().find_map(|(number, line)| {
        let needle = needles.iter().find(|needle| line.contains(**needle))?;
        Some((*number, *line, *needle))
    })
}

/// Every `crate::module` that is no layer, or one behind the file's own.
fn upward_uses(source: &Source, code: &[(usize, &str)]) -> Vec<String> {
    let Some(own) = LAYERS.iter().position(|layer| *layer == source.layer) else {
        let known = matches!(source.layer.as_str(), "lib" | "main");
        return if known { Vec::new() } else { vec![format!("{}: no layer has this name", source.path)] };
    };
    let joined: String = code.iter().map(|(_, line)| format!("{line}\n")).collect();
    let mut faults = Vec::new();
    for (at, _) in joined.match_indices("crate::") {
        let number = code[joined[..at].matches('\n').count()].0;
        for used in modules_used(&joined[at + "crate::".len()..]) {
            let layer = LAYERS.iter().position(|layer| *layer == used);
            if layer.is_none_or(|layer| layer > own) {
                faults.push(format!("{}:{number}: `{}` uses `crate::{used}`", source.path, source.layer));
            }
        }
    }
    faults
}

/// The first segments of what follows `crate::`, which may be a group in braces.
fn modules_used(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else { return vec![first_word(rest)] };
    let (mut depth, mut start, mut used) = (0usize, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                used.push(first_word(group[start..at].trim()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    used.retain(|word| !word.is_empty());
    used
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The lines that are code, 1-based, without what stands behind `//`.
fn code(text: &str) -> Vec<(usize, &str)> {
    let lines = without_tests(text).lines().enumerate();
    lines.map(|(number, line)| (number + 1, line.find("//").map_or(line, |at| &line[..at]))).collect()
}

/// An item at the left margin behind the first `#[cfg(test)]` that has no such attribute itself.
fn code_behind_tests(text: &str) -> Option<&str> {
    const ITEMS: [&str; 10] =
        ["pub", "fn ", "impl", "struct ", "enum ", "use ", "const ", "static ", "trait ", "macro_rules"];
    let mut for_tests = false;
    text[without_tests(text).len()..].lines().find(|line| {
        if line.starts_with("#[cfg(test)]") {
            for_tests = true;
        }
        let item = ITEMS.iter().any(|item| line.starts_with(item)) || line.starts_with("mod ");
        let judged = item && !for_tests;
        for_tests &= !item;
        judged
    })
}

fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]").map_or(text, |at| &text[..at + 1])
}
