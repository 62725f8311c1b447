//! What a change on disk means for the next revision.

use camino::{Utf8Path, Utf8PathBuf};

use crate::manifest::DocumentKind;
use crate::vfs::{EntryKind, FileId, Files};

/// Something happened to a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEvent {
    /// The absolute path.
    pub path: Utf8PathBuf,
    /// What happened.
    pub kind: FileEventKind,
}

/// What can happen to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileEventKind {
    /// It is there and was not.
    Created,
    /// Its contents are others.
    Changed,
    /// It is gone.
    Deleted,
}

/// What a batch of events comes to.
pub enum Effect {
    /// Nothing we look at.
    None,
    /// Only the texts of Python files are others.
    Text(Files),
    /// Manifests are others, or which files there are.
    Structure(Files),
}

/// Whether the file's text matters to nothing but Python analysis. `setup.py` is a manifest as well.
pub fn is_text_only(file: &FileId) -> bool {
    DocumentKind::of(file.path()) == DocumentKind::Python
}

/// The next revision after a batch of events.
pub fn effect(files: &Files, events: &[FileEvent]) -> Effect {
    let relevant: Vec<&FileEvent> = events.iter().filter(|event| is_relevant(files, event)).collect();
    if relevant.is_empty() {
        return Effect::None;
    }
    // A folder that comes or goes, and an installation, take any number of files along of which nobody speaks.
    if relevant.iter().any(|event| is_installed(&event.path) || is_folder(files, event)) {
        return Effect::Structure(files.with_everything_changed());
    }
    let text_only =
        |event: &&FileEvent| event.kind == FileEventKind::Changed && is_text_only(&FileId::new(&event.path));
    let structure = !relevant.iter().all(text_only);
    // The folders above a new file may be new as well, and known until now as absent.
    let paths = relevant.iter().flat_map(|event| event.path.ancestors().take(if structure { 64 } else { 1 }));
    let next = files.with_changed(paths);
    if structure { Effect::Structure(next) } else { Effect::Text(next) }
}

/// Whether a file of this name can change an answer.
pub fn is_interesting(path: &Utf8Path) -> bool {
    let kind = DocumentKind::of(path);
    // What is installed is known by its records: an installation is one event, not thousands.
    kind != DocumentKind::Other && !is_out_of_sight(path) && !(is_installed(path) && kind.is_python())
}

/// Inside a folder that is never looked into. Of git's own files only `HEAD` counts, which a checkout moves.
fn is_out_of_sight(path: &Utf8Path) -> bool {
    const UNSEEN: [&str; 7] =
        ["node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".tox", ".nox"];
    let above = || path.parent().into_iter().flat_map(Utf8Path::components).map(|part| part.as_str());
    above().any(|part| UNSEEN.contains(&part))
        || (above().any(|part| part == ".git") && DocumentKind::of(path) != DocumentKind::GitHead)
}

fn is_installed(path: &Utf8Path) -> bool {
    path.components().any(|part| part.as_str() == "site-packages")
}

fn is_relevant(files: &Files, event: &FileEvent) -> bool {
    let held = files.open_document(&FileId::new(&event.path)).is_some();
    // What an editor holds speaks for itself; saving it changes no text.
    let only_saved = held && event.kind == FileEventKind::Changed;
    !only_saved && (is_interesting(&event.path) || (!is_out_of_sight(&event.path) && is_folder(files, event)))
}

fn is_folder(files: &Files, event: &FileEvent) -> bool {
    match event.kind {
        FileEventKind::Changed => false,
        FileEventKind::Created | FileEventKind::Deleted if DocumentKind::of(&event.path).is_python() => false,
        FileEventKind::Created => {
            let next = files.with_changed(std::iter::once(event.path.as_path()));
            next.kind(&event.path) == Some(EntryKind::Dir)
        }
        // Nobody can look any more; a name without extension that is no known file was a folder.
        FileEventKind::Deleted => {
            files.is_dir(&event.path) || (event.path.extension().is_none() && !is_interesting(&event.path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(files: &Files, root: &Utf8Path, events: &[(&str, FileEventKind)]) -> &'static str {
        let events: Vec<FileEvent> =
            events.iter().map(|(path, kind)| FileEvent { path: root.join(path), kind: *kind }).collect();
        match effect(files, &events) {
            Effect::None => "none",
            Effect::Text(_) => "text",
            Effect::Structure(_) => "structure",
        }
    }

    #[test]
    fn events_are_as_large_as_what_they_can_change() {
        use FileEventKind::{Changed, Created, Deleted};
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        std::fs::create_dir(root.join("made")).unwrap();
        for folder in ["node_modules/made", ".git/made", "a.d", "listed.d"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let files = Files::default();
        assert!(files.is_dir(&root.join("listed.d")));
        for (events, expected) in [
            (vec![], "none"),
            (vec![("a.py", Changed)], "text"),
            (vec![("a.py", Changed), ("b.pyi", Changed)], "text"),
            (vec![("a.py", Changed), ("b.py", Created)], "structure"),
            (vec![("a.py", Deleted)], "structure"),
            (vec![("setup.py", Changed)], "structure"),
            (vec![("pyproject.toml", Changed)], "structure"),
            (vec![("requirements/base.txt", Changed)], "structure"),
            (vec![("notes.txt", Changed)], "none"),
            (vec![("data.parquet", Created)], "none"),
            (vec![("made", Created)], "structure"),
            (vec![("gone", Deleted)], "structure"),
            (vec![("made", Changed)], "none"),
            (vec![("node_modules/made", Created)], "none"),
            (vec![(".git/made", Created)], "none"),
            (vec![("a.d", Created)], "structure"),
            (vec![("listed.d", Deleted)], "structure"),
            (vec![("never.d", Deleted)], "none"),
            (vec![("uv.lock", Deleted)], "structure"),
            (vec![(".git/x/a.py", Created)], "none"),
            (vec![("x/site-packages/y/METADATA", Changed)], "none"),
            (vec![("node_modules/x/a.py", Created)], "none"),
            (vec![(".git/objects/ab", Created), (".git/config", Changed)], "none"),
            (vec![(".git/HEAD", Changed)], "structure"),
            (vec![(".git/modules/shared/HEAD", Changed)], "structure"),
            (vec![("uv.lock", Changed)], "structure"),
            (vec![("Cargo.lock", Changed)], "none"),
            (vec![(".venv/lib/python3.12/site-packages/x/a.py", Created)], "none"),
            (vec![("etl/.env", Changed), (".venv/pyvenv.cfg", Created)], "structure"),
            (vec![(".venv/lib/python3.12/site-packages/x-1.dist-info/RECORD", Created)], "structure"),
        ] {
            assert_eq!(outcome(&files, root, &events), expected, "{events:?}");
        }
    }

    #[test]
    fn a_file_in_a_new_folder_is_seen_though_only_the_file_was_announced() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        let files = Files::default();
        let path = root.join("new/pkg/a.py");
        assert!(!files.is_dir(&root.join("new")) && !files.is_dir(&root.join("new/pkg")));
        assert!(!files.is_file(&path));
        std::fs::create_dir_all(root.join("new/pkg")).unwrap();
        std::fs::write(&path, "").unwrap();
        let Effect::Structure(next) =
            effect(&files, &[FileEvent { path: path.clone(), kind: FileEventKind::Created }])
        else {
            panic!("a new file is structure");
        };
        assert!(next.is_dir(&root.join("new")) && next.is_dir(&root.join("new/pkg")) && next.is_file(&path));
    }
}
