use super::*;

/// A folder with these files, removed when dropped.
fn tree(entries: &[(&str, &str)]) -> (tempfile::TempDir, Utf8PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = Utf8Path::from_path(temp.path()).unwrap().to_owned();
    for (path, text) in entries {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("$ROOT", dir.as_str())).unwrap();
    }
    (temp, dir)
}

const SITE: &str = "etl/.venv/lib/python3.12/site-packages";

/// An environment with an installed distribution and an editable one of each kind.
fn environment() -> (tempfile::TempDir, Utf8PathBuf, Environment) {
    let at = |path: &str| format!("{SITE}/{path}");
    let entries = [
        ("etl/.venv/pyvenv.cfg".to_owned(), "home = /usr/bin\n"),
        (at("acme/__init__.py"), ""),
        (at("acme/io.py"), ""),
        (at("acme/native.cpython-312-x86_64-linux-gnu.so"), ""),
        (
            at("Acme_Pinned-0.1.3.dist-info/RECORD"),
            "acme/__init__.py,,\nacme/io.py,sha256=x,3\nacme/io.pyi,,\n../../../bin/acme,,\n",
        ),
        (at("other-2.0.dist-info/RECORD"), "other/acme/io.py,,\n"),
        (
            at("hooli_shared-1.0.dist-info/direct_url.json"),
            r#"{"url": "file://$ROOT/shared", "dir_info": {"editable": true}}"#,
        ),
        (at("_hooli_shared.pth"), "$ROOT/shared/src\n"),
        ("shared/src/hooli/assets.py".to_owned(), ""),
        (
            at("mapped-1.0.dist-info/direct_url.json"),
            r#"{"url": "file://$ROOT/mapped", "dir_info": {"editable": true}}"#,
        ),
        (at("__editable__.mapped-1.0.pth"), "import __editable___mapped_1_0_finder\n"),
        (
            at("__editable___mapped_1_0_finder.py"),
            "MAPPING: dict[str, str] = {'mapped': '$ROOT/mapped/lib', 'single': '$ROOT/mapped/single'}\n\
             NAMESPACES: dict[str, list[str]] = {'ns': ['$ROOT/mapped/ns']}\n",
        ),
        ("mapped/lib/__init__.py".to_owned(), ""),
        ("mapped/single.py".to_owned(), ""),
        ("mapped/ns/part.py".to_owned(), ""),
        (
            at("pinned_git-3.0.dist-info/direct_url.json"),
            r#"{"url": "https://x/y.git", "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "v3"}}"#,
        ),
        (at("broken-1.0.dist-info/direct_url.json"), "{\"url\": "),
    ];
    let entries: Vec<(&str, &str)> = entries.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let (temp, dir) = tree(&entries);
    let environment = find_environment(&Files::default(), &dir.join("etl"), None).unwrap();
    (temp, dir, environment)
}

#[test]
fn modules_are_found_installed_and_in_live_trees() {
    let (_temp, dir, environment) = environment();
    let files = Files::default();
    for (module, expected) in [
        ("acme.io", format!("{SITE}/acme/io.py")),
        ("acme.native", format!("native {SITE}/acme/native.cpython-312-x86_64-linux-gnu.so")),
        ("hooli.assets", "shared/src/hooli/assets.py".to_owned()),
        ("mapped", "mapped/lib/__init__.py".to_owned()),
        ("single", "mapped/single.py".to_owned()),
        ("ns", "namespace mapped/ns".to_owned()),
        ("ns.part", "mapped/ns/part.py".to_owned()),
        ("acme.nothing", "nothing".to_owned()),
    ] {
        let found = match environment.find(&files, &ModuleName::new(module).unwrap()) {
            Some(Found::Module(file)) => crate::vfs::relative(file.path(), &dir),
            Some(Found::Native(path)) => format!("native {}", crate::vfs::relative(&path, &dir)),
            Some(Found::Namespace(path)) => format!("namespace {}", crate::vfs::relative(&path, &dir)),
            None => "nothing".to_owned(),
        };
        assert_eq!(found, expected, "{module}");
    }
}

