//! The rules: one file each, whose doc comment is its page in the manual.

mod absent;
mod availability;
mod base;
mod breaking_change;
mod breaking_without_bump;
mod breaks;
mod broken_namespace;
mod context;
mod cross_location_import;
mod dependency_confusion;
mod dependency_cycle;
mod deprecated_symbol;
mod dev_only_dependency;
mod diagnostic;
mod duplicate_project_name;
mod duplicated_definition;
mod editable_elsewhere;
mod edits;
mod empty_range;
mod environments;
mod family;
mod family_skew;
mod finding;
mod incompatible_call;
mod index_undefined;
mod installed_differs;
mod invalid_configuration;
mod lock_names_missing_project;
mod lock_stale;
mod lock_stale_shared_metadata;
mod lock_violates_manifest;
mod locks;
mod locks_disagree;
mod member_glob_empty;
mod member_setting_ignored;
mod member_without_workspace_source;
mod mentions;
mod missing_extra;
mod missing_source_path;
mod missing_symbol;
mod mixed_strategies;
mod module_not_packaged;
mod mutable_git_ref;
mod needles;
mod override_masks_shared;
mod parse_error;
mod path_hack;
mod path_leaves_repository;
mod pin_behind_source;
mod pins_differ;
mod private_import;
mod python_range_too_narrow;
mod registry;
mod relations;
mod selection;
mod shadowed_module;
mod shared_imports_location;
mod source_lost_on_publish;
mod source_marker_gap;
mod source_name_mismatch;
mod source_not_member;
mod source_violates_specifier;
mod source_without_requirement;
mod sources;
mod stale_copy;
mod stray_lock;
mod submodule_drift;
mod submodule_undeclared;
mod submodule_uninitialized;
mod submodule_unreachable;
mod submodules_differ;
mod suppression;
mod syntax_too_new;
mod tag_version_mismatch;
mod tagged;
mod transitive_dependency;
mod unbounded_requirement;
mod undeclared_dependency;
mod unknown_extra;
mod unknown_version;
mod unresolved_import;
mod unsatisfiable_together;
mod unused_dependency;
mod unused_export;
mod unused_suppression;
mod uses;
mod vendored_copy_diverged;
mod versions;
mod yanked_version;

pub use context::{Context, is_judged};
pub use diagnostic::{Diagnostic, Edit, Findings, Fix, NotJudged, Related, Severity};
pub use finding::Finding;
pub use registry::{Rule, all, find, nearest_name};
pub use relations::{Relation, Verdict};
pub use selection::Selection;
pub use uses::{FileUses, ImportUse};

use crate::vfs::FileId;
use crate::workspace::Workspace;
use suppression::FileComments;

/// Every finding in the reported part of a workspace, sorted by file, range and rule; suppressed ones removed.
pub fn check(workspace: &Workspace) -> Findings {
    check_selected(workspace, &Selection::default())
}

/// The same with what the command line says about rules.
pub fn check_selected(workspace: &Workspace, selection: &Selection) -> Findings {
    let context = Context::new(workspace);
    let configured = &workspace.configuration().config.rules;
    let severity_of = |rule: &Rule| selection.severity(rule, configured);
    // What most rules look at, so that its time is not counted as the first rule's.
    context.files();
    let rules = tracing::debug_span!("rules").entered();
    let mut diagnostics = Vec::new();
    for rule in all() {
        let (Some(severity), Some(check)) = (severity_of(rule), rule.check) else { continue };
        let found = check(&context).into_iter();
        diagnostics.extend(found.map(|finding| diagnostic(&context, rule, severity, finding)));
    }
    let comments = comments(&context);
    drop(rules);
    workspace.gaps().into_iter().for_each(|gap| context.not_judged(gap));
    let (mut kept, unused) = suppression::apply(diagnostics, &comments);
    if let Some(severity) = severity_of(&unused_suppression::RULE) {
        let ran = |name: &str| find(name).and_then(severity_of).is_some();
        for file in &comments {
            let here: Vec<_> = unused.iter().filter(|one| one.file == file.file).cloned().collect();
            kept.extend(unused_suppression::diagnostics(&here, &file.source, severity, ran));
        }
    }
    kept.retain(|diagnostic| concerns_everybody(diagnostic.rule) || is_reported(workspace, &diagnostic.file));
    kept.sort_by(|a, b| (&a.file, a.range, a.rule, &a.message).cmp(&(&b.file, b.range, b.rule, &b.message)));
    kept.dedup();
    let discovery = workspace.discovery();
    let outside = discovery.outside.iter().filter(|file| is_reported(workspace, file));
    outside.for_each(|_| context.not_judged("a file that is a link out of the repository"));
    Findings {
        diagnostics: kept,
        quotable: workspace.quotable(),
        not_judged: context.take_not_judged(),
        files: discovery.python.iter().filter(|file| is_reported(workspace, file)).count(),
        projects: discovery.projects.iter().filter(|dir| is_reported(workspace, &FileId::new(dir))).count(),
        locations: workspace.locations().len(),
    }
}

fn diagnostic(context: &Context<'_>, rule: &Rule, severity: Severity, finding: Finding) -> Diagnostic {
    // People edit the file they know, where a pinned version's is the same.
    let shown = |related: Related| Related { file: context.workspace.live_twin(&related.file), ..related };
    Diagnostic {
        rule: rule.name,
        severity: severity.min(finding.at_most),
        message: finding.message,
        location: context.location_of_file(&finding.place.file),
        file: finding.place.file,
        range: finding.place.range,
        related: finding.related.into_iter().map(shown).collect(),
        fix: finding.fix,
        arguments: finding.arguments,
    }
}

/// Whether what a rule finds is told wherever it lies: the configuration above an opened folder holds for that, too.
pub fn concerns_everybody(rule: &str) -> bool {
    rule == invalid_configuration::RULE.name
}

fn is_reported(workspace: &Workspace, file: &FileId) -> bool {
    workspace.folders.iter().any(|folder| file.path().starts_with(folder))
}

/// The suppression comments of all files that were looked at. While a manifest is broken, nothing is found in its
/// project, and what its comments suppress is not known.
fn comments(context: &Context<'_>) -> Vec<FileComments> {
    let workspace = context.workspace;
    let sound = context.files().iter().filter(|uses| !uses.project.broken);
    let of_python = sound.filter_map(|uses| {
        let comments = uses.summary.comments.iter().map(|comment| comment.range).collect();
        FileComments::new(workspace, &uses.file, comments)
    });
    let discovery = workspace.discovery();
    let of_manifests = discovery.manifests.iter().filter_map(|file| {
        let holds_comment = |bytes: &[u8]| memchr::memmem::find(bytes, b"crossloc:").is_some();
        workspace.files.text_if(file, holds_comment)?;
        let manifest = workspace.manifest(file).filter(|manifest| !manifest.unreadable)?;
        let broken = workspace.project_of(file).is_some_and(|project| project.broken);
        let comments = manifest.comments.iter().map(|comment| comment.range).collect();
        if broken { None } else { FileComments::new(workspace, file, comments) }
    });
    of_python.chain(of_manifests).collect()
}
