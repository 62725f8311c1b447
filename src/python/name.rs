//! The names of Python: identifiers and absolute dotted module names.

use std::fmt;

use compact_str::CompactString;

/// An identifier.
pub type Name = CompactString;

/// An absolute dotted module name, such as `acme.io`; what is imported, as opposed to the distribution that is
/// required. Never empty, every segment an identifier.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleName(CompactString);

impl ModuleName {
    /// `None` where `dotted` is empty or a segment is no identifier (`a..b`, `my-module`, `1x`).
    pub fn new(dotted: &str) -> Option<Self> {
        dotted.split('.').all(is_identifier).then(|| Self(CompactString::from(dotted)))
    }

    /// The dotted text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments, first to last.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// The first segment, `acme` of `acme.io`.
    pub fn top_level(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }

    /// The last segment, `io` of `acme.io`.
    pub fn last(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or_default()
    }

    /// All but the last segment; `None` for a top-level module.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('.').map(|(parent, _)| Self(CompactString::from(parent)))
    }

    /// This module's submodule `name`.
    pub fn child(&self, name: &str) -> Self {
        let mut text = self.0.clone();
        text.push('.');
        text.push_str(name);
        Self(text)
    }

    /// Whether this is `other` or lies below it, segment by segment: `acme.io` starts with `acme`, not with `ac`.
    pub fn starts_with(&self, other: &ModuleName) -> bool {
        self.0.strip_prefix(other.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` is a Python identifier, near enough: PEP 3131's classes by `char::is_alphanumeric`.
pub fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && characters.all(|c| c == '_' || c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_names_are_dotted_identifiers() {
        let name = ModuleName::new("acme.io.ünït").unwrap();
        assert_eq!((name.top_level(), name.last()), ("acme", "ünït"));
        assert!(name.starts_with(&ModuleName::new("acme.io").unwrap()));
        assert!(!name.starts_with(&ModuleName::new("ac").unwrap()));
        assert_eq!(name.parent().unwrap().child("x").as_str(), "acme.io.x");
        for bad in ["", ".", "a..b", "a-b", "1a", "a."] {
            assert_eq!(ModuleName::new(bad), None, "{bad}");
        }
    }
}
