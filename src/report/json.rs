//! The stable machine format of a check; scripts rely on every key.

use serde::Serialize;

use super::{Place, Report, fingerprints, to_json};
use crate::rules::{Diagnostic, NotJudged, Severity};
use crate::text::TextRange;
use crate::vfs::FileId;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    root: &'a str,
    summary: Summary<'a>,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    locations: usize,
    projects: usize,
    files: usize,
    errors: usize,
    warnings: usize,
    information: usize,
    not_judged: &'a [NotJudged],
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    severity: Severity,
    message: &'a str,
    file: String,
    range: Range,
    location: Option<&'a str>,
    related: Vec<RelatedEntry<'a>>,
    fix: Option<FixEntry<'a>>,
    fingerprint: String,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct RelatedEntry<'a> {
    file: String,
    range: Range,
    message: &'a str,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    safe: bool,
    command: Option<&'a str>,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    file: String,
    range: Range,
    new_text: &'a str,
}

/// One JSON object.
pub fn render(report: &Report<'_>) -> String {
    let findings = report.findings;
    let count = |severity| findings.diagnostics.iter().filter(|found| found.severity == severity).count();
    let entries = findings.diagnostics.iter().zip(fingerprints(report));
    to_json(&Document {
        version: 1,
        root: report.root_name,
        summary: Summary {
            locations: findings.locations,
            projects: findings.projects,
            files: findings.files,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            information: count(Severity::Information),
            not_judged: &findings.not_judged,
        },
        diagnostics: entries.map(|(found, fingerprint)| entry(report, found, fingerprint)).collect(),
    })
}

fn entry<'a>(report: &Report<'_>, found: &'a Diagnostic, fingerprint: String) -> Entry<'a> {
    let related = found.related.iter().map(|other| RelatedEntry {
        file: report.path(&other.file),
        range: range(report, &other.file, other.range),
        message: &other.message,
    });
    let fix = found.fix.as_ref().map(|fix| {
        let edits = fix.edits.iter().map(|edit| EditEntry {
            file: report.path(&edit.file),
            range: range(report, &edit.file, edit.range),
            new_text: &edit.new_text,
        });
        FixEntry {
            title: &fix.title,
            safe: fix.safe,
            command: fix.command.as_deref(),
            edits: edits.collect(),
        }
    });
    Entry {
        rule: found.rule,
        severity: found.severity,
        message: &found.message,
        file: report.path(&found.file),
        range: range(report, &found.file, found.range),
        location: found.location.as_deref(),
        related: related.collect(),
        fix,
        fingerprint,
    }
}

fn range(report: &Report<'_>, file: &FileId, range: TextRange) -> Range {
    let (start, end) = report.places(file, range);
    Range { start, end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_schema_is_the_promised_one() {
        insta::assert_snapshot!(render(&fixture::sample().report()), @r#"
        {
          "version": 1,
          "root": ".",
          "summary": {
            "locations": 1,
            "projects": 2,
            "files": 2,
            "errors": 1,
            "warnings": 1,
            "information": 0,
            "not_judged": [
              {
                "reason": "shallow clone: no tags of `shared`",
                "count": 3
              }
            ]
          },
          "diagnostics": [
            {
              "rule": "unused-suppression",
              "severity": "warning",
              "message": "nothing here is suppressed by `x`",
              "file": "etl/assets.py",
              "range": {
                "start": {
                  "line": 1,
                  "column": 1
                },
                "end": {
                  "line": 1,
                  "column": 7
                }
              },
              "location": null,
              "related": [],
              "fix": null,
              "fingerprint": "8b8d45b4dcbace29"
            },
            {
              "rule": "missing-symbol",
              "severity": "error",
              "message": "`acme.io` has no `lod`",
              "file": "etl/assets.py",
              "range": {
                "start": {
                  "line": 2,
                  "column": 31
                },
                "end": {
                  "line": 2,
                  "column": 34
                }
              },
              "location": "etl",
              "related": [
                {
                  "file": "shared/io.py",
                  "range": {
                    "start": {
                      "line": 1,
                      "column": 5
                    },
                    "end": {
                      "line": 1,
                      "column": 9
                    }
                  },
                  "message": "`load` is here"
                }
              ],
              "fix": {
                "title": "write `load`",
                "safe": false,
                "command": null,
                "edits": [
                  {
                    "file": "etl/assets.py",
                    "range": {
                      "start": {
                        "line": 2,
                        "column": 31
                      },
                      "end": {
                        "line": 2,
                        "column": 34
                      }
                    },
                    "new_text": "load"
                  }
                ]
              },
              "fingerprint": "3d4ad70c25b7f0fb"
            }
          ]
        }
        "#);
    }
}
