//! Environment markers (PEP 508) as values that can be compared: `a and b` is `b and a`.

use std::ops::Bound;
use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};
use pep508_rs::{MarkerTree, MarkerWarningKind};

/// A longer marker is not read: its parser recurses, and what it builds may grow with the power of its length.
const MAXIMUM_LENGTH: usize = 2000;

/// More brackets than any marker has.
const MAXIMUM_BRACKETS: usize = 40;

/// A marker as a set of environments; `None` where it is not understood in all its parts.
pub fn parse_marker(text: &str) -> Option<MarkerTree> {
    let depth = text.bytes().filter(|byte| *byte == b'(').count();
    if text.len() > MAXIMUM_LENGTH || depth > MAXIMUM_BRACKETS || is_misread(text) {
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

/// The environments whose Python a `requires-python` admits; all of them where it is not understood.
pub fn python_marker(requires_python: &str) -> MarkerTree {
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
    let python =
        |text: String| parse_marker(&format!("python_full_version {text}")).unwrap_or(MarkerTree::TRUE);
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

/// The environments that a marker admits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker(MarkerTree);

impl Marker {
    /// All environments.
    pub fn always() -> Self {
        Self(MarkerTree::TRUE)
    }

    /// No environment.
    pub fn never() -> Self {
        Self(MarkerTree::FALSE)
    }

    /// Reads a marker; `None` where it is not understood in all its parts.
    pub fn parse(text: &str) -> Option<Self> {
        parse_marker(text).map(Self)
    }

    /// Where an extra is asked for.
    pub fn extra(name: &str) -> Option<Self> {
        Self::parse(&format!("extra == '{name}'")).filter(|_| !name.contains(['\'', '\\']))
    }

    /// Where both hold.
    pub fn and(mut self, other: &Self) -> Self {
        self.0.and(other.0.clone());
        self
    }

    /// Where one of them holds.
    pub fn or(mut self, other: &Self) -> Self {
        self.0.or(other.0.clone());
        self
    }

    /// Where it does not hold.
    pub fn not(&self) -> Self {
        Self(self.0.negate())
    }

    /// Whether there is no such environment.
    pub fn is_never(&self) -> bool {
        self.0.is_false()
    }

    /// Whether it holds in every environment.
    pub fn is_always(&self) -> bool {
        self.0.is_true()
    }

    /// Whether it hangs on an extra.
    pub fn mentions_extras(&self) -> bool {
        self.0.clone().simplify_extras_with(|_| true) != self.0
    }

    /// The marker as far as it matters for these Pythons: `python_version >= '3.9'` always holds for `>=3.11`.
    pub fn within(self, python: &PythonRange) -> Self {
        Self(self.0.simplify_python_versions(python.lower.as_ref(), python.upper.as_ref()))
    }
}

/// The Python versions between the bounds of a `requires-python`; what it leaves out in between does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonRange {
    lower: Bound<Version>,
    upper: Bound<Version>,
}

impl PythonRange {
    /// Every Python.
    pub fn any() -> Self {
        Self { lower: Bound::Unbounded, upper: Bound::Unbounded }
    }

    /// Reads `>=3.11,<4`; `None` where the text is no specifier.
    pub fn parse(text: &str) -> Option<Self> {
        let specifiers = VersionSpecifiers::from_str(text).ok()?;
        Some(specifiers.iter().fold(Self::any(), |range, one| range.and(&Self::of(one))))
    }

    /// The Pythons in both.
    pub fn and(self, other: &Self) -> Self {
        let lower = match (&self.lower, &other.lower) {
            (Bound::Unbounded, bound) | (bound, Bound::Unbounded) => bound.clone(),
            (a, b) if rank(a, false) >= rank(b, false) => a.clone(),
            (_, b) => b.clone(),
        };
        let upper = match (&self.upper, &other.upper) {
            (Bound::Unbounded, bound) | (bound, Bound::Unbounded) => bound.clone(),
            (a, b) if rank(a, true) <= rank(b, true) => a.clone(),
            (_, b) => b.clone(),
        };
        Self { lower, upper }
    }

    fn of(specifier: &VersionSpecifier) -> Self {
        let version = specifier.version().only_release();
        let any = Self::any();
        match specifier.operator() {
            Operator::GreaterThanEqual => Self { lower: Bound::Included(version), ..any },
            Operator::GreaterThan => Self { lower: Bound::Excluded(version), ..any },
            Operator::LessThanEqual => Self { upper: Bound::Included(version), ..any },
            Operator::LessThan => Self { upper: Bound::Excluded(version), ..any },
            Operator::Equal | Operator::ExactEqual => {
                Self { lower: Bound::Included(version.clone()), upper: Bound::Included(version) }
            }
            Operator::EqualStar => Self { upper: next(&version, 1), lower: Bound::Included(version) },
            Operator::TildeEqual => Self { upper: next(&version, 2), lower: Bound::Included(version) },
            Operator::NotEqual | Operator::NotEqualStar => any,
        }
    }
}

/// Orders bounds of one side: at the same version, an excluded upper bound admits less, an excluded lower one, too.
fn rank(bound: &Bound<Version>, upper: bool) -> (Option<&Version>, bool) {
    match bound {
        Bound::Included(version) => (Some(version), upper),
        Bound::Excluded(version) => (Some(version), !upper),
        Bound::Unbounded => (None, false),
    }
}

/// Below the release that follows when the last `dropped` segments but one are cut: 3.11.2 and 2 give 3.12.
fn next(version: &Version, dropped: usize) -> Bound<Version> {
    let release = version.release();
    let kept = (release.len() + 1).saturating_sub(dropped);
    let mut release: Vec<u64> = release.iter().copied().take(kept).collect();
    match release.last_mut() {
        Some(last) => *last = last.saturating_add(1),
        None => return Bound::Unbounded,
    }
    Bound::Excluded(Version::new(release))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_their_bounds() {
        for (one, other, equal) in [
            (">=3.13,<3.15", "<3.15.0, >=3.13", true),
            ("==3.14.*", ">=3.14,<3.15", true),
            ("~=3.11", ">=3.11,<4", true),
            ("~=3.11.2", ">=3.11.2,<3.12", true),
            (">=3.9,>=3.10,!=3.11", ">=3.10", true),
            (">=3.10,>3.10", ">3.10", true),
            ("<=3.12,<3.12", "<3.12", true),
            (">=3.10", ">3.10", false),
        ] {
            assert_eq!(PythonRange::parse(one) == PythonRange::parse(other), equal, "{one} {other}");
        }
        assert_eq!(PythonRange::parse("three"), None);
    }

    #[test]
    fn markers_are_compared_by_what_they_admit() {
        let marker = |text: &str| Marker::parse(text).unwrap();
        assert_eq!(
            marker("os_name == 'nt' and extra == 'x'"),
            marker("os_name == 'nt'").and(&Marker::extra("x").unwrap())
        );
        let python = PythonRange::parse(">=3.11").unwrap();
        assert!(marker("python_version >= '3.9'").within(&python).is_always());
        assert!(marker("os_name == 'nt'").and(&marker("os_name == 'nt'").not()).is_never());
        assert_eq!(Marker::parse("os_name = 'nt'"), None);
        assert_eq!(Marker::parse("python_version ~= '3.10.0'"), None);
        assert_eq!(Marker::parse(&"(".repeat(100_000)), None);
        assert_eq!(Marker::extra("x' or os_name == 'nt"), None);
    }

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
            let admitted = python_marker(requires_python);
            let disjoint = admitted.is_disjoint(&parse_marker(marker).unwrap());
            assert_eq!(disjoint, outside, "{requires_python} {marker}");
        }
    }

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
