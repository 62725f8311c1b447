//! Generated projects: a shape that uv can lock, and a change to it. The same number always gives the same case.

use std::collections::BTreeMap;

use crate::changes::{CHANGES, mutate};

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
pub struct Project {
    pub name: String,
    pub version: Option<String>,
    pub python: String,
    pub requires: Vec<String>,
    pub extras: BTreeMap<String, Vec<String>>,
    pub groups: BTreeMap<String, Vec<String>>,
    /// Name to table.
    pub sources: BTreeMap<String, String>,
    pub constraints: Vec<String>,
    pub overrides: Vec<String>,
    pub members: Option<Vec<String>>,
    pub built: bool,
    /// `[tool.uv] package`.
    pub package: Option<bool>,
    /// Group to the group that it includes.
    pub includes: BTreeMap<String, String>,
    pub description: String,
}

/// A generator of numbers (xorshift).
pub struct Random(u64);

impl Random {
    /// Always the same numbers for one.
    pub fn new(seed: u64) -> Self {
        let mut random = Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        random.below(7);
        random
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
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
        out += "no-index = true\nfind-links = [\"WHEELS\"]\n";
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
pub type World = BTreeMap<&'static str, Project>;

fn tree(world: &World) -> Tree {
    let text = |dir: &str, project: &Project| {
        project.text().replace("WHEELS", &format!("{}wheels", "../".repeat(dir.split('/').count())))
    };
    world.iter().map(|(dir, project)| (format!("{dir}/pyproject.toml"), text(dir, project))).collect()
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
    if random.one_in(2) {
        etl.requires.extend(spelled(random));
        etl.groups.insert("reg".to_owned(), spelled(random));
        etl.extras.insert("x".to_owned(), spelled(random));
        lib.requires.extend(spelled(random));
    }
    if random.one_in(3) {
        etl.constraints.extend(spelled(random));
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

/// Ways to require `reg`, which comes from an index; those of one line say the same.
const SPELLINGS: [&[&[&str]]; 15] = [
    &[&["reg"], &["reg", "reg"], &["reg ; os_name == 'nt'", "reg ; os_name != 'nt'"]],
    &[&["reg>=1"], &["reg>=1.0"], &["reg>=1,>=0.5"], &["reg>=1,!=0.3"], &["reg>=1", "reg"]],
    &[&["reg>=1,<3"], &["reg>=1", "reg<3"], &["reg<3.0,>=1.0.0"], &["reg>=1,<3", "reg<4 ; os_name == 'nt'"]],
    &[&["reg[io]>=1,<3"], &["reg[IO]", "reg>=1,<3"], &["reg[io]>=1", "reg[io]<3"]],
    &[&["reg[io]"], &["reg", "reg[io]"], &["reg[io] ; os_name == 'nt'", "reg[io] ; os_name != 'nt'"]],
    &[&["reg>=1 ; os_name == 'nt'", "reg"], &["reg ; os_name != 'nt'", "reg>=1.0 ; os_name == 'nt'"]],
    &[&["reg==1.5"], &["reg==1.5.0"], &["reg==1.5 ; os_name == 'nt'", "reg==1.5 ; os_name != 'nt'"]],
    &[&["reg==1.5,>=1"], &["reg==1.5.0,>=1,>=0.1"]],
    &[&["reg==1.5", "reg<3"], &["reg<3.0", "reg==1.5"]],
    &[&["reg===1.5"], &["reg===1.5.0"]],
    &[&["reg~=1.0"], &["reg>=1,<2"], &["reg==1.*,>=1"], &["reg~=1.0,<3"]],
    &[&["reg>=1rc1,<2"], &["reg>=1rc1,<2", "reg<4"]],
    &[&["reg==1.*"], &["reg==1.*,<5"]],
    &[&["reg==1.5 ; os_name == 'nt'", "reg<2 ; os_name != 'nt'"]],
    &[&[]],
];

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// One of them.
pub fn spelled(random: &mut Random) -> Vec<String> {
    let same = random.pick(&SPELLINGS[..]);
    owned(random.pick::<&[&str]>(same))
}

/// Another one, or the same in other words.
pub fn respelled(now: &[String], random: &mut Random) -> Vec<String> {
    let same = SPELLINGS.iter().find(|same| same.iter().any(|texts| owned(texts) == now));
    match same {
        Some(same) if !random.one_in(3) => owned(random.pick::<&[&str]>(same)),
        _ => spelled(random),
    }
}

/// The folders side by side.
pub const INDEX: [&str; 4] = ["etl", "lib", "base", "spare"];
/// The same as members.
pub const WORKSPACE: [&str; 4] = ["ws/etl", "ws/lib", "ws/base", "ws/spare"];

/// The case of a number.
pub fn case(number: u64) -> Case {
    let mut random = Random::new(number);
    let (world, workspace) = shape(&mut random);
    let change = CHANGES[number as usize % CHANGES.len()];
    let mut after = world.clone();
    mutate(&mut after, change, workspace, &mut random);
    let locked = if workspace { "ws" } else { "etl" }.to_owned();
    let kind = if workspace { "workspace" } else { "side by side" };
    Case {
        title: format!("case {number} ({kind}): {change}"),
        before: tree(&world),
        after: tree(&after),
        locked,
    }
}
