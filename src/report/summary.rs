//! The last line of a check, for people.

use crate::rules::{Findings, Severity};

/// "2 errors, 1 warning in 3 projects (41 files)".
pub fn render(findings: &Findings) -> String {
    let counted = [Severity::Error, Severity::Warning, Severity::Information].map(|severity| {
        let count = findings.diagnostics.iter().filter(|found| found.severity == severity).count();
        match severity {
            Severity::Information if count > 0 => format!("{count} information"),
            _ if count > 0 => plural(count, severity.as_str()),
            _ => String::new(),
        }
    });
    let told: Vec<String> = counted.into_iter().filter(|part| !part.is_empty()).collect();
    let told = if told.is_empty() { "no findings".to_owned() } else { told.join(", ") };
    format!("{told} in {} ({})", plural(findings.projects, "project"), plural(findings.files, "file"))
}

/// "1 file", "2 files".
pub fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn findings_are_counted_by_severity() {
        assert_eq!(render(&fixture::sample().findings), "1 error, 1 warning in 2 projects (2 files)");
        let none = Findings { projects: 1, files: 1, ..Findings::default() };
        assert_eq!(render(&none), "no findings in 1 project (1 file)");
    }
}
