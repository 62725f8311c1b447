//! One line per finding, as compilers write them and editors' error lists read them.

use super::{Report, printable};

/// `path:line:column: error[rule]: message`, a line each.
pub fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for found in &report.findings.diagnostics {
        let (start, _) = report.places(&found.file, found.range);
        let line = format!(
            "{}:{}:{}: {}[{}]: {}",
            report.path(&found.file),
            start.line,
            start.column,
            found.severity.as_str(),
            found.rule,
            found.message
        );
        out.push_str(&printable(&line));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn columns_count_scalar_values_and_a_message_keeps_to_its_line() {
        let mut sample = fixture::sample();
        sample.findings.diagnostics[0].message.push_str("\u{1b}[31m\nforged: error");
        assert_eq!(
            render(&sample.report()),
            "etl/assets.py:1:1: warning[unused-suppression]: nothing here is suppressed by `x`\
             \\u{1b}[31m\\nforged: error\n\
             etl/assets.py:2:31: error[missing-symbol]: `acme.io` has no `lod`\n"
        );
    }
}
