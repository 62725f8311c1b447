//! What breaks between two versions of one project, in the kinds that griffe knows.

use rustc_hash::FxHashSet;

use super::parameters;
use super::public::Api;
use super::symbols::{Shape, Symbol};
use crate::workspace::Place;

/// A way in which a change breaks those who use what it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A positional parameter stands at another place.
    ParameterMoved,
    /// A parameter is gone.
    ParameterRemoved,
    /// A parameter is taken in another way.
    ParameterChangedKind,
    /// A parameter has another default.
    ParameterChangedDefault,
    /// A parameter has lost its default.
    ParameterChangedRequired,
    /// There is a parameter more, without default.
    ParameterAddedRequired,
    /// The function no longer says what it returns.
    ReturnChangedType,
    /// A public path leads nowhere.
    ObjectRemoved,
    /// A class became a function, and so on.
    ObjectChangedKind,
    /// Another annotation.
    AttributeChangedType,
    /// Another value.
    AttributeChangedValue,
    /// The class has fewer bases.
    ClassRemovedBase,
}

impl ChangeKind {
    /// The kind in griffe's words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ParameterMoved => "Positional parameter was moved",
            Self::ParameterRemoved => "Parameter was removed",
            Self::ParameterChangedKind => "Parameter kind was changed",
            Self::ParameterChangedDefault => "Parameter default was changed",
            Self::ParameterChangedRequired => "Parameter is now required",
            Self::ParameterAddedRequired => "Parameter was added as required",
            Self::ReturnChangedType => "Return types are incompatible",
            Self::ObjectRemoved => "Public object was removed",
            Self::ObjectChangedKind => "Public object points to a different kind of object",
            Self::AttributeChangedType => "Attribute types are incompatible",
            Self::AttributeChangedValue => "Attribute value was changed",
            Self::ClassRemovedBase => "Base class was removed",
        }
    }
}

/// One break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How it breaks.
    pub kind: ChangeKind,
    /// What breaks: for a removal the public path that is gone, else where the thing is defined; with the parameter in
    /// parentheses, `acme.io.load(strict)`.
    pub path: String,
    /// Where it stands in the old version.
    pub old: Option<Place>,
    /// Where it, or what is left of it, stands in the new version.
    pub new: Option<Place>,
    /// What was there and what is there now, `"r" -> "rb"`; empty where the path says all.
    pub detail: String,
}

/// What breaks for those who use `old` when they get `new`, sorted by path and kind. Each definition is compared
/// once, however many public paths lead to it; of what is gone, only the outermost is told.
pub fn difference(old: &Api, new: &Api) -> Vec<Change> {
    let mut comparison = Comparison { old, new, seen: FxHashSet::default(), changes: Vec::new() };
    let mut removed: Vec<&str> = Vec::new();
    for (path, name) in old.public() {
        if removed.iter().any(|gone| is_below(path, gone)) {
            continue;
        }
        match new.names.get(path) {
            None => {
                removed.push(path);
                comparison.add(
                    ChangeKind::ObjectRemoved,
                    path.clone(),
                    Some(&name.place),
                    None,
                    String::new(),
                );
            }
            Some(now) => {
                if let (Some(before), Some(now)) = (name.symbol.as_deref(), now.symbol.as_deref()) {
                    comparison.symbols(before, now);
                }
            }
        }
    }
    let mut changes = comparison.changes;
    changes.sort_by(|a, b| (&a.path, a.kind).cmp(&(&b.path, b.kind)));
    changes
}

fn is_below(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

struct Comparison<'a> {
    old: &'a Api,
    new: &'a Api,
    /// Definitions of the old version that were compared.
    seen: FxHashSet<&'a str>,
    changes: Vec<Change>,
}

impl<'a> Comparison<'a> {
    fn add(
        &mut self,
        kind: ChangeKind,
        path: String,
        old: Option<&Place>,
        new: Option<&Place>,
        detail: String,
    ) {
        self.changes.push(Change { kind, path, old: old.cloned(), new: new.cloned(), detail });
    }

    /// Compares two definitions and, of classes, the members; a queue stands for recursion.
    fn symbols(&mut self, before: &'a str, now: &'a str) {
        let mut waiting = vec![(before, now)];
        while let Some((before, now)) = waiting.pop() {
            let (Some(old), Some(new)) = (self.old.symbols.get(before), self.new.symbols.get(now)) else {
                continue;
            };
            if self.seen.insert(before) {
                waiting.extend(self.compare(before, now, old, new));
            }
        }
    }

