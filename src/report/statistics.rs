//! How often each rule fired.

use std::collections::BTreeMap;

use crate::rules::Findings;

/// One line per rule that fired, `count  rule`, most frequent first.
pub fn render(findings: &Findings) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for found in &findings.diagnostics {
        *counts.entry(found.rule).or_default() += 1;
    }
    let mut rows: Vec<(&str, usize)> = counts.into_iter().collect();
    rows.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
    let width = rows.first().map_or(0, |(_, count)| count.to_string().len());
    rows.into_iter().map(|(rule, count)| format!("{count:>width$}  {rule}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_most_frequent_rule_comes_first() {
        let mut findings = fixture::sample().findings;
        let again = std::iter::repeat_n(findings.diagnostics[0].clone(), 9);
        findings.diagnostics.extend(again);
        assert_eq!(render(&findings), "10  unused-suppression\n 1  missing-symbol\n");
    }
}
