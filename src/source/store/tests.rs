//! What is written, and what is left alone.

use std::time::Duration;

use super::*;

struct Place {
    _dir: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        Self { _dir: dir, root }
    }

    fn store(&self, limit: u64) -> SourceStore {
        SourceStore::new(self.root.join("cache/sources"), limit)
    }
}

fn acme() -> DistributionName {
    DistributionName::new("acme-shared").unwrap()
}

fn archive() -> OriginRecord {
    OriginRecord::Archive {
        distribution: "acme-shared".to_owned(),
        version: "0.1.3".to_owned(),
        path: "/links/acme_shared-0.1.3-py3-none-any.whl".to_owned(),
        content: "0123456789abcdef".to_owned(),
    }
}

#[test]
fn places_have_names_that_every_file_system_takes() {
    let store = SourceStore::new("/cache/sources".into(), 0);
    for (name, version, content, expected) in [
        ("acme-shared", "0.1.3", "0123456789abcdef", "acme-shared/0.1.3-0123456789ab"),
        ("acme", "1!2.0+local.1", "ab", "acme/1!2.0+local.1-ab"),
        ("nul", "1", "ab", "nul_/1-ab"),
        ("com1", "1", "ab", "com1_/1-ab"),
        ("console", "1", "ab", "console/1-ab"),
        ("acme", "../../etc", "../x", "acme/_.._.._etc-x"),
        ("acme", "con.1", "ab", "acme/_con.1-ab"),
        ("acme", "", "", "acme/_-"),
        ("acme", "v\u{0}:\\ä", "ab", "acme/_v____-ab"),
    ] {
        let place = store.place(&DistributionName::new(name).unwrap(), version, content);
        assert_eq!(place, Utf8Path::new("/cache/sources").join(expected), "{name} {version}");
        assert!(store.parts(&place).is_some(), "{place}");
    }
    assert!(store.place(&acme(), &"9".repeat(1000), "ab").as_str().len() < 120);
}

#[test]
fn a_file_is_written_once_and_read_only() {
    let place = Place::new();
    let store = place.store(LIMIT_BYTES);
    let dir = store.place(&acme(), "0.1.3", "0123456789abcdef");
    let file = dir.join("acme/io.py");
    store.write(&file, b"x = 1\n").unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"x = 1\n");
    assert!(std::fs::metadata(&file).unwrap().permissions().readonly());
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let modified = || std::fs::metadata(&file).unwrap().modified().unwrap();
    let first = modified();
    store.write(&file, b"x = 1\n").unwrap();
    assert_eq!(modified(), first);
    store.write(&file, b"x = 2\n").unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"x = 2\n");
    store.record(&dir, &archive()).unwrap();
    let record = record_path(&dir);
    std::fs::File::options().append(true).open(&record).unwrap().set_modified(long_ago).unwrap();
    store.write(&file, b"x = 2\n").unwrap();
    assert!(std::fs::metadata(&record).unwrap().modified().unwrap() > long_ago);
    let left: Vec<_> =
        file.parent().unwrap().read_dir_utf8().unwrap().map(|e| e.unwrap().file_name().to_owned()).collect();
    assert_eq!(left, ["io.py"]);
}

#[test]
fn nothing_outside_of_a_place_is_written() {
    let place = Place::new();
    let store = place.store(LIMIT_BYTES);
    let root = place.root.join("cache/sources");
    for path in [
        "",
        "a",
        "a/b",
        "a/b/../../../../x.py",
        "../x.py",
        "a/b/c:d.py",
        "a/b/c\\d.py",
        "a/b/c\nd.py",
        "a/b/.",
    ] {
        assert!(store.write(&root.join(path), b"x").is_err(), "{path}");
    }
    assert!(store.write(&place.root.join("x.py"), b"x").is_err());
    assert!(store.write(Utf8Path::new("x.py"), b"x").is_err());
    for path in ["", "a", "a/b/c", "../a/b"] {
        assert!(store.record(&root.join(path), &archive()).is_err(), "{path}");
    }
    assert!(!place.root.join("cache").exists());
}

