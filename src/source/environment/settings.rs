//! Single settings of tools, from TOML files that may hold anything.

use camino::Utf8Path;
use toml::de::{DeTable, DeValue};

use crate::vfs::{FileId, Files};

/// Larger files are no settings.
const MAX_BYTES: usize = 1024 * 1024;

/// The string or truth value (`true`, `false`) at a path of keys; `None` where the file or the key is not there.
pub(super) fn setting(files: &Files, file: &Utf8Path, keys: &[&str]) -> Option<String> {
    if !files.is_file(file) {
        return None;
    }
    let source = files.text(&FileId::new(file)).ok().filter(|source| source.text.len() <= MAX_BYTES)?;
    let (document, _) = DeTable::parse_recoverable(&source.text);
    let (last, tables) = keys.split_last()?;
    let mut table = document.get_ref();
    for key in tables {
        table = table.get(*key)?.get_ref().as_table()?;
    }
    match table.get(*last)?.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Boolean(value) => Some(value.to_string()),
        _ => None,
    }
}
