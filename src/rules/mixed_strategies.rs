//! # mixed-strategies (information)
//!
//! ## What it does
//!
//! Reports shared distributions that some code locations take live from the tree here and others from git or as a
//! pinned version.
//!
//! ## Why it matters
//!
//! A change of the shared tree reaches some locations at once and others only when their pin moves, which is easily
//! forgotten where both ways are in use. It is told once for each distribution, at the first location that does not
//! take it live. A requirement without an exact version or an index of its own tells nothing.
//!
//! ## Example
//!
//! ```fixture
//! #- shared/pyproject.toml
//! [project]
//! name = "acme-shared"
//! version = "0.2.0"
//! #- etl/pyproject.toml
//! [project]
//! name = "etl"
//! version = "0.1.0"
//! dependencies = ["acme-shared"]
//! [tool.uv.sources]
//! acme-shared = { path = "../shared" }
//! #- ml/pyproject.toml
//! [project]
//! name = "ml"
//! version = "0.1.0"
//! dependencies = ["acme-shared==0.2.0"]
//! #                ^^^^^^^^^^^ information[mixed-strategies]: `ml` takes `acme-shared` as a pinned version, `etl` takes it live
//! ```
//!
//! ## Fix
//!
//! Let all locations take it the same way, or none but those that have to wait for releases.

use std::collections::BTreeMap;

use super::registry::Rule;
use super::{Context, Finding, Severity, pins_differ, source_violates_specifier, sources};
use crate::manifest::{DistributionName, Group};
use crate::workspace::{Dependency, Place, Project, Provision};

/// The rule.
pub const RULE: Rule = Rule {
    name: "mixed-strategies",
    default: Some(Severity::Information),
    check: Some(check),
    source: include_str!("mixed_strategies.rs"),
};

/// How one location takes a distribution.
struct Taking {
    /// The location's name.
    who: String,
    place: Place,
    way: Way,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Live,
    Git,
    Pinned,
}

impl Way {
    /// As a message says it behind the distribution's name.
    fn shown(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Git => "from git",
            Self::Pinned => "as a pinned version",
        }
    }
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_name: BTreeMap<DistributionName, Vec<Taking>> = BTreeMap::new();
    for (who, project) in pins_differ::locations(context) {
        if !context.workspace.environment_parents(&project).is_empty() {
            continue;
        }
        let dependencies = context.workspace.dependencies(&project);
        let mut own: BTreeMap<&DistributionName, Vec<(&Dependency, Option<Way>)>> = BTreeMap::new();
        for dependency in dependencies.iter().filter(|d| matches!(d.group, Group::Main | Group::Extra(_))) {
            let way = way(context, &project, dependency, &dependencies);
            own.entry(&dependency.name).or_default().push((dependency, way));
        }
        for (name, takings) in own {
            // Several requirements on one distribution are for different environments: which one counts is not known.
            if let [(dependency, Some(way))] = takings.as_slice()
                && context.workspace.is_first_party(name)
            {
                let (who, place) = (who.clone(), dependency.place.clone());
                by_name.entry(name.clone()).or_default().push(Taking { who, place, way: *way });
            }
        }
    }
    by_name.iter().filter_map(|(name, takings)| judge(name, takings)).collect()
}

/// `None` where it is not said.
fn way(context: &Context<'_>, project: &Project, dependency: &Dependency, all: &[Dependency]) -> Option<Way> {
    if source_violates_specifier::is_conditional(context, project, dependency, all) {
        return None;
    }
    let live = matches!(dependency.provision, Provision::Live { .. });
    // What a member takes otherwise than from its workspace, uv refuses: member-without-workspace-source's matter.
    if !live && sources::is_member(context, project, &dependency.name) {
        return None;
    }
    match &dependency.provision {
        Provision::Live { .. } => Some(Way::Live),
        Provision::Git(_) => Some(Way::Git),
        Provision::Registry => {
            let specifier = dependency.requirement.as_ref()?.specifier.as_ref();
            // A published project names the versions it was released with, whatever its own tree is tested with.
            if sources::is_published(context, project) {
                return None;
            }
            let exact = specifier.is_some_and(|specifier| pins_differ::exact(&specifier.value).is_some());
            (exact || dependency.source.is_some()).then_some(Way::Pinned)
        }
        _ => None,
    }
}

fn judge(name: &DistributionName, takings: &[Taking]) -> Option<Finding> {
    let apart = takings.iter().find(|taking| taking.way != Way::Live)?;
    let live = takings.iter().find(|taking| taking.way == Way::Live);
    let other = live.or_else(|| takings.iter().find(|taking| taking.way != apart.way))?;
    let message = format!(
        "`{}` takes `{name}` {}, `{}` takes it {}",
        apart.who,
        apart.way.shown(),
        other.who,
        other.way.shown()
    );
    let finding = Finding::new(apart.place.clone(), message, [name.as_str()]);
    // That pins do not fit together, by tags or versions, says nothing of those who take it live.
    let finding = if live.is_some() { finding.unyielding() } else { finding };
    let others = takings.iter().filter(|taking| taking.place != apart.place);
    Some(others.take(MAX_RELATED).fold(finding, |finding, taking| {
        finding.related(taking.place.clone(), format!("`{}` takes it {}", taking.who, taking.way.shown()))
    }))
}

/// How many other locations a finding names.
const MAX_RELATED: usize = 20;
