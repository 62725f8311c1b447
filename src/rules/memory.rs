//! What earlier checks worked out, as far as it holds in the revision that is checked.
//!
//! There are *units*, what one question comes to in one file, and *nodes*, what a rule or a fact that several rules ask
//! comes to in all. Each was worked out through a workspace that notes which Python files are looked at. When such a
//! file changes, what saw it is dropped; what was learned of manifests and folders stands behind everything: another
//! structure drops all but what imports alone decide.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHashSet};

use super::precedence::Told;
use crate::uses::{FileUses, Index, Uses};
use crate::vfs::{FileId, Seen};
use crate::workspace::{Moved, Workspace};

/// Remembers between checks; the server has one for its session, a command one for itself.
#[derive(Default)]
pub struct Memory {
    index: Index,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    at: Option<Revision>,
    uses: Option<Arc<Uses>>,
    units: FxHashMap<UnitName, Unit>,
    /// By file: the units that saw it.
    readers: FxHashMap<FileId, FxHashSet<UnitName>>,
    questions: FxHashMap<&'static str, Question>,
    nodes: FxHashMap<&'static str, Node>,
    /// Files that changed since the nodes were gone through last.
    changed: Vec<FileId>,
}

/// What a rule or fact came to.
struct Node {
    /// None for a fact that names places which have moved: what came of it stands, and who asks again works it out again.
    value: Option<Anything>,
    account: Arc<Account>,
}

/// What is remembered of a question as a whole.
#[derive(Default)]
struct Question {
    /// What it was asked of, all of it: the list that a fact gave; and the answers that found something.
    answered: Option<(Anything, BTreeMap<FileId, Anything>)>,
    /// What units that were dropped were about.
    stale: FxHashSet<FileId>,
    /// Whether something that was found is among them.
    found: bool,
}

/// A value of which only the asker knows the type.
type Anything = Arc<dyn Any + Send + Sync>;

/// What a state holds for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Revision {
    structure: u64,
    imports: u64,
    files: u64,
}

impl Revision {
    fn of(workspace: &Workspace) -> Self {
        Self {
            structure: workspace.structure_revision(),
            imports: workspace.imports_revision(),
            files: workspace.files.revision(),
        }
    }
}

