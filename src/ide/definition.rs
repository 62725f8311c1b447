//! Go to definition, in Python: through imports, re-exports, star imports, aliases and members.

use super::NavigationTarget;
use crate::python::{
    DefinitionId, DefinitionKind, Expression, ExpressionId, ImportId, ImportKind, ModuleName, ModuleSummary,
    Token,
};
use crate::semantics::{Entity, Module, Semantics, Type};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Scope, Workspace};

/// The answer to "where is this defined".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definitions {
    /// What was asked about: the name under the cursor.
    pub origin: TextRange,
    /// Where it is defined; never empty.
    pub targets: Vec<NavigationTarget>,
}

/// The definitions of what stands at a byte offset of a Python file. By default only those that another project of
/// ours provides; with `scope = "all"` every one that is known.
pub fn definition(workspace: &Workspace, file: &FileId, offset: u32) -> Option<Definitions> {
    let summary = workspace.summary(file)?;
    let (origin, token) = summary.token_at(offset)?;
    let semantics = Semantics::new(workspace);
    let mut targets = Vec::new();
    for entity in entities(&semantics, file, &summary, token) {
        let Some(target) = target(workspace, &entity) else { continue };
        if is_ours(workspace, file, &target.file) && !targets.contains(&target) {
            targets.push(target);
        }
    }
    (!targets.is_empty()).then_some(Definitions { origin, targets })
}

/// What a token means, through all imports.
pub(super) fn entities(
    semantics: &Semantics<'_>,
    file: &FileId,
    summary: &ModuleSummary,
    token: Token,
) -> Vec<Entity> {
    match token {
        Token::Expression(id) => of_expression(semantics, file, summary, id),
        Token::ImportSegment(id, segment) => {
            of_segment(semantics, file, summary, id, segment).into_iter().map(Entity::Module).collect()
        }
        Token::ImportName(id) => semantics.imported(file, summary, id),
        Token::ImportAlias(id) => semantics.imported(file, summary, id),
        Token::Keyword(call, argument) => of_keyword(semantics, file, summary, call, argument),
        Token::Export(index) => {
            let name = summary.exports.as_ref().and_then(|exports| exports.names.get(index as usize));
            name.map(|(name, _)| semantics.exported(file, name)).unwrap_or_default()
        }
        Token::Definition(id) => vec![Entity::Definition(file.clone(), id)],
    }
}

fn of_expression(
    semantics: &Semantics<'_>,
    file: &FileId,
    summary: &ModuleSummary,
    id: ExpressionId,
) -> Vec<Entity> {
    match summary.expression(id) {
        Some(Expression::Name(name, scope)) => {
            let at = summary.spans.expressions.get(id.index()).map_or(0, |span| span.name.start);
            semantics.name(file, summary, name, *scope, at)
        }
        Some(Expression::Attribute(object, name)) => {
            let mut found = Vec::new();
            for object in semantics.expression_type(file, summary, *object) {
                found.extend(semantics.member(&object, name));
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The module that the first segments of an import up to `segment` name.
fn of_segment(
    semantics: &Semantics<'_>,
    file: &FileId,
    summary: &ModuleSummary,
    id: ImportId,
    segment: u32,
) -> Option<Module> {
    let import = summary.import(id)?;
    let parts: Vec<&str> = import.module.split('.').take(segment as usize + 1).collect();
    let mut part = import.clone();
    part.module = parts.join(".").into();
    part.kind = ImportKind::Star;
    if part.level == 0 {
        return semantics.module(file, ModuleName::new(&part.module)?);
    }
    semantics.import_module(file, &part)
}

/// A keyword argument leads to the parameter; of a class without `__init__`, to the field.
fn of_keyword(
    semantics: &Semantics<'_>,
    file: &FileId,
    summary: &ModuleSummary,
    call: ExpressionId,
    argument: u32,
) -> Vec<Entity> {
    let Some(Expression::Call(callee, arguments)) = summary.expression(call) else { return Vec::new() };
    let Some(crate::python::ArgumentKind::Keyword(name)) = arguments.get(argument as usize).map(|a| &a.kind)
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for callee in semantics.expression_type(file, summary, *callee) {
        match &callee {
            Type::Function(file, id) => found.extend(parameter(semantics, file, *id, name)),
            Type::Class(..) => {
                let initializers = semantics.member(&callee, "__init__");
                let mut from_initializer = Vec::new();
                for initializer in &initializers {
                    if let Entity::Definition(file, id) = initializer {
                        from_initializer.extend(parameter(semantics, file, *id, name));
                    }
                }
                if initializers.is_empty() {
                    from_initializer = semantics.member(&callee, name);
                }
                found.extend(from_initializer);
            }
            _ => {}
        }
    }
    found
}

fn parameter(semantics: &Semantics<'_>, file: &FileId, function: DefinitionId, name: &str) -> Option<Entity> {
    let summary = semantics.workspace.summary(file)?;
    let DefinitionKind::Function(function) = &summary.definition(function)?.kind else { return None };
    let parameter = function.parameters.iter().find(|parameter| parameter.name == name)?;
    Some(Entity::Definition(file.clone(), parameter.definition))
}

/// The place of an entity; a namespace package has none.
pub(super) fn target(workspace: &Workspace, entity: &Entity) -> Option<NavigationTarget> {
    match entity {
        Entity::Module(module) => {
            let file = module.file.clone()?;
            Some(NavigationTarget { file, focus: TextRange::empty(0), full: TextRange::empty(0) })
        }
        Entity::Definition(file, id) => {
            let summary = workspace.summary(file)?;
            let span = summary.spans.definitions.get(id.index())?;
            Some(NavigationTarget { file: file.clone(), focus: span.name, full: span.full })
        }
    }
}

/// Whether an answer is ours to give: a type checker beside us knows the project's own code and third parties' better.
pub(super) fn is_ours(workspace: &Workspace, from: &FileId, target: &FileId) -> bool {
    if workspace.configuration().config.scope == Scope::All {
        return true;
    }
    if target.path().components().any(|part| matches!(part.as_str(), "site-packages" | "dist-packages")) {
        return workspace.installed_first_party(from, target);
    }
    let (own, other) = (workspace.project_of(from), workspace.project_of(target));
    match (own, other) {
        (Some(own), Some(other)) => own.dir != other.dir,
        (None, Some(_)) | (Some(_), None) => true,
        (None, None) => false,
    }
}
