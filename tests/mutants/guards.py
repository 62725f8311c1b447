"""Finds the guards of a Rust source: what is written to keep something from happening.

No parser: tokens and brackets are enough to see where an operand begins and ends. Where that is wrong, the rewritten
source does not compile, and the guard is dropped.
"""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      |(?P<literal>[bc]?r(?P<hashes>\#*)".*?"(?P=hashes)
         |[bc]?"(?:\\.|[^"\\])*"
         |b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[^}]*\}|.)|[^\\'])')
      |(?P<lifetime>'\w+)
      |(?P<word>(?:r\#)?\w+)
      |(?P<sign>&&|\|\||=>|==|!=|<=|>=|->|::|\.\.=|\.\.|[-+*/%^&|]=|.)""",
    re.DOTALL | re.VERBOSE,
)
PAIRS = {"(": ")", "[": "]", "{": "}"}
KEYWORDS = {"return", "if", "while", "else", "in", "move", "break", "match", "let", "mut", "ref", "as", "where"}
# What an operand of `&&` or `||` begins behind, if it is reached from the right.
BEFORE_OPERAND = {
    *"([{,;|", "=>", "&&", "||", "..", "..=", "&=", "|=", "return", "if", "while", "else", "in", "move", "break", "match",
}
AFTER_OPERAND = {*")]},;", "=>", "&&", "||", "..", "..=", "else"}
AFTER_CONDITION = AFTER_OPERAND - {"&&", "||", "..", "..="}
# Behind these a closing brace is part of an expression; behind others it ended a statement.
AFTER_BRACE = {".", "?", "|", "=", "==", "!=", "<", ">", "<=", ">="}
CONDITIONS = {"if", "while", "match"}
# Around what a guard holds true, or false, when it is off; and before a condition with `let`, which never holds then.
TRUE = ("(crate::mutants::off({0}) || crate::mutants::noted({0}, ", "))")
FALSE = ("(!crate::mutants::off({0}) && !crate::mutants::noted({0}, !(", ")))")
NEVER = ("crate::mutants::asked({0}) && ", "")
TRUE_FOR_ALL = ("|kept| crate::mutants::off({0}) || crate::mutants::noted({0}, (", ")(kept))")
KEEPS = {"filter", "retain", "take_while", "is_some_and", "is_ok_and", "is_none_or"}
LEAVES = {"return", "continue"}


@dataclass(frozen=True)
class Guard:
    """A stretch of a source that decides, and what to write around it so that it can be switched off.

    `{0}` in `before` stands for the guard's number.
    """

    path: str
    start: int
    end: int
    before: str
    after: str
    kind: str
    line: int
    text: str


def guards_of(path, text):
    """All guards of a source, those of its tests aside, sorted."""
    found = Source(path, without_tests(text)).guards()
    return sorted(found, key=lambda guard: (guard.start, -guard.end, guard.kind))


def rewritten(text, numbered):
    """The source in which each of these (number, guard) can be switched off."""
    marks = []
    for number, guard in numbered:
        length = guard.end - guard.start
        marks.append((guard.start, 1, -length, guard.before.format(number)))
        marks.append((guard.end, 0, length, guard.after))
    # Where two begin at one place the longer one comes first; where two end, the shorter one.
    marks.sort(key=lambda mark: mark[:3])
    parts, at = [], 0
    for place, _, _, inserted in marks:
        parts += [text[at:place], inserted]
        at = place
    return "".join([*parts, text[at:]])


def without_tests(text):
    at = text.find("\n#[cfg(test)]")
    return text if at < 0 else text[: at + 1]


class Source:
    def __init__(self, path, text):
        self.path, self.text = path, text
        self.tokens, self.spans, self.literals = [], [], set()
        for match in TOKEN.finditer(text):
            if match.lastgroup == "skip" or match["skip"]:
                continue
            if match["literal"] or match["lifetime"]:
                self.literals.add(len(self.tokens))
            self.tokens.append(match[0])
            self.spans.append(match.span())
        self.partner = {}
        pending = []
        for index, token in enumerate(self.tokens):
            if token in PAIRS:
                pending.append(index)
            elif token in PAIRS.values() and pending:
                opening = pending.pop()
                self.partner[opening], self.partner[index] = index, opening

    def token(self, index):
        return self.tokens[index] if 0 <= index < len(self.tokens) else ";"

    def guards(self):
        found = {}
        for index, token in enumerate(self.tokens):
            if index in self.literals:
                continue
            if token in ("&&", "||") and self.is_operator(index):
                new = self.operands(index, token)
            elif token == "if":
                new = self.early_exit(index) or self.match_guard(index)
            elif token in KEEPS and self.token(index - 1) == "." and self.token(index + 1) == "(":
                new = self.keeping(index + 1)
            else:
                continue
            found.update({(guard.start, guard.end, guard.kind): guard for guard in new})
        return [guard for guard in found.values() if not self.is_elsewhere(guard)]

    def is_operator(self, index):
        """And no reference of a reference, nor a closure without parameters: what stands before ends an operand."""
        before = self.token(index - 1)
        if index - 1 in self.literals:
            return True
        return before in (")", "]", "?", "}") or (before[0].isalnum() or before[0] == "_") and before not in KEYWORDS

    def is_elsewhere(self, guard):
        """In code that is for other systems, or for tests, and so is not in the build."""
        for match in re.finditer(r"#\[cfg\((not\(unix\)|windows|.*\btest\b.*)\)\]", self.text):
            if match.end() <= guard.start:
                opening = next(i for i, span in enumerate(self.spans) if span[0] >= match.end() and self.tokens[i] == "{")
                if guard.end <= self.spans[self.partner[opening]][1]:
                    return True
        return False

    def operands(self, index, operator):
        """Both sides of one operator, the left one only where no other of the kind stands before it. What `cfg!` says is the
        same in every run."""
        neutral, kind = (TRUE, "conjunct") if operator == "&&" else (FALSE, "disjunct")
        stops = BEFORE_OPERAND if operator == "&&" else BEFORE_OPERAND - {"&&"}
        first = self.leftwards(index - 1, stops)
        head = first
        while self.token(head - 1) in ("&&", "||") and self.is_operator(head - 1):
            head = self.leftwards(head - 2, BEFORE_OPERAND)
        in_condition = self.token(head - 1) in CONDITIONS
        ends = AFTER_OPERAND if operator == "&&" else AFTER_OPERAND - {"&&"}
        found = []
        if self.token(first - 1) != operator:
            found.append((first, index - 1))
        found.append((index + 1, self.rightwards(index + 1, ends, in_condition)))
        return [
            self.guard(start, end, neutral, kind)
            for start, end in found
            if start <= end and self.token(start) not in ("let", "cfg")
        ]

    def leftwards(self, index, stops):
        """Where the operand begins that ends at a token."""
        while index >= 0:
            token = self.tokens[index]
            if index in self.literals:
                index -= 1
                continue
            if token in PAIRS.values():
                if token == "}" and self.token(index + 1) not in AFTER_BRACE:
                    break
                index = self.partner.get(index, 0) - 1
                continue
            if token == "=":
                pattern = self.leftwards(index - 1, (stops | {"let"}) - {"|"}) - 1
                chained = self.token(pattern) == "let" and self.token(pattern - 1) in ("if", "while", "&&")
                return pattern if chained else index + 1
            if token in stops:
                break
            index -= 1
        return index + 1

    def rightwards(self, index, ends, in_condition):
        """Where the operand ends that begins at a token."""
        while index < len(self.tokens):
            token = self.tokens[index]
            if index not in self.literals:
                if token in ends or token == "{" and in_condition:
                    break
                index = self.partner.get(index, index) if token in PAIRS else index
            index += 1
        return index - 1

    def level(self, start, end):
        """The tokens of a stretch that are in no bracket of it."""
        while start <= end:
            if start not in self.literals:
                yield self.tokens[start]
                if self.tokens[start] in PAIRS:
                    start = self.partner.get(start, start)
            start += 1

    def early_exit(self, index):
        """`if … { return …` and `if … { continue; }`: the condition never holds."""
        opening = self.rightwards(index + 1, AFTER_CONDITION, True) + 1
        if self.token(opening) != "{" or self.token(opening + 1) not in LEAVES:
            return []
        if self.token(self.partner[opening] + 1) == "else":
            return []
        signs = list(self.level(index + 1, opening - 1))
        if "let" in signs:
            return [self.guard(index + 1, opening - 1, NEVER, "early exit")]
        # Of alternatives each is a guard of its own.
        return [] if "||" in signs else [self.guard(index + 1, opening - 1, FALSE, "early exit")]

    def match_guard(self, index):
        """`pattern if … =>`, or the same at the end of `matches!`: the guard always holds."""
        end = self.rightwards(index + 1, AFTER_CONDITION, True)
        if self.token(end + 1) not in ("=>", ")"):
            return []
        signs = list(self.level(index + 1, end))
        if "&&" in signs or "let" in signs:
            return []
        return [self.guard(index + 1, end, TRUE, "match guard")]

    def keeping(self, opening):
        """A closure, or a function by name, that says what to keep: everything."""
        start, end = opening + 1, self.partner[opening] - 1
        if self.token(end) == ",":
            end -= 1
        if start > end:
            return []
        start += self.token(start) == "move"
        if self.token(start) != "|":
            return [self.guard(start, end, TRUE_FOR_ALL, "filter")]
        body = start + 1
        while self.token(body) != "|":
            body = self.partner.get(body, body) + 1
        body += 1
        # The operands of a conjunction are guards of their own.
        if body > end or self.token(body) == "->" or "&&" in self.level(body, end):
            return []
        return [self.guard(body, end, TRUE, "filter")]

    def guard(self, first, last, around, kind):
        start, end = self.spans[first][0], self.spans[last][1]
        line = self.text.count("\n", 0, start) + 1
        text = " ".join(self.text[start:end].split())
        return Guard(self.path, start, end, *around, kind, line, text)
