//! Signatures and calls of all forms, the same in every run.

/// A small generator of numbers (xorshift64*), so that a failure can be seen again.
pub struct Numbers(pub u64);

impl Numbers {
    /// Evenly below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40).unwrap();
        high % limit
    }

    fn chance(&mut self, in_ten: usize) -> bool {
        self.below(10) < in_ten
    }
}

/// Definitions with the expressions to call, and the keywords that may fit them.
pub struct Subject {
    pub text: String,
    pub callees: Vec<String>,
    pub names: Vec<String>,
}

const NAMES: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// The `at`-th subject: forms take turns.
pub fn subject(numbers: &mut Numbers, at: usize) -> Subject {
    match at % 10 {
        0..=3 => function(numbers, at),
        4 => methods(numbers, at),
        5 => initialised(numbers, at),
        6 | 7 => dataclasses(numbers, at),
        8 => attrs(numbers, at),
        _ => filled(numbers, at),
    }
}

/// The text between the parentheses of a definition, and the names in it.
fn parameters(numbers: &mut Numbers) -> (String, Vec<String>) {
    let mut names = NAMES.iter().map(|name| (*name).to_owned());
    let (mut parts, mut used) = (Vec::new(), Vec::new());
    let mut defaults = false;
    let only = numbers.below(3);
    let plain = numbers.below(4);
    for at in 0..only + plain {
        let name = names.next().unwrap();
        defaults |= numbers.chance(3);
        parts.push(if defaults { format!("{name}=1") } else { name.clone() });
        used.push(name);
        if at + 1 == only && numbers.chance(7) {
            parts.push("/".to_owned());
        }
    }
    let keywords = numbers.below(3).min(7 - only - plain);
    match (numbers.chance(3), keywords) {
        (true, _) => parts.push("*args".to_owned()),
        (false, 1..) => parts.push("*".to_owned()),
        _ => {}
    }
    for _ in 0..keywords {
        let name = names.next().unwrap();
        parts.push(if numbers.chance(5) { format!("{name}=1") } else { name.clone() });
        used.push(name);
    }
    if numbers.chance(3) {
        parts.push("**kwargs".to_owned());
    }
    (parts.join(", "), used)
}

fn function(numbers: &mut Numbers, at: usize) -> Subject {
    let (parameters, names) = parameters(numbers);
    let prefix = ["", "async ", "@functools.cache\n", "@keeps\n"][at % 4];
    let text = format!("{prefix}def f{at}({parameters}): ...\n");
    Subject { text, callees: vec![format!("f{at}")], names }
}

fn methods(numbers: &mut Numbers, at: usize) -> Subject {
    let (parameters, names) = parameters(numbers);
    let with =
        |first: &str| if parameters.is_empty() { first.to_owned() } else { format!("{first}, {parameters}") };
    let text = format!(
        "class B{at}:\n    def m({}): ...\n    @classmethod\n    def c({}): ...\n    @staticmethod\n    def s({parameters}): ...\n    def __call__({}): ...\nclass M{at}(B{at}): ...\nm{at} = M{at}()\n",
        with("self"),
        with("cls"),
        with("self"),
    );
    let callees = ["M{}.m", "m{}.m", "M{}.c", "m{}.c", "M{}.s", "m{}.s", "m{}", "M{}().m"];
    let callees = callees.iter().map(|callee| callee.replace("{}", &at.to_string())).collect();
    Subject { text, callees, names: [names, vec!["self".to_owned()]].concat() }
}

fn initialised(numbers: &mut Numbers, at: usize) -> Subject {
    let (parameters, names) = parameters(numbers);
    let with =
        |first: &str| if parameters.is_empty() { first.to_owned() } else { format!("{first}, {parameters}") };
    let base = ["", "(abc.ABC)", "(Exception)", "(Generic[T])", "(metaclass=abc.ABCMeta)"][numbers.below(5)];
    let text = match numbers.below(4) {
        // What an exception takes that is only made, is not known.
        0 if base != "(Exception)" => format!(
            "class I{at}{base}:\n    def __new__({}): return None\nclass J{at}(I{at}): ...\n",
            with("cls")
        ),
        1 => format!(
            "class I{at}{base}:\n    def __init__({}): ...\nclass J{at}(I{at}):\n    def __new__(cls, *args, **kwargs): return None\n    def __init__(self): ...\n",
            with("self")
        ),
        _ => {
            format!("class I{at}{base}:\n    def __init__({}): ...\nclass J{at}(I{at}): ...\n", with("self"))
        }
    };
    let several = text.contains("__new__") && text.contains("__init__");
    let callees = if several { vec![format!("I{at}")] } else { vec![format!("I{at}"), format!("J{at}")] };
    Subject { text, callees, names }
}

