//! The fixture language itself: what is read out of a text, and that every kind of mismatch is noticed.

#[path = "support/markdown.rs"]
mod markdown;
mod support;

use crossloc::ide::{Definitions, Hover, NavigationTarget};
use crossloc::rules::{Diagnostic, Edit, Findings, Fix, NotJudged, Related, Severity};
use crossloc::text::TextRange;
use crossloc::vfs::FileId;
use support::{Answers, Expected, Label, Mark, Problem, Told, parse, problems, problems_of};

#[test]
fn files_marks_and_cursor_are_read() {
    let fixture = parse(
        "#! folders etl ml\n\
         #- shared/io.py\n\
         def load(): ...\n\
         #   ^^^^ def:load\n\
         x_y = 1\n\
         #<< def:x\n\
         #- etl/a.py crlf\n\
         from io import lo$0ad, é, x_y\n\
         #              ^^^^ ref:load error[missing-symbol]: `load` [is]: not there\n\
         \x20   #                ^ nodef\n\
         #                       ^^^ ref:x\n\
         #- vendor/\n\
         #- other link=../shared\n",
    )
    .unwrap();
    let files: Vec<(&str, &str)> =
        fixture.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    assert_eq!(
        files,
        [
            ("shared/io.py", "def load(): ...\nx_y = 1\n"),
            ("etl/a.py", "from io import load, é, x_y\n"),
            ("vendor", ""),
            ("other", "")
        ]
    );
    assert_eq!(fixture.folders, ["etl", "ml"]);
    assert_eq!(fixture.cursor, Some((1, 0, 17)));
    let mark = |file, line, start, end, label, written| Mark { file, line, start, end, label, written };
    let finding = Label::Told(
        Told::Finding(Severity::Error),
        "missing-symbol".to_owned(),
        Some("`load` [is]: not there".to_owned()),
    );
    assert_eq!(
        fixture.marks,
        [
            mark(0, 0, 4, 8, Label::Definition("load".to_owned()), 3),
            mark(0, 1, 0, 3, Label::Definition("x".to_owned()), 5),
            mark(1, 0, 15, 19, Label::Reference("load".to_owned()), 8),
            mark(1, 0, 15, 19, finding, 8),
            mark(1, 0, 21, 22, Label::NoDefinition, 9),
            mark(1, 0, 24, 27, Label::Reference("x".to_owned()), 10),
        ][..]
    );
}

#[test]
fn slips_of_the_pen_are_told() {
    for (text, line, message) in [
        ("x = 1\n", 0, "text before the first `#- path`"),
        ("#- a.py odd\n", 0, "unknown attribute `odd`"),
        ("#- a.py\n#- a.py\n", 1, "`a.py` is given twice"),
        ("#- a.py\nabc\n# ^ erorr[x]: y\n", 2, "unknown label `erorr[x]: y`"),
        ("#- a.py\nabc\n# ^\n", 2, "a mark needs a label"),
        ("#- a.py\nabc\n# ^^ nodef\n", 2, "the mark ends at column 4, the line above it earlier"),
        ("#- a.py\n# ^^ nodef\n", 1, "a mark needs a line above it"),
        ("#- a.py\nabc\n#^ ref:b\n", 2, "no `def` for `ref:b`"),
        ("#- a.py\nabc\n#^ def\n", 2, "no `ref` for `def:`"),
        ("#- a.py\n$0a$0\n#- b.py\n$0\n", 3, "a second `$0`"),
        ("#- a/\nx\n", 1, "`a` has no text of its own"),
    ] {
        assert_eq!(parse(text), Err(vec![Problem { line, message: message.to_owned() }]), "{text}");
    }
}

#[test]
fn a_workspace_without_expectations_passes() {
    support::check("#- a/b.py crlf bom\nx = 1\n#- c.py latin1\n# é\n#- d/\n#- e link=a\n");
}

