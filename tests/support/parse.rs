//! A fixture's text as files and marks.

use crossloc::rules::Severity;

use super::Problem;

/// Stands in a text for the absolute folder that the fixture is written to.
pub const ROOT: &str = "$ROOT";

/// A workspace to be written to disk, and what is expected of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixture {
    /// The opened folders, relative to the fixture's root; empty for the root itself.
    pub folders: Vec<String>,
    /// In the order of the text.
    pub files: Vec<File>,
    /// In the order of the text.
    pub marks: Vec<Mark>,
    /// `#! tag` lines, in the order of the text.
    pub tags: Vec<Tag>,
    /// Where `$0` stood: file, 0-based line, 0-based column in characters.
    pub cursor: Option<(usize, u32, u32)>,
}

/// A line `#! tag DIR NAME`: what stands above it below the folder is committed and tagged in a repository there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Relative to the root.
    pub dir: String,
    /// The tag.
    pub name: String,
    /// How many sections stand above.
    pub files: usize,
    /// The fixture's line.
    pub written: usize,
}

/// One `#- path` section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    /// What is written, before the attributes change its bytes; lines end in `\n`.
    pub text: String,
    /// How it is written.
    pub form: Form,
    /// The fixture's line of the header.
    pub header: usize,
    /// The fixture's line of each line of `text`.
    pub lines: Vec<usize>,
}

/// What a section becomes on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// The text as it is.
    #[default]
    Plain,
    /// With `\r\n` line ends.
    Crlf,
    /// Behind a byte-order mark.
    Bom,
    /// In Latin-1, which is no UTF-8 as soon as a letter has an accent.
    Latin1,
    /// An empty folder.
    Dir,
    /// A symbolic link to this path, as written.
    Link(String),
}

/// A range and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Into [`Fixture::files`].
    pub file: usize,
    /// 0-based line in the file; columns count characters.
    pub line: u32,
    /// The first column.
    pub start: u32,
    /// The column behind the last; equal to `start` for a mark of a whole file.
    pub end: u32,
    /// What is expected there.
    pub label: Label,
    /// The fixture's line of the mark.
    pub written: usize,
}

/// What is expected at a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// `def` or `def:NAME`: what the references of this name lead to.
    Definition(String),
    /// `ref` or `ref:NAME`: asked for its definition.
    Reference(String),
    /// `nodef`: asked, and nothing may be answered.
    NoDefinition,
    /// `error[rule]: message`, or what belongs to a finding of that rule; without a message, any will do.
    Told(Told, String, Option<String>),
}

/// What is told of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// `error`, `warning`, `information`: something is at fault there.
    Finding(Severity),
    /// `related`: a finding elsewhere names this place.
    Related,
    /// `fix`: the finding there has a fix of this title.
    Fix,
    /// `unsafe-fix`: the same, for somebody to look at first.
    UnsafeFix,
}

/// Reads a fixture. Whatever is not understood is a problem: a mark with a typo must not pass as a comment.
pub fn parse(text: &str) -> Result<Fixture, Vec<Problem>> {
    let mut fixture = Fixture::default();
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let result = if let Some(header) = line.strip_prefix("#- ") {
            add_file(&mut fixture, number, header)
        } else if let Some(rest) = line.strip_prefix("#! tag ") {
            add_tag(&mut fixture, number, rest)
        } else if fixture.files.is_empty() {
            add_directive(&mut fixture, line)
        } else if let Some((start, end, labels)) = mark(line) {
            add_marks(&mut fixture, number, (start, end), labels)
        } else {
            add_line(&mut fixture, number, line)
        };
        problems.extend(result.err().map(|message| Problem::new(number, message)));
    }
    problems.extend(unpaired(&fixture));
    if problems.is_empty() { Ok(fixture) } else { Err(problems) }
}

fn add_file(fixture: &mut Fixture, number: usize, header: &str) -> Result<(), String> {
    let mut told = header.split(" related[");
    let mut words = told.next().unwrap_or("").split_whitespace();
    let path = words.next().ok_or("a section needs a path")?;
    let since = fixture.tags.iter().rfind(|tag| is_below(path, &tag.dir)).map_or(0, |tag| tag.files);
    let path_taken = fixture.files.iter().skip(since).any(|file| file.path == path.trim_end_matches('/'));
    if path_taken {
        return Err(format!("`{path}` is given twice"));
    }
    let mut file = File { path: path.trim_end_matches('/').to_owned(), header: number, ..File::default() };
    if path.ends_with('/') {
        file.form = Form::Dir;
    }
    let index = fixture.files.len();
    let whole = |label| Mark { file: index, line: 0, start: 0, end: 0, label, written: number };
    for text in told {
        let text = format!("related[{text}");
        fixture.marks.push(whole(told_label(&text).ok_or_else(|| format!("unknown label `{text}`"))?));
    }
    for word in words {
        match word {
            "crlf" => file.form = Form::Crlf,
            "bom" => file.form = Form::Bom,
            "latin1" => file.form = Form::Latin1,
            _ if word.starts_with("link=") => file.form = Form::Link(word["link=".len()..].to_owned()),
            _ => {
                let Some(label @ Label::Definition(_)) = place_label(word) else {
                    return Err(format!("unknown attribute `{word}`"));
                };
                fixture.marks.push(whole(label));
            }
        }
    }
    fixture.files.push(file);
    Ok(())
}

/// Sections below the folder may be given anew behind a tag.
fn add_tag(fixture: &mut Fixture, written: usize, rest: &str) -> Result<(), String> {
    let (dir, name) = rest.split_once(' ').ok_or("`#! tag` needs a folder and a name")?;
    let known = fixture.files.iter().any(|file| is_below(&file.path, dir));
    if !known {
        return Err(format!("nothing is written below `{dir}` yet"));
    }
    let files = fixture.files.len();
    fixture.tags.push(Tag { dir: dir.to_owned(), name: name.trim().to_owned(), files, written });
    Ok(())
}

