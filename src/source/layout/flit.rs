//! flit: <https://flit.pypa.io/en/stable/pyproject_toml.html>.

use camino::Utf8Path;

use super::{Packages, Root, Rule, entry};
use crate::manifest::Flit;
use crate::vfs::Files;

/// The root that holds the one module or package, in the project or its `src`.
pub(super) fn roots(files: &Files, dir: &Utf8Path, module: Option<&str>, flit: &Flit) -> Vec<Root> {
    let Some(module) = flit.module.as_deref().or(module) else { return Vec::new() };
    let path = module.replace('.', "/");
    let (parent, last) = path.rsplit_once('/').unwrap_or(("", &path));
    for base in [dir.to_owned(), dir.join("src")] {
        let folder = base.join(parent);
        let package = entry(files, &folder, last).filter(|name| files.is_dir(&folder.join(name)));
        let found = package.or_else(|| entry(files, &folder, &format!("{last}.py")));
        if let Some(name) = found {
            return vec![Root::path(base, Packages::only(Rule::Path(folder.join(name))))];
        }
    }
    Vec::new()
}
