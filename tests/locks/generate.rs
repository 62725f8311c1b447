//! Generated projects: a shape that uv can lock, and a change to it. The same number always gives the same case.

use std::collections::BTreeMap;

/// Files by path.
pub type Tree = BTreeMap<String, String>;

/// One case.
pub struct Case {
    /// What was changed, for messages.
    pub title: String,
    /// The files as they are locked.
    pub before: Tree,
    /// The files afterwards.
    pub after: Tree,
    /// The folder of the lock.
    pub locked: String,
}

/// A project as generated; written out as pyproject.toml.
#[derive(Clone, Default)]
struct Project {
    name: String,
    version: Option<String>,
    python: String,
    requires: Vec<String>,
    extras: BTreeMap<String, Vec<String>>,
    groups: BTreeMap<String, Vec<String>>,
    /// Name to table.
    sources: BTreeMap<String, String>,
    constraints: Vec<String>,
    overrides: Vec<String>,
    members: Option<Vec<String>>,
    built: bool,
    /// `[tool.uv] package`.
    package: Option<bool>,
    /// Group to the group that it includes.
    includes: BTreeMap<String, String>,
    description: String,
}

/// A generator of numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn one_in(&mut self, chance: u64) -> bool {
        self.below(chance) == 0
    }
}

impl Project {
    fn text(&self) -> String {
        let mut out = format!("[project]\nname = \"{}\"\n", self.name);
        match &self.version {
            Some(version) => out += &format!("version = \"{version}\"\n"),
            None => out += "dynamic = [\"version\"]\n",
        }
        out += &format!("description = \"{}\"\nrequires-python = \"{}\"\n", self.description, self.python);
        out += &format!("dependencies = {:?}\n", self.requires);
        let table = |header: &str, lists: &BTreeMap<String, Vec<String>>| {
            let lines: Vec<String> =
                lists.iter().map(|(name, list)| format!("{name} = {list:?}\n")).collect();
            if lines.is_empty() { String::new() } else { format!("[{header}]\n{}", lines.concat()) }
        };
        out += &table("project.optional-dependencies", &self.extras);
        if !self.groups.is_empty() || !self.includes.is_empty() {
            out += "[dependency-groups]\n";
            let lists = self.groups.iter().map(|(name, list)| format!("{name} = {list:?}\n"));
            let include = |(name, other)| format!("{name} = [{{ include-group = \"{other}\" }}]\n");
            out.extend(lists.chain(self.includes.iter().map(include)));
        }
        if self.built {
            out += "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n";
        }
        out += &format!(
            "[tool.uv]\nconstraint-dependencies = {:?}\noverride-dependencies = {:?}\n",
            self.constraints, self.overrides
        );
        if let Some(package) = self.package {
            out += &format!("package = {package}\n");
        }
        if let Some(members) = &self.members {
            out += &format!("[tool.uv.workspace]\nmembers = {members:?}\n");
        }
        out += "[tool.uv.sources]\n";
        for (name, source) in &self.sources {
            out += &format!("{name} = {source}\n");
        }
        out
    }
}

/// The projects by folder.
type World = BTreeMap<&'static str, Project>;

fn tree(world: &World) -> Tree {
    world.iter().map(|(dir, project)| (format!("{dir}/pyproject.toml"), project.text())).collect()
}

fn project(name: &str) -> Project {
    let (version, python) = (Some("0.1.0".to_owned()), ">=3.9".to_owned());
    Project { name: name.to_owned(), version, python, built: true, ..Project::default() }
}

