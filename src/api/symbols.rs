//! One symbol of an API: what kind of thing it is, and what of it others depend on.

use std::collections::BTreeMap;

use super::deprecation::Deprecation;
use super::known::{ClassId, Knowledge};
use super::public::decisive;
use super::signature::{Parameter, Signature, written};
use crate::python::{
    Class, DefinitionId, DefinitionKind, Expression, ModuleName, ModuleSummary, Name, ParameterKind,
    ScopeKind,
};
use crate::vfs::FileId;
use crate::workspace::Place;

/// Something public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is.
    pub shape: Shape,
    /// Its name where it is defined; the beginning of the file for a module, the class for what is made for it.
    pub place: Place,
    /// Whether it is marked as deprecated.
    pub deprecated: Option<Deprecation>,
}

/// What a symbol is, with what others depend on. Texts are as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A module or package.
    Module,
    /// A class.
    Class {
        /// Its bases in order.
        bases: Vec<Box<str>>,
        /// Its members that do not begin with an underscore, and those that Python itself calls, inherited ones
        /// included: by name, the path where each is defined.
        members: BTreeMap<Name, String>,
    },
    /// A function or method.
    Function {
        /// With the first parameter of a method.
        signature: Signature,
        /// The return annotation.
        returns: Option<Box<str>>,
    },
    /// A variable, a property, or what is assigned to `self` in `__init__`.
    Attribute {
        /// The annotation; what a property returns.
        annotation: Option<Box<str>>,
        /// The value.
        value: Option<Box<str>>,
    },
}

impl Shape {
    /// One word for the kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Shape::Module => "module",
            Shape::Class { .. } => "class",
            Shape::Function { .. } => "function",
            Shape::Attribute { .. } => "attribute",
        }
    }
}

/// Where a member of a class is to be read.
pub(super) enum Member {
    /// At its definition.
    At(FileId, DefinitionId),
    /// Nowhere: it is made by a decorator.
    Made(Symbol),
}

/// Deeper nesting of classes is not named.
const MAX_NESTING: usize = 16;

impl Knowledge<'_, '_> {
    /// The module that a file is for those who import it.
    pub fn module_of(&self, file: &FileId) -> Option<ModuleName> {
        let project = self.semantics.workspace.project_of(file)?;
        project.layout.module_of(file)
    }

    /// `acme.io.Reader.read`: the module with the names of what is around the definition; `None` inside functions.
    pub fn defined_path(&self, file: &FileId, id: DefinitionId) -> Option<String> {
        let summary = self.semantics.workspace.summary(file)?;
        let module = self.module_of(file)?;
        let mut names = Vec::new();
        let mut current = id;
        for _ in 0..MAX_NESTING {
            let definition = summary.definition(current)?;
            names.push(definition.name.as_str());
            match summary.scope(definition.scope)?.kind {
                ScopeKind::Module => {
                    names.push(module.as_str());
                    names.reverse();
                    return Some(names.join("."));
                }
                ScopeKind::Class(class) => current = class,
                _ => return None,
            }
        }
        None
    }

    /// A definition as a symbol, with the members that are still to be read, by their paths.
    pub(super) fn symbol(
        &self,
        path: &str,
        file: &FileId,
        id: DefinitionId,
    ) -> Option<(Symbol, Vec<(String, Member)>)> {
        let workspace = self.semantics.workspace;
        let summary = workspace.summary(file)?;
        let source = workspace.files.text(file).ok()?;
        let definition = summary.definition(id)?;
        let text = |id| written(&source.text, &summary, id);
        let place = Place { file: file.clone(), range: summary.spans.definitions.get(id.index())?.name };
        let mut waiting = Vec::new();
        let shape = match &definition.kind {
            DefinitionKind::Function(function) if self.is_property(file, &summary, id) => {
                Shape::Attribute { annotation: function.returns.map(text), value: None }
            }
            DefinitionKind::Function(function) => Shape::Function {
                signature: Signature::of(&source.text, &summary, function, false)?,
                returns: function.returns.map(text),
            },
            DefinitionKind::Class(class) => {
                let members = self.members(path, &(file.clone(), id), &summary, class, &mut waiting);
                Shape::Class { bases: class.bases.iter().map(|base| text(*base)).collect(), members }
            }
            DefinitionKind::Variable(variable) => Shape::Attribute {
                annotation: variable.annotation.map(text),
                value: variable.value.map(text),
            },
            _ => return None,
        };
        let deprecated = self.deprecation(file, &summary, id);
        Some((Symbol { shape, place, deprecated }, waiting))
    }

