"""Builds each folder below argv[1] by its own backend and prints the Python files of the wheels as JSON.

What an editable install would put into `site-packages` is unpacked below argv[2], in a folder of the same name. The wheels
and, where a backend can make one, source distributions are left below argv[3], likewise.
"""

import contextlib
import importlib
import json
import os
import pathlib
import re
import sys
import tempfile
import zipfile

# Backends that are programs (uv_build, maturin) are looked for beside the interpreter.
os.environ["PATH"] = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])


def python_files(project: pathlib.Path, site_packages: pathlib.Path, archives: pathlib.Path) -> list[str]:
    os.chdir(project)
    manifest = project.joinpath("pyproject.toml").read_text()
    backend = re.search(r'^build-backend = "(.+)"$', manifest, re.MULTILINE)
    module = importlib.import_module(backend.group(1) if backend else "setuptools.build_meta")
    hooks = module if backend else module.__legacy__
    archives.mkdir(parents=True)
    wheel = hooks.build_wheel(str(archives), {}, None)
    names = zipfile.ZipFile(archives / wheel).namelist()
    with contextlib.suppress(Exception):
        hooks.build_sdist(str(archives), {})
    with tempfile.TemporaryDirectory() as out, contextlib.suppress(ValueError):
        # hatchling refuses where a folder is shipped by another name.
        editable = hooks.build_editable(out, {}, None)
        zipfile.ZipFile(pathlib.Path(out, editable)).extractall(site_packages)
    return sorted(name for name in names if name.endswith((".py", ".pyi")))


projects, environments, archives = map(pathlib.Path, sys.argv[1:])  # which backends change
results = {}
# Backends talk on standard output, also from processes of their own.
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for project in sorted(projects.iterdir()):
    try:
        results[project.name] = {"files": python_files(project, environments / project.name / "lib" / "python3" / "site-packages", archives / project.name)}
    except BaseException as error:  # a backend may exit
        results[project.name] = {"error": f"{type(error).__name__}: {error}"}
json.dump(results, answer)
