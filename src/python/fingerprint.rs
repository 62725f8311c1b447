//! The hash of what other files can see of a module.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};

use super::{
    ArgumentKind, DefinitionKind, Expression, ExpressionId, Function, ImportKind, ModuleGetattr,
    ModuleSummary, ScopeId,
};

/// How many expressions are looked through to say what a function without annotation returns.
const MAX_RETURNED: usize = 64;

/// The hash of a summary's interface: free of positions, comments and of what function bodies do, except where
/// that decides the type of a result.
pub(super) fn fingerprint(summary: &ModuleSummary) -> u64 {
    let shapes = Shapes::new(summary);
    let mut hasher = FxHasher::default();
    summary.docstring.hash(&mut hasher);
    // Nothing is said for sure of what stands beside an error, nor of names that are written from inside.
    (summary.errors.is_empty(), summary.writes_names).hash(&mut hasher);
    let mut visible = vec![None; summary.scopes.len()];
    let mut count = 0u32;
    let mut show = |visible: &mut Vec<Option<u32>>, scope: ScopeId| {
        if let Some(place) = visible.get_mut(scope.index()) {
            *place = Some(count);
            count += 1;
        }
    };
    show(&mut visible, ScopeId::MODULE);
    for definition in &summary.definitions {
        let Some(Some(scope)) = visible.get(definition.scope.index()) else { continue };
        (scope, &definition.name, &definition.docstring).hash(&mut hasher);
        shapes.definition(&definition.kind, &mut hasher);
        // What `field(default=1, kw_only=True)` says decides how the class is called.
        if let DefinitionKind::Variable(variable) = &definition.kind
            && *scope > 0
            && !variable.on_instance
            && let Some(value) = variable.value
            && matches!(summary.expression(value), Some(Expression::Call(..)))
        {
            shapes.of(value).hash(&mut hasher);
        }
        if let DefinitionKind::Class(class) = &definition.kind {
            show(&mut visible, class.scope);
        }
    }
    for import in &summary.imports {
        if let (ImportKind::Star, Some(Some(scope))) = (&import.kind, visible.get(import.scope.index())) {
            (scope, import.level, &import.module).hash(&mut hasher);
        }
    }
    if let Some(exports) = &summary.exports {
        exports.names.iter().for_each(|(name, _)| name.hash(&mut hasher));
        (&exports.from_modules, exports.dynamic).hash(&mut hasher);
    }
    match &summary.module_getattr {
        ModuleGetattr::None => 0u8.hash(&mut hasher),
        ModuleGetattr::Any => 1u8.hash(&mut hasher),
        ModuleGetattr::Names(names) => names.hash(&mut hasher),
    }
    hasher.finish()
}

/// The hash of each expression as it is written, without places; parts come before wholes in the arena.
struct Shapes<'a> {
    summary: &'a ModuleSummary,
    hashes: Vec<u64>,
}

impl<'a> Shapes<'a> {
    fn new(summary: &'a ModuleSummary) -> Self {
        let mut shapes = Self { summary, hashes: Vec::with_capacity(summary.expressions.len()) };
        for expression in &summary.expressions {
            let hash = shapes.written(expression);
            shapes.hashes.push(hash);
        }
        shapes
    }

    fn of(&self, id: ExpressionId) -> u64 {
        self.hashes.get(id.index()).copied().unwrap_or_default()
    }

