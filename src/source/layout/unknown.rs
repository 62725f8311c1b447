//! Projects without a backend, or with one that is not known: every place where modules could be.

use camino::Utf8Path;

use super::setuptools::{RESERVED_MODULES, RESERVED_PACKAGES, all_but};
use super::{Packages, Root, Rule};
use crate::python::is_identifier;
use crate::vfs::Files;

/// `src` where it holds modules, and the project's own folder. What tools and tests usually have for themselves can be
/// imported and does not count as shipped.
pub(super) fn roots(files: &Files, dir: &Utf8Path) -> Vec<Root> {
    let src = dir.join("src");
    let mut roots = vec![own(dir)];
    let listing = files.list(&src);
    if listing.files().any(|name| name.ends_with(".py")) || listing.dirs().any(is_identifier) {
        // Where `src` is a package, `import src.acme` is what is meant, though its folder may be on the path too.
        let is_package = listing.files().any(|name| name == "__init__.py");
        roots.insert(usize::from(is_package), Root::path(src, Packages::all()));
    }
    roots
}

fn own(dir: &Utf8Path) -> Root {
    let modules = RESERVED_MODULES.iter().map(|name| (*name).to_owned()).collect();
    let packages = all_but(&RESERVED_PACKAGES);
    Root::path(
        dir.to_owned(),
        Packages { include: vec![packages, Rule::ModulesExcept(modules)], exclude: Vec::new() },
    )
}
