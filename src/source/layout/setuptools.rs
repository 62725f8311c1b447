//! setuptools: <https://setuptools.pypa.io/en/latest/userguide/package_discovery.html>.

use camino::{Utf8Path, Utf8PathBuf};

use super::pattern::fnmatch;
use super::{Root, Rule, add, at, is_package_name, prefix_of};
use crate::manifest::Setuptools;
use crate::vfs::{Files, join};

/// Top-level folders that the automatic discovery leaves out of a flat layout.
pub(super) const RESERVED_PACKAGES: [&str; 35] = [
    "ci",
    "bin",
    "debian",
    "doc",
    "docs",
    "documentation",
    "manpages",
    "news",
    "newsfragments",
    "changelog",
    "test",
    "tests",
    "unit_test",
    "unit_tests",
    "example",
    "examples",
    "scripts",
    "tools",
    "util",
    "utils",
    "python",
    "build",
    "dist",
    "venv",
    "env",
    "requirements",
    "tasks",
    "fabfile",
    "site_scons",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
    "htmlcov",
    "[._]*",
];

/// Top-level modules that it leaves out, likewise.
pub(super) const RESERVED_MODULES: [&str; 20] = [
    "setup",
    "conftest",
    "test",
    "tests",
    "example",
    "examples",
    "build",
    "toxfile",
    "noxfile",
    "pavement",
    "dodo",
    "tasks",
    "fabfile",
    "[Ss][Cc]onstruct",
    "conanfile",
    "manage",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
];

/// The roots of a setuptools project; none where what it ships is computed by code.
pub(super) fn roots(files: &Files, dir: &Utf8Path, setuptools: &Setuptools) -> Vec<Root> {
    let filled = |names: &Option<Vec<String>>| {
        names.as_ref().is_some_and(|names| !names.is_empty() || !setuptools.dynamic)
    };
    // A search in a computed folder says no more than that something is shipped.
    let searched = setuptools.find.as_ref().is_some_and(|find| !find.roots.is_empty());
    let listed = filled(&setuptools.packages) || searched || filled(&setuptools.py_modules);
    let written = setuptools.package_dir.iter().find(|(package, _)| package.is_empty());
    let mut roots = Vec::new();
    if listed {
        let base = written.map_or_else(|| dir.to_owned(), |(_, path)| at(dir, path));
        explicit(&mut roots, dir, base, setuptools);
    } else if setuptools.dynamic {
        if let Some((_, path)) = written {
            add(&mut roots, at(dir, path), None, vec![Rule::All]);
        }
        placed(&mut roots, dir, setuptools, &[Rule::All]);
    } else if setuptools.package_dir.iter().any(|(package, _)| !package.is_empty()) {
        placed(&mut roots, dir, setuptools, &[Rule::All]);
    } else {
        let src = written.map_or_else(|| dir.join("src"), |(_, path)| at(dir, path));
        if files.is_dir(&src) && src != dir {
            add(&mut roots, src, None, vec![Rule::All]);
        } else {
            add(&mut roots, dir.to_owned(), None, vec![flat(files, dir)]);
        }
    }
    roots
}

/// What automatic discovery takes of a flat layout: the packages, or the modules where there are none.
fn flat(files: &Files, dir: &Utf8Path) -> Rule {
    let listing = files.list(dir);
    let is_reserved = |name: &str| RESERVED_PACKAGES.iter().any(|pattern| fnmatch(name, pattern));
    if listing.dirs().any(|name| is_package_name(name) && !is_reserved(name)) {
        all_but(&RESERVED_PACKAGES)
    } else {
        Rule::ModulesExcept(
            RESERVED_MODULES.iter().chain(&["[._]*"]).map(|name| (*name).to_owned()).collect(),
        )
    }
}

/// All packages, namespaces included, but these top-level ones with what is below them.
pub(super) fn all_but(names: &[&str]) -> Rule {
    let exclude = names.iter().flat_map(|name| [(*name).to_owned(), format!("{name}.*")]).collect();
    Rule::Find { include: vec!["*".to_owned()], exclude, namespaces: true }
}

fn explicit(roots: &mut Vec<Root>, dir: &Utf8Path, base: Utf8PathBuf, setuptools: &Setuptools) {
    // `["acme"] + ["acme." + name for name in …]`: what is computed beside a package lies below it.
    let package = |name: String| match setuptools.dynamic {
        true => Rule::Find {
            include: vec![name.clone(), format!("{name}.*")],
            exclude: Vec::new(),
            namespaces: true,
        },
        false => Rule::Package(name),
    };
    let packages = setuptools.packages.iter().flatten().cloned().map(package);
    let modules = setuptools.py_modules.iter().flatten().cloned().map(Rule::Module);
    let mut rules: Vec<Rule> = packages.chain(modules).collect();
    add(roots, base, None, rules.clone());
    if let Some(find) = &setuptools.find {
        let rule = Rule::Find {
            include: find.include.clone(),
            exclude: find.exclude.clone(),
            namespaces: find.namespaces,
        };
        for path in &find.roots {
            add(roots, join(dir, path), None, vec![rule.clone()]);
        }
        rules.push(rule);
    }
    placed(roots, dir, setuptools, &rules);
}

/// The packages that `package-dir` places in folders of other names.
fn placed(roots: &mut Vec<Root>, dir: &Utf8Path, setuptools: &Setuptools, rules: &[Rule]) {
    for (package, path) in &setuptools.package_dir {
        if let Some(Some(prefix)) = prefix_of(&package.replace('.', "/")) {
            add(roots, at(dir, path), Some(prefix), rules.to_vec());
        }
    }
}
