//! Which modules a required distribution may be imported by: those that it ships, and those that could be its own where
//! nobody else has them.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8Path;

use super::Context;
use crate::manifest::{BuildSystem, DistributionName, Manifest};
use crate::python::{Import, ImportKind, ModuleName, ModuleSummary, Name, is_identifier};
use crate::source::layout;
use crate::vfs::{FileId, Files};
use crate::workspace::{Dependency, Found, NotFound, Project, Provision, Resolution, is_around};

/// The modules of one required distribution.
pub(super) struct PossibleModules {
    distribution: DistributionName,
    /// Those that hold its code: the tree, and the version that the requirer gets.
    projects: Vec<Arc<Project>>,
    /// The shortest modules that are its alone: its packages, those below a namespace each for itself.
    pub stems: Vec<ModuleName>,
    /// What could be imported from its tree, as top-level names.
    in_tree: BTreeSet<Name>,
    /// The words of which an import of it has at least one.
    pub needles: BTreeSet<Name>,
}

impl PossibleModules {
    /// None where its modules are not known for certain: a backend that nobody knows, packages that are computed or made
    /// by a build, code that is not at hand, or no module at all.
    pub fn of(
        context: &Context<'_>,
        project: &Project,
        dependency: &Dependency,
        tree: &Arc<Project>,
    ) -> Option<Self> {
        let workspace = context.workspace;
        let mut projects = vec![tree.clone()];
        if !matches!(dependency.provision, Provision::Live { .. }) {
            let effective = workspace.effective(project, dependency);
            let is_decided = effective.version.is_some() || matches!(dependency.provision, Provision::Git(_));
            let code = effective.code.as_ref().and_then(|code| workspace.project_at(code));
            if is_decided && code.is_none() {
                return None;
            }
            projects.extend(code.filter(|code| code.dir != tree.dir));
        }
        if !projects.iter().all(|provider| is_certain(context, provider)) {
            return None;
        }
        let mut stems = Vec::new();
        let mut in_tree = BTreeSet::new();
        for provider in &projects {
            add_stems(context, provider, &mut stems);
            in_tree.extend(names_in_tree(context, provider));
        }
        // `acme-shared` is often imported as `acme_shared`, or as `acme.shared`.
        let module = dependency.name.as_module();
        let spellings = module.split('_').next().into_iter().chain([module.as_str()]);
        let mut needles: BTreeSet<Name> = spellings.map(Name::from).collect();
        needles.extend(stems.iter().map(|stem| Name::from(stem.top_level())));
        needles.extend(in_tree.iter().cloned());
        let distribution = dependency.name.clone();
        (!stems.is_empty()).then_some(Self { distribution, projects, stems, in_tree, needles })
    }

    /// Whether a project is the one that holds its code.
    pub fn are_of(&self, provider: &Utf8Path) -> bool {
        self.projects.iter().any(|own| own.dir == provider)
    }

    /// Whether one of a file's imports leads to the distribution, or could: it has a name that stands in the
    /// distribution's tree or is its own, and leads to nobody else.
    pub fn may_be_imported(&self, context: &Context<'_>, file: &FileId, summary: &ModuleSummary) -> bool {
        summary.imports.iter().filter(|import| import.level == 0).any(|import| {
            let Some(module) = ModuleName::new(&import.module) else { return false };
            self.ship(&module, import)
                || (self.name(&module) && self.may_have(context, file, &module, import))
        })
    }

    fn ship(&self, module: &ModuleName, import: &Import) -> bool {
        self.stems.iter().any(|stem| match &import.kind {
            ImportKind::From(name) => module.starts_with(stem) || module.child(name).starts_with(stem),
            // `import namespace` may be followed by anything below it.
            _ => module.starts_with(stem) || stem.starts_with(module),
        })
    }

    /// Whether a module is called like the distribution, or like something in its tree.
    fn name(&self, module: &ModuleName) -> bool {
        let mut spelled = String::new();
        let is_distribution = module.segments().any(|segment| {
            if !spelled.is_empty() {
                spelled.push('-');
            }
            spelled.push_str(segment);
            DistributionName::new(&spelled).as_ref() == Some(&self.distribution)
        });
        let top_level = module.top_level();
        is_distribution || (!is_around(top_level) && self.in_tree.contains(top_level))
    }

