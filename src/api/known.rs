//! What an expression surely is. [`Semantics`] answers with all that something may be, which is right for navigation;
//! whoever judges a call has to know that there is no other possibility.

use std::cell::Cell;

use super::qualified::visible;
use crate::python::{
    DefinitionId, DefinitionKind, Expression, ExpressionId, ImportId, ModuleSummary, ScopeKind, ValueVia,
    Variable,
};
use crate::semantics::{Entity, Module, Semantics, Type};
use crate::vfs::FileId;

/// A class by its place.
pub type ClassId = (FileId, DefinitionId);

/// What an expression surely evaluates to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    /// A module.
    Module(Module),
    /// A class itself.
    Class(ClassId),
    /// An instance of a class or of one derived from it.
    Instance(ClassId),
    /// A function: its definitions, of which there are several for overloads and for branches.
    Function {
        /// Where it is defined.
        file: FileId,
        /// All bindings of its name there, source order.
        definitions: Vec<DefinitionId>,
        /// Whether it was read from an instance, from a class, or by its own name.
        from: Reader,
    },
}

/// What a function was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    /// By its name, or from a module.
    Name,
    /// From a class.
    Class,
    /// From an instance, or from `super()`.
    Instance,
}

/// How deep one question may lead through others.
const MAX_DEPTH: u32 = 24;

/// Answers what is surely known in one revision.
pub struct Knowledge<'s, 'w> {
    /// Where imports and members lead.
    pub semantics: &'s Semantics<'w>,
    depth: Cell<u32>,
}

impl<'s, 'w> Knowledge<'s, 'w> {
    /// On top of what names and members mean.
    pub fn new(semantics: &'s Semantics<'w>) -> Self {
        Self { semantics, depth: Cell::new(0) }
    }

