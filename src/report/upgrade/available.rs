//! What another version has to offer.

use std::collections::BTreeMap;
use std::sync::Arc;

use pep440_rs::Version;

use super::Available;
use crate::api::{self, Api, Parameter, Shape, Signature};
use crate::workspace::{Project, Workspace};

/// What the new version's code has that the lowest other version in use has not; none where no other one is in use.
pub(super) fn since_lowest(
    today: &Workspace,
    in_use: &[(Version, Arc<Project>)],
    supposed: &Workspace,
    (version, code): (&Version, &Arc<Project>),
) -> Option<Available> {
    let others = in_use.iter().filter(|(other, _)| other != version);
    let (since, old) = others.min_by(|(one, _), (other, _)| one.cmp(other))?;
    let (old, new) = (Api::of(today, old), Api::of(supposed, code));
    Some(Available { since: since.to_string(), names: names(&old, &new) })
}

fn names(old: &Api, new: &Api) -> Vec<String> {
    let mut whole = Vec::new();
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for addition in api::additions(old, new) {
        match addition.path.strip_suffix(')').and_then(|path| path.split_once('(')) {
            Some((function, parameter)) => {
                parameters.entry(function.to_owned()).or_default().push(format!("`{parameter}`"));
            }
            None => whole.push(shown(new, &addition.path)),
        }
    }
    whole.extend(parameters.iter().map(|(function, added)| {
        let noun = if added.len() == 1 { "parameter" } else { "parameters" };
        format!("{}: {noun} {}", shown(new, function), added.join(", "))
    }));
    whole.sort();
    whole
}

/// `acme.io.load(path, *, strict=False)`, `class acme.io.Table`, `module acme.files`, `acme.io.LIMIT`.
fn shown(api: &Api, path: &str) -> String {
    let Some(symbol) = api.symbol(path).or_else(|| api.symbols.get(path)) else { return path.to_owned() };
    match &symbol.shape {
        Shape::Function { signature, .. } => {
            let bound = match path.rsplit_once('.') {
                Some((around, _)) => api.symbols.get(around).is_some_and(is_class),
                None => false,
            };
            let path = path.strip_suffix(".__init__").unwrap_or(path);
            format!("{path}{}", if bound { without_object(signature) } else { signature.clone() })
        }
        Shape::Class { .. } => format!("class {path}"),
        Shape::Module => format!("module {path}"),
        Shape::Attribute { .. } => path.to_owned(),
    }
}

fn is_class(symbol: &api::Symbol) -> bool {
    matches!(symbol.shape, Shape::Class { .. })
}

/// A method's signature as its callers see it; a static method has no object to leave out.
fn without_object(signature: &Signature) -> Signature {
    let is_object = |parameter: &Parameter| matches!(parameter.name.as_str(), "self" | "cls");
    let skipped = usize::from(signature.parameters.first().is_some_and(is_object));
    Signature { parameters: signature.parameters.iter().skip(skipped).cloned().collect() }
}
