//! Every code location, what it shares, by which strategy, at which version.

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::{printable, to_json};
use crate::workspace::{self, CodeLocation, Dependency, Project, Provision, Said, Witness, Workspace};

/// The answer of `crossloc locations`; its JSON is this, with `version` before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Locations {
    /// Sorted by name, then project.
    pub locations: Vec<Location>,
    /// Sorted by distribution, then project.
    pub shared: Vec<SharedDistribution>,
}

/// A code location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Its name.
    pub name: String,
    /// The folder of its project, relative to the root; `None` where only a name is known.
    pub project: Option<String>,
    /// The module that Dagster loads, where that is declared.
    pub module: Option<String>,
    /// Where it is declared; empty where nothing declares it.
    pub declared_in: Vec<Declaration>,
    /// What it takes from other projects, sorted by distribution.
    pub shared: Vec<Taken>,
    /// Why its code is not known; none where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// A line that declares a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Declaration {
    /// Relative to the root.
    pub file: String,
    /// 1-based.
    pub line: u32,
}

/// A shared distribution as one location gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its name.
    pub distribution: String,
    /// By which way it comes.
    pub strategy: Strategy,
    /// The requirement as written, without marker: `shared==0.1.3`.
    pub requirement: Option<String>,
    /// The version that the location gets.
    pub version: Option<String>,
    /// The version in its lock.
    pub locked: Option<String>,
    /// The version in its environment.
    pub installed: Option<String>,
    /// Where the code lies: a folder relative to the root, `git:v0.1.3`, `venv:…`, `cache:…`.
    pub source: Option<String>,
    /// Who says so, step by step.
    pub evidence: Vec<String>,
}

/// The ways to share. A submodule outranks the path source that leads onto it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// A path source.
    Path,
    /// A member of the same workspace.
    Workspace,
    /// A git submodule.
    Submodule,
    /// A git reference.
    Git,
    /// A version from a package index.
    Registry,
    /// A copy.
    Vendored,
    /// Imported without being required.
    Undeclared,
}

impl Strategy {
    /// The word of the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Workspace => "workspace",
            Self::Submodule => "submodule",
            Self::Git => "git",
            Self::Registry => "registry",
            Self::Vendored => "vendored",
            Self::Undeclared => "undeclared",
        }
    }
}

impl From<workspace::Strategy> for Strategy {
    fn from(strategy: workspace::Strategy) -> Self {
        match strategy {
            workspace::Strategy::Path => Self::Path,
            workspace::Strategy::Workspace => Self::Workspace,
            workspace::Strategy::Submodule => Self::Submodule,
            workspace::Strategy::Git => Self::Git,
            workspace::Strategy::Registry => Self::Registry,
        }
    }
}

/// A distribution that several projects use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedDistribution {
    /// Its name.
    pub distribution: String,
    /// The version of its tree.
    pub version: Option<String>,
    /// Its folder relative to the root; `None` where no tree of it is open.
    pub project: Option<String>,
    /// The top-level modules it ships.
    pub modules: Vec<String>,
    /// The locations, and else projects, that take it.
    pub consumers: Vec<String>,
}

/// What a workspace says; paths are shown relative to `root`.
pub fn collect(workspace: &Workspace, root: &Utf8Path) -> Locations {
    let witness = Witness { workspace, root };
    let locations = workspace.locations();
    Locations {
        locations: locations.iter().map(|location| location_of(witness, location)).collect(),
        shared: shared_of(witness, &locations),
    }
}

fn location_of(witness: Witness<'_>, location: &CodeLocation) -> Location {
    let project = location.project.as_ref().and_then(|dir| witness.workspace.project_at(dir));
    let declared = location.declared_in.iter();
    Location {
        name: location.name.clone(),
        project: location.project.as_ref().map(|dir| witness.path(dir)),
        module: location.module.clone(),
        declared_in: declared
            .map(|place| Declaration { file: witness.path(place.file.path()), line: witness.line(place) })
            .collect(),
        shared: project.map(|project| taken_by(witness, &project)).unwrap_or_default(),
        unknown: location.gap.clone(),
    }
}

/// What a project and the environment it is installed into require that is shared, each distribution once.
fn taken_by(witness: Witness<'_>, project: &Project) -> Vec<Taken> {
    let mut seen = FxHashSet::default();
    let mut taken: Vec<Taken> = witness
        .workspace
        .required(project)
        .iter()
        .filter(|dependency| project.distribution() != Some(&dependency.name))
        .filter(|dependency| seen.insert(dependency.name.clone()))
        .filter_map(|dependency| taken(witness, project, dependency))
        .collect();
    taken.sort_by(|a, b| a.distribution.cmp(&b.distribution));
    taken
}

