//! What a callee means: the signatures that a call of it can fit.

use super::decorators::Method;
use super::known::{Knowledge, Known, Reader};
use super::signature::Signature;
use crate::python::{Argument, DefinitionId, DefinitionKind, ExpressionId, Misfit, ModuleSummary, ScopeKind};
use crate::vfs::FileId;

/// Something whose every way of being called is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// Where the definition is that decides how it is called: the function, the method, `__init__`, or the class that
    /// is given one.
    pub file: FileId,
    /// That definition.
    pub definition: DefinitionId,
    /// Its name as its module knows it: `load`, `Reader.read`; a class for its `__init__`.
    pub name: String,
    /// One, or several of which a call has to fit any: overloads with the function behind them, and the definitions of
    /// different branches. Never empty.
    pub signatures: Vec<Signature>,
}

impl Callable {
    /// Whether a call with these arguments fits; where it does not, why it does not fit the last signature, which is
    /// the one that runs.
    pub fn fits(&self, arguments: &[Argument]) -> Result<(), Misfit> {
        let mut result = Ok(());
        for signature in &self.signatures {
            result = signature.fits(arguments);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// The signature that runs.
    pub fn signature(&self) -> Option<&Signature> {
        self.signatures.last()
    }
}

impl Knowledge<'_, '_> {
    /// How the thing that an expression evaluates to is called; `None` where that is not known for sure.
    pub fn callable(&self, file: &FileId, summary: &ModuleSummary, callee: ExpressionId) -> Option<Callable> {
        let known = self.expression(file, summary, callee)?;
        self.calling(&known)
    }

    /// How something known is called.
    pub fn calling(&self, known: &Known) -> Option<Callable> {
        match known {
            Known::Function { file, definitions, from } => self.function(file, definitions, *from),
            Known::Class(class) => self.construction(class),
            Known::Instance(class) => match self.member(class, "__call__", Reader::Instance)? {
                Known::Function { file, definitions, from } => self.function(&file, &definitions, from),
                _ => None,
            },
            Known::Module(_) => None,
        }
    }

    /// A function by all its definitions, read from its module, a class or an instance.
    pub(super) fn function(
        &self,
        file: &FileId,
        definitions: &[DefinitionId],
        from: Reader,
    ) -> Option<Callable> {
        let workspace = self.semantics.workspace;
        let summary = workspace.summary(file).filter(|summary| summary.errors.is_empty())?;
        let text = workspace.files.text(file).ok()?;
        let mut signatures = Vec::with_capacity(definitions.len());
        for id in definitions {
            let definition = summary.definition(*id)?;
            let DefinitionKind::Function(function) = &definition.kind else { return None };
            let in_class = matches!(summary.scope(definition.scope)?.kind, ScopeKind::Class(_));
            let bound = match (self.method(file, &summary, function, &definition.name)?, from) {
                _ if !in_class => false,
                (Method::Static, _) | (Method::Plain, Reader::Class | Reader::Name) => false,
                (Method::Class, _) | (Method::Plain, Reader::Instance) => true,
            };
            signatures.push(Signature::of(&text.text, &summary, function, bound)?);
        }
        let definition = *definitions.last()?;
        let name = qualified_name(&summary, definition)?;
        Some(Callable { file: file.clone(), definition, name, signatures })
    }
}

/// `Reader.read` for a method, `load` for a function.
pub(super) fn qualified_name(summary: &ModuleSummary, id: DefinitionId) -> Option<String> {
    let definition = summary.definition(id)?;
    match summary.scope(definition.scope)?.kind {
        ScopeKind::Class(class) => {
            let class = &summary.definition(class)?.name;
            match definition.name.as_str() {
                "__init__" | "__new__" => Some(class.to_string()),
                name => Some(format!("{class}.{name}")),
            }
        }
        _ => Some(definition.name.to_string()),
    }
}
