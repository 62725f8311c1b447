//! A finding, and all there is to say about it.

use pep440_rs::Version;

use crate::manifest::DistributionName;
use crate::text::TextRange;
use crate::vfs::{FileId, Grounds};

/// How bad a finding is. Ordered from harmless to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Information,
    /// Likely to break.
    Warning,
    /// Broken.
    Error,
}

impl Severity {
    /// The word that configuration, command line and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A finding of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's name, kebab-case.
    pub rule: &'static str,
    /// As configured.
    pub severity: Severity,
    /// Lower-case, without a trailing stop, names in backticks.
    pub message: String,
    /// The file at fault.
    pub file: FileId,
    /// Exactly the text at fault.
    pub range: TextRange,
    /// The code location concerned, by name.
    pub location: Option<String>,
    /// The other side.
    pub related: Vec<Related>,
    /// How to mend it, where an edit truly does.
    pub fix: Option<Fix>,
    /// What identifies the finding across line moves and rewordings, beside rule and path: its arguments.
    pub arguments: Vec<String>,
}

impl Diagnostic {
    /// The files that it speaks of.
    pub fn files(&self) -> impl Iterator<Item = &FileId> {
        std::iter::once(&self.file).chain(self.related.iter().map(|related| &related.file))
    }
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file.
    pub file: FileId,
    /// The place.
    pub range: TextRange,
    /// What is there.
    pub message: String,
}

/// What cures a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "add `acme-shared` to `dependencies`".
    pub title: String,
    /// Whether its edits may be written without anybody having looked at them.
    pub safe: bool,
    /// What is to be run in the first opened folder: behind the edits, so that locks follow them, or, where there are
    /// none, instead.
    pub command: Option<String>,
    /// The version that the edits let a project get instead of today's.
    pub moves: Option<Move>,
    /// In any number of files; ranges in one file do not overlap.
    pub edits: Vec<Edit>,
}

/// Another version of a distribution for whoever the fix is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Move {
    /// The distribution.
    pub distribution: DistributionName,
    /// The version.
    pub version: Version,
}

impl Fix {
    /// Edits that leave the version that a project gets and what its code does as they are, or mend what cannot work in
    /// the one way that there is.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), safe: true, command: None, moves: None, edits }
    }

    /// Edits that somebody has to look at first: they let a project get another version, drop what it asks for, or go by a
    /// guess at what was meant.
    pub fn to_review(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { safe: false, ..Self::safe(title, edits) }
    }

    /// No edits: a command that the user has to run, since nobody else may write locks and environments.
    pub fn to_run(command: String) -> Self {
        Self { command: Some(command.clone()), ..Self::to_review(format!("run `{command}`"), Vec::new()) }
    }

    /// The same, where the edits let a project get this version.
    pub fn moving(self, distribution: &DistributionName, version: &Version) -> Self {
        let moves = Some(Move { distribution: distribution.clone(), version: version.clone() });
        Self { moves, ..self }
    }
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// What gives way.
    pub range: TextRange,
    /// What stands there then.
    pub new_text: String,
}

/// What could not be judged, and how often.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NotJudged {
    /// Why, in the user's words.
    pub reason: String,
    /// How many times.
    pub count: usize,
}

/// The result of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Sorted by file, range, rule.
    pub diagnostics: Vec<Diagnostic>,
    /// Sorted by reason.
    pub not_judged: Vec<NotJudged>,
    /// The folders whose files may be quoted: nobody is shown lines of a file that a link leads out to.
    pub quotable: Grounds,
    /// How many Python files were looked at.
    pub files: usize,
    /// How many projects they belong to.
    pub projects: usize,
    /// How many code locations are declared or, where none is, taken for one.
    pub locations: usize,
}
