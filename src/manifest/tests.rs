//! What holds for all formats.

use camino::Utf8Path;
use proptest::prelude::*;

mod near;

use super::*;

const ALL: [ManifestKind; 9] = [
    ManifestKind::Pyproject,
    ManifestKind::Pixi,
    ManifestKind::SetupCfg,
    ManifestKind::SetupPy,
    ManifestKind::Requirements,
    ManifestKind::Pipfile,
    ManifestKind::Gitmodules,
    ManifestKind::CodeLocations,
    ManifestKind::DgToml,
];

#[test]
fn formats_are_told_by_name() {
    let cases = [
        ("a/pyproject.toml", Some(ManifestKind::Pyproject)),
        ("pixi.toml", Some(ManifestKind::Pixi)),
        ("setup.cfg", Some(ManifestKind::SetupCfg)),
        ("setup.py", Some(ManifestKind::SetupPy)),
        ("requirements.txt", Some(ManifestKind::Requirements)),
        ("requirements-dev.in", Some(ManifestKind::Requirements)),
        ("test-requirements-0-wrapt1.txt", Some(ManifestKind::Requirements)),
        ("test-constraints.txt", Some(ManifestKind::Requirements)),
        ("dev-requirements.txt", Some(ManifestKind::Requirements)),
        ("a/requirements/base.txt", Some(ManifestKind::Requirements)),
        ("constraints-3.9.txt", Some(ManifestKind::Requirements)),
        ("requirements/base.md", None),
        ("notes.txt", None),
        ("Pipfile", Some(ManifestKind::Pipfile)),
        (".gitmodules", Some(ManifestKind::Gitmodules)),
        ("workspace.yml", Some(ManifestKind::CodeLocations)),
        ("build.yaml", Some(ManifestKind::CodeLocations)),
        ("dagster_cloud.yaml", Some(ManifestKind::CodeLocations)),
        ("dg.toml", Some(ManifestKind::DgToml)),
        ("acme-1.0.dist-info/METADATA", Some(ManifestKind::CoreMetadata)),
        ("acme-1.0/PKG-INFO", Some(ManifestKind::CoreMetadata)),
        ("acme/METADATA", None),
        ("poetry.toml", None),
        ("", None),
    ];
    for (path, expected) in cases {
        assert_eq!(DocumentKind::of(Utf8Path::new(path)).manifest(), expected, "{path}");
    }
}

#[test]
fn a_byte_order_mark_moves_nothing() {
    let cases = [
        (ManifestKind::Pyproject, "[project]\nname = \"shared\"\n"),
        (ManifestKind::SetupCfg, "[metadata]\nname = shared\n"),
        (ManifestKind::SetupPy, "setup(name=\"shared\")\n"),
    ];
    for (kind, body) in cases {
        let text = format!("\u{feff}{body}");
        let manifest = read(kind, &text);
        assert_eq!(manifest.errors, [], "{kind:?}");
        assert_eq!(manifest.name.unwrap().range.slice(&text), "shared", "{kind:?}");
    }
    let text = "\u{feff}load_from:\n  - python_module: shared\n";
    assert_eq!(read(ManifestKind::CodeLocations, text).mentions[2].range.slice(text), "shared");
    let text = "\u{feff}shared\n";
    assert_eq!(read(ManifestKind::Requirements, text).requirements[0].name.range.slice(text), "shared");
}

#[test]
fn huge_and_deep_texts_are_read_on_a_small_stack() {
    let bodies =
        ["[", "{", "(", "- ", "a.", "\"", "'''", "[a]\n", "x = [{", "a = \"", "é", "\\\n", "{a: [", "#"];
    let run = move || {
        for body in bodies {
            let text = body.repeat(60_000 / body.len());
            for kind in ALL {
                read(kind, &text);
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn templates_are_told_from_manifests_that_mention_placeholders() {
    let cases = [
        (ManifestKind::SetupCfg, "[metadata]\nname = {{ cookiecutter.name }}\n", "{{ cookiecutter.name }}"),
        (ManifestKind::SetupCfg, "[options]\ninstall_requires =\n  {{ name }}\n", "{{"),
        (ManifestKind::SetupPy, "setup(name='{{ name }}')\n", "{{ name }}"),
        (ManifestKind::Pyproject, "[project]\nname = '<REPLACE ME>'\n", "<REPLACE ME>"),
        (ManifestKind::Pyproject, "[project]\nname = '__name__'\n", "__name__"),
        (ManifestKind::Pipfile, "[packages]\n{% for p in packages %}\n", "{%"),
    ];
    for (kind, text, place) in cases {
        let manifest = read(kind, text);
        assert!(manifest.template, "{text}");
        let places: Vec<_> = manifest.errors.iter().map(|error| error.range.slice(text)).collect();
        assert_eq!(places, [place], "{text}");
    }
    // An error elsewhere, as while typing, does not make a template of it.
    let text = "[tool.bump]\nmessage = \"{{ new }}\"\n[project]\nname = \"a\"\ndependencies = [\n";
    let manifest = read(ManifestKind::Pyproject, text);
    assert!(!manifest.errors.is_empty() && !manifest.template);
}

/// Pieces that the formats care about, so that random texts get past the first token.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "[project]\n",
        "[tool.uv.sources]\n",
        "[tool.poetry.dependencies]\n",
        "[[tool.x]]\n",
        "[options]\n",
        "[metadata]\n",
        "name",
        "version",
        "dependencies",
        "install_requires",
        "packages",
        " = ",
        "=",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "#",
        "# crossloc: ignore[x]",
        "\\",
        "@",
        "git+",
        "://",
        "file:",
        "{root:uri}",
        "}",
        "${",
        ";",
        ",",
        "-e ",
        "-r ",
        "--hash",
        "../x",
        ">=1.0",
        "^1.2",
        "~",
        "*",
        "|",
        "&a",
        "*a",
        ": ",
        "- ",
        "? ",
        "---\n",
        "|\n",
        "load_from:\n",
        "locations:\n",
        "setup(",
        "f\"a{x}\"",
        "find_packages(",
        "**k",
        "+",
        "%s",
        "é",
        "\u{feff}",
        "\0",
        "[submodule \"",
        "path",
        "attr:",
        "!tag",
        "%YAML 1.2\n",
    ];
    prop_oneof![8 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #[test]
    fn no_text_is_too_strange(pieces in proptest::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        for kind in ALL {
            let manifest = read(kind, &text);
            for range in manifest.errors.iter().map(|error| error.range).chain(manifest.mentions.iter().map(|m| m.range)) {
                prop_assert!(text.get(range.start as usize..range.end as usize).is_some(), "{kind:?} {range:?} {text:?}");
            }
        }
    }
}
