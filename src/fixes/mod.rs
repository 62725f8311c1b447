//! The texts that the fixes of findings come to. Nothing is written here: each step is a revision of the files as an editor
//! would hold them, and is looked at as that.
//!
//! What is kept of a step makes no finding that was not there before, those aside that a command cures which the user is
//! told to run. Fixes are therefore tried together, and in ever smaller numbers where that makes a finding; one that does
//! so alone is left, and tried again once another one was kept.

mod choose;
mod diff;
mod moves;
mod permitted;

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::rules::{Diagnostic, Findings};
use crate::text::Document;
use crate::vfs::{FileId, Files};
use crate::workspace::Workspace;

use choose::{Candidate, Key, candidates, choose, edited, moved};
use moves::Moves;

pub use choose::text_with;
pub use diff::unified;
pub use permitted::{Permitted, Reluctance, Wanted};

/// A rule that tells one of several faults at a time has as many fixes; more would mean that two fixes undo each other.
const MAX_TIMES: usize = 20;

/// Looking at a workspace takes a while. Where this does not suffice the rest is left, and said to be.
const MAX_LOOKS: usize = 400;

/// What fixes come to.
pub struct Outcome {
    /// What was found before.
    pub before: Findings,
    /// What was fixed, in the order of the findings.
    pub applied: Vec<Applied>,
    /// What was not, in that order, with the reason.
    pub left: Vec<Left>,
    /// The files that have another text then.
    pub texts: BTreeMap<FileId, String>,
    /// What is found then.
    pub findings: Findings,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The rule whose finding it cures.
    pub rule: &'static str,
    /// What it does.
    pub title: String,
    /// The files that it edits.
    pub edits: Vec<FileId>,
}

/// A fix that was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The rule that proposes it.
    pub rule: &'static str,
    /// The file of the finding.
    pub file: FileId,
    /// What it would do.
    pub title: String,
    /// Why it was not done.
    pub reason: Reluctance,
}

/// Applies fixes to what is found in `files` until none is left that may be, and makes no finding. `over` is the workspace
/// of a revision, `look` what is found in one.
pub fn settle<E>(
    files: &Files,
    permitted: &Permitted<'_>,
    over: impl Fn(&Files) -> Result<Workspace, E>,
    look: impl Fn(&Workspace) -> Findings,
) -> Result<Outcome, E> {
    let workspace = over(files)?;
    let findings = look(&workspace);
    let mut run = Run {
        before: findings.clone(),
        state: State { files: files.clone(), workspace, findings },
        permitted,
        moves: Moves::default(),
        refused: FxHashMap::default(),
        times: FxHashMap::default(),
        applied: Vec::new(),
        texts: BTreeMap::new(),
    };
    let mut looks = 0;
    let mut limit = usize::MAX;
    let mut progress = false;
    loop {
        let batch = run.next_batch(limit);
        if batch.is_empty() {
            if !progress || run.refused.is_empty() || looks >= MAX_LOOKS {
                break;
            }
            // What was kept meanwhile may have made room for what was refused before.
            (progress, limit) = (false, usize::MAX);
            run.refused.clear();
            run.moves = Moves::default();
            continue;
        }
        if looks >= MAX_LOOKS {
            run.refused.extend(batch.into_iter().map(|one| (one.key, Reluctance::TooMany)));
            continue;
        }
        looks += 1;
        let next = run.state.with(&batch, &over, &look)?;
        match run.state.objection(&next, &batch) {
            None => {
                run.keep(next, batch);
                (progress, limit) = (true, limit.saturating_mul(2));
            }
            Some(_) if batch.len() > 1 => limit = batch.len() / 2,
            Some(reason) => run.refused.extend(batch.into_iter().map(|one| (one.key, reason.clone()))),
        }
    }
    Ok(run.finish())
}

/// A revision with what is found in it.
struct State {
    files: Files,
    workspace: Workspace,
    findings: Findings,
}

struct Run<'p> {
    before: Findings,
    state: State,
    permitted: &'p Permitted<'p>,
    moves: Moves,
    refused: FxHashMap<Key, Reluctance>,
    times: FxHashMap<Key, usize>,
    applied: Vec<Applied>,
    texts: BTreeMap<FileId, String>,
}

