//! What crossloc says of locks of Poetry and PDM against what these tools write: a consumer and the shared distribution it
//! takes live are generated and locked, then changed, and locked anew. What the new lock holds of the shared distribution
//! tells whether the old one was stale; `poetry check --lock` tells of the consumer. Nothing is fetched but the tools.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use camino::Utf8Path;

use super::generate::{Random, Tree, respelled, spelled};
use super::{findings, wheels, write};

/// Cases that are generated: each change once, for one tool or the other, or with `ALL_LOCKS=1` for both in many shapes.
const CASES: u64 = CHANGES.len() as u64;
const ALL_CASES: u64 = 8 * CASES;

const CHANGES: [&str; 17] = [
    "nothing",
    "description",
    "gains tool",
    "spells reg",
    "loses all",
    "extra gains",
    "extra spells reg",
    "another extra",
    "extra gone",
    "marker",
    "marker that always holds",
    "marker that never holds",
    "version",
    "python",
    "base gains tool",
    "consumer gains tool",
    "consumer group",
];

#[derive(Clone, Copy, PartialEq)]
enum Tool {
    Poetry,
    Pdm,
}

/// The shared distribution `lib`, its neighbour `base`, and who takes them.
#[derive(Clone)]
struct World {
    description: &'static str,
    version: &'static str,
    python: &'static str,
    /// Whether `lib` is written in Poetry's own table.
    table: bool,
    requires: Vec<String>,
    extra: Option<Vec<String>>,
    more: bool,
    base: Vec<String>,
    takes: &'static str,
    consumer: Vec<String>,
    group: bool,
}

impl World {
    fn new(random: &mut Random) -> Self {
        let takes = random.pick(&["lib", "lib[io]"]);
        let mut requires = spelled(random);
        requires.push("tool>=1 ; python_version >= '3.10'".to_owned());
        requires.truncate(1 + random.below(4) as usize);
        let (extra, table) = (Some(spelled(random)), random.below(3) == 0);
        Self {
            description: "",
            version: "0.1.0",
            python: ">=3.9",
            table,
            requires,
            extra,
            more: false,
            base: Vec::new(),
            takes,
            consumer: vec!["reg".to_owned()],
            group: false,
        }
    }

    fn change(&mut self, change: &str, random: &mut Random) {
        let respell = |list: &mut Vec<String>, random: &mut Random| {
            let (now, others) = list.drain(..).partition(|text: &String| text.starts_with("reg"));
            *list = others;
            let now: Vec<String> = now;
            list.extend(respelled(&now, random));
        };
        let tool = || "tool".to_owned();
        match change {
            "description" => self.description = "other",
            "gains tool" => self.requires.push(tool()),
            "spells reg" => respell(&mut self.requires, random),
            "loses all" => self.requires.clear(),
            "extra gains" => self.extra.get_or_insert_default().push(tool()),
            "extra spells reg" => respell(self.extra.get_or_insert_default(), random),
            "another extra" => self.more = true,
            "extra gone" if self.takes == "lib" => self.extra = None,
            "marker" => self.requires.push("tool ; os_name == 'nt'".to_owned()),
            "marker that always holds" => self.requires.push("tool ; python_version >= '3.8'".to_owned()),
            "marker that never holds" => self.requires.push("tool ; python_version < '3.7'".to_owned()),
            "version" => self.version = "0.2.0",
            "python" => self.python = ">=3.8",
            "base gains tool" => self.base.push(tool()),
            "consumer gains tool" => self.consumer.push(tool()),
            "consumer group" => self.group = true,
            _ => {}
        }
    }

    fn tree(&self, tool: Tool, dir: &Utf8Path, index: &str) -> Tree {
        let (lib, base) = (self.lib(), project("base", "0.1.0", &self.base));
        let mut etl = project("etl", "0.1.0", &[]);
        let mut requires = self.consumer.clone();
        match tool {
            Tool::Poetry => {
                requires.extend([self.takes.to_owned(), "base".to_owned()]);
                etl = etl.replace("dependencies = []", &format!("dependencies = {requires:?}"));
                etl += "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\n\
                        lib = { path = \"../lib\", develop = true }\nbase = { path = \"../base\" }\n";
                etl += &format!("[[tool.poetry.source]]\nname = \"local\"\nurl = \"{index}\"\n");
            }
            Tool::Pdm => {
                let at = |name: &str, folder: &str| format!("{name} @ file://{dir}/{folder}");
                requires.extend([at(self.takes, "lib"), at("base", "base")]);
                etl = etl.replace("dependencies = []", &format!("dependencies = {requires:?}"));
                etl += "[tool.pdm]\ndistribution = false\n";
                for (name, of) in [("pypi", "reg"), ("second", "tool")] {
                    etl += &format!(
                        "[[tool.pdm.source]]\nname = \"{name}\"\ntype = \"find_links\"\nurl = \"file://{index}/{of}\"\n"
                    );
                }
            }
        }
        if self.group {
            etl += "[dependency-groups]\ndev = [\"tool\"]\n";
        }
        [("lib", lib), ("base", base), ("etl", etl)]
            .into_iter()
            // Poetry does not know `===`.
            .map(|(dir, text)| (format!("{dir}/pyproject.toml"), text.replace("===", "==")))
            .collect()
    }

