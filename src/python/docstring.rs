//! Docstrings as a reader sees them.

/// Dedents as `inspect.cleandoc` does: the first line is stripped, the others lose their common indentation,
/// empty lines at both ends go, tabs become eight columns.
pub(super) fn clean(text: &str) -> Box<str> {
    let expanded = if text.contains('\t') { text.replace('\t', "        ") } else { text.to_owned() };
    let mut lines = expanded.lines().map(str::trim_end);
    let first = lines.next().unwrap_or_default().trim_start();
    let rest: Vec<&str> = lines.collect();
    let margin = rest.iter().filter(|line| !line.is_empty()).map(|line| indentation(line)).min().unwrap_or(0);
    let mut cleaned: Vec<&str> = Vec::with_capacity(rest.len() + 1);
    cleaned.push(first);
    cleaned.extend(rest.iter().map(|line| line.get(margin..).unwrap_or_default()));
    let begin = cleaned.iter().position(|line| !line.is_empty()).unwrap_or(cleaned.len());
    let end = cleaned.iter().rposition(|line| !line.is_empty()).map_or(begin, |last| last + 1);
    cleaned.get(begin..end).unwrap_or_default().join("\n").into_boxed_str()
}

fn indentation(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

/// The text that a string literal's inside stands for: the escapes of plain prose are replaced, others stay.
pub(super) fn unescape(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('\n') => {}
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some(quoted @ ('\\' | '\'' | '"')) => text.push(quoted),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_is_that_of_inspect() {
        for (text, cleaned) in [
            ("", ""),
            ("  One.  ", "One."),
            ("One.\n\n    Two\n      three\n    ", "One.\n\nTwo\n  three"),
            ("\n    One.\n    Two.\n", "One.\nTwo."),
            ("\r\n    One.\r\n\tTwo.", "One.\n    Two."),
            ("One.\n é\n  x", "One.\né\n x"),
        ] {
            assert_eq!(&*clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn escapes_of_prose_are_replaced() {
        assert_eq!(unescape("a\\nb \\\\d \\'x\\' \\d \\\nc\\"), "a\nb \\d 'x' \\d c\\");
    }
}
