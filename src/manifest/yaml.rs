//! YAML with places: a small tree, built from the parser's events without recursion.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::model::{Manifest, ManifestError};
use super::table::MAXIMUM_MENTIONS;
use crate::text::{Spanned, TextRange, offset};

/// Collections inside one another; what is deeper is left out. Also keeps dropping the tree shallow.
const MAXIMUM_DEPTH: usize = 32;

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    /// What it is.
    pub value: NodeValue,
    /// A scalar's text without quotes; a collection's beginning.
    pub range: TextRange,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum NodeValue {
    /// A string, number or any other scalar, as written.
    Scalar(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in source order.
    Mapping(Vec<(Node, Node)>),
    /// An alias, or what is nested too deeply.
    Absent,
}

impl Node {
    /// The text of a scalar with its place.
    pub fn text(&self) -> Option<Spanned<String>> {
        match &self.value {
            NodeValue::Scalar(text) => Some(Spanned::new(text.clone(), self.range)),
            _ => None,
        }
    }

    /// The items of a list; nothing for what is none.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; nothing for what is none.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            NodeValue::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key and value of `key`.
    pub fn entry(&self, key: &str) -> Option<&(Node, Node)> {
        self.entries().iter().find(|(name, _)| matches!(&name.value, NodeValue::Scalar(text) if text == key))
    }
}

/// What a YAML file holds.
pub(super) struct Yaml {
    /// The root of each document. After an error: as far as it was read.
    pub documents: Vec<Node>,
    /// The syntax error, which ends the reading.
    pub error: Option<ManifestError>,
}

/// Parses `text`; its comments and string values go into `manifest`.
pub(super) fn parse(text: &str, manifest: &mut Manifest) -> Yaml {
    let offsets = Offsets::new(text);
    let mut builder = Builder { open: Vec::new(), too_deep: 0, documents: Vec::new() };
    let mut scalars: Vec<TextRange> = Vec::new();
    let mut error = None;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = match event {
            Ok(event) => event,
            Err(found) => {
                let at = found.marker().index();
                let range = TextRange::new(offsets.byte(at), offsets.byte(at.saturating_add(1)));
                error = Some(ManifestError { message: found.info().to_owned(), range });
                break;
            }
        };
        match event {
            Event::Scalar(value, style, _, _) => {
                let range = scalar_range(text, &offsets, span, style);
                scalars.push(range);
                if manifest.mentions.len() < MAXIMUM_MENTIONS {
                    manifest.mentions.push(Spanned::new(value.clone().into_owned(), range));
                }
                builder.add(Node { value: NodeValue::Scalar(value.into_owned()), range });
            }
            Event::Alias(_) => builder.add(Node { value: NodeValue::Absent, range: offsets.range(span) }),
            Event::SequenceStart(..) => builder.begin(NodeValue::Sequence(Vec::new()), offsets.range(span)),
            Event::MappingStart(..) => builder.begin(NodeValue::Mapping(Vec::new()), offsets.range(span)),
            Event::SequenceEnd | Event::MappingEnd => builder.end(),
            Event::StreamEnd => break,
            _ => {}
        }
    }
    while !builder.open.is_empty() {
        builder.end();
    }
    collect_comments(text, &scalars, manifest);
    Yaml { documents: builder.documents, error }
}

/// Collections under construction.
struct Builder {
    open: Vec<Open>,
    /// Collections begun below the deepest that is kept.
    too_deep: usize,
    documents: Vec<Node>,
}

struct Open {
    node: Node,
    /// A mapping's key that waits for its value.
    key: Option<Node>,
}

impl Builder {
    fn begin(&mut self, value: NodeValue, range: TextRange) {
        if self.too_deep > 0 || self.open.len() >= MAXIMUM_DEPTH {
            self.too_deep += 1;
            return;
        }
        self.open.push(Open { node: Node { value, range }, key: None });
    }

