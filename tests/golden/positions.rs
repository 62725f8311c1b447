//! Where questions are asked: drawn from the names of all Python files alone, so that the same text gives the same
//! places whatever crossloc makes of it.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

/// A name in a file.
#[derive(Clone, Debug)]
pub struct Position {
    /// Relative to the root.
    pub file: Utf8PathBuf,
    /// 0-based, both.
    pub line: usize,
    pub column: usize,
    pub name: String,
}

/// Up to so many names that lead to shared code, and so many others.
const AROUND_SHARED: usize = 260;
const OTHERS: usize = 40;
/// Names of shared distributions in manifests.
const IN_MANIFESTS: usize = 40;

/// Places in Python: names in imports and those they bind, attributes and keyword arguments, above all what leads to the
/// packages `shared`; spread evenly over all files.
pub fn in_python(root: &Utf8Path, shared: &[&str]) -> Vec<Position> {
    let (mut around, mut others) = (Vec::new(), Vec::new());
    // `setup.py` is two documents in one, which has tests of its own.
    for file in files(root, |name| name.ends_with(".py") && name != "setup.py") {
        let text = std::fs::read_to_string(root.join(&file)).unwrap();
        let tokens = tokens(&text);
        let position = |token: Token<'_>| Position {
            file: file.clone(),
            line: token.line,
            column: token.column,
            name: token.text.to_owned(),
        };
        let (leading, other) = candidates(&tokens, shared);
        around.extend(leading.into_iter().map(position));
        others.extend(other.into_iter().map(position));
    }
    let mut drawn = spread(around, AROUND_SHARED);
    drawn.extend(spread(others, OTHERS));
    drawn
}

/// Places in manifests: where they name one of the distributions.
pub fn in_manifests(root: &Utf8Path, distributions: &[&str]) -> Vec<Position> {
    let mut found = Vec::new();
    for file in files(root, |name| matches!(name, "pyproject.toml" | "requirements.txt")) {
        let text = std::fs::read_to_string(root.join(&file)).unwrap();
        for (line, written) in text.lines().enumerate() {
            let named = distributions.iter().filter_map(|name| Some((*name, written.find(name)?)));
            found.extend(named.map(|(name, column)| Position {
                file: file.clone(),
                line,
                column,
                name: name.to_owned(),
            }));
        }
    }
    spread(found, IN_MANIFESTS)
}

/// Every n-th, so that there are no more than so many.
fn spread(all: Vec<Position>, most: usize) -> Vec<Position> {
    let count = all.len().min(most);
    (0..count).map(|number| all[number * all.len() / count].clone()).collect()
}

/// Files of a folder in the order of their paths; nothing hidden.
fn files(root: &Utf8Path, wanted: impl Fn(&str) -> bool) -> Vec<Utf8PathBuf> {
    let (mut pending, mut found) = (vec![root.to_owned()], Vec::new());
    while let Some(dir) = pending.pop() {
        for entry in dir.read_dir_utf8().unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().starts_with('.') {
                continue;
            }
            if entry.path().is_dir() {
                pending.push(entry.path().to_owned());
            } else if wanted(entry.file_name()) {
                found.push(entry.path().strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[derive(Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    line: usize,
    column: usize,
    /// Whether a statement begins with it.
    first: bool,
}

impl Token<'_> {
    fn is_name(&self) -> bool {
        self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

/// Names and single signs, without comments and strings.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut found, mut depth, mut first) = (Vec::new(), 0usize, true);
    let (mut at, mut line, mut line_start) = (0, 0, 0);
    while let Some(sign) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match sign {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => string_length(rest, sign),
            _ if sign.is_alphanumeric() || sign == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            _ => sign.len_utf8(),
        };
        let written = &rest[..length];
        match sign {
            '#' | '"' | '\'' => {}
            '\n' if depth == 0 => first = true,
            _ if sign.is_whitespace() => {}
            _ => {
                match sign {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                let column = text[line_start..at].encode_utf16().count();
                found.push(Token { text: written, line, column, first });
                first = false;
            }
        }
        if let Some(newline) = written.rfind('\n') {
            line += written.matches('\n').count();
            line_start = at + newline + 1;
        }
        at += length;
    }
    found
}

fn string_length(rest: &str, quote: char) -> usize {
    let triple = [quote; 3].iter().collect::<String>();
    let fence = if rest.starts_with(&triple) { triple } else { quote.to_string() };
    let mut at = fence.len();
    while let Some(sign) = rest[at..].chars().next() {
        if rest[at..].starts_with(&fence) {
            return at + fence.len();
        }
        if sign == '\n' && fence.len() == 1 {
            return at;
        }
        at += sign.len_utf8();
        if sign == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}

/// Names to ask about: those that lead to shared code as far as a reader sees (in its imports, bound by them or by a call of
/// what they bind, members and keywords of these), and the others.
fn candidates<'t>(tokens: &[Token<'t>], shared: &[&str]) -> (Vec<Token<'t>>, Vec<Token<'t>>) {
    let (mut bound, mut bound_shared) = (BTreeSet::new(), BTreeSet::new());
    let (mut around, mut others) = (Vec::new(), Vec::new());
    let (mut importing, mut of_shared) = (false, false);
    // Whether each name leads to shared code, and each open bracket belongs to one that does.
    let mut leads = vec![false; tokens.len()];
    let mut calls = Vec::new();
    let before = |at: usize, by: usize| at.checked_sub(by).map_or("", |at| tokens[at].text);
    for (at, token) in tokens.iter().enumerate() {
        if token.first {
            importing = matches!(token.text, "import" | "from");
            of_shared = false;
        }
        match token.text {
            "(" | "[" | "{" => calls.push(at > 0 && leads[at - 1]),
            ")" | "]" | "}" => drop(calls.pop()),
            _ => {}
        }
        if !token.is_name() || matches!(token.text, "import" | "from" | "as") {
            continue;
        }
        let behind = |by: usize| tokens.get(at + by).map_or("", |token| token.text);
        let mut asked = true;
        if importing {
            of_shared |= shared.contains(&token.text) && matches!(before(at, 1), "import" | "from");
            leads[at] = of_shared;
            if of_shared { &mut bound_shared } else { &mut bound }.insert(token.text);
        } else if before(at, 1) == "." {
            leads[at] = at > 1 && leads[at - 2];
        } else if behind(1) == "=" && matches!(before(at, 1), "(" | ",") {
            leads[at] = calls.last().is_some_and(|call| *call);
        } else {
            if token.first && behind(1) == "=" && bound_shared.contains(behind(2)) {
                bound_shared.insert(token.text);
            }
            leads[at] = bound_shared.contains(token.text);
            asked = leads[at] || bound.contains(token.text);
        }
        match (asked, leads[at]) {
            (true, true) => around.push(*token),
            (true, false) => others.push(*token),
            (false, _) => {}
        }
    }
    (around, others)
}
