//! What would change, as `diff -u` shows it and `patch -p1` takes it.

use std::fmt::Write;
use std::ops::Range;

/// Lines shown around a change.
const CONTEXT: usize = 3;
/// Texts that differ in more places than this product says are shown as one change.
const MAX_CELLS: usize = 4_000_000;

/// The difference of two texts of the file with this name; empty where they are equal.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let (old, new) = (lines(before), lines(after));
    let hunks = hunks(changes(&old, &new));
    let mut out = String::new();
    if hunks.is_empty() {
        return out;
    }
    let _ = write!(out, "--- a/{name}\n+++ b/{name}\n");
    for hunk in hunks {
        show(&mut out, &hunk, &old, &new);
    }
    out
}

/// A stretch of lines that gives way to another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The changes in their order, by a longest common subsequence of what lies between equal ends.
fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let old_middle = old.get(head..old_end).unwrap_or_default();
    let new_middle = new.get(head..new_end).unwrap_or_default();
    let kept = if old_middle.len().saturating_mul(new_middle.len()) > MAX_CELLS {
        Vec::new()
    } else {
        common(old_middle, new_middle)
    };
    let mut found = Vec::new();
    let (mut at_old, mut at_new) = (head, head);
    for (o, n) in kept.into_iter().map(|(o, n)| (o + head, n + head)).chain([(old_end, new_end)]) {
        if at_old < o || at_new < n {
            found.push(Change { old: at_old..o, new: at_new..n });
        }
        (at_old, at_new) = (o + 1, n + 1);
    }
    found
}

/// Pairs of equal lines, as many as can be had in order.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0u32; (old.len() + 1) * width];
    let length = |lengths: &[u32], o: usize, n: usize| lengths.get(o * width + n).copied().unwrap_or(0);
    for (o, a) in old.iter().enumerate().rev() {
        for (n, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                length(&lengths, o + 1, n + 1) + 1
            } else {
                length(&lengths, o + 1, n).max(length(&lengths, o, n + 1))
            };
            if let Some(cell) = lengths.get_mut(o * width + n) {
                *cell = best;
            }
        }
    }
    let (mut o, mut n, mut pairs) = (0, 0, Vec::new());
    while let (Some(a), Some(b)) = (old.get(o), new.get(n)) {
        if a == b {
            pairs.push((o, n));
            (o, n) = (o + 1, n + 1);
        } else if length(&lengths, o + 1, n) >= length(&lengths, o, n + 1) {
            o += 1;
        } else {
            n += 1;
        }
    }
    pairs
}

/// Changes whose contexts meet are shown together.
fn hunks(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let mut hunks: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        let near = hunks.last().and_then(|hunk| hunk.last());
        if near.is_some_and(|last| change.old.start - last.old.end <= 2 * CONTEXT) {
            hunks.last_mut().into_iter().for_each(|hunk| hunk.push(change.clone()));
        } else {
            hunks.push(vec![change]);
        }
    }
    hunks
}

fn show(out: &mut String, hunk: &[Change], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    let before = first.old.start.min(CONTEXT);
    let behind = (old.len() - last.old.end).min(CONTEXT);
    let shown = |range: &Range<usize>, end: usize| {
        let start = range.start - before;
        let length = end + behind - start;
        let first = if length == 0 { start } else { start + 1 };
        if length == 1 { format!("{first}") } else { format!("{first},{length}") }
    };
    let _ = writeln!(out, "@@ -{} +{} @@", shown(&first.old, last.old.end), shown(&first.new, last.new.end));
    let mut at = first.old.start - before;
    for change in hunk {
        put(out, ' ', old.get(at..change.old.start));
        put(out, '-', old.get(change.old.clone()));
        put(out, '+', new.get(change.new.clone()));
        at = change.old.end;
    }
    put(out, ' ', old.get(at..at + behind));
}

fn put(out: &mut String, sign: char, lines: Option<&[&str]>) {
    for line in lines.unwrap_or_default() {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_patch_takes() {
        for (before, after, expected) in [
            ("a\nb\n", "a\nb\n", ""),
            ("a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"),
            ("", "a\n", "@@ -0,0 +1 @@\n+a\n"),
            ("a\n", "", "@@ -1 +0,0 @@\n-a\n"),
            ("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"),
            ("a\r\nb\r\n", "a\r\nc\r\n", "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"),
            (
                "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
                "0\n1\n2\n3\n4\n5\n6\n7\n8\n",
                "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -6,4 +7,3 @@\n 6\n 7\n 8\n-9\n",
            ),
            (
                "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
                "1\nx\n3\n4\n5\n6\n7\n8\ny\n",
                "@@ -1,9 +1,9 @@\n 1\n-2\n+x\n 3\n 4\n 5\n 6\n 7\n 8\n-9\n+y\n",
            ),
        ] {
            let head = if expected.is_empty() { "" } else { "--- a/f\n+++ b/f\n" };
            assert_eq!(unified("f", before, after), format!("{head}{expected}"), "{before:?} {after:?}");
        }
    }
}
