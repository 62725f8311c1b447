//! The lock that speaks for a project, and what it has locked.

use std::sync::Arc;

use camino::Utf8Path;
use pep440_rs::Version;

use super::{Place, Project, Workspace};
use crate::manifest::{
    DistributionName, DocumentKind, Lock, LockEntry, LockKind, LockSource, Reached, parse_version, read_lock,
};
use crate::vfs::{FileId, join, relative};

/// The lock of a project.
#[derive(Clone, Debug)]
pub struct ProjectLock {
    /// The lock file.
    pub file: FileId,
    /// What it says.
    pub lock: Arc<Lock>,
    /// Why this one, where several lie side by side.
    pub chosen: Option<String>,
    /// The others, sorted.
    pub others: Vec<FileId>,
}

/// What a project's lock has of one distribution.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The version; none for a live project whose version is computed.
    pub version: Option<Version>,
    /// The version as written.
    pub text: Option<String>,
    /// Where it is taken from.
    pub source: LockSource,
    /// The entry.
    pub entry: Arc<LockEntry>,
    /// The version in the lock file, else the name.
    pub place: Place,
}

/// The answer of a lock about one distribution.
#[derive(Clone, Debug)]
pub enum LockAnswer {
    /// This one.
    Locked(Box<Locked>),
    /// The lock has it in several versions or from several sources, and markers decide between them on each machine.
    Ambiguous(Vec<Locked>),
    /// The project gets none.
    Absent,
    /// There is no lock, or it cannot be read.
    NoLock,
}

impl Workspace {
    /// A lock file as read; `None` where the file is none or cannot be read at all. Compiled requirements, whose names
    /// do not tell what they are, have to be asked for by [`Workspace::lock_of`].
    pub fn lock(&self, file: &FileId) -> Option<Arc<Lock>> {
        let kind = DocumentKind::of(file.path()).lock()?;
        self.read_lock(file, kind)
    }

    /// The lock that speaks for a project: one in its own folder, else that of its uv workspace root.
    pub fn lock_of(&self, project: &Project) -> Option<Arc<ProjectLock>> {
        self.structure.locks.get(project.dir.as_str(), || {
            let root = self.workspace_root(project);
            // A member's own uv.lock is used by nothing: uv writes and reads the root's alone.
            let member = root.as_ref().is_some_and(|root| root.dir != project.dir);
            let own = self.choose(project, |kind| !(member && kind == LockKind::Uv));
            own.or_else(|| self.choose(&*root?, |kind| kind == LockKind::Uv)).map(Arc::new)
        })
    }

    /// What a project gets of a distribution by its lock; `None` also where markers decide between several.
    pub fn locked(&self, project: &Project, name: &DistributionName) -> Option<Locked> {
        match self.lock_answer(project, name) {
            LockAnswer::Locked(locked) => Some(*locked),
            LockAnswer::Ambiguous(_) | LockAnswer::Absent | LockAnswer::NoLock => None,
        }
    }

    /// What a project gets of a distribution by its lock: by its own requirements, else by theirs. A lock with entries
    /// of its projects is walked from the project's own; any other lock is one project's alone.
    pub fn lock_answer(&self, project: &Project, name: &DistributionName) -> LockAnswer {
        let Some(found) = self.lock_of(project).filter(|found| found.lock.errors.is_empty()) else {
            return LockAnswer::NoLock;
        };
        if !found.lock.has(name) {
            return LockAnswer::Absent;
        }
        let mut entries = if found.lock.kind.has_members() {
            let Some(member) = self.lock_entry_of(project, &found) else { return LockAnswer::Absent };
            let direct = member.dependencies.iter().filter(|edge| edge.name.value == *name);
            let direct: Vec<Arc<LockEntry>> = direct.flat_map(|edge| found.lock.targets(edge)).collect();
            if direct.is_empty() {
                let reached = self.reached(&found, &member);
                reached.entries(name).iter().map(|(entry, _)| entry.clone()).collect()
            } else {
                direct
            }
        } else {
            found.lock.entries(name)
        };
        entries.sort_by_key(|entry| entry.index);
        entries.dedup_by_key(|entry| entry.index);
        let mut all: Vec<Locked> = entries.into_iter().map(|entry| locked(&found.file, entry)).collect();
        let same = |a: &Locked, b: &Locked| (&a.text, &a.source) == (&b.text, &b.source);
        match (all.first().cloned(), all.len()) {
            (None, _) => LockAnswer::Absent,
            (Some(first), _) if all.iter().all(|other| same(other, &first)) => {
                LockAnswer::Locked(Box::new(first))
            }
            _ => {
                all.sort_by(|a, b| a.place.cmp(&b.place));
                LockAnswer::Ambiguous(all)
            }
        }
    }

