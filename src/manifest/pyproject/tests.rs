use super::super::model::{Group, SourceKind, Version};
use super::*;

/// `name|specifier|group|source`, each part the text at its place.
fn requirements(text: &str, manifest: &Manifest) -> Vec<String> {
    let lines = manifest.requirements.iter().map(|found| {
        let specifier = found.specifier.as_ref().map_or("", |specifier| specifier.range.slice(text));
        let group = match &found.group {
            Group::Main => "main".to_owned(),
            Group::Extra(name) => format!("extra {name}"),
            Group::Group { name, optional: false } => format!("group {name}"),
            Group::Group { name, optional: true } => format!("optional {name}"),
            Group::Environment(name) => format!("env {name}"),
            Group::Build => "build".to_owned(),
            Group::Constraint => "constraint".to_owned(),
            Group::Override => "override".to_owned(),
        };
        let source = found.source.as_ref().map_or(String::new(), |entry| source(text, &entry.kind));
        format!("{}|{specifier}|{group}|{source}", found.name.range.slice(text))
    });
    lines.collect()
}

fn source(text: &str, kind: &SourceKind) -> String {
    match kind {
        SourceKind::Path { path, editable, subdirectory } => {
            format!(
                "path {} ({}) {editable:?} {}",
                path.value,
                path.range.slice(text),
                subdirectory.as_deref().unwrap_or("")
            )
        }
        SourceKind::Workspace => "workspace".to_owned(),
        SourceKind::Git { url, reference, subdirectory } => {
            let reference = reference.as_ref().map_or("", |reference| reference.range.slice(text));
            format!("git {} {reference} {}", url.range.slice(text), subdirectory.as_deref().unwrap_or(""))
        }
        SourceKind::Url(url) => format!("url {}", url.range.slice(text)),
        SourceKind::Index(name) => format!("index {}", name.range.slice(text)),
    }
}

fn sound(text: &str) -> Manifest {
    let manifest = read(text);
    assert_eq!(manifest.errors, [], "{text}");
    manifest
}

fn dynamic(manifest: &Manifest) -> Vec<&str> {
    manifest.dynamic.iter().map(|field| field.value.as_str()).collect()
}

#[test]
fn standard_tables() {
    let text = r#"
[build-system]
requires = ["hatchling>=1.20"]
build-backend = "hatchling.build"
[project]
name = "Acme.Shared"
version = "0.2.0"
requires-python = ">=3.9"
dependencies = [
    "lib[x]>=1.0; python_version < '3.9'", # crossloc: ignore[pins-differ] why
    'shared @ file:../shared',
]
[project.optional-dependencies]
io = ["lib2"]
none = []
[project.scripts]
run = "acme.cli:main"
[project.entry-points."dagster_dg_cli.registry_modules"]
acme = "acme.components"
[dependency-groups]
test = ["pytest", {include-group = "lint"}]
lint = ["ruff==0.5"]
"#;
    let manifest = sound(text);
    assert!(manifest.declares_project);
    assert_eq!(manifest.name.as_ref().unwrap().range.slice(text), "Acme.Shared");
    let Version::Static(version) = &manifest.version else { panic!() };
    assert_eq!(version.range.slice(text), "0.2.0");
    assert_eq!(manifest.requires_python.as_ref().unwrap().range.slice(text), ">=3.9");
    assert_eq!(
        requirements(text, &manifest),
        [
            "lib|>=1.0|main|",
            "shared||main|path ../shared (../shared) None ",
            "lib2||extra io|",
            "pytest||group test|",
            "ruff|==0.5|group lint|",
            "hatchling|>=1.20|build|",
        ]
    );
    assert_eq!(manifest.requirements[0].marker.as_deref(), Some("python_version < '3.9'"));
    assert_eq!(
        manifest.extras.iter().map(|extra| extra.range.slice(text)).collect::<Vec<_>>(),
        ["io", "none"]
    );
    let points: Vec<_> =
        manifest.entry_points.iter().map(|e| (e.group.as_str(), e.value.range.slice(text))).collect();
    assert_eq!(
        points,
        [("console_scripts", "acme.cli:main"), ("dagster_dg_cli.registry_modules", "acme.components")]
    );
    assert_eq!(manifest.comments[0].range.slice(text), "# crossloc: ignore[pins-differ] why");
    assert!(manifest.mentions.iter().any(|mention| mention.range.slice(text) == "acme.components"));
}

