//! Values of Python expressions as far as they are literal.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::super::literal::OwnedLiteral;
use super::strings::string;
use super::{node_range, node_text};
use crate::text::Spanned;

/// Expressions inside one another, and names behind names, that are followed.
const MAXIMUM_DEPTH: usize = 24;

/// Expressions looked at in one file. Names that stand for lists of names could double at every step.
const MAXIMUM_STEPS: usize = 20_000;

/// What an expression is.
#[derive(Clone)]
pub(super) enum Value {
    /// A string, or the beginning of one.
    Text(Text),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// A dict with literal keys.
    Dict(Vec<(Text, Value)>),
    /// `find_packages(…)`.
    Find(Box<Find>),
    /// `None`.
    Nothing,
    /// Anything that is computed.
    Unknown,
}

/// A string and whether all of it is known.
#[derive(Clone)]
pub(super) struct Text {
    /// What is known of it, from its beginning.
    pub literal: OwnedLiteral,
    /// Whether that is all.
    pub complete: bool,
}

/// The arguments of `find_packages` or `find_namespace_packages`.
#[derive(Clone)]
pub(super) struct Find {
    /// `where`.
    pub folder: Option<Value>,
    /// `include`.
    pub include: Option<Value>,
    /// `exclude`.
    pub exclude: Option<Value>,
    /// Whether it is `find_namespace_packages`.
    pub namespaces: bool,
}

impl Text {
    /// The string with its place.
    pub fn spanned(self) -> Spanned<String> {
        Spanned::new(self.literal.value, self.literal.range)
    }

    /// Its lines that are not empty.
    pub fn lines(self) -> Vec<Text> {
        let literal = self.literal.borrow();
        let lines = literal.value.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| Text { literal: literal.part(line).into(), complete: true }).collect()
    }
}

impl Value {
    /// The string it is.
    pub fn into_text(self) -> Option<Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; `computed` is set where it is none.
    pub fn into_items(self, computed: &mut bool) -> Vec<Value> {
        match self {
            Self::List(items) => items,
            Self::Nothing => Vec::new(),
            find @ Self::Find(_) => vec![find],
            _ => {
                *computed = true;
                Vec::new()
            }
        }
    }

    /// The entries of a dict; `computed` is set where it is none.
    pub fn into_pairs(self, computed: &mut bool) -> Vec<(Text, Value)> {
        match self {
            Self::Dict(pairs) => pairs,
            Self::Nothing => Vec::new(),
            _ => {
                *computed = true;
                Vec::new()
            }
        }
    }
}

/// Evaluates expressions of one file.
pub(super) struct Evaluator<'t> {
    text: &'t str,
    /// What each name of the module is bound to; `None` where it is bound or changed more than once.
    names: FxHashMap<&'t str, Option<Node<'t>>>,
    depth: usize,
    steps: usize,
}

impl<'t> Evaluator<'t> {
    /// Collects the names bound at the top of the module.
    pub fn new(root: Node<'t>, text: &'t str) -> Self {
        let mut names: FxHashMap<&str, Option<Node<'_>>> = FxHashMap::default();
        let mut cursor = root.walk();
        let mut pending: Vec<Node<'_>> = root.named_children(&mut cursor).collect();
        while let Some(statement) = pending.pop() {
            match statement.kind() {
                "expression_statement" => {
                    if let Some(expression) = statement.named_child(0) {
                        bind(expression, text, false, &mut names);
                    }
                }
                // A function's names are its own.
                "function_definition" | "class_definition" | "import_statement" | "import_from_statement" => {
                }
                // What is bound under a condition is not known.
                _ => forget_all(statement, text, &mut names),
            }
        }
        Self { text, names, depth: 0, steps: 0 }
    }

    /// The value of an expression.
    pub fn evaluate(&mut self, node: Node<'t>) -> Value {
        self.steps += 1;
        if self.depth >= MAXIMUM_DEPTH || self.steps >= MAXIMUM_STEPS {
            return Value::Unknown;
        }
        self.depth += 1;
        let value = self.evaluate_kind(node);
        self.depth -= 1;
        value
    }

    fn evaluate_kind(&mut self, node: Node<'t>) -> Value {
        match node.kind() {
            "string" => string(node, self.text).map_or(Value::Unknown, Value::Text),
            "concatenated_string" => self.concatenated(node),
            "parenthesized_expression" => {
                node.named_child(0).map_or(Value::Unknown, |inner| self.evaluate(inner))
            }
            "none" => Value::Nothing,
            "list" | "tuple" | "set" => self.list(node),
            "dictionary" => self.dictionary(node),
            "binary_operator" => self.sum(node),
            "identifier" => match self.names.get(node_text(self.text, node)) {
                Some(Some(bound)) => self.evaluate(*bound),
                _ => Value::Unknown,
            },
            "call" => self.call(node),
            _ => Value::Unknown,
        }
    }

