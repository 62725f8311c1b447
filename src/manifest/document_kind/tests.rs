//! Globs and kinds agree, and what the editors hand over is what has a kind.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::*;

/// For each pattern an example, and something close to it that it does not fit, with the kind of that.
const EXAMPLES: [(&str, &str, &str, DocumentKind); 49] = {
    use DocumentKind::{Manifest, Other, Python, Settings};
    [
        ("setup.py", "a/setup.py", "a/setup.pyi", Python),
        ("*.py", "a/b.py", "a/b.pyc", Other),
        ("*.pyi", "a/b.pyi", "a/b.pyi.orig", Other),
        ("pyproject.toml", "pyproject.toml", "a/pyproject.toml.j2", Other),
        ("pixi.toml", "a/pixi.toml", "a/pixie.toml", Settings),
        ("setup.cfg", "a/setup.cfg", "a/tox.cfg", Settings),
        ("Pipfile", "a/Pipfile", "a/pipfile", Other),
        (".gitmodules", ".gitmodules", ".gitattributes", Other),
        ("*workspace*.yaml", "a/my-workspace.yaml", "a/workspace.yaml.j2", Other),
        ("*workspace*.yml", "a/workspace.yml", "a/workspac.yml", Settings),
        ("*dagster*.yaml", "dagster-prod.yaml", "dagste.yaml", Settings),
        ("*dagster*.yml", "my_dagster.yml", "my_dagster.yml.bak", Other),
        ("*cloud*.yaml", "cloud.yaml", "cloud/a.yaml", Settings),
        ("*cloud*.yml", "a/cloud.prod.yml", "a/cloud", Other),
        ("*location*.yaml", "locations.yaml", "locatio.yaml", Settings),
        ("*location*.yml", "a/location-etl.yml", "location/a.yml", Settings),
        ("build.yaml", "a/build.yaml", "a/builds.yaml", Settings),
        ("build.yml", "a/build.yml", "a/build.yml.bak", Other),
        ("dg.toml", "a/dg.toml", "a/dagster.toml", Settings),
        ("PKG-INFO", "a-1.0/PKG-INFO", "a-1.0/PKG", Other),
        ("*.dist-info/METADATA", "a-1.0.dist-info/METADATA", "a/METADATA", Other),
        ("*requirements*.txt", "dev-requirements-3.txt", "requirement.txt", Other),
        ("*requirements*.in", "requirements.in", "requirements.out", Other),
        ("*constraints*.txt", "constraints-3.9.txt", "constraint.txt", Other),
        ("*constraints*.in", "test-constraints.in", "test-constraints.info", Other),
        ("requirements/*.txt", "requirements/base.txt", "requirements/old/base.txt", Other),
        ("requirements/*.in", "requirements/base.in", "requirements/base.md", Other),
        ("uv.lock", "a/uv.lock", "a/uv.locked", Other),
        ("poetry.lock", "poetry.lock", "poetry.toml", Settings),
        ("pdm.lock", "pdm.lock", "Cargo.lock", Other),
        ("Pipfile.lock", "Pipfile.lock", "Pipfile.lock.json", Other),
        ("pixi.lock", "pixi.lock", "flake.lock", Other),
        ("pylock.toml", "pylock.toml", "pylock..toml", Settings),
        ("pylock.*.toml", "pylock.dev.toml", "pylock.a.b.toml", Settings),
        ("defs.yaml", "a/defs.yaml", "a/my_defs.yaml", Settings),
        ("defs.yml", "a/defs.yml", "a/defs.yml.j2", Other),
        ("component.yaml", "a/component.yaml", "a/components.yaml", Settings),
        ("crossloc.toml", "crossloc.toml", ".crossloc.toml", Settings),
        (".env", "etl/.env", "etl/.env.local", Other),
        ("pyvenv.cfg", ".venv/pyvenv.cfg", ".venv/venv.cfg", Settings),
        ("*.pth", "site-packages/_a.pth", "site-packages/a.path", Other),
        ("direct_url.json", "a-1.0.dist-info/direct_url.json", "a/url.json", Other),
        ("RECORD", "a-1.0.dist-info/RECORD", "a-1.0.dist-info/RECORD.jws", Other),
        (".git/**/HEAD", ".git/modules/a/HEAD", "a/HEAD", Other),
        (".git/**/HEAD", ".git/HEAD", ".git/ORIG_HEAD", Other),
        ("*.toml", "a/ruff.toml", "requirements/toml.txt", Manifest(ManifestKind::Requirements)),
        ("*.yaml", "a/b.yaml", "a/yaml", Other),
        ("*.yml", "a/b.yml", "a/b.yaml.tpl", Other),
        ("*.cfg", "a/b.cfg", "a/b.conf", Other),
    ]
};

fn set(globs: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        // As LSP has it: a `*` stays within a name.
        builder.add(GlobBuilder::new(glob).literal_separator(true).build().unwrap());
    }
    builder.build().unwrap()
}

fn patterns(wanted: impl Fn(DocumentKind) -> bool) -> Vec<&'static str> {
    let wanted = NAMES.iter().filter(|(kind, _)| wanted(*kind));
    wanted.flat_map(|(_, patterns)| patterns.iter().copied()).collect()
}

/// The kind whose pattern it is.
fn kind_with(pattern: &str) -> DocumentKind {
    NAMES.iter().find(|(_, patterns)| patterns.contains(&pattern)).unwrap().0
}

