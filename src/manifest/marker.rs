//! Environment markers (PEP 508), with limits that hostile text cannot pass.

use pep508_rs::{MarkerTree, MarkerWarningKind};

/// Longer markers are not looked at: nobody writes them, and their algebra may take long.
const MAX_BYTES: usize = 2000;

/// Deeper parentheses are not looked at, since they are parsed by recursion.
const MAX_DEPTH: usize = 30;

/// A marker as a set of environments; `None` where it is not understood in all its parts.
pub fn parse_marker(text: &str) -> Option<MarkerTree> {
    let depth = text.bytes().filter(|byte| *byte == b'(').count();
    if text.len() > MAX_BYTES || depth > MAX_DEPTH || is_misread(text) {
        return None;
    }
    let mut sound = true;
    let mut reporter = |_: MarkerWarningKind, _: String| sound = false;
    let tree = MarkerTree::parse_reporter(text, &mut reporter).ok()?;
    sound.then_some(tree)
}

/// The parser takes `~= '3.10.0'` for `~= '3.10'`, and turns `'3.10' ~= python_version` around.
fn is_misread(text: &str) -> bool {
    text.match_indices("~=").any(|(at, operator)| {
        let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
        let value = behind.strip_prefix(operator).unwrap_or("").trim_start();
        let version = value.get(1..).and_then(|value| value.split(['\'', '"']).next()).unwrap_or("");
        before.trim_end().ends_with(['\'', '"']) || version.trim().ends_with(".0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_no_set() {
        let deep = format!("{}os_name == 'nt'{}", "(".repeat(500), ")".repeat(500));
        for text in [
            "",
            "os_name",
            "python_version >= 'x'",
            &deep,
            "os_name == 'nt' and",
            "python_version ~= '3.10.0'",
            "'3.10' ~= python_version",
        ] {
            assert_eq!(parse_marker(text), None, "{text}");
        }
        for text in
            ["(os_name == 'nt') or sys_platform != 'linux'", "extra == 'x'", "python_version ~= '3.10'"]
        {
            assert!(parse_marker(text).is_some(), "{text}");
        }
    }
}
