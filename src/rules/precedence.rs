//! Which finding gives way to which, where two rules would tell the same thing.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Diagnostic;
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::Moved;

/// One rule's findings give way to another's.
struct Precedence {
    rule: &'static str,
    yields_to: &'static str,
    same: Same,
}

/// What makes two findings speak of the same thing.
enum Same {
    /// They stand at the same place.
    Place,
    /// They have the same arguments.
    Arguments,
}

const PRECEDENCES: [Precedence; 3] = [
    // Where the pins themselves differ, the locks have to.
    Precedence { rule: "locks-disagree", yields_to: "pins-differ", same: Same::Arguments },
    // Of pins that do not fit together it says more than that they are taken in two ways.
    Precedence { rule: "mixed-strategies", yields_to: "pins-differ", same: Same::Arguments },
    // That another location pins something newer says more than that something newer was released.
    Precedence { rule: "pin-behind-source", yields_to: "pins-differ", same: Same::Place },
];

/// A diagnostic, and whether it gives way at all.
#[derive(Clone)]
pub(super) struct Told {
    pub diagnostic: Diagnostic,
    pub yields: bool,
}

impl Told {
    /// The same where places in manifests have moved; none where one of its places is gone.
    pub fn moved(&self, moved: &[Arc<Moved>]) -> Option<Self> {
        let place = |file: &FileId, range: TextRange| {
            let mut moves = moved.iter().filter(|one| one.file == *file);
            moves.try_fold(range, |range, one| one.moves.range(range))
        };
        let mut told = self.clone();
        let Diagnostic { file, range, related, fix, .. } = &mut told.diagnostic;
        *range = place(file, *range)?;
        for related in related {
            related.range = place(&related.file, related.range)?;
        }
        for edit in fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.range = place(&edit.file, edit.range)?;
        }
        Some(told)
    }
}

/// Takes out what gives way to another finding among these. A rule that is off, and a finding that is suppressed or lies
/// outside of what is reported, are not among them and silence nobody.
pub(super) fn apply(mut told: Vec<Told>) -> Vec<Diagnostic> {
    for precedence in PRECEDENCES {
        let winners =
            || told.iter().map(|one| &one.diagnostic).filter(|one| one.rule == precedence.yields_to);
        let outdone: FxHashSet<usize> = match precedence.same {
            Same::Place => {
                let places: FxHashSet<_> = winners().map(|one| (&one.file, one.range)).collect();
                losers(&told, &precedence, |one| places.contains(&(&one.file, one.range)))
            }
            Same::Arguments => {
                let arguments: FxHashSet<_> = winners().map(|one| &one.arguments).collect();
                losers(&told, &precedence, |one| arguments.contains(&one.arguments))
            }
        };
        let mut at = 0..;
        told.retain(|_| at.next().is_none_or(|at| !outdone.contains(&at)));
    }
    told.into_iter().map(|one| one.diagnostic).collect()
}

fn losers(told: &[Told], precedence: &Precedence, outdone: impl Fn(&Diagnostic) -> bool) -> FxHashSet<usize> {
    let all = told.iter().enumerate();
    let losing = all.filter(|(_, one)| one.yields && one.diagnostic.rule == precedence.rule);
    losing.filter(|(_, one)| outdone(&one.diagnostic)).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedences_name_rules() {
        for precedence in PRECEDENCES {
            for name in [precedence.rule, precedence.yields_to] {
                assert!(super::super::find(name).is_some(), "{name}");
            }
        }
    }
}
