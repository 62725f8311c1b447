//! The projects that are built, backend by backend.

use crossloc::manifest::{
    BuildSystem, FindPackages, Flit, Hatch, Maturin, PackageInclude, Pdm, Poetry, Setuptools, UvBuild,
};
use crossloc::text::Spanned;

use super::Case;

const SRC: &str = "src/acme_shared/__init__.py src/acme_shared/io/__init__.py src/acme_shared/io/load.py
    src/acme_shared/typed.pyi src/acme_shared/data/plain.py tests/test_a.py tests/__init__.py conftest.py";
const FLAT: &str =
    "acme_shared/__init__.py acme_shared/io/load.py acme_shared/tests/test_a.py tests/__init__.py
    tests/test_a.py tasks.py setup_helper.py";

/// All of them.
pub fn cases() -> Vec<Case> {
    [hatch(), setuptools(), poetry(), flit(), pdm(), uv(), maturin()].into_iter().flatten().collect()
}

fn hatch() -> Vec<Case> {
    let case = |title, tables, files, hatch| Case {
        build: BuildSystem { hatch: Some(hatch), ..of("hatchling.build") },
        ..plain(title, "hatchling.build", tables, files)
    };
    vec![
        plain("hatch-src", "hatchling.build", "", SRC),
        plain("hatch-flat", "hatchling.build", "", FLAT),
        plain("hatch-module", "hatchling.build", "", "acme_shared.py other.py tests/test_a.py"),
        plain(
            "hatch-namespace",
            "hatchling.build",
            "",
            "acme/acme_shared/__init__.py acme/other/x.py lib/x.py",
        ),
        case(
            "hatch-packages",
            "[tool.hatch.build.targets.wheel]\npackages = [\"src/acme\", \"lib/more\", \"top\"]\nexclude = [\"**/tests\", \"/src/acme/gen\"]\n",
            "src/acme/io/load.py src/acme/io/tests/test_a.py src/acme/gen/x.py src/other/x.py lib/more/__init__.py \
             lib/not.py top/__init__.py top/gen/y.py",
            Hatch {
                packages: Some(spanned(&["src/acme", "lib/more", "top"])),
                exclude: strings(&["**/tests", "/src/acme/gen"]),
                ..Hatch::default()
            },
        ),
        case(
            "hatch-include",
            "[tool.hatch.build.targets.wheel]\ninclude = [\"acme/**/*.py\", \"/other.py\"]\nexclude = [\"*_draft.py\"]\n",
            "acme/io/load.py acme/io/load_draft.py acme/x.py other.py more/x.py more/other.py",
            Hatch {
                include: Some(strings(&["acme/**/*.py", "/other.py"])),
                exclude: strings(&["*_draft.py"]),
                ..Hatch::default()
            },
        ),
        case(
            "hatch-only-include-sources",
            "[tool.hatch.build.targets.wheel]\nonly-include = [\"src/acme\", \"lib/plugins\"]\nsources = [\"src\"]\n",
            "src/acme/__init__.py src/acme/x.py src/not.py lib/plugins/a.py lib/not.py",
            Hatch {
                only_include: Some(strings(&["src/acme", "lib/plugins"])),
                sources: pairs(&[("src", "")]),
                ..Hatch::default()
            },
        ),
        case(
            "hatch-sources-rewritten",
            "[tool.hatch.build.targets.wheel]\nonly-include = [\"python\"]\n[tool.hatch.build.targets.wheel.sources]\n\"python\" = \"acme/shared\"\n",
            "python/__init__.py python/io/load.py other/x.py",
            Hatch {
                only_include: Some(strings(&["python"])),
                sources: pairs(&[("python", "acme/shared")]),
                ..Hatch::default()
            },
        ),
        case(
            "hatch-force-include",
            "[tool.hatch.build.targets.wheel]\npackages = [\"src/acme\"]\n[tool.hatch.build.targets.wheel.force-include]\n\"gen/version.py\" = \"acme/version.py\"\n\"vendor\" = \"acme/vendored\"\n",
            "src/acme/__init__.py gen/version.py gen/other.py vendor/__init__.py vendor/a/b.py",
            Hatch {
                packages: Some(spanned(&["src/acme"])),
                force_include: pairs(&[("gen/version.py", "acme/version.py"), ("vendor", "acme/vendored")]),
                ..Hatch::default()
            },
        ),
    ]
}

