use super::*;
use crate::source::{Platform, Surroundings};

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
    let environment = Environment::at(&Files::default(), &dir.join("etl/.venv"), FoundBy::Folder).unwrap();
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

/// An installed module below an environment's folder, as Unix has it.
fn site(dir: &str) -> String {
    format!("{dir}/lib/python3.13/site-packages/x.py")
}

fn owner<'o>(dir: &'o Utf8Path, name: Option<&'o DistributionName>) -> Owner<'o> {
    Owner { dir, name, workspace_root: None, alone: false }
}

fn knowing(variables: &[(&str, &str)]) -> Surroundings {
    let start = Surroundings { platform: Platform::Unix, ..Surroundings::default() };
    variables.iter().fold(start, |all, (name, value)| all.with(name, value))
}

/// `ws/.venv: in the project's folder`.
fn shown(found: Option<Environment>, root: &Utf8Path) -> String {
    let shown =
        found.map(|found| format!("{}: {}", crate::vfs::relative(&found.dir, root), found.found_by.words()));
    shown.unwrap_or_default()
}

#[test]
fn environments_are_looked_for_in_the_project() {
    let (_temp, dir) = tree(&[
        ("a/x.py", ""),
        ("b/venv/pyvenv.cfg", ""),
        (&site("b/venv"), ""),
        (&site("c/.venv"), ""),
        ("c/.pixi/envs/dev/conda-meta/history", ""),
        (&site("c/.pixi/envs/dev"), ""),
        ("c/.pixi/envs/default/conda-meta/history", ""),
        (&site("c/.pixi/envs/default"), ""),
        ("d/.env", "A=1\nexport DG_PROJECT_PYTHON_EXECUTABLE=\"../b/venv/bin/python\"\n"),
        ("d/.venv/pyvenv.cfg", ""),
        (&site("d/.venv"), ""),
        ("windows/.venv/pyvenv.cfg", ""),
        ("windows/.venv/LIB/Site-Packages/x.py", ""),
        ("pypy/.venv/pyvenv.cfg", "\0garbage = \u{fffd}\n[[[ include-system-site-packages"),
        ("pypy/.venv/lib/pypy3.11/site-packages/x.py", ""),
        ("conda/.conda/conda-meta/history", ""),
        (&site("conda/.conda"), ""),
        ("empty/.venv/pyvenv.cfg", ""),
        ("empty/env/lib/python3.13/site-packages/x.py", ""),
    ]);
    for (project, expected) in [
        ("a", ""),
        ("b", "b/venv: in the project's folder"),
        ("c", "c/.pixi/envs/default: made by pixi"),
        ("d", "b/venv: named by `DG_PROJECT_PYTHON_EXECUTABLE` in `.env`"),
        ("windows", "windows/.venv: in the project's folder"),
        ("pypy", "pypy/.venv: in the project's folder"),
        ("conda", "conda/.conda: in the project's folder"),
        ("empty", ""),
    ] {
        let project = dir.join(project);
        let found = find_environment(&Files::default(), &owner(&project, None), &knowing(&[]));
        assert_eq!(shown(found, &dir), expected, "{project}");
    }
}

#[cfg(unix)]
#[test]
fn lib64_is_mostly_a_link_and_pixi_links_to_detached_environments() {
    let lib64 = "a/.venv/lib64/python3.13/site-packages/only64.py";
    let (_temp, dir) = tree(&[
        ("a/.venv/pyvenv.cfg", ""),
        (&site("a/.venv"), ""),
        (lib64, ""),
        ("b/.venv/pyvenv.cfg", ""),
        (&site("b/.venv"), ""),
        ("detached/default/conda-meta/history", ""),
        (&site("detached/default"), ""),
        ("c/.pixi/config.toml", "detached-environments = true\n"),
    ]);
    std::os::unix::fs::symlink("lib", dir.join("b/.venv/lib64")).unwrap();
    std::os::unix::fs::symlink("../../detached", dir.join("c/.pixi/envs")).unwrap();
    let at = |path: &str| Environment::at(&Files::default(), &dir.join(path), FoundBy::Folder).unwrap();
    assert_eq!(at("a/.venv").site_packages.len(), 2);
    assert_eq!(at("b/.venv").site_packages.len(), 1);
    let project = dir.join("c");
    let found = find_environment(&Files::default(), &owner(&project, None), &knowing(&[]));
    assert_eq!(shown(found, &dir), "c/.pixi/envs/default: made by pixi");
}