#[test]
fn what_is_expected_and_missing_fails() {
    let text = "#- a.py\nimport nothing_here\n#      ^^^^^^^^^^^^ error[no-such-rule]: gone\n#      ^^^^^^^^^^^^ ref\n#- b.py def\n";
    let found = problems(text, &Expected::default());
    assert_eq!(
        found,
        [
            Problem {
                line: 2,
                message: "missing at a.py:1:8-20\n    #      ^^^^^^^^^^^^ error[no-such-rule]: gone"
                    .to_owned()
            },
            Problem {
                line: 3,
                message: "definition\n    expected b.py:1:1 (empty)\n    found    nothing".to_owned()
            },
        ]
    );
}

#[test]
fn an_expected_fix_and_hover_that_do_not_come_fail() {
    let text = "#- a.py\nx = 1$0\n";
    let expected =
        Expected { fix: Some((4, "#- a.py\nx = 2\n")), hover: Some((8, "int\n")), ..Expected::default() };
    let found: Vec<String> =
        problems(text, &expected).iter().map(|p| format!("{}: {}", p.line, p.message)).collect();
    assert_eq!(
        found,
        [
            "4: fixed `a.py` (- expected, + found)\n    - x = 2\n    + x = 1",
            "8: hover does not show (or not in this order)\n    int\n  but\n"
        ]
    );
    support::check_fix(text, "#- a.py\nx = 1\n");
    support::check_hover(text, "");
}

/// Answers that are the same whatever is asked: the name in bytes 4..8 of `b.py`, one finding in bytes 7..10 of
/// `a.py` with a fix, and one word as hover.
fn fixed_answers() -> Answers {
    Answers {
        definition: |workspace, _, _| {
            let file = FileId::new(&workspace.root().join("b.py"));
            let target = NavigationTarget { file, focus: TextRange::new(4, 8), full: TextRange::new(0, 15) };
            let origin = TextRange::new(7, 10);
            Some(Definitions { origin, targets: vec![target] })
        },
        hover: |_, _, _| Some(Hover { range: TextRange::new(0, 1), markdown: "one\ntwo\n".to_owned() }),
        check: |workspace| {
            let file = FileId::new(&workspace.root().join("a.py"));
            let other = FileId::new(&workspace.root().join("b.py"));
            let range = TextRange::new(7, 10);
            let edit = Edit { file: file.clone(), range, new_text: "new".to_owned() };
            let fix = Fix::safe("rename", vec![edit]);
            let diagnostic = Diagnostic {
                rule: "some-rule",
                severity: Severity::Warning,
                message: "`old` is old".to_owned(),
                file,
                range,
                location: None,
                related: vec![Related {
                    file: other,
                    range: TextRange::new(4, 8),
                    message: "new here".to_owned(),
                }],
                fix: Some(fix),
                arguments: Vec::new(),
            };
            let not_judged = vec![NotJudged { reason: "some reason".to_owned(), count: 1 }];
            Findings { diagnostics: vec![diagnostic], not_judged, ..Findings::default() }
        },
    }
}

fn shown(text: &str, expected: &Expected<'_>) -> Vec<String> {
    let problems = problems_of(text, expected, fixed_answers());
    problems.iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
}

#[test]
fn right_answers_pass_whatever_the_line_ends() {
    for form in ["", " crlf"] {
        let text = format!(
            "#- b.py\ndef load(): ...\n#   ^^^^ def\n#- a.py{form}\nimport old\n\
             #      ^^^ ref warning[some-rule]: `old` is old\n"
        );
        assert_eq!(shown(&text, &Expected::default()), [""; 0], "{form}");
    }
    let text = "#- a.py\nimport$0 old\n#      ^^^ warning[some-rule]\n";
    let expected = Expected {
        fix: Some((0, "#- a.py\nimport new\n")),
        hover: Some((0, "one\ntwo\n")),
        ..Expected::default()
    };
    assert_eq!(shown(text, &expected), [""; 0]);
}

