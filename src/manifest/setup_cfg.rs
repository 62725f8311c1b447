//! `setup.cfg`.

use super::literal::Literal;
use super::model::{
    EntryPoint, FindPackages, Group, Include, IncludeKind, Manifest, ManifestKind, Setuptools, Version,
};
use super::pyproject::attribute_version;
use super::requirement;
use super::table::MAXIMUM_MENTIONS;
use crate::text::offset;

/// Reads a setup.cfg.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::SetupCfg);
    let options = split_options(text, &mut manifest);
    let mut settings = Setuptools::default();
    let mut find = None;
    for option in &options {
        for line in option.lines.iter().take(MAXIMUM_MENTIONS.saturating_sub(manifest.mentions.len())) {
            manifest.mentions.push(line.spanned());
        }
        match option.section {
            "metadata" => read_metadata(option, &mut manifest),
            "options" => read_option(option, &mut settings, &mut find, &mut manifest),
            "options.packages.find" => read_find(option, find.get_or_insert_with(|| default_find(false))),
            "options.extras_require" => {
                manifest.extras.push(option.key.spanned());
                let group = Group::Extra(option.key.value.to_owned());
                read_requirements(option, "optional-dependencies", &group, &mut manifest);
            }
            "options.entry_points" => read_entry_points(option, &mut manifest),
            _ => {}
        }
    }
    // `[options.packages.find]` counts only where `packages` asks for a search.
    let searched = options.iter().any(|option| {
        option.section == "options" && option.key.value == "packages" && option.first().starts_with("find")
    });
    settings.find = find.filter(|_| searched);
    if options.iter().any(|option| option.section.starts_with("options")) {
        manifest.build.setuptools = Some(settings);
    }
    manifest
}

/// A key of a section with the lines of its value.
struct SetupOption<'a> {
    section: &'a str,
    key: Literal<'a>,
    /// Trimmed, without empty lines and comments.
    lines: Vec<Literal<'a>>,
}

impl SetupOption<'_> {
    fn first(&self) -> &str {
        self.lines.first().map_or("", |line| line.value)
    }

    /// The items of a value that is a list by commas or lines.
    fn items(&self) -> Vec<String> {
        let items = self.lines.iter().flat_map(|line| line.value.split(','));
        items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }
}

/// Splits the text as Python's `configparser` does: a line that is indented continues the value above.
fn split_options<'a>(text: &'a str, manifest: &mut Manifest) -> Vec<SetupOption<'a>> {
    let mut options: Vec<SetupOption<'a>> = Vec::new();
    let mut section = "";
    let mut open = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        let literal = Literal::at(line, offset(start));
        if trimmed.is_empty() {
            continue;
        }
        if trimmed.starts_with(['#', ';']) {
            let range = literal.part(trimmed).range;
            manifest.comments.extend(super::comment(text, range.start as usize, range.end as usize));
            continue;
        }
        if line.starts_with([' ', '\t']) && open {
            if let Some(option) = options.last_mut() {
                option.lines.push(literal.part(trimmed));
            }
            continue;
        }
        if let Some(header) = trimmed.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            section = header.0.trim();
            manifest.declares_project |= section == "metadata";
            open = false;
            continue;
        }
        open = true;
        let split =
            trimmed.find(['=', ':']).and_then(|at| Some((trimmed.get(..at)?, trimmed.get(at + 1..)?)));
        let (key, value) = split.unwrap_or((trimmed, ""));
        let value = value.trim();
        let lines = if value.is_empty() { Vec::new() } else { vec![literal.part(value)] };
        options.push(SetupOption { section, key: literal.part(key.trim()), lines });
    }
    options
}

fn read_metadata(option: &SetupOption<'_>, manifest: &mut Manifest) {
    let Some(value) = option.lines.first().copied() else {
        return;
    };
    match option.key.value {
        "name" => manifest.name = Some(value.spanned()),
        "version" => {
            manifest.version = if let Some(attribute) = value.value.strip_prefix("attr:") {
                attribute_version(value.part(attribute.trim()))
            } else if let Some(path) = value.value.strip_prefix("file:") {
                Version::File { path: value.part(path.trim()).spanned(), attribute: None }
            } else {
                Version::Static(value.spanned())
            };
        }
        _ => {}
    }
}

fn read_option(
    option: &SetupOption<'_>,
    settings: &mut Setuptools,
    find: &mut Option<FindPackages>,
    manifest: &mut Manifest,
) {
    match option.key.value.replace('-', "_").as_str() {
        "install_requires" => read_requirements(option, "dependencies", &Group::Main, manifest),
        "setup_requires" => read_requirements(option, "", &Group::Build, manifest),
        "python_requires" => manifest.requires_python = option.lines.first().map(|line| line.spanned()),
        "py_modules" => settings.py_modules = Some(option.items()),
        "package_dir" => {
            let pairs = option.lines.iter().flat_map(|line| line.value.split(','));
            let pairs = pairs.filter_map(|pair| pair.split_once('='));
            settings
                .package_dir
                .extend(pairs.map(|(package, folder)| (package.trim().to_owned(), folder.trim().to_owned())));
        }
        "packages" => match option.first() {
            first if first.starts_with("find") => {
                let namespaces = first.starts_with("find_namespace");
                find.get_or_insert_with(|| default_find(namespaces)).namespaces = namespaces;
            }
            _ => settings.packages = Some(option.items()),
        },
        _ => {}
    }
}

