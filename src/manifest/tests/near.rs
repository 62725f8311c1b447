//! What nearly is something: each text but for one detail would be read as more, or as less.

use std::sync::Arc;

use super::*;

/// `name specifier ; marker @source` of each requirement with its group, then the paths.
fn told(kind: ManifestKind, text: &str) -> Vec<String> {
    let manifest = read(kind, text);
    let source = |kind: &SourceKind| match kind {
        SourceKind::Path { path, .. } => path.value.clone(),
        SourceKind::Git { url, reference, .. } => {
            format!(
                "git {}{}",
                url.value,
                reference.as_ref().map_or(String::new(), |at| format!("@{}", at.value))
            )
        }
        SourceKind::Url(url) => format!("url {}", url.value),
        other => format!("{other:?}"),
    };
    let requirements = manifest.requirements.iter().map(|one| {
        let group = match &one.group {
            Group::Main => String::new(),
            Group::Extra(name) => format!("{name}:"),
            other => format!("{other:?}:"),
        };
        let specifier = one.specifier.as_ref().map_or("", |specifier| specifier.range.slice(text));
        let marker = one.marker.as_deref().map_or(String::new(), |marker| format!(";{marker}"));
        let from = one.source.as_ref().map_or(String::new(), |entry| format!(" {}", source(&entry.kind)));
        format!("{group}{}{specifier}{marker}{from}", one.name.value)
    });
    let paths =
        manifest.paths.iter().map(|path| format!("{}[{}]", source(&path.entry.kind), path.extras.join(",")));
    let included = manifest.includes.iter().map(|one| format!("{:?} {}", one.kind, one.path.value));
    requirements.chain(paths).chain(included).collect()
}

