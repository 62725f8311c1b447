//! What a finding speaks of, as one version has it.

use crate::api::Knowledge;
use crate::ide;
use crate::python::{Expression, ExpressionId, ModuleName};
use crate::semantics::{Entity, Semantics};
use crate::text::{TextRange, offset};
use crate::vfs::FileId;
use crate::workspace::Workspace;

/// The innermost call around a range whose callee is known by this name.
pub(super) fn call_at(
    workspace: &Workspace,
    file: &FileId,
    range: TextRange,
    name: &str,
) -> Option<ExpressionId> {
    let summary = workspace.summary(file)?;
    let semantics = Semantics::new(workspace);
    let knowledge = Knowledge::new(&semantics);
    let mut around: Vec<(u32, ExpressionId)> = Vec::new();
    for (index, expression) in summary.expressions.iter().enumerate() {
        let full = summary.spans.expressions.get(index).map(|span| span.full).unwrap_or_default();
        if let Expression::Call(callee, _) = expression
            && full.contains(range)
        {
            semantics.restart();
            let callable = knowledge.callable(file, &summary, *callee);
            if callable.is_some_and(|callable| callable.name == name) {
                around.push((full.len(), ExpressionId(offset(index))));
            }
        }
    }
    around.into_iter().min_by_key(|(length, _)| *length).map(|(_, call)| call)
}

/// `load(path, *, strict=False)`: what a call takes; none where that is not known for sure.
pub(super) fn called(workspace: &Workspace, file: &FileId, call: ExpressionId) -> Option<String> {
    let summary = workspace.summary(file)?;
    let Expression::Call(callee, _) = summary.expression(call)? else { return None };
    let semantics = Semantics::new(workspace);
    let callable = Knowledge::new(&semantics).callable(file, &summary, *callee)?;
    Some(format!("{}{}", callable.name, callable.signature()?))
}

/// `def save(path)`: what a name of a module is for those who import it in `file`, on one line.
pub(super) fn named(workspace: &Workspace, file: &FileId, module: &str, name: &str) -> Option<String> {
    let semantics = Semantics::new(workspace);
    let module = semantics.module(file, ModuleName::new(module)?)?;
    let found = semantics.member_of_module(&module, name).into_iter().next()?;
    match found {
        Entity::Module(module) => Some(format!("module {}", module.name)),
        Entity::Definition(file, id) => {
            let header = ide::header(workspace, &file, id)?;
            Some(header.split_whitespace().collect::<Vec<_>>().join(" "))
        }
    }
}
