//! The walk over a syntax tree that fills a [`ModuleSummary`]: one pass, each node's children listed once.
//!
//! The walk descends by recursion and stops at [`MAX_DEPTH`]; what lies deeper is not in the summary. Nothing
//! here looks up a name: scopes and bindings are recorded, and whoever asks resolves them.

mod annotations;
mod bindings;
mod definitions;
mod exports;
mod expressions;
mod imports;
mod kinds;
mod module_getattr;
mod notes;
mod scopes;
mod statements;
mod strings;
mod syntax;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use tree_sitter::{Node, Tree, TreeCursor};

use self::kinds::{Field, Kind, kind};
use self::scopes::Reach;
use super::{
    DefinitionId, Expression, ExpressionId, ExpressionSpan, ModuleSummary, Name, Scope, ScopeId, Token,
};
use crate::text::{TextRange, offset};

/// How many nodes deep the walk goes. Debug builds need about 5 KB of stack for each, release builds under 1 KB, and
/// threads have 2 MB.
const MAX_DEPTH: u32 = 200;

/// The summary of a text from its syntax tree, without fingerprint.
pub(super) fn extract(text: &str, tree: &Tree) -> ModuleSummary {
    let root = tree.root_node();
    let mut state = State::default();
    state.summary.scopes.push(Scope::module(TextRange::new(0, offset(text.len()))));
    state.frames.push(Frame::default());
    let mut extractor = Extractor { text, base: 0, cursor: tree.walk(), state: &mut state };
    let docstring = extractor.block(root, Context::default());
    extractor.module_getattr(root);
    scopes::settle_nonlocals(&mut state);
    let mut summary = state.summary;
    summary.docstring = docstring;
    summary.comments = notes::comments(text, root);
    summary.errors = notes::errors(root);
    summary.writes_names = notes::writes_names(text);
    settle_tokens(&mut summary.spans.tokens);
    summary
}

/// Tokens are pushed nearly in order: a call's keywords come behind its arguments.
fn settle_tokens(tokens: &mut Vec<(TextRange, Token)>) {
    if !tokens.is_sorted_by_key(|(range, _)| range.start) {
        tokens.sort_by_key(|(range, _)| range.start);
    }
    let mut end = 0;
    tokens.retain(|(range, _)| {
        let kept = range.start >= end && !range.is_empty();
        if kept {
            end = range.end;
        }
        kept
    });
}

/// What grows while walking.
#[derive(Default)]
struct State {
    summary: ModuleSummary,
    /// The functions around the walk, inmost last; the first stands for the module, and class bodies have one too.
    frames: Vec<Frame>,
    /// Names declared `global` or `nonlocal`.
    declared: FxHashMap<(ScopeId, Name), Reach>,
    /// Bindings of names declared `nonlocal`, in no scope yet.
    nonlocal: Vec<DefinitionId>,
}

/// A function (or class, or the module) as its body is walked.
#[derive(Default)]
struct Frame {
    /// The method's first parameter and the class's scope.
    receiver: Option<(Name, ScopeId)>,
    /// Values of `return`.
    returned: SmallVec<[ExpressionId; 2]>,
    /// Values of `yield`.
    yielded: SmallVec<[ExpressionId; 1]>,
}

/// What a node is in.
#[derive(Clone, Copy)]
struct Context {
    /// The scope it is evaluated in.
    scope: ScopeId,
    /// Nodes above it.
    depth: u32,
    /// String literals are forward references here.
    annotation: bool,
    /// Under `if TYPE_CHECKING:`.
    type_checking: bool,
    /// A failing import is caught.
    guarded: bool,
    /// In a function.
    local: bool,
    /// Under an `if` that asks for Python's version.
    for_version: bool,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            scope: ScopeId::MODULE,
            depth: 0,
            annotation: false,
            type_checking: false,
            guarded: false,
            local: false,
            for_version: false,
        }
    }
}

impl Context {
    fn deeper(self) -> Self {
        Self { depth: self.depth.saturating_add(1), ..self }
    }

    fn value(self) -> Self {
        Self { annotation: false, ..self }
    }

    fn in_scope(self, scope: ScopeId) -> Self {
        Self { scope, ..self }
    }
}

/// A node seen from its parent.
#[derive(Clone, Copy)]
struct Child<'t> {
    node: Node<'t>,
    kind: Kind,
    field: Field,
}

type Children<'t> = SmallVec<[Child<'t>; 6]>;

/// The child in a field.
fn in_field<'t>(children: &[Child<'t>], field: Field) -> Option<Node<'t>> {
    children.iter().find(|child| child.field == field).map(|child| child.node)
}

/// The first child of a kind.
fn of_kind<'t>(children: &[Child<'t>], kind: Kind) -> Option<Node<'t>> {
    children.iter().find(|child| child.kind == kind).map(|child| child.node)
}

/// The walk over one tree: the file's, or that of a string annotation, which begins at `base` in the file.
struct Extractor<'t, 's> {
    text: &'s str,
    base: u32,
    cursor: TreeCursor<'t>,
    state: &'s mut State,
}

impl<'t, 's> Extractor<'t, 's> {
    /// A node's place in the file.
    fn range(&self, node: Node<'_>) -> TextRange {
        TextRange::from_usize(node.byte_range()).shifted(self.base)
    }

    /// A node's text.
    fn text_of(&self, node: Node<'_>) -> &'s str {
        self.range(node).slice(self.text)
    }

    /// A node's text as a name.
    fn name_of(&self, node: Node<'_>) -> Name {
        Name::new(self.text_of(node))
    }

    /// The children of a node, comments left out.
    fn children(&mut self, node: Node<'t>) -> Children<'t> {
        let mut children = Children::new();
        self.cursor.reset(node);
        if !self.cursor.goto_first_child() {
            return children;
        }
        loop {
            let child = self.cursor.node();
            let kind = kind(child);
            if kind != Kind::Comment {
                children.push(Child { node: child, kind, field: kinds::field(self.cursor.field_id()) });
            }
            if !self.cursor.goto_next_sibling() {
                break;
            }
        }
        for child in &children {
            self.note_syntax(*child);
        }
        children
    }

    /// The first named child that is no comment.
    fn inner(&mut self, node: Node<'t>) -> Option<Child<'t>> {
        self.children(node).into_iter().find(|child| child.node.is_named())
    }

    fn token(&mut self, range: TextRange, token: Token) {
        self.state.summary.spans.tokens.push((range, token));
    }

    fn push(&mut self, expression: Expression, span: ExpressionSpan) -> ExpressionId {
        let id = ExpressionId(offset(self.state.summary.expressions.len()));
        self.state.summary.expressions.push(expression);
        self.state.summary.spans.expressions.push(span);
        id
    }

    /// An expression without a name of its own.
    fn push_whole(&mut self, expression: Expression, node: Node<'_>) -> ExpressionId {
        let range = self.range(node);
        self.push(expression, ExpressionSpan { name: range, full: range })
    }

    fn frame(&mut self) -> Option<&mut Frame> {
        self.state.frames.last_mut()
    }
}
