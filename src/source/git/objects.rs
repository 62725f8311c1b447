//! Objects of a repository by their names, from one `git cat-file --batch` that lives as long as it is needed.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use parking_lot::Mutex;

use super::command::Program;
use super::{Refusal, command};
use crate::vfs::MAX_FILE_BYTES;

/// After so many failures in a row git is left alone for [`REST`], so that a repository whose files hang does not cost
/// the patience of one question after the other.
const MAXIMUM_FAILURES: u32 = 3;

const REST: Duration = Duration::from_secs(60);

/// Bytes in the line in front of an object.
const MAXIMUM_HEADER: u64 = 4096;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blob,
    Tree,
    Commit,
    Tag,
}

/// An object as git keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// Its full name.
    pub name: String,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// The object database of one repository. Questions of several threads are answered one after the other.
#[derive(Debug)]
pub(super) struct Objects {
    program: Program,
    directory: Utf8PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    process: Option<Process>,
    failures: u32,
    failed: Option<Instant>,
}

impl Objects {
    /// Those of the repository whose own files are in `directory`; nothing is started yet.
    pub fn new(program: Program, directory: Utf8PathBuf) -> Self {
        Self { program, directory, state: Mutex::default() }
    }

    /// The object of a full name; `None` where the database has none.
    pub fn get(&self, name: &str) -> Result<Option<Object>, Refusal> {
        let name = super::object_name(name).ok_or(Refusal::NotFound)?;
        let object = self.ask(&name)?;
        match object {
            Some(object) if object.name != name => Err(Refusal::Failed),
            object => Ok(object),
        }
    }

    /// The commit that a full or abbreviated name of a commit or annotated tag leads to; `None` where there is none,
    /// or several.
    pub fn commit(&self, name: &str) -> Result<Option<Object>, Refusal> {
        let hexadecimal = name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hexadecimal || !(4..=64).contains(&name.len()) {
            return Err(Refusal::NotFound);
        }
        let object = self.ask(&format!("{name}^{{commit}}"))?;
        Ok(object.filter(|object| object.kind == Kind::Commit))
    }

    fn ask(&self, request: &str) -> Result<Option<Object>, Refusal> {
        let mut state = self.state.lock();
        if state.failures >= MAXIMUM_FAILURES && state.failed.is_some_and(|at| at.elapsed() < REST) {
            return Err(Refusal::Failed);
        }
        let answer = self.ask_process(&mut state, request);
        match answer {
            Ok(_) => (state.failures, state.failed) = (0, None),
            // That an object is large is no failure, but it is quicker to start anew than to read it to its end.
            Err(Refusal::TooLarge) => (state.process, state.failures) = (None, 0),
            Err(_) => {
                state.process = None;
                (state.failures, state.failed) = (state.failures.saturating_add(1), Some(Instant::now()));
            }
        }
        answer
    }

    /// Asks the process that is there; one that has died in the meantime is replaced once.
    fn ask_process(&self, state: &mut State, request: &str) -> Result<Option<Object>, Refusal> {
        if let Some(process) = &mut state.process {
            match process.ask(request, self.program.patience) {
                Err(Refusal::Failed) => {}
                answer => return answer,
            }
        }
        // The old one is ended first.
        state.process = None;
        state
            .process
            .insert(Process::start(&self.program, &self.directory)?)
            .ask(request, self.program.patience)
    }
}

/// A running `git cat-file --batch`, ended when dropped. Its answers are read by a thread, so that waiting for one can
/// be given up; the thread ends with the process's output.
#[derive(Debug)]
struct Process {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<Answer>,
}

type Answer = Result<Option<Object>, Refusal>;

impl Process {
    fn start(program: &Program, directory: &Utf8PathBuf) -> Result<Self, Refusal> {
        let mut command = command::git(program, directory, directory)?;
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped());
        let mut child = command::spawn(command)?;
        let (sender, answers) = sync_channel(1);
        let started = match (child.stdin.take(), child.stdout.take()) {
            (Some(requests), Some(output)) => {
                let read = move || {
                    let mut output = BufReader::new(output);
                    loop {
                        let answer = read_answer(&mut output);
                        let last = answer.is_err();
                        if sender.send(answer).is_err() || last {
                            return;
                        }
                    }
                };
                let thread = std::thread::Builder::new().name("git objects".to_owned()).spawn(read);
                thread.ok().map(|_| requests)
            }
            _ => None,
        };
        match started {
            Some(requests) => Ok(Self { child, requests, answers }),
            None => {
                end(&mut child);
                Err(Refusal::Failed)
            }
        }
    }

    /// Asks for one object. After an error the process is of no more use: its output may stand anywhere.
    fn ask(&mut self, request: &str, patience: Duration) -> Answer {
        let line = format!("{request}\n");
        self.requests.write_all(line.as_bytes()).map_err(|_| Refusal::Failed)?;
        match self.answers.recv_timeout(patience) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(Refusal::TooSlow),
            Err(RecvTimeoutError::Disconnected) => Err(Refusal::Failed),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Ends a process, which may have ended by itself already.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads `<name> <kind> <size>`, the bytes and a line's end; or `<request> missing`, or `ambiguous`.
fn read_answer(output: &mut BufReader<ChildStdout>) -> Answer {
    let mut header = Vec::new();
    output.by_ref().take(MAXIMUM_HEADER).read_until(b'\n', &mut header).map_err(|_| Refusal::Failed)?;
    let header = std::str::from_utf8(&header).ok().and_then(|header| header.strip_suffix('\n'));
    let fields: Vec<&str> = header.ok_or(Refusal::Failed)?.split(' ').collect();
    let (name, kind, size) = match fields.as_slice() {
        [_, "missing" | "ambiguous"] => return Ok(None),
        [name, kind, size] => (*name, *kind, size.parse::<u64>().map_err(|_| Refusal::Failed)?),
        _ => return Err(Refusal::Failed),
    };
    let kind = match kind {
        "blob" => Kind::Blob,
        "tree" => Kind::Tree,
        "commit" => Kind::Commit,
        "tag" => Kind::Tag,
        _ => return Err(Refusal::Failed),
    };
    if size > MAX_FILE_BYTES {
        return Err(Refusal::TooLarge);
    }
    // Grown as bytes arrive: a size is only a claim.
    let mut bytes = Vec::new();
    output.by_ref().take(size + 1).read_to_end(&mut bytes).map_err(|_| Refusal::Failed)?;
    let whole = u64::try_from(bytes.len()) == Ok(size + 1) && bytes.pop() == Some(b'\n');
    if !whole {
        return Err(Refusal::Failed);
    }
    Ok(Some(Object { name: name.to_owned(), kind, bytes }))
}

#[cfg(test)]
impl Objects {
    /// The number of the process that is there.
    pub fn process_id(&self) -> Option<u32> {
        self.state.lock().process.as_ref().map(|process| process.child.id())
    }
}
