//! Which file a module leads to from one folder, and who says so.

use camino::Utf8Path;
use serde::Serialize;

use super::locations::Strategy;
use super::{place, printable, to_json};
use crate::python::ModuleName;
use crate::semantics::{Entity, Semantics};
use crate::text::TextRange;
use crate::vfs::FileId;
use crate::workspace::{self, Found, NotFound, Project, Resolution, Standing, Witness, Workspace};

/// The answer of `crossloc resolve`; its JSON is this, with `version` before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResolutionReport {
    /// How the question came out.
    pub status: Status,
    /// The file, relative to the root.
    pub file: Option<String>,
    /// 1-based; of the symbol, or 1 for a module.
    pub line: Option<u32>,
    /// 1-based, in Unicode scalar values.
    pub column: Option<u32>,
    /// The distribution that provides the module.
    pub distribution: Option<String>,
    /// Its version as this folder gets it.
    pub dist_version: Option<String>,
    /// By which way it comes; `None` for a project's own modules.
    pub strategy: Option<Strategy>,
    /// Who says so, step by step; for a namespace its folders, for an ambiguous module the providers.
    pub evidence: Vec<String>,
    /// Why nothing was found.
    pub reason: Option<String>,
    /// The file, which may have to be written before it can be opened.
    #[serde(skip)]
    pub target: Option<FileId>,
}

/// How the question came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// One file.
    Found,
    /// A package without a file of its own.
    Namespace,
    /// Several providers, and nothing decides between them.
    Ambiguous,
    /// None.
    NotFound,
}

/// A module, and perhaps a name in it, asked for as code of one folder would import it.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The module.
    pub module: &'q ModuleName,
    /// A name in it, dotted for a member: `Table.rows`.
    pub symbol: Option<&'q str>,
    /// The folder that asks (absolute).
    pub from: &'q Utf8Path,
}

/// The answer of a workspace; paths are shown relative to `root`.
pub fn collect(workspace: &Workspace, root: &Utf8Path, question: Question<'_>) -> ResolutionReport {
    let witness = Witness { workspace, root };
    let importer = FileId::new(&question.from.join("__init__.py"));
    let mut report = match &*workspace.resolve(&importer, question.module) {
        Resolution::Found(found) => found_report(witness, &importer, found),
        Resolution::Namespace(dirs) => ResolutionReport {
            evidence: dirs.iter().map(|dir| witness.path(dir)).collect(),
            ..ResolutionReport::of(Status::Namespace)
        },
        Resolution::Ambiguous(all) => ResolutionReport {
            evidence: all.iter().map(|found| witness.path(found.file.path())).collect(),
            ..ResolutionReport::of(Status::Ambiguous)
        },
        Resolution::NotFound(reason) => ResolutionReport {
            reason: Some(reason_of(witness, question.module, reason)),
            ..ResolutionReport::of(Status::NotFound)
        },
    };
    if let (Some(symbol), Status::Found | Status::Namespace) = (question.symbol, report.status) {
        seek(witness, &importer, question.module, symbol, &mut report);
    }
    report
}

impl ResolutionReport {
    fn of(status: Status) -> Self {
        Self {
            status,
            file: None,
            line: None,
            column: None,
            distribution: None,
            dist_version: None,
            strategy: None,
            evidence: Vec::new(),
            reason: None,
            target: None,
        }
    }
}

fn found_report(witness: Witness<'_>, importer: &FileId, found: &Found) -> ResolutionReport {
    let workspace = witness.workspace;
    let provider = found.provider.dir.as_ref().and_then(|dir| workspace.project_at(dir));
    let importing = workspace.project_of(importer);
    let name = found.provider.distribution.as_ref();
    let mut report = ResolutionReport {
        file: Some(witness.path(found.file.path())),
        target: Some(found.file.clone()),
        line: Some(1),
        column: Some(1),
        distribution: name.map(ToString::to_string),
        dist_version: provider.as_ref().and_then(|provider| workspace.version_text(provider)),
        ..ResolutionReport::of(Status::Found)
    };
    match &found.provider.standing {
        Standing::Own => report.evidence.push("a module of the project itself".to_owned()),
        Standing::Beside => report.evidence.push("a file beside the importing one".to_owned()),
        Standing::WorkingDirectory => {
            report.evidence.push("in the working directory of a declared code location".to_owned());
        }
        Standing::Undeclared => {
            report.strategy = Some(Strategy::Undeclared);
            report.evidence.push("nothing here requires it".to_owned());
        }
        Standing::Installed
        | Standing::Direct
        | Standing::Environment
        | Standing::Tree
        | Standing::Transitive(_) => {
            if let Some(importing) = &importing {
                show_way(witness, importing, found, &mut report);
            }
        }
    }
    if let (Standing::Installed, Some(name), Some(importing)) = (&found.provider.standing, name, &importing)
        && let Some(environment) = workspace.environment(importing)
    {
        report.dist_version =
            environment.distribution(&workspace.files, name).map(|installed| installed.version);
        report.evidence.push(format!("installed in {}", witness.environment(&environment)));
    }
    report
}

/// The requirements on the way, with what they get; strategy and version are those of the last one.
fn show_way(witness: Witness<'_>, importing: &Project, found: &Found, report: &mut ResolutionReport) {
    for step in witness.workspace.way(importing, found) {
        report.evidence.extend(witness.effective(importing, &step));
        report.strategy = workspace::Strategy::of(&step.provision).map(Strategy::from);
        let effective = witness.workspace.effective(importing, &step);
        if let Some(version) = effective.version.as_ref().filter(|_| effective.code.is_some()) {
            report.dist_version = Some(version.to_string());
        }
    }
}

