//! What kind of document a question is about: each feature answers in those that it knows.

use std::sync::Arc;

use crate::manifest::DocumentKind;
use crate::python::ModuleSummary;
use crate::vfs::FileId;
use crate::workspace::Workspace;

/// The summary of a document that is Python. One whose name tells nothing may be: an editor asks about scripts of any name.
/// Nothing else is ever read as Python, whoever asks.
pub(super) fn python(workspace: &Workspace, file: &FileId) -> Option<Arc<ModuleSummary>> {
    let kind = DocumentKind::of(file.path());
    if kind.is_python() || kind == DocumentKind::Other { workspace.summary(file) } else { None }
}

#[cfg(test)]
mod tests {
    use camino::{Utf8Path, Utf8PathBuf};

    use crate::ide;
    use crate::rules;
    use crate::vfs::{FileId, Files};
    use crate::workspace::Workspace;

    /// A workspace of which every file counts: without it other findings are told.
    const FILES: [(&str, &str); 10] = [
        ("shared/pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n"),
        ("shared/src/acme/io.py", "def load(path): ...\n"),
        (
            "etl/pyproject.toml",
            "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\"acme-shared\"]\n\
             [tool.uv.sources]\nacme-shared = { path = \"../shared\", editable = true }\n",
        ),
        (
            "etl/uv.lock",
            "version = 1\nrevision = 3\nrequires-python = \">=3.10\"\n\n[[package]]\nname = \"etl\"\nversion = \"1.0\"\n\
             source = { virtual = \".\" }\n\n[package.metadata]\nrequires-dist = [{ name = \"other\" }]\n",
        ),
        ("etl/src/etl/assets.py", "from acme.io import load\n\nload()\n"),
        (
            "old/setup.py",
            "from setuptools import setup\nfrom acme.io import load\n\n\ndef version():\n    return load\n\n\n\
             setup(name=\"old\", version=\"1.0\", package_dir={\"\": \"src\"}, install_requires=[\"acme-shared\", \"etl\"])\n",
        ),
        ("old/requirements.txt", "-e ../shared\n-e ../gone\n"),
        ("old/src/old/jobs.py", "from acme.io import load, store\nfrom etl.assets import load as own\n"),
        (
            "workspace.yaml",
            "load_from:\n  - python_module: { module_name: etl.assets, working_directory: etl/src }\n  \
             - python_module: { module_name: old.jobs, working_directory: old/src }\n",
        ),
        ("crossloc.toml", "[rules]\nmissing-source-path = \"information\"\n"),
    ];

    fn write(root: &Utf8Path) {
        for (path, text) in FILES {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    fn workspace(root: &Utf8Path) -> Workspace {
        Workspace::new(Files::default(), vec![root.to_owned()])
    }

    fn findings(workspace: &Workspace) -> Vec<String> {
        let told = rules::check(workspace).diagnostics;
        told.iter().map(|found| format!("{found:?}")).collect()
    }

    /// Everything that can be asked about a file.
    fn ask(workspace: &Workspace, file: &FileId, length: usize) -> Vec<String> {
        let mut answers = vec![format!("{:?}", ide::document_symbols(workspace, file))];
        for offset in (0..).take(length) {
            answers.push(format!("{:?}", ide::definition(workspace, file, offset)));
            answers.push(format!("{:?}", ide::hover(workspace, file, offset)));
        }
        answers
    }

    fn sandbox() -> (tempfile::TempDir, Utf8PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().canonicalize().unwrap()).unwrap();
        (dir, root)
    }

    #[test]
    fn what_is_asked_first_decides_nothing() {
        let (_dir, root) = sandbox();
        write(&root);
        let expected = findings(&workspace(&root));
        for (path, text) in FILES {
            let file = FileId::new(&root.join(path));
            let asked_first = workspace(&root);
            let answers = ask(&asked_first, &file, text.len());
            assert_eq!(findings(&asked_first), expected, "questions in {path}, then a check");
            let checked_first = workspace(&root);
            assert_eq!(findings(&checked_first), expected);
            assert_eq!(ask(&checked_first, &file, text.len()), answers, "a check, then questions in {path}");
        }
    }

    #[test]
    fn each_file_of_that_workspace_counts() {
        for (path, _) in FILES {
            let (_dir, root) = sandbox();
            write(&root);
            let expected = findings(&workspace(&root));
            std::fs::remove_file(root.join(path)).unwrap();
            assert_ne!(findings(&workspace(&root)), expected, "{path}");
        }
    }

    #[test]
    fn what_is_no_python_is_not_read_as_such() {
        let (_dir, root) = sandbox();
        write(&root);
        let text = "from acme.io import load\n\nload\n";
        for (path, is_answered) in [
            ("etl/src/etl/jobs.py", true),
            ("etl/src/etl/jobs.pyi", true),
            ("etl/setup.py", true),
            ("etl/tool", true),
            ("etl/requirements.txt", false),
            ("etl/pyproject.toml", false),
            ("etl/ruff.toml", false),
            ("etl/uv.lock", false),
            ("workspace.yaml", false),
            ("crossloc.toml", false),
        ] {
            let path = root.join(path);
            std::fs::write(&path, text).unwrap();
            let file = FileId::new(&path);
            let workspace = workspace(&root);
            for offset in [20, 27] {
                assert_eq!(ide::definition(&workspace, &file, offset).is_some(), is_answered, "{path}");
                assert_eq!(ide::hover(&workspace, &file, offset).is_some(), is_answered, "{path}");
            }
        }
    }

    #[test]
    fn setup_py_is_a_manifest_and_python() {
        let (_dir, root) = sandbox();
        write(&root);
        let (path, text) = FILES.into_iter().find(|(path, _)| path.ends_with("setup.py")).unwrap();
        let file = FileId::new(&root.join(path));
        let workspace = workspace(&root);
        let at = |needle: &str| u32::try_from(text.find(needle).unwrap()).unwrap();
        assert!(ide::definition(&workspace, &file, at("load")).is_some());
        assert!(ide::hover(&workspace, &file, at("load")).unwrap().markdown.contains("def load(path)"));
        let requirement = ide::hover(&workspace, &file, at("acme-shared")).unwrap();
        assert!(requirement.markdown.contains("takes `acme-shared` from"), "{}", requirement.markdown);
        assert_eq!(ide::document_symbols(&workspace, &file).len(), 1);
        assert_eq!(workspace.project_of(&file).unwrap().display_name(), "old");
    }
}
