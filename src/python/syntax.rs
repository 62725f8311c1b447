//! Syntax that older Pythons do not parse.

use serde::{Deserialize, Serialize};

/// A form of syntax by the Python that brought it. Ordered by that version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Feature {
    /// `x := value` (PEP 572).
    Walrus,
    /// `def f(a, /)` (PEP 570).
    PositionalOnly,
    /// `f"{x=}"`.
    SelfDocumenting,
    /// `return 1, *rest` without parentheses.
    UnpackedReturn,
    /// `@buttons[0].clicked` (PEP 614).
    Decorator,
    /// `with (open(a) as x, open(b) as y):`.
    ParenthesizedWith,
    /// `match` (PEP 634).
    Match,
    /// `except*` (PEP 654).
    ExceptStar,
    /// `a[*b]`, `*args: *Ts` (PEP 646).
    UnpackedSubscript,
    /// `def f[T](…)`, `class C[T]` (PEP 695).
    TypeParameters,
    /// `type X = …` (PEP 695).
    TypeAlias,
    /// Quotes, backslashes, line breaks or comments inside the braces of an f-string (PEP 701).
    NestedFormat,
    /// `except A, B:` without parentheses (PEP 758).
    UnparenthesizedExcept,
    /// `t"…"` (PEP 750).
    Template,
}

impl Feature {
    /// The first version of Python 3 that parses it: 10 for 3.10.
    pub fn minor(self) -> u64 {
        match self {
            Self::Walrus | Self::PositionalOnly | Self::SelfDocumenting | Self::UnpackedReturn => 8,
            Self::Decorator | Self::ParenthesizedWith => 9,
            Self::Match => 10,
            Self::ExceptStar | Self::UnpackedSubscript => 11,
            Self::TypeParameters | Self::TypeAlias | Self::NestedFormat => 12,
            Self::UnparenthesizedExcept | Self::Template => 14,
        }
    }

    /// What it is, in the plural, as a message says it.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Walrus => "assignment expressions (`:=`)",
            Self::PositionalOnly => "positional-only parameters (`/`)",
            Self::SelfDocumenting => "f-strings with `=`",
            Self::UnpackedReturn => "unpackings in `return` and `yield` without parentheses",
            Self::Decorator => "decorators that are no dotted names",
            Self::ParenthesizedWith => "parentheses around the items of `with`",
            Self::Match => "`match` statements",
            Self::ExceptStar => "`except*` clauses",
            Self::UnpackedSubscript => "unpackings in subscripts",
            Self::TypeParameters => "type parameters in brackets",
            Self::TypeAlias => "`type` statements",
            Self::NestedFormat => "quotes, backslashes, line breaks or comments inside an f-string's braces",
            Self::UnparenthesizedExcept => "several exceptions behind `except` without parentheses",
            Self::Template => "t-strings",
        }
    }
}
