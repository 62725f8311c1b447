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
        ("", "", "this is no lock that uv wrote, or it was cut off: it has no version"),
        (
            "version = 2\n[[package]]\nname = \"a\"\n",
            "2",
            "made by another uv (lock version 2), which crossloc does not know",
        ),
        ("\0\u{1}\u{fffd}PK\n[[package]]\nname = \"a\"\n", "", "this is no lock that uv wrote: "),
        (
            &UV.replace("version = \"1.0\"\nsource", "<<<<<<< HEAD\nversion = \"1.0\"\nsource"),
            "<<<<<<< HEAD",
            "the lock holds a merge conflict",
        ),
        (
            half,
            "name = \"numpy\"",
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

/// `name version source` of each entry, the version's place checked.
fn summary(kind: LockKind, text: &str) -> Vec<String> {
    let lock = lock(kind, text);
    assert_eq!(lock.errors, [], "{text}");
    let entries = lock.all_entries().map(|entry| {
        assert_eq!(DistributionName::new(entry.name.range.slice(text)), Some(entry.name.value.clone()));
        if let Some(version) = &entry.version {
            assert_eq!(version.range.slice(text), version.value);
        }
        let edges: Vec<&str> = entry.dependencies.iter().map(|edge| edge.name.value.as_str()).collect();
        let version = entry.version.as_ref().map_or("-", |version| &version.value);
        format!("{} {version} {:?} {}", entry.name.value, entry.source, edges.join(","))
    });
    entries.collect()
}

#[test]
fn locks_of_other_tools_are_read() {
    let poetry = r#"# This file is automatically @generated by Poetry 1.7.1 and should not be changed by hand.

[[package]]
name = "Shared"
version = "0.2.0"
description = ""
optional = false
python-versions = ">=3.9"
files = []
develop = true

[package.dependencies]
boto = {version = ">=1", optional = true}
numpy = [
    {version = "^1.0", markers = "python_version < \"3.12\""},
    {version = "^2.0", markers = "python_version >= \"3.12\""},
]

[package.extras]
io = ["boto (>=1)"]

[package.source]
type = "directory"
url = "../shared"

[[package]]
name = "lib"
version = "1.0"
files = [
    {file = "lib-1.0.tar.gz", hash = "sha256:0"},
]

[package.source]
type = "git"
url = "https://host/lib.git"
reference = "v1.0"
resolved_reference = "abc"

[metadata]
lock-version = "2.0"
python-versions = "^3.9"
content-hash = "c9f8"
"#;
    assert_eq!(
        summary(LockKind::Poetry, poetry),
        [
            "shared 0.2.0 Editable(\"../shared\") boto,numpy,numpy",
            "lib 1.0 Git { url: \"https://host/lib.git\", commit: Some(\"abc\"), reference: Some(\"v1.0\"), subdirectory: None } ",
        ]
    );
    let read = lock(LockKind::Poetry, poetry);
    let hash = read.head.content_hash.as_ref().unwrap();
    assert_eq!(
        (hash.range.slice(poetry), read.head.requires_python.as_ref().unwrap().value.as_str()),
        ("c9f8", ">=3.9, <4")
    );
    assert_eq!(read.live_entries().len(), 1);
    let pdm = "[metadata]\nlock_version = \"4.5.0\"\ncontent_hash = \"sha256:1\"\n\n[[package]]\nname = \"shared\"\nversion = \"0.1.0\"\nrequires_python = \">=3.10\"\npath = \"../shared\"\neditable = true\ndependencies = [\n    \"six>=1\",\n    \"boto; os_name == 'nt'\",\n]\n\n[[package]]\nname = \"six\"\nversion = \"1.17.0\"\nfiles = [\n    {file = \"six.whl\", hash = \"sha256:0\"},\n]\n";
    assert_eq!(
        summary(LockKind::Pdm, pdm),
        ["shared 0.1.0 Editable(\"../shared\") six,boto", "six 1.17.0 Registry(None) "]
    );
    let pylock = "lock-version = \"1.0\"\ncreated-by = \"uv\"\n\n[[packages]]\nname = \"shared\"\ndirectory = { path = \"../shared\", editable = true }\n\n[[packages]]\nname = \"six\"\nversion = \"1.17.0\"\nindex = \"https://pypi.org/simple\"\nsdist = { url = \"https://x\", hashes = { sha256 = \"0\" } }\nwheels = [{ url = \"https://y\" }]\n\n[[packages]]\nname = \"lib\"\n[packages.vcs]\ntype = \"git\"\nurl = \"https://host/lib.git\"\ncommit-id = \"abc\"\n";
    assert_eq!(
        summary(LockKind::Pylock, pylock),
        [
            "shared - Editable(\"../shared\") ",
            "six 1.17.0 Registry(Some(\"https://pypi.org/simple\")) ",
            "lib - Git { url: \"https://host/lib.git\", commit: Some(\"abc\"), reference: None, subdirectory: None } ",
        ]
    );
    let pipfile = "{\n    \"_meta\": {\n        \"hash\": {\n            \"sha256\": \"abc\"\n        },\n        \"pipfile-spec\": 6,\n        \"requires\": {\n            \"python_version\": \"3.12\"\n        }\n    },\n    \"default\": {\n        \"shared\": {\n            \"editable\": true,\n            \"path\": \"../shared\"\n        },\n        \"six\": {\n            \"hashes\": [\n                \"sha256:0\"\n            ],\n            \"index\": \"pypi\",\n            \"version\": \"==1.17.0\"\n        }\n    },\n    \"develop\": {}\n}\n";
    assert_eq!(
        summary(LockKind::Pipfile, pipfile),
        ["shared - Editable(\"../shared\") ", "six 1.17.0 Registry(Some(\"pypi\")) "]
    );
    let pixi = "version: 6\nenvironments:\n  default:\n    packages:\n      linux-64:\n      - pypi: ./shared\npackages:\n- conda: https://conda.anaconda.org/x.conda\n  sha256: 0\n- pypi: ./shared\n  name: shared\n  version: 0.1.0\n  requires_dist:\n  - six>=1\n  - boto ; extra == 'io'\n  requires_python: '>=3.10'\n  editable: true\n- pypi: https://files/six-1.17.0.whl\n  name: six\n  version: '1.17'\n  sha256: 0\n";
    assert_eq!(
        summary(LockKind::Pixi, pixi),
        ["shared 0.1.0 Editable(\"./shared\") six,boto", "six 1.17 Registry(None) "]
    );
    let compiled = "# This file was autogenerated by uv via the following command:\n#    uv pip compile pyproject.toml\n-e ../x\n    # via etl\nShared @ file:../shared\nsix==1.17.0 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\n    # via etl\n";
    assert!(is_compiled(compiled));
    assert_eq!(
        summary(LockKind::Compiled, compiled),
        ["shared - Directory(\"../shared\") ", "six 1.17.0 Registry(None) "]
    );
}

#[test]
fn other_locks_that_are_not_sound_say_so_once() {
    let cases = [
        (
            LockKind::Poetry,
            "[[package]]\nname = \"a\"\nversion = \"1\"\n",
            "this is no lock that Poetry wrote, or it was cut off",
        ),
        (
            LockKind::Poetry,
            "[[package]]\nname = \"a\"\n\n[metadata]\nlock-version = \"3.0\"\n",
            "made by another Poetry (lock version 3.0)",
        ),
        (
            LockKind::Pdm,
            "[metadata]\nlock_version = \"4.5\"\n[[package]]\nname = \"a\"\nfiles = [\n    {",
            "the lock ends in the middle",
        ),
        (LockKind::Pylock, "\0\0", "this is no lock that a locking tool wrote"),
        (
            LockKind::Pipfile,
            "{\n    \"_meta\": {\n        \"pipfile-spec\": 6",
            "the lock cannot be read as JSON",
        ),
        (LockKind::Pipfile, "{}", "this is no lock that Pipenv wrote"),
        (LockKind::Pixi, "version: 99\n", "made by another pixi (lock version 99)"),
        (LockKind::Pixi, "version: 6\nenvironments:\n", "the lock has no list of packages"),
        (LockKind::Compiled, "<<<<<<< HEAD\na==1\n", "the lock holds a merge conflict"),
    ];
    for (kind, text, message) in cases {
        let lock = lock(kind, text);
        assert_eq!(lock.errors.len(), 1, "{text}: {:?}", lock.errors);
        assert!(lock.errors[0].message.starts_with(message), "{text}: {:?}", lock.errors);
    }
}

#[test]
fn any_text_is_survived() {
    let kinds = [
        LockKind::Uv,
        LockKind::Poetry,
        LockKind::Pdm,
        LockKind::Pylock,
        LockKind::Pipfile,
        LockKind::Pixi,
        LockKind::Compiled,
    ];
    let deep = format!("version = 1\n[[package]]\nname = \"a\"\nsource = {}", "{ a = [".repeat(50_000));
    let json = format!("{{\n    \"default\": {{\n        \"a\": {{\n{}", "[".repeat(100_000));
    let many = format!(
        "version = 1\n{}",
        "[[package]]\nname = \"a\"\nsource = { virtual = \".\" }\n".repeat(100_000)
    );
    for kind in kinds {
        for text in [
            "",
            "\n",
            "\u{feff}",
            "[[package]]",
            "- ",
            "\0\u{fffd}\n[[package]]\nname = \"",
            &deep,
            &json,
            &many,
        ] {
            let lock = lock(kind, text);
            lock.all_entries().for_each(drop);
            lock.live_entries();
        }
    }
    assert_eq!(lock(LockKind::Uv, &many).entries(&name("a")).len(), 100_000);
}

#[test]
fn locks_are_told_by_name() {
    for (name, expected) in [
        ("uv.lock", Some(LockKind::Uv)),
        ("pylock.toml", Some(LockKind::Pylock)),
        ("pylock.prod.toml", Some(LockKind::Pylock)),
        ("pylock..toml", None),
        ("pylock.a.b.toml", None),
        ("pylocktoml", None),
        ("pylock.prod", None),
        ("my.pylock.toml", None),
    ] {
        assert_eq!(crate::manifest::DocumentKind::of(camino::Utf8Path::new(name)).lock(), expected, "{name}");
    }
}
