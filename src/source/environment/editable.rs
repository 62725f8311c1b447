//! What makes folders outside `site-packages` importable: `.pth` files and the finders of editable installs, read as
//! text.

use camino::{Utf8Path, Utf8PathBuf};

use crate::python::ModuleName;
use crate::source::layout::{Packages, Root};
use crate::vfs::{FileId, Files, join};

/// Larger files are none that an installer wrote.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The roots that the files of one `site-packages` add, in the order in which Python comes to them: paths first,
/// finders after them.
pub(super) fn roots(files: &Files, site_packages: &Utf8Path) -> Vec<Root> {
    let listing = files.list(site_packages);
    let read = |name: &str| {
        let source = files.text(&FileId::new(&site_packages.join(name))).ok()?;
        (source.text.len() <= MAX_BYTES).then(|| source.text.clone())
    };
    let mut roots: Vec<Root> = Vec::new();
    let mut add = |dir: Utf8PathBuf, prefix: Option<ModuleName>| {
        let known = |root: &Root| (&root.dir, &root.prefix) == (&dir, &prefix);
        if !roots.iter().any(known) && dir != site_packages {
            roots.push(Root { dir, prefix, packages: Packages::all() });
        }
    };
    for text in listing.files().filter(|name| name.ends_with(".pth")).filter_map(read) {
        for path in paths(&text) {
            add(join(site_packages, path), None);
        }
    }
    for name in listing.files().filter(|name| name.ends_with(".py")) {
        let mapped = if name.starts_with("__editable___") && name.ends_with("_finder.py") {
            read(name).map(|text| setuptools_mapping(&text))
        } else if name.starts_with("_editable_impl_") {
            read(name).map(|text| editables_mapping(&text))
        } else {
            None
        };
        for (module, path) in mapped.into_iter().flatten() {
            if let Some(module) = ModuleName::new(&module) {
                add(source_of(files, join(site_packages, &path)), Some(module));
            }
        }
    }
    roots
}

/// The lines of a `.pth` that are paths; `import` lines are code, which finders are read instead of.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_code = |line: &&str| line.starts_with("import ") || line.starts_with("import\t");
    text.lines()
        .map(str::trim_end)
        .filter(move |line| !line.is_empty() && !line.starts_with('#') && !is_code(line))
}

/// What a path of a mapping means: a package's folder, its `__init__.py`, or a module, with or without its suffix.
fn source_of(files: &Files, path: Utf8PathBuf) -> Utf8PathBuf {
    if path.file_name() == Some("__init__.py") {
        return path.parent().map(Utf8Path::to_owned).unwrap_or(path);
    }
    let module = Utf8PathBuf::from(format!("{path}.py"));
    if !files.is_dir(&path) && files.is_file(&module) { module } else { path }
}

/// `MAPPING: dict[str, str] = {'acme': '/ws/src/acme'}` and `NAMESPACES: dict[str, list[str]] = {…}` of setuptools'
/// finder.
fn setuptools_mapping(text: &str) -> Vec<(String, String)> {
    let mut mapping = Vec::new();
    for line in text.lines() {
        let named = ["MAPPING", "NAMESPACES"].into_iter().find_map(|name| line.strip_prefix(name));
        let Some((_, literal)) = named.and_then(|rest| rest.split_once('=')) else { continue };
        let mut key = None;
        let mut in_list = false;
        for token in tokens(literal) {
            match (token, &key) {
                (Token::Text(text), None) => key = Some(text),
                (Token::Text(path), Some(module)) => mapping.push((module.clone(), path)),
                (Token::Sign('['), _) => in_list = true,
                (Token::Sign(']'), _) => in_list = false,
                (Token::Sign(',' | '}'), _) if !in_list => key = None,
                _ => {}
            }
        }
    }
    mapping
}

/// `F.map_module('acme', '/ws/src/acme/__init__.py')` of the `editables` package, which hatchling and PDM use.
fn editables_mapping(text: &str) -> Vec<(String, String)> {
    let call = |line: &str| {
        let (_, arguments) = line.split_once(".map_module(")?;
        let mut texts = tokens(arguments).filter_map(|token| match token {
            Token::Text(text) => Some(text),
            Token::Sign(_) => None,
        });
        texts.next().zip(texts.next())
    };
    text.lines().filter_map(call).collect()
}

