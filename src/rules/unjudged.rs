//! What no rule judges, whatever it looks for.

use super::Context;

/// A reason, in the user's words, for each thing that is not judged at all.
pub(super) fn reasons(context: &Context<'_>) -> Vec<String> {
    let locations = context.workspace.locations();
    locations.iter().filter_map(|location| location.gap.clone()).collect()
}
