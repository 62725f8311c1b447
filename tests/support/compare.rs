//! Edits applied to texts, and the difference of two texts for people to read.

use std::collections::{BTreeMap, BTreeSet};

/// A replacement: start, end, new text.
type Edit = (u32, u32, String);

/// The texts after all edits, by path. Equal edits count once; overlapping ones are an error, as fixes of one run
/// must be applicable together.
pub fn apply(
    edits: impl Iterator<Item = (String, Edit)>,
    before: impl Fn(&str) -> String,
) -> Result<BTreeMap<String, String>, String> {
    let mut by_path: BTreeMap<String, BTreeSet<Edit>> = BTreeMap::new();
    for (path, edit) in edits {
        by_path.entry(path).or_default().insert(edit);
    }
    let mut after = BTreeMap::new();
    for (path, edits) in by_path {
        let mut text = before(&path);
        let mut behind = usize::MAX;
        for (start, end, new_text) in edits.into_iter().rev() {
            let (start, end) = (start as usize, end as usize);
            if end > behind || text.get(start..end).is_none() {
                return Err(format!(
                    "the edit of `{path}` at {start}..{end} overlaps another or lies outside the text"
                ));
            }
            text.replace_range(start..end, &new_text);
            behind = start;
        }
        after.insert(path, text);
    }
    Ok(after)
}

/// The lines that differ, `-` for those of `expected`, `+` for those of `found`, equal ones indented between them.
pub fn line_diff(expected: &str, found: &str) -> String {
    let (left, right): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    // longest[i][j] is the length of the longest common subsequence of left[i..] and right[j..].
    let mut longest = vec![vec![0usize; right.len() + 1]; left.len() + 1];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            longest[i][j] = if left[i] == right[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && left[i] == right[j] {
            out.push(format!("      {}", left[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == right.len() || (i < left.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            out.push(format!("    - {}", left[i]));
            i += 1;
        } else {
            out.push(format!("    + {}", right[j]));
            j += 1;
        }
    }
    out.join("\n")
}
