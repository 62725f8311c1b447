//! Whose deployed code imports whose, and the one verdict on it: cross-location before shared-imports-location before
//! what the requirements say.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashMap;

use super::strangers::Strangers;
use super::{Context, Finding, sources};
use crate::manifest::{DistributionName, Group};
use crate::python::ModuleName;
use crate::workspace::{Place, Project, Provision, Standing};

/// One project whose deployed code imports another's, unguarded, and finds it.
pub struct Relation {
    /// Who imports.
    pub project: Arc<Project>,
    /// Whose modules.
    pub provider: Arc<Project>,
    /// The other's distribution.
    pub distribution: DistributionName,
    /// The module of the first import.
    pub module: ModuleName,
    /// Where modules of the other project are named, sorted by file and range; never empty.
    pub places: Vec<Place>,
    /// How the importer stands to the other.
    pub standing: Standing,
    /// Whether all imports are inside functions, so that the code can do without them, and often means to.
    pub lazy: bool,
    /// What is wrong with it; none where nothing is.
    pub verdict: Option<Verdict>,
}

/// What is wrong with an import across projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One code location imports another's code: the names of both.
    CrossLocation(String, String),
    /// A shared distribution imports the code of this location.
    SharedImportsLocation(String),
    /// Nothing requires it.
    Undeclared,
    /// It lies in the git submodule in this folder, and nothing takes that for a source.
    SubmoduleUndeclared(Utf8PathBuf),
    /// Only this distribution requires it.
    Transitive(DistributionName),
    /// Only this group of development tools requires it.
    DevelopmentOnly(String),
}

/// How many further places a finding names.
const MAX_RELATED: usize = 20;

impl Relation {
    /// Whether the other project reaches back, so that requiring it closes a circle.
    pub fn closes_circle(&self, context: &Context<'_>) -> bool {
        let back = context.workspace.closure(&self.provider);
        back.reached.iter().any(|reach| reach.dir == self.project.dir)
    }

    /// A finding at the first place, the others being related.
    pub fn finding(&self, message: String) -> Finding {
        let place = self.places.first().cloned().unwrap_or_else(|| Place {
            file: crate::vfs::FileId::new(&self.project.dir),
            range: crate::text::TextRange::default(),
        });
        let arguments = [self.project.display_name(), self.distribution.as_str()];
        let further = self.places.iter().skip(1).take(MAX_RELATED);
        let finding = Finding::new(place, message, arguments);
        let finding = if self.lazy { finding.warning() } else { finding };
        further.fold(finding, |finding, place| {
            finding.related(place.clone(), format!("`{}` is imported here, too", self.distribution))
        })
    }
}

/// Each pair of projects once, in the order of their first imports.
pub(super) fn collect(context: &Context<'_>) -> Vec<Relation> {
    let mut relations: Vec<Relation> = Vec::new();
    let mut known: FxHashMap<(&Utf8Path, &Utf8Path), usize> = FxHashMap::default();
    let strangers = Strangers::new(context);
    for uses in context.judged_files() {
        // A module that is not there is unresolved-import's matter.
        for used in uses.imports.iter().filter(|used| !used.optional && used.file.is_some()) {
            let Some(distribution) = used.distribution() else { continue };
            if strangers.have(context, &uses.project, used) {
                continue;
            }
            let place = used.place(&uses.file);
            let pair = (uses.project.dir.as_path(), used.provider.dir.as_path());
            let at = *known.entry(pair).or_insert_with(|| {
                relations.push(Relation {
                    project: uses.project.clone(),
                    provider: used.provider.clone(),
                    distribution: distribution.clone(),
                    module: used.module.clone(),
                    places: Vec::new(),
                    standing: used.standing.clone(),
                    lazy: true,
                    verdict: None,
                });
                relations.len() - 1
            });
            let Some(relation) = relations.get_mut(at) else { continue };
            relation.lazy &= used.local;
            if relation.places.last() != Some(&place) {
                relation.places.push(place);
            }
        }
    }
    for relation in &mut relations {
        relation.verdict = verdict(context, relation);
    }
    relations
}

