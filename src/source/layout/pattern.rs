//! The two pattern languages of manifests: gitignore's globs of paths, and fnmatch's of dotted names.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Globs of paths, in gitignore's syntax, relative to a folder. Equality is that of what is written.
#[derive(Clone, Debug)]
pub struct Globs {
    base: Utf8PathBuf,
    lines: Vec<String>,
    matcher: Arc<Gitignore>,
}

impl PartialEq for Globs {
    fn eq(&self, other: &Self) -> bool {
        (&self.base, &self.lines) == (&other.base, &other.lines)
    }
}

impl Globs {
    /// Lines that are no globs are left out.
    pub fn new(base: &Utf8Path, lines: Vec<String>) -> Self {
        let mut builder = GitignoreBuilder::new("");
        for line in &lines {
            let _ = builder.add_line(None, line.strip_prefix("./").unwrap_or(line));
        }
        let matcher = Arc::new(builder.build().unwrap_or_else(|_| Gitignore::empty()));
        Self { base: base.to_owned(), lines, matcher }
    }

    /// Globs as Python's `pathlib` and `glob` mean them: each starts at the base, and naming a folder names
    /// everything below it.
    pub fn anchored(base: &Utf8Path, patterns: &[String]) -> Self {
        let anchor = |pattern: &String| {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern).trim_matches('/');
            // `src/**` names the folder itself as well, and `/*` is what reaches all that is in it.
            format!("/{}", pattern.strip_suffix("/**").unwrap_or(pattern))
        };
        Self::new(base, patterns.iter().map(anchor).collect())
    }

    /// Whether a pattern names this absolute path or a folder above it.
    pub fn matches(&self, path: &Utf8Path) -> bool {
        let Ok(relative) = path.strip_prefix(&self.base) else { return false };
        self.matcher.matched_path_or_any_parents(relative, false).is_ignore()
    }
}

/// Whether a name matches a pattern of Python's `fnmatch`: `*`, `?` and `[…]`, case counting.
pub(super) fn fnmatch(name: &str, pattern: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut at, mut by) = (0, 0);
    // Where to go on when a match fails: behind the last star, with one more character under it.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(by) {
            Some('*') => {
                retry = Some((at, by + 1));
                by += 1;
                continue;
            }
            None if at == name.len() => return true,
            None => None,
            Some(_) => name.get(at).and_then(|c| one(*c, pattern.get(by..).unwrap_or_default())),
        };
        match (step, retry) {
            (Some(width), _) => {
                at += 1;
                by += width;
            }
            (None, Some((from, behind))) if from < name.len() => {
                retry = Some((from + 1, behind));
                (at, by) = (from + 1, behind);
            }
            _ => return false,
        }
    }
}

/// How many characters of the pattern match this one character.
fn one(c: char, pattern: &[char]) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => match pattern.iter().skip(2).position(|p| *p == ']').map(|end| end + 2) {
            Some(end) => class(c, pattern.get(1..end)?).then_some(end + 1),
            None => (c == '[').then_some(1),
        },
        literal => (*literal == c).then_some(1),
    }
}

fn class(c: char, members: &[char]) -> bool {
    let (negated, members) = match members.split_first() {
        Some(('!', rest)) => (true, rest),
        _ => (false, members),
    };
    let mut rest = members;
    let mut hit = false;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match tail {
            ['-', last, after @ ..] => {
                hit |= (*first..=*last).contains(&c);
                rest = after;
            }
            _ => hit |= *first == c,
        }
    }
    hit != negated
}

/// Whether a pattern means anything but itself.
pub(super) fn has_magic(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnmatch_matches_as_python_does() {
        for (name, pattern, expected) in [
            ("acme", "acme", true),
            ("acme.io", "acme*", true),
            ("acme.io", "acme.*", true),
            ("acme", "acme.*", false),
            ("acme.io.tests", "*.tests", true),
            ("acme.io.tests.x", "*.tests", false),
            ("_private", "[._]*", true),
            ("SConstruct", "[Ss][Cc]onstruct", true),
            ("abc", "a?c", true),
            ("b", "[!a]", true),
            ("b", "[a-c]", true),
            ("[", "[", true),
            ("", "*", true),
            ("a", "", false),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*a*a*a*c", false),
        ] {
            assert_eq!(fnmatch(name, pattern), expected, "{name} {pattern}");
        }
    }

    #[test]
    fn globs_are_gitignores_and_python_globs_are_anchored() {
        let base = Utf8Path::new("/p");
        let hits = |globs: Globs, path: &str| globs.matches(Utf8Path::new(path));
        assert!(hits(Globs::new(base, vec!["tests".into()]), "/p/acme/tests/a.py"));
        assert!(!hits(Globs::new(base, vec!["/tests".into()]), "/p/acme/tests/a.py"));
        assert!(!hits(Globs::new(base, vec!["*.py".into(), "!keep.py".into()]), "/p/keep.py"));
        assert!(hits(Globs::anchored(base, &["acme/**/*.py".into()]), "/p/acme/a/b.py"));
        assert!(hits(Globs::anchored(base, &["acme/**".into()]), "/p/acme/a/b.py"));
        assert!(!hits(Globs::anchored(base, &["tests".into()]), "/p/acme/tests/a.py"));
        assert!(!hits(Globs::new(base, vec!["[".into()]), "/elsewhere/a.py"));
    }
}
