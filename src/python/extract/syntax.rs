//! Which syntax a node shows that older Pythons do not parse.

use tree_sitter::Node;

use super::kinds::{Field, Kind, kind};
use super::{Child, Extractor};
use crate::python::{Feature, is_identifier};

impl<'t> Extractor<'t, '_> {
    /// Keeps the newest syntax of the file, of several the first in the text.
    pub(super) fn note_syntax(&mut self, child: Child<'t>) {
        // The text of a string annotation is nothing that Python parses.
        if self.base != 0 {
            return;
        }
        let Some(feature) = feature(child, self.text) else { return };
        let range = self.range(child.node);
        let newest = &mut self.state.summary.newest_syntax;
        let newer = newest.is_none_or(|(known, place)| {
            (feature.minor(), std::cmp::Reverse(range.start))
                > (known.minor(), std::cmp::Reverse(place.start))
        });
        if newer {
            *newest = Some((feature, range));
        }
    }
}

/// What one node shows by its kind, its place in its parent, and its nearest parts.
fn feature(child: Child<'_>, text: &str) -> Option<Feature> {
    let node = child.node;
    match child.kind {
        Kind::Walrus => Some(Feature::Walrus),
        Kind::PositionalSeparator => Some(Feature::PositionalOnly),
        Kind::Match => Some(Feature::Match),
        Kind::TypeAlias => type_alias(node, text),
        Kind::TypeParameters if child.field == Field::TypeParameters => Some(Feature::TypeParameters),
        Kind::SplatType => Some(Feature::UnpackedSubscript),
        Kind::ListSplat if child.field == Field::Subscript => Some(Feature::UnpackedSubscript),
        Kind::ExpressionList => unpacked(node),
        Kind::Except => except(node),
        Kind::Decorator => decorator(node),
        Kind::WithClause => parenthesized_with(node),
        Kind::String => string(node, text),
        _ => None,
    }
}

/// `type X = …`, `type X[T] = …`. The grammar takes `type(x).y = …` for one, too.
fn type_alias(statement: Node<'_>, text: &str) -> Option<Feature> {
    let behind = text.get(statement.byte_range())?.strip_prefix("type")?;
    let named = behind.trim_start_matches([' ', '\t', '\\', '\r', '\n']);
    let name = named.split(['=', '[']).next().unwrap_or("").trim();
    (named.len() < behind.len() && is_identifier(name)).then_some(Feature::TypeAlias)
}

fn unpacked(list: Node<'_>) -> Option<Feature> {
    let returned = list.parent().is_some_and(|parent| matches!(kind(parent), Kind::Return | Kind::Yield));
    let splat = returned && parts(list).any(|part| kind(part) == Kind::ListSplat);
    splat.then_some(Feature::UnpackedReturn)
}

/// `except* A:`; `except A, B:`, which stands without parentheses only where the comma is the clause's own.
fn except(clause: Node<'_>) -> Option<Feature> {
    for part in parts(clause) {
        match part.kind() {
            "*" => return Some(Feature::ExceptStar),
            "," => return Some(Feature::UnparenthesizedExcept),
            ":" => break,
            _ => {}
        }
    }
    None
}

/// Before PEP 614 a decorator was a dotted name, or a call of one.
fn decorator(node: Node<'_>) -> Option<Feature> {
    let mut at = parts(node).find(|part| part.is_named() && kind(*part) != Kind::Comment)?;
    if kind(at) == Kind::Call {
        at = at.child_by_field_name("function")?;
    }
    while kind(at) == Kind::Attribute {
        at = at.child_by_field_name("object")?;
    }
    (kind(at) != Kind::Identifier).then_some(Feature::Decorator)
}

/// `with (a as x):` in all its forms. Without `as`, the parentheses are those of a tuple or a group, which are old.
fn parenthesized_with(clause: Node<'_>) -> Option<Feature> {
    let inside = parts(clause).next().is_some_and(|first| first.kind() == "(");
    let named = |item: Node<'_>| {
        let value = item.child_by_field_name("value")?;
        match kind(value) {
            Kind::AsPattern => inside.then_some(()),
            Kind::Parenthesized => parts(value).any(|part| kind(part) == Kind::AsPattern).then_some(()),
            _ => None,
        }
    };
    parts(clause).any(|item| named(item).is_some()).then_some(Feature::ParenthesizedWith)
}

/// The newest syntax of one literal: its prefix, and what stands inside its braces.
fn string(node: Node<'_>, text: &str) -> Option<Feature> {
    let opening = text.get(parts(node).next()?.byte_range())?;
    let quote = opening.find(['"', '\''])?;
    let (prefix, quotes) = opening.split_at_checked(quote)?;
    if prefix.contains(['t', 'T']) {
        return Some(Feature::Template);
    }
    if !prefix.contains(['f', 'F']) {
        return None;
    }
    let fields = || parts(node).filter(|part| kind(*part) == Kind::Interpolation);
    if fields().any(|field| is_nested(field, quotes, text)) {
        return Some(Feature::NestedFormat);
    }
    let documents = |field: Node<'_>| parts(field).any(|part| part.kind() == "=");
    fields().any(documents).then_some(Feature::SelfDocumenting)
}

/// Before PEP 701 a string ended at the first of its own quotes, wherever that was; the code in its braces had no
/// backslash, and no comment.
fn is_nested(field: Node<'_>, quotes: &str, text: &str) -> bool {
    let whole = text.get(field.byte_range()).unwrap_or("");
    if whole.contains(quotes) || (quotes.len() == 1 && whole.contains('\n')) {
        return true;
    }
    parts(field).any(|part| {
        let code = part.is_named() && !matches!(part.kind(), "format_specifier" | "type_conversion");
        let backslash = || text.get(part.byte_range()).is_some_and(|text| text.contains('\\'));
        kind(part) == Kind::Comment || (code && backslash())
    })
}

/// The direct parts of a node, tokens included.
fn parts(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    (0..).map_while(move |at| node.child(at))
}
