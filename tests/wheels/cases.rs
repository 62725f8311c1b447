//! The projects that are built, backend by backend.

use super::Case;

const SRC: &str = "src/acme_shared/__init__.py src/acme_shared/io/__init__.py src/acme_shared/io/load.py
    src/acme_shared/typed.pyi src/acme_shared/data/plain.py tests/test_a.py tests/__init__.py conftest.py";
const FLAT: &str =
    "acme_shared/__init__.py acme_shared/io/load.py acme_shared/tests/test_a.py tests/__init__.py
    tests/test_a.py tasks.py setup_helper.py";
const CRATE: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[package]\nname = \"acme_shared\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         [[bin]]\nname = \"acme-shared\"\npath = \"rust.rs\"\n[workspace]\n",
    ),
    ("rust.rs", "fn main() {}\n"),
];
const SETUP: &[(&str, &str)] = &[("setup.py", "from setuptools import setup\nsetup()\n")];

/// All of them.
pub fn cases() -> Vec<Case> {
    [
        of("hatchling.build", &[], HATCH),
        of("setuptools.build_meta", &[], SETUPTOOLS),
        of("", SETUP, LEGACY),
        of("poetry.core.masonry.api", &[], POETRY),
        of("flit_core.buildapi", &[], FLIT),
        of("pdm.backend", &[], PDM),
        of("uv_build", &[], UV),
        of("maturin", CRATE, MATURIN),
    ]
    .concat()
}

/// Title, tables and files of each project.
type Rows = &'static [(&'static str, &'static str, &'static str)];

fn of(backend: &'static str, extra: &'static [(&'static str, &'static str)], rows: Rows) -> Vec<Case> {
    rows.iter().map(|(title, tables, files)| Case { title, backend, tables, files, extra }).collect()
}

const HATCH: Rows = &[
    ("hatch-src", "", SRC),
    ("hatch-flat", "", FLAT),
    ("hatch-module", "", "acme_shared.py other.py tests/test_a.py"),
    ("hatch-namespace", "", "acme/acme_shared/__init__.py acme/other/x.py lib/x.py"),
    (
        "hatch-packages",
        r#"
[tool.hatch.build.targets.wheel]
packages = ["src/acme", "lib/more", "top"]
exclude = ["**/tests", "/src/acme/gen"]
"#,
        "src/acme/io/load.py src/acme/io/tests/test_a.py src/acme/gen/x.py src/other/x.py
        lib/more/__init__.py lib/not.py top/__init__.py top/gen/y.py",
    ),
    (
        "hatch-include",
        r#"
[tool.hatch.build.targets.wheel]
include = ["acme/**/*.py", "/other.py"]
exclude = ["*_draft.py"]
"#,
        "acme/io/load.py acme/io/load_draft.py acme/x.py other.py more/x.py more/other.py",
    ),
    (
        "hatch-only-include-sources",
        r#"
[tool.hatch.build.targets.wheel]
only-include = ["src/acme", "lib/plugins"]
sources = ["src"]
"#,
        "src/acme/__init__.py src/acme/x.py src/not.py lib/plugins/a.py lib/not.py",
    ),
    (
        "hatch-sources-rewritten",
        r#"
[tool.hatch.build.targets.wheel]
only-include = ["python"]
[tool.hatch.build.targets.wheel.sources]
"python" = "acme/shared"
"#,
        "python/__init__.py python/io/load.py other/x.py",
    ),
    (
        "hatch-force-include",
        r#"
[tool.hatch.build.targets.wheel]
packages = ["src/acme"]
[tool.hatch.build.targets.wheel.force-include]
"gen/version.py" = "acme/version.py"
"vendor" = "acme/vendored"
"#,
        "src/acme/__init__.py gen/version.py gen/other.py vendor/__init__.py vendor/a/b.py",
    ),
];

const SETUPTOOLS: Rows = &[
    ("setuptools-src", "", SRC),
    ("setuptools-src-modules", "", "src/one.py src/pack/x.py tests/test_a.py"),
    (
        "setuptools-flat",
        "",
        "acme/__init__.py acme/io/load.py acme/tests/x.py tests/x.py docs/conf.py scripts/x.py
        extra.py",
    ),
    ("setuptools-module", "", "single.py conftest.py tests/test_a.py noxfile.py"),
    (
        "setuptools-listed",
        r#"
[tool.setuptools]
packages = ["acme", "acme.io"]
py-modules = ["other"]
"#,
        "acme/__init__.py acme/x.py acme/io/load.py acme/not/x.py other.py more.py",
    ),
    (
        "setuptools-package-dir",
        r#"
[tool.setuptools]
packages = ["acme", "acme.io", "acme.more"]
package-dir = { "" = "src", "acme.more" = "lib/more" }
"#,
        "src/acme/__init__.py src/acme/io/load.py src/acme/not/x.py lib/more/a.py
        lib/more/deep/x.py",
    ),
    (
        "setuptools-find-where",
        r#"
[tool.setuptools.packages.find]
where = ["python"]
include = ["acme*"]
exclude = ["acme.tests*", "*.drafts"]
"#,
        "python/acme/__init__.py python/acme/io/load.py python/acme/tests/deep/x.py
        python/acme/drafts/x.py python/acme/drafts/more/y.py python/other/x.py
        python/top.py",
    ),
    (
        "setuptools-find-no-namespaces",
        r#"
[tool.setuptools.packages.find]
namespaces = false
exclude = ["tests"]
"#,
        "acme/__init__.py acme/plain/x.py acme/plain/deep/__init__.py acme/io/__init__.py
        loose/x.py tests/__init__.py",
    ),
];

