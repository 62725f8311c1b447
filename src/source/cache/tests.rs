//! What is kept between runs, and what is not believed.

use super::*;
use crate::python::summarize;
use crate::vfs::{Disk, Files, SourceTree};

/// A folder with one file, and the place of a cache.
struct Place {
    _dir: tempfile::TempDir,
    cache: Utf8PathBuf,
    file: FileId,
}

const OLD: Duration = Duration::from_secs(1_000_000_000);

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap().to_owned();
        let place = Self { _dir: dir, cache: root.join("cache"), file: FileId::new(&root.join("a.py")) };
        place.write("import a\n", OLD);
        place
    }

    fn write(&self, text: &str, modified: Duration) {
        std::fs::write(self.file.path(), text).unwrap();
        let file = std::fs::File::options().append(true).open(self.file.path()).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + modified).unwrap();
    }

    /// A run long after everything, so that every stamp is believed.
    fn run(&self) -> Cache {
        self.run_at(SystemTime::now() + Duration::from_secs(3600))
    }

    fn run_at(&self, now: SystemTime) -> Cache {
        Cache::new(self.cache.clone(), [7; 32], now)
    }

    fn stamp(&self) -> Stamp {
        Disk.stamp(self.file.path()).unwrap()
    }

    fn learn(&self, cache: &Cache) {
        let text = std::fs::read_to_string(self.file.path()).unwrap();
        cache.learn_matters(&self.file, self.stamp(), 1, true);
        cache.learn_summary(&self.file, self.stamp(), &text, &summarize(&text));
    }

    /// What a run knows of the file: the module it imports, and whether the text was read to know it.
    fn known(&self, cache: &Cache) -> Option<(String, bool)> {
        let mut read = false;
        let summary = cache.summary(&self.file, self.stamp(), || {
            read = true;
            Files::default().text(&self.file).ok()
        })?;
        Some((summary.imports[0].module.to_string(), read))
    }

    fn shards(&self) -> Vec<Utf8PathBuf> {
        let entries = self.cache.read_dir_utf8().into_iter().flatten();
        entries.map(|entry| entry.unwrap().into_path()).collect()
    }
}

fn hit(read: bool) -> Option<(String, bool)> {
    Some(("a".to_owned(), read))
}

#[test]
fn a_second_run_knows_without_reading_what_the_first_one_learned() {
    let place = Place::new();
    let first = place.run();
    assert_eq!(place.known(&first), None);
    place.learn(&first);
    first.save();
    let second = place.run();
    assert_eq!(place.known(&second), hit(false));
    let asked = [1, 2].map(|needles| second.matters(&place.file, place.stamp(), needles));
    assert_eq!(asked, [Some(true), None]);
    second.save();
    assert_eq!(place.known(&place.run()), hit(false));
}

#[test]
fn another_text_is_never_taken_for_the_one_known() {
    let place = Place::new();
    let first = place.run();
    place.learn(&first);
    first.save();
    // Of the same length, and with its time set back.
    place.write("import b\n", OLD);
    assert_eq!(place.known(&place.run()), None);
    place.write("import bc\n", OLD + OLD);
    assert_eq!(place.known(&place.run()), None);
    assert_eq!(place.run().matters(&place.file, place.stamp(), 1), None);
}

#[test]
fn a_touched_file_is_read_once_and_not_parsed() {
    let place = Place::new();
    let first = place.run();
    place.learn(&first);
    first.save();
    place.write("import a\n", OLD + OLD / 2);
    let second = place.run();
    assert_eq!(place.known(&second), hit(true));
    second.save();
    assert_eq!(place.known(&place.run()), hit(false));
}

#[test]
fn a_file_changed_just_before_it_was_looked_at_is_judged_by_its_text() {
    let place = Place::new();
    let first = place.run_at(SystemTime::now());
    place.learn(&first);
    first.save();
    let second = place.run();
    assert_eq!(second.matters(&place.file, place.stamp(), 1), None);
    assert_eq!(place.known(&second), hit(true));
}

#[test]
fn what_is_broken_or_foreign_is_as_good_as_absent_and_made_anew() {
    let place = Place::new();
    let first = place.run();
    place.learn(&first);
    first.save();
    let shard = place.shards().pop().unwrap();
    let whole = std::fs::read(&shard).unwrap();
    for at in [0, 40, 70, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&shard, &bytes).unwrap();
        assert_eq!(place.known(&place.run()), None, "byte {at}");
    }
    for length in [0, 31, 64, 71, 80] {
        std::fs::write(&shard, &whole[..length.min(whole.len() - 1)]).unwrap();
        assert_eq!(place.known(&place.run()), None, "{length} bytes");
    }
    let other_build = Cache::new(place.cache.clone(), [8; 32], SystemTime::now() + Duration::from_secs(3600));
    std::fs::write(&shard, &whole).unwrap();
    assert_eq!(place.known(&other_build), None);
    place.learn(&other_build);
    other_build.save();
    assert_eq!(place.known(&place.run()), None);
    let again = place.run();
    place.learn(&again);
    again.save();
    assert_eq!(place.known(&place.run()), hit(false));
}

/// A fifo keeps nobody waiting, and what is learned is put in its place.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_as_good_as_absent() {
    let place = Place::new();
    std::fs::create_dir_all(&place.cache).unwrap();
    for number in 0..SHARDS {
        let path = place.cache.join(format!("{number:02}"));
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    }
    let first = place.run();
    assert_eq!(place.known(&first), None);
    place.learn(&first);
    first.save();
    assert_eq!(place.known(&place.run()), hit(false));
}

#[test]
fn writers_at_the_same_time_leave_one_whole_file() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let run = place.run();
                    assert!(matches!(place.known(&run), None | Some((_, false))));
                    place.learn(&run);
                    run.save();
                }
            });
        }
    });
    assert_eq!(place.known(&place.run()), hit(false));
    assert_eq!(place.shards().len(), 1);
}

#[test]
fn where_nothing_can_be_written_nothing_is_remembered() {
    let place = Place::new();
    std::fs::write(&place.cache, "a file where the folder would be").unwrap();
    let run = place.run();
    place.learn(&run);
    run.save();
    assert_eq!(place.known(&place.run()), None);
}

#[test]
fn files_that_are_gone_are_forgotten_when_their_neighbours_change() {
    let place = Place::new();
    let first = place.run();
    place.learn(&first);
    let stamp = place.stamp();
    first.save();
    std::fs::remove_file(place.file.path()).unwrap();
    let second = place.run();
    let shard = shard_of(&place.file);
    let neighbour = (0..).map(|n| FileId::new(&place.cache.join(format!("{n}.py"))));
    let neighbour = neighbour.into_iter().find(|file| shard_of(file) == shard).unwrap();
    second.learn_matters(&neighbour, stamp, 1, false);
    second.save();
    let third = place.run();
    let known = [&place.file, &neighbour].map(|file| third.matters(file, stamp, 1));
    assert_eq!(known, [None, Some(false)]);
}
