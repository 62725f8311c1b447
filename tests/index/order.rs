//! Which of several indexes answers.

use crossloc::source::index::IndexError;

use crate::packages::page;
use crate::server::{Server, status};
use crate::{NOBODY, User, declared, shown};

fn having(version: &str) -> Server {
    Server::pages(&[("/simple/acme-shared/", page(&[&format!("acme_shared-{version}.tar.gz")]))])
}

fn failing(code: &str) -> Server {
    Server::always(status(code))
}

#[test]
fn the_first_index_that_has_the_name_wins() {
    let (first, second) = (having("1"), having("2"));
    let user = User::of(&second.index()).with("UV_INDEX", &first.index());
    assert_eq!(user.versions().unwrap(), ["1"]);
    assert_eq!(second.paths(), [] as [&str; 0], "nobody else learns the name");

    let empty = failing("404 Not Found");
    let user = User::of(&second.index()).with("UV_INDEX", &empty.index());
    assert_eq!(user.versions().unwrap(), ["2"]);
}

#[test]
fn an_index_that_fails_hides_those_behind_it() {
    for code in ["401 Unauthorized", "403 Forbidden", "500 No"] {
        let (first, second) = (failing(code), having("2"));
        let user = User::of(&second.index()).with("UV_INDEX", &first.index());
        assert!(user.versions().is_err(), "{code}");
        assert_eq!(second.paths(), [] as [&str; 0], "{code}");
    }
    let second = having("2");
    let user = User::of(&second.index()).with("UV_INDEX", NOBODY);
    assert!(matches!(user.versions(), Err(IndexError::Unreachable { .. })));
    let folder = User::of(&second.index()).with("UV_INDEX", "./wheels");
    assert!(matches!(folder.versions(), Err(IndexError::Address { .. })));
    assert_eq!(second.paths(), [] as [&str; 0]);
}

#[test]
fn manifests_name_indexes_and_explicit_ones_are_asked_by_name_only() {
    let (plain, hidden, last) = (having("1"), having("2"), having("3"));
    let user = User::of(&last.index());
    let manifest = format!(
        "[[tool.uv.index]]\nname = \"hidden\"\nurl = \"{}\"\nexplicit = true\n\
         [[tool.uv.index]]\nurl = \"{}\"\n[[tool.uv.index]]\nurl = \"https://nobody.invalid\"\ndefault = true\n",
        hidden.index(),
        plain.index()
    );
    let manifest = crossloc::manifest::read(crossloc::manifest::ManifestKind::Pyproject, &manifest);
    let indexes = user.indexes_with(&manifest.indexes);
    let registry = user.registry();
    assert_eq!(shown(&registry, &indexes).unwrap(), ["1"]);
    assert_eq!(hidden.paths(), [] as [&str; 0]);
    assert_eq!(shown(&registry, &indexes.only("hidden").unwrap()).unwrap(), ["2"]);
    assert_eq!(last.paths(), [] as [&str; 0]);
    assert!(indexes.only("other").is_none());

    let only_hidden: Vec<_> = manifest.indexes.into_iter().filter(|index| index.explicit).collect();
    assert_eq!(shown(&registry, &user.indexes_with(&only_hidden)).unwrap(), ["3"]);
}

#[test]
fn the_configuration_file_replaces_the_environments_indexes() {
    let (environment, first, last) = (having("1"), failing("404 Not Found"), having("2"));
    let mut user = User::of(&environment.index());
    let folder = user.folder().join("config");
    std::fs::create_dir_all(folder.join("crossloc")).unwrap();
    let text = format!("[registry]\nindex-url = [\"{}\", \"{}\"]\n", first.index(), last.index());
    std::fs::write(folder.join("crossloc/config.toml"), text).unwrap();
    user = user.with("XDG_CONFIG_HOME", folder.as_str());
    assert_eq!(user.versions().unwrap(), ["2"]);
    assert_eq!(first.paths(), ["/simple/acme-shared/"]);
    assert_eq!(environment.paths(), [] as [&str; 0]);
    let stranger = having("9");
    let declared = manifest_default(&stranger.index());
    assert_eq!(shown(&user.registry(), &user.indexes_with(&[declared])).unwrap(), ["2"]);
}

fn manifest_default(url: &str) -> crossloc::manifest::Index {
    crossloc::manifest::Index { default: true, ..declared("default", url) }
}
