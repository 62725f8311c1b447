use std::convert::Infallible;

use camino::Utf8Path;

use super::*;
use crate::rules::{Edit, Fix, Severity};
use crate::text::{TextRange, offset};
use crate::vfs::Grounds;

/// A rule for tests: every `a`, `c` and `u` is to be a `b`, and a `z` stays a `z` whatever its fix does. Findings on a
/// `c` are equal in all but their place; the fix of a `u` has to be looked at, and that of an `m` makes a finding unless
/// there is an `n` no more, which is to be a `b`, too, if there is no `z`. A `k` is to be an `l`, which a command cures. A `q` is not to be fixed.
fn look(files: &Files, file: &FileId) -> Findings {
    let text = files.text(file).unwrap().text.clone();
    let found = text.char_indices().filter(|(_, letter)| "acuzmnpklq".contains(*letter));
    let diagnostics = found.filter_map(|(at, letter)| {
        let range = TextRange::new(offset(at), offset(at + 1));
        let new_text = match letter {
            'z' => "z",
            'm' => "p",
            'k' => "l",
            _ => "b",
        };
        let edit = Edit { file: file.clone(), range, new_text: new_text.to_owned() };
        let fix = match letter {
            'n' if text.contains('z') => None,
            'u' => Some(Fix::to_review("t", vec![edit])),
            'l' => Some(Fix::to_run("make l".to_owned())),
            // It is a fault only as long as there is an `n`.
            'p' if !text.contains('n') => return None,
            'p' => None,
            _ => Some(Fix::safe("t", vec![edit])),
        };
        let rule = if matches!(letter, 'p' | 'l') { "made" } else { "test" };
        Some(Diagnostic {
            rule,
            severity: Severity::Error,
            message: letter.to_string(),
            file: file.clone(),
            range,
            location: None,
            related: vec![],
            fix,
            arguments: if letter == 'c' { vec![] } else { vec![at.to_string()] },
        })
    });
    Findings { diagnostics: diagnostics.collect(), ..Findings::default() }
}

fn outcome(text: &str, wanted: Wanted, refusal: &dyn Fn(&FileId) -> Option<String>) -> (Outcome, String) {
    let dir = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(dir.path()).unwrap();
    std::fs::write(root.join("a.txt"), text).unwrap();
    let file = FileId::new(&root.join("a.txt"));
    let files = Files::default();
    let within = Grounds::of(&files, [root.to_owned()]);
    let permitted = Permitted {
        wanted,
        covers: &|_, found| found.message != "q",
        within: &within,
        files: &files,
        refusal,
    };
    let over = |files: &Files| Ok::<_, Infallible>(Workspace::new(files.clone(), vec![root.to_owned()]));
    let outcome = settle(&files, &permitted, over, |workspace| look(&workspace.files, &file)).unwrap();
    let after = outcome.texts.get(&file).cloned().unwrap_or_else(|| text.to_owned());
    (outcome, after)
}

fn fixed(text: &str, wanted: Wanted) -> (usize, String, Vec<String>) {
    let (outcome, after) = outcome(text, wanted, &|_| None);
    let left = outcome.left.iter().map(|left| left.reason.to_string()).collect();
    (outcome.applied.len(), after, left)
}

#[test]
fn fixes_that_touch_take_turns_and_one_that_cures_nothing_is_left() {
    for (text, count, after, left) in [
        ("aaa", 3, "bbb", &[][..]),
        ("c-c", 2, "b-b", &[]),
        ("a-a\r\né-a", 3, "b-b\r\né-b", &[]),
        ("x-z", 0, "x-z", &["the finding would stay"]),
        ("a-z-a", 2, "b-z-b", &["the finding would stay"]),
        ("\u{feff}a", 1, "\u{feff}b", &[]),
        ("q-a", 1, "q-b", &[]),
    ] {
        let left = left.iter().map(|left| (*left).to_owned()).collect();
        assert_eq!(fixed(text, Wanted::Safe), (count, after.to_owned(), left), "{text}");
    }
}

#[test]
fn what_has_to_be_looked_at_is_written_only_where_it_is_wanted() {
    let unlooked = "it has to be looked at first".to_owned();
    let left = vec![unlooked.clone(), unlooked];
    assert_eq!(fixed("a-u-u", Wanted::Safe), (1, "b-u-u".to_owned(), left));
    assert_eq!(fixed("a-u-u", Wanted::All), (3, "b-b-b".to_owned(), vec![]));
}

#[test]
fn a_fix_that_makes_a_finding_waits_for_the_one_that_makes_room() {
    // Together they make none.
    assert_eq!(fixed("m-n", Wanted::Safe), (2, "p-b".to_owned(), vec![]));
    // With an `n` that touches another fix, each has its turn.
    assert_eq!(fixed("m-anu", Wanted::Safe).1, "p-bbu");
    // An `n` that stays, as it does beside a `z`, keeps it from being written, and nothing else.
    let (count, after, left) = fixed("m-n-z-a", Wanted::Safe);
    assert_eq!((count, after.as_str()), (1, "m-n-z-b"));
    assert_eq!(left, ["it would make made: p", "the finding would stay"]);
}

#[test]
fn what_a_command_cures_may_be_made_and_is_named() {
    let (outcome, after) = outcome("k-k-l", Wanted::Safe, &|_| None);
    assert_eq!(after, "l-l-l");
    let made = made(&outcome.before, &outcome.findings);
    assert_eq!(made.len(), 2);
    assert_eq!(commands(&made), ["make l"]);
}

#[test]
fn what_is_not_to_be_replaced_is_told_and_left() {
    let (outcome, after) = outcome("a", Wanted::All, &|_| Some("it has several names".to_owned()));
    assert_eq!((after.as_str(), outcome.applied.len()), ("a", 0));
    assert_eq!(outcome.left[0].reason, Reluctance::Refused("it has several names".to_owned()));
}

#[test]
fn what_lies_elsewhere_or_is_no_utf_8_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(dir.path()).unwrap();
    std::fs::create_dir(root.join("opened")).unwrap();
    std::fs::write(root.join("a.txt"), "a").unwrap();
    std::fs::write(root.join("opened/b.txt"), b"a\xff").unwrap();
    for (path, reason) in
        [("a.txt", Reluctance::Outside), ("opened/b.txt", Reluctance::Refused("it is not UTF-8".to_owned()))]
    {
        let file = FileId::new(&root.join(path));
        let files = Files::default();
        let within = Grounds::of(&files, [root.join("opened")]);
        let permitted = Permitted {
            wanted: Wanted::All,
            covers: &|_, _| true,
            within: &within,
            files: &files,
            refusal: &|_| None,
        };
        let over = |files: &Files| Ok::<_, Infallible>(Workspace::new(files.clone(), vec![root.to_owned()]));
        let outcome = settle(&files, &permitted, over, |workspace| look(&workspace.files, &file)).unwrap();
        assert!(outcome.texts.is_empty() && outcome.applied.is_empty());
        assert_eq!(outcome.left[0].reason, reason);
    }
}
