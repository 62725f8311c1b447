//! Requirements and constraints files, as pip reads them.

use super::DistributionName;
use super::literal::Literal;
use super::model::{
    Group, Include, IncludeKind, Manifest, ManifestError, ManifestKind, PathRequirement, Requirement,
    SourceKind,
};
use super::requirement;
use super::table::MAXIMUM_MENTIONS;
use super::{LockKind, is_compiled};
use crate::text::{Spanned, TextRange, offset};

/// Reads a requirements file. In a constraints file the requirements look the same: whether they require or only
/// constrain is known to who includes it.
pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::empty(ManifestKind::Requirements);
    manifest.tools.extend(is_compiled(text).then_some(LockKind::Compiled));
    let mut logical = String::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let comment = comment_start(body);
        if let Some(comment) = comment {
            let found = super::comment(text, at + comment, at + body.len());
            manifest.comments.extend(found);
        }
        let content = comment.and_then(|comment| body.get(..comment)).unwrap_or(body);
        if logical.is_empty() {
            start = at;
        }
        logical.push_str(content);
        at += line.len();
        if comment.is_none() && content.ends_with('\\') && at < text.len() {
            // Spaces for what was there, so that places in the joined line are places in the file.
            logical.pop();
            logical.push_str(&" ".repeat(1 + line.len() - body.len()));
            continue;
        }
        read_line(Literal::at(&logical, offset(start)).trim(), &mut manifest);
        logical.clear();
    }
    manifest
}

/// A comment begins at the line's start or behind white space.
fn comment_start(line: &str) -> Option<usize> {
    line.match_indices('#').map(|(at, _)| at).find(|at| {
        line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
    })
}

fn read_line(line: Literal<'_>, manifest: &mut Manifest) {
    if line.value.is_empty() {
        return;
    }
    if manifest.mentions.len() < MAXIMUM_MENTIONS {
        manifest.mentions.push(line.spanned());
    }
    // What the environment or a generator will put there is not known.
    if line.value.contains("${") || line.value.contains("{{") || line.value.contains("{%") {
        return;
    }
    if !line.value.starts_with('-') {
        read_target(line, without_options(line), &Group::Main, None, manifest);
        return;
    }
    let includes = [
        ("--requirement", IncludeKind::Requirements),
        ("--constraint", IncludeKind::Constraints),
        ("-r", IncludeKind::Requirements),
        ("-c", IncludeKind::Constraints),
    ];
    for (option, kind) in includes {
        if let Some(path) = option_value(line, option) {
            let group = if kind == IncludeKind::Constraints { Group::Constraint } else { Group::Main };
            manifest.includes.push(Include { kind, path: path.spanned(), group });
            return;
        }
    }
    if let Some(links) = option_value(line, "--find-links").or_else(|| option_value(line, "-f")) {
        manifest.find_links.push(links.spanned());
        return;
    }
    if let Some(target) = option_value(line, "--editable").or_else(|| option_value(line, "-e")) {
        read_target(line, without_options(target), &Group::Main, Some(true), manifest);
    }
}

/// The value of an option: `-r x`, `-rx`, `--requirement x`, `--requirement=x`.
fn option_value<'a>(line: Literal<'a>, option: &str) -> Option<Literal<'a>> {
    let rest = line.value.strip_prefix(option)?;
    let separated = rest.starts_with([' ', '\t', '=']);
    if option.starts_with("--") && !separated {
        return None;
    }
    let value = rest.trim_start_matches([' ', '\t', '=']).trim_end();
    let value = value.strip_prefix(['"', '\'']).and_then(|v| v.strip_suffix(['"', '\''])).unwrap_or(value);
    (!value.is_empty()).then(|| line.part(value))
}

/// The requirement without `--hash=…` and other options of its line.
fn without_options(line: Literal<'_>) -> Literal<'_> {
    let cut = line
        .value
        .match_indices("--")
        .map(|(at, _)| at)
        .find(|at| line.value.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace)));
    let value = cut.and_then(|at| line.value.get(..at)).unwrap_or(line.value);
    line.part(value).trim()
}

