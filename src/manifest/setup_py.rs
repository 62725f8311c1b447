//! `setup.py`, read as text and never run: what `setup()` is given as literals, or as names that are bound to
//! literals once. What is computed is said to be dynamic.

mod evaluate;
mod strings;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use evaluate::{Evaluator, Find, Text, Value};
use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use super::literal::Literal;
use super::model::{
    EntryPoint, FindPackages, Group, Manifest, ManifestKind, Requirement, Setuptools, Version,
};
use super::requirement;
use super::table::MAXIMUM_MENTIONS;
use crate::text::{Spanned, TextRange};

/// A setup.py longer than this is not read.
const MAXIMUM_BYTES: usize = 1 << 20;

/// The time a parse may take, which is a thousand times what a real file needs: the parser is slow by the square of
/// some texts' length, such as one of backslashes.
const PATIENCE: Duration = Duration::from_millis(500);

/// Reads a setup.py.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::SetupPy);
    let mut parser = Parser::new();
    if text.len() > MAXIMUM_BYTES || parser.set_language(&tree_sitter_python::LANGUAGE.into()).is_err() {
        return manifest;
    }
    let Some(tree) = parse(&mut parser, text) else {
        return manifest;
    };
    let found = survey(tree.root_node(), text, &mut manifest);
    let Some(arguments) = found else {
        return manifest;
    };
    manifest.declares_project = true;
    let mut evaluator = Evaluator::new(tree.root_node(), text);
    let mut settings = Setuptools::default();
    let mut cursor = arguments.walk();
    for argument in arguments.named_children(&mut cursor) {
        match argument.kind() {
            "keyword_argument" => {
                let name = argument.child_by_field_name("name").map_or("", |name| node_text(text, name));
                if let Some(value) = argument.child_by_field_name("value") {
                    let (place, value) = (node_range(value), evaluator.evaluate(value));
                    read_argument(name, place, value, &mut settings, &mut manifest);
                }
            }
            // `**arguments` may hold anything.
            "dictionary_splat" => {
                let range = node_range(argument);
                for field in ["dependencies", "optional-dependencies", "version"] {
                    add_dynamic(field, range, &mut manifest);
                }
                settings.dynamic = true;
            }
            _ => {}
        }
    }
    let computed = manifest.dynamic.iter().any(|field| field.value == "version");
    if computed && manifest.version == Version::Missing {
        manifest.version = Version::Dynamic;
    }
    manifest.build.setuptools = Some(settings);
    manifest
}

