use super::*;

/// Every token with what it is, in source order.
fn tokens(text: &str) -> Vec<String> {
    let summary = summarize(text);
    let line = |(range, token): &(TextRange, Token)| {
        let what = match token {
            Token::Expression(id) => expression(&summary, *id),
            Token::Definition(id) => format!("={}", summary.definition(*id).unwrap().name),
            Token::ImportSegment(id, at) => format!("import {}.{at}", id.0),
            Token::ImportName(id) => format!("name {}", id.0),
            Token::ImportAlias(id) => format!("alias {}", id.0),
            Token::Keyword(id, at) => format!("keyword {at} of {}", expression(&summary, *id)),
            Token::Export(at) => format!("export {at}"),
        };
        let written = range.slice(text);
        if what == written { what } else { format!("{written}: {what}") }
    };
    summary.spans.tokens.iter().map(line).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(tokens(text), expected, "{text}");
}

#[test]
fn names_and_attributes_everywhere() {
    check("a.b.c[d](e).f", &["a", "b: a.b", "c: a.b.c", "d", "e", "f: a.b.c[d](e).f"]);
    check("f'{a!r:>{b}} {c.d}'", &["a", "b", "c", "d: c.d"]);
    check(
        "{a: b, **c}, {d}, not e, -g, h < i, x[j:k]",
        &["a", "b", "c", "d", "e", "g", "h", "i", "x", "j", "k"],
    );
    check(
        "del a.b; assert c, d; raise e from g; print(h)",
        &["a", "b: a.b", "c", "d", "e", "g", "print", "h"],
    );
    check("while a:\n  b\nelse:\n  c", &["a", "b", "c"]);
    check(
        "from m.n import a as b, c\nimport o.p as q",
        &[
            "m: import 0.0",
            "n: import 0.1",
            "a: name 0",
            "b: alias 0",
            "c: name 1",
            "o: import 2.0",
            "p: import 2.1",
            "q: alias 2",
        ],
    );
    check("thing.", &["thing"]);
    check("type(a).b = c", &["type", "a", "b: a.b", "c"]);
    check("f\"{a[\"b\"]} {f'{c}'}\"", &["a", "c"]);
}

#[test]
fn calls() {
    check("f(a, *b, k=c, **d)", &["f", "a", "b", "k: keyword 2 of f(a, *b, k=c, **d)", "c", "d"]);
    check("f(g(k=1), (x for x in y))", &["f", "g", "k: keyword 0 of g(k=?)", "x: x@<comp>", "x: =x", "y"]);
}

#[test]
fn scopes_of_evaluation() {
    check(
        "class C:\n  @a\n  def f(self, x: b = c) -> d: e",
        &["C: =C", "a: a@C", "f: =f", "self: =self", "x: =x", "b: b@C", "c: c@C", "d: d@C", "e: e@C.f"],
    );
    check(
        "def f():\n  [a for a in b for c in d if e]",
        &["f: =f", "a: a@f.<comp>", "a: =a", "b: b@f", "c: =c", "d: d@f.<comp>", "e: e@f.<comp>"],
    );
    check("lambda a=b: a", &["a: =a", "b", "a: a@<lambda>"]);
    check("def f():\n  global a\n  a\n  [a for b in c]", &["f: =f", "a", "a", "a", "b: =b", "c: c@f"]);
}

#[test]
fn values() {
    for (text, value) in [
        ("x = a or b", "(a | b)"),
        ("x = a and b", "?"),
        ("x = a if b else c", "(a | c)"),
        ("x = a | None", "(a | None)"),
        ("x = a + b", "?"),
        ("x = await f()", "await f()"),
        ("x = a, [b, (c)]", "[a, [b, c]]"),
        ("x = 'a' 'b'", "''"),
        ("x = r'a\\b'", "'a\\b'"),
        ("x = b'a'", "''"),
        ("x = '''a'''", "'a'"),
        ("x = 'a\\n'", "''"),
        ("x = (y := z)", "z"),
        ("x = [a for a in b]", "?"),
        ("x = a[b, c]", "a[b, c]"),
        ("x = 1", "?"),
    ] {
        let definitions = definitions(text);
        assert!(
            definitions.iter().any(|line| line == &format!("x: Assign = {value}")),
            "{text}: {definitions:?}"
        );
    }
}

