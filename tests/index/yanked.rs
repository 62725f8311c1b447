//! yanked-version, in a workspace whose index is allowed to be asked.

use std::sync::Arc;

use crossloc::rules;
use crossloc::vfs::{Disk, Files};
use crossloc::workspace::{Outside, PackageIndexes, Workspace};

use crate::User;
use crate::server::{Server, ok};

const SIMPLE: &str = "application/vnd.pypi.simple.v1+json";

/// 0.1.0 and 0.2.0 are sound, 0.1.3 and 0.3.0 are yanked, of 0.1.5 only the sdist is.
fn index() -> Server {
    let file = |name: &str, yanked: &str| {
        format!(r#"{{"filename": "{name}", "url": "/files/{name}", "hashes": {{}}, "yanked": {yanked}}}"#)
    };
    let files = [
        file("acme_shared-0.1.0-py3-none-any.whl", "false"),
        file("acme_shared-0.1.3-py3-none-any.whl", r#""drops\nrows.""#),
        file("acme_shared-0.1.5-py3-none-any.whl", "false"),
        file("acme_shared-0.1.5.tar.gz", "true"),
        file("acme_shared-0.2.0-py3-none-any.whl", "false"),
        file("acme_shared-0.3.0-py3-none-any.whl", "true"),
    ];
    let body = format!(
        r#"{{"meta": {{"api-version": "1.1"}}, "name": "acme-shared", "files": [{}]}}"#,
        files.join(", ")
    );
    Server::new(move |_| ok(SIMPLE, body.as_bytes()))
}

/// What is found in a workspace of one location and the shared project: the file, the text at fault, the message, and
/// what a fix puts there.
fn check(allowed: bool, requirement: &str, locked: Option<&str>) -> Vec<[String; 4]> {
    let server = index();
    let user = User::of(&server.index());
    let root = user.folder().join("work");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("shared/pyproject.toml", "[project]\nname = \"acme-shared\"\nversion = \"0.2.0\"\n");
    let etl = format!(
        "[project]\nname = \"etl\"\nversion = \"1\"\ndependencies = [\"{requirement}\", \"other==1\"]\n"
    );
    write("etl/pyproject.toml", &etl);
    if let Some(version) = locked {
        let lock = format!(
            "version = 1\nrevision = 2\nrequires-python = \">=3.9\"\n\n[[package]]\nname = \"acme-shared\"\n\
             version = \"{version}\"\nsource = {{ registry = \"{0}\" }}\n\n[[package]]\nname = \"etl\"\n\
             version = \"1\"\nsource = {{ editable = \".\" }}\ndependencies = [{{ name = \"acme-shared\" }}]\n",
            server.index()
        );
        write("etl/uv.lock", &lock);
    }
    let mut config = user.config();
    config.enabled = allowed;
    let mut outside = Outside::default();
    outside.indexes = Some(PackageIndexes::new(config, user.cache()));
    let files = Files::new(Arc::new(Disk));
    let workspace = Workspace::new(files, vec![root.clone()]).with_outside(Arc::new(outside));
    let found = rules::check(&workspace).diagnostics;
    let asked = server.paths();
    assert!(allowed || asked.is_empty(), "{asked:?}");
    let shown = found.iter().filter(|found| found.rule == "yanked-version").map(|found| {
        let text = std::fs::read_to_string(found.file.path()).unwrap();
        let fix = found.fix.as_ref().map(|fix| fix.edits[0].new_text.clone());
        let at_fault = found.range.slice(&text).to_owned();
        [found.file.file_name().to_owned(), at_fault, found.message.clone(), fix.unwrap_or_default()]
    });
    shown.collect()
}

#[test]
fn a_pin_on_a_yanked_version_moves_to_the_next_sound_one() {
    let one = |requirement, written: &str, message: &str, fix: &str| {
        let found = check(true, requirement, None);
        assert_eq!(found, [["pyproject.toml", written, message, fix].map(str::to_owned)], "{requirement}");
    };
    one("acme-shared==0.1.3", "==0.1.3", "`acme-shared` 0.1.3 is yanked: drops rows", "==0.1.5");
    one("acme-shared==0.3.0", "==0.3.0", "`acme-shared` 0.3.0 is yanked", "==0.2.0");
    one("acme-shared===0.3.0", "===0.3.0", "`acme-shared` 0.3.0 is yanked", "");
}

#[test]
fn where_the_lock_decides_its_entry_is_at_fault() {
    let found = check(true, "acme-shared>=0.1", Some("0.1.3"));
    let [[file, at_fault, message, fix]] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((file.as_str(), fix.as_str()), ("uv.lock", ""));
    assert!(at_fault.contains("0.1.3") || at_fault.contains("acme-shared"), "{at_fault}");
    assert_eq!(message, "`acme-shared` 0.1.3 is yanked: drops rows");
    // What is written by hand is what is to be mended.
    let found = check(true, "acme-shared==0.1.3", Some("0.1.3"));
    assert_eq!(found.iter().map(|found| found[0].as_str()).collect::<Vec<_>>(), ["pyproject.toml"]);
}

#[test]
fn sound_versions_open_ranges_and_indexes_that_are_not_asked_say_nothing() {
    for requirement in ["acme-shared==0.1.5", "acme-shared==0.2.0", "acme-shared>=0.1", "acme-shared!=0.1.3"]
    {
        assert_eq!(check(true, requirement, None), [] as [[String; 4]; 0], "{requirement}");
    }
    assert_eq!(check(true, "acme-shared>=0.1", Some("0.2.0")), [] as [[String; 4]; 0]);
    assert_eq!(check(false, "acme-shared==0.1.3", None), [] as [[String; 4]; 0]);
}
