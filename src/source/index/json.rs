//! The Simple API in JSON (PEP 691, with the additions of PEP 700 and 714).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use url::Url;

use super::page::{Hashes, RawFile, RawPage, is_supported};
use crate::manifest::DistributionName;

#[derive(Deserialize)]
struct Document {
    meta: Option<Meta>,
    name: Option<String>,
    files: Vec<Entry>,
    versions: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "api-version")]
    api_version: Option<String>,
}

/// A file that is not described as it should be costs that file, not the page.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    File(Box<FileEntry>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct FileEntry {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: Hashes,
    requires_python: Option<String>,
    yanked: Option<Flag>,
    core_metadata: Option<Metadata>,
    /// The name that the first release of PyPI's implementation had for it.
    dist_info_metadata: Option<Metadata>,
    size: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Set(bool),
    Reason(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Metadata {
    There(bool),
    Hashes(BTreeMap<String, String>),
}

/// Reads the page of a distribution that was found at `url`. The error says what is wrong with it.
pub(super) fn read(text: &str, url: &Url, name: &DistributionName) -> Result<RawPage, String> {
    let document: Document = serde_json::from_str(text)
        .map_err(|error| format!("its JSON is not that of an index, line {}", error.line()))?;
    if let Some(version) = document.meta.and_then(|meta| meta.api_version) {
        is_supported(&version)?;
    }
    if document.name.is_some_and(|own| DistributionName::new(&own).as_ref() != Some(name)) {
        return Err(format!("it is not about `{name}`"));
    }
    let files = document.files.into_iter().filter_map(|entry| match entry {
        Entry::File(file) => file_of(*file, url),
        Entry::Other(_) => None,
    });
    Ok(RawPage { files: files.collect(), versions: document.versions.unwrap_or_default() })
}

fn file_of(entry: FileEntry, base: &Url) -> Option<RawFile> {
    let lower = |hashes: Hashes| -> Hashes {
        hashes
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_ascii_lowercase()))
            .collect()
    };
    Some(RawFile {
        filename: entry.filename,
        url: base.join(&entry.url).ok()?.to_string(),
        hashes: lower(entry.hashes),
        requires_python: entry.requires_python,
        yanked: match entry.yanked {
            Some(Flag::Set(true)) => Some(String::new()),
            Some(Flag::Reason(reason)) => Some(reason),
            Some(Flag::Set(false)) | None => None,
        },
        core_metadata: match entry.core_metadata.or(entry.dist_info_metadata) {
            Some(Metadata::There(true)) => Some(Hashes::new()),
            Some(Metadata::Hashes(hashes)) => Some(lower(hashes)),
            Some(Metadata::There(false)) | None => None,
        },
        size: entry.size,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Result<RawPage, String> {
        let url = Url::parse("https://i.example/simple/acme/").unwrap();
        read(text, &url, &DistributionName::new("acme").unwrap())
    }

    #[test]
    fn every_form_of_every_key_is_read() {
        let text = r#"{"meta": {"api-version": "1.4", "x": 1}, "name": "Acme", "versions": ["1", "2"], "files": [
            {"filename": "a.whl", "url": "../../f/a.whl", "hashes": {"SHA256": "AB"}, "yanked": "why", "size": 9,
             "core-metadata": {"sha256": "cd"}, "dist-info-metadata": true, "requires-python": ">=3.9", "upload-time": 1},
            {"filename": "b.whl", "url": "https://c.example/b.whl", "hashes": {}, "yanked": true, "dist-info-metadata": true},
            {"filename": "c.whl", "url": "c.whl", "yanked": false, "core-metadata": false, "requires-python": null},
            {"filename": 1, "url": "d.whl"}, null, {"filename": "e.whl", "url": "http://["}]}"#;
        let page = page(text).unwrap();
        assert_eq!(page.versions, ["1", "2"]);
        let of = |pairs: &[(&str, &str)]| -> Hashes {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let file = |filename: &str, url: &str| RawFile {
            filename: filename.to_owned(),
            url: url.to_owned(),
            ..RawFile::default()
        };
        let expected = [
            RawFile {
                hashes: of(&[("sha256", "ab")]),
                yanked: Some("why".to_owned()),
                core_metadata: Some(of(&[("sha256", "cd")])),
                requires_python: Some(">=3.9".to_owned()),
                size: Some(9),
                ..file("a.whl", "https://i.example/f/a.whl")
            },
            RawFile {
                yanked: Some(String::new()),
                core_metadata: Some(Hashes::new()),
                ..file("b.whl", "https://c.example/b.whl")
            },
            file("c.whl", "https://i.example/simple/acme/c.whl"),
        ];
        assert_eq!(page.files, expected);
    }

    #[test]
    fn what_is_no_index_page_is_refused() {
        for (text, reason) in [
            (
                r#"{"meta": {"api-version": "2.0"}, "files": []}"#,
                "its API version is 2.0, and only 1 is understood",
            ),
            (r#"{"meta": {"api-version": "one"}, "files": []}"#, "its API version is no version"),
            (r#"{"name": "other", "files": []}"#, "it is not about `acme`"),
            (r#"{"error": "no"}"#, "its JSON is not that of an index, line 1"),
            ("{\"files\": [\n", "its JSON is not that of an index, line 2"),
            (&"[".repeat(100_000), "its JSON is not that of an index, line 1"),
        ] {
            assert_eq!(page(text), Err(reason.to_owned()));
        }
        assert_eq!(page(r#"{"files": []}"#), Ok(RawPage::default()));
    }
}
