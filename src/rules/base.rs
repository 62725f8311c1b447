//! What a shared tree is compared with: its last release, or what was committed last.

use std::fmt;
use std::sync::Arc;

use pep440_rs::Version;

use super::{Context, tagged};
use crate::manifest::DistributionName;
use crate::vfs::relative;
use crate::workspace::{Origin, Project};

/// An earlier state of a live project.
#[derive(Clone)]
pub(super) struct Base {
    /// The project as it was.
    pub project: Arc<Project>,
    /// When that was.
    pub at: At,
}

/// A moment in a project's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// The release of this version, by its tag.
    Release(Version),
    /// The commit that is checked out.
    Head,
}

/// As messages say it: "in 0.2.0".
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(version) => write!(f, "in {version}"),
            Self::Head => f.write_str("at the last commit"),
        }
    }
}

/// No more tags than this are opened to find one that can be believed.
const MAX_OPENED: usize = 3;

/// What a live project is compared with: its newest final release up to its version, else the last commit. `None` for
/// what is in no repository, and, counted, where git does not tell.
pub(super) fn base_of(context: &Context<'_>, project: &Project) -> Option<Base> {
    let workspace = context.workspace;
    let name = project.distribution()?;
    let folder = workspace.repository_around(&project.dir)?;
    if let Some(base) = last_release(context, project, name) {
        return Some(base);
    }
    let inside = project.dir.strip_prefix(&folder).ok()?;
    let opened = workspace.repository(&folder).and_then(|repository| {
        let commit = repository.commit_of("HEAD")?;
        Ok((repository, commit))
    });
    let dir = opened
        .map_err(|refusal| refusal.to_string())
        .and_then(|(repository, commit)| workspace.open_commit(name, &repository, &commit, "HEAD", inside));
    match dir {
        Ok(dir) => Some(Base { project: workspace.project_at(&dir)?, at: At::Head }),
        Err(reason) => {
            let shown = relative(&folder, workspace.root());
            context.not_judged(format!("what `{name}` was before, in `{shown}`: {reason}"));
            None
        }
    }
}

fn last_release(context: &Context<'_>, project: &Project, name: &DistributionName) -> Option<Base> {
    let workspace = context.workspace;
    let current = workspace.version(project)?;
    // Of which of several projects of one name a tag is cannot be told.
    let [_] = workspace.projects_named(name).as_slice() else { return None };
    let releases = workspace.releases(name);
    let tags = releases.all.iter().rev().filter(|release| matches!(release.origin, Origin::Tag { .. }));
    let mut before = tags.filter(|release| release.version <= current && !release.version.any_prerelease());
    let release =
        before.by_ref().take(MAX_OPENED).find(|release| tagged::is_believed(context, name, release))?;
    let project = workspace.project_of_release(name, release)?;
    Some(Base { project, at: At::Release(release.version.clone()) })
}
