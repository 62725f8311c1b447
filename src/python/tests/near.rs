//! What nearly is something: each text but for one detail would be taken for it.

use super::*;
use crate::python::structures;

/// The imports of a text that may fail, by module.
fn guarded(text: &str) -> Vec<String> {
    let summary = summarize(text);
    summary.imports.iter().filter(|import| import.guarded).map(|import| import.module.to_string()).collect()
}

fn dynamic(text: &str) -> Vec<String> {
    let summary = summarize(text);
    let imports = summary.imports.iter().filter(|import| import.kind == ImportKind::Dynamic);
    imports.map(|import| import.module.to_string()).collect()
}

fn exports(text: &str) -> Option<(Vec<String>, Vec<String>, bool)> {
    let exports = summarize(text).exports?;
    let names = exports.names.iter().map(|(name, _)| name.to_string()).collect();
    Some((names, exports.from_modules.iter().map(Name::to_string).collect(), exports.dynamic))
}

fn getattr(body: &str) -> ModuleGetattr {
    summarize(&format!("NAMES = ['a']\nOTHER = ['b']\ndef __getattr__(name):\n    {body}\n")).module_getattr
}

fn names(all: &[&str]) -> ModuleGetattr {
    ModuleGetattr::Names(all.iter().copied().map(Name::new).collect())
}

#[test]
fn strings_that_are_no_annotation() {
    check_definitions(
        "a: 'b c'\nd: 'e ='\nf: 'g = h'\ni: 'j += 1'\nk: 'del x'\nl: r'm'\nn: 'o\\n'",
        &[
            "a: Assign: 'b c'",
            "d: Assign: 'e ='",
            "f: Assign: 'g = h'",
            "i: Assign: 'j += 1'",
            "k: Assign: 'del x'",
            "l: Assign: 'm'",
            "n: Assign: ''",
        ],
    );
    check_definitions(
        "a: 'b.c'\nd: ' e '\nf: 'g[h]'",
        &["a: Assign: b.c", "d: Assign: e", "f: Assign: g[h]"],
    );
}

#[test]
fn targets_that_bind_something_else() {
    check_definitions(
        "for a, *b, c in x: pass\nfor (d) in x: pass\nfor [e] in x: pass",
        &["a: ForUnpack(0) = x", "b: Unknown = x", "c: Unknown = x", "d: For = x", "e: ForUnpack(0) = x"],
    );
    check_definitions(
        "class C:\n  def f(self):\n    self.a = 1\n    self.b.c = 1\n    self().d = 1\n    x.e = 1",
        &["C: class()", "C.f: def(self)", "C.f.self: parameter 1.0", "C.a: self Assign = ?"],
    );
    check_definitions("[a for a in b, c]\n[d for d in e,]", &["<comp>.a: For = c", "<comp>.d: For = e"]);
    check_definitions(
        "match x:\n  case C(a, b.c, d=e, f=g.h): pass\n  case _: pass",
        &["a: other", "e: other"],
    );
    check_definitions("try: pass\nexcept E as x.y: pass\nexcept F as z: pass", &["z: other F"]);
    check_definitions("lambda a, *, b=c: d", &["<lambda>.a: other", "<lambda>.b: other"]);
    check_definitions("def f[T: U, *V](): pass", &["f: def()", "<types>.T: other", "<types>.V: other"]);
}

#[test]
fn exports_that_are_none() {
    assert_eq!(exports("def f():\n    __all__ = ['a']\n    __all__ += ['b']\n    __all__.append('c')"), None);
    assert_eq!(exports("other = ['a']\nother += ['b']\nother.append('c')"), None);
    let of = |names: &[&str], from: &[&str], dynamic| {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        Some((owned(names), owned(from), dynamic))
    };
    assert_eq!(exports("__all__ = ['a'] + io.__all__"), of(&["a"], &["io"], false));
    assert_eq!(exports("__all__ = ['a'] * 2"), of(&["a"], &[], true));
    assert_eq!(exports("__all__ = ['a'] + f().__all__"), of(&["a"], &[], true));
    assert_eq!(exports("__all__ = ['a', *io.__all__]"), of(&["a"], &["io"], false));
}