#[test]
fn uv_is_told_by_a_variable_relative_to_its_workspace() {
    let (_temp, dir) = tree(&[
        ("ws/.venv-linux/pyvenv.cfg", ""),
        (&site("ws/.venv-linux"), ""),
        ("ws/member/.venv/pyvenv.cfg", ""),
        (&site("ws/member/.venv"), ""),
        ("other/x.py", ""),
        (&site("image/venv"), ""),
    ]);
    let absolute = dir.join("image/venv");
    let (member, root, other) = (dir.join("ws/member"), dir.join("ws"), dir.join("other"));
    let of_member = Owner { workspace_root: Some(&root), ..owner(&member, None) };
    let by_uv = "named by `UV_PROJECT_ENVIRONMENT`";
    for (owner, value, expected) in [
        (of_member, ".venv-linux", format!("ws/.venv-linux: {by_uv}")),
        (of_member, "", "ws/member/.venv: in the project's folder".to_owned()),
        (of_member, ".venv-gone", "ws/member/.venv: in the project's folder".to_owned()),
        (owner(&other, None), ".venv-linux", String::new()),
        // An absolute one is said to the process, not to each project.
        (owner(&other, None), absolute.as_str(), String::new()),
        (Owner { alone: true, ..owner(&other, None) }, absolute.as_str(), format!("image/venv: {by_uv}")),
    ] {
        let surroundings = knowing(&[("UV_PROJECT_ENVIRONMENT", value)]);
        let found = find_environment(&Files::default(), &owner, &surroundings);
        assert_eq!(shown(found, &dir), expected, "{} {value}", owner.dir);
    }
}

#[test]
fn poetrys_environments_are_known_by_name_and_hash() {
    let (_temp, dir) = tree(&[("etl/pyproject.toml", ""), ("cache/x", ""), ("etl/.venv/pyvenv.cfg", "")]);
    let hash = naming::hash(Files::default().real_path(&dir.join("etl")).as_str());
    let made = |folder: &str, version: &str| {
        let path = dir.join(site(&format!("{folder}/acme-etl-{hash}-py{version}")));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    };
    let write =
        |path: &str, text: &str| std::fs::write(dir.join(path), text.replace("$ROOT", dir.as_str())).unwrap();
    let name = DistributionName::new("Acme_ETL").unwrap();
    let project = dir.join("etl");
    let home = dir.join("home");
    let found = |variables: &[(&str, &str)]| {
        let surroundings = knowing(variables).with("HOME", home.as_str());
        let found = find_environment(&Files::default(), &owner(&project, Some(&name)), &surroundings);
        shown(found, &dir).replace(&hash, "HASH")
    };
    assert_eq!(found(&[]), "");
    made("home/.cache/pypoetry/virtualenvs", "3.9");
    made("home/.cache/pypoetry/virtualenvs", "3.11");
    let usual = "home/.cache/pypoetry/virtualenvs/acme-etl-HASH";
    assert_eq!(found(&[]), format!("{usual}-py3.11: made by Poetry"));
    write("home/.cache/pypoetry/virtualenvs/envs.toml", &format!("[acme-etl-{hash}]\nminor = '3.9'\n"));
    assert_eq!(found(&[]), format!("{usual}-py3.9: made by Poetry"));
    made("cache/virtualenvs", "3.12");
    assert_eq!(
        found(&[("POETRY_CACHE_DIR", dir.join("cache").as_str())]),
        "cache/virtualenvs/acme-etl-HASH-py3.12: made by Poetry"
    );
    made("envs", "3.13");
    assert_eq!(
        found(&[("POETRY_VIRTUALENVS_PATH", dir.join("envs").as_str())]),
        "envs/acme-etl-HASH-py3.13: made by Poetry"
    );
    made("etl/inside/envs", "3.14");
    write("etl/poetry.toml", "cache-dir = 'inside'\n[virtualenvs]\npath = '{cache-dir}/envs'\n");
    assert_eq!(found(&[]), "etl/inside/envs/acme-etl-HASH-py3.14: made by Poetry");
    // A `.venv` in the project is Poetry's, unless it is told otherwise.
    std::fs::create_dir_all(dir.join(site("etl/.venv"))).unwrap();
    assert_eq!(found(&[]), "etl/.venv: in the project's folder");
    std::fs::create_dir_all(dir.join("home/.config/pypoetry")).unwrap();
    write("home/.config/pypoetry/config.toml", "[virtualenvs]\nin-project = false\n");
    assert_eq!(found(&[]), "etl/inside/envs/acme-etl-HASH-py3.14: made by Poetry");
    assert_eq!(found(&[("POETRY_VIRTUALENVS_IN_PROJECT", "true")]), "etl/.venv: in the project's folder");
}

