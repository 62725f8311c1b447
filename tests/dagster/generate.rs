//! Generated declarations of code locations, in all forms that the loaders take. The same number always gives the same case.

use std::collections::{BTreeMap, BTreeSet};

/// Files by path.
pub type Tree = BTreeMap<String, String>;

/// Whose loader is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Files for `dagster -w`.
    Workspace,
    /// dagster_cloud.yaml.
    Cloud,
    /// `[tool.dagster]`, and dg's table where that is not there.
    Dagster,
    /// dg's tables, with or without a workspace around.
    Dg,
}

/// One case.
pub struct Case {
    pub kind: Kind,
    pub files: Tree,
}

/// A generator of numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn one_in(&mut self, chance: usize) -> bool {
        self.below(chance) == 0
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const MODULES: [&str; 9] = [
    "etl",
    "etl.definitions",
    "etl.nightly",
    "ml.definitions",
    "ml",
    "acme.bi.definitions",
    "acme.bi",
    "00_start.definitions",
    "nowhere.definitions",
];
const PYTHON: [&str; 6] =
    ["etl/repo.py", "ml/repo.py", "repo.py", "./acme/bi/repo.py", "gone/repo.py", "etl/../etl/other.py"];
const NAMES: [&str; 9] =
    ["etl", "ml", "bi", "nightly", "etl.definitions", "Loading data", "repo.py", "a-b", "2024 x"];
const ATTRIBUTES: [&str; 3] = ["defs", "nightly", "make_defs"];
const FOLDERS: [&str; 4] = ["etl", ".", "acme", "nowhere"];