    fn lib(&self) -> String {
        // Poetry's table has one entry for each distribution, and other words for markers.
        let simple = |list: &[String]| {
            list.len() <= 1 && list.iter().all(|text| !text.contains([';', '[']) && !text.contains("==="))
        };
        let extra = self.extra.clone().unwrap_or_default();
        if self.table && simple(&self.requires) && extra.is_empty() {
            let mut text = format!(
                "[tool.poetry]\nname = \"lib\"\nversion = \"{}\"\ndescription = \"{}\"\nauthors = []\n\
                 [tool.poetry.dependencies]\npython = \"{}\"\nold = {{ version = \"^1.0\", python = \"<3.8\" }}\n",
                self.version, self.description, self.python
            );
            for requirement in &self.requires {
                let at = requirement.find(['=', '>', '<', '~', '!']).unwrap_or(requirement.len());
                let (name, version) = requirement.split_at(at);
                text += &format!("{name} = \"{}\"\n", if version.is_empty() { "*" } else { version });
            }
            return text + &backend("poetry.core.masonry.api");
        }
        let mut text = project("lib", self.version, &self.requires)
            .replace("description = \"\"", &format!("description = \"{}\"", self.description))
            .replace(">=3.9", self.python);
        text += "[project.optional-dependencies]\n";
        if let Some(extra) = &self.extra {
            text += &format!("io = {extra:?}\n");
        }
        if self.more {
            text += "More_One = [\"tool\"]\n";
        }
        text
    }
}

fn project(name: &str, version: &str, requires: &[String]) -> String {
    format!(
        "{}[project]\nname = \"{name}\"\nversion = \"{version}\"\ndescription = \"\"\nrequires-python = \">=3.9\"\n\
         dependencies = {requires:?}\n",
        backend("hatchling.build")
    )
}

fn backend(name: &str) -> String {
    let package = name.split('.').next().unwrap_or(name).replace("poetry", "poetry-core");
    format!("[build-system]\nrequires = [\"{package}\"]\nbuild-backend = \"{name}\"\n")
}

/// What a lock holds of projects on disk, without what says nothing of their requirements.
fn of_projects(lock: &str) -> Vec<String> {
    let kept = |line: &&str| {
        let other =
            ["version", "description", "summary", "python-versions", "requires_python", "groups", "marker"];
        !other
            .iter()
            .any(|key| line.starts_with(&format!("{key} =")) || line.starts_with(&format!("{key}s =")))
    };
    let blocks = lock.split("[[package]]").skip(1);
    let live = blocks.filter(|block| block.contains("type = \"directory\"") || block.contains("\npath = "));
    live.map(|block| {
        let block = block.split("\n[metadata]").next().unwrap_or(block);
        let block = block.split("\n[extras]").next().unwrap_or(block);
        block.lines().filter(kept).collect::<Vec<_>>().join("\n")
    })
    .collect()
}

/// The wheels over HTTP, which Poetry asks.
struct Server(Child);

