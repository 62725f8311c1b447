//! Which file a module leads to from one folder, and who says so.

use serde::Serialize;

use super::locations::Strategy;
use super::{printable, to_json};

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
            status: Status::NotFound,
            file: None,
            line: None,
            column: None,
            distribution: None,
            dist_version: None,
            strategy: None,
            evidence: vec![],
            reason: Some("no project here provides `acme`".to_owned()),
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