#[test]
fn globs_and_kinds_agree() {
    let watched = set(&DocumentKind::globs());
    for (pattern, example, near_miss, kind) in EXAMPLES {
        for root in ["", "/a/b/", "/"] {
            let (example, near_miss) = (format!("{root}{example}"), format!("{root}{near_miss}"));
            assert_eq!(DocumentKind::of(Utf8Path::new(&example)), kind_with(pattern), "{example}");
            assert!(watched.is_match(&example), "{example} is watched");
            assert_eq!(DocumentKind::of(Utf8Path::new(&near_miss)), kind, "{near_miss}");
            assert_eq!(watched.is_match(&near_miss), kind != DocumentKind::Other, "{near_miss}");
        }
    }
}

#[test]
fn every_pattern_has_an_example() {
    let all = patterns(|_| true);
    let unique: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(unique.len(), all.len(), "no pattern stands twice");
    let shown: BTreeSet<&str> = EXAMPLES.iter().map(|(pattern, ..)| *pattern).collect();
    assert_eq!(shown, unique);
}

#[test]
fn one_document_may_be_two_things() {
    let of = |path: &str| DocumentKind::of(Utf8Path::new(path));
    assert!(of("setup.py").is_python());
    assert_eq!(of("setup.py").manifest(), Some(ManifestKind::SetupPy));
    assert_eq!((of("a.py").is_python(), of("a.py").manifest(), of("a.py").lock()), (true, None, None));
    assert_eq!(of("uv.lock").lock(), Some(LockKind::Uv));
    assert!(!of("uv.lock").is_python() && !of("tool").is_python());
    assert_eq!(of(""), DocumentKind::Other);
}

/// What people write or open, as opposed to what tools leave behind: an editor hands it over.
fn is_handed_over(kind: DocumentKind) -> bool {
    match kind {
        DocumentKind::Python
        | DocumentKind::Lock(_)
        | DocumentKind::Component
        | DocumentKind::Configuration => true,
        DocumentKind::Manifest(kind) => kind != ManifestKind::CoreMetadata,
        DocumentKind::Environment | DocumentKind::GitHead | DocumentKind::Settings | DocumentKind::Other => {
            false
        }
    }
}

fn in_repository(path: &str) -> String {
    std::fs::read_to_string(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The strings between these marks, single quotes around each.
fn quoted<'t>(text: &'t str, start: &str, end: &str) -> BTreeSet<&'t str> {
    let (_, behind) = text.split_once(start).unwrap();
    let (inside, _) = behind.split_once(end).unwrap();
    let code = inside.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    code.flat_map(|line| line.split('\'').skip(1).step_by(2)).collect()
}

#[test]
fn vs_code_hands_over_what_has_a_kind() {
    let extension = in_repository("editors/vscode/src/extension.ts");
    assert!(extension.contains("{ scheme: 'file', language: 'python' },"), "Python by its language");
    let handed_over = quoted(&extension, "  ...[", "]");
    let wanted = patterns(|kind| is_handed_over(kind) && !kind.is_python());
    let wanted: Vec<String> = wanted.iter().map(|pattern| format!("**/{pattern}")).collect();
    assert_eq!(handed_over, wanted.iter().map(String::as_str).collect());
}

#[test]
fn vs_code_starts_at_what_has_a_kind() {
    let package: serde_json::Value =
        serde_json::from_str(&in_repository("editors/vscode/package.json")).unwrap();
    let events = package["activationEvents"].as_array().unwrap().iter().map(|event| event.as_str().unwrap());
    let names: Vec<&str> = events.filter_map(|event| event.strip_prefix("workspaceContains:")).collect();
    assert!(!names.is_empty());
    for name in names {
        assert!(is_handed_over(DocumentKind::of(Utf8Path::new(name))), "{name}");
    }
}

/// What Neovim calls the files of a kind; none where it calls them as it does a great many files that are none of ours, so
/// that the server would be given these as well.
fn filetype(kind: DocumentKind) -> Option<&'static str> {
    Some(match kind {
        DocumentKind::Python | DocumentKind::Manifest(ManifestKind::SetupPy) => "python",
        DocumentKind::Manifest(ManifestKind::Pyproject | ManifestKind::Pixi | ManifestKind::DgToml)
        | DocumentKind::Manifest(ManifestKind::Pipfile)
        | DocumentKind::Lock(LockKind::Uv | LockKind::Poetry | LockKind::Pdm | LockKind::Pylock)
        | DocumentKind::Configuration => "toml",
        DocumentKind::Manifest(ManifestKind::SetupCfg) => "dosini",
        DocumentKind::Manifest(ManifestKind::Requirements) => "requirements",
        DocumentKind::Manifest(ManifestKind::Gitmodules) => "gitconfig",
        DocumentKind::Manifest(ManifestKind::CodeLocations)
        | DocumentKind::Lock(LockKind::Pixi)
        | DocumentKind::Component => "yaml",
        // `json`.
        DocumentKind::Lock(LockKind::Pipfile) => return None,
        _ => return None,
    })
}

#[test]
fn neovim_hands_over_what_has_a_kind() {
    let config = in_repository("editors/nvim/lsp/crossloc.lua");
    let handed_over = quoted(&config, "filetypes = {", "}");
    let kinds = NAMES.iter().map(|(kind, _)| *kind).filter(|kind| is_handed_over(*kind));
    assert_eq!(handed_over, kinds.filter_map(filetype).collect());
}

#[test]
fn neovim_takes_for_roots_what_has_a_kind() {
    let config = in_repository("editors/nvim/lsp/crossloc.lua");
    let mut markers = quoted(&config, "root_markers = {", "workspace_required");
    assert!(markers.remove(".git"));
    for marker in markers {
        assert!(is_handed_over(DocumentKind::of(Utf8Path::new(marker))), "{marker}");
    }
}
