//! What the rules of environments have in common: requirements with what is installed for them, and the commands that
//! install it anew.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::{FxHashMap, FxHashSet};

use super::commands::{at, quoted, shown_from_root};
use super::{Context, Finding, Related};
use crate::manifest::{DistributionName, Group, LockKind};
use crate::source::{Environment, FoundBy, Installed};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Dependency, Place, Project};

/// A project with the environment that it has of its own.
pub(super) struct Equipped {
    /// The project.
    pub project: Arc<Project>,
    /// Its environment.
    pub environment: Arc<Environment>,
}

/// A project with its environment, if that is its own: one that stands in for several projects fits only some of them,
/// and that is nobody's fault.
pub(super) fn equipped(context: &Context<'_>, project: &Arc<Project>) -> Option<Equipped> {
    let environment = context.workspace.environment(project).filter(|found| found.found_by.is_own())?;
    Some(Equipped { project: project.clone(), environment })
}

/// What a project requires, each distribution once, at its first place. What only builds or some feature's environment
/// need is left out: it is installed elsewhere.
pub(super) fn requirements(context: &Context<'_>, project: &Project) -> Vec<Dependency> {
    let mut seen: FxHashSet<DistributionName> = FxHashSet::default();
    let dependencies = context.workspace.dependencies(project);
    let installed_here = |dependency: &&Dependency| {
        matches!(dependency.group, Group::Main | Group::Extra(_) | Group::Group { .. })
    };
    dependencies
        .iter()
        .filter(installed_here)
        .filter(|found| seen.insert(found.name.clone()))
        .cloned()
        .collect()
}

/// Findings with the environments they are of. Projects that share one, as the members of a uv workspace do, share its
/// faults: each is told once for a distribution, the first argument, at the first place that requires it.
#[derive(Default)]
pub(super) struct Faults {
    found: Vec<Finding>,
    told: FxHashMap<(Utf8PathBuf, Option<String>), usize>,
}

impl Faults {
    /// Adds a fault of an environment, or the place to the one that is known.
    pub fn add(&mut self, equipped: &Equipped, finding: Finding) {
        let key = (equipped.environment.dir.clone(), finding.arguments.first().cloned());
        match self.told.get(&key).and_then(|at| self.found.get_mut(*at)) {
            Some(known) => {
                let Place { file, range } = finding.place;
                known.related.push(Related { file, range, message: "required here as well".to_owned() });
            }
            None => {
                self.told.insert(key, self.found.len());
                self.found.push(finding);
            }
        }
    }

    /// All of them, in the order in which they were added.
    pub fn into_findings(self) -> Vec<Finding> {
        self.found
    }
}

impl Equipped {
    /// What the environment has of a distribution.
    pub fn installed(&self, context: &Context<'_>, name: &DistributionName) -> Option<Installed> {
        self.environment.distribution(&context.workspace.files, name)
    }

    /// The environment's folder, as messages show it: `.venv`.
    pub fn shown(&self, context: &Context<'_>) -> String {
        shown(context, &self.environment.dir, &self.project.dir)
    }

    /// The command that installs what manifest and lock say.
    pub fn sync_command(&self, context: &Context<'_>) -> String {
        let workspace = context.workspace;
        let root = workspace.workspace_root(&self.project).filter(|root| root.dir != self.project.dir);
        let tool = self.tool(context);
        let dir = match (&root, tool) {
            (Some(root), Tool::Uv) => &root.dir,
            _ => &self.project.dir,
        };
        let at = |option: &str| at(context, dir, option);
        match tool {
            // Without the others, `uv sync` in a member would remove what they need.
            Tool::Uv if root.is_some() => format!("uv sync{} --all-packages", at("--project")),
            Tool::Uv => format!("uv sync{}", at("--project")),
            Tool::Poetry => format!("poetry{} install", at("-C")),
            Tool::Pdm => format!("pdm install{}", at("-p")),
            Tool::Pixi => format!("pixi install{}", at("--manifest-path")),
            Tool::Pipenv => "pipenv sync".to_owned(),
            Tool::Hatch => "hatch env remove".to_owned(),
            Tool::Pip => format!("pip install --upgrade -e {}", shown_from_root(context, dir)),
        }
    }

    /// The command that copies a path source anew.
    pub fn reinstall_command(
        &self,
        context: &Context<'_>,
        name: &DistributionName,
        source: &Utf8Path,
    ) -> String {
        let pip = |base: &Utf8Path| {
            format!("pip install --force-reinstall --no-deps {}", quoted(context.shown(source, base)))
        };
        let root = context.workspace.root();
        match self.tool(context) {
            Tool::Uv => format!("{} --reinstall-package {name}", self.sync_command(context)),
            // Poetry runs it in the folder that it is told.
            Tool::Poetry => {
                let dir = &self.project.dir;
                format!("poetry{} run {}", at(context, dir, "-C"), pip(dir))
            }
            Tool::Pixi => {
                format!("pixi reinstall{} {name}", at(context, &self.project.dir, "--manifest-path"))
            }
            Tool::Hatch => "hatch env remove".to_owned(),
            Tool::Pdm | Tool::Pipenv | Tool::Pip => pip(root),
        }
    }

    /// The tool that keeps the environment: by its lock, else by who made it or whose tables the manifest has.
    fn tool(&self, context: &Context<'_>) -> Tool {
        let workspace = context.workspace;
        let root = workspace.workspace_root(&self.project);
        let by_lock = workspace.lock_of(&self.project).and_then(|found| match found.lock.kind {
            LockKind::Uv => Some(Tool::Uv),
            LockKind::Poetry => Some(Tool::Poetry),
            LockKind::Pdm => Some(Tool::Pdm),
            LockKind::Pixi => Some(Tool::Pixi),
            LockKind::Pipfile => Some(Tool::Pipenv),
            LockKind::Pylock | LockKind::Compiled => None,
        });
        let manifests = || self.project.manifests.iter().map(|(_, manifest)| manifest);
        by_lock.unwrap_or(match self.environment.found_by {
            FoundBy::Poetry => Tool::Poetry,
            FoundBy::Pixi => Tool::Pixi,
            FoundBy::Hatch => Tool::Hatch,
            _ if root.is_some() || !self.project.sources.is_empty() => Tool::Uv,
            _ if manifests().any(|manifest| manifest.build.poetry.is_some()) => Tool::Poetry,
            _ => Tool::Pip,
        })
    }
}

#[derive(Clone, Copy)]
enum Tool {
    Uv,
    Poetry,
    Pdm,
    Pixi,
    Pipenv,
    Hatch,
    Pip,
}

/// Relative to the project where it lies in what is known, else as it is.
pub(super) fn shown(context: &Context<'_>, dir: &Utf8Path, project: &Utf8Path) -> String {
    let inside = context.workspace.discovery().roots.iter().any(|root| dir.starts_with(root));
    if inside { context.shown(dir, project) } else { dir.to_string() }
}

/// Where the environment says what is installed.
pub(super) fn record(context: &Context<'_>, installed: &Installed) -> Option<Place> {
    let names = ["METADATA", "direct_url.json", "RECORD"].into_iter();
    let mut files = names.map(|name| installed.dist_info.join(name));
    let file = files.find(|file| context.workspace.files.is_file(file))?;
    Some(Place { file: FileId::new(&file), range: TextRange::default() })
}