    fn step<T>(&self, work: impl FnOnce() -> Option<T>) -> Option<T> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return None;
        }
        self.depth.set(depth + 1);
        let answer = work();
        self.depth.set(depth);
        answer
    }

    /// What an expression surely evaluates to; `None` where it may be anything else.
    pub fn expression(&self, file: &FileId, summary: &ModuleSummary, id: ExpressionId) -> Option<Known> {
        self.step(|| match summary.expression(id)? {
            Expression::Name(name, scope) => {
                let bound = visible(summary, name, *scope);
                if bound.is_empty() {
                    let at = summary.spans.expressions.get(id.index())?.name.start;
                    return self.entity(self.semantics.name(file, summary, name, *scope, at));
                }
                self.bindings(file, summary, &bound, Reader::Name)
            }
            Expression::Attribute(object, name) => self.attribute(file, summary, *object, name),
            Expression::Call(callee, _) => self.called(file, summary, *callee, false),
            Expression::Await(value) => match summary.expression(*value)? {
                Expression::Call(callee, _) => self.called(file, summary, *callee, true),
                _ => None,
            },
            // `Table[Row](…)`.
            Expression::Subscript(head, _) => {
                let head = self.expression(file, summary, *head)?;
                matches!(head, Known::Class(_)).then_some(head)
            }
            _ => None,
        })
    }

    /// What a name is that has these bindings and no others.
    pub(super) fn bindings(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        bound: &[DefinitionId],
        from: Reader,
    ) -> Option<Known> {
        let kind = |id: &DefinitionId| summary.definition(*id).map(|definition| &definition.kind);
        if bound.iter().all(|id| matches!(kind(id), Some(DefinitionKind::Function(_)))) {
            let definitions = bound.to_vec();
            return (!definitions.is_empty()).then(|| Known::Function {
                file: file.clone(),
                definitions,
                from,
            });
        }
        let [id] = bound else { return None };
        match kind(id)? {
            DefinitionKind::Class(_) => Some(Known::Class((file.clone(), *id))),
            DefinitionKind::Import(import) => self.import(file, summary, *import),
            DefinitionKind::Variable(variable) => self.variable(file, summary, *id, variable),
            DefinitionKind::Parameter(function, index) => {
                self.parameter(file, summary, *id, *function, *index)
            }
            DefinitionKind::Function(_) | DefinitionKind::Other(_) => None,
        }
    }

    fn import(&self, file: &FileId, summary: &ModuleSummary, id: ImportId) -> Option<Known> {
        self.entity(self.semantics.imported(file, summary, id))
    }

    /// The only thing that a name leads to, by all bindings that it has where it is defined.
    fn entity(&self, entities: Vec<Entity>) -> Option<Known> {
        match entities.first()? {
            Entity::Module(module) => (entities.len() == 1).then(|| Known::Module(module.clone())),
            Entity::Definition(file, id) => {
                let summary = self.semantics.workspace.summary(file)?;
                let definition = summary.definition(*id)?;
                let bound = summary.bindings(definition.scope, &definition.name);
                let among = |entity: &Entity| matches!(entity, Entity::Definition(other, id) if other == file && bound.contains(id));
                // What a module's `__getattr__` makes is not the function itself.
                let made = definition.name == "__getattr__";
                let known = !made && summary.errors.is_empty() && entities.iter().all(among);
                known.then(|| self.bindings(file, &summary, bound, Reader::Name)).flatten()
            }
        }
    }

    fn variable(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        id: DefinitionId,
        variable: &Variable,
    ) -> Option<Known> {
        if let Some(annotation) = variable.annotation {
            return self.annotated(file, summary, annotation);
        }
        let scope = summary.scope(summary.definition(id)?.scope)?.kind;
        let value = variable.value?;
        let known = match variable.via {
            ValueVia::Assign => self.expression(file, summary, value)?,
            ValueVia::With => match self.expression(file, summary, value)? {
                Known::Instance(_) => self.instance(self.semantics.definition_type(file, id))?,
                _ => return None,
            },
            _ => return None,
        };
        // In a class body a descriptor is not what reading it gives, and a function becomes a method.
        let in_class = matches!(scope, ScopeKind::Class(_)) && !variable.on_instance;
        match &known {
            Known::Instance((file, class)) if in_class => {
                let descriptor = self.semantics.member(&Type::Instance(file.clone(), *class), "__get__");
                descriptor.is_empty().then_some(known)
            }
            Known::Function { .. } if in_class => None,
            _ => Some(known),
        }
    }

    fn parameter(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        id: DefinitionId,
        owner: DefinitionId,
        index: u32,
    ) -> Option<Known> {
        let owner = summary.definition(owner)?;
        let DefinitionKind::Function(function) = &owner.kind else { return None };
        let parameter = function.parameters.get(index as usize)?;
        if let Some(annotation) = parameter.annotation {
            let single = matches!(parameter.kind, kind if !is_variadic(kind));
            return single.then(|| self.annotated(file, summary, annotation)).flatten();
        }
        // The object or class of a method.
        let in_class = matches!(summary.scope(owner.scope)?.kind, ScopeKind::Class(_));
        if !in_class || index > 0 {
            return None;
        }
        match <[Type; 1]>::try_from(self.semantics.definition_type(file, id)).ok()? {
            [Type::Instance(file, class)] => Some(Known::Instance((file, class))),
            [Type::Class(file, class)] => Some(Known::Class((file, class))),
            _ => None,
        }
    }

    /// What a value annotated so is: an instance of the one class that is named, if that is all that it may be.
    pub(super) fn annotated(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        id: ExpressionId,
    ) -> Option<Known> {
        self.step(|| match summary.expression(id)? {
            Expression::Name(name, _) if name == "Self" => {
                self.instance(self.semantics.annotation_type(file, summary, id))
            }
            Expression::Name(..) | Expression::Attribute(..) => match self.expression(file, summary, id)? {
                Known::Class(class) if !self.is_protocol(&class) => Some(Known::Instance(class)),
                _ => None,
            },
            Expression::Subscript(head, arguments) => {
                let head_name = match summary.expression(*head)? {
                    Expression::Name(name, _) | Expression::Attribute(_, name) => name.as_str(),
                    _ => return None,
                };
                match head_name {
                    "Optional" | "Annotated" | "ClassVar" | "Final" | "InitVar" => {
                        self.annotated(file, summary, *arguments.first()?)
                    }
                    _ => self.annotated(file, summary, *head),
                }
            }
            Expression::Either(parts) => {
                let is_none = |id: &&ExpressionId| matches!(summary.expression(**id), Some(Expression::None));
                let mut others = parts.iter().filter(|id| !is_none(id));
                let only = *others.next()?;
                others.next().is_none().then(|| self.annotated(file, summary, only)).flatten()
            }
            _ => None,
        })
    }

    fn instance(&self, types: Vec<Type>) -> Option<Known> {
        match <[Type; 1]>::try_from(types).ok()? {
            [Type::Instance(file, class)] => Some(Known::Instance((file, class))),
            _ => None,
        }
    }

    fn attribute(
        &self,
        file: &FileId,
        summary: &ModuleSummary,
        object: ExpressionId,
        name: &str,
    ) -> Option<Known> {
        if let Some(Expression::Call(callee, arguments)) = summary.expression(object)
            && let Some(Expression::Name(function, scope)) = summary.expression(*callee)
            && function == "super"
        {
            let class = enclosing_class(summary, *scope).filter(|_| arguments.is_empty())?;
            return self.inherited(&(file.clone(), class), name);
        }
        match self.expression(file, summary, object)? {
            Known::Module(module) => self.entity(self.semantics.member_of_module(&module, name)),
            Known::Class(class) => self.member(&class, name, Reader::Class),
            Known::Instance(class) => self.member(&class, name, Reader::Instance),
            Known::Function { .. } => None,
        }
    }
}

/// The class around a scope.
fn enclosing_class(summary: &ModuleSummary, scope: crate::python::ScopeId) -> Option<DefinitionId> {
    let mut current = Some(scope);
    while let Some(scope) = current.and_then(|id| summary.scope(id)) {
        if let ScopeKind::Class(class) = scope.kind {
            return Some(class);
        }
        current = scope.parent;
    }
    None
}

pub(super) fn is_variadic(kind: crate::python::ParameterKind) -> bool {
    use crate::python::ParameterKind::{VarKeyword, VarPositional};
    matches!(kind, VarPositional | VarKeyword)
}
