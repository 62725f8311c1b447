//! The summary of one Python file: plain data, filled by `extract`.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Feature, Name, Slot, SyntaxTree};
use crate::text::TextRange;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub u32);
        impl $name {
            /// The place in the arena.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// Into [`ModuleSummary::definitions`] and [`Spans::definitions`].
    DefinitionId;
    /// Into [`ModuleSummary::expressions`] and [`Spans::expressions`].
    ExpressionId;
    /// Into [`ModuleSummary::imports`] and [`Spans::imports`].
    ImportId;
    /// Into [`ModuleSummary::scopes`].
    ScopeId;
}

impl ScopeId {
    /// The module's own scope.
    pub const MODULE: ScopeId = ScopeId(0);
}

/// Everything crossloc knows of one Python file without looking at any other.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ModuleSummary {
    /// The module's docstring, dedented as `inspect.cleandoc` does.
    pub docstring: Option<Box<str>>,
    /// One entry for each imported name: `from m import a, b` makes two. Source order.
    pub imports: Vec<Import>,
    /// Lexical scopes; the first is the module's.
    pub scopes: Vec<Scope>,
    /// Every binding of a name. Source order.
    pub definitions: Vec<Definition>,
    /// Names, attribute accesses, calls and what annotations and values are made of.
    pub expressions: Vec<Expression>,
    /// `__all__`, where it is assigned.
    pub exports: Option<Exports>,
    /// What a module-level `__getattr__` may answer (PEP 562).
    pub module_getattr: ModuleGetattr,
    /// Whether the text may write into the module's own namespace, so that it may have any name.
    pub writes_names: bool,
    /// String literals that name modules: `importlib.import_module("a.b")` is an [`Import`] and not here; these are
    /// literals such as `"a.b:c"` in calls, kept for nothing but "is this module named anywhere".
    pub string_modules: Vec<StringModule>,
    /// All `# crossloc: …` comments.
    pub comments: Vec<Comment>,
    /// Where the text does not parse: ERROR and MISSING nodes, outermost only, source order.
    pub errors: Vec<TextRange>,
    /// The newest syntax, and the first place of it. Files with errors may have any.
    pub newest_syntax: Option<(Feature, TextRange)>,
    /// A hash of what other files can see: names, kinds, signatures, bases, annotations, values that decide a type,
    /// imports at module and class level, `__all__`. Free of positions and of function bodies.
    pub fingerprint: u64,
    /// The places of all of the above.
    pub spans: Spans,
    /// The syntax tree, kept only for files an editor holds.
    #[serde(skip)]
    pub tree: Option<SyntaxTree>,
}

/// Where things are. Parallel to the arenas of [`ModuleSummary`].
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Spans {
    /// Beside `imports`.
    pub imports: Vec<ImportSpan>,
    /// Beside `definitions`.
    pub definitions: Vec<DefinitionSpan>,
    /// Beside `expressions`.
    pub expressions: Vec<ExpressionSpan>,
    /// What stands where: names a cursor can be on, sorted by start, not overlapping.
    pub tokens: Vec<(TextRange, Token)>,
}

/// What a name in the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Token {
    /// A name read, or the attribute name of an access.
    Expression(ExpressionId),
    /// The name of a definition where it is bound (`def f`, `class C`, `x = …`, a parameter, an `as` target).
    Definition(DefinitionId),
    /// Segment `.1` (0-based) of the module that import `.0` names; the dots of a relative import stand for none.
    ImportSegment(ImportId, u32),
    /// The name behind `import` in a `from` import.
    ImportName(ImportId),
    /// The name behind `as`.
    ImportAlias(ImportId),
    /// The keyword of argument `.1` of call `.0`.
    Keyword(ExpressionId, u32),
    /// A name in `__all__`.
    Export(u32),
}

/// One imported name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// What is imported.
    pub kind: ImportKind,
    /// Leading dots; 0 is absolute.
    pub level: u32,
    /// The dotted module as written, without the leading dots; empty for `from . import x`.
    pub module: Name,
    /// The name it is bound to, where an `as` says so.
    pub alias: Option<Name>,
    /// The scope it is bound in.
    pub scope: ScopeId,
    /// The binding it makes: none for a star import, a dynamic one, and one declared `global` elsewhere.
    pub definition: Option<DefinitionId>,
    /// Under `if TYPE_CHECKING:`.
    pub type_checking: bool,
    /// In a `try` whose handlers catch ImportError or ModuleNotFoundError (or everything), or in such a handler,
    /// or under `contextlib.suppress(ImportError)`.
    pub guarded: bool,
    /// Inside a function body.
    pub local: bool,
    /// Under an `if` (or its `else`) that asks for `sys.version_info`.
    pub for_version: bool,
}

/// The form of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportKind {
    /// `import a.b` (binds `a`) or `import a.b as c` (binds the module `a.b`).
    Module,
    /// `from a.b import name`.
    From(Name),
    /// `from a.b import *`.
    Star,
    /// `importlib.import_module("a.b")` or `__import__("a.b")` with a literal.
    Dynamic,
}

