//! # path-hack (off by default)
//!
//! ## What it does
//!
//! Reports edits of `sys.path` whose target is another first-party project.
//!
//! ## Why it matters
//!
//! The import that follows works only where the other project lies at that very place: not in a wheel, an image, or
//! another layout of the repository. No installer knows that the project is needed, and no version of it is ever pinned.
//! Tests, docs and scripts are not judged, nor are paths that cannot be read from the text.
//!
//! ## Example
//!
//! ```fixture
//! #- crossloc.toml
//! [rules]
//! path-hack = "warning"
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! #- shared/src/acme/__init__.py
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! #- etl/etl/__init__.py
//! import os, sys
//! sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../shared/src"))
//! #                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[path-hack]: `sys.path` is led into `../shared/src`, which belongs to `acme-shared`
//! ```
//!
//! ## Fix
//!
//! Require the other project, with a path source, and import it as a package.

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::registry::Rule;
use super::{Context, Finding};
use crate::python::{DefinitionKind, Expression, ExpressionId, ModuleSummary, ScopeId};
use crate::text::TextRange;
use crate::vfs::{FileId, SourceText, join};
use crate::workspace::{Place, Project};

/// The rule.
pub const RULE: Rule =
    Rule { name: "path-hack", default: None, check: Some(check), source: include_str!("path_hack.rs") };

/// What the search for files that edit the path is called.
const SEARCH: u64 = 0x7379_732e_7061_7468;

/// Names that stand for other values are followed so far.
const MAX_DEPTH: usize = 4;

/// Longer expressions are not looked at.
const MAX_BYTES: usize = 2000;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let workspace = context.workspace;
    let discovery = workspace.discovery();
    let opened = |file: &FileId| workspace.folders.iter().any(|folder| file.path().starts_with(folder));
    let edits_path = |bytes: &[u8]| memchr::memmem::find(bytes, b"sys.path").is_some();
    let files = discovery.python.par_iter().filter(|file| {
        opened(file) && workspace.is_deployed(file) && workspace.is_wanted(file, SEARCH, edits_path)
    });
    files.flat_map_iter(|file| of_file(context, file)).collect()
}

fn of_file(context: &Context<'_>, file: &FileId) -> Vec<Finding> {
    let workspace = context.workspace;
    let project = workspace.project_of(file).filter(|project| context.is_subject(project));
    let (Some(project), Some(summary), Ok(source)) =
        (project, workspace.summary(file), workspace.files.text(file))
    else {
        return Vec::new();
    };
    let judge = |argument: ExpressionId| {
        let range = summary.spans.expressions.get(argument.index())?.full;
        let written = expand(&summary, &source, range.slice(&source.text), MAX_DEPTH)?;
        let (target, owner) = target(context, &project, file, &written)?;
        let shown = context.shown(&target, &project.dir);
        let message =
            format!("`sys.path` is led into `{shown}`, which belongs to `{}`", owner.display_name());
        let place = Place { file: file.clone(), range };
        let finding = Finding::new(place, message, [owner.display_name()]);
        let name = owner.name.as_ref()?;
        let named = Place { file: name.file.clone(), range: name.value.range };
        Some(finding.related(named, "the other project"))
    };
    added_to_path(&summary).into_iter().filter_map(judge).collect()
}

/// The arguments of `sys.path.insert`, `append` and `extend` that name folders.
fn added_to_path(summary: &ModuleSummary) -> Vec<ExpressionId> {
    let attribute = |id: ExpressionId, wanted: &[&str]| match summary.expression(id) {
        Some(Expression::Attribute(object, name)) if wanted.contains(&name.as_str()) => Some(*object),
        _ => None,
    };
    let is_sys = |id| matches!(summary.expression(id), Some(Expression::Name(name, _)) if name == "sys");
    let calls = summary.expressions.iter().filter_map(|expression| {
        let Expression::Call(callee, arguments) = expression else { return None };
        let path = attribute(*callee, &["insert", "append", "extend"])?;
        let sys = attribute(path, &["path"])?;
        is_sys(sys).then_some(arguments.last()?.value)
    });
    calls.collect()
}

/// An expression's text with the module's own names replaced by what they are bound to: `ROOT / "shared"`.
fn expand(summary: &ModuleSummary, source: &SourceText, text: &str, depth: usize) -> Option<String> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if matches!(c, '"' | '\'') {
            let inside = rest.get(1..)?;
            let end = inside.find(c)? + 2;
            out.push_str(rest.get(..end)?);
            rest = rest.get(end..)?;
        } else if c.is_alphabetic() || c == '_' {
            let word_end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let word = rest.get(..word_end)?;
            let free = !out.trim_end().ends_with('.');
            match value_of(summary, word).filter(|_| free && depth > 0) {
                Some(range) => {
                    let value = expand(summary, source, range.slice(&source.text), depth - 1)?;
                    out.push_str(&format!("({value})"));
                }
                None => out.push_str(word),
            }
            rest = rest.get(word_end..)?;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..)?;
        }
        if out.len() > MAX_BYTES {
            return None;
        }
    }
    Some(out)
}

