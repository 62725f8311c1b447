//! maturin: <https://www.maturin.rs/project_layout>.

use camino::Utf8Path;
use toml::de::DeTable;

use super::{Layout, Packages, Root, Rule, at};
use crate::manifest::Maturin;
use crate::python::ModuleName;
use crate::vfs::{FileId, Files, Grounds};

/// The Python part of a maturin project, and the module that its crate makes.
pub(super) fn layout(files: &Files, dir: &Utf8Path, module: Option<&str>, maturin: &Maturin) -> Layout {
    let base = match &maturin.python_source {
        Some(path) => at(dir, path),
        None if module.is_some_and(|module| files.is_dir(&dir.join("src").join(module))) => dir.join("src"),
        None => dir.to_owned(),
    };
    let manifests = [dir.join("Cargo.toml"), dir.join("rust/Cargo.toml")];
    let manifest = manifests.into_iter().find(|path| files.is_file(path));
    let written = maturin.module_name.clone();
    let library = || manifest.as_deref().and_then(|path| library_name(files, dir, path));
    let Some(native) = written.or_else(library).or_else(|| module.map(str::to_owned)) else {
        return Layout::default();
    };
    let top = native.split('.').next().unwrap_or_default().to_owned();
    let mut packages = maturin.python_packages.clone();
    packages.push(top.clone());
    packages.retain(|package| files.is_dir(&base.join(package)));
    // Without a package of its name the crate is the whole module; with one, it is a module inside.
    let inside = packages.contains(&top) && !native.contains('.');
    let native = if inside { format!("{native}.{native}") } else { native };
    let native = ModuleName::new(&native).zip(manifest);
    let include = packages.iter().map(|package| Rule::Path(base.join(package))).collect();
    let root = Root::path(base, Packages { include, exclude: Vec::new() });
    Layout { roots: vec![root], native: native.into_iter().collect() }
}

/// The name of the crate's library, which is the module's where nothing else is said.
fn library_name(files: &Files, dir: &Utf8Path, manifest: &Utf8Path) -> Option<String> {
    let source = Grounds::default().text(files, dir, &FileId::new(manifest)).ok()?;
    let document = DeTable::parse(&source.text).ok()?;
    let table = document.get_ref();
    let name = |key: &str| Some(table.get(key)?.get_ref().get("name")?.get_ref().as_str()?.replace('-', "_"));
    name("lib").or_else(|| name("package"))
}