/// A consumer `etl`, a shared `lib` it takes live, and `base` and `spare` that `lib` may take; as a workspace, or side by
/// side.
fn shape(random: &mut Random) -> (World, bool) {
    let workspace = random.one_in(3);
    let editable = ["", ", editable = true", ", editable = false"][random.below(3) as usize];
    let source = |path: &str| match workspace {
        true => "{ workspace = true }".to_owned(),
        false => format!("{{ path = \"{path}\"{editable} }}"),
    };
    let (mut etl, mut lib) = (project("etl"), project("lib"));
    etl.built = !random.one_in(3);
    etl.requires = vec![
        ["lib", "lib>=0.1", "lib ; python_version >= '3.8'", "lib ; sys_platform == 'linux'"]
            [random.below(4) as usize]
            .to_owned(),
    ];
    lib.extras.insert("io".to_owned(), vec!["base".to_owned()]);
    if random.one_in(2) {
        etl.requires = vec!["lib[io]".to_owned()];
    }
    etl.sources.insert("lib".to_owned(), source("../lib"));
    for name in ["base", "spare"] {
        lib.sources.insert(name.to_owned(), source(&format!("../{name}")));
    }
    etl.sources.insert("spare".to_owned(), source("../spare"));
    if random.one_in(2) {
        lib.requires = vec!["base>=0.1 ; python_version < '4'".to_owned()];
    }
    if random.one_in(2) {
        etl.groups.insert("dev".to_owned(), vec!["spare".to_owned()]);
        if random.one_in(2) {
            etl.includes.insert("all".to_owned(), "dev".to_owned());
        }
    }
    if random.one_in(3) {
        etl.constraints = vec!["lib>=0.1".to_owned(), "elsewhere<2".to_owned()];
    }
    if random.one_in(4) {
        etl.overrides = vec!["stranger<3".to_owned()];
    }
    if random.one_in(6) {
        lib.groups.insert("test".to_owned(), vec!["spare".to_owned()]);
    }
    let mut world =
        World::from([("etl", etl), ("lib", lib), ("base", project("base")), ("spare", project("spare"))]);
    if workspace {
        let mut root = project("root");
        root.built = false;
        root.package = [None, Some(false)][random.below(2) as usize];
        root.members = Some(vec!["etl".into(), "lib".into(), "base".into(), "spare".into()]);
        world = world
            .into_iter()
            .map(|(dir, project)| (WORKSPACE[INDEX.iter().position(|d| *d == dir).unwrap()], project))
            .collect();
        world.insert("ws", root);
    }
    (world, workspace)
}

const INDEX: [&str; 4] = ["etl", "lib", "base", "spare"];
const WORKSPACE: [&str; 4] = ["ws/etl", "ws/lib", "ws/base", "ws/spare"];

/// What may happen to a world, by name.
const CHANGES: [&str; 43] = [
    "nothing",
    "description",
    "lib gains spare",
    "lib loses all",
    "lib gains an extra",
    "lib loses its extra",
    "lib version",
    "etl version",
    "etl gains spare",
    "etl specifier beside the source",
    "etl extras",
    "etl marker",
    "etl marker that always holds",
    "etl editable",
    "etl python",
    "etl python in other words",
    "lib python within",
    "etl gains a group",
    "etl loses groups",
    "empty group",
    "constraint",
    "constraint on lib",
    "constraints lost",
    "override",
    "override on lib",
    "etl built",
    "base version",
    "lib group",
    "order of requirements",
    "etl package",
    "lib renamed",
    "lib gone",
    "base gone",
    "etl violated specifier",
    "group includes",
    "included group",
    "lib extra gains spare",
    "etl takes an extra",
    "etl takes another extra",
    "lib markers",
    "etl markers of one name",
    "spare gone",
    "lib renamed with its consumer",
];

