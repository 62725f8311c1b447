//! The cases of a Markdown file: each fenced `fixture` block, named by the headings above it.

#![allow(clippy::string_slice, reason = "test code may fail loudly")]

/// One fixture with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// `file: heading / subheading`, with ` (2)` for a second fixture below the same heading.
    pub name: String,
    /// The fixture's text.
    pub fixture: Block,
    /// The `fix` block behind it.
    pub fix: Option<Block>,
    /// The `hover` block behind it.
    pub hover: Option<Block>,
    /// The `not-judged` block behind it.
    pub not_judged: Option<Block>,
    /// The `locations` block behind it.
    pub locations: Option<Block>,
    /// The `run ARGUMENTS` blocks behind it.
    pub runs: Vec<(String, Block)>,
}

/// The text of a fenced block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// 0-based line of the Markdown file on which the text begins.
    pub line: usize,
    /// Without the fences.
    pub text: String,
}

/// All cases of a Markdown text; or the 0-based line and the reason why it cannot be read.
pub fn cases(stem: &str, markdown: &str) -> Result<Vec<Case>, (usize, String)> {
    let mut cases: Vec<Case> = Vec::new();
    let mut headings: Vec<(usize, String)> = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let level = line.len() - line.trim_start_matches('#').len();
        if level > 0 && line[level..].starts_with(' ') {
            headings.retain(|(other, _)| *other < level);
            headings.push((level, line[level..].trim().to_owned()));
            continue;
        }
        let ticks = line.len() - line.trim_start_matches('`').len();
        if ticks < 3 {
            continue;
        }
        let fence = &line[..ticks];
        let mut block = Block { line: number + 1, text: String::new() };
        let closed = lines.by_ref().any(|(_, line)| {
            let closes = line.trim_end() == fence;
            if !closes {
                block.text.push_str(line);
                block.text.push('\n');
            }
            closes
        });
        if !closed {
            return Err((number, "the block is never closed".to_owned()));
        }
        match (line[ticks..].trim(), cases.last_mut()) {
            ("fixture", _) => {
                let name = name(stem, &headings, &cases);
                let (fix, hover, not_judged, locations, runs) = (None, None, None, None, Vec::new());
                cases.push(Case { name, fixture: block, fix, hover, not_judged, locations, runs });
            }
            ("fix", Some(case)) if case.fix.is_none() => case.fix = Some(block),
            ("hover", Some(case)) if case.hover.is_none() => case.hover = Some(block),
            ("not-judged", Some(case)) if case.not_judged.is_none() => case.not_judged = Some(block),
            ("locations", Some(case)) if case.locations.is_none() => case.locations = Some(block),
            ("fix" | "hover" | "not-judged" | "locations", _) => {
                return Err((number, "the block belongs to no fixture".to_owned()));
            }
            (info, case) => {
                if let (Some(arguments), Some(case)) = (info.strip_prefix("run "), case) {
                    case.runs.push((arguments.to_owned(), block));
                }
            }
        }
    }
    Ok(cases)
}

fn name(stem: &str, headings: &[(usize, String)], cases: &[Case]) -> String {
    // The file's title says what its name says.
    let path: Vec<&str> =
        headings.iter().filter(|(level, _)| *level > 1).map(|(_, text)| text.as_str()).collect();
    let name = format!("{stem}: {}", path.join(" / "));
    let same =
        cases.iter().filter(|case| case.name == name || case.name.starts_with(&format!("{name} ("))).count();
    if same == 0 { name } else { format!("{name} ({})", same + 1) }
}
