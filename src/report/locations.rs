//! Every code location, what it shares, by which strategy, at which version.

use serde::Serialize;

use super::{printable, to_json};

/// The answer of `crossloc locations`; its JSON is this, with `version` before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Locations {
    /// Sorted by name, then project.
    pub locations: Vec<Location>,
    /// Sorted by distribution, then project.
    pub shared: Vec<SharedDistribution>,
}

/// A code location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Its name.
    pub name: String,
    /// The folder of its project, relative to the root.
    pub project: String,
    /// The module that Dagster loads, where that is declared.
    pub module: Option<String>,
    /// Where it is declared; empty where nothing declares it.
    pub declared_in: Vec<Declaration>,
    /// What it takes from other projects, sorted by distribution.
    pub shared: Vec<Taken>,
}

/// A line that declares a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Declaration {
    /// Relative to the root.
    pub file: String,
    /// 1-based.
    pub line: u32,
}

/// A shared distribution as one location gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its name.
    pub distribution: String,
    /// By which way it comes.
    pub strategy: Strategy,
    /// The requirement as written, without marker: `shared==0.1.3`.
    pub requirement: Option<String>,
    /// The version that the location gets.
    pub version: Option<String>,
    /// The version in its lock.
    pub locked: Option<String>,
    /// The version in its environment.
    pub installed: Option<String>,
    /// Where the code lies: a folder relative to the root, `git:v0.1.3`, `venv:…`, `cache:…`.
    pub source: Option<String>,
    /// Who says so, step by step.
    pub evidence: Vec<String>,
}

/// The ways to share. A submodule outranks the path source that leads onto it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// A path source.
    Path,
    /// A member of the same workspace.
    Workspace,
    /// A git submodule.
    Submodule,
    /// A git reference.
    Git,
    /// A version from a package index.
    Registry,
    /// A copy.
    Vendored,
    /// Imported without being required.
    Undeclared,
}

impl Strategy {
    /// The word of the JSON output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Workspace => "workspace",
            Self::Submodule => "submodule",
            Self::Git => "git",
            Self::Registry => "registry",
            Self::Vendored => "vendored",
            Self::Undeclared => "undeclared",
        }
    }
}

/// A distribution that several projects use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedDistribution {
    /// Its name.
    pub distribution: String,
    /// The version of its tree.
    pub version: Option<String>,
    /// Its folder relative to the root; `None` where no tree of it is open.
    pub project: Option<String>,
    /// The top-level modules it ships.
    pub modules: Vec<String>,
    /// The locations, and else projects, that take it.
    pub consumers: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(flatten)]
    locations: &'a Locations,
}

/// The JSON document.
pub fn json(locations: &Locations) -> String {
    to_json(&Document { version: 1, locations })
}