    /// Whether nobody else answers for a module.
    fn may_have(&self, context: &Context<'_>, file: &FileId, module: &ModuleName, import: &Import) -> bool {
        let resolution = context.workspace.resolve(file, module);
        match (&*resolution, &import.kind) {
            (Resolution::Namespace(_), ImportKind::From(name)) => {
                let part = context.workspace.resolve(file, &module.child(name));
                self.may_answer(&part)
            }
            (resolution, _) => self.may_answer(resolution),
        }
    }

    fn may_answer(&self, resolution: &Resolution) -> bool {
        let ours = |found: &Found| match &found.provider.dir {
            Some(dir) => self.are_of(dir),
            None => found.provider.distribution.as_ref() == Some(&self.distribution),
        };
        match resolution {
            Resolution::Found(found) => ours(found),
            Resolution::Ambiguous(found) => found.iter().any(ours),
            Resolution::NotFound(NotFound::Missing { dir, .. }) => self.are_of(dir),
            Resolution::NotFound(NotFound::NotInstalled(name)) => *name == self.distribution,
            Resolution::NotFound(NotFound::Compiled | NotFound::Unknown) | Resolution::Namespace(_) => true,
        }
    }
}

fn add_stems(context: &Context<'_>, provider: &Project, stems: &mut Vec<ModuleName>) {
    for (module, _) in provider.layout.modules(&context.workspace.files) {
        if !is_around(module.top_level()) && !stems.iter().any(|stem| module.starts_with(stem)) {
            stems.push(module);
        }
    }
    stems.extend(provider.layout.native.iter().map(|(module, _)| module.clone()));
}

/// What could be imported from a tree if one of its folders were on the path: every folder with Python files below it
/// down to the first package, the modules in no package, and the project's own folder where it is a package.
fn names_in_tree(context: &Context<'_>, provider: &Project) -> BTreeSet<Name> {
    let files = &context.workspace.files;
    let is_package = |dir: &Utf8Path| files.is_file(&dir.join("__init__.py"));
    let mut names = BTreeSet::new();
    let mut add = |name: Option<&str>| {
        names.extend(name.filter(|name| is_identifier(name)).map(Name::from));
    };
    if is_package(&provider.dir) {
        add(provider.dir.file_name());
    }
    for file in context.workspace.walk(&provider.dir, |_| false).python {
        let Ok(below) = file.dir().strip_prefix(&provider.dir) else { continue };
        let mut dir = provider.dir.clone();
        let mut packaged = is_package(&dir);
        for segment in below.components() {
            if packaged {
                break;
            }
            add(Some(segment.as_str()));
            dir.push(segment.as_str());
            packaged = is_package(&dir);
        }
        if !packaged || dir == provider.dir {
            add(file.path().file_stem());
        }
    }
    names
}

/// Whether what a project ships follows from what its manifests say.
fn is_certain(context: &Context<'_>, provider: &Project) -> bool {
    if provider.is_built() {
        return true;
    }
    let files = &context.workspace.files;
    let manifests = || provider.manifests.iter().map(|(_, manifest)| &manifest.build);
    let computed = |build: &BuildSystem| {
        build.setuptools.as_ref().is_some_and(|setuptools| setuptools.dynamic)
            || !layout::knows_backend(build)
    };
    let guessed = provider.layout.is_guessed() && manifests().any(|build| build.backend.is_some());
    let unclear = provider.broken || guessed || manifests().any(computed);
    !unclear && !provider.manifests.iter().any(|(file, manifest)| runs_code(files, file, manifest))
}

/// Whether the build runs code of the project's own, or of a plugin, which may make modules.
fn runs_code(files: &Files, file: &FileId, manifest: &Manifest) -> bool {
    const SIGNS: [&str; 7] = [
        "cmdclass",
        "ext_modules",
        "ext-modules",
        "custom-hook",
        "run-setuptools",
        "[tool.poetry.build]",
        "[tool.mypyc",
    ];
    if !manifest.declares_project {
        return false;
    }
    let Ok(source) = files.text(file) else { return true };
    // hatch-vcs and its like write the version only.
    let hooks = source.text.match_indices(".hooks.").any(|(at, hook)| {
        let name = source.text.get(at + hook.len()..).unwrap_or_default();
        !name.starts_with("vcs") && !name.starts_with("version")
    });
    hooks || SIGNS.iter().any(|sign| source.text.contains(sign))
}