fn is_below(path: &str, dir: &str) -> bool {
    dir == "." || path.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'))
}

impl Fixture {
    /// The tag that keeps a section's text, where a later section replaces it.
    pub fn kept_by(&self, file: usize) -> Option<&Tag> {
        let path = &self.files.get(file)?.path;
        let replaced = self.files.iter().skip(file + 1).any(|later| later.path == *path);
        let after = self.tags.iter().find(|tag| tag.files > file && is_below(path, &tag.dir));
        after.filter(|_| replaced)
    }
}

fn add_directive(fixture: &mut Fixture, line: &str) -> Result<(), String> {
    if line.trim().is_empty() {
        return Ok(());
    }
    let folders = line.strip_prefix("#! folders ").ok_or("text before the first `#- path`")?;
    fixture.folders = folders.split_whitespace().map(str::to_owned).collect();
    Ok(())
}

/// The columns and labels of a mark line: `#   ^^^ labels`, or `#<<< labels` for a range that begins at column 0.
fn mark(line: &str) -> Option<(u32, u32, &str)> {
    let hash = line.len() - line.trim_start().len();
    let behind = line[hash..].strip_prefix('#')?;
    let (start, arrows) = match behind.strip_prefix('<') {
        Some(_) => (0, behind),
        None => {
            let arrows = behind.trim_start_matches(' ');
            (hash + 1 + behind.len() - arrows.len(), arrows)
        }
    };
    let sign = arrows.chars().next().filter(|sign| matches!(sign, '^' | '<'))?;
    let labels = arrows.trim_start_matches(sign);
    let end = line.len() - labels.len();
    Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?, labels.trim()))
}

fn add_marks(
    fixture: &mut Fixture,
    number: usize,
    (start, end): (u32, u32),
    labels: &str,
) -> Result<(), String> {
    let file = fixture.files.len() - 1;
    let section = &fixture.files[file];
    let above = section.text.lines().last().ok_or("a mark needs a line above it")?;
    if above.chars().count() < end as usize {
        return Err(format!("the mark ends at column {end}, the line above it earlier"));
    }
    if above.contains(ROOT) {
        return Err(format!("the columns of a line with `{ROOT}` are not known"));
    }
    let line = u32::try_from(section.lines.len() - 1).map_err(|error| error.to_string())?;
    let mut rest = labels;
    if rest.is_empty() {
        return Err("a mark needs a label".to_owned());
    }
    while !rest.is_empty() {
        let word = rest.split_whitespace().next().unwrap_or("");
        let label = match place_label(word) {
            Some(label) => {
                rest = rest[word.len()..].trim_start();
                label
            }
            None => {
                let label = told_label(rest).ok_or_else(|| format!("unknown label `{rest}`"))?;
                rest = "";
                label
            }
        };
        fixture.marks.push(Mark { file, line, start, end, label, written: number });
    }
    Ok(())
}

fn place_label(word: &str) -> Option<Label> {
    let (kind, name) = word.split_once(':').unwrap_or((word, ""));
    match kind {
        "def" => Some(Label::Definition(name.to_owned())),
        "ref" => Some(Label::Reference(name.to_owned())),
        "nodef" if name.is_empty() => Some(Label::NoDefinition),
        _ => None,
    }
}

fn told_label(text: &str) -> Option<Label> {
    let (kind, rest) = text.split_once('[')?;
    let told = match kind {
        "error" => Told::Finding(Severity::Error),
        "warning" => Told::Finding(Severity::Warning),
        "information" => Told::Finding(Severity::Information),
        "related" => Told::Related,
        "fix" => Told::Fix,
        "unsafe-fix" => Told::UnsafeFix,
        _ => return None,
    };
    let (rule, message) = rest.split_once(']')?;
    let message = match message.strip_prefix(": ") {
        Some(message) => Some(message.trim_end().to_owned()),
        None if message.is_empty() => None,
        None => return None,
    };
    Some(Label::Told(told, rule.to_owned(), message))
}

fn add_line(fixture: &mut Fixture, number: usize, line: &str) -> Result<(), String> {
    let index = fixture.files.len() - 1;
    let section = &mut fixture.files[index];
    if matches!(section.form, Form::Dir | Form::Link(_)) && !line.is_empty() {
        return Err(format!("`{}` has no text of its own", section.path));
    }
    let mut line = line.to_owned();
    if let Some(at) = line.find("$0") {
        line.replace_range(at..at + 2, "");
        let column = u32::try_from(line[..at].chars().count()).map_err(|error| error.to_string())?;
        let row = u32::try_from(section.lines.len()).map_err(|error| error.to_string())?;
        if fixture.cursor.replace((index, row, column)).is_some() {
            return Err("a second `$0`".to_owned());
        }
    }
    section.text.push_str(&line);
    section.text.push('\n');
    section.lines.push(number);
    Ok(())
}

/// References without a definition, and definitions that nothing leads to, are slips of the pen.
fn unpaired(fixture: &Fixture) -> Vec<Problem> {
    let has = |wanted: Label| fixture.marks.iter().any(|mark| mark.label == wanted);
    let message = |mark: &Mark| match &mark.label {
        Label::Reference(name) if !has(Label::Definition(name.clone())) => {
            Some(format!("no `def` for `ref:{name}`"))
        }
        Label::Definition(name) if !has(Label::Reference(name.clone())) => {
            Some(format!("no `ref` for `def:{name}`"))
        }
        _ => None,
    };
    fixture.marks.iter().filter_map(|mark| Some(Problem::new(mark.written, message(mark)?))).collect()
}
