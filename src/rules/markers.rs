//! Environment markers as sets of environments: what one leaves out, and whether anything is left.

use pep508_rs::{MarkerTree, MarkerWarningKind};

/// Longer markers are not looked at: nobody writes them, and their algebra may take long.
const MAX_BYTES: usize = 2000;

/// Deeper parentheses are not looked at, since they are parsed by recursion.
const MAX_DEPTH: usize = 30;

/// The environments that a marker names; `None` where it is not understood in all its parts, or speaks of extras.
pub(super) fn parse(text: &str) -> Option<MarkerTree> {
    let depth = text.bytes().filter(|byte| *byte == b'(').count();
    if text.len() > MAX_BYTES || depth > MAX_DEPTH || text.contains("extra") {
        return None;
    }
    let mut sound = true;
    let mut reporter = |_: MarkerWarningKind, _: String| sound = false;
    let tree = MarkerTree::parse_reporter(text, &mut reporter).ok()?;
    sound.then_some(tree)
}

/// The environments whose Python a `requires-python` admits; all of them where it is not understood.
pub(super) fn of_python(requires_python: &str) -> MarkerTree {
    let mut all = MarkerTree::TRUE;
    for specifier in requires_python.split(',') {
        let specifier = specifier.trim();
        let version = specifier.trim_start_matches(['<', '>', '=', '!', '~']);
        let Some(operator) = specifier.strip_suffix(version).filter(|operator| !operator.is_empty()) else {
            continue;
        };
        let marker = format!("python_full_version {operator} '{}'", version.trim());
        if let Some(tree) = parse(&marker) {
            all.and(tree);
        }
    }
    all
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
