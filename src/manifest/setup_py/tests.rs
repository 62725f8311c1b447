use super::*;

fn names(text: &str, manifest: &Manifest) -> Vec<String> {
    let requirements = manifest.requirements.iter();
    requirements
        .map(|r| format!("{}:{:?}:{}", r.name.range.slice(text), r.group, r.specifier.is_some()))
        .collect()
}

fn dynamic(manifest: &Manifest) -> Vec<&str> {
    manifest.dynamic.iter().map(|field| field.value.as_str()).collect()
}

#[test]
fn literals_and_names_bound_once_are_read() {
    let text = r#"
from setuptools import setup, find_packages
# crossloc: ignore[x] why
NAME = "acme-shared"
base = ["lib>=1.0", 'other ; python_version < "3.9"']
extra = {"io": ["lib2"], "all": base + ["lib3"]}
if __name__ == "__main__":
    setup(
        name=NAME, version="1.2.3", python_requires=">=3.9",
        packages=find_packages("src", exclude=["tests*"]) + ["extra_pkg"],
        package_dir={"": "src"},
        install_requires=[*base, "last"],
        extras_require=extra,
        entry_points={"console_scripts": ["run = acme.cli:main"], "x": "a=b:c\n d=e:f"},
    )
"#;
    let manifest = read(text);
    assert_eq!(manifest.errors, []);
    assert_eq!(dynamic(&manifest), [] as [&str; 0]);
    assert_eq!(manifest.name.as_ref().unwrap().range.slice(text), "acme-shared");
    let Version::Static(version) = &manifest.version else { panic!() };
    assert_eq!(version.range.slice(text), "1.2.3");
    assert_eq!(
        names(text, &manifest),
        [
            "lib:Main:true",
            "other:Main:false",
            "last:Main:false",
            "lib2:Extra(\"io\"):false",
            "lib:Extra(\"all\"):true",
            "other:Extra(\"all\"):false",
            "lib3:Extra(\"all\"):false",
        ]
    );
    let points: Vec<_> =
        manifest.entry_points.iter().map(|e| (e.group.as_str(), e.value.value.as_str())).collect();
    assert_eq!(points, [("console_scripts", "acme.cli:main"), ("x", "b:c"), ("x", "e:f")]);
    assert_eq!(manifest.entry_points[0].value.range.slice(text), "acme.cli:main");
    assert_eq!(manifest.comments[0].range.slice(text), "# crossloc: ignore[x] why");
    let settings = manifest.build.setuptools.unwrap();
    assert_eq!(settings.package_dir, [(String::new(), "src".to_owned())]);
    let find = settings.find.unwrap();
    assert_eq!(
        (find.roots, find.exclude, find.namespaces),
        (vec!["src".to_owned()], vec!["tests*".to_owned()], false)
    );
    assert_eq!((settings.packages, settings.dynamic), (Some(vec!["extra_pkg".to_owned()]), false));
}

#[test]
fn what_is_computed_is_dynamic_and_heads_of_names_are_kept() {
    let cases: [(&str, &[&str], &[&str]); 22] = [
        ("setup(install_requires=[f'dagster{pin}', 'x'])", &["dagster:Main:false", "x:Main:false"], &[]),
        (
            "setup(install_requires=['a%s' % v, 'b=={}'.format(v), 'c' + pin])",
            &["a:Main:false", "b:Main:false", "c:Main:false"],
            &[],
        ),
        ("setup(install_requires=[f'{x}-y'])", &[], &["dependencies"]),
        ("setup(install_requires=open('r.txt').read().split())", &[], &["dependencies"]),
        ("setup(install_requires=['a', *more()])", &["a:Main:false"], &["dependencies"]),
        ("setup(install_requires=['a'] + more())", &["a:Main:false"], &["dependencies"]),
        ("r = ['a']\nr.append('b')\nsetup(install_requires=r)", &[], &["dependencies"]),
        ("r = ['a']\nif x:\n    r = ['b']\nsetup(install_requires=r)", &[], &["dependencies"]),
        ("setup(**kwargs)", &[], &["dependencies", "optional-dependencies", "version"]),
        ("setup(version=get())", &[], &["version"]),
        ("setup(extras_require={k: v for k in x})", &[], &["optional-dependencies"]),
        ("a = b\nb = a\nsetup(install_requires=a)", &[], &["dependencies"]),
        ("setup(name=f'a{x}')", &[], &["name"]),
        ("setup(version=f'1.{x}')", &[], &["version"]),
        ("setup(python_requires=f'>={x}')", &[], &["requires-python"]),
        ("setup(install_requires='''a\n\nb''')", &["a:Main:false", "b:Main:false"], &[]),
        ("setup(install_requires=f'a{x}')", &[], &["dependencies"]),
        ("setup(extras_require={f'x{y}': ['a']})", &[], &["optional-dependencies"]),
        ("(r, s) = ['a'], ['b']\nsetup(install_requires=r)", &[], &["dependencies"]),
        ("setup(install_requires=[b'a'])", &[], &["dependencies"]),
        ("setup(install_requires=['a',  # why\n 'b'])", &["a:Main:false", "b:Main:false"], &[]),
        ("tools.setup(install_requires=['a'])", &["a:Main:false"], &[]),
    ];
    for (text, requirements, fields) in cases {
        let manifest = read(text);
        assert_eq!(names(text, &manifest), requirements, "{text}");
        assert_eq!(dynamic(&manifest), fields, "{text}");
        assert!(manifest.declares_project);
    }
}

#[test]
fn packages_that_are_computed_are_not_known() {
    let settings = |text: &str| read(text).build.setuptools.unwrap();
    let find = settings("setup(packages=find_packages(# all\n 'src', ['tests'],\n # ours\n ['acme*']))")
        .find
        .unwrap();
    assert_eq!(
        (find.roots, find.exclude, find.include),
        (vec!["src".to_owned()], vec!["tests".to_owned()], vec!["acme*".to_owned()])
    );
    for (text, computed) in [
        ("setup(packages=['a', 'b'])", false),
        ("setup(packages=['a', f'b{x}'])", true),
        ("setup(package_dir={'': 'src'})", false),
        ("setup(package_dir={'': f'src{x}'})", true),
        ("setup(packages=find_packages(exclude=[f'{x}']))", true),
        ("setup(packages=find_packages(*more))", true),
    ] {
        assert_eq!(settings(text).dynamic, computed, "{text}");
    }
}

#[test]
fn names_that_double_and_deep_expressions_end() {
    let mut text = "a0 = ['x', 'x']\n".to_owned();
    for next in 1..30 {
        text.push_str(&format!("a{next} = a{0} + a{0}\n", next - 1));
    }
    text.push_str("setup(install_requires=a29)\n");
    read(&text);
    read(&format!("setup(install_requires={}", "[".repeat(50_000)));
    read(&format!("setup(install_requires={})", vec!["'a'"; 20_000].join(" + ")));
}
