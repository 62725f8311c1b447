use super::*;

#[test]
fn assignments() {
    check_definitions(
        "a = b = f(1)\nc: T = 1\nd: U\ne, (g, *h) = x\n*i, j = x\n[k, l] = x\nm += 1\n(n) = 1\no.p = q[r] = 1\n(s := a)",
        &[
            "a: Assign = f(?)",
            "b: Assign = f(?)",
            "c: Assign: T = ?",
            "d: Assign: U",
            "e: Unpack(0) = x",
            "g: Unknown = x",
            "h: Unknown = x",
            "i: Unknown = x",
            "j: Unknown = x",
            "k: Unpack(0) = x",
            "l: Unpack(1) = x",
            "m: Unknown = ?",
            "n: Assign = ?",
            "s: Assign = a",
        ],
    );
}

#[test]
fn loops_contexts_and_handlers() {
    check_definitions(
        "for a, b in x: pass\nasync def f():\n  async with y() as c, z as (d, e): pass\n  async for g in h: pass\n\
         with (open(p) as i): pass\ntry: pass\nexcept (E, m.F) as j: pass\nexcept* G as k: pass\n",
        &[
            "a: ForUnpack(0) = x",
            "b: ForUnpack(1) = x",
            "f: async def()",
            "f.c: With = y@f()",
            "f.d: Unknown = z@f",
            "f.e: Unknown = z@f",
            "f.g: For = h@f",
            "i: With = open(p)",
            "j: other [E, m.F]",
            "k: other G",
        ],
    );
}

#[test]
fn patterns() {
    check_definitions(
        "match x:\n  case a: pass\n  case m.B | 1: pass\n  case C(d, e=f): pass\n  case [g, *h] | {'i': j, **k}: pass\n  case (1 | 2) as l if l: pass\n  case _: pass",
        &["a: other", "d: other", "f: other", "g: other", "h: other", "j: other", "k: other", "l: other"],
    );
}

#[test]
fn functions() {
    check_definitions(
        "@d\n@e.f(1)\nasync def g(a, /, b: T = x, *c: U, h, i=1, **k) -> 'V':\n  '''One.\n\n  Two.'''\n  yield a",
        &[
            "g: async def(/a, b: T = x, *c: U, =h, =i = ?, **k) -> V yield a@g @ d @ e.f(?) \"One.\\n\\nTwo.\"",
            "g.a: parameter 0.0",
            "g.b: parameter 0.1",
            "g.c: parameter 0.2",
            "g.h: parameter 0.3",
            "g.i: parameter 0.4",
            "g.k: parameter 0.5",
        ],
    );
    check_definitions(
        "def f(*, a):\n  def g(): return 1\n  if a: return a\n  return lambda b, *c, d=a: (b, d)",
        &[
            "f: def(=a) return a@f return ?",
            "f.a: parameter 0.0",
            "f.g: def() return ?",
            "f.<lambda>.b: other",
            "f.<lambda>.c: other",
            "f.<lambda>.d: other",
        ],
    );
}

#[test]
fn classes() {
    check_definitions(
        "@d\nclass C(A, B[T], metaclass=M):\n  'Doc.'\n  x: int = 1\n  'Of x.'\n  class D: pass\n  def f(this, v: V):\n    this.a = this.b = v\n    this.c: T = 1\n    'Of c.'\n    this.e, y = v\n    this.e += 1\n    other.z = 1\n    def g(): this.h = 1\n    def i(this): this.j = 1\n  @classmethod\n  def k(cls): cls.l = 1\n  @staticmethod\n  def m(n): n.o = 1\n",
        &[
            "C: class(A, B[T]) @ d \"Doc.\"",
            "C.x: Assign: int@C = ? \"Of x.\"",
            "C.D: class()",
            "C.f: def(this, v: V@C)",
            "C.f.this: parameter 3.0",
            "C.f.v: parameter 3.1",
            "C.a: self Assign = v@C.f",
            "C.b: self Assign = v@C.f",
            "C.c: self Assign: T@C.f = ? \"Of c.\"",
            "C.e: self Unpack(0) = v@C.f",
            "C.f.y: Unpack(1) = v@C.f",
            "C.e: self Unknown = ?",
            "C.f.g: def()",
            "C.h: self Assign = ?",
            "C.f.i: def(this)",
            "C.f.i.this: parameter 14.0",
            "C.k: def(cls) @ classmethod@C",
            "C.k.cls: parameter 16.0",
            "C.l: self Assign = ?",
            "C.m: def(n) @ staticmethod@C",
            "C.m.n: parameter 19.0",
        ],
    );
}

#[test]
fn declared_elsewhere() {
    check_definitions(
        "def f():\n  global a\n  a = 1\n  def g():\n    nonlocal b\n    b = 2\n    [c := b for d in b]\n  b = a\n",
        &[
            "f: def()",
            "a: Assign = ?",
            "f.g: def()",
            "f.b: Assign = ?",
            "f.g.c: Assign = b@f.g.<comp>",
            "f.g.<comp>.d: For = b@f.g",
            "f.b: Assign = a",
        ],
    );
}

#[test]
fn type_parameters() {
    check_definitions(
        "def f[T: B, *Ts, **P](x: T) -> P: ...\nclass C[U](Base[U]):\n  def m(self) -> U: ...\ntype A[V] = list[V]\ntype W = 'X'\n",
        &[
            "f: def(x: T@<types>) -> P@<types>",
            "<types>.T: other",
            "<types>.Ts: other",
            "<types>.P: other",
            "<types>.f.x: parameter 0.0",
            "C: class(Base@<types>[U@<types>])",
            "<types>.U: other",
            "<types>.C.m: def(self) -> U@<types>.C",
            "<types>.C.m.self: parameter 7.0",
            "<types>.V: other",
            "A: Assign = list@<types>[V@<types>]",
            "W: Assign = X",
        ],
    );
}

#[test]
fn spans_of_definitions() {
    let text = "@d\ndef f(a, b=1) -> T:\n  return 1\n\nclass C(B): x = (\n  1)\n";
    let summary = summarize(text);
    let rendered: Vec<_> = summary
        .spans
        .definitions
        .iter()
        .map(|span| [span.name, span.header, span.full].map(|range| range.slice(text)))
        .collect();
    assert_eq!(
        rendered,
        [
            ["f", "def f(a, b=1) -> T", "@d\ndef f(a, b=1) -> T:\n  return 1"],
            ["a", "a", "a"],
            ["b", "b=1", "b=1"],
            ["C", "class C(B)", "class C(B): x = (\n  1)"],
            ["x", "x = (", "x = (\n  1)"],
        ]
    );
}