/// Fields in an order that Python admits: those with a default behind the others, unless they are by keyword only.
fn fields(numbers: &mut Numbers, names: &[&str], module: &str) -> String {
    let mut text = String::new();
    let mut defaults = false;
    for name in names {
        let by_keyword = numbers.chance(2);
        let left_out = numbers.chance(1);
        let has = numbers.chance(4) || left_out;
        if !by_keyword && !left_out {
            defaults |= has;
        }
        let has = has || defaults && !by_keyword;
        let (keyword, init) =
            (if by_keyword { ", kw_only=True" } else { "" }, if left_out { ", init=False" } else { "" });
        let factory = if module == "attrs" { "factory" } else { "default_factory" };
        let value = match (has, numbers.below(3)) {
            (true, 0) if keyword.is_empty() && init.is_empty() => " = 1".to_owned(),
            (true, 1) => format!(" = {module}.field({factory}=list{keyword}{init})"),
            (true, _) => format!(" = {module}.field(default=1{keyword}{init})"),
            (false, _) if by_keyword => format!(" = {module}.field(kw_only=True)"),
            (false, _) => String::new(),
        };
        text.push_str(&format!("    {name}: int{value}\n"));
    }
    text
}

fn dataclasses(numbers: &mut Numbers, at: usize) -> Subject {
    let first = fields(numbers, &NAMES[..numbers_of(at)], "dataclasses");
    let decorator = ["@dataclass", "@dataclass(order=True)", "@dataclass(kw_only=True)"][numbers.below(3)];
    let shared = if numbers.chance(5) { "    shared: ClassVar[int] = 1\n" } else { "" };
    let extra = if numbers.chance(3) { "    given: InitVar[int] = 3\n" } else { "" };
    let keywords = if numbers.chance(3) { "    _: KW_ONLY\n" } else { "" };
    let last = if keywords.is_empty() { "    e: int = 2\n" } else { "    e: int\n" };
    let second = match numbers.below(3) {
        0 => format!("class E{at}(D{at}): ...\n"),
        _ => format!("@dataclass\nclass E{at}(D{at}):\n{extra}{keywords}{last}"),
    };
    let text = format!("{decorator}\nclass D{at}:\n{first}{shared}    pass\n{second}");
    let names = NAMES.iter().map(|name| (*name).to_owned()).chain(["given".to_owned(), "shared".to_owned()]);
    Subject { text, callees: vec![format!("D{at}"), format!("E{at}")], names: names.collect() }
}

fn numbers_of(at: usize) -> usize {
    at / 10 % 5
}

fn attrs(numbers: &mut Numbers, at: usize) -> Subject {
    let decorator = ["@attrs.define", "@attrs.frozen", "@attrs.define(kw_only=True)"][numbers.below(3)];
    let body = fields(numbers, &["_a", "b", "c"], "attrs");
    let text = format!(
        "{decorator}\nclass A{at}:\n{body}@attr.s\nclass O{at}:\n    a = attr.ib()\n    plain = 1\n    b = attr.ib(default=1)\n    c = attr.ib(init=False)\n"
    );
    let names = ["a", "_a", "b", "c", "plain"].map(str::to_owned).to_vec();
    Subject { text, callees: vec![format!("A{at}"), format!("O{at}")], names }
}

/// Named tuples and models.
fn filled(numbers: &mut Numbers, at: usize) -> Subject {
    let count = 1 + numbers.below(3);
    let mut body = String::new();
    let mut model = String::new();
    let mut defaults = false;
    for name in NAMES.iter().take(count) {
        defaults |= numbers.chance(4);
        body.push_str(&format!("    {name}: int{}\n", if defaults { " = 1" } else { "" }));
        let value =
            ["", " = 1", " = pydantic.Field(gt=-9)", " = pydantic.Field(1)", " = pydantic.Field(default=1)"];
        model.push_str(&format!("    {name}: int{}\n", value[numbers.below(5)]));
    }
    let text = format!(
        "class T{at}(NamedTuple):\n{body}class P{at}(pydantic.BaseModel):\n{model}class Q{at}(P{at}):\n    extra: int\n"
    );
    let callees = vec![format!("T{at}"), format!("P{at}"), format!("Q{at}")];
    Subject {
        text,
        callees,
        names: NAMES.iter().take(4).map(|n| (*n).to_owned()).chain(["extra".to_owned()]).collect(),
    }
}

/// The arguments of a call that may fit.
pub fn arguments(numbers: &mut Numbers, names: &[String]) -> String {
    let mut parts: Vec<String> = (0..numbers.below(4)).map(|at| (at + 1).to_string()).collect();
    if numbers.chance(1) {
        parts.push("*more".to_owned());
    }
    let mut left: Vec<&str> = names.iter().map(String::as_str).chain(["unknown"]).collect();
    for _ in 0..numbers.below(4) {
        let at = numbers.below(left.len().max(1));
        if at < left.len() && (left[at] != "unknown" || numbers.chance(3)) {
            parts.push(format!("{}=1", left.remove(at)));
        }
    }
    if numbers.chance(1) {
        parts.push("**others".to_owned());
    }
    parts.join(", ")
}
