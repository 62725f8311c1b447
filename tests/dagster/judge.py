"""Names the code locations of workspaces as the loaders of Dagster, dg and Dagster+ do: a JSON list of folders in, and for
each a sorted list of [name, what is loaded] out, or the error that the loader raises."""

import json
import os
import sys
from pathlib import Path

from dagster._core.remote_origin import GrpcServerCodeLocationOrigin
from dagster._core.workspace.load import location_origins_from_yaml_paths
from dagster._core.workspace.load_target import get_origins_from_toml
from dagster_cloud_cli.config.loader import DagsterCloudLocationsConfigLoader
from dagster_dg_core.context import DgContext

# Where a value comes from the environment, crossloc shows the variable.
VARIABLES = ["MODULE", "NAME", "FILE", "FOLDER"]


def of_origins(origins):
    # A process keeps them by name, so that of several the last counts.
    by_name = {origin.location_name: origin for origin in origins}
    for name, origin in by_name.items():
        served = isinstance(origin, GrpcServerCodeLocationOrigin)
        target = None if served else origin.loadable_target_origin
        loaded = target and (
            target.package_name or target.module_name or target.autoload_defs_module_name
        )
        yield name, loaded or None


def of_cloud(file):
    for location in DagsterCloudLocationsConfigLoader.load_from_template(file, {}).locations:
        source = location.code_source
        loaded = source and (
            source.package_name or source.module_name or source.autoload_defs_module_name
        )
        yield location.location_name, loaded or None


def of_dg(folder):
    context = DgContext.from_file_discovery_and_command_line_config(Path(folder), {})
    if context.is_project:
        projects = [context]
    else:
        projects = [context.with_root_path(context.root_path / spec.path) for spec in context.project_specs]
    for project in projects:
        yield project.code_location_name, project.code_location_target_module_name


def locations(kind, folder):
    os.chdir(folder)
    if kind == "workspace":
        names = ["workspace.yaml", "workspace-docker.yml"]
        found = of_origins(location_origins_from_yaml_paths([name for name in names if os.path.exists(name)]))
    elif kind == "cloud":
        found = of_cloud(next(name for name in os.listdir(folder) if name.endswith((".yaml", ".yml"))))
    elif kind == "dagster":
        found = of_origins(get_origins_from_toml("pyproject.toml"))
    else:
        found = of_dg(folder)
    return sorted([name, loaded or ""] for name, loaded in found)


def answer(case):
    try:
        return {"locations": locations(*case)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}


for variable in VARIABLES:
    os.environ[variable] = f"${variable}"
print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
