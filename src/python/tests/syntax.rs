//! The newest syntax of a text. What each Python accepts was tried with `ast.parse(…, feature_version=…)` and, for what
//! that does not tell apart, is as the PEPs say.

use crate::python::{Feature, summarize};

#[test]
fn the_newest_syntax_is_told_with_its_place() {
    for (text, expected) in [
        ("x = f'{a}' + b[1]\nwith a, b as c: pass\n", None),
        ("print(a := 1)", Some((Feature::Walrus, "a := 1"))),
        ("def f(a, /): pass", Some((Feature::PositionalOnly, "/"))),
        ("lambda a, /: 1", Some((Feature::PositionalOnly, "/"))),
        ("f'{x=}'", Some((Feature::SelfDocumenting, "f'{x=}'"))),
        ("f'{x!r:=^10}' f'{x == 1}'", None),
        ("def f(): return 1, *a", Some((Feature::UnpackedReturn, "1, *a"))),
        ("def f(): return (1, *a)", None),
        ("x = 1, *a", None),
        ("def f(): yield *a, 1", Some((Feature::UnpackedReturn, "*a, 1"))),
        ("@a[0].b\ndef f(): pass", Some((Feature::Decorator, "@a[0].b"))),
        ("@a.b(c[0])\n@d\nclass C: pass", None),
        ("@a()(b)\nclass C: pass", Some((Feature::Decorator, "@a()(b)"))),
        ("with (a as b, c): pass", Some((Feature::ParenthesizedWith, "(a as b, c)"))),
        ("with (a as b): pass", Some((Feature::ParenthesizedWith, "(a as b)"))),
        ("async def f():\n    async with (a as b): pass", Some((Feature::ParenthesizedWith, "(a as b)"))),
        ("with (a, b): pass", None),
        ("with (a): pass", None),
        ("with (a, b) as c: pass", None),
        ("with (a), (b) as c: pass", None),
        ("match x:\n    case 1: pass", Some((Feature::Match, "match x:\n    case 1: pass"))),
        ("match = 1\nmatch(x)\nmatch[1]: int\ncase = type = _ = match\n", None),
        ("try: pass\nexcept* A: pass", Some((Feature::ExceptStar, "except* A: pass"))),
        ("try: pass\nexcept (*A, B): pass", None),
        ("a[*b]", Some((Feature::UnpackedSubscript, "*b"))),
        ("a[1, *b] = 2", Some((Feature::UnpackedSubscript, "*b"))),
        ("a[(*b,)]; a[f(*b)]", None),
        ("def f(*args: *Ts): pass", Some((Feature::UnpackedSubscript, "*Ts"))),
        ("x: tuple[*Ts]", Some((Feature::UnpackedSubscript, "*Ts"))),
        ("x: 'tuple[*Ts]'", None),
        ("def f[T](a): pass", Some((Feature::TypeParameters, "[T]"))),
        ("class C[*Ts](B): pass", Some((Feature::TypeParameters, "[*Ts]"))),
        ("x: list[int]\ndef f(a: dict[str, int]) -> C[int]: pass", None),
        ("type X = int", Some((Feature::TypeAlias, "type X = int"))),
        ("type(x)\ntype = 1\ntype.x = 2\ntype(x).y = 3\ntype (x).y = z()\ntype[x] = 1\n", None),
        ("type  X[T: int] = list[T]", Some((Feature::TypeAlias, "type  X[T: int] = list[T]"))),
        ("f'{x['a']}'", Some((Feature::NestedFormat, "f'{x['a']}'"))),
        ("f\"{x['a']}\" f'''{x['a']}''' f'''{x[\"\"\"a\"\"\"]}'''", None),
        ("f'{\"\\n\".join(x)}'", Some((Feature::NestedFormat, "f'{\"\\n\".join(x)}'"))),
        ("f'\\n{x}\\N{DASH}{x:\\t>3}' rf'\\d{x}'", None),
        ("f'{\n1}'", Some((Feature::NestedFormat, "f'{\n1}'"))),
        ("f'''{\n1}'''", None),
        ("f'''{\n1 # one\n}'''", Some((Feature::NestedFormat, "f'''{\n1 # one\n}'''"))),
        ("f'''{x:{\"#\"}}'''", None),
        ("f'{{\"'", None),
        ("f'{f\"{x}\"}'", None),
        ("f'{f'{x}'}'", Some((Feature::NestedFormat, "f'{f'{x}'}'"))),
        ("try: pass\nexcept A, B: pass", Some((Feature::UnparenthesizedExcept, "except A, B: pass"))),
        ("try: pass\nexcept (A, B) as e: pass", None),
        ("t'{x}'", Some((Feature::Template, "t'{x}'"))),
        (
            "a = [x := 1]\ndef f(a, /): pass\nmatch x:\n    case 1: pass\nmatch y:\n    case 2: pass",
            Some((Feature::Match, "match x:\n    case 1: pass")),
        ),
    ] {
        let summary = summarize(text);
        let found = summary.newest_syntax.map(|(feature, range)| (feature, range.slice(text)));
        assert_eq!(found, expected, "{text}");
        assert_eq!(summary.errors, [], "{text}");
    }
}
