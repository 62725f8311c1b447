//! The Simple API in HTML (PEP 503). Pages are written by hand, by scripts and by web servers; what is looked for are
//! three elements, wherever they stand: `<a>`, `<base>` and `<meta>`.

use url::Url;

use super::page::{RawFile, RawPage, is_supported};

/// Text inside these is no markup.
const RAW_TEXT: [&str; 4] = ["script", "style", "textarea", "title"];

/// Reads a page that was found at `url`. The error says what is wrong with it.
pub(super) fn read(text: &str, url: &Url) -> Result<RawPage, String> {
    let mut page = RawPage::default();
    let mut base = None;
    let (mut is_application, mut leads_to_files) = (false, false);
    let mut scanner = Scanner { rest: text };
    while let Some(tag) = scanner.next_tag() {
        match tag.name.as_str() {
            "base" if base.is_none() => base = tag.get("href").and_then(|href| url.join(href).ok()),
            "meta" if tag.get("name") == Some("pypi:repository-version") => {
                is_supported(tag.get("content").unwrap_or(""))?;
                leads_to_files = true;
            }
            "a" => {
                let Some(file) = anchor(&tag, base.as_ref().unwrap_or(url)) else { continue };
                leads_to_files |= FILES.iter().any(|end| file.filename.ends_with(end));
                page.files.push(file);
            }
            "form" | "script" => is_application = true,
            _ => {}
        }
    }
    // A page to log in with would else count as a distribution without any file.
    if is_application && !leads_to_files {
        return Err("it is a page for people, without any file".to_owned());
    }
    Ok(page)
}

/// How files of an index end, old forms included.
const FILES: [&str; 7] = [".whl", ".tar.gz", ".zip", ".egg", ".exe", ".tar.bz2", ".tgz"];

/// The file that an anchor leads to. Its name is the end of the address: the text is for people.
fn anchor(tag: &Tag, base: &Url) -> Option<RawFile> {
    let url = base.join(tag.get("href")?.trim()).ok()?;
    let last = url.path_segments()?.next_back()?;
    let filename = percent_encoding::percent_decode_str(last).decode_utf8().ok()?.into_owned();
    let metadata = tag.get("data-core-metadata").or_else(|| tag.get("data-dist-info-metadata"));
    let metadata = metadata.filter(|value| *value != "false");
    Some(RawFile {
        filename,
        hashes: url.fragment().and_then(hash).into_iter().collect(),
        requires_python: tag.get("data-requires-python").map(str::to_owned),
        yanked: tag.get("data-yanked").map(str::to_owned),
        core_metadata: metadata.map(|value| hash(value).into_iter().collect()),
        size: None,
        url: url.to_string(),
    })
}

/// Reads `sha256=<hex>`.
fn hash(text: &str) -> Option<(String, String)> {
    let (algorithm, value) = text.split_once('=')?;
    let value = value.split('&').next()?;
    Some((algorithm.to_ascii_lowercase(), value.to_ascii_lowercase()))
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The first attribute of that name; a later one of the same name does not count.
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Goes over a text once, whatever is in it.
struct Scanner<'t> {
    rest: &'t str,
}

impl<'t> Scanner<'t> {
    /// The next opening tag; `None` at the end, which an unfinished tag or comment is too.
    fn next_tag(&mut self) -> Option<Tag> {
        loop {
            self.rest = self.rest.split_once('<')?.1;
            if let Some(comment) = self.rest.strip_prefix("!--") {
                self.rest = comment.split_once("-->")?.1;
                continue;
            }
            let name = self.take_until(|c| !c.is_ascii_alphanumeric())?.to_ascii_lowercase();
            if name.is_empty() {
                continue;
            }
            let tag = Tag { name, attributes: self.attributes()? };
            if RAW_TEXT.contains(&tag.name.as_str()) {
                self.skip_raw_text(&tag.name);
            }
            return Some(tag);
        }
    }

    /// Up to the closing `>`, behind which the scanner stands then.
    fn attributes(&mut self) -> Option<Vec<(String, String)>> {
        let mut found = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if let Some(behind) = self.rest.strip_prefix('>') {
                self.rest = behind;
                return Some(found);
            }
            let name = self.take_until(|c| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'))?;
            let value = match self.rest.trim_start().strip_prefix('=') {
                Some(behind) => {
                    self.rest = behind.trim_start();
                    decode(self.value()?)
                }
                None => String::new(),
            };
            found.push((name.to_ascii_lowercase(), value));
        }
    }

    fn value(&mut self) -> Option<&'t str> {
        for quote in ['"', '\''] {
            if let Some(quoted) = self.rest.strip_prefix(quote) {
                let (value, behind) = quoted.split_once(quote)?;
                self.rest = behind;
                return Some(value);
            }
        }
        self.take_until(|c| c.is_ascii_whitespace() || c == '>')
    }

    /// What stands before the first such character; `None` where there is none any more.
    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> Option<&'t str> {
        let (taken, rest) = self.rest.split_at_checked(self.rest.find(ends)?)?;
        self.rest = rest;
        Some(taken)
    }

    /// To the closing tag; without one, all that follows is raw text.
    fn skip_raw_text(&mut self, name: &str) {
        while let Some((_, behind)) = self.rest.split_once("</") {
            self.rest = behind;
            let closes = behind.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            if closes {
                return;
            }
        }
        self.rest = "";
    }
}

/// Entities, longest name first where one begins another.
const ENTITIES: [(&str, char); 6] =
    [("nbsp", '\u{a0}'), ("quot", '"'), ("apos", '\''), ("amp", '&'), ("lt", '<'), ("gt", '>')];

