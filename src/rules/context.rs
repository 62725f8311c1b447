//! What all rules look at: the workspace, the projects they judge, and what these import from each other.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use camino::Utf8Path;
use rayon::prelude::*;

use super::breaks::{self, Break};
use super::incompatible_call::{self, MisfitCall};
use super::ledger::Ledger;
use super::memory::{Account, Memory};
use super::missing_symbol::{self, MissingName};
use super::relations::{self, Relation};
use crate::uses::{FileUses, Uses};
use crate::vfs::{FileId, relative};
use crate::workspace::{CodeLocation, Consumers, Dependency, Project, Workspace};

/// One run of the rules over one revision. Facts that several rules ask are worked out when the first one does, or
/// remembered from an earlier run.
pub(super) struct Run<'w> {
    workspace: &'w Workspace,
    memory: &'w Memory,
    uses: OnceLock<Arc<Uses>>,
    cancelled: &'w (dyn Fn() -> bool + Sync),
    subjects: Fact<Vec<Arc<Project>>>,
    judged: Fact<Vec<usize>>,
    consumers: Fact<Consumers>,
    relations: Fact<Vec<Relation>>,
    missing_names: Fact<Vec<MissingName>>,
    misfit_calls: Fact<Vec<MisfitCall>>,
    breaks: Fact<Vec<Break>>,
}

type Fact<T> = OnceLock<(Arc<T>, Arc<Account>)>;

/// What one rule, or one fact that rules ask, sees; it keeps account of what was looked at.
pub struct Context<'w> {
    /// The revision.
    pub workspace: &'w Workspace,
    run: &'w Run<'w>,
    ledger: &'w Ledger,
}

impl<'w> Run<'w> {
    /// A run over a workspace's revision. `cancelled` is asked now and then; once it says so, what the run comes to means
    /// nothing.
    pub fn new(
        workspace: &'w Workspace,
        memory: &'w Memory,
        cancelled: &'w (dyn Fn() -> bool + Sync),
    ) -> Self {
        Self {
            workspace,
            memory,
            uses: OnceLock::new(),
            cancelled,
            subjects: OnceLock::new(),
            judged: OnceLock::new(),
            consumers: OnceLock::new(),
            relations: OnceLock::new(),
            missing_names: OnceLock::new(),
            misfit_calls: OnceLock::new(),
            breaks: OnceLock::new(),
        }
    }

    /// Makes up the list of all uses, and asks the questions about single files while the text of each is at hand. None
    /// where the run is cancelled meanwhile.
    pub fn look_at_files(&self, questions: &[fn(&Context<'_>, &FileUses)]) -> Option<()> {
        let dropped = self.memory.advance(self.workspace);
        let look = |uses: &FileUses| {
            self.ask(|context| {
                if uses.deployed && context.is_subject(&uses.project) {
                    questions.iter().for_each(|question| question(context, uses));
                }
            });
        };
        let uses = self.memory.uses(self.workspace, look, self.cancelled)?;
        dropped.par_iter().filter_map(|file| uses.of_file(file)).for_each(look);
        self.memory.settle(&uses);
        self.uses.get_or_init(|| uses);
        Some(())
    }

    /// The revision.
    pub fn workspace(&self) -> &Workspace {
        self.workspace
    }

    /// Whether the run is to end.
    pub fn is_cancelled(&self) -> bool {
        (self.cancelled)()
    }

    /// What `work` comes to, or came to in an earlier run and still does, with the account of it.
    pub fn node<T: Any + Send + Sync>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Context<'_>) -> T,
    ) -> (Arc<T>, Arc<Account>) {
        if let Some(known) = self.memory.node(name) {
            return known;
        }
        let ledger = Ledger::default();
        let value = Arc::new(self.with(&ledger, work));
        let account = Arc::new(ledger.close());
        if !self.is_cancelled() {
            self.memory.keep_node(self.workspace, name, value.clone(), account.clone());
        }
        (value, account)
    }

    /// The account of a node that was asked in this run or an earlier one.
    pub fn account(&self, name: &'static str) -> Option<Arc<Account>> {
        self.memory.account(name)
    }

    /// Asks something for its answer alone.
    pub fn ask<T>(&self, question: impl FnOnce(&Context<'_>) -> T) -> T {
        self.with(&Ledger::default(), question)
    }

    fn with<T>(&self, ledger: &Ledger, work: impl FnOnce(&Context<'_>) -> T) -> T {
        let workspace = self.workspace.observed(ledger.reads.clone());
        work(&Context { workspace: &workspace, run: self, ledger })
    }
}

impl<'w> Context<'w> {
    /// The projects that rules judge, sorted by folder: those with a name that ship something, and every declared code
    /// location, whatever it ships; no template, manifests that parse, and not a test, sample, script or doc of the
    /// workspace.
    pub fn subjects(&self) -> &[Arc<Project>] {
        self.all_subjects()
    }

    fn all_subjects(&self) -> &'w Arc<Vec<Arc<Project>>> {
        self.fact(&self.run.subjects, "subjects", |context| {
            let projects = context.workspace.projects();
            projects.into_iter().filter(|project| context.is_subject(project)).collect()
        })
    }

    /// Whether rules judge a project.
    pub fn is_subject(&self, project: &Project) -> bool {
        is_judged(self.workspace, project)
    }

    /// Python files below the opened folders that import first-party code of other projects, sorted; those of projects
    /// that are no subjects among them.
    pub fn files(&self) -> &'w [Arc<FileUses>] {
        self.ledger.note_uses();
        self.run.uses.get().map_or(&[], |uses| uses.files())
    }

    /// The files of one project.
    pub fn files_of(&self, project: &Project) -> impl Iterator<Item = &'w FileUses> {
        let files = self.files();
        // Sorted by path, all that lies in a folder stands together.
        let first = files.partition_point(|uses| uses.file.path() < project.dir.as_path());
        let inside = files.iter().skip(first).take_while(|uses| uses.file.path().starts_with(&project.dir));
        inside.filter(move |uses| uses.project.dir == project.dir).map(|uses| &**uses)
    }

