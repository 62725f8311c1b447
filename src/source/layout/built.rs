//! Distributions that are built: no backend's rules, but what is there.

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashSet;

use super::{Layout, Packages, Root, Rule};
use crate::source::record::recorded_path;
use crate::vfs::{FileId, Files};

/// The layout of an unpacked wheel: its root, and what installers move there (`acme-1.0.data/purelib`).
pub fn unpacked(files: &Files, dir: &Utf8Path) -> Layout {
    let mut roots = Vec::new();
    for data in files.list(dir).dirs().filter(|name| name.ends_with(".data")) {
        for scheme in ["purelib", "platlib"] {
            let moved = dir.join(data).join(scheme);
            if files.is_dir(&moved) {
                roots.push(Root::path(moved, Packages::all()));
            }
        }
    }
    roots.push(Root::path(dir.to_owned(), Packages::all()));
    Layout { roots, native: Vec::new() }
}

/// The layout of an installed distribution, by its `.dist-info` folder: of the folder that all distributions are
/// installed in, what its RECORD lists. Ships nothing where there is no RECORD.
pub fn installed(files: &Files, dist_info: &Utf8Path) -> Layout {
    let site_packages = dist_info.parent().unwrap_or(dist_info);
    let record = files.text(&FileId::new(&dist_info.join("RECORD"))).map(|source| source.text.clone());
    let record = record.unwrap_or_default();
    let listed: Vec<String> =
        record.lines().filter_map(recorded_path).filter(|path| is_module(path)).collect();
    let packages = Packages { include: rules(site_packages, &listed), exclude: Vec::new() };
    Layout { roots: vec![Root::path(site_packages.to_owned(), packages)], native: Vec::new() }
}

fn is_module(path: &str) -> bool {
    !path.starts_with("../") && [".py", ".pyi", ".so", ".pyd"].iter().any(|ending| path.ends_with(ending))
}

/// The outermost regular packages as a whole, and each module outside of them: a namespace is shared with others.
fn rules(site_packages: &Utf8Path, listed: &[String]) -> Vec<Rule> {
    let package_of = |path: &str| {
        let dir = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix("/__init__.pyi"))?;
        Some(dir.to_owned())
    };
    let regular: FxHashSet<String> = listed.iter().filter_map(|path| package_of(path)).collect();
    let mut taken: Vec<Utf8PathBuf> = listed
        .iter()
        .map(|path| {
            let outer = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
            let outermost = outer.into_iter().find(|dir| regular.contains(*dir));
            site_packages.join(outermost.unwrap_or(path))
        })
        .collect();
    taken.sort_unstable();
    taken.dedup();
    taken.into_iter().map(Rule::Path).collect()
}
