//! The built archives as crossloc finds, opens and mounts them.

use std::collections::BTreeSet;

use camino::Utf8Path;
use crossloc::manifest::DistributionName;
use crossloc::source::archive::ArchiveKind;
use crossloc::source::shelves::{Candidate, Shelves};
use crossloc::vfs::Files;
use crossloc::workspace::Workspace;

use super::{Case, NAME};

/// What only the wheel holds, because the manifest says so.
const NOT_IN_SDIST: &[(&str, &str)] = &[("poetry-globs-and-includes", "extras.one")];

/// What the projects in the archives of one folder say otherwise than the wheel. The version of each is 0.1.0.
pub fn differences(case: &Case, folder: &Utf8Path, wheel: &BTreeSet<String>) -> Vec<String> {
    let mut shelves = Shelves::default();
    shelves.folders = vec![folder.to_owned()];
    let found = shelves.versions(&DistributionName::new(NAME).unwrap());
    let mut differences = Vec::new();
    if !found.iter().any(|(_, candidate)| candidate.kind == ArchiveKind::Wheel) {
        differences.push("no wheel is found".to_owned());
    }
    let from_source = |module: &&String| !NOT_IN_SDIST.contains(&(case.title, module.as_str()));
    let from_source: BTreeSet<String> = wheel.iter().filter(from_source).cloned().collect();
    for (_, candidate) in found {
        let expected = if candidate.kind == ArchiveKind::Wheel { wheel } else { &from_source };
        let file = candidate.path.file_name().unwrap_or_default();
        differences.extend(compare(&candidate, expected).into_iter().map(|text| format!("{file}: {text}")));
    }
    differences
}

fn compare(candidate: &Candidate, expected: &BTreeSet<String>) -> Vec<String> {
    let opened = match candidate.open() {
        Ok(opened) => opened,
        Err(error) => return vec![error.to_string()],
    };
    let mount = Utf8Path::new("/nowhere/sources/acme-shared").join(format!("0.1.0-{}", opened.content));
    let workspace = Workspace::new(Files::default(), vec!["/nowhere".into()]);
    workspace.files.mount(&mount, opened.tree);
    let Some(project) = workspace.project_at(&mount) else { return vec!["it is no project".to_owned()] };
    let mut differences = Vec::new();
    let said = (project.distribution().map(ToString::to_string), workspace.version_text(&project));
    if said != (Some(NAME.to_owned()), Some("0.1.0".to_owned())) {
        differences.push(format!("it is called {said:?}"));
    }
    let modules = project.layout.modules(&workspace.files);
    let shipped: BTreeSet<String> = modules.iter().map(|(module, _)| module.to_string()).collect();
    if shipped != *expected {
        let more: Vec<_> = shipped.difference(expected).collect();
        let less: Vec<_> = expected.difference(&shipped).collect();
        differences.push(format!("it ships {more:?} and lacks {less:?}"));
    }
    for (module, file) in &modules {
        if workspace.files.text(file).is_err() {
            differences.push(format!("`{module}` cannot be read"));
        }
    }
    differences
}