/// The case of a number.
pub fn case(number: u64) -> Case {
    let mut random = Random((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    random.below(7);
    let (world, workspace) = shape(&mut random);
    let change = CHANGES[number as usize % CHANGES.len()];
    let mut after = world.clone();
    mutate(&mut after, change, workspace);
    let locked = if workspace { "ws" } else { "etl" }.to_owned();
    let kind = if workspace { "workspace" } else { "side by side" };
    Case {
        title: format!("case {number} ({kind}): {change}"),
        before: tree(&world),
        after: tree(&after),
        locked,
    }
}

fn mutate(world: &mut World, change: &str, workspace: bool) {
    let dirs = if workspace { WORKSPACE } else { INDEX };
    let root = if workspace { "ws" } else { "etl" };
    match change {
        "constraint" => return world.get_mut(root).unwrap().constraints.push("numpy<3".to_owned()),
        "constraint on lib" => return world.get_mut(root).unwrap().constraints.push("lib>=0.0.1".to_owned()),
        "constraints lost" => return world.get_mut(root).unwrap().constraints.clear(),
        "override on lib" => return world.get_mut(root).unwrap().overrides.push("lib>=0.0.1".to_owned()),
        "override" => return world.get_mut(root).unwrap().overrides.push("numpy<3".to_owned()),
        "base version" => {
            world.get_mut(dirs[2]).unwrap().version = Some("0.3.0".to_owned());
            return;
        }
        "lib gone" => return drop(world.remove(dirs[1])),
        "base gone" => return drop(world.remove(dirs[2])),
        "spare gone" => return drop(world.remove(dirs[3])),
        _ => {}
    }
    let lib = world.get_mut(dirs[1]).unwrap();
    match change {
        "lib gains spare" => lib.requires.push("spare".to_owned()),
        "lib loses all" => lib.requires.clear(),
        "lib gains an extra" => drop(lib.extras.insert("more".to_owned(), vec!["spare".to_owned()])),
        "lib loses its extra" => lib.extras.clear(),
        "lib extra gains spare" => lib.extras.entry("io".to_owned()).or_default().push("spare".to_owned()),
        "lib renamed" | "lib renamed with its consumer" => lib.name = "lab".to_owned(),
        "lib markers" => lib.requires = vec!["base ; sys_platform == 'linux' or os_name == 'nt'".to_owned()],
        "lib version" => lib.version = Some("0.2.0".to_owned()),
        "lib python within" => lib.python = ">=3.8".to_owned(),
        "lib group" => drop(lib.groups.insert("docs".to_owned(), vec!["base".to_owned()])),
        _ => {}
    }
    let etl = world.get_mut(dirs[0]).unwrap();
    match change {
        "description" => etl.description = "other".to_owned(),
        "etl version" => etl.version = Some("0.1.1".to_owned()),
        "etl gains spare" => etl.requires.push("spare".to_owned()),
        "etl specifier beside the source" => {
            etl.requires = vec![format!("{}>=0.0.1", etl.requires[0].split([' ', '>']).next().unwrap())]
        }
        "etl extras" => etl.requires = vec!["lib[io,io]".to_owned()],
        "etl marker" => etl.requires = vec!["lib ; os_name == 'posix'".to_owned()],
        "etl marker that always holds" => etl.requires = vec!["lib ; python_version >= '3.7'".to_owned()],
        "etl editable" if !workspace => {
            drop(etl.sources.insert("lib".to_owned(), "{ path = \"../lib\", editable = true }".to_owned()))
        }
        "etl python" => etl.python = ">=3.10".to_owned(),
        "etl python in other words" => etl.python = ">=3.9.0,!=3.9.1".to_owned(),
        "etl gains a group" => drop(etl.groups.insert("lint".to_owned(), vec!["spare".to_owned()])),
        "etl loses groups" => {
            etl.groups.clear();
            etl.includes.clear();
        }
        "empty group" => drop(etl.groups.insert("none".to_owned(), Vec::new())),
        "etl package" => etl.package = Some(!etl.built),
        "etl violated specifier" => etl.requires = vec!["lib>=9".to_owned()],
        "group includes" => {
            etl.groups.insert("lint".to_owned(), vec!["spare".to_owned()]);
            etl.includes.insert("more".to_owned(), "lint".to_owned());
        }
        "included group" => drop(etl.groups.get_mut("dev").map(Vec::clear)),
        "etl takes an extra" => etl.requires = vec!["lib[io]".to_owned()],
        "etl takes another extra" => etl.requires = vec!["lib[io,none]".to_owned()],
        "etl markers of one name" => {
            etl.requires = vec!["lib ; os_name == 'nt'".to_owned(), "lib[io] ; os_name != 'nt'".to_owned()];
        }
        "lib renamed with its consumer" => {
            etl.requires = vec!["lab".to_owned()];
            let source = etl.sources.remove("lib").unwrap();
            etl.sources.insert("lab".to_owned(), source);
        }
        "etl built" => etl.built = !etl.built,
        "order of requirements" => etl.requires.reverse(),
        _ => {}
    }
}
