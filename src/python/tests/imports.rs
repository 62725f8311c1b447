use super::*;

/// One line for each import: form, flags, then the texts of its spans.
fn imports(text: &str) -> Vec<String> {
    let summary = summarize(text);
    let line = |(import, span): (&Import, &ImportSpan)| {
        let dots = ".".repeat(import.level as usize);
        let form = match &import.kind {
            ImportKind::Module => format!("import {}", import.module),
            ImportKind::From(name) => format!("from {dots}{} import {name}", import.module),
            ImportKind::Star => format!("from {dots}{} import *", import.module),
            ImportKind::Dynamic => format!("dynamic {}", import.module),
        };
        let alias = import.alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
        let flags = [
            (import.type_checking, " checking"),
            (import.guarded, " guarded"),
            (import.local, " local"),
            (import.definition.is_none(), " unbound"),
        ];
        let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| *flag).collect();
        let scope = match scope_name(&summary, import.scope).as_str() {
            "" => String::new(),
            scope => format!(" in {scope}"),
        };
        let segments: Vec<_> = span.segments.iter().map(|range| range.slice(text)).collect();
        assert_eq!(segments.join("."), import.module, "{text}");
        assert_eq!(span.alias.map(|range| range.slice(text)), import.alias.as_deref(), "{text}");
        if let ImportKind::From(name) = &import.kind {
            assert_eq!(span.name.map(|range| range.slice(text)), Some(name.as_str()), "{text}");
        }
        format!("{form}{alias}{flags}{scope} [{}]", span.module.slice(text))
    };
    summary.imports.iter().zip(&summary.spans.imports).map(line).collect()
}

#[test]
fn every_form() {
    for (text, expected) in [
        ("import a.b", &["import a.b [a.b]"][..]),
        ("import a.b as c, d", &["import a.b as c [a.b]", "import d [d]"]),
        ("from a.b import x as y, z", &["from a.b import x as y [a.b]", "from a.b import z [a.b]"]),
        ("from a import (\n  x, # why\n  y as z,\n)", &["from a import x [a]", "from a import y as z [a]"]),
        ("from a.b import *", &["from a.b import * unbound [a.b]"]),
        ("from . import x", &["from . import x [.]"]),
        ("from ....a.b import x", &["from ....a.b import x [....a.b]"]),
        ("from .. . a import x", &["from ...a import x [.. . a]"]),
        ("from __future__ import annotations", &["from __future__ import annotations [__future__]"]),
        ("def f():\n  import a", &["import a local in f [a]"]),
        ("class C:\n  from a import b", &["from a import b in C [a]"]),
        ("def f():\n  global a\n  import a", &["import a local [a]"]),
        ("\u{feff}import a.é", &["import a.é [a.é]"]),
    ] {
        assert_eq!(imports(text), expected, "{text}");
    }
}

#[test]
fn guards() {
    for (text, expected) in [
        ("if TYPE_CHECKING:\n  import a\nelse:\n  import b", &["import a checking [a]", "import b [b]"][..]),
        (
            "if not t.TYPE_CHECKING:\n  import a\nelse:\n  import b",
            &["import a [a]", "import b checking [b]"],
        ),
        (
            "if x:\n  import a\nelif (typing.TYPE_CHECKING):\n  import b",
            &["import a [a]", "import b checking [b]"],
        ),
        (
            "try:\n  import a\nexcept ImportError:\n  import b\nelse:\n  import c\nfinally:\n  import d",
            &["import a guarded [a]", "import b guarded [b]", "import c [c]", "import d [d]"],
        ),
        (
            "try:\n  import a\nexcept ValueError:\n  import b\nexcept (KeyError, m.ModuleNotFoundError) as e:\n  import c",
            &["import a guarded [a]", "import b [b]", "import c guarded [c]"],
        ),
        ("try:\n  import a\nexcept:\n  pass", &["import a guarded [a]"]),
        ("try:\n  import a\nexcept* Exception as e:\n  pass", &["import a guarded [a]"]),
        ("try:\n  import a\nexcept KeyError:\n  pass", &["import a [a]"]),
        ("try:\n  import a\nfinally:\n  pass", &["import a [a]"]),
        ("with contextlib.suppress(KeyError, ImportError):\n  import a", &["import a guarded [a]"]),
        ("with suppress(KeyError) as s:\n  import a", &["import a [a]"]),
    ] {
        assert_eq!(imports(text), expected, "{text}");
    }
}

