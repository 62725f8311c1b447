//! What the rules on missing modules and names have in common: what may be made by a build, and how a distribution is
//! named with its version.

use std::sync::Arc;

use camino::Utf8Path;
use pep440_rs::Version;

use super::Context;
use crate::python::ModuleName;
use crate::source::Found;
use crate::source::layout::Globs;
use crate::uses::FileUses;
use crate::vfs::FileId;
use crate::workspace::{Project, Provision, Resolution, Said, Standing, Workspace};

/// Sources from which builds make Python or compiled modules.
const MADE_FROM: [&str; 14] =
    ["pyx", "pxd", "c", "cc", "cpp", "h", "rs", "proto", "thrift", "so", "pyd", "in", "jinja", "j2"];

/// Whether the importer gets the code that is at hand, so that what is missing there is missing for it.
pub(super) fn is_live(standing: &Standing) -> bool {
    matches!(standing, Standing::Direct | Standing::Transitive(_) | Standing::Environment)
}

/// The name and the project of a module, by its file, if it is another project's and the importer gets what is at hand.
pub(super) fn live_module(
    context: &Context<'_>,
    uses: &FileUses,
    file: &FileId,
) -> Option<(ModuleName, Arc<Project>)> {
    let project = context.workspace.project_of(file).filter(|project| project.dir != uses.project.dir)?;
    let module = project.layout.module_of(file)?;
    let resolution = context.workspace.resolve(&uses.file, &module);
    let Resolution::Found(found) = &*resolution else { return None };
    (found.file == *file && is_live(&found.provider.standing)).then_some((module, project))
}

/// `` `acme-shared` 0.2.0 ``, or without the version where that is not known.
pub(super) fn with_version(context: &Context<'_>, provider: &Project) -> String {
    let name = provider.display_name();
    match context.workspace.version_text(provider) {
        Some(version) => format!("`{name}` {version}"),
        None => format!("`{name}`"),
    }
}

/// Whether a module that was not found may be there all the same: git did not give all of a commit, or it is there once
/// the provider is built or imported: generated, compiled, ignored by git, or put on the path of a package by code.
pub(super) fn may_be_there(workspace: &Workspace, provider: &Project, module: &ModuleName) -> bool {
    let files = &workspace.files;
    if !provider.layout.native.is_empty() || files.gap_around(&provider.dir).is_some() {
        return true;
    }
    let mut known = module.parent();
    while let Some(name) = &known {
        if let Some(Found::Module(file)) = provider.layout.find(files, name) {
            let Ok(source) = files.text(&file) else { return true };
            if ["__path__", "sys.modules", "extend_path"].iter().any(|sign| source.text.contains(sign)) {
                return true;
            }
            // What was built already has all that its build makes.
            if provider.is_built() {
                return false;
            }
            let behind: Vec<&str> = module.segments().skip(name.segments().count()).collect();
            return behind.iter().any(|segment| has_generated_name(segment))
                || behind.first().is_some_and(|segment| {
                    is_made_from_beside(workspace, file.dir(), segment)
                        || is_ignored(workspace, &file.dir().join(behind.join("/")))
                });
        }
        known = name.parent();
    }
    true
}

/// Counts the versions of first-party distributions that subjects get and whose code is not at hand, each with the
/// reason: what is imported from them cannot be judged.
pub(super) fn count_unseen(context: &Context<'_>) {
    let workspace = context.workspace;
    for project in context.subjects() {
        for dependency in workspace.dependencies(project).iter() {
            let decided = |version: &Option<Version>| {
                version.is_some() || matches!(dependency.provision, Provision::Git(_) | Provision::Archive(_))
            };
            if matches!(dependency.provision, Provision::Live { .. }) || !workspace.is_ours(dependency) {
                continue;
            }
            let effective = workspace.effective(project, dependency);
            if let (None, Some(Said::Missing(reason))) = (&effective.code, effective.said.last())
                && decided(&effective.version)
            {
                context.not_judged(format!("imports of a pinned version: {reason}"));
            }
        }
    }
}

fn has_generated_name(segment: &str) -> bool {
    let bare = segment.trim_start_matches('_');
    bare.starts_with("version")
        || matches!(bare, "generated" | "gen" | "build_info" | "buildinfo")
        || ["_pb2", "_pb2_grpc", "_grpc", "_generated", "_gen", "_version"]
            .iter()
            .any(|end| segment.ends_with(end))
}

fn is_made_from_beside(workspace: &Workspace, dir: &Utf8Path, segment: &str) -> bool {
    let listing = workspace.files.list(dir);
    listing.files().any(|name| {
        let rest = name.strip_prefix(segment).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| rest.rsplit('.').next().is_some_and(|end| MADE_FROM.contains(&end)))
    })
}

/// People write some dozens of lines; each takes some kilobytes once it is compiled.
const MAX_IGNORE_BYTES: usize = 256 * 1024;
const MAX_IGNORE_LINES: usize = 10_000;

/// Whether a `.gitignore` names the module's file or folder: then it is made where it is needed.
pub(super) fn is_ignored(workspace: &Workspace, module: &Utf8Path) -> bool {
    let boundary = workspace.boundary(module);
    let above = module.ancestors().skip(1).take_while(|dir| dir.starts_with(&boundary));
    above.into_iter().any(|dir| {
        let file = FileId::new(&dir.join(".gitignore"));
        let source = workspace.grounds().text(&workspace.files, dir, &file);
        let Some(source) = source.ok().filter(|source| source.text.len() <= MAX_IGNORE_BYTES) else {
            return false;
        };
        let patterns = source.text.lines().take(MAX_IGNORE_LINES);
        let globs = Globs::new(dir, patterns.map(str::to_owned).collect());
        // `made/` names folders only: what matches is what would be in it.
        globs.matches(&module.with_extension("py")) || globs.matches(&module.join("__init__.py"))
    })
}