    fn members(
        &self,
        path: &str,
        class: &ClassId,
        summary: &ModuleSummary,
        definition: &Class,
        waiting: &mut Vec<(String, Member)>,
    ) -> BTreeMap<Name, String> {
        let mut members = BTreeMap::new();
        for ancestor in self.semantics.linearized(&class.0, class.1) {
            let Some(owner) = self.defined_path(&ancestor.0, ancestor.1) else { continue };
            let own = self.with_class(&ancestor, |summary, class| Some(self.own_members(summary, class)));
            for (name, id) in own.into_iter().flatten() {
                let path = format!("{owner}.{name}");
                members.entry(name).or_insert_with(|| {
                    waiting.push((path.clone(), Member::At(ancestor.0.clone(), id)));
                    path
                });
            }
        }
        let init = format!("{path}.__init__");
        if members.get("__init__").is_none_or(|known| *known != init)
            && let Some(symbol) = self.made_init(class, summary, definition)
        {
            members.insert(Name::new("__init__"), init.clone());
            waiting.push((init, Member::Made(symbol)));
        }
        members
    }

    /// The public names of a class body, with what `__init__` assigns to the object.
    fn own_members(&self, summary: &ModuleSummary, class: &Class) -> Vec<(Name, DefinitionId)> {
        let Some(scope) = summary.scope(class.scope) else { return Vec::new() };
        let init = summary.bindings(class.scope, "__init__").last().and_then(|id| summary.definition(*id));
        let body = init.and_then(|init| match &init.kind {
            DefinitionKind::Function(function) => Some(summary.scope(function.scope)?.range),
            _ => None,
        });
        let mut members: Vec<(Name, DefinitionId)> = Vec::new();
        for (name, bound) in &scope.bindings {
            if is_private(name) {
                continue;
            }
            let visible: Vec<DefinitionId> = bound
                .iter()
                .copied()
                .filter(|id| {
                    let range =
                        summary.spans.definitions.get(id.index()).map(|span| span.name).unwrap_or_default();
                    match summary.definition(*id).map(|definition| &definition.kind) {
                        Some(DefinitionKind::Variable(variable)) if variable.on_instance => {
                            body.is_some_and(|body| body.contains(range))
                        }
                        Some(DefinitionKind::Import(_)) | None => false,
                        // `@x.setter` is a part of what `@property` made.
                        Some(DefinitionKind::Function(function)) => {
                            !function.decorators.iter().any(|decorator| {
                                matches!(summary.expression(*decorator), Some(Expression::Attribute(_, part))
                            if matches!(part.as_str(), "setter" | "deleter"))
                            })
                        }
                        Some(_) => true,
                    }
                })
                .collect();
            members.extend(decisive(summary, &visible).map(|id| (name.clone(), id)));
        }
        members.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        members
    }

    /// The `__init__` that `@dataclass` gives a class.
    fn made_init(&self, class: &ClassId, summary: &ModuleSummary, definition: &Class) -> Option<Symbol> {
        let maker = self.maker(class, summary, definition).filter(|maker| maker.makes())?;
        let order = self.semantics.linearized(&class.0, class.1);
        let mut signature = self.signature_of_fields(&maker, &order)?;
        let (name, kind) = (Name::new("self"), ParameterKind::PositionalOrKeyword);
        signature.parameters.insert(0, Parameter { name, kind, annotation: None, default: None });
        let range = summary.spans.definitions.get(class.1.index())?.name;
        let place = Place { file: class.0.clone(), range };
        let shape = Shape::Function { signature, returns: Some("None".into()) };
        Some(Symbol { shape, place, deprecated: None })
    }
}

/// `_name` and `__name`, not `__name__`.
pub(super) fn is_private(name: &str) -> bool {
    name.starts_with('_') && !(name.starts_with("__") && name.ends_with("__"))
}

/// `@overload` above a function.
pub(super) fn is_overload(summary: &ModuleSummary, id: DefinitionId) -> bool {
    let Some(DefinitionKind::Function(function)) = summary.definition(id).map(|d| &d.kind) else {
        return false;
    };
    function.decorators.iter().any(|decorator| {
        matches!(
            summary.expression(*decorator),
            Some(Expression::Name(name, _) | Expression::Attribute(_, name)) if name == "overload"
        )
    })
}
