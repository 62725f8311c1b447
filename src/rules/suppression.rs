//! `# crossloc: ignore[rule-a, rule-b] reason`, in Python, TOML, YAML and `.gitmodules`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::precedence::Told;
use super::{Diagnostic, Edit, Fix};
use crate::manifest::{DocumentKind, ManifestKind};
use crate::text::{Spanned, TextRange, offset};
use crate::vfs::{FileId, SourceText};
use crate::workspace::Workspace;

/// Rules that no comment can silence: while a file is broken its comments are not read, and a comment in vain is itself
/// the fault.
const NEVER_COVERED: [&str; 3] = ["invalid-configuration", "parse-error", "unused-suppression"];

/// What a suppression comment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The rules it names; empty where it names none, and then it covers nothing.
    pub rules: Vec<Spanned<String>>,
    /// What is written behind the bracket; empty where nothing is.
    pub reason: String,
}

/// The `# crossloc: …` comments of one file.
pub struct FileComments {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub source: Arc<SourceText>,
    /// The comments, each from its `#` on.
    pub comments: Vec<TextRange>,
}

impl FileComments {
    /// The comments of a file; `None` where it has none.
    pub fn new(workspace: &Workspace, file: &FileId, comments: Vec<TextRange>) -> Option<Self> {
        if comments.is_empty() {
            return None;
        }
        let source = workspace.files.text(file).ok()?;
        Some(Self { file: file.clone(), source, comments })
    }
}

/// A suppression, or one name in it, that covered no finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The file.
    pub file: FileId,
    /// The whole comment.
    pub comment: TextRange,
    /// The rule named in vain; `None` for a comment that names no rule at all.
    pub rule: Option<Spanned<String>>,
    /// How many rules the comment names.
    pub named: usize,
}

/// Reads a comment, from its `#` on; `start` is where it begins. `None` for comments that are not about ignoring.
pub fn parse(comment: &str, start: u32) -> Option<Suppression> {
    let text = comment.trim_start_matches(['#', ';']);
    let (rest, at) = after_word(text, comment.len() - text.len(), "crossloc:")?;
    let (rest, at) = after_word(rest, at, "ignore")?;
    let Some((list, reason)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) else {
        // `ignored`, `ignore-me`: another word.
        let whole_word = !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'));
        return whole_word.then(|| Suppression { rules: Vec::new(), reason: rest.trim().to_owned() });
    };
    let mut rules = Vec::new();
    let mut begin = at + 1;
    for piece in list.split(',') {
        let lead = piece.len() - piece.trim_start().len();
        let name = piece.trim();
        if !name.is_empty() {
            let range = TextRange::from_usize(begin + lead..begin + lead + name.len()).shifted(start);
            rules.push(Spanned::new(name.to_owned(), range));
        }
        begin += piece.len() + 1;
    }
    Some(Suppression { rules, reason: reason.trim().to_owned() })
}

/// Takes the suppressed findings out; the second list tells what was suppressed in vain, in the order of `files`.
///
/// A comment covers the findings that start on its line; one that has a line to itself covers those that start on
/// the next line that is neither blank nor a comment.
pub fn apply(told: Vec<Told>, files: &[FileComments]) -> (Vec<Told>, Vec<Unused>) {
    let mut entries = Vec::new();
    let mut by_place: FxHashMap<(&FileId, u32), Vec<usize>> = FxHashMap::default();
    let mut sources: FxHashMap<&FileId, &SourceText> = FxHashMap::default();
    for file in files {
        for range in &file.comments {
            let Some(suppression) = parse(range.slice(&file.source.text), range.start) else { continue };
            // No finding starts on the line that no text has.
            let line = covered_line(&file.source, *range).unwrap_or(u32::MAX);
            sources.insert(&file.file, &file.source);
            let named = suppression.rules.len();
            let mut add = |rule| {
                by_place.entry((&file.file, line)).or_default().push(entries.len());
                entries.push((Unused { file: file.file.clone(), comment: *range, rule, named }, false));
            };
            if suppression.rules.is_empty() {
                add(None);
            }
            suppression.rules.into_iter().for_each(|rule| add(Some(rule)));
        }
    }
    let mut kept = Vec::with_capacity(told.len());
    for one in told {
        let diagnostic = &one.diagnostic;
        let line = sources.get(&diagnostic.file).map(|source| source.lines().line_of(diagnostic.range.start));
        let at = line.and_then(|line| by_place.get(&(&diagnostic.file, line)));
        let mut covered = false;
        for index in at.into_iter().flatten() {
            if let Some((entry, used)) = entries.get_mut(*index)
                && entry.rule.as_ref().is_some_and(|rule| rule.value == diagnostic.rule)
            {
                *used = true;
                covered = true;
            }
        }
        if !covered {
            kept.push(one);
        }
    }
    (kept, entries.into_iter().filter(|(_, used)| !used).map(|(entry, _)| entry).collect())
}