    fn list(&mut self, node: Node<'t>) -> Value {
        let mut items = Vec::new();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "comment" => {}
                "list_splat" => match child.named_child(0).map(|inner| self.evaluate(inner)) {
                    Some(Value::List(inner)) => items.extend(inner),
                    _ => items.push(Value::Unknown),
                },
                _ => items.push(self.evaluate(child)),
            }
        }
        Value::List(items)
    }

    fn dictionary(&mut self, node: Node<'t>) -> Value {
        let mut pairs = Vec::new();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "comment" => {}
                "pair" => {
                    let key = child.child_by_field_name("key").map(|key| self.evaluate(key));
                    let value = child.child_by_field_name("value").map(|value| self.evaluate(value));
                    match (key, value) {
                        (Some(Value::Text(key)), Some(value)) if key.complete => pairs.push((key, value)),
                        _ => return Value::Unknown,
                    }
                }
                _ => return Value::Unknown,
            }
        }
        Value::Dict(pairs)
    }

    /// `[a] + b`, `"name" + pin`, `"name%s" % pin`: what is known of it.
    fn sum(&mut self, node: Node<'t>) -> Value {
        let side = |field| node.child_by_field_name(field);
        let (Some(left), Some(right), Some(operator)) = (side("left"), side("right"), side("operator"))
        else {
            return Value::Unknown;
        };
        let left = self.evaluate(left);
        match (operator.kind(), left) {
            ("%", Value::Text(text)) => Value::Text(until(text, "%")),
            ("+", Value::Text(text)) => Value::Text(Text { complete: false, ..text }),
            ("+", left) => {
                let right = self.evaluate(right);
                let items = |value| match value {
                    Value::List(items) => items,
                    other => vec![other],
                };
                let mut all = items(left);
                all.extend(items(right));
                Value::List(all)
            }
            _ => Value::Unknown,
        }
    }

    /// `"a" "b"`: known at its own place only as a whole.
    fn concatenated(&mut self, node: Node<'t>) -> Value {
        let mut joined = String::new();
        let mut complete = true;
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor).filter(|child| child.kind() == "string") {
            let Some(text) = string(child, self.text).filter(|_| complete) else {
                complete = false;
                break;
            };
            joined.push_str(&text.literal.value);
            complete = text.complete;
        }
        let literal = OwnedLiteral { value: joined, range: node_range(node), verbatim: false };
        Value::Text(Text { literal, complete })
    }

    fn call(&mut self, node: Node<'t>) -> Value {
        let Some(function) = node.child_by_field_name("function") else {
            return Value::Unknown;
        };
        let name = node_text(self.text, function);
        if let Some(receiver) = function.child_by_field_name("object")
            && name.ends_with(".format")
        {
            return match self.evaluate(receiver) {
                Value::Text(text) => Value::Text(until(text, "{")),
                _ => Value::Unknown,
            };
        }
        let namespaces = match name.rsplit('.').next() {
            Some("find_packages") => false,
            Some("find_namespace_packages") => true,
            _ => return Value::Unknown,
        };
        let mut find = Find { folder: None, include: None, exclude: None, namespaces };
        let arguments = node.child_by_field_name("arguments").filter(|list| list.kind() == "argument_list");
        let Some(arguments) = arguments else {
            return Value::Unknown;
        };
        let mut cursor = arguments.walk();
        let positions = ["where", "exclude", "include"];
        for (position, argument) in
            arguments.named_children(&mut cursor).filter(|child| child.kind() != "comment").enumerate()
        {
            let keyword =
                argument.child_by_field_name("name").filter(|_| argument.kind() == "keyword_argument");
            let name = keyword.map(|name| node_text(self.text, name)).or(positions.get(position).copied());
            let value =
                argument.child_by_field_name("value").filter(|_| keyword.is_some()).unwrap_or(argument);
            let value = Some(self.evaluate(value));
            match name {
                Some("where") => find.folder = value,
                Some("include") => find.include = value,
                Some("exclude") => find.exclude = value,
                _ => {}
            }
        }
        Value::Find(Box::new(find))
    }
}

/// Notes what an expression at module level binds or changes. Where it is `conditional`, nothing is known afterwards.
fn bind<'t>(
    expression: Node<'t>,
    text: &'t str,
    conditional: bool,
    names: &mut FxHashMap<&'t str, Option<Node<'t>>>,
) {
    match expression.kind() {
        "assignment" => {
            let Some(target) = expression.child_by_field_name("left") else {
                return;
            };
            let once = target.kind() == "identifier" && !conditional;
            let value = expression.child_by_field_name("right").filter(|_| once);
            let name = node_text(text, base(target));
            let known = names.contains_key(name);
            names.insert(name, value.filter(|_| !known));
        }
        "augmented_assignment" => {
            if let Some(target) = expression.child_by_field_name("left") {
                names.insert(node_text(text, base(target)), None);
            }
        }
        // `requires.append("x")` changes the list.
        "call" => {
            let function =
                expression.child_by_field_name("function").filter(|node| node.kind() == "attribute");
            if let Some(function) = function {
                names.insert(node_text(text, base(function)), None);
            }
        }
        _ => {}
    }
}

/// `a` of `a.b[c].d`.
fn base(mut node: Node<'_>) -> Node<'_> {
    while let Some(inner) = node.child_by_field_name("object").or_else(|| node.child_by_field_name("value")) {
        node = inner;
    }
    node
}

/// Forgets every name that is bound or changed anywhere inside a compound statement.
fn forget_all<'t>(statement: Node<'t>, text: &'t str, names: &mut FxHashMap<&'t str, Option<Node<'t>>>) {
    let mut cursor = statement.walk();
    loop {
        bind(cursor.node(), text, true, names);
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// The part of a format string in front of its first placeholder.
fn until(text: Text, placeholder: &str) -> Text {
    match text.literal.value.find(placeholder) {
        Some(at) => {
            let literal = text.literal.borrow();
            let head = literal.value.get(..at).unwrap_or("");
            Text { literal: literal.part(head).into(), complete: false }
        }
        None => text,
    }
}