fn setuptools() -> Vec<Case> {
    let case = |title, tables, files, setuptools| Case {
        build: BuildSystem { setuptools: Some(setuptools), ..of("setuptools.build_meta") },
        ..plain(title, "setuptools.build_meta", tables, files)
    };
    let find = |roots: &[&str], include: &[&str], exclude: &[&str], namespaces| Setuptools {
        find: Some(FindPackages {
            roots: strings(roots),
            include: strings(include),
            exclude: strings(exclude),
            namespaces,
        }),
        ..Setuptools::default()
    };
    vec![
        plain("setuptools-src", "setuptools.build_meta", "", SRC),
        plain(
            "setuptools-src-modules",
            "setuptools.build_meta",
            "",
            "src/one.py src/pack/x.py tests/test_a.py",
        ),
        plain(
            "setuptools-flat",
            "setuptools.build_meta",
            "",
            "acme/__init__.py acme/io/load.py acme/tests/x.py tests/x.py docs/conf.py scripts/x.py extra.py",
        ),
        plain(
            "setuptools-module",
            "setuptools.build_meta",
            "",
            "single.py conftest.py tests/test_a.py noxfile.py",
        ),
        Case {
            build: BuildSystem { setuptools: Some(Setuptools::default()), ..BuildSystem::default() },
            extra: &[("setup.py", "from setuptools import setup\nsetup()\n")],
            ..plain("setuptools-legacy", "", "", "acme/__init__.py acme/x.py tests/test_a.py")
        },
        case(
            "setuptools-listed",
            "[tool.setuptools]\npackages = [\"acme\", \"acme.io\"]\npy-modules = [\"other\"]\n",
            "acme/__init__.py acme/x.py acme/io/load.py acme/not/x.py other.py more.py",
            Setuptools {
                packages: Some(strings(&["acme", "acme.io"])),
                py_modules: Some(strings(&["other"])),
                ..Setuptools::default()
            },
        ),
        case(
            "setuptools-package-dir",
            "[tool.setuptools]\npackages = [\"acme\", \"acme.io\", \"acme.more\"]\npackage-dir = { \"\" = \"src\", \"acme.more\" = \"lib/more\" }\n",
            "src/acme/__init__.py src/acme/io/load.py src/acme/not/x.py lib/more/a.py lib/more/deep/x.py",
            Setuptools {
                packages: Some(strings(&["acme", "acme.io", "acme.more"])),
                package_dir: pairs(&[("", "src"), ("acme.more", "lib/more")]),
                ..Setuptools::default()
            },
        ),
        case(
            "setuptools-find-where",
            "[tool.setuptools.packages.find]\nwhere = [\"python\"]\ninclude = [\"acme*\"]\nexclude = [\"acme.tests*\", \"*.drafts\"]\n",
            "python/acme/__init__.py python/acme/io/load.py python/acme/tests/deep/x.py python/acme/drafts/x.py \
             python/acme/drafts/more/y.py python/other/x.py python/top.py",
            find(&["python"], &["acme*"], &["acme.tests*", "*.drafts"], true),
        ),
        case(
            "setuptools-find-no-namespaces",
            "[tool.setuptools.packages.find]\nnamespaces = false\nexclude = [\"tests\"]\n",
            "acme/__init__.py acme/plain/x.py acme/plain/deep/__init__.py acme/io/__init__.py loose/x.py tests/__init__.py",
            find(&["."], &["*"], &["tests"], false),
        ),
    ]
}

