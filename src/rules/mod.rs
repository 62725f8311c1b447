//! The rules: one file each, whose doc comment is its page in the manual.

mod absent;
mod adding;
mod availability;
mod base;
mod breaking_change;
mod breaking_without_bump;
mod breaks;
mod broken_namespace;
mod commands;
mod conflicting_sources;
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
mod ledger;
mod listed_differences;
mod lock_names_missing_project;
mod lock_stale;
mod lock_stale_shared_metadata;
mod lock_violates_manifest;
mod locks;
mod locks_disagree;
mod member_glob_empty;
mod member_setting_ignored;
mod member_without_workspace_source;
mod memory;
mod mentions;
mod missing_extra;
mod missing_source_path;
mod missing_symbol;
mod mixed_strategies;
mod module_not_packaged;
mod mutable_git_ref;
mod override_masks_shared;
mod parse_error;
mod path_hack;
mod path_leaves_repository;
mod pin_behind_source;
mod pins_differ;
mod possible_modules;
mod precedence;
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
mod strangers;
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
mod toml_edits;
mod transitive_dependency;
mod unbounded_requirement;
mod undeclared_dependency;
mod unjudged;
mod unknown_extra;
mod unknown_version;
mod unresolved_import;
mod unsatisfiable_together;
mod unused_dependency;
mod unused_export;
mod unused_suppression;
mod vendored_copy_diverged;
mod versions;
mod yanked_version;

pub use commands::quoted;
pub use context::{Context, is_judged};
pub use diagnostic::{Diagnostic, Edit, Findings, Fix, Move, NotJudged, Related, Severity};
pub use finding::Finding;
pub use memory::Memory;
pub use registry::{Rule, all, find, nearest_name};
pub use relations::{Relation, Verdict};
pub use selection::Selection;
pub use suppression::cover;

use std::collections::{BTreeMap, BTreeSet};

use crate::uses::FileUses;
use crate::vfs::FileId;
use crate::workspace::Workspace;
use context::Run;
use precedence::Told;
use suppression::FileComments;

/// Asks something of one file, so that the answer is remembered.
type Question = fn(&Context<'_>, &FileUses);

/// What is asked of each judged file by rules that need its text: asked of one file after the other before the rules
/// run, so that text and summary of a file are made once for all of them.
const OF_FILES: [(&str, Question); 5] = [
    (parse_error::RULE.name, parse_error::look),
    (missing_symbol::RULE.name, missing_symbol::look),
    (incompatible_call::RULE.name, incompatible_call::look),
    (deprecated_symbol::RULE.name, deprecated_symbol::look),
    (unused_export::RULE.name, unused_export::look),
];

/// Every finding in the reported part of a workspace, sorted by file, range and rule; suppressed ones removed.
pub fn check(workspace: &Workspace) -> Findings {
    check_selected(workspace, &Selection::default())
}

/// The same with what the command line says about rules.
pub fn check_selected(workspace: &Workspace, selection: &Selection) -> Findings {
    check_again(workspace, selection, &Memory::default(), &|| false).unwrap_or_default()
}

/// The same with what earlier checks with the same selection worked out, and what this one does kept for the next.
/// `cancelled` is asked now and then; once it says so, there is no answer.
pub fn check_again(
    workspace: &Workspace,
    selection: &Selection,
    memory: &Memory,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Option<Findings> {
    let run = Run::new(workspace, memory, cancelled);
    let configured = &workspace.configuration().config.rules;
    let severity_of = |rule: &Rule| selection.severity(rule, configured);
    let runs = |name: &str| find(name).and_then(severity_of).is_some();
    let questions: Vec<_> =
        OF_FILES.iter().filter(|(rule, _)| runs(rule)).map(|(_, question)| *question).collect();
    run.look_at_files(&questions)?;
    let rules = tracing::debug_span!("rules").entered();
    let mut told = Vec::new();
    let mut asked: BTreeSet<&'static str> = BTreeSet::new();
    for rule in all() {
        let (Some(severity), Some(check)) = (severity_of(rule), rule.check) else { continue };
        if run.is_cancelled() {
            return None;
        }
        let _span = tracing::debug_span!("rule", name = rule.name).entered();
        let (found, account) = run.node(rule.name, |context| {
            let found = check(context).into_iter();
            let told = found.map(|finding| Told {
                yields: finding.yields,
                diagnostic: diagnostic(context, rule, severity, finding),
            });
            told.collect::<Vec<_>>()
        });
        asked.insert(rule.name);
        asked.extend(&account.nodes);
        told.extend(found.iter().cloned());
    }
    let comments = run.ask(comments);
    drop(rules);
    let (mut told, unused) = suppression::apply(told, &comments);
    let shown = |one: &Diagnostic| concerns_everybody(one.rule) || is_reported(workspace, &one.file);
    told.retain(|one| shown(&one.diagnostic));
    let mut kept = precedence::apply(told);
    if let Some(severity) = severity_of(&unused_suppression::RULE) {
        for file in &comments {
            let here: Vec<_> = unused.iter().filter(|one| one.file == file.file).cloned().collect();
            kept.extend(unused_suppression::diagnostics(&here, &file.source, severity, runs));
        }
    }
    kept.retain(shown);
    kept.sort_by(|a, b| (&a.file, a.range, a.rule, &a.message).cmp(&(&b.file, b.range, b.rule, &b.message)));
    kept.dedup();
    let not_judged = not_judged(&run, &asked);
    let (counts, _) = run.node("counts", counts);
    (!run.is_cancelled()).then(|| Findings {
        diagnostics: kept,
        quotable: workspace.quotable(),
        not_judged,
        files: counts.0,
        projects: counts.1,
        locations: workspace.locations().len(),
    })
}

/// How many files and projects are looked at for what is reported.
fn counts(context: &Context<'_>) -> (usize, usize) {
    let workspace = context.workspace;
    let discovery = workspace.discovery();
    let files = discovery.python.iter().filter(|file| is_reported(workspace, file)).count();
    let projects = discovery.projects.iter().filter(|dir| is_reported(workspace, &FileId::new(dir))).count();
    (files, projects)
}

/// All that the rules that ran, and the facts that they asked, could not judge, sorted by reason.
fn not_judged(run: &Run<'_>, asked: &BTreeSet<&'static str>) -> Vec<NotJudged> {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    let accounts = asked.iter().filter_map(|name| run.account(name));
    for (reason, count) in accounts.flat_map(|account| account.not_judged.clone()) {
        *counted.entry(reason).or_default() += count;
    }
    for reason in run.ask(unjudged::reasons) {
        *counted.entry(reason).or_default() += 1;
    }
    for reason in run.ask(|context| context.workspace.gaps()) {
        *counted.entry(reason).or_default() += 1;
    }
    let workspace = run.workspace();
    let outside = workspace.discovery().outside.iter().filter(|file| is_reported(workspace, file)).count();
    if outside > 0 {
        *counted.entry("a file that is a link out of the repository".to_owned()).or_default() += outside;
    }
    counted.into_iter().map(|(reason, count)| NotJudged { reason, count }).collect()
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
        fix: finding.fix.map(|fix| commands::complete(context, fix)),
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
        let comments = uses.comments.to_vec();
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
