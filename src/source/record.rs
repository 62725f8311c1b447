//! RECORD: what an installer wrote down of the files of a distribution.

/// The path of a line of RECORD, which is CSV: `acme/io.py,sha256=…,120`, quoted where it holds a comma.
pub(super) fn recorded_path(line: &str) -> Option<String> {
    let path = match line.strip_prefix('"') {
        Some(quoted) => quoted.split("\",").next()?.trim_end_matches('"').replace("\"\"", "\""),
        None => line.split(',').next()?.to_owned(),
    };
    Some(path.replace('\\', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_csv() {
        for (line, expected) in [
            ("acme/io.py,sha256=x,12", "acme/io.py"),
            ("\"acme/a,b.py\",sha256=x,12", "acme/a,b.py"),
            ("acme\\io.py,,", "acme/io.py"),
            ("acme/io.py", "acme/io.py"),
        ] {
            assert_eq!(recorded_path(line).as_deref(), Some(expected), "{line}");
        }
    }
}
