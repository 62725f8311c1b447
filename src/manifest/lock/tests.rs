use super::*;

fn lock(kind: LockKind, text: &str) -> Lock {
    read_lock(kind, &Arc::from(text))
}

fn name(text: &str) -> DistributionName {
    DistributionName::new(text).unwrap()
}

const UV: &str = r#"version = 1
revision = 3
requires-python = ">=3.11"
resolution-markers = ["sys_platform == 'win32'"]

[manifest]
members = ["etl", "acme-shared"]
constraints = [{ name = "numpy", specifier = "<3" }]
overrides = [{ name = "acme-shared", directory = "elsewhere" }]

[manifest.dependency-groups]
dev = [{ name = "pytest" }]

[[package]]
name = "acme-shared"
version = "0.2.0"
source = { editable = "packages/shared" }
dependencies = [
    { name = "numpy", version = "2.0", source = { registry = "https://pypi.org/simple" }, marker = "sys_platform == 'win32'" },
]

[package.optional-dependencies]
io = [
    { name = "boto" },
]

[package.metadata]
requires-dist = [
    { name = "boto", marker = "extra == 'io'", specifier = ">=1" },
    { name = "numpy" },
]
provides-extras = ["io"]

[[package]]
name = "boto"
version = "1.0"
source = { git = "https://host/boto.git?subdirectory=lib%20x&tag=v1.0#abc" }

[[package]]
name = "etl"
source = { virtual = "." }
dependencies = [
    { name = "acme-shared", extra = ["io"] },
]

[package.dev-dependencies]
dev = [
    { name = "pytest" },
]

[package.metadata]
requires-dist = [{ name = "acme-shared", extras = ["io"], editable = "packages/shared" }]

[package.metadata.requires-dev]
dev = [{ name = "pytest", specifier = ">=8" }]
empty = []

[[package]]
name = "numpy"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["sys_platform != 'win32'"]
sdist = { url = "https://files/numpy.tar.gz", hash = "sha256:0" }
wheels = [
    { url = "https://files/numpy.whl", hash = "sha256:1" },
]

[[package]]
name = "numpy"
version = "2.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "pytest"
version = "8.0"
source = { registry = "https://pypi.org/simple" }
"#;

#[test]
fn uv_locks_are_split_and_read() {
    let lock = lock(LockKind::Uv, UV);
    assert_eq!(lock.errors, []);
    assert_eq!(
        (lock.head.revision, lock.head.requires_python.as_ref().unwrap().range.slice(UV)),
        (3, ">=3.11")
    );
    let manifest = &lock.head.manifest;
    assert_eq!(
        manifest.members.iter().map(|m| m.range.slice(UV)).collect::<Vec<_>>(),
        ["etl", "acme-shared"]
    );
    assert_eq!(manifest.constraints[0].specifier.as_deref(), Some("<3"));
    assert_eq!(manifest.overrides[0].source, Some(LockSource::Directory("elsewhere".to_owned())));
    assert_eq!(manifest.groups[0].1[0].name.range.slice(UV), "pytest");
    let shared = lock.entries(&name("acme_shared")).remove(0);
    assert_eq!(shared.name.range.slice(UV), "acme-shared");
    assert_eq!(shared.version.as_ref().unwrap().range.slice(UV), "0.2.0");
    assert_eq!(shared.source, LockSource::Editable("packages/shared".to_owned()));
    let metadata = shared.metadata.as_ref().unwrap();
    assert_eq!(metadata.provides_extras, Some(vec!["io".to_owned()]));
    assert_eq!(metadata.requires_dist[0].marker.as_deref(), Some("extra == 'io'"));
    assert_eq!(metadata.requires_dist[1].range.slice(UV), "{ name = \"numpy\" }");
    assert_eq!(metadata.range.slice(UV), "requires-dist");
    let etl = lock.entries(&name("etl")).remove(0);
    assert_eq!((etl.version.as_ref(), &etl.source), (None, &LockSource::Virtual(".".to_owned())));
    let groups = &etl.metadata.as_ref().unwrap().groups;
    assert_eq!(
        groups.iter().map(|(name, all)| (name.as_str(), all.len())).collect::<Vec<_>>(),
        [("dev", 1), ("empty", 0)]
    );
    let boto = lock.entries(&name("boto")).remove(0);
    let git = LockSource::Git {
        url: "https://host/boto.git".to_owned(),
        commit: Some("abc".to_owned()),
        reference: Some("v1.0".to_owned()),
        subdirectory: Some("lib x".to_owned()),
    };
    assert_eq!(boto.source, git);
    let live: Vec<String> = lock.live_entries().iter().map(|entry| entry.name.value.to_string()).collect();
    assert_eq!(live, ["acme-shared", "etl"]);
}

#[test]
fn what_a_member_gets_is_walked_to() {
    let lock = lock(LockKind::Uv, UV);
    let walked = |from: &str| {
        let reached = lock.reached_from(&lock.entries(&name(from))[0]);
        let mut found: Vec<String> = reached
            .names()
            .flat_map(|name| reached.entries(name))
            .map(|(entry, far)| {
                format!(
                    "{} {} {far}",
                    entry.name.value,
                    entry.version.as_ref().map_or("", |v| v.value.as_str())
                )
            })
            .collect();
        found.sort();
        found
    };
    assert_eq!(walked("etl"), ["acme-shared 0.2.0 1", "boto 1.0 2", "numpy 2.0 2", "pytest 8.0 1"]);
    assert_eq!(walked("acme-shared"), ["boto 1.0 1", "numpy 2.0 1"]);
    assert_eq!(walked("pytest"), [""; 0]);
}

#[test]
fn what_is_no_sound_lock_is_said_once() {
    let half = UV.split_at(UV.find("{ url = \"https://files/numpy.whl").unwrap() + 20).0;
    for (text, place, message) in [
        ("", "", "this is no lock that uv wrote: it has no `version`"),
        (
            "version = 2\n[[package]]\nname = \"a\"\n",
            "2",
            "made by a newer uv (lock version 2), which crossloc does not know yet",
        ),
        ("\0\u{1}\u{fffd}PK\n[[package]]\nname = \"a\"\n", "", "this is no lock that uv wrote: "),
        (
            &UV.replace("version = \"1.0\"\nsource", "<<<<<<< HEAD\nversion = \"1.0\"\nsource"),
            "<<<<<<< HEAD",
            "the lock holds a merge conflict",
        ),
        (
            half,
            "[[package]]",
            "the lock ends in the middle of an entry, it was cut off: a list is not closed",
        ),
        (
            UV.split_at(UV.find("io = [").unwrap() + 3).0,
            "",
            "the lock ends in the middle of an entry, it was cut off: ",
        ),
    ] {
        let lock = lock(LockKind::Uv, text);
        assert_eq!(lock.errors.len(), 1, "{:?}", lock.errors);
        assert!(lock.errors[0].message.starts_with(message), "{:?}", lock.errors);
        assert!(place.is_empty() || lock.errors[0].range.slice(text) == place, "{:?}", lock.errors);
    }
}
