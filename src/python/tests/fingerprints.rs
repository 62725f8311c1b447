use super::*;

const TEXT: &str = "\
from a import b
__all__ = ['f', 'C']
def f(x, y: int = 1):
    '''Doc.'''
    z = g(x)
    return z
class C(b.B):
    k: str = 'one'
    def m(self) -> int:
        self.v = b(1)
        return [n for n in range(3)]
";

#[test]
fn what_others_cannot_see_leaves_it() {
    let before = summarize(TEXT).fingerprint;
    for (from, to) in [
        ("def f", "\n\n# comment\ndef f"),
        ("return [n for n in range(3)]", "for q in range(4): print(q)\n        return 7"),
        ("z = g(x)", "z = g(x, 2)  # why"),
        ("'one'", "'two'"),
        ("= 1)", "= 2)"),
        ("b(1)", "b(2)"),
    ] {
        assert_eq!(summarize(&TEXT.replace(from, to)).fingerprint, before, "{from} -> {to}");
    }
}

#[test]
fn what_others_see_changes_it() {
    let mut seen = vec![summarize(TEXT).fingerprint];
    for (from, to) in [
        ("(x, y", "(w, y"),
        ("y: int", "y: str"),
        (": int = 1", ": int"),
        ("x, y", "x, *, y"),
        ("Doc.", "Docs."),
        ("z = g(x)", "z = h(x)"),
        ("return z", "return x"),
        ("-> int", "-> str"),
        ("(b.B)", "(b.D)"),
        ("k: str", "k: bytes"),
        ("self.v = b(1)", "self.v = c(1)"),
        ("self.v", "self.w"),
        ("from a", "from .a"),
        ("import b", "import c as b"),
        ("'f', 'C'", "'f'"),
        ("def f", "@d\ndef f"),
        ("def f", "async def f"),
        ("class C", "def __getattr__(name): return 1\nclass C"),
        ("class C", "x = 1\nclass C"),
        ("z = g(x)", "z = g(x))"),
        ("z = g(x)", "globals()[x] = 1"),
    ] {
        let changed = summarize(&TEXT.replacen(from, to, 1)).fingerprint;
        assert!(!seen.contains(&changed), "{from} -> {to}");
        seen.push(changed);
    }
}
