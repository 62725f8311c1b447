//! Classes that are given their `__init__` by a library, from the fields in their bodies.

use super::known::{ClassId, Knowledge};
use super::signature::{Parameter, Signature, written};
use crate::python::{
    Argument, ArgumentKind, Class, Definition, DefinitionKind, Expression, ExpressionId, ModuleSummary, Name,
    ParameterKind, Variable,
};

/// Who makes the `__init__` of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// Nobody: what it inherits counts.
    None,
    /// `@dataclass`.
    Dataclass(Options),
    /// `@attrs.define` and its relatives; which names are fields is decided by annotations, by `attr.ib` values, or,
    /// where that is not said, by whether all values stand beside annotations.
    Attrs(Options, Option<bool>),
    /// `typing.NamedTuple`.
    NamedTuple,
    /// `pydantic.BaseModel`.
    Pydantic,
}

/// What a decorator is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// Whether an `__init__` is made.
    pub init: bool,
    /// Whether all fields are given by keyword only.
    pub kw_only: bool,
}

/// A field, before parameters are made of all of them.
pub(super) struct Field {
    /// As it is called in the class.
    pub(super) name: Name,
    /// As `__init__` takes it.
    pub(super) parameter: Parameter,
    /// Whether `__init__` takes it.
    pub(super) init: bool,
}

/// Arguments of attrs' decorators that leave the signature alone.
const ATTRS_OPTIONS: [&str; 16] = [
    "slots",
    "frozen",
    "eq",
    "order",
    "repr",
    "hash",
    "unsafe_hash",
    "weakref_slot",
    "str",
    "auto_exc",
    "cmp",
    "cache_hash",
    "getstate_setstate",
    "on_setattr",
    "match_args",
    "auto_detect",
];

impl Knowledge<'_, '_> {
    /// Who makes the `__init__` of a class, by its decorators; `None` where that depends on what is not known.
    pub(super) fn maker(
        &self,
        class: &ClassId,
        summary: &ModuleSummary,
        definition: &Class,
    ) -> Option<Maker> {
        let mut maker = Maker::None;
        for decorator in &definition.decorators {
            let Some(name) = self.qualified(&class.0, summary, *decorator) else { continue };
            let arguments: &[Argument] = match summary.expression(*decorator) {
                Some(Expression::Call(_, arguments)) => arguments,
                _ => &[],
            };
            let (module, last) = name.rsplit_once('.')?;
            maker = match (module, last) {
                ("dataclasses", "dataclass") => Maker::Dataclass(options(summary, arguments, |_| true)?.0),
                ("attr" | "attrs", "define" | "mutable" | "frozen") => attrs(summary, arguments, None)?,
                ("attr", "s" | "attrs" | "attributes") => attrs(summary, arguments, Some(false))?,
                ("attr", "dataclass") => attrs(summary, arguments, Some(true))?,
                _ => continue,
            };
        }
        Some(maker)
    }

    /// The signature of the `__init__` that is made for the first class of `order`, which holds its ancestors.
    pub(super) fn signature_of_fields(&self, maker: &Maker, order: &[ClassId]) -> Option<Signature> {
        let mut fields: Vec<Field> = Vec::new();
        for class in order.iter().rev() {
            let summary = self.semantics.workspace.summary(&class.0)?;
            let DefinitionKind::Class(definition) = &summary.definition(class.1)?.kind else { return None };
            let text = self.semantics.workspace.files.text(&class.0).ok()?;
            let body = Body { knowledge: self, class, text: &text.text, summary: &summary, definition };
            let own = match maker {
                Maker::NamedTuple => body.plain()?,
                Maker::Pydantic => super::pydantic::fields(&body)?,
                Maker::Dataclass(_) => match self.maker(class, &summary, definition)? {
                    Maker::Dataclass(options) => body.dataclass(options)?,
                    Maker::None => continue,
                    _ => return None,
                },
                Maker::Attrs(..) => match self.maker(class, &summary, definition)? {
                    Maker::Attrs(options, auto) => {
                        // How several bases and keywords-only are merged has changed between versions.
                        let inherited = !fields.is_empty();
                        if inherited && (options.kw_only || definition.bases.len() > 1) {
                            return None;
                        }
                        let own = body.attrs(options, auto)?;
                        fields.retain(|field| own.iter().all(|own| own.name != field.name));
                        own
                    }
                    Maker::None => continue,
                    _ => return None,
                },
                Maker::None => return None,
            };
            for field in own {
                match fields.iter_mut().find(|known| known.name == field.name) {
                    Some(known) => *known = field,
                    None => fields.push(field),
                }
            }
        }
        let (mut parameters, by_keyword): (Vec<Parameter>, Vec<Parameter>) = fields
            .into_iter()
            .filter(|field| field.init)
            .map(|field| field.parameter)
            .partition(|parameter| parameter.kind != ParameterKind::KeywordOnly);
        parameters.extend(by_keyword);
        if *maker == Maker::Pydantic {
            let (name, kind) = (Name::new("data"), ParameterKind::VarKeyword);
            parameters.push(Parameter { name, kind, annotation: None, default: None });
        }
        Some(Signature { parameters })
    }
}

