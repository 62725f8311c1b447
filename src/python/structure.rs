//! What a function does, up to the names that it binds: two functions of one structure are copies of each other.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::{Node, TreeCursor};

use super::parse::{parse, parse_limit};
use super::{ModuleSummary, Name};
use crate::text::{TextRange, offset};

/// A function of a module, that is neither a method nor decorated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionStructure {
    /// Its name token.
    pub name: TextRange,
    /// How many statements its body has, nested ones included, without the docstring.
    pub statements: usize,
    /// Equal for functions that differ in nothing but their own name, those of parameters and local variables,
    /// annotations, docstrings, comments, layout and quotes.
    pub shape: String,
    /// The longest word that every function of this shape holds; empty where it holds none.
    pub mark: String,
}

/// The functions at the top level of a module; none where the text does not parse. `summary` is that of the text.
pub fn structures(text: &str, summary: &ModuleSummary) -> Vec<FunctionStructure> {
    let tree = if summary.errors.is_empty() { parse(text, None, parse_limit(text)) } else { None };
    let Some(tree) = tree else { return Vec::new() };
    let mut cursor = tree.walk();
    let functions =
        tree.root_node().children(&mut cursor).filter(|node| node.kind() == "function_definition");
    functions.filter_map(|function| structure(text, summary, function)).collect()
}

fn structure(text: &str, summary: &ModuleSummary, function: Node<'_>) -> Option<FunctionStructure> {
    let name = range(function.child_by_field_name("name")?);
    let whole = range(function);
    // A class inside a function binds attributes, whose names others see.
    let inside = summary
        .scopes
        .iter()
        .filter(|scope| whole.contains(scope.range) && !matches!(scope.kind, super::ScopeKind::Class(_)));
    let bound: FxHashSet<&str> = inside.flat_map(|scope| scope.bindings.keys()).map(Name::as_str).collect();
    let mut writer = Writer {
        text,
        own: name.slice(text),
        bound,
        numbers: FxHashMap::default(),
        shape: String::new(),
        statements: 0,
        mark: "",
        levels: Vec::new(),
    };
    writer.walk(function);
    let Writer { shape, statements, mark, .. } = writer;
    // The function itself is none of its statements.
    let statements = statements.saturating_sub(1);
    Some(FunctionStructure { name, statements, shape, mark: mark.to_owned() })
}

struct Writer<'t> {
    text: &'t str,
    /// The function's own name.
    own: &'t str,
    bound: FxHashSet<&'t str>,
    numbers: FxHashMap<&'t str, usize>,
    shape: String,
    statements: usize,
    mark: &'t str,
    /// The nodes around the one that is visited, the innermost last: a node's own parent is found from the root only.
    levels: Vec<Level<'t>>,
}

struct Level<'t> {
    kind: &'t str,
    /// Whether one of its statements was visited.
    begun: bool,
}

impl<'t> Writer<'t> {
    /// Visits all nodes without recursion: hostile texts nest as deep as they like.
    fn walk(&mut self, function: Node<'t>) {
        let mut cursor = function.walk();
        loop {
            let kind = cursor.node().kind();
            if self.enter(&cursor) && cursor.goto_first_child() {
                self.shape.push_str(if is_transparent(kind) { "" } else { "(" });
                self.levels.push(Level { kind, begun: false });
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                let left = self.levels.pop().is_some_and(|level| !is_transparent(level.kind));
                self.shape.push_str(if left { ")" } else { "" });
            }
        }
    }

    /// Writes a node; whether its parts are to be written, too.
    fn enter(&mut self, cursor: &TreeCursor<'t>) -> bool {
        let node = cursor.node();
        let (kind, field) = (node.kind(), cursor.field_name());
        if matches!(kind, "comment" | "," | ":" | "->" | "string_end" | "type") || self.is_docstring(node) {
            return false;
        }
        if node.is_named()
            && let Some(level) = self.levels.last_mut()
        {
            level.begun = true;
        }
        if kind.ends_with("_statement") || kind.ends_with("_definition") {
            self.statements += 1;
        }
        if is_transparent(kind) {
            return true;
        }
        self.shape.push(' ');
        let words = self.text.get(node.byte_range()).unwrap_or_default();
        match kind {
            "identifier" => self.identifier(field, words),
            // Its parts are only what is escaped in it.
            "string_content" => {
                self.shape.push_str(&format!("{words:?}"));
                return false;
            }
            "string_start" => self.shape.push_str(words.trim_end_matches(['"', '\''])),
            "typed_default_parameter" => self.shape.push_str("default_parameter"),
            _ if node.child_count() == 0 => self.shape.push_str(words),
            _ => self.shape.push_str(kind),
        }
        true
    }

