//! Which fixes may be written, and why others are not.

use crate::rules::{Diagnostic, Fix};
use crate::vfs::{FileId, Files, Grounds};
use crate::workspace::Workspace;

/// Which fixes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those that need nobody to look at them.
    Safe,
    /// All of them.
    All,
}

/// What may be written.
pub struct Permitted<'p> {
    /// Which fixes.
    pub wanted: Wanted,
    /// Whether a finding is among those that are to be fixed; what a fix makes of the others counts all the same.
    pub covers: &'p dyn Fn(&Workspace, &Diagnostic) -> bool,
    /// The opened folders: what is known beyond them, and what links lead out to, is somebody else's.
    pub within: &'p Grounds,
    /// The files as they were read: what a step holds in memory has no links.
    pub files: &'p Files,
    /// Why a file is not to be replaced, if it is not.
    pub refusal: &'p dyn Fn(&FileId) -> Option<String>,
}

/// Why a fix was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reluctance {
    /// Somebody has to look at it first.
    Unsafe,
    /// It would edit what lies outside of the opened folders.
    Outside,
    /// A file that it would edit is not to be replaced, in the user's words.
    Refused(String),
    /// It would let a project get a version that breaks it, or that nobody can judge, in the user's words.
    Moves(String),
    /// It would make a finding.
    Makes {
        /// The rule.
        rule: &'static str,
        /// What it would say.
        message: String,
    },
    /// What it is to cure would be found all the same.
    CuresNothing,
    /// There were too many to try each.
    TooMany,
}

impl Permitted<'_> {
    /// Why a fix may not be written, if it may not.
    pub(super) fn objection(&self, fix: &Fix, files: &Files) -> Option<Reluctance> {
        if !fix.safe && self.wanted == Wanted::Safe {
            return Some(Reluctance::Unsafe);
        }
        let outside = |file: &FileId| {
            self.files.mount_of(file.path()).is_some() || !self.within.hold(self.files, file.path())
        };
        if fix.edits.iter().any(|edit| outside(&edit.file)) {
            return Some(Reluctance::Outside);
        }
        let unreadable = |file: &FileId| files.text(file).is_ok_and(|source| source.lossy);
        fix.edits.iter().map(|edit| &edit.file).find_map(|file| {
            let refusal = unreadable(file).then(|| "it is not UTF-8".to_owned());
            refusal.or_else(|| (self.refusal)(file)).map(Reluctance::Refused)
        })
    }
}

impl std::fmt::Display for Reluctance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unsafe => write!(f, "it has to be looked at first"),
            Self::Outside => write!(f, "only what lies in the opened folders is written"),
            Self::Refused(why) | Self::Moves(why) => write!(f, "{why}"),
            Self::Makes { rule, message } => write!(f, "it would make {rule}: {message}"),
            Self::CuresNothing => write!(f, "the finding would stay"),
            Self::TooMany => write!(f, "there are too many to try each; run again"),
        }
    }
}
