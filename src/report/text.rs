//! Findings with the code they speak of, in the look of rustc.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Report, place, printable};
use crate::rules::{Diagnostic, Severity};
use crate::text::TextRange;
use crate::vfs::{FileId, SourceText};

/// More code than this is not shown: only where it is.
const LONGEST_SNIPPET: u32 = 16 * 1024;

/// All findings, a blank line behind each. Holds ANSI colours; whoever prints it takes them out where they are not
/// wanted.
pub fn render(report: &Report<'_>) -> String {
    let renderer = Renderer::styled();
    let mut out = String::new();
    for found in &report.findings.diagnostics {
        out.push_str(&renderer.render(&[group(report, found)]));
        out.push_str("\n\n");
    }
    out
}

/// A stretch of one file with the marks in it.
struct Excerpt<'a> {
    file: &'a FileId,
    marks: Vec<(TextRange, AnnotationKind, &'a str)>,
}

/// The renderer makes control characters visible in titles and code; in labels and messages that is left to us.
fn group<'a>(report: &Report<'_>, found: &'a Diagnostic) -> Group<'a> {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO.with_name("information"),
    };
    let mut group = Group::with_title(level.primary_title(found.message.as_str()).id(found.rule));
    for excerpt in excerpts(found) {
        group = show(report, &excerpt, group);
    }
    // Messages name the command that is to be run.
    if let Some(fix) = found.fix.as_ref().filter(|fix| !fix.edits.is_empty()) {
        group = group.element(Level::HELP.message(printable(&fix.title)));
    }
    group
}

/// One excerpt per file, the finding's own first; a second one where two places of a file are too far apart.
fn excerpts(found: &Diagnostic) -> Vec<Excerpt<'_>> {
    let own = (found.range, AnnotationKind::Primary, "");
    let mut all = vec![Excerpt { file: &found.file, marks: vec![own] }];
    for other in &found.related {
        let mark = (other.range, AnnotationKind::Context, other.message.as_str());
        let near = |excerpt: &&mut Excerpt<'_>| {
            *excerpt.file == other.file
                && excerpt
                    .marks
                    .iter()
                    .all(|(range, ..)| range.start.abs_diff(other.range.start) < LONGEST_SNIPPET / 2)
        };
        match all.iter_mut().find(near) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => all.push(Excerpt { file: &other.file, marks: vec![mark] }),
        }
    }
    all
}

fn show<'a>(report: &Report<'_>, excerpt: &Excerpt<'a>, group: Group<'a>) -> Group<'a> {
    let path = printable(&report.path(excerpt.file));
    let Some(source) = report.source(excerpt.file) else { return group.element(Origin::path(path)) };
    let window = window(&source, &excerpt.marks);
    if window.len() > LONGEST_SNIPPET || !report.may_quote(excerpt.file) {
        let Some((first, _, label)) = excerpt.marks.first() else { return group };
        let start = place(&source, first.start);
        let origin = Origin::path(path).line(start.line as usize).char_column(start.column as usize);
        let group = group.element(origin);
        return if label.is_empty() { group } else { group.element(Level::NOTE.message(printable(label))) };
    }
    let line = source.lines().line_of(window.start) as usize + 1;
    let marks = excerpt.marks.iter().map(|(range, kind, label)| {
        let annotation = kind.span(within(&source.text, *range, window));
        if label.is_empty() { annotation } else { annotation.label(printable(label)) }
    });
    let marks: Vec<Annotation<'a>> = marks.collect();
    let text = window.slice(&source.text).to_owned();
    group.element(Snippet::source(text).line_start(line).path(path).annotations(marks))
}

/// The whole lines from the first mark to the last, so that the cost is that of what is shown.
fn window(source: &SourceText, marks: &[(TextRange, AnnotationKind, &str)]) -> TextRange {
    let line_at = |at: u32| {
        let line = source.lines().line_of(at);
        source.lines().line_range(&source.text, line).unwrap_or_default()
    };
    let start = marks.iter().map(|(range, ..)| line_at(range.start).start).min().unwrap_or(0);
    let end = marks.iter().map(|(range, ..)| line_at(range.end).end).max().unwrap_or(0);
    TextRange::new(start, end)
}

