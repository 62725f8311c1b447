//! Which rules run and how bad their findings are: command line over configuration over default.

use std::collections::BTreeMap;

use super::{Rule, Severity};
use crate::text::Spanned;
use crate::workspace::config::RuleLevel;

/// What the command line says about rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these rules run, also those that are off by default; empty: all that are on.
    pub select: Vec<&'static str>,
    /// These do not run, whatever else is said.
    pub ignore: Vec<&'static str>,
}

impl Selection {
    /// The severity of a rule's findings under a configuration; `None` where the rule does not run. A rule that is off
    /// otherwise and selected by name warns.
    pub fn severity(
        &self,
        rule: &Rule,
        configured: &BTreeMap<String, Spanned<RuleLevel>>,
    ) -> Option<Severity> {
        let selected = self.select.contains(&rule.name);
        if self.ignore.contains(&rule.name) || !(selected || self.select.is_empty()) {
            return None;
        }
        let usual = match configured.get(rule.name).map(|level| level.value) {
            Some(RuleLevel::Error) => Some(Severity::Error),
            Some(RuleLevel::Warning) => Some(Severity::Warning),
            Some(RuleLevel::Information) => Some(Severity::Information),
            Some(RuleLevel::Off) => None,
            None => rule.default,
        };
        usual.or(selected.then_some(Severity::Warning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextRange;

    #[test]
    fn the_command_line_outranks_the_configuration_and_that_the_default() {
        let on = Rule { name: "on", default: Some(Severity::Error), check: None, source: "" };
        let off = Rule { name: "off", default: None, check: None, source: "" };
        let none = BTreeMap::new();
        let level = |name: &str, level| (name.to_owned(), Spanned::new(level, TextRange::default()));
        let swapped = BTreeMap::from([level("on", RuleLevel::Off), level("off", RuleLevel::Information)]);
        let everything = Selection::default();
        let select_off = Selection { select: vec!["off"], ignore: vec![] };
        let ignore_on = Selection { select: vec!["on"], ignore: vec!["on"] };
        for (selection, configured, expected) in [
            (&everything, &none, [Some(Severity::Error), None]),
            (&everything, &swapped, [None, Some(Severity::Information)]),
            (&select_off, &none, [None, Some(Severity::Warning)]),
            (&select_off, &swapped, [None, Some(Severity::Information)]),
            (&ignore_on, &none, [None, None]),
        ] {
            assert_eq!(
                [&on, &off].map(|rule| selection.severity(rule, configured)),
                expected,
                "{selection:?}"
            );
        }
    }
}
