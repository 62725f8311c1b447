//! The difference of two texts, by lines, for reading.

/// Lines shown around a change.
const CONTEXT: usize = 3;
/// More lines than these are not shown.
const MAX_LINES: usize = 200;
/// Texts that differ in more lines than these are not compared line by line.
const MAX_CHANGED: usize = 5_000;

/// The lines that only one text has, with some around them; `None` for equal texts.
pub fn between(before: &str, now: &str) -> Option<String> {
    if before == now {
        return None;
    }
    let (before, now): (Vec<&str>, Vec<&str>) = (before.lines().collect(), now.lines().collect());
    let head = before.iter().zip(&now).take_while(|(a, b)| a == b).count();
    let most = before.len().min(now.len()) - head;
    let tail = before.iter().rev().zip(now.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let (left, right) = (&before[head..before.len() - tail], &now[head..now.len() - tail]);
    if left.len().max(right.len()) > MAX_CHANGED {
        return Some(format!("{} lines became {}\n", before.len(), now.len()));
    }
    let mut edits: Vec<(char, &str)> = before[..head].iter().map(|line| (' ', *line)).collect();
    edits.extend(aligned(left, right));
    edits.extend(before[before.len() - tail..].iter().map(|line| (' ', *line)));
    Some(shown(&edits))
}

/// Both texts in one, each line marked as to which has it, with as many in common as there can be.
fn aligned<'t>(left: &[&'t str], right: &[&'t str]) -> Vec<(char, &'t str)> {
    let width = right.len() + 1;
    // The most lines in common of what stands behind each pair of places.
    let mut common = vec![0u16; (left.len() + 1) * width];
    for (a, line) in left.iter().enumerate().rev() {
        for (b, other) in right.iter().enumerate().rev() {
            common[a * width + b] = if line == other {
                common[(a + 1) * width + b + 1] + 1
            } else {
                common[(a + 1) * width + b].max(common[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b, mut edits) = (0, 0, Vec::new());
    while a < left.len() || b < right.len() {
        if a < left.len() && b < right.len() && left[a] == right[b] {
            edits.push((' ', left[a]));
            (a, b) = (a + 1, b + 1);
        } else if b == right.len()
            || (a < left.len() && common[(a + 1) * width + b] >= common[a * width + b + 1])
        {
            edits.push(('-', left[a]));
            a += 1;
        } else {
            edits.push(('+', right[b]));
            b += 1;
        }
    }
    edits
}

fn shown(edits: &[(char, &str)]) -> String {
    let changed: Vec<usize> = (0..edits.len()).filter(|at| edits[*at].0 != ' ').collect();
    let near = |at: usize| changed.iter().any(|other| at.abs_diff(*other) <= CONTEXT);
    let (mut text, mut lines, mut gap) = (String::new(), 0, false);
    for (at, (mark, line)) in edits.iter().enumerate() {
        if !near(at) {
            gap = true;
            continue;
        }
        if lines == MAX_LINES {
            return format!("{text}…\n");
        }
        if std::mem::take(&mut gap) {
            text.push_str("@@\n");
        }
        text.push_str(&format!("{mark}{line}\n"));
        lines += 1;
    }
    text
}

#[test]
fn a_difference_shows_what_changed_and_where() {
    let before: Vec<String> = (0..30).map(|line| line.to_string()).collect();
    let mut now = before.clone();
    now[10] = "ten".to_owned();
    now.insert(20, "new".to_owned());
    let (before, now) = (before.join("\n"), now.join("\n"));
    assert_eq!(between(&before, &before), None);
    assert_eq!(
        between(&before, &now).unwrap(),
        "@@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n@@\n 17\n 18\n 19\n+new\n 20\n 21\n 22\n"
    );
    assert_eq!(between("", "x\n").unwrap(), "+x\n");
}