#[test]
fn imports_that_may_not_fail() {
    assert_eq!(
        guarded("with suppress(ImportError): import a\nwith c.suppress(ValueError, ImportError): import b"),
        ["a", "b"]
    );
    for text in [
        "with other(ImportError): import a",
        "with x as suppress, other(ImportError): import a",
        "with suppressed(ImportError): import a",
        "with suppress: import a",
        "with suppress(KeyError): import a",
        "try: import a\nexcept KeyError: pass",
        "try:\n  pass\nexcept ImportErrors: import a",
    ] {
        assert_eq!(guarded(text), [""; 0], "{text}");
    }
}

#[test]
fn calls_that_import_nothing() {
    assert_eq!(
        dynamic("import importlib\nimportlib.import_module('a.b')\n__import__('c.d')"),
        ["a.b", "c.d"]
    );
    assert_eq!(dynamic("import importlib.util\nimportlib.import_module('a.b')"), ["a.b"]);
    assert_eq!(dynamic("import importlib as i\ni.import_module('a.b')"), ["a.b"]);
    assert_eq!(dynamic("from importlib import import_module as i\ni('a.b')"), ["a.b"]);
    for text in [
        "from . import importlib\nimportlib.import_module('a.b')",
        "from x import importlib\nimportlib.import_module('a.b')",
        "import other\nother.import_module('a.b')",
        "import importlib.util as u\nu.import_module('a.b')",
        "import importlibs.x\nimportlibs.import_module('a.b')",
        "import other as importlib\nimportlib.import_module('a.b')",
        "importlib.import_module('a.b')",
        "from .importlib import import_module\nimport_module('a.b')",
    ] {
        assert_eq!(dynamic(text), [""; 0], "{text}");
    }
    let of = |text: &str| -> Vec<String> {
        summarize(text).string_modules.iter().map(|string| string.text.to_string()).collect()
    };
    assert_eq!(
        of("f('a.b', 'a.b:c', 'a.b c', 'a/b.c', 'a. b', ':c', 'a b:c', 'a.b:', 'a', 'a.1')"),
        ["a.b", "a.b:c"]
    );
    let long = format!("f('{}')", "a.".repeat(120) + "b");
    assert_eq!(of(&long), [""; 0]);
    assert_eq!(of("import importlib\nf('a.b')\nimportlib.import_module('c.d')\ng('e.f')"), ["a.b", "e.f"]);
}

#[test]
fn answers_of_a_module_getattr() {
    assert_eq!(
        getattr("if name == 'a': return 1\n    if 'b' == name: return 2\n    raise AttributeError"),
        names(&["a", "b"])
    );
    assert_eq!(getattr("if name in NAMES: return 1\n    raise AttributeError"), names(&["a"]));
    assert_eq!(
        getattr("if name in {'a': 1, 'b': 2}: return 1\n    raise AttributeError"),
        names(&["a", "b"])
    );
    assert_eq!(
        getattr("import x\n    print('asked')\n    if name in ('a',): return 1\n    raise AttributeError"),
        names(&["a"])
    );
    for body in [
        "if other == 'a': return 1\n    raise AttributeError",
        "if 'a' == other: return 1\n    raise AttributeError",
        "if 'a' == 'b': return 1\n    raise AttributeError",
        "if name == other: return 1\n    raise AttributeError",
        "if name() == 'a': return 1\n    raise AttributeError",
        "if 'name' == 'a': return 1\n    raise AttributeError",
        "if other in ('a',): return 1\n    raise AttributeError",
        "if 'a' in name: return 1\n    raise AttributeError",
        "if name in f('a'): return 1\n    raise AttributeError",
        "if name in 'abc': return 1\n    raise AttributeError",
        "if name in list: return 1\n    raise AttributeError",
        "if name == 'a\\n': return 1\n    raise AttributeError",
        "print(name)\n    if name == 'a': return 1\n    raise AttributeError",
        "return 1",
    ] {
        assert_eq!(getattr(body), ModuleGetattr::Any, "{body}");
    }
    let at = |before: &str| {
        let text = format!(
            "{before}\ndef __getattr__(name):\n    if name in KNOWN: return 1\n    raise AttributeError\n"
        );
        summarize(&text).module_getattr
    };
    assert_eq!(at("'KNOWN'\nother(KNOWN)\nKNOWN = ['a']\nOTHER = ['b']"), names(&["a"]));
    assert_eq!(at("OTHER = ['b']\nKNOWN = ['a']"), names(&["a"]));
    assert_eq!(at("OTHER = ['b']\nfor KNOWN in x: pass"), ModuleGetattr::Any);
    assert_eq!(at("KNOWN = ['a']\nKNOWN = ['b']"), ModuleGetattr::Any);
    assert_eq!(at("KNOWN += ['a']"), ModuleGetattr::Any);
}

