//! What people wait for, on generated workspaces: `cargo bench --bench workspace`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a bench may fail loudly"
)]

mod support;

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::rules::{self, Memory, Selection};
use crossloc::text::Document;
use crossloc::vfs::{FileId, Files};
use crossloc::workspace::Workspace;
use divan::Bencher;
use support::client::Client;
use support::generate::{Size, using_file, workspace};
use support::locks::locked_workspace;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [Size; 2] = [Size::SMALL, Size::LARGE];

fn main() {
    divan::main();
}

/// Process start to the first right definition.
#[divan::bench(args = SIZES, sample_count = 20)]
fn cold_definition(bencher: Bencher<'_, '_>, size: Size) {
    let root = workspace(size);
    let file = using_file(&root);
    let text = std::fs::read_to_string(&file).unwrap();
    bencher.bench_local(|| Client::start(&root, &file).definition(&file, &text, "Client"));
}

/// A definition in a file that was asked about before.
#[divan::bench(args = SIZES)]
fn warm_definition(bencher: Bencher<'_, '_>, size: Size) {
    let root = workspace(size);
    let file = using_file(&root);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut client = Client::start(&root, &file);
    client.definition(&file, &text, "Client");
    bencher.bench_local(|| client.definition(&file, &text, "fetch(name)"));
}

/// `crossloc check` with nothing known from before.
#[divan::bench(args = SIZES, sample_count = 5)]
fn cold_check(bencher: Bencher<'_, '_>, size: Size) {
    let root = workspace(size);
    bencher.bench_local(|| check(&root, &["--no-cache"]));
}

/// `crossloc check` after another one.
#[divan::bench(args = SIZES, sample_count = 10)]
fn warm_check(bencher: Bencher<'_, '_>, size: Size) {
    let root = workspace(size);
    check(&root, &[]);
    bencher.bench_local(|| check(&root, &[]));
}

/// `crossloc check` with nothing known from before, of 200 locations with and without a lock of a megabyte each: the
/// difference is what locks cost.
#[divan::bench(args = [true, false], sample_count = 10)]
fn locks_cold_check(bencher: Bencher<'_, '_>, locked: bool) {
    let root = locked_workspace(locked);
    bencher.bench_local(|| check(&root, &["--no-cache"]));
}

/// One edit of an open file to all findings of the workspace.
#[divan::bench(args = SIZES, sample_count = 20)]
fn edit_to_findings(bencher: Bencher<'_, '_>, size: Size) {
    let root = utf8(&workspace(size));
    let file = FileId::new(&utf8(&using_file(root.as_std_path())));
    let text = std::fs::read_to_string(file.path()).unwrap();
    let mut current = Workspace::new(Files::default(), vec![root]);
    let mut document = Document::new(&text, 1);
    current = current.with_text(current.files.with_document(&file, document.clone(), Vec::new()));
    // What the server does: each check keeps what it worked out for the next one.
    let memory = Memory::default();
    let check = |workspace: &Workspace| {
        rules::check_again(workspace, &Selection::default(), &memory, &|| false).unwrap()
    };
    assert!(check(&current).diagnostics.is_empty());
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        let change = document.replace_all(&format!("{text}added = {number}\n"));
        let files = current.files.with_document(&file, document.clone(), vec![change]);
        current = current.with_text(files);
        check(&current).diagnostics.len()
    });
}

fn check(root: &std::path::Path, arguments: &[&str]) {
    let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    let status = Command::new(env!("CARGO_BIN_EXE_crossloc"))
        .arg("check")
        .args(arguments)
        .current_dir(root)
        .env("XDG_CACHE_HOME", cache)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

fn utf8(path: &std::path::Path) -> Utf8PathBuf {
    Utf8Path::from_path(path).unwrap().to_owned()
}
