//! pdm-backend: <https://backend.pdm-project.org/build_config/>.

use camino::Utf8Path;

use super::{Globs, Root, Rule, add, at};
use crate::manifest::Pdm;
use crate::vfs::Files;

/// The roots of a PDM project.
pub(super) fn roots(files: &Files, dir: &Utf8Path, pdm: &Pdm) -> Vec<Root> {
    let base = at(dir, &package_dir(files, dir, pdm));
    let mut roots = Vec::new();
    if pdm.includes.is_empty() {
        let listing = files.list(&base);
        let is_package = |name: &str| {
            let folder = base.join(name);
            files.is_file(&folder.join("__init__.py"))
                || name.ends_with("-stubs") && files.is_file(&folder.join("__init__.pyi"))
        };
        let packages: Vec<Rule> =
            listing.dirs().filter(|name| is_package(name)).map(|name| Rule::Path(base.join(name))).collect();
        let modules = || vec![Rule::ModulesExcept(Vec::new())];
        add(&mut roots, base, None, if packages.is_empty() { modules() } else { packages });
    } else {
        let rule = Rule::Globs(Globs::anchored(dir, &pdm.includes));
        let inside = |path: &String| at(dir, path).starts_with(&base);
        if !pdm.includes.iter().all(inside) {
            add(&mut roots, dir.to_owned(), None, vec![rule.clone()]);
        }
        add(&mut roots, base, None, vec![rule]);
    }
    // The tests are for the source distribution alone unless another folder is named for that.
    let mut excludes = pdm.excludes.clone();
    excludes.push("tests".to_owned());
    let exclude = Rule::Globs(Globs::anchored(dir, &excludes));
    roots.iter_mut().for_each(|root| root.packages.exclude = vec![exclude.clone()]);
    roots
}

/// `package-dir`, else `src` where it is there, unless the includes all point elsewhere.
fn package_dir(files: &Files, dir: &Utf8Path, pdm: &Pdm) -> String {
    if let Some(written) = &pdm.package_dir {
        return written.clone();
    }
    let in_src = |path: &String| Utf8Path::new(path).starts_with("src");
    let unasked = pdm.includes.is_empty() && files.is_dir(&dir.join("src"));
    let asked = pdm.includes.iter().any(in_src)
        && !pdm.excludes.iter().any(|path| path.trim_end_matches('/') == "src");
    if unasked || asked { "src".to_owned() } else { ".".to_owned() }
}
