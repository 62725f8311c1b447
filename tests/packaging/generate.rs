//! Cases, the same in every run: most of them sound, some of them broken in one character.

/// Numbers that look random (xorshift64*).
pub struct Dice(u64);

impl Dice {
    /// The seed decides all that follows.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap() % limit
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// One of the words, or nothing in `times - 1` of `times` cases.
    fn rarely<'a>(&mut self, times: usize, all: &[&'a str]) -> &'a str {
        if self.one_in(times) { self.of(all) } else { "" }
    }
}

const NUMBERS: [&str; 9] = ["0", "1", "2", "3", "9", "10", "01", "2024", "4294967296"];
const SEPARATORS: [&str; 4] = ["", ".", "-", "_"];
const OPERATORS: [&str; 8] = ["==", "!=", "<", "<=", ">", ">=", "~=", "==="];

/// A version in one of its many spellings.
pub fn version(dice: &mut Dice) -> String {
    let mut text = String::new();
    text += dice.rarely(12, &["v", "V", " "]);
    text += dice.rarely(12, &["1!", "0!", "2!"]);
    text += &release(dice);
    if dice.one_in(4) {
        text += dice.of(&SEPARATORS);
        text += dice.of(&["a", "b", "rc", "alpha", "beta", "c", "pre", "preview", "RC", "Alpha"]);
        text += dice.of(&["", "0", "1", "2", ".1", "-3", "_4", "01"]);
    }
    if dice.one_in(6) {
        text +=
            dice.of(&["-1", "-0", ".post", ".post0", ".post2", "post1", "-post.3", ".rev1", "r4", "_R.5"]);
    }
    if dice.one_in(6) {
        text += dice.of(&["dev", ".dev", ".dev0", "-dev1", "_dev_2", ".DEV.3", "dev04"]);
    }
    text += dice.rarely(10, &["+local", "+1", "+ubuntu.1", "+a-b_c", "+001", "+A.2", "+1.x"]);
    text += dice.rarely(20, &[" ", "\n", "\t"]);
    if dice.one_in(8) { broken(dice, &text) } else { text }
}

fn release(dice: &mut Dice) -> String {
    let length = 1 + dice.below(4);
    let numbers: Vec<&str> = (0..length).map(|_| dice.of(&NUMBERS)).collect();
    numbers.join(".")
}

/// A version as it is written most of the time.
pub fn plain_version(dice: &mut Dice) -> String {
    let numbers = ["0", "1", "2", "3"];
    let length = 1 + dice.below(3);
    let release: Vec<&str> = (0..length).map(|_| dice.of(&numbers)).collect();
    let mut text = dice.rarely(15, &["1!"]).to_owned() + &release.join(".");
    text += dice.rarely(4, &["a1", "a2", "b1", "rc1", "rc2"]);
    text += dice.rarely(5, &[".post1", ".post2"]);
    text += dice.rarely(5, &[".dev0", ".dev1", ".dev2"]);
    text += dice.rarely(8, &["+local", "+local.1", "+1"]);
    text
}

/// One to three specifiers with commas between.
pub fn specifier(dice: &mut Dice) -> String {
    let count = 1 + dice.below(3);
    let parts: Vec<String> = (0..count).map(|_| clause(dice)).collect();
    let text = parts.join(dice.of(&[",", ", ", " , "]));
    if dice.one_in(12) { broken(dice, &text) } else { text }
}

fn clause(dice: &mut Dice) -> String {
    let operator = dice.of(&OPERATORS);
    let version = if dice.one_in(5) { version(dice).trim().to_owned() } else { plain_version(dice) };
    let star =
        if matches!(operator, "==" | "!=") && dice.one_in(3) { ".*" } else { dice.rarely(30, &[".*", "*"]) };
    format!("{operator}{}{version}{star}", dice.rarely(5, &[" ", "  "]))
}