    /// A name that the function binds by the order in which it is met; all others as they are.
    fn identifier(&mut self, field: Option<&str>, name: &'t str) {
        let kept = match self.levels.last().map_or("", |level| level.kind) {
            "attribute" => field == Some("attribute"),
            "keyword_argument" => field == Some("name"),
            "dotted_name" => true,
            _ => false,
        };
        if !kept && (name == self.own || self.bound.contains(name)) {
            let next = self.numbers.len();
            let number = *self.numbers.entry(name).or_insert(next);
            self.shape.push_str(&format!("${number}"));
            return;
        }
        if name.len() > self.mark.len() {
            self.mark = name;
        }
        self.shape.push_str(name);
    }

    /// A string that begins a function's body.
    fn is_docstring(&self, node: Node<'_>) -> bool {
        let begins = match self.levels.as_slice() {
            [.., owner, block] => {
                owner.kind == "function_definition" && block.kind == "block" && !block.begun
            }
            _ => false,
        };
        let only = node.kind() == "expression_statement" && node.named_child_count() == 1;
        begins && only && node.named_child(0).is_some_and(|only| only.kind() == "string")
    }
}

/// Whether a node stands for what is in it: a parameter with its annotation for the one without.
fn is_transparent(kind: &str) -> bool {
    kind == "typed_parameter"
}

fn range(node: Node<'_>) -> TextRange {
    TextRange::new(offset(node.start_byte()), offset(node.end_byte()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::summarize;

    fn of(text: &str) -> Vec<FunctionStructure> {
        structures(text, &summarize(text))
    }

    fn same(one: &str, other: &str) -> bool {
        let (one, other) = (of(one), of(other));
        assert_eq!((one.len(), other.len()), (1, 1));
        one[0].shape == other[0].shape
    }

    #[test]
    fn bound_names_layout_and_documentation_make_no_difference() {
        for (one, other) in [
            (
                "def f(a):\n    '''Doc.'''\n    r = open(a)  # why\n    return [i.x for i in r if i]\n",
                "def g(b):\n    c = open(\n        b,\n    )\n    return [d.x for d in c if d]\n",
            ),
            ("def f(a=1): return 'x'", "def f(b: int = 1) -> str:\n    return \"x\""),
            ("def f(a, *b, **c): pass", "def f(d: int, *e: str, **g: int): pass"),
            ("def f(n): return f(n - 1)", "def g(m): return g(m - 1)"),
            ("def f():\n    import json as j\n    j.x()", "def f():\n    import json as k\n    k.x()"),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn what_others_see_makes_a_difference() {
        for (one, other) in [
            ("def f(a): return a.x", "def f(a): return a.y"),
            ("def f(a): return g(a)", "def f(a): return h(a)"),
            ("def f(a): return g(k=a)", "def f(a): return g(l=a)"),
            ("def f(a): return 'x'", "def f(a): return 'y'"),
            ("def f(a): return 'x\\ny'", "def f(a): return 'x\\ty'"),
            ("def f(a): return 1", "def f(a): return 2"),
            ("def f(a, b): return a - b", "def f(a, b): return b - a"),
            ("def f(a): return a + 1", "def f(a): return a - 1"),
            ("def f(a): return a[1:2]", "def f(a): return a[1, 2]"),
            ("def f(a): return (a, 1)", "def f(a): return [a, 1]"),
            ("def f(a): return f'{a}'", "def f(a): return '{a}'"),
            ("def f(a): return b'x'", "def f(a): return 'x'"),
            ("def f():\n    import json", "def f():\n    import yaml"),
            ("def f(a, *b): pass", "def f(a, **b): pass"),
            ("def f(a, *, b): pass", "def f(a, b): pass"),
            ("def f(a): pass", "async def f(a): pass"),
        ] {
            assert!(!same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn statements_count_without_the_docstring() {
        let text =
            "def f(a):\n    '''Doc.'''\n    if a:\n        return longest(a)\n    b = 1\n    return b\n";
        let found = of(text);
        assert_eq!((found[0].statements, found[0].mark.as_str()), (4, "longest"));
        assert_eq!(found[0].name.slice(text), "f");
    }

    #[test]
    fn methods_decorated_functions_and_broken_texts_have_none() {
        assert_eq!(of("class C:\n    def f(self): pass\n@d\ndef g(): pass\n"), []);
        assert_eq!(of("def f(:\n"), []);
        let deep = format!("def f(a):\n    return {}a{}\n", "g(".repeat(20_000), ")".repeat(20_000));
        assert!(of(&deep).len() <= 1);
    }
}
