//! The commands that users are told to run, as typed in the first opened folder, and what they are to be told behind edits.

use camino::Utf8Path;

use super::{Context, Edit, Fix};
use crate::manifest::{DocumentKind, LockKind};
use crate::workspace::ProjectLock;

/// The command that makes a lock anew in the folder of its project; none where that depends on how it was made.
pub(super) fn relock(context: &Context<'_>, lock: &ProjectLock, dir: &Utf8Path) -> Option<String> {
    let inside = |command: &str| match shown_from_root(context, dir).as_str() {
        "." => command.to_owned(),
        dir => format!("(cd {dir} && {command})"),
    };
    Some(match lock.lock.kind {
        LockKind::Uv => format!("uv lock{}", at(context, dir, "--project")),
        LockKind::Poetry => format!("poetry lock{}", at(context, dir, "-C")),
        LockKind::Pdm => format!("pdm lock{}", at(context, dir, "-p")),
        LockKind::Pixi => format!("pixi lock{}", at(context, dir, "--manifest-path")),
        LockKind::Pipfile => inside("pipenv lock"),
        LockKind::Pylock | LockKind::Compiled => return None,
    })
}

/// ` --project etl`; nothing where the command is run there anyway.
pub(super) fn at(context: &Context<'_>, dir: &Utf8Path, option: &str) -> String {
    match shown_from_root(context, dir).as_str() {
        "." => String::new(),
        dir => format!(" {option} {dir}"),
    }
}

/// A folder as one would type it in the root.
pub(super) fn shown_from_root(context: &Context<'_>, dir: &Utf8Path) -> String {
    quoted(context.shown(dir, context.workspace.root()))
}

/// A path as one word of a shell.
pub fn quoted(path: String) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | ':');
    if !path.is_empty() && path.chars().all(is_plain) {
        return path;
    }
    format!("'{}'", path.replace('\'', "'\\''"))
}

/// The fix with the line ends of the files that it edits, and with the command that brings the lock of an edited manifest
/// up to date.
pub(super) fn complete(context: &Context<'_>, mut fix: Fix) -> Fix {
    for edit in &mut fix.edits {
        let source = context.workspace.files.text(&edit.file);
        if edit.new_text.contains('\n') && source.is_ok_and(|source| source.text.contains("\r\n")) {
            edit.new_text = edit.new_text.replace('\n', "\r\n");
        }
    }
    let command = fix.command.or_else(|| fix.edits.iter().find_map(|edit| relock_behind(context, edit)));
    Fix { command, ..fix }
}

fn relock_behind(context: &Context<'_>, edit: &Edit) -> Option<String> {
    let workspace = context.workspace;
    DocumentKind::of(edit.file.path()).manifest()?;
    let project = workspace.project_of(&edit.file)?;
    let lock = workspace.lock_of(&project)?;
    relock(context, &lock, lock.file.dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_one_word() {
        for (path, expected) in [
            ("dg_projects/etl", "dg_projects/etl"),
            (".", "."),
            ("", "''"),
            ("my etl", "'my etl'"),
            ("it's; rm", "'it'\\''s; rm'"),
        ] {
            assert_eq!(quoted(path.to_owned()), expected);
        }
    }
}
