//! What the rules of sources and submodules have in common.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashSet;

use super::{Context, Finding};
use crate::manifest::DistributionName;
use crate::vfs::FileId;
use crate::workspace::{DeclaredSource, Place, Project, Provision};

/// The projects whose sources are judged: the subjects, and the roots of their uv workspaces, whose sources all members
/// inherit. Sorted by folder.
pub(super) fn declaring(context: &Context<'_>) -> Vec<Arc<Project>> {
    let mut seen: FxHashSet<Utf8PathBuf> = FxHashSet::default();
    let roots = context.subjects().iter().filter_map(|subject| context.workspace.workspace_root(subject));
    let mut projects: Vec<Arc<Project>> = roots
        .filter(|root| !root.template && !root.broken)
        .chain(context.subjects().iter().cloned())
        .filter(|project| seen.insert(project.dir.clone()))
        .collect();
    projects.sort_by(|a, b| a.dir.cmp(&b.dir));
    projects
}

/// Whether something that a source of `project` serves requires `name`: the project itself, at the root of a uv
/// workspace any member. `None` where requirements are computed or not known at the moment.
pub(super) fn is_required(context: &Context<'_>, project: &Project, name: &DistributionName) -> Option<bool> {
    let workspace = context.workspace;
    let root = workspace.workspace_root(project).filter(|root| root.dir == project.dir);
    let members = root.map(|root| workspace.workspace_members(&root));
    let members =
        members.iter().flat_map(|members| members.iter()).filter_map(|dir| workspace.project_at(dir));
    let mut unknown = project.computed_requirements || project.broken;
    if requires(project, name) {
        return Some(true);
    }
    for member in members {
        if requires(&member, name) {
            return Some(true);
        }
        unknown |= member.computed_requirements || member.broken || member.template;
    }
    (!unknown).then_some(false)
}

/// Whether a project names a distribution in any list: constraints, overrides and what builds need count.
fn requires(project: &Project, name: &DistributionName) -> bool {
    project.requirements.iter().any(|requirement| requirement.value.name.value == *name)
}

/// The folder of the submodule that `dir` is or lies in, if its files were never fetched.
pub(super) fn uninitialized_submodule(
    context: &Context<'_>,
    dir: &Utf8Path,
) -> Option<(FileId, Utf8PathBuf)> {
    let (file, folder) = context.workspace.declared_submodule(dir)?;
    context.workspace.files.list(&folder).is_empty().then_some((file, folder))
}

/// A folder that something of ours leads into, and what does.
pub(super) struct Lead {
    /// The folder or file.
    pub target: Utf8PathBuf,
    /// Where it is named.
    pub place: Place,
    /// What is to come from there, as a message says it.
    pub what: String,
}

/// Every folder that sources, declarations of code locations and the configuration lead into, whether it is there or
/// not.
pub(super) fn leads(context: &Context<'_>) -> Vec<Lead> {
    let workspace = context.workspace;
    let mut leads = Vec::new();
    for project in declaring(context) {
        for source in workspace.declared_sources(&project) {
            let (Some((written, place)), Some(target)) = (source.path(), target(&source.provision)) else {
                continue;
            };
            let what = match &source.name {
                Some(name) => format!("`{name}` is to come from there"),
                None => format!("`{written}` leads there"),
            };
            leads.push(Lead { target, place, what });
        }
    }
    for (file, manifest) in workspace.all_manifests() {
        if workspace.is_around(file.dir()) {
            continue;
        }
        let declared = manifest.locations.iter().flat_map(|declared| {
            [&declared.build_directory, &declared.working_directory].into_iter().flatten()
        });
        let projects = manifest.dg_workspace.iter().flat_map(|dg| &dg.projects);
        for path in declared.chain(projects) {
            let target = crate::vfs::join(file.dir(), &path.value);
            let place = Place { file: file.clone(), range: path.range };
            leads.push(Lead { target, place, what: "a code location is to come from there".to_owned() });
        }
    }
    leads
}

/// Where a path source leads, whatever is there.
fn target(provision: &Provision) -> Option<Utf8PathBuf> {
    match provision {
        Provision::Live { dir: path, .. }
        | Provision::NoFolder(path)
        | Provision::NoProject(path)
        | Provision::Archive(path) => Some(path.clone()),
        Provision::NotMember(_) | Provision::Git(_) | Provision::Url | Provision::Registry => None,
    }
}

/// What `judge` finds of every declared source; one finding for each fault of a project.
pub(super) fn once_each(
    context: &Context<'_>,
    judge: impl Fn(&Context<'_>, &Project, &DeclaredSource) -> Option<Finding>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for project in declaring(context) {
        let mut told = FxHashSet::default();
        for source in context.workspace.declared_sources(&project) {
            let finding = judge(context, &project, &source);
            found.extend(finding.filter(|finding| told.insert(finding.arguments.clone())));
        }
    }
    found
}

/// Whether a distribution is a member of the project's uv workspace, so that uv takes no other.
pub(super) fn is_member(context: &Context<'_>, project: &Project, name: &DistributionName) -> bool {
    let workspace = context.workspace;
    let Some(root) = workspace.workspace_root(project) else { return false };
    let members = workspace.workspace_members(&root);
    workspace.projects_named(name).iter().any(|home| members.contains(&home.dir))
}

/// Whether a project shows that it is published: by classifiers, by an index to upload to, by a workflow of its own that
/// uploads it.
pub(super) fn is_published(context: &Context<'_>, project: &Project) -> bool {
    let files = &context.workspace.files;
    let mentions = || project.manifests.iter().flat_map(|(_, manifest)| &manifest.mentions);
    let begins = |start: &'static str| mentions().any(|mention| mention.value.starts_with(start));
    if begins("Private ::") {
        return false;
    }
    let holds = |file: &FileId, words: &[&str]| {
        files.text(file).is_ok_and(|source| words.iter().any(|word| source.text.contains(word)))
    };
    let classified = CLASSIFIERS.iter().any(|classifier| begins(classifier));
    let uploaded = || project.manifests.iter().any(|(file, _)| holds(file, &["publish-url"]));
    let workflows = project.dir.join(".github/workflows");
    let by_workflow = || {
        let listing = files.list(&workflows);
        listing.files().any(|name| holds(&FileId::new(&workflows.join(name)), &UPLOADS))
    };
    classified || uploaded() || by_workflow()
}

/// What index pages sort projects by.
const CLASSIFIERS: [&str; 4] =
    ["Development Status ::", "Programming Language ::", "License ::", "Intended Audience ::"];

/// What uploads a distribution.
const UPLOADS: [&str; 4] = ["gh-action-pypi-publish", "uv publish", "poetry publish", "twine upload"];
