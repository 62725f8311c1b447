//! The location × version table: who gets which version of a shared distribution.

use crate::manifest::DistributionName;
use crate::workspace::{Project, Strategy, Witness, Workspace};

/// Longer tables are cut.
const MAX_ROWS: usize = 20;

/// A Markdown table of the locations that require a distribution, the asking project's own in bold; `None` where there
/// are not two to compare.
pub(super) fn table(
    workspace: &Workspace,
    asking: Option<&Project>,
    name: &DistributionName,
) -> Option<String> {
    let takings = workspace.takings(name);
    if takings.len() < 2 {
        return None;
    }
    let witness = Witness { workspace, root: workspace.root() };
    let rows = takings.iter().take(MAX_ROWS).map(|taking| {
        let own = asking.is_some_and(|asking| asking.dir == taking.project.dir);
        let location = &taking.location.name;
        let location = if own { format!("**{location}**") } else { location.clone() };
        let version = taking.effective.version.as_ref().map_or("unknown".to_owned(), ToString::to_string);
        let strategy = Strategy::of(&taking.dependency.provision).map_or("", Strategy::as_str);
        let source = witness.source(&taking.project, &taking.dependency);
        let source = source.map(|source| format!(" `{source}`")).unwrap_or_default();
        format!("| {} | {version} | {strategy}{source} |", location.replace('|', "\\|"))
    });
    let mut lines = vec![format!("| location | `{name}` | from |"), "|---|---|---|".to_owned()];
    lines.extend(rows);
    if takings.len() > MAX_ROWS {
        lines.push(format!("\nand {} more", takings.len() - MAX_ROWS));
    }
    Some(lines.join("\n"))
}
