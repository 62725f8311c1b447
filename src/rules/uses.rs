//! What the files of a project import from other first-party projects.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::needles::{Needles, OwnNames};
use crate::manifest::DistributionName;
use crate::python::{Import, ImportId, ImportKind, ModuleName, ModuleSummary};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Found, NotFound, Place, Project, Resolution, Standing, Workspace};

/// One Python file that imports first-party code (or holds a suppression), with what it imports from other projects.
pub struct FileUses {
    /// The file.
    pub file: FileId,
    /// Its project.
    pub project: Arc<Project>,
    /// Whether it is deployed code, as opposed to tests, docs, scripts and the like.
    pub deployed: bool,
    /// The file's summary.
    pub summary: Arc<ModuleSummary>,
    /// Imports that lead, or should lead, into another first-party project.
    pub imports: Vec<ImportUse>,
}

/// An import that leads into another first-party project.
pub struct ImportUse {
    /// Which import of the summary.
    pub id: ImportId,
    /// The module: what stands behind `import` or `from`, or a submodule of a namespace named behind `from … import`.
    pub module: ModuleName,
    /// Where the module's name is written.
    pub range: TextRange,
    /// The other project.
    pub provider: Arc<Project>,
    /// How the importing project stands to it.
    pub standing: Standing,
    /// The module's file; none where the provider does not have the module.
    pub file: Option<FileId>,
    /// Under `TYPE_CHECKING`, or guarded against ImportError, or by a computed name: no dependency rule speaks of it.
    pub optional: bool,
    /// Inside a function.
    pub local: bool,
}

impl ImportUse {
    /// The other project's distribution.
    pub fn distribution(&self) -> Option<&DistributionName> {
        self.provider.distribution()
    }

    /// Where the module's name is written.
    pub fn place(&self, file: &FileId) -> Place {
        Place { file: file.clone(), range: self.range }
    }
}

/// The uses in all files that matter below the opened folders, sorted by file.
pub(super) fn collect(workspace: &Workspace) -> Vec<FileUses> {
    let discovery = workspace.discovery();
    let needles = Needles::new(workspace, &discovery);
    let projects = workspace.projects();
    let own: FxHashMap<&str, OwnNames> = projects
        .iter()
        .map(|project| (project.dir.as_str(), needles.own_names(project, workspace)))
        .collect();
    let none = OwnNames::default();
    let own_of = |project: &Project| own.get(project.dir.as_str()).unwrap_or(&none);
    let wanted: Vec<(&FileId, Arc<Project>)> = tracing::debug_span!("read and scan").in_scope(|| {
        let opened = |file: &FileId| workspace.folders.iter().any(|folder| file.path().starts_with(folder));
        let of_projects = discovery.python.par_iter().filter(|file| opened(file)).filter_map(|file| {
            let project = workspace.project_of(file)?;
            let own = own_of(&project);
            let wanted = workspace.is_wanted(file, own.search, |bytes| needles.matter(bytes, &own.names));
            wanted.then_some((file, project))
        });
        of_projects.collect()
    });
    let summaries: Vec<Option<Arc<ModuleSummary>>> = tracing::debug_span!("parse")
        .in_scope(|| wanted.par_iter().map(|(file, _)| workspace.summary(file)).collect());
    let _span = tracing::debug_span!("resolve").entered();
    let summarized = wanted.into_par_iter().zip(summaries);
    summarized
        .filter_map(|((file, project), summary)| {
            let own = own_of(&project);
            Some(of_file(workspace, own, file, project, summary?))
        })
        .collect()
}

fn of_file(
    workspace: &Workspace,
    own: &OwnNames,
    file: &FileId,
    project: Arc<Project>,
    summary: Arc<ModuleSummary>,
) -> FileUses {
    let mut imports = Vec::new();
    for (index, import) in summary.imports.iter().enumerate() {
        let id = ImportId(crate::text::offset(index));
        if import.level == 0 && !own.names.contains(import.module.split('.').next().unwrap_or("")) {
            imports.extend(of_import(workspace, file, &project, &summary, id, import));
        }
    }
    FileUses { file: file.clone(), deployed: workspace.is_deployed(file), project, summary, imports }
}

fn of_import(
    workspace: &Workspace,
    file: &FileId,
    project: &Project,
    summary: &ModuleSummary,
    id: ImportId,
    import: &Import,
) -> Option<ImportUse> {
    let mut module = ModuleName::new(&import.module)?;
    let span = summary.spans.imports.get(id.index())?;
    let mut range = span.module;
    let mut resolution = workspace.resolve(file, &module);
    if let (Resolution::Namespace(_), ImportKind::From(name)) = (&*resolution, &import.kind) {
        module = module.child(name);
        range = span.name.unwrap_or(range);
        resolution = workspace.resolve(file, &module);
    }
    // `from acme import io`, where another project has `acme/__init__.py` and this one, or one that it requires, `acme/io.py`:
    // the parts of a package that several projects ship.
    if let (Resolution::Found(Found { provider, .. }), ImportKind::From(name)) = (&*resolution, &import.kind)
        && provider.standing == Standing::Undeclared
    {
        let part = workspace.resolve(file, &module.child(name));
        if part.found().is_some_and(|found| found.provider.standing != Standing::Undeclared) {
            resolution = part;
        }
    }
    let (dir, standing, target) = match &*resolution {
        Resolution::Found(Found { file, provider }) => {
            (provider.dir.clone()?, provider.standing.clone(), Some(file.clone()))
        }
        Resolution::NotFound(NotFound::Missing { dir, standing, .. }) => {
            (dir.clone(), standing.clone(), None)
        }
        _ => return None,
    };
    if dir == project.dir {
        return None;
    }
    let provider = workspace.project_at(&dir)?;
    let local = import.local;
    let optional = import.type_checking || import.guarded || import.kind == ImportKind::Dynamic;
    Some(ImportUse { id, module, range, provider, standing, file: target, optional, local })
}
