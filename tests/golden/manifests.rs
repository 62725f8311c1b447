//! The manifests and locks of the generated locations, and what is wrong in some of them.

use camino::Utf8Path;

use crate::repository::write;

/// How a location takes the shared library.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Path,
    Pin,
    Git,
    Workspace,
    SetupPy,
    Poetry,
}

impl Way {
    pub fn of(number: usize) -> Self {
        [Self::Path, Self::Pin, Self::Git, Self::Workspace, Self::SetupPy, Self::Poetry][number % 6]
    }

    /// The folder of a location, relative to the root.
    pub fn folder(self, number: usize) -> String {
        let parent = if self == Self::Workspace { "suite/apps" } else { "locations" };
        format!("{parent}/loc_{number:02}")
    }
}

const BUILD: &str = "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n";
const INDEX: &str =
    "[[tool.uv.index]]\nname = \"acme\"\nurl = \"https://packages.acme.example/simple\"\nexplicit = true\n";

pub fn write_manifests(dir: &Utf8Path, number: usize, way: Way) {
    match way {
        Way::Path => by_path(dir, number),
        Way::Pin => pinned(dir, number),
        Way::Git => by_git(dir, number),
        Way::Workspace => in_workspace(dir, number),
        Way::SetupPy => by_setup(dir, number),
        Way::Poetry => by_poetry(dir, number),
    }
}

/// `[project]` and what every manifest of a location has.
fn project(number: usize, requires_python: &str, requirements: &[&str]) -> String {
    let listed: String = requirements.iter().map(|requirement| format!("    \"{requirement}\",\n")).collect();
    let declared = if number.is_multiple_of(2) {
        String::new()
    } else {
        format!(
            "[tool.dg]\ndirectory_type = \"project\"\n\n[tool.dg.project]\nroot_module = \"loc_{number:02}\"\n\n"
        )
    };
    let name = if number == 20 { 8 } else { number };
    format!(
        "[project]\nname = \"loc-{name:02}\"\nversion = \"1.0.{number}\"\nrequires-python = \"{requires_python}\"\n\
         dependencies = [\n    \"dagster\",\n{listed}]\n\n{declared}{BUILD}\n"
    )
}

fn by_path(dir: &Utf8Path, number: usize) {
    let (requirement, path) = match number {
        12 => ("acme-shared<0.2", "../../shared"),
        18 => ("acme-shared", "../../shard"),
        _ => ("acme-shared", "../../shared"),
    };
    let requirements: &[&str] = if number == 36 { &[requirement, "acme-contracts"] } else { &[requirement] };
    let requires_python = if number == 42 { ">=3.8" } else { ">=3.10" };
    let contracts = if number == 36 { "acme-contracts = { path = \"../../contracts\" }\n" } else { "" };
    let groups = if number == 24 { "[dependency-groups]\ndev = [\"pytest\"]\n\n" } else { "" };
    let manifest = format!(
        "{}{groups}[tool.uv.sources]\nacme-shared = {{ path = \"{path}\", editable = true }}\n{contracts}",
        project(number, requires_python, requirements)
    );
    write(&dir.join("pyproject.toml"), &manifest);
    if number != 36 && number != 42 {
        write(&dir.join("uv.lock"), &live_lock(number));
    }
}

/// A lock that fits, but for those of locations 24 (a group was added since) and 30 (the shared library's requirements
/// are those of an older release).
fn live_lock(number: usize) -> String {
    let (edges, recorded) = if number == 30 {
        ("    { name = \"pandas\" },\n", "{ name = \"pandas\", specifier = \">=2\" }")
    } else {
        (
            "    { name = \"acme-contracts\" },\n    { name = \"pandas\" },\n",
            "{ name = \"acme-contracts\", directory = \"../../contracts\" }, { name = \"pandas\", specifier = \">=2\" }",
        )
    };
    let contracts = "[[package]]\nname = \"acme-contracts\"\nversion = \"1.1.0\"\nsource = { directory = \"../../contracts\" }\n\n";
    format!(
        "version = 1\nrevision = 3\nrequires-python = \">=3.10\"\n\n{}\
         [[package]]\nname = \"acme-shared\"\nversion = \"0.2.1\"\nsource = {{ editable = \"../../shared\" }}\n\
         dependencies = [\n{edges}]\n\n[package.metadata]\nrequires-dist = [\n    \
         {{ name = \"boto3\", marker = \"extra == 'cloud'\" }},\n    {recorded},\n]\nprovides-extras = [\"cloud\"]\n\n{}{}{}",
        if number == 30 { "" } else { contracts },
        registry("dagster", "1.12.0", "https://pypi.org/simple"),
        location(number, "editable = \"../../shared\""),
        registry("pandas", "2.2.0", "https://pypi.org/simple"),
    )
}

fn registry(name: &str, version: &str, index: &str) -> String {
    format!(
        "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = {{ registry = \"{index}\" }}\n\n"
    )
}

/// The entry of the location itself; `recorded` is what its metadata says of the shared library.
fn location(number: usize, recorded: &str) -> String {
    format!(
        "[[package]]\nname = \"loc-{number:02}\"\nversion = \"1.0.{number}\"\nsource = {{ editable = \".\" }}\n\
         dependencies = [\n    {{ name = \"acme-shared\" }},\n    {{ name = \"dagster\" }},\n]\n\n[package.metadata]\n\
         requires-dist = [\n    {{ name = \"acme-shared\", {recorded} }},\n    {{ name = \"dagster\" }},\n]\n\n"
    )
}

