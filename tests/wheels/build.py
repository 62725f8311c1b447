"""Builds a wheel of each folder below argv[1] by its own backend and prints the wheels' Python files as JSON."""

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


def python_files(project: pathlib.Path) -> list[str]:
    os.chdir(project)
    manifest = project.joinpath("pyproject.toml").read_text()
    backend = re.search(r'^build-backend = "(.+)"$', manifest, re.MULTILINE)
    module = importlib.import_module(backend.group(1) if backend else "setuptools.build_meta")
    hooks = module if backend else module.__legacy__
    with tempfile.TemporaryDirectory() as out:
        wheel = hooks.build_wheel(out, {}, None)
        names = zipfile.ZipFile(pathlib.Path(out, wheel)).namelist()
    return sorted(name for name in names if name.endswith((".py", ".pyi")))


results = {}
# Backends talk on standard output, also from processes of their own.
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for project in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        results[project.name] = {"files": python_files(project)}
    except BaseException as error:  # a backend may exit
        results[project.name] = {"error": f"{type(error).__name__}: {error}"}
json.dump(results, answer)