    /// Compares two symbols; gives the pairs of members that are to be compared.
    fn compare(
        &mut self,
        before: &str,
        now: &str,
        old: &'a Symbol,
        new: &'a Symbol,
    ) -> Vec<(&'a str, &'a str)> {
        let mut members = Vec::new();
        let (old_place, new_place) = (Some(&old.place), Some(&new.place));
        match (&old.shape, &new.shape) {
            (Shape::Class { bases, members: had }, Shape::Class { bases: bases_now, members: has }) => {
                if bases_now.len() < bases.len() {
                    let detail = format!("({}) -> ({})", bases.join(", "), bases_now.join(", "));
                    self.add(ChangeKind::ClassRemovedBase, now.to_owned(), old_place, new_place, detail);
                }
                for (name, member) in had {
                    match has.get(name) {
                        Some(member_now) => members.push((member.as_str(), member_now.as_str())),
                        None => {
                            let place = self.old.symbols.get(member).map(|member| &member.place);
                            let path = format!("{before}.{name}");
                            let kind = ChangeKind::ObjectRemoved;
                            self.add(kind, path, place.or(old_place), new_place, String::new());
                        }
                    }
                }
            }
            (
                Shape::Function { signature, returns },
                Shape::Function { signature: signature_now, returns: returns_now },
            ) => {
                for (kind, parameter, detail) in parameters::difference(signature, signature_now) {
                    self.add(kind, format!("{now}({parameter})"), old_place, new_place, detail);
                }
                if let (Some(returns), None) = (returns, returns_now) {
                    let kind = ChangeKind::ReturnChangedType;
                    self.add(kind, now.to_owned(), old_place, new_place, format!("{returns} -> nothing"));
                }
            }
            (
                Shape::Attribute { annotation, value },
                Shape::Attribute { annotation: annotation_now, value: value_now },
            ) => {
                for (kind, old, new) in [
                    (ChangeKind::AttributeChangedType, annotation, annotation_now),
                    (ChangeKind::AttributeChangedValue, value, value_now),
                ] {
                    if let Some(old) = old
                        && new.as_ref().is_none_or(|new| !parameters::is_same(old, new))
                    {
                        let detail = format!("{old} -> {}", new.as_deref().unwrap_or("nothing"));
                        self.add(kind, now.to_owned(), old_place, new_place, detail);
                    }
                }
            }
            (Shape::Module, Shape::Module) => {}
            (old, new) => {
                let detail = format!("{} -> {}", old.kind(), new.kind());
                self.add(ChangeKind::ObjectChangedKind, now.to_owned(), old_place, new_place, detail);
            }
        }
        members
    }
}

/// Something that only the new version has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Its public path; for a parameter or member, that of the definition with it.
    pub path: String,
    /// Where it stands.
    pub place: Place,
}

/// What becomes available with `new`: public paths, members of classes, parameters; of what is new as a whole, only the
/// outermost. Sorted by path.
pub fn additions(old: &Api, new: &Api) -> Vec<Addition> {
    let mut found: Vec<Addition> = Vec::new();
    let mut outer: Vec<&str> = Vec::new();
    for (path, name) in new.public() {
        if !old.names.contains_key(path) && !outer.iter().any(|outer| is_below(path, outer)) {
            outer.push(path);
            found.push(Addition { path: path.clone(), place: name.place.clone() });
        }
    }
    for (path, symbol) in &new.symbols {
        let place = &symbol.place;
        match (old.symbols.get(path).map(|old| &old.shape), &symbol.shape) {
            (Some(Shape::Class { members: had, .. }), Shape::Class { members, .. }) => {
                for (name, member) in members.iter().filter(|(name, _)| !had.contains_key(*name)) {
                    let place = new.symbols.get(member).map_or(place, |member| &member.place).clone();
                    found.push(Addition { path: format!("{path}.{name}"), place });
                }
            }
            (Some(Shape::Function { signature: before, .. }), Shape::Function { signature, .. }) => {
                let known = |name| before.parameters.iter().any(|parameter| parameter.name == name);
                for parameter in signature.parameters.iter().filter(|p| !known(&p.name)) {
                    let path = format!("{path}({})", parameter.name);
                    found.push(Addition { path, place: place.clone() });
                }
            }
            _ => {}
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