impl Maker {
    /// Whether there is an `__init__` of its making.
    pub(super) fn makes(&self) -> bool {
        match self {
            Maker::None => false,
            Maker::Dataclass(options) | Maker::Attrs(options, _) => options.init,
            Maker::NamedTuple | Maker::Pydantic => true,
        }
    }
}

/// `init=`, `kw_only=` and `auto_attribs=` as literals; others only if they are said to be harmless.
fn options(
    summary: &ModuleSummary,
    arguments: &[Argument],
    harmless: impl Fn(&str) -> bool,
) -> Option<(Options, Option<bool>)> {
    let mut options = Options { init: true, kw_only: false };
    let mut auto = None;
    for argument in arguments {
        let ArgumentKind::Keyword(name) = &argument.kind else { return None };
        match name.as_str() {
            "init" => options.init = boolean(summary, argument.value)?,
            "kw_only" => options.kw_only = boolean(summary, argument.value)?,
            "auto_attribs" => auto = Some(boolean(summary, argument.value)?),
            name if harmless(name) => {}
            _ => return None,
        }
    }
    Some((options, auto))
}

fn attrs(summary: &ModuleSummary, arguments: &[Argument], auto: Option<bool>) -> Option<Maker> {
    let (options, told) = options(summary, arguments, |name| ATTRS_OPTIONS.contains(&name))?;
    Some(Maker::Attrs(options, told.or(auto)))
}

fn boolean(summary: &ModuleSummary, id: ExpressionId) -> Option<bool> {
    match summary.expression(id)? {
        Expression::Boolean(value) => Some(*value),
        _ => None,
    }
}

/// The body of a class whose fields are read.
pub(super) struct Body<'a, 's, 'w> {
    pub(super) knowledge: &'a Knowledge<'s, 'w>,
    pub(super) class: &'a ClassId,
    pub(super) text: &'a str,
    pub(super) summary: &'a ModuleSummary,
    pub(super) definition: &'a Class,
}

impl<'a> Body<'a, '_, '_> {
    /// The names assigned or annotated, in order; `None` where one of them is also something else.
    pub(super) fn variables(&self) -> Option<Vec<(&'a Definition, &'a Variable)>> {
        let mut variables = Vec::new();
        for definition in &self.summary.definitions {
            if definition.scope != self.definition.scope {
                continue;
            }
            let DefinitionKind::Variable(variable) = &definition.kind else { continue };
            if variable.on_instance {
                continue;
            }
            let bound = self.summary.bindings(self.definition.scope, &definition.name);
            let other = bound
                .iter()
                .filter_map(|id| self.summary.definition(*id))
                .any(|bound| !matches!(bound.kind, DefinitionKind::Variable(_)));
            if other && variable.annotation.is_some() {
                return None;
            }
            variables.push((definition, &**variable));
        }
        Some(variables)
    }

    /// Whether an annotation is this name or a subscript of it.
    pub(super) fn is(&self, annotation: ExpressionId, names: &[&str]) -> bool {
        match self.summary.expression(annotation) {
            Some(Expression::Name(name, _) | Expression::Attribute(_, name)) => {
                names.contains(&name.as_str())
            }
            Some(Expression::Subscript(head, _)) => matches!(
                self.summary.expression(*head),
                Some(Expression::Name(name, _) | Expression::Attribute(_, name)) if names.contains(&name.as_str())
            ),
            _ => false,
        }
    }

    pub(super) fn written(&self, id: ExpressionId) -> Box<str> {
        written(self.text, self.summary, id)
    }