#[test]
fn functions_that_do_not_warn() {
    let warns = |body: &str| {
        let summary = summarize(&format!("def f():\n    {body}\n"));
        let DefinitionKind::Function(function) = &summary.definitions[0].kind else { panic!() };
        function.warning.map(|id| expression(&summary, id))
    };
    assert_eq!(
        warns("x()\n    warnings.warn('old', DeprecationWarning)"),
        Some("warnings@f.warn('old', DeprecationWarning@f)".to_owned())
    );
    for body in [
        "warnings.warn('old', FutureWarning)",
        "x = DeprecationWarning\n    warnings.warn('old')",
        "log('old', DeprecationWarning)",
        "DeprecationWarning.warn",
        "if x: warnings.warn('old', DeprecationWarning)",
        "return warnings.warn('old', DeprecationWarning)",
        "x = warnings.warn('old', DeprecationWarning)",
    ] {
        assert_eq!(warns(body), None, "{body}");
    }
}

#[test]
fn values_that_come_from_elsewhere() {
    check_definitions(
        "def f():\n  yield a\n  yield from b\n  yield\n  yield c, d",
        &["f: def() yield a@f yield [c@f, d@f]"],
    );
    check_definitions(
        "def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = 2\n  class C:\n    x = 3\n    def h(self):\n      nonlocal x\n      x = 4",
        &[
            "f: def()",
            "f.x: Assign = ?",
            "f.g: def()",
            "f.x: Assign = ?",
            "f.C: class()",
            "f.C.x: Assign = ?",
            "f.C.h: def(self)",
            "f.C.h.self: parameter 6.0",
            "f.x: Assign = ?",
        ],
    );
}

#[test]
fn strings_that_document_nothing() {
    check_definitions(
        "a = 1\n'of a'\nb = 2\n'of b'.x\nc = 3\n'x', 'y'\nfor d in e: pass\n'no'\nf = 1\nf'{x}'\ng: int\n'of g'\nh += 1\nb'bytes'",
        &[
            "a: Assign = ? \"of a\"",
            "b: Assign = ?",
            "c: Assign = ?",
            "d: For = e",
            "f: Assign = ?",
            "g: Assign: int \"of g\"",
            "h: Unknown = ?",
        ],
    );
    check_definitions(
        "def f():\n  'a' 'b'\ndef g():\n  'a' f'{b}'\ndef h():\n  b'a'\ndef i():\n  'a'.x",
        &["f: def() \"ab\"", "g: def()", "h: def()", "i: def()"],
    );
}

#[test]
fn comments_that_stand_alone() {
    let own =
        |text: &str| summarize(text).comments.iter().map(|comment| comment.own_line).collect::<Vec<_>>();
    assert_eq!(own("\u{feff}# crossloc: a\n  # crossloc: b\nx = 1  # crossloc: c\n"), [true, true, false]);
    assert_eq!(own("x = '# crossloc: a'\n\"\"\"\n# crossloc: b\n\"\"\"\nf(  # crossloc: c\n  1)\n"), [false]);
}