/// Reads what is to be installed: a requirement, or a place with or without a name. `whole` is the line.
pub(super) fn read_target(
    whole: Literal<'_>,
    target: Literal<'_>,
    group: &Group,
    editable: Option<bool>,
    manifest: &mut Manifest,
) {
    let target = target.trim();
    if !is_place(target.value) {
        if let Some(mut requirement) = requirement::parse(target, group, &mut manifest.errors) {
            if let Some(SourceKind::Path { editable: known, .. }) =
                requirement.source.as_mut().map(|s| &mut s.kind)
            {
                *known = editable;
            }
            requirement.range = whole.range;
            manifest.requirements.push(requirement);
        }
        return;
    }
    let (place, marker) = requirement::split_url_marker(target);
    let (bare, extras) = split_trailing_extras(place);
    let egg =
        place.value.split_once('#').and_then(|(_, fragment)| requirement::fragment_value(fragment, "egg"));
    let egg = egg.map(|egg| requirement::parse_head(place.part(egg)));
    let mut kind = requirement::source_of_url(bare);
    if matches!(&kind, SourceKind::Url(_)) && !bare.value.contains(':') {
        // `libs/shared` without `./` is a path, too.
        kind = SourceKind::Path { path: bare.spanned(), editable: None, subdirectory: None };
    }
    if let SourceKind::Path { editable: known, .. } = &mut kind {
        *known = editable;
    }
    let mut entry = requirement::plain_entry(kind, place.range);
    entry.marker.clone_from(&marker);
    let named = egg
        .and_then(|head| Some((head.name?, head.extras)))
        .or_else(|| archive_name(bare).map(|name| (name, Vec::new())));
    match named {
        Some((name, more)) => manifest.requirements.push(Requirement {
            name,
            range: whole.range,
            extras: if extras.is_empty() { more } else { extras },
            specifier: None,
            marker,
            group: group.clone(),
            source: Some(entry),
        }),
        None if place.value.is_empty() => {
            let message = "a path or URL is missing".to_owned();
            manifest.errors.push(ManifestError { message, range: whole.range });
        }
        None => {
            manifest.paths.push(PathRequirement { entry, range: whole.range, extras, group: group.clone() })
        }
    }
}

/// Whether a line says where and not what: a path, a URL, an archive's name.
fn is_place(text: &str) -> bool {
    let first = text.split([' ', '\t', ';']).next().unwrap_or("");
    let first = first.split_once('[').map_or(first, |(before, _)| before);
    let scheme = ["file:", "git+", "hg+", "svn+", "bzr+"].iter().any(|scheme| first.starts_with(scheme));
    let separators = first.contains(['/', '\\']) && !first.contains(['@', '=', '<', '>', '~']);
    scheme
        || separators
        || requirement::is_plain_path(first)
        || first
            .split_once("://")
            .is_some_and(|(before, _)| before.chars().all(|c| c.is_ascii_alphanumeric() || c == '+'))
        || [".whl", ".tar.gz", ".zip"].iter().any(|end| first.ends_with(end))
}

/// `../shared[io]`: the path and the extras behind it.
fn split_trailing_extras(place: Literal<'_>) -> (Literal<'_>, Vec<String>) {
    let split = place.value.strip_suffix(']').and_then(|inner| inner.rsplit_once('['));
    match split {
        Some((before, extras)) if !before.contains('#') => {
            (place.part(before).trim(), requirement::extra_names(extras))
        }
        _ => (place, Vec::new()),
    }
}