const LEGACY: Rows = &[("setuptools-legacy", "", "acme/__init__.py acme/x.py tests/test_a.py")];

const POETRY: Rows = &[
    ("poetry-src", "", SRC),
    ("poetry-flat", "", FLAT),
    ("poetry-module", "", "src/acme_shared.py src/other.py"),
    (
        "poetry-packages",
        r#"
[tool.poetry]
packages = [{ include = "acme", from = "lib" }, { include = "plugins", to = "acme/more" }, { include = "single.py" }]
exclude = ["lib/acme/drafts", "**/*_draft.py"]
"#,
        "lib/acme/__init__.py lib/acme/a/b.py lib/acme/drafts/x.py lib/acme/a/c_draft.py
        lib/other/x.py plugins/a.py single.py other.py",
    ),
    (
        "poetry-globs-and-includes",
        r#"
[tool.poetry]
packages = [{ include = "acme/**/*.py", from = "src" }]
include = [{ path = "extras/*.py", format = "wheel" }]
"#,
        "src/acme/__init__.py src/acme/a/b.py src/other/x.py extras/one.py extras/deep/x.py",
    ),
];

const FLIT: Rows = &[
    ("flit-src", "", SRC),
    ("flit-module", "", "acme_shared.py other.py"),
    (
        "flit-dotted",
        r#"
[tool.flit.module]
name = "acme.io.load"
"#,
        "src/acme/io/load/__init__.py src/acme/io/load/a/b.py src/acme/io/not.py
        src/acme/other/x.py",
    ),
    (
        "flit-stubs",
        r#"
[tool.flit.module]
name = "acme-stubs"
"#,
        "acme-stubs/__init__.pyi acme-stubs/a.pyi",
    ),
];

const PDM: Rows = &[
    ("pdm-src", "", SRC),
    (
        "pdm-flat",
        "",
        "acme/__init__.py acme/plain/x.py other/__init__.py loose/x.py tests/__init__.py top.py",
    ),
    ("pdm-modules", "", "one.py two.py loose/x.py tests/test_a.py"),
    (
        "pdm-includes",
        r#"
[tool.pdm.build]
includes = ["src/acme", "extra/*.py"]
excludes = ["src/acme/drafts"]
"#,
        "src/acme/__init__.py src/acme/io/load.py src/acme/drafts/x.py src/other/x.py extra/a.py
        extra/deep/b.py",
    ),
    (
        "pdm-package-dir",
        r#"
[tool.pdm.build]
package-dir = "lib"
excludes = ["lib/acme/tests"]
"#,
        "lib/acme/__init__.py lib/acme/tests/x.py lib/loose/x.py src/other/__init__.py",
    ),
];

const UV: Rows = &[
    ("uv-src", "", SRC),
    (
        "uv-flat",
        r#"
[tool.uv.build-backend]
module-root = ""
"#,
        FLAT,
    ),
    (
        "uv-dotted",
        r#"
[tool.uv.build-backend]
module-name = "acme.shared"
"#,
        "src/acme/shared/__init__.py src/acme/shared/a/b.py src/acme/other/x.py",
    ),
    (
        "uv-namespace",
        r#"
[tool.uv.build-backend]
module-name = "acme"
namespace = true
"#,
        "src/acme/shared/__init__.py src/acme/io/load.py src/other/__init__.py",
    ),
    (
        "uv-several",
        r#"
[tool.uv.build-backend]
module-name = ["acme", "acme_more.io"]
"#,
        "src/acme/__init__.py src/acme/x.py src/acme_more/io/__init__.py
        src/acme_more/not/__init__.py",
    ),
    (
        "uv-stubs",
        r#"
[tool.uv.build-backend]
module-name = "acme-stubs"
"#,
        "src/acme-stubs/__init__.pyi src/acme-stubs/a/b.pyi",
    ),
];

const MATURIN: Rows = &[
    (
        "maturin-flat",
        r#"
[tool.maturin]
bindings = "bin"
module-name = "acme_shared"
"#,
        FLAT,
    ),
    (
        "maturin-source-and-packages",
        r#"
[tool.maturin]
bindings = "bin"
module-name = "acme_shared"
python-source = "python"
python-packages = ["acme_more"]
"#,
        "python/acme_shared/__init__.py python/acme_shared/io/load.py
        python/acme_more/__init__.py python/other/x.py",
    ),
];