#[cfg(unix)]
#[test]
fn links_in_the_store_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let outside = place.root.join("outside");
    std::fs::create_dir_all(outside.join("1-ab")).unwrap();
    std::fs::write(outside.join("kept.py"), "kept").unwrap();
    std::fs::write(outside.join("1-ab.json"), archive().to_json()).unwrap();
    let store = place.store(1);
    let root = place.root.join("cache/sources");
    std::fs::create_dir_all(root.join("acme/1-ab")).unwrap();
    symlink(&outside, root.join("linked")).unwrap();
    symlink(&outside, root.join("acme/2-ab")).unwrap();
    symlink(&outside, root.join("acme/1-ab/inner")).unwrap();
    symlink(outside.join("kept.py"), root.join("acme/1-ab/kept.py")).unwrap();
    symlink(outside.join("1-ab.json"), root.join("acme/1-ab.json")).unwrap();
    for path in ["linked/1-ab/kept.py", "acme/2-ab/kept.py", "acme/1-ab/inner/kept.py"] {
        assert!(store.write(&root.join(path), b"evil").is_err(), "{path}");
    }
    assert_eq!(store.origin_of(&root.join("linked/1-ab/x.py")), None);
    assert_eq!(store.origin_of(&root.join("acme/1-ab/x.py")), None);
    // The link itself is replaced, and what makes room goes without what it links to.
    store.write(&root.join("acme/1-ab/kept.py"), b"new").unwrap();
    store.write(&root.join("other/1-ab/x.py"), b"x").unwrap();
    assert!(!root.join("acme/1-ab").exists());
    assert_eq!(std::fs::read_to_string(outside.join("kept.py")).unwrap(), "kept");
    delete(&root.join("linked")).unwrap();
    assert!(outside.join("kept.py").exists() && bytes_below(&root) == 1);
}

#[test]
fn a_record_leads_back_to_where_a_file_came_from() {
    let place = Place::new();
    let store = place.store(LIMIT_BYTES);
    let dir = store.place(&acme(), "0.1.3", "0123456789abcdef");
    let git = |repository: &str| OriginRecord::Git {
        distribution: "acme-shared".to_owned(),
        version: None,
        repository: repository.to_owned(),
        commit: "c0ffee".to_owned(),
        tag: Some("v0.1.3".to_owned()),
        subdirectory: "libs/shared".to_owned(),
    };
    for (origin, expected) in [
        (archive(), archive()),
        (git("/ws/shared"), git("/ws/shared")),
        (git("https://user:secret@host.example/org/repo@x"), git("https://host.example/org/repo@x")),
    ] {
        store.record(&dir, &origin).unwrap();
        assert!(!std::fs::read_to_string(record_path(&dir)).unwrap().contains("secret"));
        let found = place.store(0).origin_of(&dir.join("acme/io.py"));
        assert_eq!(found, Some((dir.clone(), expected.clone())));
        assert_eq!(store.origin_of(&dir), Some((dir.clone(), expected)));
    }
    assert_eq!(store.origin_of(dir.parent().unwrap()), None);
    assert_eq!(store.origin_of(&dir.parent().unwrap().join("0.1.4-0123456789ab/x.py")), None);
    assert_eq!(store.origin_of(Utf8Path::new("/elsewhere/a/b/c.py")), None);
    let whole = std::fs::read_to_string(record_path(&dir)).unwrap();
    for broken in [
        "",
        "{}",
        "[]",
        whole.split_once("origin").unwrap().0,
        &whole.replace("\"version\": 1", "\"version\": 2"),
        &" ".repeat(70_000),
    ] {
        std::fs::write(record_path(&dir), broken).unwrap();
        assert_eq!(store.origin_of(&dir), None, "{broken}");
    }
}

#[test]
fn places_unused_for_the_longest_time_make_room() {
    let place = Place::new();
    let store = place.store(1000);
    let dirs: Vec<Utf8PathBuf> =
        (1..=4).map(|n| store.place(&acme(), &format!("0.{n}"), "0123456789abcdef")).collect();
    for (dir, used) in dirs.iter().zip([1, 2, 3, 4]) {
        store.record(dir, &archive()).unwrap();
        std::fs::create_dir_all(dir).unwrap();
        std::fs::write(dir.join("x.py"), vec![b'x'; 150]).unwrap();
        let record = std::fs::File::options().append(true).open(record_path(dir)).unwrap();
        record.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(used)).unwrap();
    }
    let room = bytes_below(&store.root);
    let store = place.store(room + 100);
    let exist = || dirs.iter().map(|dir| dir.exists()).collect::<Vec<_>>();
    store.write(&dirs[2].join("y.py"), &[b'y'; 90]).unwrap();
    assert_eq!(exist(), [true, true, true, true]);
    let big = vec![b'z'; 200];
    store.write(&dirs[3].join("z.py"), &big).unwrap();
    // The third and fourth were used last.
    assert_eq!(exist(), [false, false, true, true]);
    assert!(!record_path(&dirs[0]).exists() && record_path(&dirs[2]).exists());
    store.write(&dirs[0].join("z.py"), &vec![b'z'; usize::try_from(room).unwrap() * 2]).unwrap();
    assert_eq!(exist(), [true, false, false, false]);
}

#[test]
fn writers_at_the_same_time_leave_one_whole_file() {
    let place = Place::new();
    let store = place.store(LIMIT_BYTES);
    let file = store.place(&acme(), "0.1.3", "0123456789abcdef").join("acme/io.py");
    let text = "x = 1\n".repeat(10_000);
    let failures: usize = std::thread::scope(|scope| {
        let write = || (0..20).filter(|_| store.write(&file, text.as_bytes()).is_err()).count();
        let writers: Vec<_> = (0..4).map(|_| scope.spawn(write)).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    assert_eq!(failures, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}
