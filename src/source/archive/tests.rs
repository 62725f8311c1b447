//! What is read of archives, and which are refused; hostile ones are made by hand where the crates would not make them.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::vfs::EntryKind;

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

    fn open(&self, name: &str, bytes: &[u8]) -> Result<ArchiveTree, String> {
        let path = self.root.join(name);
        std::fs::write(&path, bytes).unwrap();
        ArchiveTree::open(&path).map_err(|error| error.to_string())
    }
}

/// What an archive answers: its files with their texts, or why it is refused.
fn answer(name: &str, bytes: &[u8]) -> String {
    match Place::new().open(name, bytes) {
        Ok(tree) => files(&tree, "").join(" "),
        Err(error) => error,
    }
}

fn files(tree: &dyn SourceTree, dir: &str) -> Vec<String> {
    let listing = tree.list(Utf8Path::new(dir));
    let below = |name: &str, kind| {
        let path = if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
        match kind {
            EntryKind::Dir => files(tree, &path),
            EntryKind::File => match tree.read(Utf8Path::new(&path)) {
                Ok(bytes) => vec![format!("{path}={}", String::from_utf8_lossy(&bytes))],
                Err(error) => vec![format!("{path}!{error}")],
            },
            EntryKind::Other => vec![format!("{path}?")],
        }
    };
    listing.iter().flat_map(|(name, kind)| below(name, kind)).collect()
}

fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, text) in files {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut out = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&out[at..], from.as_bytes()) {
        out[at + found..at + found + to.len()].copy_from_slice(to.as_bytes());
        at += found + to.len();
    }
    out
}

/// The bytes of a zip with those at `offset` of its last directory entry and, if given, of its last local header.
fn patched(mut bytes: Vec<u8>, central: usize, local: Option<usize>, value: &[u8]) -> Vec<u8> {
    let at = memchr::memmem::rfind(&bytes, b"PK\x01\x02").unwrap() + central;
    bytes[at..at + value.len()].copy_from_slice(value);
    if let Some(local) = local {
        let at = memchr::memmem::rfind(&bytes, b"PK\x03\x04").unwrap() + local;
        bytes[at..at + value.len()].copy_from_slice(value);
    }
    bytes
}