/// The syntax tree; `None` where it takes too long.
fn parse(parser: &mut Parser, text: &str) -> Option<Tree> {
    let deadline = Instant::now() + PATIENCE;
    let mut progress = |_: &ParseState| {
        if Instant::now() < deadline { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read_from = |at: usize, _| text.as_bytes().get(at..).unwrap_or(&[]);
    parser.parse_with_options(&mut read_from, None, Some(options))
}

/// Walks over the tree once for comments, strings, and the arguments of the first `setup(…)`.
fn survey<'t>(root: Node<'t>, text: &str, manifest: &mut Manifest) -> Option<Node<'t>> {
    let mut found = None;
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        match node.kind() {
            "comment" => manifest.comments.extend(super::comment(text, node.start_byte(), node.end_byte())),
            "string" if manifest.mentions.len() < MAXIMUM_MENTIONS => {
                if let Some(Text { literal, complete: true }) = strings::string(node, text) {
                    manifest.mentions.push(Spanned::new(literal.value, literal.range));
                }
            }
            "call" if found.is_none() => {
                let function = node.child_by_field_name("function").map_or("", |name| node_text(text, name));
                if function == "setup" || function.ends_with(".setup") {
                    found =
                        node.child_by_field_name("arguments").filter(|list| list.kind() == "argument_list");
                }
            }
            _ => {}
        }
        if node.kind() != "string" && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

fn node_range(node: Node<'_>) -> TextRange {
    TextRange::from_usize(node.byte_range())
}

fn node_text<'a>(text: &'a str, node: Node<'_>) -> &'a str {
    node_range(node).slice(text)
}

fn add_dynamic(field: &str, range: TextRange, manifest: &mut Manifest) {
    if !manifest.dynamic.iter().any(|known| known.value == field) {
        manifest.dynamic.push(Spanned::new(field.to_owned(), range));
    }
}

fn read_argument(
    name: &str,
    range: TextRange,
    value: Value,
    settings: &mut Setuptools,
    manifest: &mut Manifest,
) {
    match name {
        "name" => match value.into_text() {
            Some(text) if text.complete => manifest.name = Some(text.spanned()),
            _ => add_dynamic("name", range, manifest),
        },
        "version" => match value.into_text() {
            Some(text) if text.complete => manifest.version = Version::Static(text.spanned()),
            _ => {
                manifest.version = Version::Dynamic;
                add_dynamic("version", range, manifest);
            }
        },
        "use_scm_version" => manifest.version = Version::Dynamic,
        "python_requires" => match value.into_text() {
            Some(text) if text.complete => manifest.requires_python = Some(text.spanned()),
            _ => add_dynamic("requires-python", range, manifest),
        },
        "install_requires" => read_requirements(value, range, "dependencies", &Group::Main, manifest),
        "setup_requires" => read_requirements(value, range, "build-system.requires", &Group::Build, manifest),
        "extras_require" => read_extras(value, range, manifest),
        "entry_points" => read_entry_points(value, range, manifest),
        "packages" => read_packages(value, settings),
        "py_modules" => settings.py_modules = Some(plain_texts(value, &mut settings.dynamic)),
        "package_dir" => {
            for (key, folder) in value.into_pairs(&mut settings.dynamic) {
                let folder = folder.into_text().filter(|folder| folder.complete);
                settings.dynamic |= folder.is_none();
                settings.package_dir.extend(folder.map(|folder| (key.literal.value, folder.literal.value)));
            }
        }
        _ => {}
    }
}

/// Keeps what can be read, and says that there is more where some cannot.
fn read_requirements(value: Value, range: TextRange, field: &str, group: &Group, manifest: &mut Manifest) {
    let mut computed = false;
    // One string with a requirement per line is allowed, too.
    let items = match value {
        Value::Text(text) if text.complete => text.lines().into_iter().map(Value::Text).collect(),
        value => value.into_items(&mut computed),
    };
    for item in items {
        match item.into_text() {
            Some(text) if text.complete => requirement::add(manifest, text.literal.borrow(), group),
            Some(text) => match named_by_head(&text, group) {
                Some(requirement) => manifest.requirements.push(requirement),
                None => computed = true,
            },
            None => computed = true,
        }
    }
    if computed {
        add_dynamic(field, range, manifest);
    }
}

/// `f"dagster{pin}"` or `"shared==" + version`: the name is written out, the rest is not known.
fn named_by_head(text: &Text, group: &Group) -> Option<Requirement> {
    let literal: Literal<'_> = text.literal.borrow();
    let head = requirement::parse_head(literal.trim());
    Some(Requirement {
        name: head.name?,
        range: literal.range,
        extras: head.extras,
        specifier: None,
        marker: None,
        group: group.clone(),
        source: None,
    })
}

fn read_extras(value: Value, range: TextRange, manifest: &mut Manifest) {
    let mut computed = false;
    for (key, requirements) in value.into_pairs(&mut computed) {
        let group = Group::Extra(key.literal.value.clone());
        manifest.extras.push(key.spanned());
        read_requirements(requirements, range, "optional-dependencies", &group, manifest);
    }
    if computed {
        add_dynamic("optional-dependencies", range, manifest);
    }
}

fn read_entry_points(value: Value, range: TextRange, manifest: &mut Manifest) {
    let mut computed = false;
    for (group, lines) in value.into_pairs(&mut computed) {
        let lines = match lines {
            Value::Text(text) => text.lines().into_iter().map(Value::Text).collect(),
            lines => lines.into_items(&mut computed),
        };
        for line in lines.into_iter().filter_map(Value::into_text) {
            if let Some((name, target)) = line.literal.borrow().split_once('=') {
                let (group, name) = (group.literal.value.clone(), name.value.trim().to_owned());
                manifest.entry_points.push(EntryPoint { group, name, value: target.trim().spanned() });
            }
        }
    }
    if computed {
        add_dynamic("entry-points", range, manifest);
    }
}

fn read_packages(value: Value, settings: &mut Setuptools) {
    let mut packages = Vec::new();
    for item in value.into_items(&mut settings.dynamic) {
        match item {
            Value::Text(text) if text.complete => packages.push(text.literal.value),
            Value::Find(find) => settings.find = Some(find_packages(*find, &mut settings.dynamic)),
            _ => settings.dynamic = true,
        }
    }
    if settings.find.is_none() || !packages.is_empty() {
        settings.packages = Some(packages);
    }
}

fn find_packages(find: Find, dynamic: &mut bool) -> FindPackages {
    let folder = find.folder.map(|folder| plain_texts(folder, dynamic));
    let include = find.include.map(|include| plain_texts(include, dynamic));
    FindPackages {
        roots: folder.unwrap_or_else(|| vec![".".to_owned()]),
        include: include.unwrap_or_else(|| vec!["*".to_owned()]),
        exclude: find.exclude.map(|exclude| plain_texts(exclude, dynamic)).unwrap_or_default(),
        namespaces: find.namespaces,
    }
}

/// A string, or the strings of a list; `computed` is set where there is more than that.
fn plain_texts(value: Value, computed: &mut bool) -> Vec<String> {
    let items = match value {
        Value::Text(text) => vec![Value::Text(text)],
        value => value.into_items(computed),
    };
    let mut texts = Vec::new();
    for item in items {
        match item.into_text() {
            Some(text) if text.complete => texts.push(text.literal.value),
            _ => *computed = true,
        }
    }
    texts
}

#[cfg(test)]
mod tests;