#[test]
fn hatchs_default_environment_is_known_by_name_and_hash() {
    let (_temp, dir) = tree(&[("ml/pyproject.toml", "")]);
    let project = dir.join("ml");
    let hash = naming::hash(project.as_str());
    let name = DistributionName::new("acme-ml").unwrap();
    let made = |folder: &str| {
        let path = dir.join(site(folder));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    };
    let found = |variables: &[(&str, &str)]| {
        let found = find_environment(&Files::default(), &owner(&project, Some(&name)), &knowing(variables));
        shown(found, &dir).replace(&hash, "HASH")
    };
    let home = dir.join("home");
    let home = ("HOME", home.as_str());
    made(&format!("home/.local/share/hatch/env/virtual/acme-ml/{hash}/docs"));
    assert_eq!(found(&[home]), "");
    made(&format!("home/.local/share/hatch/env/virtual/acme-ml/{hash}/acme-ml"));
    assert_eq!(found(&[home]), "home/.local/share/hatch/env/virtual/acme-ml/HASH/acme-ml: made by hatch");
    made(&format!("data/env/virtual/acme-ml/{hash}/acme-ml"));
    let data = dir.join("data");
    assert_eq!(
        found(&[home, ("HATCH_DATA_DIR", data.as_str())]),
        "data/env/virtual/acme-ml/HASH/acme-ml: made by hatch"
    );
    made("ml/.hatch/acme-ml");
    let config = dir.join("hatch.toml");
    std::fs::write(&config, "[dirs.env]\nvirtual = '.hatch'\n").unwrap();
    assert_eq!(found(&[home, ("HATCH_CONFIG", config.as_str())]), "ml/.hatch/acme-ml: made by hatch");
}

#[test]
fn an_active_environment_answers_for_the_project_it_belongs_to() {
    let (_temp, dir) = tree(&[
        ("a/.direnv/python-3.12/pyvenv.cfg", ""),
        (&site("a/.direnv/python-3.12"), ""),
        (&site("elsewhere"), ""),
    ]);
    let (a, b, inside, elsewhere) =
        (dir.join("a"), dir.join("b"), dir.join("a/.direnv/python-3.12"), dir.join("elsewhere"));
    let (of_a, of_b) = (owner(&a, None), owner(&b, None));
    let alone = Owner { alone: true, ..of_b };
    let [inside, elsewhere] = [inside.as_str(), elsewhere.as_str()];
    for (owner, variables, expected) in [
        (of_a, &[("VIRTUAL_ENV", inside)][..], "a/.direnv/python-3.12: active by `VIRTUAL_ENV`"),
        (of_b, &[("VIRTUAL_ENV", inside)], ""),
        (of_b, &[("VIRTUAL_ENV", elsewhere)], ""),
        (alone, &[("VIRTUAL_ENV", elsewhere)], "elsewhere: active by `VIRTUAL_ENV`"),
        (alone, &[("VIRTUAL_ENV", ""), ("CONDA_PREFIX", elsewhere)], "elsewhere: active by `CONDA_PREFIX`"),
        (alone, &[("CONDA_PREFIX", elsewhere), ("CONDA_DEFAULT_ENV", "base")], ""),
        (alone, &[("VIRTUAL_ENV", "elsewhere")], ""),
        (alone, &[], ""),
    ] {
        let found = active_environment(&Files::default(), &owner, &knowing(variables));
        assert_eq!(shown(found, &dir), expected, "{} {variables:?}", owner.dir);
    }
}

#[test]
fn the_systems_interpreter_is_no_environment() {
    let (_temp, dir) = tree(&[
        ("env/pyvenv.cfg", ""),
        (&site("env"), ""),
        (&site("usr"), ""),
        ("conda/conda-meta/history", ""),
        ("conda/Lib/site-packages/x.py", ""),
    ]);
    for (interpreter, expected) in [
        ("env/bin/python", Some(("env", true))),
        ("env", Some(("env", true))),
        ("conda/python.exe", Some(("conda", true))),
        ("usr/bin/python3", Some(("usr", false))),
        ("nowhere/bin/python", None),
    ] {
        let found = selected_environment(&Files::default(), &dir.join(interpreter), FoundBy::Selected);
        let found = found.map(|(found, made)| (crate::vfs::relative(&found.dir, &dir), made));
        assert_eq!(found, expected.map(|(dir, made)| (dir.to_owned(), made)), "{interpreter}");
    }
}