/// The value that a name of the module is bound to, once.
fn value_of(summary: &ModuleSummary, name: &str) -> Option<TextRange> {
    let [only] = summary.bindings(ScopeId::MODULE, name) else { return None };
    let DefinitionKind::Variable(variable) = &summary.definition(*only)?.kind else { return None };
    Some(summary.spans.expressions.get(variable.value?.index())?.full)
}

/// The folder that an expression means, and the other project that it belongs to.
fn target(
    context: &Context<'_>,
    project: &Project,
    file: &FileId,
    written: &str,
) -> Option<(Utf8PathBuf, std::sync::Arc<Project>)> {
    let parts = literals(written)?;
    let bases = match written.contains("__file__") {
        true => vec![file.path().ancestors().nth(steps_up(written)?)?.to_owned()],
        // Relative to the folder that Python is run in, which is mostly one of these.
        false if parts.is_empty() => return None,
        false => vec![project.dir.clone(), file.dir().to_owned(), context.workspace.boundary(&project.dir)],
    };
    let folder = |base: &Utf8PathBuf| parts.iter().fold(base.clone(), |folder, part| join(&folder, part));
    let target = bases.iter().map(folder).find(|folder| context.workspace.files.is_dir(folder))?;
    let owner = context.workspace.project_around(&target)?;
    let other = owner.dir != project.dir && owner.ships && !owner.template && !encloses(&owner, project);
    other.then_some((target, owner))
}

/// A project at the root of a repository is around all others, and on the path for other reasons.
fn encloses(owner: &Project, project: &Project) -> bool {
    project.dir.starts_with(&owner.dir)
}

/// How many folders up from the file's own path; `None` where something else is done with it, too.
fn steps_up(written: &str) -> Option<usize> {
    let computed = ["environ", "getcwd", "cwd(", "argv", "getenv", "glob", "import_module", "find_spec"];
    if computed.iter().any(|word| written.contains(word)) || written.matches("__file__").count() != 1 {
        return None;
    }
    let count = |word: &str| written.matches(word).count();
    let indexed = written.match_indices(".parents[").map(|(at, word)| {
        let digits = written.get(at + word.len()..)?.split(']').next()?;
        Some(digits.trim().parse::<usize>().ok().filter(|steps| *steps < 50)? + 1)
    });
    let indexed: Option<usize> = indexed.sum();
    // `.parents[` contains `.parent`, too.
    Some(indexed? + count("dirname(") + count(".parent") - count(".parents["))
}

/// The string literals of an expression, in their order; `None` where one is more than plain text.
fn literals(written: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = written;
    while let Some(at) = rest.find(['"', '\'']) {
        let (before, quoted) = (rest.get(..at)?, rest.get(at..)?);
        let quote = quoted.chars().next()?;
        let inside = quoted.get(1..)?;
        let end = inside.find(quote)?;
        let text = inside.get(..end)?;
        let formatted = before.ends_with(['f', 'F', 'b', 'B']) || text.contains(['{', '\\', '%', '*']);
        if formatted || before.ends_with('[') {
            return None;
        }
        if !text.is_empty() && Utf8Path::new(text).is_relative() {
            found.push(text);
        }
        rest = inside.get(end + 1..)?;
    }
    let up = written.matches("os.pardir").count();
    (up == 0).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_from_the_text_of_an_expression() {
        for (written, steps, parts) in [
            (
                "os.path.join(os.path.dirname(__file__), '..', \"shared\")",
                Some(1),
                Some(vec!["..", "shared"]),
            ),
            (
                "str(Path(__file__).resolve().parent.parent / 'libs/shared')",
                Some(2),
                Some(vec!["libs/shared"]),
            ),
            ("Path(__file__).parents[2] / 'a'", Some(3), Some(vec!["a"])),
            ("os.path.dirname(os.path.dirname(__file__))", Some(2), Some(vec![])),
            ("Path(__file__).parents[n]", None, Some(vec![])),
            ("os.path.join(os.getcwd(), __file__)", None, Some(vec![])),
            ("__file__ + f'{x}'", Some(0), None),
            ("join(dirname(__file__), dirname(__file__), 'a')", None, Some(vec!["a"])),
            ("Path(__file__).parents[99] / 'a'", None, Some(vec!["a"])),
            ("Path(__file__).parent / names['a']", Some(1), None),
            ("Path(__file__).parent / '{x}'", Some(1), None),
            ("Path(__file__).parent / b'x'", Some(1), None),
            ("Path(__file__).parent / '' / '/abs' / 'a'", Some(1), Some(vec!["a"])),
            ("dirname(__file__) + os.pardir", Some(1), None),
        ] {
            assert_eq!(steps_up(written), steps, "{written}");
            assert_eq!(literals(written), parts, "{written}");
        }
    }
}