fn poetry() -> Vec<Case> {
    const BACKEND: &str = "poetry.core.masonry.api";
    let package = |include: &str, from: Option<&str>, to: Option<&str>| PackageInclude {
        include: include.to_owned(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    let case = |title, tables, files, poetry| Case {
        build: BuildSystem { poetry: Some(poetry), ..of(BACKEND) },
        ..plain(title, BACKEND, tables, files)
    };
    vec![
        plain("poetry-src", BACKEND, "", SRC),
        plain("poetry-flat", BACKEND, "", FLAT),
        plain("poetry-module", BACKEND, "", "src/acme_shared.py src/other.py"),
        case(
            "poetry-packages",
            "[tool.poetry]\npackages = [{ include = \"acme\", from = \"lib\" }, { include = \"plugins\", to = \"acme/more\" }, { include = \"single.py\" }]\nexclude = [\"lib/acme/drafts\", \"**/*_draft.py\"]\n",
            "lib/acme/__init__.py lib/acme/a/b.py lib/acme/drafts/x.py lib/acme/a/c_draft.py lib/other/x.py \
             plugins/a.py single.py other.py",
            Poetry {
                packages: vec![
                    package("acme", Some("lib"), None),
                    package("plugins", None, Some("acme/more")),
                    package("single.py", None, None),
                ],
                exclude: strings(&["lib/acme/drafts", "**/*_draft.py"]),
                ..Poetry::default()
            },
        ),
        case(
            "poetry-globs-and-includes",
            "[tool.poetry]\npackages = [{ include = \"acme/**/*.py\", from = \"src\" }]\ninclude = [{ path = \"extras/*.py\", format = \"wheel\" }]\n",
            "src/acme/__init__.py src/acme/a/b.py src/other/x.py extras/one.py extras/deep/x.py",
            Poetry {
                packages: vec![package("acme/**/*.py", Some("src"), None)],
                include: strings(&["extras/*.py"]),
                ..Poetry::default()
            },
        ),
    ]
}

fn flit() -> Vec<Case> {
    const BACKEND: &str = "flit_core.buildapi";
    let named = |title, name: &str, tables, files| Case {
        build: BuildSystem { flit: Some(Flit { module: Some(name.to_owned()) }), ..of(BACKEND) },
        ..plain(title, BACKEND, tables, files)
    };
    vec![
        plain("flit-src", BACKEND, "", SRC),
        plain("flit-module", BACKEND, "", "acme_shared.py other.py"),
        named(
            "flit-dotted",
            "acme.io.load",
            "[tool.flit.module]\nname = \"acme.io.load\"\n",
            "src/acme/io/load/__init__.py src/acme/io/load/a/b.py src/acme/io/not.py src/acme/other/x.py",
        ),
        named(
            "flit-stubs",
            "acme-stubs",
            "[tool.flit.module]\nname = \"acme-stubs\"\n",
            "acme-stubs/__init__.pyi acme-stubs/a.pyi",
        ),
    ]
}

fn pdm() -> Vec<Case> {
    let case = |title, tables, files, pdm| Case {
        build: BuildSystem { pdm: Some(pdm), ..of("pdm.backend") },
        ..plain(title, "pdm.backend", tables, files)
    };
    vec![
        plain("pdm-src", "pdm.backend", "", SRC),
        plain(
            "pdm-flat",
            "pdm.backend",
            "",
            "acme/__init__.py acme/plain/x.py other/__init__.py loose/x.py tests/__init__.py top.py",
        ),
        plain("pdm-modules", "pdm.backend", "", "one.py two.py loose/x.py tests/test_a.py"),
        case(
            "pdm-includes",
            "[tool.pdm.build]\nincludes = [\"src/acme\", \"extra/*.py\"]\nexcludes = [\"src/acme/drafts\"]\n",
            "src/acme/__init__.py src/acme/io/load.py src/acme/drafts/x.py src/other/x.py extra/a.py extra/deep/b.py",
            Pdm {
                includes: strings(&["src/acme", "extra/*.py"]),
                excludes: strings(&["src/acme/drafts"]),
                ..Pdm::default()
            },
        ),
        case(
            "pdm-package-dir",
            "[tool.pdm.build]\npackage-dir = \"lib\"\nexcludes = [\"lib/acme/tests\"]\n",
            "lib/acme/__init__.py lib/acme/tests/x.py lib/loose/x.py src/other/__init__.py",
            Pdm {
                package_dir: Some("lib".to_owned()),
                excludes: strings(&["lib/acme/tests"]),
                ..Pdm::default()
            },
        ),
    ]
}

fn uv() -> Vec<Case> {
    let case = |title, tables, files, uv| Case {
        build: BuildSystem { uv: Some(uv), ..of("uv_build") },
        ..plain(title, "uv_build", tables, files)
    };
    let names = |names: &[&str]| Some(strings(names));
    vec![
        plain("uv-src", "uv_build", "", SRC),
        case(
            "uv-flat",
            "[tool.uv.build-backend]\nmodule-root = \"\"\n",
            FLAT,
            UvBuild { module_root: Some(String::new()), ..UvBuild::default() },
        ),
        case(
            "uv-dotted",
            "[tool.uv.build-backend]\nmodule-name = \"acme.shared\"\n",
            "src/acme/shared/__init__.py src/acme/shared/a/b.py src/acme/other/x.py",
            UvBuild { module_name: names(&["acme.shared"]), ..UvBuild::default() },
        ),
        case(
            "uv-namespace",
            "[tool.uv.build-backend]\nmodule-name = \"acme\"\nnamespace = true\n",
            "src/acme/shared/__init__.py src/acme/io/load.py src/other/__init__.py",
            UvBuild { module_name: names(&["acme"]), namespace: true, ..UvBuild::default() },
        ),
        case(
            "uv-several",
            "[tool.uv.build-backend]\nmodule-name = [\"acme\", \"acme_more.io\"]\n",
            "src/acme/__init__.py src/acme/x.py src/acme_more/io/__init__.py src/acme_more/not/__init__.py",
            UvBuild { module_name: names(&["acme", "acme_more.io"]), ..UvBuild::default() },
        ),
        case(
            "uv-stubs",
            "[tool.uv.build-backend]\nmodule-name = \"acme-stubs\"\n",
            "src/acme-stubs/__init__.pyi src/acme-stubs/a/b.pyi",
            UvBuild { module_name: names(&["acme-stubs"]), ..UvBuild::default() },
        ),
    ]
}

fn maturin() -> Vec<Case> {
    const CRATE: &[(&str, &str)] = &[
        (
            "Cargo.toml",
            "[package]\nname = \"acme_shared\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[[bin]]\nname = \"acme-shared\"\npath = \"rust.rs\"\n[workspace]\n",
        ),
        ("rust.rs", "fn main() {}\n"),
    ];
    let case = |title, tables, files, maturin| Case {
        build: BuildSystem { maturin: Some(maturin), ..of("maturin") },
        extra: CRATE,
        ..plain(title, "maturin", tables, files)
    };
    vec![
        case(
            "maturin-flat",
            "[tool.maturin]\nbindings = \"bin\"\nmodule-name = \"acme_shared\"\n",
            FLAT,
            Maturin { module_name: Some("acme_shared".to_owned()), ..Maturin::default() },
        ),
        case(
            "maturin-source-and-packages",
            "[tool.maturin]\nbindings = \"bin\"\nmodule-name = \"acme_shared\"\npython-source = \"python\"\npython-packages = [\"acme_more\"]\n",
            "python/acme_shared/__init__.py python/acme_shared/io/load.py python/acme_more/__init__.py python/other/x.py",
            Maturin {
                python_source: Some("python".to_owned()),
                python_packages: strings(&["acme_more"]),
                module_name: Some("acme_shared".to_owned()),
            },
        ),
    ]
}

fn plain(title: &'static str, backend: &'static str, tables: &'static str, files: &'static str) -> Case {
    Case { title, backend, tables, files, extra: &[], build: of(backend) }
}

fn of(backend: &str) -> BuildSystem {
    BuildSystem {
        backend: Some(Spanned::new(backend.to_owned(), Default::default())),
        ..BuildSystem::default()
    }
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn spanned(values: &[&str]) -> Vec<Spanned<String>> {
    strings(values).into_iter().map(|value| Spanned::new(value, Default::default())).collect()
}

fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
}