fn default_find(namespaces: bool) -> FindPackages {
    let (roots, include) = (vec![".".to_owned()], vec!["*".to_owned()]);
    FindPackages { roots, include, exclude: Vec::new(), namespaces }
}

fn read_find(option: &SetupOption<'_>, find: &mut FindPackages) {
    match option.key.value {
        "where" => find.roots = option.items(),
        "include" => find.include = option.items(),
        "exclude" => find.exclude = option.items(),
        _ => {}
    }
}

/// `file: requirements.txt` names files in place of requirements.
fn read_requirements(option: &SetupOption<'_>, field: &str, group: &Group, manifest: &mut Manifest) {
    for line in &option.lines {
        if let Some(files) = line.value.strip_prefix("file:") {
            for file in files.split(',').map(str::trim).filter(|file| !file.is_empty()) {
                let (kind, path) = (IncludeKind::Requirements, line.part(file).spanned());
                manifest.includes.push(Include { kind, path, group: group.clone() });
            }
            continue;
        }
        // configparser puts another option's value for `%(option)s`.
        if line.value.starts_with("attr:") || line.value.contains("%(") {
            manifest.dynamic.push(line.spanned().map(|_| field.to_owned()));
            continue;
        }
        // Within a line setuptools splits at semicolons no more: they begin a marker.
        requirement::add(manifest, uncommented(*line), group);
    }
}

/// The text in front of ` #`, which setuptools takes as a comment in lists of requirements.
fn uncommented(line: Literal<'_>) -> Literal<'_> {
    line.value.find(" #").and_then(|at| line.value.get(..at)).map_or(line, |text| line.part(text))
}

fn read_entry_points(option: &SetupOption<'_>, manifest: &mut Manifest) {
    for line in &option.lines {
        if let Some((name, value)) = line.split_once('=') {
            manifest.entry_points.push(EntryPoint {
                group: option.key.value.to_owned(),
                name: name.value.trim().to_owned(),
                value: value.trim().spanned(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextRange;

    fn slices(text: &str, ranges: impl Iterator<Item = TextRange>) -> Vec<&str> {
        ranges.map(|range| range.slice(text)).collect()
    }

    #[test]
    fn options_are_read_with_their_places() {
        let text = "[metadata]\r\nname = acme-shared\r\nversion = attr: acme.version.VERSION\r\n\
            [options]\r\npackages = find_namespace:\r\npackage_dir =\r\n    = src\r\npython_requires = >=3.9\r\n\
            install_requires =\r\n    # crossloc: ignore[x]\r\n    lib >= 1.0 ; python_version > '3'\r\n\r\n    other # note\r\n\
            [options.packages.find]\r\nwhere = src\r\nexclude = tests*, docs\r\n\
            [options.extras_require]\r\nio = lib2\r\n    %(dev)s\r\n    file: io.txt\r\n\
            [options.entry_points]\r\nconsole_scripts =\r\n    run = acme.cli:main\r\n";
        let manifest = read(text);
        assert_eq!(manifest.errors, []);
        assert!(manifest.declares_project);
        assert_eq!(manifest.name.unwrap().range.slice(text), "acme-shared");
        let Version::File { path, attribute } = manifest.version else { panic!() };
        assert_eq!((path.value.as_str(), attribute.as_deref()), ("acme/version", Some("VERSION")));
        assert_eq!(manifest.requires_python.unwrap().value, ">=3.9");
        assert_eq!(
            slices(text, manifest.requirements.iter().map(|r| r.name.range)),
            ["lib", "other", "lib2"]
        );
        assert_eq!(manifest.requirements[0].specifier.as_ref().unwrap().range.slice(text), ">= 1.0");
        assert_eq!(manifest.requirements[2].group, Group::Extra("io".to_owned()));
        assert_eq!(slices(text, manifest.includes.iter().map(|i| i.path.range)), ["io.txt"]);
        assert_eq!(slices(text, manifest.comments.iter().map(|c| c.range)), ["# crossloc: ignore[x]"]);
        assert_eq!(slices(text, manifest.entry_points.iter().map(|e| e.value.range)), ["acme.cli:main"]);
        let settings = manifest.build.setuptools.unwrap();
        assert_eq!(settings.package_dir, [(String::new(), "src".to_owned())]);
        let find = settings.find.unwrap();
        assert_eq!(
            (find.roots, find.exclude, find.namespaces),
            (vec!["src".to_owned()], vec!["tests*".to_owned(), "docs".to_owned()], true)
        );
    }

    #[test]
    fn a_file_of_other_tools_declares_nothing() {
        let manifest = read("[flake8]\nmax-line-length = 100\n[options.packages.find]\nwhere = x\n");
        assert!(!manifest.declares_project);
        assert_eq!(manifest.build.setuptools.unwrap().find, None);
    }
}
