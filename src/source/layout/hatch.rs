//! hatchling: <https://hatch.pypa.io/latest/config/build/#file-selection>.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::{Globs, Packages, Root, Rule, add, at, entry, prefix_of};
use crate::manifest::Hatch;
use crate::vfs::Files;

/// The roots of a hatchling project; none where its rules select nothing.
pub(super) fn roots(files: &Files, dir: &Utf8Path, module: Option<&str>, hatch: &Hatch) -> Vec<Root> {
    let Some(selection) = Selection::of(files, dir, module, hatch) else { return Vec::new() };
    let sources = sources(hatch, &selection.packages);
    let mut roots = Vec::new();
    for (source, target) in &sources {
        if let Some(prefix) = prefix_of(target) {
            add(&mut roots, at(dir, source), prefix, selection.rules(dir));
        }
    }
    let outside = selection.heads().any(|path| !sources.keys().any(|source| is_below(&path, source)));
    if outside && !sources.contains_key("") {
        add(&mut roots, dir.to_owned(), None, selection.rules(dir));
    }
    let mut exclude = hatch.exclude.clone();
    exclude.push("/dist".to_owned());
    let exclude = Rule::Globs(Globs::new(dir, exclude));
    roots.iter_mut().for_each(|root| root.packages.exclude = vec![exclude.clone()]);
    for (from, to) in &hatch.force_include {
        let placed = placed(to, &sources);
        let module = placed.strip_suffix(".py").or_else(|| placed.strip_suffix(".pyi")).unwrap_or(&placed);
        if let Some(prefix) = prefix_of(module.strip_suffix("/__init__").unwrap_or(module)) {
            roots.push(Root { dir: at(dir, from), prefix, packages: Packages::all() });
        }
    }
    for path in &hatch.dev_mode_dirs {
        add(&mut roots, at(dir, path), None, Vec::new());
    }
    roots
}

/// What of the project's files goes into the wheel. `only-include` comes before `packages`, these before `include`.
struct Selection {
    packages: Vec<String>,
    only: Vec<String>,
    include: Vec<String>,
}

impl Selection {
    fn of(files: &Files, dir: &Utf8Path, module: Option<&str>, hatch: &Hatch) -> Option<Self> {
        let packages = hatch.packages.iter().flatten().map(|path| clean(&path.value)).collect::<Vec<_>>();
        let only = hatch.only_include.iter().flatten().map(|path| clean(path)).collect::<Vec<_>>();
        let include = hatch.include.clone().unwrap_or_default();
        if packages.is_empty() && only.is_empty() && include.is_empty() {
            let guessed = module.and_then(|module| Self::guess(files, dir, module));
            let nothing = Self { packages, only, include };
            return guessed.or((!hatch.force_include.is_empty()).then_some(nothing));
        }
        Some(Self { packages, only, include })
    }

    /// The package or module that has the distribution's name: flat, below `src`, as a single file, or one folder
    /// deep in the only namespace that has it.
    fn guess(files: &Files, dir: &Utf8Path, module: &str) -> Option<Self> {
        let has_init = |folder: &Utf8Path| files.is_file(&folder.join("__init__.py"));
        let package =
            |path: String| Some(Self { packages: vec![path], only: Vec::new(), include: Vec::new() });
        if let Some(name) = entry(files, dir, module).filter(|name| has_init(&dir.join(name))) {
            return package(name);
        }
        let src = dir.join("src");
        if let Some(name) = entry(files, &src, module).filter(|name| has_init(&src.join(name))) {
            return package(format!("src/{name}"));
        }
        if let Some(file) =
            entry(files, dir, &format!("{module}.py")).filter(|file| files.is_file(&dir.join(file)))
        {
            return Some(Self { packages: Vec::new(), only: vec![file], include: Vec::new() });
        }
        let listing = files.list(dir);
        let mut namespaces = listing
            .dirs()
            .filter(|name| !name.starts_with('.'))
            .filter(|name| has_init(&dir.join(name).join(module)));
        let only = namespaces.next()?;
        if namespaces.next().is_some() { None } else { package(only.to_owned()) }
    }

    fn paths(&self) -> &[String] {
        if self.only.is_empty() { &self.packages } else { &self.only }
    }

    fn rules(&self, dir: &Utf8Path) -> Vec<Rule> {
        if self.paths().is_empty() {
            return vec![Rule::Globs(Globs::new(dir, self.include.clone()))];
        }
        self.paths().iter().map(|path| Rule::Path(at(dir, path))).collect()
    }

    /// The literal beginnings of what is selected, to see below which source they lie.
    fn heads(&self) -> impl Iterator<Item = String> {
        let globs = if self.paths().is_empty() { self.include.as_slice() } else { &[] };
        let heads = globs.iter().filter(|glob| !glob.starts_with('!')).map(|glob| clean(glob));
        self.paths().iter().cloned().chain(heads)
    }
}

/// Folders whose names are replaced in the wheel, in hatchling's order: the first that fits counts.
fn sources(hatch: &Hatch, packages: &[String]) -> BTreeMap<String, String> {
    let mut sources: BTreeMap<String, String> =
        hatch.sources.iter().map(|(source, target)| (clean(source), clean(target))).collect();
    for package in packages {
        if let Some((parent, _)) = package.rsplit_once('/')
            && !sources.contains_key(package)
        {
            sources.insert(parent.to_owned(), String::new());
        }
    }
    sources
}

/// Where a path of the wheel goes after the sources are replaced in it, too.
fn placed(path: &str, sources: &BTreeMap<String, String>) -> String {
    let path = clean(path);
    for (source, target) in sources {
        if let Some(rest) = path.strip_prefix(source.as_str()).filter(|_| is_below(&path, source)) {
            return clean(&format!("{target}/{}", rest.trim_start_matches('/')));
        }
    }
    path
}

fn is_below(path: &str, source: &str) -> bool {
    source.is_empty()
        || path.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path of a manifest without `./` and slashes around it.
fn clean(path: &str) -> String {
    let path = path.trim_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if path == "." { String::new() } else { path.to_owned() }
}
