//! What breaks, and where, if everybody who pins a distribution took another version of it; what becomes available; and
//! which edits of manifests would move the pins.

mod available;
mod breaks;
mod obstacle;
mod pins;
mod question;
mod relock;
mod signatures;
mod takers;
mod text;

use serde::Serialize;

use super::to_json;
use crate::rules::{Edit, NotJudged};

pub use obstacle::Obstacle;
pub use question::{Question, collect};
pub use text::text;

/// The answer of `crossloc upgrade`; its JSON is this, with `version` before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Upgrade {
    /// The distribution.
    pub distribution: String,
    /// The version that is asked about.
    pub to: String,
    /// Why the version was withdrawn, in its index's words; none where no index says so.
    pub yanked: Option<String>,
    /// How many places break, over all consumers.
    pub breaks: usize,
    /// The locations, and else projects, that take it otherwise than live, sorted by name and project.
    pub consumers: Vec<Consumer>,
    /// Those that take it live, for whom nothing moves.
    pub live: Vec<Live>,
    /// What the version has that the lowest one in use has not; none where no other version in use is at hand.
    pub available: Option<Available>,
    /// What could not be judged under the new version.
    pub not_judged: Vec<NotJudged>,
    /// What `--apply` did.
    pub applied: Option<Applied>,
    /// The edits that move the pins, each once.
    #[serde(skip)]
    pub edits: Vec<Edit>,
}

/// What a change of the version means for one location or project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Consumer {
    /// The location's name; the distribution's for a project that is no location.
    pub name: String,
    /// The folder of its project, relative to the root.
    pub project: String,
    /// The version that it gets today.
    pub from: Option<String>,
    /// The distributions that bring it along, from a requirement of its own on; empty where it requires it itself.
    pub through: Vec<String>,
    /// Where the version is asked for, and what becomes of that.
    pub pins: Vec<Pin>,
    /// What is found under the new version and not today, sorted by place.
    pub breaks: Vec<Break>,
    /// What is found today and not under the new version, sorted by place.
    pub mends: Vec<Break>,
    /// What is marked as deprecated in the new version and not in today's, sorted by place.
    pub deprecated: Vec<Break>,
    /// Whether its code is judged: where it is not, that nothing is found means nothing.
    #[serde(skip)]
    pub judged: bool,
    /// Why what is said here may be wrong or incomplete.
    pub caution: Option<String>,
    /// What brings the lock up to date behind the edit; none where nothing moves, or there is no lock.
    pub relock: Option<String>,
}

/// A place that asks for a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pin {
    /// The manifest, relative to the root.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in Unicode scalar values.
    pub column: u32,
    /// The specifier, or the git reference, as written; empty where any version will do.
    pub written: String,
    /// What becomes of it.
    pub state: PinState,
    /// What would be written instead.
    pub becomes: Option<String>,
    /// Why it is left as it is, where that does not speak for itself.
    pub reason: Option<String>,
}

/// What becomes of a place that asks for a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PinState {
    /// It asks for one version and can be edited to ask for the new one.
    Moves,
    /// It asks for the new version already.
    Already,
    /// It admits the new version as it is.
    Admits,
    /// It is a range that does not admit the new version; what range is meant then is not ours to say.
    Excludes,
    /// It cannot be edited here.
    Left,
}

/// A finding that only one of the two versions has: something that works today and would not then, or the other way
/// round; something that is deprecated then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The rule that finds it.
    pub rule: String,
    /// Relative to the root.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in Unicode scalar values.
    pub column: u32,
    /// What the rule says.
    pub message: String,
    /// What is used there, as today's version has it: `load(path, *, strict=False)`.
    pub old: Option<String>,
    /// The same in the new version. None in either where it is not there or not known for sure.
    pub new: Option<String>,
    /// Further places in the file with the same fault.
    pub also: Vec<super::Place>,
}

/// Somebody for whom nothing moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Live {
    /// The location's name, else the distribution's.
    pub name: String,
    /// The folder that the distribution is taken from, relative to the root.
    pub source: String,
}

/// What becomes available.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Available {
    /// The lowest version in use.
    pub since: String,
    /// Public names with their signatures, sorted: `acme.io.load(path, *, strict=False)`.
    pub names: Vec<String>,
}

/// What `--apply` did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The manifests that were written, relative to the root, sorted.
    pub changed: Vec<String>,
    /// Those that were to be written and had changed meanwhile, sorted.
    pub left: Vec<String>,
    /// Those that lie outside of the opened folders and so were not written, sorted.
    pub outside: Vec<String>,
}

impl Consumer {
    /// Whether it is not known if something breaks.
    pub fn is_open(&self) -> bool {
        !self.judged && self.places() == 0
    }

    /// How many places break.
    pub fn places(&self) -> usize {
        self.breaks.iter().map(|found| 1 + found.also.len()).sum()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(flatten)]
    upgrade: &'a Upgrade,
}

/// The JSON document.
pub fn json(upgrade: &Upgrade) -> String {
    to_json(&Document { version: 1, upgrade })
}
