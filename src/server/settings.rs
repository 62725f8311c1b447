//! What a client's settings say: of `initializationOptions`, or of a `workspace/didChangeConfiguration`.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tower_lsp::ls_types::Uri;

use super::uri::file_of;
use crate::source::Selection;

/// The interpreters that were selected: `interpreter` for all folders, `interpreters` by folder (path or URI). Both may
/// stand in a `crossloc` section. `None` where neither is mentioned, so that nothing changes; `null` and `""` unselect.
pub fn selections(settings: &Value) -> Option<Vec<Selection>> {
    let section = settings.get("crossloc").unwrap_or(settings);
    let (general, by_folder) = (section.get("interpreter"), section.get("interpreters"));
    if general.is_none() && by_folder.is_none() {
        return None;
    }
    let path =
        |value: &Value| Some(Utf8PathBuf::from(value.as_str()?)).filter(|path| !path.as_str().is_empty());
    let by_folder = by_folder.and_then(Value::as_object).into_iter().flatten();
    let by_folder = by_folder.filter_map(|(folder, interpreter)| {
        Some(Selection { folder: Some(folder_of(folder)?), interpreter: path(interpreter)? })
    });
    let general = general.and_then(path).map(|interpreter| Selection { folder: None, interpreter });
    Some(by_folder.chain(general).collect())
}

fn folder_of(written: &str) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(written);
    if path.is_absolute() {
        return Some(crate::vfs::normalize(path));
    }
    let uri: Uri = written.parse().ok()?;
    Some(file_of(&uri)?.path().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn interpreters_are_read_for_all_folders_and_for_one() {
        let one = |folder: Option<&str>, interpreter: &str| Selection {
            folder: folder.map(Utf8PathBuf::from),
            interpreter: Utf8PathBuf::from(interpreter),
        };
        for (settings, expected) in [
            (
                json!({ "crossloc": { "interpreter": "/v/bin/python" } }),
                Some(vec![one(None, "/v/bin/python")]),
            ),
            (json!({ "interpreter": ".venv/bin/python" }), Some(vec![one(None, ".venv/bin/python")])),
            (
                json!({ "crossloc": { "interpreters": { "/ws/a": "/v", "file:///ws/b%20c": "/w", "no": "/x", "/ws/d": 1 } } }),
                Some(vec![one(Some("/ws/a"), "/v"), one(Some("/ws/b c"), "/w")]),
            ),
            (json!({ "crossloc": { "interpreter": null } }), Some(vec![])),
            (json!({ "crossloc": { "interpreter": "" } }), Some(vec![])),
            (json!({ "crossloc": { "interpreter": ["x"], "interpreters": 3 } }), Some(vec![])),
            (json!({ "crossloc": { "logLevel": "info" } }), None),
            (json!({ "crossloc": null }), None),
            (json!(null), None),
            (json!([]), None),
        ] {
            assert_eq!(selections(&settings), expected, "{settings}");
        }
    }
}
