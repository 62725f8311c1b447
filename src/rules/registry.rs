//! All rules by name: what is on by default, how bad it is, and the page in the manual.

use super::{
    Context, Finding, Severity, breaking_change, breaking_without_bump, broken_namespace,
    cross_location_import, dependency_confusion, dependency_cycle, deprecated_symbol, dev_only_dependency,
    duplicate_project_name, duplicated_definition, editable_elsewhere, empty_range, family_skew,
    incompatible_call, index_undefined, installed_differs, invalid_configuration, lock_names_missing_project,
    lock_stale, lock_stale_shared_metadata, lock_violates_manifest, locks_disagree, member_glob_empty,
    member_setting_ignored, member_without_workspace_source, missing_extra, missing_source_path,
    missing_symbol, mixed_strategies, module_not_packaged, mutable_git_ref, override_masks_shared,
    parse_error, path_hack, path_leaves_repository, pin_behind_source, pins_differ, private_import,
    python_range_too_narrow, shadowed_module, shared_imports_location, source_lost_on_publish,
    source_marker_gap, source_name_mismatch, source_not_member, source_violates_specifier,
    source_without_requirement, stale_copy, stray_lock, submodule_drift, submodule_undeclared,
    submodule_uninitialized, submodule_unreachable, submodules_differ, syntax_too_new, tag_version_mismatch,
    transitive_dependency, unbounded_requirement, undeclared_dependency, unknown_extra, unknown_version,
    unresolved_import, unsatisfiable_together, unused_dependency, unused_export, unused_suppression,
    vendored_copy_diverged, yanked_version,
};
use crate::text::nearest;

/// A rule, as its own file declares it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Kebab-case; names the fault.
    pub name: &'static str,
    /// How bad its findings are unless configured otherwise; `None` for a rule that is off until configured or selected.
    pub default: Option<Severity>,
    /// Finds the faults; `None` for a rule that is judged after all others.
    pub check: Option<fn(&Context<'_>) -> Vec<Finding>>,
    /// The text of the rule's own file, by `include_str!`: the doc comment at its head is the rule's page.
    pub source: &'static str,
}

impl Rule {
    /// The page as Markdown: the `//!` lines at the head of the rule's file.
    pub fn page(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let mut page: String =
            lines.flat_map(|line| [line.strip_prefix(' ').unwrap_or(line), "\n"]).collect();
        page.truncate(page.trim_end().len());
        page.push('\n');
        page
    }

    /// What it does in one sentence: the first paragraph under `## What it does`, on one line.
    pub fn summary(&self) -> String {
        let page = self.page();
        let body = page.lines().skip_while(|line| *line != "## What it does").skip(1);
        let paragraph: Vec<&str> =
            body.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).collect();
        paragraph.join(" ")
    }
}

/// One line for each rule, sorted by name.
const RULES: &[Rule] = &[
    breaking_change::RULE,
    breaking_without_bump::RULE,
    broken_namespace::RULE,
    cross_location_import::RULE,
    dependency_confusion::RULE,
    dependency_cycle::RULE,
    deprecated_symbol::RULE,
    dev_only_dependency::RULE,
    duplicate_project_name::RULE,
    duplicated_definition::RULE,
    editable_elsewhere::RULE,
    empty_range::RULE,
    family_skew::RULE,
    incompatible_call::RULE,
    index_undefined::RULE,
    installed_differs::RULE,
    invalid_configuration::RULE,
    lock_names_missing_project::RULE,
    lock_stale::RULE,
    lock_stale_shared_metadata::RULE,
    lock_violates_manifest::RULE,
    locks_disagree::RULE,
    member_glob_empty::RULE,
    member_setting_ignored::RULE,
    member_without_workspace_source::RULE,
    missing_extra::RULE,
    missing_source_path::RULE,
    missing_symbol::RULE,
    mixed_strategies::RULE,
    module_not_packaged::RULE,
    mutable_git_ref::RULE,
    override_masks_shared::RULE,
    parse_error::RULE,
    path_hack::RULE,
    path_leaves_repository::RULE,
    pin_behind_source::RULE,
    pins_differ::RULE,
    private_import::RULE,
    python_range_too_narrow::RULE,
    shadowed_module::RULE,
    shared_imports_location::RULE,
    source_lost_on_publish::RULE,
    source_marker_gap::RULE,
    source_name_mismatch::RULE,
    source_not_member::RULE,
    source_violates_specifier::RULE,
    source_without_requirement::RULE,
    stale_copy::RULE,
    stray_lock::RULE,
    submodule_drift::RULE,
    submodule_undeclared::RULE,
    submodule_uninitialized::RULE,
    submodule_unreachable::RULE,
    submodules_differ::RULE,
    syntax_too_new::RULE,
    tag_version_mismatch::RULE,
    transitive_dependency::RULE,
    unbounded_requirement::RULE,
    undeclared_dependency::RULE,
    unknown_extra::RULE,
    unknown_version::RULE,
    unresolved_import::RULE,
    unsatisfiable_together::RULE,
    unused_dependency::RULE,
    unused_export::RULE,
    unused_suppression::RULE,
    vendored_copy_diverged::RULE,
    yanked_version::RULE,
];