    fn end(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            if self.too_deep == 0 {
                self.add(Node { value: NodeValue::Absent, range: TextRange::default() });
            }
            return;
        }
        if let Some(Open { mut node, key }) = self.open.pop() {
            // Broken off behind a key.
            if let (NodeValue::Mapping(entries), Some(key)) = (&mut node.value, key) {
                let range = TextRange::empty(key.range.end);
                entries.push((key, Node { value: NodeValue::Absent, range }));
            }
            self.add(node);
        }
    }

    fn add(&mut self, node: Node) {
        if self.too_deep > 0 {
            return;
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return;
        };
        match &mut open.node.value {
            NodeValue::Sequence(items) => items.push(node),
            NodeValue::Mapping(entries) => match open.key.take() {
                Some(key) => entries.push((key, node)),
                None => open.key = Some(node),
            },
            NodeValue::Scalar(_) | NodeValue::Absent => {}
        }
    }
}

/// From the parser's offsets in characters to bytes.
struct Offsets {
    /// The byte of each character; empty where all are one byte long.
    bytes: Vec<u32>,
    length: u32,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| offset(at)).collect()
        };
        Self { bytes, length: offset(text.len()) }
    }

    fn byte(&self, character: usize) -> u32 {
        if self.bytes.is_empty() {
            return offset(character).min(self.length);
        }
        self.bytes.get(character).copied().unwrap_or(self.length)
    }

    fn range(&self, span: Span) -> TextRange {
        TextRange::new(self.byte(span.start.index()), self.byte(span.end.index()))
    }
}

/// The text of a scalar without its quotes and the white space and comments behind it, which the parser includes.
fn scalar_range(text: &str, offsets: &Offsets, span: Span, style: ScalarStyle) -> TextRange {
    let range = offsets.range(span);
    let written = range.slice(text);
    let quote = match style {
        ScalarStyle::SingleQuoted => b'\'',
        ScalarStyle::DoubleQuoted => b'"',
        _ => {
            return TextRange::new(range.start, range.start.saturating_add(offset(written.trim_end().len())));
        }
    };
    let bytes = written.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            byte if *byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 1,
            byte if *byte == quote => break,
            _ => {}
        }
        at += 1;
    }
    let end = at.min(bytes.len());
    TextRange::new(range.start.saturating_add(offset(end.min(1))), range.start.saturating_add(offset(end)))
}

/// A comment begins at a line's start or behind white space, and not inside a scalar.
fn collect_comments(text: &str, scalars: &[TextRange], manifest: &mut Manifest) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let comment = line.match_indices('#').map(|(column, _)| column).find(|column| {
            let free =
                line.get(..*column).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']));
            let place = offset(at + column);
            let before = scalars.partition_point(|scalar| scalar.start <= place);
            let inside =
                before.checked_sub(1).and_then(|last| scalars.get(last)).is_some_and(|s| place < s.end);
            free && !inside
        });
        if let Some(column) = comment {
            manifest.comments.extend(super::comment(text, at + column, at + line.len()));
        }
        at += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::super::ManifestKind;
    use super::*;

    fn read(text: &str) -> (Yaml, Manifest) {
        let mut manifest = Manifest::empty(ManifestKind::CodeLocations);
        (parse(text, &mut manifest), manifest)
    }

    #[test]
    fn scalars_have_their_places_in_bytes() {
        let text = "ä: 'ö x' # crossloc: ignore[a] b\r\nlist:\r\n- \"q # crossloc: no\"\r\n- plain value  # note\r\n---\nb: |\n  # crossloc: no\n  y\n";
        let (yaml, manifest) = read(text);
        assert!(yaml.error.is_none());
        let first = &yaml.documents[0];
        assert_eq!(first.get("ä").unwrap().range.slice(text), "ö x");
        let items: Vec<_> =
            first.get("list").unwrap().items().iter().map(|item| item.range.slice(text)).collect();
        assert_eq!(items, ["q # crossloc: no", "plain value"]);
        assert_eq!(yaml.documents.len(), 2);
        let comments: Vec<_> = manifest.comments.iter().map(|c| c.range.slice(text)).collect();
        assert_eq!(comments, ["# crossloc: ignore[a] b"]);
    }

    #[test]
    fn anchors_errors_and_depth_do_no_harm() {
        let (yaml, _) = read("a: &x {k: v}\nb: *x\nc: [1, 2\n");
        assert!(yaml.error.is_some());
        assert_eq!(yaml.documents[0].get("a").unwrap().get("k").unwrap().text().unwrap().value, "v");
        for deep in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000), "? ".repeat(50_000)] {
            read(&deep);
        }
    }
}
