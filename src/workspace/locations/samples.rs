//! What looks like a code location and is none: templates, and what tests are fed with.

use camino::Utf8Path;

use crate::manifest::{LocationDeclaration, LocationTarget};
use crate::workspace::{Project, Workspace};

impl Workspace {
    /// Whether a project is a template or what tests are fed with, so that its own tables declare no location.
    pub(super) fn is_sample(&self, project: &Project) -> bool {
        let written = project.manifests.iter().flat_map(|(_, manifest)| {
            let dg = manifest.dg_project.iter().flat_map(|dg| [&dg.root_module, &dg.location_name]);
            let dagster = manifest.dagster.iter();
            let modules = dagster.clone().flat_map(|dagster| &dagster.modules);
            let names = dagster.map(|dagster| &dagster.location_name);
            let names = names.chain(dg).flatten();
            names.chain(modules)
        });
        self.is_sample_folder(&project.dir) || written.into_iter().any(|text| is_placeholder(&text.value))
    }

    /// Whether a folder lies in one of templates or of what tests are fed with. What encloses the opened folders does not
    /// count.
    pub(super) fn is_sample_folder(&self, dir: &Utf8Path) -> bool {
        self.below_opened(dir).components().any(|part| is_sample_name(part.as_str()))
    }
}

/// `tests`, `etl_tests`, `fixtures`, `templates`, `_template`, `location-template`, `cookiecutter-etl`, `{{ name }}`.
fn is_sample_name(name: &str) -> bool {
    const TESTS: [&str; 7] =
        ["test", "tests", "testing", "testdata", "test_data", "test-data", "test-projects"];
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(['-', '_', '.']).filter(|word| !word.is_empty());
    let ends = [words.clone().next(), words.next_back()];
    let is_end = |wanted: &[&str]| ends.iter().flatten().any(|word| wanted.contains(word));
    TESTS.contains(&lower.trim_matches('_'))
        || lower.ends_with("_tests")
        || lower.ends_with("-tests")
        || lower.starts_with("tests_")
        || is_end(&["fixture", "fixtures", "template", "templates", "cookiecutter"])
        || lower.contains("{{")
}

/// Whether an entry has yet to be filled in.
pub(super) fn is_placeholder_of(declared: &LocationDeclaration) -> bool {
    let target = match &declared.target {
        LocationTarget::Module(text) | LocationTarget::Package(text) | LocationTarget::File(text) => {
            Some(text)
        }
        LocationTarget::Grpc(_) | LocationTarget::Environment(_) | LocationTarget::Unknown => None,
    };
    declared.name.iter().chain(target).any(|text| is_placeholder(&text.value))
}

/// `{{ name }}`, `<name>`, `__name__`.
fn is_placeholder(text: &str) -> bool {
    let dunder = |part: &str| part.len() > 4 && part.starts_with("__") && part.ends_with("__");
    text.contains("{{") || text.contains(['<', '>']) || text.split('.').next().is_some_and(dunder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_known_by_their_folders() {
        for name in [
            "tests",
            "test",
            "__tests__",
            "etl_tests",
            "fixtures",
            "test_fixtures",
            "templates",
            "_template",
            "location-template",
            "template_location",
            "cookiecutter-etl",
            "{{ name }}",
            "Templates",
            "test_data",
        ] {
            assert!(is_sample_name(name), "{name}");
        }
        for name in [
            "etl",
            "ab_testing",
            "test_lab",
            "contest",
            "latest",
            "examples",
            "templating",
            "email_templates_etl",
            "data",
        ] {
            assert!(!is_sample_name(name), "{name}");
        }
    }

    #[test]
    fn placeholders_are_to_be_filled_in() {
        for text in ["{{ name }}", "<name>", "__name__", "__name__.definitions", "my-{{ slug }}"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["etl", "_etl", "__init", "$NAME", "00_etl", "____"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
