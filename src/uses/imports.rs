//! What a file imports from other first-party projects.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::manifest::DistributionName;
use crate::python::{Import, ImportId, ImportKind, ModuleName, ModuleSummary, Name};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{Found, NotFound, Place, Project, Resolution, Standing, Workspace};

/// One Python file that imports first-party code (or holds a suppression), with what it imports from other projects.
#[derive(Clone)]
pub struct FileUses {
    /// The file.
    pub file: FileId,
    /// Its project.
    pub project: Arc<Project>,
    /// Whether it is deployed code, as opposed to tests, docs, scripts and the like.
    pub deployed: bool,
    /// Imports that lead, or should lead, into another first-party project.
    pub imports: Vec<ImportUse>,
    /// Where it does not parse first.
    pub error: Option<TextRange>,
    /// Its comments that speak to crossloc.
    pub comments: Box<[TextRange]>,
}

/// An import that leads into another first-party project.
#[derive(Clone)]
pub struct ImportUse {
    /// Which import of the summary.
    pub id: ImportId,
    /// The import itself.
    pub import: Import,
    /// Where the name behind `import` of a `from` import is written.
    pub name: Option<TextRange>,
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

impl FileUses {
    /// The same with the projects as a workspace has them, in which imports mean the same; none where one is gone.
    pub(super) fn refreshed(self: &Arc<Self>, workspace: &Workspace) -> Option<Arc<Self>> {
        let now = |project: &Arc<Project>| workspace.project_at(&project.dir);
        let is_now = |project: &Arc<Project>| now(project).is_some_and(|now| Arc::ptr_eq(&now, project));
        if is_now(&self.project) && self.imports.iter().all(|used| is_now(&used.provider)) {
            return Some(self.clone());
        }
        let mut uses = Self::clone(self);
        uses.project = now(&self.project)?;
        for used in &mut uses.imports {
            used.provider = now(&used.provider)?;
        }
        Some(Arc::new(uses))
    }

    /// Whether another look at the same file came to the same, of the same projects.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        let Self { file, project, deployed, imports, error, comments } = self;
        let same_imports = imports.len() == other.imports.len()
            && imports.iter().zip(&other.imports).all(|(one, other)| one.says_the_same_as(other));
        *file == other.file
            && Arc::ptr_eq(project, &other.project)
            && *deployed == other.deployed
            && same_imports
            && *error == other.error
            && *comments == other.comments
    }
}

impl ImportUse {
    fn says_the_same_as(&self, other: &Self) -> bool {
        let Self { id, import, name, module, range, provider, standing, file, optional, local } = self;
        Arc::ptr_eq(provider, &other.provider)
            && (id, import, name) == (&other.id, &other.import, &other.name)
            && (module, range, standing) == (&other.module, &other.range, &other.standing)
            && (file, optional, local) == (&other.file, &other.optional, &other.local)
    }

    /// The other project's distribution.
    pub fn distribution(&self) -> Option<&DistributionName> {
        self.provider.distribution()
    }

    /// Where the module's name is written.
    pub fn place(&self, file: &FileId) -> Place {
        Place { file: file.clone(), range: self.range }
    }
}

/// What a file uses; `own` are the names that only its project ships.
pub(super) fn of_file(
    workspace: &Workspace,
    own: &FxHashSet<Name>,
    file: &FileId,
    project: Arc<Project>,
) -> Option<FileUses> {
    let summary = workspace.summary(file)?;
    let mut imports = Vec::new();
    for (index, import) in summary.imports.iter().enumerate() {
        let id = ImportId(crate::text::offset(index));
        if import.level == 0 && !own.contains(import.module.split('.').next().unwrap_or("")) {
            imports.extend(of_import(workspace, file, &project, &summary, id, import));
        }
    }
    Some(FileUses {
        file: file.clone(),
        deployed: workspace.is_deployed(file),
        project,
        imports,
        error: summary.errors.first().copied(),
        comments: summary.comments.iter().map(|comment| comment.range).collect(),
    })
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
    let (import, name) = (import.clone(), span.name);
    Some(ImportUse { id, import, name, module, range, provider, standing, file: target, optional, local })
}