/// A mark relative to its window, on character boundaries and inside it: the renderer would panic otherwise.
fn within(text: &str, range: TextRange, window: TextRange) -> Range<usize> {
    let fit = |at: u32| {
        let mut at = at.clamp(window.start, window.end) as usize;
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at - window.start as usize
    };
    fit(range.start)..fit(range.end.max(range.start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::rules::Related;
    use crate::text::Document;

    fn plain(fixture: &fixture::Fixture) -> String {
        anstream::adapter::strip_str(&render(&fixture.report())).to_string()
    }

    #[test]
    fn the_code_is_shown_with_the_other_side_and_the_cure() {
        insta::assert_snapshot!(plain(&fixture::sample()), @r#"
        warning[unused-suppression]: nothing here is suppressed by `x`
         --> etl/assets.py:1:1
          |
        1 | import os
          | ^^^^^^

        error[missing-symbol]: `acme.io` has no `lod`
         --> etl/assets.py:2:31
          |
        2 | x = 'é𝄞'; from acme.io import lod
          |                               ^^^
          |
         ::: shared/io.py:1:5
          |
        1 | def load(): ...
          |     ---- `load` is here
          |
          = help: write `load`
        "#);
    }

    #[test]
    fn places_that_fit_no_text_do_no_harm() {
        let mut sample = fixture::sample();
        let at = fixture::range(fixture::ASSETS, "é");
        for range in [
            TextRange::new(at.start + 1, at.start + 2),
            TextRange::empty(at.start),
            TextRange::new(u32::MAX - 1, u32::MAX),
            TextRange::new(0, u32::MAX),
            TextRange::empty(crate::text::offset(fixture::ASSETS.len())),
        ] {
            sample.findings.diagnostics[0].range = range;
            assert!(plain(&sample).contains("etl/assets.py"), "{range:?}");
        }
        sample.findings.diagnostics[0].file = fixture::file("gone.py");
        assert!(plain(&sample).contains("gone.py"));
    }

    #[test]
    fn nothing_from_a_workspace_reaches_the_terminal_as_a_command() {
        let hostile = "\u{1b}[31mred\u{1b}]0;title\u{7}";
        let mut sample = fixture::sample();
        let file = fixture::file(&format!("etl/{hostile}.py"));
        sample.files = sample.files.with_document(&file, Document::new(hostile, 1), vec![]);
        let found = &mut sample.findings.diagnostics[1];
        found.related[0].message = hostile.to_owned();
        found.related[0].file = file.clone();
        found.file = file;
        found.message = hostile.to_owned();
        found.fix.as_mut().unwrap().title = hostile.to_owned();
        sample.findings.diagnostics.remove(0);
        let shown = render(&sample.report());
        assert!(!shown.contains("\u{1b}[31m") && !shown.contains('\u{7}'), "{shown:?}");
    }

    #[test]
    fn a_line_of_megabytes_is_not_shown() {
        let mut sample = fixture::sample();
        let file = fixture::file("etl/long.py");
        let document = Document::new(&"x".repeat(3_000_000), 1);
        sample.files = sample.files.with_document(&file, document, vec![]);
        sample.findings.diagnostics.truncate(1);
        sample.findings.diagnostics[0].file = file.clone();
        sample.findings.diagnostics[0].related =
            vec![Related { file, range: TextRange::new(2_000_000, 2_000_001), message: "there".to_owned() }];
        insta::assert_snapshot!(plain(&sample), @r#"
        warning[unused-suppression]: nothing here is suppressed by `x`
        --> etl/long.py:1:1
        ::: etl/long.py:1:2000001
         = note: there
        "#);
    }
}