fn pinned(dir: &Utf8Path, number: usize) {
    let version = match number {
        19 => "0.1.4",
        7 | 37 => "0.1.0",
        43 | 49 => "0.2.0",
        _ => "0.1.3",
    };
    let source = match number {
        25 => "",
        31 => "[tool.uv.sources]\nacme-shared = { index = \"acne\" }\n\n",
        _ => "[tool.uv.sources]\nacme-shared = { index = \"acme\" }\n\n",
    };
    let pin = format!("acme-shared=={version}");
    let broken = if number == 43 { "[tool.broken\n" } else { "" };
    let manifest = format!("{}{source}{INDEX}{broken}", project(number, ">=3.10", &[&pin]));
    write(&dir.join("pyproject.toml"), &manifest);
    let index = "https://packages.acme.example/simple";
    if number % 4 == 1 {
        let locked = if number == 13 { "0.1.0" } else { version };
        let recorded = format!("specifier = \"=={version}\", index = \"{index}\"");
        write(
            &dir.join("uv.lock"),
            &format!(
                "version = 1\nrevision = 3\nrequires-python = \">=3.10\"\n\n{}{}{}",
                registry("acme-shared", locked, index),
                registry("dagster", "1.12.0", "https://pypi.org/simple"),
                location(number, &recorded),
            ),
        );
    }
    if number == 7 || number == 37 {
        write_environment(&dir.join(".venv"), if number == 37 { "0.1.3" } else { version });
    }
}

/// An environment in which the shared library is installed, as small as it can be.
fn write_environment(dir: &Utf8Path, version: &str) {
    write(&dir.join("pyvenv.cfg"), "version = 3.12.0\n");
    let packages = dir.join("lib/python3.12/site-packages");
    write(&packages.join("acme/__init__.py"), "from acme.io import load as load\n");
    write(&packages.join("acme/io.py"), "def load(path):\n    \"\"\"Read a table, as installed.\"\"\"\n");
    let info = packages.join(format!("acme_shared-{version}.dist-info"));
    write(&info.join("METADATA"), &format!("Metadata-Version: 2.4\nName: acme-shared\nVersion: {version}\n"));
    write(&info.join("RECORD"), "acme/__init__.py,,\nacme/io.py,,\n");
}

fn by_git(dir: &Utf8Path, number: usize) {
    let reference = match number {
        14 => "branch = \"main\"",
        32 => "tag = \"v0.1.3\"",
        _ => "tag = \"v0.2.0\"",
    };
    let extra = if number == 2 { "\nacme-tools = { path = \"../../suite/packages/tools\" }" } else { "" };
    let manifest = format!(
        "{}[tool.uv.sources]\nacme-shared = {{ git = \"https://git.acme.example/shared\", {reference} }}{extra}\n",
        project(number, ">=3.10", &["acme-shared"])
    );
    write(&dir.join("pyproject.toml"), &manifest);
}

fn in_workspace(dir: &Utf8Path, number: usize) {
    let tools = if number == 21 { "acme-tools[fast]" } else { "acme-tools" };
    let requirements: &[&str] = if number == 3 { &["acme-shared"] } else { &["acme-shared", tools] };
    let dev = if number == 33 { "[dependency-groups]\ndev = [\"acme-contracts\"]\n\n" } else { "" };
    let tools = if number == 15 { "" } else { "acme-tools = { workspace = true }\n" };
    let contracts = if number == 33 { "acme-contracts = { path = \"../../../contracts\" }\n" } else { "" };
    let manifest = format!(
        "{}{dev}[tool.uv.sources]\nacme-shared = {{ path = \"../../../shared\", editable = true }}\n{tools}{contracts}",
        project(number, ">=3.10", requirements)
    );
    write(&dir.join("pyproject.toml"), &manifest);
    if number == 45 {
        write(&dir.join("uv.lock"), "version = 1\nrevision = 3\nrequires-python = \">=3.10\"\n");
    }
}

fn by_setup(dir: &Utf8Path, number: usize) {
    let direct = number.is_multiple_of(4);
    let requirement =
        if direct { "acme-shared @ git+https://git.acme.example/shared@v0.2.0" } else { "acme-shared" };
    write(
        &dir.join("setup.py"),
        &format!(
            "from setuptools import find_packages, setup\n\nNAME = \"loc-{number:02}\"\n\nsetup(\n    name=NAME,\n    \
             version=\"1.0.{number}\",\n    package_dir={{\"\": \"src\"}},\n    packages=find_packages(\"src\"),\n    \
             install_requires=[\"dagster\", \"{requirement}\"],\n)\n"
        ),
    );
    if !direct {
        write(&dir.join("requirements.txt"), "-e ../../shared\n-e ../../contracts\n-e .\n");
    }
    if number % 2 == 1 {
        write(
            &dir.join("dg.toml"),
            &format!("directory_type = \"project\"\n\n[project]\nroot_module = \"loc_{number:02}\"\n"),
        );
    }
}

fn by_poetry(dir: &Utf8Path, number: usize) {
    write(
        &dir.join("pyproject.toml"),
        &format!(
            "[tool.poetry]\nname = \"loc-{number:02}\"\nversion = \"1.0.{number}\"\ndescription = \"\"\nauthors = []\n\
             packages = [{{ include = \"loc_{number:02}\", from = \"src\" }}]\n\n[tool.poetry.dependencies]\n\
             python = \">=3.10\"\ndagster = \"*\"\nacme-shared = {{ path = \"../../shared\", develop = true }}\n\n\
             [tool.dg]\ndirectory_type = \"project\"\n\n[tool.dg.project]\nroot_module = \"loc_{number:02}\"\n\n\
             [build-system]\nrequires = [\"poetry-core\"]\nbuild-backend = \"poetry.core.masonry.api\"\n"
        ),
    );
}
