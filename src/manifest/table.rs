//! TOML with places: a view of the `toml` crate's tree whose questions name what they expect, so that a wrong type
//! becomes an error at its place.

use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use super::literal::Literal;
use super::model::{Manifest, ManifestError};
use crate::text::{Spanned, TextRange, offset};

/// Tables and lists inside one another, more than any manifest has. The parser's own limit counts brackets only, and a
/// dotted key within each would still build a tree too deep to drop.
const MAXIMUM_DEPTH: usize = 12;

/// Errors kept of one file: a parser that has lost its way reports each line.
const MAXIMUM_SYNTAX_ERRORS: usize = 20;

/// String values kept for [`Manifest::mentions`].
pub(super) const MAXIMUM_MENTIONS: usize = 5000;

/// Parses `text`, puts its syntax errors, comments and string values into `manifest`, and hands what could be read to
/// `read`. The tree is dropped afterwards: it takes several times the text's memory.
pub(super) fn with_table(text: &str, manifest: &mut Manifest, read: impl FnOnce(Table<'_>, &mut Manifest)) {
    let layout = scan(text);
    manifest.comments = layout.comments;
    if let Some(at) = layout.too_deep {
        manifest.unreadable = true;
        let message = "tables and lists are nested too deeply to be read".to_owned();
        manifest.errors.push(ManifestError { message, range: TextRange::new(at, at.saturating_add(1)) });
        return;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    manifest.unreadable = !errors.is_empty();
    for error in errors.iter().take(MAXIMUM_SYNTAX_ERRORS) {
        let range = error.span().map_or(TextRange::empty(offset(text.len())), TextRange::from_usize);
        manifest.errors.push(ManifestError { message: error.message().to_owned(), range });
    }
    let root = Table { text, table: document.get_ref() };
    manifest.mentions = root.mentions();
    read(root, manifest);
}

/// Parses a piece of a larger text; places are those within the piece. `None` where nothing could be read.
pub(super) fn with_piece<T>(
    text: &str,
    errors: &mut Vec<ManifestError>,
    read: impl FnOnce(Table<'_>) -> T,
) -> Option<T> {
    if let Some(at) = scan(text).too_deep {
        let message = "tables and lists are nested too deeply to be read".to_owned();
        errors.push(ManifestError { message, range: TextRange::new(at, at.saturating_add(1)) });
        return None;
    }
    let (document, found) = DeTable::parse_recoverable(text);
    for error in found.iter().take(MAXIMUM_SYNTAX_ERRORS) {
        let range = error.span().map_or(TextRange::empty(offset(text.len())), TextRange::from_usize);
        errors.push(ManifestError { message: error.message().to_owned(), range });
    }
    Some(read(Table { text, table: document.get_ref() }))
}

/// A table.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    text: &'a str,
    table: &'a DeTable<'a>,
}

/// A value of any type.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    text: &'a str,
    value: &'a DeValue<'a>,
    /// Its place, quotes and brackets included.
    pub range: TextRange,
}

impl<'a> Table<'a> {
    /// The value of `key`.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.table.get(key).map(|value| Value::new(self.text, value))
    }

    /// The place of `key` itself.
    pub fn key_range(self, key: &str) -> TextRange {
        self.table
            .get_key_value(key)
            .map_or(TextRange::default(), |(key, _)| TextRange::from_usize(key.span()))
    }

    /// All keys and values in the order they are written.
    pub fn entries(self) -> Vec<(Literal<'a>, Value<'a>)> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                let range = TextRange::from_usize(key.span());
                (Literal::quoted(self.text, range, key.get_ref().as_ref()), Value::new(self.text, value))
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.range);
        entries
    }

    /// The table at `key`.
    pub fn table(self, key: &str, errors: &mut Vec<ManifestError>) -> Option<Table<'a>> {
        self.expect(key, "a table", Value::as_table, errors)
    }

    /// The string at `key`.
    pub fn string(self, key: &str, errors: &mut Vec<ManifestError>) -> Option<Literal<'a>> {
        self.expect(key, "a string", Value::as_string, errors)
    }

    /// The boolean at `key`.
    pub fn boolean(self, key: &str, errors: &mut Vec<ManifestError>) -> Option<bool> {
        self.expect(key, "`true` or `false`", Value::as_bool, errors)
    }

    /// The items of the list at `key`.
    pub fn list(self, key: &str, errors: &mut Vec<ManifestError>) -> Option<Vec<Value<'a>>> {
        self.expect(key, "a list", Value::as_list, errors)
    }

    /// The strings of the list at `key`; an item that is none is an error and left out.
    pub fn strings(self, key: &str, errors: &mut Vec<ManifestError>) -> Option<Vec<Literal<'a>>> {
        let items = self.expect(key, "a list of strings", Value::as_list, errors)?;
        Some(items.into_iter().filter_map(|item| item.string_or_error(errors)).collect())
    }

    /// Like [`Self::strings`], without places.
    pub fn plain_strings(self, key: &str, errors: &mut Vec<ManifestError>) -> Option<Vec<String>> {
        Some(self.strings(key, errors)?.into_iter().map(|item| item.value.to_owned()).collect())
    }

    /// The string at `key` with its place.
    pub fn spanned(self, key: &str, errors: &mut Vec<ManifestError>) -> Option<Spanned<String>> {
        self.string(key, errors).map(Literal::spanned)
    }

    /// The string at `key` without its place.
    pub fn plain_string(self, key: &str, errors: &mut Vec<ManifestError>) -> Option<String> {
        self.string(key, errors).map(|text| text.value.to_owned())
    }

    fn expect<T>(
        self,
        key: &str,
        expected: &str,
        convert: impl FnOnce(Value<'a>) -> Option<T>,
        errors: &mut Vec<ManifestError>,
    ) -> Option<T> {
        let value = self.get(key)?;
        let converted = convert(value);
        if converted.is_none() {
            let message = format!("`{key}` must be {expected}, not {}", value.type_name());
            errors.push(ManifestError { message, range: value.range });
        }
        converted
    }

    /// All string values below, in the order they are written.
    fn mentions(self) -> Vec<Spanned<String>> {
        let mut found = Vec::new();
        let mut pending: Vec<Value<'a>> =
            self.table.values().map(|value| Value::new(self.text, value)).collect();
        while let Some(next) = pending.pop() {
            if let Some(string) = next.as_string() {
                found.push(string.spanned());
            } else if let Some(table) = next.as_table() {
                pending.extend(table.table.values().map(|value| Value::new(self.text, value)));
            } else if let Some(items) = next.as_list() {
                pending.extend(items);
            }
        }
        found.sort_by_key(|mention| mention.range);
        found.truncate(MAXIMUM_MENTIONS);
        found
    }
}