/// The edit after which a comment covers a finding: one name more in the comment above it, or a comment on a line of its
/// own. None where no comment can stand, or where it would not be read.
pub fn cover(source: &SourceText, found: &Diagnostic) -> Option<Fix> {
    let readable = match DocumentKind::of(found.file.path()) {
        DocumentKind::Python => true,
        DocumentKind::Manifest(kind) => kind != ManifestKind::CoreMetadata,
        _ => false,
    };
    if !readable || NEVER_COVERED.contains(&found.rule) {
        return None;
    }
    let (text, lines) = (&source.text, source.lines());
    let line = lines.line_of(found.range.start);
    let range = lines.line_range(text, line)?;
    let before = TextRange::new(0, range.start).slice(text);
    let in_string = ["\"\"\"", "'''"].iter().any(|quotes| before.matches(quotes).count() % 2 == 1);
    if in_string || before.trim_end_matches(['\n', '\r']).ends_with('\\') {
        return None;
    }
    let above = line.checked_sub(1).and_then(|above| lines.line_range(text, above));
    let more = above.and_then(|above| {
        let written = above.slice(text);
        let suppression = parse(written.trim_start(), 0).filter(|found| !found.rules.is_empty())?;
        let closing = above.start + offset(written.find(']')?);
        (!suppression.rules.iter().any(|rule| rule.value == found.rule))
            .then(|| (TextRange::empty(closing), format!(", {}", found.rule)))
    });
    let written = range.slice(text);
    let indent = written.get(..written.len() - written.trim_start().len()).unwrap_or_default();
    let line_end = if text.get(range.end as usize..).is_some_and(|rest| rest.starts_with("\r\n")) {
        "\r\n"
    } else {
        "\n"
    };
    let own_line =
        || (TextRange::empty(range.start), format!("{indent}# crossloc: ignore[{}]{line_end}", found.rule));
    let (range, new_text) = more.unwrap_or_else(own_line);
    let edit = Edit { file: found.file.clone(), range, new_text };
    Some(Fix::to_review(format!("ignore `{}` here", found.rule), vec![edit]))
}

/// `text` behind blanks and `word`, with its offset.
fn after_word<'t>(text: &'t str, at: usize, word: &str) -> Option<(&'t str, usize)> {
    let trimmed = text.trim_start();
    let rest = trimmed.strip_prefix(word)?;
    let rest = if word.ends_with(':') { rest.trim_start() } else { rest };
    Some((rest, at + text.len() - rest.len()))
}

