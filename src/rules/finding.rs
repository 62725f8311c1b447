//! What a rule says: a finding before its severity and location are known.

use super::{Fix, Related, Severity};
use crate::workspace::Place;

/// One fault, as a rule found it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Exactly the text at fault.
    pub place: Place,
    /// Lower-case, without a trailing stop, names in backticks.
    pub message: String,
    /// What tells this fault from others of the rule in the same file, whatever its line.
    pub arguments: Vec<String>,
    /// The other side.
    pub related: Vec<Related>,
    /// How to mend it.
    pub fix: Option<Fix>,
    /// Never worse than this, however the rule is configured.
    pub at_most: Severity,
    /// Whether it gives way to a rule that says more of the same thing.
    pub yields: bool,
}

impl Finding {
    /// A fault at a place; `arguments` identify it.
    pub fn new<'a>(place: Place, message: String, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments = arguments.into_iter().map(str::to_owned).collect();
        Self {
            place,
            message,
            arguments,
            related: Vec::new(),
            fix: None,
            at_most: Severity::Error,
            yields: true,
        }
    }

    /// With another place that belongs to it.
    pub fn related(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Related { file: place.file, range: place.range, message: message.into() });
        self
    }

    /// With its cure, where there is one.
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Told whatever another rule says of the same thing.
    pub fn unyielding(mut self) -> Self {
        self.yields = false;
        self
    }

    /// No worse than a warning.
    pub fn warning(mut self) -> Self {
        self.at_most = Severity::Warning;
        self
    }
}
