//! Code locations declared in YAML: `workspace.yaml` and `dagster_cloud.yaml`, also named `build.yaml`.

use super::model::{LocationDeclaration, LocationTarget, Manifest, ManifestError, ManifestKind};
use super::yaml::{Node, NodeValue, parse};
use crate::text::{Spanned, TextRange};

/// Makes a target of the string that names it.
type Wrap = fn(Spanned<String>) -> LocationTarget;

/// Reads a workspace.yaml: a list of targets at `load_from`.
pub(super) fn read_workspace(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::WorkspaceYaml);
    let yaml = parse(text, &mut manifest);
    let mut ours = false;
    for document in &yaml.documents {
        let Some(load_from) = document.get("load_from") else {
            continue;
        };
        ours = true;
        // One target without a list is accepted, too.
        let targets = match &load_from.value {
            NodeValue::Mapping(_) => std::slice::from_ref(load_from),
            _ => load_from.items(),
        };
        for (key, value) in targets.iter().flat_map(Node::entries) {
            manifest.locations.extend(read_target(key, value));
        }
    }
    keep_error(yaml.error, ours, &mut manifest);
    manifest
}

/// Reads a dagster_cloud.yaml: a list of maps at `locations`. Other tools' build.yaml files say nothing here.
pub(super) fn read_cloud(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::DagsterCloud);
    let yaml = parse(text, &mut manifest);
    let mut ours = false;
    for location in
        yaml.documents.iter().filter_map(|document| document.get("locations")).flat_map(Node::items)
    {
        if location.get("location_name").is_none() && location.get("code_source").is_none() {
            continue;
        }
        ours = true;
        manifest.locations.push(read_location(location));
    }
    keep_error(yaml.error, ours, &mut manifest);
    manifest
}

/// A syntax error counts where the file is known to be Dagster's.
fn keep_error(error: Option<ManifestError>, ours: bool, manifest: &mut Manifest) {
    manifest.errors.extend(error.filter(|_| ours));
}

fn declaration(target: LocationTarget, range: TextRange) -> LocationDeclaration {
    LocationDeclaration {
        name: None,
        target,
        working_directory: None,
        build_directory: None,
        executable_path: None,
        attribute: None,
        range,
    }
}

/// One entry of `load_from`: `python_module: etl.definitions`, or a mapping in place of the string.
fn read_target(key: &Node, value: &Node) -> Option<LocationDeclaration> {
    let key_text = key.text()?;
    let (inner_key, wrap): (&str, Wrap) = match key_text.value.as_str() {
        "python_module" => ("module_name", LocationTarget::Module),
        "autoload_defs_module" => ("autoload_defs_module_name", LocationTarget::Module),
        "python_package" => ("package_name", LocationTarget::Package),
        "python_file" => ("relative_path", LocationTarget::File),
        "grpc_server" => ("", |_| LocationTarget::Grpc),
        _ => return None,
    };
    if let Some(shorthand) = value.text() {
        return Some(declaration(wrap(shorthand), key.range));
    }
    let target = match key_text.value.as_str() {
        "grpc_server" => LocationTarget::Grpc,
        "autoload_defs_module" => {
            target(value.string(inner_key).or_else(|| value.string("module_name")), wrap)
        }
        _ => target(value.string(inner_key), wrap),
    };
    Some(LocationDeclaration {
        name: value.string("location_name"),
        working_directory: value.string("working_directory"),
        executable_path: value.string("executable_path"),
        attribute: value.string("attribute"),
        ..declaration(target, key.range)
    })
}

/// What is not a string comes from the environment (`{ env: MODULE }`).
fn target(written: Option<Spanned<String>>, wrap: Wrap) -> LocationTarget {
    written.map_or(LocationTarget::Unknown, wrap)
}

fn read_location(location: &Node) -> LocationDeclaration {
    let kinds: [(&str, Wrap); 4] = [
        ("module_name", LocationTarget::Module),
        ("autoload_defs_module_name", LocationTarget::Module),
        ("package_name", LocationTarget::Package),
        ("python_file", LocationTarget::File),
    ];
    let source = location.get("code_source");
    let written = source.and_then(|source| {
        kinds.iter().find_map(|(key, wrap)| source.get(key).map(|value| target(value.text(), *wrap)))
    });
    let name = location.string("location_name");
    let first_key = location.entries().first().map_or(location.range, |(key, _)| key.range);
    let range = name.as_ref().map_or(first_key, |name| name.range);
    LocationDeclaration {
        name,
        working_directory: location.string("working_directory"),
        build_directory: location.get("build").and_then(|build| build.string("directory")),
        executable_path: location.string("executable_path"),
        attribute: location.string("attribute"),
        ..declaration(written.unwrap_or(LocationTarget::Unknown), range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(text: &str, manifest: &Manifest) -> Vec<String> {
        let slice = |value: &Option<Spanned<String>>| {
            value.as_ref().map_or("-", |value| value.range.slice(text)).to_owned()
        };
        let locations = manifest.locations.iter().map(|found| {
            let target = match &found.target {
                LocationTarget::Module(name) => format!("module {}", name.range.slice(text)),
                LocationTarget::Package(name) => format!("package {}", name.range.slice(text)),
                LocationTarget::File(name) => format!("file {}", name.range.slice(text)),
                other => format!("{other:?}"),
            };
            let place = found.range.slice(text);
            format!(
                "{} {target} {} {} at {place}",
                slice(&found.name),
                slice(&found.working_directory),
                slice(&found.build_directory)
            )
        });
        locations.collect()
    }

    #[test]
    fn workspace_targets() {
        let text = "load_from:\n  - python_module: etl.definitions\n  - python_file:\n      relative_path: 'a/b.py'\n      working_directory: a\n\
            \x20     location_name: \"ml\"\n  - python_package: pkg\n  - autoload_defs_module: {module_name: x.defs}\n\
            \x20 - grpc_server: {host: localhost, port: 1, location_name: g}\n  - python_module:\n      module_name: {env: MODULE}\n  - other: 1\n";
        let manifest = read_workspace(text);
        assert_eq!(manifest.errors, []);
        assert_eq!(
            summary(text, &manifest),
            [
                "- module etl.definitions - - at python_module",
                "ml file a/b.py a - at python_file",
                "- package pkg - - at python_package",
                "- module x.defs - - at autoload_defs_module",
                "g Grpc - - at grpc_server",
                "- Unknown - - at python_module",
            ]
        );
        assert_eq!(read_workspace("load_from:\n  python_module: x\n").locations.len(), 1);
        assert_eq!(read_workspace("packages: [\n").errors, []);
        assert_eq!(read_workspace("load_from: [\n").errors.len(), 1);
    }

    #[test]
    fn cloud_locations() {
        let text = "locations:\n  - location_name: etl\n    code_source:\n      module_name: etl.definitions\n    build:\n      directory: ./etl\n\
            \x20 - code_source: {python_file: x.py}\n    working_directory: w\n  - unrelated: 1\n";
        let manifest = read_cloud(text);
        assert_eq!(manifest.errors, []);
        assert_eq!(
            summary(text, &manifest),
            ["etl module etl.definitions - ./etl at etl", "- file x.py w - at code_source"]
        );
        for other in [
            "locations: [a, b]\n",
            "version: 1\nsteps: [\n",
            "locations:\n  - name: x\n  - [\n",
            "{{ template }}",
        ] {
            let manifest = read_cloud(other);
            assert_eq!((manifest.errors.len(), manifest.locations.len()), (0, 0), "{other}");
        }
    }
}
