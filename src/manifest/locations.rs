//! Code locations declared in YAML, whatever the file is called: `workspace.yaml` lists what to load at `load_from`,
//! `dagster_cloud.yaml` (also named `build.yaml`) at `locations`. Which of the two it is, and whether it is Dagster's at
//! all, its content says.

use super::model::{LocationDeclaration, LocationTarget, Manifest, ManifestKind};
use super::yaml::{Node, NodeValue, parse};
use crate::text::{Spanned, TextRange};

/// Makes a target of the string that names it.
type Wrap = fn(Spanned<String>) -> LocationTarget;

/// The keys of `code_source`.
const SOURCES: [(&str, Wrap); 4] = [
    ("module_name", LocationTarget::Module),
    ("autoload_defs_module_name", LocationTarget::Module),
    ("package_name", LocationTarget::Package),
    ("python_file", LocationTarget::File),
];

/// What a location of dagster_cloud.yaml may say beside its name and source.
const SETTINGS: [&str; 8] = [
    "build",
    "working_directory",
    "image",
    "executable_path",
    "attribute",
    "container_context",
    "agent_queue",
    "location_name",
];

/// Reads a YAML file that may declare code locations.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::CodeLocations);
    let yaml = parse(text, &mut manifest);
    for document in &yaml.documents {
        manifest.declares_locations |= read_workspace(document, &mut manifest.locations);
        manifest.declares_locations |= read_cloud(document, &mut manifest.locations);
    }
    // A syntax error counts where the file is known to be Dagster's.
    manifest.errors.extend(yaml.error.filter(|_| manifest.declares_locations));
    manifest
}

/// A list of targets at `load_from`; whether there is one.
fn read_workspace(document: &Node, found: &mut Vec<LocationDeclaration>) -> bool {
    let Some(load_from) = document.get("load_from") else {
        return false;
    };
    // One target without a list is accepted, too.
    let targets = match &load_from.value {
        NodeValue::Mapping(_) => std::slice::from_ref(load_from),
        _ => load_from.items(),
    };
    found.extend(targets.iter().flat_map(Node::entries).filter_map(|(key, value)| read_target(key, value)));
    true
}

/// A list of maps at `locations`, or the older map from names to them; whether any is Dagster's. Other tools' files say
/// nothing here.
fn read_cloud(document: &Node, found: &mut Vec<LocationDeclaration>) -> bool {
    let Some(locations) = document.get("locations") else {
        return false;
    };
    let defaults = document.get("defaults");
    let before = found.len();
    for location in locations.items().iter().filter(|location| is_dagsters(location)) {
        let first_key = location.entries().first().map_or(location.range, |(key, _)| key.range);
        let read = read_location(location, location.get("code_source"), defaults, first_key);
        found.push(LocationDeclaration { name: string(location, "location_name"), ..read });
    }
    for (key, location) in locations.entries() {
        if SOURCES.iter().any(|(source, _)| location.get(source).is_some()) {
            let read = read_location(location, Some(location), defaults, key.range);
            found.push(LocationDeclaration { name: key.text(), ..read });
        }
    }
    found.len() > before
}

/// Whether an item of `locations` is a code location: it says what to load, or has a name and nothing that Dagster does not
/// know.
fn is_dagsters(location: &Node) -> bool {
    let known =
        |(key, _): &(Node, Node)| key.text().is_some_and(|key| SETTINGS.contains(&key.value.as_str()));
    location.get("code_source").is_some()
        || (location.get("location_name").is_some() && location.entries().iter().all(known))
}