#[test]
fn records_tell_who_installed_a_module() {
    let (_temp, _dir, environment) = environment();
    let files = Files::default();
    for (module, expected) in [
        ("acme.io", Some("acme-pinned")),
        ("hooli.assets", Some("hooli-shared")),
        ("single", Some("mapped")),
        ("ns.part", Some("mapped")),
        ("nothing", None),
    ] {
        let provider = environment.provider_of(&files, &ModuleName::new(module).unwrap());
        assert_eq!(provider.as_ref().map(DistributionName::as_str), expected, "{module}");
    }
    let names: Vec<String> =
        environment.distributions(&files).iter().map(|(name, version)| format!("{name} {version}")).collect();
    assert_eq!(
        names,
        ["acme-pinned 0.1.3", "broken 1.0", "hooli-shared 1.0", "mapped 1.0", "other 2.0", "pinned-git 3.0"]
    );
}

#[test]
fn a_distribution_tells_where_it_came_from() {
    let (_temp, dir, environment) = environment();
    let files = Files::default();
    let installed = |name: &str| environment.distribution(&files, &DistributionName::new(name).unwrap());
    assert_eq!(installed("Hooli.Shared").unwrap().origin.live_tree(), Some(dir.join("shared").as_path()));
    assert_eq!(installed("broken").unwrap().origin, Origin::Index);
    assert_eq!(
        installed("pinned-git").unwrap().origin,
        Origin::Repository {
            url: "https://x/y.git".to_owned(),
            commit: "abc".to_owned(),
            reference: Some("v3".to_owned()),
            subdirectory: None,
        }
    );
    let pinned = installed("acme-pinned").unwrap();
    assert_eq!(pinned.version, "0.1.3");
    let modules: Vec<String> = pinned
        .modules(&files)
        .iter()
        .map(|(module, file)| format!("{module} {}", crate::vfs::relative(file.path(), &dir.join(SITE))))
        .collect();
    assert_eq!(modules, ["acme acme/__init__.py", "acme.io acme/io.py"]);
    assert_eq!(installed("nothing"), None);
}

#[test]
fn environments_are_looked_for_in_the_project_and_then_in_its_workspace() {
    let site = |dir: &str| format!("{dir}/lib/python3.13/site-packages/x.py");
    let windows = "win/.venv/Lib/site-packages/x.py";
    let found = |entries: &[(&str, &str)], project: &str, root: Option<&str>| {
        let (_temp, dir) = tree(entries);
        let root = root.map(|root| dir.join(root));
        let environment = find_environment(&Files::default(), &dir.join(project), root.as_deref());
        environment.map(|environment| crate::vfs::relative(&environment.dir, &dir))
    };
    let all = [
        ("ws/a/x.py", ""),
        ("ws/.venv/pyvenv.cfg", ""),
        (&site("ws/.venv"), ""),
        ("ws/b/venv/pyvenv.cfg", ""),
        (&site("ws/b/venv"), ""),
        (&site("ws/c/.venv"), ""),
        ("ws/c/.pixi/envs/dev/conda-meta/history", ""),
        (&site("ws/c/.pixi/envs/dev"), ""),
        ("ws/c/.pixi/envs/default/conda-meta/history", ""),
        (&site("ws/c/.pixi/envs/default"), ""),
        ("ws/d/.env", "A=1\nexport DG_PROJECT_PYTHON_EXECUTABLE=\"../b/venv/bin/python\"\n"),
        ("win/.venv/pyvenv.cfg", ""),
        (windows, ""),
        ("empty/.venv/pyvenv.cfg", ""),
    ];
    for (project, root, expected) in [
        ("ws/a", Some("ws"), Some("ws/.venv")),
        ("ws/a", None, None),
        ("ws/b", Some("ws"), Some("ws/b/venv")),
        ("ws/c", Some("ws"), Some("ws/c/.pixi/envs/default")),
        ("ws/d", Some("ws"), Some("ws/b/venv")),
        ("win", None, Some("win/.venv")),
        ("empty", None, None),
    ] {
        assert_eq!(found(&all, project, root).as_deref(), expected, "{project}");
    }
}