#[test]
fn string_annotations() {
    for (text, annotation) in [
        ("x: 'Foo'", "Foo"),
        ("x: Optional['a.Foo']", "Optional[a.Foo]"),
        ("x: List[\"X | None\"]", "List[(X | None)]"),
        ("x: a.List['X']", "a.List[X]"),
        ("x: Callable[['X'], 'Y']", "Callable[[X], Y]"),
        ("x: \"Dict[str, 'Y']\"", "Dict[str, Y]"),
        ("x: ' X '", "X"),
        ("x: Literal['X', 'Y']", "Literal['X', 'Y']"),
        ("x: Annotated['X', 'Y', f('Z')]", "Annotated[X, 'Y', f('Z')]"),
        ("x: 'not a type!'", "'not a type!'"),
        ("x: 'None'", "None"),
        ("x: X | 'Y'", "(X | Y)"),
    ] {
        let definitions = definitions(text);
        assert_eq!(definitions, [format!("x: Assign: {annotation}")], "{text}");
    }
    check("x: Optional['é.Foo | Bar']", &["x: =x", "Optional", "é", "Foo: é.Foo", "Bar"]);
    check("cast('a.B', 'c')", &["cast", "a", "B: a.B"]);
    check("X: TypeAlias = 'Y'", &["X: =X", "TypeAlias", "Y"]);
}

#[test]
fn cursors_find_tokens() {
    let text = "a.bc(d)";
    let summary = summarize(text);
    let at = |offset| summary.token_at(offset).map(|(range, _)| range.slice(text));
    assert_eq!(
        [at(0), at(1), at(2), at(4), at(5), at(7)],
        [Some("a"), Some("a"), Some("bc"), Some("bc"), Some("d"), None]
    );
}

#[test]
fn strings_comments_and_errors() {
    let text = "f('a.b:c', 'x y', 'k')\n# crossloc: ignore[x] why\nx = '# crossloc: no' #crossloc: end\n# not crossloc: a\nif x:\n  ## crossloc: b\n  (y, # crossloc: c crossloc: d\n  )";
    let summary = summarize(text);
    let strings: Vec<_> = summary.string_modules.iter().map(|s| (&*s.text, s.range.slice(text))).collect();
    assert_eq!(strings, [("a.b:c", "a.b:c")]);
    let comments: Vec<_> =
        summary.comments.iter().map(|c| (&*c.text, c.range.slice(text), c.own_line)).collect();
    assert_eq!(
        comments,
        [
            ("crossloc: ignore[x] why", "# crossloc: ignore[x] why", true),
            ("crossloc: end", "#crossloc: end", false),
            ("crossloc: b", "## crossloc: b", true),
            ("crossloc: c crossloc: d", "# crossloc: c crossloc: d", false),
        ]
    );
    for (text, errors) in [("x = 1\n", 0), ("x = (\n", 1), ("def f(:\n  pass\n", 1), ("a b\nc = 1\nd e\n", 2)]
    {
        assert_eq!(summarize(text).errors.len(), errors, "{text}");
    }
}

#[test]
fn the_docstring_of_the_module() {
    assert_eq!(
        summarize("# c\n\"\"\"One.\n\n    Two.\n\"\"\"\nx = 1").docstring.as_deref(),
        Some("One.\n\nTwo.")
    );
    assert_eq!(summarize("x = 1\n'No.'").docstring, None);
    assert_eq!(summarize("f'{x}'").docstring, None);
}
