//! The name of a distribution.

use std::fmt;

use compact_str::CompactString;

/// A distribution's name, normalised as PEP 503 says (`Acme.Shared_Lib` is `acme-shared-lib`); what is required,
/// locked and installed, as opposed to the module that is imported.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DistributionName(CompactString);

impl DistributionName {
    /// Normalises a name; `None` where it is none (PEP 508: letters, digits, `-`, `_`, `.`, alphanumeric at both ends).
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let inside = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !inside || !edge(text.chars().next()) || !edge(text.chars().next_back()) {
            return None;
        }
        let mut out = CompactString::default();
        for c in text.chars() {
            if !matches!(c, '-' | '_' | '.') {
                out.push(c.to_ascii_lowercase());
            } else if !out.ends_with('-') {
                out.push('-');
            }
        }
        Some(Self(out))
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with `_` for `-`, which build backends guess the package's name from.
    pub fn as_module(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for DistributionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DistributionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised_as_pep_503_says() {
        assert_eq!(DistributionName::new("Acme._-Shared.Lib").unwrap().as_str(), "acme-shared-lib");
        for bad in ["", "-a", "a-", "a b", "ä", "{{name}}"] {
            assert_eq!(DistributionName::new(bad), None, "{bad}");
        }
    }
}