    /// The entry of a project itself in a lock that holds its projects: by name and folder.
    pub fn lock_entry_of(&self, project: &Project, found: &ProjectLock) -> Option<Arc<LockEntry>> {
        let at_folder = |entry: &Arc<LockEntry>| {
            let folder = entry.source.folder().map(|folder| join(found.file.dir(), folder));
            folder.is_some_and(|folder| self.own_name(&folder) == project.dir)
        };
        let named = found.lock.entries(project.distribution()?).into_iter().find(at_folder);
        named.or_else(|| found.lock.live_entries().into_iter().find(at_folder))
    }

    /// All that a member's entry leads to; worked out once.
    pub fn reached(&self, found: &ProjectLock, member: &LockEntry) -> Arc<Reached> {
        let walks = self.structure.reached.get(found.file.path().as_str(), Arc::default);
        walks.get(&member.index, || Arc::new(found.lock.reached_from(member)))
    }

    /// The lock files in a project's folder of the kinds asked for, and which of them counts.
    fn choose(&self, project: &Project, wanted: impl Fn(LockKind) -> bool) -> Option<ProjectLock> {
        let listing = self.files.list(&project.dir);
        let paths = listing.files().map(|name| project.dir.join(name));
        // What tests and docs are compiled to says nothing of what is deployed.
        let deployed = |file: &FileId| super::project::requirements_group(file).is_none();
        let compiled = project
            .manifests
            .iter()
            .filter(|(file, manifest)| manifest.tools == [LockKind::Compiled] && deployed(file));
        let compiled = compiled.map(|(file, _)| (file.clone(), LockKind::Compiled));
        let mut found: Vec<(FileId, LockKind)> = paths
            .filter_map(|path| Some((FileId::new(&path), DocumentKind::of(&path).lock()?)))
            .chain(compiled)
            .filter(|(_, kind)| wanted(*kind))
            .collect();
        // Of `requirements.txt` and `requirements-dev.txt` the former counts.
        found.sort_by(|(a, _), (b, _)| (a.file_name().len(), a).cmp(&(b.file_name().len(), b)));
        let preferred = preference(project);
        found.sort_by_key(|(_, kind)| {
            preferred.iter().position(|known| known == kind).unwrap_or(preferred.len())
        });
        let others = found.iter().skip(1).map(|(file, _)| file.clone()).collect::<Vec<_>>();
        found.into_iter().find_map(|(file, kind)| {
            let lock = self.read_lock(&file, kind)?;
            let others: Vec<FileId> = others.iter().filter(|other| **other != file).cloned().collect();
            let chosen = (!others.is_empty()).then(|| reason(project, kind, &file, &others));
            Some(ProjectLock { file, lock, chosen, others })
        })
    }

    fn read_lock(&self, file: &FileId, kind: LockKind) -> Option<Arc<Lock>> {
        if !self.grounds().own(&self.files, file.dir(), file.path()) {
            return None;
        }
        // What is derived of a compiled file's text is the manifest that it is as well.
        if kind == LockKind::Compiled {
            return self.files.text(file).ok().map(|source| Arc::new(read_lock(kind, &source.text)));
        }
        self.files.derived::<Lock>(file, |derivation| read_lock(kind, &derivation.source.text))
    }
}

fn locked(file: &FileId, entry: Arc<LockEntry>) -> Locked {
    let range = entry.version.as_ref().map_or(entry.name.range, |version| version.range);
    let text = entry.version.as_ref().map(|version| version.value.clone());
    Locked {
        version: text.as_deref().and_then(parse_version),
        text,
        source: entry.source.clone(),
        place: Place { file: file.clone(), range },
        entry,
    }
}

/// The kinds of locks in the order they count for a project: the tool whose table the manifest carries, then all by how
/// much they say.
fn preference(project: &Project) -> Vec<LockKind> {
    let mut order = tools(project);
    order.extend([
        LockKind::Uv,
        LockKind::Poetry,
        LockKind::Pdm,
        LockKind::Pylock,
        LockKind::Pipfile,
        LockKind::Pixi,
        LockKind::Compiled,
    ]);
    order
}