/// Places of one [`Import`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ImportSpan {
    /// The whole statement, or the call.
    pub statement: TextRange,
    /// The module as written, with its leading dots.
    pub module: TextRange,
    /// Its segments, without the dots.
    pub segments: SmallVec<[TextRange; 4]>,
    /// The name behind `import` of a `from` import, or the `*`.
    pub name: Option<TextRange>,
    /// The name behind `as`.
    pub alias: Option<TextRange>,
}

/// A lexical scope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scope {
    /// Whose scope.
    pub kind: ScopeKind,
    /// The scope around it; none for the module's.
    pub parent: Option<ScopeId>,
    /// The bytes it covers.
    pub range: TextRange,
    /// The bindings of each name, source order. A class's scope also holds what methods assign to `self.x` and
    /// `cls.x`, marked by [`Variable::on_instance`]. Names declared `global` or `nonlocal` are bound where they belong.
    pub bindings: FxHashMap<Name, SmallVec<[DefinitionId; 1]>>,
}

/// What kind of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScopeKind {
    /// The module.
    Module,
    /// A class body; names inside are not seen by the functions inside.
    Class(DefinitionId),
    /// A function body with its parameters.
    Function(DefinitionId),
    /// A lambda with its parameters.
    Lambda,
    /// A comprehension or generator expression.
    Comprehension,
    /// The type parameters of a function, class or alias (PEP 695), around its own scope; sees all that stands
    /// around it, a class's names included.
    TypeParameters,
}

/// One binding of a name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Definition {
    /// The name bound.
    pub name: Name,
    /// The scope it is bound in; for an attribute assigned through `self`, the class's scope.
    pub scope: ScopeId,
    /// What it is bound to.
    pub kind: DefinitionKind,
    /// The docstring of a function or class, or the string literal right below an assignment; dedented.
    pub docstring: Option<Box<str>>,
}

/// Places of one [`Definition`].
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct DefinitionSpan {
    /// Exactly the name token.
    pub name: TextRange,
    /// The whole definition: with decorators and body, or the assignment statement.
    pub full: TextRange,
    /// The part to show as signature: `def f(...) -> T`, `class C(B)`, or the assignment's first line.
    pub header: TextRange,
}

/// What a name is bound to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum DefinitionKind {
    /// An import, by name or module.
    Import(ImportId),
    /// `def` or `async def`.
    Function(Box<Function>),
    /// `class`.
    Class(Box<Class>),
    /// An assignment of any form.
    Variable(Box<Variable>),
    /// A parameter of function `.0` at position `.1` of [`Function::parameters`].
    Parameter(DefinitionId, u32),
    /// A lambda's parameter, a `match` capture, an `except … as e`, a type parameter: bound, of unknown type, except
    /// for an `except`, whose class expression is given.
    Other(Option<ExpressionId>),
}

/// A function or method.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// Its body's scope.
    pub scope: ScopeId,
    /// All parameters in order.
    pub parameters: Vec<Parameter>,
    /// The return annotation.
    pub returns: Option<ExpressionId>,
    /// The values of `return` statements (not of nested functions), for functions without annotation.
    pub returned: SmallVec<[ExpressionId; 2]>,
    /// The values of `yield` (not of nested functions).
    pub yielded: SmallVec<[ExpressionId; 1]>,
    /// The decorators, top to bottom.
    pub decorators: SmallVec<[ExpressionId; 1]>,
    /// `async def`.
    pub is_async: bool,
    /// The call that warns of a deprecation each time the function runs: `warnings.warn("…", DeprecationWarning)` as a
    /// statement of its body, not of a branch in it.
    pub warning: Option<ExpressionId>,
}

/// One parameter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// How it takes arguments.
    pub kind: ParameterKind,
    /// Its annotation.
    pub annotation: Option<ExpressionId>,
    /// Its default value.
    pub default: Option<ExpressionId>,
    /// The binding it makes in the function's scope.
    pub definition: DefinitionId,
}

/// How a parameter takes arguments, as `inspect.Parameter.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ParameterKind {
    /// Before a `/`.
    PositionalOnly,
    /// The ordinary kind.
    PositionalOrKeyword,
    /// `*args`.
    VarPositional,
    /// After `*` or `*args`.
    KeywordOnly,
    /// `**kwargs`.
    VarKeyword,
}

/// A class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Class {
    /// Its body's scope, which holds the members.
    pub scope: ScopeId,
    /// The bases, in order; `*more` is an [`Expression::Starred`].
    pub bases: SmallVec<[ExpressionId; 2]>,
    /// `metaclass=M`, `total=False`; without a name, what `**more` holds.
    pub keywords: Vec<(Option<Name>, ExpressionId)>,
    /// The decorators, top to bottom.
    pub decorators: SmallVec<[ExpressionId; 1]>,
}

