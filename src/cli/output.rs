//! Writing to the terminal, the pipe, or nobody.

use std::io::{ErrorKind, Write};

use super::Failure;
use crate::report::printable;

/// Writes data to stdout; colours are taken out unless a terminal wants them (`NO_COLOR`, `CLICOLOR_FORCE`). A reader
/// that has gone away, as `head` does, has what it wanted.
pub fn data(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// A line on stderr.
pub fn note(line: &str) {
    // Where stderr is closed there is nobody left to tell.
    let _ = writeln!(anstream::stderr().lock(), "{}", printable(line));
}

/// `error: …` and its hint on stderr.
pub fn error(failure: &Failure) {
    note(&format!("error: {}", failure.message));
    if let Some(hint) = &failure.hint {
        note(&format!("hint: {hint}"));
    }
}