fn verdict(context: &Context<'_>, relation: &Relation) -> Option<Verdict> {
    let (project, provider) = (&relation.project, &relation.provider);
    if let Some(imported) = context.location_of(provider) {
        if let Some(importer) = context.location_of(project) {
            return Some(Verdict::CrossLocation(importer.name, imported.name));
        }
        if context.consumers_of(&project.dir).iter().any(|(consumer, _)| consumer.dir != project.dir) {
            return Some(Verdict::SharedImportsLocation(imported.name));
        }
    }
    match &relation.standing {
        Standing::Undeclared if context.workspace.closure(project).computed => {
            let name = project.display_name();
            context.not_judged(match project.says_what_it_requires() {
                true => format!("what `{name}` requires is computed"),
                false => format!("no manifest says what `{name}` requires"),
            });
            None
        }
        Standing::Undeclared => {
            let submodule = unnamed_submodule(context, provider);
            Some(submodule.map_or(Verdict::Undeclared, Verdict::SubmoduleUndeclared))
        }
        Standing::Tree if is_left_open(context, relation) => {
            unnamed_submodule(context, provider).map(Verdict::SubmoduleUndeclared)
        }
        Standing::Transitive(via) => transitive(context, relation, via),
        Standing::Direct => development_only(context, relation).map(Verdict::DevelopmentOnly),
        Standing::Own
        | Standing::Beside
        | Standing::WorkingDirectory
        | Standing::Environment
        | Standing::Tree
        | Standing::Installed => None,
    }
}

/// The submodule that a project lies in, if no source leads there.
fn unnamed_submodule(context: &Context<'_>, provider: &Project) -> Option<Utf8PathBuf> {
    let (_, folder) = context.workspace.declared_submodule(&provider.dir)?;
    let leads = sources::leads(context);
    let named = leads.iter().any(|lead| lead.target.starts_with(&folder));
    (!named).then_some(folder)
}

/// Whether the project requires the distribution itself without saying from where or which version.
fn is_left_open(context: &Context<'_>, relation: &Relation) -> bool {
    let dependencies = context.workspace.dependencies(&relation.project);
    let mut own =
        dependencies.iter().filter(|dependency| dependency.name == relation.distribution).peekable();
    own.peek().is_some()
        && own.all(|dependency| {
            let specifier =
                dependency.requirement.as_ref().and_then(|requirement| requirement.specifier.as_ref());
            dependency.provision == Provision::Registry && dependency.source.is_none() && specifier.is_none()
        })
}

/// Only through another, unless the project requires it itself from elsewhere or may do so in a computed list.
fn transitive(context: &Context<'_>, relation: &Relation, via: &[DistributionName]) -> Option<Verdict> {
    let dependencies = context.workspace.dependencies(&relation.project);
    let required = dependencies.iter().any(|dependency| dependency.name == relation.distribution);
    let parents = context.workspace.environment_parents(&relation.project);
    let computed =
        relation.project.computed_requirements || parents.iter().any(|parent| parent.computed_requirements);
    if required || computed {
        return None;
    }
    via.first().cloned().map(Verdict::Transitive)
}

/// The first of the groups that require it, where all of them serve development only.
fn development_only(context: &Context<'_>, relation: &Relation) -> Option<String> {
    let workspace = context.workspace;
    if relation.project.computed_requirements {
        return None;
    }
    let dependencies = workspace.dependencies(&relation.project);
    let mut first = None;
    for dependency in dependencies.iter().filter(|d| d.name == relation.distribution) {
        match &dependency.group {
            Group::Group { name, .. } if dependency.group.is_development() => {
                first.get_or_insert_with(|| name.clone());
            }
            _ => return None,
        }
    }
    let by_parent = workspace.environment_parents(&relation.project).iter().any(|parent| {
        let required = workspace.dependencies(parent);
        required.iter().any(|d| d.name == relation.distribution && !d.group.is_development())
    });
    // What a requirement for deployment brings along is there without the group, too.
    let deployed = dependencies.iter().filter(|dependency| !dependency.group.is_development());
    let deployed = deployed.map(|dependency| dependency.name.clone()).collect();
    let brought = workspace.names_behind(&deployed).contains(&relation.distribution);
    if by_parent || brought { None } else { first }
}