    /// The arguments of a value that is a call of one of these functions; `None` within where it may be such a call.
    pub(super) fn described(
        &self,
        value: ExpressionId,
        functions: &[&str],
    ) -> Option<Option<&'a [Argument]>> {
        let Some(Expression::Call(callee, arguments)) = self.summary.expression(value) else {
            return Some(None);
        };
        let name = self.knowledge.qualified(&self.class.0, self.summary, *callee);
        match name {
            Some(name) if functions.contains(&name.as_str()) => Some(Some(arguments)),
            Some(_) => Some(None),
            // A class or function of the project's own.
            None => self.knowledge.expression(&self.class.0, self.summary, *callee).map(|_| None),
        }
    }

    fn field(&self, definition: &Definition, variable: &Variable, by_keyword: bool) -> Field {
        let kind = if by_keyword { ParameterKind::KeywordOnly } else { ParameterKind::PositionalOrKeyword };
        let annotation = variable.annotation.map(|annotation| self.written(annotation));
        let default = variable.value.map(|value| self.written(value));
        let name = definition.name.clone();
        let parameter = Parameter { name: name.clone(), kind, annotation, default };
        Field { name, parameter, init: true }
    }

    /// Those of a named tuple: all that are annotated.
    fn plain(&self) -> Option<Vec<Field>> {
        let variables = self.variables()?.into_iter().filter(|(_, variable)| variable.annotation.is_some());
        Some(variables.map(|(definition, variable)| self.field(definition, variable, false)).collect())
    }

    fn dataclass(&self, options: Options) -> Option<Vec<Field>> {
        let mut by_keyword = options.kw_only;
        let mut fields = Vec::new();
        for (definition, variable) in self.variables()? {
            let Some(annotation) = variable.annotation else { continue };
            if self.is(annotation, &["ClassVar"]) {
                continue;
            }
            if self.is(annotation, &["KW_ONLY"]) {
                by_keyword = true;
                continue;
            }
            let mut field = self.field(definition, variable, by_keyword);
            if let Some(value) = variable.value
                && let Some(arguments) = self.described(value, &["dataclasses.field"])?
            {
                self.describe(&mut field, arguments)?;
            }
            fields.push(field);
        }
        Some(fields)
    }

    fn attrs(&self, options: Options, auto: Option<bool>) -> Option<Vec<Field>> {
        const FUNCTIONS: [&str; 4] = ["attr.ib", "attr.attrib", "attr.field", "attrs.field"];
        let variables = self.variables()?;
        let mut described = Vec::new();
        for (_, variable) in &variables {
            described.push(match variable.value {
                Some(value) => self.described(value, &FUNCTIONS)?,
                None => None,
            });
        }
        let bare = variables
            .iter()
            .zip(&described)
            .any(|((_, variable), described)| described.is_some() && variable.annotation.is_none());
        let by_annotation = auto.unwrap_or(!bare);
        let mut fields = Vec::new();
        for ((definition, variable), arguments) in variables.into_iter().zip(described) {
            let class_variable = variable.annotation.is_some_and(|a| self.is(a, &["ClassVar"]));
            let counts = if by_annotation { variable.annotation.is_some() } else { arguments.is_some() };
            if class_variable || !counts {
                continue;
            }
            let mut field = self.field(definition, variable, options.kw_only);
            field.parameter.name = Name::new(definition.name.trim_start_matches('_'));
            if let Some(arguments) = arguments {
                self.describe(&mut field, arguments)?;
            }
            if field.parameter.default.is_none() && self.has_default_method(&definition.name) {
                field.parameter.default = Some("...".into());
            }
            fields.push(field);
        }
        Some(fields)
    }

    /// What `field(…)` says; `None` where it says something that is not literal.
    fn describe(&self, field: &mut Field, arguments: &[Argument]) -> Option<()> {
        field.parameter.default = None;
        for (at, argument) in arguments.iter().enumerate() {
            let name = match &argument.kind {
                ArgumentKind::Keyword(name) => name.as_str(),
                ArgumentKind::Positional if at == 0 => "default",
                ArgumentKind::Positional => continue,
                ArgumentKind::Star | ArgumentKind::DoubleStar => return None,
            };
            match name {
                "default" if !self.is(argument.value, &["NOTHING", "MISSING"]) => {
                    field.parameter.default = Some(self.written(argument.value));
                }
                "default_factory" | "factory" => field.parameter.default = Some("...".into()),
                "init" => field.init = boolean(self.summary, argument.value)?,
                "kw_only" => {
                    let by_keyword = boolean(self.summary, argument.value)?;
                    field.parameter.kind = match by_keyword {
                        true => ParameterKind::KeywordOnly,
                        false => ParameterKind::PositionalOrKeyword,
                    };
                }
                "alias" => match self.summary.expression(argument.value)? {
                    Expression::String(Some(alias)) => field.parameter.name = Name::new(alias),
                    _ => return None,
                },
                _ => {}
            }
        }
        Some(())
    }

    /// `@x.default`.
    fn has_default_method(&self, field: &str) -> bool {
        self.summary.definitions.iter().filter(|d| d.scope == self.definition.scope).any(|definition| {
            let DefinitionKind::Function(function) = &definition.kind else { return false };
            function.decorators.iter().any(|decorator| match self.summary.expression(*decorator) {
                Some(Expression::Attribute(object, name)) if name == "default" => {
                    matches!(self.summary.expression(*object), Some(Expression::Name(name, _)) if name == field)
                }
                _ => false,
            })
        })
    }
}