#[test]
fn dynamic_ones() {
    for (text, expected) in [
        ("__import__('a.b')", &["dynamic a.b unbound [a.b]"][..]),
        (
            "import importlib\nimportlib.import_module(\"a\")",
            &["import importlib [importlib]", "dynamic a unbound [a]"],
        ),
        (
            "import importlib as i\ndef f(): return i.import_module('''a.b''')",
            &["import importlib as i [importlib]", "dynamic a.b local unbound in f [a.b]"],
        ),
        (
            "from importlib import import_module as im\nim('a', package='b')",
            &["from importlib import import_module as im [importlib]", "dynamic a unbound [a]"],
        ),
        ("import importlib\nimportlib.import_module('.a', package='b')", &["import importlib [importlib]"]),
        ("import_module('a')", &[]),
        ("loader.import_module('a')", &[]),
    ] {
        assert_eq!(imports(text), expected, "{text}");
        assert_eq!(summarize(text).string_modules, [], "{text}");
    }
}

#[test]
fn exports() {
    for (text, names, modules, dynamic) in [
        ("__all__ = ['a', \"b\"]", &["a", "b"][..], &[][..], false),
        ("__all__: list[str] = ('a',)", &["a"], &[], false),
        ("__all__ = 'a', 'b'", &["a", "b"], &[], false),
        ("__all__ = ['a'] + ['b'] + m.n.__all__", &["a", "b"], &["m.n"], false),
        ("__all__ = [*m.__all__, 'a']", &["a"], &["m"], false),
        (
            "__all__ = []\n__all__ += ['a']\n__all__.extend(['b'])\n__all__.append('c')",
            &["a", "b", "c"],
            &[],
            false,
        ),
        ("__all__ = []\n__all__.extend(m.__all__)\n__all__ += n.__all__", &[], &["m", "n"], false),
        ("if x:\n  __all__ = ['a']\nelse:\n  __all__ = ['b']", &["a", "b"], &[], false),
        ("__all__ = ['a', f'b']", &["a"], &[], true),
        ("__all__ = ['a'] + names", &["a"], &[], true),
        ("__all__ = ['a']\n__all__.remove('a')", &["a"], &[], true),
        ("__all__ = list(x)", &[], &[], true),
    ] {
        let summary = summarize(text);
        let exports = summary.exports.unwrap();
        assert_eq!(exports.names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names, "{text}");
        assert_eq!(exports.from_modules, modules, "{text}");
        assert_eq!(exports.dynamic, dynamic, "{text}");
        let tokens = summary.spans.tokens.iter().filter(|(_, token)| matches!(token, Token::Export(_)));
        assert_eq!(tokens.map(|(range, _)| range.slice(text)).collect::<Vec<_>>(), names, "{text}");
    }
    for text in ["", "def f():\n  __all__ = ['a']", "__all__: list[str]"] {
        assert_eq!(summarize(text).exports, None, "{text}");
    }
}

#[test]
fn module_getattr() {
    let names = |names: &[&str]| ModuleGetattr::Names(names.iter().map(Name::new).collect());
    let raise = "raise AttributeError(f'no {name}')";
    for (text, expected) in [
        ("x = 1".to_owned(), ModuleGetattr::None),
        ("class C:\n  def __getattr__(self, name): return 1".to_owned(), ModuleGetattr::None),
        ("def __getattr__(name): return load(name)".to_owned(), ModuleGetattr::Any),
        (format!("def __getattr__(name): {raise}"), names(&[])),
        (
            format!(
                "def __getattr__(name):\n  if name == 'a':\n    return 1\n  elif 'b' == name:\n    return 2\n  {raise}"
            ),
            names(&["a", "b"]),
        ),
        (
            format!(
                "def __getattr__(name):\n  'Doc.'\n  if name in ('a', 'b') or name == 'c':\n    return 1\n  {raise}"
            ),
            names(&["c", "a", "b"]),
        ),
        (
            format!(
                "_LAZY = {{'A': '.a', 'B': '.b'}}\ndef __getattr__(name: str):\n  if name in _LAZY:\n    from importlib import import_module\n    return getattr(import_module(_LAZY[name], __name__), name)\n  {raise}"
            ),
            names(&["A", "B"]),
        ),
        (
            format!(
                "def __getattr__(name):\n  if name not in _LAZY:\n    {raise}\n  return _LAZY[name]\n_LAZY = ['A']"
            ),
            names(&["A"]),
        ),
        (
            format!("def __getattr__(name):\n  if name.startswith('__'):\n    {raise}\n  return 1"),
            ModuleGetattr::Any,
        ),
        (
            format!("def __getattr__(name):\n  if name in unknown():\n    return 1\n  {raise}"),
            ModuleGetattr::Any,
        ),
        (
            format!(
                "def __getattr__(name):\n  if name == 'a':\n    return 1\n  else:\n    return 2\n  {raise}"
            ),
            ModuleGetattr::Any,
        ),
    ] {
        assert_eq!(summarize(&text).module_getattr, expected, "{text}");
    }
}
