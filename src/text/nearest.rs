//! "Did you mean": the right word nearest to a wrong one.

/// The candidate that a person who wrote `word` most likely meant; `None` where nothing is close. Of two equally
/// near candidates the earlier one wins.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    /// Longer words come from broken files, not from typing, and the distance costs the product of the lengths.
    const LONGEST: usize = 100;
    if word.len() > LONGEST {
        return None;
    }
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_mended_and_other_words_are_not() {
        let names = ["missing-symbol", "missing-source-path", "pins-differ"];
        for (word, expected) in [
            ("missing-symbl", Some("missing-symbol")),
            ("pin-differs", Some("pins-differ")),
            ("mising-source-path", Some("missing-source-path")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(1_000_000), names), None);
        let long = "x".repeat(101);
        assert_eq!(nearest(&long, [long.as_str()]), None);
        assert_eq!(nearest(&"x".repeat(100), [long.as_str()]), None);
    }
}
