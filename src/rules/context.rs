//! What all rules look at: the workspace, the projects they judge, and what these import from each other.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use camino::Utf8Path;
use parking_lot::Mutex;

use super::NotJudged;
use super::breaks::{self, Break};
use super::incompatible_call::{self, MisfitCall};
use super::missing_symbol::{self, MissingName};
use super::relations::{self, Relation};
use super::uses::{self, FileUses};
use crate::vfs::{FileId, relative};
use crate::workspace::{CodeLocation, Consumers, Dependency, Project, Workspace};

/// One run of the rules over one revision. Parts are worked out when the first rule asks for them.
pub struct Context<'w> {
    /// The revision.
    pub workspace: &'w Workspace,
    subjects: OnceLock<Vec<Arc<Project>>>,
    uses: OnceLock<Vec<FileUses>>,
    relations: OnceLock<Vec<Relation>>,
    consumers: OnceLock<Consumers>,
    missing_names: OnceLock<Vec<MissingName>>,
    misfit_calls: OnceLock<Vec<MisfitCall>>,
    breaks: OnceLock<Vec<Break>>,
    not_judged: Mutex<BTreeMap<String, usize>>,
}

impl<'w> Context<'w> {
    pub(super) fn new(workspace: &'w Workspace) -> Self {
        Self {
            workspace,
            subjects: OnceLock::new(),
            uses: OnceLock::new(),
            relations: OnceLock::new(),
            consumers: OnceLock::new(),
            missing_names: OnceLock::new(),
            misfit_calls: OnceLock::new(),
            breaks: OnceLock::new(),
            not_judged: Mutex::default(),
        }
    }

    /// The projects that rules judge, sorted by folder: with a name, shipping something, no template, manifests that
    /// parse, and not a test, sample, script or doc of the workspace.
    pub fn subjects(&self) -> &[Arc<Project>] {
        self.subjects.get_or_init(|| {
            let projects = self.workspace.projects();
            projects.into_iter().filter(|project| self.is_subject(project)).collect()
        })
    }

    /// Whether rules judge a project.
    pub fn is_subject(&self, project: &Project) -> bool {
        is_judged(self.workspace, project)
    }

    /// Python files below the opened folders that import first-party code of other projects, sorted; those of projects
    /// that are no subjects among them.
    pub fn files(&self) -> &[FileUses] {
        self.uses.get_or_init(|| uses::collect(self.workspace))
    }

    /// The files of one project.
    pub fn files_of(&self, project: &Project) -> impl Iterator<Item = &FileUses> {
        self.files().iter().filter(move |uses| uses.project.dir == project.dir)
    }

    /// Deployed files of subjects: what the import rules judge.
    pub fn judged_files(&self) -> impl Iterator<Item = &FileUses> {
        self.files().iter().filter(|uses| uses.deployed && self.is_subject(&uses.project))
    }

    /// Which project's deployed code imports which other project's, each pair once, and what is to be said of it.
    pub fn relations(&self) -> &[Relation] {
        self.relations.get_or_init(|| relations::collect(self))
    }

    /// Who takes the project in a folder live.
    pub fn consumers_of(&self, dir: &Utf8Path) -> &[(Arc<Project>, Dependency)] {
        self.consumers.get_or_init(|| self.workspace.consumers()).get(dir).map_or(&[], Vec::as_slice)
    }

    /// Names that judged files read of modules that surely do not have them.
    pub(super) fn missing_names(&self) -> &[MissingName] {
        self.missing_names.get_or_init(|| missing_symbol::missing_names(self))
    }

    /// Calls in judged files that fit none of the signatures of what they call.
    pub(super) fn misfit_calls(&self) -> &[MisfitCall] {
        self.misfit_calls.get_or_init(|| incompatible_call::misfit_calls(self))
    }

    /// Changes of shared trees that break those who use them.
    pub(super) fn breaks(&self) -> &[Break] {
        self.breaks.get_or_init(|| breaks::collect(self))
    }

    /// The declared code location whose code a project is.
    pub fn location_of(&self, project: &Project) -> Option<CodeLocation> {
        self.workspace.location_of(project)
    }

    /// The declared code location that a file belongs to, by its project.
    pub(super) fn location_of_file(&self, file: &FileId) -> Option<String> {
        let project = self.workspace.project_of(file)?;
        self.location_of(&project).map(|location| location.name)
    }

    /// Counts something that a rule would have judged and could not, with the reason in the user's words.
    pub fn not_judged(&self, reason: impl Into<String>) {
        *self.not_judged.lock().entry(reason.into()).or_default() += 1;
    }

    /// All that was counted, sorted by reason.
    pub(super) fn take_not_judged(&self) -> Vec<NotJudged> {
        let counted = std::mem::take(&mut *self.not_judged.lock());
        counted.into_iter().map(|(reason, count)| NotJudged { reason, count }).collect()
    }

    /// A path as messages show it: relative to a folder, with `/`.
    pub fn shown(&self, path: &Utf8Path, from: &Utf8Path) -> String {
        relative(path, from)
    }
}

/// Whether rules judge a project; see [`Context::subjects`].
pub fn is_judged(workspace: &Workspace, project: &Project) -> bool {
    let packaged = !project.manifests.iter().any(|(_, manifest)| manifest.package == Some(false));
    project.name.is_some()
        && packaged
        && !project.template
        && !project.broken
        && !workspace.is_around(&project.dir)
}