/// A value with its character references resolved; those that mean nothing stay as they are.
fn decode(value: &str) -> String {
    let mut decoded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once('&') {
        decoded.push_str(before);
        match reference(behind) {
            Some((character, after)) => {
                decoded.push(character);
                rest = after;
            }
            None => {
                decoded.push('&');
                rest = behind;
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

/// The character that the text behind a `&` begins with, and what follows it.
fn reference(text: &str) -> Option<(char, &str)> {
    if let Some(number) = text.strip_prefix('#') {
        let (digits, radix) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16),
            None => (number, 10),
        };
        let (digits, after) = digits.split_at_checked(digits.find(|c: char| !c.is_digit(radix))?)?;
        let character = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
        return Some((character, after.strip_prefix(';').unwrap_or(after)));
    }
    ENTITIES.iter().find_map(|(name, character)| {
        let after = text.strip_prefix(name)?;
        Some((*character, after.strip_prefix(';').unwrap_or(after)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Vec<RawFile> {
        read(text, &Url::parse("https://i.example/simple/acme/").unwrap()).unwrap().files
    }

    fn one(text: &str) -> RawFile {
        let mut files = files(text);
        assert_eq!(files.len(), 1, "{text}: {files:?}");
        files.remove(0)
    }

    #[test]
    fn anchors_are_found_however_they_are_written() {
        for (text, url) in [
            ("<a href=\"a.zip\">a</a>", "https://i.example/simple/acme/a.zip"),
            ("<A\n HREF = '../../f/a.zip' >", "https://i.example/f/a.zip"),
            ("<a class=x href=/f/a.zip>", "https://i.example/f/a.zip"),
            ("<a href='//c.example/a.zip' />", "https://c.example/a.zip"),
            (
                "<a href='https://c.example/x/a.zip?s=1&amp;t=&#50;&#x33;&x'>",
                "https://c.example/x/a.zip?s=1&t=23&x",
            ),
            ("<base href='https://c.example/b/'><a href=a.zip>", "https://c.example/b/a.zip"),
            ("<a href=a.zip><base href='/late/'>", "https://i.example/simple/acme/a.zip"),
            ("<base href='/one/'><base href='/two/'><a href=a.zip>", "https://i.example/one/a.zip"),
            ("<!-- <a href=no.zip> --><a href=a.zip>", "https://i.example/simple/acme/a.zip"),
            ("<title><a href=no.zip></title ><a href=a.zip>", "https://i.example/simple/acme/a.zip"),
            ("<script>'<a href=\"no.zip\">'</SCRIPT><a href=a.zip>", "https://i.example/simple/acme/a.zip"),
            (
                "1 < 2 <> </a> <!DOCTYPE x> <a b = href=a.zip><a href=a.zip>",
                "https://i.example/simple/acme/a.zip",
            ),
            ("<a href='a.zip' href='b.zip'>", "https://i.example/simple/acme/a.zip"),
            (
                "<abbr href=no.zip><a name=top><a href='http://['><a href=a.zip>",
                "https://i.example/simple/acme/a.zip",
            ),
        ] {
            let found = one(text);
            assert_eq!(found.url, url, "{text}");
            assert_eq!(found.filename, "a.zip");
        }
    }

    #[test]
    fn attributes_say_what_they_say_in_their_peps() {
        let file = one(
            "<a href='a%2B1.whl#sha256=AB' data-requires-python='&gt;=3.9,&lt;4' data-yanked='bad &quot;x&quot;'
            data-core-metadata=sha256=cd data-dist-info-metadata=true>",
        );
        assert_eq!(file.filename, "a+1.whl");
        assert_eq!(Vec::from_iter(file.hashes), [("sha256".to_owned(), "ab".to_owned())]);
        assert_eq!(file.requires_python.as_deref(), Some(">=3.9,<4"));
        assert_eq!(file.yanked.as_deref(), Some("bad \"x\""));
        assert_eq!(Vec::from_iter(file.core_metadata.unwrap()), [("sha256".to_owned(), "cd".to_owned())]);
        let file = one("<a href=a.whl data-yanked data-dist-info-metadata=true>");
        assert_eq!((file.yanked.as_deref(), file.core_metadata), (Some(""), Some(Default::default())));
        let file = one("<a href=a.whl data-core-metadata=false>");
        assert_eq!((file.yanked, file.core_metadata), (None, None));
    }

    #[test]
    fn what_is_no_index_page_is_refused() {
        let reason = |text: &str| read(text, &Url::parse("https://i.example/").unwrap()).err();
        let people = "it is a page for people, without any file";
        let version = "its API version is 2.0, and only 1 is understood";
        for (text, expected) in [
            ("", None),
            ("<html><h1>Links for acme</h1>", None),
            ("<form action=/login><a href=/forgot>", Some(people)),
            ("<script src=x></script><div id=app>", Some(people)),
            ("<script></script><a href=acme-1.tar.gz>", None),
            ("<meta name='pypi:repository-version' content='1.9'><form>", None),
            ("<meta name='pypi:repository-version' content='2.0'>", Some(version)),
        ] {
            assert_eq!(reason(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn any_text_is_gone_over_once() {
        for piece in [
            "<a ",
            "<a href=\"",
            "<a href=a.zip",
            "<!--",
            "<script>",
            "&",
            "<",
            "</",
            "<a b='>",
            "&#x",
            "<title></",
        ] {
            let text = piece.repeat(100_000);
            let url = Url::parse("https://i.example/").unwrap();
            assert!(read(&text, &url).map_or(0, |page| page.files.len()) <= 1, "{piece}");
        }
    }
}