/// A requirement as it stands in `dependencies`.
pub fn requirement(dice: &mut Dice) -> String {
    let mut text = name(dice);
    text += dice.rarely(4, &["[io]", "[io,db]", " [ io , D_b ]", "[]", "[a-b.c]", "[io", "[io,]", "[ä]"]);
    text += dice.rarely(3, &[" ", "  "]);
    if dice.one_in(6) {
        text += "@ ";
        text += dice.of(&[
            "https://example.com/acme-1.0.tar.gz",
            "https://example.com/acme-1.0-py3-none-any.whl#sha256=abc",
            "git+https://example.com/acme.git@v1.0",
            "git+ssh://git@example.com/acme.git@v1.0#subdirectory=lib",
            "file:///srv/acme",
            "",
        ]);
        if dice.one_in(3) {
            text += dice.of(&[" ; ", " ;", ";"]);
            text += &marker(dice);
        }
        return text;
    }
    if dice.one_in(10) {
        text += &format!("({})", specifier(dice));
    } else if !dice.one_in(5) {
        text += &specifier(dice);
    }
    if dice.one_in(3) {
        text += dice.of(&[";", " ; ", "; "]);
        text += &marker(dice);
    }
    if dice.one_in(12) { broken(dice, &text) } else { text }
}

/// A distribution's name, or nearly one.
pub fn name(dice: &mut Dice) -> String {
    let part = ["acme", "Acme", "shared", "io2", "x", "LIB", "7"];
    let count = 1 + dice.below(3);
    let mut text = dice.of(&part).to_owned();
    for _ in 1..count {
        text += dice.of(&["-", "_", ".", "--", "-_.", "._"]);
        text += dice.of(&part);
    }
    text + dice.rarely(20, &["-", ".", "_", "ä", "+", "!"])
}

/// Comparisons joined by `and` and `or`, some in parentheses.
pub fn marker(dice: &mut Dice) -> String {
    let mut text = group(dice);
    for _ in 0..dice.below(3) {
        let joined = dice.of(&[" and ", " or "]);
        text = format!("{text}{joined}{}", group(dice));
    }
    if dice.one_in(20) { broken(dice, &text) } else { text }
}

fn group(dice: &mut Dice) -> String {
    if dice.one_in(5) {
        let joined = dice.of(&[" and ", " or "]);
        return format!("({}{joined}{})", comparison(dice), comparison(dice));
    }
    comparison(dice)
}

fn comparison(dice: &mut Dice) -> String {
    let (key, operators, values): (&str, &[&str], &[&str]) = match dice.below(7) {
        0 | 1 => (
            "python_version",
            &["==", "!=", "<", "<=", ">", ">=", "~=", "in", "not in"],
            &["3.8", "3.9", "3.10", "3.11", "3.12", "3", "3.1", "2.7", "3.*", "3.9 3.10", "3.8.1", "3.10.0"],
        ),
        2 => (
            "python_full_version",
            &["==", "!=", "<", "<=", ">", ">=", "~="],
            &["3.8.0", "3.9.18", "3.10.4", "3.12.0rc1", "3.12", "3.11.*", "3.12.1"],
        ),
        3 => (
            "sys_platform",
            &["==", "!=", "in", "not in"],
            &["linux", "win32", "darwin", "linux win32", "Linux"],
        ),
        4 => ("platform_machine", &["==", "!=", "in"], &["x86_64", "arm64", "aarch64", "x86_64 arm64"]),
        5 => ("extra", &["==", "!="], &["io", "db", "D_B", "other"]),
        _ => (
            dice.of(&["os_name", "platform_system", "implementation_name", "platform_python_implementation"]),
            &["==", "!="],
            &["posix", "nt", "Linux", "Windows", "cpython", "CPython", "pypy"],
        ),
    };
    let quote = dice.of(&["'", "\""]);
    let (operator, value) = (dice.of(operators), dice.of(values));
    let space = dice.of(&[" ", " ", "  "]);
    if dice.one_in(8) && !operator.contains("in") {
        return format!("{quote}{value}{quote}{space}{operator}{space}{key}");
    }
    format!("{key}{space}{operator}{space}{quote}{value}{quote}")
}

/// The text with one character put in, taken out, or changed.
fn broken(dice: &mut Dice, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let odd = ['.', '-', '+', '*', '!', ' ', '0', 'x', ',', '=', '<', '(', ')', '\'', ';', 'é'];
    let letter = odd[dice.below(odd.len())];
    let at = dice.below(letters.len().max(1));
    match dice.below(3) {
        0 => letters.insert(at, letter),
        1 if !letters.is_empty() => drop(letters.remove(at)),
        _ if !letters.is_empty() => letters[at] = letter,
        _ => letters.push(letter),
    }
    letters.into_iter().collect()
}
