//! What happens to a project after it was locked.

use crate::generate::{INDEX, Random, WORKSPACE, World, respelled};

/// What may happen to a world, by name.
pub const CHANGES: [&str; 49] = [
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
    "etl spells reg",
    "etl group spells reg",
    "etl extra spells reg",
    "lib spells reg",
    "constraint spells reg",
    "override spells reg",
];

/// Makes a change.
pub fn mutate(world: &mut World, change: &str, workspace: bool, random: &mut Random) {
    let dirs = if workspace { WORKSPACE } else { INDEX };
    let root = if workspace { "ws" } else { "etl" };
    match change {
        "constraint" => return world.get_mut(root).unwrap().constraints.push("numpy<3".to_owned()),
        "constraint on lib" => return world.get_mut(root).unwrap().constraints.push("lib>=0.0.1".to_owned()),
        "constraint spells reg" => return respell(&mut world.get_mut(root).unwrap().constraints, random),
        "override spells reg" => return respell(&mut world.get_mut(root).unwrap().overrides, random),
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
        "lib spells reg" => respell(&mut lib.requires, random),
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
        "etl spells reg" => respell(&mut etl.requires, random),
        "etl group spells reg" => respell(etl.groups.entry("reg".to_owned()).or_default(), random),
        "etl extra spells reg" => respell(etl.extras.entry("x".to_owned()).or_default(), random),
        "etl built" => etl.built = !etl.built,
        "order of requirements" => etl.requires.reverse(),
        _ => {}
    }
}

/// Requires `reg` otherwise, or in other words.
fn respell(list: &mut Vec<String>, random: &mut Random) {
    let (now, others) = list.drain(..).partition(|text: &String| text.starts_with("reg"));
    *list = others;
    let now: Vec<String> = now;
    list.extend(respelled(&now, random));
}
