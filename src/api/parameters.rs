//! What breaks between two signatures.

use super::difference::ChangeKind;
use super::signature::{Parameter, Signature};
use crate::python::{Name, ParameterKind};

/// The breaks with the parameter that each is about and what it was and is.
pub(super) fn difference(old: &Signature, new: &Signature) -> Vec<(ChangeKind, Name, String)> {
    use ParameterKind::{KeywordOnly, PositionalOnly, PositionalOrKeyword, VarKeyword, VarPositional};
    let mut changes = Vec::new();
    let has = |kind: ParameterKind| new.parameters.iter().any(|parameter| parameter.kind == kind);
    let (more, others) = (has(VarPositional), has(VarKeyword));
    for (at, before) in old.parameters.iter().enumerate() {
        let mut add = |kind, detail: String| changes.push((kind, before.name.clone(), detail));
        let now = new.parameters.iter().enumerate().find(|(_, now)| now.name == before.name);
        let Some((at_now, now)) = now else {
            let swallowed = match before.kind {
                KeywordOnly => others,
                PositionalOnly => more,
                PositionalOrKeyword => more && others,
                VarPositional | VarKeyword => false,
            };
            if !swallowed {
                add(ChangeKind::ParameterRemoved, String::new());
            }
            continue;
        };
        if is_required(now) && !is_required(before) {
            add(ChangeKind::ParameterChangedRequired, String::new());
        }
        let places = (at, at_now);
        if by_position(before) && by_position(now) && places.0 != places.1 {
            add(ChangeKind::ParameterMoved, format!("{} -> {}", at + 1, at_now + 1));
        }
        let incompatible = match (before.kind, now.kind) {
            (PositionalOnly, KeywordOnly) | (KeywordOnly, PositionalOnly) => true,
            (PositionalOrKeyword, PositionalOnly | KeywordOnly) => true,
            (VarKeyword, VarKeyword) | (VarPositional, VarPositional) => false,
            (before, VarKeyword) => before != KeywordOnly && !more,
            (before, VarPositional) => before != PositionalOnly && !others,
            _ => false,
        };
        if incompatible {
            let detail = format!("{} -> {}", in_words(before.kind), in_words(now.kind));
            add(ChangeKind::ParameterChangedKind, detail);
        }
        if let (Some(default), Some(default_now)) = (&before.default, &now.default)
            && !is_same(default, default_now)
        {
            add(ChangeKind::ParameterChangedDefault, format!("{default} -> {default_now}"));
        }
    }
    for now in &new.parameters {
        let known = old.parameters.iter().any(|before| before.name == now.name);
        if !known && is_required(now) {
            changes.push((ChangeKind::ParameterAddedRequired, now.name.clone(), String::new()));
        }
    }
    changes
}

fn is_required(parameter: &Parameter) -> bool {
    parameter.default.is_none() && !super::known::is_variadic(parameter.kind)
}

fn by_position(parameter: &Parameter) -> bool {
    matches!(parameter.kind, ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword)
}

fn in_words(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::PositionalOnly => "positional-only",
        ParameterKind::PositionalOrKeyword => "positional or keyword",
        ParameterKind::VarPositional => "variadic positional",
        ParameterKind::KeywordOnly => "keyword-only",
        ParameterKind::VarKeyword => "variadic keyword",
    }
}

/// Whether two expressions differ in nothing but blanks, the kind of quotes, and a comma at the end.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a == b || plain(a) == plain(b)
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (None, '\'' | '"') => {
                quote = Some(character);
                out.push('"');
            }
            (Some(open), character) if open == character => {
                quote = None;
                out.push('"');
            }
            (None, character) if character.is_whitespace() => {}
            (None, ')' | ']' | '}') => {
                if out.ends_with(',') {
                    out.pop();
                }
                out.push(character);
            }
            (_, character) => out.push(character),
        }
    }
    out
}
