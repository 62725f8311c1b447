//! One module below one folder, as Python's path finder would look for it.

use camino::{Utf8Path, Utf8PathBuf};

use crate::python::ModuleName;
use crate::vfs::{EntryKind, FileId, Files};

/// What answers for a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A Python file: the module, or the package's `__init__.py`. A stub only where there is no source beside it.
    Module(FileId),
    /// A compiled extension (`.so`, `.pyd`), the source it is compiled from (`.pyx`), or the manifest of the crate
    /// that makes it: the module exists, its text is not Python.
    Native(Utf8PathBuf),
    /// A folder without `__init__.py`: a part of a namespace package (PEP 420). Where only a manifest names the
    /// package (`package-dir`, `to`), the folder that stands for what lies below it.
    Namespace(Utf8PathBuf),
}

/// Finds the module that `segments` names relative to `dir`; no segments mean `dir` itself, which may be a file.
pub(super) fn find_below(files: &Files, dir: &Utf8Path, segments: &[&str]) -> Option<Found> {
    let Some((last, parents)) = segments.split_last() else {
        return if files.is_file(dir) { Some(Found::Module(FileId::new(dir))) } else { package(files, dir) };
    };
    find_spelled(files, dir, parents, last).or_else(|| {
        // PEP 561: the stubs of `acme` may lie in a distribution of their own, as `acme-stubs`.
        let (first, rest) = segments.split_first()?;
        let stubs = dir.join(format!("{first}-stubs"));
        files.is_dir(&stubs).then(|| find_below(files, &stubs, rest)).flatten()
    })
}

fn find_spelled(files: &Files, dir: &Utf8Path, parents: &[&str], last: &str) -> Option<Found> {
    let mut folder = dir.to_owned();
    for segment in parents {
        folder.push(segment);
        if !files.is_dir(&folder) {
            return None;
        }
    }
    let inner = folder.join(last);
    let listing = files.list(&folder);
    let beside = |extension: &str| {
        let name = format!("{last}{extension}");
        (listing.kind(&name) == Some(EntryKind::File)).then(|| FileId::new(&folder.join(name)))
    };
    let package = if files.is_dir(&inner) { package(files, &inner) } else { None };
    let (source, stub, namespace) = match package {
        Some(Found::Module(file)) if file.path().extension() == Some("py") => (Some(file), None, None),
        Some(Found::Module(stub)) => (None, Some(stub), None),
        other => (None, None, other),
    };
    if let Some(file) = source.or_else(|| beside(".py")).or(stub).or_else(|| beside(".pyi")) {
        return Some(Found::Module(file));
    }
    let native = listing.files().find(|name| is_native(name, last));
    native.map(|name| Found::Native(folder.join(name))).or(namespace)
}

/// A folder as a package: by its `__init__`, else as a part of a namespace.
fn package(files: &Files, dir: &Utf8Path) -> Option<Found> {
    let listing = files.list(dir);
    let init =
        ["__init__.py", "__init__.pyi"].into_iter().find(|name| listing.kind(name) == Some(EntryKind::File));
    match init {
        Some(name) => Some(Found::Module(FileId::new(&dir.join(name)))),
        None => files.is_dir(dir).then(|| Found::Namespace(dir.to_owned())),
    }
}

/// Whether a file is a compiled module of this name: `io.so`, `io.cpython-313-darwin.so`, `io.pyd`, or `io.pyx`.
fn is_native(name: &str, module: &str) -> bool {
    let rest = name.strip_prefix(module).filter(|rest| rest.starts_with('.'));
    rest.is_some_and(|rest| rest == ".pyx" || rest.ends_with(".so") || rest.ends_with(".pyd"))
}

/// Finds an absolute module below a folder that is on `sys.path`.
pub fn find_in(files: &Files, dir: &Utf8Path, module: &ModuleName) -> Option<Found> {
    let segments: Vec<&str> = module.segments().collect();
    find_below(files, dir, &segments)
}

/// Finds what a dotted name leads to below a folder that is on `sys.path`, as `importlib` does: the name need not be one
/// that an import statement could have (`00_start.definitions`).
pub fn find_named(files: &Files, dir: &Utf8Path, dotted: &str) -> Option<Found> {
    let segments: Vec<&str> = dotted.split('.').collect();
    let is_name = |segment: &&str| !segment.is_empty() && !segment.contains(['/', '\\', '\0']);
    segments.iter().all(is_name).then(|| find_below(files, dir, &segments)).flatten()
}
