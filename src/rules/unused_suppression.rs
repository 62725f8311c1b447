//! # unused-suppression (warning)
//!
//! ## What it does
//!
//! Reports `# crossloc: ignore[…]` comments, and single names in them, that suppress nothing.
//!
//! ## Why it matters
//!
//! A suppression that outlives its finding hides the next one on that line, and a misspelt name hides nothing
//! although it looks as if it did.
//!
//! ## Example
//!
//! ```fixture
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! #- etl/src/etl/assets.py
//! import json  # crossloc: ignore[missing-source-path] comes with the image
//! #                               ^^^^^^^^^^^^^^^^^^^ warning[unused-suppression]: nothing to ignore here for `missing-source-path`
//! ```
//!
//! ## Fix
//!
//! Removes the comment where nothing in it is needed. Otherwise take out the name that is not.

use super::registry::{self, Rule};
use super::suppression::Unused;
use super::{Diagnostic, Edit, Fix, Severity};
use crate::text::TextRange;
use crate::vfs::SourceText;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unused-suppression",
    default: Some(Severity::Warning),
    check: None,
    source: include_str!("unused_suppression.rs"),
};

/// A finding for each suppression of one file that covered nothing. `ran` tells of a rule's name whether that rule
/// was run: what was not asked cannot have been answered, and its suppressions stay.
pub fn diagnostics(
    unused: &[Unused],
    source: &SourceText,
    severity: Severity,
    ran: impl Fn(&str) -> bool,
) -> Vec<Diagnostic> {
    let judged = |one: &&Unused| {
        one.rule.as_ref().is_none_or(|rule| registry::find(&rule.value).is_none() || ran(&rule.value))
    };
    let judged: Vec<&Unused> = unused.iter().filter(judged).collect();
    let mut found = Vec::new();
    for one in &judged {
        let in_vain =
            judged.iter().filter(|other| (&other.file, other.comment) == (&one.file, one.comment)).count();
        let whole = in_vain >= one.named;
        let range = match &one.rule {
            Some(rule) => rule.range,
            None => one.comment,
        };
        found.push(Diagnostic {
            rule: RULE.name,
            severity,
            message: message(one),
            file: one.file.clone(),
            range,
            location: None,
            related: Vec::new(),
            fix: whole.then(|| removal(one, source)),
            arguments: one.rule.iter().map(|rule| rule.value.clone()).collect(),
        });
    }
    found
}

fn message(one: &Unused) -> String {
    let Some(rule) = &one.rule else {
        return "this suppression names no rule and covers nothing: write `# crossloc: ignore[rule-name]`"
            .to_owned();
    };
    let name = &rule.value;
    match (registry::find(name), registry::nearest_name(name)) {
        (Some(_), _) => format!("nothing to ignore here for `{name}`"),
        (None, Some(near)) => format!("there is no rule `{name}`; did you mean `{near}`?"),
        (None, None) => format!("there is no rule `{name}`"),
    }
}

/// Takes the comment away with the blanks before it, and with its line if it has that to itself.
fn removal(one: &Unused, source: &SourceText) -> Fix {
    let lines = source.lines();
    let line = lines.line_of(one.comment.start);
    let line_start = lines.line_range(&source.text, line).map_or(0, |range| range.start);
    let before = TextRange::new(line_start, one.comment.start).slice(&source.text);
    let blanks = crate::text::offset(before.len() - before.trim_end().len());
    let range = if before.trim().is_empty() {
        let next = lines.line_range(&source.text, line + 1).map_or(one.comment.end, |range| range.start);
        TextRange::new(line_start, next)
    } else {
        TextRange::new(one.comment.start - blanks, one.comment.end)
    };
    let edit = Edit { file: one.file.clone(), range, new_text: String::new() };
    Fix::safe("remove the suppression", vec![edit])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use camino::Utf8Path;

    use super::*;
    use crate::rules::suppression::{self, FileComments};
    use crate::text::offset;
    use crate::vfs::FileId;

    fn check(text: &str, ran: bool) -> Vec<(String, String, Option<String>)> {
        let file = FileId::new(Utf8Path::new("/w/a.py"));
        let source = Arc::new(SourceText::new(Arc::from(text), false));
        let (before, comment) = text.split_once('#').unwrap();
        let (start, comment) = (before.len(), comment.lines().next().unwrap());
        let range = TextRange::new(offset(start), offset(start + 1 + comment.len()));
        let comments = vec![range];
        let (_, unused) =
            suppression::apply(vec![], &[FileComments { file, source: source.clone(), comments }]);
        let applied = |fix: &Fix| {
            let mut text = text.to_owned();
            let range = fix.edits[0].range;
            text.replace_range(range.start as usize..range.end as usize, &fix.edits[0].new_text);
            text
        };
        diagnostics(&unused, &source, Severity::Warning, |_| ran)
            .into_iter()
            .map(|d| (d.range.slice(text).to_owned(), d.message, d.fix.as_ref().map(applied)))
            .collect()
    }

    #[test]
    fn a_comment_in_vain_is_told_and_taken_away() {
        let one = "import a  # crossloc: ignore[unused-suppression] old\nimport b\n";
        assert_eq!(
            check(one, true),
            [(
                "unused-suppression".to_owned(),
                "nothing to ignore here for `unused-suppression`".to_owned(),
                Some("import a\nimport b\n".to_owned())
            )]
        );
        assert_eq!(check(one, false), [], "a rule that did not run says nothing about its suppressions");
        let own_line = "# crossloc: ignore\nimport a\n";
        assert_eq!(check(own_line, true)[0].2.as_deref(), Some("import a\n"));
    }

    #[test]
    fn a_name_that_is_no_rule_is_told_even_where_nothing_ran() {
        let found = check("x = 1  # crossloc: ignore[unused-supression, nonsense]\n", false);
        let told: Vec<_> = found.iter().map(|(at, message, _)| (at.as_str(), message.as_str())).collect();
        assert_eq!(
            told,
            [
                (
                    "unused-supression",
                    "there is no rule `unused-supression`; did you mean `unused-suppression`?"
                ),
                ("nonsense", "there is no rule `nonsense`"),
            ]
        );
    }
}
