//! The table and the schema of `crossloc locations`.

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
                project: Some("dg/canvas".to_owned()),
                module: Some("canvas.definitions".to_owned()),
                declared_in: vec![Declaration { file: "workspace.yaml".to_owned(), line: 2 }],
                shared: vec![
                    taken("shared", Strategy::Path, Some("0.2.0")),
                    taken("shared-metrics", Strategy::Submodule, None),
                ],
                unknown: None,
            },
            Location {
                name: "lone".to_owned(),
                project: Some("dg/lone".to_owned()),
                module: None,
                declared_in: vec![],
                shared: vec![],
                unknown: None,
            },
            Location {
                name: "server".to_owned(),
                project: None,
                module: None,
                declared_in: vec![Declaration { file: "workspace.yaml".to_owned(), line: 4 }],
                shared: vec![],
                unknown: Some("code location `server` is a gRPC server".to_owned()),
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

    server
      code location `server` is a gRPC server

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
