//! YAML with places: a small tree, built from the parser's events without recursion.

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::model::{Manifest, ManifestError};
use super::table::MAXIMUM_MENTIONS;
use crate::text::{Spanned, TextRange, offset};

/// Collections inside one another; what is deeper is left out. Also keeps dropping the tree shallow.
const MAXIMUM_DEPTH: usize = 32;

/// Values that aliases repeat, all of them counted together; what is beyond is left out. Anchors inside one another could
/// ask for more than there is memory.
const MAXIMUM_REPEATED: usize = 10_000;

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// What it is.
    pub value: NodeValue,
    /// A scalar's text without quotes; a collection's beginning.
    pub range: TextRange,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum NodeValue {
    /// A string, number or any other scalar, as written.
    Scalar(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in source order.
    Mapping(Vec<(Node, Node)>),
    /// An alias of nothing, or what is nested too deeply or repeated too often.
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

    /// The key and value of `key`; else those of a mapping that is merged into this one (`<<: *defaults`).
    pub fn entry(&self, key: &str) -> Option<&(Node, Node)> {
        let own = |key: &str| {
            let named =
                |(name, _): &&(Node, Node)| matches!(&name.value, NodeValue::Scalar(text) if text == key);
            self.entries().iter().find(named)
        };
        own(key).or_else(|| {
            let (_, merged) = own("<<").filter(|_| key != "<<")?;
            merged.entry(key).or_else(|| merged.items().iter().find_map(|one| one.entry(key)))
        })
    }

    /// How many nodes it is, itself among them, and how many collections lie inside one another.
    fn size(&self) -> (usize, usize) {
        let mut nodes = 0;
        let mut deepest = 0;
        let mut waiting = vec![(self, 0)];
        while let Some((node, depth)) = waiting.pop() {
            nodes += 1;
            deepest = deepest.max(depth);
            waiting.extend(node.items().iter().map(|item| (item, depth + 1)));
            waiting
                .extend(node.entries().iter().flat_map(|(key, value)| [key, value]).map(|n| (n, depth + 1)));
        }
        (nodes, deepest)
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
    let mut builder = Builder::default();
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
            Event::Scalar(value, style, anchor, _) => {
                let range = scalar_range(text, &offsets, span, style);
                scalars.push(range);
                if manifest.mentions.len() < MAXIMUM_MENTIONS {
                    manifest.mentions.push(Spanned::new(value.clone().into_owned(), range));
                }
                builder.add(Node { value: NodeValue::Scalar(value.into_owned()), range }, anchor);
            }
            Event::Alias(anchor) => builder.repeat(anchor, offsets.range(span)),
            Event::SequenceStart(anchor, _) => {
                builder.begin(NodeValue::Sequence(Vec::new()), offsets.range(span), anchor);
            }
            Event::MappingStart(anchor, _) => {
                builder.begin(NodeValue::Mapping(Vec::new()), offsets.range(span), anchor);
            }
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
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// Collections begun below the deepest that is kept.
    too_deep: usize,
    documents: Vec<Node>,
    /// What has a name that aliases may repeat (`&name`), by the parser's number.
    anchored: FxHashMap<usize, Node>,
    repeated: usize,
}

struct Open {
    node: Node,
    /// The number of its name; 0 where it has none.
    anchor: usize,
    /// A mapping's key that waits for its value.
    key: Option<Node>,
}

impl Builder {
    fn begin(&mut self, value: NodeValue, range: TextRange, anchor: usize) {
        if self.too_deep > 0 || self.open.len() >= MAXIMUM_DEPTH {
            self.too_deep += 1;
            return;
        }
        self.open.push(Open { node: Node { value, range }, anchor, key: None });
    }

    fn end(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            if self.too_deep == 0 {
                self.add(Node { value: NodeValue::Absent, range: TextRange::default() }, 0);
            }
            return;
        }
        if let Some(Open { mut node, anchor, key }) = self.open.pop() {
            // Broken off behind a key.
            if let (NodeValue::Mapping(entries), Some(key)) = (&mut node.value, key) {
                let range = TextRange::empty(key.range.end);
                entries.push((key, Node { value: NodeValue::Absent, range }));
            }
            self.add(node, anchor);
        }
    }

    /// What an alias repeats stands where it is written first.
    fn repeat(&mut self, anchor: usize, range: TextRange) {
        let known = self.anchored.get(&anchor).filter(|_| self.repeated <= MAXIMUM_REPEATED);
        let (nodes, depth) = known.map_or((0, 0), Node::size);
        self.repeated += nodes;
        let few = self.repeated <= MAXIMUM_REPEATED && self.open.len() + depth <= MAXIMUM_DEPTH;
        let node = known.filter(|_| few).cloned().unwrap_or(Node { value: NodeValue::Absent, range });
        self.add(node, 0);
    }

    fn add(&mut self, node: Node, anchor: usize) {
        if self.too_deep > 0 {
            return;
        }
        if anchor > 0 {
            self.anchored.insert(anchor, node.clone());
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
    fn aliases_repeat_and_merges_fill_in() {
        let text = "base: &base {a: 1, b: &b [x]}\nuse: {<<: *base, a: 2, c: *b}\nmany: {<<: [{d: 3}, *base]}\nnone: *nothing\n";
        let (yaml, _) = read(&text.replace("none: *nothing\n", ""));
        let root = &yaml.documents[0];
        let said = |path: [&str; 2]| root.get(path[0])?.get(path[1])?.text().map(|text| text.value);
        assert_eq!(said(["use", "a"]).as_deref(), Some("2"));
        assert_eq!(root.get("use").unwrap().get("b").unwrap().items().len(), 1);
        assert_eq!(root.get("use").unwrap().get("c").unwrap().items()[0].text().unwrap().value, "x");
        assert_eq!((said(["many", "d"]).as_deref(), said(["many", "a"]).as_deref()), (Some("3"), Some("1")));
        assert!(root.get("use").unwrap().get("<<").is_some() && said(["use", "e"]).is_none());
        assert!(read(text).0.error.is_some(), "an alias of nothing");
    }

    #[test]
    fn aliases_inside_one_another_end() {
        let mut text = "a0: &a0 [x, x]\n".to_owned();
        for level in 1..60 {
            let before = level - 1;
            text.push_str(&format!("a{level}: &a{level} [*a{before}, *a{before}]\n"));
        }
        let (yaml, _) = read(&text);
        let (nodes, depth) = yaml.documents[0].size();
        assert!(nodes < 4 * MAXIMUM_REPEATED && depth <= MAXIMUM_DEPTH + 1, "{nodes} {depth}");
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