impl<'a> Value<'a> {
    fn new(text: &'a str, value: &'a TomlSpanned<DeValue<'a>>) -> Self {
        Self { text, value: value.get_ref(), range: TextRange::from_usize(value.span()) }
    }

    /// The string it is.
    pub fn as_string(self) -> Option<Literal<'a>> {
        self.value.as_str().map(|value| Literal::quoted(self.text, self.range, value))
    }

    /// The table it is.
    pub fn as_table(self) -> Option<Table<'a>> {
        self.value.as_table().map(|table| Table { text: self.text, table })
    }

    /// The boolean it is.
    pub fn as_bool(self) -> Option<bool> {
        self.value.as_bool()
    }

    /// The integer it is, as written.
    pub fn integer(self) -> Option<String> {
        self.value.as_integer().map(|number| number.as_str().to_owned())
    }

    /// The list's items.
    pub fn as_list(self) -> Option<Vec<Value<'a>>> {
        Some(self.value.as_array()?.iter().map(|item| Value::new(self.text, item)).collect())
    }

    /// The string it is, or an error at its place.
    pub fn string_or_error(self, errors: &mut Vec<ManifestError>) -> Option<Literal<'a>> {
        let string = self.as_string();
        if string.is_none() {
            let message = format!("expected a string, found {}", self.type_name());
            errors.push(ManifestError { message, range: self.range });
        }
        string
    }

    /// What it is, for messages.
    pub fn type_name(self) -> &'static str {
        match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }
}

/// What a scan over the bytes finds before the parser sees them.
struct Layout {
    /// `# crossloc:` comments outside of strings.
    comments: Vec<Spanned<String>>,
    /// Where brackets are nested deeper than is read.
    too_deep: Option<u32>,
}

/// Walks over strings, comments and brackets. On broken text it errs towards seeing a comment as a string's text.
fn scan(text: &str) -> Layout {
    let mut layout = Layout { comments: Vec::new(), too_deep: None };
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                at = skip_string(bytes, at);
                continue;
            }
            b'#' => {
                let end =
                    memchr::memchr(b'\n', bytes.get(at..).unwrap_or(&[])).map_or(bytes.len(), |to| at + to);
                layout.comments.extend(super::comment(text, at, end));
                at = end;
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAXIMUM_DEPTH && layout.too_deep.is_none() {
            layout.too_deep = Some(offset(at));
        }
        at += 1;
    }
    layout
}

/// The offset behind the string that begins at `at`. A string of one line ends with the line at the latest.
fn skip_string(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    let (quote, long) = match rest {
        [a, b, c, ..] if a == b && b == c => (*a, true),
        [a, ..] => (*a, false),
        [] => return at + 1,
    };
    let mut inside = if long { 3 } else { 1 };
    while let Some(byte) = rest.get(inside) {
        match byte {
            b'\\' if quote == b'"' => inside += 1,
            b'\n' if !long => return at + inside,
            byte if *byte == quote && !long => return at + inside + 1,
            byte if *byte == quote
                && rest.get(inside..inside + 3).is_some_and(|three| three == [quote; 3]) =>
            {
                let extra = rest.iter().skip(inside + 3).take(2).take_while(|byte| **byte == quote).count();
                return at + inside + 3 + extra;
            }
            _ => {}
        }
        inside += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::super::ManifestKind;
    use super::*;

    fn read(text: &str) -> Manifest {
        let mut manifest = Manifest::empty(ManifestKind::Pyproject);
        with_table(text, &mut manifest, |_, _| {});
        manifest
    }

    #[test]
    fn comments_are_told_from_strings() {
        let text = "a = \"# crossloc: no\" # crossloc: ignore[x] why\nb = '''\n# crossloc: no\n''' #crossloc:yes\r\n# other\n";
        let found: Vec<_> = read(text).comments.into_iter().map(|c| (c.value, c.range.slice(text))).collect();
        assert_eq!(
            found,
            [
                ("crossloc: ignore[x] why".to_owned(), "# crossloc: ignore[x] why"),
                ("crossloc:yes".to_owned(), "#crossloc:yes"),
            ]
        );
    }

    #[test]
    fn deep_nesting_is_refused_and_dropped_without_a_large_stack() {
        let dotted = vec!["a"; 79].join(".");
        let nested =
            format!("{}x = 1{}", format!("{dotted} = {{").repeat(MAXIMUM_DEPTH), "}".repeat(MAXIMUM_DEPTH));
        let run = move || {
            assert_eq!(read(&nested).errors, []);
            for deep in ["[".repeat(100_000), format!("a = {}", "[".repeat(100_000)), "{a=".repeat(50_000)] {
                assert_eq!(read(&deep).errors.len(), 1);
            }
        };
        std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
    }
}