/// `None` for what is not first-party.
fn taken(witness: Witness<'_>, project: &Project, dependency: &Dependency) -> Option<Taken> {
    let workspace = witness.workspace;
    let strategy = match &dependency.provision {
        Provision::Live { strategy, .. } => (*strategy).into(),
        Provision::NoFolder(_) | Provision::NoProject(_) | Provision::Archive(_) => Strategy::Path,
        Provision::NotMember(_) => Strategy::Workspace,
        _ if !workspace.is_first_party(&dependency.name) => return None,
        Provision::Git(_) => Strategy::Git,
        Provision::Registry | Provision::Url => Strategy::Registry,
    };
    let effective = workspace.effective(project, dependency);
    // A tree's version is what its manifest says, also where that is no version by PEP 440.
    let version = match &dependency.provision {
        Provision::Live { dir, .. } => {
            workspace.project_at(dir).and_then(|project| workspace.version_text(&project))
        }
        _ => effective.version.as_ref().map(ToString::to_string),
    };
    let locked = workspace.locked(project, &dependency.name);
    let installed = workspace.installed(project, &dependency.name).map(|installed| installed.version);
    let mut evidence = witness.effective(project, dependency);
    if let Provision::Live { dir, strategy: workspace::Strategy::Submodule } = &dependency.provision
        && workspace.project_at(dir).and_then(|project| workspace.is_dirty(&project)) == Some(true)
    {
        evidence.push(format!("`{}` has changes that are not committed", witness.path(dir)));
    }
    let told = effective.said.iter().any(|said| matches!(said, Said::Installed(..)));
    if let (Some(version), Some(environment), false) = (&installed, workspace.environment(project), told) {
        let environment = witness.environment(&environment);
        evidence.push(format!("`{}` {version} is installed in {environment}", dependency.name));
    }
    Some(Taken {
        distribution: dependency.name.to_string(),
        strategy,
        requirement: dependency.requirement.as_ref().map(|_| witness.requirement(dependency)),
        version,
        locked: locked.and_then(|locked| locked.text),
        installed,
        source: witness.source(project, dependency),
        evidence,
    })
}

/// The projects that another one requires live.
fn shared_of(witness: Witness<'_>, locations: &[CodeLocation]) -> Vec<SharedDistribution> {
    let name_of = |consumer: &Project| {
        let location = locations.iter().find(|one| one.project.as_deref() == Some(&*consumer.dir));
        location.map_or_else(|| consumer.display_name().to_owned(), |location| location.name.clone())
    };
    let consumers = witness.workspace.consumers();
    let mut all: Vec<(Utf8PathBuf, SharedDistribution)> = consumers
        .into_iter()
        .filter_map(|(dir, users)| {
            let project = witness.workspace.project_at(&dir)?;
            let mut consumers: Vec<String> = users.iter().map(|(user, _)| name_of(user)).collect();
            consumers.sort();
            consumers.dedup();
            let modules = project.layout.top_level(&witness.workspace.files);
            let shared = SharedDistribution {
                distribution: project.distribution()?.to_string(),
                version: witness.workspace.version_text(&project),
                project: Some(witness.path(&dir)),
                modules: modules.iter().map(ToString::to_string).collect(),
                consumers,
            };
            Some((dir, shared))
        })
        .collect();
    all.sort_by(|a, b| (&a.1.distribution, &a.0).cmp(&(&b.1.distribution, &b.0)));
    all.into_iter().map(|(_, shared)| shared).collect()
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(flatten)]
    locations: &'a Locations,
}

/// The JSON document.
pub fn json(locations: &Locations) -> String {
    to_json(&Document { version: 1, locations })
}

/// A block for each location, then one for what is shared.
pub fn text(locations: &Locations) -> String {
    let mut out = String::new();
    for location in &locations.locations {
        let known: Vec<&str> =
            [location.project.as_deref(), location.module.as_deref()].into_iter().flatten().collect();
        let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) };
        out.push_str(&printable(&format!("{}{known}", location.name)));
        out.push('\n');
        let rows: Vec<Vec<String>> = location.shared.iter().map(row).collect();
        push_table(&mut out, &rows);
        match &location.unknown {
            Some(reason) => {
                out.push_str("  ");
                out.push_str(&printable(reason));
                out.push('\n');
            }
            None if location.shared.is_empty() => out.push_str("  takes nothing shared\n"),
            None => {}
        }
        out.push('\n');
    }
    if locations.locations.is_empty() {
        out.push_str("no code locations\n\n");
    }
    if !locations.shared.is_empty() {
        out.push_str("shared\n");
    }
    let rows: Vec<Vec<String>> = locations.shared.iter().map(shared_row).collect();
    push_table(&mut out, &rows);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn row(taken: &Taken) -> Vec<String> {
    let version = taken.version.as_deref().unwrap_or("unknown version");
    let mut notes = Vec::new();
    if let Some(locked) = taken.locked.as_deref().filter(|locked| *locked != version) {
        notes.push(format!("locked {locked}"));
    }
    if let Some(installed) = taken.installed.as_deref().filter(|installed| *installed != version) {
        notes.push(format!("installed {installed}"));
    }
    vec![
        taken.distribution.clone(),
        version.to_owned(),
        taken.strategy.as_str().to_owned(),
        taken.source.clone().unwrap_or_default(),
        notes.join(", "),
    ]
}

fn shared_row(shared: &SharedDistribution) -> Vec<String> {
    vec![
        shared.distribution.clone(),
        shared.version.clone().unwrap_or_else(|| "unknown version".to_owned()),
        shared.project.clone().unwrap_or_default(),
        format!("used by {}", shared.consumers.join(", ")),
    ]
}

/// Rows with aligned columns, indented by two, no blanks at the ends.
fn push_table(out: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width_of =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|at| width_of(at).unwrap_or(0)).collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{:width$}", printable(cell))).collect();
        out.push_str("  ");
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests;
