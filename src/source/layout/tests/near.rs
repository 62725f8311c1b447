//! What backends nearly ship: a folder, a name or a pattern that misses by one detail.

use super::*;
use crate::manifest::{ManifestKind, read};

/// What is shipped by these settings and files.
fn of(backend: &str, settings: &str, paths: &[&str]) -> String {
    let (_temp, dir) = project(paths);
    let text = format!(
        "[project]\nname = \"acme-io\"\nversion = \"1\"\n[build-system]\nrequires = []\nbuild-backend = \"{backend}\"\n{settings}\n"
    );
    let manifest = read(ManifestKind::Pyproject, &text);
    assert_eq!(manifest.errors, [], "{text}");
    let name = DistributionName::new("acme-io").unwrap();
    shipped(&layout(&Files::default(), &dir, Some(&name), Some(&manifest.build)))
}

fn check(cases: &[(&str, &str, &[&str], &str)]) {
    let told: Vec<_> = cases
        .iter()
        .map(|(backend, settings, paths, _)| (*backend, *settings, of(backend, settings, paths)))
        .collect();
    let expected: Vec<_> =
        cases.iter().map(|(backend, settings, _, told)| (*backend, *settings, (*told).to_owned())).collect();
    let differing: Vec<_> = told.iter().zip(&expected).filter(|(told, expected)| told != expected).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn folders_that_hatch_does_not_take() {
    let hatch = "hatchling.build";
    let wheel = "[tool.hatch.build.targets.wheel]\n";
    check(&[
        (hatch, "", &["acme_io/x.py", "src/acme_io/__init__.py"], "acme_io"),
        (hatch, "", &["acme_io/x.py", "src/acme_io/x.py", "acme_io.py"], "acme_io"),
        (hatch, "", &["acme_io.py/x.py", ".a/acme_io/__init__.py", "b/acme_io/__init__.py"], "b.acme_io"),
        (hatch, "", &["a/acme_io/__init__.py", "b/acme_io/__init__.py"], "a.acme_io b.acme_io"),
        (
            hatch,
            &format!("{wheel}packages = [\"src/a\", \"b\"]"),
            &["src/a/x.py", "b/y.py", "srcs/a/z.py"],
            "a.x b.y",
        ),
        (
            hatch,
            &format!("{wheel}include = [\"a/*.py\", \"!a/no.py\"]"),
            &["a/x.py", "a/no.py", "b/y.py"],
            "a.x",
        ),
        (
            hatch,
            &format!("{wheel}only-include = [\"src/a\"]\nsources = [\"src\"]"),
            &["src/a/x.py", "srcs/b.py"],
            "a.x",
        ),
        (
            hatch,
            &format!(
                "{wheel}packages = [\"src/a\", \"srcs/b\"]\n[tool.hatch.build.targets.wheel.sources]\n\"src\" = \"top\""
            ),
            &["src/a/x.py", "srcs/b/y.py"],
            "a.x b.y",
        ),
        (
            hatch,
            &format!(
                "{wheel}packages = [\"a\"]\n[tool.hatch.build.targets.wheel.force-include]\n\"gen/v.py\" = \"a/v.py\"\n\"gens\" = \"b\""
            ),
            &["a/x.py", "gen/v.py", "gens/w.py"],
            "a.v a.x b.w",
        ),
    ]);
}

#[test]
fn folders_that_other_backends_do_not_take() {
    check(&[
        ("flit_core.buildapi", "", &["acme_io/__init__.py", "acme_io.py"], "acme_io"),
        ("flit_core.buildapi", "", &["src/acme_io.py", "acme_io.txt"], "acme_io"),
        (
            "pdm.backend",
            "",
            &["acme_io/__init__.py", "b/x.py", "c-stubs/__init__.pyi", "d/__init__.pyi"],
            "acme_io c",
        ),
        ("pdm.backend", "", &["src/acme_io/__init__.py", "b/__init__.py"], "acme_io"),
        (
            "pdm.backend",
            "[tool.pdm.build]\nincludes = [\"src/acme_io\"]\nexcludes = [\"src/\"]",
            &["src/acme_io/__init__.py", "b/__init__.py"],
            "",
        ),
        (
            "pdm.backend",
            "[tool.pdm.build]\nincludes = [\"src/acme_io\"]",
            &["src/acme_io/__init__.py", "b/__init__.py"],
            "acme_io",
        ),
        ("poetry.core.masonry.api", "", &["acme_io.py", "src/acme_io/__init__.py"], "acme_io"),
        (
            "poetry.core.masonry.api",
            "[tool.poetry]\ninclude = [\"notes\", \"b/*.py\", \"c.py\", \"d.txt\"]",
            &["acme_io/__init__.py", "b/x.py", "c.py", "d.txt", "notes/y.py"],
            "acme_io b.x c",
        ),
        ("uv_build", "", &["src/acme_io/__init__.py", "src/acme_io-stubs/__init__.pyi"], "acme_io"),
        (
            "uv_build",
            "[tool.uv.build-backend]\nmodule-name = \"acme_io_stubs\"\nmodule-root = \"\"",
            &["acme_io_stubs/__init__.py"],
            "acme_io_stubs",
        ),
        (
            "uv_build",
            "[tool.uv.build-backend]\nmodule-name = \"acme_io_stubs\"\nmodule-root = \"\"",
            &["acme_io-stubs/__init__.pyi"],
            "acme_io",
        ),
        (
            "maturin",
            "[tool.maturin]\nmodule-name = \"acme_io._core\"",
            &["acme_io/__init__.py", "b/__init__.py"],
            "acme_io",
        ),
        (
            "maturin",
            "[tool.maturin]\npython-packages = [\"b\", \"gone\"]",
            &["acme_io/__init__.py", "b/__init__.py", "c/__init__.py"],
            "acme_io b",
        ),
        ("hatchlings.build", "", &["acme_io/__init__.py", "b/__init__.py"], "acme_io b"),
        ("hatchling_build", "", &["acme_io/__init__.py", "b/__init__.py"], "acme_io"),
    ]);
}

#[test]
fn packages_that_setuptools_does_not_find() {
    let setuptools = "setuptools.build_meta";
    let find = "[tool.setuptools.packages.find]\n";
    check(&[
        (setuptools, "", &["src/a/__init__.py", "b/__init__.py"], "a"),
        (setuptools, "[tool.setuptools]\npackages = []", &["a/__init__.py"], ""),
        (setuptools, "[tool.setuptools]\npackages = [\"a\"]", &["a/__init__.py", "a/b/__init__.py"], "a"),
        (
            setuptools,
            "[tool.setuptools]\npackage-dir = { \"\" = \".\" }",
            &["a/__init__.py", "b/c/__init__.py"],
            "a b.c",
        ),
        (
            setuptools,
            &format!("{find}exclude = [\"b\"]"),
            &["a/__init__.py", "b/__init__.py", "b/c/__init__.py"],
            "a b.c",
        ),
        (
            setuptools,
            &format!("{find}exclude = [\"b*\"]"),
            &["a/__init__.py", "b/__init__.py", "b/c/__init__.py", "bc/__init__.py"],
            "a",
        ),
        (
            setuptools,
            &format!("{find}exclude = [\"b.*\"]"),
            &["a/__init__.py", "b/__init__.py", "b/c/d/__init__.py"],
            "a b",
        ),
        (
            setuptools,
            &format!("{find}include = [\"a*\"]\nnamespaces = false"),
            &["a/__init__.py", "a/b/x.py", "ab/__init__.py", "c/__init__.py"],
            "a ab",
        ),
    ]);
}
