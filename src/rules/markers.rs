//! Environment markers as sets of environments: what one leaves out, and whether anything is left.

use std::str::FromStr;

use pep440_rs::{Operator, VersionSpecifier, VersionSpecifiers};
use pep508_rs::MarkerTree;

use crate::manifest::parse_marker;

/// The environments that a marker names; `None` where it is not understood in all its parts, or speaks of extras.
pub(super) fn parse(text: &str) -> Option<MarkerTree> {
    if text.contains("extra") { None } else { parse_marker(text) }
}

/// The environments whose Python a `requires-python` admits; all of them where it is not understood.
pub(super) fn of_python(requires_python: &str) -> MarkerTree {
    let mut all = MarkerTree::TRUE;
    for specifier in
        requires_python.split(',').filter_map(|text| VersionSpecifiers::from_str(text.trim()).ok())
    {
        for part in specifier.iter() {
            all.and(of_specifier(part));
        }
    }
    all
}

/// `~=3.11` is written out: no marker says it for certain.
fn of_specifier(specifier: &VersionSpecifier) -> MarkerTree {
    let (operator, version) = (specifier.operator(), specifier.version());
    let python = |text: String| parse(&format!("python_full_version {text}")).unwrap_or(MarkerTree::TRUE);
    let star = |release: &[u64]| {
        let numbers: Vec<String> = release.iter().map(u64::to_string).collect();
        format!("'{}.*'", numbers.join("."))
    };
    match operator {
        Operator::TildeEqual => {
            let (_, prefix) = version.release().split_last().unwrap_or((&0, &[]));
            let mut both = python(format!(">= '{version}'"));
            both.and(python(format!("== {}", star(prefix))));
            both
        }
        Operator::EqualStar | Operator::NotEqualStar => {
            python(format!("{operator} {}", star(version.release())))
        }
        _ => python(format!("{operator} '{version}'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_admits_is_a_set_of_environments() {
        for (requires_python, marker, outside) in [
            (">=3.10", "python_version < '3.10'", true),
            (">=3.10,<3.13", "python_version >= '3.13'", true),
            ("==3.11.*", "python_full_version != '3.11.*'", true),
            ("~=3.11", "python_version < '3.11'", true),
            (">=3.10", "python_version < '3.11'", false),
            ("nonsense", "python_version < '3'", false),
            ("", "python_version < '3'", false),
        ] {
            let admitted = of_python(requires_python);
            let disjoint = admitted.is_disjoint(&parse(marker).unwrap());
            assert_eq!(disjoint, outside, "{requires_python} {marker}");
        }
    }

    #[test]
    fn what_is_not_understood_is_no_set() {
        let deep = format!("{}os_name == 'nt'{}", "(".repeat(500), ")".repeat(500));
        for text in ["", "os_name", "extra == 'x'", "python_version >= 'x'", &deep, "os_name == 'nt' and"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("(os_name == 'nt') or sys_platform != 'linux'").is_some());
    }
}