#[test]
fn syntax_that_is_not_new() {
    let newest = |text: &str| summarize(text).newest_syntax.map(|(feature, _)| feature);
    for text in [
        "typed = 1",
        "type = 1",
        "type(x) == 1",
        "type [a] = 1",
        "type: int = 1",
        "def f(): return (1, *a)",
        "def f(): return f(*a), 1",
        "def f(): return [*a]",
        "@a.b.c\ndef f(): pass",
        "@a.b(1)\ndef f(): pass",
        "@ a  # why\ndef f(): pass",
        "f'{a!r}'",
        "f'{a:>10}'",
        "f\"{a['b']}\"",
        "f'{a}\\n'",
        "f'{a:\\n}'",
    ] {
        assert_eq!(newest(text), None, "{text}");
    }
    assert_eq!(newest("type A = int"), Some(Feature::TypeAlias));
    assert_eq!(newest("type A[T] = int"), Some(Feature::TypeAlias));
}

#[test]
fn classes_and_outer_functions_bind_names_of_their_own() {
    let shapes = |text: &str| -> Vec<String> {
        structures(text, &summarize(text)).into_iter().map(|found| found.shape).collect()
    };
    let same = |text: &str| {
        let found = shapes(text);
        found[0] == found[1]
    };
    assert!(!same(
        "def f():\n  class C:\n    one = 1\n  return C\ndef g():\n  class D:\n    two = 1\n  return D"
    ));
    assert!(same(
        "def f():\n  class C:\n    one = 1\n  return C\ndef g():\n  class D:\n    one = 1\n  return D"
    ));
    assert!(!same("def f(x): return one(x)\ndef g(x):\n  return two(x)\ndef h(one, two): pass"));
    assert!(same("def f(x):\n  'Doc.'\n  return x\ndef g(x):\n  return x"));
    assert!(!same("def f(x):\n  x()\n  'Doc.'\n  return x\ndef g(x):\n  x()\n  return x"));
    assert!(!same("def f(x):\n  'a', 'b'\n  return x\ndef g(x):\n  return x"));
    assert!(!same("def f(x):\n  if x:\n    'Doc.'\n    return x\ndef g(x):\n  if x:\n    return x"));
    assert!(!same("def f(x):\n  class C:\n    'Doc.'\n    y = 1\ndef g(x):\n  class C:\n    y = 1"));
    assert!(!same("def f(x): return ('Doc.')\ndef g(x): return"));
}

#[test]
fn keywords_that_no_position_takes() {
    let of = |text: &str| {
        let summary = summarize(text);
        let DefinitionKind::Function(function) = &summary.definitions[0].kind else { panic!() };
        let slots: Vec<_> = function.parameters.iter().map(Parameter::slot).collect();
        let call = summary.expressions.iter().find_map(|one| match one {
            Expression::Call(_, arguments) => Some(arguments.clone()),
            _ => None,
        });
        fit(&slots, &call.unwrap()).is_ok()
    };
    assert!(of("def f(a, /, **k): pass\nf(1, a=2)"));
    assert!(!of("def f(a, /): pass\nf(1, a=2)"));
    assert!(!of("def f(*a): pass\nf(a=2)"));
    assert!(!of("def f(a, /, b): pass\nf(1, 2, a=2)"));
}

#[test]
fn deep_targets_and_patterns_are_cut_off() {
    let deep = 3_000;
    for text in [
        format!("{}a{} = 1", "(".repeat(deep), ",)".repeat(deep)),
        format!("match x:\n  case {}a{}: pass", "[".repeat(deep), "]".repeat(deep)),
        format!("for {}a{} in b: pass", "[".repeat(deep), "]".repeat(deep)),
        format!("try: import a\nexcept {}ImportError{}: pass", "(".repeat(deep), ",)".repeat(deep)),
    ] {
        let summary = summarize(&text);
        assert_eq!(summary.expressions.len(), summary.spans.expressions.len());
    }
}
