//! # missing-extra (warning)
//!
//! ## What it does
//!
//! Reports imports of a shared module that itself imports what only an extra of the shared distribution brings, where
//! the location does not select that extra.
//!
//! ## Why it matters
//!
//! The import fails with the name of a library that the location has never heard of. A location that requires the library
//! itself, or gets it through another requirement, is not reported; nor is what the shared module guards against
//! ImportError or imports inside functions.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "1.0"
//! [project.optional-dependencies]
//! spark = ["pyspark>=3"]
//! #- shared/src/acme/__init__.py
//! #- shared/src/acme/cluster.py
//! import pyspark
//! def run(): ...
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- etl/src/etl/__init__.py
//! from acme.cluster import run
//! #    ^^^^^^^^^^^^ warning[missing-extra]: `acme.cluster` needs `pyspark`, which `acme-shared` brings only with its extra `spark`
//! ```
//!
//! ## Fix
//!
//! Selects the extra in the location's requirement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;
use rustc_hash::{FxHashMap, FxHashSet};

use super::absent::is_live;
use super::registry::Rule;
use super::{Context, Edit, Finding, Fix, Severity};
use crate::manifest::{DistributionName, Group, ManifestKind};
use crate::python::{ImportKind, ModuleName};
use crate::source::Found;
use crate::text::TextRange;
use crate::uses::ImportUse;
use crate::vfs::FileId;
use crate::workspace::{Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "missing-extra",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("missing_extra.rs"),
};

/// What a project installs: projects with the extras selected of them, and the names of all distributions.
struct Installed {
    extras: FxHashMap<Utf8PathBuf, BTreeSet<DistributionName>>,
    names: FxHashSet<DistributionName>,
    computed: bool,
}

/// What only extras of a distribution bring, by the module that is imported: the distribution and the extras.
type Brought = BTreeMap<String, (DistributionName, Vec<String>)>;

/// Once for each project, shared distribution and extra.
fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut brought: FxHashMap<Utf8PathBuf, Brought> = FxHashMap::default();
    let mut installed: FxHashMap<Utf8PathBuf, Installed> = FxHashMap::default();
    let mut told = FxHashSet::default();
    let mut found = Vec::new();
    for uses in context.judged_files() {
        for used in &uses.imports {
            if used.optional || used.local || !is_live(&used.standing) || used.provider.computed_requirements
            {
                continue;
            }
            let provider = &used.provider;
            let by_extras =
                brought.entry(provider.dir.clone()).or_insert_with(|| only_by_extras(context, provider));
            if by_extras.is_empty() {
                continue;
            }
            let Some(Need { name, extras, place }) = need(context, used, by_extras) else { continue };
            let project = &uses.project;
            let installed = installed.entry(project.dir.clone()).or_insert_with(|| install(context, project));
            if installed.computed {
                context.not_judged(format!("what `{}` requires is computed", project.display_name()));
                continue;
            }
            let Some(extra) = extras.first() else { continue };
            if has(installed, &name)
                || !told.insert((project.dir.clone(), provider.dir.clone(), extra.clone()))
            {
                continue;
            }
            let (module, whose) = (&used.module, provider.display_name());
            let message =
                format!("`{module}` needs `{name}`, which `{whose}` brings only with its extra `{extra}`");
            found.push(
                Finding::new(used.place(&uses.file), message, [whose, extra])
                    .related(place, format!("`{name}` is imported here"))
                    .fix(select(context, project, used, extra)),
            );
        }
    }
    found
}

/// Whether the distribution is there, or something built around it, which brings it along: `dagster-pandas`.
fn has(installed: &Installed, name: &DistributionName) -> bool {
    installed.names.iter().any(|known| known.as_str().contains(name.as_str()))
}

/// An import of a shared module that only an extra satisfies.
struct Need {
    name: DistributionName,
    extras: Vec<String>,
    place: Place,
}

/// The first such import in the module or in the packages around it, which are loaded first.
fn need(context: &Context<'_>, used: &ImportUse, by_extras: &Brought) -> Option<Need> {
    let around = std::iter::successors(used.module.parent(), ModuleName::parent);
    let packages =
        around.filter_map(|package| match used.provider.layout.find(&context.workspace.files, &package) {
            Some(Found::Module(file)) => Some(file),
            _ => None,
        });
    let mut loaded: Vec<FileId> = packages.chain(used.file.clone()).collect();
    loaded.dedup();
    loaded.iter().find_map(|file| need_of_file(context, file, by_extras))
}

fn need_of_file(context: &Context<'_>, file: &FileId, by_extras: &Brought) -> Option<Need> {
    let summary = context.workspace.summary(file)?;
    summary.imports.iter().enumerate().find_map(|(index, import)| {
        let optional = import.type_checking || import.guarded || import.local;
        if optional || import.level > 0 || import.kind == ImportKind::Dynamic {
            return None;
        }
        let (name, extras) = by_extras.get(import.module.split('.').next()?)?;
        let range = summary.spans.imports.get(index)?.module;
        let place = Place { file: file.clone(), range };
        Some(Need { name: name.clone(), extras: extras.clone(), place })
    })
}