#[test]
fn uv_tables() {
    let text = r#"
[tool.uv]
package = false
dev-dependencies = ["pytest"]
constraint-dependencies = ["lib<2"]
[tool.uv.workspace]
members = ["packages/*"]
exclude = ["packages/old"]
[tool.uv.sources]
Shared = { path = "../shared", editable = true }
member = { workspace = true }
tagged = { git = "https://h/o/r", tag = "v1", subdirectory = "lib" }
listed = [
    { index = "inner", marker = "sys_platform == 'linux'" },
    { url = "https://h/listed-1.0.whl", extra = "cpu" },
]
[tool.uv.build-backend]
module-name = ["a.b", "c"]
module-root = ""
namespace = true
"#;
    let manifest = sound(text);
    assert_eq!(manifest.package, Some(false));
    assert_eq!(requirements(text, &manifest), ["pytest||group dev|", "lib|<2|constraint|"]);
    let sources: Vec<_> = manifest
        .sources
        .iter()
        .map(|s| {
            (s.name.range.slice(text), s.entries.iter().map(|e| source(text, &e.kind)).collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(
        sources,
        [
            ("Shared", vec!["path ../shared (../shared) Some(true) ".to_owned()]),
            ("member", vec!["workspace".to_owned()]),
            ("tagged", vec!["git https://h/o/r v1 lib".to_owned()]),
            ("listed", vec!["index inner".to_owned(), "url https://h/listed-1.0.whl".to_owned()]),
        ]
    );
    assert_eq!(manifest.sources[0].range.slice(text), "Shared = { path = \"../shared\", editable = true }");
    assert_eq!(manifest.sources[3].entries[0].marker.as_deref(), Some("sys_platform == 'linux'"));
    assert_eq!(manifest.sources[3].entries[1].only_for.as_deref(), Some("cpu"));
    let workspace = manifest.workspace.unwrap();
    assert_eq!(
        (workspace.members[0].range.slice(text), workspace.exclude[0].range.slice(text)),
        ("packages/*", "packages/old")
    );
    let build = manifest.build.uv.unwrap();
    assert_eq!(
        (build.module_name, build.module_root, build.namespace),
        (Some(vec!["a.b".to_owned(), "c".to_owned()]), Some(String::new()), true)
    );
}

#[test]
fn poetry_tables() {
    let text = r#"
[tool.poetry]
name = "etl"
version = "0.1.0"
packages = [{ include = "etl", from = "src" }]
[tool.poetry.dependencies]
python = "^3.9"
lib = "^1.2"
shared = { path = "../shared", develop = true, extras = ["io"] }
many = [{ version = "<2", python = "<3.9" }, { version = "^2", markers = "python_version >= '3.9'" }]
maybe = { version = "*", optional = true }
tagged = { git = "https://h/o/r.git", tag = "v1" }
[tool.poetry.extras]
all = ["maybe"]
[tool.poetry.dev-dependencies]
old = "~1"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
sphinx = "7.*"
[tool.poetry.scripts]
run = "etl:main"
"#;
    let manifest = sound(text);
    assert!(manifest.declares_project);
    assert_eq!(manifest.requires_python.as_ref().unwrap().value, ">=3.9, <4");
    assert_eq!(
        requirements(text, &manifest),
        [
            "lib|^1.2|main|",
            "shared||main|path ../shared (../shared) Some(true) ",
            "many|<2|main|",
            "many|^2|main|",
            "maybe||extra all|",
            "tagged||main|git https://h/o/r.git v1 ",
            "old|~1|group dev|",
            "sphinx|7.*|optional docs|",
        ]
    );
    assert_eq!(manifest.requirements[0].specifier.as_ref().unwrap().value.to_string(), ">=1.2, <2");
    assert_eq!(manifest.requirements[1].extras, ["io"]);
    let package = &manifest.build.poetry.unwrap().packages[0];
    assert_eq!((package.include.as_str(), package.from.as_deref()), ("etl", Some("src")));
}

#[test]
fn poetry_beside_the_standard_says_only_where_from() {
    let text = "[project]\nname = \"etl\"\nversion = \"1\"\ndependencies = [\"shared>=0.1\"]\n\
        [tool.poetry]\nversion = \"2\"\npackage-mode = false\n[tool.poetry.dependencies]\nshared = {path = \"../shared\"}\nother = {path = \"../other\"}\n";
    let manifest = sound(text);
    assert_eq!(requirements(text, &manifest), ["shared|>=0.1|main|path ../shared (../shared) None "]);
    assert_eq!(manifest.package, Some(false));
    let Version::Static(version) = manifest.version else { panic!() };
    assert_eq!(version.value, "1");
}

#[test]
fn versions_and_fields_read_from_files_are_not_dynamic() {
    let file = |path: &str, attribute: Option<&str>| format!("file {path} {attribute:?}");
    let project = "[project]\nname = \"a-b\"\ndynamic = [\"version\", \"dependencies\"]\n";
    let cases = [
        ("", "dynamic".to_owned(), vec!["version", "dependencies"], vec![]),
        (
            "[tool.hatch.version]\npath = \"src/a/__about__.py\"\n",
            file("src/a/__about__.py", None),
            vec!["version", "dependencies"],
            vec![],
        ),
        (
            "[tool.hatch.version]\nsource = \"vcs\"\n",
            "dynamic".to_owned(),
            vec!["version", "dependencies"],
            vec![],
        ),
        (
            "[tool.setuptools.dynamic]\nversion = {attr = \"a.b.VERSION\"}\ndependencies = {file = [\"r.txt\", \"s.txt\"]}\n",
            file("a/b", Some("VERSION")),
            vec!["version"],
            vec!["r.txt", "s.txt"],
        ),
        (
            "[tool.setuptools.dynamic]\nversion = {file = \"VERSION\"}\ndependencies = {file = \"r.txt\"}\n",
            file("VERSION", None),
            vec!["version"],
            vec!["r.txt"],
        ),
        (
            "[tool.pdm.version]\nsource = \"file\"\npath = \"a.py\"\n",
            file("a.py", None),
            vec!["version", "dependencies"],
            vec![],
        ),
        (
            "[tool.pdm.version]\nsource = \"scm\"\n",
            "dynamic".to_owned(),
            vec!["version", "dependencies"],
            vec![],
        ),
        (
            "[build-system]\nbuild-backend = \"flit_core.buildapi\"\n",
            file("a_b", Some("__version__")),
            vec!["version", "dependencies"],
            vec![],
        ),
        (
            "[tool.hatch.metadata.hooks.requirements_txt]\nfiles = [\"r.txt\"]\n",
            "dynamic".to_owned(),
            vec!["version"],
            vec!["r.txt"],
        ),
    ];
    for (tables, version, fields, includes) in cases {
        let text = format!("{project}{tables}");
        let manifest = sound(&text);
        let found = match &manifest.version {
            Version::File { path, attribute } => file(&path.value, attribute.as_deref()),
            Version::Dynamic => "dynamic".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(found, version, "{tables}");
        assert_eq!(dynamic(&manifest), fields, "{tables}");
        assert_eq!(manifest.includes.iter().map(|i| i.path.range.slice(&text)).collect::<Vec<_>>(), includes);
    }
}

#[test]
fn build_backends_and_environments() {
    let text = r#"
[tool.hatch.build]
exclude = ["docs"]
[tool.hatch.build.targets.wheel]
packages = ["src/acme"]
sources = ["src"]
force-include = { "a/b" = "c/b" }
[tool.hatch.envs.default]
dependencies = ["shared @ {root:uri}/../shared"]
[tool.setuptools]
package-dir = { "" = "src" }
py-modules = ["one"]
[tool.setuptools.packages.find]
where = ["src"]
namespaces = false
[tool.flit.module]
name = "acme"
[tool.pdm.dev-dependencies]
dev = ["-e file:///${PROJECT_ROOT}/../shared#egg=shared", "pytest"]
[tool.pdm.build]
package-dir = "src"
[tool.maturin]
python-source = "python"
[tool.pixi.pypi-dependencies]
me = { path = ".", editable = true }
[tool.pixi.feature.test.pypi-dependencies]
pytest = ">=8"
[tool.pixi.feature.test.dependencies]
conda-only = "*"
built = { path = "../built" }
[tool.pixi.environments]
test = ["test"]
bare = { features = ["test"], no-default-feature = true }
"#;
    let manifest = sound(text);
    assert_eq!(
        requirements(text, &manifest),
        [
            "shared||group dev|path ../shared (../shared) Some(true) ",
            "pytest||group dev|",
            "shared||env default|path ../shared (../shared) None ",
            "me||env default|path . (.) Some(true) ",
            "pytest|>=8|env test|",
            "built||env test|path ../built (../built) None ",
        ]
    );
    let hatch = manifest.build.hatch.unwrap();
    assert_eq!(hatch.packages.unwrap()[0].range.slice(text), "src/acme");
    assert_eq!(
        (hatch.exclude, hatch.sources),
        (vec!["docs".to_owned()], vec![("src".to_owned(), String::new())])
    );
    assert_eq!(hatch.force_include, [("a/b".to_owned(), "c/b".to_owned())]);
    let setuptools = manifest.build.setuptools.unwrap();
    let find = setuptools.find.unwrap();
    assert_eq!((find.roots, find.namespaces), (vec!["src".to_owned()], false));
    assert_eq!(setuptools.package_dir, [(String::new(), "src".to_owned())]);
    assert_eq!(setuptools.py_modules, Some(vec!["one".to_owned()]));
    assert_eq!(manifest.build.flit.unwrap().module.as_deref(), Some("acme"));
    assert_eq!(manifest.build.pdm.unwrap().package_dir.as_deref(), Some("src"));
    assert_eq!(manifest.build.maturin.unwrap().python_source.as_deref(), Some("python"));
    let environments: Vec<_> =
        manifest.pixi.iter().map(|e| (e.name.as_str(), e.features.len(), e.no_default_feature)).collect();
    assert_eq!(environments, [("test", 1, false), ("bare", 1, true)]);
}

#[test]
fn dagster_tables() {
    let text = "[tool.dagster]\nmodules = [{ type = \"module\", name = \"etl.definitions\" }]\ncode_location_name = \"etl\"\n\
        [tool.dg]\ndirectory_type = \"workspace\"\n[tool.dg.project]\nroot_module = \"etl\"\nregistry_modules = [\"etl.*\"]\n\
        [tool.dg.workspace]\n[[tool.dg.workspace.projects]]\npath = \"projects/a\"\n";
    let manifest = sound(text);
    let dagster = manifest.dagster.unwrap();
    assert_eq!(
        (dagster.range.slice(text), dagster.modules[0].range.slice(text)),
        ("dagster", "etl.definitions")
    );
    let project = manifest.dg_project.unwrap();
    assert_eq!(
        (project.range.slice(text), project.root_module.unwrap().range.slice(text)),
        ("project", "etl")
    );
    assert_eq!(project.registry_modules[0].range.slice(text), "etl.*");
    assert_eq!(manifest.dg_workspace.unwrap().projects[0].range.slice(text), "projects/a");
}

#[test]
fn errors_name_what_is_expected_at_its_place() {
    let cases = [
        ("[project]\nname = 1\n", "1", "`name` must be a string, not an integer"),
        ("[project]\nname = \"a b\"\n", "a b", "`a b` is not a distribution's name"),
        (
            "[project]\nname = \"a\"\ndependencies = \"x\"\n",
            "\"x\"",
            "`dependencies` must be a list of strings, not a string",
        ),
        ("[project]\nname = \"a\"\ndependencies = [\"x\", 1]\n", "1", "expected a string, found an integer"),
        (
            "[project]\nname = \"a\"\ndependencies = [\"x >= y\"]\n",
            ">= y",
            "`>= y` is not a version specifier",
        ),
        (
            "[project]\nname = \"a\"\ndependencies = [\"x\\t>= y\"]\n",
            "x\\t>= y",
            "`>= y` is not a version specifier",
        ),
        (
            "[tool.uv.sources]\nx = \"../x\"\n",
            "\"../x\"",
            "a source must be a table such as `{ path = \"…\" }`, not a string",
        ),
        (
            "[tool.uv.sources]\nx = { editable = true }\n",
            "{ editable = true }",
            "a source needs one of `path`, `workspace`, `git`, `url` and `index`",
        ),
        ("[tool.poetry.dependencies]\nx = \"^y\"\n", "^y", "`^y` is not a version constraint"),
        (
            "[dependency-groups]\na = [1]\n",
            "1",
            "expected a requirement or `{ include-group = \"…\" }`, found an integer",
        ),
    ];
    for (text, place, message) in cases {
        let manifest = read(text);
        let found: Vec<_> =
            manifest.errors.iter().map(|e| (e.range.slice(text), e.message.as_str())).collect();
        assert_eq!(found, [(place, message)], "{text}");
    }
}

#[test]
fn broken_text_keeps_what_is_sound() {
    let text = "[project]\nname = \"a\"\ndependencies = [\"x\"]\n[tool.uv\nsources = 1\n";
    let manifest = read(text);
    assert!(!manifest.errors.is_empty() && manifest.errors.iter().all(|error| !error.message.is_empty()));
    assert_eq!(requirements(text, &manifest), ["x||main|"]);
}

#[test]
fn uv_indexes_are_read_with_or_without_a_name() {
    let text = r#"
[[tool.uv.index]]
name = "corp"
url = "https://corp.example/simple"
explicit = true
[[tool.uv.index]]
url = "https://mirror.example"
default = true
[[tool.uv.index]]
name = "nowhere"
"#;
    let indexes: Vec<_> = sound(text)
        .indexes
        .into_iter()
        .map(|index| {
            let name = index.name.map(|name| name.range.slice(text).to_owned());
            (name, index.url.range.slice(text).to_owned(), index.explicit, index.default)
        })
        .collect();
    assert_eq!(
        indexes,
        [
            (Some("corp".to_owned()), "https://corp.example/simple".to_owned(), true, false),
            (None, "https://mirror.example".to_owned(), false, true),
        ]
    );
}
