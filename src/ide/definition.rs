//! Go to definition.

use super::NavigationTarget;
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::Workspace;

/// The answer to "where is this defined".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definitions {
    /// What was asked about: the name under the cursor.
    pub origin: TextRange,
    /// Where it is defined; never empty.
    pub targets: Vec<NavigationTarget>,
}

/// The definitions of what stands at a byte offset of a Python file or manifest.
pub fn definition(_workspace: &Workspace, _file: &FileId, _offset: u32) -> Option<Definitions> {
    None
}
