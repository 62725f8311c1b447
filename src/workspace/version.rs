//! The version of a live project, followed into the file that holds it.

use pep440_rs::Version as Pep440;

use super::{Project, Workspace};
use crate::manifest::{DocumentKind, Version, parse_version};
use crate::python::{DefinitionKind, Expression, ModuleName, ModuleSummary, ScopeId};
use crate::source::Found;
use crate::vfs::{FileId, SourceTree, join};

/// What a manifest took its version from: a name in a Python file.
#[derive(Clone)]
pub(super) struct VersionInPython {
    attribute: Option<String>,
    version: Option<String>,
}

impl Workspace {
    /// The version as written in the manifest or in the file that the manifest names; `None` where it is computed.
    pub fn version_text(&self, project: &Project) -> Option<String> {
        match &project.version.value {
            Version::Static(text) => Some(text.value.clone()),
            Version::File { path, attribute } => {
                let file = self.version_file(project, &path.value)?;
                if DocumentKind::of(file.path()).is_python() {
                    let version = self.version_in(&file, attribute.as_deref());
                    let written = VersionInPython { attribute: attribute.clone(), version: version.clone() };
                    self.structure.versions_in_python.lock().insert(file, written);
                    version
                } else {
                    let text = self.files.text(&file).ok()?;
                    text.text.lines().next().map(|line| line.trim().to_owned())
                }
            }
            Version::Missing | Version::Dynamic => {
                self.mounted_version(project).or_else(|| self.described_version(project))
            }
        }
    }

    fn version_in(&self, file: &FileId, attribute: Option<&str>) -> Option<String> {
        let summary = self.summary(file)?;
        match attribute {
            Some(name) => literal(&summary, name),
            None => literal(&summary, "__version__").or_else(|| literal(&summary, "VERSION")),
        }
    }

    /// Whether the version that a Python file holds for a manifest is another one by now.
    pub(super) fn has_another_version(&self, file: &FileId) -> bool {
        let known = self.structure.versions_in_python.lock().get(file).cloned();
        known.is_some_and(|known| self.version_in(file, known.attribute.as_deref()) != known.version)
    }

    /// The version that setuptools-scm, hatch-vcs and their kin would give a tree whose commit bears a tag; every other
    /// state of the tree has a version that only running them tells.
    fn described_version(&self, project: &Project) -> Option<String> {
        if project.version.value != Version::Dynamic {
            return None;
        }
        let name = project.distribution()?;
        let repository = self.repository(&self.repository_around(&project.dir)?).ok()?;
        let version = repository.described_version(name, self.configured_tag(name).as_deref())?;
        (self.is_dirty(project) == Some(false)).then(|| version.to_string())
    }

    /// Whether modules or manifests of a live project differ from what its repository's HEAD has of them; files that are
    /// not tracked do not count. None where git cannot tell. An unsaved edit counts from the next change of structure on.
    pub fn is_dirty(&self, project: &Project) -> Option<bool> {
        self.structure.dirty.get(project.dir.as_str(), || self.work_out_dirt(project))
    }

    fn work_out_dirt(&self, project: &Project) -> Option<bool> {
        let folder = self.repository_around(&project.dir)?;
        let repository = self.repository(&folder).ok()?;
        let tree = repository.tree(&repository.head()?).ok()?;
        let modules = project.layout.modules(&self.files).into_iter().map(|(_, file)| file);
        let mut files = modules.chain(project.manifests.iter().map(|(file, _)| file.clone()));
        let differs = |file: FileId| {
            let held = file.path().strip_prefix(&folder).ok().and_then(|inside| tree.read(inside).ok());
            let now = self.files.text(&file).ok().filter(|source| !source.lossy);
            // A checkout may have turned line ends into those of its platform.
            let lines =
                |bytes: &[u8]| bytes.iter().filter(|byte| **byte != b'\r').copied().collect::<Vec<u8>>();
            held.zip(now).is_some_and(|(held, now)| lines(&held) != lines(now.text.as_bytes()))
        };
        let dirty = files.any(differs);
        tree.refusal().is_none().then_some(dirty)
    }

    /// [`Workspace::version_text`] as a PEP 440 version.
    pub fn version(&self, project: &Project) -> Option<Pep440> {
        parse_version(&self.version_text(project)?)
    }

    /// The file that holds the version: a path beside the manifest, or a module below a source root.
    pub fn version_file(&self, project: &Project, path: &str) -> Option<FileId> {
        let beside = join(project.version.file.dir(), path);
        if self.files.is_file(&beside) {
            let own = self.grounds().own(&self.files, &project.dir, &beside);
            return own.then(|| FileId::new(&beside));
        }
        match project.layout.find(&self.files, &ModuleName::new(&path.replace('/', "."))?)? {
            Found::Module(file) => Some(file),
            Found::Namespace(_) | Found::Native(_) => None,
        }
    }
}

/// The string that a module-level name is bound to.
fn literal(summary: &ModuleSummary, name: &str) -> Option<String> {
    let id = summary.bindings(ScopeId::MODULE, name).last()?;
    let DefinitionKind::Variable(variable) = &summary.definition(*id)?.kind else { return None };
    match summary.expression(variable.value?)? {
        Expression::String(Some(text)) => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::text::Document;
    use crate::vfs::Files;

    #[test]
    fn an_edit_of_the_version_in_a_python_file_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        for (path, text) in [
            (
                "pyproject.toml",
                "[build-system]\nbuild-backend = \"hatchling.build\"\n[project]\nname = \"acme\"\n\
                 dynamic = [\"version\"]\n[tool.hatch.version]\npath = \"src/acme/about.py\"\n",
            ),
            ("src/acme/__init__.py", ""),
            ("src/acme/about.py", "__version__ = \"1.0\"\n"),
        ] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        let file = FileId::new(&root.join("src/acme/about.py"));
        let version = |workspace: &Workspace| workspace.version_text(&workspace.project_at(&root).unwrap());
        let edited = |workspace: &Workspace, text: &str| {
            let document = Document::new(text, 1);
            workspace.with_text(workspace.files.with_document(&file, document, Vec::new()))
        };
        let first = Workspace::new(Files::default(), vec![root.clone()]);
        assert_eq!(version(&first).as_deref(), Some("1.0"));
        let same = edited(&first, "# The version.\n__version__ = \"1.0\"\n");
        assert_eq!(same.structure_revision(), first.structure_revision());
        let next = edited(&same, "__version__ = \"2.0\"\n");
        assert_ne!(next.structure_revision(), first.structure_revision());
        assert_eq!(version(&next).as_deref(), Some("2.0"));
    }
}
