//! Puts new texts in the place of files that people keep.

use std::io::Write;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

use super::scope::reason;
use super::{Failure, output};
use crate::vfs::{FileId, Files, Grounds, MAX_FILE_BYTES, read_regular};

/// What became of a file that was to be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It has the new text.
    Changed,
    /// It is not what was read any more, or not to be replaced, and was not touched; the user was told.
    LeftAlone,
    /// It lies elsewhere, and was not touched.
    Outside,
}

/// A new text that lies ready beside the file whose place it is to take.
pub struct Prepared {
    temporary: NamedTempFile,
    target: Utf8PathBuf,
}

/// Why a file is not to be replaced by another one of its name: what else it is called would keep the old text, and
/// its owner would be another.
pub fn refusal(file: &FileId) -> Option<String> {
    let metadata = std::fs::metadata(file.path()).ok()?;
    refusal_of(&metadata)
}

#[cfg(unix)]
fn refusal_of(metadata: &std::fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    if metadata.nlink() > 1 {
        return Some("the file has several names (hard links), of which one would change".to_owned());
    }
    let own = rustix::process::geteuid().as_raw();
    (metadata.uid() != own).then(|| "the file belongs to another user".to_owned())
}

#[cfg(not(unix))]
fn refusal_of(_: &std::fs::Metadata) -> Option<String> {
    None
}

/// Whether a file is not what was read any more.
pub fn has_changed(file: &FileId, files: &Files) -> bool {
    let now = read_regular(file.path(), MAX_FILE_BYTES);
    let read = files.text(file);
    !now.is_ok_and(|now| read.is_ok_and(|read| now == read.text.as_bytes()))
}

/// Writes a text for a file that is as it was read and lies within these folders.
pub fn replace(file: &FileId, text: &str, files: &Files, within: &Grounds) -> Result<Written, Failure> {
    if !within.hold(files, file.path()) {
        return Ok(Written::Outside);
    }
    if has_changed(file, files) {
        tell(file, "it changed meanwhile");
        return Ok(Written::LeftAlone);
    }
    if let Some(refusal) = refusal(file) {
        tell(file, &refusal);
        return Ok(Written::LeftAlone);
    }
    prepare(file, text)?.put()?;
    Ok(Written::Changed)
}

/// Tells that a file was left alone.
pub fn tell(file: &FileId, why: &str) {
    output::note(&format!("warning: {} was left alone: {why}", file.path()));
}

/// Puts a text beside the file. What a symbolic link leads to is to be replaced, not the link.
pub fn prepare(file: &FileId, text: &str) -> Result<Prepared, Failure> {
    let failed = |error: std::io::Error| cannot_edit(file.path(), &error);
    let target = file.path().canonicalize_utf8().map_err(failed)?;
    let temporary = beside(&target, text.as_bytes()).map_err(failed)?;
    Ok(Prepared { temporary, target })
}

impl Prepared {
    /// Takes the file's place: whoever reads it sees the old text or the new one, never a part.
    pub fn put(self) -> Result<(), Failure> {
        let Self { temporary, target } = self;
        temporary.persist(&target).map(drop).map_err(|error| cannot_edit(&target, &error.error))
    }
}

fn cannot_edit(path: &Utf8Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot edit {path}: {}", reason(error)))
}

fn beside(target: &Utf8Path, bytes: &[u8]) -> std::io::Result<NamedTempFile> {
    let metadata = std::fs::metadata(target)?;
    let mut temporary = NamedTempFile::new_in(target.parent().unwrap_or(target))?;
    temporary.write_all(bytes)?;
    keep_group(&temporary, &metadata)?;
    temporary.as_file().set_permissions(metadata.permissions())?;
    Ok(temporary)
}

#[cfg(unix)]
fn keep_group(temporary: &NamedTempFile, wanted: &std::fs::Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    if temporary.as_file().metadata()?.gid() == wanted.gid() {
        return Ok(());
    }
    fchown(temporary.as_file(), None, Some(wanted.gid()))
}

#[cfg(not(unix))]
fn keep_group(_: &NamedTempFile, _: &std::fs::Metadata) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder with `a.txt`, and what is known of it.
    fn folder() -> (tempfile::TempDir, Utf8PathBuf, Files, Grounds) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().to_owned();
        std::fs::write(root.join("a.txt"), "a\r\n").unwrap();
        let files = Files::default();
        let within = Grounds::of(&files, [root.clone()]);
        (dir, root, files, within)
    }

    #[test]
    fn mode_and_link_stay_and_nothing_else_is_left_behind() {
        let (_dir, root, files, within) = folder();
        std::fs::set_permissions(root.join("a.txt"), PermissionsExt::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("a.txt", root.join("b.txt")).unwrap();
        let file = FileId::new(&root.join("b.txt"));
        assert_eq!(replace(&file, "b\r\n", &files, &within), Ok(Written::Changed));
        assert_eq!(std::fs::read_to_string(root.join("a.txt")).unwrap(), "b\r\n");
        assert!(std::fs::symlink_metadata(root.join("b.txt")).unwrap().is_symlink());
        assert_eq!(std::fs::metadata(root.join("a.txt")).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(std::fs::read_dir(&root).unwrap().count(), 2);
    }

    #[test]
    fn what_changed_meanwhile_and_what_has_several_names_is_left_alone() {
        let (_dir, root, files, within) = folder();
        let file = FileId::new(&root.join("a.txt"));
        assert!(!has_changed(&file, &files));
        std::fs::write(root.join("a.txt"), "else").unwrap();
        assert_eq!(replace(&file, "b", &files, &within), Ok(Written::LeftAlone));
        assert_eq!(std::fs::read_to_string(root.join("a.txt")).unwrap(), "else");

        let files = Files::default();
        std::fs::hard_link(root.join("a.txt"), root.join("c.txt")).unwrap();
        assert_eq!(replace(&file, "b", &files, &within), Ok(Written::LeftAlone));
        assert_eq!(std::fs::read_to_string(root.join("c.txt")).unwrap(), "else");

        let elsewhere = Grounds::of(&files, [root.join("opened")]);
        assert_eq!(replace(&file, "b", &files, &elsewhere), Ok(Written::Outside));
    }

    #[test]
    fn what_belongs_to_others_is_not_replaced() {
        // `/` is root's; who runs the tests as root owns it, and may replace files.
        let metadata = std::fs::metadata("/etc/passwd").unwrap();
        assert_eq!(refusal_of(&metadata).is_some(), !rustix::process::geteuid().is_root());
    }
}
