//! Patterns of paths, a part of what LSP's globs can say: names with any number of `*`, folders before them, and `**` for
//! any number of folders. They speak of the end of a path.

use camino::Utf8Path;

/// Whether the end of a path fits a pattern; the name of its file is given beside it, for most patterns need no more.
pub(super) fn fits(pattern: &str, path: &Utf8Path, name: &str) -> bool {
    let (folders, last) = pattern.rsplit_once('/').map_or((None, pattern), |(rest, last)| (Some(rest), last));
    fits_name(last, name) && folders.is_none_or(|folders| fits_folders(folders, path))
}

fn fits_folders(pattern: &str, path: &Utf8Path) -> bool {
    let mut parts = pattern.rsplit('/');
    let mut folders = path.ancestors().skip(1).map(|folder| folder.file_name());
    while let Some(part) = parts.next() {
        if part == "**" {
            // No pattern has more than one folder before a `**`.
            let above = parts.next().unwrap_or("*");
            return folders.flatten().any(|name| fits_name(above, name));
        }
        if !folders.next().flatten().is_some_and(|name| fits_name(part, name)) {
            return false;
        }
    }
    true
}

/// Whether a name fits, `*` being any characters.
fn fits_name(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        let Some((_, behind)) = name.split_once(part) else { return false };
        name = behind;
    }
    name.ends_with(end)
}

/// The patterns as globs: those of names in one, those of extensions in another, for a client holds each glob against each
/// path.
pub(super) fn globs<'p>(patterns: impl Iterator<Item = &'p str>) -> Vec<String> {
    let (mut names, mut extensions, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for pattern in patterns {
        match pattern.strip_prefix("*.") {
            Some(extension) if !extension.contains(['*', '/', '.']) => extensions.push(extension),
            _ if !pattern.contains(['*', '/']) => names.push(pattern),
            _ => others.push(format!("**/{pattern}")),
        }
    }
    let mut globs = vec![format!("**/*.{{{}}}", extensions.join(",")), format!("**/{{{}}}", names.join(","))];
    globs.append(&mut others);
    globs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_the_ends_of_paths() {
        for (pattern, path, expected) in [
            ("setup.py", "/a/setup.py", true),
            ("setup.py", "setup.py", true),
            ("setup.py", "/a/my_setup.py", false),
            ("*.py", "/a/b.py", true),
            ("*.py", "/a/b.pyi", false),
            ("*word*.txt", "/a/word.txt", true),
            ("*word*.txt", "/a/my-word-2.txt", true),
            ("*word*.txt", "/a/wor.txt", false),
            ("a*a", "/x/a", false),
            ("*.a.*.b", "/x/.a..b", true),
            ("folder/*.txt", "/a/folder/b.txt", true),
            ("folder/*.txt", "/folder/a/b.txt", false),
            ("folder/*.txt", "b.txt", false),
            (".git/**/HEAD", "/a/.git/HEAD", true),
            (".git/**/HEAD", "/a/.git/modules/x/HEAD", true),
            (".git/**/HEAD", "/a/git/HEAD", false),
            (".git/**/HEAD", "/a/.git/HEADS", false),
        ] {
            let path = Utf8Path::new(path);
            assert_eq!(fits(pattern, path, path.file_name().unwrap()), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn globs_say_what_the_patterns_say() {
        assert_eq!(
            globs(["a.toml", "*.py", "b*.c", "d/e", "*.pyi", "f"].into_iter()),
            ["**/*.{py,pyi}", "**/{a.toml,f}", "**/b*.c", "**/d/e"]
        );
    }
}
