//! Whether a project can take another version: what `crossloc upgrade` says of it.

use rustc_hash::FxHashMap;

use super::choose::Candidate;
use super::permitted::Reluctance;
use crate::report::upgrade::{self, Consumer, Question, Upgrade};
use crate::rules::Move;
use crate::vfs::relative;
use crate::workspace::{Project, Workspace};

/// What was answered so far, by what was asked; what is kept meanwhile may change the answer.
#[derive(Default)]
pub(super) struct Moves(FxHashMap<Move, Result<Upgrade, String>>);

impl Moves {
    /// Why a fix may not move the version that its project gets: something would break, or it cannot be told.
    pub fn objection(&mut self, workspace: &Workspace, candidate: &Candidate) -> Option<Reluctance> {
        let moved = candidate.fix.moves.as_ref()?;
        let Some(project) = workspace.project_of(&candidate.key.file) else {
            return Some(Reluctance::Moves("whose version it moves is not known".to_owned()));
        };
        let answer = self.0.entry(moved.clone()).or_insert_with(|| ask(workspace, moved));
        let reason = match answer {
            Ok(upgrade) => verdict(workspace, upgrade, &project),
            Err(obstacle) => Some(obstacle.clone()),
        };
        reason.map(Reluctance::Moves)
    }
}

fn ask(workspace: &Workspace, moved: &Move) -> Result<Upgrade, String> {
    let question = Question { distribution: &moved.distribution, version: &moved.version, location: None };
    upgrade::collect(workspace, workspace.root(), question).map_err(|obstacle| obstacle.message)
}

fn verdict(workspace: &Workspace, upgrade: &Upgrade, project: &Project) -> Option<String> {
    let (name, version) = (&upgrade.distribution, &upgrade.to);
    let dir = relative(&project.dir, workspace.root());
    let who = project.display_name();
    let unjudged = || format!("what {version} of `{name}` breaks in `{who}` is not judged");
    let consumers: Vec<&Consumer> =
        upgrade.consumers.iter().filter(|consumer| consumer.project == dir).collect();
    if consumers.is_empty() || !consumers.iter().all(|consumer| consumer.judged) {
        return Some(unjudged());
    }
    match consumers.into_iter().map(Consumer::places).sum() {
        0 => None,
        1 => Some(format!("{version} of `{name}` breaks 1 place in `{who}`")),
        places => Some(format!("{version} of `{name}` breaks {places} places in `{who}`")),
    }
}
