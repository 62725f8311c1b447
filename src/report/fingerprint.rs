//! What makes a finding the same finding in the next run.

use rustc_hash::FxHashMap;

use super::Report;

/// One fingerprint for each finding, in their order: 16 hexadecimal digits of a hash over rule, path and arguments.
/// Lines and wording may change without changing it. Findings that are equal in all three are told apart by their
/// order.
pub fn fingerprints(report: &Report<'_>) -> Vec<String> {
    let mut seen: FxHashMap<String, u32> = FxHashMap::default();
    let hashed = report.findings.diagnostics.iter().map(|found| {
        let path = report.path(&found.file);
        let parts = [found.rule, &path].into_iter().chain(found.arguments.iter().map(String::as_str));
        let first = hash(parts.clone(), 0);
        let ordinal = seen.entry(first.clone()).or_default();
        *ordinal += 1;
        if *ordinal == 1 { first } else { hash(parts, *ordinal) }
    });
    hashed.collect()
}

/// Each part is preceded by its length, so that moving a letter from one to the next changes the hash.
fn hash<'p>(parts: impl Iterator<Item = &'p str>, ordinal: u32) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(&ordinal.to_le_bytes());
    hasher.finalize().to_hex().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::text::TextRange;

    #[test]
    fn lines_and_words_do_not_matter_and_arguments_do() {
        let before = fixture::sample();
        let mut after = fixture::sample();
        let found = &mut after.findings.diagnostics[1];
        found.message = "reworded".to_owned();
        found.range = TextRange::new(3, 4);
        assert_eq!(fingerprints(&before.report()), fingerprints(&after.report()));
        after.findings.diagnostics[1].arguments = vec!["acme.iol".to_owned(), "od".to_owned()];
        assert_ne!(fingerprints(&before.report())[1], fingerprints(&after.report())[1]);
    }

    #[test]
    fn equal_findings_are_told_apart() {
        let mut sample = fixture::sample();
        let twin = sample.findings.diagnostics[0].clone();
        sample.findings.diagnostics.insert(1, twin);
        let all = fingerprints(&sample.report());
        assert_ne!(all[0], all[1]);
        assert_eq!(all[0], fingerprints(&fixture::sample().report())[0]);
        assert!(all.iter().all(|one| one.len() == 16));
    }

    /// Baselines hold fingerprints: a change here breaks every one of them.
    #[test]
    fn fingerprints_stay_what_they_were() {
        insta::assert_debug_snapshot!(fingerprints(&fixture::sample().report()), @r#"
        [
            "8b8d45b4dcbace29",
            "3d4ad70c25b7f0fb",
        ]
        "#);
    }
}