fn reason_of(witness: Witness<'_>, module: &ModuleName, reason: &NotFound) -> String {
    match reason {
        NotFound::Missing { dir, known, .. } => {
            format!("`{known}` is in {}, and has no `{module}`", witness.path(dir))
        }
        NotFound::NotInstalled(name) => format!("`{name}` is required, and neither open nor installed"),
        NotFound::Compiled => format!("`{module}` is compiled"),
        NotFound::Unknown => format!("no project here provides `{module}`"),
    }
}

/// Replaces the module's place by that of a name in it, wherever re-exports lead.
fn seek(
    witness: Witness<'_>,
    importer: &FileId,
    module: &ModuleName,
    symbol: &str,
    report: &mut ResolutionReport,
) {
    let semantics = Semantics::new(witness.workspace);
    let mut names = symbol.split('.');
    let first = names.next().unwrap_or_default();
    let found = semantics.module(importer, module.clone());
    let start = found.map(|found| semantics.member_of_module(&found, first)).unwrap_or_default();
    let entities = names.fold(start, |entities, name| {
        let types = semantics.types_of(entities);
        types.iter().flat_map(|object| semantics.member(object, name)).collect()
    });
    let target = entities.into_iter().find_map(|entity| match entity {
        Entity::Module(module) => Some((module.file?, TextRange::empty(0))),
        Entity::Definition(file, id) => {
            let summary = witness.workspace.summary(&file)?;
            let span = summary.spans.definitions.get(id.0 as usize)?;
            Some((file, span.name))
        }
    });
    let place_of = |file: &FileId, range: TextRange| {
        Some(place(&*witness.workspace.files.text(file).ok()?, range.start))
    };
    match target {
        Some((file, range)) => {
            let at = place_of(&file, range);
            report.status = Status::Found;
            report.file = Some(witness.path(file.path()));
            report.line = at.map(|at| at.line);
            report.column = at.map(|at| at.column);
            report.target = Some(file);
        }
        None => {
            report.status = Status::NotFound;
            report.reason = Some(format!("`{module}` has no `{symbol}`"));
            (report.line, report.column) = (None, None);
            (report.file, report.target) = (None, None);
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(flatten)]
    resolution: &'a ResolutionReport,
}

/// The JSON document.
pub fn json(resolution: &ResolutionReport) -> String {
    to_json(&Document { version: 1, resolution })
}

/// The place first, then the distribution, then the evidence, a line each.
pub fn text(resolution: &ResolutionReport) -> String {
    let mut lines = Vec::new();
    match (&resolution.file, resolution.status) {
        (Some(file), _) => {
            let at = [resolution.line, resolution.column].into_iter().flatten().map(|at| format!(":{at}"));
            lines.push(at.fold(file.clone(), |place, at| place + &at));
        }
        (None, Status::Namespace) => lines.push("namespace package".to_owned()),
        (None, Status::Ambiguous) => lines.push("ambiguous".to_owned()),
        (None, Status::Found | Status::NotFound) => {
            let reason = resolution.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            lines.push(format!("not found{reason}"));
        }
    }
    if let Some(distribution) = &resolution.distribution {
        let version = resolution.dist_version.as_deref().map(|v| format!(" {v}")).unwrap_or_default();
        let strategy = resolution.strategy.map(|s| format!(" ({})", s.as_str())).unwrap_or_default();
        lines.push(format!("  {distribution}{version}{strategy}"));
    }
    lines.extend(resolution.evidence.iter().map(|step| format!("  - {step}")));
    lines.iter().flat_map(|line| [printable(line), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> ResolutionReport {
        ResolutionReport {
            status: Status::Found,
            file: Some("shared/src/acme/io.py".to_owned()),
            line: Some(3),
            column: Some(5),
            distribution: Some("acme-shared".to_owned()),
            dist_version: Some("0.2.0".to_owned()),
            strategy: Some(Strategy::Path),
            evidence: vec!["etl/pyproject.toml:5: path = \"../shared\"".to_owned()],
            reason: None,
            target: None,
        }
    }

    #[test]
    fn the_text_leads_with_the_place() {
        insta::assert_snapshot!(text(&found()), @r#"
        shared/src/acme/io.py:3:5
          acme-shared 0.2.0 (path)
          - etl/pyproject.toml:5: path = "../shared"
        "#);
        let missing = ResolutionReport {
            reason: Some("no project here provides `acme`".to_owned()),
            ..ResolutionReport::of(Status::NotFound)
        };
        assert_eq!(text(&missing), "not found: no project here provides `acme`\n");
        assert!(json(&missing).contains("\"status\": \"not-found\""));
    }

    #[test]
    fn the_schema_is_the_promised_one() {
        insta::assert_snapshot!(json(&found()), @r#"
        {
          "version": 1,
          "status": "found",
          "file": "shared/src/acme/io.py",
          "line": 3,
          "column": 5,
          "distribution": "acme-shared",
          "dist_version": "0.2.0",
          "strategy": "path",
          "evidence": [
            "etl/pyproject.toml:5: path = \"../shared\""
          ],
          "reason": null
        }
        "#);
    }
}