/// The case of a number.
pub fn case(number: u64) -> Case {
    let mut dice = Dice((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    // The first numbers differ in few bits.
    (0..8).for_each(|_| {
        dice.below(2);
    });
    match number % 4 {
        0 => Case { kind: Kind::Workspace, files: workspace(&mut dice) },
        1 => Case { kind: Kind::Cloud, files: cloud(&mut dice) },
        2 => Case { kind: Kind::Dagster, files: dagster(&mut dice) },
        _ => Case { kind: Kind::Dg, files: dg(&mut dice) },
    }
}

/// The code that declarations load, in one project or in none.
fn code(dice: &mut Dice) -> Tree {
    let mut files = Tree::new();
    for path in [
        "etl/__init__.py",
        "etl/definitions.py",
        "etl/nightly.py",
        "etl/repo.py",
        "etl/other.py",
        "ml/__init__.py",
        "ml/definitions.py",
        "ml/repo.py",
        "acme/bi/__init__.py",
        "acme/bi/definitions.py",
        "acme/bi/repo.py",
        "00_start/definitions.py",
        "repo.py",
    ] {
        files.insert(path.to_owned(), String::new());
    }
    match dice.below(3) {
        0 => drop(files.insert("requirements.txt".to_owned(), "dagster\n".to_owned())),
        1 => {
            drop(files.insert(
                "setup.py".to_owned(),
                "from setuptools import setup\nsetup(name='all')\n".to_owned(),
            ))
        }
        _ => {}
    }
    files
}

fn workspace(dice: &mut Dice) -> Tree {
    let mut files = code(dice);
    let mut known = BTreeSet::new();
    let mut text = |dice: &mut Dice| {
        let count = 1 + dice.below(6);
        let entries: Vec<String> = (0..count).filter_map(|_| entry(dice, &mut known)).collect();
        match entries.as_slice() {
            [] => "load_from: []\n".to_owned(),
            all => format!(
                "load_from:\n{}",
                all.iter().map(|entry| format!("  - {entry}\n")).collect::<String>()
            ),
        }
    };
    files.insert("workspace.yaml".to_owned(), text(dice));
    if dice.one_in(3) {
        files.insert("workspace-docker.yml".to_owned(), text(dice));
    }
    files
}

/// An entry of `load_from`; none where a name would stand twice, which the loader refuses.
fn entry(dice: &mut Dice, known: &mut BTreeSet<String>) -> Option<String> {
    if dice.one_in(6) {
        let (host, port) = (dice.of(&["etl", "localhost", "10.0.0.1"]), 4000 + dice.below(3));
        let name = if dice.one_in(2) { Some(dice.of(&NAMES)) } else { None };
        let told = name.map_or_else(|| format!("grpc:{host}:{port}"), str::to_owned);
        let name = name.map(|name| format!(", location_name: {name}")).unwrap_or_default();
        return known.insert(told).then(|| format!("grpc_server: {{host: {host}, port: {port}{name}}}"));
    }
    let (key, inner) = [
        ("python_module", "module_name"),
        ("python_package", "package_name"),
        ("python_file", "relative_path"),
        ("autoload_defs_module", "module_name"),
    ][dice.below(4)];
    let variable = dice.one_in(8);
    let target = match (key, variable) {
        ("python_file", true) => "$FILE",
        ("python_file", false) => dice.of(&PYTHON),
        (_, true) => "$MODULE",
        (_, false) => dice.of(&MODULES),
    };
    let default = target.rsplit('/').next().unwrap_or_default().to_owned();
    if !variable && dice.one_in(3) {
        let text = if dice.one_in(2) { target.to_owned() } else { format!("'{target}'") };
        return known.insert(default).then(|| format!("{key}: {text}"));
    }
    let mut settings = vec![format!("{inner}: {}", value(target))];
    let mut told = default;
    if key != "autoload_defs_module" && dice.one_in(3) {
        let attribute = dice.of(&ATTRIBUTES);
        settings.push(format!("attribute: {attribute}"));
        told = format!("{told}:{attribute}");
    }
    if dice.one_in(2) {
        let name = if dice.one_in(6) { "$NAME" } else { dice.of(&NAMES) };
        settings.push(format!("location_name: {}", value(name)));
        told = name.to_owned();
    } else if dice.one_in(8) {
        settings.push("location_name: ''".to_owned());
    }
    if dice.one_in(3) {
        settings.push(format!("working_directory: {}", dice.of(&FOLDERS)));
    }
    if dice.one_in(5) {
        settings.push("executable_path: ~/envs/etl/bin/python".to_owned());
    }
    let at = dice.below(settings.len());
    settings.rotate_left(at);
    let text = match dice.one_in(2) {
        true => format!("{key}: {{{}}}", settings.join(", ")),
        false => format!("{key}:\n      {}", settings.join("\n      ")),
    };
    known.insert(told).then_some(text)
}

/// As YAML has it: what begins with `$` is to come from the environment.
fn value(text: &str) -> String {
    match text.strip_prefix('$') {
        Some(variable) => format!("{{env: {variable}}}"),
        None => text.to_owned(),
    }
}

fn cloud(dice: &mut Dice) -> Tree {
    let mut files = code(dice);
    let mut text = String::new();
    if dice.one_in(3) {
        text.push_str("defaults:\n  working_directory: etl\n  build: {registry: x}\n");
    }
    text.push_str("locations:\n");
    let mut known = BTreeSet::new();
    for _ in 0..1 + dice.below(5) {
        let name = dice.of(&NAMES);
        if !known.insert(name) {
            continue;
        }
        text.push_str(&format!("  - location_name: {name}\n"));
        let (key, target) = match dice.below(4) {
            0 => ("package_name", dice.of(&MODULES)),
            1 => ("module_name", dice.of(&MODULES)),
            2 => ("autoload_defs_module_name", dice.of(&MODULES)),
            _ => ("python_file", dice.of(&PYTHON)),
        };
        match dice.below(8) {
            0 => text.push_str("    image: registry/x:1\n"),
            1 => text.push_str(&format!("    code_source: {{{key}: {target}}}\n")),
            _ => text.push_str(&format!("    code_source:\n      {key}: {target}\n")),
        }
        for (key, values) in [
            ("working_directory", &FOLDERS[..]),
            ("working_directory", &["/opt/dagster/app"][..]),
            ("attribute", &ATTRIBUTES[..]),
            ("agent_queue", &["q"][..]),
        ] {
            let stands =
                text.rsplit("location_name").next().is_some_and(|own| own.contains(&format!("{key}:")));
            if !stands && dice.one_in(4) {
                text.push_str(&format!("    {key}: {}\n", dice.of(values)));
            }
        }
        if dice.one_in(3) {
            text.push_str(&format!("    build:\n      directory: {}\n", dice.of(&["./", "etl", "./acme"])));
        }
    }
    let name = dice.of(&[
        "dagster_cloud.yaml",
        "dagster_cloud.yml",
        "dagster-cloud.yaml",
        "build.yaml",
        "dagster_cloud.prod.yaml",
    ]);
    files.insert(name.to_owned(), text);
    files
}

fn dagster(dice: &mut Dice) -> Tree {
    let mut files = code(dice);
    let mut text = "[project]\nname = \"all\"\nversion = \"1\"\n".to_owned();
    files.remove("setup.py");
    let name = match dice.one_in(3) {
        true => format!("code_location_name = \"{}\"\n", dice.of(&NAMES)),
        false => String::new(),
    };
    match dice.below(5) {
        0 | 1 => text.push_str(&format!("[tool.dagster]\nmodule_name = \"{}\"\n{name}", dice.of(&MODULES))),
        2 | 3 => {
            text.push_str(&format!("[tool.dagster]\n{name}modules = ["));
            let mut listed = BTreeSet::new();
            for at in 0..1 + dice.below(3) {
                let kind = if at > 0 && dice.one_in(4) { "script" } else { "module" };
                let module = dice.of(&MODULES);
                if listed.insert(module) {
                    text.push_str(&format!("{{ type = \"{kind}\", name = \"{module}\" }}, "));
                }
            }
            text.push_str("]\n");
        }
        _ => text.push_str(&format!("[tool.dagster]\npython_file = \"{}\"\n{name}", dice.of(&PYTHON))),
    }
    files.insert("pyproject.toml".to_owned(), text);
    files
}

fn dg(dice: &mut Dice) -> Tree {
    let mut files = Tree::new();
    if dice.one_in(3) {
        dg_project(dice, "", &mut files);
        return files;
    }
    let mut listed = Vec::new();
    for folder in ["projects/etl", "projects/ml", "bi", "shared"].into_iter().take(1 + dice.below(4)) {
        dg_project(dice, &format!("{folder}/"), &mut files);
        // What is not listed is none of the workspace's.
        if listed.is_empty() || !dice.one_in(4) {
            listed.push(folder);
        }
    }
    let (file, table) = match dice.one_in(2) {
        true => ("dg.toml", ""),
        false => ("pyproject.toml", "tool.dg."),
    };
    let head = if table.is_empty() { String::new() } else { "[tool.dg]\n".to_owned() };
    let entries = listed.iter().map(|folder| format!("[[{table}workspace.projects]]\npath = \"{folder}\"\n"));
    let text =
        format!("{head}directory_type = \"workspace\"\n[{table}workspace]\n{}", entries.collect::<String>());
    files.insert(file.to_owned(), text);
    files
}

fn dg_project(dice: &mut Dice, base: &str, files: &mut Tree) {
    let root = dice.of(&["etl", "ml", "acme_bi"]);
    let source = if dice.one_in(2) { "src/" } else { "" };
    files.insert(format!("{base}{source}{root}/__init__.py"), String::new());
    files.insert(format!("{base}{source}{root}/definitions.py"), String::new());
    let mut table = format!("root_module = \"{root}\"\n");
    if dice.one_in(3) {
        table.push_str(&format!("code_location_name = \"{}\"\n", dice.of(&NAMES)));
    }
    if dice.one_in(4) {
        table.push_str(&format!("code_location_target_module = \"{root}\"\n"));
    }
    let project = format!("[project]\nname = \"{}\"\nversion = \"1\"\n", root.replace('_', "-"));
    if dice.one_in(3) {
        files.insert(format!("{base}dg.toml"), format!("directory_type = \"project\"\n[project]\n{table}"));
        // dg reads no other table then.
        let other = if dice.one_in(2) {
            "[tool.dg]\ndirectory_type = \"project\"\n[tool.dg.project]\nroot_module = \"other\"\n"
        } else {
            ""
        };
        files.insert(format!("{base}pyproject.toml"), project + other);
    } else {
        let dg = format!("[tool.dg]\ndirectory_type = \"project\"\n[tool.dg.project]\n{table}");
        files.insert(format!("{base}pyproject.toml"), project + &dg);
    }
}
