//! What is checked out in a work tree, and what its index records for a submodule.

use camino::Utf8Path;

use super::command::Program;
use super::places::Places;
use super::{Refusal, command, object_name};

/// The commit that is checked out in a repository's or submodule's folder, as a hexadecimal name; `None` where there
/// is no commit yet, or it is kept in a form that is not read (reftable).
pub fn head_commit(dir: &Utf8Path) -> Option<String> {
    Places::of_work_tree(dir).ok()?.head_commit()
}

/// See [`Repositories::recorded_commit`](super::Repositories::recorded_commit).
pub(super) fn recorded_commit(
    program: &Program,
    repository: &Utf8Path,
    path: &str,
) -> Result<String, Refusal> {
    let places = Places::of_work_tree(repository)?;
    let mut command = command::git(program, &places.own, repository)?;
    command.args(["--literal-pathspecs", "ls-files", "--stage", "-z", "--", path]);
    recorded(&command::output(program, command)?, path)
}

/// Reads `160000 <hash> 0\t<path>`, ended by a null byte; other lines are files below a folder of that name.
fn recorded(output: &str, path: &str) -> Result<String, Refusal> {
    let mut entries = output.split('\0').filter(|entry| !entry.is_empty());
    let (Some(entry), None) = (entries.next(), entries.next()) else { return Err(Refusal::NotRecorded) };
    let (fields, name) = entry.split_once('\t').ok_or(Refusal::Failed)?;
    let fields: Vec<&str> = fields.split(' ').collect();
    match fields.as_slice() {
        ["160000", hash, "0"] if name == path => object_name(hash).ok_or(Refusal::Failed),
        _ => Err(Refusal::NotRecorded),
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

    fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, Utf8PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().to_owned()).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        (dir, root)
    }

    #[test]
    fn the_commit_checked_out_is_read_from_every_form() {
        let loose = format!("{HASH}\n");
        let packed = format!("# pack-refs with: peeled\n{HASH} refs/heads/main\n^{HASH}\n");
        for (files, expected) in [
            (vec![(".git/HEAD", loose.as_str())], true),
            (vec![(".git/HEAD", "ref: refs/heads/main\n"), (".git/refs/heads/main", &loose)], true),
            (vec![(".git/HEAD", "ref: refs/heads/main\n"), (".git/packed-refs", &packed)], true),
            (vec![(".git", "gitdir: real\n"), ("real/HEAD", &loose)], true),
            (
                vec![
                    (".git", "gitdir: w/one"),
                    ("w/one/HEAD", "ref: refs/heads/main"),
                    ("w/one/commondir", "../.."),
                    ("refs/heads/main", &loose),
                ],
                true,
            ),
            (vec![(".git/HEAD", "ref: refs/heads/main\n")], false),
            (vec![(".git/HEAD", "ref: refs/heads/.invalid\n")], false),
            (vec![(".git/HEAD", "ref: refs/../../secret\n"), ("secret", &loose)], false),
            (vec![(".git/HEAD", "ref: HEAD\n")], false),
            (vec![(".git", "gitdir: gone\n")], false),
            (vec![("x", "")], false),
        ] {
            let (_dir, root) = repository(&files);
            assert_eq!(head_commit(&root).as_deref(), expected.then_some(HASH), "{files:?}");
        }
    }

    #[test]
    fn only_one_submodule_without_conflicts_is_an_answer() {
        let entry = |mode: &str, stage: &str, path: &str| format!("{mode} {HASH} {stage}\t{path}\0");
        for (output, expected) in [
            (entry("160000", "0", "lib"), Ok(HASH.to_owned())),
            (entry("100644", "0", "lib"), Err(Refusal::NotRecorded)),
            (entry("160000", "1", "lib") + &entry("160000", "2", "lib"), Err(Refusal::NotRecorded)),
            (entry("100644", "0", "lib/a"), Err(Refusal::NotRecorded)),
            (String::new(), Err(Refusal::NotRecorded)),
            ("nonsense\0".to_owned(), Err(Refusal::Failed)),
        ] {
            assert_eq!(recorded(&output, "lib"), expected, "{output}");
        }
    }
}