/// The distributions that nothing but extras of `provider` requires, by the module that bears their name.
fn only_by_extras(context: &Context<'_>, provider: &Arc<Project>) -> Brought {
    let dependencies = context.workspace.dependencies(provider);
    let always: FxHashSet<DistributionName> =
        dependencies.iter().filter(|d| d.group == Group::Main).map(|d| d.name.clone()).collect();
    let always = context.workspace.names_behind(&always);
    let mut brought = Brought::new();
    for dependency in dependencies.iter() {
        let Group::Extra(extra) = &dependency.group else { continue };
        let module = dependency.name.as_module();
        let own = ModuleName::new(&module)
            .is_none_or(|module| provider.layout.find(&context.workspace.files, &module).is_some());
        let marked = dependency.requirement.as_ref().is_some_and(|requirement| requirement.marker.is_some());
        if own || marked || always.contains(&dependency.name) {
            continue;
        }
        let (_, extras) = brought.entry(module).or_insert_with(|| (dependency.name.clone(), Vec::new()));
        extras.push(extra.clone());
    }
    brought
}

/// Follows requirements with the extras they select, until nothing new is met.
fn install(context: &Context<'_>, project: &Arc<Project>) -> Installed {
    let workspace = context.workspace;
    let mut installed =
        Installed { extras: FxHashMap::default(), names: FxHashSet::default(), computed: false };
    let parents = workspace.environment_parents(project);
    let own: Vec<Utf8PathBuf> =
        std::iter::once(project).chain(&parents).map(|project| project.dir.clone()).collect();
    let mut waiting = own.clone();
    while let Some(dir) = waiting.pop() {
        let Some(at) = workspace.project_at(&dir) else { continue };
        installed.computed |= at.computed_requirements || at.broken;
        let mut selected = installed.extras.get(&dir).cloned().unwrap_or_default();
        grow(&at, &mut selected);
        for dependency in workspace.dependencies(&at).iter() {
            let needed = match &dependency.group {
                Group::Main => true,
                Group::Extra(extra) if !own.contains(&dir) => {
                    DistributionName::new(extra).is_some_and(|extra| selected.contains(&extra))
                }
                Group::Constraint | Group::Build => false,
                _ => own.contains(&dir),
            };
            if !needed {
                continue;
            }
            installed.names.insert(dependency.name.clone());
            let wanted = dependency.requirement.iter().flat_map(|requirement| &requirement.extras);
            let wanted: BTreeSet<DistributionName> =
                wanted.filter_map(|extra| DistributionName::new(extra)).collect();
            let targets = match &dependency.provision {
                Provision::Live { dir, .. } => vec![dir.clone()],
                _ => workspace.projects_named(&dependency.name).iter().map(|home| home.dir.clone()).collect(),
            };
            for target in targets.into_iter().filter(|target| !own.contains(target)) {
                let new = !installed.extras.contains_key(&target);
                let known = installed.extras.entry(target.clone()).or_default();
                let before = known.len();
                known.extend(wanted.iter().cloned());
                if new || known.len() > before {
                    waiting.push(target);
                }
            }
        }
    }
    installed
}

/// `all = ["acme-shared[io, spark]"]`: extras that select others of the same project.
fn grow(project: &Project, selected: &mut BTreeSet<DistributionName>) {
    loop {
        let before = selected.len();
        for own in project.requirements.iter().filter(|r| Some(&r.value.name.value) == project.distribution())
        {
            let Group::Extra(extra) = &own.value.group else { continue };
            if DistributionName::new(extra).is_some_and(|extra| selected.contains(&extra)) {
                selected.extend(own.value.extras.iter().filter_map(|extra| DistributionName::new(extra)));
            }
        }
        if selected.len() == before {
            return;
        }
    }
}

/// Behind the name of the project's own requirement, in a list of strings.
fn select(context: &Context<'_>, project: &Project, used: &ImportUse, extra: &str) -> Option<Fix> {
    let (file, _) = project.manifest(ManifestKind::Pyproject)?;
    let dependencies = context.workspace.dependencies(project);
    let wanted = |group: &Group| *group == Group::Main;
    let own = dependencies.iter().find(|d| Some(&d.name) == used.distribution() && wanted(&d.group))?;
    let requirement = own.requirement.as_ref().filter(|_| own.place.file == *file)?;
    let source = context.workspace.files.text(file).ok()?;
    let end = requirement.name.range.end;
    // A key of Poetry's table begins where the requirement does, too, and goes on with ` =`.
    let behind = TextRange::new(end, requirement.range.end).slice(&source.text);
    if behind.trim_start().starts_with('=') && !behind.starts_with("==") {
        return None;
    }
    let bracket = behind.find('[').filter(|at| behind.get(..*at).is_some_and(|gap| gap.trim().is_empty()));
    let (at, new_text) = match bracket {
        Some(at) => (end + crate::text::offset(at) + 1, format!("{extra},")),
        None => (end, format!("[{extra}]")),
    };
    let edit = Edit { file: file.clone(), range: TextRange::empty(at), new_text };
    Some(Fix::safe(format!("select the extra `{extra}` of `{}`", own.name), vec![edit]))
}
