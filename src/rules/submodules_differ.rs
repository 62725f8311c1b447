//! # submodules-differ (warning)
//!
//! ## What it does
//!
//! Reports git submodules of one URL for which opened repositories record different commits.
//!
//! ## Why it matters
//!
//! Each repository then deploys other shared code than its neighbour, though both lie side by side and seem to use the
//! same. Only submodules that sources, declared locations or imports lead into count.
//!
//! ## Example
//!
//! ```text
//! ml/.gitmodules:2:9: warning[submodules-differ]: submodule `vendor/shared` is recorded at `1234567`, in `etl` at `89abcde`
//! ```
//!
//! ## Fix
//!
//! Record the same commit in both: `git -C vendor/shared checkout 89abcde`, then `git add vendor/shared`.

use std::collections::BTreeMap;

use super::registry::Rule;
use super::{Context, Finding, Severity, submodule_drift};
use crate::text::Spanned;
use crate::vfs::{FileId, join};
use crate::workspace::Place;

/// The rule.
pub const RULE: Rule = Rule {
    name: "submodules-differ",
    default: Some(Severity::Warning),
    check: Some(check),
    source: include_str!("submodules_differ.rs"),
};

/// Digits of a commit's name that messages show, as git does.
const SHOWN_DIGITS: usize = 7;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let manifests = context.workspace.all_manifests();
    let mut by_url: BTreeMap<String, Vec<(FileId, &Spanned<String>)>> = BTreeMap::new();
    for (file, manifest) in &manifests {
        for submodule in &manifest.submodules {
            let (Some(path), Some(url)) = (&submodule.path, &submodule.url) else { continue };
            if let Some(address) = address(&url.value) {
                by_url.entry(address).or_default().push((file.clone(), path));
            }
        }
    }
    by_url
        .retain(|_, records| records.iter().any(|(file, _)| records.iter().any(|(other, _)| other != file)));
    if by_url.is_empty() {
        return Vec::new();
    }
    let used = submodule_drift::used_folders(context);
    let is_used = |file: &FileId, path: &str| {
        let folder = join(file.dir(), path);
        folder != file.dir()
            && folder.starts_with(file.dir())
            && used.iter().any(|to| to.starts_with(&folder))
    };
    let mut found = Vec::new();
    for mut records in by_url.into_values() {
        records.retain(|(file, path)| is_used(file, &path.value));
        found.extend(judge(context, &records));
    }
    found
}

/// The first repository is what the others are held against.
fn judge(context: &Context<'_>, records: &[(FileId, &Spanned<String>)]) -> Vec<Finding> {
    let mut recorded = records.iter().filter_map(|(file, path)| {
        let written = path.value.trim_end_matches('/');
        let commit = context.workspace.recorded_commit(file.dir(), written);
        if commit.is_err() {
            context.not_judged(format!("git does not tell the commit recorded for submodule `{written}`"));
        }
        Some((Place { file: file.clone(), range: path.range }, &path.value, commit.ok()?))
    });
    let Some((first, _, expected)) = recorded.next() else { return Vec::new() };
    let short = |commit: &str| commit.chars().take(SHOWN_DIGITS).collect::<String>();
    let repository = first.file.dir().file_name().unwrap_or(".");
    let differing = recorded.filter(|(place, _, commit)| place.file != first.file && *commit != expected);
    let told = differing.map(|(place, path, commit)| {
        let message = format!(
            "submodule `{path}` is recorded at `{}`, in `{repository}` at `{}`",
            short(&commit),
            short(&expected)
        );
        Finding::new(place, message, [path.as_str()]).related(first.clone(), "the other record")
    });
    told.collect()
}

/// Host and path of a URL, which all its forms have in common: `https://host/org/repo.git`, `git@host:org/repo`. `None`
/// for a relative one, which means another repository in each place.
fn address(url: &str) -> Option<String> {
    if url.starts_with("./") || url.starts_with("../") {
        return None;
    }
    let (host, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None if url.starts_with('/') => ("", url),
        None => url.split_once(':')?,
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    // A port tells two servers apart no more than it tells two protocols apart.
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!path.is_empty()).then(|| format!("{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_a_url_are_one_address() {
        for (url, expected) in [
            ("https://github.com/acme/shared.git", Some("github.com/acme/shared")),
            ("https://user:token@GitHub.com/acme/shared/", Some("github.com/acme/shared")),
            ("git@github.com:acme/shared.git", Some("github.com/acme/shared")),
            ("ssh://git@github.com:22/acme/shared", Some("github.com/acme/shared")),
            ("/srv/git/shared.git", Some("/srv/git/shared")),
            ("file:///srv/git/shared", Some("/srv/git/shared")),
            ("../shared.git", None),
            ("../https://host/shared.git", None),
            ("./host:acme/shared.git", None),
            ("https://host/", None),
            ("shared", None),
            ("", None),
        ] {
            assert_eq!(address(url).as_deref(), expected, "{url}");
        }
    }
}
