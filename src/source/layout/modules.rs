//! What a layout ships: one module, or all of them.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Layout, Root, is_package_name};
use crate::python::{ModuleName, Name, is_identifier};
use crate::source::Found;
use crate::source::lookup::find_below;
use crate::vfs::{FileId, Files};

/// Deeper folders are not entered; packages are not nested like this, loops of links are.
const MAX_DEPTH: usize = 64;
/// No more folders are listed below one root: two links that loop would make a tree of 2⁴⁰. The shallow ones come first.
const MAX_FOLDERS: usize = 10_000;

impl Layout {
    /// All modules that are shipped, each with its file (the package's `__init__`, the source before its stub),
    /// sorted. Walks below the roots.
    pub fn modules(&self, files: &Files) -> Vec<(ModuleName, FileId)> {
        let mut modules: BTreeMap<ModuleName, ((usize, usize), FileId)> = BTreeMap::new();
        for (order, root) in self.roots.iter().enumerate() {
            let _ = self.visit(files, root, &root.dir, &mut |module, path| {
                let precedence = (order, rank(path));
                if modules.get(&module).is_none_or(|(known, _)| precedence < *known) {
                    modules.insert(module, (precedence, FileId::new(path)));
                }
                ControlFlow::Continue(())
            });
        }
        modules.into_iter().map(|(module, (_, file))| (module, file)).collect()
    }

    /// Whether the wheel would hold the module; for a namespace, whether it would hold anything below.
    pub fn ships(&self, files: &Files, module: &ModuleName) -> bool {
        if self.native.iter().any(|(name, _)| name == module) {
            return true;
        }
        self.roots.iter().any(|root| match root.below(module) {
            Some(segments) => match find_below(files, &root.dir, &segments) {
                Some(Found::Module(file)) => {
                    !self.is_elsewhere(root, file.path()) && root.packages.hold(files, root, file.path())
                }
                Some(Found::Native(path)) => root.packages.hold(files, root, &path),
                Some(Found::Namespace(dir)) => self.holds_below(files, root, &dir),
                None => false,
            },
            None => {
                root.prefix.as_ref().is_some_and(|prefix| prefix.starts_with(module))
                    && self.holds_below(files, root, &root.dir)
            }
        })
    }

    /// The first segments of all modules that are shipped, sorted; from the top-level listings alone.
    pub fn top_level(&self, files: &Files) -> Vec<Name> {
        let mut names: Vec<Name> = self.native.iter().map(|(name, _)| Name::from(name.top_level())).collect();
        for root in &self.roots {
            if let Some(prefix) = &root.prefix {
                names.push(Name::from(prefix.top_level()));
                continue;
            }
            let listing = files.list(&root.dir);
            let modules = listing.files().filter(|name| is_source(name));
            // It makes a package of the folder around it, and is no module of its own.
            let modules =
                modules.filter_map(|name| name.split('.').next()).filter(|name| *name != "__init__");
            names.extend(listing.dirs().chain(modules).filter(|name| is_identifier(name)).map(Name::from));
        }
        names.sort_unstable();
        names.dedup();
        names.retain(|name| ModuleName::new(name).is_some_and(|module| self.ships(files, &module)));
        names
    }

    fn holds_below(&self, files: &Files, root: &Root, dir: &Utf8Path) -> bool {
        self.visit(files, root, dir, &mut |_, _| ControlFlow::Break(())).is_break()
    }

    /// Calls `visit` with each shipped module of `root` in or below `start`.
    fn visit(
        &self,
        files: &Files,
        root: &Root,
        start: &Utf8Path,
        visit: &mut dyn FnMut(ModuleName, &Utf8Path) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut offer = |path: &Utf8Path| match root.module_of(path) {
            Some(module) if root.packages.hold(files, root, path) => visit(module, path),
            _ => ControlFlow::Continue(()),
        };
        if files.is_file(start) {
            return offer(start);
        }
        let mut folders: VecDeque<(Utf8PathBuf, usize)> = VecDeque::from([(start.to_owned(), 0)]);
        let mut listed = 0;
        while let Some((dir, depth)) = folders.pop_front() {
            listed += 1;
            if listed > MAX_FOLDERS {
                break;
            }
            let listing = files.list(&dir);
            if depth > 0 && listing.kind("pyvenv.cfg").is_some() {
                continue;
            }
            for name in listing.files().filter(|name| is_source(name)) {
                offer(&dir.join(name))?;
            }
            for name in listing.dirs() {
                let at_top = dir == root.dir && root.prefix.is_none();
                let spelled = if at_top { is_package_name(name) } else { is_identifier(name) };
                let inner = dir.join(name);
                if spelled
                    && !matches!(name, "__pycache__" | "node_modules")
                    && depth < MAX_DEPTH
                    && !self.is_elsewhere(root, &inner)
                    && root.packages.may_hold_below(files, root, &inner)
                {
                    folders.push_back((inner, depth + 1));
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether a path below `root` lies in another root inside it, which then speaks for it.
    fn is_elsewhere(&self, root: &Root, path: &Utf8Path) -> bool {
        self.roots.iter().any(|other| {
            other.dir != root.dir && other.dir.starts_with(&root.dir) && path.starts_with(&other.dir)
        })
    }
}

fn is_source(name: &str) -> bool {
    name.ends_with(".py") || name.ends_with(".pyi")
}

/// Which of several files of one module answers, as in [`find_below`].
fn rank(path: &Utf8Path) -> usize {
    match (path.extension(), path.file_stem()) {
        (Some("py"), Some("__init__")) => 0,
        (Some("py"), _) => 1,
        (_, Some("__init__")) => 2,
        _ => 3,
    }
}