/// The tools whose tables or manifests a project carries.
fn tools(project: &Project) -> Vec<LockKind> {
    let all = project.manifests.iter().flat_map(|(_, manifest)| manifest.tools.iter().copied());
    all.filter(|kind| *kind != LockKind::Compiled).collect()
}

fn reason(project: &Project, kind: LockKind, file: &FileId, others: &[FileId]) -> String {
    let names: Vec<&str> = others.iter().map(FileId::file_name).collect();
    let beside = names.join(", ");
    let shown = relative(file.path(), project.dir.parent().unwrap_or(Utf8Path::new("/")));
    if tools(project).contains(&kind) {
        format!("{shown}: counts before {beside}, for the manifest is written for {}", kind.tool())
    } else {
        format!("{shown}: counts before {beside}, for it says more")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vfs::Files;

    const MEMBER: &str = "[project]\nname = \"NAME\"\nversion = \"0\"\n";

    /// A uv workspace of two members that get `lib` in different versions, and `odd` by markers.
    const LOCK: &str = r#"version = 1
[manifest]
members = ["etl", "ml"]
[[package]]
name = "etl"
version = "0"
source = { editable = "etl" }
dependencies = [
    { name = "lib", version = "1.0", source = { registry = "https://pypi.org/simple" } },
    { name = "mid" },
]
[[package]]
name = "lib"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "lib"
version = "2.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "mid"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "odd", version = "1", source = { registry = "https://pypi.org/simple" }, marker = "os_name == 'nt'" },
    { name = "odd", version = "2", source = { registry = "https://pypi.org/simple" }, marker = "os_name != 'nt'" },
]
[[package]]
name = "ml"
version = "0"
source = { editable = "ml" }
dependencies = [
    { name = "lib", version = "2.0", source = { registry = "https://pypi.org/simple" } },
]
[[package]]
name = "odd"
version = "1"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "odd"
version = "2"
source = { registry = "https://pypi.org/simple" }
"#;

    fn workspace(files: &[(&str, &str)]) -> (tempfile::TempDir, Workspace) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().to_owned();
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        (dir, Workspace::new(Files::default(), vec![root]))
    }

    fn answers(workspace: &Workspace, project: &str, names: &[&str]) -> Vec<String> {
        let project = workspace.project_at(&workspace.root().join(project)).unwrap();
        let answer =
            |name: &&str| match workspace.lock_answer(&project, &DistributionName::new(name).unwrap()) {
                LockAnswer::Locked(locked) => {
                    let text = workspace.files.text(&locked.place.file).unwrap();
                    assert_eq!(locked.place.range.slice(&text.text), locked.text.unwrap());
                    locked.version.unwrap().to_string()
                }
                LockAnswer::Ambiguous(all) => format!("{} of them", all.len()),
                LockAnswer::Absent => "absent".to_owned(),
                LockAnswer::NoLock => "no lock".to_owned(),
            };
        names.iter().map(answer).collect()
    }

    #[test]
    fn each_member_gets_its_own_of_the_roots_lock() {
        let root = "[tool.uv.workspace]\nmembers = [\"etl\", \"ml\"]\n";
        let (etl, ml) = (MEMBER.replace("NAME", "etl"), MEMBER.replace("NAME", "ml"));
        let files = [
            ("pyproject.toml", root),
            ("etl/pyproject.toml", &etl),
            ("ml/pyproject.toml", &ml),
            ("uv.lock", LOCK),
        ];
        let (_dir, workspace) = workspace(&files);
        let names = ["lib", "mid", "odd", "nothing"];
        assert_eq!(answers(&workspace, "etl", &names), ["1.0", "1.0", "2 of them", "absent"]);
        assert_eq!(answers(&workspace, "ml", &names), ["2.0", "absent", "absent", "absent"]);
        assert_eq!(workspace.discovery().locks.len(), 1);
    }

    #[test]
    fn a_lock_that_is_no_lock_answers_nothing() {
        let etl = MEMBER.replace("NAME", "etl");
        let (_dir, broken) =
            workspace(&[("etl/pyproject.toml", &etl), ("etl/uv.lock", LOCK.split_at(LOCK.len() - 20).0)]);
        assert_eq!(answers(&broken, "etl", &["lib"]), ["no lock"]);
        let (_dir, none) = workspace(&[("etl/pyproject.toml", &etl)]);
        assert_eq!(answers(&none, "etl", &["lib"]), ["no lock"]);
    }
}
