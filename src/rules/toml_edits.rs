//! Where in a pyproject.toml something is to be put, and how it is written there. What stands there keeps its form; where
//! none of the forms that people write is met, nothing is proposed.

use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike};

use crate::text::{TextRange, offset};

/// A replacement in one text; mostly of nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replacement {
    pub range: TextRange,
    pub new_text: String,
}

impl Replacement {
    fn at(at: usize, new_text: String) -> Self {
        Self { range: TextRange::empty(offset(at)), new_text }
    }
}

/// Puts a first requirement into `[project] dependencies`, which is empty or not there. The text of the requirement has
/// neither quotes nor backslashes. `None` where the list has elements, or where the build computes it.
pub(super) fn first_dependency(text: &str, requirement: &str) -> Option<Replacement> {
    let document = Document::parse(text).ok()?;
    let project = document.as_table().get("project")?.as_table()?;
    let Some(list) = project.get("dependencies") else {
        let computed = project.get("dynamic").and_then(Item::as_array).is_some_and(|dynamic| {
            dynamic.iter().any(|field| field.as_str().is_none_or(|field| field == "dependencies"))
        });
        return if computed {
            None
        } else {
            behind(text, project, &format!("dependencies = [\"{requirement}\"]"))
        };
    };
    let list = list.as_array().filter(|list| list.is_empty())?;
    let span = list.span()?;
    let inside = span.start + 1..span.end - 1;
    let written = text.get(inside.clone())?;
    let Some(last) = written.rfind('\n') else {
        let range = TextRange::from_usize(inside);
        return Some(Replacement { range, new_text: format!("\"{requirement}\"") });
    };
    // `[`, comments perhaps, and `]` on a line of its own.
    let indent = written.get(last + 1..)?;
    let new_text = format!("{indent}    \"{requirement}\",\n");
    indent.trim().is_empty().then(|| Replacement::at(inside.start + last + 1, new_text))
}

/// Whether `[tool.poetry.dependencies]`, and not `[project]`, says what is required.
pub(super) fn requires_by_poetry(text: &str) -> bool {
    let Ok(document) = Document::parse(text) else { return false };
    let listed = |item: Option<&Item>| item.and_then(Item::as_array).is_some_and(|list| !list.is_empty());
    let root = document.as_table();
    let poetry = lookup(root, &["tool", "poetry"]);
    poetry.is_some()
        && !listed(lookup(root, &["project", "dependencies"]))
        && (root.get("project").is_none() || lookup(root, &["tool", "poetry", "dependencies"]).is_some())
}

/// Adds `name = value` to the table with this header, or that table at the end.
pub(super) fn table_entry(text: &str, path: &[&str], name: &str, value: &str) -> Option<Replacement> {
    let document = Document::parse(text).ok()?;
    let entry = format!("{name} = {value}");
    match lookup(document.as_table(), path) {
        Some(Item::Table(table)) if table.contains_key(name) => None,
        Some(Item::Table(table)) if !table.is_implicit() && !table.is_dotted() => behind(text, table, &entry),
        Some(Item::Table(table)) if table.is_dotted() => None,
        Some(Item::Value(inline)) => {
            let inline = inline.as_inline_table().filter(|inline| !inline.contains_key(name))?;
            let last = inline.iter().filter_map(|(_, value)| Some(value.span()?.end)).max();
            match last {
                Some(last) => Some(Replacement::at(last, format!(", {entry}"))),
                None => {
                    let span = inline.span()?;
                    Some(Replacement {
                        range: TextRange::from_usize(span),
                        new_text: format!("{{ {entry} }}"),
                    })
                }
            }
        }
        Some(Item::ArrayOfTables(_)) => None,
        _ => {
            // Above it may stand what a header cannot add to.
            let above = path.len().saturating_sub(1);
            let plain = (1..=above).all(|length| {
                let item = path.get(..length).and_then(|path| lookup(document.as_table(), path));
                item.is_none_or(|item| item.as_table().is_some_and(|table| !table.is_dotted()))
            });
            let gap = if text.is_empty() || text.ends_with("\n\n") {
                ""
            } else if text.ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            };
            plain.then(|| Replacement::at(text.len(), format!("{gap}[{}]\n{entry}\n", path.join("."))))
        }
    }
}

fn lookup<'t>(root: &'t Table, path: &[&str]) -> Option<&'t Item> {
    let (first, rest) = path.split_first()?;
    let mut item = root.get(first)?;
    for key in rest {
        item = item.as_table_like().and_then(|table: &dyn TableLike| table.get(key))?;
    }
    Some(item)
}

/// A line behind the last value of a table, or behind its header.
fn behind(text: &str, table: &Table, line: &str) -> Option<Replacement> {
    let values = table.iter().filter_map(|(_, item)| last_of(item));
    let end = values.max().or_else(|| header(text, table.span()?))?;
    let rest = text.get(end..)?;
    let at = end + rest.find(['\n', '\r']).unwrap_or(rest.len());
    Some(Replacement::at(at, format!("\n{line}")))
}

/// Where a value of the table itself ends; tables below have headers of their own.
fn last_of(item: &Item) -> Option<usize> {
    match item {
        Item::Value(value) => Some(value.span()?.end),
        Item::Table(table) if table.is_dotted() => table.iter().filter_map(|(_, item)| last_of(item)).max(),
        _ => None,
    }
}

