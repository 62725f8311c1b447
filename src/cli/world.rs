//! The workspace as the user who runs this process sees it: with their environment, their caches, and package indexes
//! where they allow them.

use std::sync::Arc;

use camino::Utf8PathBuf;

use super::{Failure, output};
use crate::report;
use crate::source::Surroundings;
use crate::source::index::RegistryConfig;
use crate::vfs::{Files, relative};
use crate::workspace::{Outside, Workspace};

/// Whether package indexes may be asked.
#[derive(clap::Args)]
pub struct Network {
    /// Ask package indexes for versions that are not at hand; they are never asked otherwise, unless your own
    /// configuration allows it
    #[arg(long)]
    pub allow_registry: bool,
}

/// What is not in the opened folders, made once for a run.
#[derive(Clone)]
pub struct World {
    surroundings: Surroundings,
    outside: Arc<Outside>,
}

impl World {
    /// Reads the user's own configuration and tells what is wrong with it; one that cannot be read is a failure.
    pub fn of(surroundings: &Surroundings, network: &Network) -> Result<Self, Failure> {
        let (mut config, problems) = RegistryConfig::of(surroundings.clone());
        for problem in problems {
            let at = format!("{}:{}:{}", problem.file, problem.line, problem.column);
            if problem.fatal {
                return Err(Failure::new(format!("{at}: {}", problem.message)));
            }
            output::note(&format!("warning: {at}: {}", problem.message));
        }
        config.enabled |= network.allow_registry;
        let outside = Arc::new(Outside::of(surroundings, config));
        Ok(Self { surroundings: surroundings.clone(), outside })
    }

    /// The workspace over folders (absolute). A configuration that cannot be read is a failure, as nobody knows what it
    /// wants.
    pub fn workspace(&self, files: Files, folders: Vec<Utf8PathBuf>) -> Result<Workspace, Failure> {
        let workspace = Workspace::new(files, folders).with_surroundings(self.surroundings.clone());
        let workspace = workspace.with_outside(self.outside.clone());
        let configuration = workspace.configuration();
        let fatal = configuration.problems.iter().find(|problem| problem.fatal);
        let Some((file, problem)) = configuration.file.as_ref().zip(fatal) else { return Ok(workspace) };
        let shown = relative(file.path(), workspace.root());
        let place = match workspace.files.text(file) {
            Ok(source) => report::place(&source, problem.range.start),
            Err(_) => report::Place { line: 1, column: 1 },
        };
        Err(Failure::new(format!("{shown}:{}:{}: {}", place.line, place.column, problem.message)))
    }
}
