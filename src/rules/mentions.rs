//! Whether a file that is no Python names something: a search for whole words in bytes.

use camino::Utf8Path;

/// Whether a file configures, builds or runs something, so that a module named in it is used.
pub(super) fn is_configuration(path: &Utf8Path) -> bool {
    const EXTENSIONS: [&str; 16] = [
        "toml", "yaml", "yml", "cfg", "ini", "json", "sh", "bash", "env", "ipynb", "j2", "jinja", "conf",
        "tf", "mk", "hcl",
    ];
    const NAMES: [&str; 6] = ["Makefile", "justfile", "Justfile", "Procfile", "Containerfile", ".env"];
    let name = path.file_name().unwrap_or("");
    let lock = name.starts_with("pylock") || name.contains("-lock.") || name.contains(".lock");
    let container =
        name.starts_with("Dockerfile") || name.ends_with("Dockerfile") || name.ends_with(".dockerfile");
    let extension = path.extension().unwrap_or("");
    !lock && (container || NAMES.contains(&name) || EXTENSIONS.contains(&extension))
}

/// Whether `word` stands somewhere without a letter, digit, `_` or `-` on either side.
pub(super) fn contains_word(bytes: &[u8], word: &str) -> bool {
    find(bytes, word).any(|(before, after)| !continues(before) && !continues(after))
}

/// Whether a string begins with `word` as a module (`"acme"`, `"acme.io:load"`), or `-m word` is run.
pub(super) fn contains_quoted(bytes: &[u8], word: &str) -> bool {
    let quoted = find(bytes, word).any(|(before, after)| {
        matches!(before, b'"' | b'\'') && matches!(after, b'"' | b'\'' | b'.' | b':' | b'/')
    });
    quoted || contains_word(bytes, &format!("-m {word}"))
}

/// The bytes before and after each place of `word`; a line's end where there is none.
fn find<'b>(bytes: &'b [u8], word: &str) -> impl Iterator<Item = (u8, u8)> + 'b {
    let length = word.len();
    let starts: Vec<usize> = memchr::memmem::find_iter(bytes, word).collect();
    starts.into_iter().map(move |at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b'\n');
        (before, bytes.get(at + length).copied().unwrap_or(b'\n'))
    })
}

fn continues(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_and_strings_count() {
        for (text, word, quoted) in [
            ("type: acme.io.Loader", true, false),
            ("acme-shared", false, false),
            ("my_acme", false, false),
            ("x = 'acme.io:load'", true, true),
            ("run(\"acme\")", true, true),
            ("python -m acme", true, true),
            ("xacme", false, false),
            ("acme1", false, false),
            ("acmeé", false, false),
            ("\"acme and more\"", true, false),
            ("", false, false),
        ] {
            assert_eq!(contains_word(text.as_bytes(), "acme"), word, "{text}");
            assert_eq!(contains_quoted(text.as_bytes(), "acme"), quoted, "{text}");
        }
        for (name, counts) in [
            ("Dockerfile.dev", true),
            ("api.Dockerfile", true),
            ("api.dockerfile", true),
            ("Procfile", true),
            (".env", true),
            ("defs.yaml", true),
            ("uv.lock", false),
            ("pylock.toml", false),
            ("conda-lock.yml", false),
            ("pixi.lock.toml", false),
            ("README.md", false),
        ] {
            assert_eq!(is_configuration(&Utf8Path::new("/a").join(name)), counts, "{name}");
        }
    }
}
