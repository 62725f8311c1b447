//! The grammar's node kinds and fields as enums, looked up once for the process.

use std::sync::OnceLock;

use tree_sitter::{Language, Node};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name {
            $($variant,)*
            /// Whatever needs no treatment of its own.
            Other,
        }
        impl $name {
            fn of(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

named! {
    /// The kinds of syntax nodes that the walk tells apart. Punctuation and keywords are `Token`s, except for
    /// those that decide something.
    Kind {
        Token = " token", Async = " async", Comma = " ,", From = " from", Or = " or", Pipe = " |", Plus = " +",
        Equal = " ==", NotEqual = " !=", In = " in", NotIn = " not in", Not = " not", Yield = "yield",
        Module = "module", Block = "block", ExpressionStatement = "expression_statement", Comment = "comment",
        Assignment = "assignment", AugmentedAssignment = "augmented_assignment", Import = "import_statement",
        ImportFrom = "import_from_statement", FutureImport = "future_import_statement",
        AliasedImport = "aliased_import", DottedName = "dotted_name", RelativeImport = "relative_import",
        ImportPrefix = "import_prefix", WildcardImport = "wildcard_import", Function = "function_definition",
        Class = "class_definition", Decorated = "decorated_definition", Decorator = "decorator",
        If = "if_statement", Elif = "elif_clause", For = "for_statement", With = "with_statement",
        Try = "try_statement", Except = "except_clause", Case = "case_clause", CasePattern = "case_pattern",
        Global = "global_statement", Nonlocal = "nonlocal_statement", Return = "return_statement",
        Raise = "raise_statement", TypeAlias = "type_alias_statement", TypeParameters = "type_parameter",
        Type = "type", GenericType = "generic_type", UnionType = "union_type", MemberType = "member_type",
        ConstrainedType = "constrained_type", SplatType = "splat_type", Identifier = "identifier",
        Attribute = "attribute", Call = "call", ArgumentList = "argument_list",
        KeywordArgument = "keyword_argument", ListSplat = "list_splat", DictionarySplat = "dictionary_splat",
        Subscript = "subscript", Lambda = "lambda", ListComprehension = "list_comprehension",
        SetComprehension = "set_comprehension", DictionaryComprehension = "dictionary_comprehension",
        Generator = "generator_expression", ForIn = "for_in_clause", Walrus = "named_expression",
        AsPattern = "as_pattern", AsTarget = "as_pattern_target", Await = "await",
        Conditional = "conditional_expression", BooleanOperator = "boolean_operator",
        BinaryOperator = "binary_operator", NotOperator = "not_operator", Comparison = "comparison_operator",
        Tuple = "tuple", List = "list", Set = "set", Dictionary = "dictionary", Pair = "pair",
        ExpressionList = "expression_list", PatternList = "pattern_list", TuplePattern = "tuple_pattern",
        ListPattern = "list_pattern", ListSplatPattern = "list_splat_pattern",
        DictionarySplatPattern = "dictionary_splat_pattern", DefaultParameter = "default_parameter",
        TypedParameter = "typed_parameter", TypedDefaultParameter = "typed_default_parameter",
        KeywordSeparator = "keyword_separator", PositionalSeparator = "positional_separator",
        String = "string", ConcatenatedString = "concatenated_string", None = "none",
        Parenthesized = "parenthesized_expression", KeywordPattern = "keyword_pattern",
        SplatPattern = "splat_pattern", Match = "match_statement",
        WithClause = "with_clause", Interpolation = "interpolation", ClassPattern = "class_pattern", Integer = "integer", Float = "float",
        True = "true", False = "false", Ellipsis = "ellipsis",
    }
}

named! {
    /// The fields by which children are told apart.
    Field {
        Alias = "alias", Alternative = "alternative", Arguments = "arguments", Body = "body",
        Condition = "condition", Consequence = "consequence", Definition = "definition", Function = "function",
        Guard = "guard", Key = "key", Left = "left", ModuleName = "module_name", Name = "name",
        Object = "object", Operator = "operator", Operators = "operators", Parameters = "parameters",
        ReturnType = "return_type", Right = "right", Subject = "subject", Subscript = "subscript",
        Superclasses = "superclasses", Type = "type", TypeParameters = "type_parameters", Value = "value",
        AttributeName = "attribute",
    }
}

struct Tables {
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let language: Language = tree_sitter_python::LANGUAGE.into();
        let count = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let kinds = (0..count(language.node_kind_count())).map(|id| {
            let text = language.node_kind_for_id(id).unwrap_or_default();
            if language.node_kind_is_named(id) {
                return Kind::of(text);
            }
            match Kind::of(&format!(" {text}")) {
                Kind::Other => Kind::Token,
                kind => kind,
            }
        });
        let fields = (0..=count(language.field_count()))
            .map(|id| Field::of(language.field_name_for_id(id).unwrap_or_default()));
        Tables { kinds: kinds.collect(), fields: fields.collect() }
    })
}

/// The kind of a node; errors are `Other`.
pub(super) fn kind(node: Node<'_>) -> Kind {
    tables().kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Other)
}

/// The field of a field id, `Other` for none.
pub(super) fn field(id: Option<std::num::NonZeroU16>) -> Field {
    let Some(id) = id else { return Field::Other };
    tables().fields.get(usize::from(id.get())).copied().unwrap_or(Field::Other)
}