    fn all<'i>(&self, ids: impl IntoIterator<Item = &'i ExpressionId>, hasher: &mut FxHasher) {
        for id in ids {
            self.of(*id).hash(hasher);
        }
        0u8.hash(hasher);
    }

    fn written(&self, expression: &Expression) -> u64 {
        let mut hasher = FxHasher::default();
        std::mem::discriminant(expression).hash(&mut hasher);
        match expression {
            Expression::Name(name, _) => name.hash(&mut hasher),
            Expression::Attribute(object, name) => (self.of(*object), name).hash(&mut hasher),
            Expression::Call(callee, arguments) => {
                self.of(*callee).hash(&mut hasher);
                for argument in arguments {
                    match &argument.kind {
                        ArgumentKind::Positional => 0u8.hash(&mut hasher),
                        ArgumentKind::Keyword(name) => name.hash(&mut hasher),
                        ArgumentKind::Star => 1u8.hash(&mut hasher),
                        ArgumentKind::DoubleStar => 2u8.hash(&mut hasher),
                    }
                    self.of(argument.value).hash(&mut hasher);
                }
            }
            Expression::Subscript(object, index) => {
                self.of(*object).hash(&mut hasher);
                self.all(index, &mut hasher);
            }
            Expression::Either(parts) => self.all(parts, &mut hasher),
            Expression::Sequence(parts) => self.all(parts, &mut hasher),
            Expression::Await(value) | Expression::Starred(value) => self.of(*value).hash(&mut hasher),
            Expression::String(text) => text.hash(&mut hasher),
            Expression::Boolean(value) => value.hash(&mut hasher),
            Expression::None | Expression::Other => {}
        }
        hasher.finish()
    }

    /// What a value says of a name's type: a string's text and a call's arguments do not matter.
    fn value(&self, id: ExpressionId) -> u64 {
        match self.summary.expression(id) {
            Some(Expression::String(_)) => 1,
            Some(Expression::Call(callee, _)) => self.of(*callee).rotate_left(1),
            _ => self.of(id),
        }
    }

    fn definition(&self, kind: &DefinitionKind, hasher: &mut FxHasher) {
        std::mem::discriminant(kind).hash(hasher);
        match kind {
            DefinitionKind::Import(id) => {
                let Some(import) = self.summary.import(*id) else { return };
                (import.level, &import.module, &import.alias).hash(hasher);
                (import.type_checking, import.guarded).hash(hasher);
                if let ImportKind::From(name) = &import.kind {
                    name.hash(hasher);
                }
            }
            DefinitionKind::Function(function) => self.function(function, hasher),
            DefinitionKind::Class(class) => {
                self.all(&class.bases, hasher);
                for (name, value) in &class.keywords {
                    (name, self.of(*value)).hash(hasher);
                }
                self.all(&class.decorators, hasher);
            }
            DefinitionKind::Variable(variable) => {
                variable.annotation.map(|annotation| self.of(annotation)).hash(hasher);
                variable.value.map(|value| self.value(value)).hash(hasher);
                (variable.via, variable.on_instance).hash(hasher);
            }
            DefinitionKind::Parameter(..) => {}
            DefinitionKind::Other(class) => class.map(|class| self.of(class)).hash(hasher),
        }
    }

    fn function(&self, function: &Function, hasher: &mut FxHasher) {
        for parameter in &function.parameters {
            (&parameter.name, parameter.kind, parameter.default.is_some()).hash(hasher);
            parameter.annotation.map(|annotation| self.of(annotation)).hash(hasher);
        }
        function.returns.map(|returns| self.of(returns)).hash(hasher);
        self.all(&function.decorators, hasher);
        (function.is_async, function.yielded.is_empty()).hash(hasher);
        function.warning.map(|warning| self.of(warning)).hash(hasher);
        if function.returns.is_none() {
            self.results(function, hasher);
        }
    }

    /// The values returned and yielded, followed through the locals they name.
    fn results(&self, function: &Function, hasher: &mut FxHasher) {
        let mut pending: Vec<ExpressionId> =
            function.returned.iter().chain(&function.yielded).copied().collect();
        let mut seen = FxHashSet::default();
        while let Some(id) = pending.pop() {
            if seen.len() >= MAX_RETURNED || !seen.insert(id) {
                continue;
            }
            self.value(id).hash(hasher);
            match self.summary.expression(id) {
                Some(Expression::Name(name, scope)) if *scope != ScopeId::MODULE => {
                    for definition in self.summary.bindings(*scope, name) {
                        let Some(definition) = self.summary.definition(*definition) else { continue };
                        self.definition(&definition.kind, hasher);
                        if let DefinitionKind::Variable(variable) = &definition.kind {
                            pending.extend(variable.value.iter().chain(&variable.annotation));
                        }
                    }
                }
                Some(
                    Expression::Attribute(object, _)
                    | Expression::Call(object, _)
                    | Expression::Await(object)
                    | Expression::Starred(object),
                ) => {
                    pending.push(*object);
                }
                Some(Expression::Either(parts)) => pending.extend(parts),
                Some(Expression::Sequence(parts)) => pending.extend(parts),
                Some(Expression::Subscript(object, _)) => pending.push(*object),
                _ => {}
            }
        }
    }
}
