//! The workspace that random edits go through.

/// Paths, and for each line of a file what may stand there: at first the first of it.
pub const FILES: [(&str, &[&[&str]]); 15] = [
    (
        "shared/pyproject.toml",
        &[
            &["[project]", "", "[broken"],
            &["name = \"acme-shared\"", "name = \"acme-other\""],
            &["version = \"0.2.0\"", "version = \"0.1.3\"", ""],
        ],
    ),
    (
        "shared/src/acme/__init__.py",
        &[&["from .io import load", "from .io import *", ""], &["LIMIT = 1", "import acme.io", "def (:"]],
    ),
    (
        "shared/src/acme/io.py",
        &[
            &["def load(path): ...", "def load(): ...", "'''", ""],
            &["class Table:", "class Table(int):"],
            &["    rows = 1", "    size = 1"],
            &["def store(): ...", "", "__all__ = ['store']"],
        ],
    ),
    (
        "shared/src/acme/extra.py",
        &[
            &["from acme.io import Table", ""],
            &["class Extra(Table): ...", ""],
            &["x = Table()", "x = Extra()"],
        ],
    ),
    (
        "etl/pyproject.toml",
        &[
            &["[project]"],
            &["name = \"etl\"", "name = \"ml\""],
            &["version = \"1.0\"", "version = 1"],
            &[
                "dependencies = [\"acme-shared\"]",
                "dependencies = [\"acme-shared==0.1.3\"]",
                "dependencies = []",
                "",
            ],
            &["[tool.uv.sources]", "[tool.other]"],
            &["acme-shared = { path = \"../shared\" }", "acme-shared = { path = \"../gone\" }", ""],
            &["", "# crossloc: ignore[missing-source-path] soon"],
        ],
    ),
    (
        "etl/src/etl/assets.py",
        &[
            &["from acme import load, LIMIT", "from acme.io import store", "import acme.gone"],
            &["import acme.extra", ""],
            &["acme.extra.x.rows", "load(1, 2)", "((("],
            &["load()", "store().x", "def own(): ..."],
        ],
    ),
    (
        "ml/pyproject.toml",
        &[
            &["[project]"],
            &["name = \"ml\""],
            &["version = \"1.0\""],
            &["dependencies = [\"etl\"]", "dependencies = [\"acme-shared\"]", ""],
            &["[tool.dg]", "[broken", ""],
            &["[tool.dg.project]", ""],
        ],
    ),
    (
        "ml/src/ml/train.py",
        &[
            &["from etl.assets import load", "from acme.io import load"],
            &["from acme.gone import x", ""],
            &["load()"],
        ],
    ),
    (
        "etl/uv.lock",
        &[
            &["version = 1", "version = 9", "from acme.io import load"],
            &["requires-python = \">=3.10\"", ""],
            &["[[package]]\nname = \"etl\"\nversion = \"1.0\"\nsource = { virtual = \".\" }", ""],
            &["dependencies = [{ name = \"acme-shared\" }]", ""],
            &[
                "[package.metadata]\nrequires-dist = [{ name = \"acme-shared\", directory = \"../shared\" }]",
                "[package.metadata]\nrequires-dist = [{ name = \"other\" }]",
                "",
            ],
            &[
                "[[package]]\nname = \"acme-shared\"\nversion = \"0.2.0\"\nsource = { directory = \"../shared\" }",
                "[[package]]\nname = \"acme-shared\"\nversion = \"0.1.3\"\nsource = { registry = \"https://x\" }",
            ],
        ],
    ),
    (
        "old/setup.py",
        &[
            &["from setuptools import setup"],
            &["from acme.io import load", "from acme.io import store", ""],
            &["def helper(): return load()", "load(1, 2)"],
            &[
                "setup(name='old', version='1.0', install_requires=['acme-shared'])",
                "setup(name='old', install_requires=['acme-shared==0.1.3'])",
                "setup(",
            ],
        ],
    ),
    (
        "old/requirements.txt",
        &[&["-e ../shared", "-e ../gone", "acme-shared==0.1.3", "from acme.io import load"], &["", "etl"]],
    ),
    (
        "workspace.yaml",
        &[
            &["load_from:", "from acme.io import load"],
            &["  - python_module: { module_name: etl.assets, working_directory: etl/src }", ""],
            &["  - python_module: { module_name: ml.train, working_directory: ml/src }", ""],
            &[
                "  - python_file: { relative_path: loose/jobs.py, working_directory: loose }",
                "  - python_file: { relative_path: loose/jobs.py, location_name: etl }",
                "  - python_module: { module_name: loose.jobs }",
                "",
            ],
        ],
    ),
    (
        "loose/jobs.py",
        &[
            &["from helpers.io import read", "from acme.io import load", "from loose.helpers.io import read"],
            &["import ml.train", "from etl.assets import load", ""],
            &["read()", "load(1, 2)"],
        ],
    ),
    ("loose/helpers/io.py", &[&["def read(): ...", "read = 1"]]),
    (
        "crossloc.toml",
        &[
            &["[rules]", "[features]"],
            &["", "missing-source-path = \"warning\""],
            &["", "missing-symbol = \"off\""],
            &["", "private-import = \"error\"", "scope = \"all\""],
        ],
    ),
];

/// What stands in a line of a file by this choice.
pub fn line_of(file: usize, line: usize, choice: usize) -> &'static str {
    let known = FILES[file].1[line];
    known[choice % known.len()]
}

/// A file's text by a choice for each line.
pub fn text(file: usize, choices: &[usize]) -> String {
    let lines = 0..FILES[file].1.len();
    lines.map(|line| format!("{}\n", line_of(file, line, choices[line]))).collect()
}

/// What a file holds at first.
pub fn initial(file: usize) -> String {
    text(file, &[0; 8])
}
