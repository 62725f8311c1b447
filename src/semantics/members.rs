//! Members: attributes of modules, classes and instances, through bases in any project.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::{Entity, Semantics, Type, add_new};
use crate::python::{DefinitionId, DefinitionKind, ModuleSummary, ScopeId};
use crate::vfs::FileId;

/// Wider hierarchies are cut.
const MAX_ANCESTORS: usize = 60;

/// Deeper ones, too.
const MAX_INHERITANCE_DEPTH: usize = 24;

/// A class by its place.
type ClassId = (FileId, DefinitionId);

impl Semantics<'_> {
    /// The definitions of `object.name`.
    pub fn member(&self, object: &Type, name: &str) -> Vec<Entity> {
        self.step(|| match object {
            Type::Module(module) => self.member_of_module(module, name),
            Type::Class(file, id) | Type::Instance(file, id) => self.class_member(file, *id, name),
            Type::Function(..) | Type::Elements(_) | Type::Table { .. } => Vec::new(),
        })
    }

    /// The type of `object.name`; a property's is what it returns.
    pub fn member_type(&self, object: &Type, name: &str) -> Vec<Type> {
        let mut types = Vec::new();
        for entity in self.member(object, name) {
            let Entity::Definition(file, id) = &entity else {
                add_new(&mut types, self.types_of(vec![entity]));
                continue;
            };
            let Some(summary) = self.workspace.summary(file) else { continue };
            let property = match summary.definition(*id).map(|definition| &definition.kind) {
                Some(DefinitionKind::Function(function)) => self.is_property(&summary, function),
                _ => false,
            };
            if property && matches!(object, Type::Instance(..)) {
                add_new(&mut types, self.property_type(file, *id));
            } else {
                add_new(&mut types, self.types_of(vec![entity]));
            }
        }
        types
    }

    fn property_type(&self, file: &FileId, id: DefinitionId) -> Vec<Type> {
        self.call_type(&Type::Function(file.clone(), id))
    }

    /// The definitions of a member in the nearest class that has it.
    fn class_member(&self, file: &FileId, class: DefinitionId, name: &str) -> Vec<Entity> {
        for (file, class) in self.linearized(file, class) {
            let Some(summary) = self.workspace.summary(&file) else { continue };
            let Some(scope) = class_scope(&summary, class) else { continue };
            let bound = summary.bindings(scope, name);
            if bound.is_empty() {
                continue;
            }
            let mut found = Vec::new();
            for id in self.choose_member(&summary, bound) {
                add_new(&mut found, self.follow(&file, &summary, id));
            }
            return found;
        }
        Vec::new()
    }

    /// Declarations in the class body stand before what methods assign; of several assignments the first one, which is
    /// nearly always that of `__init__`, is the definition.
    fn choose_member(&self, summary: &ModuleSummary, bound: &[DefinitionId]) -> SmallVec<[DefinitionId; 2]> {
        let declared = self.choose(summary, bound);
        if !declared.is_empty() {
            return SmallVec::from_vec(declared);
        }
        let annotated = bound.iter().find(|id| {
            matches!(summary.definition(**id).map(|d| &d.kind), Some(DefinitionKind::Variable(v)) if v.annotation.is_some())
        });
        annotated.or(bound.first()).copied().into_iter().collect()
    }

    /// A class and its ancestors in Python's method resolution order (C3); where a hierarchy has none, the bases are
    /// taken as they are written.
    pub fn linearized(&self, file: &FileId, class: DefinitionId) -> Vec<ClassId> {
        let mut order = self.linearize((file.clone(), class), &mut Vec::new(), &mut FxHashMap::default());
        order.truncate(MAX_ANCESTORS);
        order
    }

    /// `path` holds the classes whose bases are being worked out, `known` what was worked out already.
    fn linearize(
        &self,
        class: ClassId,
        path: &mut Vec<ClassId>,
        known: &mut FxHashMap<ClassId, Vec<ClassId>>,
    ) -> Vec<ClassId> {
        if let Some(order) = known.get(&class) {
            return order.clone();
        }
        let mut lists = Vec::new();
        if path.len() < MAX_INHERITANCE_DEPTH && known.len() < MAX_ANCESTORS {
            let bases: Vec<ClassId> =
                self.bases(&class.0, class.1).into_iter().filter(|base| !path.contains(base)).collect();
            path.push(class.clone());
            for base in &bases {
                lists.push(self.linearize(base.clone(), path, known));
            }
            path.pop();
            lists.push(bases);
        }
        let mut order = vec![class.clone()];
        order.extend(merge(lists).into_iter().filter(|ancestor| *ancestor != class));
        known.insert(class, order.clone());
        order
    }

    /// The bases of a class that are known.
    pub fn bases(&self, file: &FileId, class: DefinitionId) -> Vec<(FileId, DefinitionId)> {
        let Some(summary) = self.workspace.summary(file) else { return Vec::new() };
        let Some(DefinitionKind::Class(definition)) = summary.definition(class).map(|d| &d.kind) else {
            return Vec::new();
        };
        let mut bases = Vec::new();
        for base in &definition.bases {
            for found in self.expression_type(file, &summary, *base) {
                if let Type::Class(base_file, id) = found
                    && (base_file != *file || id != class)
                {
                    add_new(&mut bases, [(base_file, id)]);
                }
            }
        }
        bases
    }

    /// Whether a class is an enumeration: one of its ancestors has a base written `Enum`, `StrEnum` and so on.
    pub(super) fn is_enumeration(&self, file: &FileId, class: DefinitionId) -> bool {
        self.linearized(file, class).iter().any(|(file, class)| {
            let Some(summary) = self.workspace.summary(file) else { return false };
            let Some(DefinitionKind::Class(definition)) = summary.definition(*class).map(|d| &d.kind) else {
                return false;
            };
            definition.bases.iter().any(|base| {
                matches!(
                    super::annotations::last_name(&summary, *base),
                    Some("Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag" | "ReprEnum")
                )
            })
        })
    }
}

/// The merge of the C3 linearization: the first head that stands in no other list's tail, again and again.
fn merge(mut lists: Vec<Vec<ClassId>>) -> Vec<ClassId> {
    let mut order = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        let in_a_tail = |class: &ClassId| lists.iter().any(|list| list.iter().skip(1).any(|c| c == class));
        let mut heads = lists.iter().filter_map(|list| list.first());
        let free = heads.clone().find(|head| !in_a_tail(head));
        let Some(next) = free.or_else(|| heads.next()).cloned() else { return order };
        lists.iter_mut().for_each(|list| list.retain(|class| *class != next));
        order.push(next);
    }
}

/// The scope that holds a class's members.
pub(super) fn class_scope(summary: &ModuleSummary, class: DefinitionId) -> Option<ScopeId> {
    match &summary.definition(class)?.kind {
        DefinitionKind::Class(class) => Some(class.scope),
        _ => None,
    }
}
