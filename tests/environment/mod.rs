//! A virtual environment with tools from PyPI that other people wrote, so that they can be asked.

use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

/// The folder with the programs of a virtual environment called `name`, made anew when its requirements change.
pub fn environment(name: &str, requirements: &Path) -> Utf8PathBuf {
    let dir = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let programs = dir.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let wanted = std::fs::read_to_string(requirements).unwrap();
    let mark = dir.join("requirements.txt");
    if std::fs::read_to_string(&mark).ok().as_deref() != Some(&wanted) {
        let base = if cfg!(windows) { "python" } else { "python3" };
        run(Command::new(base).args(["-m", "venv", "--clear", dir.as_str()]));
        let mut install = Command::new(programs.join("python").as_std_path());
        run(install
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(requirements));
        std::fs::write(mark, wanted).unwrap();
    }
    programs
}

/// What a command prints; fails where it does.
pub fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| {
        panic!("this test needs Python with `venv` and `pip`, and cargo: {command:?} does not start: {error}")
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "this test needs Python with `venv` and `pip`: {command:?} failed:\n{said}"
    );
    // What the tools say is shown where the test fails.
    eprintln!("{said}");
    output.stdout
}