impl Run<'_> {
    fn candidates(&self) -> Vec<Candidate> {
        let State { workspace, findings, .. } = &self.state;
        candidates(findings, |found| (self.permitted.covers)(workspace, found))
    }

    /// As many fixes as do not touch each other, up to a number; those that are not permitted are refused.
    fn next_batch(&mut self, limit: usize) -> Vec<Candidate> {
        let mut willing = Vec::new();
        for candidate in self.candidates() {
            if self.refused.contains_key(&candidate.key) {
                continue;
            }
            let again = self.times.get(&candidate.key).is_some_and(|times| *times >= MAX_TIMES);
            let reason = again.then_some(Reluctance::CuresNothing);
            let reason = reason.or_else(|| self.permitted.objection(&candidate.fix, &self.state.files));
            let reason = reason.or_else(|| self.moves.objection(&self.state.workspace, &candidate));
            match reason {
                Some(reason) => drop(self.refused.insert(candidate.key, reason)),
                None => willing.push(candidate),
            }
        }
        choose(willing, limit)
    }

    fn keep(&mut self, next: State, batch: Vec<Candidate>) {
        for one in batch {
            let mut edits: Vec<FileId> = one.fix.edits.iter().map(|edit| edit.file.clone()).collect();
            edits.sort();
            edits.dedup();
            for file in &edits {
                if let Ok(source) = next.files.text(file) {
                    self.texts.insert(file.clone(), source.text.to_string());
                }
            }
            *self.times.entry(one.key.clone()).or_default() += 1;
            self.applied.push(Applied { rule: one.key.rule, title: one.fix.title, edits });
        }
        self.state = next;
    }

    fn finish(mut self) -> Outcome {
        let mut left = Vec::new();
        for candidate in self.candidates() {
            let Some(reason) = self.refused.remove(&candidate.key) else { continue };
            let Key { rule, file, .. } = candidate.key;
            left.push(Left { rule, file, title: candidate.fix.title, reason });
        }
        Outcome {
            before: self.before,
            applied: self.applied,
            left,
            texts: self.texts,
            findings: self.state.findings,
        }
    }
}

impl State {
    /// The revision with these fixes.
    fn with<E>(
        &self,
        batch: &[Candidate],
        over: impl Fn(&Files) -> Result<Workspace, E>,
        look: impl Fn(&Workspace) -> Findings,
    ) -> Result<Self, E> {
        let mut files = self.files.clone();
        let mut done: FxHashSet<&FileId> = FxHashSet::default();
        for edit in batch.iter().flat_map(|one| &one.fix.edits) {
            if done.insert(&edit.file)
                && let Some(text) = edited(&self.files, &edit.file, batch.iter().map(|one| &one.fix))
            {
                files = files.with_document(&edit.file, Document::new(&text, 0), vec![]);
            }
        }
        let workspace = over(&files)?;
        let findings = look(&workspace);
        Ok(Self { files, workspace, findings })
    }

    /// Why a step is not to be kept.
    fn objection(&self, next: &Self, batch: &[Candidate]) -> Option<Reluctance> {
        let before = counts(&self.findings);
        let after = counts(&next.findings);
        let more = |found: &&Diagnostic| {
            let group = group(found);
            !is_cured_by_command(found) && after.get(&group) > before.get(&group)
        };
        if let Some(found) = next.findings.diagnostics.iter().find(more) {
            return Some(Reluctance::Makes { rule: found.rule, message: found.message.clone() });
        }
        let stays = |one: &Candidate| {
            let Key { rule, file, arguments, .. } = &one.key;
            let start = moved(one.range.start, file, batch.iter().map(|one| &one.fix));
            let same =
                |found: &Diagnostic| group(found) == (*rule, file, arguments) && found.range.start == start;
            next.findings.diagnostics.iter().any(same)
        };
        batch.iter().any(stays).then_some(Reluctance::CuresNothing)
    }
}

/// What tells findings apart whatever edits moved: rule, file, arguments.
type Group<'f> = (&'static str, &'f FileId, &'f Vec<String>);

fn group(found: &Diagnostic) -> Group<'_> {
    (found.rule, &found.file, &found.arguments)
}

fn counts(findings: &Findings) -> FxHashMap<Group<'_>, usize> {
    let mut counts = FxHashMap::default();
    for found in &findings.diagnostics {
        *counts.entry(group(found)).or_default() += 1;
    }
    counts
}

/// Whether nothing has to be edited for it to go.
fn is_cured_by_command(found: &Diagnostic) -> bool {
    found.fix.as_ref().is_some_and(|fix| fix.edits.is_empty() && fix.command.is_some())
}

/// What is found now, was not before, and goes once commands were run.
pub fn made<'f>(before: &Findings, now: &'f Findings) -> Vec<&'f Diagnostic> {
    let (known, found) = (counts(before), counts(now));
    let more = |found_now: &&Diagnostic| {
        let group = group(found_now);
        is_cured_by_command(found_now) && found.get(&group) > known.get(&group)
    };
    now.diagnostics.iter().filter(more).collect()
}

/// The commands that cure these findings, each once: those that make locks before those that install what these say.
pub fn commands(made: &[&Diagnostic]) -> Vec<String> {
    let installs = |found: &&&Diagnostic| found.rule == "installed-differs";
    let locks = made.iter().filter(|found| !installs(found));
    let ordered = locks.chain(made.iter().filter(installs));
    let mut commands: Vec<String> = Vec::new();
    for command in ordered.filter_map(|found| found.fix.as_ref()?.command.as_ref()) {
        if !commands.contains(command) {
            commands.push(command.clone());
        }
    }
    commands
}

#[cfg(test)]
mod tests;
