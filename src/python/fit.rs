//! Whether the arguments of a call can be bound to parameters, as Python does it when the call is made.

use super::{Argument, ArgumentKind, Name, ParameterKind};

/// A parameter, as far as binding arguments goes.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    /// Its name.
    pub name: &'a str,
    /// How it takes arguments.
    pub kind: ParameterKind,
    /// Whether it has no default; meaningless for `*args` and `**kwargs`.
    pub required: bool,
}

/// Why a call fails before the function's body runs. Indexes are those of the call's arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// More arguments by position than there are places.
    TooManyPositional {
        /// The first argument without a place.
        index: usize,
        /// How many are given.
        given: usize,
        /// How many places there are.
        takes: usize,
    },
    /// A keyword that no parameter has.
    UnknownKeyword {
        /// The argument.
        index: usize,
    },
    /// A parameter that is given twice, by position and by keyword or by two keywords.
    Repeated {
        /// The later argument, by keyword.
        index: usize,
    },
    /// The name of a parameter that is taken by position only.
    PositionalOnlyByKeyword {
        /// The argument.
        index: usize,
    },
    /// Parameters without default that are not given, in order.
    Missing {
        /// Their names.
        names: Vec<Name>,
    },
}

/// Binds arguments to parameters as `inspect.Signature.bind` and calls do. What `*args` and `**kwargs` at the call hold
/// is not known: they fill whatever they could fill.
pub fn fit(slots: &[Slot<'_>], arguments: &[Argument]) -> Result<(), Misfit> {
    let has = |kind: ParameterKind| slots.iter().any(|slot| slot.kind == kind);
    let is_given = |kind: ArgumentKind| arguments.iter().any(|argument| argument.kind == kind);
    let (star, double_star) = (is_given(ArgumentKind::Star), is_given(ArgumentKind::DoubleStar));
    let takes = slots.iter().filter(|slot| by_position(slot)).count();
    let positional = || {
        let numbered = arguments.iter().enumerate();
        numbered.filter(|(_, argument)| argument.kind == ArgumentKind::Positional)
    };
    let given = positional().count();
    if let (Some((index, _)), false) = (positional().nth(takes), has(ParameterKind::VarPositional)) {
        return Err(Misfit::TooManyPositional { index, given, takes });
    }
    for (index, argument) in arguments.iter().enumerate() {
        let ArgumentKind::Keyword(name) = &argument.kind else { continue };
        if arguments.iter().take(index).any(|before| before.kind == argument.kind) {
            return Err(Misfit::Repeated { index });
        }
        let place = slots.iter().position(|slot| slot.name == name && by_keyword(slot));
        match place {
            Some(place) if slots.iter().take(given).nth(place).is_some_and(by_position) => {
                return Err(Misfit::Repeated { index });
            }
            Some(_) => {}
            None if has(ParameterKind::VarKeyword) => {}
            None if slots.iter().any(|slot| slot.name == name && by_position(slot)) => {
                return Err(Misfit::PositionalOnlyByKeyword { index });
            }
            None => return Err(Misfit::UnknownKeyword { index }),
        }
    }
    let named = |name: &str| {
        arguments.iter().any(|a| matches!(&a.kind, ArgumentKind::Keyword(written) if written == name))
    };
    // `*args` fill the places in order, up to one that is given by keyword.
    let by_name = |slot: &Slot<'_>| by_keyword(slot) && named(slot.name);
    let reached = slots.iter().skip(given).position(by_name).map_or(slots.len(), |place| given + place);
    let missing = |(at, slot): &(usize, &Slot<'_>)| {
        let filled = by_position(slot) && (*at < given || star && *at < reached)
            || by_keyword(slot) && (double_star || named(slot.name));
        slot.required && !filled && (by_position(slot) || by_keyword(slot))
    };
    let missing = slots.iter().enumerate().filter(missing);
    let names: Vec<Name> = missing.map(|(_, slot)| Name::new(slot.name)).collect();
    if names.is_empty() { Ok(()) } else { Err(Misfit::Missing { names }) }
}

/// Parameters by position stand before all others, so that their index is their place.
fn by_position(slot: &Slot<'_>) -> bool {
    matches!(slot.kind, ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword)
}

fn by_keyword(slot: &Slot<'_>) -> bool {
    matches!(slot.kind, ParameterKind::KeywordOnly | ParameterKind::PositionalOrKeyword)
}