/// Every rule, sorted by name.
pub fn all() -> &'static [Rule] {
    RULES
}

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// The name that someone who wrote `name` most likely meant.
pub fn nearest_name(name: &str) -> Option<&'static str> {
    nearest(name, RULES.iter().map(|rule| rule.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of this folder that hold no rule.
    const NO_RULES: [&str; 31] = [
        "absent",
        "adding",
        "availability",
        "base",
        "breaks",
        "commands",
        "conflicting_sources",
        "context",
        "diagnostic",
        "edits",
        "environments",
        "family",
        "finding",
        "ledger",
        "listed_differences",
        "locks",
        "memory",
        "mentions",
        "mod",
        "possible_modules",
        "precedence",
        "registry",
        "relations",
        "selection",
        "sources",
        "strangers",
        "suppression",
        "tagged",
        "toml_edits",
        "unjudged",
        "versions",
    ];

    #[test]
    fn the_folder_and_the_registry_agree() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|stem| !NO_RULES.contains(&stem.as_str()))
            .map(|stem| stem.replace('_', "-"))
            .collect();
        files.sort();
        let names: Vec<&str> = all().iter().map(|rule| rule.name).collect();
        assert_eq!(names, files);
    }

    #[test]
    fn every_page_has_its_headings_in_order() {
        for rule in all() {
            let page = rule.page();
            let prose = page.split("```").step_by(2);
            let headings: Vec<&str> =
                prose.flat_map(str::lines).filter(|line| line.starts_with('#')).collect();
            let title =
                format!("# {} ({})", rule.name, rule.default.map_or("off by default", Severity::as_str));
            assert_eq!(
                headings,
                [title.as_str(), "## What it does", "## Why it matters", "## Example", "## Fix"],
                "{}",
                rule.name
            );
            assert!(!rule.summary().is_empty(), "{}", rule.name);
        }
    }

    #[test]
    fn every_example_holds() {
        for rule in all() {
            let page = rule.page();
            let (_, rest) = page.split_once("## Example").unwrap();
            let (_, rest) = rest.split_once("```").unwrap_or_else(|| panic!("{}: no example", rule.name));
            let (example, _) = rest.split_once("```").unwrap();
            assert!(example.contains(&format!("[{}]", rule.name)), "{}: the example shows it", rule.name);
            // A fixture cannot hold a submodule or an index: what a rule says of one is shown as output, and tested elsewhere.
            match example.strip_prefix("fixture\n") {
                Some(fixture) => crate::fixture::check(fixture),
                None => assert!(
                    (rule.name.starts_with("submodule") || rule.name == "yanked-version")
                        && example.starts_with("text\n"),
                    "{}",
                    rule.name
                ),
            }
        }
    }

    /// A page is written anew by `crossloc rule NAME > docs/rules/NAME.md`.
    #[test]
    fn the_manual_and_the_readme_say_what_the_rules_say() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let manual = root.join("docs/rules");
        let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
        for rule in all() {
            let page = std::fs::read_to_string(manual.join(format!("{}.md", rule.name))).unwrap_or_default();
            assert_eq!(page, rule.page(), "docs/rules/{}.md", rule.name);
            let severity = rule.default.map_or("off", Severity::as_str);
            let summary = rule.summary();
            let what = summary.strip_prefix("Reports ").unwrap_or(&summary).trim_end_matches('.');
            let row = format!("| [{0}](docs/rules/{0}.md) | {severity} | {what} |\n", rule.name);
            assert!(readme.contains(&row), "README.md lacks\n{row}");
        }
        assert_eq!(std::fs::read_dir(manual).unwrap().count(), all().len(), "a page without a rule");
        assert_eq!(readme.matches("](docs/rules/").count(), all().len(), "a row without a rule");
    }

    #[test]
    fn a_wrong_name_leads_to_the_nearest() {
        assert_eq!(nearest_name("unused-supression"), Some("unused-suppression"));
        assert!(find("unused-suppression").is_some());
        assert!(find("no-such-rule").is_none());
    }
}