/// Entries by type, name as it is to stand there, and text.
fn tar_of(entries: &[(EntryType, &str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (kind, name, text) in entries {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn sdist(files: &[(&str, &str)]) -> Vec<u8> {
    tar_of(&files.iter().map(|(name, text)| (EntryType::Regular, *name, *text)).collect::<Vec<_>>())
}

#[test]
fn a_wheel_and_both_kinds_of_sdists_are_read() {
    let wheel = zip_of(&[
        ("acme/__init__.py", "x"),
        ("acme/data.bin", "y"),
        ("acme-1.0.dist-info/METADATA", "Name: acme"),
    ]);
    assert_eq!(
        answer("acme-1.0-py3-none-any.whl", &wheel),
        "acme/__init__.py=x acme/data.bin=y acme-1.0.dist-info/METADATA=Name: acme"
    );
    let files = [("acme-1.0/src/acme.py", "x"), ("acme-1.0/PKG-INFO", "y"), ("acme-1.0/VERSION", "1.0")];
    assert_eq!(answer("acme-1.0.zip", &zip_of(&files)), "PKG-INFO=y VERSION=1.0 src/acme.py=x");
    let mut entries = vec![
        (EntryType::XGlobalHeader, "pax_global_header", "11 a=b\n"),
        (EntryType::Directory, "acme-1.0/", ""),
    ];
    entries.extend(files.iter().map(|(name, text)| (EntryType::Regular, *name, *text)));
    entries.push((EntryType::Regular, "./acme-1.0/docs/logo.png", "z"));
    assert_eq!(
        answer("acme-1.0.tar.gz", &tar_of(&entries)),
        "PKG-INFO=y VERSION=1.0 docs/logo.png!not kept of a source distribution src/acme.py=x"
    );
    assert_eq!(answer("acme-1.0.zip", &zip_of(&[("a/x.py", "x"), ("b/y.py", "y")])), "a/x.py=x b/y.py=y");
}

#[test]
fn a_tree_tells_folders_from_files_and_names_its_bytes() {
    let place = Place::new();
    let bytes = zip_of(&[("acme/io/x.py", "x")]);
    let tree = place.open("acme-1.0-py3-none-any.whl", &bytes).unwrap();
    let read = |path: &str| tree.read(Utf8Path::new(path));
    assert_eq!(read("acme"), Err(ReadError::NotAFile));
    assert_eq!(read(""), Err(ReadError::NotAFile));
    assert_eq!(read("acme/x.py"), Err(ReadError::NotFound));
    assert_eq!(read("acme/io/x.py"), Ok(b"x".to_vec()));
    assert!(tree.list(Utf8Path::new("acme/io/x.py")).is_empty());
    assert_eq!(tree.content().len(), 64);
    let other = place.open("other-1.0-py3-none-any.whl", &bytes).unwrap();
    assert_eq!(tree.content(), other.content());
    let changed = place.open("acme-1.0-py3-none-any.whl", &zip_of(&[("acme/io/x.py", "y")])).unwrap();
    assert_ne!(tree.content(), changed.content());
    // The directory is that of the archive as it was; what lies there now does not have its checksums.
    assert!(matches!(read("acme/io/x.py"), Ok(bytes) if bytes == b"x") || read("acme/io/x.py").is_err());
    std::fs::remove_file(place.root.join("acme-1.0-py3-none-any.whl")).unwrap();
    assert!(matches!(read("acme/io/x.py"), Err(ReadError::Refused(_))));
}

#[test]
fn names_that_lead_out_are_refused_in_both_formats() {
    for (name, why) in [
        ("../evil.py", "`../evil.py` leads out of the archive"),
        ("a/../../x.py", "`a/../../x.py` leads out of the archive"),
        ("/etc/evil.py", "`/etc/evil.py` is an absolute path"),
        ("C:/evil/a.py", "`C:/evil/a.py` is an absolute path"),
        ("a\\..\\evil.py", "`a\\..\\evil.py` has a backslash in its name"),
        ("a/ev\til.py", "`a/ev?il.py` has a control character in its name"),
    ] {
        let filler = "z".repeat(name.len());
        let zip = replaced(&zip_of(&[(&filler, "x")]), &filler, name);
        let said = answer("acme-1.0-py3-none-any.whl", &zip);
        assert_eq!(said, format!("cannot read `acme-1.0-py3-none-any.whl`: its entry {why}"));
        let said = answer("acme-1.0.tar.gz", &sdist(&[(name, "x")]));
        assert_eq!(said, format!("cannot read `acme-1.0.tar.gz`: its entry {why}"));
    }
}

#[test]
fn links_and_special_files_are_refused() {
    for (kind, why) in [
        (EntryType::Symlink, "is a link"),
        (EntryType::Link, "is a link"),
        (EntryType::Fifo, "is neither a file nor a folder"),
        (EntryType::Char, "is neither a file nor a folder"),
        (EntryType::GNUSparse, "is neither a file nor a folder"),
    ] {
        let bytes = tar_of(&[(EntryType::Regular, "a/x.py", "x"), (kind, "a/y.py", "")]);
        let said = answer("acme-1.0.tar.gz", &bytes);
        assert!(said.ends_with(&format!("`a/y.py` {why}")) || said.contains("damaged"), "{kind:?}: {said}");
    }
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    zip.add_symlink("acme/x.py", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let said = answer("acme-1.0-py3-none-any.whl", &zip.finish().unwrap().into_inner());
    assert!(said.ends_with("its entry `acme/x.py` is a link"), "{said}");
    let fifo = patched(zip_of(&[("acme/x.py", "x")]), 38, None, &(0o010_644_u32 << 16).to_le_bytes());
    let said = answer("acme-1.0-py3-none-any.whl", &fifo);
    assert!(said.ends_with("its entry `acme/x.py` is neither a file nor a folder"), "{said}");
}

#[test]
fn one_name_stands_for_one_file() {
    let twice = replaced(&zip_of(&[("a/x.py", "x"), ("a/y.py", "y")]), "a/y.py", "a/x.py");
    assert!(answer("acme-1.0-py3-none-any.whl", &twice).ends_with("two of its entries have the same name"));
    let spelled = zip_of(&[("a/x.py", "x"), ("a//x.py", "x")]);
    assert!(answer("acme-1.0-py3-none-any.whl", &spelled).ends_with("`a//x.py` is there twice"));
    let both = zip_of(&[("a/x.py", "x"), ("a/x.py/y.py", "y")]);
    assert!(answer("acme-1.0-py3-none-any.whl", &both).ends_with("is both a file and a folder"));
    let both = zip_of(&[("a/x.py/y.py", "y"), ("a/x.py", "x")]);
    assert!(answer("acme-1.0-py3-none-any.whl", &both).ends_with("is both a file and a folder"));
    assert_eq!(answer("acme-1.0.tar.gz", &sdist(&[("a/x.py", "x"), ("a/x.py", "x")])), "x.py=x");
    let differ = answer("acme-1.0.tar.gz", &sdist(&[("a/x.py", "x"), ("a/x.py", "y")]));
    assert!(differ.ends_with("`a/x.py` is there twice, with different contents"), "{differ}");
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    zip.start_file("acme/x.py", SimpleFileOptions::default()).unwrap();
    zip.write_all(&vec![b' '; 24 << 20]).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let said = answer("acme-1.0-py3-none-any.whl", &bytes);
    assert!(said.ends_with("`acme/x.py` makes it unpack to more than is read"), "{said}");
    // A size that is a lie: the entry holds more than it says.
    let said = answer("acme-1.0-py3-none-any.whl", &patched(bytes, 24, Some(22), &1_u32.to_le_bytes()));
    assert!(said.starts_with("acme/x.py!"), "{said}");
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    let mut header = Header::new_gnu();
    header.set_size(64 << 20);
    header.set_cksum();
    tar.append_data(&mut header, "acme/x.bin", io::repeat(0).take(64 << 20)).unwrap();
    let said = answer("acme-1.0.tar.gz", &tar.into_inner().unwrap().finish().unwrap());
    assert!(said.ends_with("it unpacks to more than is read"), "{said}");
    // Two entries that share their bytes.
    let shared = zip_of(&[("a/x.py", "x"), ("a/y.py", "y")]);
    let said = answer("acme-1.0-py3-none-any.whl", &patched(shared, 42, None, &0_u32.to_le_bytes()));
    assert!(said.ends_with("its entries overlap"), "{said}");
}

#[test]
fn a_hundred_thousand_entries_are_too_many() {
    let names: Vec<String> = (0..100_000).map(|n| format!("a/{n}.py")).collect();
    let zip = zip_of(&names.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>());
    assert!(answer("acme-1.0-py3-none-any.whl", &zip).ends_with("it has more than 50000 entries"));
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::none()));
    for name in &names {
        let mut header = Header::new_gnu();
        header.set_size(0);
        tar.append_data(&mut header, name, io::empty()).unwrap();
    }
    let tar = tar.into_inner().unwrap().finish().unwrap();
    assert!(answer("acme-1.0.tar.gz", &tar).ends_with("it has more than 50000 entries"));
    // As many folders in few names.
    let deep: Vec<String> = (0..2000).map(|n| format!("{n}/{}x.py", "d/".repeat(60))).collect();
    let zip = zip_of(&deep.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>());
    assert!(answer("acme-1.0-py3-none-any.whl", &zip).ends_with("it has more than 50000 entries"));
}

#[test]
fn depth_and_length_of_names_are_limited() {
    let deep = format!("{}x.py", "d/".repeat(200));
    let said = answer("acme-1.0-py3-none-any.whl", &zip_of(&[(&deep, "x")]));
    assert!(said.ends_with("… lies too deep") || said.ends_with("…` lies too deep"), "{said}");
    let long = format!("{}.py", "d".repeat(2000));
    let said = answer("acme-1.0-py3-none-any.whl", &zip_of(&[(&long, "x")]));
    assert!(said.ends_with("…` has too long a name"), "{said}");
    let inner = zip_of(&[("../evil.py", "x")]);
    let place = Place::new();
    std::fs::write(place.root.join("inner"), &inner).unwrap();
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    zip.start_file("acme/inner.whl", SimpleFileOptions::default()).unwrap();
    zip.write_all(&inner).unwrap();
    // An archive in an archive is a file like others.
    let tree = place.open("acme-1.0-py3-none-any.whl", &zip.finish().unwrap().into_inner()).unwrap();
    assert_eq!(tree.read(Utf8Path::new("acme/inner.whl")), Ok(inner));
}

#[test]
fn what_is_damaged_is_said_to_be() {
    let wheel = zip_of(&[("acme/x.py", "text of x"), ("acme/y.py", "text of y")]);
    for length in [0, 1, 10, wheel.len() / 2, wheel.len() - 1] {
        let said = answer("acme-1.0-py3-none-any.whl", &wheel[..length]);
        assert!(said.starts_with("cannot read `acme-1.0-py3-none-any.whl`: "), "{length}: {said}");
    }
    let wrong = replaced(&wheel, "text of y", "texts ofy");
    let said = answer("acme-1.0-py3-none-any.whl", &wrong);
    assert!(said.starts_with("acme/x.py=text of x acme/y.py!"), "{said}");
    let tar = sdist(&[("acme/x.py", "text of x"), ("acme/y.py", "text of y")]);
    for length in [0, 1, 10, tar.len() / 2, tar.len() - 1] {
        let said = answer("acme-1.0.tar.gz", &tar[..length]);
        assert!(said.starts_with("cannot read `acme-1.0.tar.gz`: it is damaged: "), "{length}: {said}");
    }
    let mut wrong = tar.clone();
    let at = wrong.len() - 8;
    wrong[at] ^= 1;
    assert!(answer("acme-1.0.tar.gz", &wrong).contains("it is damaged: "));
    assert!(answer("acme-1.0.tar.gz", &wheel).contains("it is damaged: "));
}

#[test]
fn what_cannot_be_read_is_refused_in_words() {
    let encrypted = patched(zip_of(&[("acme/x.py", "x")]), 8, Some(6), &1_u16.to_le_bytes());
    let said = answer("acme-1.0-py3-none-any.whl", &encrypted);
    assert!(said.ends_with("its entry `acme/x.py` is encrypted"), "{said}");
    let bzip2 = patched(zip_of(&[("acme/x.py", "x")]), 10, Some(8), &12_u16.to_le_bytes());
    let said = answer("acme-1.0-py3-none-any.whl", &bzip2);
    assert!(said.ends_with("is compressed in a way that is not read"), "{said}");
    let said = answer("acme-1.0.tar.bz2", b"BZh9");
    assert_eq!(said, "cannot read `acme-1.0.tar.bz2`: only `.whl`, `.zip` and `.tar.gz` are read");
    let place = Place::new();
    std::fs::create_dir(place.root.join("acme-1.0.zip")).unwrap();
    let said = ArchiveTree::open(&place.root.join("acme-1.0.zip")).map(drop).unwrap_err().to_string();
    assert_eq!(said, "cannot read `acme-1.0.zip`: it is not a regular file");
    assert!(ArchiveTree::open(&place.root.join("gone-1.0.zip")).is_err());
}

#[test]
fn every_cut_and_every_flipped_byte_is_survived() {
    let archives = [
        ("acme-1.0-py3-none-any.whl", zip_of(&[("acme/x.py", "text of x"), ("acme/y.py", "text of y")])),
        ("acme-1.0.tar.gz", sdist(&[("acme/x.py", "text of x"), ("acme/y.py", "text of y")])),
    ];
    let place = Place::new();
    for (name, bytes) in archives {
        for at in 0..bytes.len() {
            for value in [0, 0xff, bytes[at] ^ 1] {
                let mut changed = bytes.clone();
                changed[at] = value;
                if let Ok(tree) = place.open(name, &changed) {
                    files(&tree, "");
                }
            }
        }
    }
}

#[test]
fn a_folder_is_a_tree_that_no_link_leads_out_of() {
    let place = Place::new();
    let put = |path: &str, text: &str| {
        let path = place.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("id/acme/__init__.py", "x");
    put("id/acme-1.0.dist-info/RECORD", "acme/__init__.py,sha256=a,1\n");
    put("other/secret.py", "s");
    #[cfg(unix)]
    for (to, link) in [
        ("../../other/secret.py", "id/acme/out.py"),
        ("../other", "id/outside"),
        ("__init__.py", "id/acme/same.py"),
    ] {
        std::os::unix::fs::symlink(to, place.root.join(link)).unwrap();
    }
    let tree = FolderTree::open(&place.root.join("id")).unwrap();
    let linked: &[&str] = if cfg!(unix) { &["acme/out.py?", "acme/same.py=x", "outside?"] } else { &[] };
    let mut expected = vec!["acme-1.0.dist-info/RECORD=acme/__init__.py,sha256=a,1\n", "acme/__init__.py=x"];
    expected.extend(linked);
    let mut found = files(&tree, "");
    found.sort();
    assert_eq!(found, expected);
    for path in ["acme/out.py", "outside/secret.py", "../other/secret.py"] {
        assert_eq!(tree.read(Utf8Path::new(path)), Err(ReadError::NotFound), "{path}");
    }
    assert!(
        tree.list(Utf8Path::new("../other")).is_empty() && tree.list(Utf8Path::new("outside")).is_empty()
    );
    let first = tree.content();
    put("id/acme-1.0.dist-info/RECORD", "acme/__init__.py,sha256=b,1\n");
    assert_ne!(first, tree.content());
    std::fs::remove_dir_all(place.root.join("id/acme-1.0.dist-info")).unwrap();
    let without = tree.content();
    put("id/acme/__init__.py", "y");
    assert_ne!(without, tree.content());
    assert!(FolderTree::open(&place.root.join("id/acme/__init__.py")).is_err());
}
