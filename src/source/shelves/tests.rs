//! Caches as the tools write them.

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

    fn put(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn shelves(&self) -> Shelves {
        let at = |name: &str| Some(self.root.join(name));
        Shelves {
            folders: vec![self.root.join("links"), self.root.join("nowhere")],
            uv_cache: at("uv"),
            pip_cache: at("pip"),
            own: at("own"),
            ..Shelves::default()
        }
    }

    fn found(&self) -> Vec<String> {
        let name = DistributionName::new("acme-shared").unwrap();
        let shown = |(version, candidate): (Version, Candidate)| {
            let path = candidate.path.strip_prefix(&self.root).unwrap().as_str().to_owned();
            format!("{version} {path}")
        };
        self.shelves().versions(&name).into_iter().map(shown).collect()
    }
}

#[test]
fn the_best_of_each_version_comes_first() {
    let place = Place::new();
    for file in [
        "acme_shared-0.2.0.tar.gz",
        "acme_shared-0.2.0-cp313-cp313-linux_x86_64.whl",
        "acme_shared-0.2.0-py3-none-any.whl",
        "acme_shared-0.10.0.tar.gz",
        "Acme-Shared-0.1.3.zip",
        "acme_shared_more-0.2.0.tar.gz",
        "README.md",
    ] {
        place.put(&format!("links/{file}"), "");
    }
    std::fs::create_dir(place.root.join("links/acme_shared-9.0.tar.gz")).unwrap();
    place.put("own/4567/acme_shared-0.2.0-py3-none-any.whl", "");
    place.put("own/0123/acme_shared-0.3.0.tar.gz", "");
    assert_eq!(
        place.found(),
        [
            "0.1.3 links/Acme-Shared-0.1.3.zip",
            "0.2.0 own/4567/acme_shared-0.2.0-py3-none-any.whl",
            "0.2.0 links/acme_shared-0.2.0-py3-none-any.whl",
            "0.2.0 links/acme_shared-0.2.0-cp313-cp313-linux_x86_64.whl",
            "0.2.0 links/acme_shared-0.2.0.tar.gz",
            "0.3.0 own/0123/acme_shared-0.3.0.tar.gz",
            "0.10.0 links/acme_shared-0.10.0.tar.gz",
        ]
    );
    let name = DistributionName::new("acme-shared").unwrap();
    let find = |version: &str| place.shelves().find(&name, &version.parse().unwrap());
    assert_eq!(find("0.2").map(|found| found.place_in_words()).as_deref(), Some("crossloc's downloads"));
    assert_eq!(
        find("0.1.3").map(|found| found.place_in_words()),
        Some(format!("`{}`", place.root.join("links")))
    );
    assert_eq!(find("0.4"), None);
}

#[test]
fn wheels_in_uvs_cache_are_found_by_their_links() {
    let place = Place::new();
    for id in ["aa", "bb", "cc", "dd"] {
        place.put(&format!("uv/archive-v0/{id}/acme/__init__.py"), "x = 1\n");
        place.put(&format!("uv/archive-v0/{id}/acme.dist-info/RECORD"), id);
    }
    place.put("elsewhere/acme/__init__.py", "");
    let wheels = "uv/wheels-v8";
    place.put(&format!("{wheels}/pypi/acme-shared/0.2.0-py3-none-any"), "archive-v0/aa");
    place.put(&format!("{wheels}/pypi/acme-shared/0.2.0-py3-none-any.msgpack"), "archive-v0/aa");
    place.put(&format!("{wheels}/index/1f/acme-shared/0.2.0-516d0c2242d49034"), "archive-v0/bb\n");
    place.put(&format!("{wheels}/url/2f/acme-shared/0.2.0-py3-none-any"), "archive-v0/cc");
    for (hash, text) in
        [("3f", "archive-v0/gone"), ("4f", "../elsewhere"), ("5f", "archive-v0/../../elsewhere"), ("6f", "")]
    {
        place.put(&format!("{wheels}/index/{hash}/acme-shared/0.3.0-py3-none-any"), text);
    }
    let built = "uv/sdists-v11/index/1f/acme-shared/0.1.3/rev";
    place.put(&format!("{built}/acme_shared-0.1.3-py3-none-any"), "archive-v0/dd");
    place.put(&format!("{built}/acme_shared-0.1.3-py3-none-any.whl"), "");
    place.put(&format!("{built}/src/pyproject.toml"), "");
    place.put("uv/sdists-v11/path/7f/rev/acme_shared-0.9.0-py3-none-any.whl", "");
    assert_eq!(
        place.found(),
        [
            "0.1.3 uv/archive-v0/dd".to_owned(),
            format!("0.1.3 {built}/acme_shared-0.1.3-py3-none-any.whl"),
            format!("0.1.3 {built}/src"),
            "0.2.0 uv/archive-v0/cc".to_owned(),
            "0.2.0 uv/archive-v0/bb".to_owned(),
            "0.2.0 uv/archive-v0/aa".to_owned(),
        ]
    );
    let name = DistributionName::new("acme-shared").unwrap();
    let candidate = place.shelves().find(&name, &"0.2.0".parse().unwrap()).unwrap();
    assert_eq!(candidate.place_in_words(), "uv's cache");
    let opened = candidate.open().unwrap();
    assert_eq!(opened.tree.read(Utf8Path::new("acme/__init__.py")), Ok(b"x = 1\n".to_vec()));
    assert_eq!(opened.content.len(), 64);
}

#[cfg(unix)]
#[test]
fn links_on_unix_lead_into_the_cache_and_nowhere_else() {
    let place = Place::new();
    place.put("uv/archive-v0/aa/acme/__init__.py", "");
    place.put("elsewhere/acme/__init__.py", "");
    let folder = place.root.join("uv/wheels-v8/index/1f/acme-shared");
    std::fs::create_dir_all(&folder).unwrap();
    for (version, target) in [
        ("0.1.0", "../../../../archive-v0/aa"),
        ("0.2.0", "../../../../../elsewhere"),
        ("0.3.0", "gone"),
        ("0.4.0", "."),
    ] {
        std::os::unix::fs::symlink(target, folder.join(format!("{version}-py3-none-any"))).unwrap();
    }
    assert_eq!(place.found(), ["0.1.0 uv/archive-v0/aa"]);
}

#[test]
fn pips_wheels_count_unless_they_were_built_from_a_commit() {
    let place = Place::new();
    for (hash, origin) in [
        ("aa/bb/cc/dd", r#"{"archive_info": {}, "url": "https://host/acme_shared-0.1.3.tar.gz"}"#),
        ("aa/bb/cc/ee", r#"{"vcs_info": {"vcs": "git"}, "url": "https://host/repo"}"#),
        ("aa/bb/ff/00", "no json"),
    ] {
        place.put(&format!("pip/wheels/{hash}/acme_shared-0.1.3-py3-none-any.whl"), "");
        place.put(&format!("pip/wheels/{hash}/origin.json"), origin);
    }
    place.put("pip/http-v2/a/b/c/acme_shared-0.1.3-py3-none-any.whl", "");
    assert_eq!(
        place.found(),
        [
            "0.1.3 pip/wheels/aa/bb/cc/dd/acme_shared-0.1.3-py3-none-any.whl",
            "0.1.3 pip/wheels/aa/bb/ff/00/acme_shared-0.1.3-py3-none-any.whl",
        ]
    );
}
