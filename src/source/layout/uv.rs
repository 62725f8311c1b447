//! uv_build: <https://docs.astral.sh/uv/concepts/build-backend/>.

use camino::Utf8Path;

use super::{Packages, Root, Rule, at, entry};
use crate::manifest::UvBuild;
use crate::vfs::Files;

/// The root below which the modules lie; none where there is not one of them.
pub(super) fn roots(files: &Files, dir: &Utf8Path, module: Option<&str>, uv: &UvBuild) -> Vec<Root> {
    let base = at(dir, uv.module_root.as_deref().unwrap_or("src"));
    let named = uv
        .module_name
        .clone()
        .unwrap_or_else(|| module.map(|module| default(files, &base, module)).into_iter().collect());
    let paths = named.iter().map(|name| base.join(name.replace('.', "/")));
    let include: Vec<Rule> = paths.filter(|path| files.is_dir(path)).map(Rule::Path).collect();
    if include.is_empty() {
        return Vec::new();
    }
    vec![Root::path(base, Packages { include, exclude: Vec::new() })]
}

/// The distribution's name as a module; that of a stubs distribution keeps its hyphen.
fn default(files: &Files, base: &Utf8Path, module: &str) -> String {
    let stubs = module.strip_suffix("_stubs").map(|stem| format!("{stem}-stubs"));
    let stubs = stubs.filter(|name| files.is_dir(&base.join(name)));
    stubs.or_else(|| entry(files, base, module)).unwrap_or_else(|| module.to_owned())
}