    /// Deployed files of subjects: what the import rules judge.
    pub fn judged_files(&self) -> impl Iterator<Item = &'w FileUses> {
        let files = self.files();
        let judged = self.judged();
        judged.iter().filter_map(|at| files.get(*at)).map(|uses| &**uses)
    }

    /// Which of the files are judged.
    fn judged(&self) -> &'w Arc<Vec<usize>> {
        self.fact(&self.run.judged, "judged files", |context| {
            let mut last: Option<(&Arc<Project>, bool)> = None;
            let judged = |(at, uses)| {
                let (at, uses): (usize, &Arc<FileUses>) = (at, uses);
                let is_subject = match last {
                    Some((project, known)) if Arc::ptr_eq(project, &uses.project) => known,
                    _ => context.is_subject(&uses.project),
                };
                last = Some((&uses.project, is_subject));
                (uses.deployed && is_subject).then_some(at)
            };
            context.files().iter().enumerate().filter_map(judged).collect()
        })
    }

    /// What a question comes to in one file, or came to in an earlier run and still does. Found things may name places
    /// anywhere; that nothing was found may depend on no more of other files than what they show to others.
    pub(super) fn in_file<T: Send + Sync + 'static>(
        &self,
        question: &'static str,
        uses: &FileUses,
        work: impl FnOnce(&Context<'_>, &FileUses) -> Vec<T>,
    ) -> Arc<Vec<T>> {
        self.unit(question, &uses.file, |context| work(context, uses))
    }

    /// The same in a file of which nobody need know what it uses.
    pub(super) fn in_any_file<T: Send + Sync + 'static>(
        &self,
        question: &'static str,
        file: &FileId,
        work: impl FnOnce(&Context<'_>, &FileId) -> Vec<T>,
    ) -> Arc<Vec<T>> {
        self.unit(question, file, |context| work(context, file))
    }

    /// The same in all judged files, in their order; only those are looked at in which it may come to something else.
    pub(super) fn in_judged_files<T: Clone + Send + Sync + 'static>(
        &self,
        question: &'static str,
        work: fn(&Context<'_>, &FileUses) -> Vec<T>,
    ) -> Vec<T> {
        let files = self.files();
        let judged = self.judged();
        let ask = |at: &usize| {
            let uses = files.get(*at)?;
            Some((uses.file.clone(), self.in_file(question, uses, work)))
        };
        let find = |file: &FileId| {
            let at = files.binary_search_by(|uses| uses.file.cmp(file)).ok()?;
            judged.get(judged.binary_search(&at).ok()?)
        };
        self.in_all(question, judged, find, ask)
    }

    /// The same in all subjects: an answer may depend on all Python files in the project's folder, and on what its own
    /// files use.
    pub(super) fn in_subjects<T: Clone + Send + Sync + 'static>(
        &self,
        question: &'static str,
        work: fn(&Context<'_>, &Arc<Project>) -> Vec<T>,
    ) -> Vec<T> {
        let subjects = self.all_subjects();
        let ask = |project: &Arc<Project>| {
            let about = FileId::new(&project.dir);
            Some((about.clone(), self.unit(question, &about, |context| work(context, project))))
        };
        let find = |about: &FileId| {
            let found = subjects.binary_search_by(|project| project.dir.as_path().cmp(about.path()));
            subjects.get(found.ok()?)
        };
        self.in_all(question, subjects, find, ask)
    }

    /// What a question comes to in all of a list, by what it is asked about; it is `ask`ed only where an answer is not known
    /// any more.
    fn in_all<'l, S: Send + Sync + 'static, T: Clone + Send + Sync + 'static>(
        &self,
        question: &'static str,
        list: &'l Arc<Vec<S>>,
        find: impl Fn(&FileId) -> Option<&'l S> + Send + Sync,
        ask: impl Fn(&S) -> Option<(FileId, Arc<Vec<T>>)> + Send + Sync,
    ) -> Vec<T> {
        self.ledger.note_question(question);
        let (workspace, memory) = (self.run.workspace, self.run.memory);
        let name: Arc<dyn Any + Send + Sync> = list.clone();
        let (mut found, answers): (BTreeMap<FileId, Arc<dyn Any + Send + Sync>>, Vec<_>) = match memory
            .answered(workspace, question, &name)
        {
            Some((found, stale)) => (found, stale.par_iter().filter_map(|about| ask(find(about)?)).collect()),
            None => (BTreeMap::new(), list.par_iter().filter_map(&ask).collect()),
        };
        for (about, answer) in answers.into_iter().filter(|(_, answer)| !answer.is_empty()) {
            found.insert(about, answer);
        }
        if !self.run.is_cancelled() {
            memory.keep_answers(workspace, question, &name, found.clone());
        }
        let answers = found.into_values().filter_map(|answer| answer.downcast::<Vec<T>>().ok());
        answers.flat_map(|answer| answer.to_vec()).collect()
    }

    /// What a question comes to about one thing. What it cannot judge is not counted: the rule that asks does that.
    fn unit<T: Send + Sync + 'static>(
        &self,
        question: &'static str,
        about: &FileId,
        work: impl FnOnce(&Context<'_>) -> Vec<T>,
    ) -> Arc<Vec<T>> {
        self.ledger.note_question(question);
        if let Some(known) = self.run.memory.unit(question, about) {
            return known;
        }
        if self.run.is_cancelled() {
            return Arc::default();
        }
        let ledger = Ledger::default();
        let found = Arc::new(self.run.with(&ledger, work));
        let seen = ledger.reads.take();
        let (workspace, memory) = (self.run.workspace, self.run.memory);
        memory.keep_unit(workspace, (question, about), (found.clone(), !found.is_empty()), seen);
        found
    }

    /// Which project's deployed code imports which other project's, each pair once, and what is to be said of it.
    pub fn relations(&self) -> &[Relation] {
        self.fact(&self.run.relations, "relations", relations::collect)
    }

    /// Who takes the project in a folder live.
    pub fn consumers_of(&self, dir: &Utf8Path) -> &[(Arc<Project>, Dependency)] {
        let consumers = self.fact(&self.run.consumers, "consumers", |context| context.workspace.consumers());
        consumers.get(dir).map_or(&[], Vec::as_slice)
    }

    /// Names that judged files read of modules that surely do not have them.
    pub(super) fn missing_names(&self) -> &[MissingName] {
        self.fact(&self.run.missing_names, "missing names", missing_symbol::missing_names)
    }

    /// Calls in judged files that fit none of the signatures of what they call.
    pub(super) fn misfit_calls(&self) -> &[MisfitCall] {
        self.fact(&self.run.misfit_calls, "misfit calls", incompatible_call::misfit_calls)
    }

    /// Changes of shared trees that break those who use them.
    pub(super) fn breaks(&self) -> &[Break] {
        self.fact(&self.run.breaks, "breaks", breaks::collect)
    }

    /// The declared code location whose code a project is.
    pub fn location_of(&self, project: &Project) -> Option<CodeLocation> {
        self.workspace.location_of(project)
    }

    /// The declared code location that a file belongs to, by its project.
    pub(super) fn location_of_file(&self, file: &FileId) -> Option<String> {
        let mut locations = self.workspace.locations_of_file(file).into_iter();
        locations.find(CodeLocation::is_declared).map(|location| location.name)
    }

    /// Counts something that a rule would have judged and could not, with the reason in the user's words.
    pub fn not_judged(&self, reason: impl Into<String>) {
        self.ledger.count(reason.into());
    }

    /// A path as messages show it: relative to a folder, with `/`.
    pub fn shown(&self, path: &Utf8Path, from: &Utf8Path) -> String {
        relative(path, from)
    }

    fn fact<T: Any + Send + Sync>(
        &self,
        slot: &'w Fact<T>,
        name: &'static str,
        work: impl FnOnce(&Context<'_>) -> T,
    ) -> &'w Arc<T> {
        let (value, account) = slot.get_or_init(|| self.run.node(name, work));
        self.ledger.absorb(name, account);
        value
    }
}

/// Whether rules judge a project; see [`Context::subjects`].
pub fn is_judged(workspace: &Workspace, project: &Project) -> bool {
    can_be_judged(workspace, project) && (is_package(project) || workspace.location_of(project).is_some())
}

/// Whether a project is none that rules leave alone whatever it declares.
pub(super) fn can_be_judged(workspace: &Workspace, project: &Project) -> bool {
    !project.template && !project.broken && !workspace.is_around(&project.dir)
}

/// Whether a project has a name and means to ship something.
pub(super) fn is_package(project: &Project) -> bool {
    project.name.is_some() && !project.manifests.iter().any(|(_, manifest)| manifest.package == Some(false))
}
