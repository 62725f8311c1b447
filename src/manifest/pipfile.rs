//! `Pipfile`.

use super::LockKind;
use super::keyed;
use super::model::{Group, Manifest, ManifestKind};
use super::table::{Table, with_table};

/// Reads a Pipfile. Tables other than its own are categories, which are groups.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest { tools: vec![LockKind::Pipfile], ..Manifest::empty(ManifestKind::Pipfile) };
    with_table(text, &mut manifest, read_tables);
    manifest
}

fn read_tables(root: Table<'_>, manifest: &mut Manifest) {
    for (name, value) in root.entries() {
        let Some(packages) = value.as_table() else {
            continue;
        };
        let group = match name.value {
            "packages" => Group::Main,
            "dev-packages" => Group::Group { name: "dev".to_owned(), optional: false },
            "requires" => {
                let version = packages.spanned("python_version", &mut manifest.errors);
                manifest.requires_python = version.map(|version| version.map(|text| format!("=={text}.*")));
                continue;
            }
            "scripts" | "pipenv" => continue,
            other => Group::Group { name: other.to_owned(), optional: true },
        };
        for (key, value) in packages.entries() {
            let found = keyed::read(key, value, &group, &mut manifest.errors);
            manifest.requirements.extend(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::SourceKind;
    use super::*;

    #[test]
    fn packages_have_groups_and_sources() {
        let text = "[[source]]\nurl = \"https://index.example.com/simple\"\n[packages]\nlib = \"*\"\nother = {version = \"~=1.0\", extras = [\"x\"]}\n\
            shared = {path = \"../shared\", editable = true}\n[dev-packages]\ntool = {git = \"https://h/o/r\", ref = \"v1\"}\n\
            [requires]\npython_version = \"3.11\"\n";
        let manifest = read(text);
        assert_eq!(manifest.errors, []);
        let found: Vec<_> =
            manifest.requirements.iter().map(|r| (r.name.range.slice(text), r.range.slice(text))).collect();
        assert_eq!(
            found,
            [
                ("lib", "lib = \"*\""),
                ("other", "other = {version = \"~=1.0\", extras = [\"x\"]}"),
                ("shared", "shared = {path = \"../shared\", editable = true}"),
                ("tool", "tool = {git = \"https://h/o/r\", ref = \"v1\"}"),
            ]
        );
        assert_eq!(manifest.requirements[1].specifier.as_ref().unwrap().range.slice(text), "~=1.0");
        let SourceKind::Path { path, editable, .. } = &manifest.requirements[2].source.as_ref().unwrap().kind
        else {
            panic!()
        };
        assert_eq!((path.range.slice(text), *editable), ("../shared", Some(true)));
        let SourceKind::Git { reference, .. } = &manifest.requirements[3].source.as_ref().unwrap().kind
        else {
            panic!()
        };
        assert_eq!(reference.as_ref().unwrap().range.slice(text), "v1");
        assert_eq!(manifest.requires_python.unwrap().value, "==3.11.*");
    }
}