fn check(kind: ManifestKind, cases: &[(&str, &[&str])]) {
    let told: Vec<_> = cases.iter().map(|(text, _)| (*text, told(kind, text))).collect();
    let expected: Vec<_> = cases
        .iter()
        .map(|(text, told)| (*text, told.iter().map(|one| (*one).to_owned()).collect()))
        .collect();
    let differing: Vec<_> = told.iter().zip(&expected).filter(|(told, expected)| told != expected).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn lines_that_name_no_path() {
    check(
        ManifestKind::Requirements,
        &[
            ("libs/shared", &["libs/shared[]"]),
            ("libs/shared[io]", &["libs/shared[io]"]),
            ("..", &["..[]"]),
            ("c:/libs/shared", &["c:/libs/shared[]"]),
            ("shared==1.0/2", &["shared"]),
            ("shared-1.0.zip", &["shared-1.0.zip[]"]),
            ("https://host/shared-1.0.tar.gz", &["shared url https://host/shared-1.0.tar.gz"]),
            ("git+https://host/shared.git#egg=shared[io]", &["shared git https://host/shared.git"]),
            ("shared @ git+https://host/shared.git@", &["shared git https://host/shared.git"]),
            (
                "shared @ https://host/a;b.zip ; python_version > '3'",
                &["shared;python_version > '3' url https://host/a;b.zip"],
            ),
            ("shared ;", &["shared"]),
            ("shared @ file:///x/${HOME}/y", &[]),
            ("shared--hash", &["shared-hash"]),
            ("shared --hash=sha256:a", &["shared"]),
            ("--requirements-of x", &[]),
            ("# a \\\nshared", &["shared"]),
            ("shared \\", &["shared"]),
        ],
    );
}

#[test]
fn metadata_that_says_less() {
    let of =
        |lines: &str| told(ManifestKind::CoreMetadata, &format!("Metadata-Version: 2.2\nName: a\n{lines}"));
    assert_eq!(of("Requires-Dist: b; extra == 'x' or extra == 'x'"), ["x:b;extra == 'x' or extra == 'x'"]);
    assert_eq!(of("Requires-Dist: b; extra == x"), ["b;extra == x"]);
    assert_eq!(of("Requires-Dist: b; (c == 'd')and extra == 'x'"), ["x:b;c == 'd'"]);
    assert_eq!(of("Requires-Dist: b; extra == 'x' and(c == 'd')"), ["x:b;c == 'd'"]);
    assert_eq!(of("Requires-Dist: b; c == 'brand' or extra == 'x'"), ["x:b;c == 'brand' or extra == 'x'"]);
    assert_eq!(of("Requires-Dist: b; extra == 'x'"), ["x:b"]);
    let manifest = read(ManifestKind::CoreMetadata, "Name: a\nName: b\n");
    assert_eq!(manifest.name.unwrap().value, "a");
}

#[test]
fn settings_of_other_sections() {
    let find = |text: &str| {
        let manifest = read(ManifestKind::SetupCfg, text);
        manifest.build.setuptools.and_then(|found| found.find).map(|find| find.roots)
    };
    let section = "[options.packages.find]\nwhere = src\n";
    assert_eq!(find(&format!("[options]\npackages = find:\n{section}")), Some(vec!["src".to_owned()]));
    for before in ["[other]\npackages = find:\n", "[options]\nother = find:\n", "[options]\npackages = a\n"] {
        assert_eq!(find(&format!("{before}{section}")), None, "{before}");
    }
    check(
        ManifestKind::SetupCfg,
        &[
            (
                "[options]\ninstall_requires = file: a.txt, , b.txt\n",
                &["Requirements a.txt", "Requirements b.txt"],
            ),
            ("  install_requires = a\n[options]\n  b\ninstall_requires =\n  c\n", &["c"]),
        ],
    );
    let submodules = |text: &str| read(ManifestKind::Gitmodules, text).submodules;
    let found = submodules("[submodule \"a\"]\npath = x\n[other]\npath = y\nurl = z\n");
    assert_eq!(
        (found.len(), found[0].path.as_ref().unwrap().value.as_str(), found[0].url.is_none()),
        (1, "x", true)
    );
}

#[test]
fn strings_and_brackets_of_a_table() {
    let named = |text: &str| {
        let manifest = read(ManifestKind::Pyproject, text);
        assert_eq!(manifest.errors, [], "{text}");
        told(ManifestKind::Pyproject, text)
    };
    for before in
        [r#"a = '\'"#, r#"a = "\"[""#, "a = '''\n'\n''[\n'''", "a = \"\"\"\n\\\"\"\"[\n\"\"\"", "a = \"'\""]
    {
        let text = format!("[tool.x]\n{before}\n[project]\nname = \"b\"\ndependencies = [\"c\"]\n");
        assert_eq!(named(&text), ["c"], "{before}");
    }
    let text = "[project]\nname = '''\nshared'''\n";
    assert_eq!(read(ManifestKind::Pyproject, text).name.unwrap().range.slice(text), "shared");
    let text = "[project]\nname = \"b\"\nversion = \"1\"\n[tool.pdm]\n[tool.pdm.version]\nsource = \"scm\"\n";
    assert!(matches!(read(ManifestKind::Pyproject, text).version, Version::Static(_)));
    let text = "[project]\nname = \"b\"\n[tool.poetry]\nname = \"c\"\n";
    assert_eq!(read(ManifestKind::Pyproject, text).name.unwrap().value, "b");
    check(
        ManifestKind::Pyproject,
        &[
            ("[project]\nname = \"b\"\n[tool.setuptools.dynamic]\ndependencies = { file = [] }\n", &[]),
            ("[project]\nname = \"b\"\n[tool.hatch.metadata.hooks.requirements_txt]\nfiles = []\n", &[]),
            (
                "[tool.poetry]\nname = \"b\"\n[tool.poetry.dependencies]\nc = { file = \"c.whl\" }\n",
                &["c url c.whl"],
            ),
        ],
    );
}

#[test]
fn scalars_and_comments_of_yaml() {
    let comments = |text: &str| -> Vec<String> {
        read(ManifestKind::CodeLocations, text).comments.into_iter().map(|comment| comment.value).collect()
    };
    assert_eq!(
        comments("# crossloc: a\nx: 'it''s # crossloc: b' # crossloc: c\ny: z# crossloc: d\n"),
        ["crossloc: a", "crossloc: c"]
    );
    assert_eq!(
        comments("x: \"a\\\"b # crossloc: b\" # crossloc: c\ny: '\\' # crossloc: d\n"),
        ["crossloc: c", "crossloc: d"]
    );
    let text =
        "load_from:\n  - python_module: 'it''s'\n  - python_module: \"b\\\"c\"\n  - python_module: 'd\\'\n";
    let mentions = read(ManifestKind::CodeLocations, text).mentions;
    let places: Vec<&str> = mentions.iter().map(|mention| mention.range.slice(text)).collect();
    assert!(places.contains(&"it''s") && places.contains(&"b\\\"c") && places.contains(&"d\\"), "{places:?}");
    let deep = format!("load_from:\n  - python_module: a\n  - {}{}\n", "[".repeat(300), "]".repeat(300));
    assert_eq!(read(ManifestKind::CodeLocations, &deep).locations.len(), 1);
}

#[test]
fn what_a_setup_script_leaves_open() {
    check(
        ManifestKind::SetupPy,
        &[
            ("setup(install_requires=['a' 'b'])", &["ab"]),
            ("setup(install_requires=[('a'  # why\n 'b')])", &["ab"]),
            ("setup(install_requires=['a' f'{x}'])", &["a"]),
            ("setup(install_requires=[f'a{x}b'])", &["a"]),
            ("x = ['a']\nif y: x = ['b']\nsetup(install_requires=x)", &[]),
            ("if y: x = ['b']\nsetup(install_requires=x)", &[]),
            ("x.y = ['a']\nsetup(install_requires=x)", &[]),
            ("x, y = ['a'], 1\nsetup(install_requires=x)", &[]),
            ("setup(install_requires=['{}'.format('a')])", &[]),
            ("setup(install_requires=['a'.other('b')])", &[]),
            ("setup(install_requires=[r'a'])", &["a"]),
            ("setup(x for x in y)", &[]),
        ],
    );
    let found = |text: &str| read(ManifestKind::SetupPy, text).build.setuptools;
    let packages = found("setup(packages=find_packages('src', ['a'], ['b']))").unwrap().find.unwrap();
    assert_eq!((packages.roots, packages.exclude), (vec!["src".to_owned()], vec!["a".to_owned()]));
    let packages = found("setup(packages=find_packages(where='lib', include=['b']))").unwrap().find.unwrap();
    assert_eq!((packages.roots, packages.include), (vec!["lib".to_owned()], vec!["b".to_owned()]));
    assert_eq!(found("setup(packages=['a'])").unwrap().packages, Some(vec!["a".to_owned()]));
    assert_eq!(found("setup(packages=find_packages())").unwrap().packages, None);
}

#[test]
fn versions_and_specifiers_at_the_edge() {
    let admits = |specifier: &str, version: &str| {
        let text = format!("[project]\nname = \"a\"\ndependencies = [\"b{specifier}\"]\n");
        let manifest = read(ManifestKind::Pyproject, &text);
        let specifier = manifest.requirements[0].specifier.as_ref().unwrap().value.clone();
        specifier_admits(&specifier, &parse_version(version).unwrap())
    };
    for (specifier, version, expected) in [
        (">1.0", "1.0.post1", false),
        (">1.0", "1.0+local", false),
        (">1.0.post1", "1.0.post2", true),
        (">1.0.dev1", "1.0.dev2", true),
        (">1.0.dev1", "1.0", true),
        (">1.0.dev1", "1.0.dev1+local", false),
        (">1.0", "1.0.1", true),
        (">1.0a1", "1.0a1.post1", false),
    ] {
        assert_eq!(admits(specifier, version), expected, "{specifier} {version}");
    }
    check(
        ManifestKind::Pyproject,
        &[
            (
                "[tool.poetry]\nname = \"a\"\n[tool.poetry.dependencies]\nb = \">=1 <2\"\nc = \"1.* !=1.3\"\nd = \">= 1\"\n",
                &["b>=1 <2", "c1.* !=1.3", "d>= 1"],
            ),
            (
                "[tool.poetry]\nname = \"a\"\n[tool.poetry.dependencies]\nb = \"^1 || ^2\"\nc = \"\"\nd = \"*\"\n",
                &["b", "c", "d"],
            ),
            ("[project]\nname = \"a\"\ndependencies = [\"b>=1,x\"]\n", &["b"]),
        ],
    );
    let long = format!("{}python_version > '3'", "python_version > '3' or ".repeat(500));
    assert_eq!(parse_marker(&long), None);
}

#[test]
fn texts_that_no_tool_compiled() {
    for (text, expected) in [
        (
            "# This file was autogenerated by uv via the following command:\n#    uv pip compile x\na==1\n",
            true,
        ),
        ("#\n# This file is autogenerated by pip-compile with Python 3.11\na==1\n", true),
        ("a==1 --hash=sha256:0\n", true),
        ("# autogenerated by hand\na==1\n", false),
        ("a==1\nautogenerated by pip-compile\n", false),
        ("a==1 # sha256:\n", false),
    ] {
        assert_eq!(is_compiled(text), expected, "{text}");
    }
}

#[test]
fn groups_that_do_not_count_in_a_digest() {
    let plain = "[project]\nname = \"a\"\ndependencies = [\"b\"]\n";
    let of = |more: &str| poetry_content_hashes(&format!("{plain}{more}"), None);
    assert_eq!(of("[dependency-groups]\n"), of(""));
    assert_eq!(of("dependency-groups = 1\n"), of(""));
    assert_ne!(of("[dependency-groups]\ndev = [\"c\"]\n"), of(""));
    // One that knows neither `[project]` nor groups, one that knows the first.
    assert_eq!(of("[dependency-groups]\ndev = [\"c\"]\n").len(), 3);
    assert_eq!(of("").len(), 2);
    let alone = |more: &str| poetry_content_hashes(&format!("[tool.poetry]\nname = \"a\"\n{more}"), None);
    assert_eq!(alone("").len(), 1);
    assert_eq!(alone("[dependency-groups]\ndev = [\"c\"]\n").len(), 2);
    assert!(of("[broken").is_empty());
    assert!(
        of(&format!("[tool.poetry.dependencies]\nx = {}{}\n", "[".repeat(60), "]".repeat(60))).is_empty()
    );
}

#[test]
fn entries_that_a_lock_does_not_have() {
    let lock = |kind, text: &str| read_lock(kind, &Arc::from(text));
    let names = |lock: &Lock| lock.names().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
    let poetry = lock(
        LockKind::Poetry,
        "[[package]]\nname = \"a\"\nversion = \"1\"\n# x [[package]]\n\n[[package]]\nname = \"a\"\nversion = \"2\"\n\
         [package.source]\ntype = \"directory\"\nurl = \"../a\"\n\n[[package]]\nname = \"b\"\nversion = \"1\"\ndevelop = false\n\
         [package.source]\ntype = \"directory\"\nurl = \"../b\"\n\n[metadata]\nlock-version = \"2.1\"\n\n[extras]\nx = [\"a\"]\n",
    );
    assert_eq!((names(&poetry), poetry.errors.len()), (vec!["a".to_owned(), "b".to_owned()], 0));
    let sources: Vec<_> = poetry.all_entries().map(|entry| entry.source.clone()).collect();
    assert_eq!(sources[1], LockSource::Directory("../a".to_owned()));
    assert_eq!(sources[2], LockSource::Directory("../b".to_owned()));
    assert!(!poetry.names_several_indexes());
    let legacy = "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.source]\ntype = \"legacy\"\nurl = \"https://x\"\n\n";
    assert!(!lock(LockKind::Poetry, legacy).names_several_indexes());
    assert!(
        lock(LockKind::Poetry, &format!("{legacy}[[package]]\nname = \"b\"\nversion = \"1\"\n"))
            .names_several_indexes()
    );
    let pixi = |entries: &str| {
        lock(LockKind::Pixi, &format!("version: 6\nenvironments: {{}}\npackages:\n{entries}"))
    };
    let found = pixi(
        "- conda: https://x/c-1.conda\n  name: c\n- pypi: ./a\n  name: a\n  version: '1'\n  editable: false\n- kind: pypi\n  name: b\n  path: ../b\n  editable: true\n",
    );
    assert_eq!(names(&found), ["a", "b"]);
    let sources: Vec<_> = found.all_entries().map(|entry| entry.source.clone()).collect();
    assert_eq!(sources, [LockSource::Directory("./a".to_owned()), LockSource::Editable("../b".to_owned())]);
    assert_eq!(found.live_entries().len(), 2);
    let broken = lock(LockKind::Pixi, "version: 99\npackages:\n- pypi: ./a\n  name: a\n");
    assert_eq!(names(&broken), [""; 0]);
    let uv = lock(
        LockKind::Uv,
        "version = 1\n\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { git = \"https://x/a.git#\" }\n\
         dependencies = [{ name = \"b\", version = \"1\", source = { registry = \"https://x\" } }]\n\n[[package]]\nname = \"b\"\nversion = \"1\"\n\
         source = { registry = \"https://y\" }\n\n[[package]]\nname = \"b\"\nversion = \"1\"\nsource = { registry = \"https://x\" }\n\n[[package]]\n",
    );
    let a = &uv.entries(&DistributionName::new("a").unwrap())[0];
    assert!(matches!(&a.source, LockSource::Git { commit: None, .. }));
    let targets: Vec<_> = uv.targets(&a.dependencies[0]).iter().map(|entry| entry.index).collect();
    assert_eq!(targets, [2]);
    assert_eq!(uv.errors.len(), 0);
}