#[test]
fn wrong_answers_fail() {
    let text = "#- b.py\ndef load(): ...\n#- c.py def\n#- a.py\nimport old\n\
                #      ^^^ ref\nimport  other_one\n#       ^^^^^^^^^ nodef\n";
    assert_eq!(
        shown(text, &Expected::default()),
        [
            "4: unexpected at a.py:1:8-11\n    #      ^^^ warning[some-rule]: `old` is old",
            "5: definition\n    expected c.py:1:1 (empty)\n    found    b.py:1:5-9",
            "7: definition\n    expected nothing\n    found    b.py:1:5-9",
        ]
    );
    let origin = "#- b.py\ndef load(): ...\n#   ^^^^ def\n#- a.py\nimport old\n\
                  #      ^^^ warning[some-rule]\nimport  other_one\n#       ^^^^^^^^^ ref\n";
    assert_eq!(
        shown(origin, &Expected::default()),
        ["7: definition is answered for another range\n    expected a.py:2:9-18\n    found    a.py:1:8-11"]
    );
    let text = "#- a.py\nimport$0 old\n#      ^^^ warning[some-rule]\n";
    let expected = Expected { not_judged: Some((2, "1 some\n")), ..Expected::default() };
    assert_eq!(shown(text, &expected), [""; 0]);
    let expected = Expected { not_judged: Some((2, "2 some reason\n")), ..Expected::default() };
    assert_eq!(
        shown(text, &expected),
        [
            "2: also not judged\n    1 some reason",
            "2: is judged, or not this number of times\n    2 some reason",
        ]
    );
    let expected = Expected { fix: Some((3, "")), hover: Some((5, "two\none\n")), ..Expected::default() };
    assert_eq!(
        shown(text, &expected),
        [
            "3: a fix also changes `a.py` to\nimport new\n",
            "6: hover does not show (or not in this order)\n    one\n  but\none\ntwo\n",
        ]
    );
}

/// Nothing of either kind is asked for where no mark speaks of it.
#[test]
fn related_places_and_fixes_are_compared_where_one_is_expected() {
    let files = "#- b.py\ndef load(): ...\n{}#- a.py\nimport old\n#      ^^^ warning[some-rule]\n";
    let told = |there: &str, here: &str| {
        shown(&format!("{}{here}", files.replace("{}", there)), &Expected::default())
    };
    let related = "#   ^^^^ related[some-rule]: new here\n";
    let fix = "#      ^^^ fix[some-rule]: rename\n";
    assert_eq!(told(related, fix), [""; 0]);
    assert_eq!(told("#   ^^^^ related[some-rule]\n", ""), [""; 0]);
    assert_eq!(told("", fix), [""; 0]);
    let whole = "#- b.py related[some-rule]: one related[some-rule]: two\n#- a.py\n";
    let marks = parse(whole).unwrap().marks;
    assert_eq!(marks.iter().map(|mark| (mark.start, mark.end)).collect::<Vec<_>>(), [(0, 0), (0, 0)]);
    assert_eq!(
        told("#  ^^ related[some-rule]: new here\n", "#      ^^^ unsafe-fix[some-rule]: rename\n"),
        [
            "1: unexpected at b.py:1:5-9\n    #   ^^^^ related[some-rule]: new here",
            "2: missing at b.py:1:4-6\n    #  ^^ related[some-rule]: new here",
            "4: unexpected at a.py:1:8-11\n    #      ^^^ fix[some-rule]: rename",
            "6: missing at a.py:1:8-11\n    #      ^^^ unsafe-fix[some-rule]: rename",
        ]
    );
}

#[test]
fn markdown_headings_name_the_cases() {
    let text = "# Title\n\nProse.\n\n## One\n```fixture\n#- a.py\n```\n### Two\n````fixture\n```\n````\n\
                ```fix\nx\n```\n```hover\ny\n```\n## One\n```fixture\n```\n```toml\n[a]\n```\n";
    let cases = markdown::cases("file", text).unwrap();
    let shown: Vec<_> = cases
        .iter()
        .map(|case| {
            let text = |block: &Option<markdown::Block>| block.as_ref().map(|block| block.text.clone());
            (
                case.name.as_str(),
                case.fixture.line,
                case.fixture.text.as_str(),
                text(&case.fix),
                text(&case.hover),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("file: One", 6, "#- a.py\n", None, None),
            ("file: One / Two", 10, "```\n", Some("x\n".to_owned()), Some("y\n".to_owned())),
            ("file: One (2)", 20, "", None, None),
        ]
    );
    assert_eq!(markdown::cases("f", "```fixture\n"), Err((0, "the block is never closed".to_owned())));
    assert_eq!(markdown::cases("f", "```fix\n```\n"), Err((0, "the block belongs to no fixture".to_owned())));
}