/// A block for each location, then one for what is shared.
pub fn text(locations: &Locations) -> String {
    let mut out = String::new();
    for location in &locations.locations {
        let module = location.module.as_deref().map(|module| format!(", {module}")).unwrap_or_default();
        out.push_str(&printable(&format!("{} ({}{module})", location.name, location.project)));
        out.push('\n');
        let rows: Vec<Vec<String>> = location.shared.iter().map(row).collect();
        push_table(&mut out, &rows);
        if location.shared.is_empty() {
            out.push_str("  takes nothing shared\n");
        }
        out.push('\n');
    }
    if locations.locations.is_empty() {
        out.push_str("no code locations\n\n");
    }
    if !locations.shared.is_empty() {
        out.push_str("shared\n");
    }
    let rows: Vec<Vec<String>> = locations.shared.iter().map(shared_row).collect();
    push_table(&mut out, &rows);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn row(taken: &Taken) -> Vec<String> {
    let version = taken.version.as_deref().unwrap_or("unknown version");
    let mut notes = Vec::new();
    if let Some(locked) = taken.locked.as_deref().filter(|locked| *locked != version) {
        notes.push(format!("locked {locked}"));
    }
    if let Some(installed) = taken.installed.as_deref().filter(|installed| *installed != version) {
        notes.push(format!("installed {installed}"));
    }
    vec![
        taken.distribution.clone(),
        version.to_owned(),
        taken.strategy.as_str().to_owned(),
        taken.source.clone().unwrap_or_default(),
        notes.join(", "),
    ]
}

fn shared_row(shared: &SharedDistribution) -> Vec<String> {
    vec![
        shared.distribution.clone(),
        shared.version.clone().unwrap_or_else(|| "unknown version".to_owned()),
        shared.project.clone().unwrap_or_default(),
        format!("used by {}", shared.consumers.join(", ")),
    ]
}

/// Rows with aligned columns, indented by two, no blanks at the ends.
fn push_table(out: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width_of =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|at| width_of(at).unwrap_or(0)).collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{:width$}", printable(cell))).collect();
        out.push_str("  ");
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Locations {
        let taken = |distribution: &str, strategy, version: Option<&str>| Taken {
            distribution: distribution.to_owned(),
            strategy,
            requirement: Some(distribution.to_owned()),
            version: version.map(str::to_owned),
            locked: Some("0.1.2".to_owned()),
            installed: None,
            source: Some("packages/shared".to_owned()),
            evidence: vec!["etl/pyproject.toml:5: path = \"../packages/shared\"".to_owned()],
        };
        Locations {
            locations: vec![
                Location {
                    name: "canvas".to_owned(),
                    project: "dg/canvas".to_owned(),
                    module: Some("canvas.definitions".to_owned()),
                    declared_in: vec![Declaration { file: "workspace.yaml".to_owned(), line: 2 }],
                    shared: vec![
                        taken("shared", Strategy::Path, Some("0.2.0")),
                        taken("shared-metrics", Strategy::Submodule, None),
                    ],
                },
                Location {
                    name: "lone".to_owned(),
                    project: "dg/lone".to_owned(),
                    module: None,
                    declared_in: vec![],
                    shared: vec![],
                },
            ],
            shared: vec![SharedDistribution {
                distribution: "shared".to_owned(),
                version: Some("0.2.0".to_owned()),
                project: Some("packages/shared".to_owned()),
                modules: vec!["shared".to_owned()],
                consumers: vec!["canvas".to_owned()],
            }],
        }
    }

    #[test]
    fn the_table_tells_strategy_and_version() {
        insta::assert_snapshot!(text(&sample()), @r#"
        canvas (dg/canvas, canvas.definitions)
          shared          0.2.0            path       packages/shared  locked 0.1.2
          shared-metrics  unknown version  submodule  packages/shared  locked 0.1.2

        lone (dg/lone)
          takes nothing shared

        shared
          shared  0.2.0  packages/shared  used by canvas
        "#);
        assert_eq!(text(&Locations::default()), "no code locations\n");
    }

    #[test]
    fn the_schema_is_the_promised_one() {
        let mut sample = sample();
        sample.locations.truncate(1);
        sample.locations[0].shared.truncate(1);
        insta::assert_snapshot!(json(&sample), @r#"
        {
          "version": 1,
          "locations": [
            {
              "name": "canvas",
              "project": "dg/canvas",
              "module": "canvas.definitions",
              "declared_in": [
                {
                  "file": "workspace.yaml",
                  "line": 2
                }
              ],
              "shared": [
                {
                  "distribution": "shared",
                  "strategy": "path",
                  "requirement": "shared",
                  "version": "0.2.0",
                  "locked": "0.1.2",
                  "installed": null,
                  "source": "packages/shared",
                  "evidence": [
                    "etl/pyproject.toml:5: path = \"../packages/shared\""
                  ]
                }
              ]
            }
          ],
          "shared": [
            {
              "distribution": "shared",
              "version": "0.2.0",
              "project": "packages/shared",
              "modules": [
                "shared"
              ],
              "consumers": [
                "canvas"
              ]
            }
          ]
        }
        "#);
    }
}
