//! Holds what is said of signatures and of versions against others' word: whether a call fits, against the running
//! Python; what breaks between two versions, against griffe. Both print how much was compared and what of it differs for
//! a known reason.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod calls;
mod generate;
#[path = "../python/mod.rs"]
mod python;
mod versions;

use std::path::{Path, PathBuf};

/// A file beside this one.
fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api").join(name)
}

/// The interpreter that answers.
fn interpreter() -> camino::Utf8PathBuf {
    // Both tests ask for it at once, and it is made only once.
    static MADE: std::sync::OnceLock<camino::Utf8PathBuf> = std::sync::OnceLock::new();
    MADE.get_or_init(|| python::environment("api", &here("requirements.txt"))).clone()
}
