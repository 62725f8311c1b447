//! Go to definition, in Python: through imports, re-exports, star imports, aliases and members.

use super::{NavigationTarget, document};
use crate::python::{
    DefinitionId, DefinitionKind, Expression, ExpressionId, Function, ImportId, ImportKind, ModuleName,
    ModuleSummary, ParameterKind, Token,
};
use crate::semantics::{Entity, Module, Semantics, Type};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Project, Resolution, Scope, Standing, Workspace};

/// The answer to "where is this defined".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definitions {
    /// What was asked about: the name under the cursor.
    pub origin: TextRange,
    /// Where it is defined; never empty.
    pub targets: Vec<NavigationTarget>,
}

/// More members of one name, from the classes that an object may have, are no answer.
const MAX_MEMBERS: usize = 5;

/// The definitions of what stands at a byte offset of a document that is Python. By default only those that another project of
/// ours provides; with `scope = "all"` every one that is known.
pub fn definition(workspace: &Workspace, file: &FileId, offset: u32) -> Option<Definitions> {
    let summary = document::python(workspace, file)?;
    let (origin, token) = summary.token_at(offset)?;
    let semantics = Semantics::new(workspace);
    let mut targets = Vec::new();
    for entity in entities(&semantics, file, &summary, token) {
        let Some(mut target) = target(workspace, &entity) else { continue };
        if !is_ours(workspace, file, &target.file) {
            continue;
        }
        target.file = workspace.live_twin(&target.file);
        if !targets.contains(&target) {
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
                for member in semantics.member(&object, name) {
                    if !found.contains(&member) {
                        found.push(member);
                    }
                }
            }
            // A wide union that code has narrowed before: which of so many is meant is not known.
            if found.len() > MAX_MEMBERS { Vec::new() } else { found }
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
            Type::Function(file, id) => found.extend(parameters(semantics, file, *id, name)),
            Type::Class(file, id) => found.extend(of_class(semantics, file, *id, name)),
            _ => {}
        }
    }
    found
}

/// What takes a keyword of a call that makes an instance: the nearest initializer that has a parameter of the name, as
/// far as those before it pass on what they do not know, else the field.
fn of_class(semantics: &Semantics<'_>, file: &FileId, class: DefinitionId, name: &str) -> Vec<Entity> {
    let ancestors = semantics.linearized(file, class);
    let mut refused = false;
    for method in ["__init__", "__new__"] {
        for (file, class) in &ancestors {
            let takers = semantics.member(&Type::Class(file.clone(), *class), method);
            let parameters = takers.iter().flat_map(|taker| match taker {
                Entity::Definition(file, id) => parameters(semantics, file, *id, name),
                Entity::Module(_) => Vec::new(),
            });
            let taken: Vec<Entity> = parameters.collect();
            if !taken.is_empty() {
                return taken;
            }
            if !takers.iter().all(|taker| passes_on(semantics, taker)) {
                refused = true;
                break;
            }
        }
    }
    if refused { Vec::new() } else { semantics.member(&Type::Class(file.clone(), class), name) }
}

/// Whether an initializer takes more keywords than its own, which end up in the next one or in the fields.
fn passes_on(semantics: &Semantics<'_>, initializer: &Entity) -> bool {
    let Entity::Definition(file, id) = initializer else { return false };
    let Some(summary) = semantics.workspace.summary(file) else { return false };
    let definition = summary.definition(*id).map(|definition| &definition.kind);
    let takes_all = |function: &Function| {
        function.parameters.iter().any(|parameter| parameter.kind == ParameterKind::VarKeyword)
    };
    matches!(definition, Some(DefinitionKind::Function(function)) if takes_all(function))
}

/// The parameters of this name: those of a function's overloads, which are what a call is checked against, else its own.
fn parameters(semantics: &Semantics<'_>, file: &FileId, function: DefinitionId, name: &str) -> Vec<Entity> {
    let Some(summary) = semantics.workspace.summary(file) else { return Vec::new() };
    let overloads = semantics.overloads(&summary, function);
    let parameter = |id: &DefinitionId| {
        let DefinitionKind::Function(function) = &summary.definition(*id)?.kind else { return None };
        let parameter = function.parameters.iter().find(|parameter| parameter.name == name)?;
        Some(Entity::Definition(file.clone(), parameter.definition))
    };
    let of_overloads: Vec<Entity> = overloads.iter().filter_map(parameter).collect();
    if of_overloads.is_empty() { parameter(&function).into_iter().collect() } else { of_overloads }
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
    // Nobody else answers in files of the cache.
    if workspace.configuration().config.scope == Scope::All || workspace.files.mount_of(from.path()).is_some()
    {
        return true;
    }
    if target.path().components().any(|part| matches!(part.as_str(), "site-packages" | "dist-packages")) {
        return workspace.installed_first_party(from, target);
    }
    let (own, other) = (workspace.project_of(from), workspace.project_of(target));
    match (own, other) {
        (Some(own), Some(other)) => {
            own.dir != other.dir || is_opened_by_dagster(workspace, &own, from, target)
        }
        (None, Some(_)) | (Some(_), None) => true,
        (None, None) => false,
    }
}

/// Whether a file of the project itself is imported from a folder that only Dagster puts on `sys.path`: no type checker
/// knows of it.
fn is_opened_by_dagster(workspace: &Workspace, own: &Project, from: &FileId, target: &FileId) -> bool {
    if from == target {
        return false;
    }
    if own.manifests.is_empty() {
        return target.path().starts_with(&own.dir) && !workspace.folders.contains(&own.dir);
    }
    let Some(summary) = workspace.summary(from) else { return false };
    let mut absolute = summary.imports.iter().filter(|import| import.level == 0);
    absolute.any(|import| {
        let Some(module) = ModuleName::new(&import.module) else { return false };
        let name = module.top_level();
        let on_the_way = target
            .path()
            .components()
            .any(|part| part.as_str().strip_suffix(".py").unwrap_or(part.as_str()) == name);
        let opened = |resolution: &Resolution| {
            resolution.found().is_some_and(|found| found.provider.standing == Standing::WorkingDirectory)
        };
        on_the_way && opened(&workspace.resolve(from, &module))
    })
}