fn header(text: &str, span: Range<usize>) -> Option<usize> {
    text.get(span.start..)?.find(']').map(|at| span.start + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, replacement: Option<Replacement>) -> Option<String> {
        let Replacement { range, new_text } = replacement?;
        let mut text = text.to_owned();
        text.replace_range(range.start as usize..range.end as usize, &new_text);
        Document::parse(text.as_str()).unwrap();
        Some(text)
    }

    #[test]
    fn the_first_dependency_is_written_as_the_list_is() {
        for (before, after) in [
            ("[project]\ndependencies = []\n", Some("[project]\ndependencies = [\"x\"]\n")),
            ("[project]\ndependencies = [ ] # none\n", Some("[project]\ndependencies = [\"x\"] # none\n")),
            ("[project]\ndependencies = [\n]\n", Some("[project]\ndependencies = [\n    \"x\",\n]\n")),
            (
                "[project]\ndependencies = [\n    # later\n  ]\n",
                Some("[project]\ndependencies = [\n    # later\n      \"x\",\n  ]\n"),
            ),
            (
                "[project]\ndependencies = [ # later\n]\n",
                Some("[project]\ndependencies = [ # later\n    \"x\",\n]\n"),
            ),
            (
                "[project]\nname = \"a\" # b\n\n[project.scripts]\nx = \"y\"\n",
                Some("[project]\nname = \"a\" # b\ndependencies = [\"x\"]\n\n[project.scripts]\nx = \"y\"\n"),
            ),
            (
                "[project]\nauthors = [\n  { name = \"a\" },\n]\nurls.x = \"y\"",
                Some(
                    "[project]\nauthors = [\n  { name = \"a\" },\n]\nurls.x = \"y\"\ndependencies = [\"x\"]",
                ),
            ),
            ("[project]\r\nname = \"a\"\r\n", Some("[project]\r\nname = \"a\"\ndependencies = [\"x\"]\r\n")),
            ("[project] # a\n[tool.x]\n", Some("[project] # a\ndependencies = [\"x\"]\n[tool.x]\n")),
            ("[project]\ndependencies = [\"a\"]\n", None),
            ("[project]\ndynamic = [\"dependencies\"]\n", None),
            (
                "[project]\ndynamic = [\"version\"]\n",
                Some("[project]\ndynamic = [\"version\"]\ndependencies = [\"x\"]\n"),
            ),
            ("project = { name = \"a\" }\n", None),
            ("[project]\ndependencies = \"a\"\n", None),
            ("[tool.poetry]\nname = \"a\"\n", None),
            ("[project\n", None),
        ] {
            assert_eq!(applied(before, first_dependency(before, "x")).as_deref(), after, "{before}");
        }
    }

    #[test]
    fn an_entry_is_written_as_the_table_is() {
        for (before, after) in [
            ("", Some("[tool.uv.sources]\nx = 1\n")),
            ("[project]\n", Some("[project]\n\n[tool.uv.sources]\nx = 1\n")),
            ("a = 1", Some("a = 1\n\n[tool.uv.sources]\nx = 1\n")),
            (
                "[tool.uv.sources]\na = { path = \"a\" } # b\n\n[c]\n",
                Some("[tool.uv.sources]\na = { path = \"a\" } # b\nx = 1\n\n[c]\n"),
            ),
            ("[tool.uv.sources]\n", Some("[tool.uv.sources]\nx = 1\n")),
            (
                "[tool.uv]\nsources = { a = { path = \"a\" } }\n",
                Some("[tool.uv]\nsources = { a = { path = \"a\" }, x = 1 }\n"),
            ),
            ("[tool.uv]\nsources = {}\n", Some("[tool.uv]\nsources = { x = 1 }\n")),
            (
                "[tool.uv.sources.a]\npath = \"a\"\n",
                Some("[tool.uv.sources.a]\npath = \"a\"\n\n[tool.uv.sources]\nx = 1\n"),
            ),
            ("[tool.uv]\nsources.a = { path = \"a\" }\n", None),
            ("tool.uv.package = false\n", None),
            ("[tool]\nuv = { package = false }\n", None),
            ("[tool.uv.sources]\nx = 2\n", None),
            ("[[tool.uv.sources]]\n", None),
        ] {
            let replacement = table_entry(before, &["tool", "uv", "sources"], "x", "1");
            assert_eq!(applied(before, replacement).as_deref(), after, "{before}");
        }
    }

    #[test]
    fn poetry_requires_where_the_standard_table_does_not() {
        for (text, expected) in [
            ("[tool.poetry]\nname = \"a\"\n", true),
            ("[tool.poetry.dependencies]\npython = \"3\"\n", true),
            ("[project]\nname = \"a\"\n[tool.poetry]\npackages = []\n", false),
            ("[project]\nname = \"a\"\n[tool.poetry.dependencies]\na = \"1\"\n", true),
            ("[project]\ndependencies = [\"a\"]\n[tool.poetry.dependencies]\na = \"1\"\n", false),
            ("[project]\nname = \"a\"\n", false),
        ] {
            assert_eq!(requires_by_poetry(text), expected, "{text}");
        }
    }
}