/// An assigned name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Variable {
    /// Its annotation (`x: T`).
    pub annotation: Option<ExpressionId>,
    /// What decides its value; how, says `via`.
    pub value: Option<ExpressionId>,
    /// How the value reaches the name.
    pub via: ValueVia,
    /// Assigned as `self.x` or `cls.x` inside a method.
    pub on_instance: bool,
}

/// How a value reaches a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ValueVia {
    /// `x = value`, `x := value`.
    #[default]
    Assign,
    /// `with value as x` (also `async with`).
    With,
    /// `for x in value`, also in comprehensions.
    For,
    /// Element `.0` of an unpacked value: `a, b = value`.
    Unpack(u32),
    /// Element `.0` of each item: `for a, b in value`.
    ForUnpack(u32),
    /// An element of a value somewhere deeper (nested or starred unpacking, `x += value`).
    Unknown,
}

/// An expression, as far as types and definitions need it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Expression {
    /// A name read in a scope.
    Name(Name, ScopeId),
    /// `object.name`.
    Attribute(ExpressionId, Name),
    /// `callee(arguments)`.
    Call(ExpressionId, Box<[Argument]>),
    /// `object[index, …]`.
    Subscript(ExpressionId, SmallVec<[ExpressionId; 2]>),
    /// One of several: `a | b`, `a or b`, `a if c else b`.
    Either(SmallVec<[ExpressionId; 2]>),
    /// `await value`.
    Await(ExpressionId),
    /// A tuple or list display.
    Sequence(SmallVec<[ExpressionId; 4]>),
    /// `*value` in a display.
    Starred(ExpressionId),
    /// A string literal; its text where it is plain and short (no escapes, no interpolation, under 200 bytes).
    String(Option<Box<str>>),
    /// `None`.
    None,
    /// `True` or `False`.
    Boolean(bool),
    /// Anything else. Its parts are in the arena all the same.
    Other,
}

/// Places of one [`Expression`].
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct ExpressionSpan {
    /// The token a cursor would be on: the name; the attribute's name; the whole elsewhere.
    pub name: TextRange,
    /// The whole expression.
    pub full: TextRange,
}

/// One argument of a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Argument {
    /// How it is passed.
    pub kind: ArgumentKind,
    /// Its value.
    pub value: ExpressionId,
}

/// How an argument is passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArgumentKind {
    /// By position.
    Positional,
    /// By keyword.
    Keyword(Name),
    /// `*value`.
    Star,
    /// `**value`.
    DoubleStar,
}

/// `__all__`: the literal names, and whether there may be more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exports {
    /// Literal names with the place of each (between the quotes), source order, from `=`, `+=`, `.extend`, `.append`.
    pub names: Vec<(Name, TextRange)>,
    /// Modules whose `__all__` is added (`__all__ += other.__all__`), as dotted text.
    pub from_modules: Vec<Name>,
    /// Whether something not literal is added or removed.
    pub dynamic: bool,
}

/// What a module-level `__getattr__` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModuleGetattr {
    /// There is none.
    #[default]
    None,
    /// It compares its argument with these literal names only.
    Names(Vec<Name>),
    /// It may answer any name.
    Any,
}

/// A string literal that looks like a dotted module or `module:attribute`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StringModule {
    /// The text.
    pub text: Box<str>,
    /// Between the quotes.
    pub range: TextRange,
}

/// A comment `# crossloc: …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The text behind the `#`.
    pub text: Box<str>,
    /// The comment with its `#`.
    pub range: TextRange,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

impl Scope {
    /// The scope of a module, still without bindings.
    pub(super) fn module(range: TextRange) -> Self {
        Self { kind: ScopeKind::Module, parent: None, range, bindings: FxHashMap::default() }
    }
}

impl Parameter {
    /// What binding arguments needs to know of it.
    pub fn slot(&self) -> Slot<'_> {
        Slot { name: &self.name, kind: self.kind, required: self.default.is_none() }
    }
}

impl ModuleSummary {
    /// A definition by its id.
    pub fn definition(&self, id: DefinitionId) -> Option<&Definition> {
        self.definitions.get(id.index())
    }

    /// An expression by its id.
    pub fn expression(&self, id: ExpressionId) -> Option<&Expression> {
        self.expressions.get(id.index())
    }

    /// An import by its id.
    pub fn import(&self, id: ImportId) -> Option<&Import> {
        self.imports.get(id.index())
    }

    /// A scope by its id.
    pub fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(id.index())
    }

    /// The bindings of a name in one scope, source order; empty where it has none there.
    pub fn bindings(&self, scope: ScopeId, name: &str) -> &[DefinitionId] {
        self.scope(scope).and_then(|scope| scope.bindings.get(name)).map_or(&[], |ids| ids.as_slice())
    }

    /// What stands at a byte offset; a cursor right behind a name is on it, unless another name begins there.
    pub fn token_at(&self, offset: u32) -> Option<(TextRange, Token)> {
        let after = self.spans.tokens.partition_point(|(range, _)| range.start <= offset);
        let candidate = after.checked_sub(1).and_then(|at| self.spans.tokens.get(at))?;
        candidate.0.touches(offset).then_some(*candidate)
    }
}