enum Token {
    Text(String),
    Sign(char),
}

/// The strings and signs of a Python literal on one line; ends at what is neither.
fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut rest = text.chars();
    std::iter::from_fn(move || match rest.find(|c| !c.is_whitespace())? {
        quote @ ('\'' | '"') => {
            let mut value = String::new();
            loop {
                match rest.next()? {
                    '\\' => value.push(escaped(&mut rest)?),
                    c if c == quote => return Some(Token::Text(value)),
                    c => value.push(c),
                }
            }
        }
        c => Some(Token::Sign(c)),
    })
}

/// The character behind a backslash, as `repr` writes them.
fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let digits = match rest.next()? {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        'n' => return Some('\n'),
        't' => return Some('\t'),
        'r' => return Some('\r'),
        c => return Some(c),
    };
    let code = (0..digits).try_fold(0u32, |code, _| Some(code * 16 + rest.next()?.to_digit(16)?))?;
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(mapping: Vec<(String, String)>) -> String {
        mapping.into_iter().map(|(module, path)| format!("{module}={path}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn finders_are_read_as_data() {
        let text = "import sys\nMAPPING: dict[str, str] = {'acme': '/ws/src/acme', \"it's\": 'C:\\\\ws\\\\x', 'one': '/ws/one'}\n\
            NAMESPACES: dict[str, list[str]] = {'ns': ['/ws/a/ns', '/ws/b/ns'], 'ns.in': []}\nPATH_PLACEHOLDER = 'x'\n";
        assert_eq!(
            pairs(setuptools_mapping(text)),
            "acme=/ws/src/acme it's=C:\\ws\\x one=/ws/one ns=/ws/a/ns ns=/ws/b/ns"
        );
        let text = "from editables.redirector import RedirectingFinder as F\nF.install()\nF.map_module('acme', '/ws/\\xfc/__init__.py')\n";
        assert_eq!(pairs(editables_mapping(text)), "acme=/ws/ü/__init__.py");
        for broken in [
            "MAPPING = {'a",
            "MAPPING = {'a': '\\",
            "MAPPING",
            "MAPPING = {'a': '\\UFFFFFFFF'}",
            "F.map_module(",
        ] {
            assert_eq!(pairs(setuptools_mapping(broken)), "", "{broken}");
            assert_eq!(pairs(editables_mapping(broken)), "", "{broken}");
        }
    }

    #[test]
    fn files_that_are_nearly_those_of_an_installer_add_nothing() {
        let temp = tempfile::tempdir().unwrap();
        let dir = Utf8Path::from_path(temp.path()).unwrap();
        let mapping = |name: &str, path: &str| format!("MAPPING = {{'{name}': '{path}'}}\n");
        for (path, text) in [
            ("site/a.pth", "../one\n../one\n.\n".to_owned()),
            ("site/b.txt", "../two\n".to_owned()),
            ("site/__editable___x_finder.py", mapping("x", "../src/x/__init__.py")),
            ("site/__editable___y_finder.py", mapping("y", "../src/y") + &mapping("z", "../src/z")),
            ("site/__editable___y.py", mapping("no", "../src/no")),
            ("site/editable___y_finder.py", mapping("nor", "../src/nor")),
            ("src/x/__init__.py", String::new()),
            ("src/y.py", String::new()),
            ("src/z/a.py", String::new()),
            ("src/z.py", String::new()),
        ] {
            let path = dir.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = roots(&Files::default(), &dir.join("site"));
        let shown: Vec<String> = found
            .iter()
            .map(|root| {
                format!(
                    "{:?} {}",
                    root.prefix.as_ref().map(ModuleName::as_str),
                    crate::vfs::relative(&root.dir, dir)
                )
            })
            .collect();
        assert_eq!(shown, ["None one", "Some(\"x\") src/x", "Some(\"y\") src/y.py", "Some(\"z\") src/z"]);
    }

    #[test]
    fn lines_of_code_are_no_paths() {
        let text =
            "\u{feff}# a comment\nimport\tx\nimport __editable___acme_finder; x()\n\n/ws/src\r\n../lib\n";
        assert_eq!(paths(text).collect::<Vec<_>>(), ["/ws/src", "../lib"]);
    }
}