fn covered_line(source: &SourceText, comment: TextRange) -> Option<u32> {
    let lines = source.lines();
    let line = lines.line_of(comment.start);
    let start = lines.line_range(&source.text, line)?.start;
    let own_line = TextRange::new(start, comment.start).slice(&source.text).trim().is_empty();
    if !own_line {
        return Some(line);
    }
    (line + 1..lines.lines()).find(|next| {
        let text = lines.line_range(&source.text, *next).map_or("", |range| range.slice(&source.text)).trim();
        !text.is_empty() && !text.starts_with('#')
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use camino::Utf8Path;

    use super::*;
    use crate::rules::{Diagnostic, Severity};

    /// The suppression comments of a text without strings.
    fn comments_of_lines(text: &str) -> Vec<TextRange> {
        let mut found = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive(['\n', '\r']) {
            let body = line.trim_end_matches(['\n', '\r']);
            if let Some((before, comment)) = body.split_once('#')
                && comment.trim_start().starts_with("crossloc:")
            {
                let start = at + before.len();
                found.push(TextRange::new(offset(start), offset(start + 1 + comment.len())));
            }
            at += line.len();
        }
        found
    }

    #[test]
    fn comments_are_read_with_the_places_of_the_names() {
        let names = |text: &str| {
            parse(text, 0).map(|found| {
                let rules: Vec<_> =
                    found.rules.iter().map(|r| (r.value.clone(), r.range.slice(text).to_owned())).collect();
                assert!(rules.iter().all(|(name, there)| name == there), "{rules:?}");
                (rules.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), found.reason)
            })
        };
        for (text, rules, reason) in [
            ("# crossloc: ignore[a] why not", &["a"][..], "why not"),
            (";;  crossloc: ignore[a]", &["a"][..], ""),
            ("crossloc:ignore[ a ,, b-c ]", &["a", "b-c"], ""),
            (" crossloc: ignore", &[], ""),
            (" crossloc: ignore because", &[], "because"),
            (" crossloc: ignore[a", &[], "[a"),
        ] {
            let expected = (rules.iter().map(|name| (*name).to_owned()).collect(), reason.to_owned());
            assert_eq!(names(text), Some(expected), "{text}");
        }
        for text in ["", " noqa", " crossloc: ignored", " crossloc: scope", " xcrossloc: ignore[a]"] {
            assert_eq!(names(text), None, "{text}");
        }
    }

    #[test]
    fn findings_on_the_covered_line_go_and_the_rest_is_told() {
        let text = "\
import a  # crossloc: ignore[x]
# crossloc: ignore[x, y] both

# another comment
import b
import c  # crossloc: ignore[z]
# crossloc: ignore[x] covers nothing
";
        let file = FileId::new(Utf8Path::new("/w/a.py"));
        let source = Arc::new(SourceText::new(Arc::from(text), false));
        let comments = comments_of_lines(text);
        let finding = |rule, needle: &str| {
            let at = offset(text.find(needle).unwrap());
            let diagnostic = Diagnostic {
                rule,
                severity: Severity::Error,
                message: String::new(),
                file: file.clone(),
                range: TextRange::new(at, at + 1),
                location: None,
                related: vec![],
                fix: None,
                arguments: vec![],
            };
            Told { diagnostic, yields: true }
        };
        let all = vec![finding("x", "a  #"), finding("x", "b\n"), finding("w", "b\n"), finding("x", "c  #")];
        let (kept, unused) = apply(all, &[FileComments { file, source, comments }]);
        let kept: Vec<_> =
            kept.iter().map(|one| (one.diagnostic.rule, one.diagnostic.range.slice(text))).collect();
        assert_eq!(kept, [("w", "b"), ("x", "c")]);
        let unused: Vec<_> = unused.iter().map(|u| u.rule.as_ref().map(|rule| rule.value.as_str())).collect();
        assert_eq!(unused, [Some("y"), Some("z"), Some("x")]);
    }

    /// A finding of the rule `x` at the first place of a word.
    fn found_at(path: &str, text: &str, word: &str) -> Diagnostic {
        let at = offset(text.find(word).unwrap());
        Diagnostic {
            rule: "x",
            severity: Severity::Error,
            message: String::new(),
            file: FileId::new(Utf8Path::new(path)),
            range: TextRange::new(at, at + offset(word.len())),
            location: None,
            related: vec![],
            fix: None,
            arguments: vec![],
        }
    }

    /// The text after the edit that covers the finding at a word.
    fn covered(path: &str, text: &str, word: &str) -> Option<String> {
        let source = SourceText::new(Arc::from(text), false);
        let fix = cover(&source, &found_at(path, text, word))?;
        assert!(!fix.safe);
        let edit = &fix.edits[0];
        let mut now = text.to_owned();
        now.replace_range(edit.range.start as usize..edit.range.end as usize, &edit.new_text);
        let source = Arc::new(SourceText::new(Arc::from(now.as_str()), false));
        let told = vec![Told { diagnostic: found_at(path, &now, word), yields: true }];
        let file = FileId::new(Utf8Path::new(path));
        let (kept, _) = apply(told, &[FileComments { file, source, comments: comments_of_lines(&now) }]);
        assert!(kept.is_empty(), "{now}");
        Some(now)
    }

    #[test]
    fn a_comment_is_written_that_covers_the_finding() {
        for (path, text, now) in [
            ("/w/a.py", "word\n", "# crossloc: ignore[x]\nword\n"),
            ("/w/a.py", "if a:\r\n    word\r\n", "if a:\r\n    # crossloc: ignore[x]\r\n    word\r\n"),
            ("/w/a.py", "# crossloc: ignore[y] why\nword", "# crossloc: ignore[y, x] why\nword"),
            (
                "/w/a.py",
                "a  # crossloc: ignore[y]\nword",
                "a  # crossloc: ignore[y]\n# crossloc: ignore[x]\nword",
            ),
            (
                "/w/pyproject.toml",
                "a = [\n  \"word\",\n]\n",
                "a = [\n  # crossloc: ignore[x]\n  \"word\",\n]\n",
            ),
        ] {
            assert_eq!(covered(path, text, "word").as_deref(), Some(now));
        }
    }

    #[test]
    fn no_comment_is_written_where_none_is_read() {
        for (path, text) in [
            ("/w/a.py", "a = 1 + \\\n  word\n"),
            ("/w/a.py", "a = \"\"\"\nword\n\"\"\"\n"),
            ("/w/uv.lock", "word\n"),
            ("/w/PKG-INFO", "word\n"),
            ("/w/data.json", "word\n"),
        ] {
            assert_eq!(covered(path, text, "word"), None, "{text}");
        }
        let broken = Diagnostic { rule: "parse-error", ..found_at("/w/a.py", "word\n", "word") };
        assert!(cover(&SourceText::new(Arc::from("word\n"), false), &broken).is_none());
    }

    #[test]
    fn rules_that_nothing_silences_are_rules() {
        assert!(NEVER_COVERED.iter().all(|name| super::super::find(name).is_some()));
    }
}