/// A question and the file that it is asked of.
type UnitName = (&'static str, FileId);

struct Unit {
    answer: Anything,
    /// Whether it names places. What found nothing depends on no more of other files than they show to others.
    found: bool,
    seen: Vec<(FileId, Seen)>,
}

/// What something was worked out from, and what it could not judge.
#[derive(Default)]
pub(super) struct Account {
    /// Python files that were looked at, sorted.
    pub seen: Vec<FileId>,
    /// Whether the list of all uses was.
    pub of_uses: bool,
    /// The questions of which units were asked.
    pub questions: BTreeSet<&'static str>,
    /// The nodes that were asked.
    pub nodes: BTreeSet<&'static str>,
    /// What could not be judged, and how often.
    pub not_judged: BTreeMap<String, usize>,
}

impl Memory {
    /// Goes over to a workspace's revision: units that do not hold there are dropped. Gives the files that these were about.
    pub(super) fn advance(&self, workspace: &Workspace) -> Vec<FileId> {
        let now = Revision::of(workspace);
        let mut state = self.state.lock();
        let before = state.at.filter(|before| before.imports == now.imports);
        let Some(changed) = before.and_then(|before| workspace.files.changed_since(before.files)) else {
            *state = State { at: Some(now), ..State::default() };
            return Vec::new();
        };
        let before = state.at.replace(now).map_or(now.structure, |before| before.structure);
        let moved = workspace.moved_since(before).filter(|_| before != now.structure);
        let mut dropped = state.forget(workspace, &changed, moved.unwrap_or_default());
        if let Some(moved) = moved {
            dropped.extend(state.move_places(moved));
        } else if before != now.structure {
            dropped.extend(state.forget_manifests());
        }
        state.changed.extend(changed);
        dropped
    }

    /// All uses in the revision that was gone over to; see [`Index::uses`].
    pub(super) fn uses(
        &self,
        workspace: &Workspace,
        look: impl Fn(&FileUses) + Sync,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Option<Arc<Uses>> {
        self.index.uses(workspace, look, cancelled)
    }

    /// Drops the rules and facts that do not hold in the revision that was gone over to, which has these uses. Units that
    /// are asked again before do not count where they find nothing, as before.
    pub(super) fn settle(&self, uses: &Arc<Uses>) {
        let state = &mut *self.state.lock();
        let same_uses = state.uses.as_ref().is_some_and(|before| before.since() == uses.since());
        let changed = std::mem::take(&mut state.changed);
        let units = &state.units;
        let mut touched: BTreeSet<&'static str> = BTreeSet::new();
        for (name, question) in &mut state.questions {
            let still_nothing =
                |about: &FileId| units.get(&(*name, about.clone())).is_some_and(|unit| !unit.found);
            let same = !std::mem::take(&mut question.found) && question.stale.iter().all(still_nothing);
            match same {
                true => question.stale.clear(),
                false => drop(touched.insert(name)),
            }
        }
        state.nodes.retain(|_, Node { account, .. }| {
            let saw = changed.iter().any(|file| account.seen.binary_search(file).is_ok());
            let asked = account.questions.iter().any(|question| touched.contains(question));
            !(saw || (account.of_uses && !same_uses) || asked)
        });
        state.uses = Some(uses.clone());
    }

    /// What a question came to in all that a fact lists, but for what is to be asked again; none where it was not asked of
    /// just that.
    pub(super) fn answered(
        &self,
        workspace: &Workspace,
        name: &'static str,
        of: &Anything,
    ) -> Option<(BTreeMap<FileId, Anything>, FxHashSet<FileId>)> {
        let mut state = self.state.lock();
        if !state.holds_for(workspace) {
            return None;
        }
        let question = state.questions.entry(name).or_default();
        let (asked, mut found) = question.answered.clone()?;
        found.retain(|about, _| !question.stale.contains(about));
        Arc::ptr_eq(&asked, of).then(|| (found, question.stale.clone()))
    }

    /// Remembers the answers to a question that found something, of all that a fact lists.
    pub(super) fn keep_answers(
        &self,
        workspace: &Workspace,
        name: &'static str,
        of: &Anything,
        found: BTreeMap<FileId, Anything>,
    ) {
        let mut state = self.state.lock();
        if state.holds_for(workspace) {
            let answered = Some((of.clone(), found));
            state.questions.insert(name, Question { answered, ..Question::default() });
        }
    }

    /// The answer to a question about a file, if it is remembered.
    pub(super) fn unit<T: Any + Send + Sync>(&self, question: &'static str, file: &FileId) -> Option<Arc<T>> {
        let answer = self.state.lock().units.get(&(question, file.clone()))?.answer.clone();
        answer.downcast().ok()
    }

    /// Remembers an answer that was worked out in a workspace's revision.
    pub(super) fn keep_unit<T: Any + Send + Sync>(
        &self,
        workspace: &Workspace,
        (question, file): (&'static str, &FileId),
        (answer, found): (Arc<T>, bool),
        seen: Vec<(FileId, Seen)>,
    ) {
        let name = (question, file.clone());
        let mut state = self.state.lock();
        if !state.holds_for(workspace) {
            return;
        }
        for (seen, _) in &seen {
            state.readers.entry(seen.clone()).or_default().insert(name.clone());
        }
        state.readers.entry(file.clone()).or_default().insert(name.clone());
        state.units.insert(name, Unit { answer, found, seen });
    }

    /// What a rule or fact came to, if it is remembered.
    pub(super) fn node<T: Any + Send + Sync>(&self, name: &'static str) -> Option<(Arc<T>, Arc<Account>)> {
        let state = self.state.lock();
        let node = state.nodes.get(name)?;
        Some((node.value.clone()?.downcast().ok()?, node.account.clone()))
    }

    /// What a remembered rule or fact was worked out from.
    pub(super) fn account(&self, name: &'static str) -> Option<Arc<Account>> {
        self.state.lock().nodes.get(name).map(|node| node.account.clone())
    }

    /// Remembers what was worked out in a workspace's revision.
    pub(super) fn keep_node<T: Any + Send + Sync>(
        &self,
        workspace: &Workspace,
        name: &'static str,
        value: Arc<T>,
        account: Arc<Account>,
    ) {
        let mut state = self.state.lock();
        if state.holds_for(workspace) {
            state.nodes.insert(name, Node { value: Some(value), account });
        }
    }
}

impl State {
    fn holds_for(&self, workspace: &Workspace) -> bool {
        self.at == Some(Revision::of(workspace))
    }

    /// Drops the units that saw one of the files that changed; gives the files that they were about.
    fn forget(&mut self, workspace: &Workspace, changed: &[FileId], moved: &[Arc<Moved>]) -> Vec<FileId> {
        let mut dropped = Vec::new();
        for file in changed {
            // What is about a folder depends on all that files in it say.
            let says_the_same = moved.iter().any(|one| one.file == *file);
            let folders = file.path().ancestors().skip(1).filter(|_| !says_the_same).map(FileId::new);
            for name in folders.filter_map(|folder| self.readers.get(&folder)).flatten() {
                forget_unit(&mut self.units, &mut self.questions, name);
                dropped.push(name.1.clone());
            }
            let Some(readers) = self.readers.remove(file) else { continue };
            let now = workspace.summary(file).map_or(0, |summary| summary.fingerprint);
            let (kept, gone): (FxHashSet<UnitName>, FxHashSet<UnitName>) =
                readers.into_iter().partition(|name| self.still_holds(name, file, now));
            for name in gone {
                forget_unit(&mut self.units, &mut self.questions, &name);
                dropped.push(name.1);
            }
            if !kept.is_empty() {
                self.readers.insert(file.clone(), kept);
            }
        }
        dropped.sort_unstable();
        dropped.dedup();
        dropped
    }

    /// Drops what may have been worked out from what manifests say beside what imports mean: all but that nothing was found
    /// in a file. Gives the files that the dropped units were about.
    fn forget_manifests(&mut self) -> Vec<FileId> {
        self.nodes.clear();
        self.questions.clear();
        let is_python = |file: &FileId| matches!(file.path().extension(), Some("py" | "pyi"));
        self.forget_units(|unit, about| unit.found || !is_python(about))
    }

    /// Goes over to a structure in which manifests say the same at other places. What rules said stands at its new place;
    /// what names places in any other form is dropped, and so are rules that said something at a place that is gone. Gives
    /// the files that the dropped units were about.
    fn move_places(&mut self, moved: &[Arc<Moved>]) -> Vec<FileId> {
        self.nodes.retain(|_, node| {
            let Some(value) = node.value.take() else { return true };
            node.value = match value.downcast::<Vec<Told>>() {
                Ok(told) => {
                    let told: Option<Vec<Told>> = told.iter().map(|one| one.moved(moved)).collect();
                    let Some(told) = told else { return false };
                    Some(Arc::new(told))
                }
                Err(_) => None,
            };
            true
        });
        self.questions.values_mut().for_each(|question| question.answered = None);
        self.forget_units(|unit, _| unit.found)
    }

    fn forget_units(&mut self, is_gone: impl Fn(&Unit, &FileId) -> bool) -> Vec<FileId> {
        let mut dropped = Vec::new();
        self.units.retain(|(_, about), unit| {
            let gone = is_gone(unit, about);
            if gone {
                dropped.push(about.clone());
            }
            !gone
        });
        dropped
    }

    /// Whether a unit holds though a file that it saw has another text: it found nothing, is about another file, and saw
    /// only what this one shows to others, which has the same hash as before.
    fn still_holds(&self, name: &UnitName, file: &FileId, now: u64) -> bool {
        let Some(unit) = self.units.get(name) else { return false };
        let seen = unit.seen.iter().find(|(seen, _)| seen == file);
        name.1 != *file && !unit.found && seen.is_some_and(|(_, seen)| *seen == Seen::Interface(now))
    }
}

/// Drops a unit, and notes that its question is to be asked again.
fn forget_unit(
    units: &mut FxHashMap<UnitName, Unit>,
    questions: &mut FxHashMap<&'static str, Question>,
    name: &UnitName,
) {
    let question = questions.entry(name.0).or_default();
    question.found |= units.remove(name).is_some_and(|unit| unit.found);
    question.stale.insert(name.1.clone());
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::super::{Selection, check, check_again};
    use super::*;
    use crate::text::Document;
    use crate::vfs::Files;

    #[test]
    fn a_check_that_was_stopped_leaves_nothing_that_the_next_one_would_believe() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        for (path, text) in [
            ("shared/pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"1.0\"\n"),
            ("shared/src/acme/__init__.py", ""),
            ("shared/src/acme/io.py", "def load(): ...\n"),
            ("etl/pyproject.toml", "[project]\nname = \"etl\"\nversion = \"1.0\"\n"),
            ("etl/src/etl/__init__.py", "from acme.io import load, save\n"),
        ] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        let memory = Memory::default();
        let again = |workspace: &Workspace, stop_at: usize| {
            let asked = Mutex::new(0);
            let stop = || {
                *asked.lock() += 1;
                *asked.lock() > stop_at
            };
            check_again(workspace, &Selection::default(), &memory, &stop)
        };
        let workspace = Workspace::new(Files::default(), vec![root.clone()]);
        let expected = check(&workspace);
        assert!(!expected.diagnostics.is_empty());
        for stop_at in 0..12 {
            assert_eq!(again(&workspace, stop_at), None, "{stop_at}");
        }
        assert_eq!(again(&workspace, usize::MAX), Some(expected));
        let file = FileId::new(&root.join("shared/src/acme/io.py"));
        let document = Document::new("def save(): ...\n", 1);
        let next = workspace.with_text(workspace.files.with_document(&file, document, Vec::new()));
        assert_eq!(again(&next, 3), None);
        assert_eq!(again(&next, usize::MAX), Some(check(&next)));
    }

    #[test]
    fn a_comment_in_a_manifest_moves_findings_and_runs_no_rule_again() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        let manifest = "[project]\nname = \"etl\"\nversion = \"1.0\"\ndependencies = [\"acme\"]\n\
                        [tool.uv.sources]\nacme = { path = \"../gone\" }\n";
        std::fs::create_dir_all(root.join("etl/src/etl")).unwrap();
        std::fs::write(root.join("etl/pyproject.toml"), manifest).unwrap();
        std::fs::write(root.join("etl/src/etl/__init__.py"), "import acme\n").unwrap();
        let file = FileId::new(&root.join("etl/pyproject.toml"));
        let memory = Memory::default();
        let again = |workspace: &Workspace| {
            check_again(workspace, &Selection::default(), &memory, &|| false).unwrap()
        };
        let edited = |workspace: &Workspace, text: &str| {
            let document = Document::new(text, 1);
            workspace.with_manifest_text(workspace.files.with_document(&file, document, Vec::new()), &file)
        };
        let accounts = || {
            let names = ["missing-source-path", "unused-dependency", "pins-differ"];
            names.map(|name| memory.account(name).unwrap())
        };
        let same = |before: &[Arc<Account>]| {
            before.iter().zip(accounts()).map(|(one, other)| Arc::ptr_eq(one, &other)).collect::<Vec<_>>()
        };
        let opened = edited(&Workspace::new(Files::default(), vec![root.clone()]), manifest);
        assert_eq!(again(&opened).diagnostics.len(), 1);
        let first = accounts();
        // Two edits before the next check, then one more.
        let next = edited(&edited(&opened, &format!("# one\n{manifest}")), &format!("# one\n\n{manifest}"));
        assert_eq!(again(&next), check(&next));
        assert_eq!(same(&first), [true; 3]);
        let next = edited(&next, &manifest.replace("[tool", "# two\n[tool"));
        assert_eq!(again(&next), check(&next));
        assert_eq!(same(&first), [true; 3]);
        let next = edited(&next, &manifest.replace("gone", "lost"));
        assert_eq!(again(&next), check(&next));
        assert_eq!(same(&first), [false; 3]);
    }
}
