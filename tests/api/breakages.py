"""Installs each pair of versions, and prints what griffe says that breaks between them."""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import griffe

folder, pairs = Path(sys.argv[1]), Path(sys.argv[2])
PARAMETER = "PARAMETER_"


def install(distribution, version):
    target = folder / f"{distribution}-{version}"
    mark = target / "installed"
    if not mark.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--no-compile", "--upgrade", "--target", str(target)]
        subprocess.run([*command, f"{distribution}=={version}"], check=True, cwd=tempfile.gettempdir())
        mark.touch()
    return target


def load(package, target):
    # Nothing is imported, and stubs and other distributions are left alone.
    return griffe.load(package, search_paths=[target], allow_inspection=False, resolve_aliases=True, resolve_external=False)


def path(breakage):
    base = breakage.obj.path
    if breakage.kind.name.startswith(PARAMETER):
        return f"{base}({(breakage.old_value or breakage.new_value).name})"
    return base


rows = [line.split() for line in pairs.read_text().splitlines()]
with ThreadPoolExecutor(8) as pool:
    targets = list(pool.map(lambda wanted: install(*wanted), [(row[0], v) for row in rows for v in row[2:]]))
answer = {}
for at, (distribution, package, *_) in enumerate(rows):
    old, new = (load(package, target) for target in targets[2 * at : 2 * at + 2])
    found = griffe.find_breaking_changes(old, new)
    answer[distribution] = sorted({(breakage.kind.value, path(breakage)) for breakage in found})
json.dump(answer, sys.stdout)
