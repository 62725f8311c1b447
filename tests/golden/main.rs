//! A golden record: everything that crossloc says of two workspaces, byte for byte. A change that is not meant to be
//! seen leaves it as it is; of one that is, the record shows what became of it. `UPDATE_GOLDEN=1 cargo test --test golden`
//! writes it anew.

// Paths become URIs as they are, which is only right on these systems; what is recorded is the same on all.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "test code may fail loudly"
)]

#[path = "../../benches/support/client.rs"]
#[allow(dead_code, reason = "what benches have of it is not used here")]
mod client;
mod difference;
mod fifty;
mod manifests;
mod positions;
mod record;
#[path = "../repository/mod.rs"]
#[allow(dead_code, reason = "what other tests have of it is not used here")]
mod repository;

use std::process::Command;

use camino::Utf8Path;

use record::{Workspace, record};
use repository::sandbox;

#[test]
fn the_demo_is_told_as_recorded() {
    let (_folder, root) = sandbox();
    let (home, demo) = (root.join("home"), root.join("demo"));
    std::fs::create_dir(&home).unwrap();
    let written = Command::new(env!("CARGO_BIN_EXE_crossloc")).arg("demo").arg(&demo).output().unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    compare(
        "demo",
        &Workspace {
            root: &demo,
            home: &home,
            packages: &["acme", "acme_metrics"],
            distributions: &["acme-shared", "acme-contracts", "acme-testing", "shared-metrics"],
            resolved: &[
                ("acme.io", "orders"),
                ("acme.io:save", "orders"),
                ("acme.io:load_partition", "reports"),
                ("acme.io:load", "reports"),
                ("acme.gone", "orders"),
            ],
            upgrade: ("acme-shared", "0.2.0"),
        },
    );
}

#[test]
fn fifty_locations_are_told_as_recorded() {
    let (_folder, root) = sandbox();
    let (home, fifty) = (root.join("home"), root.join("fifty"));
    std::fs::create_dir(&home).unwrap();
    fifty::write_workspace(&fifty);
    compare(
        "fifty",
        &Workspace {
            root: &fifty,
            home: &home,
            packages: &["acme", "acme_tools", "contracts"],
            distributions: &["acme-shared", "acme-contracts", "acme-tools"],
            resolved: &[
                ("acme.io:load_partition", "locations/loc_00"),
                ("acme.io:load_partition", "locations/loc_01"),
                ("acme.io:load", "locations/loc_02"),
                ("acme:Client", "suite/apps/loc_03"),
                ("acme.tables:Table.rows", "locations/loc_04"),
                ("acme.config:Settings.debug", "locations/loc_05"),
                ("acme.io:load", "locations/loc_07"),
                ("acme.io", "locations/loc_18"),
                ("acme.tables:Table.merge", "locations/loc_19"),
                ("acme_tools:Report.render", "suite/apps/loc_15"),
                ("acme_tools", "locations/loc_00"),
                ("contracts:Event", "locations/loc_36"),
                ("contracts.gone", "locations/loc_36"),
                ("loc_05.assets:read_0", "locations/loc_04"),
                ("dagster", "locations/loc_00"),
            ],
            upgrade: ("acme-shared", "0.2.0"),
        },
    );
}

/// Holds what is said now against `NAME-PART.json` beside this file.
fn compare(name: &str, workspace: &Workspace<'_>) {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut differences = String::new();
    for (part, value) in record(workspace) {
        let path = folder.join(format!("{name}-{part}.json"));
        let now = format!("{value:#}\n");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &now).unwrap();
            continue;
        }
        let recorded = std::fs::read_to_string(&path).unwrap_or_default();
        if let Some(difference) = difference::between(&recorded, &now) {
            differences.push_str(&format!("\n{name}-{part}.json\n{difference}"));
        }
    }
    assert!(
        differences.is_empty(),
        "{differences}\nwhere this is meant: UPDATE_GOLDEN=1 cargo test --test golden"
    );
}
