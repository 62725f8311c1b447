//! What is found under the new version and not today, and the other way round.

use rustc_hash::FxHashSet;

use super::{Break, signatures};
use crate::report::{Place, place};
use crate::rules::{self, Diagnostic, Findings, NotJudged, Selection};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Project, Witness, Workspace};

/// What fails when it is loaded or reached.
const BREAKING: [&str; 3] = ["incompatible-call", "missing-symbol", "unresolved-import"];

/// What still works, and is not to be used any more.
const DEPRECATED: &str = "deprecated-symbol";

/// The findings that only one of two versions has.
pub(super) struct Difference {
    /// Those of the new version.
    new: Findings,
    /// Today's.
    mended: Vec<Diagnostic>,
}

/// What a difference means for one project, each sorted by place.
pub(super) struct Meaning {
    pub breaks: Vec<Break>,
    pub mends: Vec<Break>,
    pub deprecated: Vec<Break>,
}

impl Difference {
    /// Checks both.
    pub fn between(today: &Workspace, supposed: &Workspace) -> Self {
        let wanted = BREAKING.into_iter().chain([DEPRECATED]);
        let select: Vec<&'static str> = wanted.filter(|name| rules::find(name).is_some()).collect();
        let selection = Selection { select, ignore: Vec::new() };
        let mut mended = rules::check_selected(today, &selection).diagnostics;
        let mut new = rules::check_selected(supposed, &selection);
        let known: FxHashSet<_> = mended.iter().map(identity).collect();
        let then: FxHashSet<_> = new.diagnostics.iter().map(identity).collect();
        mended.retain(|found| found.rule != DEPRECATED && !then.contains(&identity(found)));
        new.diagnostics.retain(|found| !known.contains(&identity(found)));
        Self { new, mended }
    }

    /// What could not be judged under the other version.
    pub fn take_not_judged(&mut self) -> Vec<NotJudged> {
        std::mem::take(&mut self.new.not_judged)
    }

    /// What it means for one project.
    pub fn of(&self, witness: Witness<'_>, supposed: &Workspace, project: &Project) -> Meaning {
        let today = witness.workspace;
        let inside =
            |found: &&Diagnostic| today.project_of(&found.file).is_some_and(|owner| owner.dir == project.dir);
        let shown = |found_in: &Workspace, found: &Diagnostic| shown(witness, supposed, found_in, found);
        let (deprecated, breaks): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
            self.new.diagnostics.iter().filter(inside).partition(|found| found.rule == DEPRECATED);
        Meaning {
            breaks: breaks.into_iter().map(|found| shown(supposed, found)).collect(),
            mends: self.mended.iter().filter(inside).map(|found| shown(today, found)).collect(),
            deprecated: deprecated.into_iter().map(|found| shown(supposed, found)).collect(),
        }
    }
}

/// What makes a finding the same one under both versions; messages name the version.
fn identity(found: &Diagnostic) -> (&'static str, FileId, TextRange, Vec<String>) {
    (found.rule, found.file.clone(), found.range, found.arguments.clone())
}

fn shown(witness: Witness<'_>, supposed: &Workspace, found_in: &Workspace, found: &Diagnostic) -> Break {
    let today = witness.workspace;
    let argument = |at: usize| found.arguments.get(at).map_or("", String::as_str);
    let (old, new) = match found.rule {
        "incompatible-call" => {
            let call = signatures::call_at(found_in, &found.file, found.range, argument(1));
            let signature = |workspace| signatures::called(workspace, &found.file, call?);
            (signature(today), signature(supposed))
        }
        "missing-symbol" => (signatures::named(today, &found.file, argument(0), argument(1)), None),
        _ => (None, None),
    };
    let source = today.files.text(&found.file).ok();
    let start = |range: TextRange| match &source {
        Some(source) => place(source, range.start),
        None => Place { line: 1, column: 1 },
    };
    let further = found.related.iter().filter(|related| related.file == found.file);
    let Place { line, column } = start(found.range);
    Break {
        rule: found.rule.to_owned(),
        file: witness.path(found.file.path()),
        line,
        column,
        message: found.message.clone(),
        old,
        new,
        also: further.map(|related| start(related.range)).collect(),
    }
}
