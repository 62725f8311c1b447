//! Texts that nothing can show.

/// A text that nothing can show: it has neither `Debug` nor `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one who is to be given it.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}
