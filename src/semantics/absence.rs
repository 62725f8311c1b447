//! What a module surely does not have. Python lets a module make its names in many ways; any sign of one of them
//! means that nothing can be said.

use super::{Module, Semantics};
use crate::python::{ImportKind, ModuleGetattr, ModuleName, ModuleSummary, ScopeId};
use crate::source::find_in;
use crate::vfs::FileId;

impl Semantics<'_> {
    /// Whether `module.name` fails whatever else happens: neither bound, nor brought by a star import, nor a
    /// submodule, nor possibly made when the module is loaded.
    pub fn lacks(&self, module: &Module, name: &str) -> bool {
        let Some(file) = &module.file else { return false };
        let special = name.starts_with("__") && name.ends_with("__");
        !special
            && !self.has_child(file, name)
            && self.submodule(module, name).is_none()
            && !self.may_have(file, name)
    }

    /// A submodule in any form: Python, compiled, or a folder.
    fn has_child(&self, file: &FileId, name: &str) -> bool {
        let Some(child) = ModuleName::new(name) else { return true };
        let package = file.path().file_stem() == Some("__init__");
        package && find_in(&self.workspace.files, file.dir(), &child).is_some()
    }

    /// Whether a module has a name, or may have it without its text saying so.
    pub fn may_have(&self, file: &FileId, name: &str) -> bool {
        let mut seen = Vec::new();
        let mut waiting = vec![file.clone()];
        while let Some(file) = waiting.pop() {
            if seen.contains(&file) {
                continue;
            }
            let Some(summary) = self.workspace.summary(&file) else { return true };
            if makes(&summary, name) {
                return true;
            }
            for import in summary.imports.iter().filter(|import| import.kind == ImportKind::Star) {
                match self.import_module(&file, import).and_then(|module| module.file) {
                    Some(target) if self.star_exports(&target, name) => waiting.push(target),
                    Some(_) => {}
                    None => return true,
                }
            }
            // The stub beside a module is what its authors promise to have.
            let stub = FileId::new(&file.path().with_extension("pyi"));
            if stub != file && self.workspace.files.is_file(stub.path()) {
                waiting.push(stub);
            }
            seen.push(file);
        }
        false
    }
}

/// Whether one file binds a name itself, lists it in `__all__`, or does what may bind any name.
fn makes(summary: &ModuleSummary, name: &str) -> bool {
    let bound = |name: &str| !summary.bindings(ScopeId::MODULE, name).is_empty();
    let answers = match &summary.module_getattr {
        ModuleGetattr::Any => true,
        // One that compares with no literal decides in ways that are not read.
        ModuleGetattr::Names(names) => names.is_empty() || names.iter().any(|known| known == name),
        // `__getattr__, __dir__, __all__ = lazy.attach(…)`
        ModuleGetattr::None => bound("__getattr__"),
    };
    let listed = || {
        summary.exports.as_ref().is_some_and(|exports| exports.names.iter().any(|(known, _)| known == name))
    };
    !summary.errors.is_empty() || bound(name) || answers || listed() || summary.writes_names
}
