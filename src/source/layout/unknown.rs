//! Projects without a backend, or with one that is not known: every place where modules could be.

use camino::{Utf8Path, Utf8PathBuf};

use super::setuptools::{RESERVED_MODULES, RESERVED_PACKAGES, all_but};
use super::{Packages, Root, Rule};
use crate::python::is_identifier;
use crate::vfs::Files;

/// `src` where it holds modules, and the project's own folder. What tools and tests usually have for themselves, and
/// what lies in a project inside this one, can be imported and does not count as shipped.
pub(super) fn roots(files: &Files, dir: &Utf8Path) -> Vec<Root> {
    let src = dir.join("src");
    let modules = RESERVED_MODULES.iter().map(|name| (*name).to_owned()).collect();
    let mut roots =
        vec![own(dir.to_owned(), vec![all_but(&RESERVED_PACKAGES), Rule::ModulesExcept(modules)])];
    let listing = files.list(&src);
    if listing.files().any(|name| name.ends_with(".py")) || listing.dirs().any(is_identifier) {
        // Where `src` is a package, `import src.acme` is what is meant, though its folder may be on the path too.
        let is_package = listing.files().any(|name| name == "__init__.py");
        roots.insert(usize::from(is_package), own(src, vec![Rule::All]));
    }
    roots
}

fn own(dir: Utf8PathBuf, include: Vec<Rule>) -> Root {
    Root::path(dir, Packages { include, exclude: vec![Rule::OtherProjects] })
}
