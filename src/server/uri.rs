//! `file:` URIs and paths.
//!
//! A URI is compared by the path it names, never by its spelling: VS Code writes `file:///c%3A/x`, Neovim
//! `file:///C:/x`. What goes out for an open document is the client's own spelling, which the session keeps.

use std::str::FromStr;

use camino::Utf8Path;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tower_lsp::ls_types::Uri;

use crate::vfs::FileId;

/// RFC 3986's unreserved characters and the separator stay as they are; everything else is encoded, as VS Code does.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// How paths are written; a value instead of `cfg!`, so that both ways are tested everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PathStyle {
    Posix,
    Windows,
}

const NATIVE: PathStyle = if cfg!(windows) { PathStyle::Windows } else { PathStyle::Posix };

/// The file a URI names; `None` for every other scheme, for other hosts, and for what is no UTF-8 path.
pub fn file_of(uri: &Uri) -> Option<FileId> {
    let path = path_of(uri.as_str(), NATIVE)?;
    let path = Utf8Path::new(&path);
    path.is_absolute().then(|| FileId::new(path))
}

/// The URI of an absolute path.
pub fn uri_of(path: &Utf8Path) -> Option<Uri> {
    Uri::from_str(&uri_text(path.as_str(), NATIVE)).ok()
}

fn path_of(uri: &str, style: PathStyle) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at_checked(rest.find('/')?)?,
        None => ("", rest),
    };
    let path = percent_decode_str(path).decode_utf8().ok()?;
    if path.contains('\0') || !path.starts_with('/') {
        return None;
    }
    let local = host.is_empty() || host.eq_ignore_ascii_case("localhost");
    match style {
        PathStyle::Posix => local.then(|| path.into_owned()),
        PathStyle::Windows if local => Some(windows_path(&path)),
        PathStyle::Windows => Some(format!(r"\\{host}{}", path.replace('/', r"\"))),
    }
}

/// `/c:/x` as `C:\x`: drive letters have no case, so that one spelling stands for both.
fn windows_path(path: &str) -> String {
    let mut characters = path.chars().skip(1);
    match (characters.next(), characters.next()) {
        (Some(drive), Some(':')) if drive.is_ascii_alphabetic() => {
            let rest: String = characters.collect();
            let rest = if rest.is_empty() { "/" } else { &rest };
            format!("{}:{}", drive.to_ascii_uppercase(), rest.replace('/', r"\"))
        }
        _ => path.replace('/', r"\"),
    }
}

fn uri_text(path: &str, style: PathStyle) -> String {
    let encoded = |path: &str| utf8_percent_encode(path, ENCODED).to_string();
    if style == PathStyle::Posix {
        return format!("file://{}", encoded(path));
    }
    let path = path.strip_prefix(r"\\?\").unwrap_or(path).replace('\\', "/");
    if let Some(shared) = path.strip_prefix("//") {
        return format!("file://{}", encoded(shared));
    }
    let mut characters = path.chars();
    match (characters.next(), characters.next()) {
        (Some(drive), Some(':')) => {
            format!("file:///{}%3A{}", drive.to_ascii_lowercase(), encoded(characters.as_str()))
        }
        _ => format!("file:///{}", encoded(path.trim_start_matches('/'))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posix_paths() {
        for (uri, path) in [
            ("file:///ws/a.py", Some("/ws/a.py")),
            ("FILE:///ws/a.py", Some("/ws/a.py")),
            ("file://localhost/ws/a.py", Some("/ws/a.py")),
            ("file:/ws/a.py", Some("/ws/a.py")),
            ("file:///ws/a%20b/%C3%A9%F0%9D%84%9E.py", Some("/ws/a b/é𝄞.py")),
            ("file:///ws/50%25%23.py", Some("/ws/50%#.py")),
            ("file:///ws/a.py#L3", Some("/ws/a.py")),
            ("file:///c%3A/x", Some("/c:/x")),
            ("file://server/share/a.py", None),
            ("file:///ws/%FF.py", None),
            ("file:///ws/%00.py", None),
            ("file:", None),
            ("file://", None),
            ("file:a.py", None),
            ("untitled:Untitled-1", None),
            ("git:/ws/a.py?ref", None),
            ("vscode-notebook-cell:/ws/a.ipynb#W0s", None),
        ] {
            assert_eq!(path_of(uri, PathStyle::Posix).as_deref(), path, "{uri}");
        }
    }

    #[test]
    fn windows_drives_and_shares() {
        for (uri, path) in [
            ("file:///c%3A/x/a.py", r"C:\x\a.py"),
            ("file:///C:/x/a.py", r"C:\x\a.py"),
            ("file:///c:/x%20y/a.py", r"C:\x y\a.py"),
            ("file:///d%3A", r"D:\"),
            ("file://server/share/a.py", r"\\server\share\a.py"),
            ("file:///1%3A/x", r"\1:\x"),
        ] {
            assert_eq!(path_of(uri, PathStyle::Windows).as_deref(), Some(path), "{uri}");
        }
        for (path, uri) in [
            (r"C:\x\a b.py", "file:///c%3A/x/a%20b.py"),
            (r"\\?\C:\x\a.py", "file:///c%3A/x/a.py"),
            (r"\\server\share\é.py", "file://server/share/%C3%A9.py"),
        ] {
            assert_eq!(uri_text(path, PathStyle::Windows), uri, "{path}");
        }
    }

    #[test]
    fn there_and_back() {
        for path in ["/", "/ws/a b.py", "/ws/é/文件.py", "/ws/[x]/{y}/50%#?.py", "/ws/a+b@c!.py"] {
            let text = uri_text(path, PathStyle::Posix);
            assert!(Uri::from_str(&text).is_ok(), "{text}");
            assert_eq!(path_of(&text, PathStyle::Posix).as_deref(), Some(path), "{text}");
        }
    }
}
