//! Which of the files below a root are shipped.

use camino::{Utf8Path, Utf8PathBuf};

use super::pattern::fnmatch;
use super::{Globs, Root};
use crate::vfs::{EntryKind, Files};

/// What is shipped of a root: what an `include` rule takes and no `exclude` rule takes away. No rules ship nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packages {
    /// What is taken.
    pub include: Vec<Rule>,
    /// What is left out of it.
    pub exclude: Vec<Rule>,
}

/// One way in which backends say what belongs to a wheel.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Everything.
    All,
    /// The file or folder at this absolute path, with everything below.
    Path(Utf8PathBuf),
    /// What these globs name.
    Globs(Globs),
    /// The files directly in this package, dotted; not those of its subpackages. (setuptools' `packages`)
    Package(String),
    /// This module, dotted. (setuptools' `py-modules`)
    Module(String),
    /// All top-level modules whose names match none of these patterns.
    ModulesExcept(Vec<String>),
    /// The files directly in each package that setuptools' search finds.
    Find {
        /// Patterns of dotted names.
        include: Vec<String>,
        /// Patterns left out.
        exclude: Vec<String>,
        /// Whether folders without `__init__.py` are packages.
        namespaces: bool,
    },
    /// What lies in a project inside this one. (For places that no backend's rules delimit.)
    OtherProjects,
}

/// What makes a folder a project of its own.
const PROJECT_FILES: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];

impl Packages {
    /// Everything is shipped.
    pub fn all() -> Self {
        Self { include: vec![Rule::All], exclude: Vec::new() }
    }

    /// Only this.
    pub(super) fn only(rule: Rule) -> Self {
        Self { include: vec![rule], exclude: Vec::new() }
    }

    /// Whether the file at `path`, below `root`, is shipped.
    pub(super) fn hold(&self, files: &Files, root: &Root, path: &Utf8Path) -> bool {
        let takes = |rule: &Rule| rule.takes(files, root, path);
        self.include.iter().any(takes) && !self.exclude.iter().any(takes)
    }

    /// Whether a folder below `root` can hold anything that is shipped; an upper bound that spares walks.
    pub(super) fn may_hold_below(&self, files: &Files, root: &Root, dir: &Utf8Path) -> bool {
        self.include.iter().any(|rule| rule.may_take_below(root, dir))
            && !(self.exclude.contains(&Rule::OtherProjects) && is_project(files, dir))
    }
}

impl Rule {
    fn takes(&self, files: &Files, root: &Root, path: &Utf8Path) -> bool {
        let package = || path.parent().map(|dir| dotted(root, dir)).unwrap_or_default();
        let stem = path.file_stem().unwrap_or("");
        match self {
            Rule::All => true,
            Rule::Path(taken) => path.starts_with(taken),
            Rule::Globs(globs) => globs.matches(path),
            Rule::Package(name) => package() == *name,
            Rule::Module(name) => {
                let package = package();
                if package.is_empty() { stem == name } else { format!("{package}.{stem}") == *name }
            }
            Rule::ModulesExcept(patterns) => {
                package().is_empty() && !patterns.iter().any(|pattern| fnmatch(stem, pattern))
            }
            Rule::Find { include, exclude, namespaces } => {
                let package = package();
                !package.is_empty()
                    && include.iter().any(|pattern| fnmatch(&package, pattern))
                    && !exclude.iter().any(|pattern| fnmatch(&package, pattern))
                    && !pruned(&package, exclude)
                    && (*namespaces || packages_all_the_way(files, root, path))
            }
            Rule::OtherProjects => folders_below(root, path).any(|dir| is_project(files, dir)),
        }
    }

    fn may_take_below(&self, root: &Root, dir: &Utf8Path) -> bool {
        match self {
            Rule::All | Rule::Globs(_) | Rule::OtherProjects => true,
            Rule::Path(taken) => taken.starts_with(dir) || dir.starts_with(taken),
            Rule::Package(name) | Rule::Module(name) => is_at_or_below(name, &dotted(root, dir)),
            Rule::ModulesExcept(_) => dir == root.dir,
            Rule::Find { include, exclude, .. } => {
                let package = dotted(root, dir);
                let reaches = |pattern: &String| {
                    let head = pattern.split(['*', '?', '[']).next().unwrap_or("");
                    head.starts_with(&package) || package.starts_with(head)
                };
                include.iter().any(reaches) && !pruned(&package, exclude)
            }
        }
    }
}

/// A folder below `root` as a package's name, spelled as the folders are (`acme-stubs.io`).
fn dotted(root: &Root, dir: &Utf8Path) -> String {
    let below = dir.strip_prefix(&root.dir).map(|rest| rest.components().map(|c| c.as_str())).into_iter();
    let mut name = root.prefix.as_ref().map(|prefix| prefix.as_str().to_owned()).unwrap_or_default();
    for segment in below.flatten() {
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(segment);
    }
    name
}

fn is_at_or_below(name: &str, package: &str) -> bool {
    package.is_empty()
        || name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// setuptools does not search below a package `a` whose exclusion is written `a*` or `a.*`, whatever is included; `a`
/// itself is left out by the first only.
fn pruned(package: &str, exclude: &[String]) -> bool {
    let mut above = package;
    while let Some((parent, _)) = above.rsplit_once('.') {
        if is_pruned_at(parent, exclude) {
            return true;
        }
        above = parent;
    }
    false
}

fn is_pruned_at(package: &str, exclude: &[String]) -> bool {
    exclude.iter().any(|pattern| pattern.strip_prefix(package).is_some_and(|rest| matches!(rest, "*" | ".*")))
}

fn packages_all_the_way(files: &Files, root: &Root, path: &Utf8Path) -> bool {
    folders_below(root, path).all(|dir| files.is_file(&dir.join("__init__.py")))
}

fn is_project(files: &Files, dir: &Utf8Path) -> bool {
    let listing = files.list(dir);
    PROJECT_FILES.iter().any(|name| listing.kind(name) == Some(EntryKind::File))
}

/// The folders between `root` and the file at `path`.
fn folders_below<'p>(root: &'p Root, path: &'p Utf8Path) -> impl Iterator<Item = &'p Utf8Path> {
    path.ancestors().skip(1).take_while(|dir| *dir != root.dir)
}