/// A wheel's or sdist's file name begins with the distribution's: `shared-0.1.3-py3-none-any.whl`.
fn archive_name(place: Literal<'_>) -> Option<Spanned<DistributionName>> {
    let address = place.value.split(['#', '?']).next().unwrap_or("");
    let file = address.rsplit(['/', '\\']).next().unwrap_or("");
    let name = match file.strip_suffix(".whl") {
        Some(stem) => stem.split('-').next()?,
        None => file.strip_suffix(".tar.gz")?.rsplit_once('-')?.0,
    };
    let range: TextRange = place.part(name).range;
    DistributionName::new(name).map(|value| Spanned::new(value, range))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requirements as `name specifier source`, then paths as `path [extras]`, each with the text of its range.
    fn summary(text: &str) -> Vec<String> {
        let manifest = read(text);
        assert_eq!(manifest.errors, [], "{text}");
        let source = |kind: &SourceKind| match kind {
            SourceKind::Path { path, editable, .. } => {
                assert_eq!(path.range.slice(text), path.value);
                format!("{}{}", path.value, if *editable == Some(true) { " editable" } else { "" })
            }
            SourceKind::Git { url, reference, .. } => {
                format!("{} {}", url.value, reference.as_ref().map_or("", |r| r.value.as_str()))
            }
            SourceKind::Url(url) => url.value.clone(),
            other => format!("{other:?}"),
        };
        let requirements = manifest.requirements.iter().map(|found| {
            let specifier = found.specifier.as_ref().map_or("", |s| s.range.slice(text));
            let source = found.source.as_ref().map(|entry| source(&entry.kind)).unwrap_or_default();
            format!("{}|{specifier}|{source}|{}", found.name.value, found.name.range.slice(text))
        });
        let paths = manifest
            .paths
            .iter()
            .map(|found| format!("{}|{}", source(&found.entry.kind), found.extras.join(",")));
        let includes = manifest
            .includes
            .iter()
            .map(|found| format!("{:?} {}", found.kind, found.path.range.slice(text)));
        requirements.chain(paths).chain(includes).collect()
    }

    #[test]
    fn lines_are_read_as_pip_reads_them() {
        let cases: [(&str, &[&str]); 22] = [
            ("Shared>=1.0 # why\r\n", &["shared|>=1.0||Shared"]),
            (
                "shared==1.0 \\\n    --hash=sha256:abc \\\n    --hash=sha256:def\nother\n",
                &["shared|==1.0||shared", "other|||other"],
            ),
            ("shared \\\r\n  >=1.0\r\n", &["shared|>=1.0||shared"]),
            (
                "-r base.txt\n--requirement=more.txt\n-c constraints.txt\n-rnext.txt",
                &[
                    "Requirements base.txt",
                    "Requirements more.txt",
                    "Constraints constraints.txt",
                    "Requirements next.txt",
                ],
            ),
            ("-e ../shared", &["../shared editable|"]),
            ("--editable=../shared[io, x] ; python_version > '3'", &["../shared editable|io,x"]),
            ("-e .", &[". editable|"]),
            ("./shared", &["./shared|"]),
            ("libs/shared", &["libs/shared|"]),
            ("/abs/shared[io]", &["/abs/shared|io"]),
            ("file:../shared", &["../shared|"]),
            ("file:///abs/shared#egg=shared", &["shared||/abs/shared|shared"]),
            ("shared @ file:../shared ; extra == 'x'", &["shared||../shared|shared"]),
            ("shared @ ../shared", &["shared||../shared|shared"]),
            ("git+https://h/o/r@v1#egg=shared", &["shared||https://h/o/r v1|shared"]),
            (
                "-e git+https://h/o/r.git@main#egg=shared&subdirectory=x",
                &["shared||https://h/o/r.git main|shared"],
            ),
            (
                "https://h/shared-0.1.3-py3-none-any.whl",
                &["shared||https://h/shared-0.1.3-py3-none-any.whl|shared"],
            ),
            ("--index-url https://h/simple\n-i https://h\n--extra-index-url x\n--find-links y\n--pre", &[]),
            ("# only a comment\n\n   \n", &[]),
            ("${SHARED}\nshared==${VERSION}\n{{ shared }}", &[]),
            ("a#b", &[]),
            ("shared[io]~=1.0;python_version<'3.9'", &["shared|~=1.0||shared"]),
        ];
        for (text, expected) in cases {
            if text == "a#b" {
                assert_eq!(read(text).errors[0].range.slice(text), "#b");
                continue;
            }
            assert_eq!(summary(text), expected, "{text}");
        }
    }

    #[test]
    fn comments_and_errors_have_their_places() {
        let text = "shared>=x # crossloc: ignore[pins-differ] why\n";
        let manifest = read(text);
        assert_eq!(manifest.comments[0].range.slice(text), "# crossloc: ignore[pins-differ] why");
        assert_eq!(manifest.errors[0].range.slice(text), ">=x");
        assert_eq!(manifest.mentions[0].range.slice(text), "shared>=x");
    }
}
