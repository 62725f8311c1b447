//! Projects that are built: unpacked and mounted wheels, installed distributions, source distributions; and what builds
//! leave behind in work trees.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Project;
use crate::manifest::{Group, ManifestKind};
use crate::source::archive::FolderTree;
use crate::vfs::Files;
use crate::workspace::Workspace;

const METADATA: &str = "Metadata-Version: 2.4\nName: Acme_Shared\nVersion: 0.1.3\nRequires-Python: >=3.9\n\
    Requires-Dist: lib>=1\nProvides-Extra: io\nRequires-Dist: idna; extra == 'io'\n\nA description\n";

struct Place {
    _dir: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Place {
    fn of(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().canonicalize_utf8().unwrap();
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { _dir: dir, root }
    }

    fn workspace(&self) -> Workspace {
        Workspace::new(Files::default(), vec![self.root.clone()])
    }

    /// What is known of the project in a folder.
    fn told(&self, dir: &str) -> String {
        let workspace = self.workspace();
        match workspace.project_at(&self.root.join(dir)) {
            Some(project) => told(&workspace, &project),
            None => "no project".to_owned(),
        }
    }
}

fn told(workspace: &Workspace, project: &Project) -> String {
    let requirements = project.requirements.iter().map(|requirement| match &requirement.value.group {
        Group::Extra(extra) => format!("{}[{extra}]", requirement.value.name.value),
        _ => requirement.value.name.value.to_string(),
    });
    let modules = project.layout.modules(&workspace.files);
    format!(
        "{} {} needs {} ships {}{}",
        project.display_name(),
        workspace.version_text(project).unwrap_or_default(),
        requirements.collect::<Vec<_>>().join(","),
        modules.iter().map(|(module, _)| module.to_string()).collect::<Vec<_>>().join(","),
        if project.computed_requirements { " and more" } else { "" },
    )
}

#[test]
fn an_unpacked_wheel_ships_everything_in_it() {
    let place = Place::of(&[
        ("id/acme_shared-0.1.3.dist-info/METADATA", METADATA),
        ("id/acme_shared/__init__.py", ""),
        ("id/acme_shared/io.py", ""),
        ("id/other.py", ""),
        ("id/acme_shared-0.1.3.data/purelib/moved.py", ""),
        ("id/acme_shared-0.1.3.data/scripts/run.py", ""),
        ("two/a-1.dist-info/METADATA", METADATA),
        ("two/b-1.dist-info/METADATA", METADATA),
        ("site-packages/a-1.dist-info/METADATA", METADATA),
    ]);
    let expected = "acme-shared 0.1.3 needs lib,idna[io] ships acme_shared,acme_shared.io,moved,other";
    assert_eq!(place.told("id"), expected);
    assert_eq!(place.told("two"), "no project");
    assert_eq!(place.told("site-packages"), "no project");
    let workspace = place.workspace();
    let project = workspace.project_at(&place.root.join("id")).unwrap();
    assert!(project.ships);
    assert_eq!(project.main_manifest().map(|(_, m)| m.kind), Some(ManifestKind::CoreMetadata));
    assert_eq!(workspace.version(&project).map(|version| version.to_string()).as_deref(), Some("0.1.3"));
}

#[test]
fn a_mounted_wheel_is_what_its_metadata_says_and_a_work_tree_what_its_manifest_says() {
    let place = Place::of(&[
        ("id/acme_shared-0.1.3.dist-info/METADATA", METADATA),
        ("id/pyproject.toml", "[project]\nname = \"written\"\nversion = \"9\"\n"),
        ("id/acme_shared/__init__.py", ""),
    ]);
    assert!(place.told("id").starts_with("written 9 "));
    let workspace = place.workspace();
    let mount = place.root.join("cache/sources/acme-shared/0.1.3-0123456789ab");
    let tree = FolderTree::open(&place.root.join("id")).unwrap();
    workspace.files.mount(&mount, Arc::new(tree));
    let project = workspace.project_at(&mount).unwrap();
    assert_eq!(told(&workspace, &project), "acme-shared 0.1.3 needs lib,idna[io] ships acme_shared");
}

#[test]
fn an_installed_distribution_ships_what_its_record_lists() {
    let site = ".venv/lib/python3.13/site-packages";
    let record = "acme_shared/__init__.py,sha256=x,1\nacme_shared/io/load.py,,\nacme/deep/mine.py,,\n\
        single.py,,\n../../../bin/run.py,,\nacme_shared-0.1.3.dist-info/METADATA,,\n";
    let files = [
        ("acme_shared-0.1.3.dist-info/METADATA", METADATA),
        ("acme_shared-0.1.3.dist-info/RECORD", record),
        ("acme_shared/__init__.py", ""),
        ("acme_shared/io/load.py", ""),
        ("acme/deep/mine.py", ""),
        ("acme/deep/theirs.py", ""),
        ("single.py", ""),
        ("stranger.py", ""),
        ("bare-1.0.dist-info/METADATA", "Name: bare\nVersion: 1.0\n"),
        ("empty-1.0.dist-info/RECORD", ""),
    ];
    let files: Vec<(String, &str)> =
        files.iter().map(|(path, text)| (format!("{site}/{path}"), *text)).collect();
    let place = Place::of(&files.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>());
    assert_eq!(
        place.told(&format!("{site}/acme_shared-0.1.3.dist-info")),
        "acme-shared 0.1.3 needs lib,idna[io] ships acme.deep.mine,acme_shared,acme_shared.io.load,single"
    );
    assert_eq!(place.told(&format!("{site}/bare-1.0.dist-info")), "bare 1.0 needs  ships ");
    assert_eq!(place.told(&format!("{site}/empty-1.0.dist-info")), "no project");
    assert_eq!(place.told(site), "no project");
}

#[test]
fn a_source_distribution_tells_what_its_manifests_leave_to_the_build() {
    const DYNAMIC: &str = "[project]\nname = \"acme-shared\"\ndynamic = [\"version\", \"dependencies\"]\n\
        [dependency-groups]\ndev = [\"pytest\"]\n[tool.uv.sources]\nlib = { path = \"../lib\" }\n\
        [build-system]\nrequires = []\nbuild-backend = \"hatchling.build\"\n";
    const STATIC: &str = "[project]\nname = \"acme-shared\"\nversion = \"0.1.4\"\ndependencies = [\"own\"]\n";
    const OLD: &str = "Metadata-Version: 2.1\nName: acme-shared\nVersion: 0.1.3\n";
    let told = |files: &[(&str, &str)]| {
        let mut all = vec![("src/acme_shared/__init__.py", "")];
        all.extend(files);
        Place::of(&all).told("")
    };
    for (files, expected) in [
        (
            vec![("pyproject.toml", DYNAMIC), ("PKG-INFO", METADATA)],
            "0.1.3 needs pytest,lib,idna[io] ships acme_shared",
        ),
        (
            vec![("pyproject.toml", DYNAMIC), ("PKG-INFO", OLD)],
            "0.1.3 needs pytest ships acme_shared and more",
        ),
        (vec![("pyproject.toml", DYNAMIC)], " needs pytest ships acme_shared and more"),
        (vec![("pyproject.toml", STATIC), ("PKG-INFO", METADATA)], "0.1.4 needs own ships acme_shared"),
        (
            vec![("setup.py", "from setuptools import setup\nsetup(**computed())\n"), ("PKG-INFO", METADATA)],
            "0.1.3 needs lib,idna[io] ships acme_shared",
        ),
    ] {
        assert_eq!(told(&files), format!("acme-shared {expected}"), "{files:?}");
    }
    let place = Place::of(&[("pyproject.toml", DYNAMIC), ("PKG-INFO", METADATA)]);
    assert_eq!(place.workspace().project_at(&place.root).unwrap().sources.len(), 0);
    assert_eq!(Place::of(&[("PKG-INFO", METADATA)]).told(""), "no project");
}

#[test]
fn what_a_build_left_in_a_work_tree_is_no_project() {
    let place = Place::of(&[
        ("lib/pyproject.toml", "[project]\nname = \"lib\"\nversion = \"1\"\n"),
        ("lib/src/lib/__init__.py", ""),
        ("lib/src/lib.egg-info/PKG-INFO", METADATA),
        ("lib/build/acme_shared-0.1.3.dist-info/METADATA", METADATA),
        ("lib/build/acme_shared/__init__.py", ""),
    ]);
    let workspace = place.workspace();
    let discovery = workspace.discovery();
    assert_eq!(discovery.projects, [place.root.join("lib")]);
    assert_eq!(discovery.manifests.len(), 1);
    assert_eq!(place.told("lib"), "lib 1 needs  ships lib");
}
