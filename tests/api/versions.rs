//! What breaks between released versions of packages from PyPI, against griffe.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use crossloc::api::{Api, ChangeKind, Standing, difference};
use crossloc::vfs::Files;
use crossloc::workspace::Workspace;

use crate::{here, interpreter, python};

/// Breaks that only one side sees, each with its reason.
const EXPLAINED: [Reason; 3] = [
    Reason {
        why: "`from .utils import x as x` makes a name public (PEP 484); griffe leaves that to an extension",
        ours: true,
        breaks: &[
            "Public object was removed: click.get_os_args",
            "Public object was removed: click.get_terminal_size",
        ],
    },
    Reason {
        why: "a re-export through two star imports is followed; griffe loses it",
        ours: true,
        breaks: &[
            "Positional parameter was moved: httpx._transports.default.AsyncHTTPTransport.__init__(http1)",
            "Positional parameter was moved: httpx._transports.default.AsyncHTTPTransport.__init__(http2)",
            "Positional parameter was moved: httpx._transports.default.AsyncHTTPTransport.__init__(limits)",
            "Positional parameter was moved: httpx._transports.default.AsyncHTTPTransport.__init__(trust_env)",
            "Positional parameter was moved: httpx._transports.default.HTTPTransport.__init__(http1)",
            "Positional parameter was moved: httpx._transports.default.HTTPTransport.__init__(http2)",
            "Positional parameter was moved: httpx._transports.default.HTTPTransport.__init__(limits)",
            "Positional parameter was moved: httpx._transports.default.HTTPTransport.__init__(trust_env)",
        ],
    },
    Reason {
        why: "`abc.abstractproperty` makes a property",
        ours: false,
        breaks: &[
            "Public object points to a different kind of object: packaging.specifiers.BaseSpecifier.prereleases",
        ],
    },
];

/// Why one side sees what the other does not.
struct Reason {
    why: &'static str,
    ours: bool,
    breaks: &'static [&'static str],
}

type Breaks = BTreeSet<(String, String)>;

#[test]
fn versions_break_as_griffe_says() {
    let folder = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("api-versions");
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(interpreter().as_std_path());
    command.arg(here("breakages.py")).arg(folder.as_std_path()).arg(here("pairs.txt"));
    let theirs: BTreeMap<String, Breaks> = serde_json::from_slice(&python::run(&mut command)).unwrap();
    let (mut agreed, mut differences) = (0, BTreeSet::new());
    let lines = std::fs::read_to_string(here("pairs.txt")).unwrap();
    for line in lines.lines() {
        let [distribution, package, old, new] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let api = |version: &str| {
            api_of(&folder.join(format!("{distribution}-{version}")), distribution, package, version)
        };
        let ours = breaks(&api(old), &api(new));
        let theirs = &theirs[distribution];
        agreed += ours.intersection(theirs).count();
        let only = |ours: bool| move |(kind, path): &(String, String)| (ours, format!("{kind}: {path}"));
        differences.extend(ours.difference(theirs).map(only(true)));
        differences.extend(theirs.difference(&ours).map(only(false)));
    }
    let mut explained = 0;
    for reason in &EXPLAINED {
        for known in reason.breaks {
            let found = differences.remove(&(reason.ours, (*known).to_owned()));
            assert!(found, "no longer differs, although {}: {known}", reason.why);
            explained += 1;
        }
        println!("explained: {} where {}", reason.breaks.len(), reason.why);
    }
    println!(
        "breaks: {} in {} pairs of versions, {agreed} agreed, {explained} explained",
        agreed + explained + differences.len(),
        lines.lines().count()
    );
    let shown = |(ours, text): &(bool, String)| format!("{}: {text}", if *ours { "ours" } else { "griffe" });
    let differences: Vec<String> = differences.iter().map(shown).collect();
    assert!(differences.is_empty(), "{} differ\n{}", differences.len(), differences.join("\n"));
}

/// The breaks that griffe looks for: since its version 2 not those of attributes, and never those of names that a
/// package imports without listing them.
fn breaks(old: &Api, new: &Api) -> Breaks {
    let mut stated = old.clone();
    stated.names.retain(|_, name| name.standing == Standing::Stated);
    let changes = difference(&stated, new).into_iter();
    let compared = changes.filter(|change| {
        !matches!(change.kind, ChangeKind::AttributeChangedType | ChangeKind::AttributeChangedValue)
    });
    compared.map(|change| (change.kind.as_str().to_owned(), change.path)).collect()
}

fn api_of(dir: &Utf8PathBuf, distribution: &str, package: &str, version: &str) -> Api {
    let manifest = format!(
        "[project]\nname = \"{distribution}\"\nversion = \"{version}\"\n[build-system]\nrequires = []\n\
         build-backend = \"hatchling.build\"\n[tool.hatch.build.targets.wheel]\npackages = [\"{package}\"]\n"
    );
    std::fs::write(dir.join("pyproject.toml"), manifest).unwrap();
    let workspace = Workspace::new(Files::default(), vec![dir.clone()]);
    let project = workspace.project_at(dir).unwrap();
    let api = Api::of(&workspace, &project);
    assert!(api.names.len() > 5, "{distribution} {version} was read");
    api
}
