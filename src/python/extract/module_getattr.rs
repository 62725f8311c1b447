//! What a module-level `__getattr__` (PEP 562) may answer.

use tree_sitter::Node;

use super::Extractor;
use super::kinds::{Field, Kind};
use super::{Child, Children, in_field};
use crate::python::{DefinitionKind, ModuleGetattr, Name, ScopeId};

impl<'t> Extractor<'t, '_> {
    /// Looks for `__getattr__` among the module's statements and reads what it compares its argument with.
    pub(super) fn module_getattr(&mut self, root: Node<'t>) {
        let Some(id) = self.state.summary.bindings(ScopeId::MODULE, "__getattr__").last().copied() else {
            return;
        };
        self.state.summary.module_getattr = ModuleGetattr::Any;
        let Some(DefinitionKind::Function(function)) = self.state.summary.definition(id).map(|d| &d.kind)
        else {
            return;
        };
        let Some(parameter) = function.parameters.first().map(|parameter| parameter.name.clone()) else {
            return;
        };
        let Some(full) = self.state.summary.spans.definitions.get(id.index()).map(|span| span.full) else {
            return;
        };
        let statements = self.children(root);
        let Some(mut found) = statements.iter().find(|child| self.range(child.node) == full).copied() else {
            return;
        };
        if found.kind == Kind::Decorated {
            let parts = self.children(found.node);
            let Some(function) = parts.into_iter().find(|part| part.kind == Kind::Function) else { return };
            found = function;
        }
        let parts = self.children(found.node);
        let Some(body) = in_field(&parts, Field::Body) else { return };
        let mut names = Vec::new();
        if self.answers(body, &parameter, &statements, &mut names) {
            self.state.summary.module_getattr = ModuleGetattr::Names(names);
        }
    }

    /// Whether all that a body may return lies behind comparisons with literals, which are collected.
    fn answers(
        &mut self,
        body: Node<'t>,
        parameter: &str,
        module: &[Child<'t>],
        names: &mut Vec<Name>,
    ) -> bool {
        for statement in self.children(body) {
            match statement.kind {
                Kind::Raise => return true,
                Kind::If => {
                    let mut settled = false;
                    if !self.branches(statement.node, parameter, module, names, &mut settled) {
                        return false;
                    }
                    if settled {
                        return true;
                    }
                }
                Kind::Import | Kind::ImportFrom | Kind::Global | Kind::Token => {}
                Kind::ExpressionStatement if !mentions(self.text_of(statement.node), parameter) => {}
                _ => return false,
            }
        }
        true
    }

    /// The branches of an `if`; `settled` where what follows it is reached with listed names only.
    fn branches(
        &mut self,
        node: Node<'t>,
        parameter: &str,
        module: &[Child<'t>],
        names: &mut Vec<Name>,
        settled: &mut bool,
    ) -> bool {
        let children = self.children(node);
        let consequence = in_field(&children, Field::Consequence);
        let raises = match consequence {
            Some(block) => self.children(block).last().is_some_and(|last| last.kind == Kind::Raise),
            None => false,
        };
        let condition = in_field(&children, Field::Condition);
        let compared = condition.and_then(|condition| self.compared(condition, parameter, module));
        match compared {
            Some((true, found)) => names.extend(found),
            Some((false, found)) if raises => {
                names.extend(found);
                *settled = true;
            }
            _ if raises => {}
            _ => return false,
        }
        for alternative in children.into_iter().filter(|child| child.field == Field::Alternative) {
            let fine = match alternative.kind {
                Kind::Elif => self.branches(alternative.node, parameter, module, names, settled),
                _ if *settled => true,
                _ => {
                    let parts = self.children(alternative.node);
                    match in_field(&parts, Field::Body) {
                        // An `else` may raise, but a second chain of comparisons in it is not followed.
                        Some(body) => {
                            self.children(body).first().is_some_and(|first| first.kind == Kind::Raise)
                        }
                        None => false,
                    }
                }
            };
            if !fine {
                return false;
            }
        }
        true
    }

    /// The names of a comparison of the parameter with literals, and whether it holds for them or for all others.
    fn compared(
        &mut self,
        node: Node<'t>,
        parameter: &str,
        module: &[Child<'t>],
    ) -> Option<(bool, Vec<Name>)> {
        let mut nodes = vec![node];
        let mut names = Vec::new();
        let mut holds = None;
        while let Some(node) = nodes.pop() {
            let children = self.children(node);
            match super::kind(node) {
                Kind::Parenthesized => {
                    nodes.extend(children.iter().filter(|c| c.node.is_named()).map(|c| c.node))
                }
                Kind::BooleanOperator if children.iter().any(|child| child.kind == Kind::Or) => {
                    nodes.extend(
                        children.iter().filter(|child| child.node.is_named()).map(|child| child.node),
                    );
                }
                Kind::Comparison => {
                    let (positive, found) = self.comparison(&children, parameter, module)?;
                    if *holds.get_or_insert(positive) != positive {
                        return None;
                    }
                    names.extend(found);
                }
                _ => return None,
            }
        }
        // `name not in A or name not in B` raises for all but the names in both.
        holds.map(|holds| (holds, names))
    }

    fn comparison(
        &mut self,
        parts: &Children<'t>,
        parameter: &str,
        module: &[Child<'t>],
    ) -> Option<(bool, Vec<Name>)> {
        let [left, operator, right] = parts.as_slice() else { return None };
        let is_parameter = |child: &Child<'t>| child.kind == Kind::Identifier;
        let (left_is, right_is) = (
            is_parameter(left) && self.text_of(left.node) == parameter,
            is_parameter(right) && self.text_of(right.node) == parameter,
        );
        match operator.kind {
            Kind::Equal | Kind::NotEqual => {
                let literal = if left_is { right } else { left };
                let literal = self.literal(literal.node).filter(|l| l.is_plain() && (left_is || right_is))?;
                Some((operator.kind == Kind::Equal, vec![Name::new(literal.inside.slice(self.text))]))
            }
            Kind::In | Kind::NotIn if left_is => {
                Some((operator.kind == Kind::In, self.literal_names(*right, module)?))
            }
            _ => None,
        }
    }

    /// The strings in a literal collection, the keys of a literal dictionary, or of a module-level name for one.
    fn literal_names(&mut self, collection: Child<'t>, module: &[Child<'t>]) -> Option<Vec<Name>> {
        let collection = match collection.kind {
            Kind::Identifier => self.module_literal(self.text_of(collection.node), module)?,
            _ => collection,
        };
        if !matches!(collection.kind, Kind::Tuple | Kind::List | Kind::Set | Kind::Dictionary) {
            return None;
        }
        let mut names = Vec::new();
        for child in self.children(collection.node).into_iter().filter(|child| child.node.is_named()) {
            let string = match child.kind {
                Kind::Pair => in_field(&self.children(child.node), Field::Key)?,
                _ => child.node,
            };
            let literal = self.literal(string).filter(|literal| literal.is_plain())?;
            names.push(Name::new(literal.inside.slice(self.text)));
        }
        Some(names)
    }

    /// What a name is assigned at the top of the module, where that happens once.
    fn module_literal(&mut self, name: &str, module: &[Child<'t>]) -> Option<Child<'t>> {
        if self.state.summary.bindings(ScopeId::MODULE, name).len() != 1 {
            return None;
        }
        for statement in module.iter().filter(|statement| statement.kind == Kind::ExpressionStatement) {
            let Some(assignment) = self.inner(statement.node).filter(|child| child.kind == Kind::Assignment)
            else {
                continue;
            };
            let parts = self.children(assignment.node);
            if in_field(&parts, Field::Left).is_some_and(|left| self.text_of(left) == name) {
                return parts.into_iter().find(|part| part.field == Field::Right);
            }
        }
        None
    }
}

fn mentions(text: &str, name: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some()
}