fn declaration(target: LocationTarget, range: TextRange) -> LocationDeclaration {
    LocationDeclaration {
        is_cloud: false,
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
    let (inner_key, wrap): (&str, Wrap) = match key.text()?.value.as_str() {
        "python_module" => ("module_name", LocationTarget::Module),
        "autoload_defs_module" => ("module_name", LocationTarget::Module),
        "python_package" => ("package_name", LocationTarget::Package),
        "python_file" => ("relative_path", LocationTarget::File),
        "grpc_server" => {
            let name = string(value, "location_name");
            return Some(LocationDeclaration { name, ..declaration(server(value), key.range) });
        }
        _ => return None,
    };
    if let Some(shorthand) = value.text() {
        return Some(declaration(wrap(shorthand), key.range));
    }
    Some(LocationDeclaration {
        name: string(value, "location_name"),
        working_directory: string(value, "working_directory"),
        executable_path: string(value, "executable_path"),
        attribute: string(value, "attribute"),
        ..declaration(target(value.get(inner_key), wrap), key.range)
    })
}

/// A gRPC server, by the name that Dagster gives to one without.
fn server(value: &Node) -> LocationTarget {
    let part = |key: &str| string(value, key).map(|part| part.value);
    let host = part("host").unwrap_or_else(|| "localhost".to_owned());
    let at = part("socket").or_else(|| part("port")).unwrap_or_default();
    LocationTarget::Grpc(format!("grpc:{host}:{at}"))
}

/// A location of dagster_cloud.yaml; `source` holds what it loads, `defaults` what all locations say.
fn read_location(
    location: &Node,
    source: Option<&Node>,
    defaults: Option<&Node>,
    first_key: TextRange,
) -> LocationDeclaration {
    let setting = |key: &str| string(location, key).or_else(|| string(defaults?, key));
    let directory = |node: &Node| string(node.get("build")?, "directory");
    let written = SOURCES.iter().find_map(|(key, wrap)| {
        let value = source?.get(key).filter(|value| !is_null(value))?;
        Some(target(Some(value), *wrap))
    });
    LocationDeclaration {
        is_cloud: true,
        working_directory: setting("working_directory"),
        build_directory: directory(location).or_else(|| directory(defaults?)),
        executable_path: setting("executable_path"),
        attribute: setting("attribute"),
        ..declaration(written.unwrap_or(LocationTarget::Unknown), first_key)
    }
}

/// What a string names, or the variable that it comes from.
fn target(value: Option<&Node>, wrap: Wrap) -> LocationTarget {
    let Some(value) = value else { return LocationTarget::Unknown };
    match (value.text(), variable(value)) {
        (Some(text), _) => wrap(text),
        (None, Some(variable)) => LocationTarget::Environment(variable.value),
        (None, None) => LocationTarget::Unknown,
    }
}

/// The string at a key; `$NAME` for what comes from the environment (`{ env: NAME }`).
fn string(node: &Node, key: &str) -> Option<Spanned<String>> {
    let value = node.get(key).filter(|value| !is_null(value))?;
    value.text().or_else(|| variable(value))
}

fn variable(value: &Node) -> Option<Spanned<String>> {
    let name = value.get("env")?.text()?;
    Some(Spanned::new(format!("${}", name.value), name.range))
}

fn is_null(value: &Node) -> bool {
    value.text().is_some_and(|text| matches!(text.value.as_str(), "" | "~" | "null"))
}

impl LocationDeclaration {
    /// The name that Dagster gives where none is written: what is loaded, and the attribute behind it.
    pub fn default_name(&self) -> Option<String> {
        let loaded = match &self.target {
            LocationTarget::Module(name) | LocationTarget::Package(name) => name.value.as_str(),
            LocationTarget::File(path) => path.value.rsplit('/').next().unwrap_or_default(),
            LocationTarget::Environment(variable) => variable,
            LocationTarget::Grpc(name) => return Some(name.clone()),
            LocationTarget::Unknown => return None,
        };
        Some(match &self.attribute {
            Some(attribute) => format!("{loaded}:{}", attribute.value),
            None => loaded.to_owned(),
        })
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
            let default = found.default_name().unwrap_or_default();
            format!(
                "{} {target} {} {} at {place}: {default}",
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
            \x20     location_name: \"ml\"\n  - python_package: {package_name: pkg, attribute: all, location_name: null}\n  - autoload_defs_module: {module_name: x.defs}\n\
            \x20 - grpc_server: {host: localhost, port: 1, location_name: g}\n  - grpc_server: {socket: /s}\n  - python_module:\n      module_name: {env: MODULE}\n  - other: 1\n";
        let manifest = read(text);
        assert_eq!(manifest.errors, []);
        assert_eq!(
            summary(text, &manifest),
            [
                "- module etl.definitions - - at python_module: etl.definitions",
                "ml file a/b.py a - at python_file: b.py",
                "- package pkg - - at python_package: pkg:all",
                "- module x.defs - - at autoload_defs_module: x.defs",
                "g Grpc(\"grpc:localhost:1\") - - at grpc_server: grpc:localhost:1",
                "- Grpc(\"grpc:localhost:/s\") - - at grpc_server: grpc:localhost:/s",
                "- Environment(\"$MODULE\") - - at python_module: $MODULE",
            ]
        );
        assert_eq!(read("load_from:\n  python_module: x\n").locations.len(), 1);
        assert_eq!(read("packages: [\n").errors, []);
        assert_eq!(read("load_from: [\n").errors.len(), 1);
    }

    #[test]
    fn cloud_locations() {
        let text = "locations:\n  - location_name: etl\n    code_source:\n      module_name: etl.definitions\n    build:\n      directory: ./etl\n\
            \x20 - code_source: {python_file: x.py}\n    working_directory: w\n  - unrelated: 1\n  - location_name: image\n    image: x\n";
        let manifest = read(text);
        assert_eq!(manifest.errors, []);
        assert_eq!(
            summary(text, &manifest),
            [
                "etl module etl.definitions - ./etl at location_name: etl.definitions",
                "- file x.py w - at code_source: x.py",
                "image Unknown - - at location_name: ",
            ]
        );
        let text = "defaults: {build: {directory: d}, working_directory: w}\nlocations:\n  - {location_name: a, code_source: {package_name: a}}\n\
            \x20 - {location_name: b, code_source: {module_name: null, python_file: b.py}, build: {registry: r}, working_directory: v}\n";
        assert_eq!(
            summary(text, &read(text)),
            ["a package a w d at location_name: a", "b file b.py v d at location_name: b.py"]
        );
        let text =
            "locations:\n  old:\n    python_file: old.py\n    working_directory: w\n  other: {name: x}\n";
        assert_eq!(summary(text, &read(text)), ["old file old.py w - at old: old.py"]);
        for other in [
            "locations: [a, b]\n",
            "version: 1\nsteps: [\n",
            "locations:\n  - name: x\n  - [\n",
            "locations:\n  - location_name: Paris\n    latitude: 1\n",
            "locations:\n  Paris: {latitude: 1}\n",
            "{{ template }}",
        ] {
            let manifest = read(other);
            assert_eq!((manifest.errors.len(), manifest.locations.len()), (0, 0), "{other}");
        }
    }
}
