mod near;

use camino::{Utf8Path, Utf8PathBuf};

use super::*;
use crate::manifest::{FindPackages, Hatch, PackageInclude, Poetry, Setuptools, UvBuild};
use crate::text::Spanned;

/// A folder with these files, removed when dropped.
fn project(paths: &[&str]) -> (tempfile::TempDir, Utf8PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = Utf8Path::from_path(temp.path()).unwrap().to_owned();
    for path in paths {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    (temp, dir)
}

fn backend(name: &str) -> Option<Spanned<String>> {
    Some(Spanned { value: name.to_owned(), range: Default::default() })
}

fn shipped(layout: &Layout) -> String {
    let modules = layout.modules(&Files::default());
    modules.iter().map(|(module, _)| module.as_str()).collect::<Vec<_>>().join(" ")
}

fn found(layout: &Layout, dir: &Utf8Path, module: &str) -> String {
    match layout.find(&Files::default(), &ModuleName::new(module).unwrap()) {
        Some(Found::Module(file)) => crate::vfs::relative(file.path(), dir),
        Some(Found::Native(path)) => format!("native {}", crate::vfs::relative(&path, dir)),
        Some(Found::Namespace(path)) => format!("namespace {}", crate::vfs::relative(&path, dir)),
        None => "nothing".to_owned(),
    }
}

#[test]
fn a_project_without_a_backend_is_taken_generously() {
    let (_temp, dir) = project(&[
        "src/acme/__init__.py",
        "src/acme/io.py",
        "jobs/run.py",
        "tests/test_x.py",
        "settings.py",
        "setup.py",
        "my-data/x.py",
        "projects/etl/pyproject.toml",
        "projects/etl/etl/x.py",
        ".venv/lib/x.py",
        "env2/pyvenv.cfg",
        "env2/lib/x.py",
    ]);
    let layout = layout(&Files::default(), &dir, None, None);
    assert_eq!(shipped(&layout), "acme acme.io jobs.run settings");
    assert_eq!(found(&layout, &dir, "acme.io"), "src/acme/io.py");
    assert_eq!(found(&layout, &dir, "tests.test_x"), "tests/test_x.py");
    assert_eq!(found(&layout, &dir, "jobs"), "namespace jobs");
    assert_eq!(found(&layout, &dir, "projects.etl.etl.x"), "projects/etl/etl/x.py");
    assert_eq!(found(&layout, &dir, "acme.nothing"), "nothing");
    let of = |path: &str| layout.module_of(&FileId::new(&dir.join(path))).map(|module| module.to_string());
    assert_eq!(of("src/acme/__init__.py").as_deref(), Some("acme"));
    assert_eq!(of("jobs/run.py").as_deref(), Some("jobs.run"));
    assert_eq!(of("my-data/x.py"), None);
    assert!(!layout.ships(&Files::default(), &ModuleName::new("tests.test_x").unwrap()));
    assert!(layout.ships(&Files::default(), &ModuleName::new("jobs").unwrap()));
}

#[test]
fn a_source_folder_that_is_a_package_is_imported_by_its_own_name() {
    let (_temp, dir) = project(&["src/__init__.py", "src/jobs.py"]);
    let layout = layout(&Files::default(), &dir, None, None);
    let file = FileId::new(&dir.join("src/jobs.py"));
    assert_eq!(layout.module_of(&file), ModuleName::new("src.jobs"));
    assert_eq!(found(&layout, &dir, "jobs"), "src/jobs.py");
}

#[test]
fn sources_win_over_stubs_and_compiled_modules_over_namespaces() {
    let (_temp, dir) = project(&[
        "acme/__init__.py",
        "acme/a.py",
        "acme/a.pyi",
        "acme/b.pyi",
        "acme/c.cpython-313-x86_64-linux-gnu.so",
        "acme/c/data.txt",
        "acme/d.py",
        "acme/d/__init__.py",
        "acme/e/__init__.pyi",
        "other-stubs/__init__.pyi",
        "other-stubs/x.pyi",
    ]);
    let layout = layout(&Files::default(), &dir, None, None);
    for (module, expected) in [
        ("acme.a", "acme/a.py"),
        ("acme.b", "acme/b.pyi"),
        ("acme.c", "native acme/c.cpython-313-x86_64-linux-gnu.so"),
        ("acme.d", "acme/d/__init__.py"),
        ("acme.e", "acme/e/__init__.pyi"),
        ("other", "other-stubs/__init__.pyi"),
        ("other.x", "other-stubs/x.pyi"),
        ("acme.a.b", "nothing"),
    ] {
        assert_eq!(found(&layout, &dir, module), expected, "{module}");
    }
    let of = layout.module_of(&FileId::new(&dir.join("other-stubs/x.pyi")));
    assert_eq!(of, ModuleName::new("other.x"));
    assert_eq!(shipped(&layout), "acme acme.a acme.b acme.d acme.e other other.x");
}

#[test]
fn what_can_be_imported_is_more_than_what_is_shipped() {
    let (_temp, dir) = project(&["acme/__init__.py", "acme/io/load.py", "acme_tests/__init__.py", "tool.py"]);
    let find = FindPackages {
        roots: vec![".".to_owned()],
        include: vec!["acme".to_owned()],
        exclude: Vec::new(),
        namespaces: true,
    };
    let setuptools = Setuptools { find: Some(find), ..Setuptools::default() };
    let build = BuildSystem { setuptools: Some(setuptools), ..BuildSystem::default() };
    let layout = layout(&Files::default(), &dir, None, Some(&build));
    assert_eq!(shipped(&layout), "acme");
    assert_eq!(found(&layout, &dir, "acme.io.load"), "acme/io/load.py");
    assert_eq!(found(&layout, &dir, "tool"), "tool.py");
    assert!(!layout.ships(&Files::default(), &ModuleName::new("acme.io").unwrap()));
}

#[test]
fn a_placed_package_is_found_by_its_placed_name() {
    let (_temp, dir) = project(&["lib/__init__.py", "lib/io.py", "gen/version.py", "plugins/a.py"]);
    let setuptools = Setuptools {
        packages: Some(vec!["acme.core".to_owned()]),
        package_dir: vec![("acme.core".to_owned(), "lib".to_owned())],
        ..Setuptools::default()
    };
    let build = BuildSystem { setuptools: Some(setuptools), ..BuildSystem::default() };
    let placed = layout(&Files::default(), &dir, None, Some(&build));
    assert_eq!(shipped(&placed), "acme.core acme.core.io");
    assert_eq!(found(&placed, &dir, "acme"), "namespace lib");
    assert_eq!(found(&placed, &dir, "acme.core.io"), "lib/io.py");
    assert!(placed.ships(&Files::default(), &ModuleName::new("acme").unwrap()));

    let force_include = vec![("gen/version.py".to_owned(), "acme/version.py".to_owned())];
    let hatch = Hatch { force_include, ..Hatch::default() };
    let build =
        BuildSystem { backend: backend("hatchling.build"), hatch: Some(hatch), ..BuildSystem::default() };
    let forced = layout(&Files::default(), &dir, None, Some(&build));
    assert_eq!(found(&forced, &dir, "acme.version"), "gen/version.py");
    let of = forced.module_of(&FileId::new(&dir.join("gen/version.py")));
    assert_eq!(of, ModuleName::new("acme.version"));

    let to = PackageInclude { include: "plugins".to_owned(), from: None, to: Some("acme/more".to_owned()) };
    let poetry = Poetry { packages: vec![to], ..Poetry::default() };
    let build = BuildSystem { poetry: Some(poetry), ..BuildSystem::default() };
    let moved = layout(&Files::default(), &dir, None, Some(&build));
    assert_eq!(shipped(&moved), "acme.more.plugins.a");
}

#[test]
fn rules_that_select_nothing_fall_back_to_every_place() {
    let (_temp, dir) = project(&["other/__init__.py"]);
    let name = DistributionName::new("acme").unwrap();
    for backend_name in ["hatchling.build", "uv_build", "flit_core.buildapi", "poetry.core.masonry.api"] {
        let build = BuildSystem { backend: backend(backend_name), ..BuildSystem::default() };
        let layout = layout(&Files::default(), &dir, Some(&name), Some(&build));
        assert_eq!(shipped(&layout), "other", "{backend_name}");
    }
    let uv = UvBuild { module_root: Some(String::new()), ..UvBuild::default() };
    let other = DistributionName::new("Other").unwrap();
    let build = BuildSystem { uv: Some(uv), ..BuildSystem::default() };
    assert_eq!(shipped(&layout(&Files::default(), &dir, Some(&other), Some(&build))), "other");
}

#[cfg(unix)]
#[test]
fn loops_of_links_end() {
    let (_temp, dir) = project(&["acme/__init__.py"]);
    for link in ["a", "b"] {
        std::os::unix::fs::symlink(&dir, dir.join("acme").join(link)).unwrap();
    }
    let layout = layout(&Files::default(), &dir, None, None);
    assert!(layout.modules(&Files::default()).iter().any(|(module, _)| module.as_str() == "acme"));
}
