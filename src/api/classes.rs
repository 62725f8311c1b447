//! Classes: what is surely known of their bases, members and instances.

use super::known::{ClassId, Knowledge, Known, Reader};
use crate::python::{Class, DefinitionKind, ExpressionId, ModuleSummary};

/// What stands among the bases of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// A class whose source is at hand.
    Class(ClassId),
    /// One that is known by its name only.
    Named(String),
}

impl Knowledge<'_, '_> {
    /// A class's definition with the summary it stands in.
    pub(super) fn with_class<T>(
        &self,
        (file, id): &ClassId,
        read: impl FnOnce(&ModuleSummary, &Class) -> Option<T>,
    ) -> Option<T> {
        let summary = self.semantics.workspace.summary(file)?;
        match &summary.definition(*id)?.kind {
            DefinitionKind::Class(class) => read(&summary, class),
            _ => None,
        }
    }

    /// All bases of a class as written; `None` where one of them is not known.
    pub(super) fn bases(&self, class: &ClassId) -> Option<Vec<Base>> {
        self.with_class(class, |summary, definition| {
            definition.bases.iter().map(|base| self.base(class, summary, *base)).collect()
        })
    }

    fn base(&self, class: &ClassId, summary: &ModuleSummary, id: ExpressionId) -> Option<Base> {
        match self.expression(&class.0, summary, id) {
            Some(Known::Class(base)) => (base != *class).then_some(Base::Class(base)),
            Some(_) => None,
            None => self.qualified(&class.0, summary, id).map(Base::Named),
        }
    }

    /// A class and its ancestors in the order in which members are looked up, and the names of those whose source is
    /// not at hand; `None` where any of them is not known.
    pub(super) fn ancestry(&self, class: &ClassId) -> Option<(Vec<ClassId>, Vec<String>)> {
        let order = self.semantics.linearized(&class.0, class.1);
        let mut named = Vec::new();
        for class in &order {
            for base in self.bases(class)? {
                match base {
                    Base::Class(base) if !order.contains(&base) => return None,
                    Base::Class(_) => {}
                    Base::Named(name) => named.push(name),
                }
            }
        }
        Some((order, named))
    }

    /// A member of a class, or of the nearest ancestor that surely is the first to have it.
    pub(super) fn member(&self, class: &ClassId, name: &str, from: Reader) -> Option<Known> {
        for class in &self.semantics.linearized(&class.0, class.1) {
            let summary = self.semantics.workspace.summary(&class.0)?;
            let DefinitionKind::Class(definition) = &summary.definition(class.1)?.kind else { return None };
            let bound = summary.bindings(definition.scope, name);
            if bound.is_empty() {
                // What an unknown base or a decorator has under the name would come first.
                let generated = name.starts_with("__") && !definition.decorators.is_empty();
                let complete = self.bases(class)?.iter().all(|base| !may_have_members(base));
                if generated || !complete {
                    return None;
                }
                continue;
            }
            if !summary.errors.is_empty() || !self.keeps_class(&class.0, &summary, definition) {
                return None;
            }
            let known = self.bindings(&class.0, &summary, bound, from)?;
            return self.read(known);
        }
        None
    }

    /// The member that `super()` leads to in a class with one base.
    pub(super) fn inherited(&self, class: &ClassId, name: &str) -> Option<Known> {
        match self.bases(class)?.as_slice() {
            [Base::Class(base)] => self.member(base, name, Reader::Instance),
            _ => None,
        }
    }

    /// What a property is read as: what it returns.
    fn read(&self, known: Known) -> Option<Known> {
        let Known::Function { file, definitions, from } = &known else { return Some(known) };
        let summary = self.semantics.workspace.summary(file)?;
        let [id] = definitions.as_slice() else {
            let accessor = definitions.iter().any(|id| self.is_property(file, &summary, *id));
            return (!accessor).then_some(known);
        };
        if !self.is_property(file, &summary, *id) {
            return Some(known);
        }
        let DefinitionKind::Function(function) = &summary.definition(*id)?.kind else { return None };
        let plain = *from == Reader::Instance && function.decorators.len() == 1;
        self.annotated(file, &summary, function.returns.filter(|_| plain)?)
    }

    /// What calling something surely gives: an instance of the class, or what the function is annotated with.
    pub(super) fn called(
        &self,
        file: &crate::vfs::FileId,
        summary: &ModuleSummary,
        callee: ExpressionId,
        awaited: bool,
    ) -> Option<Known> {
        match self.expression(file, summary, callee)? {
            Known::Class(class) if !awaited => {
                let metaclass = self.semantics.linearized(&class.0, class.1).iter().any(|class| {
                    let special = self.with_class(class, |summary, definition| {
                        let keyword = definition
                            .keywords
                            .iter()
                            .any(|(name, _)| name.as_ref().is_none_or(|name| name == "metaclass"));
                        let kept = self.keeps_class(&class.0, summary, definition);
                        Some(keyword || !kept || !summary.bindings(definition.scope, "__new__").is_empty())
                    });
                    special.unwrap_or(true)
                });
                (!metaclass).then_some(Known::Instance(class))
            }
            Known::Function { file, definitions, .. } => {
                let [id] = definitions.as_slice() else { return None };
                let summary = self.semantics.workspace.summary(&file)?;
                let DefinitionKind::Function(function) = &summary.definition(*id)?.kind else { return None };
                let kept = function.is_async == awaited && self.keeps_result(&file, &summary, function);
                self.annotated(&file, &summary, function.returns.filter(|_| kept)?)
            }
            _ => None,
        }
    }

    /// Whether a class says what others must be able to do, and is none that values are made of.
    pub(super) fn is_protocol(&self, class: &ClassId) -> bool {
        let protocol = self.bases(class).map(|bases| {
            bases.iter().any(|base| matches!(base, Base::Named(name) if name.ends_with(".Protocol")))
        });
        protocol.unwrap_or(false)
    }
}

/// Whether an ancestor whose source is not at hand may have members of any name: `object` and the helpers of `typing`
/// have none but those with two underscores.
fn may_have_members(base: &Base) -> bool {
    const EMPTY: [&str; 6] = [
        "builtins.object",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "typing_extensions.Protocol",
        "typing_extensions.Generic",
    ];
    match base {
        Base::Class(_) => false,
        Base::Named(name) => !EMPTY.contains(&name.as_str()),
    }
}