impl Server {
    fn start(python: &Utf8Path, dir: &Utf8Path) -> (Self, String) {
        let mut command = Command::new(python.as_std_path());
        command.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", dir.as_str()]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        let port = said.split(" port ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().to_owned();
        (Self(child), format!("http://127.0.0.1:{port}/"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

struct Setting<'a> {
    python: &'a Utf8Path,
    root: &'a Utf8Path,
    address: &'a str,
}

impl Setting<'_> {
    /// Whether a tool succeeds, and what it says.
    fn run(&self, tool: Tool, dir: &Utf8Path, arguments: &[&str]) -> (bool, String) {
        let name = if tool == Tool::Poetry { "poetry" } else { "pdm" };
        let mut command = Command::new(self.python.parent().unwrap().join(name).as_std_path());
        command.args(arguments).current_dir(dir.join("etl").as_std_path());
        let home = self.root.join("home");
        command.env("POETRY_CACHE_DIR", home.join("poetry")).env("POETRY_CONFIG_DIR", &home);
        command.env("POETRY_VIRTUALENVS_CREATE", "false").env("PDM_CHECK_UPDATE", "false");
        command.env("PDM_CACHE_DIR", home.join("pdm")).env("PDM_CONFIG_FILE", home.join("pdm.toml"));
        command.env("PDM_LOG_DIR", home.join("log")).env("NO_COLOR", "1");
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        (output.status.success(), said.concat())
    }

    /// What is wrong with a case, and whether it was stale.
    fn judge(&self, tool: Tool, number: u64) -> Result<bool, String> {
        let mut random = Random::new(number);
        let before = World::new(&mut random);
        let mut after = before.clone();
        let change = CHANGES[number as usize % CHANGES.len()];
        after.change(change, &mut random);
        let dir = self.root.join(format!("{}-{number}", if tool == Tool::Poetry { "poetry" } else { "pdm" }));
        let index =
            if tool == Tool::Poetry { self.address.to_owned() } else { self.root.join("wheels").to_string() };
        let title = format!("{dir}: {change}");
        write(&dir, &before.tree(tool, &dir, &index));
        if tool == Tool::Pdm {
            std::fs::write(dir.join("etl/.pdm-python"), self.python.as_str()).unwrap();
        }
        let (made, said) = self.run(tool, &dir, &["lock"]);
        if !made {
            // Not every two spellings have a version in common.
            return if said.contains("version solving failed")
                || said.contains("ResolutionImpossible")
                || said.contains("Unable to find a resolution")
            {
                Ok(false)
            } else {
                Err(format!("{title}: it cannot be locked at first: {said}"))
            };
        }
        let name = if tool == Tool::Poetry { "poetry.lock" } else { "pdm.lock" };
        let lock = || std::fs::read_to_string(dir.join("etl").join(name)).unwrap();
        let first = lock();
        let fresh = told(&dir);
        if !fresh.is_empty() {
            return Err(format!("{title}: before the change: {fresh:?}\n{first}"));
        }
        write(&dir, &after.tree(tool, &dir, &index));
        let found = told(&dir);
        let of = |rule: &str| found.iter().any(|text| text.starts_with(&format!("{rule}: ")));
        if tool == Tool::Poetry {
            let (accepted, said) = self.run(tool, &dir, &["check", "--lock", "--no-interaction"]);
            let stale = !accepted && said.contains("poetry.lock");
            if stale != of("lock-stale") {
                return Err(format!("{title}: `poetry check --lock` says {said}\n{found:?}"));
            }
        }
        let (made, said) = self.run(tool, &dir, &["lock"]);
        if !made {
            return Ok(true);
        }
        let stale = of_projects(&first) != of_projects(&lock());
        let shared = of("lock-stale-shared-metadata");
        // A lock is written anew in the words of today; what they say may be the same.
        let says_the_same = change.contains("spells reg") || change == "marker that never holds";
        let reworded = stale && !shared && says_the_same;
        if stale != shared && !reworded {
            let texts = (of_projects(&first), of_projects(&lock()));
            return Err(format!("{title}: locking anew says {stale}: {said}\n{found:?}\n{texts:#?}"));
        }
        Ok(stale)
    }
}

fn told(dir: &Utf8Path) -> Vec<String> {
    findings(dir)
}

#[test]
fn locks_of_poetry_and_pdm_are_stale_where_locking_anew_changes_them() {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/locks/tools.txt");
    let python = super::python::environment("lock-tools", &requirements);
    let work = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(work.path()).unwrap();
    std::fs::create_dir_all(root.join("home")).unwrap();
    for name in ["reg", "tool"] {
        wheels::write(&root.join("wheels").join(name), name);
    }
    let (_server, address) = Server::start(&python, &root.join("wheels"));
    let setting = Setting { python: &python, root, address: &address };
    let all = std::env::var_os("ALL_LOCKS").is_some();
    let cases = (0..if all { ALL_CASES } else { CASES }).flat_map(|number| match (all, number % 2) {
        (true, _) => vec![(Tool::Poetry, number), (Tool::Pdm, number)],
        (false, 0) => vec![(Tool::Poetry, number)],
        (false, _) => vec![(Tool::Pdm, number)],
    });
    let next = Mutex::new(cases);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some((tool, number)) = next.lock().unwrap().next() else { return };
                    let outcome = setting.judge(tool, number);
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    let stale = outcomes.iter().filter(|outcome| matches!(outcome, Ok(true))).count();
    let faults: Vec<&str> =
        outcomes.iter().filter_map(|outcome| outcome.as_ref().err().map(String::as_str)).collect();
    println!("{} cases of Poetry and PDM: {stale} stale, {} disagreements", outcomes.len(), faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(stale >= 5, "the cases are lopsided");
}
