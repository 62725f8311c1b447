//! Which projects an import can be told to lead to. Many a project has a module of a general name (`settings`, `utils`), and
//! who imports that mostly means something else.

use rustc_hash::FxHashSet;

use super::Context;
use crate::manifest::DistributionName;
use crate::uses::ImportUse;
use crate::workspace::{Project, Standing};

/// The distributions that are known to be shared, whoever imports them.
pub(super) struct Strangers {
    required: FxHashSet<DistributionName>,
}

impl Strangers {
    /// By all requirements, and what the configuration says.
    pub fn new(context: &Context<'_>) -> Self {
        let workspace = context.workspace;
        let mut required = FxHashSet::default();
        for project in workspace.projects() {
            let names = workspace.dependencies(&project);
            let others = names.iter().map(|dependency| &dependency.name);
            required.extend(others.filter(|name| project.distribution() != Some(name)).cloned());
        }
        let configured = &workspace.configuration().config.shared;
        required.extend(configured.iter().map(|shared| shared.value.clone()));
        Self { required }
    }

    /// Whether an import leads to a project only because that has a module of this name: the importer does not require it,
    /// and nobody requires it, says that it is shared, or declares it. `.gitmodules` declares the code of a submodule, a uv
    /// workspace its members, a code location the package that is loaded, a distribution the one that is called like it. A
    /// single file at the top declares nothing: every other project has a `settings.py`.
    pub fn have(&self, context: &Context<'_>, importer: &Project, used: &ImportUse) -> bool {
        let (workspace, provider) = (context.workspace, &used.provider);
        if used.standing != Standing::Undeclared {
            return false;
        }
        let known = used.distribution().is_some_and(|name| self.required.contains(name))
            || !context.consumers_of(&provider.dir).is_empty()
            || workspace.declared_submodule(&provider.dir).is_some();
        if known {
            return false;
        }
        let file = used.file.as_ref();
        let is_package = file.is_none_or(|file| file.path().file_stem() == Some("__init__"));
        let alone = used.module.parent().is_none() && !is_package;
        let top = used.module.top_level();
        let root = |project: &Project| workspace.workspace_root(project).map(|root| root.dir.clone());
        let members = || root(provider).is_some_and(|dir| root(importer) == Some(dir));
        let is_named = !alone && (is_called_like(provider, top) || members());
        !is_named && !workspace.is_loaded_from(provider, &used.module)
    }
}

/// `acme_shared` is called like `acme-shared`, and so is `acme`.
fn is_called_like(provider: &Project, top_level: &str) -> bool {
    let own = provider.distribution().map(DistributionName::as_module);
    own.is_some_and(|own| {
        own.strip_prefix(top_level).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    })
}
